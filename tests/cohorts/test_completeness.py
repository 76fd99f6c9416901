"""What datasets lack: groups without records, silences, undated records, notes that are not there or not read."""

import pytest

from cohorts.completeness import Completeness, Gap, completeness_of, warnings
from search.tables.coverage import Coverage, Reach

YEARS = [f"{year}-{month:02}" for year in (2019, 2020) for month in range(1, 13)]


def reach(months, undated=0, patients=10, each=2):
    return Reach(dict.fromkeys(months, each), each * len(months) + undated, undated, patients)


def whole(**groups):
    names = ("encounter", "condition", "observation", "medication", "procedure", "allergy", "immunization", "document")
    return Coverage("d", 10, {name: reach(YEARS) for name in names} | groups, 0)


def told(coverage, **rest):
    return warnings(completeness_of(coverage, **rest))


def test_of_what_is_whole_nothing_is_said():
    found = completeness_of(whole())
    assert (found.missing, found.months, warnings(found)) == ((), 24, ())
    assert {(one.first, one.last, one.months, one.gap, one.patients_without) for one in found.groups} == {
        ("2019-01", "2020-12", 24, None, 0)
    }


def test_groups_without_a_record_are_named():
    coverage = Coverage("d", 10, {"encounter": reach(YEARS), "document": reach(YEARS)}, 0)
    found = completeness_of(coverage)
    assert found.missing == ("condition", "observation", "medication", "procedure", "allergy", "immunization")
    assert warnings(found)[1] == "There are no results: questions about them find nobody."


@pytest.mark.parametrize("reach_", [{}, {"document": reach(YEARS)}])
def test_texts_and_labels_lack_no_clinical_records(reach_):
    found = completeness_of(Coverage("papers", 0, reach_, 0))
    assert (found.missing, warnings(found)) == ((), ())


@pytest.mark.parametrize(
    ("having", "gap", "said"),
    [
        (YEARS[:12], Gap("2020-01", "2020-12", 12), True),
        (YEARS[12:], Gap("2019-01", "2019-12", 12), True),
        ([*YEARS[:3], *YEARS[14:]], Gap("2019-04", "2020-02", 11), True),
        ([*YEARS[:3], *YEARS[4:]], Gap("2019-04", "2019-04", 1), False),
        ([YEARS[0], *YEARS[2:5], *YEARS[6:]], Gap("2019-02", "2019-02", 1), False),
        ([], Gap("2019-01", "2020-12", 24), False),
    ],
)
def test_the_longest_silence_is_told_where_it_is_no_chance(having, gap, said):
    found = completeness_of(whole(observation=reach(having, each=4)))
    (results,) = [one for one in found.groups if one.group == "observation"]
    assert (results.gap, results.months) == (gap, len(having))
    sentence = f"No results from {gap.first} to {gap.last}, though care goes on in {gap.months} of these months."
    assert (sentence in warnings(found)) is said


def test_allergies_may_rest():
    assert told(whole(allergy=reach(YEARS[:2], each=50))) == ()


def test_months_without_encounters_are_no_silence():
    months = [month for month in YEARS if month < "2019-06" or month > "2020-06"]
    found = completeness_of(whole(encounter=reach(months), observation=reach(months)))
    assert {one.group: one.gap for one in found.groups}["observation"] is None
    assert found.months == len(months)


def test_without_encounters_any_record_shows_that_care_goes_on():
    found = completeness_of(Coverage("d", 10, {"condition": reach(YEARS[:6]), "observation": reach(YEARS[6:])}, 0))
    assert found.months == 24
    assert {one.group: one.gap for one in found.groups} == {
        "condition": Gap("2019-07", "2020-12", 18),
        "observation": Gap("2019-01", "2019-06", 6),
    }


def test_undated_records_unread_texts_and_what_is_referred_to_are_said():
    coverage = Coverage("d", 10, {**whole().reach, "condition": reach(YEARS, undated=3, patients=4)}, 5)
    assert told(coverage, unread=7, unembedded=1_200, unresolved_references=2) == (
        "3 of 51 conditions have no date: questions that ask when leave them out.",
        "5 of 48 encounters have no note or report.",
        "7 of 48 notes and reports are not read yet: what they say is not known.",
        "1,200 passages cannot be found by meaning yet, only by their words.",
        "2 references lead to records that are not in the dataset.",
    )
    (conditions,) = [one for one in completeness_of(coverage).groups if one.group == "condition"]
    assert conditions.patients_without == 6


def test_encounters_without_notes_are_not_counted_where_there_are_no_notes_at_all():
    coverage = Coverage("d", 10, {name: one for name, one in whole().reach.items() if name != "document"}, 48)
    assert told(coverage) == ("There are no notes and reports: questions about them find nobody.",)


def test_an_empty_dataset_is_complete():
    assert completeness_of(Coverage("d", 0, {}, 0)) == Completeness("d", 0, 0, (), (), 0, 0, 0, 0)
