"""How many of the found documents have each value: dataset, type, patient, year, concept (by what is said of it), and what labels say.

Copies of a text count once for a value, as they do among the hits: a filter by the value finds as many as the facet says. Of loose
matches those count of which no copy with the value matches well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.catalog import SqliteCatalog
from search.columns.ages import band_counts, band_words
from search.columns.codings import once
from search.columns.concepts import Int32
from search.columns.documents import HAVING, WAYS, Columns
from search.columns.labels import CLASS, FIELDS
from search.counting import count_distinct
from search.filters import FILTERS, Filters, concepts_of
from search.masks import Ground, fitting_labels, wanted_labels
from search.model import FacetValue
from search.protocols import Mask, Rows
from search.words import begins_words

SHOWN: Final = 12
"""Values listed per facet beside hits, most frequent first; chosen values are listed in any case. `whole_facet` lists all."""
_PLURALS: Final = {row.name: row.plural for row in FILTERS}
_AT_ONCE: Final = 5000
"""Values that are named in one query."""


BEST: Final = 50
"""Best-ranked documents that decide which concepts are telling for a question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked besides, which decides what values there are: of labels a value must be one of a label that fits, for each class that
    is wanted; of ages those count that are asked for."""

    ages: tuple[float | None, float | None] = (None, None)
    fitting: Mask | None = None
    """Labels that the filters of labels allow, whatever their class; None where there is no such filter."""
    wanted: tuple[Mask, ...] = ()

    @classmethod
    def of(cls, filters: Filters, ground: Ground) -> "Asked":
        """What filters ask."""
        ages = filters.age_from, filters.age_to
        if not len(ground.labels.documents):
            return cls(ages)
        fitting = fitting_labels(filters, ground)
        return cls(ages, fitting, tuple(wanted_labels(filters, ground, fitting)))


def count_facets(
    found: Rows,
    shown: Rows,
    columns: Columns,
    catalog: SqliteCatalog,
    filters: Filters,
    *,
    ranked: bool = False,
    codings: Mapping[int, tuple[int, ...]] | None = None,
    asked: Asked | None = None,
    well: tuple[Rows, Rows] | None = None,
) -> dict[str, tuple[FacetValue, ...]]:
    """The facets of the found documents, of which those `shown` stand for copies too; within a facet by count, then label, then value.
    Years come newest first, all of them. `well` is as `value_counts` takes it.

    Where documents are `ranked` best first, concepts come by how much likelier the best documents have them than documents at large: what
    nearly every note has (vital signs) tells nothing of the question, however often it is counted. Of concepts that are `codings` of one
    thing one is listed, the chosen one or the one that finds most.
    """
    facets = {}
    for name in ("dataset", "type", "patient", "sex", *(FIELDS if len(columns.labels.documents) else ())):
        counts = value_counts(name, found, shown, columns, asked, well)
        facets[name] = _named(name, counts, most_frequent(counts, SHOWN), catalog, getattr(filters, _PLURALS[name]))
    counts = value_counts("concept", found, shown, columns, asked, well)
    telling = most_frequent(_used(counts, columns), 2 * SHOWN)
    if ranked:
        telling = most_telling(columns.having.counts(shown[:BEST]), min(len(shown), BEST), columns, _used(counts, columns), 2 * SHOWN)
    facets[HAVING] = _concepts(telling, counts, catalog, concepts_of(filters.concepts), codings or {}, by_count=not ranked)
    for way in WAYS:
        if not columns.said[way].empty:
            counts = value_counts(way, found, shown, columns, well=well)
            chosen = concepts_of(getattr(filters, way))
            facets[way] = _concepts(most_frequent(_used(counts, columns), 2 * SHOWN), counts, catalog, chosen, codings or {})
    facets["year"] = _years(value_counts("year", found, shown, columns, well=well))
    facets["age"] = _ages(value_counts("age", found, shown, columns, asked, well))
    return facets


def _used(counts: NDArray[np.int64], columns: Columns) -> NDArray[np.int64]:
    """The counts without concepts that only terminologies name: what lies above everything tells nothing of what was found."""
    if not len(columns.wider):
        return counts
    used = counts.copy()
    used[columns.wider[columns.wider < len(used)]] = 0
    return used


def value_counts(
    name: str, found: Rows, shown: Rows, columns: Columns, asked: Asked | None = None, well: tuple[Rows, Rows] | None = None
) -> NDArray[np.int64]:
    """How many of the found documents have each value of a facet, by its code (by the year for years, of which 0 is none).

    Where what was found are loose matches, `well` are the documents beside them that match well, and those of them that stand for copies: a
    text of which one has the value is listed among those, not here.
    """
    if well is not None:
        whole = value_counts(name, np.concatenate([well[0], found]), np.concatenate([well[1], shown]), columns, asked)
        apart = value_counts(name, *well, columns, asked)
        whole[: len(apart)] -= apart
        return whole
    texts = columns.copies[found] if len(shown) < len(found) else None
    asked = asked or Asked()
    if name in ("dataset", "patient", "sex"):
        return _counts(columns.values(name)[shown])  # copies are of one dataset and patient
    if name == "age":
        return band_counts(columns.least_ages[found], columns.greatest_ages[found], columns.copies[found], asked.ages)
    if name == "type":
        return _counts(columns.types[found], texts)
    if name == "year":
        return _counts(columns.first_days[found] // 10000, texts)
    if name == HAVING or name in WAYS:
        table = columns.concepts(name)
        counts = table.counts(found) if texts is None else table.counts_of_texts(found, shown)
        return counts if asked.fitting is None or name in WAYS else _with_classes(counts, asked.fitting, found, columns)
    mask = np.zeros(columns.documents, dtype=np.bool_)
    mask[found] = True
    return columns.labels.counts(name, mask, None if texts is None else columns.copies, asked.wanted)


def _with_classes(counts: NDArray[np.int64], fitting: Mask, found: Rows, columns: Columns) -> NDArray[np.int64]:
    """The counts of concepts; those that are classes of labels by the labels that fit, for a filter by one asks for such a label."""
    labels = columns.labels
    classes = np.union1d(labels.classes, columns.hierarchy.broader_of(labels.classes, labels.classes)[1])
    mask = np.zeros(columns.documents, dtype=np.bool_)
    mask[found] = True
    documents, concepts = labels.having(CLASS, mask, (fitting,))
    above, broader = columns.hierarchy.broader_of(documents, concepts)
    holders, held = np.concatenate([documents, above]), np.concatenate([concepts, broader])
    counted = counts.copy()
    counted[classes] = count_distinct(columns.copies[holders], held, len(counts))[classes]
    return counted


def whole_facet(
    name: str,
    counts: NDArray[np.int64],
    catalog: SqliteCatalog,
    beginning: str = "",
    *,
    limit: int,
    offset: int = 0,
    codings: Mapping[int, tuple[int, ...]] | None = None,
    chosen: tuple[str, ...] = (),
    wider: Int32 | None = None,
) -> tuple[tuple[FacetValue, ...], int]:
    """`limit` of all values that are counted, from `offset`, and how many there are: the most frequent first, years by time.

    `beginning`: every word of it begins a word of the value's name, of one of its names for a concept.
    `wider` are concepts that are listed only for their beginning: what lies above everything that was found.
    """
    if name in ("year", "age"):
        listed = _years(counts) if name == "year" else _ages(counts)
        values = [one for one in listed if one.value.startswith(beginning.strip())]
        return tuple(values[offset : offset + limit]), len(values)
    codes, field = most_frequent(counts, len(counts)), "concept" if name in WAYS else name
    if beginning.strip():
        fitting = set(catalog.concepts_beginning(beginning) if field == "concept" else _beginning(name, codes, beginning, catalog))
        codes = [code for code in codes if code in fitting]
    elif field == "concept" and wider is not None and len(wider):
        unlisted = set(wider.tolist())
        codes = [code for code in codes if code not in unlisted]
    if field == "concept":
        codes = list(once(codes, codings or {}, counts, catalog.codes("concept", concepts_of(chosen)) if chosen else ()))
    page = codes[offset : offset + limit]
    named = catalog.values(field, page)
    return tuple(FacetValue(*named[code], int(counts[code])) for code in page), len(codes)


def _beginning(name: str, codes: Sequence[int], beginning: str, catalog: SqliteCatalog) -> list[int]:
    """Those of the codes whose names have words that begin so, or whose value it is."""
    found = []
    for start in range(0, len(codes), _AT_ONCE):
        named = catalog.values(name, codes[start : start + _AT_ONCE])
        found += [code for code, (value, label) in named.items() if value == beginning.strip() or begins_words(beginning, label)]
    return found


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


def _ages(counts: NDArray[np.int64]) -> tuple[FacetValue, ...]:
    """The bands of age that are counted, the youngest first."""
    return tuple(FacetValue(*band_words(band), int(counts[band])) for band in np.flatnonzero(counts).tolist())


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


def _concepts(
    codes: list[int],
    counts: NDArray[np.int64],
    catalog: SqliteCatalog,
    chosen: tuple[str, ...],
    codings: Mapping[int, tuple[int, ...]],
    *,
    by_count: bool = True,
) -> tuple[FacetValue, ...]:
    """The values of a facet of concepts: of codings of one thing one, a chosen one first, at most SHOWN."""
    kept = catalog.codes("concept", chosen) if chosen else []
    return _named("concept", counts, list(islice(once(codes, codings, counts, kept), SHOWN)), catalog, chosen, by_count=by_count)


def most_frequent(counts: NDArray[np.int64], limit: int) -> list[int]:
    """The codes that occur most often, at most `limit`, ties by code."""
    codes = np.flatnonzero(counts)
    if len(codes) > limit:
        least = np.partition(counts[codes], len(codes) - limit)[len(codes) - limit]
        codes = codes[counts[codes] >= least]
    ordered: list[int] = codes[np.lexsort((codes, -counts[codes]))][:limit].tolist()
    return ordered


def _years(counts: NDArray[np.int64]) -> tuple[FacetValue, ...]:
    """The years that are counted, newest first; 0 is none."""
    years = [year for year in np.flatnonzero(counts).tolist() if year]
    return tuple(FacetValue(f"{year:04d}", f"{year:04d}", int(counts[year])) for year in reversed(years))
