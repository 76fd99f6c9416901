"""Where data comes from: files, folders, globs and object stores, listed as files with a role.

The role comes from what Bulk Data says of a file (its manifest, its folder), never from a resource type in its name.
"""

import glob
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import orjson

from sources.errors import SourceNotFound
from sources.model import Issue, Severity

_DATA_SUFFIXES = (".ndjson", ".jsonl", ".json")
_MANIFEST_LIMIT = 16 << 20
_REMOTE_BUFFER = 1 << 20
_LOCAL_BUFFER = 1 << 20


class Role(StrEnum):
    """What a file of an export is for."""

    DATA = "data"
    DELETED = "deleted"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read. `size` is in bytes as stored; `root` is the location it was found under (for ids made of relative paths)."""

    uri: str
    size: int
    role: Role = Role.DATA
    root: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether fsspec fetches it."""
        return "://" in self.uri

    @property
    def is_gzip(self) -> bool:
        """Whether its name says gzip."""
        return self.uri.endswith(".gz")


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of some locations, and what was odd about them."""

    files: tuple[SourceFile, ...]
    issues: tuple[Issue, ...]
    transaction_time: str | None = None


def expand(locations: Iterable[str], suffixes: tuple[str, ...] = _DATA_SUFFIXES) -> Listing:
    """List every file under paths, folders, globs and `s3://` URLs, in a stable order. Raises SourceNotFound where nothing is."""
    files: dict[str, SourceFile] = {}
    issues: list[Issue] = []
    times: list[str] = []
    for location in locations:
        found, odd = _remote_files(location, suffixes) if "://" in location else _local_files(location, suffixes)
        issues += odd
        manifests = [file for file in found if _name(file.uri).lower() == "manifest.json"]
        roles: dict[str, Role] = {}
        for manifest in manifests:
            content = _read_manifest(manifest)
            if content is None:
                continue
            found.remove(manifest)
            if isinstance(content.get("transactionTime"), str):
                times.append(content["transactionTime"])
            roles |= _manifest_roles(content)
            issues += _missing_outputs(content, manifest, found)
        for file in found:
            files.setdefault(file.uri, replace(file, role=_role(file, roles)))
    return Listing(tuple(files.values()), tuple(issues), max(times, default=None))


@contextmanager
def open_source(file: SourceFile) -> Iterator[IO[bytes]]:
    """Open a source for reading bytes, decompressed. Raises OSError, EOFError or zlib errors while it is read."""
    with _open_raw(file) as raw:
        if file.is_gzip:
            from isal import igzip

            with igzip.open(raw, "rb") as stream:  # type: ignore[no-untyped-call]
                yield cast(IO[bytes], stream)
        else:
            yield raw


def is_splittable(file: SourceFile) -> bool:
    """Whether the file can be read from the middle."""
    return not file.is_remote and not file.is_gzip


@contextmanager
def _open_raw(file: SourceFile) -> Iterator[IO[bytes]]:
    if file.is_remote:
        fs, path = _filesystem(file.uri)
        with fs.open(path, "rb") as remote, io.BufferedReader(remote, _REMOTE_BUFFER) as stream:
            yield stream
    else:
        with Path(file.uri).open("rb", buffering=_LOCAL_BUFFER) as stream:
            yield stream


def _local_files(location: str, suffixes: tuple[str, ...]) -> tuple[list[SourceFile], list[Issue]]:
    if not Path(location).exists():
        matches = sorted(glob.glob(location, recursive=True)) if glob.has_magic(location) else []  # noqa: PTH207 - absolute patterns too
        if not matches:
            raise SourceNotFound(f"{location}: no such file or folder, and no file matches it as a pattern")
        found: list[SourceFile] = []
        issues: list[Issue] = []
        for match in matches:
            more, odd = _local_files(match, suffixes)
            found += more
            issues += odd
        return found, issues
    path = Path(location).resolve()
    if path.is_file():
        if path.name.lower() == "manifest.json" and _read_manifest(SourceFile(str(path), path.stat().st_size)) is not None:
            return _local_files(str(path.parent), suffixes)
        return [SourceFile(str(path), path.stat().st_size, root=str(path.parent))], []
    issues = []

    def unreadable(error: OSError) -> None:
        issues.append(Issue(Severity.REJECT, "unreadable-folder", f"cannot be listed: {error.strerror}", source=str(error.filename)))

    found = []
    for folder, subfolders, names in os.walk(path, onerror=unreadable):
        subfolders.sort()
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in sorted(names):
            file = Path(folder) / name
            if _is_data(name, suffixes):
                try:
                    found.append(SourceFile(str(file), file.stat().st_size, root=str(path)))
                except OSError as error:
                    issues.append(Issue(Severity.REJECT, "unreadable-file", f"cannot be read: {error.strerror}", source=str(file)))
    if not found and not issues:
        raise SourceNotFound(f"{location}: the folder holds no {', '.join(suffixes)} file (also none with .gz)")
    return found, issues


def _remote_files(location: str, suffixes: tuple[str, ...]) -> tuple[list[SourceFile], list[Issue]]:
    fs, path = _filesystem(location)
    protocol = location.partition("://")[0]
    try:
        if glob.has_magic(path):
            listed = fs.glob(path, detail=True)
            single = True
        else:
            single = fs.isfile(path)
            listed = {path: fs.info(path)} if single else fs.find(path, detail=True)
    except Exception as error:
        raise SourceNotFound(f"{location}: cannot be listed ({type(error).__name__}: {error})") from error
    found = [
        SourceFile(f"{protocol}://{name}", int(info.get("size") or 0), root=location)
        for name, info in sorted(listed.items())
        if info.get("type") == "file" and (single or _is_data(_name(name), suffixes))
    ]
    if not found:
        raise SourceNotFound(f"{location}: no {', '.join(suffixes)} object is there (also none with .gz)")
    return found, []


def _filesystem(uri: str) -> tuple[Any, str]:
    import fsspec

    try:
        fs, path = fsspec.core.url_to_fs(uri)
    except ImportError as error:
        raise SourceNotFound(f"{uri}: {error}; install the extra: pip install 'commissure[s3]'") from error
    except ValueError as error:
        raise SourceNotFound(f"{uri}: {error}") from error
    return fs, str(path)


def _is_data(name: str, suffixes: tuple[str, ...]) -> bool:
    bare = name.removesuffix(".gz")
    return not name.startswith(".") and bare.endswith(suffixes) and bare != "log.ndjson"


def _name(uri: str) -> str:
    return uri.replace("\\", "/").rsplit("/", 1)[-1]


def _read_manifest(file: SourceFile) -> dict[str, Any] | None:
    """The manifest's content; None where the file is something else that happens to have its name."""
    if file.size > _MANIFEST_LIMIT:
        return None
    try:
        with open_source(file) as stream:
            content = orjson.loads(stream.read())
    except (OSError, ValueError):
        return None
    if isinstance(content, dict) and "resourceType" not in content and ("output" in content or "transactionTime" in content):
        return content
    return None


