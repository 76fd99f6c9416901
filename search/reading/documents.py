"""Reading the documents of a generation: each distinct text once for a lexicon, its mentions kept in the catalog beside those it came with.

A dataset is read with the names that its own records give their codes, and with the terminologies of the data folder. What a document was
read with stands beside it (`reading`), so that only what is new, or what another lexicon may see otherwise, is read again.
"""

import re
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from concepts.model import READ, Assertion, ConceptUse
from concepts.reader import Reader, ReadMention
from concepts.terminology import Concept, Kind, spellings
from concepts.therapies import therapies
from concepts.vocabulary import ABOUT, Named, compile_vocabulary, open_vocabulary, save_vocabulary
from graph.identifiers import concept_iri
from search.columns.allergens import OF_ALLERGY, is_substance
from search.spoken import spoken_of
from search.tables.schema import MENTIONS_OF_CONCEPTS, READINGS

VOCABULARIES: Final = "vocabularies"
"""Folder of a generation with the vocabulary of each dataset, and with terminologies."""

TERMINOLOGY: Final = "+"
"""How the folder of a terminology begins there: no dataset's name does."""

RULES: Final = 19
"""Version of the rules by which texts are read: another one reads every text again."""

_KINDS: Final = {
    "condition": Kind.DISORDER,
    "medication": Kind.DRUG,
    "procedure": Kind.PROCEDURE,
    "allergy": Kind.OTHER,
    "immunization": Kind.DRUG,
    "observation": Kind.MEASUREMENT,
}
"""Relation of a fact → what kind of thing its concept is. Status, category and the like are no facts, so their words are not looked for."""
_TAG: Final = re.compile(r"(?<=.)\s*\([^()]*\)")
_FIRST: Final = "http://snomed.info/sct"
"""The system whose concepts a name stands for before those of others."""
_MANY: Final = 1000
"""Texts from which on their mentions are written without an index, which is made at the end."""
_TEXTS_AT_ONCE: Final = 64
_UNITS_AT_ONCE: Final = 256

_NAMES: Final = """
SELECT f.concept, f.relation, coalesce(u.system, ''), coalesce(u.code, ''), coalesce(u.display, ''), f.label, sum(f.times) FROM (
    SELECT concept, relation, label, times FROM called WHERE dataset = ?1
    AND relation IN ('condition', 'medication', 'procedure', 'allergy', 'immunization', 'observation')) f
LEFT JOIN uses u ON u.concept = f.concept AND u.dataset = ?1
GROUP BY f.concept, f.relation, u.display, f.label ORDER BY 1, 7 DESC, 5, 6
"""

Row = tuple[Any, ...]
Runner = Callable[[Callable[["Task"], list[list[Row]]], Sequence["Task"]], Iterable[tuple["Task", list[list[Row]] | None]]]
"""Runs a function over tasks, in processes or not; a task whose process died every time comes with None."""


def one_by_one(function: Callable[["Task"], list[list[Row]]], tasks: Sequence["Task"]) -> Iterator[tuple["Task", list[list[Row]] | None]]:
    """A Runner without processes."""
    for task in tasks:
        yield task, function(task)


class TextsRead(NamedTuple):
    """Distinct texts that were read, and texts and passages that wait still, because their reader died."""

    read: int
    unread: int


@dataclass(frozen=True, slots=True)
class Task:
    """Texts to read, with the folders of the vocabularies to read them by."""

    vocabularies: tuple[str, ...]
    keys: tuple[bytes, ...]
    texts: tuple[str, ...]

    def apart(self) -> Iterator["Task"]:
        """One for each text."""
        return (Task(self.vocabularies, (key,), (text,)) for key, text in zip(self.keys, self.texts, strict=True))


def _run(run: Runner, function: Callable[[Task], list[list[Row]]], tasks: Sequence[Task]) -> Iterator[tuple[Task, list[list[Row]] | None]]:
    """Each task with what was found. One whose process died is tried again text by text, so that only the deadly text waits."""
    again: list[Task] = []
    for task, found in run(function, tasks):
        if found is None and len(task.keys) > 1:
            again.extend(task.apart())
        else:
            yield task, found
    if again:
        yield from run(function, again)


