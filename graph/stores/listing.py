"""Lists of a node's neighbours, for back ends that have all of them at hand: counted, and page by page."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from graph.cursors import Position, decode_cursor, encode_cursor
from graph.model import Direction, Edge, NeighbourCount, NeighbourPage, NodeSummary

T = TypeVar("T")


def counted(neighbours: Iterable[tuple[str, Direction, str]]) -> tuple[NeighbourCount, ...]:
    """The counts of neighbours, each given by its relation, direction and kind."""
    return tuple(NeighbourCount(*group, count) for group, count in sorted(Counter(neighbours).items()))


def paged(
    entries: Mapping[Position, T],
    limit: int,
    cursor: str | None,
    edge: Callable[[Position, T], Edge],
    summaries: Callable[[Sequence[str]], Iterable[NodeSummary]],
) -> NeighbourPage:
    """The page of entries after the cursor; edges and summaries are made for that page alone.

    Raises InvalidCursor for a cursor that no page gave, ValueError for a limit below 1.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    after = decode_cursor(cursor) if cursor is not None else None
    rest = sorted(position for position in entries if after is None or position > after)
    page = rest[:limit]
    edges = (edge(position, entries[position]) for position in page)
    return NeighbourPage(
        neighbours=tuple(zip(summaries([neighbour for neighbour, *_ in page]), edges, strict=True)),
        total=len(entries),
        cursor=encode_cursor(page[-1]) if len(rest) > limit else None,
    )
