"""Parts: the contract between workers and everything after.

A part is a folder written whole or not at all: it gets its final name, by which a crashed run is resumed, only when every file in
it is complete and on disk. It holds the quads of its records (N-Quads, gzipped), their documents, facts, patients, concepts and references
(Parquet), the records as they came in (Parquet), and the issues found (NDJSON).
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any, cast

import orjson

from concepts.model import ConceptUse
from ingest.model import Mapped
from ingest.sums import damage_in, has_sums, write_sums
from ingest.tables import BESIDE, FORMER, RARE, ROW_GROUP, SKIPPED, TableWriter, document_of, document_row, fact_of, row_of, schemas
from search.model import Document, Fact, FormerPatient, PatientSummary
from sources.model import Issue, Severity, SourceRecord

_COMPRESSION_LEVEL = 1
_FEW = 500
"""Records that are picked out of a part rather than met while all of it is read."""
QUADS = "quads.nq.gz"
ISSUES = "issues.ndjson"
SUMMARY = "part.json"


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What a part holds. `kept` are the records it represents; `skipped` reason → count; issues by code."""

    key: str
    read: int
    kept: int
    quads: int
    documents: int
    passages: int
    skipped: dict[str, int]
    rejects: dict[str, int]
    warnings: dict[str, int]


@dataclass(frozen=True, slots=True)
class StagedRecord:
    """A record as the part keeps it: `state` is kept, skipped (for a `reason`) or rejected."""

    record: str
    kind: str
    id: str
    state: str
    source: str
    line: int
    reason: str = ""


class PartWriter:
    """Writes one part. Use as a context manager: an exception inside leaves nothing behind."""

    def __init__(self, folder: Path, key: str, run: str) -> None:
        self.key = key
        self.run = run
        self._target = folder / key
        self._folder = folder / f".{key}.{os.getpid()}.tmp"
        self._tables: dict[str, TableWriter] = {}
        self._counts: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._issues: dict[Severity, Counter[str]] = {severity: Counter() for severity in Severity}
        self._concepts: Counter[ConceptUse] = Counter()
        self._targets: dict[str, str] = {}
        self.summary: PartSummary | None = None

    def __enter__(self) -> "PartWriter":
        from isal import igzip

        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        opened: Any = igzip.open(str(self._folder / QUADS), "wb", compresslevel=_COMPRESSION_LEVEL)  # type: ignore[no-untyped-call]
        self._quads = cast(IO[bytes], opened)
        self._issue_file = (self._folder / ISSUES).open("wb")
        for name in schemas().keys() - RARE:
            self._tables[name] = TableWriter(self._folder / f"{name}.parquet", name)
        return self

    def add(self, record: SourceRecord, mapped: Mapped) -> None:
        """Stage one mapped record: its output if it is represented, and in any case the record itself and its issues."""
        state = "rejected" if mapped.rejected else "skipped" if mapped.skipped else "kept"
        self._counts["read"] += 1
        for issue in mapped.issues:
            self.add_issue(issue)
        if mapped.skipped:
            self._skipped[mapped.skipped] += 1
            self._rare(SKIPPED).add((mapped.record, mapped.skipped))
        raw = record.raw if state == "kept" else b""
        self._tables["records"].add(
            (mapped.record, mapped.kind, record.id, state, record.source, record.line, raw, orjson.dumps(dict(record.urns)))
        )
        if state != "kept":
            return
        self._counts["kept"] += 1
        self._counts["quads"] += mapped.quads.count("\n")
        self._quads.write(mapped.quads.encode("utf-8", "replace"))
        for document in mapped.documents:
            self._counts["documents"] += 1
            self._counts["passages"] += len(document.passages)
            self._tables["documents"].add(document_row(document))
        for fact in mapped.facts:
            self._tables["facts"].add(row_of(fact))
        for patient in mapped.patients:
            self._tables["patients"].add((mapped.record, *row_of(patient)))
        for reference in mapped.pending:
            self._tables["pending"].add((mapped.kind, record.id, reference.kind, reference.system, reference.value))
        for name, content in mapped.beside:
            self._rare(BESIDE).add((mapped.record, name, content))
        for former in mapped.former:
            self._rare(FORMER).add(row_of(former))
        self._concepts.update(mapped.concepts)
        for target in mapped.targets:
            self._targets.setdefault(target.iri, target.kind)

    def _rare(self, table: str) -> "TableWriter":
        if table not in self._tables:
            self._tables[table] = TableWriter(self._folder / f"{table}.parquet", table)
        return self._tables[table]

    def add_issue(self, issue: Issue) -> None:
        """Stage an issue that belongs to no mapped record."""
        self._issues[issue.severity][issue.code] += 1
        self._issue_file.write(orjson.dumps(asdict(issue)) + b"\n")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._quads.close()
        if kind is None:
            for use, count in sorted(self._concepts.items(), key=lambda item: row_of(item[0])):
                self._tables["concepts"].add((*row_of(use), count))
            for iri, target_kind in sorted(self._targets.items()):
                self._tables["targets"].add((iri, target_kind))
        for table in self._tables.values():
            table.close()
        self._issue_file.close()
        if kind is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        self.summary = PartSummary(
            key=self.key,
            read=self._counts["read"],
            kept=self._counts["kept"],
            quads=self._counts["quads"],
            documents=self._counts["documents"],
            passages=self._counts["passages"],
            skipped=dict(self._skipped),
            rejects=dict(self._issues[Severity.REJECT]),
            warnings=dict(self._issues[Severity.WARNING]),
        )
        (self._folder / SUMMARY).write_bytes(orjson.dumps({**asdict(self.summary), "run": self.run}))
        write_sums(self._folder)
        sync_folder(self._folder)
        shutil.rmtree(self._target, ignore_errors=True)
        self._folder.rename(self._target)
        sync(self._target.parent)


