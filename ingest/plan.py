"""What a run has to do: every record of the sources held against the ledger, in SQLite, so that memory stays flat.

Of several versions of a record the one with the newest `meta.lastUpdated` wins, then the highest `versionId`, then the last one read; where
ids are unique within a source, the first one read.
Deletions come last and win over everything.
"""

import hashlib
import marshal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from graph.identifiers import record_iri
from ingest import announcements
from ingest.ledger import Ledger
from ingest.model import WATCHED
from sources.blocks import Block

_SCHEMA = """
create table plan.quiet (block integer primary key);
create table plan.looked (number integer primary key, block integer);
create table plan.blocks (block integer primary key, source text);
create table plan.odd (source text primary key) without rowid;
create table plan.seen (
    block integer, seq integer, line integer, kind text, id text, hash blob, updated text, version text, primary key (block, seq)
) without rowid;
create table plan.gone (kind text, id text, source text, line integer, primary key (kind, id)) without rowid;
create table plan.identifiers (
    system text, value text, kind text, id text, block integer, seq integer, primary key (system, value, kind, id, block, seq)
) without rowid;
create table plan.named (address text primary key) without rowid;
create table plan.targets (kind text, id text, iri text, expected text, primary key (kind, id)) without rowid;
create table plan.staged (
    kind text, id text, part text, state text, source text, line integer, reason text, primary key (kind, id)
) without rowid;
create index plan.staged_part on staged (part);
create table plan.touched (kind text, id text, primary key (kind, id)) without rowid;
create table plan.anew (kind text, id text, primary key (kind, id)) without rowid;
create table plan.unsaid (kind text, id text, primary key (kind, id)) without rowid;
"""
_SETTLE = """
drop table if exists plan.winner;
drop table if exists plan.work;
drop table if exists plan.stale;
create table plan.winner as
select block, seq, line, kind, id, hash, updated, version from (
    select *, row_number() over (
        partition by kind, id order by updated desc, length(version) desc, version desc, block {order}, seq {order}
    ) as place from plan.seen
) as ranked where place = 1 and not exists (select 1 from plan.gone g where g.kind = ranked.kind and g.id = ranked.id);
create unique index plan.winner_key on winner (kind, id);
create table plan.work as
select w.block, w.seq, w.kind, w.id, w.hash from plan.winner w
left join held r on r.kind = w.kind and r.id = w.id
where r.hash is null or (r.hash <> w.hash and not (w.updated <> '' and w.updated < r.updated));
create index plan.work_block on work (block, seq);
create index plan.work_key on work (kind, id);
delete from plan.identifiers as i where not exists (
    select 1 from plan.winner w where w.kind = i.kind and w.id = i.id and w.block = i.block and w.seq = i.seq
);
create table plan.stale as
select w.kind, w.id from plan.winner w cross join held r on r.kind = w.kind and r.id = w.id
where r.hash <> w.hash and w.updated <> '' and w.updated < r.updated;
create unique index plan.stale_key on stale (kind, id);
delete from plan.identifiers as i where exists (select 1 from plan.stale s where s.kind = i.kind and s.id = i.id);
insert or ignore into plan.identifiers
select i.system, i.value, i.kind, i.id, 0, 0 from plan.stale s
cross join identifiers i on i.dataset = :dataset and i.kind = s.kind and i.id = s.id;
"""
_SEEN_KEY = "create index if not exists plan.seen_key on seen (kind, id)"
_VANISH = """
insert or ignore into plan.gone
select r.kind, r.id, r.source, 0 from held r
where r.source in (select source from plan.blocks) and r.source not in (select source from plan.odd)
and not exists (select 1 from plan.seen s where s.kind = r.kind and s.id = r.id)
"""
_RELINK = """
select distinct r.part, p.kind, p.id from (
    select p.kind, p.id from plan.identifiers i
    cross join pending p on p.dataset = :dataset and p.system = i.system and p.value = i.value
    where (p.wanted in ('', 'Resource') or i.kind = p.wanted) and not (i.kind = p.kind and i.id = p.id)
    union
    select p.kind, p.id from plan.identifiers i cross join pending p on p.dataset = :dataset and p.system = i.system
    where p.wanted = :watched and not exists (select 1 from pending q where q.dataset = p.dataset and q.kind = p.kind and q.id = p.id
        and q.wanted = p.wanted and q.system = i.system and q.value = i.value)
    union
    select p.kind, p.id from plan.gone g
    cross join identifiers i on i.dataset = :dataset and i.kind = g.kind and i.id = g.id
    cross join pending p on p.dataset = i.dataset and p.system = i.system and p.value = i.value where p.wanted = :watched
    union
    select p.kind, p.id from plan.work c
    cross join identifiers i on i.dataset = :dataset and i.kind = c.kind and i.id = c.id
    cross join pending p on p.dataset = i.dataset and p.system = i.system and p.value = i.value
    where p.wanted = :watched and not exists (select 1 from plan.identifiers n
        where n.system = i.system and n.value = i.value and n.kind = i.kind and n.id = i.id)
    union
    select p.kind, p.id from plan.remerged m cross join pending p on p.dataset = :dataset and p.system = m.system where p.wanted = :watched
) p
join held r on r.kind = p.kind and r.id = p.id
where r.state = 'kept'
and not exists (select 1 from plan.gone g where g.kind = p.kind and g.id = p.id)
and not exists (select 1 from plan.work w where w.kind = p.kind and w.id = p.id)
order by r.part, p.kind, p.id
"""
_RESOLVING = """
select i.system, i.value, i.kind, i.id from plan.identifiers i
where exists (select 1 from plan.work w where w.kind = i.kind and w.id = i.id) order by 1, 2, 3, 4
"""
_RETURNED = """
select b.source, w.line, w.kind, w.id, d.run, d.source, d.line from plan.staged s
cross join deleted d on d.dataset = ? and d.kind = s.kind and d.id = s.id
join plan.winner w on w.kind = s.kind and w.id = s.id join plan.blocks b on b.block = w.block
where s.state = 'kept' order by w.block, w.seq
"""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scanned block and how many lines lie before it in its file."""

    number: int
    block: Block
    first_line: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A version of a record that lost against another, different one, which stands at `winner` (source, line)."""

    source: str
    line: int
    kind: str
    id: str
    winner: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Returned:
    """A record that is there again, though the run `run` read at `deletion` (source, line) that it is deleted."""

    source: str
    line: int
    kind: str
    id: str
    run: str
    deletion: tuple[str, int]


