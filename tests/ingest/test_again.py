"""A second ingest says why it took nothing: unchanged, older, left out, refused before."""

from commissure.cli.ingest import print_report
from tests.ingest.exports import condition, patient

ERROR = condition("c2", verificationStatus={"coding": [{"code": "entered-in-error"}]})
CLAIM = {"resourceType": "Claim", "id": "k1"}
BROKEN = {**condition("c3"), "nonsense": 1}


def test_every_record_that_is_read_again_has_its_reason(lab, capsys):
    first = lab.ingest(patient(), condition(), ERROR, CLAIM, BROKEN)
    assert (first.unchanged, first.rejected_again, first.skipped) == ({}, {}, {"entered-in-error": 1, "claim": 1})
    for _ in range(2):
        again = lab.ingest(patient(), condition(), ERROR, CLAIM, BROKEN)
        assert again.unchanged == {first.run: 2}
        assert again.rejected_again == {first.run: 1}
        assert again.skipped == {"entered-in-error": 1, "claim": 1}
        records = again.records
        assert (records["unchanged"], records["skipped"], records["rejected"]) == (2, 2, 1)
    print_report(again)
    said = capsys.readouterr().out
    assert f"unchanged: 2 as run {first.run} took them in" in said
    assert f"rejected as before: 1 as by run {first.run}" in said
    assert "left out on purpose: 1 claim, 1 entered-in-error" in said


def test_an_older_version_is_told_from_an_equal_one(lab):
    lab.ingest(patient(), condition(meta={"lastUpdated": "2024-05-01T00:00:00Z"}))
    report = lab.ingest(condition(note=[{"text": "old"}], meta={"lastUpdated": "2020-01-01T00:00:00Z"}))
    assert (report.unchanged, report.records["unchanged"]) == ({"older": 1}, 1)


def test_what_changed_is_not_unchanged_and_new_errors_are_not_old_ones(lab):
    first = lab.ingest(patient(), condition(), BROKEN)
    second = lab.ingest(patient(), condition(recordedDate="2021"), {**BROKEN, "more": 1}, ERROR)
    assert (second.unchanged, second.rejected_again, second.skipped) == ({first.run: 1}, {}, {"entered-in-error": 1})
    third = lab.ingest(patient(), condition(recordedDate="2021"), {**BROKEN, "more": 1}, condition("c2"))
    assert (third.unchanged, third.rejected_again, third.skipped) == ({first.run: 1, second.run: 1}, {second.run: 1}, {})
    assert lab.ingest(condition("c3"), condition("c2")).rejected_again == {}


def test_a_run_with_nothing_new_says_it_too(lab):
    first = lab.ingest(patient(), CLAIM)
    again = lab.ingest(patient(), CLAIM)
    assert (again.generation, again.unchanged, again.skipped) == (first.generation, {first.run: 1}, {"claim": 1})


def test_the_library_tells_it_of_the_run(lab):
    first = lab.ingest(patient(), BROKEN)
    again = lab.ingest(patient(), BROKEN)
    run = lab.library().run(again.run)
    assert (run.unchanged, run.rejected_again) == ({first.run: 1}, {first.run: 1})
