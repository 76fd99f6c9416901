"""Concepts: autocomplete, one concept, and the patients who have it charted."""

from typing import Any

from search.reading.named import account_of, concepts_called
from webapp.answers import concepts as answers
from webapp.answers import patients as patient_answers
from webapp.answers.shapes import Json, plain
from webapp.api.operation import Operation
from webapp.api.paging import next_offset
from webapp.api.parameters import ByIri, ConceptParameters, IriPage, Limit, Parameters, Words
from webapp.context import Context
from webapp.errors import not_found


class NameParameters(Parameters):
    """What a concept is called."""

    q: Words
    """A name, a code, an abbreviation, or an IRI."""
    limit: Limit = 10
    """Concepts to return."""


def concepts(asked: ConceptParameters, context: Context) -> answers.ConceptListJson:
    """Concepts that begin with what was typed."""
    found = context.snapshot.catalog.suggest_concepts(asked.q, asked.limit)
    return {"concepts": plain(found), "generation": context.snapshot.generation}


def concept(asked: ByIri, context: Context) -> Json:
    """One concept, its place among others, and how charts and texts have it."""
    catalog = context.snapshot.catalog
    found = catalog.concept(asked.id)
    if found is None:
        raise _no_such_concept()
    return answers.concept_answer(account_of(catalog, found), context.snapshot.generation)


def named(asked: NameParameters, context: Context) -> answers.NamedConceptsJson:
    """What a name, a code or an abbreviation may mean."""
    snapshot = context.snapshot
    found = concepts_called(asked.q, snapshot.catalog, snapshot.texts.read, asked.limit)
    return {
        "concepts": [answers.concept_answer(account_of(snapshot.catalog, one), snapshot.generation) for one in found.concepts],
        "unused": plain(found.unused),
        "near": plain(found.near),
        "generation": snapshot.generation,
    }


def patients_with_concept(asked: IriPage, context: Context) -> patient_answers.PatientsOfConceptJson:
    """Patients who have the concept charted as a counted fact."""
    catalog = context.snapshot.catalog
    known = catalog.concept(asked.id)
    if known is None:
        raise _no_such_concept()
    found = catalog.patients_with_concept(asked.id, asked.limit + 1, asked.offset)
    return {
        "total": known.patients,
        "patients": plain(found[: asked.limit]),
        "next_offset": next_offset(asked.offset, asked.limit, len(found)),
        "generation": context.snapshot.generation,
    }


def _no_such_concept() -> Exception:
    return not_found("concept", "No record of the published generation uses a concept of this IRI. Find it with /api/v1/concepts?q=.")


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="suggestConcepts",
        method="GET",
        path="/concepts",
        tag="Concepts",
        summary="Concepts that begin with what was typed, most used first",
        handler=concepts,
        answer=answers.ConceptListJson,
        parameters=ConceptParameters,
        example={"q": "diab"},
    ),
    Operation(
        name="getConcept",
        method="GET",
        path="/concepts/one",
        tag="Concepts",
        summary="One concept: its codings, what is broader and narrower, and how charts and texts have it",
        handler=concept,
        answer=answers.CONCEPT_ANSWER,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{concept}"},
    ),
    Operation(
        name="getConceptsByName",
        method="GET",
        path="/concepts/named",
        tag="Concepts",
        summary="What a name, a code or an abbreviation may mean; near names where there is none",
        handler=named,
        answer=answers.NamedConceptsJson,
        parameters=NameParameters,
        example={"q": "heart attack"},
    ),
    Operation(
        name="getConceptByPath",
        method="GET",
        path="/concepts/{id}",
        tag="Concepts",
        summary="One concept, its IRI percent-encoded in the address",
        handler=concept,
        answer=answers.CONCEPT_ANSWER,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{concept}"},
    ),
    Operation(
        name="getPatientsWithConcept",
        method="GET",
        path="/concepts/patients",
        tag="Concepts",
        summary="Patients who have the concept charted as a counted fact",
        handler=patients_with_concept,
        answer=patient_answers.PatientsOfConceptJson,
        parameters=IriPage,
        problems=(404,),
        example={"id": "{concept}", "limit": 10},
    ),
)
