"""Adapts the model to a dataset's own texts, and has the data folder use what came of it where it is better.

models/DATASET-1/ in the data folder is the first model that was adapted to a dataset; it comes to its place whole, by one renaming.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graph.scratch import Scratch, sweep
from ingest.errors import IngestError, room_in
from ingest.meaning import Given, embed_texts, give_meaning
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.staging import sync_folder
from ingest.workspace import Workspace
from search.corpus import texts_of
from search.embedding_cache import EmbeddingCache
from search.evaluation.cloze import Corpus, Figures, ask, corpus_of, figures_of, is_better
from search.protocols import Embedder
from search.unembedded import unembedded

MODELS: Final = "models"
"""The folder of adapted models in the data folder."""
FEWEST: Final = 200
"""Pairs to learn from, below which nothing is learned but the pairs."""
_ADAPTING: Final = ".adapting-"
_NUMBER: Final = re.compile(r"-(\d+)$")
_EVERYTHING: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Adapted:
    """What came of adapting: how the old and the new model find contexts, whether the new one is better, and where it lies ('' nowhere)."""

    pairs: int
    before: Figures
    after: Figures
    better: bool
    model: str


Loader = Callable[[str], Embedder]
"""Opens a model by its name or folder."""

Trainer = Callable[[str, Corpus, Path, Callable[[int], None]], None]
"""Fine-tunes the model that is named on a corpus' pairs, and saves it in a folder."""


def adapt(
    workspace: Workspace,
    dataset: str,
    named: str,
    load: Loader,
    train: Trainer,
    most: int,
    seed: int,
    progress: Progress,
) -> Adapted:
    """Fine-tune the model that is `named` on at most so many pairs of a published dataset; kept only where it is better.

    Raises IngestError where there are too few pairs, ModelUnavailable, DiskFull.
    """
    progress.step("taking texts apart")
    corpus = corpus_of(texts_of(workspace.generation_folder(workspace.current()) / "search", dataset), most, seed)
    if len(corpus.learned) < FEWEST or not corpus.asked:
        raise IngestError(
            f"{dataset}: its texts give {len(corpus.learned):,} pairs of sentence and context to learn from and {len(corpus.asked):,} to "
            f"ask for; {FEWEST} are needed to learn from: bring in more notes"
        )
    before = _asked(corpus, load(named), progress, "asking the model as it is")
    (workspace.folder / MODELS).mkdir(exist_ok=True)
    sweep(workspace.folder / MODELS, _ADAPTING)
    with room_in(workspace.folder), Scratch(workspace.folder / MODELS, _ADAPTING) as aside:
        into = aside / "model"
        progress.step("learning", len(corpus.learned))
        train(named, corpus, into, progress.advance)
        after = _asked(corpus, load(str(into)), progress, "asking what was learned")
        better = is_better(before, after)
        place = _next(workspace.folder / MODELS, dataset)
        if better:
            sync_folder(into)
            into.rename(place)
    pool = len(corpus.asked) + len(corpus.others)
    model = f"{MODELS}/{place.name}" if better else ""
    return Adapted(len(corpus.learned), figures_of(before, pool), figures_of(after, pool), better, model)


def embed_all(workspace: Workspace, tools: Tools, progress: Progress) -> Given:
    """Give every passage a vector of the tools' model, and publish them together: until then searches go on with the model before."""
    cache = EmbeddingCache(workspace.embeddings_path)
    texts = unembedded(workspace.generation_folder(workspace.current()) / "search", cache, tools.embedder.name, _EVERYTHING)
    progress.step("embedding", len(texts))
    with room_in(workspace.folder):
        embed_texts(texts, cache, tools.embedder, progress)
    given = give_meaning(workspace, tools, progress)
    return Given(given.generation, given.embedded + len(texts), given.missing)


def _asked(corpus: Corpus, embedder: Embedder, progress: Progress, step: str) -> NDArray[np.int64]:
    progress.step(step, 2 * len(corpus.asked) + len(corpus.others))
    return ask(corpus, embedder, progress.advance)


def _next(models: Path, dataset: str) -> Path:
    """Where the next model of a dataset goes."""
    numbers = [int(found[1]) for path in models.glob(f"{dataset}-*") if (found := _NUMBER.search(path.name))]
    return models / f"{dataset}-{max(numbers, default=0) + 1}"
