"""The report on workers: who did how much, how fast, and how far they agree, in one pass over the answers.

Workers appear under the pseudonyms of the files. Their names come from a mapping that the user supplies, from nowhere else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from labels.model import Cell, Column, Kind, Report, Row, Table
from labels.reports.model import Activity, AnsweredItem
from labels.reports.worker_tally import TRUTH, WorkerTally

TEAM: Final = "(whole team)"

_WORKER = Column("worker", "Worker", Kind.TEXT)
_NAME = Column("name", "Name", Kind.TEXT)
_JOB = Column("job", "Job", Kind.TEXT)
_TIMES: Final = (
    Column("tasks", "Tasks"),
    Column("total_seconds", "Total s", Kind.NUMBER),
    Column("mean_seconds", "Mean s", Kind.NUMBER),
    Column("min_seconds", "Least s", Kind.NUMBER),
    Column("max_seconds", "Most s", Kind.NUMBER),
    Column("tasks_per_hour", "Tasks per hour", Kind.NUMBER),
)


def worker_report(items: Iterable[AnsweredItem | Activity], names: Mapping[str, str] | None = None) -> Report:
    """Count over the answers to each item (all of one job's answers to an item together) and the events of the activity log.

    They are read once and not kept. `names`: pseudonym → who it is.
    """
    tally = WorkerTally()
    for item in items:
        if isinstance(item, Activity):
            tally.add_activity(item)
        else:
            tally.add(item)
    return report_of(tally, names or {})


def report_of(tally: WorkerTally, names: Mapping[str, str]) -> Report:
    """The report on what was counted; `names`: pseudonym → who it is."""
    totals: tuple[tuple[str, Cell], ...] = (
        ("workers", len(tally.workers)),
        ("answers", tally.all.tasks),
        ("items", sum(team.items for team in tally.teams.values())),
        ("jobs", len(tally.teams)),
        ("seconds", tally.all.seconds.sum),
        ("events of the activity log", tally.activities.total()),
    )
    tables = (
        _worker_table(tally, names),
        _team_table(tally),
        _job_table(tally, names),
        _day_table(tally, names),
        _class_table(tally, names),
        _confusion_table(tally),
        _iteration_table(tally),
        _activity_table(tally, names),
    )
    return Report("workers", "Workers", totals, tables)


def _worker_table(tally: WorkerTally, names: Mapping[str, str]) -> Table:
    columns = (
        *_who(names),
        *_TIMES,
        Column("elapsed_seconds", "Mean s from acceptance", Kind.NUMBER),
        Column("agreement", "Agreement with the label", Kind.SHARE),
        Column("compared", "Answers compared"),
        Column("peers", "Agreement with others", Kind.SHARE),
        Column("accuracy", "Accuracy", Kind.SHARE),
        Column("changed", "Changed answers"),
        Column("changeable", "Of adjustments"),
        Column("first", "First", Kind.DATE),
        Column("last", "Last", Kind.DATE),
    )
    ordered = sorted(tally.workers.items(), key=lambda found: (-found[1].tasks, found[0]))
    listed = [(TEAM, tally.all), *ordered] if ordered else []
    rows = [
        (
            *_cells(worker, names),
            *work.times(),
            work.elapsed.mean,
            work.near.mean,
            work.near.count or None,
            work.peers.mean,
            work.right.mean,
            work.changed if work.changeable else None,
            work.changeable or None,
            work.first or None,
            work.last or None,
        )
        for worker, work in listed
    ]
    note = (
        "The first row is the whole team. Seconds are of active work; tasks per hour counts tasks with a time. Agreement compares with "
        "the label in the manifest, classes by equality, boxes and spans by F1 of those that overlap by half; accuracy with the truth."
    )
    return Table("workers", "Each worker beside the team", columns, tuple(rows), note if rows else "")


def _team_table(tally: WorkerTally) -> Table:
    columns = (
        _JOB,
        Column("items", "Items"),
        Column("answers", "Answers"),
        Column("workers", "Workers"),
        Column("compared", "Items with a label"),
        Column("several", "Items with several answers"),
        Column("unanimous", "Unanimous"),
        Column("alpha", "Krippendorff's alpha", Kind.NUMBER),
        Column("pairs", "Agreement of pairs", Kind.SHARE),
        Column("superseded", "Superseded answers"),
    )
    rows = [
        (
            job,
            team.items,
            team.answers,
            len(team.workers),
            team.compared,
            team.several,
            team.unanimous,
            team.alpha(),
            team.pairs.mean,
            team.superseded,
        )
        for job, team in sorted(tally.teams.items())
    ]
    note = "Unanimous and alpha are of answers that name one class. Of several answers by one worker to one item the latest is compared."
    return Table("agreement", "Agreement in each job", columns, tuple(rows), note if rows else "")


def _job_table(tally: WorkerTally, names: Mapping[str, str]) -> Table:
    columns = (*_who(names), _JOB, *_TIMES, Column("agreement", "Agreement with the label", Kind.SHARE))
    ordered = sorted(tally.jobs.items(), key=lambda found: (found[0][1], -found[1].tasks, found[0][0]))
    rows = [(*_cells(worker, names), job, *work.times(), work.near.mean) for (worker, job), work in ordered]
    return Table("jobs", "Workers by job", columns, tuple(rows))


def _day_table(tally: WorkerTally, names: Mapping[str, str]) -> Table:
    columns = (*_who(names), _JOB, Column("day", "Day", Kind.DATE), *_TIMES)
    ordered = sorted(tally.days.items(), key=lambda found: (found[0][2], found[0][1], -found[1].tasks, found[0][0]))
    rows = [(*_cells(worker, names), job, day or None, *work.times()) for (worker, job, day), work in ordered]
    return Table("days", "Workers by day", columns, tuple(rows), "Days in UTC, by submission." if rows else "")


def _class_table(tally: WorkerTally, names: Mapping[str, str]) -> Table:
    columns = (
        *_who(names),
        Column("class", "Class", Kind.TEXT),
        Column("count", "Chosen"),
        Column("share", "Share of the worker's", Kind.SHARE),
        Column("team_share", "Share of the team's", Kind.SHARE),
    )
    team = Counter[str]()
    for counts in tally.classes.values():
        team.update(counts)
    rows: list[Row] = []
    for worker, counts in sorted(tally.classes.items(), key=lambda found: (-found[1].total(), found[0])):
        for name, count in sorted(counts.items(), key=lambda found: (-found[1], found[0])):
            rows.append((*_cells(worker, names), name, count, count / counts.total(), team[name] / team.total()))
    return Table("classes", "Classes that workers chose", columns, tuple(rows))


def _confusion_table(tally: WorkerTally) -> Table:
    columns = (
        _JOB,
        Column("against", "Against", Kind.TEXT),
        Column("reference", "Is", Kind.TEXT),
        Column("answered", "Answered", Kind.TEXT),
        Column("count", "Answers"),
    )
    ordered = sorted(
        tally.confusions.items(), key=lambda cell: (cell[0][0], cell[0][1] != TRUTH, cell[0][2] == cell[0][3], -cell[1], cell[0])
    )
    note = "Against the truth, or the label in the manifest; wrong answers come first."
    rows = tuple((*key, count) for key, count in ordered)
    return Table("confusions", "What was taken for what", columns, rows, note if rows else "")


def _iteration_table(tally: WorkerTally) -> Table:
    columns = (_JOB, Column("iteration", "Iteration", Kind.TEXT), Column("items", "Items"), Column("answers", "Answers"))
    rows = tuple((job, iteration or None, *counts) for (job, iteration), counts in sorted(tally.iterations.items()))
    return Table("iterations", "Answers by iteration", columns, rows)


def _activity_table(tally: WorkerTally, names: Mapping[str, str]) -> Table:
    columns = (*_who(names), _JOB, Column("event", "Event", Kind.TEXT), Column("day", "Day", Kind.DATE), Column("count", "Events"))
    rows = [
        (*_cells(worker, names), job or None, event, day or None, count)
        for (worker, job, event, day), count in sorted(tally.activities.items())
    ]
    return Table("activity", "Accepted, submitted, returned and declined tasks", columns, tuple(rows))


def _who(names: Mapping[str, str]) -> tuple[Column, ...]:
    return (_WORKER, _NAME) if names else (_WORKER,)


def _cells(worker: str, names: Mapping[str, str]) -> tuple[Cell, ...]:
    return (worker, names.get(worker)) if names else (worker,)
