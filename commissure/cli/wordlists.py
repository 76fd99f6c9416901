"""`commissure synonyms` and `commissure stopwords`: the word lists of datasets, by which questions are looked for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of

if TYPE_CHECKING:
    from search.questions.listed import DatasetLists, HeldList, ListKind


@click.group()
def synonyms() -> None:
    """Say which words stand for each other in questions about a dataset.

    Lines as Solr has them: 'a, b' stand for each other, 'a => b' is looked for as b alone.

    \b
    Example:  commissure synonyms list
    """


@click.group()
def stopwords() -> None:
    """Say which words are left out of questions about a dataset, a word or some words a line.

    \b
    Example:  commissure stopwords list
    """


def _commands(group: click.Group, kind: str, example: str) -> None:
    """Give a group its commands."""

    @group.command(
        "set",
        help=f"Use a file of {kind} for questions about a dataset, in place of its former one.\n\n"
        f"It holds from the next question on. A bad line changes nothing. `commissure evaluate DIR --{kind} FILE` weighs it before.\n\n"
        f"\b\nExample:  commissure {kind} set {kind}.txt --dataset study",
    )
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--dataset", required=True, metavar="NAME", help="The dataset whose questions it is for.")
    @data_option
    @click.pass_context
    def put(context: click.Context, file: Path, dataset: str) -> None:
        from search.questions.listed import ListKind

        _check(context, dataset)
        held = _lists(context).put(dataset, ListKind(kind), file)
        click.echo(f"{_line(held)}: questions about {dataset} are looked for by it from now on")

    @group.command("list", help=f"List the datasets that have {kind}.\n\n\b\nExample:  commissure {kind} list --json")
    @json_option
    @data_option
    @click.pass_context
    def listed(context: click.Context, as_json: bool) -> None:
        held = [each for each in _lists(context).held() if each.kind == kind]
        if as_json:
            print_json([{"dataset": each.dataset, "terms": each.terms} for each in held])
        elif not held:
            click.echo(f"no {kind} yet: `commissure {kind} set FILE --dataset NAME` adds some")
        else:
            click.echo("\n".join(map(_line, held)))

    @group.command("show", help=f"Print the {kind} of a dataset as they were given.\n\n\b\nExample:  {example}")
    @click.option("--dataset", required=True, metavar="NAME", help="The dataset.")
    @data_option
    @click.pass_context
    def show(context: click.Context, dataset: str) -> None:
        from search.questions.listed import ListKind

        _check(context, dataset, ListKind(kind))
        click.echo(_lists(context).text(dataset, ListKind(kind)), nl=False)

    @group.command("drop", help=f"Use the {kind} of a dataset no longer.\n\n\b\nExample:  commissure {kind} drop --dataset study")
    @click.option("--dataset", required=True, metavar="NAME", help="The dataset.")
    @data_option
    @click.pass_context
    def drop(context: click.Context, dataset: str) -> None:
        from search.questions.listed import ListKind

        _check(context, dataset, ListKind(kind))
        _lists(context).drop(dataset, ListKind(kind))
        click.echo(f"{dataset}: its {kind} are used no longer")


_commands(synonyms, "synonyms", "commissure synonyms show --dataset study > synonyms.txt")
_commands(stopwords, "stopwords", "commissure stopwords show --dataset study > stopwords.txt")


def _lists(context: click.Context) -> "DatasetLists":
    from commissure import workplace
    from search.questions.listed import DatasetLists

    return DatasetLists(workplace.workspace(settings_of(context)).folder)


def _check(context: click.Context, dataset: str, kind: "ListKind | None" = None) -> None:
    """Raises InvalidDatasetName, and UnknownDataset but where there is a list of this kind, whose dataset may be gone."""
    from commissure import workplace
    from graph.identifiers import check_dataset_name
    from sources.errors import UnknownDataset

    check_dataset_name(dataset)
    if kind is not None and _lists(context).has(dataset, kind):
        return
    with workplace.workspace(settings_of(context)).reading() as ledger:
        if ledger is None or dataset not in ledger.datasets():
            raise UnknownDataset(dataset)


def _line(held: "HeldList") -> str:
    return f"{held.dataset}: {held.kind} for {held.terms:,} {'term' if held.terms == 1 else 'terms'}"
