"""How alike two notes, or two patients, are by their concepts, and whether two passages say the contrary: nothing is looked up here.

What is affirmed is never mixed with what is denied: a concept that one has and the other denies counts against them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.lexical.analysis import informative
from search.spoken import SEPARATE, spoken_of

Int64 = NDArray[np.int64]
Weights = NDArray[np.float64]
_CONTRARY: Final = 0.4
"""Share of the words of both that one passage denies and the other does not, from which on they say the contrary."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is true of a note or a patient, everything broader included, and what is denied of it: ordinals of concepts, ascending."""

    has: Int64
    denies: Int64


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two are, 0 to 1; what both have, everything broader included; and what one has and the other denies."""

    score: float
    shared: Int64
    opposed: Int64


def likeness(one: Profile, other: Profile, weights: Weights) -> Likeness:
    """Weight of what both have, less that of what one has and the other denies, as a share of the weight of what either has.

    `weights` has one weight for each ordinal, at least 0.
    """
    shared = np.intersect1d(one.has, other.has)
    opposed = np.union1d(np.intersect1d(one.has, other.denies), np.intersect1d(other.has, one.denies))
    either = float(weights[np.union1d(one.has, other.has)].sum())
    score = float(weights[shared].sum() - weights[opposed].sum()) / either if either else 0.0
    return Likeness(max(0.0, score), shared, opposed)


def specificities(holders: Int64, of: int) -> Weights:
    """The weight of each concept, by how many of `of` patients have it: 0 where none has it, little where all do, more the fewer do."""
    held = np.clip(holders, 1, max(of, 1))
    weights: Weights = np.where(holders > 0, np.log((max(of, 1) + 1) / held), 0.0)
    return weights


def says_contrary(one: str, other: str) -> bool:
    """Whether a passage denies what another says: of the words that both have, at least two fifths are denied by one of them alone."""
    words = set(informative(one)) & set(informative(other))
    if not words:
        return False
    denied = [set(informative(spoken_of(text).partition(SEPARATE)[0])) for text in (one, other)]
    return len(words & (denied[0] ^ denied[1])) >= _CONTRARY * len(words)
