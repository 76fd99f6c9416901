"""Whether a text says that something is there: judged for each mention by triggers, their reach, and the section it stands in.

A trigger reaches over the sentence that it stands in, to what ends its reach; a mention hides the triggers that it contains itself ("no
acute distress" is denied by "no", not by "no acute"). A condition that ends with a colon reaches over the lines below it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from concepts.model import Assertion
from concepts.sections import Heading, Headings, Section
from concepts.tokens import Tokens, tokens
from concepts.triggers import CLAUSE, Effect, Trigger, triggers

_BREAKS = frozenset(".?!)\n")
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
_BETWEEN = frozenset([",", "and", "or"])
_LONGEST_CLAUSE = 40
_LIST_MARKS = frozenset("-*•·–")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a text means a mention, by which words of it ('' for none) and in which section.

    `of_family`: it is a relative's, also where it is denied.
    """

    assertion: Assertion
    trigger: str
    start: int
    end: int
    section: str
    of_family: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A trigger in a text, from token `first` to before token `last`."""

    first: int
    last: int
    kinds: tuple[Trigger, ...]


class Sentences:
    """The tokens at which the sentences of a text begin, and judgements of what they mention."""

    def __init__(self, of: Tokens) -> None:
        self.tokens = of
        self.headings = Headings(of.text)
        self._begins = _sentences(of, {bisect_left(of.starts, heading.end) for heading in self.headings.all})
        self._found: dict[int, list[_Found]] = {}

    def around(self, token: int) -> tuple[int, int]:
        """First token of the sentence of a token, and the one after its last."""
        place = bisect_right(self._begins, token) - 1
        return self._begins[place], self._begins[place + 1] if place + 1 < len(self._begins) else len(self.tokens)

    def judge(self, first: int, last: int) -> Judgement:
        """How the text means what it mentions from token `first` to before token `last`."""
        begin, end = self.around(first)
        found = _apart(self._triggers(begin, end), first, last)
        reach = _Reach(self.tokens.norms)
        for each in found:
            if each.last > first:
                break
            reach.passes(each)
        by = _behind(self.tokens.norms, found, last, end) | reach.at(first)
        heading = self.headings.at(self.tokens.starts[first])
        section = self._section(heading, first)
        return self._said(reach.judged(by, first, section), heading.title if heading is not None else "")

    def _section(self, heading: Heading | None, first: int) -> Section:
        """What the part of the text speaks of; a heading itself is in none."""
        return Section.OTHER if heading is None or self.tokens.starts[first] < heading.end else heading.section

    def spoken(self) -> list[Assertion]:
        """How the text means each of its tokens, as if each was a mention of its own; the words of triggers are affirmed."""
        means = [Assertion.AFFIRMED] * len(self.tokens)
        for first, last, assertion in self.runs():
            means[first:last] = [assertion] * (last - first)
        return means

    def runs(self) -> Iterator[tuple[int, int, Assertion]]:
        """Tokens `first` to before `last` that the text does not affirm, and how it means them, by place."""
        for begin, end in pairwise([*self._begins, len(self.tokens)] if len(self.tokens) else []):
            found = _apart(self._triggers(begin, end), 0, 0)
            section = self._section(self.headings.at(self.tokens.starts[begin]), begin)
            if found or section is not Section.OTHER:
                yield from self._runs(found, section, begin, end)

    def _runs(self, found: Sequence[_Found], section: Section, begin: int, end: int) -> Iterator[tuple[int, int, Assertion]]:
        norms, reach, at = self.tokens.norms, _Reach(self.tokens.norms), begin
        back = any(kind.before for each in found for kind in each.kinds)
        for each in (*found, _Found(end, end, ())):
            while at < each.first:
                # What reaches back does so from a certain distance: there each token is judged by itself.
                last = at + 1 if back else min(reach.alike(at), each.first)
                by = reach.at(at) | (_behind(norms, found, at + 1, end) if back else {})
                assertion = reach.judged(by, at, section)[0]
                if assertion is not Assertion.AFFIRMED:
                    yield at, last, assertion
                at = last
            reach.passes(each)
            at = max(at, each.last)

    def _said(self, judged: tuple[Assertion, "_Found | None", bool], title: str) -> Judgement:
        assertion, by, of_family = judged
        if by is None:
            return Judgement(assertion, title if assertion is not Assertion.AFFIRMED else "", 0, 0, title, of_family)
        start, end = self.tokens.starts[by.first], self.tokens.ends[by.last - 1]
        return Judgement(assertion, self.tokens.text[start:end], start, end, title, of_family)

    def _triggers(self, begin: int, end: int) -> list[_Found]:
        found = self._found.get(begin)
        if found is None:
            begin_at = self._announced(begin)
            found = self._found[begin] = list(_find(self.tokens.norms, begin, end))
            if begin_at is not None:
                found[:0] = [each for each in _find(self.tokens.norms, begin_at, begin) if _supposes(each)]
        return found

    def _announced(self, begin: int) -> int | None:
        """Where the sentence begins that ends with a colon and announces the list in which a sentence stands; None if none does."""
        norms = self.tokens.norms
        while begin > 0:
            last, breaks = begin - 1, 0
            while last > 0 and norms[last] == "\n":
                last, breaks = last - 1, breaks + 1
            if norms[last] == ":":
                return self.around(last)[0]
            if breaks != 1:
                return None
            begin = self.around(last)[0]
        return None


def _sentences(of: Tokens, headings: set[int]) -> list[int]:
    """Tokens at which sentences begin: after marks, blank lines, headings, and lines that do not go on."""
    norms, last = of.norms, len(of.norms) - 1
    begins = {0} | {place for place in headings if place <= last}
    for place, norm in enumerate(norms):
        if norm not in _BREAKS or place == last or place + 1 in begins:
            continue
        following = norms[place + 1]
        if norm == ")":
            if place > 1 and norms[place - 1].isdigit() and len(norms[place - 1]) < 3 and norms[place - 2] != "(":
                begins.add(place - 1)
        elif norm == "\n":
            if following != "\n" and _line_ends(of, place):
                begins.add(place + 1)
        elif of.ends[place] != of.starts[place + 1] and not (norm == "." and place and _is_abbreviation(of, place - 1)):
            begins.add(place + 1)
    return sorted(begins)


def _is_abbreviation(of: Tokens, place: int) -> bool:
    word = of.norms[place]
    return of.ends[place] == of.starts[place + 1] and (word in _NOT_AN_END or (len(word) == 1 and word.isalpha()))


def _line_ends(of: Tokens, place: int) -> bool:
    """Whether a line break ends a sentence: a blank line, a list, or a line that starts anew."""
    norms = of.norms
    if place and norms[place - 1] == "\n":
        return True
    following = of.text[of.starts[place + 1]]
    if norms[place + 1] in _LIST_MARKS:
        return True
    if place and norms[place - 1] in _GOES_ON:
        return False
    return not following.islower()


def _find(norms: Sequence[str], begin: int, end: int) -> Iterable[_Found]:
    table = triggers()
    for place in range(begin, end):
        for words, kinds in table.get(norms[place], ()):
            last = place + len(words)
            if last <= end and (len(words) == 1 or tuple(norms[place:last]) == words):
                yield _Found(place, last, kinds)


def _supposes(found: _Found) -> bool:
    return any(kind.effect is Effect.SUPPOSES for kind in found.kinds)


def _apart(found: list[_Found], first: int, last: int) -> list[_Found]:
    """Of triggers that overlap the longest ones, without those that the mention itself contains or cuts, in order."""
    outside = [each for each in found if each.last <= first or each.first >= last]
    outside.sort(key=lambda each: (each.first - each.last, each.first))
    taken: set[int] = set()
    kept = []
    for each in outside:
        places = range(each.first, each.last)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(each)
    kept.sort(key=lambda each: each.first)
    return kept


class _Reach:
    """What reaches a place of a sentence, as its triggers are passed one after the other."""

    def __init__(self, norms: Sequence[str]) -> None:
        self._norms = norms
        self._by: dict[Effect, tuple[_Found, int]] = {}
        self._own = False

    def passes(self, each: _Found) -> None:
        """A trigger begins to reach, or ends what did."""
        by = self._by
        for kind in each.kinds:
            effect = kind.effect
            if effect is Effect.ENDS:
                by.clear()
                self._own = False
            elif effect is Effect.ENDS_DENIAL:
                by.pop(Effect.DENIES, None)
                by.pop(Effect.RECALLS, None)
            elif effect is Effect.ENDS_FAMILY:
                self._own = True
                by.pop(Effect.FAMILY, None)
            elif kind.after:
                if effect is Effect.DOUBTS and Effect.DENIES in by and self._lists(by[Effect.DENIES][0].last, each.first):
                    del by[Effect.DENIES]
                if effect is Effect.FAMILY:
                    self._own = False
                by[effect] = each, self._end(each.last, kind.after)

    def _end(self, begin: int, reach: int) -> int:
        if reach != CLAUSE:
            return begin + reach
        until = min(begin + _LONGEST_CLAUSE, len(self._norms))
        return next((place for place in range(begin, until) if self._norms[place] in (",", ";")), until)

    def _lists(self, begin: int, end: int) -> bool:
        return not _BETWEEN.isdisjoint(self._norms[begin:end])

    def alike(self, place: int) -> int:
        """The token before which the same reaches all from `place` on."""
        return min((until for _, until in self._by.values() if until > place), default=len(self._norms))

    def at(self, place: int) -> dict[Effect, _Found]:
        """What reaches a token."""
        return {effect: found for effect, (found, until) in self._by.items() if place < until}

    def judged(self, by: dict[Effect, _Found], first: int, section: Section) -> tuple[Assertion, _Found | None, bool]:
        """How what begins at token `first` is meant, and whether it is a relative's."""
        denied, supposed = by.get(Effect.DENIES), by.get(Effect.SUPPOSES)
        of_family = Effect.FAMILY in by or (section is Section.FAMILY and not self._own)
        if supposed is not None and (denied is None or supposed.first < denied.first < first):
            return Assertion.HYPOTHETICAL, supposed, of_family
        if denied is not None:
            return Assertion.NEGATED, denied, of_family
        if of_family:
            return Assertion.FAMILY, by.get(Effect.FAMILY), True
        if section is Section.INSTRUCTIONS:
            return Assertion.HYPOTHETICAL, None, False
        if Effect.DOUBTS in by:
            return Assertion.POSSIBLE, by[Effect.DOUBTS], False
        if Effect.RECALLS in by or section is Section.PAST:
            return Assertion.HISTORICAL, by.get(Effect.RECALLS), False
        return Assertion.AFFIRMED, None, False


