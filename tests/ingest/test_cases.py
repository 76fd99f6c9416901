"""The inputs of public reports that lie beside the repository, each ingested whole: what its README says is right comes out.

A clone without them has the same kinds as inputs of its own, in `mapping/`, `text/`, `tests/sources` and `tests/labels/test_odd_labels.py`.
"""

import csv
import io
import json
from pathlib import Path

import pytest

from labels.manifests.export import export
from labels.manifests.lines import locate, read_entries

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cases"
CHECKED = frozenset(
    {
        *("attachments-folder", "binary-entered-in-error", "binary-note", "coco-string-numbers", "comparator", "id-underscore"),
        *("ignored-files", "issued-only", "label-without-metadata", "mislabeled-attachment", "patient-merge"),
        *("synthea-parameters-json", "text-dates", "text-ids-across-files"),
    }
)


def case(name):
    folder = CASES / name
    if not folder.is_dir():
        pytest.skip(f"the case is not at {folder}")
    return folder


def documents(lab):
    """Id of a record → the document that it bears, with its text."""
    catalog = lab.snapshot().catalog
    listed = catalog.documents_of_patient(lab.iri("Patient", "p1"))
    assert sum(one.documents for one in catalog.datasets()) == len(listed), "a document of nobody"
    return {one.id.rpartition("/")[2]: catalog.document(one.id) for one in listed}


def nothing_else_told(lab, report):
    """Whether nothing is told but that the README is no data."""
    (told,) = lab.issues(report)
    return told["code"] == "passed-over" and "1 file was" in told["reason"] and told["reason"].endswith(": README")


def facts(lab, patient="p1"):
    return lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", patient))


def said(lab, kind, identifier, name):
    return lab.node(kind, identifier).properties.get(f"https://w3id.org/commissure/ns#{name}", ())


def manifest():
    files, _ = locate([str(case("coco-string-numbers") / "x.manifest")])
    return list(read_entries(files))


def test_every_case_that_is_there_is_checked():
    there = {path.name for path in case("").iterdir() if path.is_dir()}
    assert there <= CHECKED


def test_attachments_folder(lab):
    assert nothing_else_told(lab, lab.ingest_path(case("attachments-folder")))
    texts = {record: document.text.strip() for record, document in documents(lab).items()}
    assert texts == {"d1": "Stored beside: hordeolum of the left eye.", "d2": "Stored beside: blepharitis."}


def test_binary_entered_in_error(lab):
    assert nothing_else_told(lab, lab.ingest_path(case("binary-entered-in-error")))
    assert documents(lab) == {}


def test_binary_note(lab):
    assert nothing_else_told(lab, lab.ingest_path(case("binary-note")))
    found = documents(lab)
    assert {record: document.text.strip() for record, document in found.items()} == {
        "d1": "Seen for vertigo & tinnitus.",
        "d2": "Follow-up for sarcoidosis of the lung.",
        "r1": "CT: pneumatocele in lingula.",
    }
    assert {(document.type, document.date[:10]) for document in found.values()} == {
        ("Progress note", "2023-03-04"),
        ("CT chest", "2023-02-02"),
    }
    assert all(document.patient == lab.iri("Patient", "p1") for document in found.values())


def test_coco_string_numbers():
    out, issues = io.BytesIO(), []
    export(manifest(), (), "coco", out, issues.append)
    coco = json.loads(out.getvalue())
    names = {image["id"]: image["file_name"] for image in coco["images"]}
    boxes = {name: [] for name in names.values()}
    for annotation in coco["annotations"]:
        boxes[names[annotation["image_id"]]].append(annotation["bbox"])
    first, second = (found for name, found in boxes.items() if name.endswith(("m1.jpg", "m2.jpg")))
    assert first == second == [[1, 2, 30, 40]]
    assert {(type(image["width"]), type(image["height"])) for image in coco["images"]} == {(int, int)}
    assert all(type(number) in (int, float) for found in boxes.values() for box in found for number in box)
    assert len([found for found in boxes.values() if not found]) <= len(issues)
    table = io.BytesIO()
    export(manifest(), (), "csv", table, issues.append)
    assert len(list(csv.DictReader(io.StringIO(table.getvalue().decode())))) >= len(coco["annotations"])


def test_comparator(lab):
    lab.ingest_path(case("comparator"))
    bounds = {fact.value: (fact.number, fact.comparator, fact.exact) for fact in facts(lab)}
    assert bounds["<5 mg/dL"] == (5, "<", None)
    assert bounds[">=400 mg/dL"] == (400, ">=", None)


def test_id_underscore(lab):
    report = lab.ingest_path(case("id-underscore"))
    assert (report.rejects, report.records["added"]) == ({}, 2)
    assert [fact.label for fact in facts(lab, "p_1")] == ["Gout"]


def test_ignored_files(lab):
    report = lab.ingest_path(case("ignored-files"))
    assert (report.records["added"], report.warnings["passed-over"]) == (2, 1)
    assert [fact.label for fact in facts(lab)] == ["Gout"]
    (told,) = (issue for issue in lab.issues(report) if issue["code"] == "passed-over")
    assert "Observation.ndjson/part-00000-abc.txt" in told["reason"] and "README" in told["reason"]


def test_issued_only(lab):
    lab.ingest_path(case("issued-only"))
    for kind, identifier in (("Observation", "o1"), ("DiagnosticReport", "r1")):
        assert "2023-05-03T08:00:00Z" in str(said(lab, kind, identifier, "issued"))
        assert "2023-05-03T08:00:00Z" in str(said(lab, kind, identifier, "start"))


def test_label_without_metadata(lab):
    report = lab.ingest_path(case("label-without-metadata"), format="manifest")
    assert report.records["added"] >= 2 and report.rejects == {}
    assert any("metadata" in code for code in report.warnings)


def test_mislabeled_attachment(lab):
    lab.ingest_path(case("mislabeled-attachment"))
    found = documents(lab)
    assert "carbuncle" in found["d1"].text and "ecthyma" in found["d2"].text
    for document in found.values():
        assert not any(odd in document.text for odd in ("\\rtf", "<html", "%PDF", "\x1f\x8b", "\ufffd")), document.id


def test_patient_merge(lab):
    lab.ingest_path(case("patient-merge"))
    old, new = (lab.iri("Patient", name) for name in ("old", "new"))
    assert any(f"<{old}> <https://w3id.org/commissure/ns#replacedBy> <{new}>" in quad for quad in lab.quads())


def test_synthea_parameters_json(lab):
    report = lab.ingest_path(case("synthea-parameters-json"), all_or_nothing=True)
    assert (report.rejects, report.records["added"], report.warnings["no-record"]) == ({}, 1, 1)


def test_text_dates(lab):
    report = lab.ingest_path(case("text-dates"), format="text")
    catalog = lab.snapshot().catalog
    dates = {number: catalog.document(lab.iri("Text", f"d{number}")).date for number in range(1, 7)}
    assert dates == {1: None, 2: "2023-12-31", 3: "2023-01-02", 4: None, 5: None, 6: "2023-01-02"}
    assert report.warnings["bad-date"] == 3


def test_text_ids_across_files(lab):
    report = lab.ingest_path(case("text-ids-across-files"), format="text")
    assert (report.records["added"], report.rejects) == (1, {"repeated-id": 1})
