"""A generation of two clinics, searched."""

from collections.abc import Iterator

import pytest

from graph.stores.memory import MemoryStore
from search.generation import Generation
from search.retriever import Retriever
from tests.search.clinic import Clinic, FakeEmbedder, build, make_clinic, write_quads
from tests.search.reference import born_apart, measured, spoken_otherwise


@pytest.fixture(scope="package")
def clinic() -> Clinic:
    one, two = make_clinic(seed=5, patients=25), make_clinic(seed=6, patients=10, dataset="other")
    documents = spoken_otherwise(one.documents + two.documents)
    return Clinic(documents, one.facts + two.facts + measured(documents), born_apart(one.patients + two.patients))


@pytest.fixture(scope="package")
def generation(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("generation")
    build(clinic, folder, embedder=FakeEmbedder())
    generation = Generation.open(folder / "g1")
    yield generation
    generation.close()


@pytest.fixture(scope="package")
def graph(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    store = MemoryStore()
    store.load([write_quads(clinic, tmp_path_factory.mktemp("quads") / "part.nq")])
    return store


@pytest.fixture(scope="package")
def retriever(generation: Generation, graph: MemoryStore) -> Retriever:
    return Retriever(generation, graph, FakeEmbedder())
