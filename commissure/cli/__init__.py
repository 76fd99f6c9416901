"""The command line. Every command prints for people, or with --json for programs; exit codes are in `commissure --help`."""

import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, staging_options, store_option
from commissure.cli.consolidate import consolidate
from commissure.cli.graph import graph
from commissure.cli.manifest import manifest
from commissure.cli.report import report
from sources.confined import local_path

if TYPE_CHECKING:
    from ingest.pipeline import RunReport

_EPILOG = """\b
Exit codes:
  0  everything was done
  1  the command failed; the message says why
  2  the command line, a setting or a request is wrong
  3  done, but some records were rejected: see the issues file
  4  the source, the dataset or anything published is not there
  5  another process is writing to the data folder
  6  there is no room to write
  7  records were rejected, so nothing was published (--fail-on-error)
  130  stopped by the keyboard; the next run takes up what was finished

\b
Settings come from flags, then COMMISSURE_* variables, then a settings file (--config, COMMISSURE_CONFIG or ./commissure.toml).
Example:  commissure demo"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--data", metavar="DIR", help="Data folder (COMMISSURE_DATA; default ./commissure-data).")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file in TOML.")
@click.version_option(package_name="commissure")
@click.pass_context
def cli(context: click.Context, data: str | None, config: Path | None) -> None:
    """Semantic search joined with a knowledge graph, over clinical and labeled data."""
    context.obj = {"flags": {"data": data}, "config": config}


cli.add_command(graph)
cli.add_command(manifest)
cli.add_command(consolidate)
cli.add_command(report)

# Ingest


@cli.group()
def ingest() -> None:
    """Bring data in.

    \b
    Example:  commissure ingest fhir export/ --dataset demo
    """


def _ingest_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("locations", nargs=-1, required=True, metavar="PATH_OR_URL..."),
        click.option("--dataset", required=True, metavar="NAME", help="The dataset to bring the data into; made if it is new."),
        click.option("--workers", type=click.IntRange(0), metavar="N", help="Worker processes; 0 is one a core."),
        click.option("--strict", is_flag=True, help="Reject what is otherwise only warned about."),
        click.option(
            "--no-embed", is_flag=True, help="Leave new passages without vectors: word search finds them, search by meaning does not yet."
        ),
        click.option("--fail-on-error", is_flag=True, help="Publish nothing if any record is rejected."),
        click.option("--run", default="", hidden=True),
        click.option("--within", multiple=True, hidden=True),
        staging_options,
        store_option,
        json_option,
        data_option,
    ):
        command = option(command)
    return command


@ingest.command("fhir")
@_ingest_options
@click.option("--claims", is_flag=True, help="Also take in Claims and ExplanationOfBenefits.")
@click.pass_context
def ingest_fhir(context: click.Context, /, claims: bool, **arguments: Any) -> None:
    """Bring in FHIR R4: bulk exports (NDJSON, HealthLake layouts, .gz), Bundles, files, folders, globs, s3:// URLs.

    \b
    Example:  commissure ingest fhir export/ 's3://bucket/export/*.ndjson' --dataset demo
    """
    _ingest(context, "fhir", claims=claims, **arguments)


@ingest.command("text")
@_ingest_options
@click.pass_context
def ingest_text(context: click.Context, /, **arguments: Any) -> None:
    """Bring in texts: JSON Lines or CSV with id and text (title, type, date, patient), or a folder of .txt, .html, .rtf, .pdf.

    \b
    Example:  commissure ingest text abstracts.jsonl --dataset papers
    """
    _ingest(context, "text", claims=False, **arguments)


@ingest.command("manifest")
@_ingest_options
@click.option("--follow-refs", metavar="PLACE", default="", help="Folder or s3:// prefix that holds copies of files that labels refer to.")
@click.option("--taxonomy", metavar="FILE", default="", help="Which class is a kind of which: CSV (narrower,broader) or JSON.")
@click.pass_context
def ingest_manifest(context: click.Context, /, follow_refs: str, taxonomy: str, **arguments: Any) -> None:
    """Bring in labeled data: manifests of SageMaker Ground Truth, input or output, with the files that go with them.

    \b
    Example:  commissure ingest manifest output.manifest --dataset streets --follow-refs output/
    """
    settings = {}
    if follow_refs:
        place = local_path(follow_refs)
        settings["refs"] = follow_refs if place is None else str(_folder(place, "--follow-refs"))
    if taxonomy:
        from labels.groundtruth.taxonomy import load

        settings["taxonomy"] = json.dumps(load(taxonomy, arguments["within"]), sort_keys=True)
    _ingest(context, "manifest", claims=False, settings_of_format=tuple(settings.items()), **arguments)


@ingest.command("responses")
@_ingest_options
@click.pass_context
def ingest_responses(context: click.Context, /, **arguments: Any) -> None:
    """Bring in the answers of workers: worker responses, consolidation requests and responses, the worker activity log.

    \b
    Example:  commissure ingest responses job/annotations/ --dataset streets
    """
    _ingest(context, "responses", claims=False, **arguments)


def _folder(location: str, option: str) -> Path:
    path = Path(location)
    if not path.is_dir():
        raise click.BadParameter(f"{location} is no folder", param_hint=option)
    return path.resolve()


def _ingest(
    context: click.Context,
    format_name: str,
    claims: bool,
    locations: tuple[str, ...],
    dataset: str,
    workers: int | None,
    strict: bool,
    no_embed: bool,
    fail_on_error: bool,
    run: str,
    within: tuple[str, ...],
    as_json: bool,
    settings_of_format: tuple[tuple[str, str], ...] = (),
) -> None:
    from commissure import assemble
    from commissure.cli.console import progress
    from ingest.pipeline import Options
    from ingest.pipeline import ingest as bring_in

    settings = settings_of(context, workers=workers)
    options = Options(
        format_name,
        settings["workers"],
        strict,
        claims,
        embed=not no_embed,
        all_or_nothing=fail_on_error,
        run=run,
        settings=settings_of_format,
        within=within,
    )
    with progress() as shown:
        report = bring_in(locations, dataset, assemble.workspace(settings), assemble.tools(settings), options, shown)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(report))
    else:
        _print_report(report)
    if report.records["rejected"]:
        context.exit(3)


def _print_report(report: "RunReport") -> None:
    records = report.records
    click.echo(
        f"{report.dataset}: {records['read']:,} records read in {report.seconds:,.1f} s: "
        + ", ".join(f"{records[name]:,} {name}" for name in ("added", "changed", "unchanged", "removed", "rejected"))
    )
    if report.skipped:
        click.echo("left out on purpose: " + ", ".join(f"{count:,} {reason}" for reason, count in sorted(report.skipped.items())))
    click.echo(
        f"generation {report.generation}: {report.quads:,} quads, {report.documents:,} documents, {report.passages['total']:,} passages "
        f"({report.passages['embedded']:,} read by the model), {report.unresolved_references:,} unresolved references"
    )
    if report.store:
        state = f"{report.unsettled_graphs:,} graphs behind" if report.unsettled_graphs else "in step"
        click.echo(f"graph store {report.store}: {state}")
    if report.unsettled_graphs:
        click.echo(f"! the graph store failed after publishing: {report.store_failure}; run the same command again when it answers")
    for name, counts in (("rejects", report.rejects), ("warnings", report.warnings)):
        if counts:
            click.echo(
                f"{name}: " + ", ".join(f"{count:,} {code}" for code, count in sorted(counts.items())) + f"; see {report.issues_file}"
            )


# Datasets and status


@cli.group(invoke_without_command=True)
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

    from commissure import assemble

    found = assemble.DataLibrary(assemble.workspace(settings_of(context)), None).datasets()
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
    from commissure import assemble
    from commissure.cli.console import progress
    from ingest.pipeline import drop

    if not yes and sys.stdin.isatty():
        click.confirm(f"Remove the dataset {name!r} and everything it holds?", abort=True)
    settings = settings_of(context)
    with progress() as shown:
        held = drop(name, assemble.workspace(settings), assemble.tools(settings), shown)
    if as_json:
        print_json({"dataset": name, "removed": held})
    else:
        click.echo(f"{name}: {held:,} records removed")


@cli.command()
@json_option
@data_option
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Say what is published and what ingest is doing.

    \b
    Example:  commissure status
    """
    from dataclasses import asdict

    from commissure import assemble

    workspace = assemble.workspace(settings_of(context))
    library = assemble.DataLibrary(workspace, None)
    runs, found, generation = library.runs(5), library.datasets(), workspace.current()
    if as_json:
        print_json(
            {
                "generation": generation,
                "data": str(workspace.folder),
                "datasets": [asdict(d) for d in found],
                "runs": [asdict(r) for r in runs],
            }
        )
        return
    click.echo(
        f"data folder {workspace.folder}: generation {generation}" if generation else f"data folder {workspace.folder}: nothing published"
    )
    for dataset in found:
        click.echo(f"  {dataset.dataset}: {dataset.records:,} records, last changed {dataset.updated}")
    for run in runs:
        click.echo(f"  run {run.run} ({run.dataset}): {run.state}, {run.step}; {run.records.get('read', 0):,} read")


