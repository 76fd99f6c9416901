"""`commissure report`: annotations and workers as tables and charts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, print_json, records_of

if TYPE_CHECKING:
    from labels.model import Report
    from labels.reports.records import Problems

_SHOWN = 10
_FIRST_ROWS = 10


@click.group()
def report() -> None:
    """Report on labeled data: what was annotated, and how the workers did.

    \b
    Example:  commissure report annotations output.manifest --html report.html
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.argument("locations", nargs=-1, metavar="[PATH_OR_URL]..."),
        click.option("--dataset", metavar="NAME", help="Report on this dataset instead of files."),
        click.option("--csv", "csv_place", metavar="FILE|DIR|-", help="Write tables as CSV: all into one file, or each into a folder."),
        click.option("--table", metavar="NAME", help="With --csv: only this table, as plain CSV."),
        click.option("--html", "html_file", type=click.Path(path_type=Path), metavar="FILE", help="Write one HTML file with all in it."),
        click.option("--svg", "svg_folder", type=click.Path(path_type=Path), metavar="DIR", help="Write each chart as SVG."),
        click.option("--png", "png_folder", type=click.Path(path_type=Path), metavar="DIR", help="Write each chart as PNG."),
        json_option,
        data_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@report.command()
@click.option("--follow-refs", metavar="PLACE", default="", help="Folder or s3:// prefix that holds copies of files that labels refer to.")
@_options
@click.pass_context
def annotations(context: click.Context, /, follow_refs: str, **arguments: Any) -> None:
    """Annotations per class, job and day; boxes per image and frame; tracked objects; attributes; adjustments; failures.

    \b
    Example:  commissure report annotations output.manifest --csv - --table classes
              commissure report annotations job/ --html report.html --svg charts/
    """
    from labels.reports.annotations import annotation_report
    from labels.reports.labeled import labeled_items, stored_items
    from labels.reports.records import Problems

    problems = Problems()
    dataset = _dataset(arguments)
    items = (
        stored_items(dataset, records_of(context), follow_refs) if dataset else labeled_items(arguments["locations"], follow_refs, problems)
    )
    _give(context, annotation_report(items), problems, arguments)


@report.command()
@click.option("--workers", "names", metavar="FILE", help="Who the pseudonyms are: JSON or CSV of worker and name.")
@click.option("--truth", metavar="FILE", default="", help="CSV or JSON of item and class: adds the accuracy.")
@_options
@click.pass_context
def workers(context: click.Context, /, names: str | None, truth: str, **arguments: Any) -> None:
    """Tasks, times, agreement and changed answers of each worker, beside the whole team.

    Name the worker responses, and the output manifest for the agreement with its labels. Workers appear under the pseudonyms of the files.

    \b
    Example:  commissure report workers job/annotations/worker-response job/manifests/output/output.manifest --html workers.html
    """
    from labels.reports.answered import answered_items, stored_answers
    from labels.reports.names import read_names
    from labels.reports.records import Problems
    from labels.reports.workers import worker_report

    problems = Problems()
    dataset = _dataset(arguments)
    known = read_names(names) if names else {}
    items = (
        stored_answers(dataset, records_of(context), truth, problems)
        if dataset
        else answered_items(arguments["locations"], truth, problems)
    )
    _give(context, worker_report(items, known), problems, arguments)


def _dataset(arguments: dict[str, Any]) -> str:
    if bool(arguments["locations"]) == bool(arguments["dataset"]):
        raise click.UsageError("Name either files and folders or --dataset.")
    if arguments["table"] and not arguments["csv_place"]:
        raise click.UsageError("--table chooses what --csv writes: give --csv too.")
    return str(arguments["dataset"] or "")


def _give(context: click.Context, made: "Report", problems: "Problems", arguments: dict[str, Any]) -> None:
    """Print and write what was asked for."""
    from labels.reports.written import json_of

    written = _write(made, arguments)
    _say(problems)
    if arguments["as_json"]:
        print_json({**json_of(made), "issues": dict(problems.counts), "written": written})
    elif arguments["csv_place"] != "-":
        _print(made, written, arguments["table"])
    if problems.rejected:
        context.exit(3)


