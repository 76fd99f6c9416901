"""The seams of search: what ranking asks of models and indexes, and what pages ask of the catalog.

A *unit* is a distinct passage text: it is embedded once and indexed once, however many passages share it. Rows number the units of a
generation from 0; masks are boolean arrays over rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from concepts.model import Assertion, Mention
from search.model import (
    ConceptStanding,
    ConceptSummary,
    DatasetSummary,
    Document,
    DocumentSummary,
    Fact,
    FormerPatient,
    PatientOverview,
    PatientSummary,
    Surroundings,
)
from search.tables.coverage import Coverage
from search.tables.held import Column

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Embedder(Protocol):
    """Turns text into unit vectors. `name` identifies model, revision and precision: vectors of different names are never compared."""

    @property
    def name(self) -> str:
        """Identifies model, revision and precision."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """(len(texts), dimension), each row of length 1; `progress` is called with the number of texts finished since the last call."""
        ...

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """(dimension,), of length 1."""
        ...


class VectorIndex(Protocol):
    """Nearest units by cosine."""

    @property
    def size(self) -> int:
        """How many units have a vector."""
        ...

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """The k nearest allowed rows and their cosines, best first, ties by row; fewer where fewer are allowed."""
        ...

    def cosines(self, vector: NDArray[np.float32], rows: Rows) -> Scores:
        """The cosine of each of the rows, NaN where a row has no vector."""
        ...

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """(len(rows), dimension), zeros where a row has no vector."""
        ...


class LexicalIndex(Protocol):
    """Units by BM25."""

    @property
    def size(self) -> int:
        """How many units are indexed."""
        ...

    def search(self, query: str, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """The k best allowed rows that share a term with the query, best first, ties by row."""
        ...

    def search_documents(self, query: str, allowed: Mask | None = None) -> tuple[Scores, float]:
        """BM25 of each document as a whole, (documents,), 0 where it shares no term or is not allowed; and the bound.

        No document can reach the bound, whatever it says: score over bound tells how much of the question a document covers.
        """
        ...

    def scores(self, query: str, rows: Rows) -> Scores:
        """BM25 of each of the rows, 0 where it shares no term with the query."""
        ...

    def coverage(self, query: str) -> tuple[NDArray[np.float64], float]:
        """(documents,): the share of the query's informative words, by their idf, that each document says; and the share that none says."""
        ...

    def meant(self, words: str, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """(terms,), the weights of the informative terms of `words`, which add up to 1; (terms, rows), how each row means each of them.

        The latter are `search.spoken.Said`, 0 where the row does not say the term at all.
        """
        ...

    def affirms(self, terms: Iterable[str], row: int) -> bool:
        """Whether a row means the terms affirmed wherever it says them: nothing of it is denied, supposed, of relatives or of the past."""
        ...

    def may_say(self, word: str, *, begins: bool = False) -> Mask | None:
        """(documents,): which may say a word of letters, or one that begins so; None where the index cannot tell.

        Every document is among them of which a passage that may be found says it.
        """
        ...

    def spread(self, word: str) -> int:
        """How many documents say a word."""
        ...

    def respelled(self, query: str, kept: Sequence[tuple[int, int]] = ()) -> str:
        """The query with the nearest word that texts say in place of each word that none says; '' where there is nothing to mend.

        Spans that are `kept` stay as they are.
        """
        ...


class Catalog(Protocol):
    """The documents, facts, patients and concepts of one generation. Thread-safe; every answer is deterministic."""

    def document(self, document: str) -> Document | None:
        """One document with its text, passages and mentions."""
        ...

    def documents_of_record(self, record: str) -> tuple[DocumentSummary, ...]:
        """The documents that a record carries."""
        ...

    def documents_of_patient(self, patient: str, limit: int = 1000, offset: int = 0) -> tuple[DocumentSummary, ...]:
        """A patient's documents, newest first."""
        ...

    def documents_of_encounter(self, encounter: str) -> tuple[DocumentSummary, ...]:
        """An encounter's documents, newest first."""
        ...

    def facts_of_patient(self, patient: str, limit: int = 5000, offset: int = 0) -> tuple[Fact, ...]:
        """A patient's facts, oldest first, counted or not."""
        ...

    def facts_of_encounter(self, encounter: str) -> tuple[Fact, ...]:
        """The facts charted in an encounter."""
        ...

    def uncounted(self, records: Sequence[str]) -> Mapping[str, Fact]:
        """Record → what it says, for those of the records of which nothing counts as true of the patient."""
        ...

    def only_uncounted(self, concept: str, limit: int = 50) -> tuple[Fact, ...]:
        """Patients who have the concept charted, but never so that it counts (refuted, a relative's …): the first such fact of each."""
        ...

    def uncounted_with(self, concept: str, kind: str) -> int:
        """How many records of a kind chart the concept in a way that does not count."""
        ...

    def assertions(self, mentions: Sequence[str]) -> Mapping[str, Assertion]:
        """Mention → what its text asserts, for those of the mentions that a document holds."""
        ...

    def charted(self, field: str, value: str, limit: int, offset: int = 0) -> tuple[tuple[Fact, ...], ...]:
        """Things charted in a 'dataset' or coded by a 'concept' (`field`), newest first, or of a 'patient', oldest first.

        Of each the facts that code it: a record with codes of two systems for one thing charts it once.
        """
        ...

    def count_charted(self, field: str, value: str) -> int:
        """How many things are charted in a dataset or of a patient, or coded by a concept."""
        ...

    def mentions(self, dataset: str, limit: int, offset: int = 0) -> tuple[tuple[str, Mention], ...]:
        """Mentions of a dataset, each with its document, in their order."""
        ...

    def patient(self, patient: str) -> PatientSummary | None:
        """Who a patient is; by the IRI of a record that another one replaced, who took its place."""
        ...

    def former_patients(self, patient: str) -> tuple[FormerPatient, ...]:
        """The records of a patient that were merged into this one, by label."""
        ...

    def former_patient(self, record: str) -> FormerPatient | None:
        """Who took the place of a record of a person; None where it was not replaced."""
        ...

    def patients(self, dataset: str | None = None, limit: int = 50, offset: int = 0) -> tuple[PatientSummary, ...]:
        """Patients by label."""
        ...

    def patient_overviews(self) -> tuple[PatientOverview, ...]:
        """All patients that a record describes, with what is charted of them, by label."""
        ...

    def concept(self, concept: str) -> ConceptSummary | None:
        """One concept and how widely it is used."""
        ...

    def concept_standing(self, concept: str) -> ConceptStanding:
        """How a concept, with its codings and everything narrower, is charted and meant in texts; nothing of one that is not there."""
        ...

    def documents_standing(self, concept: str, column: Column, limit: int, offset: int = 0) -> tuple[DocumentSummary, ...]:
        """The documents behind a number of the concept's standing, newest first."""
        ...

    def places_standing(self, concept: str, column: Column, documents: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Of documents behind a number of the concept's standing: (start, end) where each first says so; those that a visit brings are left
        out."""
        ...

    def patients_standing(self, concept: str, column: Column, limit: int, offset: int = 0) -> tuple[PatientSummary, ...]:
        """The patients behind a number of the concept's standing, by label; those that no record describes by their id, last."""
        ...

    def surroundings(self, concept: str, limit: int = 50) -> Surroundings:
        """The codings of a concept and its direct neighbours in the hierarchy; nothing of one that is not there."""
        ...

    def suggest_concepts(self, text: str, limit: int = 10) -> tuple[ConceptSummary, ...]:
        """Concepts with a label or synonym in which every word of `text` begins a word, or whose code is `text`; most used first."""
        ...

    def patients_with_concept(self, concept: str, limit: int = 50, offset: int = 0) -> tuple[PatientSummary, ...]:
        """Patients who have the concept charted as a counted fact, by label."""
        ...

    def datasets(self) -> tuple[DatasetSummary, ...]:
        """What the generation holds, by dataset name."""
        ...

    def coverage(self) -> tuple[Coverage, ...]:
        """How far the records of each dataset reach: months, patients and encounters that have none; by name."""
        ...

    def relative_source(self, dataset: str, source: str) -> str:
        """The path of a source within what was ingested of its dataset: nothing of the machine it lay on."""
        ...

    def groups_of(self, concepts: Sequence[str]) -> Mapping[str, str]:
        """Concept → as what it is charted: 'condition', 'medication' …; those that are never charted are left out."""
        ...

    def coded_alike(self, concept: str) -> tuple[ConceptSummary, ...]:
        """The codings of the thing that a concept is one of, SNOMED CT's first; the concept alone where it is the only one."""
        ...
