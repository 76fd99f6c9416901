"""A question on the ground of one generation: which documents have its parts, in each way, and are within its limits.

Looked up once for a question, when first asked for: ranking, hits, heads and groups all speak of the same masks.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from concepts.relatives import Kin, kin
from search.columns.concepts import Int32
from search.columns.documents import HAVING, SAYING
from search.levels import ANSWERS, CONTRADICTS, Level
from search.masks import Ground, allowed
from search.protocols import Mask
from search.questions.limits import Limit
from search.questions.question import Part, Question
from search.questions.question import together as as_one

Codes = Callable[[Sequence[str]], Sequence[int]]
"""Ordinals of concepts, with the other codings of each; those that nothing published has are left out."""


class Standing(NamedTuple):
    """Documents that are as a limit asks, and those of which it is known. A limit `of_whom` says whom the question is of."""

    as_asked: Mask
    known: Mask
    of_whom: bool


@dataclass(frozen=True)
class GroundedPart:
    """A part of a question; its concepts stand for everything narrower, `ordinals`, none where nothing published has any."""

    part: Part
    ordinals: Int32
    ground: Ground

    @cached_property
    def documents(self) -> Mapping[str, Mask]:
        """Documents that have its concepts (HAVING), and that say so of them, by each way of SAYING."""
        return {way: self.ground.columns.concepts(way).having_any(self.ordinals) for way in (HAVING, *SAYING)}

    @cached_property
    def charted(self) -> Mask:
        """The patients whose chart has its concepts, by code."""
        return self.ground.charted(self.ordinals)

    @cached_property
    def allergic(self) -> Mask:
        """The patients whose chart has an allergy to its concepts, by code."""
        return self.ground.allergic(self.ordinals)

    @cached_property
    def measured(self) -> Mask:
        """Documents with a value as it asks, charted or in the text; none where it asks for no value."""
        return self._of_level(ANSWERS[self.part.level]) if self.part.level else self._valued(bare=False)

    @cached_property
    def otherwise(self) -> Mask:
        """Documents with values that are known not to be as it asks, and none that is; to what is usual many values say nothing."""
        if self.part.level:
            return self._of_level(CONTRADICTS[self.part.level]) & ~self.fitting
        return self.documents[HAVING] & ~self.fitting

    @cached_property
    def taken(self) -> Mask:
        """Documents with a value without a unit that is taken for one as it asks."""
        return self._valued(bare=True)

    @cached_property
    def kin(self) -> NDArray[np.uint8]:
        """Of each document whether it says its concepts of the relatives of whom they are asked (`Kin`).

        What others found tells of the family at most; where our own reading tells of whom, that counts.
        """
        columns = self.ground.columns
        found = np.where(self.documents["family"], np.uint8(Kin.OPEN), np.uint8(Kin.ANOTHER))
        asked = frozenset(self.part.relatives)
        told = [(row, kin(asked, trigger)) for row, trigger in self.ground.families(self.ordinals.tolist())]
        if told:
            rows, means = (np.asarray(values, dtype=np.int64) for values in zip(*told, strict=True))
            order = np.argsort(columns.rowids)
            places = order[np.searchsorted(columns.rowids, rows, sorter=order)]
            found[places] = Kin.ANOTHER
            np.maximum.at(found, places, means.astype(np.uint8))
        return found

    @cached_property
    def of_others(self) -> Mask:
        """Documents that say its concepts of relatives, but of none of those of whom they are asked."""
        if not self.part.relatives:
            return np.zeros(self.ground.columns.documents, dtype=np.bool_)
        found: Mask = self.documents["family"] & (self.kin == Kin.ANOTHER)
        return found

    @property
    def fitting(self) -> Mask:
        """Documents with a value as it asks, in its unit or taken for one."""
        return self.measured | self.taken

    def _of_level(self, levels: Collection[Level]) -> Mask:
        found: Mask = self.ground.columns.results.of_level(levels, self.ordinals, self.ground.columns.documents)
        return found

    def _valued(self, *, bare: bool) -> Mask:
        columns = self.ground.columns
        if self.part.value is None:
            return np.zeros(columns.documents, dtype=np.bool_)
        look: Callable[..., Mask] = columns.results.bare if bare else columns.results.mask
        return look(self.part.value.result(self.part.concepts[0]), self.ordinals, self.ground.units, columns.documents)


@dataclass(frozen=True)
class Grounded:
    """A question with its parts by place, and where documents stand to each limit of which anything is known."""

    question: Question
    ground: Ground
    parts: tuple[GroundedPart, ...]
    limits: tuple[Standing, ...]

    @classmethod
    def of(cls, question: Question, ground: Ground, codes: Codes) -> "Grounded":
        """The question on a ground; `codes` tells what its concepts are there."""
        parts = (GroundedPart(part, ground.hierarchy.with_narrower(codes(part.concepts)), ground) for part in question.parts)
        standings = (_standing(limit, ground) for limit in question.limits)
        return cls(question, ground, tuple(parts), tuple(standing for standing in standings if standing.known.any()))

    def within(self, allowed: Mask | None) -> Mask | None:
        """Of the allowed documents (None: all) those that are as every limit asks."""
        masks = [*(limit.as_asked for limit in self.limits), *([] if allowed is None else [allowed])]
        return np.logical_and.reduce(masks) if masks else None

    def of_whom(self, allowed: Mask | None) -> Mask | None:
        """Of the allowed documents (None: all) those that may be of somebody of whom is asked: for "women over 60" no man's at 40.

        Of a day that is asked a document of another day may tell; of a woman no document of a man does.
        """
        others = [limit.known & ~limit.as_asked for limit in self.limits if limit.of_whom]
        if not others:
            return allowed
        left: Mask = ~np.logical_or.reduce(others)
        return left if allowed is None else left & allowed

    def assumed(self, allowed: Mask | None) -> Iterator[str]:
        """What is to be said of values without a unit that are taken for answers."""
        for each in self.parts:
            bare = each.taken & ~each.measured
            count = int(np.count_nonzero(bare if allowed is None else bare & allowed))
            if count and each.part.value is not None:
                of = "1 document gives" if count == 1 else f"{count:,} documents give"
                yield f"{of} {each.part.label} without a unit: taken for {each.part.value.unit}, as its other values are."


def together(asked: Sequence[Grounded]) -> Grounded:
    """The alternatives of a question as one, as `search.questions.question.together` makes them one."""
    if len(asked) == 1:
        return asked[0]
    return Grounded(
        as_one([each.question for each in asked]),
        asked[0].ground,
        tuple(part for each in asked for part in each.parts),
        tuple(limit for each in asked for limit in each.limits),
    )


def _standing(limit: Limit, ground: Ground) -> Standing:
    columns = ground.columns
    known: Mask = {"sex": columns.sexes >= 0, "age": columns.greatest_ages >= 0}.get(limit.of, columns.first_days > 0)
    as_asked = allowed(limit.asked, ground)
    return Standing(known if as_asked is None else as_asked, known, limit.of in ("sex", "age"))
