"""Which concepts the records of a dataset use: the sums of its parts, carried from run to run so that a run adds up its own parts alone.

The sums are those of parts with a live record; a part names the concepts of records that were replaced since, too.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from concepts.model import ConceptUse
from ingest.ledger import Ledger
from ingest.staging import Part


class Uses:
    """The sums of one dataset, through the length of a run."""

    def __init__(self, ledger: Ledger, dataset: str, folder: Path, damaged: frozenset[str] = frozenset()) -> None:
        """`folder` holds the dataset's parts; those that are `damaged` cannot be read, and hold nothing that is live after the run."""
        self._ledger, self._dataset = ledger, dataset
        keys = ledger.parts(dataset)
        self.earlier = {key: Part(folder / key) for key in keys if key not in damaged}
        self._carried = None if damaged else _carried(ledger, dataset, keys)
        self._parts: list[Part] = []
        self._brought: Counter[ConceptUse] = Counter()

    @property
    def are_carried(self) -> bool:
        """Whether the sums of earlier parts are known without reading them."""
        return self._carried is not None

    @property
    def brought(self) -> frozenset[str]:
        """The concepts that new parts use."""
        return frozenset(use.concept for use in self._brought)

    def bring(self, part: Part) -> None:
        """Add a new part."""
        self._parts.append(part)
        _add(self._brought, part)

    def all(self) -> Counter[ConceptUse]:
        """Concepts that earlier parts and new ones use, with every name they are given and how often."""
        if self._carried is not None:
            return self._carried + self._brought
        sums = Counter(self._brought)
        for part in self.earlier.values():
            _add(sums, part)
        return sums

    def enter(self, db: sqlite3.Connection) -> None:
        """Keep the sums as the run leaves them, within its transaction: when the ledger says which parts still hold a live record."""
        live = self._ledger.parts(self._dataset)
        held, change = frozenset(live), Counter(self._brought)
        if self._carried is None:
            db.execute("delete from uses where dataset = ?", (self._dataset,))
            for part in self.earlier.values():
                _add(change, part)
        for part in {**self.earlier, **{part.key: part for part in self._parts}}.values():
            if part.key not in held:
                _add(change, part, -1)
        rows = [(self._dataset, use.concept, use.system, use.code, use.display, count) for use, count in change.items() if count]
        db.executemany("insert into uses values (?, ?, ?, ?, ?, ?) on conflict do update set count = count + excluded.count", rows)
        gone = "delete from uses where dataset = ? and concept = ? and system = ? and code = ? and display = ? and count = 0"
        db.executemany(gone, (row[:-1] for row in rows if row[-1] < 0))
        db.execute("insert or replace into meta values (?, ?)", (f"uses:{self._dataset}", _digest(live)))


def _carried(ledger: Ledger, dataset: str, parts: Sequence[str]) -> Counter[ConceptUse] | None:
    """The sums as the last run left them; None where they are not those of these parts, because an earlier version wrote the ledger."""
    if ledger.meta(f"uses:{dataset}") != _digest(parts):
        return None
    rows = ledger.db.execute("select concept, system, code, display, count from uses where dataset = ?", (dataset,))
    return Counter({ConceptUse(*use): count for *use, count in rows})


def _add(sums: Counter[ConceptUse], part: Part, times: int = 1) -> None:
    for use, count in part.concepts():
        sums[use] += times * count


def _digest(parts: Sequence[str]) -> str:
    return hashlib.blake2b("\n".join(sorted(parts)).encode(), digest_size=16).hexdigest()
