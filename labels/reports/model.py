"""Values of reports: what goes in, and the tables that come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from labels.consolidation.model import Value
from labels.groundtruth.model import Answer, Line

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = tuple[Cell, ...]

FrameAttributes: TypeAlias = Mapping[tuple[str, str], int]
"""(name, value) → how many frames of a sequence have it."""


@dataclass(frozen=True, slots=True)
class LabeledItem:
    """A manifest line: the manifest's address, the place of the line in it (from 0), and what the line says.

    `frames` has the attributes of frames, by label attribute, where the label is a sequence whose file was read.
    """

    manifest: str
    index: int
    line: Line
    frames: Mapping[str, FrameAttributes] = field(default_factory=dict)


class Given(NamedTuple):
    """An answer and the iteration of the job it was given in ('' where the path does not tell)."""

    answer: Answer
    iteration: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """All that workers answered for one object of a job. `final` is the label that the job made of it, None where it is not known.

    `truth` is the class that the object truly has, where somebody says so.
    """

    job: str
    item: str
    given: tuple[Given, ...]
    final: Value | None = None
    truth: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """An event of the worker activity log: `TasksSubmitted`, `TasksReturned` …"""

    worker: str
    job: str
    event: str
    day: str = ""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    """0 to 1."""


class Column(NamedTuple):
    """A column: its name for programs, its heading for people, what it holds."""

    name: str
    heading: str
    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `note` says what a reader must know to read it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def records(self) -> list[dict[str, Cell]]:
        """The rows as objects."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its figures in a nutshell, and its tables."""

    name: str
    title: str
    totals: tuple[tuple[str, Cell], ...]
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """The table of that name. Raises KeyError where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)
