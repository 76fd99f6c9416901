"""The question as it was read, above its results: how each part is meant, links that change it, and how many patients have it so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from concepts.model import Assertion
from search.filters import MOST_EITHER, either
from search.model import ConceptSummary, SearchResult
from search.questions.limits import Limit
from search.questions.question import LACKING, RELATIVE, Ask, Part, Question, Reworded, Whole
from webapp.pages.asserting import NAMES
from webapp.pages.state import State

_FILTERS: Final = {
    Assertion.NEGATED: "denied",
    Assertion.POSSIBLE: "possible",
    Assertion.HYPOTHETICAL: "possible",
    Assertion.HISTORICAL: "history",
    Assertion.FAMILY: "family",
    Assertion.NOT_IN_FAMILY: "not_in_family",
    Assertion.ALLERGY: "allergy",
    Assertion.NO_ALLERGY: "no_allergy",
}
"""How a part is meant → the filter that says the same; 'concept' for what is affirmed or may be anyhow."""
WAYS: Final = {
    "concept": ("affirms it or has it charted", "affirm it or have it charted"),
    "denied": ("denies it", "deny it"),
    "possible": ("has it only possible or supposed", "have it only possible or supposed"),
    "history": ("had it in the past", "had it in the past"),
    "family": ("has it in the family", "have it in the family"),
    "not_in_family": ("denies it of the family", "deny it of the family"),
    "allergy": ("is allergic to it", "are allergic to it"),
    "no_allergy": ("denies an allergy to it", "deny an allergy to it"),
    RELATIVE: ("has it in the relatives asked for", "have it in the relatives asked for"),
    LACKING: ("has it neither affirmed nor charted", "have it neither affirmed nor charted"),
}
"""Way of a head → what is said of one patient or document, and of several."""
_WITH_VALUE: Final = ("has such a value", "have such a value")
ASKS: Final = {
    Ask.AFFIRMED: "affirmed",
    Ask.DENIED: "denied",
    Ask.POSSIBLE: "possible",
    Ask.HISTORICAL: "past",
    Ask.FAMILY: "of a relative",
    Ask.NOT_IN_FAMILY: "not of a relative",
    Ask.ANY: "however meant",
}
_NEAR: Final = 24
"""Characters between a part and the words before it that are taken out with it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many patients have a part in one way; `url` lists the documents ('' where no single filter says the same)."""

    patients: int
    words: str
    documents: int
    url: str


@dataclass(frozen=True, slots=True)
class PartRead:
    """A part of the question as it was read."""

    text: str
    label: str
    concept: str
    assertion: Assertion | None
    meant: str
    """How it is meant, in words."""
    trigger: str
    value: str
    further: int
    """How many further concepts its words name."""
    without: str
    as_filter: str
    heads: tuple[Counted, ...]
    switched: bool
    """Whether it is asked so by a link of this bar, not by the words."""
    switches: tuple[tuple[str, str, bool], ...]
    """(how it may be asked alone, the address, whether it is); a second use of what is chosen asks as the words say. () for the only part,
    of which the links of all parts tell."""


@dataclass(frozen=True, slots=True)
class ReadAs:
    """The bar above the results."""

    parts: tuple[PartRead, ...]
    limits: tuple[tuple[str, str, str], ...]
    """(what is limited in words, the address without it, the address with it as a filter)."""
    asks: tuple[tuple[str, str, bool], ...]
    """(how all parts may be asked, the address, whether they are)."""
    literal: str
    whole: Whole | None
    """Who has all of it, where that is more than one thing."""
    as_words: tuple[tuple[str, str], ...]
    """(part that is taken as plain words, the address that reads it)."""
    reworded: tuple[Reworded, ...]
    """Words that the lists of the datasets look for in other wordings."""
    left_out: tuple[str, ...]
    """Words that these lists leave out."""
    as_typed: str
    """The address that searches without the lists."""


def read_as(
    result: SearchResult, state: State, count: Callable[[State], int], alike: Callable[[str], Sequence[ConceptSummary]]
) -> ReadAs | None:
    """The bar of a result; None where nothing was read of the question.

    `count` tells how many documents a state lists, `alike` the codings of what a concept is one of.
    """
    question = result.question
    as_words = () if question is None else tuple(each for each in state.parts if each.ask is None)
    if question is None or not (question.parts or question.limits or as_words or question.reworded or question.left_out):
        return None
    return ReadAs(
        tuple(_part(question, place, result, state, count, alike) for place in range(len(question.parts))),
        tuple(_limit(question, limit, state) for limit in question.limits),
        tuple(
            (words, state.asking("" if state.assertion == ask else ask.value).url(), state.assertion == ask) for ask, words in ASKS.items()
        )
        if question.parts
        else (),
        state.literally(True).url(),
        result.whole,
        tuple((each.text, state.unswitched(each.text).url()) for each in as_words),
        question.reworded,
        question.left_out,
        state.typed().url(),
    )


def _switches(question: Question, part: Part, state: State) -> tuple[tuple[str, str, bool], ...]:
    """How a part may be asked alone."""
    chosen = next((each for each in state.parts if each.of(part.text)), None)
    if chosen is None and len(question.parts) == 1 and not any(each.ask is None for each in state.parts):
        return ()
    ways = []
    for ask, words in (*ASKS.items(), (None, "as plain words")):
        now = chosen is not None and chosen.ask is ask
        there = state.unswitched(part.text) if now else state.switching(part.text, ask)
        ways.append((words, there.url(), now))
    return tuple(ways)


def _part(
    question: Question,
    place: int,
    result: SearchResult,
    state: State,
    count: Callable[[State], int],
    alike: Callable[[str], Sequence[ConceptSummary]],
) -> PartRead:
    part = question.parts[place]
    asked = _asked(part, alike)
    without = replace(state, query=_without(question.text, _start(question, part), part.end), page=1)
    row = _FILTERS.get(part.assertion, "concept") if part.assertion else "concept"
    as_filter = without.with_value(row, asked).url() if asked and not part.of_result else ""
    heads = []
    for head in (one for one in result.head if one.part == place):
        if not head.documents and head.way not in ("concept", "denied"):
            continue
        if head.way == RELATIVE:  # no filter asks for one relative
            heads.append(Counted(head.patients, WAYS[head.way][head.patients != 1], head.documents, ""))
            continue
        valued = head.way == "concept" and bool(part.of_result)
        name, value = ("result", _result(part)) if valued else (head.way, asked)
        there = replace(state, query="", match="", assertion="", parts=(), group="", page=1).with_value(name, value)
        for limit in question.limits:
            for end, bound in limit.filters:
                there = there.with_value(end, bound)
        # A limit of which nothing is known is none, and filters by result or by who lacks something look at all that is known of a patient.
        alike_always = not question.limits and not valued and head.way != LACKING
        same = value and head.documents > 0 and (alike_always or count(there) == head.documents)
        words = _WITH_VALUE if valued else WAYS[head.way]
        heads.append(Counted(head.patients, words[head.patients != 1], head.documents, there.url() if same else ""))
    return PartRead(
        part.text,
        part.label,
        part.concepts[0] if part.concepts else "",
        part.assertion,
        NAMES[part.assertion] if part.assertion else "however meant",
        part.trigger,
        part.of_result,
        max(0, len(part.concepts) - 1),
        without.url(),
        as_filter,
        tuple(heads),
        part.switched,
        _switches(question, part, state),
    )


def _result(part: Part) -> str:
    """The value of the filter by result that asks for what a part of one concept does; '' for another part."""
    if part.value is None or len(part.concepts) != 1:
        return ""
    asked = part.value.result(part.concepts[0])
    return "|".join((asked.concept, asked.words, *([asked.unit] if asked.unit else [])))


def _asked(part: Part, alike: Callable[[str], Sequence[ConceptSummary]]) -> str:
    """The value of a filter that asks for any of the concepts that the words of a part name, in any of their codings; '' for too many."""
    concepts = dict.fromkeys(code for concept in part.concepts for code in (concept, *(each.concept for each in alike(concept))))
    return either(concepts) if len(concepts) <= MOST_EITHER else ""


def _limit(question: Question, limit: Limit, state: State) -> tuple[str, str, str]:
    without = replace(state, query=_without(question.text, limit.start, limit.end), page=1)
    return limit.label, without.url(), without.having(**{name: (value,) for name, value in limit.filters}).url()


def _start(question: Question, part: Part) -> int:
    """Where a part begins, with the words before it by which it is meant, unless these are of another part too."""
    if not part.trigger or sum(one.trigger == part.trigger for one in question.parts) > 1:
        return part.start
    at = question.text.rfind(part.trigger, 0, part.start)
    return at if at >= 0 and part.start - at - len(part.trigger) <= _NEAR else part.start


def _without(text: str, start: int, end: int) -> str:
    return " ".join(f"{text[:start]} {text[end:]}".split())
