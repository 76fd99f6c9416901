"""What publishing computes from the documents and facts of a generation: concepts and their names, code lists, counts, columns.

Everything is derived anew for every generation, from arrays of the catalog's rows (search.columns.extract), and depends on the content
alone, not on the order in which it came.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import Hierarchy, build_hierarchy
from concepts.model import Assertion
from graph.vocabulary import local_name
from search.columns.ages import ages
from search.columns.allergens import derive_allergens, named_allergies
from search.columns.codings import derive_codings
from search.columns.concepts import ConceptTable, Int32, Int64, compress, concept_counts
from search.columns.counted_facts import CountedFacts, Pairs, counted_facts
from search.columns.disputes import HUMAN, OTHERWISE, disputed
from search.columns.documents import AFFIRMED, ALLERGY, NO_ALLERGY, SAYING, Columns, day_interval
from search.columns.extract import Extract
from search.columns.kept import MEASURED, SAID, Earlier
from search.columns.labels import LabelColumns, derive_labels
from search.columns.ordered import Documents, as_before, current_patients, order_documents
from search.columns.results import UNIT, ResultColumns, derive_results
from search.columns.tallies import count_concepts, count_datasets, count_said
from search.columns.therapies import classify
from search.columns.wider import widen
from search.tables.schema import DERIVED, DERIVED_TABLES, NAMED, NAMED_TABLES, NOT_CHARTED
from search.tables.words_of_records import leading, words_of_records


def derive(
    db: sqlite3.Connection,
    extract: Extract,
    keys: list[bytes],
    has_vector: NDArray[np.bool_],
    terminologies: Iterable[Path] = (),
    earlier: Earlier | None = None,
) -> Columns:
    """Fill the derived tables of the catalog and return the columns.

    `extract` is that of the catalog, whose names are counted (search.columns.called); `keys` are those of the units by row,
    `terminologies` folders. What depends on documents, texts and people alone is taken from an `earlier` generation that has the same.

    Longer than most because it names every column once.
    """
    _make_tables(db, DERIVED_TABLES, DERIVED)
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
    kept = earlier if earlier is not None and earlier.numbers(patient=patients, dataset=datasets, type=types) else None
    alike = kept if kept is not None and kept.names(concepts) else None
    documents = as_before(extract, kept.columns) if kept else order_documents(db, extract, datasets, types, patients)
    facts = counted_facts(extract, patients, ordinals, allergens)
    units = _units(extract, keys, documents, has_vector, datasets, kept)
    labels = derive_labels(db, extract, documents.places, ordinals)
    document_offsets, document_concepts = compress(*_document_concepts(extract, documents, facts, ordinals, labels), documents.count)
    holders = np.repeat(np.arange(documents.count), np.diff(document_offsets))
    concept_offsets, concept_documents = compress(document_concepts, holders, len(concepts))
    hierarchy = _hierarchy(extract, ordinals, len(concepts), wider.ordinals(concepts))
    having = np.diff(concept_offsets)
    if hierarchy.stated:
        having = concept_counts(np.arange(documents.count), document_offsets, document_concepts.astype(np.int32), hierarchy)
    patient_offsets, patient_concepts = compress(facts.subjects[facts.charted], facts.concepts[facts.charted], len(patients))
    allergy_offsets, allergies = compress(facts.subjects[facts.allergies], facts.concepts[facts.allergies], len(patients))
    had = ~facts.of_substances
    concept_patients = np.bincount(compress(facts.subjects[had], facts.concepts[had], len(patients))[1], minlength=len(concepts))
    count_concepts(db, concept_patients, having, np.bincount(facts.concepts, minlength=len(concepts)))
    allergies_of = _allergies_told(db, extract, documents, facts, allergens, (holders, document_concepts), len(concepts))
    said = _said(extract, documents, ordinals, hierarchy, *allergies_of, alike)
    count_said(db, said, documents.count)
    count_datasets(db, extract, datasets, units.passages, units.embedded)
    return Columns(
        rowids=documents.rowids,
        datasets=documents.datasets,
        types=documents.types,
        patients=documents.patients,
        first_days=documents.first_days,
        last_days=documents.last_days,
        **_people(db, documents, patients, kept),
        copies=documents.copies,
        unit_keys=np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 16),
        unit_offsets=units.offsets,
        unit_documents=units.documents,
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
        results=_results(db, extract, documents, ordinals, len(concepts), alike),
    )


def _make_tables(db: sqlite3.Connection, tables: Iterable[str], statements: str) -> None:
    for table in tables:
        db.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in statements.split(";"):
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


def _patients(db: sqlite3.Connection, extract: Extract) -> dict[str, int]:
    """Number everybody who is described, whom a document is about, or of whom something is charted, and enter them in the dictionary."""
    documents, current = extract.documents, current_patients(db)
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
    """Fill the tables of concepts and their names, unless they hold just these; concept → ordinal, in the order of their IRIs."""
    _unstated(db, extract)
    words = words_of_records(db)
    rows: list[tuple[int, str, str, str, str, str]] = []
    for concept, group in groupby(db.execute(_USES), key=itemgetter(0)):
        uses = list(group)
        code = uses[0][3] or local_name(concept)
        labels = leading(words.get(concept, ""), dict.fromkeys(display for _, display, *_ in uses if display)) or [code]
        rows.append((len(rows), concept, uses[0][2], code, labels[0], json.dumps(labels[1:], ensure_ascii=False)))
    if not _are_named(db, rows):
        _make_tables(db, NAMED_TABLES, NAMED)
        db.executemany("INSERT INTO concepts (ordinal, concept, system, code, label, synonyms) VALUES (?, ?, ?, ?, ?, ?)", rows)
        db.execute(_NAMES)
        for index in ("name_words", "name_stems"):
            db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - names of this module
    return {concept: ordinal for ordinal, concept, *_ in rows}


def _are_named(db: sqlite3.Connection, rows: list[tuple[int, str, str, str, str, str]]) -> bool:
    """Whether the tables of the generation before have the same concepts under the same names."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'concepts'").fetchone():
        return False
    return db.execute("SELECT ordinal, concept, system, code, label, synonyms FROM concepts ORDER BY ordinal").fetchall() == rows


