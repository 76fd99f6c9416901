"""What an input format is: how it is read, identified and mapped."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.model import Mapped, MappingContext
from sources.blocks import Block, Read
from sources.files import SourceFile
from sources.model import SourceRecord


@dataclass(frozen=True, slots=True)
class Format:
    """How to read, identify and map one input format. `identifiers` gives a record's business identifiers and what it tells others under
    systems of our own, `content` the (digest, bytes) that others read of it (None: nothing).

    `splits` tells whether a file is lines that several workers can read at once; `state` what a record depends on beside itself (files
    that it names), `named` the addresses of those files; `beside` reads one of those by (source, name);
    `complete` whether a file holds all there is of its records, so that one that vanished from it is gone; `density` how
    many times more quads a byte of it gives than one of FHIR: blocks are smaller by as much, so that their parts are of one size; `unique`
    whether two different records of one id are a mistake of the source: the first is taken, the others are refused; `optional` kinds are
    taken in where a run asks for them, and from then on; `remembers` tells whether what is found in whole lines of a source follows from
    these lines alone, so that they need not be read again; `plain` whether mapping a record opens no document of a foreign format, so
    that it can be done in any process.
    """

    name: str
    suffixes: tuple[str, ...]
    version: str
    read: Callable[[Block], Read]
    map: Callable[[SourceRecord, MappingContext], Mapped]
    splits: Callable[[SourceFile], bool]
    identifiers: Callable[[SourceRecord], Iterable[tuple[str, str]]]
    content: Callable[[Mapping[str, Any]], tuple[str, bytes] | None] = lambda _: None
    state: Callable[[SourceRecord], bytes] = lambda _: b""
    named: Callable[[SourceRecord], Iterable[str]] = lambda _: ()
    beside: Callable[[str, str], bytes] | None = None
    complete: bool = False
    density: int = 1
    unique: bool = False
    optional: frozenset[str] = frozenset()
    remembers: bool = False
    plain: Callable[[SourceRecord], bool] = lambda _: False


Settings = tuple[tuple[str, str], ...]
"""What a run sets for its format alone: (name, value)."""
