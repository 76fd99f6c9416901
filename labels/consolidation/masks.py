"""Painted images: one vote a pixel. PNG in and out, with Pillow."""

import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from labels.consolidation.model import Result
from labels.values import Mask
from sources.errors import UnsupportedSource

BACKGROUND = "BACKGROUND"
_WHITE = "#ffffff"
_MOST_CLASSES = 256
_MOST_PIXELS = 80_000_000
"""More than cameras make; a PNG of some bytes may claim far more."""

Palette = tuple[tuple[str, str], ...]
"""(class, colour) by pixel index; the background is 0."""
Indices = NDArray[np.uint8]


def palette_of(masks: Sequence[Mask]) -> Palette:
    """The classes of all masks, the background first, then by name, each with the first colour given for it.

    Raises UnsupportedSource for more classes than a palette has.
    """
    colors: dict[str, str] = {}
    for mask in masks:
        for name, color in mask.colors:
            colors.setdefault(name, color)
    names = sorted(name for name in colors if name.upper() != BACKGROUND)
    if len(names) >= _MOST_CLASSES:
        raise UnsupportedSource(f"{len(names)} classes: a mask has at most {_MOST_CLASSES - 1} beside the background")
    return ((BACKGROUND, _WHITE), *((name, colors[name]) for name in names))


def misfit(mask: Mask, size: tuple[int, int] | None) -> str:
    """Why a mask is none, or is not of an image of this size (width, height); '' where it is."""
    try:
        height, width = indices_of(mask, ()).shape
    except UnsupportedSource as error:
        return str(error)
    return "" if size in (None, (width, height)) else f"a mask of {width} × {height} pixels for an image of {size[0]} × {size[1]}"


@lru_cache(maxsize=8)
def indices_of(mask: Mask, classes: tuple[str, ...]) -> Indices:
    """The place in `classes` of each pixel's class (height × width), 0 where it has none of them.

    A pixel's class is told by its colour, never by its palette index: some real files have wrong indices. Raises UnsupportedSource where
    the PNG cannot be read or is too large.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(mask.png), formats=("PNG",)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnsupportedSource(f"a mask of {image.width} × {image.height} pixels: at most {_MOST_PIXELS:,} pixels are read")
            rgba = np.asarray(image.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnsupportedSource(f"the mask is not a PNG that can be read ({error})") from error
    color_of = (rgba[..., 0].astype(np.int32) << 16) | (rgba[..., 1].astype(np.int32) << 8) | rgba[..., 2]
    color_of[rgba[..., 3] == 0] = -1  # nothing is painted there
    indices = np.zeros(color_of.shape, np.uint8)
    for name, color in mask.colors:
        if name in classes:
            indices[color_of == _rgb(color)] = classes.index(name)
    indices.flags.writeable = False  # the cache hands it out again
    return indices


def vote(item: str, masks: Sequence[Mask], palette: Palette) -> Result:
    """The class with most votes at each pixel; tied classes are told apart by the votes in the 3 × 3 pixels around, then by their order.

    Confidence is the mean share of votes for the winner over the pixels that anyone painted (1 where nobody painted any; 0 for one worker).
    Raises UnsupportedSource where masks differ in size.
    """
    classes = tuple(name for name, _ in palette)
    painted = [indices_of(mask, classes) for mask in masks]
    if len(sizes := {indices.shape for indices in painted}) > 1:
        listed = ", ".join(f"{width} × {height}" for height, width in sorted(sizes))
        raise UnsupportedSource(f"item {item}: its masks differ in size ({listed}); leave out the answers that are not of this image")
    best = np.full(painted[0].shape, -1, np.int32)
    votes, winner = np.zeros(painted[0].shape, np.int32), np.zeros(painted[0].shape, np.uint8)
    around = 9 * len(painted) + 1  # one vote more outweighs all neighbours
    for index in sorted({int(index) for indices in painted for index in np.unique(indices)}):
        count: NDArray[np.int32] = np.stack([indices == index for indices in painted]).sum(axis=0, dtype=np.int32)
        strength = count * around + _neighbours(count)
        better = strength > best
        best[better], votes[better], winner[better] = strength[better], count[better], index
    touched = np.any([indices > 0 for indices in painted], axis=0)
    share = float(votes[touched].mean() / len(painted)) if touched.any() else 1.0
    return Result(item, Mask(png_of(winner, palette), palette), share if len(painted) > 1 else 0.0, len(painted))


def same_pixels(one: Mask, other: Mask) -> float:
    """The share of equal pixels among those either one painted; 1 where neither painted any, 0 where their sizes differ."""
    classes = tuple(name for name, _ in palette_of([one, other]))
    here, there = indices_of(one, classes), indices_of(other, classes)
    if here.shape != there.shape:
        return 0.0
    painted = (here > 0) | (there > 0)
    return float((here == there)[painted].mean()) if painted.any() else 1.0


def png_of(indices: Indices, palette: Palette) -> bytes:
    """A PNG whose palette index is the class and whose palette holds the colours."""
    from PIL import Image

    image = Image.fromarray(indices)
    image.putpalette([(_rgb(color) >> shift) & 255 for _, color in palette for shift in (16, 8, 0)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _neighbours(count: NDArray[np.int32]) -> NDArray[np.int32]:
    """The sum over each pixel and the eight around it; beyond the edge there is nothing."""
    padded = np.pad(count, 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    sums: NDArray[np.int32] = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return sums


def _rgb(color: str) -> int:
    return int(color.removeprefix("#"), 16)
