"""The events of a generation's patients as columns: what is charted, what notes mention, that somebody died, what is labeled.

Of labeled items there is such a table too: an item stands in it where a patient stands.

A row is an event and one concept of it: an event that two systems code has two rows, and one number in `events`. Rows are sorted by
concept, those without one first, then by patient and day: the events of a concept are one run of rows.

Days are days since 1970-01-01, a partial date its first day; NO_DAY where there is no date. Codes are -1 where there is nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cohorts.definition import EVENTS, LABELS
from concepts.hierarchy import runs
from concepts.model import Assertion

Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

NO_DAY: Final = int(np.iinfo(np.int32).min)
KINDS: Final = (*EVENTS, "note", *LABELS)
"""Kinds of events by their code."""
ASSERTIONS: Final = tuple(each.value for each in Assertion)
"""How notes mean concepts, by code."""


@dataclass(frozen=True)
class People:
    """The patients, by their code in the generation's dictionary."""

    described: NDArray[np.int8]
    """1 where a Patient record tells who it is."""
    born: Int32
    died: Int32
    sexes: Int16
    datasets: Int16
    first: Int32
    """The day of the first charted event; NO_DAY without any."""
    last: Int32
    """The day of the last one, or the end of one that ends later."""
    facts: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    """Of items, a row of the catalog's facts that is of each."""


@dataclass(frozen=True)
class Results:
    """What observations found, one row each. Of a bound, the side that is not known is infinite; of what is no number, NaN."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    common_low: NDArray[np.float64]
    """In the unit that all units of the dimension have in common."""
    common_high: NDArray[np.float64]
    units: Int16
    """That unit."""
    answers: Int32


@dataclass(frozen=True)
class Labelings:
    """What labels and answers have beside a class, one row each."""

    jobs: Int32
    agents: Int32
    """Of a label 'human' or 'machine', of an answer its worker."""
    scores: NDArray[np.float32]
    """Confidence; NaN without one."""


def no_labelings() -> Labelings:
    """Without a row."""
    none = np.empty(0, np.int32)
    return Labelings(none, none, none.astype(np.float32))


@dataclass(frozen=True)
class Texts:
    """What codes of the columns stand for."""

    sexes: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    """Codes of an encounter's class, a line each."""
    statuses: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    """IRIs of concepts, a space between them."""
    jobs: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Events:
    """All rows, and what they refer to."""

    kinds: Int8
    patients: Int32
    events: Int32
    concepts: Int32
    """Ordinals of the generation's concepts."""
    days: Int32
    ends: Int32
    """The day itself where no end is told."""
    precisions: Int8
    """search.days.Precision; 0 without a date."""
    encounters: Int32
    """The encounter it belongs to; of an encounter, itself."""
    settings: Int16
    statuses: Int16
    """As the record's status is written."""
    assertions: Int8
    documents: Int64
    """Rows of the catalog: of what a note says, that note."""
    datasets: Int16
    results: Int32
    """Rows of Results; of labels and answers, rows of Labelings."""
    supplies: NDArray[np.float32]
    """Days for which a drug lasts; NaN where nothing tells."""
    concept_offsets: Int64
    """Rows of concept c: `concept_offsets[c + 1] : concept_offsets[c + 2]`; the first run is of rows without a concept."""
    people: People
    found: Results
    texts: Texts
    labeled: Labelings = field(default_factory=no_labelings)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.kinds)

    def in_datasets(self, codes: Int16, wanted: Collection[str]) -> Mask:
        """Which codes of datasets are of those wanted: all, where none is named."""
        return np.isin(codes, codes_of(self.texts.datasets, wanted)) if wanted else np.ones(len(codes), dtype=np.bool_)

    def patients_of(self, datasets: Collection[str]) -> Mask:
        """The patients that a record describes, of some datasets or, where none is named, of all."""
        patients: Mask = (self.people.described == 1) & self.in_datasets(self.people.datasets, datasets)
        return patients

    @cached_property
    def settings_having(self) -> dict[str, Int16]:
        """Code of a class → the codes of `settings` that have it."""
        having: dict[str, list[int]] = {}
        for code, lines in enumerate(self.texts.settings):
            for line in lines.split("\n"):
                having.setdefault(line.casefold(), []).append(code)
        return {line: np.asarray(codes, dtype=np.int16) for line, codes in having.items()}

    def of_concepts(self, concepts: Int32) -> Int64:
        """The rows of some concepts, by concept."""
        starts = self.concept_offsets[concepts.astype(np.int64) + 1]
        return runs(starts, self.concept_offsets[concepts.astype(np.int64) + 2] - starts)

    def of_kind(self, kind: str) -> Int64:
        """The rows of a kind of events. Of notes those that stand for a note as a whole."""
        rows = np.flatnonzero(self.kinds == KINDS.index(kind))
        return rows[self.concepts[rows] < 0] if kind == "note" else rows


ROWS: Final = tuple(each.name for each in fields(Events) if each.name not in ("concept_offsets", "people", "found", "texts", "labeled"))
"""Columns with a value for every row."""


def codes_of(texts: Sequence[str], wanted: Collection[str]) -> Int64:
    """The codes of some texts, whatever their capitals; those that are not there are left out."""
    folded = {text.casefold() for text in wanted}
    return np.asarray([code for code, text in enumerate(texts) if text.casefold() in folded], dtype=np.int64)


def sorted_events(
    columns: Mapping[str, Sequence[float] | NDArray[Any]],
    concepts: int,
    people: People,
    found: Results,
    texts: Texts,
    labeled: Labelings | None = None,
) -> Events:
    """Events of columns that stand in any order; `concepts` is how many the generation has."""
    types = {"kinds": np.int8, "precisions": np.int8, "assertions": np.int8, "documents": np.int64, "supplies": np.float32}
    types |= dict.fromkeys(("settings", "statuses", "datasets"), np.int16)
    arrays = {name: np.asarray(columns[name]).astype(types.get(name, np.int32)) for name in ROWS}
    order = np.lexsort((arrays["events"], arrays["days"], arrays["patients"], arrays["concepts"]))
    arrays = {name: array[order] for name, array in arrays.items()}
    offsets = np.searchsorted(arrays["concepts"], np.arange(-1, concepts + 1)).astype(np.int64)
    labels = labeled or no_labelings()
    return Events(**arrays, concept_offsets=offsets, people=observed(people, arrays), found=found, texts=texts, labeled=labels)


def observed(people: People, arrays: dict[str, Any]) -> People:
    """The same people, with their first and last day of charted events."""
    charted = (arrays["kinds"] < KINDS.index("patient")) & (arrays["days"] != NO_DAY)
    patients, days = arrays["patients"][charted], arrays["days"][charted]
    ends = np.maximum(days, arrays["ends"][charted])
    first, last = np.full(len(people.born), np.iinfo(np.int32).max, np.int32), np.full(len(people.born), NO_DAY, np.int32)
    np.minimum.at(first, patients, days)
    np.maximum.at(last, patients, ends)
    first[last == NO_DAY] = NO_DAY
    return People(people.described, people.born, people.died, people.sexes, people.datasets, first, last, people.facts)
