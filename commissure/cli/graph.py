"""`commissure graph`: check the graph store, move to another, export."""

from pathlib import Path
from typing import Any

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, staging_options, store_option


@click.group()
def graph() -> None:
    """Check the graph store, move to another, export.

    \b
    Example:  commissure graph check --store sparql+http://127.0.0.1:3030/ds
    """


@graph.command()
@store_option
@json_option
@data_option
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Say whether the graph store can be reached and holds what is published.

    \b
    Example:  commissure graph check
    """
    from dataclasses import asdict

    from commissure import workplace
    from commissure.checks import check_store

    settings = settings_of(context)
    findings = check_store(workplace.workspace(settings), workplace.tools(settings))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.text}")
    if not all(finding.ok for finding in findings):
        context.exit(1)


@graph.command()
@click.option("--to", "store", required=True, metavar="ADDRESS", help="Where to: embedded, gremlin+ws://…, sparql+http://…, neptune://…")
@click.option("--dataset", metavar="NAME", help="Refuse if the data folder holds any other dataset: one store answers for all.")
@staging_options
@json_option
@data_option
@click.pass_context
def move(context: click.Context, store: str, dataset: str | None, as_json: bool) -> None:
    """Load the graph into another store, compare, then let that one answer. Interrupted, the old store goes on answering.

    \b
    Example:  commissure graph move --dataset demo --to gremlin+ws://127.0.0.1:8182/gremlin
    """
    from dataclasses import asdict

    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.moving import move as run

    settings = settings_of(context, store=store)
    with progress() as shown:
        moved = run(dataset, workplace.workspace(settings), workplace.tools(settings), shown)
    if as_json:
        print_json(asdict(moved))
    else:
        click.echo(f"{moved.address or 'the embedded store'} answers now: {moved.quads:,} statements in {moved.graphs:,} records")


@graph.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--dataset", required=True, metavar="NAME", help="The dataset to export.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["nquads", "trig", "turtle", "graphml", "neptune-csv"]),
    default="nquads",
    show_default=True,
)
@json_option
@data_option
@click.pass_context
def export(context: click.Context, out: Path, dataset: str, format_name: str, as_json: bool) -> None:
    """Write a dataset's graph to a file (gzipped when its name ends in .gz), or for neptune-csv to a folder.

    GraphML and Neptune's CSV carry the types of values; N-Quads and TriG hold everything.

    \b
    Example:  commissure graph export --dataset demo --format trig demo.trig.gz
    """
    from commissure import workplace
    from ingest.exporting import export as run

    settings: dict[str, Any] = settings_of(context)
    graphs = run(dataset, out, format_name, workplace.workspace(settings), workplace.tools({**settings, "store": "embedded"}))
    if as_json:
        print_json({"dataset": dataset, "format": format_name, "file": str(out), "graphs": graphs})
    else:
        click.echo(f"{out}: {graphs:,} named graphs")
