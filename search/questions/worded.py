"""A question in the wordings that lists of synonyms give it, each as it is ranked, and as one with what any of them names.

Words of the question that a list has are one part of it, whatever its wordings call it: its concepts are those of all of them, so that
texts, charts and numbers of patients tell of the same thing however it is asked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import NamedTuple

from search.questions.operators import LONGEST
from search.questions.question import Part, Question, Reworded, Switch, alternatives_of, switched, without
from search.questions.wordlists import MOST_WORDINGS, Slot, WordLists

Read = Callable[[str], Question]
_Span = tuple[int, int]
_ReadWithout = Callable[[str, tuple[str, ...]], "Worded"]
"""What is left of a text and the words that were left out of it → the question in its wordings."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A question as it was asked, and its wordings: one, itself, where no list has a word of it."""

    question: Question
    wordings: tuple[Question, ...]


class _Wording(NamedTuple):
    """A text with other words in its slots, and where these stand."""

    text: str
    spans: tuple[tuple[int, int], ...]


def read_worded(text: str, lists: WordLists, read: Read, switches: Sequence[Switch] = ()) -> Worded:
    """The question that `read` reads of a text, by the lists. A text that is no question of one line is left as it is."""
    asked = read(text)
    if not lists or len(text.strip()) > LONGEST or "\n" in text.strip():
        return Worded(asked, (asked,))

    def worded(asked: Question) -> Worded:
        return _worded(asked, lists, read, switches)

    return _without_stops(worded(asked), lists, lambda text, left_out: worded(replace(read(text), left_out=left_out)))


def _worded(asked: Question, lists: WordLists, read: Read, switches: Sequence[Switch]) -> Worded:
    """A question in the wordings of its words that have synonyms."""
    slots = [slot for slot in lists.slots(asked.text) if not any(_within(slot, part) for part in asked.parts)]
    if not slots:
        return Worded(asked, (asked,))
    wordings = [(wording, read(wording.text)) for wording in _wordings(asked.text, slots)]
    named = [_named(asked.text, place, slot, wordings, switches) for place, slot in enumerate(slots)]
    beside = [part for part in asked.parts if not any(_over(part, slot.start, slot.end) for slot in slots)]
    parts = sorted((*beside, *(part for each in named for part in each)), key=lambda part: part.start)
    told = tuple(Reworded(asked.text[slot.start : slot.end], slot.wordings) for slot in slots)
    spans = [*((part.start, part.end) for part in parts), *((limit.start, limit.end) for limit in asked.limits)]
    question = replace(asked, parts=tuple(parts), rest=without(asked.text, spans), reworded=told)
    return Worded(question, tuple(_as_named(wording, own, slots, named) for wording, own in wordings))


def looked_for(question: Question) -> str:
    """The words of a question with those of its wordings."""
    return " ".join((question.text, *(wording for each in question.reworded for wording in each.wordings)))


def _without_stops(asked: Worded, lists: WordLists, read: _ReadWithout) -> Worded:
    """The question without its stop words, or without those of them that change nothing of what it means."""
    stops = _stops(asked.question, lists)
    if not stops:
        return asked
    if (found := _left_out(asked, stops, read)) is not None:
        return found
    left, kept = asked, list[_Span]()
    for stop in stops:
        if (found := _left_out(asked, [*kept, stop], read)) is not None:
            left, kept = found, [*kept, stop]
    return left


def _left_out(asked: Worded, stops: Sequence[_Span], read: _ReadWithout) -> Worded | None:
    """The question without some words; None where nothing were left of it, or what is left were meant otherwise than with them."""
    whole = asked.question.text
    text = _blanked(whole, stops)
    if not text.strip():
        return None
    left = read(text, tuple(whole[start:end] for start, end in stops))
    return left if _meant(left.question, ()) == _meant(asked.question, stops) else None


def _meant(question: Question, beside: Sequence[_Span]) -> tuple[object, ...]:
    """What a question means, but for parts at some places: its parts, limits, words that have synonyms, and choices."""

    def stays(part: Part) -> bool:
        return not any(_over(part, *span) for span in beside)

    parts = tuple(replace(part, trigger="") for part in question.parts if stays(part))
    choices = [[part.start for part in group if stays(part)] for group in alternatives_of(question)]
    return parts, question.limits, question.reworded, [choice for choice in choices if choice]


