"""What publishing computes from the documents and facts of a generation: concepts and their names, code lists, counts, columns.

Everything is derived anew for every generation and depends on the content alone, not on the order in which it came.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import Hierarchy, build_hierarchy
from graph.vocabulary import local_name
from search.ages import ages
from search.charting import THING
from search.codings import derive_codings
from search.columns import SAYING, WAYS, Columns, day_interval
from search.concept_table import ConceptTable, Int32, Int64, compress, concept_counts, gather
from search.label_columns import LabelColumns, derive_labels
from search.result_columns import derive_results
from search.schema import DERIVED, DERIVED_TABLES, NOT_CHARTED
from search.wider import widen

CHARTED: Final = frozenset({"condition", "medication", "procedure", "allergy", "immunization"})
"""Relations of facts that describe a patient; observations and encounters are left out, being many and saying little."""


def derive(db: sqlite3.Connection, keys: list[bytes], has_vector: NDArray[np.bool_], terminologies: Iterable[Path] = ()) -> Columns:
    """Fill the derived tables of the catalog and return the columns. `keys` are those of the units by row, `terminologies` folders."""
    _make_tables(db)
    wider = widen(db, terminologies)
    concepts = _concepts(db)
    derive_codings(db, concepts, wider.same, wider.added)
    db.execute(_SOURCES)
    patients = _dictionary(db, "patient", _PATIENTS)
    datasets = _dictionary(db, "dataset", _ALL_DATASETS)
    types = _dictionary(db, "type", "SELECT DISTINCT type, type FROM documents ORDER BY 1")
    documents = _documents(db, datasets, types, patients)
    sexes, least_ages, greatest_ages = _people(db, documents, patients)
    facts = _counted_facts(db, documents.encounter_codes, patients, concepts)
    passage_documents, passage_units = _passages(db, keys, documents.places)
    unit_offsets, unit_documents = compress(passage_units, passage_documents, len(keys))
    labels = derive_labels(db, documents.places, concepts)
    document_offsets, document_concepts = compress(*_document_concepts(db, documents, facts, concepts, labels), documents.count)
    concept_offsets, concept_documents = compress(
        document_concepts, np.repeat(np.arange(documents.count), np.diff(document_offsets)), len(concepts)
    )
    hierarchy = _hierarchy(db, concepts, wider.ordinals(concepts))
    having = concept_counts(np.arange(documents.count), document_offsets, document_concepts.astype(np.int32), hierarchy)
    patient_offsets, patient_concepts = compress(facts.subjects[facts.charted], facts.concepts[facts.charted], len(patients))
    concept_patients = np.bincount(compress(facts.subjects, facts.concepts, len(patients))[1], minlength=len(concepts))
    _concept_counts(db, concept_patients, having, np.bincount(facts.concepts, minlength=len(concepts)))
    said = _said(db, documents, concepts, hierarchy)
    _said_counts(db, said, documents.count)
    _dataset_counts(db, datasets, documents.datasets[passage_documents], has_vector[passage_units])
    return Columns(
        rowids=documents.rowids,
        datasets=documents.datasets,
        types=documents.types,
        patients=documents.patients,
        first_days=documents.first_days,
        last_days=documents.last_days,
        sexes=sexes,
        least_ages=least_ages,
        greatest_ages=greatest_ages,
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
        results=derive_results(db, documents.places, concepts),
    )


def _make_tables(db: sqlite3.Connection) -> None:
    for table in DERIVED_TABLES:
        db.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in DERIVED.split(";"):
        db.execute(statement)


_PATIENTS = f"""
SELECT v.value, coalesce(p.label, (SELECT max(d.patient_label) FROM documents d WHERE d.patient = v.value)) FROM (
    SELECT coalesce(f.patient, d.patient) AS value FROM documents d
    LEFT JOIN (SELECT id, min(patient) AS patient FROM former GROUP BY id) f ON f.id = d.patient WHERE d.patient IS NOT NULL
    UNION SELECT id FROM patients
    UNION SELECT subject FROM facts WHERE relation NOT IN {NOT_CHARTED}) v
LEFT JOIN patients p ON p.id = v.value ORDER BY v.value
"""  # noqa: S608 - a fixed list

_ALL_DATASETS = """
SELECT dataset, dataset FROM (
    SELECT dataset FROM documents UNION SELECT dataset FROM patients UNION SELECT dataset FROM facts UNION SELECT dataset FROM uses)
