"""Synonyms and stop words of people who know their data, in the lines that Solr and Elasticsearch read.

soboe, shortness of breath on exertion      any of these stands for all of them
CVA => stroke, cerebrovascular accident     what is on the left is looked for as what is on the right, and only so
please find                                 (in a list of stop words) is left out of questions
# a remark                                  `\\,` is a comma, `\\=>` an arrow, within a term
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from concepts.tokens import Tokens, tokens

MOST_WORDINGS: Final = 8
"""In how many wordings a term, or a question, is looked for."""
LONGEST_TERM: Final = 100
"""Characters of a term."""
MOST_LINES: Final = 20_000

_COMMA: Final = re.compile(r"(?<!\\),")
_ARROW: Final = re.compile(r"(?<!\\)=>")
_ESCAPED: Final = re.compile(r"\\(.)")

Norms = tuple[str, ...]
"""A term in the words that texts are compared by."""


class BadLine(NamedTuple):
    """A line that says nothing that can be used."""

    line: int
    why: str


class Slot(NamedTuple):
    """Words of a text, `start` to `end`, that a list has, and the wordings they are looked for in."""

    start: int
    end: int
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class WordLists:
    """Term → the wordings it is looked for in (its own among them where it is kept), and the terms that are left out of questions."""

    synonyms: Mapping[Norms, tuple[str, ...]] = field(default_factory=dict)
    stops: frozenset[Norms] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.synonyms or self.stops)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, (*self.synonyms, *self.stops)), default=0)

    def slots(self, text: str) -> Iterator[Slot]:
        """Words of a text that have synonyms, the longest at each place; they do not overlap."""
        for start, end, norms in self._spans(tokens(text), self.synonyms):
            own = text[start:end]
            yield Slot(start, end, tuple(own if norms_of(each) == norms else each for each in self.synonyms[norms]))

    def stopped(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a text has stop words."""
        return ((start, end) for start, end, _ in self._spans(tokens(text), self.stops))

    def _spans(self, of: Tokens, terms: Mapping[Norms, object] | frozenset[Norms]) -> Iterator[tuple[int, int, Norms]]:
        place = 0
        while place < len(of) and terms:
            here = (tuple(of.norms[place : place + length]) for length in range(min(self._longest, len(of) - place), 0, -1))
            found = next((norms for norms in here if norms in terms), None)
            if found is not None:
                yield of.starts[place], of.ends[place + len(found) - 1], found
            place += len(found or (1,))


NO_LISTS: Final = WordLists()


def together(lists: Sequence[WordLists]) -> WordLists:
    """Several lists as one."""
    if len(lists) == 1:
        return lists[0]
    synonyms: dict[Norms, tuple[str, ...]] = {}
    for each in lists:
        for term, wordings in each.synonyms.items():
            synonyms[term] = _joined(synonyms.get(term, ()), wordings)[:MOST_WORDINGS]
    return WordLists(synonyms, frozenset().union(*(each.stops for each in lists)))


def norms_of(term: str) -> Norms:
    """A term as it is compared."""
    return tuple(tokens(term).norms)


def synonyms_in(lines: Iterable[str]) -> tuple[dict[Norms, tuple[str, ...]], list[BadLine]]:
    """The synonyms of a file, and what of it cannot be used."""
    synonyms: dict[Norms, tuple[str, ...]] = {}
    bad: list[BadLine] = []
    for number, line in _lines(lines):
        sides = [[_ESCAPED.sub(r"\1", term).strip() for term in _COMMA.split(side)] for side in _ARROW.split(line)]
        if why := _wrong(sides):
            bad.append(BadLine(number, why))
            continue
        left, right = sides[0], sides[-1]
        for term in left:
            norms = norms_of(term)
            wordings = _joined(synonyms.get(norms, ()), right if len(sides) > 1 else (term, *right))
            if len(wordings) > MOST_WORDINGS:
                told = f"{term!r} has {len(wordings)} wordings, with those of the lines above"
                bad.append(BadLine(number, f"{told}; at most {MOST_WORDINGS} are looked for"))
            synonyms[norms] = wordings[:MOST_WORDINGS]
    return synonyms, bad


def stops_in(lines: Iterable[str]) -> tuple[frozenset[Norms], list[BadLine]]:
    """The stop words of a file, a word or some words a line, and what of it cannot be used."""
    stops, bad = set(), []
    for number, line in _lines(lines):
        if why := _unfit(line):
            bad.append(BadLine(number, why))
        else:
            stops.add(norms_of(line))
    return frozenset(stops), bad


def _lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def _wrong(sides: Sequence[Sequence[str]]) -> str:
    """Why a line of synonyms cannot be used; '' where it can."""
    if len(sides) > 2:
        return "has more than one '=>'"
    if len(sides) == 1 and len(sides[0]) < 2:
        return "names one term only: write 'a, b' for words that stand for each other, or 'a => b' for words that are looked for as others"
    return next((why for side in sides for term in side if (why := _unfit(term))), "")


def _unfit(term: str) -> str:
    if not term:
        return "a term is empty: two commas on end, or nothing beside '=>'"
    if len(term) > LONGEST_TERM:
        return f"a term has {len(term)} characters, at most {LONGEST_TERM} are looked for: {term[:40]!r}…"
    if not any(letter.isalnum() for letter in term):
        return f"{term!r} holds no word"
    return ""


def _joined(some: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """Both without those that are compared alike."""
    found: dict[Norms, str] = {}
    for each in (*some, *more):
        found.setdefault(norms_of(each), each)
    return tuple(found.values())
