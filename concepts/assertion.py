"""Whether a text says that something is there: judged for each mention by triggers, their reach, and the section it stands in.

A trigger reaches over the sentence that it stands in, to what ends its reach; a mention hides the triggers that it contains itself ("no
acute distress" is denied by "no", not by "no acute"). A condition that ends with a colon reaches over the lines below it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise, takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from concepts.indications import is_illness, keeps_ready
from concepts.means import is_means
from concepts.model import Assertion
from concepts.reach import LONGEST_CLAUSE, Found, Reach, Spoken, Triggers, apart
from concepts.relatives import listed
from concepts.sections import Heading, Headings, Section
from concepts.tokens import Tokens, tokens
from concepts.triggers import SENTENCE, Effect
from concepts.wordbook import OfWords

_ENDS = frozenset(".?!")
_NOT_AN_END = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "vs",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "approx",
        "no",
        "pt",
        "st",
        "fig",
        "cf",
        "al",
        "inc",
        "jr",
        "sr",
        "pat",
        "dept",
        "tel",
        "ext",
    ]
)
_GOES_ON = frozenset(
    [
        "of",
        "and",
        "or",
        "with",
        "to",
        "for",
        "the",
        "a",
        "an",
        "in",
        "by",
        "no",
        "deny",
        "without",
        "at",
        "on",
        "from",
        "as",
        "his",
        "her",
        "is",
        "was",
        "be",
        ",",
        "/",
        "-",
        "(",
        "&",
    ]
)
_DENYING = frozenset(["deny", "denied", "denying"])
"""What somebody does who is asked: the patient."""
_LIST_MARKS = frozenset("-*•·–")
_ANSWERS = frozenset(["no", "none", "deny", "denied", "absent", "negative", "never", "nil", "neg"])
_ANNOUNCING = frozenset(":\n")
"""What stands before a sentence over which another one may reach."""
_NEAR_RELATIVE = 3
"""Words around one who is named that tell whether it is of them that something is said."""
_WHOSE = frozenset(["his", "her", "their", "my", "your", "the", "a", "an", "patient", "'s", "’s"])
_BESIDE = frozenset(["with", "by", "to", "from", "for", "of"])
"""Words by which somebody is named beside the patient: "lives with her husband", "care of his mother"."""
_OF_RELATIVES = frozenset([":", "-", "–", "(", "has", "have", "had", "with"])
"""Words right behind a relative by which what follows is theirs."""
_FARE = frozenset(["healthy", "alive", "living", "died", "dead", "deceased", "unaffected", "passed"])
"""How relatives fare: what is denied behind it ("parents healthy, no diabetes") is denied of them, unless somebody denies it."""
_OF_FINDINGS = frozenset([Effect.DENIES, Effect.DOUBTS])
"""What a trigger says of what is found, and not of how it was looked for."""
_ANEW = frozenset([",", ";", "he", "she", "patient"])
"""Behind these a denial need not be of the relative named before."""


class Judgement(NamedTuple):
    """How a text means a mention, by which words of it ('' for none) and in which section."""

    assertion: Assertion
    trigger: str
    start: int
    end: int
    section: str


class Sentences:
    """The tokens at which the sentences of a text begin, and judgements of what they mention."""

    def __init__(self, of: Tokens) -> None:
        self.tokens = of
        self.headings = Headings(of.text)
        ends = (bisect_left(of.starts, heading.end) for heading in self.headings.all)
        self._begins = _sentences(of, {place for place in ends if not _is_answer(of, place)})
        self._triggers = Triggers(of)
        self._spoken: dict[int, Spoken] = {}
        self._announcing: dict[int, tuple[Found | None, bool]] = {}

    def around(self, token: int) -> tuple[int, int]:
        """First token of the sentence of a token, and the one after its last."""
        place = bisect_right(self._begins, token) - 1
        return self._begins[place], self._begins[place + 1] if place + 1 < len(self._begins) else len(self.tokens)

    def judge(self, first: int, last: int, means: bool = False) -> Judgement:
        """How the text means what it mentions from token `first` to before token `last`.

        `means`: it is known to be a test or a drug, by which other things are found, or which is taken while they come.
        """
        norms = self.tokens.norms
        spoken = self._said_in(*self.around(first))
        reach, by = spoken.reaching(first, last) if spoken else (spoken.start(), {})
        supposed = by.get(Effect.SUPPOSES)
        if supposed is not None and keeps_ready(norms[supposed.first : supposed.last]) and is_illness(norms, first, last):
            del by[Effect.SUPPOSES]
        for effect in _OF_FINDINGS.intersection(by) if by else ():
            if is_means(norms, first, last, by[effect][:2], means):
                del by[effect]
        heading = self.headings.at(self.tokens.starts[first])
        section = self._section(heading, first)
        return self._judgement(*_judged(reach, by, first, section), heading.title if heading is not None else "")

    def judge_span(self, start: int, end: int) -> Judgement:
        """How the text means its characters from `start` to before `end`; where no word stands, how it means the word behind them."""
        of = self.tokens
        if not len(of):
            return Judgement(Assertion.AFFIRMED, "", 0, 0, "")
        first = min(bisect_right(of.ends, start), len(of) - 1)
        return self.judge(first, min(max(bisect_left(of.starts, end), first + 1), len(of)))

    def _section(self, heading: Heading | None, first: int) -> Section:
        """What the part of the text speaks of; a heading itself is in none."""
        return Section.OTHER if heading is None or self.tokens.starts[first] < heading.end else heading.section

    def spoken(self) -> list[Assertion]:
        """How the text means each of its tokens, as if each was a mention of its own; the words of triggers are affirmed."""
        means = [Assertion.AFFIRMED] * len(self.tokens)
        for first, last, assertion in self.runs():
            means[first:last] = [assertion] * (last - first)
        return means

    def runs(self, around: Iterable[int] | None = None) -> Iterator[tuple[int, int, Assertion]]:
        """Tokens `first` to before `last` that the text does not affirm, and how it means them, by place.

        `around` are characters of the text: only the sentences that they lie in are looked at.
        """
        if not len(self.tokens):
            return
        asked: Iterable[tuple[int, int]] = pairwise([*self._begins, len(self.tokens)])
        if around is not None:
            asked = sorted({self.around(max(bisect_right(self.tokens.starts, place) - 1, 0)) for place in around})
        for begin, end in asked:
            spoken = self._said_in(begin, end)
            section = self._section(self.headings.at(self.tokens.starts[begin]), begin)
            if spoken or section is not Section.OTHER:
                yield from _runs(spoken, section, begin, end)

    def _judgement(self, assertion: Assertion, by: Found | None, title: str) -> Judgement:
        if by is None:
            return Judgement(assertion, title if assertion is not Assertion.AFFIRMED else "", 0, 0, title)
        first, last = by.first, by.last
        if assertion is Assertion.FAMILY:
            first, last = listed(self.tokens.norms, first, last)
        start, end = self.tokens.starts[first], self.tokens.ends[last - 1]
        return Judgement(assertion, self.tokens.text[start:end], start, end, title)

    def _said_in(self, begin: int, end: int) -> Spoken:
        spoken = self._spoken.get(begin)
        if spoken is None:
            spoken = self._spoken[begin] = Spoken(self.tokens, self._triggers.between(begin, end), end, self._announced(begin))
        return spoken

    def _announced(self, begin: int) -> Found | None:
        """What reaches over a sentence from one that ends with a colon: "Return if:", "Denies:"; None if nothing does.

        Over the lines of a list it reaches if the colon ends its line, or is behind a condition.
        """
        norms, passed = self.tokens.norms, []
        if begin == 0 or norms[begin - 1] not in _ANNOUNCING:
            return None
        while begin > 0 and begin not in self._announcing:
            passed.append(begin)
            last, breaks = begin - 1, 0
            while last > 0 and norms[last] == "\n":
                last, breaks = last - 1, breaks + 1
            if norms[last] == ":":
                told = self._announcement(last)
                self._announcing[begin] = told, told is not None and (breaks > 0 or told.has(Effect.SUPPOSES))
            elif breaks == 1 and not self._in_heading(last):
                begin = self.around(last)[0]
            else:
                break
        told, goes_on = self._announcing.get(begin, (None, False))
        for each in passed:
            self._announcing.setdefault(each, (told if goes_on else None, goes_on))
        return self._announcing[passed[0]][0] if passed else told

    def _in_heading(self, token: int) -> bool:
        heading = self.headings.at(self.tokens.starts[token])
        return heading is not None and self.tokens.starts[token] < heading.end

    def _announcement(self, colon: int) -> Found | None:
        """The condition, or the trigger right before the colon, of the sentence that a colon ends.

        "History:" announces none: often what follows is of the present.
        """
        kept = apart(self._triggers.between(*self.around(colon)))
        told = [
            each
            for each in kept
            if each.last == colon and any(kind.after == SENTENCE and kind.effect is not Effect.RECALLS for kind in each.kinds)
        ]
        told = told or [each for each in kept if each.has(Effect.SUPPOSES)]
        return told[-1] if told else None


def _runs(spoken: Spoken, section: Section, begin: int, end: int) -> Iterator[tuple[int, int, Assertion]]:
    reach, at, kept = spoken.start(), begin, spoken.kept
    for index, each in enumerate((*kept, Found(end, end, ()))):
        while at < each.first:
            # What reaches back does so from a certain distance: there each token is judged by itself.
            last = at + 1 if spoken.reaches_back else min(reach.alike(at), each.first)
            by = reach.at(at)
            if spoken.reaches_back:
                by = spoken.behind(islice(kept, index, None), at, at + 1) | by
            assertion, _ = _judged(reach, by, at, section)
            if assertion is not Assertion.AFFIRMED:
                yield at, last, assertion
            at = last
        reach.passes(each)
        at = max(at, each.last)


def _judged(reach: Reach, by: dict[Effect, Found], first: int, section: Section) -> tuple[Assertion, Found | None]:
    """How what begins at token `first` is meant, and by what."""
    denied, supposed, family = by.get(Effect.DENIES), by.get(Effect.SUPPOSES), by.get(Effect.FAMILY)
    of_family = section is Section.FAMILY and not reach.own
    if supposed is not None and (denied is None or supposed.first < denied.first < first):
        return Assertion.HYPOTHETICAL, supposed
    if denied is not None:
        of_family = of_family or (family is not None and _is_of(reach.norms, family, denied))
        return Assertion.NOT_IN_FAMILY if of_family else Assertion.NEGATED, denied
    if of_family or family is not None:
        return Assertion.FAMILY, family
    if section is Section.INSTRUCTIONS:
        return Assertion.HYPOTHETICAL, None
    if Effect.DOUBTS in by:
        return Assertion.POSSIBLE, by[Effect.DOUBTS]
    if Effect.RECALLS in by or section in (Section.PAST, Section.STOPPED):
        return Assertion.HISTORICAL, by.get(Effect.RECALLS)
    return Assertion.AFFIRMED, None


def _is_of(norms: Sequence[str], family: Found, denied: Found) -> bool:
    """Whether it is relatives of whom something is denied ("no family history of gout", "mother: no gout").

    One who is only named beside it is none of them: "lives with her husband, no chest pain".
    """
    if family.first >= denied.first:
        return True
    before = next((norm for norm in reversed(norms[max(0, family.first - _NEAR_RELATIVE) : family.first]) if norm not in _WHOSE), "")
    if before in _BESIDE:
        return False
    between = norms[family.last : min(denied.first, family.last + LONGEST_CLAUSE)]
    clause = list(takewhile(lambda norm: norm not in _ANEW, between))
    if norms[denied.first] not in _DENYING and not _FARE.isdisjoint(clause):
        return True
    return len(clause) == len(between) or between[0] in _OF_RELATIVES or not _ANSWERS.isdisjoint(clause[:_NEAR_RELATIVE])


def _sentences(of: Tokens, headings: set[int]) -> list[int]:
    """Tokens at which sentences begin: after marks, blank lines, headings, and lines that do not go on."""
    last = len(of.norms) - 1
    begins = {0} | {place for place in headings if place <= last}
    if last < 1:
        return sorted(begins)
    kinds = _KINDS_OF_WORDS.of(*of.entries)
    starts, ends = np.asarray(of.starts), np.asarray(of.ends)
    after, before = kinds[1:], np.zeros(last, dtype=np.uint16)  # of the tokens that another one follows
    before[1:] = kinds[: last - 1]
    kinds = kinds[:-1]
    apart = ends[:-1] != starts[1:]
    ending = (kinds & _MARK > 0) & apart
    ending[1:] &= ~((kinds & _POINT > 0) & _abbreviate(before, after))[1:] | apart[:-1]
    begins.update((ending.nonzero()[0] + 1).tolist())
    listed = (kinds & _CLOSES > 0) & (before & _NUMBERS > 0)
    listed[2:] &= kinds[:-2] & _OPENS == 0
    begins.update(place - 1 for place in listed.nonzero()[0].tolist() if place > 1 and place + 1 not in headings)
    breaks = (kinds & _BREAK > 0) & (after & _BREAK == 0)
    anew = breaks & ((before & _BREAK > 0) | (after & _LISTS > 0))
    begins.update((anew.nonzero()[0] + 1).tolist())
    text = of.text
    for place in (breaks & ~anew & (before & _CONTINUES == 0)).nonzero()[0].tolist():
        if not text[of.starts[place + 1]].islower():
            begins.add(place + 1)
    return sorted(begins)


def _abbreviate(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Whether the words before points end no sentence by them: "no" is an answer, but "no. 5" is a number."""
    found: NDArray[np.bool_] = (before & _SHORT > 0) & ((before & _NO == 0) | (after & _DIGITS > 0))
    return found


