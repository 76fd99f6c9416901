"""No cell of a CSV for people is taken for a formula, whether it is written value by value or by column; numbers stay numbers."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.formulas import cell, column

FORMULAS = ("=1+1", "+49 30 1234", "-1+1", "@SUM(A1)", "\tb", "\r=b", "\n=b", "--5", "-", "+", "-1e", "＝1", "-5\n")
OTHERS = ("plain", "", " =1", "-5", "+5.25", "-.5", "1e-5", "-1E+5", "a=b", "'=1", "2019-01-01", "<5")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_is_told_as_text(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert column(pa.array([text, None, "plain"])).to_pylist() == [f"'{text}", None, "plain"]


@pytest.mark.parametrize("value", [*OTHERS, -5, -1.5, None, True])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert cell(value) is value
    if isinstance(value, str):
        assert column(pa.array([value])).to_pylist() == [value]


@given(st.lists(st.none() | st.text(alphabet="=+-@\t\r\n＝0159.eE a", max_size=6), max_size=8))
def test_columns_are_as_their_cells(values: list[str | None]) -> None:
    for kind in (pa.string(), pa.large_string()):
        found = column(pa.array(values, kind))
        assert found.type == kind and found.to_pylist() == [cell(value) for value in values]
    assert column(pa.chunked_array([values, values], pa.string())).to_pylist() == [cell(value) for value in (*values, *values)]


def test_columns_of_numbers_are_not_looked_at() -> None:
    numbers = pa.array([-1, 2])
    assert column(numbers) is numbers
