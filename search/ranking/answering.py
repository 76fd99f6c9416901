"""Which documents answer the parts of a question: by what they affirm, deny, suppose or say of relatives, and by what is charted.

A concept stands for everything narrower and for its other codings. `search.ranking.fusion` makes evidence of it beside meaning and words.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from concepts.model import Assertion
from concepts.relatives import Kin
from concepts.terminology import Kind
from search.columns.documents import ALLERGY, HAVING, SAYING, WAYS, Columns
from search.lexical.analysis import informative
from search.protocols import Mask
from search.questions.question import (
    AGREES,
    AT_A_TIME,
    CONTRADICTS,
    LACKING,
    RELATIVE,
    Head,
    Part,
    Question,
    Whole,
    alternatives_of,
    without,
)
from search.ranking.grounded import Grounded, GroundedPart
from search.ranking.polarity import Agreement, Want, framing, wants_of
from search.spoken import Said

_CHARTED: Final = frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL, None})
"""How a question means concepts that charts answer too."""
_DENYING: Final = frozenset({Assertion.NEGATED, Assertion.NOT_IN_FAMILY})
"""How a question means concepts that its patients must not have, or their relatives, by any other text."""
_DENIED: Final = frozenset({Assertion.NEGATED, Assertion.NO_ALLERGY})
_BESIDE: Final = frozenset({Said.DENIED, Said.RECALLED, Said.OF_FAMILY, Said.NOT_OF_FAMILY})
_OF_CHARTS: Final = 0.5
"""What it is worth that a concept is charted in a document's encounter, beside a text that affirms it."""


