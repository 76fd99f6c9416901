"""From bytes to records, one module per format.

A reader yields SourceRecords and Issues, and what is Deleted, in the order of the file. It never raises for bad content: what cannot be
read becomes an Issue with its line. Memory does not grow with the size of a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sources.files import SourceFile
from sources.model import Deleted, Issue, SourceRecord

MAX_LINE = 64 << 20
"""Bytes: a longer line is rejected unread, so that one line cannot take the machine's memory."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a source that one worker reads: bytes [start, end) of a splittable file, or all of it (end None)."""

    file: SourceFile
    start: int = 0
    end: int | None = None


Item = SourceRecord | Issue
Items = Iterator[Item]
Read = Iterator[Item | Deleted]
"""What a reader yields whose sources may say that records are gone."""
