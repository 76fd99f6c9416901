"""What a chart says and does not say, on the pages of a real generation: denials, relatives, two codings, ranges."""

import re
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from search.model import SearchRequest
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.webapp import fixtures as f
from tests.webapp.clinic import BREAST_CANCER, DIABETES, E11, clinic
from tests.webapp.conftest import make_client
from webapp.app import create_app


@pytest.fixture
def pages() -> FlaskClient:
    return clinic().client()


def patient_page(pages: FlaskClient, identifier: str = "p1", more: str = "") -> str:
    return pages.get(f"/patient?id={clinic().iri('Patient', identifier)}{more}").text


def section(html: str, title: str) -> str:
    """The part of the glance under a heading."""
    start = html.index(f"{title} <span")
    return html[start : html.index("</section>", start)]


def row_of(html: str, words: str) -> str:
    return next(row for row in html[html.index('id="table"') :].split("<tr")[1:] if words in row)


def test_rest_lists_a_record_with_two_codings_once_as_the_page_does(pages: FlaskClient) -> None:
    iri = quote(clinic().iri("Patient", "p1"), safe="")
    found = pages.get(f"/api/v1/patients/facts?id={iri}").json
    diabetes = [(one["concept"], one["concepts"]) for one in found["facts"] if one["label"] == "Sugar diabetes" and one["counted"]]
    assert diabetes == [(DIABETES, [DIABETES, E11])]
    assert found["total"] == len(found["facts"]) == pages.get(f"/api/v1/patients/one?id={iri}").json["facts"]
    listed = pages.get("/api/v1/patients").json["patients"]
    assert found["total"] == next(one["facts"] for one in listed if one["id"] == clinic().iri("Patient", "p1"))
    html = patient_page(pages, more="&kind=charted")
    assert f'id="table" data-total="{found["total"]}"' in html


def test_no_known_allergies_stands_plain_under_allergies(pages: FlaskClient) -> None:
    html = patient_page(pages)
    allergies = section(html, "Allergies")
    assert "No known allergies" in allergies and "recorded as none known" in allergies
    assert "uncounted" not in allergies
    row = row_of(html, "No known allergies")
    assert "uncounted" not in row and "not counted" not in row
    drawn = re.findall(r"<title>[^<]*No known allergies[^<]*</title><use [^>]*>", html)
    assert drawn and "hollow" not in drawn[0]


def test_a_refuted_allergy_is_struck_and_no_allergy(pages: FlaskClient) -> None:
    html = patient_page(pages, "p2")
    assert "Allergies <span" not in html
    assert "Penicillin" in section(html, "Not counted as the patient’s")
    assert "uncounted" in row_of(html, "Penicillin") and "refuted" in row_of(html, "Penicillin")


def test_a_relatives_illness_has_its_own_lane_and_is_never_struck(pages: FlaskClient) -> None:
    html = patient_page(pages)
    family = section(html, "Family history")
    assert "Cancer of the breast" in family and "mother" in family and "uncounted" not in family
    assert "Cancer of the breast" not in section(html, "Problems")
    row = row_of(html, "Cancer of the breast")
    assert "uncounted" not in row and "k-family" in row and "k-condition" not in row
    (mark,) = re.findall(r"<title>[^<]*Cancer of the breast[^<]*</title><use ([^>]*)>", html)
    assert "#t-family" in mark and "hollow" not in mark
    only = patient_page(pages, more="&kind=condition")
    assert "Cancer of the breast" not in only[only.index('id="table"') :]
    only = patient_page(pages, more="&kind=family")
    assert "Cancer of the breast" in only[only.index('id="table"') :]


def test_what_was_not_done_is_struck_everywhere(pages: FlaskClient) -> None:
    html = patient_page(pages)
    assert "uncounted" in row_of(html, "Colonoscopy")
    (mark,) = re.findall(r"<title>[^<]*Colonoscopy[^<]*</title><use ([^>]*)>", html)
    assert "hollow" in mark


