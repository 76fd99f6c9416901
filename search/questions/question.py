"""A question as it is read: the concepts that it names, how it means each, and the values that it asks of them.

Questions are read by the reader of notes, with the names of the same generation, so that what is asked and what was written meet.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from concepts.model import Assertion
from concepts.reader import Reader, ReadMention
from concepts.relatives import persons_asked
from concepts.terminology import Kind
from concepts.values import Value
from graph.identifiers import concept_iri
from search.errors import InvalidRequest
from search.levels import Level, asked_level
from search.questions.limits import Limit, limits_of
from search.questions.results import AskedResult, compared

LONGEST_READ: Final = 300
"""Characters up to which a line is a question; what is longer, or has several lines, is a text to find others like it."""
MOST_SENSES: Final = 1000
"""Concepts that the words of a part may name: all strengths of a drug, all codes of a diagnosis."""


class Ask(StrEnum):
    """How concepts may be asked, whatever the words of a question say."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    POSSIBLE = "possible"
    HISTORICAL = "historical"
    FAMILY = "family"
    NOT_IN_FAMILY = "not-in-family"
    ANY = "any"

    @property
    def assertion(self) -> Assertion | None:
        """The assertion that is asked; None for any."""
        return None if self is Ask.ANY else Assertion.NEGATED if self is Ask.DENIED else Assertion(self.value)


WORDS: Final = "words"
"""How a part is asked that is to be taken as plain words."""
SWITCH: Final = rf"^({'|'.join((*Ask, WORDS))}):[^\x00-\x1f\x7f]{{1,{LONGEST_READ}}}$"
"""HOW:WORDS, as addresses have a Switch."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A part of a question, by its words, and how it is asked whatever the question says; None takes it as plain words."""

    text: str
    ask: Ask | None

    def __str__(self) -> str:
        return f"{self.ask or WORDS}:{self.text}"

    def of(self, text: str) -> bool:
        """Whether a part with these words is meant."""
        return _folded(text) == _folded(self.text)


def switch_of(value: str) -> Switch:
    """A switch as addresses write it: 'denied:chest pain', 'words:chest pain'. Raises InvalidRequest."""
    if not re.match(SWITCH, value):
        raise InvalidRequest("part", f"must be {', '.join(Ask)} or {WORDS}, a colon, and words of the question, is {value[:100]!r}")
    how, _, text = value.partition(":")
    return Switch(text, None if how == WORDS else Ask(how))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a question asks of a concept: '>' 9 '%'. `comparator` '' asks for this very value."""

    comparator: str
    number: float
    unit: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.comparator, f"{self.number:g}", self.unit)))

    def result(self, concept: str) -> AskedResult:
        """The same as filters by result ask it."""
        return AskedResult(concept, f"{self.comparator}{self.number:g}", compared(self.comparator, Fraction(repr(self.number))), self.unit)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a question, `start` to `end`, that names a concept.

    `concepts` are all (IRIs) that its words name, the best first; `assertion` is None where any will do; `trigger` are the words by which
    it is meant so ('' for none).
    """

    start: int
    end: int
    text: str
    label: str
    kind: Kind
    concepts: tuple[str, ...]
    assertion: Assertion | None
    trigger: str = ""
    value: Asked | None = None
    level: Level = Level.UNKNOWN
    """Of a result how it is asked to lie to what is usual: "low hemoglobin". UNKNOWN where that is not asked."""
    switched: bool = False
    """Whether the request asks it so, whatever the words say."""
    relatives: tuple[str, ...] = ()
    """Of whom it is asked, where that is of certain relatives: the persons who may be meant."""

    @property
    def of_result(self) -> str:
        """What it asks of a result, in words: '> 9 %', 'low'; '' for nothing."""
        return str(self.value) if self.value is not None else str(self.level)

    @property
    def denies_result(self) -> bool:
        """Whether it asks for those who have a result otherwise: "no elevated troponin"."""
        return bool(self.of_result) and self.assertion is Assertion.NEGATED


