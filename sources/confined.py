"""Reading within allowed places and nowhere else: the one rule for loads by request, images, followed references and attachments.

Whatever was judged before, a file is judged again where it is opened, by what it really is: links are followed first, then the place is
judged, and then the file is opened on the way that was judged, where no step may be a link. So neither `..`, nor a link, nor a link put
there meanwhile leads out. Use `open_within` wherever a name that somebody else wrote says which file to read:

    with open_within((folder,), folder / name) as stream: ...

and `sources.files.open_beside` for a file that a source names beside itself, such as the attachment of a record.
"""

import errno
import glob
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote

from sources.errors import SourceDenied

_BUFFER: Final = 1 << 20
_STEP: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""Without blocking: a pipe must not hold up whoever opens it before it is seen to be one."""
_LOCAL_SCHEMES: Final = ("file://", "local://")


def open_within(roots: Iterable[str | Path], path: str | Path) -> IO[bytes]:
    """Open a regular file for reading bytes, if it lies in one of the folders `roots` (or is one of them), links followed.

    Raises SourceDenied, which is an OSError as well, where it lies elsewhere or is no regular file; OSError where it cannot be opened.
    """
    real = resolve_within(roots, path)
    folder = os.open(real.anchor, _STEP)
    try:
        for name in real.parts[1:-1]:
            inner = os.open(name, _STEP, dir_fd=folder)
            os.close(folder)
            folder = inner
        opened = os.open(real.name, _FILE, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link was put there after it was judged
            raise SourceDenied(str(path)) from error
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise SourceDenied(str(path), "is no regular file")
    return os.fdopen(opened, "rb", buffering=_BUFFER)


def resolve_within(roots: Iterable[str | Path], path: str | Path) -> Path:
    """Where a path really leads, whether or not anything is there. Raises SourceDenied where that is in none of the roots."""
    try:
        real = Path(os.path.realpath(path))
        if any(real.is_relative_to(os.path.realpath(root)) for root in roots):
            return real
    except ValueError as error:  # a NUL in the name
        raise SourceDenied(str(path)) from error
    raise SourceDenied(str(path))


def lies_within(places: Iterable[str], location: str) -> bool:
    """Whether a path, a pattern or a URL lies in one of the places: folders, and URLs such as s3://bucket/prefix.

    Paths are judged by where they lead now; a pattern by what it begins with, so that what it matches has to be judged again. `..` is
    refused in patterns and URLs, also where percent signs hide it.
    """
    return any(_lies_in(place, location) for place in places)


def local_path(location: str) -> str | None:
    """The path that a location names on this machine: itself, or that of a file:// URL; None for other URLs."""
    if "://" not in location:
        return location
    scheme = next((scheme for scheme in _LOCAL_SCHEMES if location.lower().startswith(scheme)), None)
    return location[len(scheme) :] if scheme else None


def outside_part(roots: Iterable[str | Path], path: str | Path) -> str:
    """The first step of a path that leads out of the roots: what to name, where what lies beyond is nobody's business."""
    roots = tuple(map(os.path.abspath, roots))
    for step in (*reversed(Path(path).parents), Path(path)):
        inside = any(step.absolute().is_relative_to(root) for root in roots)
        if inside and not any(Path(os.path.realpath(step)).is_relative_to(os.path.realpath(root)) for root in roots):
            return str(step)
    return str(path)


def _lies_in(place: str, location: str) -> bool:
    root, path = local_path(place), local_path(location)
    if (root is None) != (path is None):
        return False
    if root is None or path is None:
        return _is_below(place, location)
    try:
        if glob.has_magic(path) and not Path(path).exists():
            if ".." in Path(path).parts:
                return False
            path = _fixed_part(path)
        resolve_within((root,), path)
    except (SourceDenied, OSError, ValueError):
        return False
    return True


def _is_below(prefix: str, url: str) -> bool:
    """Whether a URL lies below another, by whole steps: s3://bucket/a holds s3://bucket/a/b and not s3://bucket/ab."""
    prefix = prefix.rstrip("/")
    # `::` chains file systems, of which a second one could lead anywhere.
    if not prefix.partition("://")[2] or "::" in url or "\0" in url or ".." in _steps(url):
        return False
    return url.rstrip("/") == prefix or url.startswith(prefix + "/")


def _steps(url: str) -> list[str]:
    while (plain := unquote(url)) != url:
        url = plain
    return url.replace("\\", "/").split("/")


def _fixed_part(pattern: str) -> str:
    """The folder in which a pattern looks."""
    fixed: list[str] = []
    for part in Path(pattern).parts:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return str(Path(*fixed)) if fixed else "."
