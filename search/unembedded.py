"""The texts of a published generation that a model has not read yet."""

from contextlib import closing
from pathlib import Path

import numpy as np

from search.columns.documents import open_columns
from search.embedding_cache import EmbeddingCache
from search.making import chunks, marks
from search.tables.catalog_file import read_only

_CHUNK = 900


def unembedded(folder: Path, cache: EmbeddingCache, model: str, most: int) -> list[tuple[bytes, str]]:
    """Key and text of at most so many units of a generation that have no vector of the model, those of the newest documents first."""
    columns = open_columns(folder / "columns")
    # Documents are numbered newest first, and those of a unit ascend.
    newest_first = np.argsort(columns.unit_documents[columns.unit_offsets[:-1]], kind="stable")
    ordered = [key.tobytes() for key in columns.unit_keys[newest_first]]
    keys = [ordered[place] for place in cache.missing(ordered, model)[:most]]
    found: dict[bytes, str] = {}
    with closing(read_only(folder / "catalog.sqlite")) as db:
        for chunk in chunks(keys, _CHUNK):
            found.update(db.execute(f"SELECT key, text FROM units WHERE key IN ({marks(chunk)})", chunk))  # noqa: S608 - only marks
    return [(key, found[key]) for key in keys]