def _stops(asked: Question, lists: WordLists) -> list[_Span]:
    """Where the question has stop words, but for those within what it names, limits, means a part by, or has synonyms for."""
    kept = [(part.start, part.end) for part in asked.parts if not _is_stop(lists, part.text)]
    kept += [(limit.start, limit.end) for limit in asked.limits] + [(slot.start, slot.end) for slot in lists.slots(asked.text)]
    for trigger in {part.trigger for part in asked.parts} - {""}:
        kept += [found.span() for found in re.finditer(rf"(?<!\w){re.escape(trigger)}(?!\w)", asked.text, re.IGNORECASE)]
    return [span for span in lists.stopped(asked.text) if not any(span[0] < end and start < span[1] for start, end in kept)]


def _is_stop(lists: WordLists, text: str) -> bool:
    """Whether a text is one stop word, whole."""
    return list(lists.stopped(text)) == [(0, len(text))]


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text with blanks in place of words, so that the others stand where they stood."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _within(slot: Slot, part: Part) -> bool:
    """Whether a name goes on beyond the words that a list has: it is another name then."""
    return part.start <= slot.start and slot.end <= part.start + len(part.text) and len(part.text) > slot.end - slot.start


def _over(part: Part, start: int, end: int) -> bool:
    return part.start < end and start < part.end


def _wordings(text: str, slots: Sequence[Slot]) -> Iterator[_Wording]:
    """The text in the first wordings, of all that its slots could be put together in."""
    for chosen in islice(product(*(slot.wordings for slot in slots)), MOST_WORDINGS):
        made, at, spans = "", 0, []
        for slot, words in zip(slots, chosen, strict=True):
            made += text[at : slot.start]
            spans.append((len(made), len(made) + len(words)))
            made, at = made + words, slot.end
        yield _Wording(made + text[at:], tuple(spans))


def _named(text: str, place: int, slot: Slot, wordings: Sequence[tuple[_Wording, Question]], switches: Sequence[Switch]) -> list[Part]:
    """What the words of a slot name in the question as it was asked: what all its wordings do, where these name one thing each."""
    found: list[Part] = []
    for wording, own in wordings:
        inside = [part for part in own.parts if _over(part, *wording.spans[place])]
        if len(inside) == 1 and len(found) == 1:
            found = [replace(found[0], concepts=tuple(dict.fromkeys((*found[0].concepts, *inside[0].concepts))))]
        found = found or [_moved(part, wording.spans[place], (slot.start, slot.end), text) for part in inside]
    return [part for each in found if (part := switched(each, None, switches)) is not None]


def _as_named(wording: _Wording, own: Question, slots: Sequence[Slot], named: Sequence[Sequence[Part]]) -> Question:
    """A wording with what its slots name: where that is one thing, the same in each wording."""
    parts = [part for part in own.parts if not any(_over(part, *span) for span in wording.spans)]
    for span, slot, those in zip(wording.spans, slots, named, strict=True):
        if len(those) == 1:
            parts.append(_moved(those[0], (slot.start, slot.end), span, wording.text))
        elif those:
            parts += [part for part in own.parts if _over(part, *span)]
    parts.sort(key=lambda part: part.start)
    spans = [*((part.start, part.end) for part in parts), *((limit.start, limit.end) for limit in own.limits)]
    return replace(own, parts=tuple(parts), rest=without(wording.text, spans))


def _moved(part: Part, span: tuple[int, int], to: tuple[int, int], text: str) -> Part:
    """A part that lies over a span, as it lies over another one of another text; it may go on beyond both."""
    start, end = to[0] - max(0, span[0] - part.start), to[1] + max(0, part.end - span[1])
    if len(part.text) <= span[1] - span[0]:  # what else it asks stands before or behind its name
        return replace(part, start=start, end=end, text=text[slice(*to)])
    told = min(to[1] + max(0, part.start + len(part.text) - span[1]), end)
    return replace(part, start=start, end=end, text=text[start:told])
