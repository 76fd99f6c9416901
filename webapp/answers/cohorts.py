"""Cohorts as JSON."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from cohorts.results import Counted, Step
from cohorts.study import Cohorts, Member
from webapp.answers.shapes import Json, Shape

STEP = Shape(Step, "CohortStep", words={"rule": "The rule's name, 'entry' for who enters.", "events": "Index events of these patients."})
MEMBER = Shape(
    Member,
    "CohortMember",
    words={
        "patient": "IRI of the patient.",
        "index": "The day of the index event, or the first of the episode; null where there is no date.",
        "end": "Its last day.",
    },
)


class CohortCountJson(TypedDict):
    """Who is in a cohort, and who is left after each of its rules."""

    count: int
    """Patients in the cohort."""
    events: int
    """Their index events, or their episodes where the definition has an exit."""
    attrition: list[Annotated[Json, STEP]]
    """Who is left after each rule and all before it."""
    frozen: dict[str, int]
    """Path of a rule that asks for words of notes → how many notes say them."""
    notices: list[str]
    """Codes that nothing published has."""
    generation: int


class CohortRunJson(TypedDict):
    """A page of the index events of a cohort, by patient and day."""

    count: int
    """Patients in the cohort."""
    events: int
    """Their index events, over all pages."""
    patients: list[Annotated[Json, MEMBER]]
    """The index events of this page; a patient with several has several."""
    attrition: list[Annotated[Json, STEP]]
    frozen: dict[str, int]
    notices: list[str]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class CohortSchemaJson(TypedDict):
    """The JSON Schema of definitions."""

    format: str
    """The format that the schema describes."""
    schema: dict[str, Any]


def count_answer(counted: Counted, cohorts: Cohorts) -> CohortCountJson:
    """What a count tells."""
    return {
        "count": counted.patients,
        "events": counted.events,
        "attrition": [STEP(step) for step in counted.steps],
        "frozen": dict(counted.frozen),
        "notices": list(counted.notices),
        "generation": cohorts.generation,
    }