@dataclass(frozen=True, slots=True)
class Reworded:
    """Words of a question that a list of synonyms has, and the wordings that are looked for in their place."""

    text: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the parts and limits that were read of it by place, and `rest`: its other words."""

    text: str
    parts: tuple[Part, ...] = ()
    rest: str = ""
    limits: tuple[Limit, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    left_out: tuple[str, ...] = ()
    """Words of it that a list of stop words leaves out."""


AT_A_TIME: Final = frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL})
"""What is told apart by when it is so, and answers the other one too."""
AGREES: Final[Mapping[Assertion | None, frozenset[Assertion]]] = {
    Assertion.AFFIRMED: frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL}),
    Assertion.HISTORICAL: frozenset({Assertion.HISTORICAL, Assertion.AFFIRMED}),
    Assertion.NEGATED: frozenset({Assertion.NEGATED}),
    Assertion.FAMILY: frozenset({Assertion.FAMILY}),
    Assertion.NOT_IN_FAMILY: frozenset({Assertion.NOT_IN_FAMILY}),
    Assertion.POSSIBLE: frozenset({Assertion.POSSIBLE, Assertion.HYPOTHETICAL}),
    Assertion.HYPOTHETICAL: frozenset({Assertion.POSSIBLE, Assertion.HYPOTHETICAL}),
    Assertion.ALLERGY: frozenset({Assertion.ALLERGY}),
    Assertion.NO_ALLERGY: frozenset({Assertion.NO_ALLERGY}),
    None: frozenset(Assertion),
}
"""How a question means a concept → how a text may mean it to answer."""
_NOT_THE_PATIENTS: Final = frozenset(
    {Assertion.NEGATED, Assertion.FAMILY, Assertion.NOT_IN_FAMILY, Assertion.HYPOTHETICAL, Assertion.ALLERGY, Assertion.NO_ALLERGY}
)
CONTRADICTS: Final[Mapping[Assertion | None, frozenset[Assertion]]] = {
    Assertion.AFFIRMED: _NOT_THE_PATIENTS,
    Assertion.HISTORICAL: _NOT_THE_PATIENTS,
    Assertion.NEGATED: frozenset({Assertion.AFFIRMED, Assertion.HISTORICAL}),
    Assertion.FAMILY: frozenset({Assertion.NEGATED, Assertion.NOT_IN_FAMILY}),
    Assertion.NOT_IN_FAMILY: frozenset({Assertion.FAMILY}),
    Assertion.POSSIBLE: frozenset({Assertion.NEGATED}),
    Assertion.HYPOTHETICAL: frozenset({Assertion.NEGATED}),
    Assertion.ALLERGY: frozenset({Assertion.NO_ALLERGY}),
    Assertion.NO_ALLERGY: frozenset({Assertion.ALLERGY}),
    None: frozenset(),
}
"""How a question means a concept → what of a text, where it says nothing that agrees, contradicts it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says of a part of the question, given by its place among them.

    `assertions` are how its text means the concept, in the order of `Assertion`; `charted` whether its encounter charts it or it is labeled
    so; `agrees` whether that is what is asked (None where it says nothing).
    """

    part: int
    assertions: tuple[Assertion, ...]
    charted: bool
    agrees: bool | None


LACKING: Final = "lacking"
"""The way of a head that no filter has: nothing says that these patients have it, which is less than a denial."""
RELATIVE: Final = "relative"
"""The way of a head that no filter has: it is said of the very relatives of whom it is asked."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many patients have a part of the question in one way, and in how many documents, whatever their rank.

    `way` is a filter: concept (affirmed, charted or labeled so; the patients are also those whose chart has it beside no document), denied,
    possible, history, family, not_in_family, allergy (told or charted, beside no document too) or no_allergy. Of what is asked denied, or
    no allergy, LACKING counts those of whom no text affirms it and no chart has it. Of what is asked of certain relatives RELATIVE counts
    those of whose very relatives it is said.
    """

    part: int
    way: str
    patients: int
    documents: int


@dataclass(frozen=True, slots=True)
class Whole:
    """How many patients have all that a question asks, in whichever of their records, and how many documents say all of it."""

    patients: int
    documents: int


def alternatives_of(question: Question) -> list[list[Part]]:
    """The parts of a question, those together that it leaves to choose from. "No chest pain or dyspnea" leaves no choice."""
    groups: list[list[Part]] = []
    for part in question.parts:
        between = question.text[groups[-1][-1].end : part.start] if groups else ""
        denied = {Assertion.NEGATED, Assertion.NOT_IN_FAMILY} & {part.assertion, *(each[-1].assertion for each in groups[-1:])}
        if between.strip(" ,").lower() in ("or", "and/or") and not denied:
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def read_question(
    text: str, reader: Reader, ask: Ask | None = None, switches: Sequence[Switch] = (), newest: date | None = None
) -> Question:
    """Read a question. With `ask` every part is asked so, whatever the words say; `switches` say it of parts by their words.

    "In the last year" is counted back from the `newest` day.
    """
    if len(text) > LONGEST_READ or "\n" in text.strip():
        return Question(text, rest=text)
    mentions = reader.read(text) or _in_capitals(text, reader)
    parts = tuple(part for mention in mentions if (part := switched(_levelled(text, _part(mention)), ask, switches)) is not None)
    named = [range(part.start, part.end) for part in parts]
    limits = tuple(limit for limit in limits_of(text, newest) if not any(limit.start in span or limit.end - 1 in span for span in named))
    return Question(
        text, parts, without(text, [*((part.start, part.end) for part in parts), *((each.start, each.end) for each in limits)]), limits
    )


def _levelled(text: str, part: Part) -> Part:
    """The part with how it asks a result to lie to what is usual."""
    if part.kind is not Kind.MEASUREMENT or part.value is not None:
        return part
    level, start, end = asked_level(text, part.start, part.end)
    return replace(part, level=level, start=start, end=end)


def switched(part: Part, ask: Ask | None, switches: Iterable[Switch]) -> Part | None:
    """The part as it is to be asked; None where it is to be taken as plain words."""
    switch = next((each for each in switches if each.of(part.text)), None)
    if switch is not None and switch.ask is None:
        return None
    ask = switch.ask if switch is not None else ask
    if ask is None:
        return part
    relatives = part.relatives if ask is Ask.FAMILY else ()
    return replace(part, assertion=ask.assertion, switched=True, relatives=relatives)


def _in_capitals(text: str, reader: Reader) -> list[ReadMention]:
    """What a question names by abbreviations, also in small letters: "mi", "copd". One that stands alone may have any of its meanings."""
    capitals = text.upper()
    words = text.split()
    if len(capitals) != len(text) or not 0 < len(words) <= 2:
        return []
    found = reader.read(capitals, certain=len(words) == 1)
    return [replace(mention, text=text[mention.start : mention.end]) for mention in found]


def _part(mention: ReadMention) -> Part:
    senses = (mention.concept, *mention.alternatives)
    concepts = tuple(dict.fromkeys(concept_iri(each.system, each.code) if each.system else each.code for each in senses))
    value = None if mention.value is None else _asked(mention.value)
    end = mention.end if mention.value is None or value is None else mention.value.end
    judged = mention.judgement
    return Part(
        mention.start,
        end,
        mention.text,
        mention.concept.label,
        mention.concept.kind,
        concepts,
        judged.assertion,
        judged.trigger,
        value,
        relatives=tuple(sorted(persons_asked(judged.trigger))) if judged.assertion is Assertion.FAMILY else (),
    )


def _asked(value: Value) -> Asked | None:
    """The value as a number to compare with; None for a range or a pair."""
    try:
        return Asked(value.comparator, float(value.number.replace(",", ".")), value.unit)
    except ValueError:
        return None


def together(questions: Sequence[Question]) -> Question:
    """The alternatives of a question as one, with every part of them; their words lie at places of their own."""
    if len(questions) == 1:
        return questions[0]
    text = list(" " * max(len(each.text) for each in questions))
    for each in questions:
        for place, letter in enumerate(each.text):
            text[place] = letter if letter != " " else text[place]
    return Question(
        "".join(text),
        tuple(part for each in questions for part in each.parts),
        " ".join(filter(None, (each.rest for each in questions))),
        tuple(limit for each in questions for limit in each.limits),
        tuple(dict.fromkeys(reworded for each in questions for reworded in each.reworded)),
        tuple(dict.fromkeys(words for each in questions for words in each.left_out)),
    )


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The words of a text outside spans."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    return " ".join(" ".join(kept).split())
