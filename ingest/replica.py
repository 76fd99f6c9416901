"""Keeps a graph store that changes in place in step with what is published.

Every generation has its own embedded graph, which is the truth. A replica is another store that answers in its stead:

    before the flip   what is new is loaded beside what is there, so that the next generation's hits have their graph
    after the flip    each graph that may differ is replaced by what the published graph says of it, or removed

The ledger notes a graph as unsettled before anything is written to the store, and forgets it when the store is known to agree. Whatever is
cut off in between, settling what is noted brings the store in step; nothing is counted twice, because loading twice changes nothing.

A store may lose what it held behind our back: a server that keeps its graph in memory is started anew, or from an older copy. So every run
that writes leaves a new mark in the store, before its first write and after its last. A store without the mark that the ledger knows is
filled again.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph.errors import StoreUnavailable
from graph.identifiers import iri_term, literal_term
from graph.model import Statistics
from graph.scratch import Scratch
from graph.store import GraphStore
from graph.vocabulary import BASE, KG, TYPE
from ingest.errors import StoreTaken
from ingest.ledger import Ledger
from ingest.workspace import REPLICA, Workspace

OWNER = f"{BASE}store"
"""The node, and named graph, that says which data folder a store belongs to."""

_COPIED = "copy"
_MARK = "mark"
_BATCH = 500
_COPY_BATCH = 5000
_CONFIRMED = 3
"""Times that a store is filled again within one run."""
_SCHEMA = """
create table if not exists replicas (address text primary key);
create table if not exists unsettled (address text not null, graph text not null, part text not null, primary key (address, graph, part))
    without rowid;
