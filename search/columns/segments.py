"""The extract of a generation in two segments: what an earlier one wrote, and what has changed since, as the catalog has it.

extract/base/   the rows as they were written once; generations link these files and never write them
extract/more/   the rows that came since or were read anew, and the numbers of those in the base that are gone

A generation writes what it and those before it changed, until that is a share of the base: then all is written as a new one.
"""

import sqlite3
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from concepts.distinct import distinct
from search.columns.extract import Changes, Extract, Numbers, carry_over, joined, nothing, open_rows, save_rows, without
from search.making import link_folder

_BASE: Final = "base"
_MORE: Final = "more"
_GONE: Final = "gone_{}.npy"
_SHARE: Final = 8
"""What has changed is at most that part of the base: it is read and written with every publication."""
_LEAST: Final = 1000
"""Rows that may have changed beside however small a base."""


def _none() -> Numbers:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Segments:
    """The rows of a base but for some documents and facts that are gone, and more. `folder` is where the base lies, None where nowhere.

    A number that is gone from the base may stand in `more` again: catalogs give those at their end once more.
    """

    base: Extract
    more: Extract
    gone_documents: Numbers = field(default_factory=_none)
    gone_facts: Numbers = field(default_factory=_none)
    folder: Path | None = None

    @cached_property
    def whole(self) -> Extract:
        """Both as one."""
        kept = without(self.base, self.gone_documents, self.gone_facts)
        return joined(kept, self.more)

    def are_of(self, db: sqlite3.Connection) -> bool:
        """Whether they have as many documents and facts as a catalog."""
        counted = db.execute("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM facts)").fetchone()
        documents, facts = self.base.documents.rows, self.base.facts.facts
        return tuple(counted) == (
            np.count_nonzero(~np.isin(documents, self.gone_documents)) + len(self.more.documents.rows),
            np.count_nonzero(~np.isin(facts, self.gone_facts)) + len(self.more.facts.facts),
        )

    def changed(self, db: sqlite3.Connection, changes: Changes) -> "Segments":
        """These with what the catalog has anew."""
        return Segments(
            self.base,
            carry_over(db, self.more, changes),
            distinct(np.append(self.gone_documents, np.asarray(changes.documents, dtype=np.int64))),
            distinct(np.append(self.gone_facts, np.asarray(changes.facts, dtype=np.int64))),
            self.folder,
        )

    def save(self, folder: Path, *, share: bool) -> None:
        """Write them to a folder; `share` the files of the base where what differs is little."""
        more = self.more.rows + len(self.gone_documents) + len(self.gone_facts)
        if not share or self.folder is None or more > max(self.base.rows // _SHARE, _LEAST):
            save_rows(self.whole, folder / _BASE)
            return
        link_folder(self.folder / _BASE, folder / _BASE)
        save_rows(self.more, folder / _MORE)
        for name, numbers in (("documents", self.gone_documents), ("facts", self.gone_facts)):
            np.save(folder / _MORE / _GONE.format(name), numbers)


def open_segments(folder: Path) -> Segments | None:
    """Those in a folder; None where there are none, as in a generation of an earlier version, or they cannot be read."""
    base = open_rows(folder / _BASE)
    if base is None or not (folder / _MORE).exists():
        return Segments(base, nothing(), folder=folder) if base is not None else None
    more = open_rows(folder / _MORE)
    try:
        documents, facts = (np.load(folder / _MORE / _GONE.format(name)) for name in ("documents", "facts"))
    except (OSError, ValueError, EOFError):
        return None
    return Segments(base, more, documents, facts, folder) if more is not None else None


def open_extract(folder: Path) -> Extract | None:
    """The extract in a folder as one; None as `open_segments` has it."""
    segments = open_segments(folder)
    return segments.whole if segments is not None else None
