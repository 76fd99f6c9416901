"""What was found, patient by patient: patients in the order of their best documents, and the few documents that stand for each.

Documents are put together before a page is cut, so that no patient is on two pages, and all of them are counted. A document of nobody
stands for itself.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.columns.documents import HAVING, WAYS
from search.model import ByPatient, Hit, PatientHits, WayCount
from search.protocols import Mask
from search.ranking.finding import Found
from search.ranking.grounded import Grounded

MOST_SHOWN: Final = 3
"""Documents that stand for a patient."""

Int64 = NDArray[np.int64]


class Way(NamedTuple):
    """Documents that have a part of the question, by its place, in one way (search.columns.documents.HAVING or one of WAYS)."""

    part: int
    way: str
    documents: Mask


def ways_of(asked: Grounded) -> list[Way]:
    """Documents that have each part, in each way; of a part that asks for a value those that have it so."""
    return [
        Way(place, way, each.fitting if each.part.of_result and way == HAVING else each.documents[way])
        for place, each in enumerate(asked.parts)
        for way in (HAVING, *WAYS)
    ]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Found documents by patient. Those of group g are `places[starts[g] : starts[g + 1]]` of what was found, best first.

    `patients` of the groups are a patient's, the others a document of nobody; `well` of them have a document that matches well, and come
    first.
    """

    places: Int64
    starts: Int64
    patients: int
    well: int

    @property
    def total(self) -> int:
        """How many groups there are."""
        return len(self.starts) - 1

    def of(self, group: int) -> Int64:
        """The places of a group among what was found, best first."""
        return self.places[self.starts[group] : self.starts[group + 1]]


def by_patient(found: Found, patients: NDArray[np.integer]) -> Grouped:
    """Put what was found together; `patients` is the code of each document's patient, -1 for nobody's."""
    codes = patients[found.documents].astype(np.int64)
    nobody = codes < 0
    codes[nobody] = -1 - np.arange(np.count_nonzero(nobody))
    distinct, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    group = place[inverse]
    sizes = np.bincount(group, minlength=len(order))
    return Grouped(
        places=np.argsort(group, kind="stable"),
        starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        patients=int(np.count_nonzero(distinct >= 0)),
        well=int(np.count_nonzero(first < found.well)),
    )


def standing_for(places: Int64, documents: Int64, ways: Sequence[Way], well: int) -> Int64:
    """The places that stand for a group, at most MOST_SHOWN, best first.

    They are its best document and the best one of each further way in which it speaks of the question, then others that match well: those
    at the first `well` places. `documents` are those at `places`, best first.
    """
    chosen: list[int] = []
    told: set[int] = set()
    for index, document in enumerate(documents.tolist()):
        tells = {number for number, way in enumerate(ways) if way.documents[document]}
        if not chosen or tells - told:
            chosen.append(index)
            told |= tells
        if len(chosen) == MOST_SHOWN:
            break
    others = (index for index in range(len(documents)) if index not in chosen and places[index] < well)
    chosen += [index for index, _ in zip(others, range(MOST_SHOWN - len(chosen)), strict=False)]
    return places[sorted(chosen)]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A page of groups, the first of them by number `first`, with the places that stand for each; `found` is what was put together."""

    found: Found
    grouped: Grouped
    first: int
    shown: tuple[Int64, ...]
    ways: Sequence[Way]

    @property
    def places(self) -> Int64:
        """The places of all hits of the page."""
        return np.concatenate(self.shown) if self.shown else np.empty(0, dtype=np.int64)

    def told(self, hits: Sequence[Hit], names: Callable[[Hit], tuple[str, str] | None]) -> ByPatient:
        """The page in words: `hits` are those at its places, `names` tells the patient of one (IRI, label)."""
        page, at = [], 0
        for number, shown in enumerate(self.shown, self.first):
            standing = hits[at : at + len(shown)]
            at += len(shown)
            places = self.grouped.of(number)
            documents = self.found.documents[places]
            named = names(standing[0])
            page.append(
                PatientHits(
                    rank=number + 1,
                    patient=named[0] if named else None,
                    label=named[1] if named else standing[0].title,
                    documents=len(places),
                    well=int(np.count_nonzero(places < self.found.well)),
                    hits=tuple(hit.rank for hit in standing),
                    said=_counts(documents, self.ways),
                )
            )
        return ByPatient(self.grouped.total, self.grouped.patients, self.grouped.well, tuple(page))


def page_of(found: Found, patients: NDArray[np.integer], ways: Sequence[Way], offset: int, limit: int) -> GroupPage:
    """The groups from `offset` on, at most `limit` of them."""
    grouped = by_patient(found, patients)
    numbers = range(min(offset, grouped.total), min(offset + limit, grouped.total))
    well = found.well if found.ranked is not None else len(found.documents)
    shown = tuple(standing_for(grouped.of(number), found.documents[grouped.of(number)], ways, well) for number in numbers)
    return GroupPage(found, grouped, offset, shown, ways)


def _counts(documents: Int64, ways: Iterable[Way]) -> tuple[WayCount, ...]:
    """How many documents speak of each part of the question, in each way; what none does is left out."""
    counted = (WayCount(part, way, int(np.count_nonzero(mask[documents]))) for part, way, mask in ways)
    return tuple(each for each in counted if each.documents)
