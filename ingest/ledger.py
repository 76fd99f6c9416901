"""The ledger: which records each dataset holds, what they were made of, and what every run did. One SQLite file, one writer.

It is the truth about what is published: a run's changes enter it in one transaction together with the number of the generation that
shows them, after that generation is whole on disk.
"""

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from graph.identifiers import DERIVED_GRAPHS, derived_graph_iri, readings_iri, record_iri
from ingest import schema
from ingest.errors import LedgerDamaged, disk_full, lacks_room_beside
from sources.places import Places, with_places

_VERSION = 1


class InPart(NamedTuple):
    """A record that lies in a part: what it is, and where it came from by which run."""

    kind: str
    id: str
    source: str
    run: str


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """Where a record came from."""

    part: str
    source: str
    line: int
    run: str


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that writes, with every table there."""
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.executescript(schema.TABLES + schema.REMEMBERED)
    db.execute("insert or ignore into meta values ('version', ?)", (str(_VERSION),))
    db.commit()
    return db


def _read(path: Path) -> sqlite3.Connection:
    """A connection that reads."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(uri, uri=True, check_same_thread=False)
    try:
        db.execute("select 1 from meta")
    except sqlite3.OperationalError as error:
        db.close()
        beside = path.with_name(f"{path.name}-wal")
        can_write = os.access(path.parent, os.W_OK) and not lacks_room_beside(error)
        if can_write or (beside.exists() and beside.stat().st_size):
            raise
        # On a disk that is read-only or full SQLite cannot make the files it keeps beside a ledger; with nothing in them none is needed.
        db = sqlite3.connect(f"{uri}&immutable=1", uri=True, check_same_thread=False)
    return db


def _make(path: Path) -> None:
    """Make a new ledger aside, so that a reader finds none or a whole one."""
    aside = path.with_name(f".{path.name}.new")
    for left in path.parent.glob(f"{aside.name}*"):  # of a run that was killed just here
        left.unlink()
    _opened(aside).close()
    aside.rename(path)


