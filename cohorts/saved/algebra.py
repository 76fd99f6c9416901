"""Sets of cohorts: who is in all of some, in any, or in the first without the others; and how they overlap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

import numpy as np

from cohorts.definition import FORMAT, Subjects
from cohorts.events import Int32
from cohorts.protection import HIDDEN, Protection, Told
from cohorts.saved.counting import definition_in
from cohorts.saved.errors import SavedRefused
from cohorts.saved.model import Saved, Viewer
from cohorts.saved.things import SavedThings
from cohorts.study import Cohorts

How = Literal["and", "or", "without"]
HOWS: Final[tuple[str, ...]] = get_args(How)
WORDS: Final[Mapping[str, str]] = {"and": "in all of them", "or": "in any of them", "without": "in the first and none of the others"}
MOST: Final = 8
"""Cohorts that are put together at a time: their regions double with each."""


@dataclass(frozen=True, slots=True)
class Region:
    """Who is in these cohorts, by their places, and in none of the others."""

    inside: tuple[int, ...]
    count: Told


@dataclass(frozen=True, slots=True)
class Overlap:
    """How cohorts overlap: the size of each, and of every region that can be told apart; of up to three also those that are empty."""

    sizes: tuple[Told, ...]
    regions: tuple[Region, ...]

    def combined(self, how: How) -> Told:
        """How many a combination has."""
        chosen = [one.count for one in self.regions if _has(one.inside, len(self.sizes), how)]
        return sum(one for one in chosen if isinstance(one, int)) if HIDDEN not in chosen else HIDDEN


def combination(names: Sequence[str], how: How, subjects: Subjects = "patients") -> dict[str, Any]:
    """The definition of a combination of cohorts that are known by names: a patient enters with the first index event."""
    if how == "or":
        return _definition(names, (), subjects)
    count: dict[str, Any] = {"count": {"eq": 0}} if how == "without" else {}
    return _definition(names[:1], [{"cohort": name, **count} for name in names[1:]], subjects)


def region(names: Sequence[str], inside: Sequence[int], subjects: Subjects = "patients") -> dict[str, Any]:
    """The definition of a region."""
    first, *others = inside
    rules: list[dict[str, Any]] = [{"cohort": names[place]} for place in others]
    rules += [{"cohort": name, "count": {"eq": 0}} for place, name in enumerate(names) if place not in inside]
    return _definition([names[first]], rules, subjects)


def _definition(entering: Sequence[str], rules: Sequence[dict[str, Any]], subjects: Subjects) -> dict[str, Any]:
    made = {"format": FORMAT, "entry": {"any": [{"cohort": name} for name in entering], "limit": "first"}}
    return {**made, **({"rules": list(rules)} if rules else {}), **({"subjects": subjects} if subjects != "patients" else {})}


def overlap(members: Sequence[Int32]) -> Overlap:
    """How cohorts overlap, of the codes of their patients, each as often as may be."""
    several = [np.unique(each) for each in members]
    everybody = np.unique(np.concatenate(several)) if several else np.zeros(0, np.int32)
    marks = np.zeros(len(everybody), np.int64)
    for place, each in enumerate(several):
        marks |= np.isin(everybody, each, assume_unique=True).astype(np.int64) << place
    counts = np.bincount(marks, minlength=1 << len(several))
    regions = (Region(_places(mark), int(counts[mark])) for mark in range(1, 1 << len(several)))
    shown = (one for one in regions if one.count or len(several) <= 3)
    return Overlap(tuple(len(each) for each in several), tuple(sorted(shown, key=lambda one: (len(one.inside), one.inside))))


def told(found: Overlap, everyone: int, protection: Protection) -> Overlap:
    """An overlap as it may be told: where any region is small, or who is in none of the cohorts, no region is: sums would tell it."""
    counts = [one.count for one in found.regions if isinstance(one.count, int)]
    whole = all(map(protection.tells, (*counts, everyone - sum(counts))))
    sizes = tuple(protection.count(size) if isinstance(size, int) else size for size in found.sizes)
    regions = (Region(one.inside, protection.count(one.count) if whole and isinstance(one.count, int) else HIDDEN) for one in found.regions)
    return Overlap(sizes, tuple(regions))


@dataclass(frozen=True, slots=True)
class Together:
    """Saved cohorts as they overlap, in exact numbers."""

    subjects: Subjects
    everyone: int
    """How many there are to be in any."""
    overlap: Overlap

    def told(self, protection: Protection) -> Overlap:
        """The overlap as it may be told. Items are no patients."""
        return self.overlap if self.subjects == "items" else told(self.overlap, self.everyone, protection)


def counted_together(things: SavedThings, viewer: Viewer, saved: Sequence[Saved], cohorts: Cohorts) -> Together:
    """Count saved cohorts beside one another. Raises SavedRefused, InvalidDefinition."""
    definitions = [definition_in(things, viewer, one) for one in saved]
    subjects = definitions[0].subjects
    if any(one.subjects != subjects for one in definitions):
        raise SavedRefused("id", "names cohorts of patients and of items: one of them has nobody in common with the other")
    found = overlap([cohorts.count(one).members.patients for one in definitions])
    return Together(subjects, cohorts.everyone(replace(definitions[0], datasets=())), found)


def _places(mark: int) -> tuple[int, ...]:
    return tuple(place for place in range(mark.bit_length()) if mark >> place & 1)


def _has(inside: tuple[int, ...], several: int, how: How) -> bool:
    """Whether a region is part of a combination."""
    return how == "or" or (len(inside) == several if how == "and" else inside == (0,))
