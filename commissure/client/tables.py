"""Rows of an answer, and tables made of them. pandas and Arrow are imported when a table is asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from commissure.client.errors import LibraryMissing

if TYPE_CHECKING:
    import pandas
    import pyarrow

R = TypeVar("R", bound=Mapping[str, Any], covariant=True)


class Rows(Sequence[R], Generic[R]):
    """Rows as the server gave them; a sequence of dictionaries."""

    def __init__(self, rows: Sequence[R]) -> None:
        self._rows = rows

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> "Rows[R]": ...
    def __getitem__(self, place: int | slice) -> "R | Rows[R]":
        return Rows(self._rows[place]) if isinstance(place, slice) else self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows)

    def __repr__(self) -> str:
        # What is shown by accident, in a log or a traceback, shall not be clinical text.
        return f"<{type(self).__name__}: {len(self)}>"

    def to_pandas(self) -> "pandas.DataFrame":
        """A DataFrame with a row each; what lies within (`passage.text`) has a column of its own. Raises LibraryMissing."""
        try:
            import pandas
        except ImportError:
            raise LibraryMissing("tables for pandas need pandas: pip install pandas") from None
        return pandas.DataFrame(columns(self._rows))

    def to_arrow(self) -> "pyarrow.Table":
        """An Arrow table with a row each, columns as `to_pandas` names them. Raises LibraryMissing."""
        try:
            import pyarrow
        except ImportError:
            raise LibraryMissing("Arrow tables need pyarrow: pip install pyarrow") from None
        return pyarrow.table({name: _array(pyarrow, values) for name, values in columns(self._rows).items()})


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as columns; a value that lies within another is named by both, with a dot. What a row does not have is None."""
    flat = [dict(_flat(row)) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    # A row that has nothing there says None of the whole, where others have parts.
    within = {name.rpartition(".")[0] for name in names}
    return {name: [row.get(name) for row in flat] for name in names if name not in within}


def _flat(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _array(pyarrow: Any, values: list[Any]) -> Any:
    """A column; one of several types (numbers of patients, of which some are protected) as text."""
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.array([_text(value) for value in values], pyarrow.string())


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
