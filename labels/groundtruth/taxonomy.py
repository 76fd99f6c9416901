"""A taxonomy of class names that a user gives: which class is a kind of which."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from sources.confined import lies_within, local_path
from sources.errors import SourceDenied, SourceNotFound, UnsupportedSource
from sources.files import SourceFile, open_source

_LARGEST: Final = 16 << 20
Taxonomy = Mapping[str, tuple[str, ...]]
"""Class name → the names of the classes that it is directly a kind of."""


def load(location: str, within: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """The taxonomy of a file: CSV with the columns `narrower` and `broader`, or JSON such as {"vehicle": ["car", {"bus": ["minibus"]}]}.

    With `within` it must lie in those places. Raises SourceNotFound, SourceDenied, UnsupportedSource.
    """
    if within and not lies_within(within, location):
        raise SourceDenied(location)
    place = local_path(location)
    try:
        with open_source(SourceFile(location if place is None else place, 0, within=within)) as stream:
            content = stream.read(_LARGEST + 1)
    except SourceDenied:
        raise
    except (OSError, EOFError) as error:
        raise SourceNotFound(f"{location}: the taxonomy cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > _LARGEST:
        raise UnsupportedSource(f"{location}: the taxonomy is larger than {_LARGEST >> 20} MB")
    content = content.removeprefix(b"\xef\xbb\xbf")
    found: dict[str, dict[str, None]] = {}
    if location.removesuffix(".gz").endswith(".json"):
        try:
            pairs = list(_tree(orjson.loads(content), None))
        except ValueError as error:
            raise UnsupportedSource(f"{location}: the taxonomy is not JSON: {error}") from error
    else:
        pairs = list(_rows(location, content))
    for narrower, broader in pairs:
        found.setdefault(narrower, {})[broader] = None
    taxonomy = {name: tuple(above) for name, above in found.items()}
    _refuse_cycles(location, taxonomy)
    return taxonomy


def above(taxonomy: Taxonomy, name: str) -> Iterator[tuple[str, str]]:
    """Every (narrower, broader) pair on the ways up from a name."""
    seen = {name}
    waiting = [name]
    while waiting:
        narrower = waiting.pop()
        for broader in taxonomy.get(narrower, ()):
            yield narrower, broader
            if broader not in seen:
                seen.add(broader)
                waiting.append(broader)


def _tree(node: Any, parent: str | None) -> Iterator[tuple[str, str]]:
    if type(node) is str:
        if parent is not None and node.strip():
            yield node.strip(), parent
    elif type(node) is list:
        for each in node:
            yield from _tree(each, parent)
    elif type(node) is dict:
        for name, narrower in node.items():
            if parent is not None:
                yield name.strip(), parent
            yield from _tree(narrower, name.strip())
    elif node is not None:
        raise ValueError(f"{node!r} is neither a name nor a list or object of names")


def _rows(location: str, content: bytes) -> Iterator[tuple[str, str]]:
    try:
        rows = csv.DictReader(io.StringIO(content.decode()))
    except UnicodeDecodeError as error:
        raise UnsupportedSource(f"{location}: the taxonomy is not UTF-8") from error
    if not {"narrower", "broader"} <= set(rows.fieldnames or ()):
        raise UnsupportedSource(f"{location}: the taxonomy's first line must name the columns `narrower` and `broader`")
    for row in rows:
        if (row["narrower"] or "").strip() and (row["broader"] or "").strip():
            yield row["narrower"].strip(), row["broader"].strip()


def _refuse_cycles(location: str, taxonomy: Taxonomy) -> None:
    for name in taxonomy:
        if any(broader == name for _, broader in above(taxonomy, name)):
            raise UnsupportedSource(f"{location}: {name!r} would be a kind of itself")
