"""Relatives as texts and questions name them, and whether one that is named is one that is asked for.

A relative is the set of persons that its words may mean: "parent" a mother or a father, "aunt" one of either side, "maternal" anybody of
the mother's. Words that leave open who is meant ("family history", "relatives") name nobody.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import cache, lru_cache
from itertools import product
from typing import Final

from concepts.tokens import tokens

Persons = frozenset[str]
"""Whom words may mean, at least one of them."""

_PERSONS: Final = """
mother; mom; mum = mother
father; dad = father
sister = sister
brother = brother
son = son
daughter = daughter
parent = mother, father
sibling; twin = sister, brother
child; children; offspring = son, daughter
half sister = half sister
half brother = half brother
half sibling = half sister, half brother
grandmother; grandma = maternal grandmother, paternal grandmother
grandfather; grandpa = maternal grandfather, paternal grandfather
grandparent = maternal grandmother, paternal grandmother, maternal grandfather, paternal grandfather
aunt = maternal aunt, paternal aunt
uncle = maternal uncle, paternal uncle
cousin = maternal cousin, paternal cousin
niece = niece
nephew = nephew
granddaughter = granddaughter
grandson = grandson
grandchild; grandchildren = granddaughter, grandson
wife; girlfriend = wife
husband; boyfriend = husband
spouse = wife, husband
partner = partner
roommate = roommate
donor = donor
"""
"""Words → persons. Those of one side begin with it."""
_OF_OTHERS: Final = """
mother mother = maternal grandmother
mother father = maternal grandfather
mother sister = maternal aunt
mother brother = maternal uncle
father mother = paternal grandmother
father father = paternal grandfather
father sister = paternal aunt
father brother = paternal uncle
sister son; brother son; sibling son = nephew
sister daughter; brother daughter; sibling daughter = niece
daughter son; son son = grandson
daughter daughter; son daughter = granddaughter
"""
"""Relatives of relatives: "mother's sister"."""
_SIDES: Final = ("maternal", "paternal")
_FIRST: Final = frozenset({"mother", "father", "sister", "brother", "son", "daughter"})
_SECOND: Final = frozenset(
    {
        *(f"{side} {person}" for side, person in product(_SIDES, ("grandmother", "grandfather", "aunt", "uncle"))),
        *("niece", "nephew", "half sister", "half brother", "granddaughter", "grandson"),
    }
)
_DEGREES: Final = (("first", "1st", _FIRST), ("second", "2nd", _SECOND))
_ELSE: Final = frozenset({*_SIDES, "degree", "child", "children", "offspring", "twin"})
"""Ends of names that say other things by themselves: "first degree block", "fever in a child"."""
_BETWEEN: Final = frozenset({",", "and", "or", "/", "&", "both", "his", "her", "their", "my", "the", "a", "an", "one", "two", "-"})
"""What stands between relatives that are listed together."""
_JOINING: Final = frozenset({"and", "or", "/", "&"})
"""Without one of these what commas part are several statements."""
_FARTHEST: Final = 12
"""Tokens on each side over which a list of relatives goes on at most."""


class Kin(IntEnum):
    """What words that name relatives say of the one who is asked for."""

    ANOTHER = 0
    OPEN = 1
    """It may be the one: a "family history", "parents" where the mother is asked for."""
    THE_ONE = 2


def of_relatives() -> Iterator[str]:
    """Words that name relatives and nothing else, those of several words with their side or owner."""
    return (" ".join(words) for words in _named() if words[-1] not in _ELSE)


@lru_cache(maxsize=1 << 12)
def relatives_named(words: str) -> tuple[Persons, ...]:
    """The relatives that words name, in order, each as the persons it may be; () where they leave open who is meant."""
    return tuple(persons for _, _, persons in _found(tuple(tokens(words).norms)) if persons)


def persons_asked(words: str) -> Persons:
    """Whom words ask for: any of these; nobody in particular where it is empty."""
    return frozenset().union(*relatives_named(words))


@lru_cache(maxsize=1 << 12)
def kin(asked: Persons, words: str) -> Kin:
    """What the words by which a text speaks of relatives say of those who are asked for."""
    named = relatives_named(words)
    if any(persons <= asked for persons in named):
        return Kin.THE_ONE
    return Kin.OPEN if not named or any(persons & asked for persons in named) else Kin.ANOTHER


def names_relative(norms: Sequence[str]) -> bool:
    """Whether words, as they are compared, tell which relative is meant."""
    return any(norm in _first_words() for norm in norms)


def listed(norms: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Where the list of relatives begins and ends that tokens `first` to before `last` stand in: "mother and maternal aunt"."""
    if not names_relative(norms[first:last]):
        return first, last
    while not norms[first][0].isalnum():  # "(mother, 48)"
        first += 1
    while not norms[last - 1][0].isalnum():
        last -= 1
    begin, end = first, last
    at = first - 1
    while at >= max(0, first - _FARTHEST) and (norms[at] in _first_words() or norms[at] in _BETWEEN):
        begin = at if norms[at] in _first_words() else begin
        at -= 1
    at = last
    while at < min(len(norms), last + _FARTHEST) and (norms[at] in _first_words() or norms[at] in _BETWEEN):
        end = at + 1 if norms[at] in _first_words() else end
        at += 1
    if "," in norms[begin:end] and _JOINING.isdisjoint(norms[begin:end]):
        return first, last
    return begin, end


def _found(norms: tuple[str, ...]) -> Iterator[tuple[int, int, Persons]]:
    """The relatives of a text, the longest names first at each place: first token, the one behind the last, persons."""
    table, at = _named(), 0
    while at < len(norms):
        length = next((length for length in range(_LONGEST, 0, -1) if norms[at : at + length] in table), 0)
        if length:
            yield at, at + length, table[norms[at : at + length]]
        at += length or 1


_LONGEST: Final = 4


@cache
def _named() -> dict[tuple[str, ...], Persons]:
    """Words, as they are compared → persons."""
    table: dict[tuple[str, ...], Persons] = {}
    for line in (_PERSONS + _OF_OTHERS).split("\n"):
        listed_words, _, persons = line.partition(" = ")
        for words in filter(None, listed_words.split("; ")):
            whom = frozenset(persons.split(", "))
            spelled: tuple[str, ...] = tuple(words.split())
            table[spelled] = whom
            if spelled[0] == "half":
                table["half", "-", spelled[1]] = whom
            for side in _SIDES:
                of_side = frozenset(each for each in whom if each.startswith(side))
                if of_side:
                    table[side, *spelled] = of_side
    for side, parent in zip(_SIDES, ("mother", "father"), strict=True):
        table[side,] = frozenset({parent, *(each for whom in table.values() for each in whom if each.startswith(side))})
    for word, number, of_degree in _DEGREES:
        for degree in (word, number):
            table[degree, "degree"] = table[degree, "-", "degree"] = of_degree
    return table


@cache
def _first_words() -> frozenset[str]:
    """Every word of a name of relatives but small ones."""
    return frozenset(word for words in _named() for word in words if word.isalnum())
