"""What earlier runs found in the blocks of the sources they read, so that a block whose bytes are what they were need not be read again.

A block is known by its bytes, whatever its source is called and wherever in it it lies. Of one that is known, a run needs the rows
only where they may matter. It is *quiet* as long as each of its records is held just as the block has it, represented or left out on
purpose: such a record is unchanged, and a tally by run (or reason) says all there is to say of it.

    bytes differ ─▶ scanned        known, not quiet ─▶ its rows are taken from here        quiet ─▶ its tally is

A quiet block is no longer so when the ledger comes to say anything else of one of its records. Two blocks that hold the same record are
taken with their rows where a run reads both: which of them counts has to be decided.
"""

import marshal
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from ingest.cutting import Known, Measure
from ingest.ledger import Ledger

_AT_ONCE: Final = 5000
_CROWD: Final = 64
"""Blocks with which a block may share records before it is taken with its rows in every run."""


@dataclass(frozen=True, slots=True)
class About:
    """A known block: how many lines it has; whether it is quiet; whether scanning it leaves content for others to read."""

    block: int
    lines: int
    quiet: bool
    contents: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What scanning a new block found: its measure and rows; it is `calm` where nothing in it keeps it from ever being quiet."""

    basis: bytes
    measure: Measure
    rows: bytes
    issues: bytes
    records: int
    contents: bool
    calm: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block lies in a source; `stop` None where it is all of it."""

    start: int
    stop: int | None
    block: int


