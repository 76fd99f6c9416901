"""`commissure consolidate`: from the answers of several workers to one label for each item."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, print_json, records_of

if TYPE_CHECKING:
    from labels.consolidation.answers import Reading
    from labels.consolidation.consolidate import Consolidation, Score
    from labels.consolidation.review import Doubt

_METHODS = ("dawid-skene", "majority", "union", "iou", "jaccard", "pixel-vote")
_SHOWN = 10


@click.command()
@click.argument("locations", nargs=-1, metavar="[PATH_OR_URL]...")
@click.option("--dataset", metavar="NAME", help="Take the answers of this dataset instead of files.")
@click.option("--of-job", metavar="NAME", help="Of a dataset with the answers of several labeling jobs, take those of this one.")
@click.option("--method", type=click.Choice(_METHODS), help="How to consolidate; the default fits the kind of the answers.")
@click.option("--truth", metavar="FILE", help="CSV or JSON of item and class: print how many agree.")
@click.option("--manifest", metavar="FILE", help="The manifest the job ran on: names the objects. One among the paths is found by itself.")
@click.option("--element", metavar="NAME", help="The UI element to read, where a task has several.")
@click.option("--write-manifest", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as an augmented manifest.")
@click.option(
    "--write-review", type=click.Path(path_type=Path), metavar="FILE", help="Write the doubtful ones as a verification job's input."
)
@click.option("--attribute", metavar="NAME", help="Label attribute to write (default consolidated, or consolidated-ref for masks).")
@click.option("--job", metavar="NAME", default="consolidation", show_default=True, help="Job name to write.")
@click.option("--classes", metavar="A,B,C", help="The classes in the order of their index (default: by name).")
@click.option("--below", type=click.FloatRange(0, 1), default=0.95, show_default=True, help="Review items less sure than this.")
@json_option
@data_option
@click.pass_context
def consolidate(context: click.Context, /, as_json: bool, **arguments: Any) -> None:
    """One label for each item from the answers of several workers, and how far the workers agree.

    Reads worker-response folders, consolidation requests, and tables (CSV, JSON) of item, worker and class.

    \b
    Kinds and methods, the default first:
      one class        dawid-skene (two priors, as Ground Truth), majority
      several classes  union (scored by share), dawid-skene (scored class by class)
      boxes            iou
      text spans       jaccard
      masks            pixel-vote

    \b
    Example:  commissure consolidate worker-response/ --truth true_labels.json --manifest output.manifest
    """
    from labels.consolidation import consolidate as merging
    from labels.consolidation import review
    from labels.consolidation.answers import read_answers
    from labels.consolidation.report import values_of
    from labels.consolidation.truth import by_item, read_truth

    if bool(arguments["locations"]) == bool(arguments["dataset"]):
        raise click.UsageError("Name either files and folders or --dataset.")
    if arguments["of_job"] and not arguments["dataset"]:
        raise click.UsageError("--of-job chooses among the jobs of a --dataset; of files, name the folder of one job.")
    if arguments["dataset"]:
        from labels.consolidation.stored import stored_reading

        of_job, element = arguments["of_job"] or "", arguments["element"]
        reading = stored_reading(arguments["dataset"], records_of(context), of_job, element, arguments["manifest"])
    else:
        reading = read_answers(arguments["locations"], arguments["element"], arguments["manifest"])
    truth = read_truth(arguments["truth"]) if arguments["truth"] else None
    _say_issues(reading)
    done = merging.consolidate(reading.answers, arguments["method"])
    if truth is not None:
        known = {item: reading.spellings.of(name) for item, name in truth.items()}
        truth = by_item(known, {result.item for result in done.results}, reading.sources)
    score = merging.score(done, truth) if truth is not None else None
    doubts = review.queue(done.results, review.unsure(done.results, arguments["below"]), review.disputed(done))
    _write(done, doubts, reading, arguments)
    if as_json:
        print_json(values_of(done, score, doubts, truth, reading))
    else:
        _print(done, score, doubts)
    if any(issue.severity == "reject" for issue in reading.issues):
        context.exit(3)


def _say_issues(reading: "Reading") -> None:
    for issue in reading.issues[:_SHOWN]:
        place = f"{issue.source}:{issue.line}" if issue.line else issue.source
        click.echo(f"! {place}: {f'item {issue.record}: ' if issue.record else ''}{issue.reason}", err=True)
    if len(reading.issues) > _SHOWN:
        click.echo(f"! and {len(reading.issues) - _SHOWN:,} more; --json lists all", err=True)


def _write(done: "Consolidation", doubts: "tuple[Doubt, ...]", reading: "Reading", arguments: dict[str, Any]) -> None:
    from labels.consolidation.manifest import Labeling, encoded, manifest_of
    from labels.consolidation.model import Kind

    attribute = arguments["attribute"] or ("consolidated-ref" if done.kind is Kind.MASK else "consolidated")
    classes = tuple(name.strip() for name in arguments["classes"].split(",")) if arguments["classes"] else ()
    labeling = Labeling(attribute, arguments["job"], datetime.now(UTC), classes)
    for file, only in ((arguments["write_manifest"], None), (arguments["write_review"], {doubt.item for doubt in doubts})):
        if file is not None:
            written = manifest_of(done, reading.sources, labeling, f"{file.stem}-masks", only)
            _save({file: b"".join(encoded(written.lines)), **{file.parent / name: png for name, png in written.masks.items()}})


def _save(files: dict[Path, bytes]) -> None:
    for file, content in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        except OSError as error:
            raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error


def _print(done: "Consolidation", score: "Score | None", doubts: "tuple[Doubt, ...]") -> None:
    agreement = done.agreement
    click.echo(f"{len(done.results):,} items, {agreement.answers:,} answers, {agreement.workers:,} workers; {done.kind} by {done.method}")
    figures = {"Krippendorff's alpha": agreement.alpha, "pairs that agree": agreement.pairs}
    shown = [f"{name} {value:.4f}" for name, value in figures.items() if value is not None]
    counts = {"unanimous": agreement.unanimous, "tied": agreement.tied, "superseded answers": agreement.superseded or None}
    shown += [f"{name} {count:,}" for name, count in counts.items() if count is not None]
    if shown:
        click.echo(", ".join(shown))
    if score:
        unknown = f"; {score.unknown:,} of the truth name no item with answers" if score.unknown else ""
        click.echo(f"truth: {score.right:,} of {score.of:,} right{unknown}")
    if doubts:
        click.echo(f"to review: {len(doubts):,}")
        for doubt in doubts[:_SHOWN]:
            click.echo(f"  {doubt.item}: {'; '.join(reason.text for reason in doubt.reasons)}")
