"""What is found together."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from cohorts.occurring import USUAL
from search.days import day_of
from webapp.answers import cooccurrence as answers
from webapp.api.operation import Operation
from webapp.api.parameters import Iri, Limit, Parameters, Word
from webapp.api.values import WHOLE
from webapp.context import Context
from webapp.errors import not_found

Relation = Literal["condition", "medication", "procedure", "observation", "allergy", "immunization"]


class CooccurrenceParameters(Parameters):
    """One thing, and where others are looked for beside it."""

    concept: Iri
    """IRI of the concept; its other codings and what is narrower count as well."""
    unit: Literal["patient", "encounter", "note"] = "patient"
    """What has both: a patient, a visit, or a note that affirms both."""
    relation: tuple[Relation, ...] = Field(default=USUAL, max_length=6, examples=[["condition"]])
    """What is charted, of patients and visits."""
    dataset: tuple[Word, ...] = Field(default=(), max_length=50)
    """Only patients of these datasets."""
    limit: Limit = 50
    """Pairs to return."""
    least: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 2
    """How many must have both for a pair to be told."""


def cooccurrence(asked: CooccurrenceParameters, context: Context) -> answers.CooccurrenceJson:
    """What is found beside a thing, most sure first."""
    found = context.snapshot.together.beside(
        asked.concept,
        asked.unit,
        asked.relation,
        day_of(datetime.now(UTC).date()),
        datasets=asked.dataset,
        most=asked.limit,
        least=asked.least,
    )
    if found is None:
        raise not_found("concept", "No record of the published generation uses a concept of this IRI. Find it with /api/v1/concepts?q=.")
    return answers.beside_answer(found, context.snapshot.generation)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="getCooccurrence",
        method="GET",
        path="/cooccurrence",
        tag="Patients",
        summary="What is found together with a thing, and how surely",
        description="Pairs are ordered by the lower end of their exact odds ratio. `adjusted` compares like with like, by age and sex "
        "(Mantel–Haenszel); `discovery` is the false discovery rate among all pairs looked at. docs/cooccurrence.md has the formulas.",
        handler=cooccurrence,
        answer=answers.CooccurrenceJson,
        parameters=CooccurrenceParameters,
        problems=(404,),
        example={"concept": "{concept}", "limit": 5},
    ),
)
