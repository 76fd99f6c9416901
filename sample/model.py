"""The shapes of the tables from which the sample is written.

Texts are templates (see `sample.phrasing`): `[a|b]` chooses, `{slot}` inserts. A course is a disease as one patient lives it:
stages in order, each a visit or stay with what is measured, found, started, stopped and written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ConditionEntry:
    """A diagnosis as it is coded: SNOMED CT and, where one fits, ICD-10-CM. `name` is what notes call it."""

    name: str
    snomed: str
    display: str
    icd: str = ""
    icd_display: str = ""


@dataclass(frozen=True, slots=True)
class DrugEntry:
    """A medicine: its RxNorm code and name, what notes call it, and how it is taken."""

    name: str
    rxnorm: str
    display: str
    sig: str
    given: bool = False
    """Given in hospital or an infusion chair rather than taken at home."""


@dataclass(frozen=True, slots=True)
class LabEntry:
    """A measurement: LOINC, how notes name it, unit (UCUM), reference range and decimals."""

    name: str
    loinc: str
    display: str
    unit: str
    low: float | None
    high: float | None
    decimals: int
    panel: str = ""
    category: str = "laboratory"


@dataclass(frozen=True, slots=True)
class Note:
    """One document of a stage, in parts; which parts a kind of note shows, and under which headings, is `sample.notes`' business."""

    kind: str
    complaint: str = ""
    story: str = ""
    exam: str = ""
    course: str = ""
    assessment: str = ""
    plan: str = ""
    study: str = ""
    """What was examined, for reports and operations."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One visit or stay. `gap` is in days since the stage before; `stops` maps a medicine to the reason it was stopped."""

    gap: tuple[int, int]
    setting: str
    notes: tuple[Note, ...]
    labs: Mapping[str, Range] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    refuted: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: Mapping[str, str] = field(default_factory=dict)
    procedures: tuple[str, ...] = ()
    service: str = ""
    stay: tuple[int, int] = (0, 0)
    chance: float = 1.0
    outcome: str = ""
    """'died' or 'hospice'; '' for home."""


@dataclass(frozen=True, slots=True)
class Course:
    """A disease as a person lives it. `history` lists conditions charted before it begins; `smoking` may be fixed."""

    key: str
    service: str
    ages: tuple[int, int]
    stages: tuple[Stage, ...]
    sexes: tuple[str, ...] = ("female", "male")
    history: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    smoking: str = ""
    family: tuple[tuple[str, str, int], ...] = ()
    """(relation, condition, age at onset) that some of these patients report."""
    avoid: tuple[str, ...] = ()
    """Background conditions that would not be believable beside it."""
