"""What a run leaves in the memory of its dataset's sources: which blocks are quiet now, and their tallies (see ingest.memory)."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from ingest.memory import Memory
from ingest.model import NAMED, WATCHED
from ingest.plan import Plan

_LOOK: Final = """
update scanned_blocks set quiet = 0 where block in (select block from plan.looked);
update scanned_blocks set quiet = 1 where calm and block in (select l.block from plan.looked l
    where not exists (select 1 from plan.seen s where s.block = l.number and not exists (
        select 1 from held r where r.kind = s.kind and r.id = s.id and r.hash = s.hash and r.state in ('kept', 'skipped'))));
update scanned_blocks set quiet = 0 where quiet and contents and block in (select l.block from plan.looked l
    cross join plan.seen s on s.block = l.number
    cross join held r on r.kind = s.kind and r.id = s.id where r.state <> 'kept');
delete from scanned_tallies where block in (select block from plan.looked);
insert into scanned_tallies
select l.block, r.state, case when r.state = 'kept' then r.run else coalesce(k.reason, 'unknown') end, count(*)
from plan.looked l
cross join scanned_blocks b on b.block = l.block and b.quiet
cross join plan.seen s on s.block = l.number
cross join held r on r.kind = s.kind and r.id = s.id
left join skipped k on k.dataset = :dataset and k.kind = s.kind and k.id = s.id
group by 1, 2, 3;
delete from scanned_told where block in (select block from plan.looked);
insert or ignore into scanned_told
select l.block, i.system, i.value, i.kind, i.id from plan.identifiers i
cross join plan.looked l on l.number = i.block
cross join scanned_blocks b on b.block = l.block and b.quiet
cross join held r on r.kind = i.kind and r.id = i.id
where r.state = 'skipped' and i.system not like :named || '%';
"""
"""A block that leaves content for others is quiet only where each of its records is in a part, where they find it."""
_AWAITED: Final = """
update scanned_blocks set quiet = 0 where quiet and +dataset = :dataset and block in (
    select t.block from plan.touched c
    cross join pending p on p.dataset = :dataset and p.kind = c.kind and p.id = c.id
    cross join scanned_told t on t.system = p.system
    where (t.value = p.value or p.wanted = :watched) and t.block not in (select block from plan.quiet)
)
"""
"""Blocks that were not read, of records left out on purpose that tell what a record of the run waits for: the next run that reads them
has to see that."""


def disturb(memory: Memory, plan: Plan, db: sqlite3.Connection) -> None:
    """Make blocks that hold what the run touched quiet no more; when the ledger has it, within its transaction."""
    if memory.has_quiet():
        memory.disturb(db.execute("select kind, id from plan.touched").fetchall())
        db.execute(_AWAITED, {"dataset": plan.dataset, "watched": WATCHED})


def look_at(plan: Plan, db: sqlite3.Connection, blocks: Mapping[int, int]) -> None:
    """Find out which of some blocks are quiet now, given as number in the memory → number in the plan (one of them)."""
    db.executemany("insert into plan.looked values (?, ?)", ((number, block) for block, number in blocks.items()))
    of = {"dataset": plan.dataset, "named": NAMED}
    for statement in _LOOK.split(";\n"):
        if statement.strip():
            db.execute(statement, {name: value for name, value in of.items() if f":{name}" in statement})
