"""What the sources of a run hold, taken into its plan: scanned where their bytes are new, from the memory where earlier runs read the same.

Longer than most because reading, the memory and the plan have to agree on the numbers of blocks.
"""

import hashlib
import marshal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Final

import orjson

from ingest import formats, remembering
from ingest.cutting import Find, Known, Measure, Piece, cut, taken, whole
from ingest.memory import About, Found, Memory, Place, keys_of
from ingest.plan import Plan, Scanned
from ingest.run import Run, moved, worker_lost
from ingest.worker import MapTask, ScanResult, ScanTask, issues_file, rows_file, scan
from ingest.workers import Pool
from sources.blocks import Block
from sources.files import Listing, SourceFile, open_source
from sources.model import Severity

BLOCK = 16 << 20
"""Bytes of a file that one task reads: enough to amortise a part, little enough to keep memory flat and cores busy."""
_REMEMBERED: Final = 8
"""A block that is remembered is smaller by as much: where something changes in it, all of it is scanned."""
_FEW: Final = 4 << 20
"""Bytes that are scanned here, sooner than a process starts."""
_FEW_RECORDS: Final = 256
"""Records that are mapped here, likewise."""
_SETTLED_NS: Final = 2_000_000_000
"""Nanoseconds: a file that was written so shortly before it was read may be written again without its time showing it."""
_LINES: Final = (".ndjson", ".jsonl")


@dataclass(frozen=True, slots=True)
class _Source:
    """A file of the listing, on which basis it is read, and its stamp then ('' where nothing tells one state of it from another)."""

    file: SourceFile
    basis: bytes
    stamp: str

    def basis_at(self, start: int) -> bytes:
        """The basis of a block: the first line of a file may be read otherwise than the same one further down."""
        return self.basis + (b"" if start else b"first")


@dataclass(slots=True)
class _Entry:
    """A block of the listing under its number in the plan; `lines` of it, and how many lie before it in its file.

    `known` is its number in the memory; `taken` tells whether the plan has its rows, `scanned` whether from a scan.
    """

    number: int
    source: _Source
    block: Block
    known: int | None
    about: About | None = None
    lines: int = 0
    first_line: int = 0
    taken: bool = False
    scanned: bool = False