class Part:
    """A finished part, read back in batches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def find(cls, folder: Path, key: str) -> "Part | None":
        """The finished part of that key, if there is one and its files are as long as they were."""
        part = cls(folder / key)
        if not (part.folder / SUMMARY).exists():
            return None
        return None if has_sums(part.folder) and any(damage_in(part.folder, deep=False)) else part

    @property
    def key(self) -> str:
        """The part's name, made from what it holds."""
        return self.folder.name

    @property
    def quads(self) -> Path:
        """Its quads, for GraphStore.load."""
        return self.folder / QUADS

    @property
    def run(self) -> str:
        """The run that wrote it."""
        return str(orjson.loads((self.folder / SUMMARY).read_bytes())["run"])

    def summary(self) -> PartSummary:
        """Its counts."""
        content = orjson.loads((self.folder / SUMMARY).read_bytes())
        return PartSummary(**{field.name: content[field.name] for field in fields(PartSummary)})

    def records(self) -> Iterator[StagedRecord]:
        """Every record it staged, in source order, without its content."""
        reasons = dict(self._rows(SKIPPED)) if (self.folder / f"{SKIPPED}.parquet").exists() else {}
        for record, *rest in self._rows("records", ["record", "kind", "id", "state", "source", "line"]):
            kind, identifier, state, source, line = rest
            yield StagedRecord(record, kind, identifier, state, source, line, reasons.get(record, ""))

    def sources(self, records: frozenset[str]) -> Iterator[tuple[StagedRecord, bytes, dict[str, str]]]:
        """The named records with their JSON as found and the references that only their Bundle could resolve."""
        picked = self._few(records) if len(records) <= _FEW else (row for row in self._rows("records") if row[0] in records)
        for record, kind, identifier, state, source, line, raw, urns in picked:
            yield StagedRecord(record, kind, identifier, state, source, line), raw, orjson.loads(urns)

    def _few(self, records: frozenset[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of some records: Arrow picks them, so that a part of many lines is not turned into Python."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        chosen = pa.array(sorted(records), pa.string())
        table = pq.read_table(self.folder / "records.parquet", filters=pc.field("record").isin(chosen))
        yield from zip(*(column.to_pylist() for column in table.columns), strict=True)

    def raws(self, kind: str) -> Iterator[bytes]:
        """The JSON of its represented records of one type."""
        for of, state, raw in self._rows("records", ["kind", "state", "raw"]):
            if of == kind and state == "kept":
                yield raw

    def raws_of(self, records: frozenset[str]) -> Iterator[bytes]:
        """The JSON of the named records as found, in their order here; nothing else of them becomes Python."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        wanted = pa.array(list(records), pa.string())
        with pq.ParquetFile(self.folder / "records.parquet") as file:
            for batch in file.iter_batches(batch_size=ROW_GROUP, columns=["record", "raw"]):
                named = pc.is_in(batch.column("record"), value_set=wanted)
                yield from batch.column("raw").filter(named).to_pylist()

    def beside(self, records: frozenset[str]) -> Iterator[tuple[tuple[str, str], bytes]]:
        """((record, name), content) of the files beside their source that these records read."""
        if (self.folder / f"{BESIDE}.parquet").exists():
            for record, name, content in self._rows(BESIDE):
                if record in records:
                    yield (record, name), content

    def documents(self) -> Iterator[Document]:
        """Its documents; what an earlier version wrote is read as this one writes it."""
        yield from map(document_of, self._rows("documents"))

    def facts(self) -> Iterator[Fact]:
        """Its facts; what an earlier version wrote is read as this one writes it."""
        for row in self._rows("facts"):
            yield fact_of(row)

    def patients(self) -> Iterator[PatientSummary]:
        """Its patients."""
        for row in self._rows("patients"):
            yield PatientSummary(*row[1:])

    def former(self) -> Iterator[FormerPatient]:
        """The records of persons that others replaced, as its records say."""
        if (self.folder / f"{FORMER}.parquet").exists():
            for row in self._rows(FORMER):
                yield FormerPatient(*row)

    def concepts(self) -> Iterator[tuple[ConceptUse, int]]:
        """The concepts it uses and how often."""
        for row in self._rows("concepts"):
            yield ConceptUse(*row[:-1]), row[-1]

    def targets(self) -> Iterator[tuple[str, str]]:
        """(IRI, kind) of the nodes its records refer to."""
        yield from cast(Iterator[tuple[str, str]], self._rows("targets"))

    def pending(self) -> Iterator[tuple[str, str, str, str, str]]:
        """(kind, id, wanted kind, system, value) of references by identifier that found no record."""
        yield from cast(Iterator[tuple[str, str, str, str, str]], self._rows("pending"))

    def issues(self) -> Iterator[dict[str, Any]]:
        """Its issues, in source order."""
        with (self.folder / ISSUES).open("rb") as lines:
            for line in lines:
                yield orjson.loads(line)

    def _rows(self, table: str, columns: list[str] | None = None) -> Iterator[tuple[Any, ...]]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.folder / f"{table}.parquet") as file:
            for batch in file.iter_batches(batch_size=ROW_GROUP, columns=columns):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def sync(path: Path) -> None:
    """Flush one file or folder entry to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush a folder and everything in it to disk."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)
