"""The names of concepts, compiled so that all of them are found in a text in one pass: memory-mapped, opened at once, shared by processes.

A name is the sequence of its normalised words. Every beginning of a name is one number (a running hash of its words), and all of them lie
sorted in one file; a text is looked through word by word at all places together, as long as what was read so far begins a name.
What a name stands for (its senses) are numbers of concepts, the best first.

    words.npy      numbers of all beginnings of names, ascending          names.npy      the name that ends there, -1 for none
    senses.npy     concepts of each name, cut by senses_offsets.npy       cautions.npy   how carefully a name is to be taken
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntFlag
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from concepts.hierarchy import Int32, Int64, mapped, offsets_of
from concepts.tokens import Tokens, tokens
from concepts.wordbook import Entries, OfWords, Wordbook

MOST_WORDS: Final = 24
"""Words of a name that is looked for; longer ones are told and left out."""
MOST_SENSES: Final = 16
"""Concepts that a name leads to: of a drug that is in ten thousand products the best."""
_SOFT: Final = frozenset("-/'’\"–‐‑\n*_&+")
"""Marks that stand between words of a name or not, as it pleases who writes."""
_MAY_STAND_BETWEEN, _BREAK, _BEGINS = 1, 2, 4
"""What a mark is: one that stands between words of a name; a line break; what begins an item or a paragraph behind one."""
_KINDS: Final = {
    norm: (norm in _SOFT) * _MAY_STAND_BETWEEN | (norm == "\n") * _BREAK | (norm in "\n-*•") * _BEGINS for norm in (*_SOFT, "•")
}
_MOST_HELD: Final = 1 << 17
"""Beginnings of names that are held."""
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(29)
_TIMES, _RIGHT = int(_MULTIPLIER), int(_SHIFT)
_THREE, _SEVEN = np.uint64(3), np.uint64(7)
_MASK: Final = (1 << 64) - 1

UInt64 = NDArray[np.uint64]


class Caution(IntFlag):
    """What must hold where a name is found."""

    NONE = 0
    CAPITALS = 1
    """In capitals, as it is listed: abbreviations that are words in small letters (`ALL`, `AIDS`)."""
    CONTEXT = 2
    """Only where the text defines it, or where others of its field stand near: abbreviations with several meanings."""
    ASKED = 4
    """Only in questions, which mean everything narrower too: a text that says "diabetes" does not say its type."""


class Name(NamedTuple):
    """A name of a concept, given by its number. Of several concepts of one name those of the least `rank` come first."""

    text: str
    concept: int
    rank: int = 0
    caution: Caution = Caution.NONE


class Words(NamedTuple):
    """The words of a text: their `places` among its tokens, and their numbers in a book."""

    places: NDArray[np.intp]
    book: Wordbook
    entries: Entries


class Found(NamedTuple):
    """A name in a text: words `first` to before `last` of its tokens."""

    first: int
    last: int
    name: int


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Compiled names. Safe for any number of threads."""

    words: UInt64
    names: Int32
    goes_on: NDArray[np.bool_]
    senses_offsets: Int64
    senses: Int32
    cautions: NDArray[np.uint8]

    def find(self, text: Tokens) -> list[Found]:
        """Every name in the text, overlapping ones too, by place."""
        return self.find_in(words_in(text))

    def find_in(self, words: Words) -> list[Found]:
        """Every name in a text, given by its words, which any number of lexicons can be asked for."""
        found: list[Found] = []
        if not len(self.words):
            return found
        places, book, entries = words
        beginning = self._first.of(book, entries)
        at = (beginning >= 0).nonzero()[0]
        spot = beginning[at]
        names = self.names[spot]
        ends = names >= 0
        if ends.any():
            alone = places[at[ends]]
            found.extend(map(Found, alone.tolist(), (alone + 1).tolist(), names[ends].tolist()))
        on = (self.goes_on[spot] & (at < len(entries) - 1)).nonzero()[0]
        numbers, at = _NUMBERS.of(book, entries), at[on]
        running = _mixed(self.words[spot[on]], numbers[at + 1])
        likely = self._may_begin(running)
        held = self._held
        for start, second in zip(at[likely].tolist(), running[likely].tolist(), strict=True):
            name, goes_on = held[second]
            if name >= 0 or goes_on:
                self._follow(words, numbers, start, second, found)
        found.sort()
        return found

    def fitting(self, text: Tokens, place: int, norms: Sequence[str]) -> Int64:
        """Of words that may stand in place of a token how many words the longest name has that goes over it then, 0 for none.

        Names that are to be taken with caution do not count.
        """
        longest = np.zeros(len(norms), dtype=np.int64)
        places = words_of(text)
        if not len(self.words) or place not in places:
            return longest
        at = places.index(place)
        around = np.fromiter((word_number(text.norms[each]) for each in places), dtype=np.uint64, count=len(places))
        numbers = np.fromiter(map(word_number, norms), dtype=np.uint64, count=len(norms))
        for first in range(max(0, at - MOST_WORDS), at + 1):
            running, before = np.zeros(1, dtype=np.uint64), True
            for each in range(first, at):
                running = _mixed(running, around[each : each + 1])
                spot = self._spots(running)
                before = bool(spot[0] >= 0 and self.goes_on[spot[0]])
                if not before:
                    break
            if before:
                rows, running = np.arange(len(norms)), _mixed(running, numbers)
                for last in range(at, len(places)):
                    running = running if last == at else _mixed(running, around[last : last + 1])
                    spot = self._spots(running)
                    names = self.names[spot]
                    ends = (spot >= 0) & (names >= 0) & (self.cautions[names] & (Caution.CAPITALS | Caution.CONTEXT) == 0)
                    longest[rows[ends]] = np.maximum(longest[rows[ends]], last - first + 1)
                    on = (spot >= 0) & self.goes_on[spot]
                    rows, running = rows[on], running[on]
                    if not len(rows):
                        break
        return longest

    def _spots(self, running: UInt64) -> Int64:
        """Where the beginnings of names stand in `words`, -1 for what begins none."""
        spot = np.minimum(np.searchsorted(self.words, running), len(self.words) - 1)
        return np.where(self.words[spot] == running, spot, -1)

    def _follow(self, words: Words, numbers: UInt64, start: int, running: int, found: list[Found]) -> None:
        """Add the names that begin with the word `start` and the one behind it, which are `running` together."""
        place, places = start + 1, words.places
        while True:
            name, goes_on = self._held[running]
            if name >= 0:
                found.append(Found(places.item(start), places.item(place) + 1, name))
            place += 1
            if not goes_on or place == len(places):
                return
            running = _mix(running, numbers.item(place))

    @cached_property
    def _held(self) -> "_Beginnings":
        return _Beginnings(self)

    def _may_begin(self, running: UInt64) -> NDArray[np.intp]:
        """Which of some numbers may be in `words`: few others are among them. Most are not, and bisection costs more."""
        shift, held = self._sieve
        slots = running >> shift
        likely: NDArray[np.intp] = (held[slots >> _THREE] >> (slots & _SEVEN).astype(np.uint8) & 1).nonzero()[0]
        return likely

    @cached_property
    def _sieve(self) -> tuple[np.uint64, NDArray[np.uint8]]:
        """A bit for each value of the first bits of a number, set where a number in `words` begins so, with how many bits are left over."""
        bits = len(self.words).bit_length() + 3
        shift = np.uint64(64 - bits)
        held = np.zeros(1 << bits, dtype=np.bool_)
        held[self.words >> shift] = True
        return shift, np.packbits(held, bitorder="little")

    def _beginnings(self, words: Sequence[str]) -> Int32:
        return self._spots(_mixed(np.zeros(len(words), dtype=np.uint64), _numbered_words(words))).astype(np.int32)

    @cached_property
    def _first(self) -> OfWords[np.int32]:
        """Where a name's beginning of one word stands."""
        return OfWords(self._beginnings)

    def name_of(self, norms: Sequence[str]) -> int:
        """The number of the name that these words are, as they are compared; -1 where they are none."""
        running = 0
        for norm in norms:
            running = _mix(running, word_number(norm))
        return self._held[running][0] if len(self.words) else -1

    def concepts(self, name: int) -> list[int]:
        """The concepts that a name stands for, the best first."""
        senses: list[int] = self.senses[self.senses_offsets[name] : self.senses_offsets[name + 1]].tolist()
        return senses

    def caution(self, name: int) -> Caution:
        """What must hold where a name is found."""
        return Caution(int(self.cautions[name]))

    def named(self, text: str) -> int:
        """The number of a name, -1 where it is none."""
        of = tokens(text)
        whole = [found for found in self.find(of) if found.first == 0 and found.last == len(of)]
        return whole[0].name if whole else -1


