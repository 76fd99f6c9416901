"""From found documents to the hits of a page: the passage and the sentence that answer, and why they do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.assertion import Sentences
from concepts.model import Assertion
from concepts.relatives import Kin, kin
from concepts.tokens import tokens
from search.catalog import SqliteCatalog
from search.columns.disputes import HUMAN, OTHERWISE, disputed
from search.columns.documents import ALLERGY, HAVING, Columns
from search.hits.snippets import Match as Matched
from search.hits.snippets import answer, find_matches, highlights, last_word, opening
from search.model import Evidence, Hit, Match, PassageSpan, SearchRequest, Span
from search.protocols import LexicalIndex, Rows
from search.questions.question import AGREES, AT_A_TIME, CONTRADICTS, Ask, Part, Question, Said
from search.ranking.finding import Found, scores_of
from search.ranking.grounded import Grounded
from search.ranking.polarity import Want, answers, frames, wants_of
from search.spoken import SAID
from search.spoken import Said as Spoken
from search.tables.found import FoundDocument, MentionedConcept

_CONCEPTS_PER_HIT: Final = 10
_CONCEPT: Final = 10
"""What the name of a concept weighs beside words: more than the other words of a question together."""
_AT_ANOTHER_TIME: Final = 3
"""By how much less what was, or is, tells of what is asked at another time: an order says more of "on a statin" than what was stopped."""
_LONGEST_PASSAGE: Final = 4000
"""Characters of a passage shown."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A mention of a part of the question: by its place among the parts, and how the text means it."""

    part: int
    start: int
    end: int
    assertion: Assertion
    kin: Kin = Kin.THE_ONE
    """Of what is said of relatives whether it is of those of whom it is asked."""
    given_up: bool = False
    """Whether it only affirms what another reader says more of: it tells nothing then."""

    def answers(self, part: Part) -> bool:
        """Whether it is as the question asks the part. Of a result that is asked denied any value tells: "no elevated troponin"."""
        tells = part.denies_result and self.assertion is Assertion.AFFIRMED
        return tells or (self.assertion in AGREES[part.assertion] and self.kin > Kin.ANOTHER)

    def weight(self, part: Part) -> int:
        """What its words tell of the part beside other words."""
        other = part.assertion in AT_A_TIME and self.assertion in AT_A_TIME and self.assertion is not part.assertion
        return _CONCEPT + self.kin - (_AT_ANOTHER_TIME if other else 0)


