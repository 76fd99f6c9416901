"""Concepts as records use them and as texts mention them."""

from dataclasses import dataclass
from enum import StrEnum


class Assertion(StrEnum):
    """What a text or a record says of a concept's presence."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HYPOTHETICAL = "hypothetical"
    HISTORICAL = "historical"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a document that names a concept. `source` says who found it (`healthlake:infer-icd10`, `human:JOB`)."""

    id: str
    start: int
    end: int
    text: str
    concept: str | None
    label: str
    assertion: Assertion
    score: float | None
    concept_score: float | None
    source: str


@dataclass(frozen=True, slots=True)
class ConceptUse:
    """A concept as records use it: `system` is the canonical URL of its scheme, `display` its name there ('' if none was given)."""

    concept: str
    system: str
    code: str
    display: str