create index if not exists unsettled_by_part on unsettled (address, part);
create table if not exists marks (address text primary key, mark text not null, next text not null);
create table if not exists loaded (address text not null, part text not null, primary key (address, part)) without rowid;
"""


class PublishedGraph(Protocol):
    """The embedded graph of the published generation."""

    def export(self, graphs: Iterable[str], target: Path, format_name: str = "nquads") -> frozenset[str]:
        """Write the quads of named graphs to a file; those of the graphs that exist."""
        ...

    def statistics(self) -> Statistics:
        """Its counts."""
        ...


@dataclass(frozen=True, slots=True)
class Replica:
    """A store that answers in place of the embedded graph. `address` identifies it, without credentials."""

    address: str
    store: GraphStore


class Replication:
    """The replicas of a data folder during one run of its writer; `live` is the one that is brought in step, if any."""

    OWN_KIND = "Store"
    OWN_QUADS = 3
    """What the mark of the data folder adds to a store, in one named graph."""

    def __init__(self, ledger: Ledger, live: Replica | None) -> None:
        self._ledger = ledger
        self._live = live
        ledger.db.executescript(_SCHEMA)
        self._parts: set[str] = set()

    @property
    def address(self) -> str:
        """The address of the live replica; '' where the embedded graph answers itself."""
        return self._live.address if self._live else ""

    def prepare(self, graphs: Iterable[str], published: PublishedGraph | None) -> None:
        """Make sure that the store is ours, and that it holds what is published (`graphs`) if it is new to this data folder.

        Raises StoreTaken, graph.errors.GraphError. A copy that is cut off goes on where it was.
        """
        if self._live is None:
            return
        known = self._ledger.db.execute("select 1 from replicas where address = ?", (self.address,)).fetchone()
        if not (self._is_ours(self._live) and known):
            self._fill(self._live, graphs, _COPIED)
        elif not self._is_as_left(self._live):
            self._fill(self._live, graphs, "")
        if published is not None:
            self._copy(self._live, published)

    def touch(self, graphs: Iterable[str], part: str = "") -> None:
        """Note, for every replica, graphs that will differ from what it holds; `part` names the part that says them anew."""
        addresses = self._addresses()
        if addresses:
            with self._ledger.transaction() as db:
                rows = ((address, graph, part) for graph in graphs for address in addresses)
                db.executemany("insert or ignore into unsettled values (?, ?, ?)", rows)

    def load(self, part: str, quads: Path) -> None:
        """Add what is new to the live replica, unless a run that was cut off already did. Raises graph.errors.GraphError."""
        if self._live is None:
            return
        self._parts.add(part)
        row = (self.address, part)
        if not self._ledger.db.execute("select 1 from loaded where address = ? and part = ?", row).fetchone():
            self._writes(self._live).load([quads])
            with self._ledger.transaction() as db:
                db.execute("insert or ignore into loaded values (?, ?)", row)

    def add(self, quads: Path) -> None:
        """Add quads of graphs that are settled afterwards. Raises graph.errors.GraphError."""
        if self._live is not None:
            self._writes(self._live).load([quads])

    def answer(self, workspace: Workspace) -> None:
        """Let the live replica (the embedded graph, where there is none) answer for the published generation as it is."""
        published = (self._ledger.generation, self.address)
        if workspace.published() != published:
            with self._ledger.transaction() as db:
                db.execute("insert or replace into meta values ('store', ?)", (self.address,))
            workspace.show(*published)

    def enter(self, db: sqlite3.Connection) -> None:
        """Within the transaction that publishes: what was only added is settled by having been loaded."""
        db.executemany("delete from unsettled where address = ? and part = ?", [(self.address, part) for part in self._parts])
        db.execute("delete from loaded where address = ?", (self.address,))

    def unsettled(self) -> int:
        """How many graphs of the live replica may still differ; its mark is one until the last write of a run is confirmed."""
        query = "select count(distinct graph) from unsettled where address = ?"
        return int(self._ledger.db.execute(query, (self.address,)).fetchone()[0])

    @staticmethod
    def unsettled_in(ledger: Ledger, address: str) -> int | None:
        """The same for any replica, from a ledger that is only read; None for a store that is no replica."""
        tables = ledger.db.execute("select count(*) from sqlite_master where name = 'replicas'").fetchone()[0]
        if not tables or not ledger.db.execute("select 1 from replicas where address = ?", (address,)).fetchone():
            return None
        return int(ledger.db.execute("select count(distinct graph) from unsettled where address = ?", (address,)).fetchone()[0])

    def settle(self, published: PublishedGraph) -> None:
        """Bring the live replica in step with what is published. Raises graph.errors.GraphError; what is settled by then stays so."""
        if self._live is None:
            return
        with self._ledger.transaction() as db:
            db.execute("delete from loaded where address = ?", (self.address,))
        self._copy(self._live, published)
        while graphs := self._some("select distinct graph from unsettled where address = ? and part <> 'mark' limit ?", _BATCH):
            self._bring(self._live, published, graphs, replace=True)

    def confirm(self, graphs: Callable[[], Iterable[str]], published: PublishedGraph) -> None:
        """After the last write of a run: fill the store again if it lost what it held meanwhile, and leave a new mark.

        `graphs` gives those that are published. Raises graph.errors.GraphError.
        """
        if self._live is None or not self._is_written():
            return
        for _ in range(_CONFIRMED):
            if self._is_as_left(self._live):
                self._mark(self._live, writing=False)
                return
            self._is_ours(self._live)
            self._fill(self._live, graphs(), "")
            self.settle(published)
        raise StoreUnavailable(f"{self.address} loses what is written to it; look at its memory and its log, then ingest again")

    def forget(self, address: str) -> None:
        """Forget a replica: it is not kept in step any longer."""
        with self._ledger.transaction() as db:
            for table in ("replicas", "unsettled", "loaded", "marks"):
                db.execute(f"delete from {table} where address = ?", (address,))  # noqa: S608 - the names above

    def _copy(self, live: Replica, published: PublishedGraph) -> None:
        """Load what was never in the store; much quicker than replacing."""
        query = """select graph from unsettled u where address = ?1 and part = 'copy'
            and not exists (select 1 from unsettled o where o.address = ?1 and o.graph = u.graph and o.part != 'copy') limit ?2"""
        while graphs := self._some(query, _COPY_BATCH):
            self._bring(live, published, graphs, replace=False)

    def _bring(self, live: Replica, published: PublishedGraph, graphs: Sequence[str], replace: bool) -> None:
        with Scratch(self._ledger.path.parent, REPLICA) as folder:
            path = folder / "graphs.nq"
            existing = published.export(graphs, path)
            store = self._writes(live)
            if existing:
                (store.replace if replace else store.load)([path])
            if replace and len(existing) < len(graphs):
                store.remove([graph for graph in graphs if graph not in existing])
        with self._ledger.transaction() as db:
            db.executemany("delete from unsettled where address = ? and graph = ?", [(self.address, graph) for graph in graphs])

    def _some(self, query: str, limit: int) -> list[str]:
        return [row[0] for row in self._ledger.db.execute(query, (self.address, limit))]

    def _addresses(self) -> tuple[str, ...]:
        return tuple(row[0] for row in self._ledger.db.execute("select address from replicas order by address"))

    def _fill(self, live: Replica, graphs: Iterable[str], part: str) -> None:
        """Note that the store may lack everything, before it gets a mark: nothing that was written to it before counts."""
        with self._ledger.transaction() as db:
            db.execute("insert or ignore into replicas values (?)", (self.address,))
            db.execute("delete from loaded where address = ?", (self.address,))
            db.executemany("insert or ignore into unsettled values (?, ?, ?)", ((self.address, graph, part) for graph in graphs))
        self._mark(live, writing=True)

    def _is_ours(self, live: Replica) -> bool:
        """Whether the store carries the name of this data folder; False where it carries none yet. Raises StoreTaken."""
        node = live.store.node(OWNER)
        if node is not None and self._instance() not in {literal.value for literal in node.properties.get(KG + "instance", ())}:
            raise StoreTaken(
                f"{live.address} belongs to another data folder: give each data folder a store (a database, a dataset, a graph) of its own"
            )
        return node is not None

    def _instance(self) -> str:
        """The name of this data folder, in every store it writes to."""
        instance = self._ledger.meta("instance")
        if instance is None:
            instance = secrets.token_hex(8)
            with self._ledger.transaction() as db:
                db.execute("insert into meta values ('instance', ?)", (instance,))
        return instance

    def _writes(self, live: Replica) -> GraphStore:
        """The store, about to be written."""
        if not self._is_written():
            self._mark(live, writing=True)
        return live.store

    def _is_written(self) -> bool:
        """Whether something was written since the last confirmation."""
        row = (self.address, OWNER)
        return self._ledger.db.execute("select 1 from unsettled where address = ? and graph = ?", row).fetchone() is not None

    def _mark(self, live: Replica, *, writing: bool) -> None:
        """Leave a new mark. The ledger knows it before the store does, and goes by the old one until then."""
        mark = secrets.token_hex(8)
        with self._ledger.transaction() as db:
            db.execute("insert into marks values (?1, '', ?2) on conflict do update set next = ?2", (self.address, mark))
            db.execute("insert or ignore into unsettled values (?, ?, ?)", (self.address, OWNER, _MARK))
        with Scratch(self._ledger.path.parent, REPLICA) as folder:
            path = folder / "owner.nq"
            path.write_text("".join(_owner_quads(self._instance(), mark)), encoding="utf-8")
            live.store.replace([path])
        with self._ledger.transaction() as db:
            db.execute("update marks set mark = next, next = '' where address = ?", (self.address,))
            if not writing:
                db.execute("delete from unsettled where address = ? and graph = ?", (self.address, OWNER))

    def _is_as_left(self, live: Replica) -> bool:
        """Whether the store carries the last mark."""
        node = live.store.node(OWNER)
        found = {literal.value for literal in node.properties.get(KG + "mark", ())} if node else set()
        known = self._ledger.db.execute("select mark, next from marks where address = ?", (self.address,)).fetchone() or ()
        return bool(found.intersection(known))


def _owner_quads(instance: str, mark: str) -> Iterator[str]:
    node = iri_term(OWNER)
    yield f"{node} <{TYPE}> <{KG}{Replication.OWN_KIND}> {node} .\n"
    yield f"{node} <{KG}instance> {literal_term(instance)} {node} .\n"
    yield f"{node} <{KG}mark> {literal_term(mark)} {node} .\n"
