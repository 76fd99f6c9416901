"""The objects behind item ids, and the classes they truly have."""

from collections.abc import Collection, Mapping
from typing import Any

from labels.consolidation.files import CLASS, ITEM, Broken, folded, is_csv, one_file, pick, records
from labels.manifests.lines import read_entries
from sources.errors import UnsupportedSource
from sources.model import Issue

Sources = Mapping[str, Mapping[str, Any]]
"""Item id → the manifest line of its object, as found."""


def read_sources(location: str) -> dict[str, dict[str, Any]]:
    """The objects of an input or output manifest; an item's id is the number of its line from 0, blank lines not counted.

    Raises SourceNotFound where it is not there, UnsupportedSource where a line is not a JSON object with `source` or `source-ref`.
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in read_entries((one_file(location),)):
        if isinstance(entry, Issue):
            raise UnsupportedSource(f"{location}:{entry.line}: {entry.reason}")
        if not {"source", "source-ref"} & entry.content.keys():
            raise UnsupportedSource(f"{location}:{entry.number}: an object with source or source-ref is expected")
        found[str(entry.index)] = entry.content
    return found


def read_truth(location: str) -> dict[str, str]:
    """Item → class from CSV with a header, JSON records (a list or lines) of an item and a class, or one JSON object of item: class.

    Keys are compared without case, blanks, `-` and `_`: the item may be called item, task, image id, id, source-ref …, the
    class class, true label, label …. Raises SourceNotFound where it is not there, UnsupportedSource where it is something else or gives
    an item two classes.
    """
    try:
        file = one_file(location)
        rows = list(records(file))
    except Broken as error:
        raise UnsupportedSource(f"{location}: {error}") from error
    if broken := next((row for _, row in rows if isinstance(row, Broken)), None):
        raise UnsupportedSource(f"{location}: {broken}")
    pairs = [(number, *_pair(row)) for number, row in rows]
    if len(rows) == 1 and pairs[0][1] is None and isinstance(rows[0][1], dict) and not is_csv(file):
        pairs = [(1, str(item), name) for item, name in rows[0][1].items()]
    truth: dict[str, str] = {}
    for number, item, name in pairs:
        if item is None or not isinstance(name, str) or not name:
            raise UnsupportedSource(f"{location}:{number}: an item and a class are expected, in columns or keys called so")
        if truth.setdefault(item, name) != name:
            raise UnsupportedSource(f"{location}:{number}: item {item} has two classes, {truth[item]!r} and {name!r}")
    return truth


def by_item(truth: Mapping[str, str], items: Collection[str], sources: Sources) -> dict[str, str]:
    """The truth by item id. Its keys may be ids, or an object's URI, its file name, or that without suffix; those that name no item stay.

    A key that names several items counts for none.
    """
    named: dict[str, set[str]] = {}
    for item, line in sources.items():
        reference = line.get("source-ref")
        if item in items and isinstance(reference, str):
            name = reference.rpartition("/")[2]
            for alias in {reference, name, name.rpartition(".")[0] or name}:
                named.setdefault(alias, set()).add(item)
    resolved = {}
    for key, label in truth.items():
        found = {key} if key in items else named.get(key, set())
        resolved[next(iter(found)) if len(found) == 1 else key] = label
    return resolved


def _pair(row: object) -> tuple[str | None, object]:
    fields = folded(row) if isinstance(row, dict) else {}
    item, name = pick(fields, ITEM), pick(fields, CLASS)
    return (str(item), name) if isinstance(item, str | int) and name is not None else (None, name)
