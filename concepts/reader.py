"""The reader: from a text to what it mentions, each with its concepts, how it is meant, and the words that say so.

One reader reads notes, questions, and what is given to `commissure read`, with the same names and the same rules.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from concepts.abbreviations import Definition, definitions
from concepts.allergies import allergens, lists_of_allergies, speaks_of_allergies, substances
from concepts.assertion import Judgement, Sentences
from concepts.coordination import shared
from concepts.indications import indication
from concepts.lexicon import Caution, Found, Words, words_at, words_in
from concepts.model import Assertion
from concepts.overlapping import apart
from concepts.proposals import are_listed, is_cause, proposal
from concepts.sections import Section
from concepts.terminology import Concept, Kind
from concepts.therapies import SYSTEM as THERAPIES
from concepts.therapies import is_otherwise
from concepts.tokens import Tokens, norm, tokens
from concepts.values import Value, value_after
from concepts.vocabulary import Vocabulary

_NEAR: Final = 60
"""Tokens around an ambiguous abbreviation in which its field must show."""
_BEFORE: Final = 3
"""Tokens before what a text abbreviates in which a name may begin that goes on behind the bracket."""
_BEHIND: Final = 4
"""Tokens behind the bracket in which it may end."""
_TAKING: Final = frozenset(["on", "taking", "takes"])
_BEING: Final = frozenset(
    ["being", "been", "was", "were", "use", "while", "intolerance", "failure", "reaction", "bleeding", "toxicity", "when"]
)
"""Between a memory and a drug they tell of the drug at that time: "history of being on lithium", "history of bleeding on warfarin"."""
_MEASURING: Final = frozenset(["test", "testing", "monitoring"])
_THINGS: Final = frozenset(
    ["cuff", "monitor", "meter", "machine", "kit", "strip", "lancet", "log", "diary", "medication", "medicine", "med", "pill", "tablet"]
)
"""What is kept at home for a measurement, or taken for it."""
_MEANS: Final = frozenset([Kind.DRUG, Kind.MEASUREMENT, Kind.PROCEDURE])
"""By which other things are found, or which are taken while they come."""
_MOST_ALTERNATIVES: Final = 5
_OF_ALLERGIES: Final = {
    Assertion.AFFIRMED: Assertion.ALLERGY,
    Assertion.HISTORICAL: Assertion.ALLERGY,
    Assertion.NEGATED: Assertion.NO_ALLERGY,
}
"""What is said of an allergy → what that says of the substance that it is to."""
_SAYS_ALLERGY: Final = ("allerg", "hypersensitiv", "anaphyla")
_LED: Final = 8
"""Tokens before a drug in which such a word stands."""
_MOST_HELD: Final = 1 << 15
"""Names whose concepts a reader holds."""


@dataclass(frozen=True, slots=True)
class ReadMention:
    """A span of a text that names a concept: the best `concept`, what else the name stands for, and how the text means it."""

    start: int
    end: int
    text: str
    concept: Concept
    alternatives: tuple[Concept, ...]
    judgement: Judgement
    value: Value | None

    @property
    def assertion(self) -> Assertion:
        """How the text means it."""
        return self.judgement.assertion


class _Chosen(NamedTuple):
    first: int
    last: int
    senses: tuple[Concept, ...]
    listed: bool = False
    """Whether it stands in a list of allergies, for the allergy."""


class Reader:
    """Reads texts with vocabularies, the first one's concepts before those of the next. Safe for any number of threads."""

    def __init__(self, vocabularies: Sequence[Vocabulary], most_alternatives: int = _MOST_ALTERNATIVES, asking: bool = False) -> None:
        """A mention has at most so many alternatives. `asking` reads questions: a name stands for everything narrower too."""
        self._asking = asking
        self._vocabularies = tuple(vocabularies)
        self._held: dict[tuple[tuple[int, int], ...], tuple[Concept, ...]] = {}
        self._most = most_alternatives

    def read(self, text: str, certain: bool = False) -> list[ReadMention]:
        """What a text mentions, by place; spans do not overlap.

        Where it is `certain` that names are meant, abbreviations of several meanings are taken without their field near them.
        """
        of = tokens(text)
        chosen, of_allergies = self._chosen(of, certain), speaks_of_allergies(of)
        if not (chosen or of_allergies):
            return []
        sentences = Sentences(of)
        if of_allergies:
            chosen = self._with_allergens(of, sentences, chosen)
        mentions: list[ReadMention] = []
        drug = None
        for index, each in enumerate(chosen):
            following = chosen[index + 1].first if index + 1 < len(chosen) else len(of)
            mention = self._mention(of, sentences, each, following, drug)
            if each.senses[0].kind is Kind.DRUG:
                if drug is not None and mention.assertion is Assertion.AFFIRMED:
                    mention = _as_the_last(mention, mentions[-1], of, drug[1], each, following)
                drug = each.first, each.last
            mentions.append(mention)
        return mentions

    def fitting(self, of: Tokens, place: int, words: Sequence[str]) -> list[int]:
        """Of words that may stand in place of a token how many words the longest name has that goes over it then, 0 for none."""
        norms = [norm(word) for word in words]
        lengths = np.zeros(len(words), dtype=np.int64)
        for vocabulary in self._vocabularies:
            lengths = np.maximum(lengths, vocabulary.lexicon.fitting(of, place, norms))
        found: list[int] = lengths.tolist()
        return found

    def _mention(self, of: Tokens, sentences: Sentences, chosen: _Chosen, following: int, drug: tuple[int, int] | None) -> ReadMention:
        """A mention; `following` is where the next one begins, `drug` the last one before it."""
        start, end = of.starts[chosen.first], of.ends[chosen.last - 1]
        concept = chosen.senses[0]
        judgement, section = sentences.judge(chosen.first, chosen.last, concept.kind in _MEANS), sentences.headings.section_at(start)
        judgement = _as_listed(judgement, sentences, chosen) if chosen.listed else _of_allergy(judgement, section, concept)
        if concept.kind is Kind.ALLERGEN or (chosen.listed and concept.kind is Kind.DRUG):
            judgement = _of_substance(judgement, section, of, chosen)
            return ReadMention(start, end, of.text[start:end], concept, chosen.senses[1 : 1 + self._most], judgement, None)
        if concept.kind is Kind.DRUG and _is_taken(judgement, of, chosen.first):
            judgement = Judgement(Assertion.AFFIRMED, "", 0, 0, judgement.section)
        if not self._asking:
            therapy = concept.kind is Kind.DRUG or concept.system == THERAPIES
            judgement = (_of_proposal if therapy else _of_indication)(judgement, of, sentences, chosen, drug)
        value = None
        if concept.kind is Kind.MEASUREMENT:
            value = value_after(of.text, end, _end_of_value(of, sentences, chosen, following))
        return ReadMention(start, end, of.text[start:end], concept, chosen.senses[1 : 1 + self._most], judgement, value)

    def _chosen(self, of: Tokens, certain: bool) -> list[_Chosen]:
        defined = list(definitions(of))
        found = self._found(of, words_in(of), certain)
        if around := _over_brackets(of, defined):
            brackets = [each.last for each in defined]
            for (first, last), names in self._found(of, words_at(of, around), certain).items():
                at = bisect_left(brackets, first)
                if at < len(brackets) and defined[at].behind < last <= defined[at].behind + _BEHIND:
                    found.setdefault((first, last), names)
        spans = apart(found)
        named = (_Chosen(first, last, self._senses(found[first, last])) for first, last in spans)
        chosen = [each for each in named if not _is_thing(of, each)]
        if more := list(self._shared(of, spans)):
            chosen = sorted((*chosen, *more), key=lambda each: each.first)
        return self._defined(of, defined, chosen) if defined else chosen

    def _found(self, of: Tokens, words: Words, certain: bool) -> dict[tuple[int, int], tuple[tuple[int, int], ...]]:
        """Spans that are names, each with the names, given by the place of their vocabulary and their number there."""
        found: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}
        for place, vocabulary in enumerate(self._vocabularies):
            for each in vocabulary.lexicon.find_in(words):
                if self._may_be(of, vocabulary, each, certain):
                    span = each.first, each.last
                    found[span] = (*found.get(span, ()), (place, each.name))
        return found

    def _shared(self, of: Tokens, spans: Sequence[tuple[int, int]]) -> Iterator[_Chosen]:
        """The names that share words with those at `spans`. One that is to be taken with caution must be written out."""
        for each in shared(of, spans, self._is_name):
            yield _Chosen(each.first, each.last, self._senses(self._names_of(each.norms)))

    def _with_allergens(self, of: Tokens, sentences: Sentences, chosen: list[_Chosen]) -> list[_Chosen]:
        """With the allergies that are listed by what they are to, in place of what that is called by itself."""
        lists = lists_of_allergies(of, sentences, self._is_name)
        listed = [_Chosen(*each[:2], self._senses(self._names_of(each.norms)), True) for each in allergens(of, lists, self._is_name)]
        named = {place: each for each in chosen for place in range(each.first, each.last)}
        spans = [each for each in listed if not any(_larger(named[at], each) for at in range(each.first, each.last) if at in named)]
        taken = {place for each in spans for place in range(each.first, each.last)}
        kept = [each for each in chosen if taken.isdisjoint(range(each.first, each.last))]
        drugs = {(each.first, each.last) for each in kept if each.senses and each.senses[0].kind is Kind.DRUG}
        drugs = substances(of, lists, [(each.first, each.last) for each in kept], drugs)
        kept = [each._replace(listed=True) if (each.first, each.last) in drugs else each for each in kept]
        return sorted((*kept, *spans), key=lambda each: each.first)

    def _is_name(self, norms: Sequence[str]) -> bool:
        return bool(self._names_of(norms))

    def _names_of(self, norms: Sequence[str]) -> tuple[tuple[int, int], ...]:
        lexicons = ((place, vocabulary.lexicon) for place, vocabulary in enumerate(self._vocabularies) if len(vocabulary.lexicon.words))
        named = ((place, lexicon, lexicon.name_of(norms)) for place, lexicon in lexicons)
        return tuple((place, name) for place, lexicon, name in named if name >= 0 and not lexicon.cautions[name])

    def _senses(self, names: tuple[tuple[int, int], ...]) -> tuple[Concept, ...]:
        """What names stand for, each given by the place of its vocabulary and its number there; every concept once."""
        senses = self._held.get(names)
        if senses is None:
            named: dict[tuple[str, str], Concept] = {}
            for place, name in names:
                vocabulary = self._vocabularies[place]
                for number in vocabulary.lexicon.concepts(name)[: self._most + 1]:
                    concept = vocabulary.concept(number)
                    named.setdefault((concept.system, concept.code), concept)
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            senses = self._held[names] = tuple(named.values())
        return senses

    def _may_be(self, of: Tokens, vocabulary: Vocabulary, found: Found, certain: bool) -> bool:
        if not vocabulary.lexicon.cautions.item(found.name):
            return True
        caution = vocabulary.lexicon.caution(found.name)
        if caution & Caution.CAPITALS and not of.text[of.starts[found.first] : of.ends[found.last - 1]].isupper():
            return False
        if caution & Caution.ASKED and not self._asking:
            return False
        if caution & Caution.CONTEXT and not certain:
            near = set(of.norms[max(0, found.first - _NEAR) : found.first]) | set(of.norms[found.last : found.last + _NEAR])
            return any(not field.isdisjoint(near) for field in vocabulary.fields.get(found.name, ()))
        return True

    def _defined(self, of: Tokens, defined: Sequence[Definition], chosen: list[_Chosen]) -> list[_Chosen]:
        """With the abbreviations that the text defines itself, in place of what a list says of them."""
        ends = {each.last: each for each in chosen}
        over = {place for each in chosen for place in range(each.first, each.last)} if defined else set()
        means: dict[str, tuple[Concept, ...]] = {}
        for short, first, last, _ in defined:
            long_form = ends.get(last)
            if long_form is not None and long_form.first <= first + 1:
                means[short] = long_form.senses
            elif last not in over:  # in "hepatitis C virus (HCV) infection" a list may know better
                means[short] = ()
        if not means:
            return chosen
        kept = [each for each in chosen if of.text[of.starts[each.first] : of.ends[each.last - 1]] not in means]
        taken = {place for each in kept for place in range(each.first, each.last)}
        for first, last in _written(of, means):
            senses = means[of.text[of.starts[first] : of.ends[last - 1]]]
            if senses and taken.isdisjoint(range(first, last)):
                kept.append(_Chosen(first, last, senses))
        return sorted(kept, key=lambda each: each.first)