@dataclass(frozen=True)
class ConceptEvidence:
    """What documents say of the parts of a question, one value a document.

    `agreement` is over all parts; `share` of them, by how telling they are, agree: what is only charted, and not in the text, by half.
    `lacks` is 0 where a question of few parts has all of them said; of each that is not, 1 where the patient has it otherwise, else 2.
    `covers` is the share of the question's words that are parts; `rest` are the others, and `beside` those of them that it denies, recalls
    or says of relatives: they are a part too, though nothing is known by their name. `denied` are the words of the parts where all are
    denied: what says nothing of these only looks like the question, for it denies something else. `of_others` are documents that say a
    part of relatives of whom it is not asked (None for a question that asks of none).
    """

    agreement: NDArray[np.uint8]
    share: NDArray[np.float32]
    lacks: NDArray[np.uint8]
    covers: float
    rest: str
    beside: tuple[Want, ...] = ()
    denied: str = ""
    of_others: Mask | None = None

    def within(self, documents: NDArray[np.integer], by_words: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What documents say to the question: concepts are more exact than words, which tell where no concept does."""
        by_concepts = self.agreement[documents]
        found = np.where(by_concepts == Agreement.SILENT, by_words, by_concepts).astype(np.uint8)
        if self.of_others is not None:
            found[self.of_others[documents]] = Agreement.SILENT
        return found

    def silent(self, documents: NDArray[np.integer], by_words: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Documents that say nothing of a question that names nothing but concepts, neither by their concepts nor in its words.

        So are those, of any question, that say it of relatives of whom it is not asked.
        """
        of_others = np.zeros(len(documents), dtype=np.bool_) if self.of_others is None else self.of_others[documents]
        if self.covers < 1:
            return of_others
        silent: Mask = (self.agreement[documents] == Agreement.SILENT) & (self.share[documents] == 0)
        silent &= by_words < Agreement.AT_ANOTHER_TIME
        return silent | of_others

    def coverage(self, whole: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of the question documents say, from the share of all its words and the share of its other words that they say."""
        share = self.share.astype(np.float64)
        return self.covers * (share + (1 - share) * _WORDS_ALONE * whole) + (1 - self.covers) * rest


_WORDS_ALONE: Final = 0.8
"""What the words of a concept are worth where its reader did not find the concept: "attack" and "heart" somewhere are no heart attack."""


_FEW: Final = 3
"""Parts up to which a question has what says all of them first; one of more parts is a description."""


class _Row(NamedTuple):
    """What documents say of a part: their Agreement, what that is worth, and the patients who have it so in any way, by code."""

    agreement: NDArray[np.uint8]
    worth: NDArray[np.float32]
    patients: Mask
    weight: float
    of_others: Mask


@dataclass(frozen=True)
class Answers:
    """What documents say to a question, worked out once, when first asked for."""

    asked: Grounded

    @cached_property
    def named(self) -> list[GroundedPart]:
        """The parts of which anything published has a concept."""
        return [each for each in self.asked.parts if len(each.ordinals)]

    @cached_property
    def rows(self) -> list[_Row]:
        """What documents say of each part, or of the parts that the question leaves to choose from: "chest pain or dyspnea"."""
        rows = {each.part: _row(each) for each in self.named}
        groups = [[rows[part] for part in group if part in rows] for group in alternatives_of(self.asked.question)]
        return [
            _Row(
                np.maximum.reduce([row.agreement for row in group]),
                np.maximum.reduce([row.worth for row in group]),
                np.logical_or.reduce([row.patients for row in group]),
                float(np.mean([row.weight for row in group])),
                np.logical_and.reduce([row.of_others for row in group]),
            )
            for group in groups
            if group
        ]

    def together(self) -> NDArray[np.uint8]:
        """What documents say to all parts: what is known not to be as a limit asks contradicts; limits alone agree with nothing."""
        silent = np.full(self.asked.ground.columns.documents, Agreement.SILENT, dtype=np.uint8)
        found: NDArray[np.uint8] = np.minimum.reduce([row.agreement for row in self.rows]) if self.rows else silent
        contradicts = np.logical_or.reduce([silent > Agreement.SILENT, *(row.agreement == Agreement.CONTRADICTS for row in self.rows)])
        for limit in self.asked.limits:
            contradicts |= limit.known & ~limit.as_asked
        found[contradicts] = Agreement.CONTRADICTS
        return found


def evidence_of(answers: Answers) -> ConceptEvidence | None:
    """What documents say of the parts and limits; None where no part names a concept that anything published has, and nothing limits."""
    question, named, limits = answers.asked.question, answers.named, answers.asked.limits
    if not named and not limits:
        return None
    beside = beside_parts(question)
    share = np.zeros(answers.asked.ground.columns.documents, dtype=np.float32)
    for row in answers.rows:
        share += np.float32(row.weight / max(sum(row.weight for row in answers.rows), 1e-9)) * row.worth
    known = sum(len(informative(each.part.text)) for each in named)
    spans = [*((each.part.start, each.part.end) for each in named), *((each.start, each.end) for each in question.limits)]
    spans += [span for each in named if (span := _trigger(question, each.part)) is not None]
    rest = framing(without(question.text, spans))
    others = len(informative(rest))
    all_denied = bool(named) and all(part.assertion in _DENIED for part in question.parts)
    denied = " ".join(part.text for part in question.parts) if all_denied else ""
    agreement, lacks, covers = answers.together(), _lacks(answers, len(beside)), known / max(known + others, 1)
    of_others = None
    if any(each.part.relatives for each in named):
        of_others = np.logical_or.reduce([row.of_others for row in answers.rows]) & (agreement == Agreement.SILENT)
    return ConceptEvidence(agreement, share, lacks, covers, rest, beside, denied, of_others)


def _trigger(question: Question, part: Part) -> tuple[int, int] | None:
    """Where the words stand by which a part is meant: what they say is how it is asked, and nothing more to look for."""
    text, words = question.text, part.trigger
    at = (text.rfind(words, 0, part.start), text.find(words, part.end)) if words else ()
    start = next((place for place in at if place >= 0), None)
    return None if start is None else (start, start + len(words))


def beside_parts(question: Question) -> tuple[Want, ...]:
    """The words of a question with parts that name nothing known, and that it means otherwise than affirmed: "no coronary disease"."""
    if all(part.switched for part in question.parts):
        return ()
    spans = (*((part.start, part.end, None) for part in question.parts), *((limit.start, limit.end, None) for limit in question.limits))
    return tuple(want for want in wants_of(question.text, spans=spans) if want.said in _BESIDE)


def _row(each: GroundedPart) -> _Row:
    part, said, columns = each.part, each.documents, each.ground.columns
    agrees, contradicts = (_any(each, meant_so[part.assertion]) for meant_so in (AGREES, CONTRADICTS))
    exactly = _any(each, {part.assertion} if part.assertion in AT_A_TIME else AGREES[part.assertion])
    if part.assertion is Assertion.AFFIRMED:
        exactly |= said[HAVING]
    if part.relatives:
        agrees, exactly = agrees & ~each.of_others, exactly & (each.kin == Kin.THE_ONE)
    charted = said[HAVING] & ~agrees & ~contradicts if part.assertion in _CHARTED else np.zeros_like(agrees)
    weight = float(np.log1p(columns.documents / (1 + np.count_nonzero(np.logical_or.reduce(list(said.values()))))))
    worth = np.where(charted, np.float32(_OF_CHARTS), np.float32(0))
    if part.of_result and part.assertion in _CHARTED:
        contradicts |= (agrees | charted) & (each.otherwise if part.level else ~each.fitting)
        exactly = each.fitting
        agrees = exactly | (agrees & ~contradicts)
    elif part.denies_result:  # who has it otherwise is as asked
        agrees = exactly = (agrees | each.otherwise) & ~each.fitting
        contradicts = each.fitting | (contradicts & ~agrees)
    agreement = np.full(columns.documents, Agreement.SILENT, dtype=np.uint8)
    agreement[contradicts] = Agreement.CONTRADICTS
    agreement[agrees] = np.where(exactly[agrees], Agreement.AGREES, Agreement.AT_ANOTHER_TIME)
    worth[contradicts], worth[agrees] = 0, 1
    return _Row(agreement, worth, _patients(each, agrees, contradicts), weight, each.of_others & ~agrees & ~contradicts)


def _patients(each: GroundedPart, agrees: Mask, contradicts: Mask) -> Mask:
    """The patients of whom any document says a part as it is asked, or whose charts do; who denies must not have it elsewhere.

    Not on a drug is whoever has it neither affirmed nor charted: hardly a note says what somebody does not take, or is not allergic to.
    """
    part, columns = each.part, each.ground.columns
    charted = each.charted if not part.of_result else np.zeros_like(each.charted)
    found = _of(agrees, columns)
    if part.assertion is Assertion.ALLERGY:
        return found | each.allergic
    everyone = _of(np.ones(columns.documents, dtype=np.bool_), columns)
    if part.assertion is Assertion.NO_ALLERGY:
        return everyone & ~_of(each.documents[ALLERGY], columns) & ~each.allergic
    if part.assertion is Assertion.NEGATED and part.kind is Kind.DRUG:
        return everyone & ~_of(each.documents[HAVING], columns) & ~charted
    if part.assertion in _DENYING:
        without = found & ~_of(contradicts & ~agrees, columns)
        return without & ~charted if part.assertion is Assertion.NEGATED else without
    return found | charted if part.assertion in _CHARTED else found


def _of(documents: Mask, columns: Columns) -> Mask:
    """The patients of documents, by code."""
    found = np.zeros(len(columns.patient_concept_offsets) - 1, dtype=np.bool_)
    patients = columns.patients[documents]
    found[patients[patients >= 0]] = True
    return found


def _lacks(answers: Answers, beside: int) -> NDArray[np.uint8]:
    columns = answers.asked.ground.columns
    lacks = np.zeros(columns.documents, dtype=np.uint8)
    if 1 < len(answers.rows) + beside <= _FEW:
        for row in answers.rows:
            otherwise = np.append(row.patients, False)[columns.patients]
            lacks += np.where(row.agreement >= Agreement.AT_ANOTHER_TIME, 0, np.where(otherwise, 1, 2)).astype(np.uint8)
    return lacks


def whole_of(answers: Answers, allowed: Mask | None) -> Whole | None:
    """Who has all that a question of several parts asks; None for one of fewer, or one with a part that nothing published has."""
    if len(answers.rows) + len(answers.asked.limits) < 2 or not answers.rows or len(answers.named) < len(answers.asked.parts):
        return None
    columns, within = answers.asked.ground.columns, answers.asked.within(allowed)
    patients = np.logical_and.reduce([row.patients for row in answers.rows])
    saying = np.logical_and.reduce([row.agreement >= Agreement.AT_ANOTHER_TIME for row in answers.rows])
    if within is not None:
        patients &= _of(within, columns)
        saying &= within
    return Whole(int(np.count_nonzero(patients)), len(distinct(columns.copies[saying])))


def whole_among(documents: NDArray[np.integer], columns: Columns) -> Whole:
    """Who has all that is asked, where documents are those that say it."""
    return Whole(*_counts(documents, columns))


def _counts(documents: NDArray[np.integer] | Mask, columns: Columns) -> tuple[int, int]:
    """How many patients documents are of, and how many documents they are, copies of a text once."""
    patients = columns.patients[documents]
    return len(distinct(patients[patients >= 0])), len(distinct(columns.copies[documents]))


def _any(each: GroundedPart, assertions: Collection[Assertion]) -> Mask:
    """Documents whose text means a part in one of the ways that have some of the assertions."""
    found = np.zeros(each.ground.columns.documents, dtype=np.bool_)
    for way, means in SAYING.items():
        if any(assertion in assertions for assertion in means):
            found |= each.documents[way]
    return found


def head_of(asked: Grounded, allowed: Mask | None) -> tuple[Head, ...]:
    """Of each part how many patients and documents within the limits have it, in each way; copies of a text count once, as hits do.

    Patients have it too, or an allergy to it, whose chart does beside no document: allergies are charted in no encounter. Of a part that
    asks for a value those have it who have such a value.
    """
    heads, columns, limited = [], asked.ground.columns, asked.within(allowed)
    within = np.ones(columns.documents, dtype=np.bool_) if limited is None else limited
    there = _of(within, columns)
    for place, each in enumerate(asked.parts):
        saying = dict(each.documents)
        if each.part.of_result:
            saying[HAVING] = each.fitting
        having = _of(within & saying[HAVING], columns)
        if not each.part.of_result:
            having |= each.charted if limited is None else each.charted & there
        allergic = _of(within & saying[ALLERGY], columns) | (each.allergic if limited is None else each.allergic & there)
        also = {HAVING: int(np.count_nonzero(having)), ALLERGY: int(np.count_nonzero(allergic))}
        for way in (HAVING, *WAYS):
            patients, documents = _counts(within & saying[way], columns)
            heads.append(Head(place, way, also.get(way, patients), documents))
        if each.part.assertion in (Assertion.NEGATED, Assertion.NO_ALLERGY):
            has = having if each.part.assertion is Assertion.NEGATED else allergic
            lacking = np.append(there & ~has, False)[columns.patients] & within
            heads.append(Head(place, LACKING, *_counts(lacking, columns)))
        if each.part.relatives:
            heads.append(Head(place, RELATIVE, *_counts(within & each.documents["family"] & (each.kin == Kin.THE_ONE), columns)))
    return tuple(heads)
