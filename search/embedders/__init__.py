"""Models that turn text into vectors."""

from search.embedders.sentence_models import open_embedder

__all__ = ["open_embedder"]
