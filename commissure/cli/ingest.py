"""`commissure ingest`: bring data in."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, staging_options, store_option
from sources.confined import local_path
from sources.wording import issue_words

if TYPE_CHECKING:
    from ingest.run import RunReport


@click.group()
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
        click.option("--wait", is_flag=True, help="Publish once, when all passages have vectors; without it words can be searched before."),
        click.option(
            "--thorough", is_flag=True, help="Read every source, also those that are as they were by their times on disk and their content."
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
@click.option("--claims", is_flag=True, help="Also take in Claims and ExplanationOfBenefits; holds for later runs into the dataset.")
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
    wait: bool,
    thorough: bool,
    fail_on_error: bool,
    run: str,
    within: tuple[str, ...],
    as_json: bool,
    settings_of_format: tuple[tuple[str, str], ...] = (),
) -> None:
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.pipeline import ingest as bring_in
    from ingest.run import Options

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
        thorough=thorough,
        words_first=not wait,
    )
    with progress() as shown:
        report = bring_in(locations, dataset, workplace.workspace(settings), workplace.tools(settings), options, shown)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(report))
    else:
        print_report(report)
        with workplace.workspace(settings).deidentified.reading() as ledger:
            if ledger is not None and dataset in ledger.datasets():
                click.echo(f"its de-identified copy is as old as before: `commissure datasets deidentify {dataset}` brings it up to date")
    if report.records["rejected"]:
        context.exit(3)


def repeated_words(unchanged: Mapping[str, int], rejected_again: Mapping[str, int]) -> Iterator[str]:
    """Why a run did not take in again what it read again."""
    if unchanged:
        words = {"older": "older than what is held"}
        told = (f"{count:,} {words.get(run, f'as run {run} took them in')}" for run, count in sorted(unchanged.items()))
        yield "unchanged: " + ", ".join(told)
    if rejected_again:
        yield "rejected as before: " + ", ".join(f"{count:,} as by run {run}" for run, count in sorted(rejected_again.items()))


def print_report(report: "RunReport") -> None:
    """Print what an ingest did, for people."""
    records = report.records
    for one in report.mended:
        click.echo(f"! was damaged and is mended: {one}")
    for one in report.updated:
        click.echo(f"brought up to date: {one}")
    click.echo(
        f"{report.dataset}: {records['read']:,} records read in {report.seconds:,.1f} s: "
        + ", ".join(f"{records[name]:,} {name}" for name in ("added", "changed", "unchanged", "removed", "rejected"))
    )
    for words in repeated_words(report.unchanged, report.rejected_again):
        click.echo(words)
    if report.skipped:
        click.echo("left out on purpose: " + ", ".join(f"{count:,} {reason}" for reason, count in sorted(report.skipped.items())))
    if not report.documents and not report.quads and not any(records[name] for name in ("added", "changed", "removed", "unchanged")):
        click.echo("nothing was published: no record could be taken in")
    click.echo(
        f"published as generation {report.generation} of the data: {report.quads:,} statements of the graph, "
        f"{report.documents:,} documents, {report.passages['total']:,} passages ({report.passages['embedded']:,} read by the model), "
        f"{report.unresolved_references:,} references to records that are not there"
    )
    if report.store:
        state = f"{report.unsettled_graphs:,} graphs behind" if report.unsettled_graphs else "in step"
        click.echo(f"graph store {report.store}: {state}")
    if report.unsettled_graphs:
        click.echo(f"! the graph store failed after publishing: {report.store_failure}; run the same command again when it answers")
    if "passed-over" in report.warnings:
        for line in Path(report.issues_file).read_bytes().splitlines():
            issue = json.loads(line)
            if issue["code"] == "passed-over":
                click.echo(f"! {issue['source']}: {issue['reason']}")
    for name, counts in (("rejects", report.rejects), ("warnings", report.warnings)):
        if counts:
            told = ", ".join(f"{count:,} {issue_words(code)}" for code, count in sorted(counts.items()))
            click.echo(f"{name}: {told}; see {report.issues_file}")
