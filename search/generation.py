"""A generation: the immutable folder that searches read, and the builder that writes the next one from the last.

catalog.sqlite   documents, passages, mentions, facts, patients, concepts   (search.catalog), with a log
                 of the pages that changed since                            (search.tables.catalog_file)
extract/         rows of the catalog as arrays, for the next generation,
                 with those that changed since they were written            (search.columns.segments)
columns/         what filters and facets need, as arrays                    (search.columns.documents)
vectors/         the vectors of units (absent until some are embedded)      (search.vectors)
vocabularies/    the names that each dataset is read with (DATASET), and    (search.reading.vocabularies)
                 the terminologies of the data folder (+NAME)
lexical/         the text index of units                                    (search.lexical)
words/           the words of units, for the next generation                (search.lexical)
meta.json        its number, when it was built, which model, counts; written last

Longer than most because who writes a generation and who opens it must agree on its layout.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from concepts.compiled import read_about
from concepts.model import Assertion, ConceptUse
from search import lexical, passages, vectors
from search.catalog import SqliteCatalog
from search.columns.called import count_names
from search.columns.carrying import CarriedRows
from search.columns.derivation import derive
from search.columns.documents import open_columns, save_columns
from search.columns.extract import FactRows
from search.columns.kept import open_earlier
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationOutdated, GenerationUnreadable
from search.making import chunks, link_folder, marks
from search.model import Document, Fact, FormerPatient, PatientSummary
from search.protocols import Embedder, LexicalIndex, VectorIndex
from search.reading.documents import (
    TERMINOLOGY,
    VOCABULARIES,
    DocumentReading,
    Runner,
    TextsRead,
    read_concepts,
    read_units,
    said_of,
    terminologies_in,
    vocabularies_in,
)
from search.reading.vocabularies import Vocabularies
from search.tables.catalog_file import CATALOG, CatalogFile
from search.tables.rows import document_row, fact_row, mention_row, passage_row, patient_row, storable
from search.tables.schema import FORMAT, FORMER, INDEXES, NUMBER, TABLES
from search.tables.words_of_records import words_of_records
from search.units import CSR
from sources.places import Places

Progress = Callable[[str, int, int], None]
"""Called with the step ('listen', 'read', 'embed' or 'index'), how much of it is done and how much there is."""

_CHUNK = 2000
_EMBED_AT_ONCE = 4096
"""Texts given to the model at a time: enough to batch texts of equal length, few enough that a killed run loses little."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made. `embedded` units passed the model now; `missing_vectors` units have no vector.

    `unread` texts and passages wait to be read, because the process that read them died.
    """

    documents: int
    passages: int
    embedded: int
    units: int
    missing_vectors: int
    unread: int = 0


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
        self.meta = read_meta(path)
        self.path = path
        self.columns = open_columns(path / "columns")
        self.catalog = SqliteCatalog(path / CATALOG, self.columns.hierarchy)
        if self.catalog.generation != self.meta.number:
            self.catalog.close()
            raise GenerationUnreadable(f"{path / CATALOG} and its log do not belong together; ingest again to rebuild the generation")

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

    @cached_property
    def vocabularies(self) -> Vocabularies:
        """What its texts were read with."""
        return Vocabularies(self.path)

    def close(self) -> None:
        """Release its files."""
        self.catalog.close()


class GenerationBuilder:
    """Writes the next generation: the previous one's content, less what is removed, plus what is added.

    A record that is added again replaces what it had in the previous generation or from an earlier call, so one call must bring all
    documents (or facts) of a record. Use it as a context manager: a build that fails leaves nothing behind.
    """

    def __init__(
        self, previous: Path | None, out: Path, number: int, terminologies: Mapping[str, Path] | None = None, *, share: bool = False
    ) -> None:
        """Begin generation `number` in the folder `out` (emptied first) from the one in `previous`; raises GenerationUnreadable.

        `terminologies` are the folders of compiled ones by name (None: those of the previous generation); they are linked, not copied.
        With `share` what did not change is shared with the previous generation (search.tables.catalog_file): what is taken out may then
        lie on the disk for some generations more.
        """
        self._before = read_meta(previous) if previous is not None else None
        self._model = self._before.model if self._before is not None else ""
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        if previous is not None:
            for name, folder in vocabularies_in(previous).items():
                link_folder(folder, out / VOCABULARIES / name)
        self._terminologies = {
            name: link_folder(folder, out / VOCABULARIES / f"{TERMINOLOGY}{name}")
            for name, folder in sorted((terminologies_in(previous) if terminologies is None else terminologies).items())
        }
        self._previous, self._out, self._share = previous, out, share
        self._number = number
        self._file = CatalogFile(previous, out, share=share)
        self._db = self._file.db
        if previous is None:
            self._db.execute(f"PRAGMA user_version = {FORMAT}")
        self._db.execute("BEGIN")
        if previous is None:
            self._run(TABLES)
        self._run(FORMER)
        self._indexed = previous is not None
        self._unread = 0
        self._passages_changed = previous is None
        """Whether this build took documents out or in, so that the units may be others than those of the generation before."""
        self._looked_at: dict[str, set[str]] = {}
        """Dataset → the records whose texts were brought or read in this build."""
        self._next_row = self._one("SELECT coalesce(max(row), 0) + 1 FROM documents")
        self._next_fact = self._one("SELECT coalesce(max(fact), 0) + 1 FROM facts")
        self._first_row, self._first_fact = self._next_row, self._next_fact
        self._carried = CarriedRows(self._db, previous)
        self._counted: FactRows | None = None
        self._batch = self._one("SELECT coalesce(max(value), 0) FROM state WHERE name = 'batch'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()
        if kind is not None:
            shutil.rmtree(self._out, ignore_errors=True)

    def remove(self, records: Iterable[str]) -> None:
        """Take out the documents, passages, mentions, facts and patient summaries of records."""
        for chunk in chunks(records, _CHUNK):
            self._make_indexes()
            each = marks(chunk)
            self._remove_documents(f"record IN ({each})", chunk)
            self._db.execute(f"DELETE FROM facts WHERE record IN ({each})", chunk)  # noqa: S608 - only marks
            self._db.execute(f"DELETE FROM patients WHERE id IN ({each})", chunk)  # noqa: S608 - only marks
            self._db.execute(f"DELETE FROM former WHERE record IN ({each})", chunk)  # noqa: S608 - only marks

    def datasets(self) -> list[str]:
        """Everything that is of some dataset is of one of these."""
        tables = " UNION ".join(f"SELECT dataset FROM {table}" for table in ("documents", "facts", "patients", "former", "uses"))  # noqa: S608
        return [dataset for (dataset,) in self._db.execute(f"{tables} ORDER BY 1")]

    def drop_dataset(self, dataset: str) -> None:
        """Take out everything of a dataset."""
        self._remove_documents("dataset = ?", [dataset])
        for table in ("facts", "patients", "former", "uses", "places"):
            self._db.execute(f"DELETE FROM {table} WHERE dataset = ?", (dataset,))  # noqa: S608 - names of this module
        shutil.rmtree(self._out / VOCABULARIES / dataset, ignore_errors=True)

    def set_places(self, dataset: str, places: Places) -> None:
        """Say how the folders are called that sources of a dataset came from."""
        self._db.execute("DELETE FROM places WHERE dataset = ?", (dataset,))
        self._insert("places", ((dataset, folder, name) for folder, name in places.items()))

    def add_documents(self, documents: Iterable[Document], run: str) -> None:
        """Add documents, their passages cut already, that the ingest run `run` brought."""
        self._batch += 1
        known: set[bytes] = set()
        for chunk in chunks(documents, 500):
            numbered = list(enumerate(chunk, self._next_row))
            self._passages_changed = True
            for document in chunk:
                self._looked_at.setdefault(document.dataset, set()).add(document.record)
            self._next_row += len(chunk)
            self._insert("documents", (document_row(row, self._batch, run, d) for row, d in numbered))
            self._insert("texts", ((row, storable(d.text)) for row, d in numbered))
            self._insert("passages", (passage_row(row, i, p) for row, d in numbered for i, p in enumerate(d.passages)))
            self._insert("mentions", (mention_row(row, i, m) for row, d in numbered for i, m in enumerate(d.mentions)))
            fresh = {p.key: passages.embedding_text(p, d.text) for p, d in passages.first_uses(chunk, known)}
            known.update(fresh)
            self._db.executemany(
                "INSERT OR IGNORE INTO units (key, text) VALUES (?, ?)", ((key, storable(text)) for key, text in fresh.items())
            )

    def add_facts(self, facts: Iterable[Fact]) -> None:
        """Add facts."""
        self._batch += 1
        batch = self._batch
        for chunk in chunks(facts, _CHUNK):
            self._insert("facts", (fact_row(number, batch, fact) for number, fact in enumerate(chunk, self._next_fact)))
            self._next_fact += len(chunk)

    def add_patients(self, patients: Iterable[PatientSummary]) -> None:
        """Add patients."""
        self._insert("patients", map(patient_row, patients), "OR REPLACE")

    def add_former(self, former: Iterable[FormerPatient]) -> None:
        """Add records of persons that others replaced; whoever asks for one is answered of the person."""
        rows = ((one.record, one.id, one.patient, one.dataset, storable(one.label), one.source, one.line) for one in former)
        self._insert("former", rows, "OR REPLACE")

    def set_concepts(self, dataset: str, uses: Iterable[tuple[ConceptUse, int]]) -> None:
        """State which concepts a dataset uses under which displays, and how often; replaces what was stated before."""
        self._db.execute("DELETE FROM uses WHERE dataset = ?", (dataset,))
        self._db.executemany(
            "INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET uses = uses + excluded.uses",
            ((dataset, use.concept, storable(use.display), use.system, use.code, count) for use, count in uses),
        )

    def uses(self, dataset: str) -> Counter[ConceptUse]:
        """The concepts that records of the dataset use, as `set_concepts` was told."""
        rows = self._db.execute("SELECT concept, system, code, display, uses FROM uses WHERE dataset = ? AND uses > 0", (dataset,))
        return Counter({ConceptUse(*use): count for *use, count in rows})

    def words(self, dataset: str) -> dict[str, str]:
        """Concept → what records of the dataset call it. See search.words_of_records."""
        self._replace()
        self._count_names()
        return words_of_records(self._db, dataset)

    def read(self, dataset: str, run: Runner, progress: Progress | None = None) -> TextsRead:
        """Read the dataset's texts that wait for it. Call it when everything is added. See search.reading."""
        self._replace()

        def tell(step: str, done: int, total: int) -> None:
            if progress is not None:
                progress(step, done, total)

        self._count_names()
        terminologies = [(read_about(folder).digest, folder) for folder in self._terminologies.values()]
        unread = read_units(self._db, run, partial(tell, "listen"))
        reading = DocumentReading(self._db, self._out / VOCABULARIES)
        read = reading.read(dataset, terminologies, run, partial(tell, "read"))
        self._looked_at.setdefault(dataset, set()).update(reading.records)
        self._unread = read.unread + unread
        return TextsRead(read.read, self._unread)

    def looked_at(self, dataset: str) -> frozenset[str]:
        """The records of the dataset whose texts this build was brought, or read anew."""
        return frozenset(self._looked_at.get(dataset, ()))

    def said(self, dataset: str, records: Collection[str] | None = None) -> Iterator[tuple[str, str, Assertion]]:
        """(record, concept, assertion) of everything that texts of the dataset mention, or those of some records, each once."""
        return said_of(self._db, dataset, records)

    def read_concepts(self, dataset: str) -> list[ConceptUse]:
        """The concepts that texts of the dataset mention and none of its records uses, in the words that texts have most often for them.

        Their names in a terminology stay in the catalog: what the graph says may be exported, and names may be licensed.
        """
        return read_concepts(self._db, dataset)

    def finish(
        self,
        embedder: Embedder | None,
        cache: EmbeddingCache,
        progress: Progress | None = None,
        model: str = "",
        *,
        as_before: bool = False,
        at_most: int | None = None,
    ) -> BuildReport:
        """Embed what is new and write the indexes. Who shows the generation has to flush its files first.

        Without an embedder the vectors that the cache has of `model` (by default the previous generation's) are indexed, and the units
        without one counted as missing: words find them, meaning does not yet. So it is where more than `at_most` units have none. With
        `as_before` the embedder is not asked for anything where the cache has a vector of the previous generation's model for every
        unit: what only takes out needs no model. Raises ModelUnavailable where the vectors of another model would give way to one that
        cannot be loaded.
        """
        self._replace()
        keys = self._unit_keys()
        lacking = len(self._missing(keys, self._model, cache)) if as_before or at_most is not None else 0
        if (as_before and not lacking) or (at_most is not None and lacking > at_most):
            embedder = None
        model = embedder.name if embedder is not None else model or self._model
        missing = self._missing(keys, model, cache)
        embedded = 0
        if embedder is not None and (at_most is None or len(missing) <= at_most):
            embedded = self._embed([keys[i] for i in missing], embedder, cache, progress)
            missing = []
        elif embedder is not None:
            embedder.encode([])  # loads the model, which its name does not: one that cannot be loaded must not cost the vectors there are
        has_vector = np.ones(len(keys), dtype=np.bool_)
        has_vector[missing] = False
        self._write_indexes(keys, has_vector, cache, model, progress)
        self._db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", (("batch", self._batch), (NUMBER, self._number)))
        documents, spans = self._one("SELECT count(*) FROM documents"), self._one("SELECT count(*) FROM passages")
        self._db.execute("COMMIT")
        self._file.close()
        count = int(has_vector.sum())
        published = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        meta = Meta(FORMAT, self._number, published, model if count else "", documents, spans, len(keys), count)
        (self._out / "meta.json").write_text(json.dumps(asdict(meta), indent=1) + "\n")
        return BuildReport(documents, spans, embedded, len(keys), len(keys) - count, self._unread)

    # --- the catalog ---

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]], conflict: str = "") -> None:
        iterator = iter(rows)
        first = next(iterator, None)
        if first is not None:
            statement = f"INSERT {conflict} INTO {table} VALUES ({marks(first)})"  # noqa: S608 - names of this module
            self._db.execute(statement, first)
            self._db.executemany(statement, iterator)

    def _one(self, query: str) -> int:
        (value,) = self._db.execute(query).fetchone()
        return int(value)

    def _run(self, script: str) -> None:
        # Not executescript(): that would commit first.
        for statement in script.split(";"):
            self._db.execute(statement)

    def _make_indexes(self) -> None:
        """Only once they are needed: inserting first and indexing after is several times quicker."""
        if not self._indexed:
            self._run(INDEXES)
            self._indexed = True

    def _remove_documents(self, where: str, values: list[Any]) -> None:
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS gone (row INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM gone")
        if not self._db.execute(f"INSERT INTO gone SELECT row FROM documents WHERE {where}", values).rowcount:  # noqa: S608 - clauses of this module
            return
        self._passages_changed = True
        for table, column in (("passages", "document"), ("mentions", "document"), ("texts", "row"), ("documents", "row")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT row FROM gone)")  # noqa: S608 - names of this module

    def _replace(self) -> None:
        """Of a record that several calls brought keep what the last one brought, of documents with one IRI the last."""
        self._make_indexes()
        older = (
            "{key} IN (SELECT t.{key} FROM {table} t JOIN (SELECT record, max(batch) AS last FROM {table} {among} GROUP BY record"
            " HAVING min(batch) < max(batch)) l ON t.record = l.record WHERE t.batch < l.last)"
        )
        # What an earlier generation held is in order: of its records those matter that were brought again.
        among = "WHERE record IN (SELECT record FROM {table} WHERE {key} >= {first})"
        documents, facts = (
            older.format(table=table, key=key, among=among.format(table=table, key=key, first=first) if first > 1 else "")
            for table, key, first in (("documents", "row", self._first_row), ("facts", "fact", self._first_fact))
        )
        self._remove_documents(documents, [])
        again = "SELECT older.row FROM documents d JOIN documents older ON older.id = d.id AND older.row < d.row WHERE d.row >= ?"
        self._remove_documents(f"row IN ({again})", [self._first_row])
        self._db.execute(f"DELETE FROM facts WHERE {facts}")  # noqa: S608 - names of this module

    def _count_names(self) -> None:
        """Have the table `called` say what facts call their concepts now; unless it does already."""
        extract = self._carried.facts()
        if extract.facts is not self._counted:
            count_names(self._db, extract)
            self._counted = extract.facts

    # --- the indexes ---

    def _unit_keys(self) -> list[bytes]:
        """The keys of the units in their order, those taken out that no passage has any more."""
        if not self._passages_changed and self._previous is not None and self._carried.taken_over:
            return [key.tobytes() for key in np.load(self._previous / "columns" / "unit_keys.npy")]
        self._db.execute("DELETE FROM units WHERE key NOT IN (SELECT key FROM passages)")
        return [key for (key,) in self._db.execute("SELECT key FROM units ORDER BY key")]

    def _missing(self, keys: list[bytes], model: str, cache: EmbeddingCache) -> list[int]:
        """The places of units without a vector of a model ('': of none)."""
        before = self._before
        if before and not self._passages_changed and before.model == model and before.vectors == len(keys) and not self._carried.heard():
            return []
        return cache.missing(keys, model) if model else list(range(len(keys)))

    def _with_the_same_units(self, keys: list[bytes]) -> Meta | None:
        """The generation before, if it has the same units (by key), which mean their words as they did, and no others."""
        if not keys or self._previous is None or not self._carried.taken_over or self._carried.heard():
            return None
        known = np.load(self._previous / "columns" / "unit_keys.npy", mmap_mode="r")
        return self._before if known.tobytes() == b"".join(keys) else None

    def _has(self, links: CSR) -> bool:
        """Whether the generation before, which has the same units, has them in the same documents, and their words as they are cut now."""
        if self._previous is None or self._before is None or self._before.documents != links.count:
            return False
        of_units = {"unit_offsets": links.offsets, "unit_documents": links.documents}
        same = (np.array_equal(np.load(self._previous / "columns" / f"{name}.npy", mmap_mode="r"), each) for name, each in of_units.items())
        return all(same) and lexical.are_current(self._previous / "words")

    def _link(self, *names: str) -> None:
        if self._previous is not None:
            for name in names:
                link_folder(self._previous / name, self._out / name)

    def _words(self, keys: list[bytes]) -> lexical.UnitWords:
        """The words of units by key: those that the previous generation has are taken over, unless they were heard anew."""
        wanted = np.asarray(keys, dtype="S16")
        before = lexical.open_words(self._previous / "words") if self._previous is not None and self._carried.taken_over else None
        held = np.load(self._previous / "columns" / "unit_keys.npy").view("S16").ravel() if before and self._previous else wanted[:0]
        places = np.minimum(np.searchsorted(held, wanted), max(len(held) - 1, 0))
        known = held[places] == wanted if before and before.units == len(held) > 0 else np.zeros(len(wanted), dtype=np.bool_)
        if known.any():
            known &= ~np.isin(wanted, np.asarray(self._carried.heard(), dtype="S16"))
        fresh = [key for key, kept in zip(keys, known.tolist(), strict=True) if not kept]
        cut = lexical.cut_words(self._of_units("text", fresh), self._of_units("coalesce(spoken, '')", fresh))
        if not before or not known.any():
            return cut
        return lexical.taken_over(before, places[known], np.flatnonzero(known), cut, np.flatnonzero(~known))

    def _of_units(self, value: str, keys: list[bytes]) -> Iterator[str]:
        for chunk in chunks(keys, _CHUNK):
            query = f"SELECT {value} FROM units WHERE key IN ({marks(chunk)}) ORDER BY key"  # noqa: S608 - a column, and marks
            yield from (found for (found,) in self._db.execute(query, chunk))

    def _embed(self, keys: list[bytes], embedder: Embedder, cache: EmbeddingCache, progress: Progress | None) -> int:
        done = 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress("embed", done, len(keys))

        for chunk in chunks(keys, _EMBED_AT_ONCE):
            texts = dict(self._db.execute(f"SELECT key, text FROM units WHERE key IN ({marks(chunk)})", chunk))  # noqa: S608 - only marks
            cache.put(chunk, embedder.encode([texts[key] for key in chunk], tell), embedder.name)
        return len(keys)

    def _write_indexes(
        self, keys: list[bytes], has_vector: NDArray[np.bool_], cache: EmbeddingCache, model: str, progress: Progress | None
    ) -> None:
        def tell(done: int) -> None:
            if progress is not None:
                progress("index", done, 3)

        tell(0)
        rows = np.flatnonzero(has_vector)
        before = self._with_the_same_units(keys)
        if before and before.model == model and len(rows) == len(keys) == before.vectors:
            self._link("vectors")
        elif len(rows):
            vectors.build_index(cache.get([keys[row] for row in rows], model), rows, self._out / "vectors")
        tell(1)
        extract = self._carried.all()
        self._carried.save(self._out, share=self._share)
        self._count_names()
        relations = self._carried.relations_alone()
        earlier = (
            open_earlier(self._db, self._previous / "columns", relations)
            if self._previous is not None and self._share and relations is not None
            else None
        )
        columns = derive(self._db, extract, keys, has_vector, self._terminologies.values(), earlier)
        save_columns(columns, self._out / "columns", self._previous / "columns" if self._previous is not None and self._share else None)
        tell(2)
        if before and self._has(columns.unit_links):
            self._link("words", "lexical")
        elif keys:
            words = self._words(keys)
            lexical.save_words(words, self._out / "words")
            lexical.write_lexical(words, columns.unit_links, self._out / "lexical")
        tell(3)


def read_meta(path: Path) -> Meta:
    """What the generation in a folder says of itself; raises GenerationUnreadable."""
    try:
        meta = json.loads((path / "meta.json").read_bytes())
        written = int(meta["format"])
        if written == FORMAT:
            return Meta(**meta)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise GenerationUnreadable(f"{path} holds no finished generation ({error}); ingest again to rebuild it") from error
    raise GenerationOutdated(f"{path} has format {written}, this version reads {FORMAT}: `commissure verify --repair` makes it anew")
