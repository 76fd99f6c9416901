"""Where data comes from: files, folders, globs and object stores, listed as files with a role.

The role comes from what Bulk Data says of a file (its manifest, its folder), never from a resource type in its name.
"""

import glob
import io
import os
import posixpath
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import orjson
from isal.igzip_lib import IsalError

from sources.confined import lies_within, local_path, open_within, outside_part, resolve_within
from sources.errors import SourceDenied, SourceNotFound, SourceTooLarge
from sources.model import Issue, Severity
from sources.passed_over import PassedOver, is_left_by_tools
from sources.patterns import matches

_DATA_SUFFIXES = (".ndjson", ".jsonl", ".json")
_MANIFEST_LIMIT = 16 << 20
_REMOTE_BUFFER = 1 << 20
_LOCAL_BUFFER = 1 << 20
_OUTSIDE = "outside-sources"


class Role(StrEnum):
    """What a file of an export is for."""

    DATA = "data"
    DELETED = "deleted"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read. `size` is in bytes as stored; `root` is the location it was found under (for ids made of relative paths).

    `within` are the only places that it may be read from, judged whenever it is opened; () where whoever reads it may read anything.
    `stamp` is what a store says of its version, '' where it says nothing and for files of this machine.
    """

    uri: str
    size: int
    role: Role = Role.DATA
    root: str = ""
    within: tuple[str, ...] = ()
    stamp: str = field(default="", compare=False)

    @property
    def is_remote(self) -> bool:
        """Whether fsspec fetches it."""
        return "://" in self.uri

    @property
    def is_gzip(self) -> bool:
        """Whether its name says gzip."""
        return self.uri.lower().endswith(".gz")


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of some locations, what was odd about them, what else lies there, and the manifests that say what the files are for."""

    files: tuple[SourceFile, ...]
    issues: tuple[Issue, ...]
    transaction_time: str | None = None
    passed_over: tuple[PassedOver, ...] = ()
    manifests: tuple[SourceFile, ...] = ()


def expand(locations: Iterable[str], suffixes: tuple[str, ...] = _DATA_SUFFIXES, within: tuple[str, ...] = ()) -> Listing:
    """List every file under paths, folders, globs and `s3://` URLs, in a stable order. Raises SourceNotFound where nothing is.

    With `within` only what lies in those places is listed: SourceDenied for a location elsewhere, an issue for a file that leads out.
    """
    files: dict[str, SourceFile] = {}
    issues: list[Issue] = []
    passed_over: list[PassedOver] = []
    times: list[str] = []
    read: list[SourceFile] = []
    for location in locations:
        found, odd = _found(location, suffixes, within)
        issues += (each for each in odd if isinstance(each, Issue))
        passed_over += (each for each in odd if isinstance(each, PassedOver))
        manifests = [file for file in found if _name(file.uri).lower() == "manifest.json"]
        roles: dict[str, Role] = {}
        for manifest in manifests:
            content = _read_manifest(manifest)
            if content is None:
                continue
            found.remove(manifest)
            read.append(manifest)
            if isinstance(content.get("transactionTime"), str):
                times.append(content["transactionTime"])
            roles |= _manifest_roles(content)
            issues += _missing_outputs(content, manifest, found)
        for file in found:
            files.setdefault(file.uri, replace(file, role=_role(file, roles)))
    return Listing(tuple(files.values()), tuple(issues), max(times, default=None), tuple(passed_over), tuple(read))


@contextmanager
def open_source(file: SourceFile) -> Iterator[IO[bytes]]:
    """Open a source for reading bytes, decompressed. Raises OSError, EOFError or zlib errors while it is read."""
    with open_stored(file) as raw:
        if file.is_gzip:
            from isal import igzip

            with igzip.open(raw, "rb") as stream:  # type: ignore[no-untyped-call]
                try:
                    yield cast(IO[bytes], stream)
                except IsalError as error:  # type: ignore[misc]  # its stub takes it for an object
                    raise zlib.error(str(error)) from error
        else:
            yield raw


