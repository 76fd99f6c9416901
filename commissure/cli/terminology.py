"""`commissure terminology`: what codes mean beyond the names that records give them."""

from typing import TYPE_CHECKING, Final

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, store_option

if TYPE_CHECKING:
    from concepts.compiled import About
    from ingest.learning import Learned

_TOLD: Final = 10
"""Rejected rows that are printed one by one."""


@click.group()
def terminology() -> None:
    """Add, list and drop terminologies: texts are read with them, and filters by a concept find what is narrower.

    \b
    Example:  commissure terminology list
    """


@terminology.command("add")
@click.argument("source", metavar="PATH|icd10cm|hpo|drugs")
@click.option("--format", "format_name", default="", metavar="FORMAT", help="How the files are laid out (default: as is recognised).")
@click.option("--name", default="", metavar="NAME", help="What to call it (default: as the file, the folder or the extra is called).")
@click.option("--workers", type=click.IntRange(0), metavar="N", help="Worker processes that read again; 0 is one a core.")
@store_option
@json_option
@data_option
@click.pass_context
def terminology_add(context: click.Context, source: str, format_name: str, name: str, workers: int | None, as_json: bool) -> None:
    """Add a terminology, in place of one of its name, and read again what is held. Nothing of it leaves the data folder.

    \b
    Example:  commissure terminology add vocabularies/ --name snomed
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.learning import add
    from ingest.terminologies.shelf import source_of

    settings = settings_of(context, workers=workers)
    found = source_of(source, format_name, name)
    with progress() as shown:
        learned = add(found, workplace.workspace(settings), workplace.tools(settings), settings["workers"], shown)
    if as_json:
        _print_json(learned)
    else:
        click.echo(_line(learned.about))
        about = learned.about
        told = (
            (about.circles, "links that lead back to where they begin were left out"),
            (about.dangling, "links to concepts that are not in it were left out"),
            (about.unfit, "names are too long to be looked for, or hold no word"),
        )
        for count, what in told:
            if count:
                click.echo(f"  {count:,} {what}")
        _print_rejects(learned)
        _print_read(learned)
    if learned.about.rejected:
        context.exit(3)


@terminology.command("list")
@json_option
@data_option
@click.pass_context
def terminology_list(context: click.Context, as_json: bool) -> None:
    """List the terminologies: concepts, names, links, mappings, version, size, and what their licences ask.

    \b
    Example:  commissure terminology list --json
    """
    from dataclasses import asdict

    from commissure import workplace

    held = workplace.workspace(settings_of(context)).terminologies.held()
    if as_json:
        print_json([asdict(about) for about in held])
        return
    for about in held:
        click.echo(_line(about))
        click.echo(f"  {about.bytes / 1e6:,.1f} MB, added {about.added[:10]} (edition {about.edition}); licence: {about.licence}")
        if about.outdated:
            click.echo(
                "  compiled by an earlier version, so that some names are missed: the next ingest, or terminology added, compiles it anew"
            )
    if not held:
        click.echo(
            "no terminologies yet: texts are read with the names that records give their codes; `commissure terminology add` adds one"
        )


@terminology.command("drop")
@click.argument("name")
@click.option("--workers", type=click.IntRange(0), metavar="N", help="Worker processes that read again; 0 is one a core.")
@store_option
@json_option
@data_option
@click.pass_context
def terminology_drop(context: click.Context, name: str, workers: int | None, as_json: bool) -> None:
    """Remove a terminology and read again what is held without it.

    \b
    Example:  commissure terminology drop snomed
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.learning import drop

    settings = settings_of(context, workers=workers)
    with progress() as shown:
        learned = drop(name, workplace.workspace(settings), workplace.tools(settings), settings["workers"], shown)
    if as_json:
        _print_json(learned)
    else:
        click.echo(f"{name}: removed, with {learned.about.concepts:,} concepts")
        _print_read(learned)


def _line(about: "About") -> str:
    release = f", {about.version}" if about.version else ""
    return (
        f"{about.name} ({about.format}{release}): {about.concepts:,} concepts, {about.names:,} names, {about.links:,} links,"
        f" {about.mappings:,} mappings"
    )


def _print_read(learned: "Learned") -> None:
    read = learned.read
    if read.generation:
        click.echo(
            f"published as generation {read.generation} of the data: {read.texts:,} distinct texts of {read.datasets:,} datasets read again"
        )
    else:
        click.echo("nothing had to be read again")


def _print_rejects(learned: "Learned") -> None:
    for reject in learned.rejects[:_TOLD]:
        click.echo(f"! {reject.file}, line {reject.line}: {reject.why}")
    if learned.about.rejected:
        click.echo(f"rejects: {learned.about.rejected:,} rows")


def _print_json(learned: "Learned") -> None:
    from dataclasses import asdict

    print_json({**asdict(learned), "rejects": [each._asdict() for each in learned.rejects]})
