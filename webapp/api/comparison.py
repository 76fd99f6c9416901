"""Cohorts side by side."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from cohorts.comparing import BY, USUAL, WITHIN, Comparing, Question, side_of
from cohorts.errors import InvalidDefinition
from cohorts.sides import Side
from search.days import day_of
from webapp.answers import comparison as answers
from webapp.api.cohorts import EXAMPLE
from webapp.api.operation import Operation
from webapp.api.parameters import Parameters, Word
from webapp.api.values import WHOLE
from webapp.context import Context
from webapp.errors import FieldError, invalid
from webapp.saving import read

By = Literal["age", "sex", "utilisation", "concepts", "results"]
Relation = Literal["condition", "medication", "procedure", "observation", "allergy", "immunization", "note"]
Days = Annotated[int, Field(ge=1, le=100_000), WHOLE]


class ComparisonBody(Parameters):
    """Two cohorts, or one and everybody else."""

    first: dict[str, Any] = Field(examples=[EXAMPLE])
    """The definition of a cohort, of the format commissure-cohort/1."""
    second: dict[str, Any] | None = None
    """That of another one; without it the first is compared with everybody else of its datasets."""
    outcome: dict[str, Any] | None = None
    """That of what may happen to patients after their first index day."""
    by: tuple[By, ...] = Field(default=BY, max_length=5)
    """What they are compared by."""
    relation: tuple[Relation, ...] = Field(default=USUAL, max_length=7)
    """Relations of their concepts; 'note' is what notes affirm."""
    within: tuple[Days, ...] = Field(default=WITHIN, max_length=12)
    """Days after the first index day within which the outcome is counted."""
    dataset: tuple[Word, ...] = Field(default=(), max_length=50)
    """Datasets in place of those that the definitions name."""
    limit: Annotated[int, Field(ge=1, le=100), WHOLE] = 20
    """Concepts of each relation, and results, to return."""
    least: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 1
    """How many of both groups must have a thing for it to be told."""

    def read(self) -> Question:
        """What is asked. Raises InvalidDefinition, ProblemError."""
        sides = {name: self._side(name) for name in ("first", "second", "outcome")}
        first = sides["first"]
        if first is None:
            raise invalid(FieldError("first", "is missing: the definition of a cohort"))
        return Question(first, sides["second"], self.by, self.relation, sides["outcome"], self.within, self.limit, self.least)

    def _side(self, name: str) -> Side | None:
        value = getattr(self, name)
        try:
            return None if value is None else side_of(value, name, self.dataset, read)
        except InvalidDefinition as error:
            raise invalid(FieldError(f"{name}.{error.path}".rstrip("."), error.message)) from error


def compare(asked: ComparisonBody, context: Context) -> answers.ComparisonJson:
    """Two groups side by side."""
    question, snapshot = asked.read(), context.snapshot
    found = Comparing(snapshot.cohorts, snapshot.together).compare(question, day_of(datetime.now(UTC).date()))
    return answers.comparison_answer(question, found, snapshot.generation)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="compareCohorts",
        method="POST",
        path="/cohorts/compare",
        tag="Patients",
        summary="Two cohorts side by side, or one beside everybody else: who they are, what they have, what becomes of them",
        description="Patients in both cohorts are left out of both groups. Concepts are ordered by how far from 1 the exact interval of "
        "their odds ratio lies, so that small numbers do not lead. docs/comparison.md has the formulas.",
        handler=compare,
        answer=answers.ComparisonJson,
        parameters=ComparisonBody,
        problems=(503,),
        example={"first": EXAMPLE, "by": ["age", "sex"]},
    ),
)
"""What compares cohorts."""
