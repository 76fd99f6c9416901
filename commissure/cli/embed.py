"""`commissure embed`: gives passages that have no vector one."""

from dataclasses import asdict

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, store_option


@click.command()
@store_option
@json_option
@data_option
@click.pass_context
def embed(context: click.Context, as_json: bool) -> None:
    """Give passages that have no vector one: what `ingest --no-embed` left, or an ingest that was cut off.

    Those of the newest documents come first; they are published in slices, beside a running server.

    \b
    Example:  commissure embed
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.meaning import give_meaning
    from search.errors import NothingPublished

    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    if not workspace.current():
        raise NothingPublished(f"{workspace.folder}: nothing has been ingested yet, so there is nothing to embed")
    with progress() as shown:
        given = give_meaning(workspace, workplace.tools(settings), shown)
    if as_json:
        print_json(asdict(given))
        return
    click.echo(f"published as generation {given.generation} of the data: {given.embedded:,} distinct texts were read by the model")
    if given.missing:
        click.echo(f"! another process is giving the other {given.missing:,} theirs")
