"""What the triggers of one sentence say of each of its places: prepared once a sentence, asked for any number of mentions.

However long a sentence is, a mention costs a bounded number of steps: what was passed before is kept at every so many triggers, a mention
that hides a trigger has only what is near it looked at again, and nothing reaches back further than LONGEST_CLAUSE.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, islice
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from concepts.counting import counting
from concepts.relatives import names_relative
from concepts.tokens import Tokens
from concepts.triggers import CLAUSE, OBJECT, Effect, Trigger, triggers
from concepts.wordbook import OfWords


def _listed(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


LONGEST_CLAUSE: Final = 40
"""Words that a clause has at most, and that something reaches back over at most."""
_NEAR: Final = 32
"""Words around a mention in which other triggers may count because it hides one."""
_KEPT_EVERY: Final = 8
"""Triggers after which what reaches is kept."""
_SIGNS: Final = frozenset([")", "ve"])
"""How marks end that deny what stands right before them, or what stands right behind: "cough (-)", "(-) cough"."""
_BETWEEN: Final = frozenset([",", "and", "or"])
_CLAUSE_ENDS: Final = frozenset([",", ";"])
_SIGN: Final = frozenset("-−–")
_TOLD_BEHIND: Final = _listed(
    """
    in on at by with after before during due because since last this yesterday today overnight over within when while once upon per given
    prior two three four several some few about approximately spontaneously completely fully and but secondary as without following later
    recently now for
    """
)
"""What says when or how something ended, behind "stopped" and "resolved"."""
_ANOTHER: Final = _listed(
    """
    from to for on with due after as is was has had who which whom that patient he she they take taking given because while representing
    represent represents suggesting consistent show showing showed cause caused causing related likely probably possible possibly
    """
)
"""What makes another thing of what stands before it: of "fever from pneumonia vs bronchitis" one is in doubt."""
_NOT_HEADS: Final = frozenset(["from", "for", "on", "to", "of", "after"])
"""Before a mention: it only belongs to what has ended ("the rash from amoxicillin resolved with steroids")."""
_WERE: Final = _listed(
    """
    was were is are be been has have had completely fully then since now also subsequently eventually finally later recently quickly rapidly
    gradually spontaneously both all drip infusion gtt
    """
)
"""What stands between what has ended and the word that says so."""
_HARDLY: Final = _listed("not never partially partly incompletely nearly almost mostly largely somewhat barely hardly")
"""Before "resolved": it has not."""
_WHERE: Final = _listed("of in")
"""Behind what is named, where in the body it is: "fracture of the wrist"."""
_TAKING: Final = _listed("on taking take continue continued continuing")
_NO_OTHER: Final = _listed(
    "prior previous last left right observation baseline before earlier yesterday old normal now today control controls no none surgery"
)
"""Behind "vs": another time, side or way to go on, and not what it may be instead."""
_VERSUS: Final = frozenset(["vs", "versus"])
_FARTHEST_WHERE: Final = 4
_FOR_WHAT: Final = _listed("for with until due because since when after from against in")
"""Where what somebody took ends: "was on heparin for thrombosis until discharge"."""


class Found(NamedTuple):
    """A trigger in a text, from token `first` to before token `last`; `back` where it reaches what stands before it."""

    first: int
    last: int
    kinds: tuple[Trigger, ...]
    back: bool = False

    def has(self, effect: Effect) -> bool:
        """Whether it has an effect, however far."""
        return any(kind.effect is effect for kind in self.kinds)


_FIRST_OF: Final = attrgetter("first")
_BACK_OF: Final = attrgetter("back")


class Triggers:
    """The triggers of a text, looked for sentence by sentence."""

    def __init__(self, of: Tokens) -> None:
        self._of = of

    @cached_property
    def _beginnings(self) -> list[int]:
        """Where a trigger may begin: at one of a word, or where two words stand that one of more begins with."""
        if not len(self._of):
            return []
        kinds = _words().of(*self._of.entries)
        begins = kinds & _ALONE
        begins[:-1] |= kinds[:-1] & kinds[1:] >> 1 & _FIRST
        found: list[int] = begins.nonzero()[0].tolist()
        return found

    def between(self, begin: int, end: int) -> list[Found]:
        """Every trigger between two tokens, overlapping ones too, by place."""
        table, norms, beginnings = triggers(), self._of.norms, self._beginnings
        found: list[Found] = []
        for place in beginnings[bisect_left(beginnings, begin) : bisect_left(beginnings, end)]:
            step, last = table.get(norms[place]), place + 1
            while step is not None:
                kinds = step.kinds
                if kinds and (step.anywhere or (kinds := counting(kinds, self._of, begin, place, last, end))):
                    found.append(Found(place, last, kinds, step.back))
                if last >= end:
                    break
                step = step.following.get(norms[last])
                last += 1
        return found


_ALONE, _FIRST, _SECOND = 1, 2, 4
"""What a word is: a trigger, the first of a trigger of several words, the second of one."""


@cache
def _words() -> OfWords[np.uint8]:
    """What each word is in triggers."""
    table = triggers()
    second = frozenset(word for step in table.values() for word in step.following)

    def kind(word: str) -> int:
        step = table.get(word)
        begins = 0 if step is None else bool(step.kinds) * _ALONE | bool(step.following) * _FIRST
        return begins | (word in second) * _SECOND

    return OfWords(lambda words: np.fromiter(map(kind, words), dtype=np.uint8, count=len(words)))


def apart(found: list[Found]) -> list[Found]:
    """Of triggers that overlap the longest ones, in order."""
    behind = 0
    for each in found:
        if each.first < behind:
            break
        behind = each.last
    else:
        return found
    taken: set[int] = set()
    kept = []
    for each in sorted(found, key=lambda each: (each.first - each.last, each.first)):
        places = range(each.first, each.last)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(each)
    kept.sort()
    return kept


@dataclass(slots=True)
class Reach:
    """What reaches a place, as triggers are passed one after the other. `own`: after family, the patient was spoken of again."""

    norms: Sequence[str]
    by: dict[Effect, tuple[Found, int]] = field(default_factory=dict)
    own: bool = False

    def copy(self) -> "Reach":
        """The same, to go on from."""
        return Reach(self.norms, self.by.copy(), self.own)

    def passes(self, each: Found) -> None:
        """A trigger begins to reach, or ends what did."""
        by = self.by
        for kind in each.kinds:
            effect = kind.effect
            if effect is Effect.ENDS:
                by.clear()
                self.own = False
            elif effect is Effect.ENDS_DENIAL:
                by.pop(Effect.DENIES, None)
                by.pop(Effect.RECALLS, None)
            elif effect is Effect.ENDS_FAMILY:
                self.own = True
                by.pop(Effect.FAMILY, None)
            elif kind.after and not self._answers(each):
                if effect is Effect.DOUBTS and Effect.DENIES in by and self._lists(by[Effect.DENIES][0].last, each.first):
                    del by[Effect.DENIES]
                if effect is Effect.FAMILY:
                    self.own = False
                by[effect] = each, self._end(each.last, kind.after)

    def _answers(self, each: Found) -> bool:
        """Whether it speaks of what stands before it alone: "chest pain: no, dyspnea: yes", "cough (-)"."""
        before = self.norms[each.first - 1] if each.first else ""
        if self.norms[each.first] in "(-" and self.norms[each.last - 1] in _SIGNS:
            return before[:1].isalnum()
        if each.back and before[:1].isalnum() and each.last < len(self.norms) and self.norms[each.last] in ",;":
            return any(kind.before and kind.effect is Effect.DENIES for kind in each.kinds)
        return before == ":" and each.last - each.first == 1 and self._closed(each.last)

    def _closed(self, place: int) -> bool:
        return place >= len(self.norms) or not self.norms[place][0].isalnum()

    def _end(self, begin: int, reach: int) -> int:
        if reach not in (CLAUSE, OBJECT):
            return begin + reach
        ends = _CLAUSE_ENDS if reach == CLAUSE else _FOR_WHAT
        until = min(begin + LONGEST_CLAUSE, len(self.norms))
        return next((place for place in range(begin, until) if self.norms[place] in ends), until)

    def _lists(self, begin: int, end: int) -> bool:
        return not _BETWEEN.isdisjoint(self.norms[begin : min(end, begin + LONGEST_CLAUSE)])

    def alike(self, place: int) -> int:
        """The token before which the same reaches all from `place` on."""
        return min((until for _, until in self.by.values() if until > place), default=len(self.norms))

    def at(self, place: int) -> dict[Effect, Found]:
        """What reaches a token."""
        return {effect: found for effect, (found, until) in self.by.items() if place < until}


class Spoken:
    """The triggers of the tokens `begin` to before `end`; `announced` is one before them that reaches over all of it."""

    def __init__(self, of: Tokens, every: list[Found], end: int, announced: Found | None) -> None:
        self._norms, self._end = of.norms, end
        self._every = every
        self.kept = apart(every)
        self._firsts = [each.first for each in self.kept]
        self._announced = announced
        self._passed: list[Reach] = []
        self._last = 0, self.start()
        self.reaches_back = any(map(_BACK_OF, self.kept))

    def __bool__(self) -> bool:
        return bool(self.kept) or self._announced is not None

    def start(self) -> Reach:
        """What reaches the first token."""
        reach = Reach(self._norms)
        if self._announced is not None:
            reach.passes(self._announced)
        return reach

    def reaching(self, first: int, last: int) -> tuple[Reach, dict[Effect, Found]]:
        """What was said before a mention from token `first` to before `last`, and what reaches the mention, from before and behind.

        The triggers that the mention contains or cuts are none.
        """
        before = behind = bisect_left(self._firsts, last)
        left: list[Found] = []
        right: list[Found] = []
        if before and self.kept[before - 1].last > first:
            before, behind = bisect_left(self._firsts, first - _NEAR), bisect_left(self._firsts, last + _NEAR)
            low = self.kept[before - 1].last if before else 0
            high = self.kept[behind].first if behind < len(self.kept) else self._end
            near = chain(self._between(max(low, first - _NEAR), first), self._between(last, last + _NEAR))
            for each in apart([each for each in near if each.last <= first or (each.last <= high and each.first >= last)]):
                (left if each.last <= first else right).append(each)
        reach = self._before(before)
        if left:
            reach = reach.copy()
            for each in left:
                reach.passes(each)
        if not (self.reaches_back or right):
            return reach, reach.at(first)
        back = self.behind(chain(right, islice(self.kept, behind, None)), first, last)
        by = back | reach.at(first)
        whose = back.get(Effect.FAMILY)
        if whose is not None and not names_relative(self._norms[by[Effect.FAMILY].first : by[Effect.FAMILY].last]):
            by[Effect.FAMILY] = whose  # "family history of breast cancer in her mother"
        return reach, by

    def _between(self, low: int, high: int) -> Sequence[Found]:
        return self._every[bisect_left(self._every, low, key=_FIRST_OF) : bisect_left(self._every, high, key=_FIRST_OF)]

    def _before(self, count: int) -> Reach:
        """What reaches after the first `count` triggers: kept for the next mention, not to be changed."""
        before, reach = self._last
        if before <= count <= before + _KEPT_EVERY:
            if before < count:
                self._last = count, self._on(reach, before, count)
            return self._last[1]
        passed = self._passed or [self.start()]
        self._passed = passed
        while len(passed) <= count // _KEPT_EVERY:
            passed.append(self._on(passed[-1], (len(passed) - 1) * _KEPT_EVERY, len(passed) * _KEPT_EVERY))
        self._last = count, self._on(passed[count // _KEPT_EVERY], count - count % _KEPT_EVERY, count)
        return self._last[1]

    def _on(self, reach: Reach, begin: int, end: int) -> Reach:
        reach = reach.copy()
        for each in self.kept[begin:end]:
            reach.passes(each)
        return reach

    def behind(self, found: Iterable[Found], first: int, last: int) -> dict[Effect, Found]:
        """What reaches back to the tokens `first` to before `last`, of the triggers behind them, in order."""
        by: dict[Effect, Found] = {}
        for each in found:
            if each.first - last >= LONGEST_CLAUSE:
                break
            for kind in each.kinds:
                if kind.effect in (Effect.ENDS, Effect.ENDS_DENIAL):
                    return by
                if not kind.before or each.first - last >= kind.before:
                    continue
                between = self._norms[last : each.first]
                if kind.joined:
                    reaches = self._is_other(each, first, between) if kind.effect is Effect.DOUBTS else _are_listed(between)
                elif kind.effect is Effect.RECALLS and between and between[-1] in _HARDLY:
                    reaches = False
                else:
                    closes = self._closes(each) or (kind.told and self._is_told(each, first, between))
                    reaches = closes and _is_one(between, kind)
                if reaches:
                    by.setdefault(kind.effect, each)
        return by

    def _closes(self, each: Found) -> bool:
        """Whether nothing follows that a single word would belong to ("infection, no fever")."""
        if each.last - each.first > 1 and self._norms[each.last - 1] != "not":
            return True
        return each.last >= self._end or not self._norms[each.last][0].isalnum()

    def _is_told(self, each: Found, first: int, between: Sequence[str]) -> bool:
        """Whether what follows says when or how what stands before ended."""
        behind = self._norms[each.last] if each.last < self._end else ""
        if behind not in _TOLD_BEHIND and not behind[:1].isdigit():
            return False
        if first and self._norms[first - 1] in _NOT_HEADS:
            return False
        said = [norm for norm in between if norm not in _WERE]
        return not said or ((said[0] in _BETWEEN or said[0] in _WHERE) and _ANOTHER.isdisjoint(said) and _HARDLY.isdisjoint(said))

    def _is_other(self, each: Found, first: int, between: Sequence[str]) -> bool:
        """Whether a mention may be something else: nothing but where it is stands before "vs", and no other time or side behind."""
        if each.last < self._end and self._norms[each.last] in _NO_OTHER and self._norms[each.first] in _VERSUS:
            return False
        where = not between or (between[0] in _WHERE and len(between) <= _FARTHEST_WHERE and _are_listed(between))
        return where and (first == 0 or self._norms[first - 1] not in _TAKING)


def _are_listed(between: Sequence[str]) -> bool:
    """Whether nothing stands between a mention and a word behind it that makes another thing of it, or measures it."""
    return not any(norm in _ANOTHER or norm in _BETWEEN or norm[0].isdigit() for norm in between)


def _is_one(between: Sequence[str], kind: Trigger) -> bool:
    """Whether what stands between a mention and a trigger behind it lists them together ("fever, chills and cough were denied").

    A memory may be added ("breast cancer, in remission", "rash of both arms, which has resolved").
    """
    if kind.effect is Effect.RECALLS and between and between[-1] == ",":
        between = between[:-1]
    return "," not in between or "and" in between or "or" in between
