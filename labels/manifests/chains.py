"""Chains of jobs over one line: which of its box labels another job adjusted later."""

from collections.abc import Mapping, Sequence

from labels.groundtruth.model import Labeling


def last_words(about: Mapping[str, Labeling], names: Sequence[str]) -> list[str]:
    """Those of a line's box labels that no later adjustment job took over, in the order given.

    An adjustment says `adjustment-status`. It took over the latest label before it of the same type whose classes agree with its own;
    where none agrees, the only label before it.
    """
    ordered = sorted(names, key=lambda name: (about[name].created or "", bool(about[name].adjustment)))
    superseded: set[str] = set()
    for place, name in enumerate(ordered):
        if not about[name].adjustment:
            continue
        earlier = [other for other in ordered[:place] if other not in superseded and about[other].task == about[name].task]
        agreeing = [other for other in earlier if _agree(_classes(about[other]), _classes(about[name]))]
        if agreeing or len(earlier) == 1:
            superseded.add((agreeing or earlier)[-1])
    return [name for name in names if name not in superseded]


def _classes(labeling: Labeling) -> dict[str, str]:
    """Class id → name. A class that no map names is called like its id: that tells nothing of it."""
    return {one.id: one.name.strip() for one in labeling.categories if one.id and one.name != one.id}


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two class maps can be one job's: no id with two names, and something in common unless one of them lists nothing."""
    shared = one.keys() & other.keys()
    return all(one[key] == other[key] for key in shared) and (bool(shared) or not one or not other)
