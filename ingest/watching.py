"""Whether what lies in some places is other than it was when it was last brought in: told by listing, without reading anything."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from graph.identifiers import check_dataset_name
from ingest import formats
from ingest.errors import DatasetBusy, IngestError
from ingest.locks import Lock
from ingest.staging import sync
from ingest.workspace import Workspace
from sources.files import Listing, expand

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "": 1}
_DURATION: Final = re.compile(r"(\d{1,7})\s*([smhd]?)")
_LONGEST: Final = 366 * 86400.0


def seconds_of(duration: str) -> float | None:
    """The seconds that a duration such as 90s, 15m, 1h or 1d has; None where it is none, or shorter than a second or longer than a year."""
    parsed = _DURATION.fullmatch(duration.strip().lower())
    seconds = float(parsed[1]) * _UNITS[parsed[2]] if parsed else 0.0
    return seconds if 1 <= seconds <= _LONGEST else None


def state_of(locations: Sequence[str], format_name: str) -> str:
    """A digest of what lies in the locations: names, sizes, and times on disk or entity tags. Raises SourceNotFound where nothing does."""
    found = expand(locations, formats.find(format_name).suffixes)
    digest = hashlib.blake2b(digest_size=16)
    for entry in (format_name, *locations, *sorted(_entries(found))):
        digest.update(f"{entry}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _entries(found: Listing) -> Iterator[str]:
    for file in (*found.files, *found.manifests):
        yield f"{file.uri} {file.stamp if file.is_remote else ''} {file.size if file.is_remote else _state_of_file(file.uri)}"
    for others in found.passed_over:  # texts beside an export: notes change with them
        for path in others.paths:
            uri = f"{others.location.rstrip('/')}/{path}"
            yield uri if "://" in uri else f"{uri} {_state_of_file(uri)}"


def _state_of_file(path: str) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116 - of many files
    except OSError:
        return "-"
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"


class Watched:
    """What the watcher of a dataset saw when it last brought something in."""

    def __init__(self, workspace: Workspace, dataset: str) -> None:
        check_dataset_name(dataset)
        self._folder, self._dataset = workspace.folder / "watch", dataset

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this process watches for the dataset. Raises DatasetBusy where another one does."""
        try:
            lock = Lock(self._folder / f"{self._dataset}.lock")
        except OSError as error:
            raise IngestError(f"{self._folder}: cannot be written: {error.strerror}") from error
        with lock:
            if not lock.take():
                raise DatasetBusy(f"{self._dataset}: process {lock.signed() or 'unknown'} watches for this dataset already")
            lock.sign(str(os.getpid()))
            yield

    def is_new(self, state: str) -> bool:
        """Whether a state was not brought in last."""
        try:
            return bool(orjson.loads(self._path.read_bytes()).get("state") != state)
        except (OSError, ValueError, AttributeError):
            return True

    def keep(self, state: str) -> None:
        """Remember that a state was brought in."""
        temporary = self._path.with_name(f".{self._path.name}.tmp")
        temporary.write_bytes(orjson.dumps({"state": state}))
        sync(temporary)
        temporary.replace(self._path)

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._dataset}.json"
