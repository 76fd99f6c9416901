"""What the report on workers counts, item by item."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Final

from labels.consolidation.likeness import alike
from labels.groundtruth.model import Answer
from labels.groundtruth.values import is_before
from labels.model import Cell
from labels.reports.counting import Figures
from labels.reports.model import Activity, AnsweredItem
from labels.values import Spellings, Value, value_of

TRUTH: Final = "truth"
LABEL: Final = "label"
"""What answers are compared with."""


@dataclass(slots=True)
class Work:
    """What was done, by one worker or by all. `near` is likeness to the label, `peers` to the others' answers on the same items."""

    tasks: int = 0
    seconds: Figures = field(default_factory=Figures)
    elapsed: Figures = field(default_factory=Figures)
    near: Figures = field(default_factory=Figures)
    peers: Figures = field(default_factory=Figures)
    right: Figures = field(default_factory=Figures)
    changed: int = 0
    changeable: int = 0
    first: str = ""
    last: str = ""

    def add(self, answer: Answer) -> None:
        """Take in an answer."""
        self.tasks += 1
        if answer.seconds is not None and answer.seconds >= 0:
            self.seconds.add(answer.seconds)
        if answer.accepted and answer.submitted:
            passed = (datetime.fromisoformat(answer.submitted) - datetime.fromisoformat(answer.accepted)).total_seconds()
            if passed >= 0:
                self.elapsed.add(passed)
        if answer.changed is not None:
            self.changeable += 1
            self.changed += answer.changed
        if answer.submitted:
            self.first = min(self.first or answer.submitted, answer.submitted)
            self.last = max(self.last, answer.submitted)

    def times(self) -> tuple[Cell, ...]:
        """The cells of the columns of times."""
        seconds = self.seconds
        per_hour = 3600 * seconds.count / seconds.total if seconds.total > 0 else None
        return (self.tasks, seconds.sum, seconds.mean, seconds.least, seconds.most, per_hour)


@dataclass(slots=True)
class Team:
    """The answers to a job's items together."""

    items: int = 0
    answers: int = 0
    workers: dict[str, None] = field(default_factory=dict)
    superseded: int = 0
    compared: int = 0
    several: int = 0
    unanimous: int = 0
    pairs: Figures = field(default_factory=Figures)
    observed: float = 0.0
    classes: Counter[str] = field(default_factory=Counter)

    def alpha(self) -> float | None:
        """Krippendorff's alpha for nominal classes; None where it is not defined."""
        total = self.classes.total()
        expected = sum(count * (total - count) for count in self.classes.values()) / (total - 1) if total > 1 else 0.0
        return 1 - self.observed / expected if expected else None


class WorkerTally:
    """Adds up answers. Its size depends on workers, jobs, days and classes, not on the number of answers."""

    def __init__(self) -> None:
        self.all = Work()
        self.workers: dict[str, Work] = defaultdict(Work)
        self.jobs: dict[tuple[str, str], Work] = defaultdict(Work)
        self.days: dict[tuple[str, str, str], Work] = defaultdict(Work)
        self.teams: dict[str, Team] = defaultdict(Team)
        self.iterations: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.classes: dict[str, Counter[str]] = defaultdict(Counter)
        self.confusions: Counter[tuple[str, str, str, str]] = Counter()
        self.activities: Counter[tuple[str, str, str, str]] = Counter()
        self._spellings = Spellings()

    def add(self, item: AnsweredItem) -> None:
        """Take in the answers to an item."""
        team = self.teams[item.job]
        team.items += 1
        for iteration, count in Counter(given.iteration for given in item.given).items():
            counts = self.iterations[item.job, iteration]
            counts[0] += 1
            counts[1] += count
        latest: dict[str, Answer] = {}
        for answer, _ in item.given:
            team.answers += 1
            team.workers[answer.worker] = None
            for work in self._works(item.job, answer):
                work.add(answer)
            for one in answer.annotations:
                if one.category is not None:
                    self.classes[answer.worker][self._spellings.of(one.category.name)] += 1
            before = latest.get(answer.worker)
            if before is None or not is_before(answer.submitted or "", before.submitted or ""):
                latest[answer.worker] = answer
        team.superseded += len(item.given) - len(latest)
        self._compare(item, team, latest)

    def add_activity(self, event: Activity) -> None:
        """Take in an event."""
        self.activities[event.worker, event.job, event.event, event.day] += 1

    def _works(self, job: str, answer: Answer) -> tuple[Work, ...]:
        worker = answer.worker
        return self.all, self.workers[worker], self.jobs[worker, job], self.days[worker, job, (answer.submitted or "")[:10]]

    def _compare(self, item: AnsweredItem, team: Team, latest: Mapping[str, Answer]) -> None:
        """How near each answer is to the label, to the truth and to the other answers."""
        found = {worker: value_of(answer.kind, answer.annotations) for worker, answer in latest.items()}
        values = {worker: self._spelled(value) for worker, value in found.items() if value is not None}
        final = self._spelled(item.final) if item.final is not None else None
        truth = self._spellings.of(item.truth) if item.truth is not None else None
        comparable = final is not None and any(type(value) is type(final) for value in values.values())
        team.compared += comparable
        for worker, value in values.items():
            works = self._works(item.job, latest[worker])
            if final is not None and type(value) is type(final):
                near = alike(value, final)
                for work in works:
                    work.near.add(near)
            if isinstance(value, str):
                self._confuse(item.job, value, final, truth)
                if truth is not None:
                    for work in works:
                        work.right.add(value == truth)
        for one, other in combinations(values, 2):
            if type(values[one]) is type(values[other]):
                near = alike(values[one], values[other])
                team.pairs.add(near)
                for worker in (one, other):
                    for work in self._works(item.job, latest[worker]):
                        work.peers.add(near)
        self._agree(team, values)

    def _spelled(self, value: Value) -> Value:
        """A value with its classes as they were first written; boxes, spans and masks as they are."""
        match value:
            case str():
                return self._spellings.of(value)
            case tuple():
                return tuple(sorted({self._spellings.of(name) for name in value}))
        return value

    def _confuse(self, job: str, answered: str, final: Value | None, truth: str | None) -> None:
        if truth is not None:
            self.confusions[job, TRUTH, truth, answered] += 1
        if isinstance(final, str):
            self.confusions[job, LABEL, final, answered] += 1

    def _agree(self, team: Team, values: Mapping[str, Value]) -> None:
        chosen = Counter(value for value in values.values() if isinstance(value, str))
        answers = chosen.total()
        if answers < 2:
            return
        team.several += 1
        team.unanimous += len(chosen) == 1
        team.classes.update(chosen)
        team.observed += sum(count * (answers - count) for count in chosen.values()) / (answers - 1)
