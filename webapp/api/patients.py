"""Patients, their facts and their documents."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cohorts.patients import Selection, beginning, check, count, select
from search.model import PatientSummary
from webapp.answers import documents as document_answers
from webapp.answers import patients as answers
from webapp.answers.shapes import Json, plain
from webapp.api.operation import Operation
from webapp.api.paging import cursor_after, next_offset, offset_of
from webapp.api.parameters import ByIri, ConditionParameters, IriPage, PatientFilters, PatientParameters
from webapp.context import Context
from webapp.errors import not_found

MOST_CONDITIONS = 100
"""Conditions that the list counts."""


def patients(asked: PatientParameters, context: Context) -> answers.PatientListJson:
    """Patients that fit, sorted."""
    everyone = context.snapshot.catalog.patient_overviews()
    selection = replace(_selection(asked), sort=asked.sort, descending=asked.order == "desc")
    check(selection, everyone, [one.dataset for one in context.snapshot.catalog.datasets()])
    today = datetime.now(UTC).date()
    found = select(everyone, selection, today)
    counts = count(everyone, selection, today)
    return {
        "total": len(found),
        "patients": [answers.patient_row(one) for one in found[asked.offset : asked.offset + asked.limit]],
        "sexes": plain(counts.sexes),
        "ages": plain(counts.ages),
        "conditions": plain(counts.conditions[:MOST_CONDITIONS]),
        "next_offset": next_offset(asked.offset, asked.limit, len(found) - asked.offset),
        "generation": context.snapshot.generation,
    }


def conditions(asked: ConditionParameters, context: Context) -> answers.ConditionListJson:
    """A page of all conditions that patients who fit have."""
    everyone = context.snapshot.catalog.patient_overviews()
    selection = _selection(asked)
    check(selection, everyone, [one.dataset for one in context.snapshot.catalog.datasets()])
    found = beginning(count(everyone, selection, datetime.now(UTC).date()).conditions, asked.prefix)
    offset = offset_of(asked.cursor, context.snapshot.generation)
    end = offset + asked.limit
    return {
        "total": len(found),
        "conditions": plain(found[offset:end]),
        "cursor": cursor_after(context.snapshot.generation, end, len(found)),
        "generation": context.snapshot.generation,
    }


def _selection(asked: PatientFilters) -> Selection:
    datasets = (asked.dataset,) if asked.dataset else ()
    return Selection(asked.q, asked.sex, asked.age, asked.condition, datasets)


def patient(asked: ByIri, context: Context) -> Json:
    """Who a patient is; by the IRI of a record that was merged, too."""
    found = _patient(asked.id, context)
    catalog = context.snapshot.catalog
    facts, former = catalog.count_charted("patient", found.id), catalog.former_patients(found.id)
    return answers.PATIENT_ANSWER(found, facts=facts, former=former, generation=context.snapshot.generation)


def facts(asked: IriPage, context: Context) -> answers.FactListJson:
    """A patient's facts, oldest first, each once whatever it is coded in."""
    patient = _patient(asked.id, context).id
    catalog = context.snapshot.catalog
    found = catalog.charted("patient", patient, asked.limit + 1, asked.offset)
    return {
        "patient": patient,
        "total": catalog.count_charted("patient", patient),
        "facts": [answers.fact(codings) for codings in found[: asked.limit]],
        "next_offset": next_offset(asked.offset, asked.limit, len(found)),
        "generation": context.snapshot.generation,
    }


def documents(asked: IriPage, context: Context) -> document_answers.DocumentListJson:
    """A patient's documents, newest first."""
    patient = _patient(asked.id, context).id
    found = context.snapshot.catalog.documents_of_patient(patient, asked.limit + 1, asked.offset)
    return {
        "documents": plain(found[: asked.limit]),
        "next_offset": next_offset(asked.offset, asked.limit, len(found)),
        "generation": context.snapshot.generation,
    }


def _patient(iri: str, context: Context) -> PatientSummary:
    found = context.snapshot.catalog.patient(iri)
    if found is None:
        raise not_found("patient", "The published generation holds no patient of this IRI. List them with /api/v1/patients.")
    return found


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="listPatients",
        method="GET",
        path="/patients",
        tag="Patients",
        summary="Patients by name, sex, age, condition and dataset",
        description="`sexes`, `ages` and `conditions` count what each further choice would leave; of the last "
        "the 100 most frequent, of which /patients/conditions has all.",
        handler=patients,
        answer=answers.PatientListJson,
        parameters=PatientParameters,
        example={"limit": 10},
    ),
    Operation(
        name="listConditions",
        method="GET",
        path="/patients/conditions",
        tag="Patients",
        summary="All conditions of the patients who fit, page by page",
        description="The filters of the list of patients. A condition is counted by the patients who have it beside all that is asked for.",
        handler=conditions,
        answer=answers.ConditionListJson,
        parameters=ConditionParameters,
        problems=(503,),
        example={"prefix": "diab", "limit": 10},
    ),
    Operation(
        name="getPatient",
        method="GET",
        path="/patients/one",
        tag="Patients",
        summary="Who a patient is",
        handler=patient,
        answer=answers.PATIENT_ANSWER,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{patient}"},
    ),
    Operation(
        name="getPatientByPath",
        method="GET",
        path="/patients/{id}",
        tag="Patients",
        summary="One patient, its IRI percent-encoded in the address",
        handler=patient,
        answer=answers.PATIENT_ANSWER,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{patient}"},
    ),
    Operation(
        name="getFactsOfPatient",
        method="GET",
        path="/patients/facts",
        tag="Patients",
        summary="A patient's facts, oldest first",
        description="Counted or not: `counted` is false for what was refuted, not done, said of a relative or entered by a machine. "
        "What one record charts with codes of several systems is one fact, with all of them in `concepts`.",
        handler=facts,
        answer=answers.FactListJson,
        parameters=IriPage,
        problems=(404,),
        example={"id": "{patient}", "limit": 20},
    ),
    Operation(
        name="getDocumentsOfPatient",
        method="GET",
        path="/patients/documents",
        tag="Patients",
        summary="A patient's documents, newest first",
        handler=documents,
        answer=document_answers.DocumentListJson,
        parameters=IriPage,
        problems=(404,),
        example={"id": "{patient}", "limit": 20},
    ),
)
