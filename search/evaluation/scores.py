"""Precision, recall and F1 of what was found against what was wanted."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """How many were found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @classmethod
    def of(cls, found: Iterable[Hashable], wanted: Iterable[Hashable]) -> "Score":
        """What was found, each once, against what was wanted, each once."""
        found, wanted = set(found), set(wanted)
        return cls(len(found & wanted), len(found - wanted), len(wanted - found))

    @property
    def precision(self) -> float:
        """Share of what was found that was wanted; 0 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of what was wanted that was found; 0 where nothing was wanted."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 0 where nothing was right."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0

    def row(self) -> dict[str, float]:
        """The figures by name; `wanted` is how many there were."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "wanted": float(self.right + self.missed)}
