"""What stays of the columns of the generation before, where it has the same documents, texts and people: most changes are of facts alone.

Columns refer to documents, patients and concepts by numbers; so they stay only where all of these are numbered as they were.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.columns.documents import ALLERGY, NO_ALLERGY, SAYING, Columns, open_columns
from search.errors import GenerationUnreadable

MEASURED: Final = "observation"
"""The relation of the facts that results are of."""
SAID: Final = frozenset(SAYING) - {ALLERGY, NO_ALLERGY}
"""The ways of speaking that depend on texts alone; of allergies charts tell too."""


@dataclass(frozen=True)
class Earlier:
    """A generation with the same documents, texts and people as the one in the making, and the numbers that it gave."""

    columns: Columns
    relations: frozenset[str]
    """Of the facts that came or went since."""
    concepts: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    """Field → the values of the dictionary in their order."""
    passages: Mapping[str, int]
    """Dataset → its passages."""

    def numbers(self, **fields: Iterable[str]) -> bool:
        """Whether the values of these fields are numbered as they were."""
        return all(self.values.get(field, ()) == tuple(values) for field, values in fields.items())

    def names(self, concepts: Iterable[str]) -> bool:
        """Whether concepts are numbered as they were."""
        return self.concepts == tuple(concepts)


def open_earlier(db: sqlite3.Connection, folder: Path, relations: frozenset[str]) -> Earlier | None:
    """That whose columns lie in a folder and whose derived tables the catalog has still; None where the columns cannot be read."""
    try:
        columns = open_columns(folder)
    except GenerationUnreadable:
        return None
    values: dict[str, list[str]] = {}
    for field, value in db.execute("SELECT field, value FROM dictionary ORDER BY field, code"):
        values.setdefault(field, []).append(value)
    concepts = tuple(concept for (concept,) in db.execute("SELECT concept FROM concepts ORDER BY ordinal"))
    passages = dict(db.execute("SELECT dataset, passages FROM datasets"))
    return Earlier(columns, relations, concepts, {field: tuple(each) for field, each in values.items()}, passages)