class Ledger:
    """An open ledger. Writers hold the data folder's lock; readers may come at any time."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        try:
            if read_only:
                self.db = _read(path)
            else:
                if not path.exists():
                    _make(path)
                self.db = _opened(path)
            version = self.meta("version")
        except sqlite3.DatabaseError as error:
            if short := disk_full(error, path.parent):
                raise short from error
            raise LedgerDamaged(f"{path}: the ledger cannot be read ({error})") from error
        if version != str(_VERSION):
            raise LedgerDamaged(f"{path}: the ledger is of version {version}, this program reads version {_VERSION}")

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def meta(self, key: str) -> str | None:
        """A value of the ledger as a whole."""
        row = self.db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def unread(self, dataset: str) -> int:
        """How many texts and passages of a dataset wait to be read, because the process that read them died."""
        return int(self.meta(f"unread {dataset}") or 0)

    def set_unread(self, db: sqlite3.Connection, dataset: str, count: int) -> None:
        """Say it, within the caller's transaction."""
        db.execute("delete from meta where key = ?", (f"unread {dataset}",))
        if count:
            db.execute("insert into meta values (?, ?)", (f"unread {dataset}", str(count)))

    @property
    def missing_vectors(self) -> int:
        """How many distinct texts of the published generation have no vector."""
        return int(self.meta("missing_vectors") or 0)

    @property
    def generation(self) -> int:
        """The generation that shows what the ledger holds; 0 before the first."""
        return int(self.meta("generation") or 0)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        self.db.execute("begin immediate")
        try:
            yield self.db
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def datasets(self) -> tuple[str, ...]:
        """Names of the datasets that hold something or once did, sorted."""
        return tuple(row[0] for row in self.db.execute("select dataset from datasets order by dataset"))

    def kinds(self, dataset: str) -> dict[str, int]:
        """Represented records by kind."""
        query = "select kind, count(*) from records where dataset = ? and state = 'kept' group by kind order by kind"
        return dict(self.db.execute(query, (dataset,)).fetchall())

    def parts(self, dataset: str) -> tuple[str, ...]:
        """Parts that still hold a live record of the dataset, in the order they were made."""
        query = "select part from parts where dataset = ? and exists (select 1 from records where records.part = parts.part) order by rowid"
        return tuple(row[0] for row in self.db.execute(query, (dataset,)))

    def sources(self, dataset: str, kind: str) -> dict[str, int]:
        """Where the represented records of a kind came from, sorted, and how many came from there."""
        query = "select source, count(*) from records where dataset = ? and kind = ? and state = 'kept' group by source order by source"
        return dict(self.db.execute(query, (dataset, kind)).fetchall())

    def parts_by_source(self, dataset: str, kind: str) -> dict[str, list[str]]:
        """Source → the parts that hold represented records of a kind from there, both sorted."""
        query = "select distinct source, part from records where dataset = ? and kind = ? and state = 'kept' order by source, part"
        found: dict[str, list[str]] = {}
        for source, part in self.db.execute(query, (dataset, kind)):
            found.setdefault(source, []).append(part)
        return found

    def ids_in_part(self, part: str, dataset: str, kind: str, source: str = "") -> Iterator[str]:
        """Ids of the represented records of a kind that lie in a part (of one source, where one is named)."""
        query = "select id from records where part = ? and dataset = ? and kind = ? and ? in ('', source) and state = 'kept'"
        return (identifier for (identifier,) in self.db.execute(query, (part, dataset, kind, source)))

    def in_part(self, part: str, dataset: str) -> Iterator[InPart]:
        """The represented records of a dataset that lie in a part."""
        query = "select kind, id, source, run from records where part = ? and dataset = ? and state = 'kept'"
        return (InPart(*row) for row in self.db.execute(query, (part, dataset)))

    def iris_in_part(self, part: str, dataset: str, kinds: Collection[str] = ()) -> frozenset[str]:
        """The IRIs of the represented records of a dataset that lie in a part; of these kinds, where any are named."""
        if not kinds:
            return frozenset(record_iri(dataset, one.kind, one.id) for one in self.in_part(part, dataset))
        return frozenset(record_iri(dataset, kind, one) for kind in kinds for one in self.ids_in_part(part, dataset, kind))

    def parts_of_kinds(self, dataset: str, kinds: Collection[str]) -> list[str]:
        """The parts that hold represented records of these kinds, in the order of their sources."""
        query = f"""select part from records where dataset = ? and state = 'kept' and kind in ({",".join("?" * len(kinds))})
            group by part order by min(source), min(line)"""  # noqa: S608 - question marks
        return [part for (part,) in self.db.execute(query, (dataset, *kinds))]

    def sources_of_part(self, part: str) -> dict[str, int]:
        """Where the records of a part came from, those that are not represented too, and how many came from there."""
        return dict(self.db.execute("select source, count(*) from records where part = ? group by source", (part,)).fetchall())

    def part_of(self, dataset: str, kind: str, identifier: str) -> str | None:
        """The part that a represented record lies in."""
        query = "select part from records where dataset = ? and kind = ? and id = ? and state = 'kept'"
        row = self.db.execute(query, (dataset, kind, identifier)).fetchone()
        return row[0] if row else None

    def missing(self, dataset: str) -> list[tuple[str, str]]:
        """(IRI, kind) of the nodes that records refer to and that no represented record is."""
        query = """select iri, expected from targets t where dataset = ? and not exists (
            select 1 from records r where r.dataset = t.dataset and r.kind = t.kind and r.id = t.id and r.state = 'kept') order by iri"""
        return self.db.execute(query, (dataset,)).fetchall()

    @staticmethod
    def fill_missing(db: sqlite3.Connection, dataset: str) -> None:
        """Work out the table of such nodes, which an earlier version did not keep, within the caller's transaction."""
        db.execute("delete from missing where dataset = ?", (dataset,))
        found = """insert into missing select t.dataset, t.kind, t.id, t.iri, t.expected from targets t where t.dataset = ? and not exists (
            select 1 from records r where r.dataset = t.dataset and r.kind = t.kind and r.id = t.id and r.state = 'kept')"""
        db.execute(found, (dataset,))

    # What a plan compares with, and how it enters what it did

    def hold(self, dataset: str) -> None:
        """Make the table `held` of this connection: the records of one dataset, by kind and id, with all that is known of them."""
        columns = "kind, id, hash, state, part, source, line, run, updated, version"
        name = dataset.replace("'", "''")
        self.db.execute(f"create temp view held as select {columns} from records where dataset = '{name}'")  # noqa: S608 - a view binds nothing

    def release(self) -> None:
        """There is no table `held` any more."""
        self.db.execute("drop view if exists temp.held")

    @staticmethod
    def take(db: sqlite3.Connection, dataset: str, run: str, rows: str) -> None:
        """Enter records within a transaction: `rows` selects kind, id, hash, state, part, source, line, updated and version."""
        known = "insert or replace into records select ?, kind, id, hash, state, part, source, line, ?, updated, version"
        db.execute(f"{known} from ({rows})", (dataset, run))

    @staticmethod
    def drop(db: sqlite3.Connection, dataset: str, keys: str) -> None:
        """Remove records within a transaction: `keys` selects kind and id."""
        db.execute(f"delete from records where dataset = ? and (kind, id) in ({keys})", (dataset,))  # noqa: S608 - of the plan

    def holds_anything(self, dataset: str) -> bool:
        """Whether any record of the dataset is known, represented or not."""
        return self.db.execute("select 1 from records where dataset = ? limit 1", (dataset,)).fetchone() is not None

    def holds(self, dataset: str, kinds: Iterable[str]) -> bool:
        """Whether a record of one of these kinds is represented."""
        query = "select 1 from records where dataset = ? and kind = ? and state = 'kept' limit 1"
        return any(self.db.execute(query, (dataset, kind)).fetchone() for kind in kinds)

    def unresolved(self, dataset: str) -> int:
        """How many references of the dataset point at records it does not hold."""
        row = self.db.execute("select unresolved from datasets where dataset = ?", (dataset,)).fetchone()
        return int(row[0]) if row else 0

    def with_places(self, dataset: str, sources: Iterable[str]) -> dict[str, str]:
        """The folders that sources of the dataset came from, with their names, and those that these sources need in addition."""
        known = self.meta(f"places:{dataset}")
        # An earlier version named none: what it took in gets its name with the rest.
        held = self.db.execute("select distinct source from records where dataset = ?", (dataset,)) if known is None else ()
        return with_places(json.loads(known or "{}"), (*(source for (source,) in held), *sources))

    @staticmethod
    def enter_places(db: sqlite3.Connection, dataset: str, places: Places) -> None:
        """Say how the folders are called that sources of the dataset came from, within the caller's transaction."""
        db.execute("insert or replace into meta values (?, ?)", (f"places:{dataset}", json.dumps(places)))

    def forget(self, db: sqlite3.Connection, dataset: str) -> None:
        """Remove everything known of a dataset but its runs, within the caller's transaction."""
        self.forget_remembered(db, dataset)
        for table in schema.OF_A_DATASET:
            db.execute(f"delete from {table} where dataset = ?", (dataset,))  # noqa: S608 - names of ours
        own = tuple(f"{name}:{dataset}" for name in ("since", "derived", "quads", "readings", "places", "uses", "books"))
        db.executemany("delete from meta where key = ?", ((key,) for key in own))
        db.execute("delete from meta where substr(key, 1, ?) = ?", (len(f"told:{dataset}:"), f"told:{dataset}:"))

    @staticmethod
    def forget_remembered(db: sqlite3.Connection, dataset: str) -> None:
        """Remove what runs found in the sources of a dataset, within the caller's transaction: its sources will be read whole."""
        for statement in schema.FORGET_REMEMBERED:
            db.execute(statement, (dataset,))

    def remember(self, db: sqlite3.Connection, dataset: str, format_name: str, settings: Iterable[tuple[str, str]]) -> None:
        """Keep what a run was told of a format, for the runs to come, within the caller's transaction."""
        rows = ((f"told:{dataset}:{format_name}:{name}", value) for name, value in settings)
        db.executemany("insert or replace into meta values (?, ?)", rows)

    def told(self, dataset: str, format_name: str) -> dict[str, str]:
        """What runs were told of a format, the latest of each setting."""
        begin = f"told:{dataset}:{format_name}:"
        rows = self.db.execute("select key, value from meta where substr(key, 1, ?) = ? order by key", (len(begin), begin))
        return {key.removeprefix(begin): value for key, value in rows}

    def updated(self, dataset: str) -> str | None:
        """When a generation with changes of the dataset was last published."""
        row = self.db.execute("select updated from datasets where dataset = ?", (dataset,)).fetchone()
        return row[0] if row else None

    def is_in_step(self, dataset: str) -> bool:
        """Whether what is kept beside the records follows from them: a version that did not keep it may have written the ledger since."""
        updated = self.updated(dataset)
        return updated is not None and self.meta(f"books:{dataset}") == updated

    @staticmethod
    def enter_step(db: sqlite3.Connection, dataset: str) -> None:
        """Say that it does, within the caller's transaction, when the dataset's row is written."""
        db.execute("insert or replace into meta select 'books:' || dataset, updated from datasets where dataset = ?", (dataset,))

    def quads(self, dataset: str) -> int | None:
        """How many quads the published graph holds of a dataset; None where an earlier version published it, which did not count."""
        known = self.meta(f"quads:{dataset}") if dataset in self.datasets() else "0"
        return int(known) if known is not None else None

    @staticmethod
    def enter_quads(db: sqlite3.Connection, dataset: str, quads: int) -> None:
        """Say how many quads the published graph holds of a dataset, within the caller's transaction."""
        db.execute("insert or replace into meta values (?, ?)", (f"quads:{dataset}", str(quads)))

    def terminologies(self) -> str:
        """The terminologies that the published generation was read with, as `Shelf.digest` tells them."""
        return self.meta("terminologies") or ""

    @staticmethod
    def enter_generation(db: sqlite3.Connection, generation: int, missing_vectors: int, store: str) -> None:
        """Say which generation shows what the ledger holds, how many texts have no vector there, and the address of the graph store that
        answers for it, within the caller's transaction."""
        rows = (("generation", generation), ("missing_vectors", missing_vectors), ("store", store))
        db.executemany("insert or replace into meta values (?, ?)", ((key, str(value)) for key, value in rows))

    @staticmethod
    def enter_terminologies(db: sqlite3.Connection, digest: str) -> None:
        """Say which terminologies the published generation was read with, within the caller's transaction."""
        db.execute("insert or replace into meta values ('terminologies', ?)", (digest,))

    def quads_of_parts(self, dataset: str) -> int:
        """Quads in the parts that hold live records, those of records that other parts replaced among them."""
        query = (
            "select coalesce(sum(quads), 0) from parts where dataset = ? and exists (select 1 from records where records.part = parts.part)"
        )
        return int(self.db.execute(query, (dataset,)).fetchone()[0])

    def record_iris(self, dataset: str) -> tuple[str, ...]:
        """The IRI of every represented record."""
        rows = self.db.execute("select kind, id from records where dataset = ? and state = 'kept'", (dataset,))
        return tuple(record_iri(dataset, kind, identifier) for kind, identifier in rows)

    def graphs(self) -> Iterator[str]:
        """The named graph of every represented record and of everything derived, of all datasets."""
        for dataset in self.datasets():
            for kind, identifier in self.db.execute("select kind, id from records where dataset = ? and state = 'kept'", (dataset,)):
                yield record_iri(dataset, kind, identifier)
            yield from self.derived_graphs(dataset)

    def derived_graphs(self, dataset: str) -> Iterator[str]:
        """The named graph of everything that was derived for a dataset."""
        yield from (derived_graph_iri(dataset, name) for name in DERIVED_GRAPHS)
        yield from self.outdated_graphs(dataset)
        for (record,) in self.db.execute("select record from readings where dataset = ?", (dataset,)):
            yield readings_iri(record)

    def readings(self) -> int:
        """How many records, of all datasets, have a graph of what their texts say."""
        return int(self.db.execute("select count(*) from readings").fetchone()[0])

    def derived(self) -> int:
        """How many graphs of derived things there are at most, of all datasets: one of concepts or stubs need not be there."""
        return sum(1 for dataset in self.datasets() for _ in self.derived_graphs(dataset))

    def outdated_graphs(self, dataset: str) -> list[str]:
        """The graph in which an earlier version has what all texts of the dataset say, where it is published so."""
        in_one = dataset in self.datasets() and self.meta(f"readings:{dataset}") is None
        return [derived_graph_iri(dataset, "readings")] if in_one else []

    def saying(self, dataset: str, records: Iterable[str]) -> list[str]:
        """Those of the records (by IRI) that have a graph of what their texts say."""
        query = "select 1 from readings where dataset = ? and record = ?"
        return [record for record in records if self.db.execute(query, (dataset, record)).fetchone()]

    @staticmethod
    def enter_readings(db: sqlite3.Connection, dataset: str, looked_at: Iterable[str] | None, saying: Iterable[str]) -> None:
        """Say which records that were looked at (None: all) have a graph of what their texts say, within the caller's transaction."""
        if looked_at is None:
            db.execute("delete from readings where dataset = ?", (dataset,))
        for record in looked_at or ():
            db.execute("delete from readings where dataset = ? and record = ?", (dataset, record))
        db.executemany("insert or ignore into readings values (?, ?)", ((dataset, record) for record in saying))
        db.execute("insert or replace into meta values (?, 'by record')", (f"readings:{dataset}",))

    def find_record(self, dataset: str, kind: str, identifier: str) -> FoundRecord | None:
        """Where a represented record came from; `identifier` as it stands in the record's IRI."""
        query = "select part, source, line, run from records where dataset = ? and kind = ? and id = ? and state = 'kept'"
        row = self.db.execute(query, (dataset, kind, unquote(identifier))).fetchone()
        return FoundRecord(*row) if row else None
