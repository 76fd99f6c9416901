"""Concepts, patients, datasets and ingest runs."""

from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient

from tests.webapp.fixtures import (
    CISPLATIN,
    DATASET,
    DIABETES,
    FAILED_RUN,
    FOLLOW_UP_NOTE,
    GENERATION,
    HAEMOGLOBIN_A1C,
    MILAN,
    NEUROPATHY,
    ONCOLOGY_NOTE,
    OTHER_DATASET,
    OVARIAN_CANCER,
    PACLITAXEL,
    ROSA,
    RUN,
    SNOMED,
    Shelf,
    empty,
    export,
    newer,
    real,
)


def get(client: FlaskClient, path: str, **parameters: Any) -> Any:
    response = client.get(path, query_string=parameters)
    assert response.status_code == 200, response.text
    return response.json


def test_concepts_complete_what_is_typed(client: FlaskClient) -> None:
    assert get(client, "/api/v1/concepts", q="dia mel") == {
        "concepts": [
            {
                "concept": DIABETES,
                "system": SNOMED,
                "code": "44054006",
                "label": "Type 2 diabetes mellitus",
                "synonyms": ["Diabetes mellitus type II"],
                "patients": 1,
                "documents": 2,
                "facts": 1,
                "denied": 0,
                "possible": 0,
                "history": 0,
                "family": 0,
                "not_in_family": 0,
                "allergy": 0,
                "no_allergy": 0,
            }
        ],
        "generation": GENERATION,
    }
    assert [one["concept"] for one in get(client, "/api/v1/concepts", q="taxol")["concepts"]] == [PACLITAXEL]
    assert [one["concept"] for one in get(client, "/api/v1/concepts", q="4548-4")["concepts"]] == [HAEMOGLOBIN_A1C]
    assert get(client, "/api/v1/concepts", q="zzz")["concepts"] == []


def test_one_concept(client: FlaskClient) -> None:
    found = get(client, "/api/v1/concepts/one", id=OVARIAN_CANCER)
    assert (found["label"], found["patients"], found["documents"], found["generation"]) == ("Ovarian cancer", 1, 3, GENERATION)
    assert get(client, "/api/v1/concepts/" + quote(OVARIAN_CANCER, safe="")) == found


def test_patients_with_a_concept_have_it_counted(client: FlaskClient) -> None:
    found = get(client, "/api/v1/concepts/patients", id=CISPLATIN)
    assert [one["id"] for one in found["patients"]] == [ROSA]
    assert found["total"] == 1
    assert get(client, "/api/v1/concepts/patients", id=NEUROPATHY)["patients"] == []
    assert client.get("/api/v1/concepts/patients?id=http://nope").status_code == 404


def test_patients_are_listed_by_label(client: FlaskClient) -> None:
    found = get(client, "/api/v1/patients")
    assert [one["label"] for one in found["patients"]] == ["Milan Okafor", "Rosa Lindqvist"]
    assert (found["total"], found["next_offset"]) == (2, None)
    first = get(client, "/api/v1/patients", limit=1)
    assert ([one["id"] for one in first["patients"]], first["next_offset"]) == ([MILAN], 1)
    second = get(client, "/api/v1/patients", limit=1, offset=first["next_offset"])
    assert ([one["id"] for one in second["patients"]], second["next_offset"]) == ([ROSA], None)
    assert get(client, "/api/v1/patients", dataset=OTHER_DATASET) == {
        "total": 0,
        "patients": [],
        "sexes": [],
        "ages": [],
        "conditions": [],
        "next_offset": None,
        "generation": GENERATION,
    }


def test_one_patient(client: FlaskClient) -> None:
    found = get(client, "/api/v1/patients/one", id=ROSA)
    assert found == {
        "id": ROSA,
        "dataset": DATASET,
        "label": "Rosa Lindqvist",
        "sex": "female",
        **dict.fromkeys(("race", "race_codes", "ethnicity", "ethnicity_codes"), ""),
        "born": "1961-04",
        "died": "2025-01-05",
        "source": "demo/Patient.ndjson",
        "line": 1,
        "facts": 5,
        "former": [],
        "generation": GENERATION,
    }
    assert get(client, "/api/v1/patients/" + quote(ROSA, safe="")) == found


