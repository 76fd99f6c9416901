"""A generation: the immutable folder that searches read, and the builder that writes the next one from the last.

    catalog.sqlite   documents, passages, mentions, facts, patients, concepts   (search.catalog)
    columns/         what filters and facets need, as arrays                    (search.columns)
    vectors/         the vectors of units (absent until some are embedded)      (search.vectors)
    lexical/         the text index of units                                    (search.lexical)
    meta.json        its number, when it was built, which model, counts; written last: a folder without it is unfinished
"""

import json
import os
import shutil
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.vocabulary import local_name
from search import lexical, passages, vectors
from search.catalog import DERIVED, DERIVED_TABLES, FORMAT, INDEXES, TABLES, SqliteCatalog
from search.columns import Columns, compress, day_interval, open_columns, save_columns
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationUnreadable
from search.model import ConceptUse, Document, Fact, PatientSummary
from search.protocols import Embedder, LexicalIndex, VectorIndex

Progress = Callable[[str, int, int], None]
"""Called with the step ('embed', 'index'), how much of it is done and how much there is."""

CHARTED: Final = ("condition", "medication", "procedure", "allergy", "immunization")
"""Relations of facts that describe a patient (an observation or an encounter happens to one)."""

_CHUNK = 2000
_EMBED_AT_ONCE = 4096
"""Texts given to the model at a time: enough to batch texts of equal length, few enough that a killed run loses little."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made. `embedded` units passed the model now; `missing_vectors` units have no vector."""

    documents: int
    passages: int
    embedded: int
    units: int
    missing_vectors: int


@dataclass(frozen=True, slots=True)
class Meta:
    """What a generation says of itself. `model` is the embedder's name ('' where no unit has a vector)."""

    format: int
    number: int
    published: str
    model: str
    documents: int
    passages: int
    units: int
    vectors: int


