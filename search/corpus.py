"""The texts of a published generation, as a corpus to learn from."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from search.tables.catalog_file import read_only

_TEXTS = """
SELECT min(coalesce(documents.patient, documents.id)), units.text FROM passages
JOIN documents ON documents.row = passages.document JOIN units ON units.key = passages.key
WHERE documents.dataset = ? GROUP BY units.key ORDER BY units.key
"""


def texts_of(folder: Path, dataset: str) -> Iterator[tuple[str, str]]:
    """Each distinct passage text of a dataset once, with whose it is: a patient's, or its document where it is nobody's."""
    with closing(read_only(folder / "catalog.sqlite")) as db:
        yield from db.execute(_TEXTS, (dataset,))
