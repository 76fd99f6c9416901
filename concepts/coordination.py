"""Names that share words with a neighbour they are coordinated with: "breast and ovarian cancer", "hepatitis A, B or C".

Nobody writes "breast cancer and ovarian cancer" where the head can be said once. What is left out is looked for beside each name that was
found: the words before an "and", "or" or "/" with the end of the name after it, and the one word behind with the beginning of the name
before it. A name made so stands at the words that are its own ("breast"), for spans do not overlap.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from concepts.tokens import Tokens

_CONJUNCTIONS: Final = frozenset({"and", "or", "/", "&"})
_LISTED: Final = _CONJUNCTIONS | {","}
"""What stands between the other items of an enumeration."""
_MOST_OWN: Final = 3
"""Words that are a name's own at most."""
_MOST_SHARED: Final = 3
"""Words that it shares at most."""
_MOST_ITEMS: Final = 8
"""Names of one enumeration that are looked for at most."""
_PLACES: Final = frozenset(
    {
        "in",
        "on",
        "to",
        "at",
        "from",
        "into",
        "near",
        "over",
        "around",
        "within",
        "behind",
        "under",
        "the",
        "this",
        "that",
        "his",
        "her",
        "their",
        "left",
        "right",
        "both",
        "bilateral",
    }
)
"""Words before a part of the body that is only a place: "a mass in the breast and ovarian cancer" says no breast cancer."""

Named = Callable[[Sequence[str]], bool]
"""Whether words, as they are compared, are a name."""


class Shared(NamedTuple):
    """A name whose own words are the tokens `first` to before `last`; all its words are `norms`."""

    first: int
    last: int
    norms: tuple[str, ...]


def shared(of: Tokens, spans: Sequence[tuple[int, int]], named: Named) -> Iterator[Shared]:
    """The names that share words with those found at `spans`, which are apart and in order."""
    norms, count = of.norms, len(of)
    beside = [
        (first, last, before, behind)
        for first, last in spans
        if last - first > 1  # one word shares nothing
        and ((before := first > 1 and norms[first - 1] in _CONJUNCTIONS) | (behind := last + 1 < count and norms[last] in _LISTED))
    ]
    if not beside:
        return
    taken = {place for first, last in spans for place in range(first, last)}
    for first, last, before, behind in beside:
        if before:
            yield from _before(of, first, last, taken, named)
        if behind:
            yield from _behind(of, first, last, taken, named)


def _before(of: Tokens, first: int, last: int, taken: Collection[int], named: Named) -> Iterator[Shared]:
    """What stands before the name and shares its end: "prostate, skin and lung cancer"."""
    words = _words(of, first, last)
    if len(words) < 2:
        return
    ends = [words[cut:] for cut in range(max(1, len(words) - _MOST_SHARED), len(words))]
    at = first
    for _ in range(_MOST_ITEMS):
        stop, between = at, _CONJUNCTIONS if at == first else _LISTED
        while stop > 0 and of.norms[stop - 1] in between:
            stop -= 1
        if stop > 0 and stop < at and of.norms[stop - 1] == ",":  # "skin, and lung cancer"
            stop -= 1
        if stop == at:
            return
        found = _own_before(of, stop, ends, taken, named)
        if found is None:
            return
        yield found
        at = found.first


def _own_before(of: Tokens, stop: int, ends: Sequence[list[str]], taken: Collection[int], named: Named) -> Shared | None:
    best = None
    own: list[str] = []
    place = stop
    while place > 0 and len(own) < _MOST_OWN and place - 1 not in taken:
        norm = of.norms[place - 1]
        if norm == "-":
            place -= 1
            continue
        if not norm[0].isalnum() or norm in _CONJUNCTIONS:
            break
        place -= 1
        own.insert(0, norm)
        if norm[0].isalpha() and (place == 0 or of.norms[place - 1] not in _PLACES):
            best = next((Shared(place, stop, (*own, *end)) for end in ends if named([*own, *end])), best)
    return best


def _behind(of: Tokens, first: int, last: int, taken: Collection[int], named: Named) -> Iterator[Shared]:
    """The single words that stand behind the name and share its beginning: "hepatitis A, B and C"."""
    words = _words(of, first, last)
    if not 1 < len(words) <= _MOST_SHARED + 1:
        return
    found: list[Shared] = []
    place, ended = last, False
    for _ in range(_MOST_ITEMS):
        while place < len(of) and (of.norms[place] in _LISTED or of.norms[place] == "the"):
            ended = ended or of.norms[place] in _CONJUNCTIONS
            place += 1
        if place >= len(of) or place in taken or not _alike(of, place, last - 1) or not named([*words[:-1], of.norms[place]]):
            return
        found.append(Shared(place, place + 1, (*words[:-1], of.norms[place])))
        place += 1
        if ended:
            if place == len(of) or not of.norms[place][0].isalnum():  # "hip replacement" is no hip
                yield from found
            return


def _alike(of: Tokens, place: int, other: int) -> bool:
    """Whether two words are written alike: "hepatitis B and a fever" says no hepatitis A."""
    one, two = of.text[of.starts[place] : of.ends[place]], of.text[of.starts[other] : of.ends[other]]
    return one[0].isalnum() and (len(one) == 1) == (len(two) == 1) and one.isupper() == two.isupper() and one.isdigit() == two.isdigit()


def _words(of: Tokens, first: int, last: int) -> list[str]:
    return [norm for norm in of.norms[first:last] if norm[0].isalnum()]
