"""`commissure view`: SQL on FHIR."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, print_json, printable, refuse_lists, settings_of

if TYPE_CHECKING:
    from cohorts.views.definition import ViewDefinition

_FORMATS = ("csv", "ndjson", "parquet")


@click.group()
def view() -> None:
    """Tables out of FHIR records, as ViewDefinitions of SQL on FHIR describe them.

    \b
    Example:  commissure view run conditions.json --dataset demo --out conditions.csv
    """


@view.command("run")
@click.argument("definition", type=click.Path(path_type=Path))
@click.option("--dataset", metavar="NAME", help="Only records of this dataset. Default: of all.")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write here (gzipped when it ends in .gz) instead of to standard output.")
@click.option("--cohort", metavar="DEFINITION.json|NAME", help="Only records of the patients of this cohort.")
@data_option
@click.pass_context
def view_run(context: click.Context, definition: Path, dataset: str | None, format_name: str, out: Path | None, cohort: str | None) -> None:
    """Write the table that a ViewDefinition describes.

    \b
    Example:  commissure view run conditions.json --dataset demo --format parquet --out conditions.parquet
    """
    from cohorts.views.belonging import of_nobody
    from cohorts.views.compile import compile_view
    from cohorts.views.output import write
    from cohorts.views.run import run
    from commissure import viewing, workplace
    from commissure.cli.common import writing

    refuse_lists(context)
    compiled = compile_view(_definition(definition), of_patients=cohort is not None)
    for notice in compiled.notices:
        click.echo(f"! {printable(notice)}", err=True)
    workspace = workplace.workspace(settings_of(context))
    if cohort is None:
        batches = run(compiled, viewing.records(workspace, compiled.resource, dataset))
    else:
        patients = _patients(context, cohort)
        if left_out := of_nobody(compiled.resource, viewing.records(workspace, compiled.resource, dataset)):
            click.echo(f"! {left_out:,} records of {compiled.resource} name no patient by id: they are left out", err=True)
        batches = viewing.rows_of_patients(workspace, compiled, patients, dataset)
    with writing(out) as file:
        rows = write(compiled, batches, format_name, file)
    if out:
        click.echo(f"{out}: {rows:,} rows")


@view.command("test")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def view_test(context: click.Context, folder: Path, as_json: bool) -> None:
    """Run a folder of tests as SQL on FHIR's official suite has them; exit code 1 unless all pass.

    \b
    Example:  commissure view test sql-on-fhir/tests
    """
    from dataclasses import asdict

    from cohorts.views.suite import run_suite

    tested = list(run_suite(folder))
    failed = [one for one in tested if one.fault]
    if as_json:
        print_json({"passed": len(tested) - len(failed), "failed": [asdict(one) for one in failed]})
    else:
        for one in failed:
            click.echo(f"failed: {printable(one.file)}: {printable(one.title)}: {printable(one.fault)}")
        click.echo(f"{len(tested) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


def _patients(context: click.Context, cohort: str) -> "dict[str, set[str]]":
    """The ids of a cohort's patients, by dataset. Raises InvalidDefinition, SourceNotFound, SavedMissing."""
    from cohorts.patient_ids import patient_ids
    from commissure.cli.cohort import asked_of

    asked, cohorts = asked_of(context, cohort, ())
    return patient_ids(cohorts, cohorts.count(asked))


def _definition(path: Path) -> "ViewDefinition":
    """Raises InvalidView, SourceNotFound."""
    import orjson

    from cohorts.views.definition import read_definition
    from cohorts.views.errors import InvalidView
    from sources.errors import SourceNotFound

    try:
        return read_definition(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise SourceNotFound(f"{path}: cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise InvalidView("", f"{path} is not JSON: {error.msg} in line {error.lineno}") from None