def _manifest_roles(content: dict[str, Any]) -> dict[str, Role]:
    roles = {}
    for key, role in (("deleted", Role.DELETED), ("error", Role.OUTCOME), ("outcome", Role.OUTCOME)):
        for entry in content.get(key) or ():
            if isinstance(entry, dict) and isinstance(entry.get("url"), str):
                roles[_name(entry["url"])] = role
    return roles


def _missing_outputs(content: dict[str, Any], manifest: SourceFile, found: list[SourceFile]) -> list[Issue]:
    names = {_name(file.uri).removesuffix(".gz") for file in found}
    issues = []
    for entry in (*(content.get("output") or ()), *(content.get("deleted") or ())):
        url = entry.get("url") if isinstance(entry, dict) else None
        if isinstance(url, str) and _name(url).removesuffix(".gz") not in names:
            reason = f"the manifest lists {_name(url)}, which is not beside it: fetch it and ingest again"
            issues.append(Issue(Severity.WARNING, "missing-file", reason, source=manifest.uri))
    return issues


def _role(file: SourceFile, roles: dict[str, Role]) -> Role:
    name = _name(file.uri)
    if name in roles:
        return roles[name]
    relative = file.uri[len(file.root) :] if file.root and file.uri.startswith(file.root) else name
    folders = PurePosixPath(relative.replace("\\", "/")).parent.parts
    if "deleted" in folders:
        return Role.DELETED
    if "error" in folders or "outcome" in folders:
        return Role.OUTCOME
    return Role.DATA
