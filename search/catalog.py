"""The documents, facts, patients and concepts of one generation, read from its `catalog.sqlite`.

It never changes once it is published, so it is opened without locks (search.tables.catalog_file), by any number of threads and processes.

Longer than most because every question of the protocol is a short method here.
"""

import json
import sqlite3
import weakref
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from concepts.hierarchy import Hierarchy, no_hierarchy
from concepts.model import READ, Assertion, Mention
from graph.vocabulary import RELATION_GROUPS
from search.columns.codings import Codings
from search.columns.documents import WAYS
from search.errors import GenerationUnreadable
from search.model import (
    ConceptStanding,
    ConceptSummary,
    DatasetSummary,
    Document,
    DocumentSummary,
    Fact,
    FormerPatient,
    PassageSpan,
    PatientOverview,
    PatientSummary,
    Surroundings,
)
from search.tables import charting, naming
from search.tables.connections import Connections, padded
from search.tables.coverage import Coverage, read_coverage
from search.tables.found import FoundDocument, MentionedConcept
from search.tables.held import Column, documents_of, patients_of, places_of
from search.tables.patients import PATIENT, known_as, read_former, read_overviews, with_concept
from search.tables.placing import PLACED, place_sources, read_places, relative_source
from search.tables.schema import FORMAT, NUMBER
from search.tables.standings import (
    FACTS_OF_RECORDS,
    UNCOUNTED_ALONE,
    UNCOUNTED_AMONG,
    assertions_of,
    count_uncounted,
    standing_of,
    without_counted,
)

_PATIENT_LABEL = "coalesce((SELECT p.label FROM patients p WHERE p.id = patient), patient_label)"
"""A patient's own record knows the name best; documents repeat what the reference to it says, if anything."""

_DOCUMENT = (
    f"row, run, id, record, dataset, kind, type, title, patient, {_PATIENT_LABEL}, encounter, date, dated, status, media_type,"
    f" {PLACED}, line"
)
_SUMMARY = f"id, title, dataset, kind, type, date, dated, patient, {_PATIENT_LABEL}, encounter"
_NEWEST_FIRST = "date DESC, kind DESC, id"
_FACT = (
    "record, dataset, subject, relation, concept, label, start, stop, value, number, unit, status, assertion, counted, encounter,"
    f" {PLACED}, line, job, agent, attributes, comparator, category, setting, answer, recorded, started, supply, canonical, canonical_unit,"
    " ucum, interpretation, intent, stated, performer, location"
)
_FACT_ORDER = "start IS NULL, start, record, fact"
_CONCEPT = f"concept, system, code, label, synonyms, patients, documents, facts, {', '.join(WAYS)}"
_CONCEPTS_AT_ONCE: Final = 500
_MOST_HELD: Final = 100_000
"""Values of a field that are kept in memory, about 200 bytes each."""
_GROUPS: Final = ", ".join(f"'{group}'" for group in sorted({*RELATION_GROUPS.values(), "observation"}))