class Memory:
    """The memory of a dataset's sources, in the ledger."""

    def __init__(self, ledger: Ledger, dataset: str) -> None:
        """What a version that did not keep the memory made untrue is forgotten."""
        self._db, self._dataset = ledger.db, dataset
        if not ledger.is_in_step(dataset) and self.holds_anything():
            with ledger.transaction() as db:
                ledger.forget_remembered(db, dataset)

    def holds_anything(self) -> bool:
        """Whether any block is known."""
        return self._db.execute("select 1 from scanned_blocks where dataset = ? limit 1", (self._dataset,)).fetchone() is not None

    def has_quiet(self) -> bool:
        """Whether any block is quiet."""
        return self._db.execute("select 1 from scanned_blocks where dataset = ? and quiet limit 1", (self._dataset,)).fetchone() is not None

    def places(self, source: str, basis: bytes, stamp: str) -> tuple[Place, ...] | None:
        """How a source of that stamp was cut; None where it has another stamp now, or was read on another basis."""
        query = "select file from scanned_files where dataset = ? and source = ? and basis = ? and stamp = ? and stamp <> ''"
        row = self._db.execute(query, (self._dataset, source, basis, stamp)).fetchone()
        if row is None:
            return None
        rows = self._db.execute("select start, stop, block from scanned_places where file = ? order by place", row)
        return tuple(Place(*place) for place in rows)

    def by_first_line(self, basis: bytes) -> dict[bytes, list[Known]]:
        """The known blocks of a basis, by the digests of their first lines."""
        found: dict[bytes, list[Known]] = {}
        query = "select first, block, size, digest from scanned_blocks where dataset = ? and basis = ? and first <> x'' order by block desc"
        for first, *known in self._db.execute(query, (self._dataset, basis)):
            found.setdefault(first, []).append(Known(*known))
        return found

    def find(self, basis: bytes, digest: bytes) -> int | None:
        """The known block of that content."""
        query = "select block from scanned_blocks where dataset = ? and basis = ? and digest = ?"
        row = self._db.execute(query, (self._dataset, basis, digest)).fetchone()
        return row[0] if row else None

    def about(self, blocks: Iterable[int]) -> dict[int, About]:
        """What is known of blocks."""
        query = "select block, lines, quiet, contents from scanned_blocks where block = ?"
        rows = (self._db.execute(query, (block,)).fetchone() for block in blocks)
        return {block: About(block, lines, bool(quiet), bool(contents)) for block, lines, quiet, contents in rows}

    def paired(self, blocks: Collection[int]) -> set[int]:
        """Those of some blocks that share a record with another one of them."""
        query = "select other from scanned_pairs where block = ?"
        return {block for block in blocks for (other,) in self._db.execute(query, (block,)) if other in blocks}

    def holding(self, keys: Iterable[tuple[str, str]], blocks: Collection[int]) -> set[int]:
        """Those of some blocks that hold one of the records of these (kind, id)."""
        return self._sharing(self._key(*key) for key in keys).intersection(blocks)

    def rows(self, block: int) -> bytes:
        """What scanning it left, as the scan wrote it."""
        return zlib.decompress(self._db.execute("select rows from scanned_blocks where block = ?", (block,)).fetchone()[0])

    def issues(self, block: int) -> bytes:
        """What was wrong in it, as the scan wrote it; its own source is called ''."""
        return zlib.decompress(self._db.execute("select issues from scanned_blocks where block = ?", (block,)).fetchone()[0])

    # What a run leaves, within its transaction

    def add(self, found: Found, keys: Sequence[tuple[str, str]]) -> int:
        """Remember a block that was scanned, with the (kind, id) of its records; its number."""
        if (known := self.find(found.basis, found.measure.digest)) is not None:
            return known
        hashed = sorted({self._key(*key) for key in keys})
        others = self._sharing(hashed)
        calm = found.calm and len(hashed) == len(keys) and len(others) <= _CROWD
        measure = found.measure
        row = (
            *(self._dataset, found.basis, measure.digest, measure.first, measure.size, measure.lines, found.records, calm, found.contents),
            *(zlib.compress(found.rows, 1), zlib.compress(found.issues, 1)),
        )
        block = self._db.execute("insert into scanned_blocks values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)", row).lastrowid
        assert block is not None  # noqa: S101 - of a row that was put in
        self._db.executemany("insert into scanned_keys values (?, ?)", ((key, block) for key in hashed))
        if len(others) <= _CROWD:
            pairs = [pair for other in others for pair in ((block, other), (other, block))]
            self._db.executemany("insert into scanned_pairs values (?, ?)", pairs)
        return block

    def keep(self, source: str, basis: bytes, stamp: str, places: Sequence[Place]) -> None:
        """Remember how a source is cut; `stamp` '' where that has to be found out again."""
        self._forget_source(source)
        row = (self._dataset, source, basis, stamp)
        file = self._db.execute("insert into scanned_files values (null, ?, ?, ?, ?)", row).lastrowid
        rows = ((file, number, place.start, place.stop, place.block) for number, place in enumerate(places))
        self._db.executemany("insert into scanned_places values (?, ?, ?, ?, ?)", rows)

    def disturb(self, keys: Iterable[tuple[str, str]]) -> None:
        """Say that the ledger changes what it says of records: no block that holds one is quiet any more."""
        blocks = self._sharing(self._key(*key) for key in keys)
        self._db.executemany("update scanned_blocks set quiet = 0 where block = ?", ((block,) for block in blocks))

    def tidy(self, read: Collection[str]) -> None:
        """Forget local sources that are not there any more, other than those just `read`, and blocks that no source has."""
        sources = [source for (source,) in self._db.execute("select source from scanned_files where dataset = ?", (self._dataset,))]
        for source in sources:
            if source not in read and "://" not in source and not Path(source).exists():
                self._forget_source(source)
        query = """select block from scanned_blocks b where dataset = ? and not exists (
            select 1 from scanned_places p where p.block = b.block)"""
        for (block,) in self._db.execute(query, (self._dataset,)).fetchall():
            self._forget_block(block)

    def _forget_source(self, source: str) -> None:
        files = "select file from scanned_files where dataset = ? and source = ?"
        self._db.execute(f"delete from scanned_places where file in ({files})", (self._dataset, source))  # noqa: S608 - the line above
        self._db.execute("delete from scanned_files where dataset = ? and source = ?", (self._dataset, source))

    def _forget_block(self, block: int) -> None:
        keys = ((self._key(kind, identifier), block) for kind, identifier in keys_of(self.rows(block)))
        self._db.executemany("delete from scanned_keys where key = ? and block = ?", keys)
        others = self._db.execute("select other, block from scanned_pairs where block = ?", (block,)).fetchall()
        self._db.executemany("delete from scanned_pairs where block = ? and other = ?", others)
        for table in ("scanned_pairs", "scanned_tallies", "scanned_told", "scanned_blocks"):
            self._db.execute(f"delete from {table} where block = ?", (block,))  # noqa: S608 - the names above

    def _sharing(self, keys: Iterable[int]) -> set[int]:
        """The blocks that hold one of the keys."""
        query = "select distinct k.block from json_each(?) j cross join scanned_keys k on k.key = j.value"
        asked = iter(keys)
        found: set[int] = set()
        while some := list(islice(asked, _AT_ONCE)):
            found.update(block for (block,) in self._db.execute(query, (orjson.dumps(some).decode(),)))
        return found

    def _key(self, kind: str, identifier: str) -> int:
        said = f"{self._dataset}\0{kind}\0{identifier}".encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)


def keys_of(rows: bytes) -> Iterator[tuple[str, str]]:
    """(kind, id) of the records in what a scan wrote."""
    stream = BytesIO(rows)
    while stream.tell() < len(rows):
        seen, *_ = marshal.load(stream)  # noqa: S302 - our own worker wrote it
        yield from ((kind, identifier) for _, _, kind, identifier, *_ in seen)
