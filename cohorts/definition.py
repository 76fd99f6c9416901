"""What a cohort is: who enters it on which day, and which rules they must meet. Values of the format `commissure-cohort/1`.

Days are whole calendar days since 1970-01-01 (search.days); windows and ranges hold both ends, None is open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from search.filters import Filters

FORMAT: Final = "commissure-cohort/1"

CHARTED: Final = ("allergy", "condition", "encounter", "immunization", "medication", "observation", "procedure")
"""Events that records chart, by the relation of their facts."""
PERSONAL: Final = ("patient", "death")
"""Events that Patient records tell: that there is somebody, on no day, and that they died."""
EVENTS: Final = (*CHARTED, *PERSONAL, "item")
"""All that `event` may name; of labeled items, that there is one."""
LABELS: Final = ("label", "answer")
"""What a labeling job says of an item, and what one of its workers answered."""

Edge = Literal["start", "end"]
Place = Literal["first", "last"]
Kept = Literal["all", "first", "last"]
Distinct = Literal["record", "day", "concept", "encounter", "worker"]
Subjects = Literal["patients", "items"]
Leaving = Literal["start", "end", "observed", "persistence"]


@dataclass(frozen=True, slots=True)
class Code:
    """A member of a set of concepts: the IRI of a concept, or a code of whatever system."""

    code: str
    descendants: bool = False
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from `low` to `high`, both included; None is open."""

    low: int | None = None
    high: int | None = None

    @property
    def open(self) -> bool:
        """Whether it bounds nothing."""
        return self.low is None and self.high is None


@dataclass(frozen=True, slots=True)
class Count:
    """How many distinct things there must be, from `least` to `most` (None: however many)."""

    least: int = 1
    most: int | None = None
    distinct: Distinct = "record"


@dataclass(frozen=True, slots=True)
class Value:
    """What the number of a result must be, with its unit or in any. Of a bound ('<5') it must be sure."""

    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None
    eq: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What labels must be: of one of some jobs, with a confidence between two bounds, both included, by somebody, of some datasets."""

    jobs: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    agent: str = ""
    """'human' or 'machine', as the job says; of answers the workers themselves."""
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Words of notes: each of `alternatives` is what must all be said, a word, a beginning (`malignan*`) or a phrase each."""

    text: str
    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What notes must mean, in whatever words: how near a passage must come to `text`, as the cosine of their vectors."""

    text: str
    at_least: float


@dataclass(frozen=True, slots=True)
class Event:
    """What one rule is about: events of a kind, as they must be by themselves, and the path of this in the definition.

    `kind` is one of EVENTS and LABELS, 'note', 'graph' or 'cohort'. `first` takes the events of the first day of a patient's that are of
    the kind, the set and the settings; only of these is asked all else.
    """

    kind: str
    path: str
    concepts: str = ""
    """The set its concepts must be of; '' for any."""
    words: Words | None = None
    meaning: Meaning | None = None
    filters: Filters | None = None
    """What a search would let through: the notes must be among these documents."""
    label: Label | None = None
    pattern: str = ""
    """A group of SPARQL patterns with `?patient`, and `?date` where it has a day."""
    cohort: str = ""
    settings: tuple[str, ...] = ()
    first: bool = False
    value: Value | None = None
    answers: str = ""
    """The set that a coded result must be of; '' for any."""
    age: Range | None = None
    sexes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    dates: Range | None = None
    """First and last day of its start."""
    assertions: tuple[str, ...] = ()
    """How notes must mean it."""
    having: "Rule | None" = None
    """What must hold from the day of this event."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """How many events there must be, and when, as seen from an index event. Days of windows count from its start, or its end (`since`)."""

    event: Event
    name: str = ""
    count: Count = Count()
    start: Range | None = None
    end: Range | None = None
    since: Edge = "start"
    same_encounter: bool = False
    pick: Place | None = None
    """Of the events in the window only those of the first, or the last day are looked at."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who the patient must be on the day of the index event, and when that day must be."""

    path: str
    name: str = ""
    age: Range | None = None
    sexes: tuple[str, ...] = ()
    dates: Range | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """How many of some rules must be met, from `least` to `most` (None: all the same)."""

    path: str
    rules: "tuple[Rule, ...]"
    least: int = 0
    most: int | None = None
    name: str = ""


Rule = Criterion | Person | Group


@dataclass(frozen=True, slots=True)
class Entry:
    """The events with which patients enter: those of `any`, or a day for everybody.

    `observed` are the days before and after that must lie between a patient's first and last event.
    """

    any: tuple[Event, ...] = ()
    on: int | None = None
    limit: Kept = "all"
    observed: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """When members leave: each index event that stays becomes an episode, and episodes of a patient that touch become one.

    An episode ends `days` after the start or end of its index event, after the drugs of `concepts` that cover it ('persistence'), or with
    what is observed of the patient ('observed'); on the day of the first of `censor` where that is earlier; never after what is observed.
    """

    path: str = "exit"
    end: Leaving = "end"
    days: int = 0
    concepts: str = ""
    gap: int = 0
    """Days between the end of one supply of the drugs and the start of the next that do not end it."""
    supply: int | None = None
    """Days that each drug lasts, whatever is told of it."""
    censor: tuple[Event, ...] = ()
    collapse: int = 0
    """Days between the end of one episode and the start of the next that make one of both."""
    dates: Range | None = None
    """First and last day to which episodes are cut."""

    @property
    def drugs(self) -> Event | None:
        """The events whose supplies make the end."""
        return Event("medication", self.path, concepts=self.concepts) if self.end == "persistence" else None


@dataclass(frozen=True, slots=True)
class Definition:
    """A cohort. Rules are asked in order; `keep` says which index events of a patient stay of those that meet all."""

    entry: Entry
    rules: tuple[Rule, ...] = ()
    name: str = ""
    description: str = ""
    datasets: tuple[str, ...] = ()
    """Only of these; none named: of all."""
    sets: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)
    cohorts: "Mapping[str, Definition]" = field(default_factory=dict)
    """Others that events of the kind 'cohort' name."""
    subjects: Subjects = "patients"
    """Who, or what, is counted."""
    keep: Kept = "all"
    exit: Exit | None = None
    """Without one, each index event stays as it is."""


def events_of(rule: Rule) -> Iterator[Event]:
    """The events that a rule names, at any depth."""
    if isinstance(rule, Criterion):
        yield from within(rule.event)
    elif isinstance(rule, Group):
        for each in rule.rules:
            yield from events_of(each)


def people_of(rules: tuple[Rule, ...]) -> Iterator[Person]:
    """The rules about the patient, at any depth; those that events must have too."""
    for rule in rules:
        if isinstance(rule, Person):
            yield rule
        elif isinstance(rule, Group):
            yield from people_of(rule.rules)
        elif rule.event.having is not None:
            yield from people_of((rule.event.having,))


def within(event: Event) -> Iterator[Event]:
    """An event and those that it must have."""
    yield event
    if event.having is not None:
        yield from events_of(event.having)


def all_events(definition: Definition) -> Iterator[Event]:
    """Every event that a definition names; those of the cohorts that it holds are theirs."""
    for event in definition.entry.any:
        yield from within(event)
    for rule in definition.rules:
        yield from events_of(rule)
    if definition.exit is not None:
        for event in definition.exit.censor:
            yield from within(event)
        if definition.exit.drugs is not None:
            yield definition.exit.drugs