def _behind(norms: Sequence[str], found: Sequence[_Found], last: int, end: int) -> dict[Effect, _Found]:
    """What reaches back to what ends before token `last`, of the triggers behind it."""
    by: dict[Effect, _Found] = {}
    for each in found:
        if each.first < last:
            continue
        for kind in each.kinds:
            if kind.effect in (Effect.ENDS, Effect.ENDS_DENIAL):
                return by
            if kind.before and each.first - last < kind.before and _closes(norms, each, end) and _is_one(norms[last : each.first]):
                by.setdefault(kind.effect, each)
    return by


def _is_one(between: Sequence[str]) -> bool:
    """Whether what stands between a mention and a trigger behind it lists them together ("fever, chills and cough were denied")."""
    return "," not in between or "and" in between or "or" in between


def _closes(norms: Sequence[str], each: _Found, end: int) -> bool:
    """Whether nothing follows that a single word would belong to ("infection, no fever")."""
    if each.last - each.first > 1 and norms[each.last - 1] != "not":
        return True
    return each.last >= end or not norms[each.last][0].isalnum()


def judge(text: str, spans: Iterable[tuple[int, int]]) -> list[Judgement]:
    """How a text means each of its spans (start, end in characters)."""
    of = tokens(text)
    sentences = Sentences(of)
    judged = []
    for start, end in spans:
        first = bisect_right(of.ends, start)
        last = max(bisect_left(of.starts, end), first + 1)
        judged.append(sentences.judge(min(first, len(of) - 1), last))
    return judged