def read_source(file: SourceFile, most: int) -> bytes:
    """All of a source, decompressed. Raises SourceTooLarge where that is more than `most` bytes: a packed file's size tells nothing of it.

    Raises OSError, EOFError and zlib errors as open_source does.
    """
    if file.size > most and not file.is_gzip:
        raise SourceTooLarge(most)
    with open_source(file) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise SourceTooLarge(most)
    return content


def open_beside(file: SourceFile, name: str) -> IO[bytes]:
    """Open the file that a source names beside itself, by a path relative to its folder. It must lie in the source's own location.

    The bytes are as stored: what it says of itself decides whether they are packed. Raises OSError (SourceDenied where it lies elsewhere).
    """
    if not name or "\0" in name or "\\" in name or "://" in name or name.startswith("/"):
        raise SourceDenied(name, "is no path relative to the file that names it")
    folder = file.uri.rpartition("/")[0]
    if file.is_remote:
        uri = f"{folder}/{name.removeprefix('./')}"
        places = (folder if glob.has_magic(file.root) or not lies_within((file.root,), folder) else file.root,)
        if not lies_within(places, uri) or (file.within and not lies_within(file.within, uri)):
            raise SourceDenied(name)
        fs, path = _filesystem(uri)
        return cast(IO[bytes], io.BufferedReader(fs.open(path, "rb"), _REMOTE_BUFFER))
    real = resolve_within((file.root or folder,), Path(folder) / name)
    return open_within(file.within or (file.root or folder,), real)


def address_beside(uri: str, name: str) -> str:
    """The address of the file that a source names beside itself, as `expand` would list it."""
    scheme, mark, folder = uri.rpartition("/")[0].rpartition("://")
    return f"{scheme}{mark}{posixpath.normpath(f'{folder}/{name}')}"


def is_splittable(file: SourceFile) -> bool:
    """Whether the file can be read from the middle."""
    return not file.is_remote and not file.is_gzip


@contextmanager
def open_stored(file: SourceFile) -> Iterator[IO[bytes]]:
    """Open a source for reading its bytes as they are stored. Raises OSError."""
    if file.is_remote:
        fs, path = _filesystem(file.uri)
        with fs.open(path, "rb") as remote, io.BufferedReader(remote, _REMOTE_BUFFER) as stream:
            yield stream
    elif file.within:
        with open_within(file.within, file.uri) as stream:
            yield stream
    else:
        with Path(file.uri).open("rb", buffering=_LOCAL_BUFFER) as stream:
            yield stream


_Odd = list[Issue | PassedOver]


def _found(location: str, suffixes: tuple[str, ...], within: tuple[str, ...]) -> tuple[list[SourceFile], _Odd]:
    """The files of a location; with `within` only those that lie there. Raises SourceDenied where what it names lies elsewhere."""
    if not within:
        return _remote_files(location, suffixes) if "://" in location else _local_files(location, suffixes)
    if not lies_within(within, location):
        raise SourceDenied(location)
    path = local_path(location)
    found, odd = _remote_files(location, suffixes) if path is None else _local_files(path, suffixes, within)
    found, denied = _confined(found, within)
    odd += [issue for issue in denied if issue not in odd]
    if not found and any(isinstance(each, Issue) and each.code == _OUTSIDE for each in odd):
        raise SourceDenied(location)
    return found, odd


def _confined(found: list[SourceFile], within: tuple[str, ...]) -> tuple[list[SourceFile], list[Issue]]:
    """The files that lie in the places, to be judged again when they are opened; an issue for each way that leads out."""
    kept, denied = [], []
    for file in found:
        if lies_within(within, file.uri):
            kept.append(replace(file, within=within))
        else:
            denied.append(file.uri)
    return kept, _denied(denied, within)


def _denied(locations: Iterable[str], within: tuple[str, ...]) -> list[Issue]:
    roots = tuple(path for place in within if (path := local_path(place)) is not None)
    named = dict.fromkeys(one if "://" in one else outside_part(roots, one) for one in locations)
    reason = "leads outside the places that may be loaded from: it was not read"
    return [Issue(Severity.REJECT, _OUTSIDE, reason, source=source) for source in named]


