"""`commissure compact`: writes the index whole, so that nothing that was taken out of it is left on the disk."""

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, store_option


@click.command()
@store_option
@json_option
@data_option
@click.pass_context
def compact(context: click.Context, as_json: bool) -> None:
    """Write the index whole, so that text that was changed or deleted is gone from its files.

    It happens by itself now and then, and whenever a dataset is dropped; readers are not held up by it.

    \b
    Example:  commissure compact
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.pipeline import compact as write_whole
    from search.errors import NothingPublished

    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    if not workspace.current():
        raise NothingPublished(f"{workspace.folder}: nothing has been ingested yet, so there is nothing to compact")
    with progress() as shown:
        generation = write_whole(workspace, workplace.tools(settings), settings["workers"], shown)
    if as_json:
        print_json({"generation": generation})
        return
    click.echo(f"published as generation {generation} of the data: its index holds nothing that was taken out")
