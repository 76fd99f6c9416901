"""What publishing computes from the documents and facts of a generation: concepts and their names, code lists, counts, columns.

Everything is derived anew for every generation, from arrays of the catalog's rows (search.columns.extract), and depends on the content
alone, not on the order in which it came.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from concepts.hierarchy import Hierarchy, build_hierarchy
from concepts.model import Assertion
from graph.vocabulary import local_name
from search.columns.ages import ages
from search.columns.allergens import derive_allergens, named_allergies
from search.columns.codings import derive_codings
from search.columns.concepts import ConceptTable, Int32, Int64, compress, concept_counts
from search.columns.counted_facts import CountedFacts, Pairs, counted_facts
from search.columns.disputes import HUMAN, OTHERWISE, disputed
from search.columns.documents import AFFIRMED, ALLERGY, NO_ALLERGY, SAYING, Columns, day_interval, day_intervals
from search.columns.extract import Extract
from search.columns.labels import LabelColumns, derive_labels
from search.columns.results import derive_results
from search.columns.tallies import count_concepts, count_datasets, count_said
from search.columns.therapies import classify
from search.columns.wider import widen
from search.tables.schema import DERIVED, DERIVED_TABLES, NOT_CHARTED
from search.tables.words_of_records import leading, words_of_records


def derive(
    db: sqlite3.Connection, extract: Extract, keys: list[bytes], has_vector: NDArray[np.bool_], terminologies: Iterable[Path] = ()
) -> Columns:
    """Fill the derived tables of the catalog and return the columns.

    `extract` is that of the catalog, whose names are counted (search.columns.called); `keys` are those of the units by row,
    `terminologies` folders.

    Longer than most because it names every column once.
    """
    _make_tables(db)
    wider = widen(db, terminologies)
    classify(db, extract, wider)
    concepts = _concepts(db, extract)
    ordinals = extract.table(
        lambda text: concepts.get(text, -1), np.concatenate([extract.facts.concepts, extract.mentions.concepts, extract.facts.subjects])
    )
    allergens = derive_allergens(db, extract)
    derive_codings(db, extract, concepts, wider.same, wider.added, allergens)
    patients = _patients(db, extract)
    datasets = _dictionary(db, "dataset", _twice(_all_datasets(db, extract)))
    types = _dictionary(db, "type", _twice(extract.distinct(extract.documents.types)))
    documents = _documents(db, extract, datasets, types, patients)
    facts = counted_facts(extract, patients, ordinals, allergens)
    passage_documents, passage_units = _passages(extract, keys, documents.places)
    unit_offsets, unit_documents = compress(passage_units, passage_documents, len(keys))
    labels = derive_labels(db, extract, documents.places, ordinals)
    document_offsets, document_concepts = compress(*_document_concepts(extract, documents, facts, ordinals, labels), documents.count)
    holders = np.repeat(np.arange(documents.count), np.diff(document_offsets))
    concept_offsets, concept_documents = compress(document_concepts, holders, len(concepts))
    hierarchy = _hierarchy(extract, ordinals, len(concepts), wider.ordinals(concepts))
    having = concept_counts(np.arange(documents.count), document_offsets, document_concepts.astype(np.int32), hierarchy)
    patient_offsets, patient_concepts = compress(facts.subjects[facts.charted], facts.concepts[facts.charted], len(patients))
    allergy_offsets, allergies = compress(facts.subjects[facts.allergies], facts.concepts[facts.allergies], len(patients))
    had = ~facts.of_substances
    concept_patients = np.bincount(compress(facts.subjects[had], facts.concepts[had], len(patients))[1], minlength=len(concepts))
    count_concepts(db, concept_patients, having, np.bincount(facts.concepts, minlength=len(concepts)))
    allergies_of = _allergies_told(db, extract, documents, facts, allergens, (holders, document_concepts), len(concepts))
    said = _said(extract, documents, ordinals, hierarchy, *allergies_of)
    count_said(db, said, documents.count)
    count_datasets(db, extract, datasets, documents.datasets[passage_documents], has_vector[passage_units])
    return Columns(
        rowids=documents.rowids,
        datasets=documents.datasets,
        types=documents.types,
        patients=documents.patients,
        first_days=documents.first_days,
        last_days=documents.last_days,
        **_people(db, documents, patients),
        copies=documents.copies,
        unit_keys=np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 16),
        unit_offsets=unit_offsets,
        unit_documents=unit_documents,
        document_concept_offsets=document_offsets,
        document_concepts=document_concepts.astype(np.int32),
        concept_document_offsets=concept_offsets,
        concept_documents=concept_documents.astype(np.int32),
        patient_concept_offsets=patient_offsets,
        patient_concepts=patient_concepts.astype(np.int32),
        concept_patients=concept_patients.astype(np.int32),
        concept_spread=having.astype(np.int32),
        hierarchy=hierarchy,
        said=said,
        labels=labels,
        wider=_ints(sorted(concepts[concept] for concept in wider.added)),
        patient_allergy_offsets=allergy_offsets,
        patient_allergies=allergies.astype(np.int32),
        results=derive_results(db, extract, documents.places, ordinals, len(concepts)),
    )


def _make_tables(db: sqlite3.Connection) -> None:
    for table in DERIVED_TABLES:
        db.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in DERIVED.split(";"):
        db.execute(statement)


_USES = """
SELECT concept, display, max(system), max(code), sum(uses) AS uses FROM uses GROUP BY concept, display
UNION ALL SELECT concept, display, '', '', uses FROM unstated
UNION ALL SELECT concept, display, system, code, uses FROM wider
ORDER BY 1, 5 DESC, 2
"""
"""Concepts that no dataset states the use of take their names from facts and mentions."""

_NAMES = """
INSERT INTO names (concept, text) SELECT ordinal, text FROM (
    SELECT ordinal, label AS text, -1 AS place FROM concepts
    UNION ALL SELECT c.ordinal, s.value, s.key FROM concepts c, json_each(c.synonyms) s)
