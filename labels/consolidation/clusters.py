"""Groups of parts (boxes, spans) that several workers drew around the same thing."""

from collections.abc import Sequence

import numpy as np

from labels.consolidation.votes import Floats


def groups(workers: Sequence[int], labels: Sequence[str], alike: Floats, threshold: float) -> list[list[int]]:
    """Numbers of the parts, grouped; `alike` holds their similarity to one another, 0 to 1.

    Pairs join from the most alike down, those of equal label first. Every two parts of a group are at least `threshold` alike, and no
    worker has two parts in one. Groups and their members come in the order of their first part.
    """
    count = len(workers)
    group = list(range(count))
    members = [[number] for number in range(count)]
    first, second = np.nonzero(np.triu(alike >= threshold, k=1))
    near = alike[first, second]
    kinds = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    kind = np.array([kinds[label] for label in labels], np.int64)
    order = np.lexsort((second, first, -near, kind[first] != kind[second]))
    for one, other in zip(first[order].tolist(), second[order].tolist(), strict=True):
        here, there = sorted((group[one], group[other]))
        if here == there or {workers[part] for part in members[here]} & {workers[part] for part in members[there]}:
            continue
        if alike[np.ix_(members[here], members[there])].min() < threshold:
            continue
        for part in members[there]:
            group[part] = here
        members[here] += members[there]
        members[there] = []
    return [sorted(parts) for parts in members if parts]


def most_frequent(labels: Sequence[str], overall: dict[str, int]) -> str:
    """The label most members have; a tie goes to the one more frequent in the whole job (`overall`), then to the name that sorts first."""
    counts = {label: labels.count(label) for label in labels}
    return min(counts, key=lambda label: (-counts[label], -overall.get(label, 0), label))
