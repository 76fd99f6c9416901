"""Reading over REST: what a text says, and how spans are meant."""

import pytest
from flask.testing import FlaskClient

from tests.webapp.fixtures import DATASET, DIABETES, DIABETES_NOTE, MILAN, ROSA

TEXT = "\U0001f600 No type 2 diabetes mellitus. Mother had hypertension."


def test_a_text_is_read(client: FlaskClient) -> None:
    answer = client.post("/api/v1/read", json={"text": TEXT})
    assert answer.status_code == 200, answer.json
    first, *_ = answer.json["mentions"]
    assert TEXT[first["start"] : first["end"]] == first["text"]
    assert (first["concept"], first["assertion"], first["trigger"]) == (DIABETES, "negated", "No")
    assert answer.headers["Cache-Control"] == "no-store"
    again = client.post("/api/v1/read", json={"text": TEXT, "dataset": [DATASET]})
    assert again.json["mentions"] == answer.json["mentions"]
    assert client.post("/api/v1/read", json={"text": ""}).json["mentions"] == []


def test_spans_are_judged(client: FlaskClient) -> None:
    spans = [{"id": "a", "text": "No fever.", "start": 3, "end": 8}, {"id": "b", "text": "Fever.", "start": 0, "end": 5}]
    answer = client.post("/api/v1/read/spans", json={"spans": spans})
    assert answer.json == {
        "spans": [{"id": "a", "assertion": "negated", "trigger": "No"}, {"id": "b", "assertion": "affirmed", "trigger": ""}]
    }


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("read", {}, "text"),
        ("read", {"text": "x", "dataset": ["none"]}, "dataset"),
        ("read", {"text": 7}, "text"),
        ("read", {"text": "x" * 200_001}, "text"),
        ("read/spans", {"spans": []}, "spans"),
        ("read/spans", {"spans": [{"id": "a", "text": "No fever.", "start": 3, "end": 10}]}, "spans.0.end"),
        ("read/spans", {"spans": [{"id": "a", "text": "No fever.", "start": 8, "end": 3}]}, "spans.0.end"),
        ("read/spans", {"spans": [{"id": "a", "text": "No fever.", "start": -1, "end": 3}]}, "spans.0.start"),
    ],
)
def test_what_cannot_be_read_is_named(client: FlaskClient, path: str, body: dict[str, object], field: str) -> None:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert "fever" not in answer.get_data(as_text=True)


def test_a_body_beyond_the_bound_is_refused(client: FlaskClient) -> None:
    assert client.post("/api/v1/read", json={"text": "x" * 1_100_000}).status_code == 413


def test_similar_notes_and_patients_say_why(client: FlaskClient) -> None:
    answer = client.get("/api/v1/documents/similar", query_string={"id": DIABETES_NOTE, "limit": 2})
    assert answer.status_code == 200, answer.json
    first = answer.json["similar"][0]
    assert first["score"] == pytest.approx((first["passages"] + first["concepts"]) / 2) and first["why"]
    assert len(answer.json["similar"]) <= 2
    assert first["id"] != DIABETES_NOTE and first["patient"] != MILAN
    (only,) = client.get("/api/v1/patients/similar", query_string={"id": ROSA}).json["similar"]
    assert only["id"] == MILAN and only["passage"] is None
    for path in ("documents", "patients"):
        assert client.get(f"/api/v1/{path}/similar?id=urn:none").status_code == 404


def test_a_concept_has_its_standing_and_its_place(client: FlaskClient) -> None:
    one = client.get("/api/v1/concepts/one", query_string={"id": DIABETES}).json
    assert one["standing"]["charted"]["patients"] == 1 and one["standing"]["concepts"] == 1
    assert [each["concept"] for each in one["codes"]] == [DIABETES] and one["broader"] == one["narrower"] == []
    named = client.get("/api/v1/concepts/named", query_string={"q": "diabetes mellitus type II"}).json
    assert named["concepts"] == [one] and named["near"] == named["unused"] == []
    near = client.get("/api/v1/concepts/named", query_string={"q": "cisplatn"}).json
    assert near["concepts"] == [] and any("isplatin" in each["label"] for each in near["near"])