ORDER BY ordinal, place
"""


def _unstated(db: sqlite3.Connection, extract: Extract) -> None:
    """Put into the table `unstated` the names that facts and mentions give concepts that no dataset states the use of."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS unstated (concept TEXT, display TEXT, uses INTEGER)")
    db.execute("DELETE FROM unstated")
    stated = np.asarray(extract.codes(concept for (concept,) in db.execute("SELECT DISTINCT concept FROM uses")), dtype=np.int64)
    facts, mentions = extract.facts, extract.mentions
    named, labels = np.concatenate([facts.concepts, mentions.concepts]), np.concatenate([facts.labels, mentions.labels])
    left = (named >= 0) & ~np.isin(named, stated)
    pairs, times = np.unique(named[left].astype(np.int64) * len(extract.texts) + labels[left], return_counts=True)
    texts = extract.texts
    named_so = (divmod(pair, len(texts)) for pair in pairs.tolist())
    rows = ((texts[concept], texts[label], count) for (concept, label), count in zip(named_so, times.tolist(), strict=True))
    db.executemany("INSERT INTO unstated VALUES (?, ?, ?)", rows)


def _charted(extract: Extract) -> NDArray[np.bool_]:
    """Which facts are said of a patient."""
    return ~np.isin(extract.facts.relations, extract.codes(NOT_CHARTED))


def _current(db: sqlite3.Connection) -> dict[str, str]:
    """Who took the place of a record of a person."""
    return dict(db.execute("SELECT id, min(patient) FROM former GROUP BY id"))


def _patients(db: sqlite3.Connection, extract: Extract) -> dict[str, int]:
    """Number everybody who is described, whom a document is about, or of whom something is charted, and enter them in the dictionary."""
    documents, current = extract.documents, _current(db)
    labels = dict(db.execute("SELECT id, label FROM patients"))
    everybody = {current.get(patient, patient) for patient in extract.distinct(documents.patients)}
    everybody.update(labels, extract.distinct(extract.facts.subjects[_charted(extract)]))
    called = np.full(len(extract.texts) + 1, -1, dtype=np.int32)
    np.maximum.at(called, documents.patients, documents.patient_labels)

    def label(patient: str) -> str:
        code = extract.code(patient)
        place = int(called[code]) if code >= 0 else -1
        return labels[patient] if patient in labels else extract.texts[place] if place >= 0 else ""

    return _dictionary(db, "patient", ((patient, label(patient)) for patient in sorted(everybody)))


def _all_datasets(db: sqlite3.Connection, extract: Extract) -> list[str]:
    stated = (dataset for (dataset,) in db.execute("SELECT dataset FROM patients UNION SELECT dataset FROM uses"))
    return sorted({*stated, *extract.distinct(extract.documents.datasets, extract.facts.datasets)})


