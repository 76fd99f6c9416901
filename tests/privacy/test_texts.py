"""What identifies is taken out of texts, and what only looks like it stays."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.changes import applied
from privacy.dates import Shift, shifted
from privacy.known import Known
from privacy.texts import changes_of, deidentified

KNOWN = Known(
    frozenset({"Margaret", "Parkinson", "Hope", "May", "José", "O'Neil", "Down", "Smith"}),
    frozenset({("id", "HL100917"), ("phone", "555-0117"), ("address", "12 Elm Street"), ("place", "Reading"), ("zip", "03755")}),
)
SHIFT = Shift(-40)
DAYS = st.dates(min_value=date(1950, 1, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ms. Parkinson has Parkinson's disease.", "Ms. [NAME] has Parkinson's disease."),
        ("PARKINSON, MARGARET was seen", "[NAME] was seen"),
        ("M. Smith and Smith, J. came", "[NAME] came"),
        ("jose oneil, O'NEIL, José", "[NAME]"),
        ("May reports pain. It may help. In May 2021.", "[NAME] reports pain. It may help. In April 2021."),
        ("May be discharged. Hope to see her. Spoke with Hope today.", "May be discharged. Hope to see her. Spoke with [NAME] today."),
        ("Down syndrome, sits down. Mr. Down agrees.", "Down syndrome, sits down. Mr. [NAME] agrees."),
        ("Signed: Irene Novak, MD. Dr. Wu agrees; Wilson's disease.", "Signed: [NAME], MD. Dr. [NAME] agrees; Wilson's disease."),
        ("MRN: HL100917, hl-100917; SSN 123-45-6789", "MRN: [ID], [ID]; SSN [SSN]"),
        ("call 555-0117, (603) 555-0117 or +44 20 7946 0958", "call [PHONE], [PHONE] or [PHONE]"),
        ("12 elm street, Reading 03755. Reading a book.", "[ADDRESS], [PLACE] [ZIP]. [PLACE] a book."),
        ("mail a.b@c.org, www.x.org/p?1", "mail [EMAIL], [URL]"),
        ("A 94-year-old, aged 93; 98% at 92 mmHg, 89 years old", "A [90 OR OLDER], aged [90 OR OLDER]; 98% at 92 mmHg, 89 years old"),
        ("BP 120/80, strength 5/5, 2000 mL, SNOMED 44054006, T 36.8", "BP 120/80, strength 5/5, 2000 mL, SNOMED 44054006, T 36.8"),
    ],
)
def test_what_identifies_goes_and_all_else_stays(text: str, expected: str) -> None:
    assert deidentified(text, KNOWN, SHIFT) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-05", "2024-01-25"),
        ("3/5/2024", "1/25/2024"),
        ("03/05/24", "01/25/24"),
        ("25.12.2023", "15.11.2023"),
        ("March 5th, 2024", "January 25th, 2024"),
        ("5 Mar 2024", "25 Jan 2024"),
        ("MARCH 2024", "FEBRUARY 2024"),
        ("seen 3/5", "seen 1/24"),
        ("2/30/2024", "[DATE]"),
    ],
)
def test_a_date_is_moved_and_written_as_it_was(written: str, expected: str) -> None:
    assert deidentified(f"On that day ({written}) it rained", Known(), SHIFT) == f"On that day ({expected}) it rained"


def test_of_who_is_over_89_neither_ages_nor_years_around_birth_are_told() -> None:
    told = deidentified("Born 5/6/1932, born in 1932; an 84-year-old in 2016", Known(), Shift(-40, hidden=1932))
    assert told == "Born [DATE], born in [DATE]; an [AGE] in 2016"


@given(st.integers(1, 730), DAYS, DAYS)
def test_order_and_intervals_are_kept(days: int, one: date, other: date) -> None:
    moved = [date.fromisoformat(shifted(each.isoformat(), Shift(-days))) for each in (one, other)]
    assert moved[1] - moved[0] == other - one and moved[0] != one


@given(st.text(alphabet=st.sampled_from("JohnSmith aMay.,'-19/20\n:é"), max_size=80))
def test_changes_are_in_order_and_the_rest_is_as_it_was(text: str) -> None:
    changes = changes_of(text, KNOWN, SHIFT)
    assert all(before.end <= after.start for before, after in pairwise(changes))
    at = 0
    told = applied(text, changes)
    for one in changes:
        assert told.startswith(text[at : one.start] + one.new)
        told, at = told[one.start - at + len(one.new) :], one.end
    assert told == text[at:]


def test_no_name_that_is_known_is_left_however_it_is_written() -> None:
    for said in ("Smith", "SMITH", "smith", "Smith's", "M Smith", "Smith-Down", "Margaret Q. Smith", "Smith,Margaret"):
        assert "smith" not in deidentified(f"Today {said} came.", KNOWN, SHIFT).lower(), said
