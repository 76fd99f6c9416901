"""What worker processes run: scanning a block (which records are there) and mapping one (what they become).

Both are plain functions of picklable values, so that any concurrent.futures.Executor can run them: processes here, a cluster's
elsewhere.
"""

import gc
import hashlib
import logging
import marshal
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from ingest import formats
from ingest.announcements import lookups
from ingest.cutting import Measure, taken
from ingest.format import Format, Settings
from ingest.ledger import Ledger
from ingest.model import BesideLookup, ContentLookup, MappingContext, nothing_beside
from ingest.staging import Part, PartSummary, PartWriter
from sources.blocks import Block
from sources.model import Deleted, Issue, Severity, SourceRecord

_BATCH = 5000
_PARTS_KEPT = 4
"""Parts whose Binaries a worker keeps at hand, of those that earlier runs made."""
_COLLECT_EVERY = 200_000
"""Objects more made than freed. Records free themselves; collecting as often as Python does costs a tenth of the time."""


@dataclass(frozen=True, slots=True)
class ScanTask:
    """Scan one block; rows and issues go to files beside each other under `output`."""

    number: int
    block: Block
    format: str
    salt: bytes
    output: Path
    settings: Settings = ()
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanResult:
    """How many lines the block holds, how many records, and how many issues of each severity and code.

    `beside` tells whether what was found depends on other files, `contents` whether content was left that others read, `deletions` whether
    the block says that records are gone; `plain` whether its records can be mapped by any process (ingest.format); `measure` is None where
    the block could not be read again to take it.
    """

    number: int
    lines: int
    records: int
    issues: Mapping[tuple[str, str], int]
    beside: bool = False
    contents: bool = False
    deletions: bool = False
    plain: bool = False
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The records at `places` of a block; `first_line` lines of its file come before it."""

    block: Block
    first_line: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MapTask:
    """Map the chosen records of some blocks (or, to relink, the named records of an older part) into the part `key`."""

    key: str
    format: str
    parts: Path
    ledger: Path
    plan: Path
    dataset: str
    run: str
    strict: bool
    include_claims: bool
    settings: Settings = ()
    within: tuple[str, ...] = ()
    blocks: tuple[Chosen, ...] = ()
    part: Path | None = None
    records: frozenset[str] = frozenset()
    places: tuple[tuple[str, str], ...] = ()


def rows_file(folder: Path, number: int) -> Path:
    """Where a scan leaves its rows."""
    return folder / f"scan-{number:06d}.rows"


def issues_file(folder: Path, number: int) -> Path:
    """Where a scan leaves its issues."""
    return folder / f"scan-{number:06d}.issues"


def contents_folder(folder: Path) -> Path:
    """Where a run's scans leave what others read of its records, by digest."""
    return folder / "contents"


