"""The name by which a folder is known that files of a dataset came from: where it lies on the machine is nobody's who reads the data.

    /srv/exports/2024-01/ ─▶ 2024-01         /srv/exports/2024-01/notes/Binary.ndjson ─▶ 2024-01/notes/Binary.ndjson

A folder is named when a run first reads from it, and keeps its name, so that a source is called the same for good. No two files of a
dataset are called the same.
"""

import posixpath
from collections.abc import Iterable, Mapping
from typing import Final

Places = Mapping[str, str]
"""Folder (with `/` at its end) → its name."""
_NAMELESS: Final = "files"
"""How the folder is called that has no name: the machine's topmost."""


def with_places(known: Places, sources: Iterable[str]) -> dict[str, str]:
    """The places, and those in addition that the sources need which lie in none: one where these have a folder in common, else several."""
    places = dict(known)
    homeless = sorted({folder for source in sources if not _place(places, folder := source.rpartition("/")[0] + "/")})
    common = _common(homeless)
    for folder in (common,) if common else homeless:
        if not _place(places, folder):
            places[folder] = _free_name(folder, places.values())
    return places


def named_source(places: Places, source: str) -> str:
    """What a source is called: the name of its place, and the path from there. By its own name alone where it lies in no place."""
    place = _place(places, source)
    return f"{places[place]}/{source[len(place) :]}" if place else source.rpartition("/")[2]


def _place(places: Places, source: str) -> str:
    """The innermost place that a source lies in; '' where it lies in none."""
    return max((folder for folder in places if source.startswith(folder)), key=len, default="")


def _common(folders: list[str]) -> str:
    """The folder that all of the sorted folders lie in; '' where that is only the machine or only a kind of store."""
    if not folders:
        return ""
    common = posixpath.commonprefix([folders[0], folders[-1]]).rpartition("/")[0] + "/"
    return common if len(folders) == 1 or common.rpartition("://")[2].strip("/") else ""


def _free_name(folder: str, taken: Iterable[str]) -> str:
    """The folder's own name, with as many of those above it as tell it from the names taken."""
    taken = list(taken)
    above = [part for part in folder.rpartition("://")[2].split("/") if part] or [_NAMELESS]
    names = ["/".join(above[-many:]) for many in range(1, len(above) + 1)]
    names += [f"{above[-1]}-{number}" for number in range(2, len(taken) + 3)]
    return next(name for name in names if not any(f"{name}/".startswith(f"{one}/") or f"{one}/".startswith(f"{name}/") for one in taken))
