"""Lists of neighbours: counted, and cut into pages that together give each entry once."""

import pytest

from graph.errors import InvalidCursor
from graph.model import Edge, NeighbourCount, NodeSummary
from graph.stores.listing import counted, paged

ENTRIES = {
    (neighbour, relation, way): number
    for number, (neighbour, relation, way) in enumerate([("b", "r", "out"), ("b", "r", "in"), ("a", "s", "in")])
}


def test_pages_give_each_entry_once_in_order_with_the_total_of_all() -> None:
    asked: list[list[str]] = []

    def summaries(iris: list[str]) -> list[NodeSummary]:
        asked.append(iris)
        return [NodeSummary(iri, "Thing", iri, False) for iri in iris]

    cursor, found = None, []
    while True:
        page = paged(ENTRIES, 2, cursor, lambda position, number: Edge(*position, number, ()), summaries)  # type: ignore[arg-type]
        found += [(summary.id, edge.records) for summary, edge in page.neighbours]
        assert page.total == 3
        cursor = page.cursor
        if cursor is None:
            break
    assert found == [("a", 2), ("b", 1), ("b", 0)]
    assert asked == [["a", "b"], ["b"]], "what is not on the page is not asked for"


def test_what_no_page_gave_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        paged(ENTRIES, 2, "!", lambda position, _: Edge(*position, 1, ()), lambda _: ())
    with pytest.raises(ValueError, match="limit"):
        paged(ENTRIES, 0, None, lambda position, _: Edge(*position, 1, ()), lambda _: ())


def test_counts_are_sorted_by_what_they_count() -> None:
    assert counted([("r", "out", "B"), ("r", "in", "B"), ("r", "out", "A"), ("r", "out", "B")]) == (
        NeighbourCount("r", "in", "B", 1),
        NeighbourCount("r", "out", "A", 1),
        NeighbourCount("r", "out", "B", 2),
    )
