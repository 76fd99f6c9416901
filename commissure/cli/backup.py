"""`commissure backup` and `restore`: a whole data folder in one file, and back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of

if TYPE_CHECKING:
    from ingest.archive import Contents


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace the file where it is there.")
@json_option
@data_option
@click.pass_context
def backup(context: click.Context, file: Path, force: bool, as_json: bool) -> None:
    """Back up the data folder to FILE, or to standard output (-): records, index, graph, terminologies, accounts, audit, settings.

    Servers go on answering; who writes waits while what is published is taken hold of. The file holds patients' data and is readable
    by its owner alone.

    \b
    Example:  commissure backup study.tar.gz
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.backup import back_up, write_backup
    from search.errors import NothingPublished

    workspace = workplace.workspace(settings_of(context))
    if not workspace.ledger_path.exists():
        raise NothingPublished(f"{workspace.folder}: nothing has been ingested yet, so there is nothing to back up")
    with progress() as shown:
        if str(file) == "-":
            write_backup(workspace, sys.stdout.buffer, shown)
            return
        contents = back_up(workspace, file, shown, replace=force)
    if as_json:
        print_json(_told(contents) | {"file": str(file)})
        return
    click.echo(f"{_said(contents)} of {workspace.folder} are in {file} ({file.stat().st_size:,} bytes)")
    if contents.head.store:
        click.echo(
            f"! the graph lies at {contents.head.store}, and not in the backup: back it up there, or let `commissure graph` fill it anew"
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace all that the data folder holds.")
@click.option("--check", is_flag=True, help="Only look whether the backup is whole; nothing is changed.")
@json_option
@data_option
@click.pass_context
def restore(context: click.Context, file: Path, force: bool, check: bool, as_json: bool) -> None:
    """Make the data folder what it was when the backup in FILE, or on standard input (-), was made.

    The backup is unpacked and checked before anything is replaced. Stop servers and workers of the data folder before.

    \b
    Example:  commissure restore study.tar.gz --data /srv/study
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.archive import read_archive
    from ingest.restoring import restore as put_back

    workspace = workplace.workspace(settings_of(context))
    name = "standard input" if str(file) == "-" else str(file)
    with _opened(file) as stream, progress() as shown:
        if check:
            shown.step("reading the backup")
            contents = read_archive(stream, name, None, shown.advance)
        else:
            contents = put_back(stream, name, workspace.folder, shown, replace=force)
    if as_json:
        print_json(_told(contents) | {"file": name, "data": None if check else str(workspace.folder)})
        return
    what = f"{_said(contents)}, made on {contents.head.made} by Commissure {contents.head.made_by}"
    click.echo(f"{name} is whole: {what}" if check else f"{workspace.folder} is what it was: {what}")
    if contents.head.store and not check:
        click.echo(f"! the graph lies at {contents.head.store}: `commissure verify --repair` brings it to what is published here")


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    from sources.errors import SourceNotFound

    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise SourceNotFound(f"{file}: cannot be read: {error.strerror}") from error
    with stream:
        yield stream


def _told(contents: "Contents") -> dict[str, object]:
    head = contents.head
    return {
        "generation": head.generation,
        "files": contents.files,
        "bytes": contents.bytes,
        "made": head.made,
        "made_by": head.made_by,
        "store": head.store or None,
    }


def _said(contents: "Contents") -> str:
    return f"generation {contents.head.generation}, {contents.files:,} files ({contents.bytes:,} bytes)"
