"""What publishing needs of the rows of the catalog, as arrays that each generation takes over from the one before.

Only rows that are new, and documents that were read anew, are read from the catalog: deriving columns from arrays costs little, walking all
rows of a database would cost as much as all that is held. Texts that rows hold are numbered in their order, so that their codes compare as
SQLite compares the texts, and only those that a row holds are kept: equal content gives equal files, whatever the history, and what was
deleted is not kept here either.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import compress
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from concepts.distinct import distinct
from search.making import chunks, marks
from search.tables.charting import OF_LABELS

Codes = NDArray[np.int32]
"""Of texts; -1 for none."""
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Digests = NDArray[np.bytes_]
"""Of 16 bytes each."""

_CHUNK: Final = 5000
_FILE: Final = "texts.json"


@dataclass(frozen=True)
class DocumentRows:
    """Documents, by their row in the catalog."""

    rows: Numbers
    ids: Codes
    records: Codes
    datasets: Codes
    kinds: Codes
    types: Codes
    patients: Codes
    patient_labels: Codes
    encounters: Codes
    dates: Codes
    readings: Codes
    digests: Digests


@dataclass(frozen=True)
class PassageRows:
    """Passages, by document."""

    documents: Numbers
    """Rows of the catalog."""
    keys: Digests


@dataclass(frozen=True)
class MentionRows:
    """Mentions, by document."""

    documents: Numbers
    """Rows of the catalog."""
    concepts: Codes
    labels: Codes
    assertions: Codes
    values: Codes
    units: Codes
    starts: Numbers
    stops: Numbers
    sources: Codes


@dataclass(frozen=True)
class FactRows:
    """Facts, by their number in the catalog."""

    facts: Numbers
    groups: Numbers
    """The first fact of the same record: equal for the facts of one record."""
    first: Flags
    """Whether a fact is the first one of its thing: other codings of it follow (`search.tables.charting.THING`)."""
    datasets: Codes
    subjects: Codes
    relations: Codes
    concepts: Codes
    labels: Codes
    days: Codes
    """The first ten letters of the start, which are a whole date; -1 where it is shorter."""
    numbers: Floats
    """NaN where there is none."""
    units: Codes
    comparators: Codes
    counted: Flags
    encounters: Codes
    jobs: Codes
    agents: Codes
    states: Codes
    attributes: Codes
    interpretations: Codes


Table = DocumentRows | PassageRows | MentionRows | FactRows
T = TypeVar("T", DocumentRows, PassageRows, MentionRows, FactRows)

_DTYPES: Final[dict[Any, Any]] = {Codes: np.int32, Numbers: np.int64, Floats: np.float64, Flags: np.bool_, Digests: "S16"}
_DOCUMENTS: Final = (
    "SELECT d.row, d.id, d.record, d.dataset, d.kind, d.type, d.patient, d.patient_label, d.encounter, d.date, d.reading,"
    " d.digest FROM fresh f CROSS JOIN documents d ON d.row = f.row ORDER BY d.row"
)
_PASSAGES: Final = "SELECT p.document, p.key FROM fresh f CROSS JOIN passages p ON p.document = f.row ORDER BY p.document, p.ordinal"
_MENTIONS: Final = (
    "SELECT m.document, m.concept, m.label, m.assertion, m.value, m.unit, m.start, m.stop, m.source FROM fresh f"
    " CROSS JOIN mentions m ON m.document = f.row ORDER BY m.document, m.ordinal"
)
_FACTS: Final = (
    "SELECT fact, fact, 0, dataset, subject, relation, concept, label, CASE WHEN length(start) >= 10 THEN substr(start, 1, 10) END, number,"
    " unit, comparator, counted, encounter, job, agent, status, attributes, interpretation,"
    " record, coalesce(start, ''), coalesce(value, '')"
    " FROM facts WHERE fact >= ? ORDER BY record, fact"
)


@dataclass(frozen=True)
class Extract:
    """The rows of a catalog, and the texts that their codes stand for, in order."""

    texts: Sequence[str]
    documents: DocumentRows
    passages: PassageRows
    mentions: MentionRows
    facts: FactRows

    @property
    def rows(self) -> int:
        """How many rows there are, of all tables."""
        return sum(map(len, (self.documents.rows, self.passages.documents, self.mentions.documents, self.facts.facts)))

    def code(self, text: str) -> int:
        """The code of a text; -2, which no row has, where no row has the text."""
        place = bisect_left(self.texts, text)
        return place if place < len(self.texts) and self.texts[place] == text else -2

    def codes(self, texts: Iterable[str]) -> list[int]:
        """The codes of those of the texts that a row has."""
        return [code for text in texts if (code := self.code(text)) >= 0]

    def table(self, values: Callable[[str], int], codes: NDArray[np.integer]) -> Codes:
        """What each code of a text stands for, as `values` says of the texts of the given codes; -1 elsewhere, and for -1."""
        found = np.full(len(self.texts) + 1, -1, dtype=np.int32)
        held = distinct(codes[codes >= 0])
        found[held] = [values(self.texts[code]) for code in held.tolist()]
        return found

    def distinct(self, *columns: NDArray[np.integer]) -> list[str]:
        """The texts that columns have, in order."""
        return [self.texts[code] for code in distinct(np.concatenate(columns)).tolist() if code >= 0]


@dataclass(frozen=True)
class Changes:
    """What the catalog has anew since the extract of an earlier one was made."""

    first_document: int = 0
    """Rows from it on are new."""
    first_fact: int = 0
    documents: Sequence[int] = ()
    """Earlier rows that are gone or were read anew."""
    facts: Sequence[int] = ()
    """Earlier ones that are gone."""


EVERYTHING: Final = Changes()


def nothing() -> Extract:
    """The extract of an empty catalog."""
    return Extract((), _none(DocumentRows), _none(PassageRows), _none(MentionRows), _none(FactRows))


def carry_over(db: sqlite3.Connection, previous: Extract, changes: Changes) -> Extract:
    """The extract of the catalog, with what an earlier extract has of it already."""
    kept = without(previous, *(np.asarray(gone, dtype=np.int64) for gone in (changes.documents, changes.facts)))
    db.execute("CREATE TEMP TABLE IF NOT EXISTS fresh (row INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM fresh")
    db.execute("INSERT INTO fresh SELECT row FROM documents WHERE row >= ?", (changes.first_document,))
    for chunk in chunks(changes.documents, 500):
        db.execute(f"INSERT OR IGNORE INTO fresh SELECT row FROM documents WHERE row IN ({marks(chunk)})", chunk)  # noqa: S608 - only marks
    numbering = _Numbering()
    documents = numbering.read(DocumentRows, db.execute(_DOCUMENTS))
    passages = numbering.read(PassageRows, db.execute(_PASSAGES))
    mentions = numbering.read(MentionRows, db.execute(_MENTIONS))
    facts = numbering.read(FactRows, _grouped(db.execute(_FACTS, (changes.first_fact,))))
    return joined(kept, Extract(numbering.texts, documents, passages, mentions, facts))


def without(extract: Extract, documents: Numbers, facts: Numbers) -> Extract:
    """An extract less some documents and facts, with all its texts."""
    return Extract(
        extract.texts,
        _without(extract.documents, extract.documents.rows, documents),
        _without(extract.passages, extract.passages.documents, documents),
        _without(extract.mentions, extract.mentions.documents, documents),
        _without(extract.facts, extract.facts.facts, facts),
    )


def save_rows(extract: Extract, folder: Path) -> None:
    """Write an extract, one file for each array. See search.columns.segments."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in _tables(extract):
        for each in fields(rows):
            np.save(folder / f"{name}_{each.name}.npy", getattr(rows, each.name))
    (folder / _FILE).write_bytes(orjson.dumps(list(extract.texts)))