@dataclass(frozen=True)
class HitReader:
    """Reads the documents of a page and makes hits of them."""

    columns: Columns
    catalog: SqliteCatalog
    lexical: LexicalIndex | None

    def read(self, page: Rows) -> tuple[dict[int, FoundDocument], dict[int, list[MentionedConcept]]]:
        """The documents of the page and the concepts they mention, by number."""
        rows = {int(self.columns.rowids[place]): int(place) for place in page}
        if not rows:
            return {}, {}
        documents = self.catalog.found_documents(tuple(rows))
        mentions = self.catalog.mentioned_concepts(tuple(rows))
        return {rows[row]: found for row, found in documents.items()}, {rows[row]: listed for row, listed in mentions.items()}

    def hits(
        self,
        request: SearchRequest,
        asked: Grounded,
        words: Mapping[str, str],
        found: Found,
        places: NDArray[np.int64],
        documents: Mapping[int, FoundDocument],
        mentions: Mapping[int, Sequence[MentionedConcept]],
        named: Mapping[str, float],
    ) -> tuple[Hit, ...]:
        """The hits at some places of what was found. `words` are those of the question, by term; `named` concepts that it may name."""
        page, question = found.documents[places], asked.question
        meant = self._meant(asked, page)
        wants = wanted(request, question)
        hits = []
        for index, place in zip(places.tolist(), page.tolist(), strict=True):
            document, run = documents[place].document, documents[place].run
            score, scores, unit = scores_of(found, index)
            every = meant.get(place, [])
            spans = [each for each in every if not each.given_up]
            passage = self._passage(document.passages, unit, question, spans)
            start, end, section = (0, len(document.text), "") if passage is None else (passage.start, passage.end, passage.section)
            end = end if end - start <= _LONGEST_PASSAGE else last_word(document.text, start, start + _LONGEST_PASSAGE)
            matches = [_weighed(match) for match in find_matches(document.text, start, end, words)]
            terms = {match.term for match in matches}
            telling, against = _telling(question, spans, matches, start, end)
            if not spans and wants and not self._affirms(unit, passage, terms, wants):
                against = _otherwise(document.text, start, end, matches, wants)
            hits.append(
                Hit(
                    rank=index + 1,
                    document=document.id,
                    title=document.title,
                    dataset=document.dataset,
                    kind=document.kind,
                    type=document.type,
                    patient=document.patient,
                    patient_label=document.patient_label,
                    encounter=document.encounter,
                    date=document.date,
                    dated=document.dated,
                    score=score,
                    scores=scores,
                    section=section,
                    passage=Span(start, end, document.text[start:end]),
                    highlights=highlights(document.text, telling),
                    answer=answer(document.text, start, end, telling, against),
                    matched_terms=tuple(word for term, word in words.items() if term in terms),
                    concepts=_shown_concepts(mentions[place], named),
                    evidence=Evidence(document.id, document.record, document.source, document.line, run, start, end),
                    duplicates=int(found.copies[index]),
                    match=None if found.ranked is None else Match.WELL if index < found.well else Match.LOOSELY,
                    said=_said(
                        question, spans, _charted(asked, place, {each.part for each in every if each.given_up}), _denied(asked, place)
                    ),
                )
            )
        return tuple(hits)

    def _meant(self, asked: Grounded, page: Rows) -> dict[int, list[Meant]]:
        """Of each document of the page the mentions of parts."""
        if not asked.parts or not len(page):
            return {}
        meant = [set(each.ordinals.tolist()) for each in asked.parts]
        rows = {int(self.columns.rowids[place]): int(place) for place in page}
        found: dict[int, list[Meant]] = {}
        spans = self.catalog.mention_spans(tuple(rows))
        for (row, start, end, ordinal, assertion, trigger, _), given_up in zip(spans, _given_up(spans), strict=True):
            for part, ordinals in enumerate(meant):
                if ordinal in ordinals:
                    persons = frozenset(asked.parts[part].part.relatives if assertion is Assertion.FAMILY else ())
                    whose = kin(persons, trigger) if persons else Kin.THE_ONE
                    found.setdefault(rows[row], []).append(Meant(part, start, end, assertion, whose, given_up))
        return found

    def _passage(self, passages: tuple[PassageSpan, ...], unit: int, question: Question, spans: Sequence[Meant]) -> PassageSpan | None:
        """The passage of a document that is the unit, unless another one says more of what is asked.

        What opens the document where nothing was asked.
        """
        best = None
        if unit >= 0:
            key = self.columns.unit_keys[unit].tobytes()
            best = next((passage for passage in passages if passage.key == key), None)
        if best is None:
            return opening(passages)
        if not spans:
            return best
        chosen = max(passages, key=lambda passage: (_says(question, spans, passage), passage == best, -passage.start))
        return chosen if _says(question, spans, chosen) > _says(question, spans, best) else best

    def _affirms(self, unit: int, passage: PassageSpan | None, terms: Collection[str], wants: Sequence[Want]) -> bool:
        """Whether a passage means what it matches as it is asked, as far as the index tells: reading it says no more."""
        if self.lexical is None or unit < 0 or passage is None or passage.key != self.columns.unit_keys[unit].tobytes():
            return False
        return len(wants) == 1 and answers(wants[0].said, Spoken.AFFIRMED) and self.lexical.affirms(terms, unit)


def _given_up(spans: Sequence[tuple[int, int, int, int, Assertion, str, str]]) -> list[bool]:
    """Which mentions only affirm what another reader of the same words says more of (`search.columns.disputes`)."""
    readers = np.asarray([not source.startswith(HUMAN) for *_, source in spans], dtype=np.bool_)
    plain = np.asarray([assertion is Assertion.AFFIRMED for *_, assertion, _, _ in spans], dtype=np.bool_)
    otherwise = np.asarray([assertion in OTHERWISE for *_, assertion, _, _ in spans], dtype=np.bool_)
    documents, starts, stops = (np.asarray([span[place] for span in spans], dtype=np.int64) for place in range(3))
    found: list[bool] = disputed(documents, starts, stops, readers & plain, readers & otherwise).tolist()
    return found


def wanted(request: SearchRequest, question: Question) -> tuple[Want, ...]:
    """What the words of a question ask for, by how it means them; nothing where it is to be taken literally, or any meaning will do."""
    ask = request.assertion
    if request.literal or ask is Ask.ANY:
        return ()
    spans = tuple((part.start, part.end, _spoken(part.assertion)) for part in question.parts if part.switched)
    return wants_of(question.text, None if ask is None else _spoken(ask.assertion), spans)


