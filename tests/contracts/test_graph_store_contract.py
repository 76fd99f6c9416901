"""The contract can fail: it finds each of these stores out, with the check that is there for the purpose."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.model import Literal, NeighbourCount, Neighbourhood, NeighbourPage, Node, NodeSummary, Statistics, Step
from graph.scope import Scope, dataset_of
from graph.store import GraphReader
from graph.stores.memory import MemoryStore
from graph.vocabulary import AFFIRMS, DENIES, SAID
from tests.contracts.graph_store import CHECKS, PATIENT, Rig


class DropsLanguageTags(MemoryStore):
    def node(self, iri: str) -> Node | None:
        node = super().node(iri)
        if node is None:
            return None
        properties = {key: tuple(replace(value, language=None) for value in values) for key, values in node.properties.items()}
        return replace(node, properties=properties)


class DropsDatatypes(MemoryStore):
    def node(self, iri: str) -> Node | None:
        node = super().node(iri)
        if node is None:
            return None
        properties = {key: tuple(Literal(value.value, None, value.language) for value in values) for key, values in node.properties.items()}
        return replace(node, properties=properties)


class MergesTheEdgesOfRecords(MemoryStore):
    def neighbours(self, iri: str, **asked: Any) -> NeighbourPage:
        page = super().neighbours(iri, **asked)
        merged = tuple((summary, replace(edge, records=1, evidence=edge.evidence[:1])) for summary, edge in page.neighbours)
        return replace(page, neighbours=merged)


class IgnoresTheLimit(MemoryStore):
    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        return super().neighbourhood(seeds, [[replace(step, limit=10**6) for step in steps] for steps in hops], prefer)


class ForgetsToCountWhatItLeftOut(MemoryStore):
    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        return replace(super().neighbourhood(seeds, hops, prefer), omitted=())


class IgnoresPreference(MemoryStore):
    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        return super().neighbourhood(seeds, hops)


class IgnoresTheKindOfAStep(MemoryStore):
    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        return super().neighbourhood(seeds, [[replace(step, kind=None) for step in steps] for steps in hops], prefer)


class LosesSharedVerticesOnRemoval(MemoryStore):
    def remove(self, graphs: Iterable[str]) -> int:
        graphs = list(graphs)
        subjects = {s for s, statements in self._statements().of_subject.items() for *_, graph in statements if graph in graphs}
        removed = super().remove(graphs)
        super().remove([graph for s in subjects for *_, graph in self._statements().of_subject.get(s, [])])
        return removed


class CountsEveryQuadAsANeighbour(MemoryStore):
    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        stated = {
            (edge.relation, summary.kind): edge.records for summary, edge in super().neighbours(iri, direction="out", limit=1000).neighbours
        }
        counts = super().neighbour_counts(iri)
        return tuple(replace(c, count=stated.get((c.relation, c.kind), 1) if c.direction == "out" else c.count) for c in counts)


class SkipsOneBetweenPages(MemoryStore):
    def neighbours(self, iri: str, *, limit: int = 25, **asked: Any) -> NeighbourPage:
        if limit < 2:
            return super().neighbours(iri, limit=limit, **asked)
        longer, page = super().neighbours(iri, limit=limit + 1, **asked), super().neighbours(iri, limit=limit, **asked)
        return replace(page, cursor=longer.cursor)


class AddsTheSameQuadsAgain(MemoryStore):
    def load(self, parts: Iterable[Path]) -> int:
        read = super().load(parts)
        self.loaded = getattr(self, "loaded", 0) + read
        return read

    def statistics(self) -> Statistics:
        return replace(super().statistics(), quads=self.loaded if hasattr(self, "loaded") else 0)


class NeverCompletesStubs(MemoryStore):
    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        return tuple(replace(s, stub=s.stub or self._is_marked(s.id)) for s in super().summaries(iris))

    def _is_marked(self, iri: str) -> bool:
        return any(predicate.endswith("#stub") for _, predicate, *_ in self._statements().of_subject.get(iri, []))


class ForgetsTheLastPart(MemoryStore):
    def load(self, parts: Iterable[Path]) -> int:
        parts = list(parts)
        super().load(parts[:-1] if len(parts) > 1 else parts)
        return MemoryStore().load(parts)


class CountsLinksAsProperties(MemoryStore):
    def node(self, iri: str) -> Node | None:
        node = super().node(iri)
        if node is None:
            return None
        links = {edge.relation: (Literal(edge.target),) for _, edge in super().neighbours(iri, direction="out", limit=1000).neighbours}
        return replace(node, properties={**links, **node.properties})


class CountsReferencesOnce(MemoryStore):
    def references(self, iris: Iterable[str]) -> dict[str, int]:
        return {iri: min(count, 1) for iri, count in super().references(iris).items()}


class ReplacesByAdding(MemoryStore):
    def replace(self, parts: Iterable[Path]) -> int:
        return self.load(parts)


class ForgetsTheScope(MemoryStore):
    def within(self, scope: Scope) -> GraphReader:
        return self


class TellsTheDatasetByTheBeginningOfItsName(MemoryStore):
    def within(self, scope: Scope) -> GraphReader:
        names = {dataset_of(str(graph.identifier)) or "" for graph in self._dataset.graphs()}
        return super().within(Scope.of(name for name in names if any(name.startswith(one) for one in scope.datasets or names)))


class CountsTheRecordsOfAll(MemoryStore):
    """Hides nodes of others, and still counts their records at shared edges."""

    def within(self, scope: Scope) -> GraphReader:
        seen = super().within(scope)
        seen.neighbours = self.neighbours  # type: ignore[method-assign]
        return seen


class KeepsOneLinkBetweenTwoNodes(MemoryStore):
    """As a store whose edges are known by their ends: what was said last stands for all that was said."""

    def neighbours(self, iri: str, **asked: Any) -> NeighbourPage:
        page = super().neighbours(iri, **asked)
        one = {(edge.source, edge.target): (summary, edge) for summary, edge in page.neighbours}
        return replace(page, neighbours=tuple(one.values()), total=page.total - len(page.neighbours) + len(one))

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        found = super().neighbourhood(seeds, hops, prefer)
        return replace(found, edges=tuple({(edge.source, edge.target): edge for edge in found.edges}.values()))


class ShowsADenialAsAffirmed(MemoryStore):
    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        found = super().neighbourhood(seeds, hops, prefer)
        return replace(found, edges=tuple(replace(e, relation=AFFIRMS if e.relation == DENIES else e.relation) for e in found.edges))


class CountsAllAssertionsAsOne(MemoryStore):
    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        return tuple(
            replace(count, relation=AFFIRMS if count.relation in SAID else count.relation) for count in super().neighbour_counts(iri)
        )


class TakesTheRecordAlongWithItsReadings(MemoryStore):
    def remove(self, graphs: Iterable[str]) -> int:
        graphs = list(graphs)
        removed = super().remove(graphs)
        super().remove(graph.replace("/derived/readings", "") for graph in graphs)
        return removed


class WritesAllReadingsOfADatasetAgain(MemoryStore):
    """As a store that has the readings of a dataset in one graph."""

    def replace(self, parts: Iterable[Path]) -> int:
        parts = list(parts)
        if any(b"/derived/readings/" in part.read_bytes() for part in parts):
            super().remove([name for graph in self._dataset.graphs() if "/derived/readings/" in (name := str(graph.identifier))])
        return super().replace(parts)


class ReadsToEverybody(MemoryStore):
    """Admits what is derived, whosever it is."""

    def within(self, scope: Scope) -> GraphReader:
        seen = super().within(scope)
        seen.neighbour_counts = self.neighbour_counts  # type: ignore[method-assign]
        return seen


BROKEN: dict[type[MemoryStore], str] = {
    KeepsOneLinkBetweenTwoNodes: "what_texts_say_is_told_apart_by_assertion",
    CountsAllAssertionsAsOne: "what_texts_say_is_told_apart_by_assertion",
    ShowsADenialAsAffirmed: "hits_keep_every_assertion_in_their_neighbourhood",
    TakesTheRecordAlongWithItsReadings: "readings_come_and_go_with_their_own_record",
    WritesAllReadingsOfADatasetAgain: "readings_come_and_go_with_their_own_record",
    ReadsToEverybody: "a_reader_of_a_never_learns_what_texts_of_b_say",
    ForgetsTheScope: "a_reader_of_a_never_learns_of_b",
    TellsTheDatasetByTheBeginningOfItsName: "a_reader_of_a_never_learns_of_b",
    CountsTheRecordsOfAll: "a_reader_of_a_never_learns_of_b",
    ReplacesByAdding: "replacing_graphs_in_place",
    DropsLanguageTags: "literals_come_back_as_they_were",
    DropsDatatypes: "literals_are_spelled_canonically",
    MergesTheEdgesOfRecords: "removing_leaves_what_others_say",
    IgnoresTheLimit: "neighbourhood_keeps_the_limit_and_counts_the_rest",
    ForgetsToCountWhatItLeftOut: "neighbourhood_keeps_the_limit_and_counts_the_rest",
    IgnoresPreference: "neighbourhood_prefers_and_ranks",
    IgnoresTheKindOfAStep: "neighbourhood_follows_kinds_relations_and_directions",
    LosesSharedVerticesOnRemoval: "removing_leaves_what_others_say",
    CountsEveryQuadAsANeighbour: "neighbour_counts",
    SkipsOneBetweenPages: "paging",
    AddsTheSameQuadsAgain: "loading_counts_and_repeats_without_effect",
    NeverCompletesStubs: "stubs_are_completed_later",
    ForgetsTheLastPart: "parts_without_a_last_line_end_do_not_run_together",
    CountsLinksAsProperties: "what_is_a_link_and_what_a_property",
    CountsReferencesOnce: "references",
}


@pytest.mark.parametrize(("broken", "check"), BROKEN.items(), ids=lambda value: getattr(value, "__name__", str(value)))
def test_finds_a_broken_store_out(broken: type[MemoryStore], check: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        CHECKS[check](Rig(broken, tmp_path))


def test_one_link_of_several_is_missed_in_a_neighbourhood_too(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        CHECKS["hits_keep_every_assertion_in_their_neighbourhood"](Rig(KeepsOneLinkBetweenTwoNodes, tmp_path))


@pytest.mark.parametrize("broken", [IgnoresPreference, LosesSharedVerticesOnRemoval, ForgetsToCountWhatItLeftOut])
def test_generated_graphs_find_a_broken_store_out_by_themselves(broken: type[MemoryStore], tmp_path: Path) -> None:
    rig = Rig(broken, tmp_path)
    rig.shrink = False
    with pytest.raises(AssertionError):
        CHECKS["generated_graphs"](rig)


@pytest.mark.parametrize("broken", [ForgetsTheScope, CountsTheRecordsOfAll])
def test_generated_graphs_find_a_store_out_that_forgets_the_scope(broken: type[MemoryStore], tmp_path: Path) -> None:
    rig = Rig(broken, tmp_path)
    rig.shrink = False
    with pytest.raises(AssertionError):
        CHECKS["generated_graphs_within_a_scope"](rig)


def test_the_contract_asks_about_loaded_nodes(tmp_path: Path) -> None:
    """A comparison that asks about nothing would pass for any store."""
    rig = Rig(MemoryStore, tmp_path)
    CHECKS["loading_counts_and_repeats_without_effect"](rig)
    assert rig.store.node(PATIENT) is not None
    assert len(rig.iris) > 10
