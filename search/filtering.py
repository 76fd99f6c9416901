"""What a filter is: how its values hold together, what they may be, and what its mask asks of the documents or labels.

Nothing heavy is imported here: the command line reads the table of filters when it starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


class Kind(StrEnum):
    """How the values of a filter hold together."""

    ANY = "any of them"
    ALL = "all of them"
    DATE = "one date"
    NUMBER = "one number"


class Takes(StrEnum):
    """What a value may be."""

    WORD = "word"
    """Up to 200 characters."""
    WORDS = "words"
    """Up to 2,048 characters."""
    IRI = "IRI"
    CONCEPT = "CONCEPT"
    """An IRI, or several of which any will do, with BAR between."""
    RESULT = "RESULT"
    """CONCEPT|COMPARISON|UNIT (search.questions.results)."""


BAR: Final = "|"
MOST_EITHER: Final = 50
"""Concepts of which a value may leave the choice."""


def either(concepts: Iterable[str]) -> str:
    """The value that asks for any of some concepts."""
    return BAR.join(dict.fromkeys(concepts))


def concepts_of(values: Iterable[str]) -> tuple[str, ...]:
    """The concepts that values name, each once."""
    return tuple(dict.fromkeys(concept for value in values for concept in value.split(BAR) if concept))


class Ground(Protocol):
    """What masks are made of: the documents of a generation, and the labels of its items, a row each."""

    @property
    def columns(self) -> Any:
        """search.columns.documents.Columns."""
        ...

    def among(self, name: str, values: tuple[str, ...]) -> "Mask":
        """Documents whose dataset, patient, type or sex is one of the values."""
        ...

    def having(self, concepts: tuple[str, ...], way: str = "concept") -> "Mask":
        """Documents that have every one of the concepts, or speak of each in this way; any of those that a value names."""
        ...

    def lacking(self, values: tuple[str, ...]) -> "Mask":
        """Documents of patients of whom no text affirms any of the concepts, and whose chart has none."""
        ...

    def not_before(self, date: str) -> "Mask":
        """Documents that may be of this date or later."""
        ...

    def not_after(self, date: str) -> "Mask":
        """Documents with a date that may be this one or an earlier one."""
        ...

    def aged_from(self, years: float) -> "Mask":
        """Documents whose patient may be so old, or older, at their date."""
        ...

    def aged_to(self, years: float) -> "Mask":
        """Documents whose patient may be so old, or younger, at their date."""
        ...

    def with_results(self, values: tuple[str, ...]) -> "Mask":
        """Documents with every one of the results."""
        ...

    def labels_among(self, name: str, values: tuple[str, ...]) -> "Mask":
        """Labels whose job, agent, state or attribute is one of the values."""
        ...

    def labels_from(self, confidence: float) -> "Mask":
        """Labels of at least this confidence."""
        ...

    def labels_to(self, confidence: float) -> "Mask":
        """Labels of at most this confidence."""
        ...


@dataclass(frozen=True, slots=True)
class Filter:
    """A row of the table.

    `name` is the parameter and option, `plural` the attribute of `Filters`, `title` what a chip says, `facet` the title of the list of its
    values ('' for none), `mask` which documents fit, or which labels if it is `of_labels` (such filters hold for one label at a time).
    """

    name: str
    plural: str
    kind: Kind
    title: str
    help: str
    mask: "Callable[[Ground, Any], Mask]"
    facet: str = ""
    takes: Takes = Takes.WORD
    of_labels: bool = False
    known: bool = False
    """Whether a value that nothing published has is an error; else it is said beside an answer that finds nothing."""
    example: str = ""
    least: float = 0
    """Of a number: the least it may be."""
    most: float = 1
    """Of a number: the greatest it may be."""
    whole: bool = False
    """Whether a number is a whole one."""
    values: str = ""
    """The filter whose values it shares; '' for its own."""

    @property
    def field(self) -> str:
        """What the values are, as the catalog's dictionary calls it."""
        return self.values or self.name

    @property
    def several(self) -> bool:
        """Whether it may be given more than once."""
        return self.kind in (Kind.ANY, Kind.ALL)

    @property
    def most_values(self) -> int:
        """How many values it takes."""
        return (1000 if self.name == "patient" else 100) if self.several else 1
