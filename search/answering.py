"""Which documents answer the parts of a question: by what they affirm, deny, suppose or say of relatives, and by what is charted.

A concept stands for everything narrower and for its other codings. `search.ranking` makes evidence of it beside meaning and words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from concepts.model import Assertion
from concepts.terminology import Kind
from search.columns import HAVING, SAYING, WAYS, Columns
from search.lexical.analysis import informative
from search.limits import Limit
from search.masks import Ground, allowed
from search.polarity import Agreement, Want, framing, wants_of
from search.protocols import Mask
from search.question import AGREES, CONTRADICTS, LACKING, Head, Part, Question, Whole, alternatives_of, without
from search.spoken import Said

_CHARTED: Final = frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL, None})
"""How a question means concepts that charts answer too."""
_AT_A_TIME: Final = frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL})
"""What is told apart by when it is so, and answers the other one too."""
_DENYING: Final = frozenset({Assertion.NEGATED, Assertion.NOT_IN_FAMILY})
"""How a question means concepts that its patients must not have, or their relatives, by any other text."""
_BESIDE: Final = frozenset({Said.DENIED, Said.RECALLED, Said.OF_FAMILY, Said.NOT_OF_FAMILY})
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
    `lacks` is 0 where a question of few parts has all of them said; of each that is not, 1 where the patient has it otherwise, else 2.
    `covers` is the share of the question's words that are parts; `rest` are the others, and `beside` those of them that it denies, recalls
    or says of relatives: they are a part too, though nothing is known by their name.
    """

    agreement: NDArray[np.uint8]
    share: NDArray[np.float32]
    lacks: NDArray[np.uint8]
    covers: float
    rest: str
    beside: tuple[Want, ...] = ()

    def within(self, documents: NDArray[np.integer], by_words: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What documents say to the question: concepts are more exact than words, which tell where no concept does."""
        by_concepts = self.agreement[documents]
        return np.where(by_concepts == Agreement.SILENT, by_words, by_concepts).astype(np.uint8)

    def silent(self, documents: NDArray[np.integer], by_words: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Documents that say nothing of a question that names nothing but concepts, neither by their concepts nor in its words."""
        if self.covers < 1:
            return np.zeros(len(documents), dtype=np.bool_)
        silent: Mask = (self.agreement[documents] == Agreement.SILENT) & (self.share[documents] == 0)
        silent &= by_words < Agreement.AT_ANOTHER_TIME
        return silent

    def coverage(self, whole: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of the question documents say, from the share of all its words and the share of its other words that they say."""
        share = self.share.astype(np.float64)
        return self.covers * (share + (1 - share) * _WORDS_ALONE * whole) + (1 - self.covers) * rest


_WORDS_ALONE: Final = 0.8
"""What the words of a concept are worth where its reader did not find the concept: "attack" and "heart" somewhere are no heart attack."""


_FEW: Final = 3
"""Parts up to which a question has what says all of them first; one of more parts is a description."""


class _Meant(NamedTuple):
    part: Part
    ordinals: Sequence[int]


class _Row(NamedTuple):
    """What documents say of a part: their Agreement, what that is worth, and the patients who have it so in any way, by code."""

    agreement: NDArray[np.uint8]
    worth: NDArray[np.float32]
    patients: Mask
    weight: float


class Standing(NamedTuple):
    """Documents that are as a limit asks, and those of which it is known."""

    as_asked: Mask
    known: Mask


def standings_of(question: Question, columns: Columns, ground: Ground) -> list[Standing]:
    """Of each limit of a question where documents stand. A limit of which nothing is known of any document is none."""
    standings = (_standing(limit, columns, ground) for limit in question.limits)
    return [standing for standing in standings if standing.known.any()]


def _standing(limit: Limit, columns: Columns, ground: Ground) -> Standing:
    """Which documents are as a limit asks, and of which it is known."""
    known = {"sex": columns.sexes >= 0, "age": columns.greatest_ages >= 0}.get(limit.of, columns.first_days > 0)
    as_asked = allowed(limit.asked, ground)
    return Standing(known if as_asked is None else as_asked, known)


def evidence_of(question: Question, columns: Columns, codes: Codes, fits: Fits, limits: Sequence[Standing] = ()) -> ConceptEvidence | None:
    """What documents say of the parts and limits; None where no part names a concept that anything published has, and nothing limits."""
    meant = _meant(question, codes)
    if not meant and not limits:
        return None
    rows = _rows(question, meant, columns, fits)
    beside = beside_parts(question)
    agreement, share = _together(rows, limits, columns), np.zeros(columns.documents, dtype=np.float32)
    for row in rows:
        share += np.float32(row.weight / max(sum(row.weight for row in rows), 1e-9)) * row.worth
    named = sum(len(informative(each.part.text)) for each in meant)
    spans = [*((each.part.start, each.part.end) for each in meant), *((each.start, each.end) for each in question.limits)]
    rest = framing(without(question.text, spans))
    others = len(informative(rest))
    return ConceptEvidence(agreement, share, _lacks(rows, len(beside), columns), named / max(named + others, 1), rest, beside)


def beside_parts(question: Question) -> tuple[Want, ...]:
    """The words of a question with parts that name nothing known, and that it means otherwise than affirmed: "no coronary disease"."""
    if all(part.switched for part in question.parts):
        return ()
    spans = (*((part.start, part.end, None) for part in question.parts), *((limit.start, limit.end, None) for limit in question.limits))
    return tuple(want for want in wants_of(question.text, spans=spans) if want.said in _BESIDE)


def _meant(question: Question, codes: Codes) -> list[_Meant]:
    """The parts of which anything published has a concept."""
    meant = (_Meant(part, codes(part.concepts)) for part in question.parts)
    return [each for each in meant if len(each.ordinals)]


def _rows(question: Question, meant: Sequence[_Meant], columns: Columns, fits: Fits) -> list[_Row]:
    """What documents say of each part, or of the parts that the question leaves to choose from: "chest pain or dyspnea"."""
    rows = {each.part: _row(each.part, each.ordinals, columns, fits) for each in meant}
    groups = [[rows[part] for part in group if part in rows] for group in alternatives_of(question)]
    return [
        _Row(
            np.maximum.reduce([row.agreement for row in group]),
            np.maximum.reduce([row.worth for row in group]),
            np.logical_or.reduce([row.patients for row in group]),
            float(np.mean([row.weight for row in group])),
        )
        for group in groups
        if group
    ]


def _row(part: Part, ordinals: Sequence[int], columns: Columns, fits: Fits) -> _Row:
    said = {way: columns.concepts(way).mask(ordinals) for way in (HAVING, *SAYING)}
    agrees, contradicts = (_any(said, meant_so[part.assertion], columns) for meant_so in (AGREES, CONTRADICTS))
    exactly = _any(said, {part.assertion} if part.assertion in _AT_A_TIME else AGREES[part.assertion], columns)
    if part.assertion is Assertion.AFFIRMED:
        exactly |= said[HAVING]
    charted = said[HAVING] & ~agrees & ~contradicts if part.assertion in _CHARTED else np.zeros_like(agrees)
    weight = float(np.log1p(columns.documents / (1 + np.count_nonzero(np.logical_or.reduce(list(said.values()))))))
    worth = np.where(charted, np.float32(_OF_CHARTS), np.float32(0))
    if part.value is not None:
        fitting = fits(part)
        contradicts |= (agrees | charted) & ~fitting
        agrees = exactly = fitting
    agreement = np.full(columns.documents, Agreement.SILENT, dtype=np.uint8)
    agreement[contradicts] = Agreement.CONTRADICTS
    agreement[agrees] = np.where(exactly[agrees], Agreement.AGREES, Agreement.AT_ANOTHER_TIME)
    worth[contradicts], worth[agrees] = 0, 1
    return _Row(agreement, worth, _patients(part, ordinals, columns, agrees, contradicts), weight)


def _patients(part: Part, ordinals: Sequence[int], columns: Columns, agrees: Mask, contradicts: Mask) -> Mask:
    """The patients of whom any document says a part as it is asked, or whose charts do; who denies must not have it elsewhere.

    Not on a drug is whoever has it neither affirmed nor charted: hardly a note says what somebody does not take.
    """
    charted = _charting(ordinals if part.value is None else (), columns)
    found = _of(agrees, columns)
    if part.assertion is Assertion.NEGATED and part.kind is Kind.DRUG:
        everyone = _of(np.ones(columns.documents, dtype=np.bool_), columns)
        return everyone & ~_of(columns.concepts(HAVING).mask(ordinals), columns) & ~charted
    if part.assertion in _DENYING:
        without = found & ~_of(contradicts & ~agrees, columns)
        return without & ~charted if part.assertion is Assertion.NEGATED else without
    return found | charted if part.assertion in _CHARTED else found


def _charting(ordinals: Sequence[int], columns: Columns) -> Mask:
    """The patients whose chart has one of the concepts or something narrower, by code."""
    count = len(columns.patient_concept_offsets) - 1
    charted = np.zeros(count, dtype=np.bool_)
    if len(ordinals):
        having = np.isin(columns.patient_concepts, columns.hierarchy.with_narrower(ordinals))
        charted[np.repeat(np.arange(count), np.diff(columns.patient_concept_offsets))[having]] = True
    return charted


def _of(documents: Mask, columns: Columns) -> Mask:
    """The patients of documents, by code."""
    found = np.zeros(len(columns.patient_concept_offsets) - 1, dtype=np.bool_)
    patients = columns.patients[documents]
    found[patients[patients >= 0]] = True
    return found


def _lacks(rows: Sequence[_Row], beside: int, columns: Columns) -> NDArray[np.uint8]:
    lacks = np.zeros(columns.documents, dtype=np.uint8)
    if 1 < len(rows) + beside <= _FEW:
        for row in rows:
            otherwise = np.append(row.patients, False)[columns.patients]
            lacks += np.where(row.agreement >= Agreement.AT_ANOTHER_TIME, 0, np.where(otherwise, 1, 2)).astype(np.uint8)
    return lacks


def whole_of(
    question: Question, columns: Columns, codes: Codes, fits: Fits, limits: Sequence[Standing], allowed: Mask | None
) -> Whole | None:
    """Who has all that a question of several parts asks; None for one of fewer, or one with a part that nothing published has."""
    meant = _meant(question, codes)
    rows = _rows(question, meant, columns, fits)
    if len(rows) + len(limits) < 2 or not rows or len(meant) < len(question.parts):
        return None
    asked = np.ones(columns.documents, dtype=np.bool_) if allowed is None else allowed.copy()
    for limit in limits:
        asked &= limit.as_asked
    patients = np.logical_and.reduce([row.patients for row in rows])
    if allowed is not None or limits:
        patients &= _of(asked, columns)
    saying = asked & np.logical_and.reduce([row.agreement >= Agreement.AT_ANOTHER_TIME for row in rows])
    return Whole(int(np.count_nonzero(patients)), len(np.unique(columns.copies[saying])))


def whole_among(documents: NDArray[np.integer], columns: Columns) -> Whole:
    """Who has all that is asked, where documents are those that say it."""
    return Whole(*_counts(documents, columns))


def _counts(documents: NDArray[np.integer] | Mask, columns: Columns) -> tuple[int, int]:
    """How many patients documents are of, and how many documents they are, copies of a text once."""
    patients = columns.patients[documents]
    return len(np.unique(patients[patients >= 0])), len(np.unique(columns.copies[documents]))


def _together(rows: Sequence[_Row], limits: Sequence[Standing], columns: Columns) -> NDArray[np.uint8]:
    """What documents say to all parts: what is known not to be as a limit asks contradicts; limits alone agree with nothing."""
    silent = np.full(columns.documents, Agreement.SILENT, dtype=np.uint8)
    found: NDArray[np.uint8] = np.minimum.reduce([row.agreement for row in rows]) if rows else silent
    contradicts = np.logical_or.reduce([np.zeros_like(silent, dtype=np.bool_), *(row.agreement == Agreement.CONTRADICTS for row in rows)])
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


def head_of(question: Question, columns: Columns, codes: Codes, limits: Sequence[Standing], allowed: Mask | None) -> tuple[Head, ...]:
    """Of each part how many patients and documents within the limits have it, in each way; copies of a text count once, as hits do.

    Patients have it too whose chart does beside no document: allergies are charted in no encounter.
    """
    heads = []
    within = np.logical_and.reduce([np.ones(columns.documents, dtype=np.bool_), *(limit.as_asked for limit in limits)])
    within = within if allowed is None else within & allowed
    asked = _of(within, columns)
    for place, part in enumerate(question.parts):
        ordinals = codes(part.concepts)
        charted = _charting(ordinals, columns)
        if allowed is not None or limits:
            charted &= asked
        for way in (HAVING, *WAYS):
            documents = within & columns.concepts(way).mask(ordinals) if len(ordinals) else np.zeros(columns.documents, dtype=np.bool_)
            patients, count = _counts(documents, columns)
            if way == HAVING:
                having = _of(documents, columns) | charted
                patients = int(np.count_nonzero(having))
            heads.append(Head(place, way, patients, count))
        if part.assertion is Assertion.NEGATED:
            lacking = asked & ~having
            of_them = within & (columns.patients >= 0) & np.append(lacking, False)[columns.patients]
            heads.append(Head(place, LACKING, *_counts(of_them, columns)))
    return tuple(heads)
