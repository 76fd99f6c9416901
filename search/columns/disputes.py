"""Readers that disagree on the same words: what only affirms gives way to what says more.

A reader affirms where it saw nothing that says otherwise; one that denies, doubts, supposes or speaks of relatives saw what does. So of two
mentions that share words the one without a reason does not count as affirmed when documents are ranked, whichever reader it is of. What
people labeled neither gives way nor makes anything give way: a label says that a thing is named, or is judged by those who read it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.model import Assertion
from search.protocols import Mask

HUMAN: Final = "human:"
"""How the sources of mentions begin that people labeled."""
OTHERWISE: Final = frozenset(Assertion) - {Assertion.AFFIRMED, Assertion.HISTORICAL}
"""What says more than that something is there. What was there answers who asks for it, as what is there does."""


def disputed(documents: NDArray[np.integer], starts: NDArray[np.integer], stops: NDArray[np.integer], plain: Mask, otherwise: Mask) -> Mask:
    """Which of the `plain` mentions share words with one that says `otherwise`; mentions are given by document and place."""
    found = np.zeros(len(documents), dtype=np.bool_)
    if not (plain.any() and otherwise.any()):
        return found
    width = int(stops.max()) + 1
    begins, ends = documents.astype(np.int64) * width + starts, documents.astype(np.int64) * width + stops
    order = np.argsort(begins[otherwise], kind="stable")
    others = begins[otherwise][order]
    furthest = np.concatenate([[-1], np.maximum.accumulate(ends[otherwise][order])])
    found[plain] = furthest[np.searchsorted(others, ends[plain])] > begins[plain]
    return found
