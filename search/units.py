"""Which documents hold which unit, the bridge from what is indexed to what is found."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CSR:
    """`documents[offsets[u]:offsets[u + 1]]` are the rows of the documents that hold unit `u`, each named once per unit.

    `count` is the number of documents, whose rows are 0 … count - 1.
    """

    offsets: NDArray[np.int64]
    documents: NDArray[np.int64]
    count: int

    def entries(self, units: Rows) -> tuple[Rows, Rows]:
        """Every (position in `units`, document row) pair of the given units."""
        starts = self.offsets[units]
        sizes = self.offsets[units + 1] - starts
        positions = np.repeat(np.arange(len(units), dtype=np.int64), sizes)
        firsts = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
        return positions, self.documents[firsts + np.arange(len(positions), dtype=np.int64)]

    def units_allowed(self, allowed: Mask) -> Mask:
        """The mask over units that are in an allowed document, from a mask over documents."""
        mask = np.zeros(len(self.offsets) - 1, dtype=np.bool_)
        mask[self._unit_of_entry[allowed[self.documents]]] = True
        return mask

    def units_of(self, documents: Rows) -> tuple[Rows, Rows]:
        """Every (position in `documents`, unit row) pair of the given documents."""
        return self._inverse.entries(documents)

    @cached_property
    def _unit_of_entry(self) -> Rows:
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int64), np.diff(self.offsets))

    @cached_property
    def _inverse(self) -> "CSR":
        order = np.argsort(self.documents, kind="stable")
        offsets = np.zeros(self.count + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.documents, minlength=self.count), out=offsets[1:])
        return CSR(offsets, self._unit_of_entry[order], len(self.offsets) - 1)
