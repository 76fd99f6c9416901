"""`commissure evaluate`: how well the product does on sets that people judged."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of

if TYPE_CHECKING:
    from concepts.vocabulary import Vocabulary
    from ingest.workspace import Workspace
    from search.questions.wordlists import WordLists

Rows = Mapping[str, Mapping[str, float]]
_COUNTED = frozenset({"wanted", "questions", "reworded"})
"""Figures that are whole numbers."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--synonyms", type=click.Path(path_type=Path), metavar="FILE", help="Weigh these synonyms: without them and with them.")
@click.option("--stopwords", type=click.Path(path_type=Path), metavar="FILE", help="Weigh these stop words likewise.")
@click.option("--boosts", metavar="BOOSTS", help="Weigh these boosts likewise, as the setting writes them: 'title=0.1; fresh:365=0.1'.")
@json_option
@data_option
@click.pass_context
def evaluate(
    context: click.Context, folder: Path, synonyms: Path | None, stopwords: Path | None, boosts: str | None, as_json: bool
) -> None:
    """Measure on a judged set: what the folder holds tells what is measured (docs/search.md has the layouts).

    \b
    corpus.jsonl, queries.jsonl, qrels.tsv   ranking; with "wants" in queries.jsonl, whether search tells what has from what lacks
    spans.jsonl (or NegEx's items.jsonl)     assertion of given spans
    mentions.jsonl (test.jsonl, devel.jsonl) concepts and assertion of texts, read with the terminologies of the data folder

    \b
    Example:  commissure evaluate collections/scifact --json
    """
    with _told() as tell:
        rows = _measured(context, folder, _lists(synonyms, stopwords), boosts or "", tell)
    if as_json:
        print_json(rows)
        return
    names = sorted({name for figures in rows.values() for name in figures}, key=lambda name: (name in _COUNTED, name))
    width = max(10, *map(len, rows))
    click.echo(f"{'':{width}}" + "".join(f"{name:>12}" for name in names))
    for title, figures in rows.items():
        cells = ("" if name not in figures else f"{figures[name]:.0f}" if name in _COUNTED else f"{figures[name]:.4f}" for name in names)
        click.echo(f"{title:{width}}" + "".join(f"{cell:>12}" for cell in cells))


def _lists(synonyms: Path | None, stopwords: Path | None) -> "WordLists":
    """The word lists that are to be weighed. Raises WordListUnreadable."""
    from search.questions.listed import ListKind, read_list
    from search.questions.wordlists import NO_LISTS, together

    given = [(path, kind) for path, kind in ((synonyms, ListKind.SYNONYMS), (stopwords, ListKind.STOPWORDS)) if path is not None]
    return together([read_list(path, kind) for path, kind in given]) if given else NO_LISTS


def _measured(context: click.Context, folder: Path, lists: "WordLists", boosts: str, tell: Callable[[str, int, int], None]) -> Rows:
    from commissure import assemble, workplace
    from search.embedding_cache import EmbeddingCache
    from search.evaluation.mentions import FILES, evaluate_mentions
    from search.evaluation.polarity import evaluate_polarity, says_what_it_wants
    from search.evaluation.rankings import evaluate_collection
    from search.evaluation.spans import ITEMS, SPANS, evaluate_spans

    gaining = assemble.boosts_from(boosts)
    if (lists or gaining) and any((folder / name).exists() for name in (SPANS, ITEMS, *FILES)):
        raise click.UsageError("word lists and boosts change what questions find: the set must hold some (queries.jsonl)")
    if any((folder / name).exists() for name in (SPANS, ITEMS)):
        return evaluate_spans(folder, tell)
    settings = settings_of(context)
    workspace = workplace.workspace(settings)
    if any((folder / name).exists() for name in FILES):
        return evaluate_mentions(folder, _vocabularies(workspace), tell)
    workspace.folder.mkdir(parents=True, exist_ok=True)
    model, cache = workplace.embedder(settings), EmbeddingCache(workspace.embeddings_path)
    with tempfile.TemporaryDirectory() as work:
        if says_what_it_wants(folder):
            return evaluate_polarity(folder, Path(work), model, cache, workspace.terminologies.editions(), tell, lists, gaining)
        return evaluate_collection(folder, Path(work), model, cache, tell, lists, gaining)


def _vocabularies(workspace: "Workspace") -> "list[Vocabulary]":
    """The terminologies of the data folder."""
    from concepts.vocabulary import open_vocabulary

    return [open_vocabulary(folder) for folder in workspace.terminologies.editions().values()]


@contextmanager
def _told() -> Iterator[Callable[[str, int, int], None]]:
    """Shows progress that is told as (step, how much is done, how much there is)."""
    from commissure.cli.console import progress

    with progress() as shown:
        step, last = "", 0

        def tell(name: str, done: int, total: int) -> None:
            nonlocal step, last
            if name != step or done < last:
                shown.step(name, total)
                step, last = name, 0
            shown.advance(done - last)
            last = done

        yield tell
