"""What the charts share: colours, bars, the choice of what fits. Charts are built by altair and leave as Vega-Lite."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final, TypeAlias

from labels.model import Cell, Chart

Record: TypeAlias = dict[str, Cell]

MOST_BARS: Final = 30
MOST_ROWS: Final = 6
"""Small charts below each other."""
COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8b8f94", "#a89200")
"""After Okabe and Ito: told apart with every kind of colour vision."""
_INK: Final = "#1d2327"
_BAR: Final = 24
"""Pixels: the widest bar of a day."""
_FEW_DAYS: Final = 5
"""That many are named one by one."""


Drawer: TypeAlias = Callable[[str, list[Record], int], Chart | None]
"""From a table's name, its records and a width to a chart; None where there is nothing to draw."""


def finished(name: str, table: str, title: str, chart: Any, shown: str = "") -> Chart:
    """A chart in the common style; what it does not show is said below its title."""
    import altair as alt

    titled = chart.properties(title=alt.TitleParams(title, subtitle=shown or alt.Undefined, anchor="start"))
    styled = (
        titled.configure(font="Arial, Helvetica, Liberation Sans, sans-serif", background="#ffffff")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, titleFontSize=12, labelLimit=260)
        .configure_legend(labelLimit=260, symbolLimit=12)
        .configure_header(labelLimit=500, labelAnchor="start", labelFontSize=11, title=None)
        .configure_title(fontSize=14, subtitleFontSize=11)
    )
    return Chart(name, table, title, styled.to_dict(), shown)


def base(records: Sequence[Mapping[str, Cell]], width: int, height: int) -> Any:
    """A chart over records, so high in pixels."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(records)), width=width, height=height)


def steps(records: Sequence[Mapping[str, Cell]], width: int, step: int = 20) -> Any:
    """A chart over records, with so many pixels for each of its rows."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(records)), width=width, height=alt.Step(step))


def rows_of(field: str, sort: Any = None) -> Any:
    """A vertical axis that names every row."""
    import altair as alt

    return alt.Y(f"{field}:N", title=None, sort=sort, axis=alt.Axis(labelOverlap=False))


def color_of(field: str, title: str, values: Sequence[str] = ()) -> Any:
    """Colour by the values of a field: in the order of `values`, so that each keeps its colour from chart to chart, or as they come."""
    import altair as alt

    scale = alt.Scale(domain=list(values), range=list(COLORS[: len(values)])) if values else alt.Scale(range=list(COLORS))
    return alt.Color(f"{field}:N", title=title, scale=scale, legend=alt.Legend(orient="bottom", columns=2))


def bars(records: Sequence[Record], number: str, by: str, heading: str, width: int, color: Any) -> Any:
    """Horizontal bars, the longest first, stacked by colour."""
    import altair as alt

    return (
        steps(records, width)
        .mark_bar()
        .encode(
            x=alt.X(f"sum({number}):Q", title=heading, axis=alt.Axis(tickMinStep=1)),
            y=rows_of(by, "-x"),
            color=color,
            tooltip=[f"{by}:N", f"{color.shorthand}", f"sum({number}):Q"],
        )
    )


def days(records: Sequence[Record], width: int) -> tuple[Any, Any]:
    """(bars, horizontal axis) over the field `day`, an ISO date. A bar is no wider than the least distance between two."""
    import altair as alt

    places = sorted({date.fromisoformat(str(record["day"])).toordinal() for record in records})
    nearest = min((late - early for early, late in pairwise(places)), default=1)
    pixels = (width - 2 * _BAR) / max(places[-1] - places[0], 1)
    named = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in map(date.fromordinal, places)]
    ticks: dict[str, Any] = {"values": named} if len(named) <= _FEW_DAYS else {"tickCount": 8}
    axis = alt.Axis(format="%Y-%m-%d", labelAngle=0, labelOverlap=True, **ticks)
    mark = base(records, width, 200).mark_bar(size=max(4, min(_BAR, int(0.9 * nearest * pixels))))
    return mark, alt.X("day:T", title="Day (UTC)", axis=axis, scale=alt.Scale(type="utc", padding=_BAR))


def small_multiples(chart: Any) -> Any:
    """A small chart for each value of the field `name`, below each other, each with its own scales."""
    import altair as alt

    faceted = chart.facet(row=alt.Row("name:N", sort=None, header=alt.Header(labelOrient="top", title=None)), spacing=12)
    return faceted.resolve_scale(x="independent", y="independent")


def team_line(value: float) -> Any:
    """A line across the bars, where the team is."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=[{"team": value}])).mark_rule(color=_INK, strokeDash=[5, 3], size=1.5).encode(x="team:Q")


def largest(records: Sequence[Record], by: str, number: str, most: int = MOST_BARS) -> tuple[list[Record], str]:
    """The records of the values of `by` with the largest sums, the largest first, and words on how many that are ('' for all)."""
    totals: Counter[Cell] = Counter()
    for record in records:
        totals[record[by]] += float(record[number] or 0)  # type: ignore[assignment]
    ordered = [value for value, _ in totals.most_common(most)]
    place = {value: index for index, value in enumerate(ordered)}
    kept = sorted((record for record in records if record[by] in place), key=lambda record: place[record[by]])
    return kept, part(len(ordered), len(totals))


def part(shown: int, all_: int) -> str:
    """Words for what is left out of a chart."""
    return f"the largest {shown:,} of {all_:,}; the table has all" if shown < all_ else ""


def long(records: Sequence[Record], *columns: tuple[str, str]) -> list[Record]:
    """A record for each of some columns (name, words) that is not zero: `what` and `count`."""
    return [{**record, "what": words, "count": record[name]} for record in records for name, words in columns if record[name]]
