"""`commissure manifest`: Ground Truth manifest files, asked, made, converted, divided and exported as files."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, records_of

if TYPE_CHECKING:
    from labels.manifests.divide import Division
    from labels.manifests.lines import Entry
    from sources.files import SourceFile
    from sources.model import Issue

_SHOWN = 20
"""Issues printed one by one."""
_PARTS = {2: ("train", "test"), 3: ("train", "validation", "test")}


@click.group()
def manifest() -> None:
    """Ask, make, convert, divide and export Ground Truth manifests. FILE is a path, folder, glob or s3:// URL, also of .gz.

    \b
    Example:  commissure manifest select "select count(*) from s3object s" output.manifest
    """


def _files_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("locations", nargs=-1, required=True, metavar="FILE...")(command)


def _lines_arguments(command: Callable[..., Any]) -> Callable[..., Any]:
    """Files, or in their place the lines of a dataset as they were ingested."""
    files = click.argument("locations", nargs=-1, metavar="[FILE...]")
    dataset = click.option("--dataset", metavar="NAME", help="In place of files: the manifests of this dataset, as they were ingested.")
    return files(dataset(data_option(command)))


def _group_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--by", metavar="ATTRIBUTE|SQL", help="Lines with one value of this stay together (default: lines of one object)."),
        click.option("--stratify", metavar="ATTRIBUTE|SQL", help="Spread the values of this evenly."),
        click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same."),
    ):
        command = option(command)
    return command


@manifest.command()
@click.argument("statement")
@_lines_arguments
@click.pass_context
def select(context: click.Context, statement: str, locations: tuple[str, ...], dataset: str | None) -> None:
    """Answer an S3 Select statement. `select *` prints the lines as they are, anything else one JSON object for each record.

    \b
    Example:  commissure manifest select "select * from s3object s where s.\\"triage-metadata\\".confidence < 0.8" output.manifest
    """
    from labels.manifests.s3select.run import select as run

    with _task(context, "select") as task, _lines(context, task, locations, dataset) as files:
        for piece in run(statement, files, task.issue):
            sys.stdout.buffer.write(piece)
            task.advance(piece.count(b"\n"))


@manifest.command()
@click.argument("location", metavar="DIR|s3://...")
@click.option("--type", "kind", type=click.Choice(["images", "text"]), default="images", show_default=True, help="What to look for.")
@click.option("--prefix", metavar="URL", help="Put before the path of each image, such as s3://bucket/folder/.")
@click.pass_context
def crawl(context: click.Context, location: str, kind: str, prefix: str | None) -> None:
    """Print an input manifest: a line for each .jpg, .jpeg and .png, or for each line of .txt and row of .csv files.

    \b
    Example:  commissure manifest crawl s3://bucket/xray/ > input.manifest
    """
    from labels.manifests.crawl import crawl as run
    from sources.model import Issue

    with _task(context, "crawl") as task:
        for line in run(location, kind, prefix):
            if isinstance(line, Issue):
                task.issue(line)
            else:
                sys.stdout.buffer.write(line)
                task.advance(1)


@manifest.command()
@_files_argument
@click.pass_context
def convert(context: click.Context, locations: tuple[str, ...]) -> None:
    """Print prefix manifests (a JSON array of a prefix and keys) as the lines of an input manifest.

    \b
    Example:  commissure manifest convert prefix.json > augmented.manifest
    """
    from labels.manifests.convert import convert as run

    with _task(context, "convert") as task:
        for file in task.located(locations):
            for line in run(file):
                sys.stdout.buffer.write(line)
                task.advance(1)


@manifest.command()
@_lines_arguments
@_group_options
@click.option("--ratio", metavar="KEEP:LEAVE", help="Print the first share, such as 1 of 1:9.")
@click.option("--lines", "wanted", type=click.IntRange(1), metavar="N", help="Print about N lines: whole groups.")
@json_option
@click.pass_context
def sample(
    context: click.Context,
    locations: tuple[str, ...],
    dataset: str | None,
    by: str | None,
    stratify: str | None,
    seed: int,
    ratio: str | None,
    wanted: int | None,
    as_json: bool,
) -> None:
    """Print a random sample of the lines, whole groups at a time; the counts go to standard error.

    \b
    Example:  commissure manifest sample --by patient --lines 500 --seed 1 output.manifest > sample.manifest
    """
    from labels.manifests.divide import divide, parse_ratio

    if (ratio is None) == (wanted is None):
        raise click.UsageError("say how much to draw: --ratio 1:9 or --lines 500")
    with _task(context, "sample") as task, _lines(context, task, locations, dataset) as files:
        shares: Sequence[float] | int = wanted if wanted is not None else parse_ratio(ratio or "")
        if isinstance(shares, tuple) and len(shares) != 2:
            raise click.UsageError("--ratio of a sample has two shares, such as 1:9")
        division = divide(files, shares, by, stratify, seed, task.issue)
        for part, line in division.lines(files):
            if part == 0:
                sys.stdout.buffer.write(line)
                task.advance(1)
        _print_division(division, ("sample", "left"), seed, as_json, to_stderr=True)


@manifest.command()
@_lines_arguments
@_group_options
@click.option("--ratio", default="8:1:1", show_default=True, metavar="A:B:C", help="Shares of the parts, in lines.")
@click.option("--names", metavar="A,B,C", help="Names of the parts (default: train, validation, test).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=".", metavar="DIR", help="Where NAME.manifest files go.")
@json_option
@click.pass_context
def split(
    context: click.Context,
    locations: tuple[str, ...],
    dataset: str | None,
    by: str | None,
    stratify: str | None,
    seed: int,
    ratio: str,
    names: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Divide the lines into files by ratio: no group straddles two of them. Prints the counts.

    \b
    Example:  commissure manifest split --by patient --stratify 's."triage-metadata"."class-name"' --ratio 8:1:1 --out parts output.manifest
    """
    from contextlib import ExitStack

    from labels.manifests.divide import divide, parse_ratio

    with _task(context, "split") as task, _lines(context, task, locations, dataset) as files:
        shares = parse_ratio(ratio)
        chosen = names.split(",") if names else _PARTS.get(len(shares), [f"part-{number}" for number in range(1, len(shares) + 1)])
        if len({name for name in chosen if name and "/" not in name}) != len(shares):
            raise click.UsageError(f"--ratio {ratio} makes {len(shares)} parts: --names must give as many different names")
        if {str((out / f"{name}.manifest").resolve()) for name in chosen} & {file.uri for file in files}:
            raise click.UsageError("a part would replace a file that is read: choose another --out or --names")
        division = divide(files, shares, by, stratify, seed, task.issue)
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            streams = [stack.enter_context(_written(out / f"{name}.manifest")) for name in chosen]
            for part, line in division.lines(files):
                streams[part].write(line)
                task.advance(1)
        _print_division(division, chosen, seed, as_json)


