"""How many of the found documents have each value: dataset, type, patient, year, concept, and what labels say.

Copies of a text count once for a value, as they do among the hits: a filter by the value finds as many as the facet says.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.catalog import SqliteCatalog
from search.codings import once
from search.columns import Columns
from search.counting import count_distinct
from search.filters import Filters
from search.label_columns import FIELDS
from search.model import FacetValue
from search.protocols import Rows

SHOWN: Final = 12
"""Values listed per facet, most frequent first; chosen values are listed in any case."""


BEST: Final = 50
"""Best-ranked documents that decide which concepts are telling for a question."""


def count_facets(
    found: Rows,
    shown: Rows,
    columns: Columns,
    catalog: SqliteCatalog,
    filters: Filters,
    *,
    ranked: bool = False,
    codings: Mapping[int, tuple[int, ...]] | None = None,
) -> dict[str, tuple[FacetValue, ...]]:
    """The facets of the found documents, of which those `shown` stand for copies too; within a facet by count, then label, then value.
    Years come newest first.

    Where documents are `ranked` best first, concepts come by how much likelier the best documents have them than documents at large: what
    nearly every note has (vital signs) tells nothing of the question, however often it is counted. Of concepts that are `codings` of one
    thing one is listed, the chosen one or the one that finds most.
    """
    chosen: Mapping[str, tuple[str, ...]] = {
        "dataset": filters.datasets,
        "type": filters.types,
        "patient": filters.patients,
        "concept": filters.concepts,
    }
    texts = columns.copies[found] if len(shown) < len(found) else None
    counts = {
        "dataset": _counts(columns.datasets[shown]),  # copies are of one dataset and patient
        "type": _counts(columns.types[found], texts),
        "patient": _counts(columns.patients[shown]),
        "concept": columns.concept_counts(found) if texts is None else columns.concept_counts_of_texts(found, shown),
    }
    facets = {
        name: _named(name, counts[name], most_frequent(counts[name], SHOWN), catalog, chosen[name]) for name in counts if name != "concept"
    }
    telling = most_frequent(counts["concept"], 2 * SHOWN)
    if ranked:
        telling = most_telling(columns.concept_counts(shown[:BEST]), min(len(shown), BEST), columns, counts["concept"], 2 * SHOWN)
    kept = catalog.codes("concept", filters.concepts) if filters.concepts else []
    things = list(islice(once(telling, codings or {}, counts["concept"], kept), SHOWN))
    facets["concept"] = _named("concept", counts["concept"], things, catalog, chosen["concept"], by_count=not ranked)
    facets["year"] = _years(_counts(columns.first_days[found] // 10000, texts))
    if len(columns.labels.documents):
        mask = np.zeros(columns.documents, dtype=np.bool_)
        mask[found] = True
        for name in FIELDS:
            of_labels = columns.labels.counts(name, mask, None if texts is None else columns.copies)
            facets[name] = _named(name, of_labels, most_frequent(of_labels, SHOWN), catalog, getattr(filters, f"{name}s"))
    return facets


def most_telling(among: NDArray[np.int64], best: int, columns: Columns, counts: NDArray[np.int64], limit: int = SHOWN) -> list[int]:
    """Concepts of the `best` documents, `among` saying how many of them have each, the most telling first, at most `limit`.

    A concept weighs its count among the best by the logarithm of how much likelier it is there than in all documents (a term of the
    likelihood ratio); concepts that are no likelier come after those that are, by their count in everything found.
    """
    codes = np.flatnonzero(counts)
    having = np.zeros(len(counts), dtype=np.float64)
    having[: len(among)] = among
    everywhere = columns.concept_spread[codes] / max(columns.documents, 1)
    likelier = (having[codes] / max(best, 1)) / everywhere
    weight = having[codes] * np.log(np.maximum(likelier, 1.0))
    ordered: list[int] = codes[np.lexsort((codes, -counts[codes], -weight))][:limit].tolist()
    return ordered


def _counts(codes: NDArray[np.int32], texts: NDArray[np.int32] | None = None) -> NDArray[np.int64]:
    """How often each code occurs, by code; with the `texts` beside them, of how many distinct ones."""
    known = codes >= 0
    if texts is not None:
        return count_distinct(texts[known], codes[known])
    counts: NDArray[np.int64] = np.bincount(codes[known])
    return counts


def _named(
    field: str, counts: NDArray[np.int64], first: list[int], catalog: SqliteCatalog, chosen: tuple[str, ...], *, by_count: bool = True
) -> tuple[FacetValue, ...]:
    """The values of a facet: `first`, and those chosen."""
    known = catalog.codes(field, chosen) if chosen else []
    listed = dict.fromkeys([*first, *known])
    names = catalog.values(field, tuple(listed))
    values = [FacetValue(*names[code], int(counts[code]) if code < len(counts) else 0) for code in listed]
    absent = [value for value in chosen if value not in {v.value for v in values} and not catalog.codes(field, (value,))]
    unknown = [FacetValue(value, value, 0) for value in absent]
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


def _years(counts: NDArray[np.int64]) -> tuple[FacetValue, ...]:
    """The values of the facet from the counts by year, of which 0 is none."""
    years = [year for year in np.flatnonzero(counts).tolist() if year]
    shown = sorted(years, key=lambda year: (-int(counts[year]), -year))[:SHOWN]
    return tuple(FacetValue(f"{year:04d}", f"{year:04d}", int(counts[year])) for year in sorted(shown, reverse=True))
