"""What the sources of rows are called: where they lie on the machine is nobody's who reads the data (see sources.places)."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from sources.places import Places, named_source

PLACED: Final = "placed(dataset, source)"
"""The name of the source of a row of the catalog, as `place_sources` lets queries say it."""


def place_sources(db: sqlite3.Connection, places: Mapping[str, Places]) -> None:
    """Let queries of a connection say PLACED."""

    def placed(dataset: str, source: str | None) -> str | None:
        return source and relative_source(places, dataset, source)

    db.create_function("placed", 2, placed, deterministic=True)


def read_places(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Dataset → its places."""
    places: dict[str, dict[str, str]] = {}
    for dataset, folder, name in db.execute("SELECT dataset, folder, name FROM places"):
        places.setdefault(dataset, {})[folder] = name
    return places


def relative_source(places: Mapping[str, Places], dataset: str, source: str) -> str:
    """What a source is called, as the graph calls it; what is called so already stays as it is."""
    if not source.startswith("/") and "://" not in source:
        return source
    return named_source(places.get(dataset, {}), source)
