"""A small made-up clinic for tests of search: documents, facts, patients and the graph of them, the same for the same seed."""

import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concepts.model import Assertion, ConceptUse, Mention
from graph.identifiers import concept_iri, derived_graph_iri, iri_term, literal_term, record_iri
from graph.scope import dataset_of
from graph.vocabulary import (
    ANNOTATION,
    CODE,
    CONCEPT,
    ENCOUNTER,
    FHIR,
    HAS_BODY,
    HAS_CONDITION,
    HAS_MEDICATION,
    HAS_TARGET,
    LABEL,
    PREF_LABEL,
    SUBJECT,
    TYPE,
)
from search.embedding_cache import EmbeddingCache
from search.generation import BuildReport, Generation, GenerationBuilder
from search.model import Document, Fact, FormerPatient, PatientSummary
from search.passages import split
from sources.places import with_places

SNOMED = "http://snomed.info/sct"
CONDITIONS = ("Hypertension", "Diabetes mellitus type 2", "Asthma", "Malignant neoplasm of breast", "Chronic sinusitis", "Anemia", "Gout")
MEDICATIONS = ("Cisplatin 50 MG Injection", "Paclitaxel 100 MG Injection", "Lisinopril 10 MG Oral Tablet", "Metformin 500 MG Oral Tablet")
TYPES = ("Progress note", "Discharge summary", "History and physical note")
DATES = (None, "2018", "2019-05", "2019-05-20", "2020-11-02T10:30:00-05:00", "2021-01-31", "2021-02")
SENTENCES = (
    "Patient presents with cough and wheezing.",
    "Blood pressure was elevated at the last visit.",
    "Started cisplatin and paclitaxel for carcinoma of the breast.",
    "No fever, no chills.",
    "Continues metformin; glucose is well controlled.",
    "Mother had hypertension.",
    "Uric acid was high and the toe was swollen.",
    "Hemoglobin is low.",
)


class FakeEmbedder:
    """Bags of hashed words: texts that share words are near. Counts what it encodes."""

    def __init__(self, name: str = "fake", dimension: int = 32) -> None:
        self.name = name
        self.dimension = dimension
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        if progress is not None:
            progress(len(texts))
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, self.dimension), dtype=np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dimension, 0.01, dtype=np.float32)
        for word in text.lower().split():
            vector[zlib.crc32(word.strip(".,;").encode()) % self.dimension] += 1
        return vector / np.float32(np.linalg.norm(vector))


@dataclass
class Clinic:
    """What is handed to a builder, as lists that tests may change."""

    documents: list[Document] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    patients: list[PatientSummary] = field(default_factory=list)
    former: list[FormerPatient] = field(default_factory=list)

    def without(self, records: set[str]) -> "Clinic":
        return Clinic(
            [d for d in self.documents if d.record not in records],
            [f for f in self.facts if f.record not in records],
            [p for p in self.patients if p.id not in records],
            [f for f in self.former if f.record not in records],
        )

    def uses(self, dataset: str) -> list[tuple[ConceptUse, int]]:
        counts: dict[tuple[str, str], int] = {}
        for fact in self.facts:
            if fact.concept and fact.dataset == dataset:
                counts[fact.concept, fact.label] = counts.get((fact.concept, fact.label), 0) + 1
        return [(ConceptUse(concept, SNOMED, concept.rsplit("/", 1)[1], label), count) for (concept, label), count in counts.items()]

    @property
    def datasets(self) -> list[str]:
        return sorted({d.dataset for d in self.documents} | {p.dataset for p in self.patients})


def make_clinic(seed: int = 1, patients: int = 12, dataset: str = "clinic") -> Clinic:
    """Patients with two to six encounters, each with a note and up to three facts; every fifth note again as a report."""
    chance = random.Random(seed)
    clinic = Clinic()
    for number in range(patients):
        patient = record_iri(dataset, "Patient", f"p{number}")
        label = f"Person {chance.choice('ABCDEF')}{number}"
        clinic.patients.append(
            PatientSummary(patient, dataset, label, chance.choice(("female", "male")), "1970-01-01", None, "Patient.ndjson", 1)
        )
        for visit in range(chance.randint(2, 6)):
            encounter = record_iri(dataset, "Encounter", f"p{number}-{visit}")
            date = chance.choice(DATES)
            body = " ".join(chance.sample(SENTENCES, chance.randint(1, 4)))
            text = f"\n# Chief Complaint\n{body}\n\n# Plan\n{chance.choice(SENTENCES)}\n"
            note = _document(
                dataset, f"p{number}-{visit}", "DocumentReference", chance.choice(TYPES), text, date, patient, label, encounter
            )
            if chance.random() < 0.6:
                note = replace(note, mentions=(_mention(note, chance),))
            clinic.documents.append(note)
            if chance.random() < 0.2:
                clinic.documents.append(
                    _document(dataset, f"r{number}-{visit}", "DiagnosticReport", "Report", text, date, patient, label, encounter)
                )
            for index in range(chance.randint(0, 3)):
                clinic.facts.append(_fact(dataset, f"{number}-{visit}-{index}", patient, encounter, date, chance))
    return clinic


