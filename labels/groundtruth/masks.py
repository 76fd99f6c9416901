"""Which classes a mask really shows: its colour map may list others of the job."""

import io
import zlib
from collections.abc import Mapping
from typing import Final

from labels.groundtruth.model import Annotation, Region

_MOST_PIXELS: Final = 80_000_000
"""More than cameras make; a PNG of some bytes may claim far more."""
_MOST_POINTS: Final = 64 << 20
_MOST_COLORS: Final = 4096


class UnreadableMask(ValueError):
    """The file is no mask that can be read; the message says why."""


def shown(content: bytes, annotations: tuple[Annotation, ...]) -> tuple[tuple[Annotation, ...], tuple[int, int] | None]:
    """The annotations whose class some pixel or point has, and the image's size in pixels. Raises UnreadableMask.

    Pixels tell their class by colour, because some real files have wrong palette indices; by index only where the map has no colours.
    Points of a cloud (zlib) tell it by index, one byte each.
    """
    if not content.startswith(b"\x89PNG"):
        used = {str(index) for index in set(_points(content))}
        return tuple(one for one in annotations if one.category is not None and one.category.id in used), None
    colors, indices, size = _pixels(content)
    by_color = any(isinstance(one.geometry, Region) and one.geometry.color for one in annotations)
    found = []
    for one in annotations:
        color = one.geometry.color.lower() if isinstance(one.geometry, Region) else ""
        if color in colors if by_color else one.category is not None and one.category.id in indices:
            found.append(one)
    return tuple(found), size


def _points(content: bytes) -> bytes:
    try:
        points = zlib.decompressobj().decompress(content, _MOST_POINTS)
    except zlib.error as error:
        raise UnreadableMask("neither a PNG nor compressed by zlib") from error
    return points


def _pixels(content: bytes) -> tuple[Mapping[str, int], Mapping[str, int], tuple[int, int]]:
    """Colour (#rrggbb) and palette index → how many pixels, and the size."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableMask(f"{image.width} × {image.height} pixels: at most {_MOST_PIXELS:,} are read")
            indices = {str(index): count for count, index in (image.getcolors(256) or ())} if image.mode == "P" else {}
            painted = image.convert("RGB").getcolors(_MOST_COLORS)
            size = image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableMask(f"not a PNG that can be read ({type(error).__name__})") from error
    if painted is None:
        raise UnreadableMask(f"more than {_MOST_COLORS:,} colours: a mask has one for each class")
    return {f"#{bytes(color).hex()}": count for count, color in painted if isinstance(color, tuple)}, indices, size
