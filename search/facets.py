"""How many of the found documents have each value: dataset, type, patient, year, concept."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.catalog import SqliteCatalog
from search.columns import Columns
from search.label_columns import FIELDS
from search.model import FacetValue, Filters
from search.protocols import Rows

SHOWN: Final = 12
"""Values listed per facet, most frequent first; chosen values are listed in any case."""


BEST: Final = 50
"""Best-ranked documents that decide which concepts are telling for a question."""


def count_facets(
    found: Rows, columns: Columns, catalog: SqliteCatalog, filters: Filters, *, ranked: bool = False
) -> dict[str, tuple[FacetValue, ...]]:
    """The facets of the found documents; within a facet by count, then label, then value. Years come newest first.

    Where `found` is `ranked` best first, concepts come by how much likelier the best documents have them than documents at large: what
    nearly every note has (vital signs) tells nothing of the question, however often it is counted.
    """
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
    }
    counts = {**{name: _counts(values) for name, values in codes.items()}, "concept": columns.concept_counts(found)}
    facets = {name: _named(name, counts[name], most_frequent(counts[name], SHOWN), catalog, chosen[name]) for name in counts}
    if ranked:
        telling = most_telling(columns.concept_counts(found[:BEST]), min(len(found), BEST), columns, counts["concept"])
        facets["concept"] = _named("concept", counts["concept"], telling, catalog, chosen["concept"], by_count=False)
    facets["year"] = _years(columns.first_days[found])
    if len(columns.labels.documents):
        mask = np.zeros(columns.documents, dtype=np.bool_)
        mask[found] = True
        for name in FIELDS:
            of_labels = columns.labels.counts(name, mask)
            facets[name] = _named(name, of_labels, most_frequent(of_labels, SHOWN), catalog, getattr(filters, f"{name}s"))
    return facets


def most_telling(among: NDArray[np.int64], best: int, columns: Columns, counts: NDArray[np.int64]) -> list[int]:
    """Concepts of the `best` documents, `among` saying how many of them have each, the most telling first, at most SHOWN.

    A concept weighs its count among the best by the logarithm of how much likelier it is there than in all documents (a term of the
    likelihood ratio); concepts that are no likelier come after those that are, by their count in everything found.
    """
    codes = np.flatnonzero(counts)
    having = np.zeros(len(counts), dtype=np.float64)
    having[: len(among)] = among
    everywhere = (columns.concept_document_offsets[codes + 1] - columns.concept_document_offsets[codes]) / max(columns.documents, 1)
    likelier = (having[codes] / max(best, 1)) / everywhere
    weight = having[codes] * np.log(np.maximum(likelier, 1.0))
    ordered: list[int] = codes[np.lexsort((codes, -counts[codes], -weight))][:SHOWN].tolist()
    return ordered


def _counts(codes: NDArray[np.int32]) -> NDArray[np.int64]:
    """How often each code occurs, by code."""
    counts: NDArray[np.int64] = np.bincount(codes[codes >= 0])
    return counts


def _named(
    field: str, counts: NDArray[np.int64], first: list[int], catalog: SqliteCatalog, chosen: tuple[str, ...], *, by_count: bool = True
) -> tuple[FacetValue, ...]:
    """The values of a facet: `first`, and those chosen."""
    known = catalog.codes(field, chosen) if chosen else []
    listed = dict.fromkeys([*first, *known])
    names = catalog.values(field, tuple(listed))
    values = [FacetValue(*names[code], int(counts[code]) if code < len(counts) else 0) for code in listed]
    unknown = [FacetValue(value, value, 0) for value in chosen if value not in {v.value for v in values}]
    listed_values = (*values, *unknown)
    return tuple(sorted(listed_values, key=lambda v: (-v.count, v.label, v.value))) if by_count else listed_values


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
