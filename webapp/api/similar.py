"""Similar notes, similar patients."""

from typing import Any

from webapp.answers import similar as answers
from webapp.api.operation import Operation
from webapp.api.parameters import ByIri, Limit
from webapp.context import Context
from webapp.errors import not_found

_DESCRIPTION = (
    "By the passages of both and by the concepts that both have, narrower ones folded, those of few patients weighing most. What is "
    "affirmed is not mixed with what is denied: what one has and the other denies counts against them and is named in `opposed`."
)


class SimilarParameters(ByIri):
    """The most similar to one thing."""

    limit: Limit = 10
    """How many."""


def documents(asked: SimilarParameters, context: Context) -> answers.SimilarListJson:
    """Notes of other patients that are like a note."""
    if context.snapshot.catalog.document(asked.id) is None:
        raise not_found("document", "The published generation holds no document of this IRI. Take it from a hit of /api/v1/search.")
    found = context.snapshot.likenesses.documents(asked.id, asked.limit)
    return {"similar": [answers.SIMILAR(each) for each in found], "generation": context.snapshot.generation}


def patients(asked: SimilarParameters, context: Context) -> answers.SimilarListJson:
    """Patients that are like a patient."""
    known = context.snapshot.catalog.patient(asked.id)
    if known is None:
        raise not_found("patient", "The published generation holds no patient of this IRI. Find it with /api/v1/patients.")
    found = context.snapshot.likenesses.patients(known.id, asked.limit)
    return {"similar": [answers.SIMILAR(each) for each in found], "generation": context.snapshot.generation}


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="getSimilarDocuments",
        method="GET",
        path="/documents/similar",
        tag="Documents",
        summary="Notes of other patients that are like a note, with what makes them alike",
        description=_DESCRIPTION,
        handler=documents,
        answer=answers.SimilarListJson,
        parameters=SimilarParameters,
        problems=(404,),
        example={"id": "{document}", "limit": 5},
    ),
    Operation(
        name="getSimilarPatients",
        method="GET",
        path="/patients/similar",
        tag="Patients",
        summary="Patients that are like a patient, with what makes them alike",
        description=_DESCRIPTION,
        handler=patients,
        answer=answers.SimilarListJson,
        parameters=SimilarParameters,
        problems=(404,),
        example={"id": "{patient}", "limit": 5},
    ),
)
