"""The page of similar notes and patients: what makes them alike, in the words of the API, and never denials as answers."""

from urllib.parse import quote

from flask.testing import FlaskClient

from tests.webapp.fixtures import MILAN, ONCOLOGY_NOTE, ROSA


def listed(client: FlaskClient, path: str, identifier: str) -> list[dict]:
    answer = client.get(path, query_string={"id": identifier, "limit": 20}).json
    return answer["similar"]


def test_similar_patients_are_named_with_the_reason(client: FlaskClient) -> None:
    found = listed(client, "/api/v1/patients/similar", ROSA)
    html = client.get(f"/similar?id={quote(ROSA)}").text
    assert f'data-total="{len(found)}"' in html and [one["id"] for one in found] == [MILAN]
    assert all(f'href="/patient?id={quote(one["id"], safe=":/")}"' in html for one in found)
    assert all((one["why"][:1].upper() + one["why"][1:]).split(";")[0].split(",")[0] in html for one in found)


def test_similar_notes_show_the_passage_that_is_alike(client: FlaskClient) -> None:
    found = listed(client, "/api/v1/documents/similar", ONCOLOGY_NOTE)
    html = client.get(f"/similar?id={quote(ONCOLOGY_NOTE)}").text
    assert found and f'data-total="{len(found)}"' in html
    for one in found:
        assert f"id={quote(one['id'], safe=':/')}" in html
        if one["passage"]:
            assert f"start={one['passage']['start']}&amp;end={one['passage']['end']}" in html


def test_pages_lead_there_and_nothing_else_has_such_a_page(client: FlaskClient) -> None:
    assert f"/similar?id={quote(ROSA, safe=':/')}" in client.get(f"/patient?id={quote(ROSA)}").text
    assert f"/similar?id={quote(ONCOLOGY_NOTE, safe=':/')}" in client.get(f"/document?id={quote(ONCOLOGY_NOTE)}").text
    assert client.get("/similar?id=urn:none").status_code == 404
    assert client.get("/similar").status_code == 400
