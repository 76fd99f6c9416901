"""The retriever keeps the contract of searchers, and the contract finds broken ones out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from graph.scope import Scope
from graph.stores.memory import MemoryStore
from search.embedding_cache import EmbeddingCache
from search.filters import Filters
from search.model import FacetPage, Mode, SearchRequest, SearchResult
from search.retriever import Retriever
from search.scoped import write_within
from tests.contracts.searcher import ASKED, CHECKS, Rig
from tests.search.clinic import Clinic, FakeEmbedder, build, make_clinic, opened, write_quads
from webapp.library import Searcher

SCOPE = Scope.of(["clinic", "other"])


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    one, other = make_clinic(3), make_clinic(4, 3, "other")
    return Clinic(one.documents + other.documents, one.facts + other.facts, one.patients + other.patients)


@pytest.fixture(scope="module")
def searcher(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("searcher")
    build(clinic, folder, embedder=FakeEmbedder())
    store = MemoryStore()
    store.load([write_quads(clinic, folder / "quads.nq")])
    with opened(folder / "g1") as generation:
        yield Retriever(generation, store, FakeEmbedder())


@pytest.fixture(scope="module")
def among_others(clinic: Clinic) -> Clinic:
    """The clinic beside a dataset whose patients have nearly the same notes and facts."""
    hidden = make_clinic(3, dataset="hidden")
    facts = [replace(one, label=f"Only theirs {one.label}") for one in hidden.facts]
    return Clinic(hidden.documents + clinic.documents, facts + clinic.facts, hidden.patients + clinic.patients)


@pytest.fixture(scope="module")
def wide(among_others: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Retriever, Retriever]]:
    """Who searches all of it, and a reader of the clinic's datasets."""
    folder = tmp_path_factory.mktemp("scoped")
    build(among_others, folder, embedder=FakeEmbedder())
    store = MemoryStore()
    store.load([write_quads(among_others, folder / "quads.nq")])
    write_within(folder / "g1", folder / "within", SCOPE, EmbeddingCache(folder / "vectors.sqlite"))
    with opened(folder / "g1") as whole, opened(folder / "within") as within:
        yield Retriever(whole, store, FakeEmbedder()), Retriever(within, store.within(SCOPE), FakeEmbedder())


@pytest.mark.parametrize("check", CHECKS)
def test_retriever(searcher: Searcher, clinic: Clinic, check: str) -> None:
    CHECKS[check](Rig(searcher, clinic))


@pytest.mark.parametrize("check", CHECKS)
def test_retriever_of_a_reader_of_some_datasets(wide: tuple[Searcher, Searcher], clinic: Clinic, check: str) -> None:
    """A reader of A never learns of B: within A a searcher keeps the contract of a clinic that has A alone."""
    CHECKS[check](Rig(wide[1], clinic))


@pytest.mark.parametrize("query", ASKED)
def test_a_reader_of_some_datasets_finds_what_is_found_where_there_are_no_others(
    wide: tuple[Searcher, Searcher], searcher: Searcher, query: str
) -> None:
    """Ranks, scores, counts, what hits share and their neighbourhood."""
    found = (one.search(SearchRequest(query, limit=20)) for one in (searcher, *wide))
    alone, whole, scoped = (replace(one, timings={}, seconds=0) for one in found)
    assert scoped == alone != whole


@pytest.mark.parametrize("check", ["browsing_lists_each_text_once_newest_first", "hits_tell_their_document", "filters_keep_what_they_name"])
def test_a_searcher_that_forgets_the_scope_is_found_out(wide: tuple[Searcher, Searcher], clinic: Clinic, check: str) -> None:
    with pytest.raises(AssertionError):
        CHECKS[check](Rig(wide[0], clinic))


class Broken:
    """A searcher that asks or answers a little otherwise."""

    def __init__(self, searcher: Searcher) -> None:
        self.inner = searcher

    def search(self, request: SearchRequest) -> SearchResult:
        return self.inner.search(request)

    def facet(self, request: SearchRequest, name: str, *asked: Any, **given: Any) -> FacetPage:
        return self.inner.facet(request, name, *asked, **given)

    def copies(self, document: str) -> Any:
        return self.inner.copies(document)


class ForgetsTheFilters(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        return super().search(replace(request, filters=Filters()))


class ListsOldestFirst(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        found = super().search(request)
        return found if request.query else replace(found, hits=found.hits[::-1])


class RanksEachPageAnew(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        found = super().search(request)
        return replace(found, hits=tuple(replace(hit, rank=number) for number, hit in enumerate(found.hits, 1)))


class CutsPassages(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        found = super().search(request)
        return replace(found, hits=tuple(replace(hit, passage=replace(hit.passage, text=hit.passage.text[:-1])) for hit in found.hits))


class AlwaysByWords(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        return super().search(replace(request, mode=Mode.LEXICAL))


class CountsThePage(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        found = super().search(request)
        facets = {name: tuple(replace(one, count=one.count + 1) for one in values) for name, values in found.facets.items()}
        return replace(found, facets=facets)


class ShowsTheFirstFew(Broken):
    def facet(self, request: SearchRequest, name: str, *asked: Any, **given: Any) -> FacetPage:
        found = super().facet(request, name, *asked, **given)
        return replace(found, values=found.values[:2])


class JoinsNothing(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        return super().search(replace(request, join=False))


class ForgetsCopies(Broken):
    def copies(self, document: str) -> Any:
        return ()


class TakesAnything(Broken):
    def search(self, request: SearchRequest) -> SearchResult:
        return super().search(SearchRequest(request.query[:50]))


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (ForgetsTheFilters, "filters_keep_what_they_name"),
        (ListsOldestFirst, "browsing_lists_each_text_once_newest_first"),
        (RanksEachPageAnew, "pages_follow_each_other"),
        (CutsPassages, "hits_tell_their_document"),
        (AlwaysByWords, "scores_fall_and_say_who_found_it"),
        (CountsThePage, "facets_count_what_a_filter_finds"),
        (ShowsTheFirstFew, "a_facet_opens_whole"),
        (JoinsNothing, "hits_are_joined_with_their_patients"),
        (ForgetsCopies, "copies_are_of_the_same_patient_and_text"),
        (TakesAnything, "what_cannot_be_asked_is_refused"),
    ],
)
def test_finds_a_broken_searcher_out(searcher: Searcher, clinic: Clinic, broken: type[Broken], check: str) -> None:
    with pytest.raises(AssertionError):
        CHECKS[check](Rig(broken(searcher), clinic))
