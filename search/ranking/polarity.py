"""Whether passages say what a question asks for: what denies, supposes or says of relatives does not answer for those who have it.

A question is read by the same triggers as notes ("patients without chest pain"), less what only frames it. `search.spoken` tells how
passages mean their words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.assertion import Sentences
from concepts.tokens import tokens
from concepts.triggers import makes_another
from search.lexical.analysis import informative, tokenize
from search.spoken import SAID, Said


class Agreement(IntEnum):
    """Whether a passage says what a question asks for: of the passages of a document the highest counts."""

    SILENT = 0
    CONTRADICTS = 1
    AT_ANOTHER_TIME = 2
    """It was so and is asked as it is, or the reverse: it answers, behind what says just what is asked."""
    AGREES = 3


_ALSO: Final = {Said.AFFIRMED: Said.RECALLED, Said.RECALLED: Said.AFFIRMED}
"""How a question means its words → what of another time answers it too."""


def answers(asked: Said, said: Said) -> bool:
    """Whether what is said so answers who asks so."""
    return said in (asked, _ALSO.get(asked))


@dataclass(frozen=True, slots=True)
class Want:
    """Words of a question and how it means them."""

    words: str
    said: Said


_FRAME: Final = """
patient patients person people case cases man men woman women male female who which has have had having with without history evidence
sign signs symptom symptoms note notes report reports document documents diagnosis diagnoses diagnosed record records find show list
search mention mentions state states say says complain complains complaining present presents presence suffer suffers suffering take
takes taking receive receives prescribe prescribed deny denies denied denying family relative relatives mother father brother sister any
all of in no not never rule ruled out absence negative free
"""
"""Words that only frame what a question asks for."""


@cache
def _frame() -> frozenset[str]:
    return frozenset(tokenize(_FRAME))


def frames(term: str) -> bool:
    """Whether a term of the text index only frames what a question asks for."""
    return term in _frame()


def framing(words: str) -> str:
    """The words without those that only frame a question."""
    return " ".join(word for word in words.split() if any(term not in _frame() for term in informative(word)))


_MOST_TOPICS: Final = 4
"""Words up to which a question names a thing; longer ones are statements, which rank by what they say as a whole."""


@lru_cache(maxsize=256)
def wants_of(question: str, said: Said | None = None, spans: tuple[tuple[int, int, Said | None], ...] = ()) -> tuple[Want, ...]:
    """What a question asks for, by how it means it, or all of it `said` so; () for one that names no single thing.

    One for the risk, the prevention or the discussion of something asks for it, whatever a text says of that thing.

    `spans` (start, end, said) of the question are meant so whatever its words say; any meaning will do for what stands where it is None.
    """
    of = tokens(question)
    if not len(of):
        return ()
    if makes_another(of.norms[-1]):  # "stroke risk": a text may mean these words in any way
        return ()
    means = Sentences(of).spoken()
    topics: dict[Said, list[str]] = {}
    for place, assertion in enumerate(means):
        word = question[of.starts[place] : of.ends[place]]
        means_so = said or SAID.get(assertion, Said.AFFIRMED)
        switched = [meant for start, end, meant in spans if start <= of.starts[place] < end]
        if switched:
            if switched[0] is None:
                continue
            means_so = switched[0]
        for term in informative(word):
            if term not in _frame():
                topics.setdefault(means_so, []).append(word)
    if not 0 < sum(map(len, topics.values())) <= _MOST_TOPICS:
        return ()
    return tuple(Want(" ".join(words), said) for said, words in topics.items())


_ENOUGH: Final = 0.75
"""Share of the words, by weight, that a passage must mean as the question does."""
_A_LITTLE: Final = 0.3
"""Share that it may mean otherwise and still agree."""
_TOO_MUCH: Final = 0.5
"""Share that contradicts: "No chest pain." does not answer "chest pain on exertion". With less, reports by topic lose (nDCG@10 on
mtsamples-a .682 for .3, .689 for .5, .688 without polarity)."""


def agreement(said: Said, weights: NDArray[np.float64], bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of each passage (column) whether it means the words (rows) so, by their weights; `bits` are `Said`, 0 where a word is not there."""
    right = (bits & np.uint8(said)) > 0
    also = right | ((bits & np.uint8(_ALSO.get(said, Said(0)))) > 0)
    share_right, share_also, share_wrong = (np.asarray(weights @ part) for part in (right, also, (bits > 0) & ~also))
    found = np.full(bits.shape[1], Agreement.SILENT, dtype=np.uint8)
    found[(share_also >= _ENOUGH) & (share_wrong < _A_LITTLE)] = Agreement.AT_ANOTHER_TIME
    found[(share_right >= _ENOUGH) & (share_wrong < _A_LITTLE)] = Agreement.AGREES
    found[share_wrong >= _TOO_MUCH] = Agreement.CONTRADICTS
    return found


def together(parts: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Of each passage what it says to all parts of a question: it contradicts where it contradicts one, agrees where it agrees with all."""
    each = np.stack(parts)
    found: NDArray[np.uint8] = each.min(axis=0)
    found[(each == Agreement.CONTRADICTS).any(axis=0)] = Agreement.CONTRADICTS
    return found
