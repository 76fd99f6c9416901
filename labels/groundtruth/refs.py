"""Files that labels refer to (`…-ref`), found in a copy of the bucket or of a part of it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

import orjson

from sources.confined import resolve_within
from sources.errors import SourceNotFound
from sources.files import SourceFile, open_source

LARGEST: Final = 64 << 20
"""Bytes: a larger file is not followed."""
_SAME_EVERYWHERE: Final = frozenset({"SeqLabel.json", "output.manifest"})
"""Names that tell nothing without their folder."""


@dataclass(frozen=True)
class Refs:
    """Where to look for files that labels name by their `s3://` address: a folder, or a prefix of an object store ('' nowhere).

    The place may copy the whole store (`place/bucket/key`), a bucket (`place/key`) or any part of it, whose folders need not be named.
    Links are followed within it. `within` are the places that it must lie in itself; () where it may lie anywhere.
    """

    place: str = ""
    within: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.place)

    def find(self, uri: str) -> str | None:
        """The path or address where the file is; None where it is not."""
        if not self.place:
            return None
        return next((there for there in self._candidates(uri) if self._is_file(there)), None)

    def read(self, uri: str) -> bytes | None:
        """The bytes of the file; None where it is not, or is too large."""
        there = self.find(uri)
        if there is None:
            return None
        try:
            if not self._is_remote:
                there = str(resolve_within((self.place,), there))
            with open_source(SourceFile(there, 0, within=self.within or (self.place,))) as stream:
                content = stream.read(LARGEST + 1)
        except (OSError, EOFError, SourceNotFound):
            return None
        return content if len(content) <= LARGEST else None

    def json(self, uri: str) -> Any:
        """The JSON of the file; None where it is not there or is none."""
        content = self.read(uri)
        if content is None:
            return None
        try:
            return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
        except ValueError:
            return None

    def state(self, uri: str) -> str:
        """What changes when the file does: its place, size and time; '' where it is not."""
        there = self.find(uri)
        if there is None:
            return ""
        if self._is_remote:
            about = self._store.info(there)
            return f"{there} {about.get('size')} {about.get('ETag') or about.get('mtime') or ''}"
        status = Path(there).stat()
        return f"{there} {status.st_size} {status.st_mtime_ns}"

    @property
    def _is_remote(self) -> bool:
        return "://" in self.place

    @cached_property
    def _store(self) -> Any:
        import fsspec

        try:
            return fsspec.core.url_to_fs(self.place)[0]
        except (ImportError, ValueError) as error:
            raise SourceNotFound(f"{self.place}: {error}") from error

    def _candidates(self, uri: str) -> list[str]:
        place = self.place.rstrip("/")
        address = uri.partition("://")[2] or uri
        parts = PurePosixPath(address).parts
        if ".." in parts or not parts:
            return []
        tails = [parts[start:] for start in range(len(parts)) if start < len(parts) - 1 or parts[-1] not in _SAME_EVERYWHERE]
        found = [f"{place}/{'/'.join(tail).lstrip('/')}" for tail in tails]
        return [uri, *found] if self._is_remote and uri.startswith(place + "/") else found

    def _is_file(self, there: str) -> bool:
        try:
            if self._is_remote:
                return bool(self._store.isfile(there))
            path = Path(there).resolve()
            return path.is_file() and path.is_relative_to(Path(self.place).resolve())
        except (OSError, ValueError):
            return False