# Asking


@cli.command()
@click.argument("question")
@click.option("--dataset", "datasets_", multiple=True, metavar="NAME", help="Only this dataset (repeatable).")
@click.option("--patient", "patients", multiple=True, metavar="IRI", help="Only this patient (repeatable).")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this document type (repeatable).")
@click.option("--concept", "concepts", multiple=True, metavar="IRI", help="Only documents with this concept (repeatable).")
@click.option("--from", "date_from", metavar="DATE", help="Not before this date (YYYY, YYYY-MM or YYYY-MM-DD).")
@click.option("--to", "date_to", metavar="DATE", help="Not after this date.")
@click.option("--job", "jobs", multiple=True, metavar="IRI", help="Only items of this labeling job (repeatable).")
@click.option("--agent", "agents", multiple=True, metavar="WHO", help="Only labels by 'human', 'machine' or a worker's IRI (repeatable).")
@click.option("--state", "states", multiple=True, metavar="STATE", help="Only labels that are adjusted, unadjusted, empty, failed …")
@click.option("--attribute", "attributes", multiple=True, metavar="NAME: VALUE", help="Only labels with this attribute (repeatable).")
@click.option("--confidence", "confidence", type=(float, float), metavar="FROM TO", help="Only labels of this confidence, 0 to 1.")
@click.option("--mode", type=click.Choice(["hybrid", "semantic", "lexical"]), default="hybrid", show_default=True)
@click.option("--limit", type=int, default=10, show_default=True)
@click.option("--offset", type=int, default=0, show_default=True)
@json_option
@data_option
@click.pass_context
def search(context: click.Context, /, question: str, as_json: bool, **filters: Any) -> None:
    """Search notes in plain words, joined with the graph.

    \b
    Example:  commissure search "woman treated with cisplatin and paclitaxel" --dataset demo
    """
    from commissure import assemble
    from search.model import Filters, Mode, SearchRequest
    from webapp.answers import search_result

    settings = settings_of(context)
    request = SearchRequest(
        question,
        Filters(
            datasets=filters["datasets_"],
            patients=filters["patients"],
            types=filters["types"],
            concepts=filters["concepts"],
            date_from=filters["date_from"],
            date_to=filters["date_to"],
            jobs=filters["jobs"],
            agents=filters["agents"],
            states=filters["states"],
            attributes=filters["attributes"],
            confidence_from=filters["confidence"][0] if filters["confidence"] else None,
            confidence_to=filters["confidence"][1] if filters["confidence"] else None,
        ),
        Mode(filters["mode"]),
        filters["limit"],
        filters["offset"],
    )
    library = assemble.DataLibrary(assemble.workspace(settings), assemble.embedder(settings), settings)
    result = library.current().retriever.search(request)
    if as_json:
        print_json(search_result(result))
        return
    click.echo(f"{'' if result.total_is_exact else 'at least '}{result.total:,} documents")
    for notice in result.notices:
        click.echo(f"! {notice}")
    for hit in result.hits:
        where = ", ".join(part for part in (hit.patient_label or hit.patient, hit.date, hit.type) if part)
        click.echo(f"\n{hit.rank}. {hit.title}  [{where}]  {hit.score:.3f}")
        click.echo(f"   {' '.join((hit.answer or hit.passage).text.split())[:400]}")
        click.echo(f"   {hit.evidence.source}:{hit.evidence.line}")
    if result.shared:
        click.echo("\nshared by these hits:")
        for shared in result.shared[:10]:
            click.echo(f"   {len(shared.hits)} of {len(result.hits)}  {shared.label}  ({shared.group})")


