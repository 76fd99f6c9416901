"""Women, men, ages and dates in a question are what filters say too."""

from datetime import date

import pytest

from search.model import Match, SearchRequest
from search.questions.limits import limits_of
from tests.ingest.exports import InlinePool, Lab, condition, note, patient


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        ("women over 60 with breast cancer", [("women", [("sex", "female")]), ("over 60", [("age_from", "60")])]),
        ("men with stroke in 2023", [("men", [("sex", "male")]), ("in 2023", [("from", "2023"), ("to", "2023")])]),
        ("patients under 18 with asthma", [("under 18", [("age_to", "17")])]),
        ("57-year-old man", [("57-year-old", [("age_from", "57"), ("age_to", "57")]), ("man", [("sex", "male")])]),
        ("patients aged 40 to 60", [("aged 40 to 60", [("age_from", "40"), ("age_to", "60")])]),
        ("on metformin since March 2021", [("since March 2021", [("from", "2021-03")])]),
        ("after December 2020", [("after December 2020", [("from", "2021-01")])]),
        ("before 2020", [("before 2020", [("to", "2019")])]),
        ("before Jan 2020", [("before Jan 2020", [("to", "2019-12")])]),
        ("between 2021 and 2019", [("between 2021 and 2019", [("from", "2019"), ("to", "2021")])]),
        ("stroke in the last year", [("in the last year", [("from", "2023-03-31")])]),
        ("stroke within the past six months", [("within the past six months", [("from", "2023-09-30")])]),
        ("stroke during the last 2 weeks", [("during the last 2 weeks", [("from", "2024-03-17")])]),
        ("stroke in the last month", [("in the last month", [("from", "2024-02-29")])]),
        ("cough for the past 3 days", []),
        ("stroke in the last 999 years and more", [("in the last 999 years", [("from", "1025-03-31")])]),
        ("last year", []),
        ("children with asthma", [("children", [("age_to", "17")])]),
        ("asthma in adults", [("adults", [("age_from", "18")])]),
        ("girls with asthma", [("girls", [("sex", "female")]), ("girls", [("age_to", "17")])]),
        ("women with children", [("women", [("sex", "female")])]),
        ("children over 5 with asthma", [("over 5", [("age_from", "5")])]),
        ("children and adults with asthma", []),
        ("asthma in children or in adults", []),
        ("men and women with gout", []),
        ("hba1c above 9", []),
        ("ejection fraction below 40", []),
        ("patients with glucose over 200", []),
        ("patients over 90 kg", []),
        ("patients over 200", []),
        ("room 2023", []),
        ("", []),
    ],
)
def test_limits_of_a_question(question, limits):
    found = limits_of(question, date(2024, 3, 31))
    assert [(limit.text, list(limit.filters)) for limit in found] == limits
    assert all(question[limit.start : limit.end] == limit.text for limit in found)


def test_a_time_that_ends_now_limits_nothing_where_no_day_is_known():
    assert limits_of("stroke in the last year") == ()


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("limits"))
        people = [
            patient("old", gender="female", birthDate="1940-01-01"),
            patient("young", gender="female", birthDate="2000-01-01"),
            patient("man", gender="male", birthDate="1940-01-01"),
            {"resourceType": "Patient", "id": "nobody"},
        ]
        notes = [
            note(f"n-{one['id']}", text="Breast cancer, seen today.", subject=f"Patient/{one['id']}", date="2023-05-01T10:00:00Z")
            for one in people
        ]
        lab.ingest(*people, condition(subject="Patient/old"), *notes)
        yield lab.snapshot().retriever


@pytest.mark.parametrize(
    ("question", "well"),
    [
        ("breast cancer", {"old", "young", "man", "nobody"}),
        ("women with breast cancer", {"old", "young", "nobody"}),
        ("women over 60 with breast cancer", {"old", "nobody"}),
        ("men with breast cancer", {"man", "nobody"}),
        ("breast cancer in 2023", {"old", "young", "man", "nobody"}),
    ],
)
def test_who_is_known_to_be_somebody_else_is_no_hit(retriever, question, well):
    hits = retriever.search(SearchRequest(question)).hits
    assert {hit.document.rpartition("n-")[2] for hit in hits if hit.match is Match.WELL} == well
    assert len(hits) == len(well)


def test_the_last_year_is_counted_back_from_the_newest_document(retriever):
    result = retriever.search(SearchRequest("breast cancer in the last year"))
    (limit,) = result.question.limits
    assert (limit.label, limit.filters) == ("since 2022-05-01", (("from", "2022-05-01"),))
    assert (result.well, result.question.rest) == (4, "")


def test_what_is_of_another_time_matches_loosely(retriever):
    result = retriever.search(SearchRequest("breast cancer in 1999"))
    assert (result.well, result.loosely) == (0, 4)
    assert result.question.limits[0].label == "1999"


def test_the_head_counts_within_the_limits(retriever):
    """Who reads the numbers above the hits reads them of those that were asked for."""

    def having(question):
        return next((head.patients, head.documents) for head in retriever.search(SearchRequest(question)).head if head.way == "concept")

    assert having("breast cancer") == (4, 4)
    assert having("women with breast cancer") == (2, 2)
    assert having("women over 60 with breast cancer") == (1, 1)
    assert having("breast cancer before 2020") == (0, 0)
