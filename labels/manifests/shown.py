"""The manifest lines of a dataset as they are asked for by those who see it: a statement's answer, and files in a format."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, Final, cast

from labels.errors import LabelsRefused, ManifestError, StatementError
from labels.manifests import stored
from labels.manifests.export import export
from labels.model import Selection
from labels.records import Records
from sources.errors import SourceError
from sources.model import Issue

_IN_MEMORY: Final = 8_000_000
"""Bytes of a file to be sent that are not written to the disk."""
_MOST_CHARACTERS = 4_000_000
"""Of the lines that one statement gives."""
_MOST_ISSUES = 20


def selection(dataset: str, records: Records, statement: str, limit: int) -> Selection:
    """The first lines that a statement gives over the manifest lines of a dataset. Raises LabelsRefused."""
    from labels.manifests.s3select.run import select  # which needs duckdb

    issues: list[Issue] = []
    with TemporaryDirectory() as folder:
        try:
            files = tuple(stored.write_manifests(dataset, records, Path(folder)))
            found, cut = _first(select(statement, files, issues.append), limit)
        except (StatementError, ManifestError) as error:
            raise LabelsRefused("query", str(error)) from error
        except SourceError as error:
            raise LabelsRefused("dataset", str(error)) from error
    return Selection(found, cut, tuple(issue.reason for issue in issues[:_MOST_ISSUES]))


def exported(dataset: str, records: Records, format_name: str, attributes: Sequence[str]) -> Iterator[bytes]:
    """The manifest lines of a dataset in a format, in pieces. All is written before the first piece comes. Raises LabelsRefused."""
    whole = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - open until the last piece is read
    issues: list[Issue] = []
    try:
        export(stored.read_manifests(dataset, records), attributes, format_name, cast(IO[bytes], whole), issues.append)
    except ManifestError as error:
        raise LabelsRefused("attribute", str(error)) from error
    except SourceError as error:
        raise LabelsRefused("dataset", str(error)) from error
    if unknown := next((issue for issue in issues if issue.code == "no-such-attribute"), None):
        raise LabelsRefused("attribute", unknown.reason)
    whole.seek(0)
    return _pieces(whole)


def _pieces(whole: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with whole:
        yield from iter(lambda: whole.read(1 << 20), b"")


def _first(pieces: Iterator[bytes], limit: int) -> tuple[tuple[str, ...], bool]:
    """The first lines of an answer, and whether there are more."""
    lines: list[str] = []
    size = 0
    for piece in pieces:
        for line in piece.decode("utf-8", "replace").splitlines():
            if len(lines) == limit or size + len(line) > _MOST_CHARACTERS:
                return tuple(lines), True
            lines.append(line)
            size += len(line)
    return tuple(lines), False
