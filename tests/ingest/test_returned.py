"""A record that comes back from an old export after it was deleted is told, once."""

import pytest

from tests.ingest.exports import condition, deleted, patient, write


def told(lab, report):
    return [one for one in lab.issues(report) if one["code"] == "returned"]


def test_a_record_that_comes_back_is_told_with_its_place_and_that_of_the_deletion(lab):
    lab.ingest(patient(), condition())
    gone = lab.ingest(deleted("Condition/c1", "Patient/p9"), role="deleted")
    report = lab.ingest(patient(), condition("c0"), condition())
    assert report.warnings == {"returned": 1}
    (issue,) = told(lab, report)
    assert (issue["record"], issue["line"], issue["severity"]) == (lab.iri("Condition", "c1"), 3, "warning")
    assert issue["source"].endswith("export3/x.ndjson")
    assert f"x.ndjson, line 1, run {gone.run}" in issue["reason"]
    assert lab.ingest(patient(), condition("c0"), condition()).warnings == {}
    assert lab.ingest(condition(recordedDate="2020")).warnings == {}


def test_a_record_that_is_deleted_again_and_comes_back_again_is_told_again(lab):
    for _ in range(2):
        lab.ingest(patient(), condition())
        lab.ingest(deleted("Condition/c1"), role="deleted")
    assert lab.ingest(condition()).warnings == {"returned": 1}


@pytest.mark.parametrize("beside", [(), (patient(),)])
def test_a_deletion_that_came_before_its_record_counts_too(lab, beside):
    lab.ingest(patient("other"))
    folder = lab.folder / "later"
    write(folder / "deleted" / "x.ndjson", deleted("Condition/c1"))
    if beside:
        write(folder / "y.ndjson", *beside)
    lab.ingest_path(folder)
    assert lab.ingest(patient(), condition()).warnings == {"returned": 1}


def test_a_deletion_within_the_same_run_wins_and_nothing_is_told(lab):
    folder = lab.folder / "both"
    write(folder / "x.ndjson", patient(), condition())
    write(folder / "deleted" / "x.ndjson", deleted("Condition/c1"))
    for _ in range(2):
        report = lab.ingest_path(folder)
        assert report.warnings == {} and lab.node("Condition", "c1") is None


def test_what_is_rejected_has_not_come_back(lab):
    lab.ingest(patient(), condition())
    lab.ingest(deleted("Condition/c1"), role="deleted")
    assert lab.ingest({**condition(), "nonsense": 1}).warnings == {}
    assert lab.ingest(condition()).warnings == {"returned": 1}


def test_a_dataset_that_was_dropped_remembers_no_deletions(lab):
    from ingest.pipeline import drop
    from ingest.progress import Silent

    lab.ingest(patient(), condition())
    lab.ingest(deleted("Condition/c1"), role="deleted")
    drop("d", lab.workspace, lab.tools, Silent())
    assert lab.ingest(patient(), condition()).warnings == {}


def test_of_very_many_the_first_are_told_and_that_there_are_more(lab, monkeypatch):
    monkeypatch.setattr("ingest.run.MOST_RETURNED", 2)
    many = [condition(f"c{number}") for number in range(5)]
    lab.ingest(patient(), *many)
    lab.ingest(deleted(*(f"Condition/c{number}" for number in range(5))), role="deleted")
    report = lab.ingest(patient(), *many)
    assert report.warnings == {"returned": 3}
    assert [one["line"] for one in told(lab, report)[:2]] == [2, 3]
    assert "more than 2" in told(lab, report)[2]["reason"]