def _twice(values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Values that are their own labels."""
    return ((value, value) for value in values)


def _concepts(db: sqlite3.Connection, extract: Extract) -> dict[str, int]:
    """Fill the tables of concepts and their names; concept → ordinal, in the order of their IRIs."""
    _unstated(db, extract)
    ordinals: dict[str, int] = {}
    words = words_of_records(db)

    def rows() -> Iterator[tuple[int, str, str, str, str, str]]:
        for concept, group in groupby(db.execute(_USES), key=itemgetter(0)):
            uses = list(group)
            code = uses[0][3] or local_name(concept)
            labels = leading(words.get(concept, ""), dict.fromkeys(display for _, display, *_ in uses if display)) or [code]
            ordinals[concept] = len(ordinals)
            yield ordinals[concept], concept, uses[0][2], code, labels[0], json.dumps(labels[1:], ensure_ascii=False)

    db.executemany("INSERT INTO concepts (ordinal, concept, system, code, label, synonyms) VALUES (?, ?, ?, ?, ?, ?)", rows())
    db.execute(_NAMES)
    for index in ("name_words", "name_stems"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - names of this module
    return ordinals


def _dictionary(db: sqlite3.Connection, field: str, values: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Number the values of a field, which come in their order with their labels."""
    codes: dict[str, int] = {}

    def rows() -> Iterator[tuple[str, int, str, str]]:
        for value, label in values:
            codes[value] = len(codes)
            yield field, codes[value], value, label or local_name(value)

    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", rows())
    return codes


@dataclass(frozen=True)
class _Documents:
    """The documents in their order. `places` maps rows of the catalog to places in it; `encounters` are codes of texts."""

    count: int
    rowids: Int64
    places: Int64
    datasets: Int32
    types: Int32
    patients: Int32
    encounters: Int32
    first_days: Int32
    last_days: Int32
    copies: Int32


def _documents(
    db: sqlite3.Connection, extract: Extract, datasets: dict[str, int], types: dict[str, int], patients: dict[str, int]
) -> _Documents:
    rows = extract.documents
    # Of a note and its copy in a report, which have one date, the note comes first: DocumentReference > DiagnosticReport.
    order = np.lexsort((rows.ids, -rows.kinds, -rows.dates))
    current = _current(db)
    dataset = extract.table(datasets.__getitem__, rows.datasets)[rows.datasets[order]]
    patient = extract.table(lambda text: patients[current.get(text, text)], rows.patients)[rows.patients[order]]
    first, last = (ends[rows.dates[order]] for ends in _ends(extract))
    rowids = rows.rows[order]
    places = np.full(int(rowids.max(initial=0)) + 1, -1, dtype=np.int64)
    places[rowids] = np.arange(len(rowids))
    return _Documents(
        count=len(rowids),
        rowids=rowids,
        places=places,
        datasets=dataset,
        types=extract.table(types.__getitem__, rows.types)[rows.types[order]],
        patients=patient,
        encounters=rows.encounters[order],
        first_days=np.maximum(first, 0),
        last_days=np.maximum(last, 0),
        copies=_copies(dataset, patient, rows.digests[order]),
    )


def _ends(extract: Extract) -> tuple[Int32, Int32]:
    """The first and the last day of the dates of documents, by their codes; -1 for none."""
    first, last = (np.full(len(extract.texts) + 1, -1, dtype=np.int32) for _ in range(2))
    codes = distinct(extract.documents.dates)
    codes = codes[codes >= 0]
    first[codes], last[codes] = day_intervals([extract.texts[code] for code in codes.tolist()])
    return first, last


def _copies(datasets: Int32, patients: Int32, digests: NDArray[np.bytes_]) -> Int32:
    """A number for each text of a dataset's patient, in the order in which they appear."""
    _, texts = np.unique(digests, return_inverse=True)
    several = int(patients.max(initial=-1)) + 2
    keys = (datasets.astype(np.int64) * several + patients + 1) * (len(digests) + 1) + texts
    _, first, copies = np.unique(keys, return_index=True, return_inverse=True)
    numbers = np.empty(len(first), dtype=np.int32)
    numbers[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    copied: Int32 = numbers[copies]
    return copied


def _people(db: sqlite3.Connection, documents: _Documents, patients: dict[str, int]) -> dict[str, Int32]:
    """Sex, least and greatest age of the patient of each document."""
    known = db.execute("SELECT DISTINCT sex FROM patients WHERE sex <> '' ORDER BY 1").fetchall()
    sexes = _dictionary(db, "sex", _twice(sex for (sex,) in known))
    # The last one is for documents without a patient, whose code is -1.
    described = np.full((len(patients) + 1, 3), (-1, 0, 0), dtype=np.int32)
    for patient, sex, born in db.execute("SELECT id, sex, born FROM patients"):
        described[patients[patient]] = sexes.get(sex, -1), *day_interval(born)
    sex, first, last = described[documents.patients].T
    least, greatest = ages(first, last, documents.first_days, documents.last_days)
    return {"sexes": sex.copy(), "least_ages": least, "greatest_ages": greatest}


def _passages(extract: Extract, keys: list[bytes], places: Int64) -> tuple[Int64, Int64]:
    """Document and unit of every passage that is a unit: those that only head or date what follows are none."""
    # Byte strings of numpy compare like SQLite's blobs as long as all have one length.
    known, wanted = np.frombuffer(b"".join(keys), dtype="S16"), extract.passages.keys
    if not len(known):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    units = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    found = known[units] == wanted
    return places[extract.passages.documents[found]], units[found].astype(np.int64)


def _document_concepts(
    extract: Extract, documents: _Documents, facts: CountedFacts, ordinals: Int32, labels: LabelColumns
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(document, concept) of affirmed mentions, counted facts of the document's encounter and labels of the item; pairs may repeat."""
    mentions = extract.mentions
    affirmed = (mentions.assertions == extract.code(Assertion.AFFIRMED.value)) & (mentions.concepts >= 0)
    placed, charted = facts.beside(documents.encounters, ~facts.of_substances)
    labeled = (labels.concepts >= 0) & (labels.counted > 0)
    found = np.concatenate(
        [
            documents.places[mentions.documents[affirmed]],
            placed,
            labels.documents[labeled].astype(np.int64),
        ]
    )
    having = np.concatenate(
        [
            ordinals[mentions.concepts[affirmed]].astype(np.int64),
            charted,
            labels.concepts[labeled].astype(np.int64),
        ]
    )
    return found, having


def _said(
    extract: Extract, documents: _Documents, ordinals: Int32, hierarchy: Hierarchy, are_allergies: NDArray[np.bool_], told: Pairs
) -> dict[str, ConceptTable]:
    """For each way of speaking of concepts: which documents mention which so, whoever read them.

    `told` are further allergies of documents; of concepts that `are_allergies` those of a denial are denied allergies too.
    """
    mentions, found = extract.mentions, {}
    for way, assertions in SAYING.items():
        said = np.isin(mentions.assertions, extract.codes(each.value for each in assertions))
        if way == NO_ALLERGY:
            denied = mentions.assertions == extract.code(Assertion.NEGATED.value)
            said |= denied & np.append(are_allergies, False)[ordinals[mentions.concepts]]
        if way == AFFIRMED:
            said &= ~_disputed(extract)
        said &= mentions.concepts >= 0
        mentioning, mentioned = documents.places[mentions.documents[said]], ordinals[mentions.concepts[said]]
        if way == ALLERGY:
            mentioning, mentioned = np.concatenate([mentioning, told[0]]), np.concatenate([mentioned, told[1]])
        found[way] = _table(mentioning, mentioned, documents, hierarchy)
    return found


def _disputed(extract: Extract) -> NDArray[np.bool_]:
    """Which mentions do not count as affirmed, because another reader says more of their words."""
    mentions, people = extract.mentions, extract.table(lambda source: source.startswith(HUMAN), extract.mentions.sources)
    by_readers = people[mentions.sources] == 0
    plain = by_readers & (mentions.assertions == extract.code(Assertion.AFFIRMED.value))
    otherwise = by_readers & np.isin(mentions.assertions, extract.codes(each.value for each in OTHERWISE))
    return disputed(mentions.documents, mentions.starts, mentions.stops, plain, otherwise)


def _allergies_told(
    db: sqlite3.Connection,
    extract: Extract,
    documents: _Documents,
    facts: CountedFacts,
    allergens: frozenset[str],
    having: Pairs,
    count: int,
) -> tuple[NDArray[np.bool_], Pairs]:
    """Which concepts are allergies; and (document, concept) of those that documents have, or whose substance their encounter charts."""
    are_allergies = named_allergies(db, extract, allergens, count)
    had, charted = are_allergies[having[1]], facts.beside(documents.encounters, facts.of_substances)
    return are_allergies, (np.concatenate([having[0][had], charted[0]]), np.concatenate([having[1][had], charted[1]]))


def _table(mentioning: NDArray[np.integer], mentioned: NDArray[np.integer], documents: _Documents, hierarchy: Hierarchy) -> ConceptTable:
    offsets, held = compress(mentioning, mentioned, documents.count)
    concept_offsets, holders = compress(held, np.repeat(np.arange(documents.count), np.diff(offsets)), hierarchy.concepts)
    return ConceptTable(offsets, held.astype(np.int32), concept_offsets, holders.astype(np.int32), documents.copies, hierarchy)


def _hierarchy(extract: Extract, ordinals: Int32, count: int, wider: list[tuple[int, int]]) -> Hierarchy:
    facts = extract.facts
    rows = np.flatnonzero((facts.relations == extract.code("broader")) & (facts.concepts >= 0))
    stated = np.stack([ordinals[facts.subjects[rows]], ordinals[facts.concepts[rows]]], axis=1)
    stated = stated[(stated >= 0).all(axis=1)].astype(np.int64)
    narrower, broader = np.concatenate([stated, np.asarray(wider, dtype=np.int64).reshape(-1, 2)]).T
    return build_hierarchy(narrower, broader, count)


def _ints(values: Iterable[int]) -> Int32:
    return np.asarray(values, dtype=np.int32)
