"""Reports as CSV, JSON and words."""

import csv
import io
from typing import Any

from labels.model import Cell, Column, Kind, Report, Row, Table
from search.formulas import cell


def csv_of(table: Table) -> str:
    """A table as CSV with a header; numbers as they are, an empty cell for what is not known, no cell that is taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def csv_of_all(report: Report) -> str:
    """All tables that have rows as CSV, one after another: each after a line `# name`, with an empty line between them."""
    return "\n".join(f"# {table.name}\n{csv_of(table)}" for table in report.tables if table.rows)


def json_of(report: Report) -> dict[str, Any]:
    """The report as JSON: its totals, and the rows of every table as objects."""
    return {"report": report.name, "totals": dict(report.totals), "tables": {table.name: table.records() for table in report.tables}}


def visible(table: Table) -> tuple[tuple[Column, ...], list[Row]]:
    """The columns that have any value, and the rows with only those: what people read."""
    places = [place for place in range(len(table.columns)) if any(row[place] is not None for row in table.rows)]
    return tuple(table.columns[place] for place in places), [tuple(row[place] for place in places) for row in table.rows]


def shown(cell: Cell, kind: Kind) -> str:
    """A cell for people."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell[:10] if kind is Kind.DATE else cell
    if kind is Kind.SHARE:
        return f"{cell:.1%}"
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.4g}" if abs(cell) < 1 else f"{cell:,.2f}"
