"""Rows of the files of terminologies, one by one: whatever a file holds, memory does not grow with it, and a bad row is a row's matter."""

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, opened
from ingest.terminologies.rejects import Rejects

MOST_BYTES: Final = 1 << 20
"""A longer line is no row of any terminology."""
_LONGEST_ROW: Final = 131_072
"""Characters of a row that stands on several lines."""
NOT_UTF8: Final = "the line is not UTF-8 (older files are in Latin-1: iconv -f WINDOWS-1252 -t UTF-8 FILE)"
_MARKS: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK\x03\x04": "a ZIP archive"}


def lines(file: File, rejects: Rejects) -> Iterator[tuple[int, str]]:
    """(line number from 1, line without its end) of a text file in UTF-8. Raises TerminologyUnreadable where it is none at all."""
    with opened(file) as stream:
        number, bare = 0, True
        for line in iter(partial(stream.readline, MOST_BYTES + 1), b""):
            if not number:
                for mark, what in _MARKS.items():
                    if line.startswith(mark):
                        raise TerminologyUnreadable(f"{file}: is {what}; it is read as UTF-8 text, unpacked")
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not bare:  # the rest of a line that is too long
                bare = line.endswith(b"\n")
                continue
            number += 1
            if len(line) > MOST_BYTES and not line.endswith(b"\n"):
                bare = False
                rejects.reject(file, number, "the line is longer than 1 MB")
                continue
            try:
                yield number, line.rstrip(b"\r\n").decode("utf-8")
            except UnicodeDecodeError:
                rejects.reject(file, number, NOT_UTF8)


def table(file: File, columns: Sequence[str], rejects: Rejects, delimiter: str = "\t") -> Iterator[tuple[int, list[str]]]:
    """(line number, the values of `columns`) of a file with a header, whose fields are never quoted: a `"` is data.

    Columns are found by name, whatever their case and order. Raises TerminologyUnreadable where one is missing.
    """
    rows = lines(file, rejects)
    _, header = next(rows, (0, ""))
    names = [name.strip().lower() for name in header.split(delimiter)]
    if missing := [name for name in columns if name.lower() not in names]:
        raise TerminologyUnreadable(f"{file}: its first line names no column {', '.join(missing)}")
    places = [names.index(name.lower()) for name in columns]
    for number, line in rows:
        fields = line.split(delimiter)
        if len(fields) != len(names):
            if line:
                rejects.reject(file, number, f"the row has {len(fields)} fields, the header {len(names)}")
            continue
        yield number, [fields[place] for place in places]


def quoted(file: File, rejects: Rejects, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, column in lower case → value) of a file with a header whose fields may be quoted, as spreadsheets write it."""
    texts = _Texts(lines(file, rejects))
    rows = csv.reader(texts, delimiter=delimiter)
    names: list[str] = []
    while True:
        begin = texts.begins()
        try:
            fields = next(rows)
        except StopIteration:
            return
        except csv.Error:
            rejects.reject(file, begin, "the row is no CSV: a quote is not closed, or a field is longer than 131,072 characters")
            continue
        if not names:
            names = [name.strip().lower() for name in fields]
        elif len(fields) != len(names):
            if fields:
                rejects.reject(file, begin, f"the row has {len(fields)} fields, the header {len(names)}")
        else:
            yield begin, dict(zip(names, fields, strict=True))


class _Texts:
    """The lines of a file for the CSV reader, whose own limit of a field is one of the whole process: a row has its own here."""

    def __init__(self, numbered: Iterator[tuple[int, str]]) -> None:
        self._numbered, self._place, self._length = numbered, 0, 0

    def begins(self) -> int:
        """A row begins with the next line: its number."""
        self._length = 0
        return self._place + 1

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        self._place, line = next(self._numbered)
        self._length += len(line) + 1
        if self._length > _LONGEST_ROW and self._length > len(line) + 1:
            raise csv.Error("the row goes on for too many lines")
        return line + "\n"


def unheaded(file: File, fields: int, rejects: Rejects, delimiter: str = "|") -> Iterator[tuple[int, list[str]]]:
    """(line number, fields) of a file without a header whose rows end with the delimiter, as UMLS and MedDRA write it; never quoted."""
    for number, line in lines(file, rejects):
        row = line.split(delimiter)
        if len(row) == fields + 1 and not row[-1]:
            row.pop()
        if len(row) == fields:
            yield number, row
        elif line:
            rejects.reject(file, number, f"the row has {len(row)} fields, {fields} belong there; at the end of a file it is cut off")
