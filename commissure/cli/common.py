"""What the commands share: settings from flags, options, JSON output."""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cohorts.protection import Protection, Told
    from labels.records import Records


def settings_of(context: click.Context, **flags: Any) -> dict[str, Any]:
    """Every setting, with what the command line gave."""
    from commissure.settings import load

    given = {**context.obj["flags"], **{name: value for name, value in flags.items() if value is not None}}
    return load(given, file=context.obj["config"])


def records_of(context: click.Context) -> "Records":
    """What was ingested into the data folder that the settings name."""
    from commissure import workplace

    return workplace.records(settings_of(context))


def protection_of(context: click.Context) -> "Protection":
    """How numbers of patients are protected."""
    from commissure import assemble

    return assemble.protection_of(settings_of(context))


def refuse_lists(context: click.Context) -> None:
    """Raises ListsProtected where numbers of patients are protected: who they are does not leave then."""
    from cohorts.errors import ListsProtected

    if protection_of(context).on:
        raise ListsProtected


def number(told: "Told") -> str:
    """12345 as '12,345'; what is told in words as it is."""
    return f"{told:,}" if isinstance(told, int) else told


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Accept --data after the command's name too."""

    def remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.obj["flags"]["data"] = value

    return click.option("--data", metavar="DIR", expose_value=False, callback=remember, help="Data folder.")(command)


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Accept --store, as a setting."""

    def remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.obj["flags"]["store"] = value

    text = "Graph store: embedded, gremlin+ws://…, sparql+http://…, neptune://… (default: the one the data folder was published with)."
    return click.option("--store", metavar="ADDRESS", expose_value=False, callback=remember, help=text)(command)


def staging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Accept --staging and --loader-role, as settings."""

    def remember(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.obj["flags"][parameter.name] = value

    for name, metavar, text in (
        ("--loader-role", "ARN", "Role with which Neptune reads what is staged."),
        ("--staging", "S3_URL", "Where files for Neptune's bulk loader are staged."),
    ):
        command = click.option(name, metavar=metavar, expose_value=False, callback=remember, help=text)(command)
    return command


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Accept --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


@contextmanager
def writing(path: Path | None) -> Iterator[IO[bytes]]:
    """A file that is there when it is whole, gzipped when its name ends in .gz; None is standard output."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            if path.suffix == ".gz":
                with gzip.GzipFile(path.stem, "wb", fileobj=stream, mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield stream
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def print_json(value: object) -> None:
    """Print a value as JSON on standard output."""
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def printable(text: str) -> str:
    """A text as one line that does nothing to a terminal: no breaks, control characters, or changes of direction."""
    return "".join(each if each.isprintable() else "·" for each in " ".join(text.split()))
