"""A compiled terminology: its vocabulary, what lies above each concept, and what is the same elsewhere. One folder, memory-mapped.

Beside the files of a vocabulary:

    broader.npy   concepts above each concept: broader ones, and what a drug acts by     broader_offsets.npy
    same.npy      concepts that are the same, in both directions                         same_offsets.npy
    terms.npy     the names of each concept besides its label, as bytes                  terms_offsets.npy, terms_of.npy
    terminology.json   name, version, format, licence, counts, digest; written last

Concepts are numbered by system and code, so that a code is found by bisection. A concept that only maps name has no label.
"""

import json
from bisect import bisect_left
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from concepts.distinct import distinct
from concepts.hierarchy import Int32, Int64, Table, mapped
from concepts.vocabulary import SPELLED, Strings, Vocabulary, open_vocabulary, save_vocabulary

_ABOUT: Final = "terminology.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a compiled terminology says of itself.

    `version` is the release that its files name, `edition` counts how often it was added or compiled anew;
    `mappings` are pairs of concepts of two schemes,
    `circles` stated pairs that were left out because they lead back to where they begin, `dangling` those with an end that is not there,
    `unfit` names too long to be looked for or without a word; `bytes` is its size on disk.
    """

    name: str
    format: str
    version: str
    edition: int
    added: str
    licence: str
    systems: tuple[str, ...]
    concepts: int
    names: int
    links: int
    mappings: int
    circles: int
    dangling: int
    unfit: int
    rejected: int
    bytes: int
    digest: str
    spelled: int = 1
    """By which version of the rules its names are spelled out (`concepts.vocabulary.SPELLED`)."""

    @property
    def outdated(self) -> bool:
        """Whether an earlier version compiled it, so that it misses names."""
        return self.spelled != SPELLED


@dataclass(frozen=True, eq=False)
class Terminology:
    """An opened terminology. Safe for any number of threads."""

    about: About
    vocabulary: Vocabulary
    broader: Table
    same: Table
    terms: Strings
    terms_of: Int64
    """Where the names of each concept stand among `terms`."""

    def names(self, number: int) -> list[str]:
        """The names of a concept besides its label."""
        return [self.terms[place] for place in range(int(self.terms_of[number]), int(self.terms_of[number + 1]))]

    def number(self, system: str, code: str) -> int:
        """The number of a concept; -1 where it is none of this terminology."""
        if system not in self._of_systems:
            return -1
        first, last = self._of_systems[system]
        at = bisect_left(_Codes(self.vocabulary, last), code.encode("utf-8", "surrogatepass"), first)
        return at if at < last and self.vocabulary.codes[at] == code else -1

    @cached_property
    def _of_systems(self) -> dict[str, tuple[int, int]]:
        """System → the numbers of its concepts, from the first to before the last."""
        numbers = self.vocabulary.system
        return {
            system: (int(np.searchsorted(numbers, place)), int(np.searchsorted(numbers, place, "right")))
            for place, system in enumerate(self.vocabulary.systems)
        }


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes before a place as a sequence of bytes, for bisection."""

    vocabulary: Vocabulary
    end: int

    def __len__(self) -> int:
        return self.end

    def __getitem__(self, row: int) -> bytes:
        return self.vocabulary.codes[row].encode("utf-8", "surrogatepass")


def table_of(rows: Int64, values: Int64, count: int) -> Table:
    """Distinct pairs as a table of `count` rows; those of one concept with itself are nothing."""
    apart = rows != values
    keys = distinct(rows[apart] * max(count, 1) + values[apart])
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys // max(count, 1), minlength=count), out=offsets[1:])
    found: Int32 = (keys % max(count, 1)).astype(np.int32)
    return Table(offsets, found)


def save_terminology(terminology: Terminology, folder: Path) -> None:
    """Write it, what it says of itself last."""
    save_vocabulary(terminology.vocabulary, folder)
    for name in ("broader", "same"):
        table: Table = getattr(terminology, name)
        np.save(folder / f"{name}_offsets.npy", table.offsets)
        np.save(folder / f"{name}.npy", table.values)
    np.save(folder / "terms_offsets.npy", terminology.terms.offsets)
    np.save(folder / "terms.npy", terminology.terms.bytes)
    np.save(folder / "terms_of.npy", terminology.terms_of)
    write_about(terminology.about, folder)


def write_about(about: About, folder: Path) -> None:
    """Write what a terminology says of itself."""
    (folder / _ABOUT).write_text(json.dumps(asdict(about), indent=1) + "\n", "utf-8")


def open_terminology(folder: Path) -> Terminology:
    """Map it into memory, read-only. Raises OSError, ValueError, TypeError or EOFError where it cannot be read."""
    broader, same = (Table(mapped(folder / f"{name}_offsets.npy"), mapped(folder / f"{name}.npy")) for name in ("broader", "same"))
    terms = Strings(mapped(folder / "terms_offsets.npy"), mapped(folder / "terms.npy"))
    return Terminology(read_about(folder), open_vocabulary(folder), broader, same, terms, mapped(folder / "terms_of.npy"))


def read_about(folder: Path) -> About:
    """What a compiled terminology says of itself. Raises OSError, ValueError or TypeError where it cannot be read."""
    said = json.loads((folder / _ABOUT).read_text("utf-8"))
    return About(**{**said, "systems": tuple(said["systems"])})