def open_rows(folder: Path) -> Extract | None:
    """The extract that was written to a folder; None where there is none, or it cannot be read."""
    try:
        texts = orjson.loads((folder / _FILE).read_bytes())
        kinds: dict[str, type[Any]] = {"documents": DocumentRows, "passages": PassageRows, "mentions": MentionRows, "facts": FactRows}
        tables = {
            name: kind(**{each.name: np.load(folder / f"{name}_{each.name}.npy") for each in fields(kind)}) for name, kind in kinds.items()
        }
        return Extract(texts, **tables)
    except (OSError, ValueError, EOFError):
        return None


class _Numbering(dict[str | None, int]):
    """Numbers texts as they come."""

    def __missing__(self, text: str | None) -> int:
        self[text] = number = len(self)
        return number

    @property
    def texts(self) -> list[str]:
        """The texts by number; what stands for none is never looked at."""
        return [text or "" for text in self]

    def read(self, kind: type[T], rows: Iterator[tuple[Any, ...]]) -> T:
        """Rows, whose first values are those of the table's fields, as arrays; codes by this numbering, -1 for None."""
        columns = fields(kind)
        parts: dict[str, list[NDArray[Any]]] = {each.name: [] for each in columns}
        for chunk in chunks(rows, _CHUNK):
            for each, values in zip(columns, zip(*chunk, strict=True), strict=False):
                dtype = _DTYPES[each.type]
                numbered = map(self.__getitem__, values) if each.type == Codes else values
                parts[each.name].append(np.fromiter(numbered, dtype=dtype, count=len(chunk)))
        read = kind(**{each.name: _concatenated(parts[each.name], _DTYPES[each.type]) for each in columns})
        return _renumbered(read, np.append(np.arange(len(self), dtype=np.int32), -1), self.get(None))


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows of _FACTS, by record, with what their record and their thing begin with."""
    record, group = None, 0
    things: set[tuple[Any, ...]] = set()
    for fact, _, _, dataset, subject, relation, concept, label, day, number, unit, comparator, *more in rows:
        *more, of, start, value = more
        if of != record:
            record, group, things = of, fact, set()
        thing = subject, relation, label, start, value, number, unit or "", comparator
        first = relation in OF_LABELS or thing not in things
        things.add(thing)
        yield (
            *(fact, group, first, dataset, subject, relation, concept, label, day, float("nan") if number is None else number),
            *(unit, comparator, *more),
        )


def joined(one: Extract, other: Extract) -> Extract:
    """The rows of two extracts under common codes; the texts of the first are in order, those of the other need not be.

    Only texts of the other are looked at one by one.
    """
    kept, fresh = _used(one), {other.texts[code]: code for code in np.flatnonzero(_used(other)).tolist()}
    places, new = {}, []
    for text in sorted(fresh):
        place = bisect_left(one.texts, text)
        if place < len(one.texts) and one.texts[place] == text:
            kept[place], places[text] = True, place
        else:
            new.append((place, text))
    before = np.searchsorted(np.asarray([place for place, _ in new], dtype=np.int64), np.arange(len(one.texts)), side="right")
    mine, theirs = (np.full(len(extract.texts) + 1, -1, dtype=np.int32) for extract in (one, other))
    mine[:-1] = np.where(kept, np.cumsum(kept) - 1 + before, -1)
    texts: list[str] = []
    done = 0
    for place, text in new:
        texts += compress(one.texts[done:place], kept[done:place])
        theirs[fresh[text]], done = len(texts), place
        texts.append(text)
    texts += compress(one.texts[done:], kept[done:])
    for text, place in places.items():
        theirs[fresh[text]] = mine[place]
    moved = {name: _renumbered(rows, theirs) for name, rows in _tables(other)}
    stay = not new and bool(kept.all())
    tables: dict[str, Any] = {name: _together(rows if stay else _renumbered(rows, mine), moved[name]) for name, rows in _tables(one)}
    return Extract(texts, **tables)


def _used(extract: Extract) -> Flags:
    """Which codes a row has."""
    used = np.zeros(len(extract.texts) + 1, dtype=np.bool_)
    for _, rows in _tables(extract):
        for each in fields(rows):
            if each.type == Codes:
                used[getattr(rows, each.name)] = True
    return used[:-1]


def _renumbered(rows: T, table: Codes, none: int | None = None) -> T:
    """Rows with other codes; -1, and `none`, stay none."""
    if none is not None:
        table = table.copy()
        table[none] = -1
    return replace(rows, **{each.name: table[getattr(rows, each.name)] for each in fields(rows) if each.type == Codes})


def _together(one: T, other: T) -> T:
    """Rows of one kind in the order of their first column."""
    if not len(getattr(other, fields(other)[0].name)):
        return one
    columns = {each.name: np.concatenate([getattr(one, each.name), getattr(other, each.name)]) for each in fields(one)}
    first = columns[fields(one)[0].name]
    if not bool(np.all(first[1:] >= first[:-1])):  # facts are read by record, documents read anew have earlier numbers
        order = np.argsort(first, kind="stable")
        columns = {name: values[order] for name, values in columns.items()}
    return type(one)(**columns)


def _without(rows: T, numbers: Numbers, gone: Numbers) -> T:
    if not len(gone):
        return rows
    kept = ~np.isin(numbers, gone)
    return type(rows)(**{each.name: getattr(rows, each.name)[kept] for each in fields(rows)})


def _tables(extract: Extract) -> Iterator[tuple[str, Any]]:
    return ((each.name, getattr(extract, each.name)) for each in fields(extract) if each.name != "texts")


def _none(kind: type[T]) -> T:
    return kind(**{each.name: np.empty(0, dtype=_DTYPES[each.type]) for each in fields(kind)})


def _concatenated(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
