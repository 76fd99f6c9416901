"""Rows of a terminology that cannot be taken: counted, and told by file, line and reason; never by their words, which may be licensed."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest.terminologies.files import File

MOST_TOLD: Final = 1000
"""Rows that are told one by one; the rest is counted."""


class Reject(NamedTuple):
    """A row that was not taken; `line` counts from 1, 0 says the file as a whole."""

    file: str
    line: int
    why: str


@dataclass(slots=True)
class Rejects:
    """What a reader did not take. `told` are the first MOST_TOLD."""

    told: list[Reject] = field(default_factory=list)
    by_reason: Counter[str] = field(default_factory=Counter)

    def reject(self, file: File, line: int, why: str) -> None:
        """Say of a row why it is not taken, in words that hold nothing of the row."""
        self.by_reason[why] += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(Reject(file.name, line, why))

    @property
    def count(self) -> int:
        """How many rows were not taken."""
        return self.by_reason.total()
