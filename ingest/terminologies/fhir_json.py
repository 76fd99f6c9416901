"""FHIR resources in JSON as a stream of what is in them, with lines: of any size, in bundles or one a line, in steady memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import ijson

from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, head, named, pieces

MOST_DEPTH: Final = 400
_PIECE: Final = 1 << 11
"""Bytes that are parsed at a time: few enough that nothing deep is taken apart before it is seen to be so."""
_MOST_SILENT: Final = 1 << 11
"""Pieces that may pass within one value: 4 MB. The parser begins a value anew with each."""
_IN_BUNDLE: Final = "entry.item.resource"


class Event(NamedTuple):
    """A step through a resource: `resource` counts from 0 in its file, `path` begins at its root ('' for itself).

    `what` is as ijson has it: `string`, `boolean`, `start_map`, `end_map` …
    """

    line: int
    resource: int
    path: str
    what: str
    value: Any


def events(file: File) -> Iterator[Event]:
    """What is in the resources of a file. Raises TerminologyUnreadable, with the line, where it is no JSON or is cut off."""
    found: Any = ijson.sendable_list()
    parser = ijson.parse_coro(found, multiple_values=True)
    line, resource, depth, silent = 1, -1, 0, 0
    bundle = b'"Bundle"' in head(file)
    try:
        for piece in pieces(file, _PIECE):
            parser.send(piece.removeprefix(b"\xef\xbb\xbf") if line == 1 else piece)
            silent = 0 if found else silent + 1
            if silent > _MOST_SILENT:
                raise TerminologyUnreadable(f"{file}, line {line}: a value has more than 4 MB")
            for path, what, value in found:
                if what == "map_key":
                    continue
                depth += (what in {"start_map", "start_array"}) - (what in {"end_map", "end_array"})
                if depth > MOST_DEPTH:
                    raise TerminologyUnreadable(f"{file}, line {line}: objects lie in one another more than {MOST_DEPTH} deep")
                if what == "start_map" and path == (_IN_BUNDLE if bundle else ""):
                    resource += 1
                if bundle and path.startswith(_IN_BUNDLE):
                    yield Event(line, resource, path[len(_IN_BUNDLE) :].lstrip("."), what, value)
                elif not bundle:
                    yield Event(line, resource, path, what, value)
            found.clear()
            line += piece.endswith(b"\n")
        parser.close()
    except (ijson.JSONError, ijson.IncompleteJSONError, UnicodeDecodeError, ValueError, StopIteration) as error:
        raise TerminologyUnreadable(f"{file}, line {line}: is no JSON in UTF-8, or is cut off") from error


def resources(file: File, keys: frozenset[str]) -> list[dict[str, str]]:
    """What each resource of a file says of itself: those of its own elements (`resourceType`, `url` …) that are text."""
    found: list[dict[str, str]] = []
    for event in events(file):
        if event.resource >= len(found):
            found.append({})
        if event.what == "string" and event.path in keys:
            found[event.resource].setdefault(event.path, event.value)
    return found


def version(path: Path) -> str:
    """The version that a file of one resource gives itself; '' of several."""
    found = resources(path, frozenset({"resourceType", "version"})) if path.is_file() else []
    return found[0].get("version", "") if len(found) == 1 else ""


def holds(path: Path, kinds: tuple[str, ...]) -> bool:
    """Whether a path is, or holds, a JSON file that begins with a resource of one of these types."""
    return any(_is_of(file, kinds) for file in named(path, is_json)[:200])


def json_files(path: Path, kinds: tuple[str, ...]) -> list[File]:
    """Its JSON files that may hold resources of these types. Raises TerminologyUnreadable where there is none."""
    found = [file for file in files_of(path) if path.is_file() or is_json(file.name.lower())]
    wanted = [file for file in found if len(found) == 1 or _is_of(file, kinds)]
    if not wanted:
        raise TerminologyUnreadable(f"{path}: there is no {' or '.join(kinds)} of FHIR in JSON in it")
    return wanted


def is_json(name: str) -> bool:
    """Whether a file is called as JSON files are."""
    return name.endswith((".json", ".json.gz", ".ndjson", ".ndjson.gz"))


def _is_of(file: File, kinds: tuple[str, ...]) -> bool:
    start = head(file)
    return b'"resourceType"' in start and any(f'"{kind}"'.encode() in start for kind in kinds)