def _spoken(assertion: Assertion | None) -> Spoken | None:
    """How texts speak of what is asked so; None where any will do. What is possible is asked as what is supposed."""
    if assertion is None:
        return None
    return SAID.get(Assertion.HYPOTHETICAL if assertion is Assertion.POSSIBLE else assertion, Spoken.AFFIRMED)


def _says(question: Question, spans: Sequence[Meant], passage: PassageSpan) -> int:
    """How many parts of the question a passage says as they are asked, less those that it says otherwise only."""
    right, wrong = set(), set()
    for each in spans:
        if passage.start <= each.start < passage.end:
            part = question.parts[each.part]
            if each.answers(part):
                right.add(each.part)
            elif each.assertion in CONTRADICTS[part.assertion]:
                wrong.add(each.part)
    return len(right) - len(wrong - right)


def _telling(
    question: Question, spans: Sequence[Meant], matches: list[Matched], start: int, end: int
) -> tuple[list[Matched], list[tuple[int, int]]]:
    """The matched words with the mentions of parts among them, and the spans of mentions that say otherwise than is asked."""
    mentioned, against = [], []
    for each in spans:
        if start <= each.start and each.end <= end:
            part = question.parts[each.part]
            mentioned.append(Matched(f"\0{each.part}", each.start, each.end, each.weight(part)))
            if not each.answers(part):
                against.append((each.start, each.end))
    covered = [(each.start, each.end) for each in mentioned]
    words = [match for match in matches if not any(first <= match.start < last for first, last in covered)]
    return sorted((*words, *mentioned), key=lambda match: match.start), against


def _weighed(match: Matched) -> Matched:
    """A matched word; one that only frames a question tells nothing of an answer."""
    return match._replace(weight=0) if frames(match.term) else match


def _otherwise(text: str, start: int, end: int, matches: Sequence[Matched], wants: Sequence[Want]) -> list[tuple[int, int]]:
    """Spans of a passage that mean their words otherwise than the question does; of one that asks in two ways none."""
    if len(wants) != 1 or not matches:
        return []
    of = tokens(text[start:end])
    runs = [
        (start + of.starts[first], start + of.ends[last - 1], SAID.get(assertion, Spoken.AFFIRMED))
        for first, last, assertion in Sentences(of).runs(match.start - start for match in matches)
    ]
    if answers(wants[0].said, Spoken.AFFIRMED):
        return [(first, last) for first, last, said in runs if not answers(wants[0].said, said)]
    right = [(first, last) for first, last, said in runs if answers(wants[0].said, said)]
    return [(match.start, match.end) for match in matches if not any(first <= match.start < last for first, last in right)]


def _charted(asked: Grounded, place: int, given_up: Collection[int]) -> list[bool]:
    """Of each part whether a document has it, in the way in which charts do; not where a mention that is `given_up` may be why."""
    return [bool(each.documents[_charting(each.part)][place]) and part not in given_up for part, each in enumerate(asked.parts)]


def _denied(asked: Grounded, place: int) -> list[bool]:
    """Of each part whether a document has a result that the question denies."""
    return [each.part.denies_result and bool(each.fitting[place]) for each in asked.parts]


def _charting(part: Part) -> str:
    """The way in which a chart has what is asked."""
    return ALLERGY if part.assertion is Assertion.ALLERGY else HAVING


def _said(question: Question, spans: Sequence[Meant], having: Sequence[bool], denied: Sequence[bool]) -> tuple[Said, ...]:
    """What a document says of each part that it speaks of. What it has and its text does not affirm is charted."""
    found = []
    for place, part in enumerate(question.parts):
        means = {each.assertion for each in spans if each.part == place}
        way = Assertion.ALLERGY if part.assertion is Assertion.ALLERGY else Assertion.AFFIRMED
        charted = having[place] and way not in means
        if means or charted:
            agrees = any(each.answers(part) for each in spans if each.part == place) or (charted and way in AGREES[part.assertion])
            found.append(Said(place, tuple(each for each in Assertion if each in means), charted, agrees and not denied[place]))
    return tuple(found)


def _shown_concepts(mentions: Sequence[MentionedConcept], named: Mapping[str, float]) -> tuple[tuple[str, str, Assertion], ...]:
    """Mentioned concepts, those that the query names first, then in order of mention."""
    ordered = sorted(mentions, key=lambda m: -named.get(m.concept, 0.0))
    return tuple((m.concept, m.label, m.assertion) for m in ordered[:_CONCEPTS_PER_HIT])