def own_names(db: sqlite3.Connection, dataset: str) -> list[Named]:
    """The concepts that facts of a dataset have, each with the names its records give it, the commonest first.

    Of codings that have a name alike SNOMED CT's, which is the finest, stands first.
    """
    named = []
    for concept, group in groupby(db.execute(_NAMES, (dataset,)), key=itemgetter(0)):
        rows = list(group)
        relations: Counter[str] = Counter()
        names: Counter[str] = Counter()
        for _, relation, _, _, display, label, times in rows:
            relations[relation] += times
            for text in (display, label):
                names[text] += times if text else 0
        ranked = sorted(filter(None, names), key=lambda text: (-names[text], text))
        system, code = next(((s, c) for _, _, s, c, *_ in rows if c), ("", concept))
        if "allergy" in relations and is_substance(system, (row[4] for row in rows), (row[5] for row in rows if row[1] == "allergy")):
            del relations["allergy"]
            allergies = tuple(dict.fromkeys(allergy for name in ranked for allergy in _as_allergies(name))) or (code,)
            named.append(Named(Concept(system, code, allergies[0], Kind.ALLERGEN), allergies[1:]))
        if relations:
            kind = _KINDS[min(relations, key=lambda each: (-relations[each], each))]
            named.append(Named(Concept(system, code, ranked[0] if ranked else code, kind), tuple(ranked[1:])))
    return sorted(named, key=lambda each: each.concept.system != _FIRST)


def _as_allergies(name: str) -> Iterator[str]:
    """What a record of an allergy means by the name of a substance: "Aspirin" there is no aspirin that is taken."""
    if OF_ALLERGY.search(name):
        yield name
    else:
        yield from (f"Allergy to {spelling}" for spelling in spellings(_TAG.sub("", name), Kind.DRUG))


def digest_of(named: Iterable[Named], others: Iterable[str]) -> str:
    """What a reading depends on, in one word: names, further vocabularies by their own digests, and rules."""
    state = blake2b(str(RULES).encode(), digest_size=12)
    for each in named:
        state.update(repr(each).encode("utf-8", "surrogatepass"))
    for other in others:
        state.update(other.encode())
    return state.hexdigest()


def read_units(db: sqlite3.Connection, run: Runner, tell: Callable[[int, int], None]) -> int:
    """Read how the passages mean their words, those that were not read yet or by other rules; how many wait still.

    Passages whose reader died wait for the next time.
    """
    (rules,) = db.execute("SELECT coalesce((SELECT value FROM state WHERE name = 'rules'), 0)").fetchone()
    if rules != RULES:
        db.execute("UPDATE units SET spoken = NULL")
        db.execute("INSERT OR REPLACE INTO state VALUES ('rules', ?)", (RULES,))
    waiting = db.execute("SELECT key, text FROM units WHERE spoken IS NULL ORDER BY unit").fetchall()
    cut = (waiting[start : start + _UNITS_AT_ONCE] for start in range(0, len(waiting), _UNITS_AT_ONCE))
    tasks = [Task((), tuple(key for key, _ in part), tuple(text for _, text in part)) for part in cut]
    done = lost = 0
    for task, found in _run(run, read_polarity, tasks):
        if found is None:
            lost += len(task.keys)
        else:
            db.executemany(
                "UPDATE units SET spoken = ? WHERE key = ?", ((row[0], key) for (row,), key in zip(found, task.keys, strict=True))
            )
        done += len(task.keys)
        tell(done, len(waiting))
    return lost


def read_polarity(task: Task) -> list[list[Row]]:
    """How each text of a task means its words: one row with `search.spoken.spoken_of`."""
    return [[(spoken_of(text),)] for text in task.texts]


