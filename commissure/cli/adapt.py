"""`commissure adapt`: has the model learn from a dataset's own texts."""

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, store_option

if TYPE_CHECKING:
    from ingest.adapting import Adapted
    from search.evaluation.cloze import Figures


@click.command()
@click.option("--dataset", metavar="NAME", help="Learn from the texts of this dataset.")
@click.option("--pairs", type=click.IntRange(min=1), default=4000, show_default=True, help="Learn from at most so many sentences.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which sentences are taken, and in which order.")
@click.option("--no-adopt", is_flag=True, help="Keep a better model, but go on with the one in use.")
@click.option("--revert", is_flag=True, help="Go back to the model that was in use before any was adapted.")
@store_option
@json_option
@data_option
@click.pass_context
def adapt(context: click.Context, dataset: str | None, pairs: int, seed: int, no_adopt: bool, revert: bool, as_json: bool) -> None:
    """Fine-tune the model on a dataset's own sentences and what stands around them, and use what came of it if it is better.

    Better: it finds the contexts of sentences of other patients among 10,000 more often. All of the data folder is then embedded anew.
    Restart servers afterwards. The model holds what it learned from: keep it as you keep the notes.

    \b
    Example:  commissure adapt --dataset study
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from commissure.settings import keep
    from ingest.adapting import adapt as learn
    from search.embedders.adapting import adapt as fine_tune
    from search.embedders.sentence_models import open_embedder
    from search.errors import NothingPublished
    from sources.errors import UnknownDataset

    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    if not workspace.current():
        raise NothingPublished(f"{workspace.folder}: nothing has been ingested yet, so there is nothing to learn from")
    if revert:
        keep(workspace.folder, model=None)
        _use(context, {}, as_json)
        return
    if dataset is None:
        raise click.UsageError("name the dataset to learn from: --dataset NAME")
    with workspace.reading() as ledger:
        if ledger is None or dataset not in ledger.datasets():
            raise UnknownDataset(f"there is no dataset {dataset!r}: `commissure status` lists them")
    load = partial(open_embedder, precision=settings["precision"])
    named = workplace.model_of(settings)

    def train(source: str, corpus: Any, into: Any, told: Any) -> None:
        fine_tune(source, corpus.learned, into, seed, told)

    with progress() as shown:
        adapted = learn(workspace, dataset, named, load, train, pairs, seed, shown)
    if not as_json:
        _print(adapted)
    if adapted.better and not no_adopt:
        keep(workspace.folder, model=adapted.model)
        _use(context, asdict(adapted), as_json)
    elif as_json:
        print_json(asdict(adapted) | {"adopted": False})
    elif adapted.better:
        click.echo(f'kept in {workspace.folder / adapted.model}; the setting `model = "{adapted.model}"` uses it')
    else:
        click.echo("what was learned is no better, surely enough: nothing is changed")


def _use(context: click.Context, told: dict[str, Any], as_json: bool) -> None:
    """Embed everything with the model that the settings name now."""
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.adapting import embed_all

    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    with progress() as shown:
        given = embed_all(workspace, workplace.tools(settings), shown)
    if as_json:
        print_json(told | {"adopted": True, "model": settings["model"], "generation": given.generation})
        return
    click.echo(
        f"published as generation {given.generation} with the model {settings['model']}: restart servers, which ask with the one before"
    )


def _print(adapted: "Adapted") -> None:
    click.echo(f"{adapted.pairs:,} pairs learned; {adapted.before.questions:,} sentences asked for among {adapted.before.pool:,} contexts")
    for words, figures in (("before", adapted.before), ("after", adapted.after)):
        click.echo(f"{words:>7}: {_figures(figures)}")


def _figures(figures: "Figures") -> str:
    return (
        f"first {figures.hits_at_1:.3f}, among 10 {figures.hits_at_10:.3f}, among 20 {figures.hits_at_20:.3f}, "
        f"mean rank {figures.mean_rank:,.1f}"
    )