def _is_answer(of: Tokens, place: int) -> bool:
    """Whether a word alone follows a colon: what stands before is judged by it ("Chest pain: no")."""
    norms = of.norms
    return place < len(norms) and norms[place] in _ANSWERS and (place + 1 == len(norms) or not norms[place + 1][0].isalnum())


_POINT, _MARK, _CLOSES, _OPENS, _BREAK, _LISTS, _CONTINUES, _SHORT, _NO, _NUMBERS, _DIGITS = (1 << bit for bit in range(11))
"""What a word is where sentences may end: a point; any mark that ends one; brackets; a line break; what a line of a list begins with; what
goes on in the next line; an abbreviation; "no"; the number of an item; what begins with a digit."""


def _kinds(words: Sequence[str]) -> NDArray[np.uint16]:
    return np.fromiter(map(_kind, words), dtype=np.uint16, count=len(words))


def _kind(word: str) -> int:
    return (
        (word == ".") * _POINT
        | (word in _ENDS) * _MARK
        | (word == ")") * _CLOSES
        | (word == "(") * _OPENS
        | (word == "\n") * _BREAK
        | (word in _LIST_MARKS) * _LISTS
        | (word in _GOES_ON) * _CONTINUES
        | (word in _NOT_AN_END or (len(word) == 1 and word.isalpha())) * _SHORT
        | (word == "no") * _NO
        | (word.isdigit() and len(word) < 3) * _NUMBERS
        | word[0].isdigit() * _DIGITS
    )


_KINDS_OF_WORDS = OfWords(_kinds)


def judge(text: str, spans: Iterable[tuple[int, int]]) -> list[Judgement]:
    """How a text means each of its spans (start, end in characters); one that covers no word is judged by the word behind it."""
    sentences = Sentences(tokens(text))
    return [sentences.judge_span(start, end) for start, end in spans]
