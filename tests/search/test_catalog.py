"""The catalog's answers compared with the clinic they were made of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from concepts.model import Assertion, ConceptUse, Mention
from graph.identifiers import record_iri
from search.catalog import SqliteCatalog
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationUnreadable
from search.generation import Generation, GenerationBuilder
from search.model import ConceptStanding, Document, DocumentSummary, FormerPatient, Held, PatientSummary
from tests.search.clinic import CONDITIONS, SNOMED, Clinic, build, condition, make_clinic


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return make_clinic(seed=9, patients=20)


@pytest.fixture(scope="module")
def catalog(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCatalog]:
    folder = tmp_path_factory.mktemp("catalog")
    build(clinic, folder)
    generation = Generation.open(folder / "g1")
    yield generation.catalog
    generation.close()


def summary(d: Document) -> DocumentSummary:
    return DocumentSummary(d.id, d.title, d.dataset, d.kind, d.type, d.date, d.dated, d.patient, d.patient_label, d.encounter)


def newest_first(documents: list[Document]) -> list[DocumentSummary]:
    ordered = sorted(documents, key=lambda d: d.id)
    ordered.sort(key=lambda d: (d.date or "", d.kind), reverse=True)
    return [summary(d) for d in ordered]


def test_documents_by_record_patient_and_encounter(catalog: SqliteCatalog, clinic: Clinic) -> None:
    for document in clinic.documents:
        assert catalog.documents_of_record(document.record) == (summary(document),)
        same_visit = [d for d in clinic.documents if d.encounter == document.encounter]
        assert list(catalog.documents_of_encounter(str(document.encounter))) == newest_first(same_visit)
    for patient in clinic.patients:
        own = newest_first([d for d in clinic.documents if d.patient == patient.id])
        assert list(catalog.documents_of_patient(patient.id)) == own
        assert list(catalog.documents_of_patient(patient.id, limit=2, offset=1)) == own[1:3]


def test_facts_oldest_first_undated_last(catalog: SqliteCatalog, clinic: Clinic) -> None:
    for patient in clinic.patients:
        own = sorted((f for f in clinic.facts if f.subject == patient.id), key=lambda f: (f.start is None, f.start or "", f.record))
        assert list(catalog.facts_of_patient(patient.id)) == own
        assert list(catalog.facts_of_patient(patient.id, limit=2, offset=1)) == own[1:3]
    encounter = next(f.encounter for f in clinic.facts if f.encounter)
    assert {f.record for f in catalog.facts_of_encounter(encounter)} == {f.record for f in clinic.facts if f.encounter == encounter}


def test_patients_by_label(catalog: SqliteCatalog, clinic: Clinic) -> None:
    expected = sorted(clinic.patients, key=lambda p: (p.label, p.id))
    assert list(catalog.patients(limit=100)) == expected == list(catalog.patients("clinic", limit=100))
    assert list(catalog.patients(limit=3, offset=2)) == expected[2:5]
    assert catalog.patients("other") == ()


def test_concepts_count_what_their_lists_show(catalog: SqliteCatalog, clinic: Clinic) -> None:
    for name in CONDITIONS:
        concept = catalog.concept(condition(name))
        charted = [f for f in clinic.facts if f.concept == condition(name) and f.counted]
        mentioning = {
            d.id for d in clinic.documents for m in d.mentions if m.concept == condition(name) and m.assertion is Assertion.AFFIRMED
        }
        charting = {d.id for d in clinic.documents if d.encounter in {f.encounter for f in charted}}
        assert concept is not None
        assert (concept.label, concept.facts, concept.patients) == (name, len(charted), len({f.subject for f in charted}))
        assert concept.documents == len(mentioning | charting)
        patients = catalog.patients_with_concept(condition(name), limit=100)
        by_id = {p.id: p for p in clinic.patients}
        expected = sorted((by_id[s] for s in {f.subject for f in charted}), key=lambda p: (p.label, p.id))
        assert list(patients) == expected
        assert list(catalog.patients_with_concept(condition(name), limit=2, offset=1)) == expected[1:3]
    assert catalog.concept("urn:none") is None


def test_datasets(catalog: SqliteCatalog, clinic: Clinic) -> None:
    (dataset,) = catalog.datasets()
    dates = [d.date for d in clinic.documents if d.date]
    assert (dataset.dataset, dataset.documents, dataset.patients) == ("clinic", len(clinic.documents), len(clinic.patients))
    assert (dataset.passages, dataset.embedded) == (sum(len(d.passages) for d in clinic.documents), 0)
    assert (dataset.facts, dataset.mentions) == (len(clinic.facts), sum(len(d.mentions) for d in clinic.documents))
    assert (dataset.first_date, dataset.last_date) == (min(dates), max(dates))


def test_unknown_things_are_none_or_empty(catalog: SqliteCatalog) -> None:
    assert catalog.document("x") is None and catalog.patient("x") is None
    assert catalog.documents_of_patient("x") == catalog.facts_of_encounter("x") == catalog.patients_with_concept("x") == ()


@pytest.fixture
def named(tmp_path: Path) -> Iterator[SqliteCatalog]:
    """Concepts of two datasets under several names."""
    with GenerationBuilder(None, tmp_path / "g", 1) as builder:
        builder.set_concepts(
            "one",
            [
                (ConceptUse("urn:ht", SNOMED, "38341003", "Hypertension"), 3),
                (ConceptUse("urn:ht", SNOMED, "38341003", "Arterial hypertensive disorder, systemic"), 5),
                (ConceptUse("urn:bc", SNOMED, "254837009", "Malignant neoplasm of breast (disorder)"), 2),
                (ConceptUse("urn:tie", SNOMED, "1", "Beta"), 1),
                (ConceptUse("urn:tie", SNOMED, "1", "Alpha"), 1),
                (ConceptUse("urn:bare/Z99.9", "icd", "Z99.9", ""), 1),
            ],
        )
        builder.set_concepts("two", [(ConceptUse("urn:ht", SNOMED, "38341003", "Hypertension"), 4)])
        builder.finish(None, EmbeddingCache(tmp_path / "v.sqlite"))
    generation = Generation.open(tmp_path / "g")
    yield generation.catalog
    generation.close()


def test_the_most_used_display_is_the_label_ties_alphabetical(named: SqliteCatalog) -> None:
    hypertension, tie, bare = (named.concept(c) for c in ("urn:ht", "urn:tie", "urn:bare/Z99.9"))
    assert hypertension is not None and tie is not None and bare is not None
    assert (hypertension.label, hypertension.synonyms) == ("Hypertension", ("Arterial hypertensive disorder, systemic",))
    assert (tie.label, tie.synonyms) == ("Alpha", ("Beta",))
    assert (bare.label, bare.system) == ("Z99.9", "icd")
    assert [d.dataset for d in named.datasets()] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hyper", ["urn:ht"]),
        ("HYPERTENSIVE art", ["urn:ht"]),
        ("breast mal", ["urn:bc"]),
        ("breast hyper", []),
        ("38341003", ["urn:ht"]),
        ("z99.9", ["urn:bare/Z99.9"]),
        ("ertension", []),
        ("", []),
        ("  ", []),
        ('"*', []),
        ("al", ["urn:tie"]),
    ],
)
def test_suggestions(named: SqliteCatalog, text: str, expected: list[str]) -> None:
    assert [c.concept for c in named.suggest_concepts(text)] == expected


def test_concepts_named_by_a_query(named: SqliteCatalog) -> None:
    assert list(named.concepts_named(["woman", "breast", "neoplasms"])) == ["urn:bc"]
    assert named.concepts_named(["hypertensive"])["urn:ht"] == 1.0
    assert named.concepts_named(["nothing"]) == named.concepts_named([]) == named.concepts_named(['"']) == {}


def test_a_subject_without_a_patient_record_is_listed_by_its_id(tmp_path: Path, clinic: Clinic) -> None:
    patient = record_iri("clinic", "Patient", "p3")
    build(clinic.without({patient}), tmp_path)
    generation = Generation.open(tmp_path / "g1")
    concept = next(f.concept for f in clinic.facts if f.subject == patient and f.counted and f.concept)
    assert PatientSummary(patient, "clinic", "p3") in generation.catalog.patients_with_concept(concept)
    generation.close()


def test_no_catalog_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GenerationUnreadable, match="ingest again"):
        SqliteCatalog(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


def test_what_a_concept_is_charted_as_is_looked_up_once(catalog: SqliteCatalog, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    charted = next(fact.concept for fact in clinic.facts if fact.relation == "condition" and fact.counted and fact.concept)
    assert charted is not None
    assert catalog.groups_of([charted, "urn:never"]) == {charted: "condition"}
    monkeypatch.setattr(catalog, "_all", None)
    assert catalog.groups_of(["urn:never", charted]) == {charted: "condition"}


def test_a_concept_stands_for_everything_narrower(tmp_path: Path) -> None:
    """Each patient and document once, however many narrower concepts it has; a merged record is its patient; the rest is nobody's."""
    broad, narrow, narrower = (condition(name) for name in ("Hypertension", "Gout", "Asthma"))
    clinic = make_clinic(seed=5, patients=3)
    one, other, third = clinic.documents[:3]
    spans = [Mention(f"{one.id}#m{n}", n, n + 1, one.text[n], None, "", Assertion.AFFIRMED, None, None, "test") for n in range(2)]
    here = tuple(
        replace(span, concept=concept, assertion=Assertion.POSSIBLE) for span, concept in zip(spans, (narrow, narrower), strict=True)
    )
    family = replace(here[0], concept=narrower, assertion=Assertion.FAMILY)
    documents = [
        replace(one, mentions=here, patient=clinic.patients[0].id),
        replace(other, mentions=(replace(here[0], id="urn:m3"),), patient="urn:earlier"),
        replace(third, mentions=(replace(family, id="urn:m4"),), patient=None),
    ]
    stated = [
        replace(clinic.facts[0], record=f"urn:b{n}", subject=low, relation="broader", concept=high, encounter=None, counted=False)
        for n, (low, high) in enumerate(((narrow, broad), (narrower, narrow)))
    ]
    former = [FormerPatient("urn:earlier", "urn:earlier", clinic.patients[0].id, "clinic", "earlier")]
    build(Clinic(documents, stated, clinic.patients, former), tmp_path)
    generation = Generation.open(tmp_path / "g1")
    found = generation.catalog.concept_standing(broad)
    assert found == ConceptStanding(broad, 3, possible=Held(1, 2), family=Held(0, 1))
    assert generation.catalog.concept_standing(narrower) == ConceptStanding(narrower, 1, possible=Held(1, 1), family=Held(0, 1))
    generation.close()
