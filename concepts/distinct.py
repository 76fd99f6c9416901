"""The distinct among many numbers, by sorting: `np.unique` looks them up in a table since numpy 2.3, which takes forty times as long."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

N = TypeVar("N", bound=np.generic)


def distinct(numbers: NDArray[N]) -> NDArray[N]:
    """The distinct numbers, ascending."""
    ordered = np.sort(numbers, axis=None)
    if not len(ordered):
        return ordered
    first = np.empty(len(ordered), dtype=np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]
