"""Where sources lie within what was ingested of their dataset: the folders above are of the machine, and nobody's who reads the data."""

import sqlite3
from collections.abc import Mapping
from typing import Final

PLACED: Final = "placed(dataset, source)"
"""The source of a row of the catalog, as `place_sources` lets queries say it."""


def place_sources(db: sqlite3.Connection, roots: Mapping[str, str]) -> None:
    """Let queries of a connection say PLACED."""

    def placed(dataset: str, source: str | None) -> str | None:
        return source and relative_source(roots, dataset, source)

    db.create_function("placed", 2, placed, deterministic=True)


def read_roots(db: sqlite3.Connection) -> dict[str, str]:
    """Dataset → what comes before the folder that all of its sources lie in."""
    derived = "SELECT dataset, first, last FROM sources"
    # A generation of an earlier version has no such table.
    former = "SELECT dataset, min(source), max(source) FROM documents GROUP BY dataset"
    there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sources'").fetchone()
    return {dataset: above_common_folder(first, last) for dataset, first, last in db.execute(derived if there else former)}


def relative_source(roots: Mapping[str, str], dataset: str, source: str) -> str:
    """The path of a source from the folder on that all sources of its dataset lie in, by that folder's own name."""
    if not source.startswith("/") and "://" not in source:
        return source
    root = roots.get(dataset)
    # Sources without a folder in common have their own name only.
    return source[len(root) :].lstrip("/") if root and source.startswith(root) else source.rpartition("/")[2]


def above_common_folder(first: str, last: str) -> str:
    """What comes before the folder that all paths lie in of which these are the first and the last in order."""
    same = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))
    above, slash, _ = first[:same].rpartition("/")[0].rpartition("/")
    return above + slash