class DocumentReading:
    """Reads the documents of a dataset that were not read yet, or by another lexicon. Works on the catalog that is being built."""

    def __init__(self, db: sqlite3.Connection, folder: Path) -> None:
        """`folder` takes the dataset's own vocabulary, `DATASET/`, for readers of the generation."""
        self._db, self._folder = db, folder
        self.records: set[str] = set()
        """Whose texts were to be read."""

    def read(self, dataset: str, terminologies: Sequence[tuple[str, Path]], run: Runner, tell: Callable[[int, int], None]) -> "TextsRead":
        """Read what is to be read.

        `terminologies` are (digest, folder) of compiled vocabularies. What was read of a waiting text before stays.
        """
        named = own_names(self._db, dataset)
        if terminologies or any(each.concept.kind is Kind.DRUG for each in named):
            named += [Named(each.concept, each.names) for each in therapies()]
        reading = digest_of(named, (digest for digest, _ in terminologies))
        own = self._folder / dataset
        self._db.execute(READINGS)
        if self._tell_lexicon(dataset, reading) or not (own / ABOUT).exists():
            shutil.rmtree(own, ignore_errors=True)  # its files may be those of the generation before
            save_vocabulary(compile_vocabulary(named)[0], own)
        waiting: dict[bytes, list[int]] = defaultdict(list)
        for row, digest, record in self._db.execute(
            "SELECT row, digest, record FROM documents WHERE dataset = ? AND reading <> ? ORDER BY row", (dataset, reading)
        ):
            waiting[digest].append(row)
            self.records.add(record)
        if not waiting:
            self._name(dataset)
            return TextsRead(0, 0)
        if len(waiting) >= _MANY:  # an index is made much quicker than it is kept
            self._db.execute("DROP INDEX IF EXISTS mentions_concept")
        folders = tuple(str(folder) for folder in (own, *(folder for _, folder in terminologies)))
        done = lost = 0
        for task, found in _run(run, read_texts, self._tasks(waiting, folders)):
            lost += len(task.keys) if found is None else 0
            for key, mentions in zip(task.keys, found, strict=True) if found is not None else ():
                for row in waiting[key]:
                    self._keep(row, mentions, reading)
            done += len(task.keys)
            tell(done, len(waiting))
        self._name(dataset)
        return TextsRead(done - lost, lost)

    def _tell_lexicon(self, dataset: str, reading: str) -> bool:
        """Keep what the dataset is read with, and since which day; whether that is new."""
        name = f"lexicon {dataset}"
        kept = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        if kept is None or kept[0].partition(" ")[0] != reading:
            self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, f"{reading} {datetime.now(UTC):%Y-%m-%d}"))
            return True
        return False

    def _name(self, dataset: str) -> None:
        """State the use of concepts that texts of the dataset mention and none of its records uses: 0 times."""
        self._db.execute(MENTIONS_OF_CONCEPTS)
        self._db.execute(
            "INSERT OR IGNORE INTO uses SELECT ?2, r.concept, r.label, r.system, r.code, 0 FROM read_concepts r"
            " WHERE r.concept NOT IN (SELECT concept FROM uses WHERE dataset = ?2) AND EXISTS (SELECT 1 FROM mentions m"
            " JOIN documents d ON d.row = m.document WHERE m.concept = r.concept AND m.source = ?1 AND d.dataset = ?2)",
            (READ, dataset),
        )

    def _tasks(self, waiting: dict[bytes, list[int]], folders: tuple[str, ...]) -> list[Task]:
        tasks = []
        order = iter(waiting)
        while keys := tuple(islice(order, _TEXTS_AT_ONCE)):
            texts = [self._db.execute("SELECT text FROM texts WHERE row = ?", (waiting[key][0],)).fetchone()[0] for key in keys]
            tasks.append(Task(folders, keys, tuple(texts)))
        return tasks

    def _keep(self, row: int, mentions: list[Row], reading: str) -> None:
        document, first = self._db.execute(
            "SELECT d.id, (SELECT coalesce(max(ordinal), -1) + 1 FROM mentions WHERE document = d.row AND source <> ?) FROM documents d"
            " WHERE d.row = ?",
            (READ, row),
        ).fetchone()
        self._db.execute("DELETE FROM mentions WHERE document = ? AND source = ?", (row, READ))
        self._db.executemany(
            "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?)",
            (
                (row, ordinal, f"{document}#read-{start}-{end}", start, end, text, concept, label, assertion, READ, *more)
                for ordinal, (start, end, text, concept, _, _, label, assertion, *more) in enumerate(mentions, first)
            ),
        )
        self._db.executemany("INSERT OR REPLACE INTO read_concepts VALUES (?, ?, ?, ?)", {mention[3:7] for mention in mentions})
        self._db.execute("UPDATE documents SET reading = ? WHERE row = ?", (reading, row))