def _local_files(location: str, suffixes: tuple[str, ...], within: tuple[str, ...] = ()) -> tuple[list[SourceFile], _Odd]:
    if within and not lies_within(within, location):
        return [], [*_denied([location], within)]
    if not Path(location).exists():
        matched = matches(location) if glob.has_magic(location) else []
        if not matched:
            raise SourceNotFound(f"{location}: no such file or folder, and no file matches it as a pattern")
        found: list[SourceFile] = []
        issues: _Odd = []
        for match in matched:
            try:
                more, odd = _local_files(match, suffixes, within)
            except SourceNotFound:  # a folder without data, or a link to nowhere, does not take the other matches with it
                if not Path(match).exists():
                    issues.append(Issue(Severity.REJECT, "unreadable-file", "is a link to a file that is not there", source=match))
                continue
            found += more
            issues += odd
        if not found and not issues:
            raise SourceNotFound(f"{location}: what matches it holds no {', '.join(suffixes)} file (also none with .gz)")
        return found, issues
    path = Path(location).resolve()
    if path.is_file():
        manifest = SourceFile(str(path), path.stat().st_size, within=within)
        if path.name.lower() == "manifest.json" and _read_manifest(manifest) is not None:
            return _local_files(str(path.parent), suffixes, within)
        return [SourceFile(str(path), path.stat().st_size, root=str(path.parent))], []
    issues = []

    def unreadable(error: OSError) -> None:
        issues.append(Issue(Severity.REJECT, "unreadable-folder", f"cannot be listed: {error.strerror}", source=str(error.filename)))

    found, strange = [], []
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
            elif not is_left_by_tools(relative := file.relative_to(path).as_posix()):
                strange.append(relative)
    passed_over = PassedOver(str(path), tuple(strange), suffixes)
    if not found and not issues:
        said = f"; {passed_over.reason}" if strange else ""
        raise SourceNotFound(f"{location}: the folder holds no {', '.join(suffixes)} file (also none with .gz){said}")
    return found, [*issues, passed_over]


def _remote_files(location: str, suffixes: tuple[str, ...]) -> tuple[list[SourceFile], _Odd]:
    fs, path = _filesystem(location)
    protocol = location.partition("://")[0]
    fs.invalidate_cache()  # what this process listed before may have changed since
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
        SourceFile(f"{protocol}://{name}", int(info.get("size") or 0), root=location, stamp=_version(info))
        for name, info in sorted(listed.items())
        if info.get("type") == "file" and (single or _is_data(_name(name), suffixes))
    ]
    strange = [
        relative
        for name, info in sorted(listed.items())
        if info.get("type") == "file" and not single and not _is_data(_name(name), suffixes)
        if not is_left_by_tools(relative := name.removeprefix(path).lstrip("/"))
    ]
    passed_over = PassedOver(location, tuple(strange), suffixes)
    if not found:
        said = f"; {passed_over.reason}" if strange else ""
        raise SourceNotFound(f"{location}: no {', '.join(suffixes)} object is there (also none with .gz){said}")
    return found, [passed_over]


def _version(info: dict[str, Any]) -> str:
    """The entity tag of an object, and when it was written."""
    tag = info.get("ETag") or info.get("etag")
    return f"{tag} {info.get('LastModified') or info.get('updated') or ''}" if tag else ""


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
    bare = name.lower().removesuffix(".gz")
    return not name.startswith(".") and bare.endswith(suffixes) and bare != "log.ndjson"


def _name(uri: str) -> str:
    return uri.replace("\\", "/").rsplit("/", 1)[-1]


def _read_manifest(file: SourceFile) -> dict[str, Any] | None:
    """The manifest's content; None where the file is something else that happens to have its name."""
    try:
        content = orjson.loads(read_source(file, _MANIFEST_LIMIT))
    except (OSError, ValueError, SourceTooLarge):
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