def _dictionary(db: sqlite3.Connection, field: str, values: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Number the values of a field, which come in their order with their labels."""
    codes: dict[str, int] = {}

    def rows() -> Iterator[tuple[str, int, str, str]]:
        for value, label in values:
            codes[value] = len(codes)
            yield field, codes[value], value, label or local_name(value)

    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", rows())
    return codes


def _people(db: sqlite3.Connection, documents: Documents, patients: dict[str, int], kept: Earlier | None) -> dict[str, Int32]:
    """Sex, least and greatest age of the patient of each document."""
    if kept is not None:
        _dictionary(db, "sex", _twice(kept.values.get("sex", ())))
        return {name: getattr(kept.columns, name) for name in ("sexes", "least_ages", "greatest_ages")}
    known = db.execute("SELECT DISTINCT sex FROM patients WHERE sex <> '' ORDER BY 1").fetchall()
    sexes = _dictionary(db, "sex", _twice(sex for (sex,) in known))
    # The last one is for documents without a patient, whose code is -1.
    described = np.full((len(patients) + 1, 3), (-1, 0, 0), dtype=np.int32)
    for patient, sex, born in db.execute("SELECT id, sex, born FROM patients"):
        described[patients[patient]] = sexes.get(sex, -1), *day_interval(born)
    sex, first, last = described[documents.patients].T
    least, greatest = ages(first, last, documents.first_days, documents.last_days)
    return {"sexes": sex.copy(), "least_ages": least, "greatest_ages": greatest}


@dataclass(frozen=True)
class _Units:
    """The documents of each unit, and of each dataset how many passages there are and how many of them have a vector."""

    offsets: Int64
    documents: Int64
    passages: list[int]
    embedded: list[int]


def _units(
    extract: Extract,
    keys: list[bytes],
    documents: Documents,
    has_vector: NDArray[np.bool_],
    datasets: dict[str, int],
    kept: Earlier | None,
) -> _Units:
    if kept is not None and (has_vector.all() or not has_vector.any()):
        passages = [kept.passages[dataset] for dataset in datasets]
        none = [0] * len(passages)
        return _Units(kept.columns.unit_offsets, kept.columns.unit_documents, passages, passages if has_vector.any() else none)
    places, units = _passages(extract, keys, documents.places)
    of_datasets = documents.datasets[places]
    passages, embedded = (np.bincount(each, minlength=len(datasets)).tolist() for each in (of_datasets, of_datasets[has_vector[units]]))
    return _Units(*compress(units, places, len(keys)), passages, embedded)


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
    extract: Extract, documents: Documents, facts: CountedFacts, ordinals: Int32, labels: LabelColumns
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
    extract: Extract,
    documents: Documents,
    ordinals: Int32,
    hierarchy: Hierarchy,
    are_allergies: NDArray[np.bool_],
    told: Pairs,
    alike: Earlier | None,
) -> dict[str, ConceptTable]:
    """For each way of speaking of concepts: which documents mention which so, whoever read them.

    `told` are further allergies of documents; of concepts that `are_allergies` those of a denial are denied allergies too. An earlier
    generation whose texts speak `alike` has most of it.
    """
    mentions, found = extract.mentions, {}
    for way, assertions in SAYING.items():
        if alike is not None and way in SAID:
            found[way] = replace(alike.columns.said[way], copies=documents.copies, hierarchy=hierarchy)
            continue
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
    documents: Documents,
    facts: CountedFacts,
    allergens: frozenset[str],
    having: Pairs,
    count: int,
) -> tuple[NDArray[np.bool_], Pairs]:
    """Which concepts are allergies; and (document, concept) of those that documents have, or whose substance their encounter charts."""
    are_allergies = named_allergies(db, extract, allergens, count)
    had, charted = are_allergies[having[1]], facts.beside(documents.encounters, facts.of_substances)
    return are_allergies, (np.concatenate([having[0][had], charted[0]]), np.concatenate([having[1][had], charted[1]]))


def _table(mentioning: NDArray[np.integer], mentioned: NDArray[np.integer], documents: Documents, hierarchy: Hierarchy) -> ConceptTable:
    offsets, held = compress(mentioning, mentioned, documents.count)
    concept_offsets, holders = compress(held, np.repeat(np.arange(documents.count), np.diff(offsets)), hierarchy.concepts)
    return ConceptTable(offsets, held.astype(np.int32), concept_offsets, holders.astype(np.int32), documents.copies, hierarchy)


def _results(
    db: sqlite3.Connection, extract: Extract, documents: Documents, ordinals: Int32, count: int, alike: Earlier | None
) -> ResultColumns:
    if alike is None or MEASURED in alike.relations:
        return derive_results(db, extract, documents.places, ordinals, count)
    _dictionary(db, UNIT, _twice(alike.values.get(UNIT, ())))
    return alike.columns.results


def _hierarchy(extract: Extract, ordinals: Int32, count: int, wider: list[tuple[int, int]]) -> Hierarchy:
    facts = extract.facts
    rows = np.flatnonzero((facts.relations == extract.code("broader")) & (facts.concepts >= 0))
    stated = np.stack([ordinals[facts.subjects[rows]], ordinals[facts.concepts[rows]]], axis=1)
    stated = stated[(stated >= 0).all(axis=1)].astype(np.int64)
    narrower, broader = np.concatenate([stated, np.asarray(wider, dtype=np.int64).reshape(-1, 2)]).T
    return build_hierarchy(narrower, broader, count)


def _ints(values: Iterable[int]) -> Int32:
    return np.asarray(values, dtype=np.int32)
