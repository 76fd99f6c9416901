"""Scopes: which named graphs and records a reader may see."""

from graph.identifiers import dataset_iri, derived_graph_iri, record_iri, run_iri
from graph.scope import EVERYTHING, Scope, dataset_of


def test_a_scope_admits_what_belongs_to_its_datasets_and_nothing_else() -> None:
    scope = Scope.of(["study"])
    for iri in (dataset_iri("study"), record_iri("study", "Patient", "1"), derived_graph_iri("study", "concepts")):
        assert scope.admits(iri)
    for iri in (record_iri("study-2", "Patient", "1"), dataset_iri("studyx"), run_iri("study"), dataset_iri(""), "", "study"):
        assert not scope.admits(iri)
        assert EVERYTHING.admits(iri)


def test_no_dataset_is_not_all_datasets() -> None:
    assert not Scope.of([]).admits(record_iri("study", "Patient", "1"))


def test_narrowing_keeps_what_both_admit() -> None:
    both, study = Scope.of(["study", "papers"]), Scope.of(["study", "other"])
    assert both.narrowed(study) == Scope.of(["study"])
    assert both.narrowed(EVERYTHING) == both == EVERYTHING.narrowed(both)
    assert EVERYTHING.narrowed(EVERYTHING) == EVERYTHING


def test_the_dataset_of_an_iri() -> None:
    assert dataset_of(record_iri("study", "Patient", "a/b")) == "study"
    assert dataset_of(dataset_iri("study")) == "study"
    assert dataset_of("https://example.org/data/study/1") is None
