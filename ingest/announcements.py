"""What records tell of themselves for others to read, as the ledger has it and as a run leaves it, and the merges that follow from that.

now: what the run brings, what the ledger has of records that the run neither replaces nor deletes, and what records tell that the run reads
as they were and that are left out on purpose: the ledger does not keep that, but for the blocks that the run did not read again
"""

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from ingest.mapping.persons import REPLACED, REPLACED_BY, REPLACES
from ingest.model import IdentifierLookup, ValueLookup

SCHEMA: Final = """
create table plan.merged (system text, value text, primary key (system, value)) without rowid;
create table plan.remerged (system text primary key) without rowid;
"""
"""`merged`: who took whose place as told by an identifier, as if the old record's `Patient/ID` had it under REPLACED; `remerged`: where
that is not as it was before."""

_NOW: Final = """
select {columns} from plan.identifiers i where {where}
and not exists (select 1 from plan.gone g where g.kind = i.kind and g.id = i.id)
union
select {columns} from identifiers i where dataset = :dataset and {where}
and not exists (select 1 from plan.gone g where g.kind = i.kind and g.id = i.id)
and not exists (select 1 from plan.winner w where w.kind = i.kind and w.id = i.id)
union
select {columns} from scanned_told i where {where} and i.block in (select block from plan.quiet)
and not exists (select 1 from plan.gone g where g.kind = i.kind and g.id = i.id)
"""
_BEFORE: Final = "select {columns} from identifiers i where dataset = :dataset and {where}"


def lookups(ledger: Path, plan: Path, dataset: str) -> tuple[IdentifierLookup, ValueLookup]:
    """Records by business identifier, and values by system, as the run leaves them."""
    db = sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)
    db.execute("attach database ? as plan", (f"{plan.absolute().as_uri()}?mode=ro",))
    by_value = _NOW.format(columns="kind, id", where="system = :system and value = :value") + "order by kind, id"
    by_system = _NOW.format(columns="value", where="system = :system")
    by_system += "union select value from plan.merged where system = :system order by value"

    @lru_cache(maxsize=100_000)
    def find(kind: str, system: str, value: str) -> tuple[str, ...]:
        rows = db.execute(by_value, {"dataset": dataset, "system": system, "value": value})
        return tuple(f"{found}/{identifier}" for found, identifier in rows if kind in ("", "Resource", found))

    @lru_cache(maxsize=100_000)
    def values(system: str) -> tuple[str, ...]:
        return tuple(value for (value,) in db.execute(by_system, {"dataset": dataset, "system": system}))

    return find, values


def settle_merges(db: sqlite3.Connection, dataset: str) -> None:
    """Fill plan.merged and plan.remerged of a settled plan."""
    before, now = (set(_merges(db, dataset, query)) for query in (_BEFORE, _NOW))
    db.execute("delete from plan.merged")
    db.execute("delete from plan.remerged")
    db.executemany("insert into plan.merged values (?, ?)", now)
    db.executemany("insert or ignore into plan.remerged values (?)", ((system,) for system, _ in before ^ now))


def _merges(db: sqlite3.Connection, dataset: str, query: str) -> Iterator[tuple[str, str]]:
    """(REPLACED of the old record, the new one) for each merge told by an identifier that exactly one other Patient carries."""
    saying = query.format(columns="system, value, id", where="system >= :begin and system < :end")
    carrying = query.format(columns="id", where="system = :system and value = :value and kind = 'Patient'")
    for begin in (REPLACED_BY, REPLACES):
        for system, value, teller in db.execute(saying, {"dataset": dataset, "begin": begin, "end": begin[:-1] + ";"}).fetchall():
            rows = db.execute(carrying, {"dataset": dataset, "system": system.removeprefix(begin), "value": value})
            if len(others := [holder for (holder,) in rows if holder != teller]) == 1:
                old, new = (teller, others[0]) if begin == REPLACED_BY else (others[0], teller)
                yield f"{REPLACED}Patient/{old}", f"Patient/{new}"
