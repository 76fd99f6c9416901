"""A report as one HTML file that needs nothing else: no script, no font, no picture is fetched."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Final

from labels.model import Chart, Column, Kind, Report, Row, Table
from labels.reports.written import shown, visible

MOST_ROWS: Final = 1000
"""Of a table on the page; the CSV has all."""
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2327; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; border-top: 1px solid #dfe2df; padding-top: 1rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; } dt { color: #586269; }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; max-width: 100%; } figure img { max-width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid #dfe2df; vertical-align: top; }
td { overflow-wrap: break-word; max-width: 22rem; }
th { color: #586269; font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.note { color: #586269; max-width: 45rem; } @media print { h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""
_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def html_of(report: Report, pictures: Sequence[tuple[Chart, str]], about: str) -> str:
    """The page: totals, then every table that has rows, under the charts (with their SVG) that draw it. `about`: what it is a report on."""
    tables = [table for table in report.tables if table.rows]
    empty = [table.title for table in report.tables if not table.rows]
    sections = "\n".join(_section(table, [picture for picture in pictures if picture[0].table == table.name]) for table in tables)
    nothing = f'<p class="note">Nothing to show for: {escape("; ".join(empty))}.</p>' if empty else ""
    totals = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(shown(value, Kind.NUMBER))}</dd></div>"
        for name, value in report.totals
        if value is not None
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<title>{escape(report.title)}: {escape(about)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(report.title)}: {escape(about)}</h1>
<dl>{totals}</dl>
{sections}
{nothing}
</body>
</html>
"""


def _section(table: Table, pictures: Sequence[tuple[Chart, str]]) -> str:
    figures = "".join(_figure(chart, svg) for chart, svg in pictures)
    charts = f'<div class="charts">{figures}</div>' if figures else ""
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    cut = (
        f'<p class="note">The first {MOST_ROWS:,} of {len(table.rows):,} rows; the CSV has all.</p>' if len(table.rows) > MOST_ROWS else ""
    )
    columns, listed = visible(table)
    head = "".join(f'<th scope="col"{_class(column)}>{escape(column.heading)}</th>' for column in columns)
    rows = "\n".join(_row(columns, row) for row in listed[:MOST_ROWS])
    return f"""<h2 id="{escape(table.name)}">{escape(table.title)}</h2>
{charts}
{note}
<div class="wide" tabindex="0" role="region" aria-labelledby="{escape(table.name)}">
<table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table>
</div>
{cut}"""


def _figure(chart: Chart, svg: str) -> str:
    """A chart as a picture: what a name in it may hold can neither run nor mix with the page."""
    data = b64encode(svg.encode("utf-8", "replace")).decode()
    words = ", ".join(filter(None, (chart.title, chart.shown)))
    return f'<figure><img src="data:image/svg+xml;base64,{data}" alt="Chart: {escape(words)}; its data is in the table below"></figure>'


def _row(columns: Sequence[Column], row: Row) -> str:
    cells = (f"<td{_class(column)}>{escape(shown(cell, column.kind))}</td>" for column, cell in zip(columns, row, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _class(column: Column) -> str:
    return "" if column.kind in (Kind.TEXT, Kind.DATE) else ' class="number"'
