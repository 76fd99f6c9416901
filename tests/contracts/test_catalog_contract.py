"""The catalog of a generation keeps the contract, and the contract finds broken ones out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.scope import Scope
from search.embedding_cache import EmbeddingCache
from search.model import Fact, FormerPatient, PatientSummary
from search.protocols import Catalog
from search.scoped import write_within
from search.tables.coverage import Reach
from tests.contracts.catalog import CHECKS, Rig
from tests.search.clinic import Clinic, FakeEmbedder, build, make_clinic, opened


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    one, other = make_clinic(3), make_clinic(4, 3, "other")
    patients = one.patients + other.patients
    return Clinic(one.documents + other.documents, _coded_twice(one.facts + other.facts), patients, _former(patients))


def _coded_twice(facts: list[Fact]) -> list[Fact]:
    """Gout has codes of two systems on every record."""
    again = [replace(one, concept="https://other.example/M10") for one in facts if one.label == "Gout"]
    assert again
    return facts + again


def _former(patients: list[PatientSummary]) -> list[FormerPatient]:
    """Every third patient was merged from two records."""
    return [
        FormerPatient(one.id, f"{one.id}-{name}", one.id, one.dataset, f"{name} {one.label}")
        for one in patients[::3]
        for name in ("earlier", "wrong")
    ]


@pytest.fixture(scope="module")
def catalog(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("catalog")
    build(clinic, folder, embedder=FakeEmbedder())
    with opened(folder / "g1") as generation:
        yield generation.catalog


@pytest.mark.parametrize("check", CHECKS)
def test_catalog(catalog: Catalog, clinic: Clinic, check: str) -> None:
    CHECKS[check](Rig(catalog, clinic))


def _dated(reach: Mapping[str, Reach]) -> dict[str, Reach]:
    return {group: replace(one, records=one.records - one.undated, undated=0) for group, one in reach.items()}


class Broken:
    """A catalog of which one answer is wrong."""

    def __init__(self, catalog: Catalog, name: str, answer: Any) -> None:
        self._catalog = catalog
        setattr(self, name, answer)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


BROKEN: dict[str, tuple[str, Any, str]] = {
    "reach is that of one dataset": ("coverage", lambda c: lambda: c.coverage()[:1], "records_reach_as_far_as_their_dates"),
    "undated records are forgotten": (
        *("coverage", lambda c: lambda: tuple(replace(one, reach=_dated(one.reach)) for one in c.coverage())),
        "records_reach_as_far_as_their_dates",
    ),
    "lists only the first who deny it": (
        "patients_standing",
        lambda c: lambda concept, column, limit, offset=0: c.patients_standing(concept, column, 1 if column == "denied" else limit, offset),
        "concepts_stand_as_charts_and_texts_have_them",
    ),
    "lists what is denied as affirmed": (
        "documents_standing",
        lambda c: lambda concept, column, *asked: c.documents_standing(concept, "affirmed" if column == "denied" else column, *asked),
        "concepts_stand_as_charts_and_texts_have_them",
    ),
    "opens what is denied where it is affirmed": (
        "places_standing",
        lambda c: lambda concept, column, *asked: c.places_standing(concept, "affirmed" if column == "denied" else column, *asked),
        "concepts_stand_as_charts_and_texts_have_them",
    ),
    "loses the other codings of a concept": (
        "surroundings",
        lambda c: lambda *asked: replace(found := c.surroundings(*asked), codes=found.codes[:1]),
        "concepts_have_neighbours",
    ),
    "cuts the text": (
        "document",
        lambda c: lambda i: (d := c.document(i)) and replace(d, text=d.text[1:]),
        "documents_come_back_whole",
    ),
    "loses mentions": ("document", lambda c: lambda i: (d := c.document(i)) and replace(d, mentions=()), "documents_come_back_whole"),
    "lists oldest first": (
        "documents_of_patient",
        lambda c: lambda *asked: c.documents_of_patient(*asked)[::-1],
        "documents_come_newest_first",
    ),
    "hides what does not count": (
        "facts_of_patient",
        lambda c: lambda *asked: tuple(one for one in c.facts_of_patient(*asked) if one.counted),
        "facts_come_oldest_first",
    ),
    "skips one between pages": (
        "facts_of_patient",
        lambda c: lambda p, limit=5000, offset=0: c.facts_of_patient(p, limit, offset + bool(offset)),
        "pages_follow_each_other",
    ),
    "lists each coding as a thing of its own": (
        "charted",
        lambda c: lambda *asked: tuple((one,) for same in c.charted(*asked) for one in same),
        "what_is_charted_is_listed_once",
    ),
    "loses a coding": ("charted", lambda c: lambda *asked: tuple(same[:1] for same in c.charted(*asked)), "what_is_charted_is_listed_once"),
    "lists a chart as it lists a dataset": (
        "charted",
        lambda c: lambda field, *asked: c.charted(field, *asked)[:: -1 if field == "patient" else 1],
        "what_is_charted_is_listed_once",
    ),
    "ignores the dataset": ("patients", lambda c: lambda dataset=None, **asked: c.patients(**asked), "patients_come_by_label"),
    "lists patients by id": (
        "patients",
        lambda c: lambda *asked, **more: tuple(sorted(c.patients(*asked, **more), key=lambda one: one.id)),
        "patients_come_by_label",
    ),
    "counts refuted facts": (
        "concept",
        lambda c: lambda i: (found := c.concept(i)) and replace(found, patients=found.patients + 1),
        "concepts_count_what_counts",
    ),
    "takes what is denied for affirmed": (
        "concept_standing",
        lambda c: lambda i: replace(found := c.concept_standing(i), affirmed=found.denied),
        "concepts_stand_as_charts_and_texts_have_them",
    ),
    "finds any one word": (
        "suggest_concepts",
        lambda c: lambda text, limit=10: c.suggest_concepts(text.split()[0], limit),
        "concepts_are_suggested_by_the_beginnings_of_words",
    ),
    "keeps denials to itself": ("uncounted", lambda c: lambda records: {}, "what_does_not_count_is_told"),
    "names sources as they lay": (
        "relative_source",
        lambda c: lambda dataset, source: source,
        "sources_tell_nothing_of_the_machine",
    ),
    "forgets who took whose place": (
        "former_patient",
        lambda c: lambda record: None,
        "merged_patients_are_one",
    ),
    "knows the old record as a patient": (
        "patient",
        lambda c: lambda patient: (one := c.patient(patient)) and replace(one, id=patient),
        "merged_patients_are_one",
    ),
    "counts documents as passages": (
        "datasets",
        lambda c: lambda: tuple(replace(one, passages=one.documents) for one in c.datasets()),
        "datasets_are_counted",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_finds_a_broken_catalog_out(catalog: Catalog, clinic: Clinic, fault: str) -> None:
    name, answer, check = BROKEN[fault]
    with pytest.raises(AssertionError):
        CHECKS[check](Rig(Broken(catalog, name, answer(catalog)), clinic))  # type: ignore[arg-type]


def test_every_question_of_the_protocol_is_asked(catalog: Catalog, clinic: Clinic) -> None:
    asked = set()

    class Noted:
        def __getattr__(self, name: str) -> Any:
            asked.add(name)
            return getattr(catalog, name)

    for check in CHECKS.values():
        check(Rig(Noted(), clinic))  # type: ignore[arg-type]
    assert {name for name in vars(Catalog) if not name.startswith("_")} == asked


@pytest.mark.parametrize("check", CHECKS)
def test_catalog_within_a_scope(clinic: Clinic, tmp_path: Path, check: str) -> None:
    """A reader of A never learns of B: within A the catalog keeps the contract of a clinic that has A alone."""
    both = sharing_concepts(clinic)
    build(both, tmp_path, embedder=FakeEmbedder())
    write_within(tmp_path / "g1", tmp_path / "within", Scope.of(["clinic"]), EmbeddingCache(tmp_path / "vectors.sqlite"))
    with opened(tmp_path / "within") as generation:
        CHECKS[check](Rig(generation.catalog, alone(both)))


def test_a_catalog_that_forgets_the_scope_is_found_out(catalog: Catalog, clinic: Clinic) -> None:
    with pytest.raises(AssertionError):
        CHECKS["patients_come_by_label"](Rig(catalog, alone(clinic)))


def sharing_concepts(clinic: Clinic) -> Clinic:
    """The clinic, in which the other dataset has names of its own for shared concepts."""
    facts = [replace(one, label=f"Only theirs {one.label}") if one.dataset == "other" else one for one in clinic.facts]
    return Clinic(clinic.documents, facts, clinic.patients, clinic.former)


def alone(clinic: Clinic) -> Clinic:
    """What the clinic has of the first dataset."""
    of = [[one for one in some if one.dataset == "clinic"] for some in (clinic.documents, clinic.facts, clinic.patients, clinic.former)]  # type: ignore[attr-defined]
    return Clinic(*of)  # type: ignore[arg-type]
