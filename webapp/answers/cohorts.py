"""Cohorts as JSON."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from cohorts.protection import Told
from cohorts.results import Counted, Frozen, Step
from cohorts.study import Cohorts, Member
from webapp.answers.shapes import Added, Json, Shape

STEP = Shape(
    Step,
    "CohortStep",
    words={"rule": "The rule's name, 'entry' for who enters."},
    added={"events": Added(Told, "Index events of these patients.", lambda step: step.events)},
)
MEMBER = Shape(
    Member,
    "CohortMember",
    words={
        "patient": "IRI of the patient, or of the item.",
        "index": "The day of the index event, or the first of the episode; null where there is no date.",
        "end": "Its last day.",
    },
)


class FrozenJson(TypedDict):
    """What was looked up before anything was counted; within one generation the same is found again."""

    by: str
    """'words', 'meaning' or 'filters' of notes, or 'graph'."""
    found: Told
    """How many notes, or patients of a pattern of the graph."""
    model: str
    """Of a meaning: the model whose vectors were compared."""
    at_least: float | None
    """Of a meaning: how near passages must come."""


class CohortCountJson(TypedDict):
    """Who is in a cohort, and who is left after each of its rules."""

    subjects: str
    """What is counted: 'patients', or 'items'."""
    count: Told
    """Patients, or items, in the cohort."""
    events: Told
    """Their index events, or their episodes where the definition has an exit."""
    attrition: list[Annotated[Json, STEP]]
    """Who is left after each rule and all before it."""
    frozen: dict[str, FrozenJson]
    """Path of a rule that asks for words, meanings or filters of notes, or for a pattern of the graph → what was found."""
    notices: list[str]
    """Codes that nothing published has."""
    generation: int


class CohortRunJson(TypedDict):
    """A page of the index events of a cohort, by patient and day."""

    subjects: str
    """What is counted: 'patients', or 'items'."""
    count: Told
    """Patients, or items, in the cohort."""
    events: Told
    """Their index events, over all pages."""
    patients: list[Annotated[Json, MEMBER]]
    """The index events of this page; a patient with several has several."""
    attrition: list[Annotated[Json, STEP]]
    frozen: dict[str, FrozenJson]
    notices: list[str]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class CohortSchemaJson(TypedDict):
    """The JSON Schema of definitions."""

    format: str
    """The format that the schema describes."""
    schema: dict[str, Any]


def _frozen(one: Frozen) -> FrozenJson:
    return {"by": one.by, "found": one.found, "model": one.model, "at_least": one.at_least}


def count_answer(counted: Counted, cohorts: Cohorts) -> CohortCountJson:
    """What a count tells."""
    return {
        "subjects": counted.subjects,
        "count": counted.patients,
        "events": counted.events,
        "attrition": [STEP(step) for step in counted.steps],
        "frozen": {path: _frozen(one) for path, one in counted.frozen.items()},
        "notices": list(counted.notices),
        "generation": cohorts.generation,
    }
