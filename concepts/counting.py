"""Where triggers count: words that say one thing at the head of a list, before their subject or as a sign, and another elsewhere."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from concepts.tokens import Tokens
from concepts.triggers import Trigger, Where

_CLAUSE_MARKS: Final = frozenset([",", ";", ":", "(", "-", "•", "*"])
_ITEM_MARKS: Final = _CLAUSE_MARKS | {"\n"}
_SUBJECTS: Final = frozenset(["he", "she", "it", "you", "they", "we", "i", "patient", "this", "that", "who", "which", "and"])
_ORDERS: Final = frozenset(["return", "call", "come", "go", "seek", "contact", "notify", "stop", "phone", "present"])
_ORDER_NEAR: Final = 3
"""Words of a sentence among which an order stands."""
_VERBS: Final = "develop occur recur arise appear worsen persist return start begin have experience notice spread"
_COMES: Final = frozenset(_VERBS.split())
"""What complaints do, or who has them, where they may come."""
_FARTHEST_VERB: Final = 12
"""Words up to the verb behind its subject."""
_SIGN_ENDS: Final = frozenset(",;.)\n")
_ASKING: Final = frozenset(["ros", "system"])
"""What stands before a colon behind which marks are signs."""
_FARTHEST_SIGN: Final = 24
"""Tokens up to another sign, or to the colon that signs stand behind."""
_LONE: Final = 2
"""Tokens of a text that is one answer, but for its sign."""
_FARTHEST_UNTIL: Final = 12
_LONGEST: Final = 40


def counting(kinds: Sequence[Trigger], of: Tokens, begin: int, place: int, last: int, end: int) -> tuple[Trigger, ...]:
    """Those kinds of a trigger, from token `place` to before `last`, that count in the sentence from `begin` to before `end`."""
    return tuple(kind for kind in kinds if _counts(kind.where, of, begin, place, last, end))


def _counts(where: Where, of: Tokens, begin: int, place: int, last: int, end: int) -> bool:
    norms = of.norms
    if where is Where.BIDS:
        return of.text[of.ends[place] - 1] not in "sS"
    if where is Where.INVERTED:
        return _heads(norms, begin, place) and _supposes(norms[place : min(end, place + _LONGEST)])
    if where is Where.HEADS:
        return last < end and norms[last][0].isalpha() and (place == begin or norms[place - 1] in _ITEM_MARKS)
    if where is Where.SIGN:
        return _is_sign(of, place) and _among_signs(of, begin, place, end)
    if where is Where.SIGNED:
        return _is_answer(of, begin, place, end)
    if where is Where.UNTIL:
        return "until" in norms[last : min(end, last + _FARTHEST_UNTIL)]
    return True


def _heads(norms: Sequence[str], begin: int, place: int) -> bool:
    """Whether a verb stands before its subject: at the head of a clause, or behind an order."""
    if place == begin or norms[place - 1] in _CLAUSE_MARKS:
        return True
    return norms[place - 1] not in _SUBJECTS and not _ORDERS.isdisjoint(norms[begin : min(place, begin + _ORDER_NEAR)])


def _supposes(norms: Sequence[str]) -> bool:
    """Whether what begins so tells what may come, or might have: "should fever develop", "were he to have a seizure", "had she bled"."""
    if norms[0] == "had":
        return True
    if norms[0] == "were":
        return any(first == "to" and second in _COMES for first, second in pairwise(norms[1:_FARTHEST_VERB]))
    return not _COMES.isdisjoint(norms[2:_FARTHEST_VERB])


def _is_sign(of: Tokens, place: int) -> bool:
    """Whether a mark is written to the word behind it, and to none before."""
    if place + 1 >= len(of) or of.ends[place] != of.starts[place + 1] or not of.norms[place + 1][0].isalpha():
        return False
    return place == 0 or of.ends[place - 1] < of.starts[place] or of.norms[place - 1] in ",;:(\n"


def _among_signs(of: Tokens, begin: int, place: int, end: int) -> bool:
    """Whether a mark that may be a sign is one: what is there has another sign beside it, or the sentence answers what was asked.

    Alone it may begin an item, as in a list whose line breaks were lost ("-aspirin -metformin"), or join what it stands between.
    """
    near = range(max(begin, place - _FARTHEST_SIGN), min(end, place + _FARTHEST_SIGN))
    return _answers(of.norms, begin, place) or any(of.norms[at] == "+" and _is_sign(of, at) for at in near)


def _is_answer(of: Tokens, begin: int, place: int, end: int) -> bool:
    """Whether a mark is the sign of the word before it: nothing follows that it would join, and other words have signs.

    Alone it may be a dash behind which nothing was written ("Hypertension -"), but for a text that is nothing else.
    """
    norms = of.norms
    if place == begin or not _is_behind(norms, place) or (norms[place] == "–" and norms[place + 1 : place + 2] in ([], ["\n"])):
        return False
    if place + 1 == len(of) and begin == 0 and place <= _LONE:
        return True
    near = range(max(1, place - _FARTHEST_SIGN), min(len(of), place + _FARTHEST_SIGN))
    return _answers(norms, begin, place) or any(norms[at] == "+" and _is_behind(norms, at) for at in near)


def _is_behind(norms: Sequence[str], place: int) -> bool:
    """Whether a mark ends what is said of the word before it."""
    return norms[place - 1][0].isalnum() and (place + 1 == len(norms) or norms[place + 1] in _SIGN_ENDS)


def _answers(norms: Sequence[str], begin: int, place: int) -> bool:
    """Whether a token stands behind the heading of a review of systems."""
    back = range(place - 1, max(begin - 2, place - _FARTHEST_SIGN, -1), -1)
    colon = next((at for at in back if norms[at] == ":"), 0)
    return not _ASKING.isdisjoint(norms[max(0, colon - 3) : colon])
