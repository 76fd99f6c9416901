"""The setting `media`: the folders whose images the web may show."""

from pathlib import Path

from commissure.errors import BadSetting
from labels.media import Place


def places_of(setting: str) -> tuple[Place, ...]:
    """The places of the setting: folders, and `s3://prefix=folder`, comma-separated. Raises BadSetting where a folder is not there."""
    found = []
    for entry in filter(None, map(str.strip, setting.split(","))):
        prefix, equals, folder = entry.partition("=") if entry.startswith("s3://") else ("", "=", entry)
        if not equals or not folder.strip():
            raise BadSetting(f"media: {entry!r} names no folder: write s3://bucket/prefix=folder, or a folder alone")
        place = Path(folder.strip()).expanduser()
        if not place.is_dir():
            raise BadSetting(f"media: {folder.strip()!r} is no folder")
        found.append(Place(prefix.strip().rstrip("/"), place.resolve()))
    return tuple(found)
