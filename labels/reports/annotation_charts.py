"""The charts of the report on annotations."""

from typing import Final

from labels.model import Chart
from labels.reports.drawing import (
    COLORS,
    MOST_BARS,
    MOST_ROWS,
    Drawer,
    Record,
    bars,
    base,
    color_of,
    days,
    finished,
    largest,
    long,
    part,
    rows_of,
    small_multiples,
    steps,
)

_STATES: Final = (
    ("labeled", "labelled"),
    ("failed", "failed"),
    ("empty", "nothing found"),
    ("orphan", "metadata only"),
    ("unlabeled", "unlabelled"),
    ("elsewhere", "in a file that was not read"),
)

_AUTHORS: Final = {"people": "by people", "machine": "by machine", "not said": "not said by whom"}


def _classes(table: str, records: list[Record], width: int) -> Chart:
    kept, shown = largest(records, "class", "annotations")
    chart = bars(kept, "annotations", "class", "Annotations", width, color_of("job", "Job"))
    return finished("classes", table, "Annotations per class", chart, shown)


def _jobs(table: str, records: list[Record], width: int) -> Chart:
    kept, shown = largest(records, "job", "annotations")
    by = (("human", "people"), ("machine", "machine"), ("unknown", "not said"), ("failed", "failed"))
    chart = bars(long(kept, *by), "count", "job", "Items", width, color_of("what", "Labelled by", [words for _, words in by]))
    return finished("jobs", table, "Items per job, by people and by machine", chart, shown)


def _days(table: str, records: list[Record], width: int) -> Chart | None:
    import altair as alt

    kept, shown = largest([record for record in records if record["day"] and record["annotations"]], "job", "annotations", len(COLORS))
    if not kept:
        return None
    mark, axis = days(kept, width)
    tooltip = ["day:N", "job:N", "annotations:Q", "items:Q"]
    chart = mark.encode(x=axis, y=alt.Y("sum(annotations):Q", title="Annotations"), color=color_of("job", "Job"), tooltip=tooltip)
    return finished("days", table, "Annotations per day", chart, shown)


def _states(table: str, records: list[Record], width: int) -> Chart:
    named = [{**record, "name": f"{record['attribute'] or '(no labels)'} · {record['manifest']}"} for record in records]
    kept, shown = largest(named, "name", "items")
    chart = bars(long(kept, *_STATES), "count", "name", "Items", width, color_of("what", "State", [words for _, words in _STATES]))
    return finished("states", table, "Failed and unlabelled", chart, shown)


def _per_item(table: str, records: list[Record], width: int) -> Chart:
    import altair as alt

    named = [{**record, "name": f"{record['of']} per {record['per']} · {record['job']}"} for record in records]
    kept, shown = largest(named, "name", "places", MOST_ROWS)
    chart = base(kept, width, 90).mark_bar(color=COLORS[0])
    chart = chart.encode(
        x=alt.X("number:O", title="Annotations", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        y=alt.Y("places:Q", title="How many", axis=alt.Axis(tickMinStep=1)),
        tooltip=["name:N", "number:Q", "places:Q"],
    )
    return finished("per_item", table, "How many items or frames have so many annotations", small_multiples(chart), shown)


def _tracks(table: str, records: list[Record], width: int) -> Chart:
    import altair as alt

    kept = sorted(records, key=lambda record: -float(record["frames"] or 0))[:MOST_BARS]
    # The bar of an object that is seen on one frame has a width too.
    named = [
        {
            **record,
            "called": f"{record['name'] or record['track']} · {record['manifest']}:{record['index']}",
            "end": int(record["last"] or 0) + 1,
        }
        for record in kept
    ]
    chart = steps(named, width).mark_bar(height=10)
    chart = chart.encode(
        x=alt.X("first:Q", title="Frame"),
        x2="end:Q",
        y=rows_of("called"),
        color=color_of("class", "Class"),
        tooltip=["called:N", "class:N", "frames:Q", "first:Q", "last:Q"],
    )
    title = "Tracked objects, from their first to their last frame"
    return finished("tracks", table, title, chart, part(len(kept), len(records)))


def _attributes(table: str, records: list[Record], width: int) -> Chart:
    import altair as alt

    named = [
        {
            **record,
            "name": f"{record['attribute']} · {record['class'] or record['of']} · {record['job']}",
            "said": record["value"] or "(none)",
        }
        for record in records
    ]
    kept, shown = largest(named, "name", "count", MOST_ROWS)
    grouped: dict[object, list[Record]] = {}
    for record in kept:
        grouped.setdefault(record["name"], []).append(record)
    values = [record for group in grouped.values() for record in group[:MOST_BARS]]
    chart = steps(values, width).mark_bar(color=COLORS[2])
    chart = chart.encode(
        x=alt.X("count:Q", title="Count", axis=alt.Axis(tickMinStep=1)),
        y=rows_of("said", "-x"),
        tooltip=["name:N", "said:N", "count:Q"],
    )
    cut = part(len(values), len(kept)).replace("the largest", "values:")
    return finished("attributes", table, "Attributes", small_multiples(chart), "; ".join(filter(None, (shown, cut))))


def _adjustments(table: str, records: list[Record], width: int) -> Chart:
    said: list[Record] = [{**record, "said": record["status"] or "not said"} for record in records]
    kept, shown = largest(said, "job", "items")
    chart = bars(kept, "items", "job", "Items", width, color_of("said", "Status", ("adjusted", "unadjusted", "not said")))
    return finished("adjustments", table, "Adjusted against unadjusted", chart, shown)


def _audits(table: str, records: list[Record], width: int) -> Chart:
    kept, shown = largest(records, "job", "items")
    chart = bars(kept, "items", "job", "Items", width, color_of("verdict", "Verdict"))
    return finished("audits", table, "Outcomes of verification", chart, shown)


def _confidence(table: str, records: list[Record], width: int) -> Chart | None:
    import altair as alt

    known = [{**record, "name": f"{record['job']} · {_AUTHORS[str(record['by'])]}"} for record in records if record["from"] is not None]
    kept, shown = largest(known, "name", "annotations", MOST_ROWS)
    if not kept:
        return None
    chart = base(kept, width, 90).mark_bar(color=COLORS[0])
    chart = chart.encode(
        x=alt.X("from:Q", title="Confidence", bin="binned", scale=alt.Scale(domain=[0, 1])),
        x2="to:Q",
        y=alt.Y("annotations:Q", title="Annotations", axis=alt.Axis(tickMinStep=1)),
        tooltip=["name:N", "from:Q", "to:Q", "annotations:Q"],
    )
    return finished("confidence", table, "Confidence", small_multiples(chart), shown)


DRAWERS: Final[tuple[tuple[str, Drawer], ...]] = (
    ("classes", _classes),
    ("jobs", _jobs),
    ("days", _days),
    ("states", _states),
    ("per_item", _per_item),
    ("tracks", _tracks),
    ("attributes", _attributes),
    ("adjustments", _adjustments),
    ("audits", _audits),
    ("confidence", _confidence),
)
"""Table → what draws it."""
