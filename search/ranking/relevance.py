"""Whether a document answers a question at all, and how well: a scale that does not depend on filters, paging or what else was found.

    closeness   how far the cosine of the nearest passage rises above what the model gives to things that have nothing to do with each other
    coverage    the share of what the question asks (its informative words, weighed by their idf) that the document says
    unknown     the share of it that no document says: a model gives made-up words some meaning or other
    relevance   closeness · (1 - 0.4 · unknown) + 0.4 · coverage

A document that says three quarters of the question matches well whatever the model thinks; one that says half of it, or lies clearly above
the noise, matches loosely; what is below is not found. docs/decisions/0023-relevance.md says what this was measured on.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.protocols import Embedder, Scores, VectorIndex

LOOSELY: Final = 0.2
WELL: Final = 0.3
COVERAGE: Final = 0.4
UNKNOWN: Final = 0.4
FARTHEST: Final = -0.1
"""So that half of the words do not make an answer of a document that is about something else."""
NOISE: Final = 0.2
"""The least cosine that is taken for noise, however small the corpus."""

PROBES: Final = (
    "subway timetable of a large city",
    "stock market prices in Tokyo",
    "how to bake sourdough bread",
    "football world cup winners",
    "guitar chord progression",
    "galactic empire spaceship battle",
    "medieval castle architecture",
    "cheap flights to Paris",
    "rules of parliamentary procedure",
)
"""Questions of nine walks of life: a corpus may be about one or the other of them, but not about most."""
_SAMPLE: Final = 2048
"""Units that the probes are compared with."""
_FEW: Final = 200
"""Fewer units than this say little of what a model takes for near."""


def noise_of(vectors: VectorIndex, embedder: Embedder, units: int) -> float:
    """The cosine that a question about something else reaches in this corpus with this model: the median of the probes' best."""
    if units < _FEW:
        return NOISE
    rows = np.unique(np.linspace(0, max(units - 1, 0), min(units, _SAMPLE)).astype(np.int64))
    best = [float(np.nan_to_num(vectors.cosines(embedder.encode_query(probe), rows), nan=-1.0).max(initial=-1.0)) for probe in PROBES]
    return min(max(float(np.median(best)), NOISE), 0.95)


def closeness(cosines: NDArray[np.floating], noise: float) -> NDArray[np.float64]:
    """Of each cosine: 0 for noise (and without a vector), 1 for the same text; FARTHEST for what has nothing to do with the question."""
    above: NDArray[np.float64] = (np.nan_to_num(cosines.astype(np.float64), nan=noise) - noise) / (1 - noise)
    return np.clip(above, FARTHEST, 1.0)


def least_cosine(noise: float) -> float:
    """The cosine below which a document cannot be found by meaning alone."""
    return noise + LOOSELY * (1 - noise)


def relevance(cosines: Scores | None, noise: float, coverage: NDArray[np.floating] | None, unknown: float) -> NDArray[np.float64]:
    """The relevance of documents from the cosine of their nearest passage and their coverage; None where that was not asked."""
    near = 0.0 if cosines is None else closeness(cosines, noise) * (1 - UNKNOWN * unknown)
    said = 0.0 if coverage is None else COVERAGE * coverage.astype(np.float64)
    # Rounded, for half a question is half of it however its parts add up.
    total: NDArray[np.float64] = np.round(near + np.asarray(said, dtype=np.float64), 6)
    return total
