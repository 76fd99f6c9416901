"""`commissure cohort`: who belongs to a cohort, by its definition."""

import csv
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, number, print_json, printable, protection_of, refuse_lists, settings_of

if TYPE_CHECKING:
    from cohorts.definition import Definition
    from cohorts.protection import Protection
    from cohorts.results import Counted
    from cohorts.study import Cohorts, Member

_LISTED = "`commissure saved list` lists what is saved"
_FORMATS = ("csv", "parquet", "group", "omop", "omop-parquet")
_COLUMNS = ("patient", "label", "index", "end", "age", "sex", "dataset")


@click.group()
def cohort() -> None:
    """Count and list patients by a definition, in a file or saved under a name: docs/cohorts.md says how one is written.

    \b
    Example:  commissure cohort count stroke.json
    """


def _definition_options(command: Any) -> Any:
    command = click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Only of this dataset; may be repeated.")(command)
    return click.argument("definition", metavar="DEFINITION.json|-|NAME")(command)


@cohort.command()
@_definition_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print the rules and who is left after each as CSV.")
@data_option
@click.pass_context
def count(context: click.Context, definition: str, datasets: tuple[str, ...], as_json: bool, as_csv: bool) -> None:
    """Count who is in a cohort, and who is left after each of its rules: patients, and index events of theirs.

    \b
    Example:  commissure cohort count stroke.json
    """
    asked, cohorts = asked_of(context, definition, datasets)
    counted = cohorts.count(asked)
    _keep(context, definition, asked, counted, cohorts)
    summary = _summary(counted, cohorts, protection_of(context))
    if as_json:
        print_json(summary)
    elif as_csv:
        print_rows(("rule", "patients", "events"), (tuple(step.values()) for step in summary["attrition"]))
    else:
        _print_counts(summary, asked)


@cohort.command()
@_definition_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a row an index event as CSV.")
@data_option
@click.pass_context
def run(context: click.Context, definition: str, datasets: tuple[str, ...], as_json: bool, as_csv: bool) -> None:
    """List the patients of a cohort with the days on which they enter it.

    \b
    Example:  commissure cohort run stroke.json --csv > stroke.csv
    """
    refuse_lists(context)
    asked, cohorts = asked_of(context, definition, datasets)
    counted = cohorts.count(asked)
    _keep(context, definition, asked, counted, cohorts)
    members, summary = cohorts.members(counted), _summary(counted, cohorts, protection_of(context))
    if as_json:
        print_json({**summary, "patients": [asdict(member) for member in members]})
    elif as_csv:
        print_rows(_COLUMNS, (tuple(asdict(member).values()) for member in members))
    else:
        _print_counts(summary, asked)
        for line in _listed(members):
            click.echo(line)


@cohort.command()
@_definition_options
@click.option("--parquet", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Write the two tables that it reads here first.")
@data_option
@click.pass_context
def sql(context: click.Context, definition: str, datasets: tuple[str, ...], folder: Path | None) -> None:
    """Print a cohort as one statement of DuckDB over `events.parquet` and `patients.parquet`.

    \b
    Example:  commissure cohort sql stroke.json --parquet tables > stroke.sql
    """
    from cohorts.duck import parquet_in, write_parquet
    from cohorts.statement import statement

    asked, cohorts = asked_of(context, definition, datasets)
    if folder is not None:
        refuse_lists(context)
        write_parquet(cohorts.exported(asked.subjects), folder)
    click.echo(statement(asked, cohorts.resolved(asked), parquet_in(folder or Path())))


@cohort.command("export")
@_definition_options
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A folder; of a group, a file.")
@click.option("--force", is_flag=True, help="Write anew what an export of this format wrote there.")
@data_option
@click.pass_context
def export_(context: click.Context, definition: str, datasets: tuple[str, ...], format_name: str, out: Path, force: bool) -> None:
    """Write the patients of a cohort and their facts as tables, as a FHIR Group, or as tables of OMOP.

    \b
    Example:  commissure cohort export stroke.json --format parquet --out stroke
    """
    from cohorts.exporting import Export, export

    refuse_lists(context)
    value, read = value_given(context, definition)
    if datasets and isinstance(value, dict):
        value = {**value, "datasets": list(datasets)}
    asked, cohorts = read(value), cohorts_of(context)
    counted = cohorts.count(asked)
    _keep(context, definition, asked, counted, cohorts)
    for notice in (*counted.notices, *export(Export(cohorts, asked, value, counted), format_name, out, force)):
        click.echo(f"note: {printable(notice)}", err=True)
    click.echo(f"{out}: {counted.patients:,} patients, {counted.events:,} {'episodes' if asked.exit else 'index events'}")


@cohort.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="CIRCE.json|-")
def import_(file: Path) -> None:
    """Print an OHDSI cohort definition (a Circe expression, as Atlas exports it) as one of ours.

    What would change who is in the cohort and cannot be carried over is refused by name; all else that is left out is named too.

    \b
    Example:  commissure cohort import atlas.json > stroke.json
    """
    from cohorts.circe import import_circe

    imported = import_circe(_bytes(file))
    print_json(imported.definition)
    for notice in imported.notices:
        click.echo(f"note: {printable(notice)}", err=True)


