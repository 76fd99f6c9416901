"""Compiles statements into a terminology that is mapped into memory: staged in a file, put in order there, then written as numbers.

Memory does not grow with what is staged; the lexicon is held as numbers while it is made (some 500 bytes a name).
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import blake2b
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from concepts.compiled import About, Terminology, save_terminology, table_of, write_about
from concepts.hierarchy import Int64
from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from concepts.vocabulary import SPELLED, Named, StringsWriter, compile_vocabulary
from graph.identifiers import canonical_system, notation
from ingest.terminologies.systems import HPO, ICD10CM, LOINC, RXNORM, SNOMED

_STAGED: Final = "staged.sqlite"
_FIRST: Final = (SNOMED, RXNORM, LOINC, HPO, ICD10CM)
"""Of concepts that bear one name, those of these schemes are taken first, in this order."""
_RELATIONS: Final = tuple(Relation)
_KINDS: Final = tuple(Kind)
_AT_ONCE: Final = 20_000
_TABLES: Final = """
CREATE TABLE concepts (system INTEGER, code TEXT, label TEXT NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY (system, code)) WITHOUT ROWID;
CREATE TABLE names (system INTEGER, code TEXT, text TEXT NOT NULL, later INTEGER NOT NULL);
CREATE TABLE broader (system INTEGER, code TEXT, broader TEXT);
CREATE TABLE maps (system INTEGER, code TEXT, relation INTEGER, other_system INTEGER, other TEXT)
"""
_INSERT: Final = {
    Concept: "INSERT INTO concepts VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ConceptName: "INSERT INTO names VALUES (?, ?, ?, ?)",
    Broader: "INSERT INTO broader VALUES (?, ?, ?)",
    Mapping: "INSERT INTO maps VALUES (?, ?, ?, ?, ?)",
}
_NUMBER: Final = """
INSERT INTO concepts SELECT system, code, '', 5 FROM maps WHERE true ON CONFLICT DO NOTHING;
INSERT INTO concepts SELECT other_system, other, '', 5 FROM maps WHERE true ON CONFLICT DO NOTHING;
CREATE TABLE numbers (system INTEGER, code TEXT, number INTEGER, PRIMARY KEY (system, code)) WITHOUT ROWID;
INSERT INTO numbers SELECT system, code, row_number() OVER (ORDER BY system, code) - 1 FROM concepts ORDER BY system, code
"""
_NAMED: Final = """
SELECT c.system, c.code, c.label, c.kind, n.text FROM concepts c LEFT JOIN names n ON n.system = c.system AND n.code = c.code
ORDER BY c.system, c.code, n.later, n.rowid
"""
_BROADER: Final = """
SELECT a.number, b.number FROM broader x
JOIN numbers a ON a.system = x.system AND a.code = x.code JOIN numbers b ON b.system = x.system AND b.code = x.broader
"""
_MAPS: Final = """
SELECT a.number, b.number, x.relation FROM maps x
JOIN numbers a ON a.system = x.system AND a.code = x.code JOIN numbers b ON b.system = x.other_system AND b.code = x.other
"""


def compile_terminology(statements: Iterable[Statement], folder: Path, about: About, tell: Callable[[int], None] = lambda _: None) -> About:
    """Compile into an empty folder; `about` with what there is of everything. A folder without `terminology.json` is unfinished.

    `tell` hears of the statements as they are staged.
    """
    path = folder / _STAGED
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            db.execute(f"PRAGMA {pragma}")
        systems = _stage(db, statements, tell)
        concepts, names = (_one(db, f"SELECT count(*) FROM {name}") for name in ("concepts", "names"))  # noqa: S608 - names of this module
        for statement in _NUMBER.split(";"):
            db.execute(statement)
        db.execute("CREATE INDEX names_of ON names (system, code)")
        terms, terms_of = StringsWriter(), array("q", [0])
        vocabulary, unfit = compile_vocabulary(_kept(_named(db, systems), terms, terms_of))
        count = len(vocabulary)
        stated = _pairs(db, _BROADER, 2)
        maps = _pairs(db, _MAPS, 3)
        dangling = _one(db, "SELECT count(*) FROM broader") - len(stated)
    path.unlink()
    equal = maps[:, 2] == _RELATIONS.index(Relation.EQUIVALENT)
    same, wider = _told_apart(maps[equal, :2], vocabulary.system)
    above = np.concatenate([stated, maps[~equal, :2], wider])
    straight = above[~_in_circles(above, count)]
    broader = table_of(straight[:, 0], straight[:, 1], count)
    both = table_of(np.concatenate([same[:, 0], same[:, 1]]), np.concatenate([same[:, 1], same[:, 0]]), count)
    counted = replace(
        about,
        systems=vocabulary.systems,
        concepts=concepts,
        names=concepts + names,
        links=len(broader.values),
        mappings=len(maps),
        circles=len(above) - len(straight),
        dangling=dangling,
        unfit=len(unfit),
    )
    offsets = np.frombuffer(terms_of, dtype=np.int64)
    return _written(Terminology(counted, vocabulary, broader, both, terms.strings(), offsets), folder)


def compile_anew(old: Terminology, folder: Path, edition: int) -> About:
    """Compile what an earlier version compiled, from the concepts and names that it kept, into an empty folder; `about` it."""
    concepts = ((number, old.vocabulary.concept(number)) for number in range(len(old.vocabulary)))
    vocabulary, unfit = compile_vocabulary(Named(concept, tuple(old.names(number))) for number, concept in concepts)
    about = replace(old.about, edition=edition, unfit=len(unfit))
    return _written(replace(old, about=about, vocabulary=vocabulary), folder)


def _written(terminology: Terminology, folder: Path) -> About:
    """Write it; what it says of itself, with its size and digest."""
    save_terminology(terminology, folder)
    files = sorted(file for file in folder.iterdir() if file.suffix == ".npy" or file.name == "about.json")
    size = sum(file.stat().st_size for file in files)
    whole = replace(terminology.about, bytes=size, digest=_digest(files), spelled=SPELLED)
    write_about(whole, folder)
    return whole


def _stage(db: sqlite3.Connection, statements: Iterable[Statement], tell: Callable[[int], None]) -> list[str]:
    """Put the statements into tables, with a number for each system; the systems in the order of their numbers."""
    for table in _TABLES.split(";"):
        db.execute(table)
    systems = {system: number for number, system in enumerate(_FIRST)}
    rest = iter(statements)
    while some := list(islice(rest, _AT_ONCE)):
        rows: dict[type, list[tuple[object, ...]]] = {kind: [] for kind in _INSERT}
        for statement in some:
            rows[type(statement)].append(_row(statement, systems))
        db.execute("BEGIN")
        for kind, insert in _INSERT.items():
            db.executemany(insert, rows[kind])
        db.execute("COMMIT")
        tell(len(some))
    return list(systems)


def _row(statement: Statement, systems: dict[str, int]) -> tuple[object, ...]:
    system = canonical_system(statement.system)
    place = systems.setdefault(system, len(systems))
    code = _storable(notation(system, statement.code))
    match statement:
        case Concept():
            return place, code, _storable(statement.label), _KINDS.index(statement.kind)
        case ConceptName():
            return place, code, _storable(statement.text), not statement.preferred
        case Broader():
            return place, code, _storable(notation(system, statement.broader))
        case Mapping():
            other = canonical_system(statement.other_system)
            other_code = _storable(notation(other, statement.other_code))
            return place, code, _RELATIONS.index(statement.relation), systems.setdefault(other, len(systems)), other_code


def _named(db: sqlite3.Connection, systems: list[str]) -> Iterator[Named]:
    """Concepts in the order of their numbers, each with its names."""
    for (system, code, label, kind), rows in groupby(db.execute(_NAMED), key=itemgetter(0, 1, 2, 3)):
        names = tuple(text for *_, text in rows if text)
        yield Named(Concept(systems[system], code, label or next(iter(names), ""), _KINDS[kind]), names)


def _kept(named: Iterable[Named], terms: StringsWriter, terms_of: "array[int]") -> Iterator[Named]:
    """The same, their names written down as they go by."""
    for each in named:
        further = dict.fromkeys(name for name in each.names if name != each.concept.label)
        for name in further:
            terms.add(name)
        terms_of.append(terms_of[-1] + len(further))
        yield each


def _pairs(db: sqlite3.Connection, query: str, width: int) -> Int64:
    numbers = array("q")
    for row in db.execute(query):
        numbers.extend(row)
    return np.frombuffer(numbers, dtype=np.int64).reshape(-1, width)


def _told_apart(pairs: Int64, systems: NDArray[np.int16]) -> tuple[Int64, Int64]:
    """Of pairs that are said to be the same: those that are, and those of which the second is wider, being the same as several.

    A concept that is the same as several of another scheme does not make these the same: they are narrower than it. Where both ends have
    several partners nothing is known. Within one scheme see `_of_one_scheme`.
    """
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    within = systems[pairs[:, 0]] == systems[pairs[:, 1]]
    same, wider = _of_one_scheme(np.unique(pairs[within], axis=0))
    pairs = np.unique(np.sort(pairs[~within], axis=1), axis=0)
    one, other = pairs[:, 0], pairs[:, 1]
    partners = [
        np.unique(np.stack([end, systems[far]]), axis=1, return_inverse=True, return_counts=True)[1:]
        for end, far in ((one, other), (other, one))
    ]
    of_one, of_other = (counts[inverse.ravel()] for inverse, counts in partners)
    first_wider = pairs[(of_one > 1) & (of_other == 1)]
    same = np.concatenate([same, pairs[(of_one == 1) & (of_other == 1)]])
    return same, np.concatenate([wider, first_wider[:, ::-1], pairs[(of_one == 1) & (of_other > 1)]])


def _of_one_scheme(pairs: Int64) -> tuple[Int64, Int64]:
    """The same of pairs (concept, what it is said to be the same as) of one scheme: any number of former codes are the same as that which
    took their place, and a code that is said to be the same as several is wider than each of them.
    """
    sources, counts = np.unique(pairs[:, 0], return_counts=True)
    of_several = np.isin(pairs, sources[counts > 1])
    several, into_several = of_several[:, 0], of_several[:, 1]
    return pairs[~several & ~into_several], np.concatenate([pairs[several & ~into_several][:, ::-1], pairs[~several & into_several]])


def _in_circles(pairs: Int64, count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which pairs lead from a concept to one that lies below it: of what goes round, nothing can be said."""
    links = csr_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, circle = connected_components(links, directed=True, connection="strong")
    return np.asarray(circle[pairs[:, 0]] == circle[pairs[:, 1]], dtype=np.bool_)


def _digest(files: Iterable[Path]) -> str:
    state = blake2b(digest_size=12)
    for file in files:
        state.update(file.name.encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                state.update(block)
    return state.hexdigest()


def _storable(text: str) -> str:
    """The text without halves of surrogate pairs, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _one(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])
