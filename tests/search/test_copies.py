"""Copies of a text that do not match a question alike, because what is charted and labeled beside each, and its date, are its own."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from graph.identifiers import record_iri
from search.filters import FILTERS, Filters
from search.model import Fact, Match, SearchRequest
from search.ranking.fusion import Ranker
from search.ranking.relevance import LOOSELY, WELL
from search.retriever import Retriever
from tests.search.clinic import FakeEmbedder, build, condition, make_clinic, opened

PLURALS = {row.name: row.plural for row in FILTERS}
FACETS = ("concept", "denied", "type", "state", "patient")
QUESTION = "cough and fever"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """Of every other note a labeled copy; whether a document matches well is told by its number alone."""
    clinic = make_clinic(seed=7)
    for number, note in enumerate([one for one in clinic.documents if one.kind == "DocumentReference"][::2]):
        record = record_iri("clinic", "Item", f"labels-{number}")
        item = replace(note, id=record, record=record, kind="Item", type="Labeled text", encounter=None, mentions=())
        label = Fact(record, "clinic", record, "label", condition("Gout"), "Gout", status="labeled", counted=True)
        clinic.documents.append(item)
        clinic.facts.append(replace(label, job="https://example.org/job"))
    folder = tmp_path_factory.mktemp("copies")
    build(clinic, folder, embedder=FakeEmbedder())
    with pytest.MonkeyPatch.context() as patched, opened(folder / "g1") as generation:
        patched.setattr(Ranker, "_relevance", lambda self, query, documents, *others: np.where(documents % 3, WELL, LOOSELY))
        yield Retriever(generation, None, FakeEmbedder())


@pytest.mark.parametrize("match", Match)
def test_a_facet_counts_what_its_filter_finds_though_copies_match_differently(retriever: Retriever, match: Match) -> None:
    request = SearchRequest(QUESTION, match=match, join=False, limit=1)
    listed = retriever.search(request).facets
    wrong, checked = [], 0
    for name in FACETS:
        values = retriever.facet(request, name).values
        for value in values:
            found = retriever.search(replace(request, filters=Filters(**{PLURALS[name]: (value.value,)}), facets=False)).total
            checked += 1
            if found != value.count:
                wrong.append((name, value.label, value.count, found))
        assert {one.value: one.count for one in listed[name]}.items() <= {one.value: one.count for one in values}.items()
    assert not wrong
    assert checked > 20


def test_a_copy_that_matches_well_stands_for_one_that_does_not(retriever: Retriever) -> None:
    well, loosely = (retriever.search(SearchRequest(QUESTION, match=match, join=False, limit=100)) for match in Match)
    items = [hit for hit in well.hits if hit.kind == "Item"]
    assert items, "some labeled copy matches well, and its note does not"
    assert not {hit.document for hit in loosely.hits} & {copy.id for hit in well.hits for copy in retriever.copies(hit.document)}
    assert well.total + loosely.total == retriever.search(SearchRequest(QUESTION, join=False)).total
