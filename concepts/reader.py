"""The reader: from a text to what it mentions, each with its concepts, how it is meant, and the words that say so.

One reader reads notes, questions, and what is given to `commissure read`, with the same names and the same rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from concepts.abbreviations import definitions
from concepts.assertion import Judgement, Sentences
from concepts.indications import indication
from concepts.lexicon import Caution, Found, words_in
from concepts.model import Assertion
from concepts.sections import Section
from concepts.terminology import Concept, Kind
from concepts.tokens import Tokens, norm, tokens
from concepts.values import Value, value_after
from concepts.vocabulary import Vocabulary

_NEAR: Final = 60
"""Tokens around an ambiguous abbreviation in which its field must show."""
_MOST_ALTERNATIVES: Final = 5
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


@dataclass(frozen=True, slots=True)
class _Chosen:
    first: int
    last: int
    senses: tuple[Concept, ...]


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
        chosen = self._chosen(of, certain)
        if not chosen:
            return []
        sentences = Sentences(of)
        mentions, drug = [], None
        for index, each in enumerate(chosen):
            mentions.append(self._mention(of, sentences, each, chosen[index + 1].first if index + 1 < len(chosen) else len(of), drug))
            if each.senses[0].kind is Kind.DRUG:
                drug = each.first, each.last
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
        judgement = _of_allergy(sentences.judge(chosen.first, chosen.last), sentences.headings.section_at(start), concept)
        if judgement.assertion is Assertion.AFFIRMED and concept.kind is not Kind.DRUG and not self._asking:
            judgement = _of_indication(judgement, of, sentences, chosen, drug)
        value = None
        if concept.kind is Kind.MEASUREMENT:
            value = value_after(of.text, end, _end_of_value(of, sentences, chosen, following))
        return ReadMention(start, end, of.text[start:end], concept, chosen.senses[1 : 1 + self._most], judgement, value)

    def _chosen(self, of: Tokens, certain: bool) -> list[_Chosen]:
        found: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}
        words = words_in(of)
        for place, vocabulary in enumerate(self._vocabularies):
            for each in vocabulary.lexicon.find_in(words):
                if self._may_be(of, vocabulary, each, certain):
                    span = each.first, each.last
                    found[span] = (*found.get(span, ()), (place, each.name))
        return self._defined(of, [_Chosen(first, last, self._senses(found[first, last])) for first, last in _apart(found)])

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
        if not vocabulary.lexicon.cautions[found.name]:
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

    def _defined(self, of: Tokens, chosen: list[_Chosen]) -> list[_Chosen]:
        """With the abbreviations that the text defines itself, in place of what a list says of them."""
        ends = {each.last: each for each in chosen}
        means: dict[str, tuple[Concept, ...]] = {}
        for short, first, last in definitions(of):
            long_form = ends.get(last)
            means[short] = long_form.senses if long_form is not None and long_form.first <= first + 1 else ()
        if not means:
            return chosen
        kept = [each for each in chosen if of.text[of.starts[each.first] : of.ends[each.last - 1]] not in means]
        taken = {place for each in kept for place in range(each.first, each.last)}
        for place in range(len(of)):
            senses = means.get(of.text[of.starts[place] : of.ends[place]])
            if senses and place not in taken:
                kept.append(_Chosen(place, place + 1, senses))
        return sorted(kept, key=lambda each: each.first)


def _end_of_value(of: Tokens, sentences: Sentences, chosen: _Chosen, following: int) -> int:
    """Where a value must end that belongs to a mention: its sentence, or the one it heads ("HbA1c: 9.2 %"), or the next mention."""
    _, last = sentences.around(chosen.first)
    if last < len(of) and of.norms[last - 1] == ":":
        _, last = sentences.around(last)
    last = min(last, following)
    return of.ends[last - 1] if last > chosen.last else of.ends[chosen.last - 1]


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of overlapping spans the longest, then the first; by place."""
    taken: set[int] = set()
    chosen = []
    for first, last in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        places = range(first, last)
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append((first, last))
    return sorted(chosen)


def _of_indication(judgement: Judgement, of: Tokens, sentences: Sentences, chosen: _Chosen, drug: tuple[int, int] | None) -> Judgement:
    """What a drug may be taken for is none that is there."""
    found = indication(of, sentences.around(chosen.first), chosen.first, chosen.last, drug)
    if found is None:
        return judgement
    start, end = of.starts[found[0]], of.ends[found[1] - 1]
    return Judgement(Assertion.HYPOTHETICAL, of.text[start:end], start, end, judgement.section)


def _of_allergy(judgement: Judgement, section: Section, concept: Concept) -> Judgement:
    """A drug that somebody is allergic to is not one that they take."""
    if section is Section.ALLERGIES and concept.kind is Kind.DRUG and judgement.assertion is Assertion.AFFIRMED:
        return Judgement(Assertion.HYPOTHETICAL, judgement.section, judgement.start, judgement.end, judgement.section)
    return judgement
