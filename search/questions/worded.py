"""A question in the wordings that lists of synonyms give it, each as it is ranked, and as one with what any of them names.

Words of the question that a list has are one part of it, whatever its wordings call it: its concepts are those of all of them, so that
texts, charts and numbers of patients tell of the same thing however it is asked.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import NamedTuple

from search.questions.operators import LONGEST
from search.questions.question import Part, Question, Reworded, Switch, switched, without
from search.questions.wordlists import MOST_WORDINGS, Slot, WordLists

Read = Callable[[str], Question]


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
    stops = _stops(asked, lists)
    if stops:
        asked = replace(read(_blanked(text, stops)), left_out=tuple(text[start:end] for start, end in stops))
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


def _stops(asked: Question, lists: WordLists) -> list[tuple[int, int]]:
    """Where the question has stop words, but for those within what it names, limits, or means a part by; none where nothing were left."""
    kept = [(part.start, part.end) for part in asked.parts if not _is_stop(lists, part.text)]
    kept += [(limit.start, limit.end) for limit in asked.limits]
    for trigger in filter(None, (part.trigger for part in asked.parts)):
        at = asked.text.find(trigger)
        kept.append((at, at + len(trigger)))
    stops = [span for span in lists.stopped(asked.text) if not any(span[0] < end and start < span[1] for start, end in kept)]
    return stops if _blanked(asked.text, stops).strip() else []


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