class Plan:
    """The plan of one run, in a file attached to the ledger's connection."""

    def __init__(self, ledger: Ledger, dataset: str, path: Path) -> None:
        self.ledger = ledger
        self.dataset = dataset
        self.path = path
        self.transaction_time: str | None = None
        self._db = ledger.db
        path.unlink(missing_ok=True)
        self._db.execute("attach database ? as plan", (str(path),))
        self._db.execute("pragma plan.journal_mode = memory")
        self._db.execute("pragma plan.synchronous = off")
        self._db.executescript(_SCHEMA + announcements.SCHEMA)
        ledger.hold(dataset)

    def close(self) -> None:
        """Detach and delete the file."""
        self._db.rollback()
        self.ledger.release()
        self._db.execute("detach database plan")
        self.path.unlink(missing_ok=True)

    def add_block(self, block: int, source: str, rows: Path, first_line: int, whole: bool = True) -> None:
        """Take in what scanning a block found (see ingest.worker.scan); not `whole` where something could not be read."""
        if not whole:
            self.doubt(source)
        with rows.open("rb") as stream:
            self.take_in(block, source, stream, first_line)

    def take_in(self, block: int, source: str, stream: IO[bytes], first_line: int) -> None:
        """Take in a block's rows, as a scan wrote them now or in an earlier run."""
        with self.ledger.transaction() as db:
            db.execute("insert into plan.blocks values (?, ?)", (block, source))
            while True:
                try:
                    seen, gone, identifiers, named = marshal.load(stream)  # noqa: S302 - our own worker wrote it
                except EOFError:
                    break
                db.executemany(
                    "insert into plan.seen values (?, ?, ?, ?, ?, ?, ?, ?)",
                    ((block, seq, line + first_line, *rest) for seq, line, *rest in seen),
                )
                db.executemany(
                    "insert or ignore into plan.gone values (?, ?, ?, ?)",
                    ((kind, identifier, source, line + first_line) for kind, identifier, line in gone),
                )
                db.executemany(
                    "insert or ignore into plan.identifiers values (?, ?, ?, ?, ?, ?)",
                    ((*rest, block, seq) for seq, *rest in identifiers),
                )
                db.executemany("insert or ignore into plan.named values (?)", ((address,) for address in named))

    def take_as_held(self, blocks: Iterable[int]) -> None:
        """Count blocks (by their numbers in the memory) whose records are as the ledger has them, without their rows."""
        with self.ledger.transaction() as db:
            db.execute("delete from plan.quiet")
            db.executemany("insert into plan.quiet values (?)", ((block,) for block in blocks))

    def read(self) -> Iterator[tuple[str, str]]:
        """(kind, id) of what was taken in with its rows, and of what is deleted."""
        yield from self._db.execute("select kind, id from plan.seen union select kind, id from plan.gone")

    def doubt(self, source: str) -> None:
        """Note that not all of a source could be read: what is not found in it may be there."""
        with self.ledger.transaction() as db:
            db.execute("insert or ignore into plan.odd values (?)", (source,))

    def names(self, address: str) -> bool:
        """Whether a record that was read names the file of this address."""
        return self._db.execute("select 1 from plan.named where address = ?", (address,)).fetchone() is not None

    def vanish(self) -> None:
        """Delete what earlier runs found in a scanned file and this one did not, unless something of the file could not be read."""
        self._db.execute(_SEEN_KEY)
        with self.ledger.transaction() as db:
            db.execute(_VANISH)

    def settle(self, *, first: bool = False) -> None:
        """Decide which version of each record counts (of equals the `first` or the last one read) and which records are work.

        Where more is taken in after that, it is decided again.
        """
        for statement in _SETTLE.replace("{order}", "asc" if first else "desc").split(";\n"):
            if statement.strip():
                self._db.execute(statement, {"dataset": self.dataset} if ":dataset" in statement else {})
        announcements.settle_merges(self._db, self.dataset)
        self._db.commit()

    def again(self, parts: Iterable[str], *, only: bool) -> None:
        """Also map again what is found of the records that live in these parts; `only` those, and delete nothing."""
        with self.ledger.transaction() as db:
            if only:
                db.execute("delete from plan.work")
                db.execute("delete from plan.gone")
            for part in parts:
                db.execute(
                    """insert into plan.work select w.block, w.seq, w.kind, w.id, w.hash from plan.winner w
                    join held r on r.kind = w.kind and r.id = w.id where r.part = ? and r.state = 'kept'
                    and not exists (select 1 from plan.work o where o.kind = w.kind and o.id = w.id)""",
                    (part,),
                )

    def left(self, parts: Iterable[str], own: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """Those of the parts with live records that are neither work nor deleted, nor among the part's `own` that are mapped again."""
        query = """select kind, id from held r where part = ? and state = 'kept'
            and not exists (select 1 from plan.work w where w.kind = r.kind and w.id = r.id)
            and not exists (select 1 from plan.gone g where g.kind = r.kind and g.id = r.id)"""
        found = set()
        for part in parts:
            rows = self._db.execute(query, (part,))
            if any(record_iri(self.dataset, kind, identifier) not in own.get(part, ()) for kind, identifier in rows):
                found.add(part)
        return frozenset(found)

    def work(self, block: int) -> tuple[str, tuple[int, ...]] | None:
        """(digest of the records to map, their places in the block), or None where the block holds nothing new."""
        digest = hashlib.blake2b(digest_size=16)
        places = []
        for seq, kind, identifier, content in self._db.execute(
            "select seq, kind, id, hash from plan.work where block = ? order by seq", (block,)
        ):
            places.append(seq)
            digest.update(f"{kind}/{identifier}\0".encode() + content)
        return (digest.hexdigest(), tuple(places)) if places else None

    def relink(self) -> Iterator[tuple[str, str, str]]:
        """(part, kind, id) of records whose references by identifier can now be resolved, or that read what has changed since."""
        yield from self._db.execute(_RELINK, {"dataset": self.dataset, "watched": WATCHED}).fetchall()

    def identifiers_digest(self) -> str:
        """A digest of everything by which references could be resolved: parts made under another one are not reused.

        Those are the identifiers of what the ledger holds, which stay the same within a generation, and what the run changes of them.
        """
        digest = hashlib.blake2b(str(self.ledger.generation).encode(), digest_size=8)
        for query in (_RESOLVING, "select kind, id from plan.gone order by 1, 2"):
            for row in self._db.execute(query):
                digest.update("\0".join(row).encode() + b"\n")
        return digest.hexdigest()

    def gone(self) -> tuple[tuple[str, str], ...]:
        """(kind, id) of represented records that the sources delete."""
        query = """select g.kind, g.id from plan.gone g cross join held r on r.kind = g.kind and r.id = g.id
        where r.state = 'kept'"""
        return tuple(self._db.execute(query).fetchall())

    def duplicates(self) -> Iterator[Duplicate]:
        """Versions that differ from the one that won."""
        query = """select b.source, s.line, s.kind, s.id, v.source, w.line
        from plan.seen s join plan.winner w on w.kind = s.kind and w.id = s.id
        join plan.blocks b on b.block = s.block join plan.blocks v on v.block = w.block where s.hash <> w.hash order by s.block, s.seq"""
        for source, line, kind, identifier, *winner in self._db.execute(query):
            yield Duplicate(source, line, kind, identifier, (winner[0], winner[1]))

    def displaced(self) -> Iterator[Duplicate]:
        """Records that take the place of different ones which came from another file, at `winner`."""
        query = """select b.source, w.line, w.kind, w.id, r.source, r.line from plan.work k
        join plan.winner w on w.kind = k.kind and w.id = k.id join plan.blocks b on b.block = w.block
        cross join held r on r.kind = w.kind and r.id = w.id
        where r.state = 'kept' and r.source <> b.source order by w.block, w.seq"""
        for source, line, kind, identifier, *winner in self._db.execute(query):
            yield Duplicate(source, line, kind, identifier, (winner[0], winner[1]))

    def returned(self) -> Iterator[Returned]:
        """Records that come in, though an earlier run was told to delete them."""
        for source, line, kind, identifier, run, *deletion in self._db.execute(_RETURNED, (self.dataset,)):
            yield Returned(source, line, kind, identifier, run, (deletion[0], deletion[1]))

    def stage(self, part: str, rows: Iterator[tuple[str, str, str, str, int, str]]) -> tuple[tuple[str, str], ...]:
        """Enter a finished part's (kind, id, state, source, line, reason); returns (kind, id) of those that were represented before."""
        with self.ledger.transaction() as db:
            db.executemany(f"insert or replace into plan.staged values (?, ?, '{part}', ?, ?, ?, ?)", rows)  # noqa: S608 - part is our own digest
            query = """select s.kind, s.id from plan.staged s cross join held r on r.kind = s.kind and r.id = s.id
            where s.part = ? and s.state <> 'rejected' and r.state = 'kept'"""
            return tuple(db.execute(query, (part,)).fetchall())

    def quiet(self, state: str) -> dict[str, int]:
        """Run (of what is represented, for the state 'kept') or reason ('skipped') → records of the blocks that were taken as held."""
        query = """select t.said, sum(t.count) from plan.quiet q cross join scanned_tallies t on t.block = q.block
        where t.state = ? group by 1"""
        return dict(self._db.execute(query, (state,)).fetchall())

    def counts(self) -> dict[str, int]:
        """added, changed, unchanged, removed, skipped, duplicates among what was read (rejects are counted by their issues)."""
        db = self._db

        def one(query: str) -> int:
            return int(db.execute(query).fetchone()[0])

        kept_before, left_out = (sum(self.quiet(state).values()) for state in ("kept", "skipped"))
        seen, winners = (one(f"select count(*) from plan.{table}") + kept_before + left_out for table in ("seen", "winner"))  # noqa: S608
        before = "cross join held r on r.kind = s.kind and r.id = s.id and r.state"
        same = "where not exists (select 1 from plan.work w where w.kind = s.kind and w.id = s.id)"
        kept, changed = (one(f"select count(*) from plan.staged s {join} where s.state = 'kept'") for join in ("", f"{before} = 'kept'"))  # noqa: S608
        skipped = one("select count(*) from plan.staged where state = 'skipped'")
        return {
            "seen": seen,
            "added": kept - changed,
            "changed": changed,
            "unchanged": kept_before + one(f"select count(*) from plan.winner s {before} = 'kept' {same}"),  # noqa: S608
            "removed": len(self.gone()) + one(f"select count(*) from plan.staged s {before} = 'kept' where s.state = 'skipped'"),  # noqa: S608
            "skipped": left_out + skipped + one(f"select count(*) from plan.winner s {before} = 'skipped' {same}"),  # noqa: S608
            "duplicates": seen - winners,
            "invalid": one("select count(*) from plan.staged where state = 'rejected'"),
        }
