"""Which datasets a reader may see. What a reader is not admitted to is, to it, not there: no count, page or suggestion tells of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from graph.identifiers import dataset_iri

_DATA: Final = dataset_iri("")


@dataclass(frozen=True, slots=True)
class Scope:
    """The datasets that may be seen, by name; None: all there are, and what belongs to none."""

    datasets: frozenset[str] | None = None

    @classmethod
    def of(cls, datasets: Iterable[str]) -> "Scope":
        """The scope of these datasets."""
        return cls(frozenset(datasets))

    def admits(self, iri: str) -> bool:
        """Whether a named graph or a record may be seen. What belongs to no dataset is seen by those alone who see everything."""
        return self.datasets is None or dataset_of(iri) in self.datasets

    def narrowed(self, other: "Scope") -> "Scope":
        """What both admit."""
        if self.datasets is None or other.datasets is None:
            return other if self.datasets is None else self
        return Scope(self.datasets & other.datasets)


EVERYTHING: Final = Scope()
"""All datasets."""


def dataset_of(iri: str) -> str | None:
    """The name of the dataset that a record or a named graph belongs to; None for what belongs to none."""
    if not iri.startswith(_DATA):
        return None
    return iri[len(_DATA) :].split("/", 1)[0] or None
