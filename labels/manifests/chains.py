"""Chains of jobs over one line: which of its box labels another job adjusted later."""

from collections.abc import Mapping, Sequence
from typing import Any

from labels.groundtruth.values import moment, text
from labels.manifests.table import metadata_of, task_of


def last_words(content: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Those of a line's box labels that no later adjustment job took over, in the order given.

    An adjustment says `adjustment-status`. It took over the latest label before it of the same type whose class map agrees with its own;
    where none agrees, the only label before it.
    """
    about = {name: metadata_of(content, name) for name in names}
    ordered = sorted(names, key=lambda name: (moment(text(about[name].get("creation-date"))) or "", "adjustment-status" in about[name]))
    superseded: set[str] = set()
    for place, name in enumerate(ordered):
        if not about[name].get("adjustment-status"):
            continue
        earlier = [other for other in ordered[:place] if other not in superseded and task_of(about[other]) == task_of(about[name])]
        agreeing = [other for other in earlier if _agree(_classes(about[other]), _classes(about[name]))]
        if agreeing or len(earlier) == 1:
            superseded.add((agreeing or earlier)[-1])
    return [name for name in names if name not in superseded]


def _classes(metadata: Mapping[str, Any]) -> dict[str, str]:
    found = metadata.get("class-map")
    return {str(key): str(name).strip() for key, name in found.items()} if isinstance(found, dict) else {}


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two class maps can be one job's: no id with two names, and something in common unless one of them lists nothing."""
    shared = one.keys() & other.keys()
    return all(one[key] == other[key] for key in shared) and (bool(shared) or not one or not other)
