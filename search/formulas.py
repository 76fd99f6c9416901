"""Cells of CSV that no spreadsheet takes for a formula: the one rule for every table that is written for people.

A text that begins like a formula gets an apostrophe before it; a plain number stays what it is. Files that programs alone read by their
format (bulk files of Neptune, manifests) are none of these.
"""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

_BEGINS: Final = "[=+\\-@\t\r\n＝＋－＠]"
"""The wide forms are taken for the narrow ones."""
_NUMBER: Final = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_IS_NUMBER: Final = re.compile(_NUMBER)
_IS_FORMULA: Final = re.compile(_BEGINS)


def cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    if not isinstance(value, str) or not _IS_FORMULA.match(value) or _IS_NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def column(values: "pa.Array | pa.ChunkedArray") -> "pa.Array | pa.ChunkedArray":
    """A column of which no text is taken for a formula; one of other types as it is."""
    import pyarrow as pa
    from pyarrow import compute

    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return values
    begins = compute.match_substring_regex(values, f"^{_BEGINS}")
    taken = compute.and_not(begins, compute.match_substring_regex(values, f"^({_NUMBER})$"))
    if not compute.any(taken).as_py():
        return values
    return compute.if_else(taken, compute.binary_join_element_wise(pa.scalar("'", values.type), values, pa.scalar("", values.type)), values)