class SqliteCatalog:
    """`search.protocols.Catalog` over one file. Connections are pooled, and closed with it: by close(), or when nothing refers to it."""

    def __init__(self, path: Path, hierarchy: Hierarchy | None = None) -> None:
        """Open the catalog at `path`, whose concepts are as `hierarchy` has them.

        Raises GenerationUnreadable where there is none or it is of another format.
        """
        self._hierarchy = hierarchy or no_hierarchy()
        self._places: dict[str, dict[str, str]] = {}
        pool = Connections(path, partial(place_sources, places=self._places))
        # Connections refer to themselves (their cache of statements): without this they would stay open until a garbage collection.
        self._release = weakref.finalize(self, pool.close)
        self._all = pool.rows
        self._overviews: tuple[PatientOverview, ...] | None = None
        self._former: dict[str, FormerPatient] | None = None
        self._coverage: tuple[Coverage, ...] | None = None
        self._codings = Codings(self._all)
        self._values: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
        self._groups: dict[str, str] = {}
        """Concept → as what it is charted, '' if never: of a label, all its facts would be read to find that out."""
        try:
            with pool.one() as db:
                (version,) = db.execute("PRAGMA user_version").fetchone()
                db.execute("SELECT 1 FROM datasets").fetchone()
                self._places.update(read_places(db))
                numbers = db.execute("SELECT value FROM state WHERE name = ?", (NUMBER,)).fetchone()
        except sqlite3.Error as error:
            raise GenerationUnreadable(f"the catalog {path} cannot be read ({error}); ingest again to rebuild the generation") from error
        if version != FORMAT:
            raise GenerationUnreadable(f"the catalog {path} has format {version}, this version reads {FORMAT}; ingest again to rebuild it")

        self.generation: int = numbers[0] if numbers is not None else 0
        """The number of the generation whose catalog it is."""

    def close(self) -> None:
        """Release the file. A request that still runs keeps its own connection to its end."""
        self._release()

    # --- what pages ask (search.protocols.Catalog) ---

    def document(self, document: str) -> Document | None:
        """One document with its text, passages and mentions."""
        row = self.row_of(document)
        if row is None:
            return None
        found = self.found_documents((row,))[row].document
        mentions = self._all(
            "SELECT id, start, stop, text, concept, label, assertion, score, concept_score, source, cue, section, value, unit"
            " FROM mentions WHERE document = ?"
            " ORDER BY start, stop, id",
            (row,),
        )
        return replace(found, mentions=tuple(map(_mention, mentions)))

    def documents_of_record(self, record: str) -> tuple[DocumentSummary, ...]:
        """The documents that a record carries."""
        return self._summaries("record = ? ORDER BY id", (record,))

    def documents_of_patient(self, patient: str, limit: int = 1000, offset: int = 0) -> tuple[DocumentSummary, ...]:
        """A patient's documents, newest first."""
        own = [patient, *(one.id for one in self.former_patients(patient))]
        return self._summaries(f"patient IN ({_marks(own)}) ORDER BY {_NEWEST_FIRST} LIMIT ? OFFSET ?", (*own, limit, offset))

    def documents_of_encounter(self, encounter: str) -> tuple[DocumentSummary, ...]:
        """An encounter's documents, newest first."""
        return self._summaries(f"encounter = ? ORDER BY {_NEWEST_FIRST}", (encounter,))

    def facts_of_patient(self, patient: str, limit: int = 5000, offset: int = 0) -> tuple[Fact, ...]:
        """A patient's facts, oldest first (undated last), counted or not."""
        return self._facts(f"subject = ? ORDER BY {_FACT_ORDER} LIMIT ? OFFSET ?", (patient, limit, offset))

    def facts_of_encounter(self, encounter: str) -> tuple[Fact, ...]:
        """The facts charted in an encounter, oldest first."""
        return self._facts(f"encounter = ? ORDER BY {_FACT_ORDER}", (encounter,))

    def uncounted(self, records: Sequence[str]) -> dict[str, Fact]:
        """Record → what it says, for those of the records of which nothing counts as true of the patient."""
        records = padded(records)
        suspects = [record for (record,) in self._all(UNCOUNTED_AMONG.format(_marks(records)), records)]
        return without_counted(self._facts(FACTS_OF_RECORDS.format(_marks(suspects)), suspects)) if suspects else {}

    def codings(self, records: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Record → its concepts, for those of the records that chart one thing with several codes."""
        return self._codings.of_records(records)

    def uncounted_with(self, concept: str, kind: str) -> int:
        """How many records of a kind chart the concept in a way that does not count."""
        return count_uncounted(self._all, concept, kind)

    def only_uncounted(self, concept: str, limit: int = 50) -> tuple[Fact, ...]:
        """Patients who have the concept charted, but never so that it counts (refuted, a relative's …): the first such fact of each."""
        return tuple(self._facts(UNCOUNTED_ALONE, (concept, limit)))

    def assertions(self, mentions: Sequence[str]) -> dict[str, Assertion]:
        """Mention → what its text asserts, for those of the mentions that a document holds."""
        return assertions_of(self._all, mentions)

    def charted(self, field: str, value: str, limit: int, offset: int = 0) -> tuple[tuple[Fact, ...], ...]:
        """Things charted in a dataset or coded by a concept (`field`), newest first, or of a patient, oldest first: the facts of each."""
        return charting.things_of(self._all, self._facts, field, value, limit, offset)

    def count_charted(self, field: str, value: str) -> int:
        """How many things are charted in a dataset or of a patient, or coded by a concept."""
        return charting.count_things(self._all, field, value)

    def mentions(self, dataset: str, limit: int, offset: int = 0) -> tuple[tuple[str, Mention], ...]:
        """Mentions of a dataset, each with its document, in their order."""
        rows = self._all(charting.MENTIONS, (dataset, limit, offset))
        return tuple((document, _mention(row)) for document, *row in rows)

    def patient(self, patient: str) -> PatientSummary | None:
        """Who a patient is; by the IRI of a record that another one replaced, who took its place."""
        current = known_as(patient, self._replaced())
        rows = self._all(f"SELECT {PATIENT} FROM patients WHERE id = ?", (current,))  # noqa: S608 - column names
        return PatientSummary(*rows[0]) if rows else None

    def patients(self, dataset: str | None = None, limit: int = 50, offset: int = 0) -> tuple[PatientSummary, ...]:
        """Patients by label."""
        where, values = ("", ()) if dataset is None else ("WHERE dataset = ?", (dataset,))
        rows = self._all(f"SELECT {PATIENT} FROM patients {where} ORDER BY label, id LIMIT ? OFFSET ?", (*values, limit, offset))  # noqa: S608
        return tuple(PatientSummary(*row) for row in rows)

    def former_patients(self, patient: str) -> tuple[FormerPatient, ...]:
        """The records of a patient that were merged into this one, by label."""
        return tuple(one for one in self._replaced().values() if one.patient == patient)

    def former_patient(self, record: str) -> FormerPatient | None:
        """Who took the place of a record of a person; None where it was not replaced."""
        return self._replaced().get(record)

    def patient_overviews(self) -> tuple[PatientOverview, ...]:
        """All patients with what is charted of them, by label; read once, as the catalog never changes."""
        if self._overviews is None:
            self._overviews = read_overviews(self._all, self._replaced().values())
        return self._overviews

    def concept(self, concept: str) -> ConceptSummary | None:
        """One concept and how widely it is used."""
        rows = self._all(f"SELECT {_CONCEPT} FROM concepts WHERE concept = ?", (concept,))  # noqa: S608 - column names
        return _concept_summary(rows[0]) if rows else None

    def concept_standing(self, concept: str) -> ConceptStanding:
        """How a concept, with its codings and everything narrower, is charted and meant in texts; nothing of one that is not there."""
        return standing_of(self._all, concept, self._meant(concept), self._known_as)

    def documents_standing(self, concept: str, column: Column, limit: int, offset: int = 0) -> tuple[DocumentSummary, ...]:
        """The documents behind a number of the concept's standing, newest first."""
        return self.summaries(documents_of(self._all, self._meant(concept), column, limit, offset))

    def places_standing(self, concept: str, column: Column, documents: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Of documents behind a number of the concept's standing: where each first says so; those that a visit brings are left out."""
        return places_of(self._all, self._meant(concept), column, documents)

    def patients_standing(self, concept: str, column: Column, limit: int, offset: int = 0) -> tuple[PatientSummary, ...]:
        """The patients behind a number of the concept's standing, by label; those that no record describes by their id, last."""
        return patients_of(self._all, self._meant(concept), column, self._known_as, limit, offset)

    def surroundings(self, concept: str, limit: int = 50) -> Surroundings:
        """The codings of a concept and its direct neighbours in the hierarchy; nothing of one that is not there."""
        codes, broader, narrower = self._hierarchy.around(self._alike(concept))
        return Surroundings(self._concepts(codes), self._concepts(broader), self._concepts(narrower, limit), len(narrower))

    def suggest_concepts(self, text: str, limit: int = 10) -> tuple[ConceptSummary, ...]:
        """Concepts with a label or synonym in which every word of `text` begins a word, or whose code is `text`; most used first."""
        query, given = naming.beginning(text)
        rows = self._all(
            f"SELECT {_CONCEPT} FROM concepts WHERE ordinal IN ({query})"  # noqa: S608 - column names
            f" ORDER BY patients DESC, documents DESC, facts DESC, {' + '.join(WAYS)} DESC,"
            " label, concept LIMIT ?",
            (*given, limit),
        )
        return tuple(_concept_summary(row) for row in rows)

    def concepts_beginning(self, text: str) -> list[int]:
        """The ordinals of all concepts that `suggest_concepts` would name."""
        return [ordinal for (ordinal,) in self._all(*naming.beginning(text))]

    def patients_with_concept(self, concept: str, limit: int = 50, offset: int = 0) -> tuple[PatientSummary, ...]:
        """Patients who have the concept charted as a counted fact, by label (those that no Patient record describes by their id)."""
        return with_concept(self._all, concept, limit, offset)

    def datasets(self) -> tuple[DatasetSummary, ...]:
        """What the generation holds, by dataset name."""
        rows = self._all(
            "SELECT dataset, documents, passages, embedded, patients, facts, mentions, first_date, last_date, read, lexicon"
            " FROM datasets ORDER BY dataset"
        )
        return tuple(DatasetSummary(*row) for row in rows)

    def things(self) -> dict[int, tuple[int, ...]]:
        """Of concepts that are codings of one thing, by ordinal: all of them. A generation of an earlier version knows none."""
        return self._codings.things

    def coded_alike(self, concept: str) -> tuple[ConceptSummary, ...]:
        """The codings of the thing that a concept is one of, SNOMED CT's first; the concept alone where it is the only one."""
        codes = self._alike(concept)
        values = self.values("concept", codes)
        return tuple(found for code in codes if (found := self.concept(values[code][0])) is not None)

    def coverage(self) -> tuple[Coverage, ...]:
        """How far the records of each dataset reach, by name; read once, as the catalog never changes."""
        if self._coverage is None:
            self._coverage = read_coverage(self._all)
        return self._coverage

    def relative_source(self, dataset: str, source: str) -> str:
        """What a source is called: the name of the folder that it came from, and the path from there."""
        return relative_source(self._places, dataset, source)

    def documents_by_type(self, kind: str) -> dict[tuple[str, str], int]:
        """(dataset, type) → how many documents of records of a kind; reads every document."""
        rows = self._all(
            "SELECT dataset, type, count(*) FROM documents WHERE kind = ? GROUP BY dataset, type ORDER BY dataset, type", (kind,)
        )
        return {(dataset, type_): count for dataset, type_, count in rows}

    # --- what the retriever asks: point reads by row and code ---

    def found_documents(self, rows: Sequence[int]) -> dict[int, FoundDocument]:
        """Documents by their rows in the catalog, with texts and passages but without mentions."""
        marks = _marks(rows)
        passages: dict[int, list[PassageSpan]] = {row: [] for row in rows}
        for row, *span in self._all(
            f"SELECT document, start, stop, section, key FROM passages WHERE document IN ({marks}) ORDER BY document, ordinal",  # noqa: S608
            rows,
        ):
            passages[row].append(PassageSpan(*span))
        texts = self.texts(rows)
        found = {}
        query = f"SELECT {_DOCUMENT} FROM documents WHERE row IN ({marks})"  # noqa: S608 - column names and marks
        for row, run, *before, patient, label, encounter, date, dated, status, media_type, source, line in self._all(query, rows):
            after = patient, label, encounter, date, dated, status, media_type, source, line, tuple(passages[row])
            found[row] = FoundDocument(Document(*(*before, texts[row], *after)), run)
        return found

    def texts(self, rows: Sequence[int]) -> dict[int, str]:
        """The texts of documents by their rows in the catalog."""
        return dict(self._all(f"SELECT row, text FROM texts WHERE row IN ({_marks(rows)})", rows))  # noqa: S608 - only marks

    def row_of(self, document: str) -> int | None:
        """The row of a document."""
        rows = self._all("SELECT row FROM documents WHERE id = ?", (document,))
        return rows[0][0] if rows else None

    def summaries(self, rows: Sequence[int]) -> tuple[DocumentSummary, ...]:
        """Documents by their rows in the catalog, newest first."""
        return self._summaries(f"row IN ({_marks(rows)}) ORDER BY {_NEWEST_FIRST}", rows)

    def titles_and_types(self, rows: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Title and type of documents, by their rows in the catalog."""
        found = self._all(f"SELECT row, title, type FROM documents WHERE row IN ({_marks(rows)})", rows)  # noqa: S608 - only marks
        return {row: (title, kind) for row, title, kind in found}

    def mentioned_concepts(self, rows: Sequence[int]) -> dict[int, list[MentionedConcept]]:
        """For documents by their rows in the catalog: the concepts they mention, in order of first mention, each assertion apart."""
        found: dict[int, list[MentionedConcept]] = {row: [] for row in rows}
        # With min() the other columns are those of the row that has it: https://sqlite.org/lang_select.html#bareagg
        for row, concept, label, assertion, mention, start in self._all(
            "SELECT document, concept, label, assertion, id, min(start) AS first FROM mentions"  # noqa: S608 - only marks
            f" WHERE document IN ({_marks(rows)}) AND concept IS NOT NULL GROUP BY document, concept, assertion"
            " ORDER BY document, first, concept",
            rows,
        ):
            found[row].append(MentionedConcept(concept, label, Assertion(assertion), mention, start))
        return found

    def mention_spans(self, rows: Sequence[int]) -> list[tuple[int, int, int, int, Assertion, str, str]]:
        """(row, start, end, ordinal of the concept, assertion, trigger, source) of the mentions of documents by their rows."""
        rows = padded(rows)
        query = (
            "SELECT m.document, m.start, m.stop, c.ordinal, m.assertion, m.cue, m.source FROM mentions m"  # noqa: S608 - only marks
            f" JOIN concepts c ON c.concept = m.concept WHERE m.document IN ({_marks(rows)}) ORDER BY m.document, m.start"
        )
        return [(*row, Assertion(assertion), trigger, source) for *row, assertion, trigger, source in self._all(query, rows)]

    def family_mentions(self, concepts: Sequence[int]) -> list[tuple[int, str]]:
        """(row, trigger) of the mentions of concepts, by their ordinals, that our reading says of relatives."""
        found: list[tuple[int, str]] = []
        for start in range(0, len(concepts), _CONCEPTS_AT_ONCE):
            some = padded(concepts[start : start + _CONCEPTS_AT_ONCE])
            query = (
                "SELECT m.document, m.cue FROM concepts c CROSS JOIN mentions m ON m.concept = c.concept"  # noqa: S608 - only marks
                f" WHERE c.ordinal IN ({_marks(some)}) AND m.assertion = ? AND m.source = ?"
            )
            found += self._all(query, (*some, Assertion.FAMILY.value, READ))
        return found

    def codes(self, field: str, values: Sequence[str]) -> list[int]:
        """Codes of the values of a field ('dataset', 'patient', 'type', 'concept'), ascending; unknown values are left out.

        A record of a patient that another one replaced stands for the patient.
        """
        if field == "patient":
            values = [known_as(value, self._replaced()) for value in values]
        values = padded(values)
        if field == "concept":
            rows = self._all(f"SELECT ordinal FROM concepts WHERE concept IN ({_marks(values)}) ORDER BY ordinal", values)  # noqa: S608
        else:
            query = f"SELECT code FROM dictionary WHERE field = ? AND value IN ({_marks(values)}) ORDER BY code"  # noqa: S608 - only marks
            rows = self._all(query, (field, *values))
        return [code for (code,) in rows]

    def values(self, field: str, codes: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Value and label of codes of a field."""
        held = self._values[field]
        found = {code: held[code] for code in codes if code in held}
        if len(found) < len(codes) and (absent := padded([code for code in codes if code not in found])):
            if field == "concept":
                rows = self._all(f"SELECT ordinal, concept, label FROM concepts WHERE ordinal IN ({_marks(absent)})", absent)  # noqa: S608
            else:
                query = f"SELECT code, value, label FROM dictionary WHERE field = ? AND code IN ({_marks(absent)})"  # noqa: S608 - only marks
                rows = self._all(query, (field, *absent))
            read = {code: (value, label) for code, value, label in rows}
            if len(held) > _MOST_HELD:
                held.clear()
            held.update(read)
            found.update(read)
        return found

    def concepts_named(self, words: Iterable[str], limit: int = 60) -> dict[str, float]:
        """Concepts with a name that has some of the words (stemmed) → how well it matches: 1 for the best, none below a half."""
        return naming.concepts_named(self._all, words, limit)

    def records_charting(self, encounters: Sequence[str], concepts: Sequence[str]) -> list[str]:
        """Records of the encounters that chart one of the concepts as a counted fact."""
        if not encounters or not concepts:
            return []
        encounters, concepts = padded(encounters), padded(concepts)
        rows = self._all(
            f"SELECT DISTINCT record FROM facts WHERE encounter IN ({_marks(encounters)}) AND +concept IN ({_marks(concepts)})"  # noqa: S608
            " AND +counted ORDER BY record",
            (*encounters, *concepts),
        )
        return [record for (record,) in rows]

    def concept_patients(self, concepts: Sequence[str]) -> dict[str, int]:
        """Concept → how many patients have it charted; unknown concepts are left out."""
        concepts = padded(concepts)
        return dict(self._all(f"SELECT concept, patients FROM concepts WHERE concept IN ({_marks(concepts)})", concepts))  # noqa: S608

    def groups_of(self, concepts: Sequence[str]) -> dict[str, str]:
        """Concept → as what it is charted: 'condition', 'medication' …; those that are never charted are left out."""
        query = f"SELECT relation FROM facts WHERE concept = ? AND counted AND concept IS NOT NULL AND relation IN ({_GROUPS}) LIMIT 1"  # noqa: S608
        for concept in concepts:
            if concept not in self._groups:
                self._groups[concept] = next((relation for (relation,) in self._all(query, (concept,))), "")
        return {concept: group for concept in concepts if (group := self._groups[concept])}

    def leads(self, concepts: Iterable[str], patients: Sequence[str]) -> dict[str, str]:
        """Concept → the concept it stands behind in the charts of the patients, of the concepts that have any; see search.codings."""
        return self._codings.leads(concepts, patients)

    # --- helpers ---

    def _summaries(self, where: str, values: Sequence[Any]) -> tuple[DocumentSummary, ...]:
        rows = self._all(f"SELECT {_SUMMARY} FROM documents WHERE {where}", values)  # noqa: S608 - fixed clauses of this module
        return tuple(DocumentSummary(*row) for row in rows)

    def _facts(self, where: str, values: Sequence[Any]) -> tuple[Fact, ...]:
        rows = self._all(f"SELECT {_FACT} FROM facts WHERE {where}", values)  # noqa: S608 - fixed clauses of this module
        return tuple(Fact(*(*row[:12], Assertion(row[12]), bool(row[13]), *row[14:])) for row in rows)

    def _alike(self, concept: str) -> list[int]:
        """The ordinals of the codings of the thing that a concept is one of."""
        return [each for code in self.codes("concept", (concept,)) for each in self.things().get(code, (code,))]

    def _meant(self, concept: str) -> list[int]:
        """The ordinals of a concept with its codings and everything narrower."""
        alike = self._alike(concept)
        return self._hierarchy.with_narrower(alike).tolist() if self._hierarchy.stated else alike

    def _concepts(self, ordinals: Sequence[int], limit: int = 1000) -> tuple[ConceptSummary, ...]:
        """Concepts by their ordinals, the most used first."""
        rows = self._all(
            f"SELECT {_CONCEPT} FROM concepts WHERE ordinal IN (SELECT value FROM json_each(?))"  # noqa: S608 - column names
            " ORDER BY patients DESC, documents DESC, label, concept LIMIT ?",
            (json.dumps(list(ordinals)), limit),
        )
        return tuple(_concept_summary(row) for row in rows)

    def _known_as(self, patient: str) -> str:
        return known_as(patient, self._replaced())

    def _replaced(self) -> dict[str, FormerPatient]:
        """Record of a person → who took its place; read once, as the catalog never changes."""
        if self._former is None:
            self._former = read_former(self._all)
        return self._former


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _mention(row: Sequence[Any]) -> Mention:
    return Mention(*(*row[:6], Assertion(row[6]), *row[7:]))


def _concept_summary(row: Sequence[Any]) -> ConceptSummary:
    return ConceptSummary(*(*row[:4], tuple(json.loads(row[4])), *row[5:]))
