"""The page of patients and its REST operation over a real generation: found, chosen, counted, sorted, turned."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.webapp import fixtures as f
from tests.webapp.clinic import BREAST_CANCER, DIABETES, E11, clinic
from tests.webapp.conftest import make_client
from webapp.app import create_app


@pytest.fixture
def pages() -> FlaskClient:
    return clinic().client()


def rows(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+"><bdi>([^<]+)</bdi>', html)


def test_patients_are_listed_with_their_conditions_and_counts(pages: FlaskClient) -> None:
    html = pages.get("/patients").text
    assert rows(html) == ["Ann Baker", "Ann Carver"]
    baker = html[html.index("Ann Baker") : html.index("Ann Carver")]
    assert "Sugar diabetes" in baker and "1 condition of Ann Baker" in baker
    assert "Cancer of the breast" not in html, "a relative's illness is none of the patient's"
    assert "Breast cancer" not in html, "what was refuted does not count"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=carv", ["Ann Carver"]),
        ("q=p1", ["Ann Baker"]),
        ("q=nobody", []),
        (f"condition={quote(DIABETES)}", ["Ann Baker"]),
        (f"condition={quote(E11)}", ["Ann Baker"]),
        (f"condition={quote(BREAST_CANCER)}", []),
        ("sex=male", []),
        ("dataset=clinic&sex=female", ["Ann Baker", "Ann Carver"]),
        ("sort=name&order=desc", ["Ann Carver", "Ann Baker"]),
        ("sort=facts", ["Ann Baker", "Ann Carver"]),
        ("sort=facts&order=asc", ["Ann Carver", "Ann Baker"]),
        ("sort=nonsense&page=999", ["Ann Baker", "Ann Carver"]),
    ],
)
def test_page_chooses_and_sorts(pages: FlaskClient, query: str, found: list[str]) -> None:
    assert rows(pages.get(f"/patients?{query}").text) == found


def test_every_count_leads_to_as_many_patients(pages: FlaskClient) -> None:
    html = pages.get("/patients").text
    links = re.findall(r'<li><a href="(/patients\?[^"]+)" data-count="(\d+)">', html)
    assert len(links) >= 4
    for url, number in links:
        assert len(rows(pages.get(url.replace("&amp;", "&")).text)) == int(number), url


def test_chosen_values_are_chips_and_alternatives_say_or(pages: FlaskClient) -> None:
    html = pages.get("/patients?sex=female&sex=male").text
    assert re.search(r"<span>Sex</span> <bdi>female</bdi>", html)
    assert re.search(r"<span>or</span> <bdi>male</bdi>", html)


def test_rest_chooses_the_same() -> None:
    client = make_client(clinic().lab.library())
    answer = client.get(f"/api/v1/patients?condition={quote(E11)}&sort=age&order=desc").json
    assert answer["total"] == 1
    (found,) = answer["patients"]
    assert found["label"] == "Ann Baker"
    assert found["conditions"] == [{"label": "Sugar diabetes", "concepts": [E11, DIABETES]}]
    assert found["documents"] == 1
    assert [value["label"] for value in answer["conditions"]] == ["Sugar diabetes"]
    assert client.get("/api/v1/patients?limit=1").json["next_offset"] == 1
    assert client.get("/api/v1/patients?limit=1&offset=1").json["next_offset"] is None
    assert client.get("/api/v1/patients?sort=shoe").status_code in (400, 422)


@pytest.mark.parametrize(
    ("asked", "field", "there"),
    [
        ("dataset=nowhere", "dataset", "demo"),
        ("dataset=demo&dataset=nowhere", "dataset", "demo"),
        ("sex=femal", "sex", "female"),
        ("age=40-64", "age", "40–64"),
        ("age=old", "age", "80 and over"),
    ],
)
def test_what_nobody_can_have_is_refused_in_words(asked: str, field: str, there: str) -> None:
    client = create_app(f.Shelf()).test_client()
    page = client.get(f"/patients?{asked}")
    assert page.status_code == 400
    assert f"there is no {field}" in page.text.replace("&#39;", "'") and there in page.text
    if asked.count("dataset=") < 2:
        answer = client.get(f"/api/v1/patients?{asked}")
        assert answer.status_code == 400
        (error,) = answer.json["errors"]
        assert error["field"] == field and there in error["detail"]


@pytest.mark.parametrize("asked", ["sex=other", "sex=female", "age=unknown", "age=0–17", "dataset=demo"])
def test_what_somebody_could_have_is_answered(asked: str) -> None:
    client = create_app(f.Shelf()).test_client()
    assert client.get(f"/patients?{asked}").status_code == 200
    assert client.get(f"/api/v1/patients?{asked}").status_code == 200


@pytest.mark.parametrize("path", ["/labels", "/api/v1/labels", "/api/v1/items"])
def test_an_unknown_dataset_of_labels_is_an_error(path: str) -> None:
    answer = create_app(f.Shelf()).test_client().get(f"{path}?dataset=nowhere")
    assert answer.status_code == 400
    assert "there is no dataset" in answer.text and "demo" in answer.text