@cli.command()
@click.option(
    "--sparql", required=True, metavar="QUERY", help="A SELECT, ASK, CONSTRUCT or DESCRIBE query ('-' reads it from standard input)."
)
@click.option(
    "--format",
    "media_type",
    type=click.Choice(["json", "xml", "csv", "tsv", "turtle", "ntriples"]),
    default="csv",
    show_default=True,
)
@data_option
@click.pass_context
def query(context: click.Context, sparql: str, media_type: str) -> None:
    """Ask the graph in SPARQL (read-only, bounded in time and rows).

    \b
    Example:  commissure query --sparql "SELECT ?type (COUNT(*) AS ?n) WHERE { ?s a ?type } GROUP BY ?type"
    """
    from commissure import assemble
    from graph.errors import UnsupportedCapability
    from graph.store import SparqlQueryable

    settings = settings_of(context)
    store: object = assemble.DataLibrary(assemble.workspace(settings), None, settings).current().graph
    if not isinstance(store, SparqlQueryable):
        raise UnsupportedCapability("this graph store does not answer SPARQL")
    text = sys.stdin.read() if sparql == "-" else sparql
    accept = {
        "json": "application/sparql-results+json",
        "xml": "application/sparql-results+xml",
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "turtle": "text/turtle",
        "ntriples": "application/n-triples",
    }[media_type]
    result = store.query(text, accept=accept, timeout=settings["sparql_timeout"], max_rows=settings["sparql_max_rows"])
    sys.stdout.buffer.write(result.body)
    if result.truncated:
        click.echo(f"! cut at {settings['sparql_max_rows']:,} rows (COMMISSURE_SPARQL_MAX_ROWS)", err=True)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@data_option