@manifest.command()
@_lines_arguments
@click.option("--attributes", default="", metavar="A,B", help="Only these attributes (labels bring their metadata); default: all.")
@click.option("--format", "format_name", type=click.Choice(["augmented", "coco", "csv", "parquet"]), default="augmented", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write here instead of to standard output.")
@click.pass_context
def export(
    context: click.Context, locations: tuple[str, ...], dataset: str | None, attributes: str, format_name: str, out: Path | None
) -> None:
    """Write lines as an augmented manifest, COCO boxes, or a table (CSV, Parquet) with a row for each box, span or class.

    \b
    Example:  commissure manifest export --attributes source-ref,labels --format coco --out boxes.json output.manifest
              commissure manifest export --dataset streets > streets.manifest
    """
    from labels.manifests.export import export as run

    if out is None and format_name == "parquet" and sys.stdout.isatty():
        raise click.UsageError("Parquet is not for a terminal: give --out FILE")
    names = [name.strip() for name in attributes.split(",") if name.strip()]
    with _task(context, "export") as task:
        lines = task.counted(_read(context, task, locations, dataset))
        if out is None:
            run(lines, names, format_name, sys.stdout.buffer, task.issue)
        else:
            with _written(out) as stream:
                run(lines, names, format_name, stream, task.issue)


class _Task:
    """What a command shows while it runs: progress and issues."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self.advance = advance
        self.rejects = self.warnings = 0
        self.origins: dict[str, str] = {}
        """Where the lines of files came from that were written for this command."""

    def issue(self, issue: "Issue") -> None:
        """Print an issue on standard error, if there were not too many."""
        from sources.model import Severity

        is_reject = issue.severity is Severity.REJECT
        self.rejects += is_reject
        self.warnings += not is_reject
        if self.rejects + self.warnings <= _SHOWN:
            source = self.origins.get(issue.source, issue.source)
            place = f"{source}:{issue.line}: " if issue.line else f"{source}: " if source else ""
            click.echo(f"{place}{'' if is_reject else 'warning: '}{issue.reason}", err=True)

    def located(self, locations: Sequence[str]) -> "tuple[SourceFile, ...]":
        """The files at the locations. Raises SourceNotFound."""
        from labels.manifests.lines import locate

        files, odd = locate(locations)
        for issue in odd:
            self.issue(issue)
        return files

    def counted(self, lines: Iterator[Any]) -> Iterator[Any]:
        """The same lines, counted."""
        for line in lines:
            self.advance(1)
            yield line


@contextmanager
def _task(context: click.Context, name: str) -> Iterator[_Task]:
    """Progress, issues and errors of a command. Ends with code 3 if lines were rejected."""
    from commissure.cli.console import progress
    from labels.errors import ManifestError, StatementError

    with progress() as shown:
        shown.step(f"{name}: lines")
        task = _Task(shown.advance)
        try:
            yield task
        except (StatementError, ManifestError) as error:
            raise click.UsageError(str(error)) from error
    sys.stdout.flush()
    if task.rejects + task.warnings > _SHOWN:
        click.echo(f"… {task.rejects:,} lines rejected, {task.warnings:,} warnings in all", err=True)
    if task.rejects:
        context.exit(3)


@contextmanager
def _lines(context: click.Context, task: _Task, locations: Sequence[str], dataset: str | None) -> "Iterator[tuple[SourceFile, ...]]":
    """The files at the locations, or those that a dataset's lines are written to meanwhile."""
    _check_lines(locations, dataset)
    if dataset is None:
        yield task.located(locations)
        return
    from labels.manifests.stored import write_manifests

    with TemporaryDirectory() as folder:
        files = write_manifests(dataset, records_of(context), Path(folder))
        task.origins = {file.uri: origin for file, origin in files.items()}
        yield tuple(files)


def _read(context: click.Context, task: _Task, locations: Sequence[str], dataset: str | None) -> "Iterator[Entry | Issue]":
    """The lines of the files at the locations, or of a dataset."""
    from labels.manifests.lines import read_entries
    from labels.manifests.stored import read_manifests

    _check_lines(locations, dataset)
    return read_entries(task.located(locations)) if dataset is None else read_manifests(dataset, records_of(context))


def _check_lines(locations: Sequence[str], dataset: str | None) -> None:
    if bool(locations) == (dataset is not None):
        raise click.UsageError("name files, or a dataset with --dataset")


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when it is whole."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            yield stream
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _print_division(division: "Division", names: Sequence[str], seed: int, as_json: bool, to_stderr: bool = False) -> None:
    parts = {
        name: {"lines": part.lines, "groups": part.groups, "strata": dict(sorted(part.strata.items()))}
        for name, part in zip(names, division.parts, strict=False)
    }
    if as_json:
        import orjson

        counted = {"seed": seed, "ungrouped": division.ungrouped, "parts": parts}
        click.echo(orjson.dumps(counted, option=orjson.OPT_INDENT_2).decode(), err=to_stderr)
        return
    total = sum(part.lines for part in division.parts)
    for name, part in zip(names, division.parts, strict=False):
        strata = ", ".join(f"{stratum} {count:,}" for stratum, count in sorted(part.strata.items()))
        share = part.lines / total if total else 0
        counts = f"{name}: {part.lines:,} lines ({share:.1%}) of {part.groups:,} groups"
        click.echo(counts + (f": {strata}" if strata else ""), err=to_stderr)
    if division.ungrouped:
        click.echo(f"! {division.ungrouped:,} lines have no group: each was taken as its own", err=True)
