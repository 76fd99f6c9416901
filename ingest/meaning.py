"""Gives passages that have no vector one, those of the newest documents first, and publishes them in slices beside whoever reads.

A text is embedded once ever (search.embedding_cache), so what is cut off goes on where it was. The data folder is only held while a slice
is published: other runs come in between, and what they bring is given its meaning as well. One process at a time does this.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from ingest.errors import DatasetBusy, room_in
from ingest.ledger import Ledger
from ingest.locks import Lock
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.republishing import republish
from ingest.workspace import MEANING_LOCK, Workspace
from search.embedding_cache import EmbeddingCache
from search.generation import read_meta
from search.making import chunks
from search.protocols import Embedder
from search.unembedded import unembedded

FEW: Final = 512
"""So few texts are embedded before what brings them is published: one publication instead of two, after little waiting."""
_FIRST: Final = 1024
"""Texts of the first slice. Each further one is twice as large, because a publication costs what is held: so there are few of them."""
_LARGEST: Final = 65_536
_AT_ONCE: Final = 256
"""Texts after which their vectors are kept."""
_PATIENCE: Final = 1.0
"""Seconds between looks at whether another process has done writing."""


@dataclass(frozen=True, slots=True)
class Given:
    """The published generation in the end, how many texts the model read for it, and how many distinct texts still have no vector."""

    generation: int
    embedded: int
    missing: int


def give_meaning(workspace: Workspace, tools: Tools, progress: Progress) -> Given:
    """Embed what has no vector and publish it, slice by slice, until nothing is left; at once where another process is at it."""
    embedded, size = 0, _FIRST
    with Lock(workspace.folder / MEANING_LOCK) as lock:
        alone = lock.take()
        cache = EmbeddingCache(workspace.embeddings_path)
        while (left := _left(workspace, tools)) and alone:
            model = tools.embedder.name
            texts = unembedded(workspace.generation_folder(workspace.current()) / "search", cache, model, size)
            progress.step("embedding", min(left, len(texts)))
            embed_texts(texts, cache, tools.embedder, progress)
            embedded, size = embedded + len(texts), min(2 * size, _LARGEST)
            with _held(workspace) as ledger, room_in(workspace.folder):
                republish(ledger, workspace, tools, progress, model)
    return Given(workspace.current(), embedded, left)


def embed_texts(texts: Sequence[tuple[bytes, str]], cache: EmbeddingCache, embedder: Embedder, progress: Progress) -> None:
    """Embed texts, given with their keys, and keep the vectors as they come: what is cut off goes on where it was."""
    for chunk in chunks(texts, _AT_ONCE):
        vectors = embedder.encode([text for _, text in chunk], progress.advance)
        cache.put([key for key, _ in chunk], vectors, embedder.name)


def _left(workspace: Workspace, tools: Tools) -> int:
    """How many distinct texts that are published have no vector of the model."""
    generation = workspace.current()
    if not generation:
        return 0
    meta = read_meta(workspace.generation_folder(generation) / "search")
    if meta.vectors < meta.units or not meta.units:
        return meta.units - meta.vectors
    return 0 if meta.model == tools.embedder.name else meta.units


@contextmanager
def _held(workspace: Workspace) -> Iterator[Ledger]:
    """The ledger, as soon as nobody else writes; whoever comes meanwhile waits, because it is not for long."""
    with ExitStack() as held:
        while True:
            try:
                ledger = held.enter_context(workspace.writing(briefly=True))
                break
            except DatasetBusy:
                time.sleep(_PATIENCE)
        yield ledger
