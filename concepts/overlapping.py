"""Of spans that overlap those that are taken."""

from collections.abc import Iterable


def apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of overlapping spans the longest, then the first; by place."""
    chosen: list[tuple[int, int]] = []
    cluster: list[tuple[int, int]] = []
    behind = 0
    for span in sorted(spans):
        if span[0] >= behind:
            chosen += cluster if len(cluster) < 2 else _longest(cluster)
            cluster = []
        cluster.append(span)
        behind = max(behind, span[1])
    return chosen + (cluster if len(cluster) < 2 else _longest(cluster))


def _longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    taken: set[int] = set()
    chosen = []
    for first, last in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        places = range(first, last)
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append((first, last))
    return sorted(chosen)