class Sources:
    """The sources of one run."""

    def __init__(self, run: Run, plan: Plan, listing: Listing, pool: Pool) -> None:
        self._run, self._plan, self._listing, self._pool = run, plan, listing, pool
        asked = run.options
        self._format = formats.find(asked.format, asked.settings, asked.within)
        said = f"{self._format.version}:{asked.claims}:{asked.strict}{asked.told}"
        self._salt = hashlib.blake2b(said.encode(), digest_size=8).digest()
        self._memory = Memory(run.ledger, run.dataset)
        self._remembers = self._format.remembers and not run.again.parts
        self._recalls = self._remembers and not asked.thorough and self._memory.holds_anything()
        self._began = time.time_ns()
        self._sources: list[_Source] = []
        self._recalled: set[str] = set()
        self._entries: list[_Entry] = []
        self._known: dict[bytes, dict[bytes, list[Known]]] = {}
        self._plain: set[Block] = set()
        """Blocks that were scanned now, all records of which any process can map."""

    def scan(self) -> None:
        """List every record of every source in the plan, but of quiet blocks, and report what was wrong."""
        run, plan, listing = self._run, self._plan, self._listing
        run.report(asdict(issue) for issue in listing.issues)
        run.counts.files = len(listing.files)
        plan.transaction_time = listing.transaction_time
        self._cut()
        self._take(self._needed())
        if quiet := self._quiet():
            self._take(quiet[block] for block in self._memory.holding(plan.read(), quiet))
        self._report()
        run.counts.unreadable = sum(run.counts.rejects.values())
        run.report(asdict(issue) for others in listing.passed_over for issue in others.but(plan.names).issues)
        if self._format.complete:
            plan.vanish()

    def settle(self) -> None:
        """Decide what the plan has to do. Blocks of records that it maps again are taken with their rows, all others as they are held."""
        plan = self._plan
        while True:
            quiet = self._quiet()
            plan.take_as_held(quiet)
            plan.settle(first=self._format.unique)
            again = ((kind, identifier) for _, kind, identifier in plan.relink()) if quiet else ()
            if not (needed := self._memory.holding(again, quiet)):
                return
            self._take(quiet[block] for block in needed)

    @property
    def scanned(self) -> list[Scanned]:
        """The blocks whose rows the plan has, and the number of lines before each in its file."""
        return [Scanned(entry.number, entry.block, entry.first_line) for entry in self._entries if entry.taken]

    def are_few(self, tasks: Sequence[MapTask]) -> bool:
        """Whether this process maps so much sooner than another one starts, and no record of it can bring it down."""
        chosen = [one for task in tasks for one in task.blocks]
        records, size = sum(len(one.places) for one in chosen), sum(_size(one.block) for one in chosen)
        known = all(task.blocks for task in tasks) and all(one.block in self._plain for one in chosen)
        return known and records <= _FEW_RECORDS and size <= _FEW

    def enter(self, db: sqlite3.Connection) -> None:
        """Remember what was read, within the transaction in which the ledger comes to say what the plan did."""
        remembering.disturb(self._memory, self._plan, db)
        if not self._remembers:
            return
        looked = {entry.known: entry.number for entry in self._entries if entry.taken and entry.known is not None}
        remembering.look_at(self._plan, db, looked)
        for source, entries in groupby(self._entries, lambda entry: entry.source):
            held = list(entries)
            if source.file.uri in self._recalled:
                continue
            places = [Place(entry.block.start, entry.block.end, entry.known) for entry in held if entry.known is not None]
            stamp = source.stamp if len(places) == len(held) and source.stamp == _stamp(source.file) else ""
            self._memory.keep(source.file.uri, source.basis, _settled(stamp, self._began, source.file), places)
        self._memory.tidy({source.file.uri for source in self._sources})

    def _cut(self) -> None:
        """Cut the files into blocks, as they were cut before where they are what they were."""
        for file in self._listing.files:
            source = _Source(file, self._basis(file), _stamp(file))
            self._sources.append(source)
            for piece in self._pieces(source):
                self._entries.append(_Entry(len(self._entries), source, piece.block, piece.known))
        about = self._memory.about({entry.known for entry in self._entries if entry.known is not None})
        for entry in self._entries:
            if entry.known is not None:
                entry.about = about[entry.known]
                entry.lines = entry.about.lines

    def _basis(self, file: SourceFile) -> bytes:
        """What the rows of a block depend on beside its bytes. Where a file lies tells who it is, unless its lines do."""
        place = file.uri.removeprefix(file.root) if not file.uri.lower().endswith(_LINES) else ""
        said = (self._run.options.format, self._salt.hex(), str(marshal.version), str(file.role), place)
        return hashlib.blake2b("\0".join(said).encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def _pieces(self, source: _Source) -> Iterator[Piece]:
        file, size = source.file, BLOCK // self._format.density
        if self._recalls and (places := self._memory.places(file.uri, source.basis, source.stamp)) is not None:
            self._recalled.add(file.uri)
            yield from (Piece(Block(file, place.start, place.stop), place.block) for place in places)
            return
        if not self._format.splits(file) or not file.size or (file.size <= size and not self._remembers):
            yield self._whole(source)
            return
        try:
            if self._remembers and _is_json(file):
                yield from cut(file, max(size // _REMEMBERED, 1), self._find(source) if self._recalls else None)
            else:
                yield from cut(file, size)
        except OSError:  # whoever scans it says so
            yield whole(file)

    def _whole(self, source: _Source) -> Piece:
        """A file that is one block."""
        piece = whole(source.file)
        if self._recalls and (measure := taken(piece.block)) is not None and measure.digest:
            return replace(piece, known=self._memory.find(source.basis_at(0), measure.digest))
        return piece

    def _find(self, source: _Source) -> Find:
        def find(position: int, first: bytes) -> Sequence[Known]:
            basis = source.basis_at(position)
            if basis not in self._known:
                self._known[basis] = self._memory.by_first_line(basis)
            return self._known[basis].get(first, ())

        return find

    def _needed(self) -> list[_Entry]:
        """The blocks whose rows the plan needs whatever the others hold."""
        known = Counter(entry.known for entry in self._entries if entry.known is not None)
        paired = self._memory.paired(known.keys())
        return [
            entry
            for entry in self._entries
            if entry.about is None or not entry.about.quiet or entry.about.block in paired or known[entry.about.block] > 1
        ]

    def _quiet(self) -> dict[int, _Entry]:
        """The blocks whose rows the plan does not have, by their numbers in the memory."""
        return {entry.known: entry for entry in self._entries if not entry.taken and entry.known is not None}

    def _take(self, entries: Iterable[_Entry]) -> None:
        """Take blocks into the plan with their rows: from the memory, or where they are new or leave content for others, from a scan."""
        some = list(entries)
        self._number_lines()
        self._scan([entry for entry in some if entry.about is None or entry.about.contents])
        for entry in some:
            if entry.known is not None and not entry.scanned:
                rows = BytesIO(self._memory.rows(entry.known))
                self._plan.take_in(entry.number, entry.source.file.uri, rows, entry.first_line)
                entry.taken = True

    def _scan(self, entries: Sequence[_Entry]) -> None:
        """Scan blocks, and remember what was found in those of which it follows from their bytes."""
        run, asked = self._run, self._run.options
        tasks = [ScanTask(one.number, one.block, asked.format, self._salt, run.folder, asked.settings, asked.within) for one in entries]
        if not tasks:
            return
        run.say("scanning", len(tasks))
        results: dict[int, ScanResult] = {}
        few = sum(_size(one.block) for one in entries) <= _FEW
        if not few:
            self._pool.warm()
        for task, result in (self._pool.here if few else self._pool.run)(scan, tasks):
            run.progress.advance()
            if result is None:
                run.report([asdict(worker_lost(task.block))])
            else:
                results[task.number] = result
                if result.plain:
                    self._plain.add(task.block)
                self._entries[task.number].lines = result.lines
        if not all(task.block in self._plain for task in tasks):
            self._pool.warm()
        self._number_lines()
        for entry in entries:
            uri = entry.source.file.uri
            if (result := results.get(entry.number)) is None:
                self._plan.doubt(uri)
                continue
            rows = rows_file(run.folder, entry.number)
            self._plan.add_block(entry.number, uri, rows, entry.first_line, _is_whole(result))
            entry.taken = entry.scanned = True
            if self._remembers and entry.known is None and result.measure is not None and result.measure.digest and not result.beside:
                self._remember(entry, result, result.measure, rows.read_bytes())
            rows.unlink()

    def _remember(self, entry: _Entry, result: ScanResult, measure: Measure, rows: bytes) -> None:
        issues = [orjson.loads(line) for line in issues_file(self._run.folder, entry.number).read_bytes().splitlines()]
        if any(issue["source"] != entry.source.file.uri for issue in issues) or entry.source.stamp != _stamp(entry.source.file):
            return  # of another file, or written while it was read
        told = b"".join(orjson.dumps({**issue, "source": ""}) + b"\n" for issue in issues)
        calm = _is_whole(result) and not result.deletions
        found = Found(entry.source.basis_at(entry.block.start), measure, rows, told, result.records, result.contents, calm)
        with self._run.ledger.transaction():
            entry.known = self._memory.add(found, tuple(keys_of(rows)))

    def _number_lines(self) -> None:
        """Count the lines before each block in its file."""
        before = 0
        for entry in self._entries:
            before = 0 if entry.block.start == 0 else before
            entry.first_line = before
            before += entry.lines

    def _report(self) -> None:
        """Report what was wrong, in the order of the sources."""
        for entry in self._entries:
            if entry.scanned:
                issues = issues_file(self._run.folder, entry.number)
                self._run.report(moved(issues.read_bytes(), entry.first_line))
            elif entry.known is not None:
                self._run.report(moved(self._memory.issues(entry.known), entry.first_line, entry.source.file.uri))
        for entry in self._entries:
            issues_file(self._run.folder, entry.number).unlink(missing_ok=True)


def _is_whole(result: ScanResult) -> bool:
    return not any(severity == Severity.REJECT for severity, _ in result.issues)


def _size(block: Block) -> int:
    return (block.end or block.file.size) - block.start


def _is_json(file: SourceFile) -> bool:
    """Whether a file begins as JSON does: then each of its lines is read whatever the others are."""
    try:
        with open_source(file) as stream:
            return stream.read(1 << 10).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    except Exception:  # whoever scans it says what is wrong
        return False


def _stamp(file: SourceFile) -> str:
    """What changes when a file is written: of a local one its length, times and place on the disk; of a remote one what its store says.

    '' where nothing tells.
    """
    if file.is_remote:
        return f"{file.size}:{file.stamp}" if file.stamp else ""
    try:
        status = Path(file.uri).stat()
    except OSError:
        return ""
    written = max(status.st_mtime_ns, status.st_ctime_ns)
    return f"{written}:{status.st_size}:{status.st_mtime_ns}:{status.st_dev}:{status.st_ino}"


def _settled(stamp: str, began: int, file: SourceFile) -> str:
    """The stamp of a file, '' where it was written so shortly before the run began that it may be written again without showing it."""
    return stamp if stamp and (file.is_remote or began - int(stamp.partition(":")[0]) > _SETTLED_NS) else ""
