"""`commissure datasets` and `commissure status`: what is there."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from commissure.cli.common import data_option, json_option, print_json, refuse_lists, settings_of, store_option


@click.group(invoke_without_command=True)
@json_option
@data_option
@click.pass_context
def datasets(context: click.Context, as_json: bool) -> None:
    """List the datasets; `datasets drop NAME` removes one.

    \b
    Example:  commissure datasets
    """
    if context.invoked_subcommand:
        return
    from dataclasses import asdict

    from commissure import assemble, workplace

    found = assemble.DataLibrary(workplace.workspace(settings_of(context)), None).datasets()
    if as_json:
        print_json([asdict(dataset) for dataset in found])
        return
    for dataset in found:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(dataset.kinds.items(), key=lambda item: -item[1])[:6])
        click.echo(f"{dataset.dataset}: {dataset.records:,} records ({kinds}), {dataset.unresolved_references:,} unresolved references")
    if not found:
        click.echo("no datasets yet: `commissure demo` loads the sample")


@datasets.command("drop")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
@json_option
@data_option
@click.pass_context
def datasets_drop(context: click.Context, name: str, yes: bool, as_json: bool) -> None:
    """Remove a dataset everywhere: graph, search, ledger, parts.

    \b
    Example:  commissure datasets drop demo --yes
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.deidentifying import drop_copy
    from ingest.pipeline import drop

    if not yes and sys.stdin.isatty():
        click.confirm(f"Remove the dataset {name!r} and everything it holds?", abort=True)
    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    with progress() as shown:
        held = drop(name, workspace, workplace.tools(settings), shown)
        drop_copy(name, workspace, workplace.copying(settings), shown)
    if as_json:
        print_json({"dataset": name, "removed": held})
    else:
        click.echo(f"{name}: {held:,} records removed")


@datasets.command("deidentify")
@click.argument("name")
@click.option(
    "--no-embed", is_flag=True, help="Leave new passages without vectors: word search finds them, search by meaning does not yet."
)
@click.option("--workers", type=click.IntRange(0), metavar="N", help="Worker processes; 0 is one a core.")
@json_option
@data_option
@click.pass_context
def datasets_deidentify(context: click.Context, name: str, no_embed: bool, workers: int | None, as_json: bool) -> None:
    """Make the de-identified copy of a dataset, or bring it up to date: what readers with the role 'deidentified' see.

    \b
    Example:  commissure datasets deidentify demo
    """
    from dataclasses import asdict
    from datetime import UTC, datetime

    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.deidentifying import deidentify
    from ingest.run import Options

    settings = settings_of(context, workers=workers)
    options = Options(workers=settings["workers"], embed=not no_embed)
    key = workplace.access_control(settings).deidentification_key()
    workspace, today = workplace.workspace(settings), datetime.now(UTC).date()
    with progress() as shown:
        copied = deidentify(name, workspace, key, workplace.copying(settings), options, shown, today)
    if as_json:
        print_json(asdict(copied))
        return
    click.echo(f"{name}: {copied.taken:,} records without what identifies, {copied.report.documents:,} documents")
    if copied.left_out:
        click.echo("left out: " + ", ".join(f"{count:,} {kind}" for kind, count in copied.left_out.items()))
    if copied.report.records["rejected"]:
        click.echo(f"! {copied.report.records['rejected']:,} rewritten records were refused; see {copied.report.issues_file}")
        context.exit(3)


@datasets.command("export")
@click.argument("name")
@click.option("--kind", "kinds", multiple=True, metavar="TYPE", help="Only records of this resource type; may be repeated. Default: all.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here (gzipped when it ends in .gz) instead of to standard output.")
@data_option
@click.pass_context
def datasets_export(context: click.Context, name: str, kinds: tuple[str, ...], out: Path | None) -> None:
    """Write a dataset's FHIR records as NDJSON, each line byte for byte as it came in.

    \b
    Example:  commissure datasets export demo --kind Patient --out patients.ndjson
    """
    from commissure import workplace
    from commissure.cli.common import writing
    from ingest import bulk
    from sources.errors import SourceNotFound

    refuse_lists(context)
    workspace = workplace.workspace(settings_of(context))
    there = bulk.kinds(name, workspace)
    if missing := [kind for kind in kinds if kind not in there] or ([] if there else ["FHIR records"]):
        raise SourceNotFound(f"the dataset {name!r} holds no {', '.join(missing)}; it holds {', '.join(sorted(there)) or 'none of FHIR'}")
    count = 0
    with writing(out) as file:
        for line in bulk.ndjson(name, workspace, kinds):
            file.write(line)
            count += 1
    if out:
        click.echo(f"{out}: {count:,} records")


@dataclass(frozen=True, slots=True)
class _Texts:
    """How many documents of a dataset are read with its present lexicon, and of which day that is ('' for none)."""

    documents: int
    read: int
    lexicon: str


def _read_texts(catalog: Path) -> dict[str, _Texts]:
    """Of each dataset of a published catalog; nothing where that cannot be read, of which the command says the rest."""
    import sqlite3

    from search.catalog import SqliteCatalog
    from search.errors import GenerationUnreadable

    try:
        opened = SqliteCatalog(catalog)
        try:
            return {one.dataset: _Texts(one.documents, one.read, one.lexicon) for one in opened.datasets()}
        finally:
            opened.close()
    except (GenerationUnreadable, sqlite3.Error):
        return {}


@click.command()
@json_option
@data_option
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Say what is published and what ingest is doing.

    \b
    Example:  commissure status
    """
    from dataclasses import asdict

    from commissure import assemble, workplace
    from ingest.checking import visible_damage

    workspace = workplace.workspace(settings_of(context))
    library = assemble.DataLibrary(workspace, None)
    runs, found, generation = library.runs(5), library.datasets(), workspace.current()
    with workspace.reading() as ledger:
        damaged = [str(one) for one in visible_damage(ledger, workspace)] if ledger else []
    read = _read_texts(workspace.generation_folder(generation) / "search" / "catalog.sqlite") if generation else {}
    if as_json:
        print_json(
            {
                "generation": generation,
                "damage": damaged,
                "data": str(workspace.folder),
                "datasets": [{**asdict(d), "texts": asdict(read[d.dataset]) if d.dataset in read else None} for d in found],
                "runs": [asdict(r) for r in runs],
            }
        )
        return
    click.echo(
        f"data folder {workspace.folder}: published as generation {generation} of the data"
        if generation
        else f"data folder {workspace.folder}: nothing published"
    )
    for one in damaged:
        click.echo(f"! {one}")
    if damaged:
        click.echo("  `commissure verify --repair` makes them anew, and so does the next ingest")
    for dataset in found:
        click.echo(f"  {dataset.dataset}: {dataset.records:,} records, last changed {dataset.updated}")
        texts = read.get(dataset.dataset)
        if texts is not None:
            lexicon = f", lexicon of {texts.lexicon}" if texts.lexicon else ""
            click.echo(f"    read: {texts.read:,} of {texts.documents:,} documents{lexicon}")
    for run in runs:
        click.echo(f"  run {run.run} ({run.dataset}): {run.state}, {run.step}; {run.records.get('read', 0):,} read")
