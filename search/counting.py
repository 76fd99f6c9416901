"""Counting what is distinct among many numbers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct as by_sorting

_SPARSE: Final = 64
"""Bytes of a table for each number that is marked in it, at most."""


def distinct(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The distinct numbers, ascending. Where they lie close together, marking them in a table is much quicker than sorting them."""
    size = int(numbers.max(initial=-1)) + 1
    if size > _SPARSE * len(numbers):
        return by_sorting(numbers)
    table = np.zeros(size, dtype=np.bool_)
    table[numbers] = True
    return np.flatnonzero(table)


def count_distinct(rows: NDArray[np.integer], codes: NDArray[np.integer], length: int = 0) -> NDArray[np.int64]:
    """How many distinct rows each code stands beside, by code; at least `length` counts."""
    width = int(codes.max(initial=0)) + 1
    counts: NDArray[np.int64] = np.bincount(distinct(rows.astype(np.int64) * width + codes) % width, minlength=length)
    return counts