def _over_brackets(of: Tokens, defined: Sequence[Definition]) -> list[int]:
    """The words around each bracket that defines something and goes on, without it: "Epstein-Barr virus (EBV) infection".

    The bracket stands behind each, so that no name goes on into the next one.
    """
    around: list[int] = []
    for _, first, last, behind in defined:
        if last < behind < len(of) and of.norms[behind][0].isalnum():
            ahead = range(max(0, first - _BEFORE), last), range(behind, min(behind + _BEHIND, len(of)))
            around.extend(place for places in ahead for place in places if of.norms[place][0].isalnum())
            around.append(last)
    return around


def _written(of: Tokens, shorts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where a text writes one of its short forms, which may be of several tokens ("X-ALD"); the longest at each place."""
    by_beginning: dict[str, list[str]] = {}
    for short in sorted(shorts, key=len, reverse=True):
        by_beginning.setdefault(tokens(short).norms[0], []).append(short)
    behind = 0
    for place in [place for place, word in enumerate(of.norms) if word in by_beginning]:
        start = of.starts[place]
        for short in by_beginning[of.norms[place]] if place >= behind else ():
            if of.text.startswith(short, start):
                last = bisect_left(of.ends, start + len(short), place)
                if of.ends[last] == start + len(short):
                    yield place, last + 1
                    behind = last + 1
                    break


def _end_of_value(of: Tokens, sentences: Sentences, chosen: _Chosen, following: int) -> int:
    """Where a value must end that belongs to a mention: its sentence, or the one it heads ("HbA1c: 9.2 %"), or the next mention."""
    _, last = sentences.around(chosen.first)
    if last < len(of) and of.norms[last - 1] == ":":
        _, last = sentences.around(last)
    last = min(last, following)
    return of.ends[last - 1] if last > chosen.last else of.ends[chosen.last - 1]


def _of_indication(judgement: Judgement, of: Tokens, sentences: Sentences, chosen: _Chosen, drug: tuple[int, int] | None) -> Judgement:
    """What a drug may be taken for is none that is there."""
    if judgement.assertion is not Assertion.AFFIRMED:
        return judgement
    found = indication(of, sentences.around(chosen.first), chosen.first, chosen.last, drug)
    if found is None:
        return judgement
    start, end = of.starts[found[0]], of.ends[found[1] - 1]
    return Judgement(Assertion.HYPOTHETICAL, of.text[start:end], start, end, judgement.section)


def _of_proposal(judgement: Judgement, of: Tokens, sentences: Sentences, chosen: _Chosen, _: tuple[int, int] | None) -> Judgement:
    """A drug that is only talked of is none that is taken; and where one may be what something came from, it is taken."""
    if judgement.assertion not in (Assertion.AFFIRMED, Assertion.POSSIBLE):
        return judgement
    found = proposal(of, sentences.around(chosen.first), chosen.first, chosen.last)
    if found is None:
        caused = judgement.assertion is Assertion.POSSIBLE and is_cause(of.norms, bisect_left(of.starts, judgement.end), chosen.first)
        return Judgement(Assertion.AFFIRMED, "", 0, 0, judgement.section) if caused else judgement
    start, end = of.starts[found[0]], of.ends[found[1] - 1]
    return Judgement(Assertion.HYPOTHETICAL, of.text[start:end], start, end, judgement.section)


def _as_the_last(mention: ReadMention, last: ReadMention, of: Tokens, behind: int, chosen: _Chosen, following: int) -> ReadMention:
    """What a memory tells of a drug it tells of those that are listed with it: "stopped aspirin and clopidogrel".

    The last drug stands before token `behind`.
    """
    told = last.assertion is Assertion.HISTORICAL and last.judgement.trigger and last.judgement.start < last.start
    if not told or last.end != of.ends[behind - 1] or not are_listed(of.norms, behind, chosen.first, chosen.last, following):
        return mention
    return replace(mention, judgement=last.judgement)


def _is_taken(judgement: Judgement, of: Tokens, first: int) -> bool:
    """Whether what a memory tells of is another thing that the drug is taken for: "history of stroke on aspirin"."""
    if judgement.assertion is not Assertion.HISTORICAL or first < 2 or of.norms[first - 1] not in _TAKING:
        return False
    between = of.norms[bisect_left(of.starts, judgement.end) : first - 1]
    return (
        judgement.end <= of.starts[first]
        and judgement.trigger.lower().endswith(("of", "h/o", "hx"))
        and _BEING.isdisjoint(between)
        and bool(between)
    )


def _is_thing(of: Tokens, chosen: _Chosen) -> bool:
    """Whether a name only tells what a thing is for, or is a part of another: "no blood pressure cuff" says nothing of a blood pressure."""
    if chosen.senses[0].system == THERAPIES:
        return is_otherwise(of.norms, chosen.first, chosen.last)
    if chosen.senses[0].kind is not Kind.MEASUREMENT:
        return False
    return next((norm for norm in of.norms[chosen.last : chosen.last + 2] if norm not in _MEASURING), "") in _THINGS


def _larger(chosen: _Chosen, listed: _Chosen) -> bool:
    """Whether a name goes beyond what is listed: "allergic to penicillin"."""
    return chosen.first < listed.first or listed.last < chosen.last


def _as_listed(judgement: Judgement, sentences: Sentences, chosen: _Chosen) -> Judgement:
    """What is listed as an allergy is one, though "allergic to" alone supposes, and whenever it showed ("hives as a child")."""
    starts = sentences.tokens.starts
    if judgement.assertion is Assertion.HYPOTHETICAL and judgement.trigger.lower().startswith("allerg"):
        judgement = sentences.judge(bisect_left(starts, judgement.start), chosen.last)
    if judgement.assertion is Assertion.HISTORICAL and judgement.start > starts[chosen.first]:
        return Judgement(Assertion.AFFIRMED, "", 0, 0, judgement.section)
    return judgement


def _of_substance(judgement: Judgement, section: Section, of: Tokens, chosen: _Chosen) -> Judgement:
    """An allergy that is told by what it is to is no word on whether that is taken: neither where there is one nor where it is denied."""
    means = _OF_ALLERGIES.get(judgement.assertion)
    if means is None:
        return judgement
    trigger, start, end = judgement.trigger, judgement.start, judgement.end
    if not trigger and section is Section.ALLERGIES:
        trigger = judgement.section
    elif not trigger and chosen.listed:
        around = range(max(0, chosen.first - _LED), min(len(of), chosen.last + 1))
        at = next((at for at in around if of.norms[at].startswith(_SAYS_ALLERGY)), None)
        if at is not None:
            trigger, start, end = of.text[of.starts[at] : of.ends[at]], of.starts[at], of.ends[at]
    return Judgement(means, trigger, start, end, judgement.section)


def _of_allergy(judgement: Judgement, section: Section, concept: Concept) -> Judgement:
    """Of a list of allergies: a drug in it is not one that is taken, and how an allergy showed is past."""
    if section is not Section.ALLERGIES or judgement.assertion is not Assertion.AFFIRMED:
        return judgement
    title = judgement.section
    if concept.kind is Kind.DRUG:
        return Judgement(Assertion.HYPOTHETICAL, title, judgement.start, judgement.end, title)
    if concept.kind in (Kind.DISORDER, Kind.FINDING) and "allerg" not in concept.label.lower():
        return Judgement(Assertion.HISTORICAL, title, judgement.start, judgement.end, title)
    return judgement