def _document(
    dataset: str, identifier: str, kind: str, type_: str, text: str, date: str | None, patient: str, label: str, encounter: str
) -> Document:
    record = record_iri(dataset, kind, identifier)
    return Document(
        id=record,
        record=record,
        dataset=dataset,
        kind=kind,
        type=type_,
        title=f"{type_} {date or ''}".strip(),
        text=text,
        patient=patient,
        patient_label=label,
        encounter=encounter,
        date=date,
        status="current",
        source=f"{kind}.ndjson",
        line=len(identifier),
        passages=split(text, type_),
    )


def condition(name: str) -> str:
    """The concept of a condition or a medication of the clinic."""
    return concept_iri(SNOMED, str(1000 + (CONDITIONS + MEDICATIONS).index(name)))


def _mention(document: Document, chance: random.Random) -> Mention:
    name = chance.choice(CONDITIONS)
    assertion = chance.choice((Assertion.AFFIRMED, Assertion.AFFIRMED, Assertion.NEGATED))
    start = document.text.index("# Chief") + 18
    return Mention(
        f"{document.id}#mention-0",
        start,
        start + 7,
        document.text[start : start + 7],
        condition(name),
        name,
        assertion,
        0.9,
        0.8,
        "healthlake:x",
    )


def _fact(dataset: str, identifier: str, patient: str, encounter: str, date: str | None, chance: random.Random) -> Fact:
    name = chance.choice(CONDITIONS + MEDICATIONS)
    relation, kind = ("condition", "Condition") if name in CONDITIONS else ("medication", "MedicationRequest")
    return Fact(
        record=record_iri(dataset, kind, identifier),
        dataset=dataset,
        subject=patient,
        relation=relation,
        concept=condition(name),
        label=name,
        start=date,
        status="active",
        counted=chance.random() < 0.85,
        encounter=encounter,
        source=f"{kind}.ndjson",
        line=1,
    )


def build(
    clinic: Clinic, folder: Path, number: int = 1, previous: Path | None = None, embedder: FakeEmbedder | None = None, run: str = "run-1"
) -> BuildReport:
    """Write a generation with everything of the clinic."""
    with GenerationBuilder(previous, folder / f"g{number}", number) as builder:
        builder.add_documents(clinic.documents, run)
        builder.add_facts(clinic.facts)
        builder.add_patients(clinic.patients)
        builder.add_former(clinic.former)
        for dataset in clinic.datasets:
            builder.set_concepts(dataset, clinic.uses(dataset))
            rows = (*clinic.documents, *clinic.facts, *clinic.patients)
            builder.set_places(dataset, with_places({}, {one.source for one in rows if one.dataset == dataset and one.source[:1] == "/"}))
        return builder.finish(embedder, EmbeddingCache(folder / "vectors.sqlite"))


@contextmanager
def opened(path: Path) -> Iterator[Generation]:
    """A generation, closed after use."""
    generation = Generation.open(path)
    try:
        yield generation
    finally:
        generation.close()


def write_quads(clinic: Clinic, path: Path) -> Path:
    """The clinic as N-Quads in the graph's vocabulary."""
    lines: set[str] = set()

    def say(graph: str, subject: str, predicate: str, value: str, *, literal: bool = False) -> None:
        term = literal_term(value) if literal else iri_term(value)
        lines.add(f"{iri_term(subject)} {iri_term(predicate)} {term} {iri_term(graph)} .")

    def name(record: str, concept: str, label: str) -> None:
        graph = derived_graph_iri(dataset_of(record) or "", "concepts")
        say(graph, concept, TYPE, CONCEPT)
        say(graph, concept, PREF_LABEL, label, literal=True)

    for patient in clinic.patients:
        say(patient.id, patient.id, TYPE, FHIR + "Patient")
        say(patient.id, patient.id, LABEL, patient.label, literal=True)
    for document in clinic.documents:
        say(document.record, document.record, TYPE, FHIR + document.kind)
        say(document.record, document.record, LABEL, document.title, literal=True)
        if document.patient and document.encounter:
            say(document.record, document.record, SUBJECT, document.patient)
            say(document.record, document.record, ENCOUNTER, document.encounter)
            say(document.encounter, document.encounter, TYPE, FHIR + "Encounter")
            say(document.encounter, document.encounter, LABEL, "Visit", literal=True)
        for mention in document.mentions:
            say(document.record, mention.id, TYPE, ANNOTATION)
            say(document.record, mention.id, HAS_TARGET, document.record)
            if mention.concept:
                say(document.record, mention.id, HAS_BODY, mention.concept)
                name(document.record, mention.concept, mention.label)
    for fact in clinic.facts:
        say(fact.record, fact.record, TYPE, FHIR + ("Condition" if fact.relation == "condition" else "MedicationRequest"))
        say(fact.record, fact.record, LABEL, fact.label, literal=True)
        say(fact.record, fact.record, SUBJECT, fact.subject)
        if fact.encounter:
            say(fact.record, fact.record, ENCOUNTER, fact.encounter)
        if fact.concept:
            say(fact.record, fact.record, CODE, fact.concept)
            name(fact.record, fact.concept, fact.label)
            if fact.counted:
                say(fact.record, fact.subject, HAS_CONDITION if fact.relation == "condition" else HAS_MEDICATION, fact.concept)
    path.write_text("\n".join(sorted(lines)) + "\n")
    return path