def read_texts(task: Task) -> list[list[Row]]:
    """What each text mentions: (start, end, text, concept, system, code, label, assertion, trigger, section, value, unit)."""
    folders = tuple(Path(folder) for folder in task.vocabularies)
    reader = _reader(folders, tuple((about.st_ino, about.st_mtime_ns) for about in ((folder / ABOUT).stat() for folder in folders)))
    return [[_row(mention) for mention in reader.read(text)] for text in task.texts]


@lru_cache(maxsize=1)
def _reader(folders: tuple[Path, ...], written: tuple[tuple[int, int], ...]) -> Reader:
    """The reader of a process, kept from task to task with the words that it has looked up; `written` tells folders of one name apart."""
    return Reader([open_vocabulary(folder) for folder in folders])


def _row(mention: ReadMention) -> Row:
    value, unit = value_of(mention)
    named = iri_of(mention.concept), mention.concept.system, mention.concept.code, mention.concept.label
    judged = mention.assertion.value, mention.judgement.trigger, mention.judgement.section
    return mention.start, mention.end, mention.text, *named, *judged, value, unit


def value_of(mention: ReadMention) -> tuple[str, str]:
    """What the text gives a mention, with its comparator, and the unit: ('> 9', '%'); '' for none."""
    if mention.value is None:
        return "", ""
    return " ".join(filter(None, (mention.value.comparator, mention.value.number))), mention.value.unit


def iri_of(concept: Concept) -> str:
    """The IRI of a concept; of one without a system it is its code."""
    return concept_iri(concept.system, concept.code) if concept.system else concept.code


def read_concepts(db: sqlite3.Connection, dataset: str) -> list[ConceptUse]:
    """The concepts that texts of a dataset mention and none of its records uses, each in the words that texts have most often for it."""
    rows = db.execute(
        "SELECT u.concept, u.system, u.code, m.text, count(*) FROM uses u JOIN mentions m ON m.concept = u.concept AND m.source = ?1"
        " JOIN documents d ON d.row = m.document AND d.dataset = u.dataset WHERE u.dataset = ?2 AND u.uses = 0"
        " GROUP BY u.concept, m.text ORDER BY u.concept, count(*) DESC, m.text",
        (READ, dataset),
    )
    commonest = (next(group) for _, group in groupby(rows, key=itemgetter(0)))
    return [ConceptUse(concept, system, code, " ".join(text.split())) for concept, system, code, text, _ in commonest]


def vocabularies_in(generation: Path | None) -> dict[str, Path]:
    """Dataset → the vocabulary of its own names, in the folder of a generation."""
    return {name: folder for name, folder in _folders(generation) if not name.startswith(TERMINOLOGY)}


def terminologies_in(generation: Path | None) -> dict[str, Path]:
    """Name → the compiled terminology in the folder of a generation."""
    return {name.removeprefix(TERMINOLOGY): folder for name, folder in _folders(generation) if name.startswith(TERMINOLOGY)}


def _folders(generation: Path | None) -> list[tuple[str, Path]]:
    within = generation / VOCABULARIES if generation is not None else None
    return sorted((folder.name, folder) for folder in within.iterdir()) if within is not None and within.is_dir() else []


def said_of(db: sqlite3.Connection, dataset: str, records: Collection[str] | None = None) -> Iterator[tuple[str, str, Assertion]]:
    """(record, concept, assertion) of everything that texts of a dataset mention, or those of some of its records, each once."""
    among = ""
    if records is not None:
        db.execute("CREATE TEMP TABLE IF NOT EXISTS among (record TEXT PRIMARY KEY) WITHOUT ROWID")
        db.execute("DELETE FROM among")
        db.executemany("INSERT INTO among VALUES (?)", ((record,) for record in records))
        among = " AND d.record IN (SELECT record FROM among)"
    rows = db.execute(
        "SELECT DISTINCT d.record, m.concept, m.assertion FROM documents d JOIN mentions m ON m.document = d.row"  # noqa: S608
        f" WHERE d.dataset = ? AND m.concept IS NOT NULL{among} ORDER BY 1, 2, 3",
        (dataset,),
    )
    return ((record, concept, Assertion(assertion)) for record, concept, assertion in rows)