@click.pass_context
def evaluate(context: click.Context, folder: Path, as_json: bool) -> None:
    """Measure ranking on a collection: corpus.jsonl, queries.jsonl and qrels.tsv in a folder.

    \b
    Example:  commissure evaluate collections/scifact --json
    """
    import tempfile

    from commissure import assemble
    from search.embedding_cache import EmbeddingCache
    from search.evaluation import evaluate_collection

    settings = settings_of(context)
    workspace = assemble.workspace(settings)
    workspace.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        result = evaluate_collection(folder, Path(work), assemble.embedder(settings), EmbeddingCache(workspace.embeddings_path))
    if as_json:
        print_json(result)
        return
    names = sorted({name for scores in result.values() for name in scores})
    click.echo(f"{'':10}" + "".join(f"{name:>12}" for name in names))
    for mode, scores in result.items():
        click.echo(f"{mode:10}" + "".join(f"{scores[name]:12.4f}" for name in names))


# Serving


@cli.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default 8000).")
@click.option("--loader-sources", metavar="PLACES", help="Folders and s3:// prefixes that /api/v1/loader may load from, comma-separated.")
@click.option("--media", metavar="PLACES", help="Where labeled images may be read from: folders and s3://prefix=folder, comma-separated.")
@store_option
@data_option
@click.pass_context
def serve(context: click.Context, host: str | None, port: int | None, loader_sources: str | None, media: str | None) -> None:
    """Serve the web pages and the REST interface.

    \b
    Example:  commissure serve --port 8000
    """
    from commissure.server import serve as run

    run(settings_of(context, host=host, port=port, loader_sources=loader_sources, media=media))