class Generation:
    """One generation, opened for reading; its files are mapped, not loaded. Safe for any number of threads."""

    def __init__(self, path: Path) -> None:
        """Open the generation in the folder `path`; raises GenerationUnreadable."""
        try:
            self.meta = Meta(**json.loads((path / "meta.json").read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise GenerationUnreadable(f"{path} holds no finished generation ({error}); ingest again to rebuild it") from error
        if self.meta.format != FORMAT:
            raise GenerationUnreadable(f"{path} has format {self.meta.format}, this version reads {FORMAT}; ingest again to rebuild it")
        self.path = path
        self.catalog = SqliteCatalog(path / "catalog.sqlite")
        self.columns = open_columns(path / "columns")

    @classmethod
    def open(cls, path: Path) -> "Generation":
        """The generation in the folder `path`; raises GenerationUnreadable."""
        return cls(path)

    @property
    def number(self) -> int:
        """Its number; later generations have higher ones."""
        return self.meta.number

    @property
    def published(self) -> str:
        """When it was built (ISO 8601, UTC)."""
        return self.meta.published

    @cached_property
    def vectors(self) -> VectorIndex | None:
        """The vectors of its units; None where none is embedded."""
        return vectors.open_index(self.path / "vectors") if self.meta.vectors else None

    @cached_property
    def lexical(self) -> LexicalIndex | None:
        """The text index of its units; None where there are none."""
        return lexical.open_lexical(self.path / "lexical") if self.meta.units else None

    def close(self) -> None:
        """Release its files."""
        self.catalog.close()


class GenerationBuilder:
    """Writes the next generation: the previous one's content, less what is removed, plus what is added.

    A record that is added again replaces what it had in the previous generation or an earlier call, so one call must bring everything of a
    record. Use it as a context manager: a build that does not finish leaves nothing behind.
    """

    def __init__(self, previous: Path | None, out: Path, number: int) -> None:
        """Begin generation `number` in the folder `out` (emptied first) from the one in `previous`."""
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        self._out = out
        self._number = number
        self._model = ""
        if previous is not None:
            self._model = Generation.open(previous).meta.model
            shutil.copyfile(previous / "catalog.sqlite", out / "catalog.sqlite")
        self._db = sqlite3.connect(out / "catalog.sqlite", isolation_level=None)
        # A build is whole or thrown away, so it needs no journal; deleted clinical text is overwritten, not just unlinked.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "secure_delete = ON", "cache_size = -65536"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        if previous is None:
            self._db.execute(f"PRAGMA user_version = {FORMAT}")
            for statement in _statements(TABLES):
                self._db.execute(statement)
        self._indexed = previous is not None
        self._next_row = self._one("SELECT coalesce(max(row), 0) + 1 FROM documents")
        self._batch = self._one("SELECT coalesce(max(value), 0) FROM state WHERE name = 'batch'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()
        if kind is not None:
            shutil.rmtree(self._out, ignore_errors=True)

    def remove(self, records: Iterable[str]) -> None:
        """Take out the documents, passages, mentions, facts and patient summaries of records."""
        for chunk in _chunks(records):
            self._index()
            marks = ",".join("?" * len(chunk))
            self._remove_documents(f"record IN ({marks})", chunk)
            self._db.execute(f"DELETE FROM facts WHERE record IN ({marks})", chunk)  # noqa: S608 - only marks
            self._db.execute(f"DELETE FROM patients WHERE id IN ({marks})", chunk)  # noqa: S608 - only marks

    def drop_dataset(self, dataset: str) -> None:
        """Take out everything of a dataset."""
        self._remove_documents("dataset = ?", (dataset,))
        for table in ("facts", "patients", "uses"):
            self._db.execute(f"DELETE FROM {table} WHERE dataset = ?", (dataset,))  # noqa: S608 - names of this module

    def add_documents(self, documents: Iterable[Document], run: str) -> None:
        """Add documents (their passages cut already) that the ingest run `run` brought."""
        self._batch += 1
        known: set[bytes] = set()
        for chunk in _chunks(documents, 500):
            rows = range(self._next_row, self._next_row + len(chunk))
            self._next_row += len(chunk)
            numbered = list(zip(rows, chunk, strict=True))
            self._many("documents", 18, (_document_row(row, self._batch, run, d) for row, d in numbered))
            self._many("texts", 2, ((row, _storable(d.text)) for row, d in numbered))
            spans = [(row, i, p.start, p.end, _storable(p.section), p.key) for row, d in numbered for i, p in enumerate(d.passages)]
            self._many("passages", 6, spans)
            self._many("mentions", 12, (row for number, d in numbered for row in _mention_rows(number, d)))
            fresh = {p.key: (p, d) for _, d in reversed(numbered) for p in reversed(d.passages) if p.key not in known}
            if len(known) > 1_000_000:
                known.clear()
            known.update(fresh)
            self._db.executemany(
                "INSERT OR IGNORE INTO units (key, text) VALUES (?, ?)",
                ((key, _storable(passages.embedding_text(p, d.text))) for key, (p, d) in fresh.items()),
            )

    def add_facts(self, facts: Iterable[Fact]) -> None:
        """Add facts."""
        self._batch += 1
        batch = self._batch
        self._many("facts", 19, ((None, batch, *_fact_row(f)) for f in facts))

    def add_patients(self, patients: Iterable[PatientSummary]) -> None:
        """Add patients."""
        rows = ((p.id, p.dataset, _storable(p.label), p.sex, p.born, p.died, p.source, p.line) for p in patients)
        self._db.executemany("INSERT OR REPLACE INTO patients VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def set_concepts(self, dataset: str, uses: Iterable[tuple[ConceptUse, int]]) -> None:
        """State which concepts a dataset uses under which displays, and how often; replaces what was stated before."""
        self._db.execute("DELETE FROM uses WHERE dataset = ?", (dataset,))
        self._db.executemany(
            "INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET uses = uses + excluded.uses",
            ((dataset, use.concept, _storable(use.display), use.system, use.code, count) for use, count in uses),
        )

    def finish(self, embedder: Embedder | None, cache: EmbeddingCache, progress: Progress | None = None, model: str = "") -> BuildReport:
        """Embed what is new, write the indexes, make everything durable.

        Without an embedder the vectors that the cache has of `model` (else of the previous generation's model) are indexed, and the units
        without one counted as missing: words find them, meaning does not yet.
        """
        self._index()
        self._replace()
        self._db.execute("DELETE FROM units WHERE key NOT IN (SELECT key FROM passages)")
        model = embedder.name if embedder is not None else model or self._model
        keys = [key for (key,) in self._db.execute("SELECT key FROM units ORDER BY key")]
        missing = cache.missing(keys, model) if model else list(range(len(keys)))
        embedded = self._embed([keys[i] for i in missing], embedder, cache, progress) if embedder is not None else 0
        unembedded = np.ones(len(keys), dtype=np.bool_)
        with_vector = np.delete(np.arange(len(keys)), missing) if embedder is None else np.arange(len(keys))
        unembedded[with_vector] = False
        if len(with_vector):
            vectors.build_index(cache.get([keys[i] for i in with_vector], model), with_vector, self._out / "vectors")
        if keys:
            lexical.build_lexical((text for (text,) in self._db.execute("SELECT text FROM units ORDER BY key")), self._out / "lexical")
        self._derive(keys, unembedded)
        self._db.execute("INSERT OR REPLACE INTO state VALUES ('batch', ?)", (self._batch,))
        report = BuildReport(
            self._one("SELECT count(*) FROM documents"),
            self._one("SELECT count(*) FROM passages"),
            embedded,
            len(keys),
            int(unembedded.sum()),
        )
        self._db.execute("COMMIT")
        self._db.close()
        published = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        meta = Meta(
            FORMAT, self._number, published, model if len(with_vector) else "", report.documents, report.passages, len(keys), len(with_vector)
        )
        _make_durable(self._out)
        (self._out / "meta.json").write_text(json.dumps(asdict(meta), indent=1))
        _make_durable(self._out, "meta.json")
        return report

    # --- writing ---

    def _many(self, table: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", rows)  # noqa: S608 - names of this module

    def _one(self, query: str) -> int:
        (value,) = self._db.execute(query).fetchone()
        return int(value)

    def _index(self) -> None:
        """Make the indexes once they are needed: inserting first and indexing after is several times quicker."""
        if not self._indexed:
            for statement in _statements(INDEXES):
                self._db.execute(statement)
            self._indexed = True

    def _remove_documents(self, where: str, values: Iterable[Any]) -> None:
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS gone (row INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM gone")
        self._db.execute(f"INSERT INTO gone SELECT row FROM documents WHERE {where}", tuple(values))  # noqa: S608 - clauses of this module
        for table, column in (("passages", "document"), ("mentions", "document"), ("texts", "row"), ("documents", "row")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT row FROM gone)")  # noqa: S608 - names of this module

    def _replace(self) -> None:
        """Of records that several calls brought, keep what the last one brought; of documents of the same IRI, the last."""
        older = (
            "{key} IN (SELECT t.{key} FROM {table} t JOIN (SELECT record, max(batch) AS last FROM {table} GROUP BY record"
            " HAVING min(batch) < max(batch)) l ON t.record = l.record WHERE t.batch < l.last)"
        )
        self._remove_documents(older.format(table="documents", key="row"), ())
        self._remove_documents("row NOT IN (SELECT max(row) FROM documents GROUP BY id)", ())
        self._db.execute(f"DELETE FROM facts WHERE {older.format(table='facts', key='fact')}")  # noqa: S608 - names of this module

    def _embed(self, keys: list[bytes], embedder: Embedder, cache: EmbeddingCache, progress: Progress | None) -> int:
        done = 0
        for chunk in _chunks(keys, _EMBED_AT_ONCE):
            texts = dict(self._db.execute(f"SELECT key, text FROM units WHERE key IN ({','.join('?' * len(chunk))})", chunk))  # noqa: S608
            finished = done

            def tell(count: int) -> None:
                nonlocal finished
                finished += count
                if progress is not None:
                    progress("embed", finished, len(keys))

            cache.put(chunk, embedder.encode([texts[key] for key in chunk], tell), embedder.name)
            done += len(chunk)
        return done

    # --- deriving ---

    def _derive(self, keys: list[bytes], unembedded: NDArray[np.bool_]) -> None:
        for table in DERIVED_TABLES:
            self._db.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _statements(DERIVED):
            self._db.execute(statement)
        concepts = self._derive_concepts()
        patients = self._derive_dictionary(
            "patient",
            "SELECT v.value, coalesce(p.label, (SELECT d.patient_label FROM documents d WHERE d.patient = v.value"
            " ORDER BY d.patient_label DESC LIMIT 1)) FROM (SELECT patient AS value FROM documents WHERE patient IS NOT NULL"
            " UNION SELECT id FROM patients UNION SELECT subject FROM facts) v LEFT JOIN patients p ON p.id = v.value ORDER BY v.value",
        )
        datasets = self._derive_dictionary(
            "dataset", "SELECT dataset, dataset FROM documents UNION SELECT dataset, dataset FROM patients ORDER BY 1"
        )
        types = self._derive_dictionary("type", "SELECT DISTINCT type, type FROM documents ORDER BY 1")
        documents = _read_documents(self._db, datasets, types, patients)
        unit_offsets, unit_documents, passages_of_unit = _read_units(self._db, keys, documents.position)
        facts = _read_facts(self._db, documents, patients, concepts)
        concept_facts = np.bincount(facts.concepts, minlength=len(concepts))
        concept_patients = np.bincount(compress(facts.subjects, facts.concepts, len(patients))[1], minlength=len(concepts))
        document_offsets, document_concepts = compress(*_document_concepts(self._db, documents, facts, concepts), documents.count)
        concept_offsets, concept_documents = compress(
            document_concepts, np.repeat(np.arange(documents.count), np.diff(document_offsets)), len(concepts)
        )
        patient_offsets, patient_concepts = compress(facts.subjects[facts.charted], facts.concepts[facts.charted], len(patients))
        self._db.executemany(
            "UPDATE concepts SET patients = ?, documents = ?, facts = ? WHERE ordinal = ?",
            zip(
                concept_patients.tolist(),
                np.diff(concept_offsets).tolist(),
                concept_facts.tolist(),
                range(len(concepts)),
                strict=True,
            ),
        )
        self._derive_datasets(keys, unembedded, passages_of_unit)
        columns = Columns(
            documents.rowids,
            documents.datasets,
            documents.types,
            documents.patients,
            documents.first_days,
            documents.last_days,
            documents.copies,
            np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 16),
            unit_offsets,
            unit_documents,
            document_offsets,
            document_concepts.astype(np.int32),
            concept_offsets,
            concept_documents.astype(np.int32),
            patient_offsets,
            patient_concepts.astype(np.int32),
            concept_patients.astype(np.int32),
        )
        save_columns(columns, self._out / "columns")

    def _derive_concepts(self) -> dict[str, int]:
        """Fill the tables of concepts and their names; concept → ordinal. Concepts that only facts or mentions name take their labels."""
        named = (
            "SELECT concept, display, max(system), max(code), sum(uses) FROM uses GROUP BY concept, display UNION ALL"
            " SELECT concept, label, '', '', count(*) FROM (SELECT concept, label FROM facts WHERE concept IS NOT NULL UNION ALL"
            " SELECT concept, label FROM mentions WHERE concept IS NOT NULL) WHERE concept NOT IN (SELECT concept FROM uses)"
            " GROUP BY concept, label"
        )
        ordinals: dict[str, int] = {}
        names: list[str] = []

        def rows() -> Iterator[tuple[int, str, str, str, str, str]]:
            query = f"SELECT * FROM ({named}) ORDER BY 1, 5 DESC, 2"  # noqa: S608 - fixed text
            for concept, displays in _grouped(self._db.execute(query).fetchall()):
                labels = [display for _, display, *_ in displays if display]
                code = displays[0][3] or local_name(concept)
                ordinals[concept] = len(ordinals)
                names.append(concept)
                synonyms = json.dumps(labels[1:], ensure_ascii=False)
                yield ordinals[concept], concept, displays[0][2], code, labels[0] if labels else code, synonyms

        self._db.executemany("INSERT INTO concepts (ordinal, concept, system, code, label, synonyms) VALUES (?, ?, ?, ?, ?, ?)", rows())
        self._db.execute(
            "INSERT INTO names (concept, text) SELECT ordinal, text FROM (SELECT ordinal, label AS text, -1 AS place FROM concepts"
            " UNION ALL SELECT c.ordinal, s.value, s.key FROM concepts c, json_each(c.synonyms) s) ORDER BY ordinal, place"
        )
        for index in ("name_words", "name_stems"):
            self._db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - names of this module
        return ordinals

    def _derive_dictionary(self, field: str, query: str) -> dict[str, int]:
        codes: dict[str, int] = {}
        for value, label in self._db.execute(query).fetchall():
            codes[value] = len(codes)
            self._db.execute("INSERT INTO dictionary VALUES (?, ?, ?, ?)", (field, codes[value], value, label or local_name(value)))
        return codes

    def _derive_datasets(self, keys: list[bytes], unembedded: NDArray[np.bool_], passages_of_unit: NDArray[np.int64]) -> None:
        """Fill the table of datasets."""
        self._db.execute("CREATE TEMP TABLE bare (key BLOB PRIMARY KEY) WITHOUT ROWID")
        # Where nothing is embedded every passage counts, so the list of keys need not be made.
        if not unembedded.all():
            self._db.executemany("INSERT INTO bare VALUES (?)", ((keys[i],) for i in np.flatnonzero(unembedded)))
        embedded = "0" if unembedded.all() else "count(*) - (SELECT 0)"
        del embedded, passages_of_unit
