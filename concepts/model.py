"""Concepts as records use them and as texts mention them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

READ: Final = "reading"
"""The `source` of mentions that our own reading of a text found."""


class Assertion(StrEnum):
    """What a text or a record says of a concept's presence."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HYPOTHETICAL = "hypothetical"
    HISTORICAL = "historical"
    FAMILY = "family"
    NOT_IN_FAMILY = "not-in-family"
    """Denied of relatives, which says nothing of the patient."""
    ALLERGY = "allergy"
    """Of a substance: that there is an allergy to it, which says nothing of whether it is taken."""
    NO_ALLERGY = "no-allergy"
    """Of a substance: that there is no allergy to it, which says nothing of whether it is taken."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a document that names a concept. `source` says who found it (`healthlake:infer-icd10`, `human:JOB`, READ).

    Of what our own reading found, `trigger` are the words that decide the assertion ('' for none), `section` the heading it stands under,
    and `value` with `unit` what the text gives it ('> 9', '%'; '' for none).
    """

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
    trigger: str = ""
    section: str = ""
    value: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ConceptUse:
    """A concept as records use it: `system` is the canonical URL of its scheme, `display` its name there ('' if none was given)."""

    concept: str
    system: str
    code: str
    display: str
