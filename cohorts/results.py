"""What counting a cohort gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cohorts.definition import Subjects
from cohorts.events import Int32


@dataclass(frozen=True, slots=True)
class Step:
    """Who is left after a rule and all before it: patients with an index event that meets them, and such index events."""

    rule: str
    patients: int
    events: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was looked up once, before anything was counted: `found` documents or patients, and what must be the same to find them again."""

    by: Literal["words", "meaning", "filters", "graph"]
    found: int
    model: str = ""
    """Of a meaning: the model whose vectors were compared."""
    at_least: float | None = None
    """Of a meaning: how near they must be."""


@dataclass(frozen=True)
class Members:
    """The index events that meet everything, by patient and day; the columns are of one length."""

    patients: Int32
    """Codes of the generation's dictionary."""
    events: Int32
    days: Int32
    """NO_DAY where the index event has no date."""
    ends: Int32


@dataclass(frozen=True)
class Counted:
    """A cohort as counted: `steps` begin with those who enter; members are who is left after the last one."""

    steps: tuple[Step, ...]
    members: Members
    frozen: Mapping[str, Frozen] = field(default_factory=dict)
    """Path of a rule that asks for words, meanings or filters of notes, or for a pattern of the graph → what was found."""
    notices: tuple[str, ...] = ()
    subjects: Subjects = "patients"

    @property
    def patients(self) -> int:
        """How many patients are in the cohort."""
        return len(set(self.members.patients.tolist()))

    @property
    def events(self) -> int:
        """With how many index events."""
        return len(self.members.patients)
