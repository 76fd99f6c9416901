"""Roles, grants, and the one question: which datasets, at which level, may somebody see? Pure functions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from graph.scope import EVERYTHING, Scope


class Role(IntEnum):
    """What somebody may do with a dataset; each may all that those before it may."""

    COUNTS = 1
    """Numbers only, protected, no rows."""
    DEIDENTIFIED = 2
    """Rows without what identifies, of the de-identified copy of a dataset."""
    READER = 3
    """Everything that is shown."""
    STEWARD = 4
    """Also how it was taken in: runs, issues, where files lie."""
    ADMINISTRATOR = 5
    """Also loading and metrics, where it is granted for all datasets."""

    @property
    def word(self) -> str:
        """Its name in commands and answers."""
        return self.name.lower()


ROLES: Final = {role.word: role for role in Role}
"""Word → role."""

AREAS: Final = {
    "search": "notes: searching, facets, reading texts",
    "graph": "nodes, neighbours, SPARQL, records",
    "patients": "patients, concepts, what is alike",
    "cohorts": "cohorts, what is found together",
    "saved": "what is saved under names, and one's own questions",
    "labels": "labeled data",
    "data": "datasets, runs, issues, exports, views",
    "loader": "loading by request",
    "service": "metrics",
}
"""Area that tokens may be limited to → what lies in it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for a dataset; None: for all datasets, those that are yet to come too."""

    role: Role
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may: a role for each of some datasets, and one for all."""

    by_dataset: Mapping[str, Role] = field(default_factory=dict)
    everywhere: Role | None = None

    def at_least(self, role: Role) -> Scope | None:
        """The datasets for which this role or a higher one is held; None where there is none."""
        if self.everywhere is not None and self.everywhere >= role:
            return EVERYTHING
        datasets = frozenset(name for name, held in self.by_dataset.items() if held >= role)
        return Scope(datasets) if datasets else None

    def within(self, datasets: Collection[str]) -> "Rights":
        """What is left of them for these datasets alone."""
        held = {name: max(role for role in (self.everywhere, self.by_dataset.get(name)) if role) for name in datasets if self._holds(name)}
        return Rights(held)

    def _holds(self, dataset: str) -> bool:
        return self.everywhere is not None or dataset in self.by_dataset


NOTHING: Final = Rights()


def rights_of(grants: Iterable[Grant]) -> Rights:
    """What grants to somebody and to their groups come to: of several for a dataset, the highest."""
    by_dataset: dict[str, Role] = {}
    everywhere: Role | None = None
    for grant in grants:
        if grant.dataset is None:
            everywhere = max(everywhere, grant.role) if everywhere else grant.role
        else:
            by_dataset[grant.dataset] = max(by_dataset.get(grant.dataset, grant.role), grant.role)
    return Rights(by_dataset, everywhere)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one request sees: the datasets, and whether as rows or as protected numbers."""

    scope: Scope
    counts_only: bool = False
    deidentified: bool = False
    """Whether the datasets are their de-identified copies."""


UNLIMITED: Final = Sight(EVERYTHING)
"""What everybody sees where there is no access control."""


def sight_of(rights: Rights, needs: Role, *, counted: bool = False, copied: bool = False) -> Sight | None:
    """What somebody with these rights sees of an operation; None where they may not use it.

    An operation that can be answered from de-identified copies (`copied`) is answered so to whoever may see datasets themselves nowhere;
    one that can be answered in protected numbers (`counted`) is answered so to whoever may see rows nowhere. Exact and protected numbers
    are never added up in one answer: the difference to another one would give the exact number away.
    """
    scope = rights.at_least(needs)
    if scope is not None:
        return Sight(scope)
    copies = rights.at_least(Role.DEIDENTIFIED)
    if copies is not None:  # numbers of the datasets themselves would tell whether a name that is asked for is in them
        return Sight(copies, deidentified=True) if copied else None
    numbers = rights.at_least(Role.COUNTS) if counted else None
    return Sight(numbers, counts_only=True) if numbers is not None else None
