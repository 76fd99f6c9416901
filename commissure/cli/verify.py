"""`commissure verify`: looks for damage in the data folder, and mends it."""

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, store_option


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be, from ledger, parts and sources.")
@store_option
@json_option
@data_option
@click.pass_context
def verify(context: click.Context, repair: bool, as_json: bool) -> None:
    """Look for damaged files in the data folder, all of it; with --repair make anew what can be.

    Ends with exit code 1 where something is damaged and was not mended.

    \b
    Example:  commissure verify --repair
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.checking import damage
    from ingest.pipeline import repair as mend
    from ingest.sums import Damage
    from search.errors import NothingPublished

    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    if not workspace.ledger_path.exists():
        raise NothingPublished(f"{workspace.folder}: nothing has been ingested yet, so there is nothing to verify")
    tools = workplace.tools(settings)
    mended: list[Damage] = []
    if repair:
        with progress() as shown:
            mended = mend(workspace, tools, settings["workers"], shown).damage
    with workspace.reading() as ledger:
        found = list(damage(ledger, workspace, tools)) if ledger else []
    if as_json:
        named = [{"path": str(one.path), "reason": one.reason, "remedy": one.remedy} for one in found]
        print_json({"data": str(workspace.folder), "sound": not found, "mended": len(mended), "damage": named})
    else:
        for one in found:
            click.echo(f"! {one}")
        if damaged := sum(not one.outdated for one in mended):
            click.echo(f"{damaged:,} damaged files were found and mended as far as could be")
        if damaged < len(mended):
            click.echo("the index was made by an earlier version and is brought up to date")
        if damaged := sum(not one.outdated for one in found):
            click.echo(f"{damaged:,} files are damaged" + ("" if repair else ": `commissure verify --repair` mends them"))
        elif found:
            click.echo("nothing is damaged: `commissure verify --repair` brings up to date what an earlier version made")
        else:
            click.echo(f"data folder {workspace.folder}: everything is as it was written")
    if found:
        context.exit(1)