ORDER BY 1
"""

_USES = """
SELECT concept, display, max(system), max(code), sum(uses) AS uses FROM uses GROUP BY concept, display
UNION ALL
SELECT concept, label, '', '', count(*) FROM (
    SELECT concept, label FROM facts WHERE concept IS NOT NULL AND concept NOT IN (SELECT concept FROM uses)
    UNION ALL SELECT concept, label FROM mentions WHERE concept IS NOT NULL AND concept NOT IN (SELECT concept FROM uses))
GROUP BY concept, label
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

_DATASETS = """
INSERT INTO datasets SELECT v.value, coalesce(d.documents, 0), 0, 0, coalesce(p.patients, 0), coalesce(f.facts, 0), coalesce(m.mentions, 0),
    d.first, d.last, coalesce(r.documents, 0), coalesce((SELECT substr(value, instr(value, ' ') + 1) FROM state
    WHERE name = 'lexicon ' || v.value), '')
FROM dictionary v
LEFT JOIN (SELECT dataset, count(*) AS documents, min(date) AS first, max(date) AS last FROM documents GROUP BY dataset) d
    ON d.dataset = v.value
LEFT JOIN (SELECT dataset, count(*) AS patients FROM patients GROUP BY dataset) p ON p.dataset = v.value
LEFT JOIN (SELECT dataset, count(*) AS facts
    FROM (SELECT dataset FROM facts WHERE relation <> 'record' GROUP BY dataset, {thing}) GROUP BY dataset) f ON f.dataset = v.value
LEFT JOIN (SELECT d.dataset, count(*) AS mentions FROM mentions m JOIN documents d ON d.row = m.document GROUP BY d.dataset) m
    ON m.dataset = v.value
LEFT JOIN (SELECT d.dataset, count(*) AS documents FROM documents d JOIN state s ON s.name = 'lexicon ' || d.dataset
    WHERE d.reading = substr(s.value, 1, instr(s.value, ' ') - 1) GROUP BY d.dataset) r ON r.dataset = v.value
WHERE v.field = 'dataset'
"""


_SOURCES: Final = """
INSERT INTO sources SELECT dataset, min(source), max(source) FROM (
    SELECT dataset, source FROM documents UNION ALL SELECT dataset, source FROM patients UNION ALL SELECT dataset, source FROM facts)
WHERE source <> '' GROUP BY dataset
"""
_BROADER: Final = "SELECT DISTINCT subject, concept FROM facts WHERE relation = 'broader' AND concept IS NOT NULL"