@cli.command()
@click.option("--loader-sources", metavar="PLACES", help="Folders and s3:// prefixes that may be loaded from, comma-separated.")
@store_option
@data_option
@click.pass_context
def worker(context: click.Context, loader_sources: str | None) -> None:
    """Work off the loads that /api/v1/loader takes, where the web process does not (`serve` does).

    \b
    Example:  commissure worker --loader-sources s3://bucket/exports
    """
    from commissure.errors import BadSetting
    from commissure.loading import LoadWorker, queue

    settings = settings_of(context, loader_sources=loader_sources)
    loads = queue(settings)
    if loads is None:
        raise BadSetting("loader_sources: name the folders and s3:// prefixes that may be loaded from")
    LoadWorker(loads, settings).work()


@cli.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default 8000).")
@click.option("--no-serve", is_flag=True, help="Only load the sample.")
@data_option
@click.pass_context
def demo(context: click.Context, host: str | None, port: int | None, no_serve: bool) -> None:
    """Write the sample, ingest it, and serve it: clinical data with labeled notes as the dataset `demo`, labeled pictures as `streets`.

    \b
    Example:  commissure demo
    """
    from commissure import assemble
    from commissure.cli.console import progress
    from ingest.pipeline import Options
    from ingest.pipeline import ingest as run
    from labels.groundtruth.taxonomy import load
    from sample import write_sample
    from sample.labels import write_labels

    settings = settings_of(context, host=host, port=port)
    workspace, workers = assemble.workspace(settings), settings["workers"]
    folder = workspace.folder / "sample"
    with progress() as shown:
        shown.step("writing the sample")
        write_sample(folder)
        labels = write_labels(workspace.folder / "sample-labels", folder)
        kinds = (("taxonomy", json.dumps(load(str(labels.taxonomy)), sort_keys=True)),)
        tools = assemble.tools(settings)
        parts: tuple[tuple[tuple[Path, ...], str, Options], ...] = (
            ((folder,), "demo", Options(workers=workers)),
            # Into the dataset of the notes, so that a note, its patient, its codes and what people marked in it are one graph.
            ((labels.notes,), "demo", Options("manifest", workers)),
            ((labels.street, labels.categories), "streets", Options("manifest", workers, settings=kinds)),
            ((labels.responses,), "streets", Options("responses", workers)),
        )
        reports = [run([str(path) for path in paths], dataset, workspace, tools, options, shown) for paths, dataset, options in parts]
    for each in reports:
        _print_report(each)
    settings["media"] = settings["media"] or f"s3://commissure-sample={labels.folder}"
    if not no_serve:
        from commissure.server import serve as start

        start(settings)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code. Expected errors become one line; others a report without data."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's way to say Ctrl-C
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("stopped; the next run takes up what was finished", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        from commissure.errors import EXPECTED, exit_code

        if not isinstance(error, EXPECTED):
            import os

            if os.environ.get("COMMISSURE_DEBUG"):
                raise
            click.echo(
                f"commissure: unexpected {type(error).__name__}; set COMMISSURE_DEBUG=1 to see where, and please report it", err=True
            )
            sys.exit(1)
        click.echo(f"commissure: {error}", err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
