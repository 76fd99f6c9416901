"""How many of the found documents have each value: dataset, type, patient, year, concept."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.catalog import SqliteCatalog
from search.columns import Columns
from search.model import FacetValue, Filters
from search.protocols import Rows

SHOWN: Final = 12
"""Values listed per facet, most frequent first; chosen values are listed in any case."""


def count_facets(found: Rows, columns: Columns, catalog: SqliteCatalog, filters: Filters) -> dict[str, tuple[FacetValue, ...]]:
    """The facets of the found documents; within a facet by count, then label, then value. Years come newest first."""
    chosen: Mapping[str, tuple[str, ...]] = {
        "dataset": filters.datasets,
        "type": filters.types,
        "patient": filters.patients,
        "concept": filters.concepts,
    }
    codes = {
        "dataset": columns.datasets[found],
        "type": columns.types[found],
        "patient": columns.patients[found],
        "concept": columns.concepts_of_documents(found),
    }
    facets = {name: _named(name, _counts(codes[name]), catalog, chosen[name]) for name in ("dataset", "type", "patient", "concept")}
    facets["year"] = _years(columns.first_days[found])
    return facets


def _counts(codes: NDArray[np.int32]) -> NDArray[np.int64]:
    """How often each code occurs, by code."""
    counts: NDArray[np.int64] = np.bincount(codes[codes >= 0])
    return counts


def _named(field: str, counts: NDArray[np.int64], catalog: SqliteCatalog, chosen: tuple[str, ...]) -> tuple[FacetValue, ...]:
    known = catalog.codes(field, chosen) if chosen else []
    listed = dict.fromkeys([*most_frequent(counts, SHOWN), *known])
    names = catalog.values(field, tuple(listed))
    values = [FacetValue(*names[code], int(counts[code]) if code < len(counts) else 0) for code in listed]
    unknown = [FacetValue(value, value, 0) for value in chosen if value not in {v.value for v in values}]
    return tuple(sorted((*values, *unknown), key=lambda v: (-v.count, v.label, v.value)))


def most_frequent(counts: NDArray[np.int64], limit: int) -> list[int]:
    """The codes that occur most often, at most `limit`, ties by code."""
    codes = np.flatnonzero(counts)
    if len(codes) > limit:
        least = np.partition(counts[codes], len(codes) - limit)[len(codes) - limit]
        codes = codes[counts[codes] >= least]
    ordered: list[int] = codes[np.lexsort((codes, -counts[codes]))][:limit].tolist()
    return ordered


def _years(first_days: NDArray[np.int32]) -> tuple[FacetValue, ...]:
    years, counts = np.unique(first_days[first_days > 0] // 10000, return_counts=True)
    shown = sorted(zip(counts.tolist(), years.tolist(), strict=True), key=lambda pair: (-pair[0], -pair[1]))[:SHOWN]
    return tuple(FacetValue(f"{year:04d}", f"{year:04d}", count) for count, year in sorted(shown, key=lambda pair: -pair[1]))
