"""Which documents answer the parts of a question: by what they affirm, deny, suppose or say of relatives, and by what is charted.

A concept stands for everything narrower and for its other codings. `search.ranking` makes evidence of it beside meaning and words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from concepts.model import Assertion
from search.columns import HAVING, SAYING, WAYS, Columns
from search.lexical.analysis import informative
from search.limits import Limit
from search.masks import Ground, allowed
from search.polarity import Agreement, framing
from search.protocols import Mask
from search.question import AGREES, CONTRADICTS, Head, Part, Question, without

_CHARTED: Final = frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL, None})
"""How a question means concepts that charts answer too."""
_OF_CHARTS: Final = 0.5
"""What it is worth that a concept is charted in a document's encounter, beside a text that affirms it."""

Codes = Callable[[Sequence[str]], Sequence[int]]
"""Ordinals of concepts, with the other codings of each; those that nothing published has are left out."""
Fits = Callable[[Part], Mask]
"""Documents whose values fit what a part asks of its concept."""


@dataclass(frozen=True)
class ConceptEvidence:
    """What documents say of the parts of a question, one value a document.

    `agreement` is over all parts; `share` of them, by how telling they are, agree: what is only charted, and not in the text, by half.
    `covers` is the share of the question's words that are parts; `rest` are the others.
    """

    agreement: NDArray[np.uint8]
    share: NDArray[np.float32]
    covers: float
    rest: str

    def within(self, documents: NDArray[np.integer], by_words: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What documents say to the question: concepts are more exact than words, which tell where no concept does."""
        by_concepts = self.agreement[documents]
        return np.where(by_concepts == Agreement.SILENT, by_words, by_concepts).astype(np.uint8)

    def silent(self, documents: NDArray[np.integer], by_words: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Documents that say nothing of a question that names nothing but concepts, neither by their concepts nor in its words."""
        if self.covers < 1:
            return np.zeros(len(documents), dtype=np.bool_)
        silent: Mask = (self.agreement[documents] == Agreement.SILENT) & (self.share[documents] == 0) & (by_words != Agreement.AGREES)
        return silent

    def coverage(self, whole: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of the question documents say, from the share of all its words and the share of its other words that they say."""
        share = self.share.astype(np.float64)
        return self.covers * (share + (1 - share) * _WORDS_ALONE * whole) + (1 - self.covers) * rest


_WORDS_ALONE: Final = 0.8
"""What the words of a concept are worth where its reader did not find the concept: "attack" and "heart" somewhere are no heart attack."""


class _Meant(NamedTuple):
    part: Part
    ordinals: Sequence[int]


class Standing(NamedTuple):
    """Documents that are as a limit asks, and those of which it is known."""

    as_asked: Mask
    known: Mask


def standing_of(limit: Limit, columns: Columns, ground: Ground) -> Standing:
    """Which documents are as a limit asks, and of which it is known."""
    known = {"sex": columns.sexes >= 0, "age": columns.greatest_ages >= 0}.get(limit.of, columns.first_days > 0)
    as_asked = allowed(limit.asked, ground)
    return Standing(known if as_asked is None else as_asked, known)


def evidence_of(question: Question, columns: Columns, codes: Codes, fits: Fits, limits: Sequence[Standing] = ()) -> ConceptEvidence | None:
    """What documents say of the parts and limits; None where no part names a concept that anything published has, and nothing limits.

    A limit of which nothing is known of any document is none.
    """
    limits = [limit for limit in limits if limit.known.any()]
    meant = [_Meant(part, codes(part.concepts)) for part in question.parts]
    meant = [each for each in meant if len(each.ordinals)]
    if not meant and not limits:
        return None
    agreement = np.full((len(meant), columns.documents), Agreement.SILENT, dtype=np.uint8)
    worth = np.zeros((len(meant), columns.documents), dtype=np.float32)
    weights = []
    for row, (part, ordinals) in enumerate(meant):
        said = {way: columns.concepts(way).mask(ordinals) for way in (HAVING, *SAYING)}
        agrees, contradicts = (_any(said, meant_so[part.assertion], columns) for meant_so in (AGREES, CONTRADICTS))
        charted = said[HAVING] & ~agrees & ~contradicts if part.assertion in _CHARTED else np.zeros_like(agrees)
        worth[row, charted] = _OF_CHARTS
        if part.value is not None:
            fitting = fits(part)
            contradicts |= (agrees | charted) & ~fitting
            agrees = fitting
        agreement[row, contradicts] = Agreement.CONTRADICTS
        agreement[row, agrees] = Agreement.AGREES
        worth[row, contradicts], worth[row, agrees] = 0, 1
        weights.append(np.log1p(columns.documents / (1 + np.count_nonzero(np.logical_or.reduce(list(said.values()))))))
    together = _together(agreement, limits)
    share = (np.asarray(weights) / max(np.sum(weights), 1e-9) @ worth).astype(np.float32)
    named = sum(len(informative(each.part.text)) for each in meant)
    spans = [*((each.part.start, each.part.end) for each in meant), *((each.start, each.end) for each in question.limits)]
    rest = framing(without(question.text, spans))
    others = len(informative(rest))
    return ConceptEvidence(together, share, named / max(named + others, 1), rest)


def _together(agreement: NDArray[np.uint8], limits: Sequence[Standing]) -> NDArray[np.uint8]:
    """What documents say to all parts: what is known not to be as a limit asks contradicts; limits alone agree with nothing."""
    found = agreement.min(axis=0) if len(agreement) else np.full(agreement.shape[1], Agreement.SILENT, dtype=np.uint8)
    contradicts = (agreement == Agreement.CONTRADICTS).any(axis=0)
    for limit in limits:
        contradicts |= limit.known & ~limit.as_asked
    found[contradicts] = Agreement.CONTRADICTS
    return found


def _any(said: Mapping[str, Mask], assertions: Collection[Assertion], columns: Columns) -> Mask:
    """Documents whose text means a concept in one of the ways that have some of the assertions."""
    found = np.zeros(columns.documents, dtype=np.bool_)
    for way, means in SAYING.items():
        if any(assertion in assertions for assertion in means):
            found |= said[way]
    return found


def head_of(question: Question, columns: Columns, codes: Codes, allowed: Mask | None) -> tuple[Head, ...]:
    """Of each part how many patients and documents have it, in each way; copies of a text count once, as hits do."""
    heads = []
    for place, part in enumerate(question.parts):
        ordinals = codes(part.concepts)
        for way in (HAVING, *WAYS):
            mask = columns.concepts(way).mask(ordinals) if len(ordinals) else np.zeros(columns.documents, dtype=np.bool_)
            if allowed is not None:
                mask &= allowed
            patients = columns.patients[mask]
            heads.append(Head(place, way, len(np.unique(patients[patients >= 0])), len(np.unique(columns.copies[mask]))))
    return tuple(heads)
