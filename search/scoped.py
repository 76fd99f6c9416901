"""A generation as a reader of some datasets sees it: made from what the scope admits, so that nothing of it can tell of the rest."""

from pathlib import Path

from graph.scope import Scope
from search.embedding_cache import EmbeddingCache
from search.generation import GenerationBuilder, read_meta


def write_within(generation: Path, out: Path, scope: Scope, cache: EmbeddingCache) -> None:
    """Write into `out` what the generation in a folder would be, had nothing outside the scope been ingested. Nothing is embedded again.

    Takes as long as deriving the indexes of a publication. Raises GenerationUnreadable.
    """
    meta = read_meta(generation)
    with GenerationBuilder(generation, out, meta.number) as builder:
        for dataset in builder.datasets():
            if scope.datasets is not None and dataset not in scope.datasets:
                builder.drop_dataset(dataset)
        builder.finish(None, cache, model=meta.model)
