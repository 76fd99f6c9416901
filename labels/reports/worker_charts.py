"""The charts of the report on workers: each worker beside the team."""

from collections import Counter
from typing import Final

from labels.model import Chart
from labels.reports.drawing import COLORS, MOST_BARS, Drawer, Record, base, days, finished, largest, part, rows_of, steps, team_line
from labels.reports.worker_tally import LABEL, TRUTH
from labels.reports.workers import TEAM

_TAIL: Final = 6
"""The last characters of a pseudonym tell workers apart."""


def _tasks(table: str, records: list[Record], width: int) -> Chart | None:
    everyone = [float(record["tasks"] or 0) for record in records if record["worker"] != TEAM]
    return _beside("tasks", table, ("Tasks of each worker; the line is the mean", "Tasks"), records, sum(everyone) / len(everyone), width)


def _seconds(table: str, records: list[Record], width: int) -> Chart | None:
    import altair as alt

    listed, shown = _listed(records, "mean_seconds")
    if not listed:
        return None
    who = rows_of("who", [record["who"] for record in listed])
    chart = steps(listed, width)
    tooltip = ["who:N", "mean_seconds:Q", "min_seconds:Q", "max_seconds:Q", "tasks:Q"]
    ranges = chart.mark_rule(color=COLORS[6], size=2).encode(x=alt.X("min_seconds:Q", title="Seconds a task"), x2="max_seconds:Q", y=who)
    means = chart.mark_point(filled=True, size=60, color=COLORS[0], opacity=1).encode(x="mean_seconds:Q", y=who, tooltip=tooltip)
    team = _team(records, "mean_seconds")
    layers = ranges + means if team is None else ranges + means + team_line(team)
    return finished("seconds", table, "Seconds a task: least, mean and most; the line is the team's mean", layers, shown)


def _measure(field: str, title: str, heading: str) -> Drawer:
    def draw(table: str, records: list[Record], width: int) -> Chart | None:
        return _beside(field, table, (f"{title}; the line is the whole team", heading), records, _team(records, field), width)

    return draw


def _changed(table: str, records: list[Record], width: int) -> Chart | None:
    shares: list[Record] = [
        {**record, "changed": float(record["changed"] or 0) / float(record["changeable"])} for record in records if record["changeable"]
    ]
    titles = ("Changed answers, of those in adjustments; the line is the whole team", "Share changed")
    return _beside("changed", table, titles, shares, _team(shares, "changed"), width)


def _days(table: str, records: list[Record], width: int) -> Chart | None:
    import altair as alt

    totals: Counter[str] = Counter()
    for record in records:
        if record["day"]:
            totals[str(record["day"])] += int(record["tasks"] or 0)
    if not totals:
        return None
    mark, axis = days([{"day": day, "tasks": tasks} for day, tasks in sorted(totals.items())], width)
    chart = mark.encode(x=axis, y=alt.Y("tasks:Q", title="Tasks"), color=alt.value(COLORS[0]), tooltip=["day:N", "tasks:Q"])
    return finished("days", table, "Tasks per day, of the whole team", chart)


def _confusions(table: str, records: list[Record], width: int) -> Chart:
    import altair as alt

    against = TRUTH if any(record["against"] == TRUTH for record in records) else LABEL
    kept, shown = largest([record for record in records if record["against"] == against], "reference", "count")
    chart = base(kept, min(width, 400), 300).mark_rect()
    chart = chart.encode(
        x=alt.X("answered:N", title="Answered"),
        y=alt.Y("reference:N", title=f"Is, by the {against}"),
        color=alt.Color("sum(count):Q", title="Answers", scale=alt.Scale(scheme="blues", type="sqrt")),
        tooltip=["reference:N", "answered:N", "sum(count):Q"],
    )
    return finished("confusions", table, "What was taken for what", chart, shown)


DRAWERS: Final[tuple[tuple[str, Drawer], ...]] = (
    ("workers", _tasks),
    ("workers", _seconds),
    ("workers", _measure("tasks_per_hour", "Tasks per hour", "Tasks per hour")),
    ("workers", _measure("agreement", "Agreement with the label", "Agreement")),
    ("workers", _measure("peers", "Agreement with the other workers", "Agreement")),
    ("workers", _measure("accuracy", "Accuracy", "Accuracy")),
    ("workers", _changed),
    ("days", _days),
    ("confusions", _confusions),
)
"""Table → what draws it."""


def _beside(field: str, table: str, titles: tuple[str, str], records: list[Record], team: float | None, width: int) -> Chart | None:
    """A bar for each worker, and a line where the team is. `titles`: of the chart, and of the axis."""
    import altair as alt

    listed, shown = _listed(records, field)
    if not listed:
        return None
    chart = steps(listed, width).mark_bar(color=COLORS[0])
    chart = chart.encode(
        x=alt.X(f"{field}:Q", title=titles[1]),
        y=rows_of("who", [record["who"] for record in listed]),
        tooltip=["worker:N", f"{field}:Q", "tasks:Q"],
    )
    return finished(field, table, titles[0], chart if team is None else chart + team_line(team), shown)


def _listed(records: list[Record], field: str) -> tuple[list[Record], str]:
    """The busiest workers that have the field, named briefly."""
    having = [record for record in records if record["worker"] != TEAM and record[field] is not None]
    tails = Counter(str(record["worker"])[-_TAIL:] for record in having)
    listed = [{**record, "who": _brief(record, tails)} for record in having[:MOST_BARS]]
    return listed, part(len(listed), len(having)).replace("largest", "busiest")


def _brief(record: Record, tails: Counter[str]) -> str:
    worker = str(record["worker"])
    if name := record.get("name"):
        return str(name)
    tail = worker[-_TAIL:]
    return f"…{tail}" if len(worker) > 2 * _TAIL and tails[tail] == 1 else worker


def _team(records: list[Record], field: str) -> float | None:
    value = next((record[field] for record in records if record["worker"] == TEAM), None)
    return float(value) if value is not None else None
