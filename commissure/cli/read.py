"""`commissure read`: what a text says, and how spans of texts are meant."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, printable, settings_of

if TYPE_CHECKING:
    from search.reading.texts import ReadText

_WIDEST = 48
"""Characters of a column that is printed for people."""


@click.command()
@click.argument("file", required=False)
@click.option(
    "--spans", metavar="JSONL", help="Judge the spans of these lines, {id, text, start, end}; '-' is standard input. Needs no data."
)
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Read with the names of this dataset, not of all. Repeatable.")
@json_option
@data_option
@click.pass_context
def read(context: click.Context, file: str | None, spans: str | None, datasets: tuple[str, ...], as_json: bool) -> None:
    """Say what a text mentions and how it means it ('-' is standard input).

    It is read with the names and terminologies that the published documents were read with. Offsets count characters of the text.
    With --spans each line becomes {id, assertion, trigger}; lines that are no span are told by their number, with exit code 3.

    \b
    Example:  commissure read note.txt --json
    """
    if (file is None) == (spans is None):
        raise click.UsageError("give a file ('-' is standard input), or --spans with one")
    if spans is not None:
        _judge(context, spans)
        return
    from commissure import assemble, workplace

    text = _text(str(file))
    settings = settings_of(context)
    assemble.take_over(settings)
    found = assemble.DataLibrary(workplace.workspace(settings), None, settings).current().texts.read(text, datasets)
    if as_json:
        from webapp.answers.texts import READ_TEXT

        click.echo(json.dumps({"mentions": [READ_TEXT(each) for each in found]}, indent=2, ensure_ascii=False))
    else:
        for line in table(found):
            click.echo(line)


def table(found: Iterable["ReadText"]) -> Iterator[str]:
    """Mentions for people: place, words, assertion with its trigger, concept, value."""
    rows = []
    for each in found:
        trigger = f"{each.assertion}, by “{each.trigger}”" if each.trigger else each.assertion
        code = f"{each.label} ({each.system.rstrip('/').rpartition('/')[2]} {each.code})" if each.code else each.label
        more = f" and {len(each.alternatives)} more" if each.alternatives else ""
        value = f" = {each.value} {each.unit}".rstrip() if each.value else ""
        rows.append([f"{each.start}–{each.end}", each.text, trigger, code + more + value])
    if not rows:
        yield "nothing that the vocabularies name"
        return
    cells = [[printable(cell)[:_WIDEST] for cell in row[:-1]] + [printable(row[-1])] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True))


def _judge(context: click.Context, name: str) -> None:
    from commissure.errors import EXIT_CODES
    from concepts.spans import BadSpan, judge_lines

    refused = False
    with _opened(name) as stream:
        for each in judge_lines(stream):
            if isinstance(each, BadSpan):
                refused = True
                click.echo(f"{name}, line {each.line}: {each.why}", err=True)
            else:
                line = json.dumps({"id": each.id, "assertion": each.assertion, "trigger": each.trigger})
                sys.stdout.write(line + "\n")
    sys.stdout.flush()
    if refused:
        context.exit(EXIT_CODES["rejects"][0])


def _text(name: str) -> str:
    from sources.errors import UnsupportedSource

    with _opened(name) as stream:
        content = stream.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnsupportedSource(f"{name}: not UTF-8 (byte {error.start + 1}); convert it first, for example with iconv") from None


def _opened(name: str) -> IO[bytes]:
    from sources.errors import SourceNotFound

    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"it cannot be read ({error.strerror})"
        raise SourceNotFound(f"{name}: {reason}") from error