class _Beginnings(dict[int, tuple[int, bool]]):
    """Number → the name that ends there, -1 for none, and whether one goes on. Texts ask for the same few again and again."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words, self._names, self._goes_on = lexicon.words, lexicon.names, lexicon.goes_on

    def __missing__(self, running: int) -> tuple[int, bool]:
        spot = int(self._words.searchsorted(np.uint64(running)))
        there = spot < len(self._words) and int(self._words[spot]) == running
        if len(self) >= _MOST_HELD:
            self.clear()
        found = self[running] = (int(self._names[spot]), bool(self._goes_on[spot])) if there else (-1, False)
        return found


@lru_cache(maxsize=8)
def tokens_of_name(text: str) -> Tokens:
    """The tokens of a name; the last few are held, for who compiles looks at each more than once."""
    return tokens(text)


def words_in(text: Tokens) -> Words:
    """The words of a text that count in names."""
    book, entries = text.entries
    places = _counting(_MARKS.of(book, entries))
    return Words(places, book, entries[places])


def words_at(text: Tokens, places: list[int]) -> Words:
    """The words of a text at some of its tokens."""
    book, entries = text.entries
    at = np.asarray(places, dtype=np.intp)
    return Words(at, book, entries[at])


def words_of(text: Tokens) -> list[int]:
    """Tokens that count in names: all but marks that may stand between words of a name.

    A line break counts that ends a paragraph, or begins an item of a list: no name goes on beyond.
    """
    norms = text.norms
    return [place for place, norm in enumerate(norms) if norm not in _SOFT or (norm == "\n" and _ends(norms, place))]


def _ends(norms: Sequence[str], place: int) -> bool:
    return place + 1 < len(norms) and _KINDS.get(norms[place + 1], 0) & _BEGINS > 0


def _counting(marks: NDArray[np.uint8]) -> NDArray[np.intp]:
    ending = (marks[:-1] & _BREAK > 0) & (marks[1:] & _BEGINS > 0)
    counting = marks & _MAY_STAND_BETWEEN == 0
    counting[:-1] |= ending
    places: NDArray[np.intp] = counting.nonzero()[0]
    return places


def _marks(norms: Sequence[str]) -> NDArray[np.uint8]:
    """What each word is as a mark."""
    return np.fromiter((_KINDS.get(norm, 0) for norm in norms), dtype=np.uint8, count=len(norms))


_MARKS: Final = OfWords(_marks)


def _numbered_words(words: Sequence[str]) -> UInt64:
    return np.fromiter(map(word_number, words), dtype=np.uint64, count=len(words))


_NUMBERS: Final = OfWords(_numbered_words)


def compile_lexicon(names: Iterable[Name]) -> tuple[Lexicon, list[str]]:
    """Compile names; and those that cannot be looked for (no words, or more than MOST_WORDS). Names are held as numbers only."""
    numbers, lengths = array("Q"), array("q")
    concepts, ranks, cautions = array("q"), array("q"), array("B")
    unfit: list[str] = []
    for name in names:
        of = tokens_of_name(name.text)
        words = [of.norms[place] for place in words_of(of)]
        if not 0 < len(words) <= MOST_WORDS or not any(word[0].isalpha() for word in words):
            unfit.append(name.text)
            continue
        numbers.extend(map(word_number, words))
        lengths.append(len(words))
        concepts.append(name.concept)
        ranks.append(name.rank)
        cautions.append(int(name.caution))
    beginnings, longer, ends = _beginnings(np.frombuffer(numbers, dtype=np.uint64), np.frombuffer(lengths, dtype=np.int64))
    del numbers, lengths
    goes_on = np.zeros(len(beginnings), dtype=np.bool_)
    goes_on[np.searchsorted(beginnings, longer)] = True
    borne = (np.frombuffer(concepts, dtype=np.int64), np.frombuffer(ranks, dtype=np.int64), np.frombuffer(cautions, dtype=np.uint8))
    return _numbered(beginnings, goes_on, ends, *borne), unfit


def _beginnings(numbers: UInt64, lengths: Int64) -> tuple[UInt64, UInt64, UInt64]:
    """The numbers of all beginnings of names, ascending; of those that a longer one goes on from; and of each whole name."""
    starts = np.cumsum(lengths) - lengths
    ends = np.zeros(len(lengths), dtype=np.uint64)
    every: list[UInt64] = [np.empty(0, dtype=np.uint64)]
    longer: list[UInt64] = [np.empty(0, dtype=np.uint64)]
    rows, running = np.arange(len(lengths)), ends
    for depth in range(int(lengths.max(initial=0))):
        on = lengths[rows] > depth
        rows, running = rows[on], _mixed(running[on], numbers[starts[rows[on]] + depth])
        done = lengths[rows] == depth + 1
        ends[rows[done]] = running[done]
        every.append(distinct(running))
        longer.append(running[~done])
    return distinct(np.concatenate(every)), np.concatenate(longer), ends


def _numbered(
    beginnings: UInt64, goes_on: NDArray[np.bool_], ends: UInt64, concept: Int64, rank: Int64, caution: NDArray[np.uint8]
) -> Lexicon:
    states, name = np.unique(ends, return_inverse=True)
    cautions = np.full(len(states), 255, dtype=np.uint8)
    np.minimum.at(cautions, name, caution)
    name, concept = _best_first(name, concept, rank)
    names = np.full(len(beginnings), -1, dtype=np.int32)
    names[np.searchsorted(beginnings, states)] = np.arange(len(states))
    return Lexicon(beginnings, names, goes_on, offsets_of(name, len(states)), concept.astype(np.int32), cautions)


def _best_first(name: Int64, concept: Int64, rank: Int64) -> tuple[Int64, Int64]:
    """The distinct (name, concept), by name, then by the least rank that the concept bears it with; MOST_SENSES of each name."""
    order = np.lexsort((rank, concept, name))
    name, concept, rank = name[order], concept[order], rank[order]
    first = np.ones(len(name), dtype=np.bool_)
    first[1:] = (name[1:] != name[:-1]) | (concept[1:] != concept[:-1])
    name, concept, rank = name[first], concept[first], rank[first]
    order = np.lexsort((concept, rank, name))
    name, concept = name[order], concept[order]
    place = np.arange(len(name)) - np.searchsorted(name, name)
    return name[place < MOST_SENSES], concept[place < MOST_SENSES]


def save_lexicon(lexicon: Lexicon, folder: Path) -> None:
    """Write the arrays, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in fields(Lexicon):
        np.save(folder / f"{each.name}.npy", getattr(lexicon, each.name))


def open_lexicon(folder: Path) -> Lexicon:
    """Map the arrays into memory, read-only. Raises OSError, and ValueError with the name of a file that is damaged."""
    return Lexicon(**{each.name: mapped(folder / f"{each.name}.npy") for each in fields(Lexicon)})


@lru_cache(maxsize=1 << 17)
def word_number(norm: str) -> int:
    """The number of a word, the same in every process."""
    return int.from_bytes(blake2b(norm.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mixed(running: UInt64, numbers: UInt64) -> UInt64:
    mixed = (running ^ numbers) * _MULTIPLIER
    return mixed ^ (mixed >> _SHIFT)


def _mix(running: int, number: int) -> int:
    """`_mixed` of one."""
    running = ((running ^ number) * _TIMES) & _MASK
    return running ^ (running >> _RIGHT)