def _concepts(db: sqlite3.Connection) -> dict[str, int]:
    """Fill the tables of concepts and their names; concept → ordinal, in the order of their IRIs."""
    ordinals: dict[str, int] = {}

    def rows() -> Iterator[tuple[int, str, str, str, str, str]]:
        for concept, group in groupby(db.execute(_USES), key=itemgetter(0)):
            uses = list(group)
            code = uses[0][3] or local_name(concept)
            labels = list(dict.fromkeys(display for _, display, *_ in uses if display)) or [code]
            ordinals[concept] = len(ordinals)
            yield ordinals[concept], concept, uses[0][2], code, labels[0], json.dumps(labels[1:], ensure_ascii=False)

    db.executemany("INSERT INTO concepts (ordinal, concept, system, code, label, synonyms) VALUES (?, ?, ?, ?, ?, ?)", rows())
    db.execute(_NAMES)
    for index in ("name_words", "name_stems"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - names of this module
    return ordinals


def _dictionary(db: sqlite3.Connection, field: str, query: str) -> dict[str, int]:
    """Number the values of a field in their order; `query` selects value and label."""
    codes: dict[str, int] = {}

    def rows() -> Iterator[tuple[str, int, str, str]]:
        for value, label in db.execute(query):
            codes[value] = len(codes)
            yield field, codes[value], value, label or local_name(value)

    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", rows())
    return codes


@dataclass(frozen=True)
class _Documents:
    """The documents in their order. `places` maps rows of the catalog to places in it; `encounters` are codes by `encounter_codes`."""

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
    encounter_codes: dict[str, int]


def _documents(db: sqlite3.Connection, datasets: dict[str, int], types: dict[str, int], patients: dict[str, int]) -> _Documents:
    rowids = array("q")
    columns = [array("i") for _ in range(7)]
    encounters: dict[str, int] = {}
    copies: dict[tuple[int, int, bytes], int] = {}
    current = dict(db.execute("SELECT id, min(patient) FROM former GROUP BY id"))
    # Of a note and its copy in a report, which have one date, the note comes first: DocumentReference > DiagnosticReport.
    query = "SELECT row, dataset, type, patient, encounter, date, digest FROM documents ORDER BY date DESC, kind DESC, id"
    for row, dataset, type_, patient, encounter, date, digest in db.execute(query):
        rowids.append(row)
        place = datasets[dataset], -1 if patient is None else patients[current.get(patient, patient)]
        codes = (
            *place,
            types[type_],
            -1 if encounter is None else encounters.setdefault(encounter, len(encounters)),
            *day_interval(date),
            copies.setdefault((*place, digest), len(copies)),
        )
        for column, code in zip(columns, codes, strict=True):
            column.append(code)
    dataset_column, patient_column, type_column, encounter_column, first, last, copy = (_ints(column) for column in columns)
    rows = np.asarray(rowids, dtype=np.int64)
    places = np.full(int(rows.max(initial=0)) + 1, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    return _Documents(len(rows), rows, places, dataset_column, type_column, patient_column, encounter_column, first, last, copy, encounters)


def _people(db: sqlite3.Connection, documents: _Documents, patients: dict[str, int]) -> tuple[Int32, Int32, Int32]:
    """Sex, least and greatest age of the patient of each document."""
    sexes = _dictionary(db, "sex", "SELECT DISTINCT sex, sex FROM patients WHERE sex <> '' ORDER BY 1")
    # The last one is for documents without a patient, whose code is -1.
    known = np.full((len(patients) + 1, 3), (-1, 0, 0), dtype=np.int32)
    for patient, sex, born in db.execute("SELECT id, sex, born FROM patients"):
        known[patients[patient]] = sexes.get(sex, -1), *day_interval(born)
    sex, first, last = known[documents.patients].T
    return sex.copy(), *ages(first, last, documents.first_days, documents.last_days)


@dataclass(frozen=True)
class _Facts:
    """Counted facts with a concept, as codes; `encounters` is -1 where no document belongs to the encounter."""

    subjects: Int32
    concepts: Int32
    encounters: Int32
    charted: NDArray[np.bool_]


def _counted_facts(db: sqlite3.Connection, encounters: dict[str, int], patients: dict[str, int], concepts: dict[str, int]) -> _Facts:
    columns = [array("i") for _ in range(4)]
    subjects, codes, places, charted = columns
    query = "SELECT subject, concept, encounter, relation FROM facts WHERE counted AND concept IS NOT NULL AND relation <> 'label'"
    for subject, concept, encounter, relation in db.execute(query):
        subjects.append(patients[subject])
        codes.append(concepts[concept])
        places.append(encounters.get(encounter, -1))
        charted.append(relation in CHARTED)
    return _Facts(_ints(subjects), _ints(codes), _ints(places), _ints(charted).astype(np.bool_))


def _passages(db: sqlite3.Connection, keys: list[bytes], places: Int64) -> tuple[Int64, Int64]:
    """Document and unit of every passage that is a unit: those that only head or date what follows are none."""
    rows, digests = array("q"), bytearray()
    for row, key in db.execute("SELECT document, key FROM passages ORDER BY document, ordinal"):
        rows.append(row)
        digests += key
    # Byte strings of numpy compare like SQLite's blobs as long as all have one length.
    known, wanted = np.frombuffer(b"".join(keys), dtype="S16"), np.frombuffer(bytes(digests), dtype="S16")
    if not len(known):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    units = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    found = known[units] == wanted
    return places[np.asarray(rows, dtype=np.int64)[found]], units[found].astype(np.int64)


def _document_concepts(
    db: sqlite3.Connection, documents: _Documents, facts: _Facts, concepts: dict[str, int], labels: LabelColumns
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(document, concept) of affirmed mentions, counted facts of the document's encounter and labels of the item; pairs may repeat."""
    mentioning, mentioned = array("q"), array("i")
    for row, concept in db.execute("SELECT document, concept FROM mentions WHERE assertion = 'affirmed' AND concept IS NOT NULL"):
        mentioning.append(documents.places[row])
        mentioned.append(concepts[concept])
    known = facts.encounters >= 0
    offsets, charted = compress(facts.encounters[known], facts.concepts[known], len(documents.encounter_codes))
    placed = np.flatnonzero(documents.encounters >= 0)
    charting = documents.encounters[placed]
    labeled = (labels.concepts >= 0) & (labels.counted > 0)
    found = np.concatenate(
        [np.asarray(mentioning, dtype=np.int64), np.repeat(placed, np.diff(offsets)[charting]), labels.documents[labeled].astype(np.int64)]
    )
    having = np.concatenate(
        [
            _ints(mentioned).astype(np.int64),
            gather(offsets, charted.astype(np.int32), charting).astype(np.int64),
            labels.concepts[labeled].astype(np.int64),
        ]
    )
    return found, having


def _said(db: sqlite3.Connection, documents: _Documents, concepts: dict[str, int], hierarchy: Hierarchy) -> dict[str, ConceptTable]:
    """For each way of speaking of concepts: which documents mention which so, whoever read them."""
    ways = {assertion.value: way for way, assertions in SAYING.items() for assertion in assertions}
    rows = {way: (array("q"), array("i")) for way in SAYING}
    for row, concept, assertion in db.execute("SELECT document, concept, assertion FROM mentions WHERE concept IS NOT NULL"):
        if assertion in ways:
            mentioning, mentioned = rows[ways[assertion]]
            mentioning.append(documents.places[row])
            mentioned.append(concepts[concept])
    return {way: _table(np.asarray(by), np.asarray(of), documents, hierarchy) for way, (by, of) in rows.items()}


def _table(mentioning: NDArray[np.integer], mentioned: NDArray[np.integer], documents: _Documents, hierarchy: Hierarchy) -> ConceptTable:
    offsets, held = compress(mentioning, mentioned, documents.count)
    concept_offsets, holders = compress(held, np.repeat(np.arange(documents.count), np.diff(offsets)), hierarchy.concepts)
    return ConceptTable(offsets, held.astype(np.int32), concept_offsets, holders.astype(np.int32), documents.copies, hierarchy)


def _hierarchy(db: sqlite3.Connection, concepts: dict[str, int], wider: list[tuple[int, int]]) -> Hierarchy:
    stated = [(concepts[low], concepts[high]) for low, high in db.execute(_BROADER) if low in concepts and high in concepts]
    narrower, broader = np.asarray(stated + wider, dtype=np.int64).reshape(-1, 2).T
    return build_hierarchy(narrower, broader, len(concepts))


def _concept_counts(db: sqlite3.Connection, patients: Int64, documents: Int64, facts: Int64) -> None:
    rows = zip(patients.tolist(), documents.tolist(), facts.tolist(), range(len(documents)), strict=True)
    db.executemany("UPDATE concepts SET patients = ?, documents = ?, facts = ? WHERE ordinal = ?", rows)


def _said_counts(db: sqlite3.Connection, said: Mapping[str, ConceptTable], documents: int) -> None:
    """How many documents speak of each concept, or of something narrower, in another way than affirming it."""
    for way in WAYS:
        counts = said[way].counts(np.arange(documents))
        rows = ((int(counts[code]), code) for code in np.flatnonzero(counts).tolist())
        db.executemany(f"UPDATE concepts SET {way} = ? WHERE ordinal = ?", rows)  # noqa: S608 - names of columns


def _dataset_counts(db: sqlite3.Connection, codes: dict[str, int], datasets: Int32, has_vector: NDArray[np.bool_]) -> None:
    """Count what each dataset holds; `datasets` are those of the passages, one by one."""
    passages, embedded = (np.bincount(each, minlength=len(codes)) for each in (datasets, datasets[has_vector]))
    db.execute(_DATASETS.format(thing=THING))
    rows = ((int(passages[code]), int(embedded[code]), dataset) for dataset, code in codes.items())
    db.executemany("UPDATE datasets SET passages = ?, embedded = ? WHERE dataset = ?", rows)


def _ints(values: Iterable[int]) -> Int32:
    return np.asarray(values, dtype=np.int32)
