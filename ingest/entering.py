"""How the ledger comes to say what a plan did, and which nodes records refer to that are not there, without a look at what is untouched."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from graph.identifiers import dataset_iri
from ingest.ledger import Ledger
from ingest.model import NAMED
from ingest.plan import Plan
from ingest.staging import Part

_ENTERED: Final = """
select s.kind, s.id, coalesce(w.hash, r.hash) as hash, s.state, s.part, s.source, s.line,
    coalesce(w.updated, r.updated) as updated, coalesce(w.version, r.version) as version
from plan.staged s left join plan.winner w on w.kind = s.kind and w.id = s.id
left join held r on r.kind = s.kind and r.id = s.id
where s.state <> 'rejected'
"""
_TOUCHED: Final = """
insert or ignore into plan.touched select kind, id from plan.gone;
insert or ignore into plan.touched select kind, id from plan.staged where state <> 'rejected';
insert or ignore into plan.anew select kind, id from plan.gone;
insert or ignore into plan.anew
select s.kind, s.id from plan.staged s join plan.winner w on w.kind = s.kind and w.id = s.id where s.state <> 'rejected';
insert or ignore into plan.unsaid select kind, id from plan.staged where state = 'skipped';
"""
"""What the run touches; of that what it read (or deletes), and what is represented no more: read or not, that tells others but little."""
_ENTER: Final = """
delete from identifiers where dataset = :dataset and (kind, id) in (select kind, id from plan.anew);
delete from identifiers where dataset = :dataset and (kind, id) in (select kind, id from plan.unsaid) and system not like :named || '%';
insert or ignore into identifiers
select :dataset, i.system, i.value, i.kind, i.id from plan.identifiers i
join plan.staged s on s.kind = i.kind and s.id = i.id
where s.state = 'kept' or (s.state = 'skipped' and i.system like :named || '%');
delete from pending where dataset = :dataset and (kind, id) in (select kind, id from plan.touched);
delete from skipped where dataset = :dataset and (kind, id) in (select kind, id from plan.touched);
insert into skipped select :dataset, kind, id, reason from plan.staged where state = 'skipped';
delete from refused where dataset = :dataset and (kind, id) in (select kind, id from plan.staged where state <> 'rejected');
delete from refused where dataset = :dataset and (kind, id) in (select s.kind, s.id from plan.staged s
    left join plan.winner w on w.kind = s.kind and w.id = s.id
    cross join refused f on f.dataset = :dataset and f.kind = s.kind and f.id = s.id
    where s.state = 'rejected' and w.hash is not f.hash);
insert or ignore into refused select :dataset, s.kind, s.id, w.hash, :run from plan.staged s
join plan.winner w on w.kind = s.kind and w.id = s.id where s.state = 'rejected';
delete from deleted where dataset = :dataset and (kind, id) in (select kind, id from plan.staged where state = 'kept');
insert or ignore into targets select :dataset, kind, id, iri, expected from plan.targets;
delete from missing where dataset = :dataset and (kind, id) in (select kind, id from plan.staged where state = 'kept');
insert or ignore into missing select :dataset, t.kind, t.id, t.iri, t.expected from plan.touched c
cross join targets t on t.dataset = :dataset and t.kind = c.kind and t.id = c.id
where not exists (select 1 from held r where r.kind = t.kind and r.id = t.id and r.state = 'kept');
insert or ignore into missing select :dataset, t.kind, t.id, t.iri, t.expected from plan.targets t
where not exists (select 1 from held r where r.kind = t.kind and r.id = t.id and r.state = 'kept');
"""
_DELETED: Final = "insert or ignore into deleted select ?, kind, id, ?, source, line from plan.gone where line > 0"
_UNRESOLVED: Final = """
select iri, expected from (
    select kind, id, iri, expected from missing where dataset = :dataset
    union select kind, id, iri, expected from plan.targets
    union select t.kind, t.id, t.iri, t.expected from plan.gone g
        cross join targets t on t.dataset = :dataset and t.kind = g.kind and t.id = g.id
    union select t.kind, t.id, t.iri, t.expected from plan.staged s
        cross join targets t on t.dataset = :dataset and t.kind = s.kind and t.id = s.id where s.state = 'skipped'
) t
where not exists (select 1 from plan.staged s where s.kind = t.kind and s.id = t.id and s.state = 'kept')
and (
    not exists (select 1 from held r where r.kind = t.kind and r.id = t.id and r.state = 'kept')
    or exists (select 1 from plan.gone g where g.kind = t.kind and g.id = t.id)
    or exists (select 1 from plan.staged s where s.kind = t.kind and s.id = t.id and s.state = 'skipped')
) order by iri
"""


def enter(plan: Plan, db: sqlite3.Connection, run: str, parts: Sequence[Part]) -> None:
    """Make the ledger say what the plan did, within the caller's transaction."""
    _do(db, _TOUCHED, {})
    plan.ledger.take(db, plan.dataset, run, _ENTERED)
    plan.ledger.drop(db, plan.dataset, "select kind, id from plan.gone")
    _do(db, _ENTER, {"dataset": plan.dataset, "run": run, "named": NAMED})
    remember_deletions(plan, db, run)
    rows = ((plan.dataset, *row) for part in parts for row in part.pending())
    db.executemany("insert or ignore into pending values (?, ?, ?, ?, ?, ?)", rows)
    db.executemany(
        "insert or replace into parts values (?, ?, ?, ?)", ((part.key, plan.dataset, part.run, part.summary().quads) for part in parts)
    )
    if plan.transaction_time:
        db.execute("insert or replace into meta values (?, ?)", (f"since:{plan.dataset}", plan.transaction_time))


def remember_deletions(plan: Plan, db: sqlite3.Connection, run: str) -> None:
    """Keep what the sources delete, of records that are there and of others, within the caller's transaction."""
    db.execute(_DELETED, (plan.dataset, run))


def keep_books(ledger: Ledger, db: sqlite3.Connection, dataset: str) -> None:
    """Have what is kept beside the records follow from them, where an earlier version did not keep it, within the caller's transaction."""
    if not ledger.is_in_step(dataset):
        ledger.fill_missing(db, dataset)
        ledger.enter_step(db, dataset)


def unresolved(plan: Plan, extra: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(IRI, kind) of the nodes that records refer to and that no represented record is; `extra` are the new parts' targets."""
    ledger, dataset = plan.ledger, plan.dataset
    prefix = dataset_iri(dataset) + "/"
    with ledger.transaction() as db:
        if not ledger.is_in_step(dataset):
            ledger.fill_missing(db, dataset)
        rows = (
            (*key, iri, expected)
            for iri, expected in extra
            if iri.startswith(prefix) and "#" not in iri and len(key := tuple(iri[len(prefix) :].split("/", 1))) == 2
        )
        db.executemany("insert or ignore into plan.targets values (?, ?, ?, ?)", rows)
    return [(iri, expected) for iri, expected in ledger.db.execute(_UNRESOLVED, {"dataset": dataset})]


def _do(db: sqlite3.Connection, script: str, values: dict[str, str]) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement, {name: value for name, value in values.items() if f":{name}" in statement})