def test_two_codings_of_a_record_are_one_thing_with_both_codes(pages: FlaskClient) -> None:
    html = patient_page(pages, more="&kind=condition")
    table = html[html.index('id="table"') :]
    assert table.count("Sugar diabetes") == 1
    assert "44054006" in table and "E11.9" in table and "Diabetes mellitus type 2" in table
    assert 'Problems <span class="quiet">1</span>' in html
    document = pages.get(f"/document?id={clinic().iri('DocumentReference', 'd1')}").text
    charted = document[document.index("Charted in the encounter") :]
    assert charted.count("Sugar diabetes") == 1
    assert "44054006" in charted and "E11.9" in charted


def test_names_lead_with_the_words_of_the_record(pages: FlaskClient) -> None:
    row = row_of(patient_page(pages), "Glucophage 500")
    assert row.index("Glucophage 500") < row.index("metformin hydrochloride") < row.index("<bdi>861007</bdi>")


def test_laboratory_values_come_before_vital_signs_and_say_what_is_out_of_range(pages: FlaskClient) -> None:
    html = patient_page(pages)
    results = section(html, "Latest results")
    assert results.index("Laboratory") < results.index("Potassium") < results.index("Vital signs") < results.index("Heart rate")
    potassium = results[results.index("Potassium") : results.index("Sodium")]
    assert "↑ high" in potassium and "usual <bdi>3.5 – 5.1</bdi>" in potassium
    assert "↓ low" in results[results.index("Sodium") : results.index("Vital signs")]
    assert "level" not in results[results.index("Heart rate") :]
    assert "↑ high" in row_of(html, "Potassium")


def test_a_mark_of_several_events_leads_to_them(pages: FlaskClient) -> None:
    html = patient_page(pages)
    (url,) = re.findall(r'<a href="([^"]+on=2023-01-01[^"]*)"', html)
    table = pages.get(url.replace("&amp;", "&")).text
    rows = table[table.index('id="table"') :].partition("</table>")[0]
    assert rows.count("<tr class=") == 3


def test_what_was_refuted_is_marked_at_its_concept(pages: FlaskClient) -> None:
    html = pages.get(f"/node?id={BREAST_CANCER}").text
    refuted = next(row for row in html.split("<li")[1:] if "coded with this" in row)
    assert "uncounted" in refuted and "not counted: negated (refuted)" in refuted
    relative = next(row for row in html.split("<li")[1:] if "in the family history of" in row)
    assert "uncounted" not in relative and "a relative" in relative and "k-family" in relative
    assert "Nobody" in html


def test_neighbours_say_in_rest_what_does_not_count() -> None:
    client = make_client(clinic().lab.library())
    found = client.get(f"/api/v1/neighbours?id={BREAST_CANCER}&direction=in").json["neighbours"]
    said = {one["node"]["kind"]: (one["counted"], one["assertion"], one["status"]) for one in found}
    assert said["Condition"] == (False, "negated", "refuted")
    assert said["FamilyMemberHistory"] == (False, "family", "family history: mother")
    diabetes = client.get(f"/api/v1/neighbours?id={DIABETES}&direction=in").json["neighbours"]
    assert {one["counted"] for one in diabetes} == {True}


def test_a_group_of_neighbours_counts_those_that_do_not_hold(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}
    records = [condition(f"c{n}", **({"verificationStatus": status} if n < 2 else {})) for n in range(5)]
    with patch("ingest.pipeline.Pool", InlinePool):
        lab.ingest(patient(), *records)
    client = create_app(lab.library()).test_client()
    html = client.get(f"/node?id={BREAST_CANCER}").text
    group = next(row for row in html.split("<li")[1:] if "coded with this" in row)
    assert ">5</b>" in group and "2 of them do not count" in group
    (url,) = re.findall(r'data-fragment="([^"]+)"', group)
    rows = client.get(url.replace("&amp;", "&")).text
    assert rows.count('class="uncounted"') == 2 and rows.count("refuted") == 2


