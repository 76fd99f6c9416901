"""Patients and their facts as JSON."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from typing_extensions import TypedDict

from cohorts.patients import Counted
from search import model as search
from search.columns.codings import leading_first
from webapp.answers.shapes import Added, Json, Shape

PATIENT = Shape(search.PatientSummary, "Patient", says="Who a patient is.")
FORMER = Shape(search.FormerPatient, without=("record",))
FormerJson = Annotated[Json, FORMER]
PATIENT_ANSWER = Shape(
    search.PatientSummary,
    "PatientAnswer",
    added={
        "facts": Added(int, "How many things are charted of the patient, each once whatever it is coded in."),
        "former": Added(list[FormerJson], "Records of the patient that were merged into this one."),
        "generation": Added(int),
    },
    says="One patient of the open generation.",
    inside=False,
)
CHARTED_CONDITION = Shape(search.ChartedCondition)
ChartedConditionJson = Annotated[Json, CHARTED_CONDITION]
PATIENT_ROW = Shape(
    search.PatientSummary,
    "PatientRow",
    added={
        "documents": Added(int),
        "facts": Added(int),
        "conditions": Added(list[ChartedConditionJson]),
        "former": Added(list[FormerJson], "Records of the patient that were merged into this one."),
    },
    says="A patient with what is charted of them: counted conditions, notes, and things charted, each once whatever it is coded in.",
    inside=False,
)
COUNTED = Shape(Counted, says="A value by which patients can be chosen and how many have it beside all else that is chosen.")
FACT = Shape(
    search.Fact,
    words={
        "concept": "The concept that codes it, SNOMED CT's where there are several.",
        "counted": "False where it does not count as true of the subject: refuted, not done, entered by a machine, a relative's.",
    },
    added={"concepts": Added(list[str], "All concepts that code it, SNOMED CT's first: codes of several systems are one fact.")},
    inside=False,
)
PatientJson = Annotated[Json, PATIENT]
PatientRowJson = Annotated[Json, PATIENT_ROW]
CountedJson = Annotated[Json, COUNTED]
FactJson = Annotated[Json, FACT]


class PatientsOfConceptJson(TypedDict):
    """Patients who have a concept charted, by label."""

    total: int
    """How many there are over all pages."""
    patients: list[PatientJson]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class PatientListJson(TypedDict):
    """Patients that fit, sorted."""

    total: int
    """How many there are over all pages."""
    patients: list[PatientRowJson]
    sexes: list[CountedJson]
    ages: list[CountedJson]
    conditions: list[CountedJson]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class ConditionListJson(TypedDict):
    """Conditions of the patients who fit, the most frequent first."""

    total: int
    """How many there are over all pages."""
    conditions: list[CountedJson]
    cursor: str | None
    """Give it back for the next page; null at the end."""
    generation: int


class FactListJson(TypedDict):
    """A patient's facts, oldest first, each once whatever it is coded in."""

    patient: str
    total: int
    facts: list[FactJson]
    next_offset: int | None
    generation: int


def fact(codings: Sequence[search.Fact]) -> Json:
    """A thing that is charted, with the concepts of all facts that code it."""
    concepts = leading_first(one.concept for one in codings if one.concept)
    return FACT(replace(codings[0], concept=concepts[0] if concepts else None), concepts=concepts)


def patient_row(value: search.PatientOverview) -> Json:
    """A patient as lists show them."""
    return PATIENT_ROW(value.patient, documents=value.documents, facts=value.facts, conditions=value.conditions, former=value.former)