def asked_of(context: click.Context, given: str, datasets: tuple[str, ...]) -> "tuple[Definition, Cohorts]":
    """The definition of a file or a name, and the cohorts of the published generation.

    Raises InvalidDefinition, SourceNotFound, SavedMissing.
    """
    definition = definition_given(context, given)
    return (replace(definition, datasets=datasets) if datasets else definition), cohorts_of(context)


def cohorts_of(context: click.Context) -> "Cohorts":
    """The cohorts of the published generation."""
    from commissure import assemble, workplace

    settings = settings_of(context)
    assemble.take_over(settings)
    return assemble.DataLibrary(workplace.workspace(settings), workplace.embedder(settings), settings).current().cohorts


def definition_given(context: click.Context, given: str) -> "Definition":
    """The definition that stands in a file or on standard input ('-'), or is saved under a name; it may name what is saved.

    Raises InvalidDefinition, SourceNotFound, SavedMissing.
    """
    from cohorts.reading import read_definition
    from cohorts.saved.errors import SavedMissing
    from cohorts.saved.naming import named_cohort, names
    from commissure import workplace

    folder = workplace.workspace(settings_of(context)).folder
    if not is_name(given):
        return read_definition(_bytes(Path(given)), names(folder))
    try:
        return named_cohort(folder, given)
    except SavedMissing as error:
        raise SavedMissing(f"there is no file {given[:100]!r}, and no cohort is saved under this name: {_LISTED}") from error


def value_given(context: click.Context, given: str) -> "tuple[Any, Callable[[Any], Definition]]":
    """The definition of a file, of standard input, or saved under a name, as JSON; and what reads it, with all that is saved.

    Raises InvalidDefinition, SourceNotFound, SavedMissing.
    """
    from cohorts.reading import definition_of, json_of
    from cohorts.saved.errors import SavedMissing
    from cohorts.saved.model import WHOEVER_SITS_HERE
    from cohorts.saved.naming import names
    from commissure import workplace

    settings = settings_of(context)
    named = names(workplace.workspace(settings).folder)
    if is_name(given):
        things = workplace.saved_things(settings)
        try:
            value = things.content(WHOEVER_SITS_HERE, things.find(WHOEVER_SITS_HERE, given, "cohort"))
        except SavedMissing as error:
            raise SavedMissing(f"there is no file {given[:100]!r}, and no cohort is saved under this name: {_LISTED}") from error
    else:
        value = json_of(_bytes(Path(given)))
    return value, lambda one: definition_of(one, named)


def is_name(given: str) -> bool:
    """Whether what a command was given is a name of something saved, rather than a file: no such file is there, and it looks like none."""
    return given != "-" and "/" not in given and not given.endswith(".json") and not Path(given).exists()


def _keep(context: click.Context, given: str, asked: "Definition", counted: "Counted", cohorts: "Cohorts") -> None:
    """Keep what a saved cohort counted, where the data folder can be written."""
    from cohorts.saved.counting import keep_count
    from cohorts.saved.errors import SavedUnusable
    from cohorts.saved.model import WHOEVER_SITS_HERE
    from commissure import workplace

    if not is_name(given):
        return
    things = workplace.saved_things(settings_of(context))
    try:
        keep_count(things, WHOEVER_SITS_HERE, things.find(WHOEVER_SITS_HERE, given, "cohort"), asked, counted, cohorts)
    except SavedUnusable as error:
        click.echo(f"note: the count is not kept: {printable(str(error))}", err=True)


def _bytes(path: Path) -> bytes:
    from sources.errors import SourceNotFound

    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceNotFound(f"{path}: the definition cannot be read: {error.strerror}") from error


def _summary(counted: "Counted", cohorts: "Cohorts", protection: "Protection") -> dict[str, Any]:
    """What a count tells, as REST does."""
    from webapp.answers.cohorts import count_answer
    from webapp.answers.protecting import attrition

    summary: dict[str, Any] = attrition(count_answer(counted, cohorts), protection)
    return summary


def _print_counts(summary: "dict[str, Any]", asked: "Definition") -> None:
    click.echo(
        f"{number(summary['count'])} {summary['subjects']}, {number(summary['events'])} {'episodes' if asked.exit else 'index events'}\n"
    )
    click.echo(f"{'left after':50}{summary['subjects']:>12}{'events':>12}")
    for step in summary["attrition"]:
        click.echo(f"{printable(step['rule'])[:48]:50}{number(step['patients']):>12}{number(step['events']):>12}")
    for notice in summary["notices"]:
        click.echo(f"note: {printable(notice)}", err=True)


def _listed(members: "Iterator[Member]") -> Iterator[str]:
    yield ""
    for each in members:
        who = ", ".join(part for part in (each.sex, f"{each.age} years" if each.age is not None else "") if part)
        yield f"{each.index or 'no date':12}{printable(each.label)[:40]:42}{who:20}{each.patient}"


def print_rows(columns: tuple[str, ...], rows: Any) -> None:
    """Print CSV."""
    from search.formulas import cell

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if value is None else cell(value) for value in row])
    click.echo(text.getvalue(), nl=False)