def test_what_a_text_denies_is_marked_at_its_concept() -> None:
    client = create_app(f.real()).test_client()
    key = quote("in|Annotation|http://www.w3.org/ns/oa#hasBody")
    html = client.get(f"/node?id={quote(f.NEUROPATHY)}&expand={key}").text
    denied = [row for row in html.split("<li")[1:] if "the text denies it" in row]
    assert denied and all("uncounted" in row for row in denied)


def test_hits_do_not_share_what_was_refuted(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}
    visits, asthma = [], "195967001"
    for n in (1, 2):
        where = {"encounter": {"reference": f"Encounter/e{n}"}}
        visit = {"resourceType": "Encounter", "id": f"e{n}", "status": "finished", "class": {"code": "AMB"}}
        visits += [
            patient(f"p{n}"),
            visit | {"subject": {"reference": f"Patient/p{n}"}},
            condition(f"c{n}", f"Patient/p{n}", verificationStatus=status, **where),
            condition(f"a{n}", f"Patient/p{n}", asthma, "Asthma", **where),
            note(f"d{n}", f"Patient {n} coughs at night.", f"Patient/p{n}", context={"encounter": [where["encounter"]]}),
        ]
    with patch("ingest.pipeline.Pool", InlinePool):
        lab.ingest(*visits)
    result = lab.snapshot().retriever.search(SearchRequest("coughs at night"))
    assert {one.label for one in result.shared} == {"Asthma"}
    assert {fact.status for fact in result.uncounted.values()} == {"refuted"}


def test_neighbourhoods_say_in_rest_what_does_not_count() -> None:
    client = make_client(clinic().lab.library())
    asked = [
        client.get(f"/api/v1/neighbourhood?id={BREAST_CANCER}&direction=in"),
        client.post("/api/v1/neighbourhood", json={"ids": [BREAST_CANCER], "hops": [[{"direction": "in", "limit": 9}]]}),
    ]
    for answer in asked:
        said = {one["kind"]: (one["counted"], one["assertion"], one["status"]) for one in answer.json["nodes"]}
        assert said["Condition"] == (False, "negated", "refuted")
        assert said["FamilyMemberHistory"] == (False, "family", "family history: mother")
        assert said["Concept"] == (True, "affirmed", "")


def test_the_neighbourhood_of_a_search_says_what_does_not_count() -> None:
    found = make_client(f.Shelf()).get("/api/v1/search?q=cisplatin+neuropathy").json["neighbourhood"]
    said = {one["id"].rpartition("/")[2]: (one["counted"], one["assertion"], one["status"]) for one in found["nodes"]}
    assert said["rosa-neuropathy"] == (False, "negated", "refuted")
    assert said["rosa-cancer"] == said["rosa-cisplatin"] == said["rosa"] == (True, "affirmed", "")


def test_the_neighbourhood_of_a_search_says_what_its_texts_deny() -> None:
    found = make_client(f.Shelf()).get("/api/v1/search?q=metformin+hypertension+diabetes").json["neighbourhood"]
    (mention,) = [one for one in found["nodes"] if one["kind"] == "Annotation"]
    assert (mention["counted"], mention["assertion"], mention["status"]) == (False, "negated", "")


def test_a_concept_names_who_has_it_refuted_or_in_the_family(pages: FlaskClient) -> None:
    html = pages.get(f"/node?id={BREAST_CANCER}").text
    others = html[html.index('class="lines others"') :].split("</ul>")[0].split("<li")[1:]
    relative = next(row for row in others if "Baker" in row)
    refuted = next(row for row in others if "Carver" in row)
    assert len(others) == 2
    assert "uncounted" in refuted and "refuted" in refuted
    assert "uncounted" not in relative and "mother" in relative
    assert 'class="lines others"' not in pages.get(f"/node?id={DIABETES}").text


def test_where_nothing_fits_the_page_says_what_to_do() -> None:
    html = create_app(f.Shelf()).test_client().get("/search?q=zebra+quantum+flux").text
    assert "Nothing fits" in html and "fewer or other words" in html and 'href="/search"' in html