def _write(made: "Report", arguments: dict[str, Any]) -> list[str]:
    from labels.reports.charts import report_charts
    from labels.reports.page import html_of
    from labels.reports.pictures import png, svg

    files: dict[Path, str | bytes] = {}
    if arguments["csv_place"]:
        files |= _tables(made, arguments["csv_place"], arguments["table"])
    drawn = report_charts(made) if any(arguments[name] for name in ("html_file", "svg_folder", "png_folder")) else ()
    pictures = [(chart, svg(chart)) for chart in drawn] if arguments["html_file"] or arguments["svg_folder"] else []
    if arguments["svg_folder"]:
        files |= {arguments["svg_folder"] / f"{chart.name}.svg": picture for chart, picture in pictures}
    if arguments["png_folder"]:
        files |= {arguments["png_folder"] / f"{chart.name}.png": png(chart) for chart in drawn}
    if arguments["html_file"]:
        about = arguments["dataset"] or ", ".join(location.rstrip("/").rpartition("/")[2] for location in arguments["locations"])
        files[arguments["html_file"]] = html_of(made, pictures, about)
    for file, content in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
        except OSError as error:
            raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error
    return [str(file) for file in files]


def _tables(made: "Report", place: str, name: str | None) -> dict[Path, str | bytes]:
    """The CSV files to write; what goes to standard output is written here."""
    from labels.reports.written import csv_of, csv_of_all

    tables = made.tables
    if name:
        tables = tuple(table for table in tables if table.name == name)
        if not tables:
            raise click.BadParameter(f"no table is called {name!r}: {', '.join(table.name for table in made.tables)}", param_hint="--table")
    if place != "-" and (place.endswith(("/", "\\")) or Path(place).is_dir()):
        return {Path(place) / f"{table.name}.csv": csv_of(table) for table in tables}
    content = csv_of(tables[0]) if name else csv_of_all(made)
    if place == "-":
        click.echo(content, nl=False)
        return {}
    return {Path(place): content}


def _say(problems: "Problems") -> None:
    for issue in problems.shown[:_SHOWN]:
        place = f"{issue.source}:{issue.line}" if issue.line else issue.source
        click.echo(f"! {place}: {f'{issue.field}: ' if issue.field else ''}{issue.reason}", err=True)
    if (more := problems.counts.total() - _SHOWN) > 0:
        click.echo(f"! and {more:,} more: " + ", ".join(f"{count:,} {code}" for code, count in problems.counts.most_common()), err=True)


def _print(made: "Report", written: list[str], one: str | None) -> None:
    from labels.model import Kind
    from labels.reports.written import shown, visible

    click.echo(", ".join(f"{name} {shown(value, Kind.NUMBER)}" for name, value in made.totals if value is not None))
    for table in made.tables if not written else ():
        if not table.rows:
            continue
        click.echo(f"\n{table.title} ({table.name})")
        columns, rows = visible(table)
        cells = [[column.heading for column in columns]]
        cells += [[shown(cell, column.kind) for cell, column in zip(row, columns, strict=True)] for row in rows[:_FIRST_ROWS]]
        widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
        words = [column.kind in (Kind.TEXT, Kind.DATE) for column in columns]
        for row in cells:
            padded = (f"{cell:{'<' if is_text else '>'}{width}}" for cell, width, is_text in zip(row, widths, words, strict=True))
            click.echo(f"  {'  '.join(padded)}".rstrip())
        if (more := len(table.rows) - _FIRST_ROWS) > 0:
            click.echo(f"  and {more:,} more rows: --csv or --html writes all")
    for file in written:
        click.echo(f"wrote {file}{_held(made, file, written, one)}")


def _held(made: "Report", file: str, written: list[str], one: str | None) -> str:
    """What a file of CSV holds, in words."""
    if not file.endswith(".csv"):
        return ""
    if table := next((table for table in made.tables if table.name == (one or Path(file).stem) and (one or len(written) > 1)), None):
        return f": the table {table.name}, {len(table.rows):,} rows"
    count = sum(1 for table in made.tables if table.rows)
    return f": {count:,} tables one after another, each after a line `# name`; --table NAME writes one, a folder/ each to a file"
