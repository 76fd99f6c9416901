"""Units and the documents that hold them, both ways, compared with plain sets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.units import CSR

holdings = st.lists(st.sets(st.integers(0, 6)), max_size=8)
"""The documents (0 … 6) of each unit."""


def links(units: list[set[int]]) -> CSR:
    offsets = np.cumsum([0, *map(len, units)])
    return CSR(offsets, np.array([document for held in units for document in sorted(held)], dtype=np.int64), 7)


@given(holdings, st.data())
def test_entries_name_every_document_of_the_units_asked_for_in_order(units: list[set[int]], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.integers(0, len(units) - 1), max_size=12)) if units else []
    positions, documents = links(units).entries(np.array(asked, dtype=np.int64))
    expected = [(place, document) for place, unit in enumerate(asked) for document in sorted(units[unit])]
    assert list(zip(positions.tolist(), documents.tolist(), strict=True)) == expected


@given(holdings, st.lists(st.integers(0, 6), max_size=12))
def test_units_of_documents_is_the_inverse(units: list[set[int]], asked: list[int]) -> None:
    positions, found = links(units).units_of(np.array(asked, dtype=np.int64))
    expected = [(place, unit) for place, document in enumerate(asked) for unit, held in enumerate(units) if document in held]
    assert list(zip(positions.tolist(), found.tolist(), strict=True)) == expected


@given(holdings, st.sets(st.integers(0, 6)))
def test_a_unit_is_allowed_where_any_of_its_documents_is(units: list[set[int]], allowed: set[int]) -> None:
    mask = links(units).units_allowed(np.isin(np.arange(7), list(allowed)))
    assert mask.tolist() == [bool(held & allowed) for held in units]