def test_facts_say_whether_they_count(client: FlaskClient) -> None:
    found = get(client, "/api/v1/patients/facts", id=ROSA)
    assert [(one["label"], one["counted"], one["assertion"]) for one in found["facts"]] == [
        ("Ovarian cancer", True, "affirmed"),
        ("cisplatin", True, "affirmed"),
        ("paclitaxel", True, "affirmed"),
        ("Oncology visit", True, "affirmed"),
        ("Neuropathy", False, "negated"),
    ]
    assert (found["total"], found["next_offset"]) == (5, None)
    page = get(client, "/api/v1/patients/facts", id=ROSA, limit=3)
    assert (page["total"], len(page["facts"]), page["next_offset"]) == (5, 3, 3)
    values = get(client, "/api/v1/patients/facts", id=MILAN)["facts"]
    assert [(one["number"], one["unit"]) for one in values if one["relation"] == "observation"] == [(7.4, "%")]
    assert [(one["canonical"], one["canonical_unit"]) for one in values if one["relation"] == "observation"] == [(0.074, "1")]
    (visit,) = [one for one in found["facts"] if one["relation"] == "encounter"]
    assert (visit["setting"], visit["started"]) == ("AMB", "period")


def test_documents_of_a_patient_come_newest_first(client: FlaskClient) -> None:
    found = get(client, "/api/v1/patients/documents", id=ROSA, limit=2)
    assert [one["id"] for one in found["documents"]] == [FOLLOW_UP_NOTE, ONCOLOGY_NOTE]
    assert found["next_offset"] == 2


def test_datasets_say_what_is_published(client: FlaskClient, library: Shelf) -> None:
    found = get(client, "/api/v1/datasets")
    assert (found["generation"], found["published"]) == (GENERATION, real().current().published)
    assert [one["dataset"] for one in found["datasets"]] == [DATASET, OTHER_DATASET]
    demo = found["datasets"][0]
    assert (demo["records"], demo["unresolved_references"], demo["kinds"]["Patient"]) == (15, 2, 2)
    assert demo["published"]["documents"] == 5
    library.show(newer())
    found = get(client, "/api/v1/datasets")
    assert found["datasets"][1]["published"]["embedded"] < found["datasets"][1]["published"]["passages"]
    library.show(empty())
    assert get(client, "/api/v1/datasets") == {"datasets": [], "generation": None, "published": None}


def test_runs_and_their_issues(client: FlaskClient) -> None:
    runs = get(client, "/api/v1/runs")["runs"]
    assert [(one["run"], one["state"]) for one in runs if one["dataset"] == DATASET] == [(RUN, "finished"), (FAILED_RUN, "failed")]
    assert [one["run"] for one in get(client, "/api/v1/runs", limit=1)["runs"]] == [RUN]
    run = get(client, f"/api/v1/runs/{RUN}")
    assert (run["records"]["read"], run["rejects"], run["skipped"]) == (
        19,
        {"broken-json": 1, "bad-date": 1, "missing-element": 1},
        {"claim": 1},
    )
    issues = get(client, f"/api/v1/runs/{RUN}/issues", severity="reject")
    assert [(one["code"], one["source"], one["line"]) for one in issues["issues"]] == [
        ("broken-json", export() + "Condition.ndjson", 4),
        ("bad-date", export() + "Condition.ndjson", 5),
        ("missing-element", export() + "Observation.ndjson", 2),
    ]
    warnings = get(client, f"/api/v1/runs/{RUN}/issues", severity="warning")["issues"]
    assert [(one["code"], one["field"]) for one in warnings] == [("text-elsewhere", "DocumentReference.content[1].attachment.url")]
    assert get(client, f"/api/v1/runs/{RUN}/issues", limit=2)["next_offset"] == 2
    assert get(client, f"/api/v1/runs/{RUN}/issues", limit=2, offset=2)["next_offset"] is None
    assert client.get("/api/v1/runs/nope").status_code == 404
    assert client.get("/api/v1/runs/nope/issues").status_code == 404