def start(parent: int) -> None:
    """Initialise a worker process: quiet libraries, and an end of its own when the process that started it is gone."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # Ctrl-C reaches every process of a terminal: the run itself tells of it
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, 20, 20)

    def watch() -> None:
        while _is_alive(parent):
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def scan(task: ScanTask) -> ScanResult:
    """List the records of a block: place, line, type, id, digest, version. Content that cannot be read is issued here, once."""
    format_ = formats.find(task.format, task.settings, task.within)
    issues: dict[tuple[str, str], int] = {}
    seen: list[tuple[Any, ...]] = []
    gone: list[tuple[str, str, int]] = []
    identifiers: list[tuple[int, str, str, str, str]] = []
    named: list[str] = []
    records = 0
    beside = contents = deletions = False
    plain = True
    with rows_file(task.output, task.number).open("wb") as rows, issues_file(task.output, task.number).open("wb") as notes:

        def note(issue: Issue) -> None:
            issues[issue.severity, issue.code] = issues.get((issue.severity, issue.code), 0) + 1
            notes.write(orjson.dumps(asdict(issue)) + b"\n")

        def flush() -> None:
            marshal.dump((seen, gone, identifiers, named), rows)
            for rows_ in (seen, gone, identifiers, named):
                rows_.clear()

        for item in format_.read(task.block):
            if isinstance(item, Issue):
                note(item)
                continue
            if isinstance(item, Deleted):
                gone.append((item.kind, item.id, item.line))
                deletions = True
                continue
            if not item.id:
                reason = "the resource has no id (or it is not a string)"
                note(Issue(Severity.REJECT, "no-id", reason, item.source, item.line, field=f"{item.kind}.id"))
                continue
            state = format_.state(item)
            beside |= bool(state)
            plain = plain and format_.plain(item)
            digest = hashlib.blake2b(item.raw + state, digest_size=16, salt=task.salt).digest()
            seen.append((records, item.line, item.kind, item.id, digest, *_version(item.resource)))
            identifiers += ((records, system, value, item.kind, item.id) for system, value in format_.identifiers(item))
            named += format_.named(item)
            if content := format_.content(item.resource):
                _keep(contents_folder(task.output), *content)
                contents = True
            records += 1
            if len(seen) >= _BATCH:
                flush()
        flush()
    measure = taken(task.block)
    return ScanResult(task.number, measure.lines if measure else 0, records, issues, beside, contents, deletions, plain, measure)


def map_block(task: MapTask) -> PartSummary:
    """Map records into a part. A part of that key that a cut-off run finished is taken as it is."""
    if finished := Part.find(task.parts, task.key):
        return finished.summary()
    from search.passages import split

    format_ = formats.find(task.format, task.settings, task.within)
    find, values = lookups(task.ledger, task.plan, task.dataset)
    content = _contents(task, format_)
    context = MappingContext(
        task.dataset, task.run, find, task.strict, task.include_claims, values, content, _beside(task, format_), dict(task.places)
    )
    with PartWriter(task.parts, task.key, task.run) as part:
        for record in _wanted(task, format_):
            mapped = format_.map(record, context)
            documents = tuple(replace(document, passages=split(document.text, document.title)) for document in mapped.documents)
            part.add(record, replace(mapped, documents=documents) if documents else mapped)
    assert part.summary is not None  # noqa: S101 - set when the writer closes
    return part.summary


def _wanted(task: MapTask, format_: Format) -> Iterator[SourceRecord]:
    if task.part is not None:
        for staged, raw, urns in Part(task.part).sources(task.records):
            yield SourceRecord(staged.kind, staged.id, orjson.loads(raw), raw, staged.source, staged.line, urns)
        return
    for chosen in task.blocks:
        places = frozenset(chosen.places)
        place = 0
        for item in format_.read(chosen.block):
            if isinstance(item, Issue | Deleted) or not item.id:
                continue
            if place in places:
                yield replace(item, line=item.line + chosen.first_line) if chosen.first_line else item
            place += 1


def _keep(folder: Path, digest: str, content: bytes) -> None:
    """Put a content where mapping finds it; several workers may at once."""
    target = folder / digest[:2] / digest
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{digest}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(target)


def _contents(task: MapTask, format_: Format) -> ContentLookup:
    """Contents by record and digest: what this run's scan kept, else what is in the part where the ledger says the record lives."""
    ledger = Ledger(task.ledger, read_only=True)

    @lru_cache(maxsize=_PARTS_KEPT)
    def of_part(part: str) -> Mapping[str, bytes]:
        try:  # a part may be damaged elsewhere: that is when its records are mapped again from it
            found = [format_.content(orjson.loads(raw)) for raw in Part(task.parts / part).raws("Binary")]
        except (OSError, ValueError):
            return {}
        return dict(each for each in found if each)

    def content(key: str, digest: str) -> bytes | None:
        try:
            return (contents_folder(task.plan.parent) / digest[:2] / digest).read_bytes()
        except FileNotFoundError:
            part = ledger.part_of(task.dataset, *key.split("/", 1))
            return of_part(part).get(digest) if part else None

    return content


def _beside(task: MapTask, format_: Format) -> BesideLookup:
    """Files beside a source: for records of an older part as they were read then, since the export may be gone."""
    kept = dict(Part(task.part).beside(task.records)) if task.part is not None else {}

    def read(record: str, source: str, name: str) -> bytes:
        if (content := kept.get((record, name))) is not None:
            return content
        return format_.beside(source, name) if format_.beside else nothing_beside(record, source, name)

    return read


def _version(resource: Mapping[str, Any]) -> tuple[str, str]:
    """(lastUpdated in UTC, versionId), '' where absent or unreadable."""
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return "", ""
    updated = meta.get("lastUpdated")
    version = meta.get("versionId")
    moment = ""
    if isinstance(updated, str):
        try:
            parsed = datetime.fromisoformat(updated)
            moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")
        except (ValueError, OverflowError):
            moment = ""
    return moment, version if isinstance(version, str) else ""


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
