"""The images that the web may show: found in the folders that the setting `media` names, and nowhere else."""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from labels.groundtruth.refs import LARGEST, Refs
from labels.model import MediaFile
from sources.confined import open_within

_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "BMP": "image/bmp"}
"""What is shown: pictures that hold no script. Told by their content, whatever they are called."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder; `prefix` is the address that it stands for, '' where it holds copies of buckets or of what is in one."""

    prefix: str
    folder: Path


@dataclass(frozen=True)
class Media(Refs):
    """Objects by their address in the places that the server may read; also where labels of sequences and masks are looked for."""

    places: tuple[Place, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places)

    def find(self, uri: str) -> str | None:
        """The path of the file; None where it is not there, or lies outside the places."""
        found = self._find(uri)
        return str(found[1]) if found else None

    def read(self, uri: str) -> bytes | None:
        """The bytes of the file; None where it is not, or is too large."""
        found = self._find(uri)
        if found is None:
            return None
        folder, path = found
        try:
            with open_within((folder,), path) as stream:
                content = stream.read(LARGEST + 1)
        except OSError:
            return None
        return content if len(content) <= LARGEST else None

    def json(self, uri: str) -> Any:
        """The JSON of the file; None where it is not there or is none."""
        content = self.read(uri)
        try:
            return orjson.loads(content.removeprefix(b"\xef\xbb\xbf")) if content is not None else None
        except ValueError:
            return None

    def image(self, uri: str) -> MediaFile | None:
        """The image at an address; None where there is none that may be shown."""
        found = self._find(uri)
        if found is None:
            return None
        folder, path = found
        try:
            about = path.stat()
        except OSError:
            return None
        return _image(folder, path, about.st_mtime_ns, about.st_size)

    def _find(self, uri: str) -> tuple[Path, Path] | None:
        """The folder of the place that the file is in, and the file."""
        for place in self.places:
            for rest in _below(place, uri):
                if (path := _inside(place.folder, rest)) is not None:
                    return place.folder, path
        return None


def _below(place: Place, uri: str) -> tuple[str, ...]:
    """Where an address may lie below a place: below its prefix, or as bucket and key, or as the key alone."""
    scheme, separator, rest = uri.partition("://")
    if place.prefix:
        return (uri[len(place.prefix) + 1 :],) if uri.startswith(place.prefix + "/") else ()
    if not separator:
        return (uri.removeprefix(f"{place.folder}/"),)
    return (rest, rest.partition("/")[2]) if scheme == "s3" else ()


def _inside(folder: Path, rest: str) -> Path | None:
    """The file below the folder, links followed; None where it is not, or would lie outside."""
    if not rest or "\0" in rest or "\\" in rest or rest.startswith("/") or ".." in PurePosixPath(rest).parts:
        return None
    try:
        path = (folder / rest).resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # a name that is too long, a loop of links
        return None


@lru_cache(maxsize=4096)
def _image(folder: Path, path: Path, changed: int, size: int) -> MediaFile | None:
    """The image in a file, by what its first bytes say; None for anything else."""
    from PIL import Image

    if size > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with open_within((folder,), path) as stream, Image.open(stream, formats=tuple(_FORMATS)) as image:
                return MediaFile(path, folder, _FORMATS[image.format or ""], image.width, image.height)
    except Exception:  # Pillow raises whatever its plugins raise; a file that is broken is no image
        return None
