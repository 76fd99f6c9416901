"""The extract of a catalog that is being changed, brought up to date as often as somebody asks for it: see search.extract.

Triggers tell which earlier rows go or are read anew, wherever that is done, so that no caller can forget to say it.
"""

import sqlite3
from pathlib import Path
from typing import Final

from search.columns.extract import Changes, Extract, nothing
from search.columns.segments import Segments, open_segments

_TABLES: Final = (
    "CREATE TEMP TABLE changed_documents (number INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE gone_facts (number INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE changed_relations (relation TEXT PRIMARY KEY)",
    "CREATE TEMP TABLE changed_people (one INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE heard_units (key BLOB PRIMARY KEY)",
    "CREATE TEMP TRIGGER unit_heard AFTER UPDATE OF spoken ON units BEGIN INSERT OR IGNORE INTO heard_units VALUES (old.key); END",
)
_DOCUMENT_TRIGGERS: Final = {
    "document_gone": "AFTER DELETE ON documents WHEN old.row < {} BEGIN INSERT OR IGNORE INTO changed_documents VALUES (old.row); END",
    "document_read": (
        "AFTER UPDATE OF reading ON documents WHEN old.row < {} BEGIN INSERT OR IGNORE INTO changed_documents VALUES (old.row); END"
    ),
}
_FACT_TRIGGERS: Final = {
    "fact_gone": (
        "AFTER DELETE ON facts WHEN old.fact < {} BEGIN INSERT OR IGNORE INTO gone_facts VALUES (old.fact);"
        " INSERT OR IGNORE INTO changed_relations VALUES (old.relation); END"
    )
}
_PEOPLE_TRIGGERS: Final = {
    f"{table}_{verb.lower()}": f"AFTER {verb} ON {table} BEGIN INSERT OR IGNORE INTO changed_people VALUES (1); END"  # noqa: S608 - names of this module
    for table in ("patients", "former")
    for verb in ("INSERT", "DELETE", "UPDATE")
}
_NEVER: Final = 1 << 62
_FOLDER: Final = "extract"


class CarriedRows:
    """The rows of a catalog in the making. New rows must have numbers above all that were ever given in this making."""

    def __init__(self, db: sqlite3.Connection, previous: Path | None) -> None:
        """`db` is a copy of the catalog of the generation in the folder `previous`, or an empty one."""
        held = open_segments(previous / _FOLDER) if previous is not None else None
        self._db = db
        self.taken_over = held is not None and held.are_of(db)
        """Whether the earlier generation's rows were known; else all are read from the catalog."""
        self._segments = held if held is not None and self.taken_over else Segments(nothing(), nothing())
        for statement in _TABLES:
            db.execute(statement)
        self._first_document = self._after("documents", "row") if self.taken_over else 0
        self._first_fact = self._after("facts", "fact") if self.taken_over else 0
        self._listen(_DOCUMENT_TRIGGERS, self._first_document)
        self._listen(_FACT_TRIGGERS, self._first_fact)
        self._texts_stay = self.taken_over
        if self.taken_over:
            self._listen(_PEOPLE_TRIGGERS, 0)

    def facts(self) -> Extract:
        """The facts as they are now; documents as they were."""
        gone = self._told("gone_facts")
        after = self._after("facts", "fact")
        if gone or after > self._first_fact:
            came = "INSERT OR IGNORE INTO changed_relations SELECT DISTINCT relation FROM facts WHERE fact >= ?"
            self._db.execute(came, (self._first_fact,))
            self._segments = self._segments.changed(self._db, Changes(_NEVER, self._first_fact, (), gone))
            self._first_fact = max(after, self._first_fact)
            self._listen(_FACT_TRIGGERS, self._first_fact)
        return self._segments.whole

    def all(self) -> Extract:
        """Everything as it is now."""
        self.facts()
        changed = self._told("changed_documents")
        after = self._after("documents", "row")
        if changed or after > self._first_document:
            self._texts_stay = False
            self._segments = self._segments.changed(self._db, Changes(self._first_document, _NEVER, changed, ()))
            self._first_document = max(after, self._first_document)
            self._listen(_DOCUMENT_TRIGGERS, self._first_document)
        return self._segments.whole

    def save(self, out: Path, *, share: bool) -> None:
        """Write what `all` gave last into the folder of the next generation; `share` the files of the earlier one where little changed."""
        self._segments.save(out / _FOLDER, share=share)

    def relations_alone(self) -> frozenset[str] | None:
        """The relations of the facts that came or went, if `all` gave nothing else that is new: no document, text or person; else None."""
        (people,) = self._db.execute("SELECT count(*) FROM changed_people").fetchone()
        if people or not self._texts_stay:
            return None
        return frozenset(relation for (relation,) in self._db.execute("SELECT relation FROM changed_relations"))

    def heard(self) -> list[bytes]:
        """The keys of units of which it was told anew how they mean their words."""
        return [key for (key,) in self._db.execute("SELECT key FROM heard_units")]

    def _told(self, table: str) -> list[int]:
        """What triggers told, each time once."""
        numbers = [number for (number,) in self._db.execute(f"SELECT number FROM {table}")]  # noqa: S608 - names of this module
        self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module
        return numbers

    def _after(self, table: str, key: str) -> int:
        (number,) = self._db.execute(f"SELECT coalesce(max({key}), 0) + 1 FROM {table}").fetchone()  # noqa: S608 - names of this module
        return int(number)

    def _listen(self, triggers: dict[str, str], first: int) -> None:
        for name, trigger in triggers.items():
            self._db.execute(f"DROP TRIGGER IF EXISTS {name}")
            self._db.execute(f"CREATE TEMP TRIGGER {name} {trigger.format(first)}")
