"""Writes PNG pictures whose bytes depend on nothing but the picture.

zlib and its replacements compress differently, so the same drawing saved by a library has other bytes on another machine. Drawn scenes
are flat colours: repeating the pixel before, or the row above, by deflate's fixed codes makes them small enough.
"""

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Palette indices, (height, width)."""
Color = tuple[int, int, int]

_LONGEST = 258
_SHORTEST = 4
_LENGTHS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258)
_LENGTH_BITS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0)


def encode(pixels: Pixels, palette: Sequence[Color]) -> bytes:
    """The picture as a PNG with a palette of at most 256 colours."""
    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colors = bytes(value for color in palette for value in color)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1)
    parts = ((b"IHDR", header), (b"PLTE", colors), (b"IDAT", _zlib(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _zlib(rows: Pixels) -> bytes:
    """The rows as a zlib stream of one block with fixed codes."""
    flat = rows.reshape(-1)
    bits = "110" + "".join(_tokens(flat, rows.shape[1])) + "0000000"
    packed = np.packbits(np.frombuffer(bits.encode(), np.uint8) - ord("0"), bitorder="little")
    return b"\x78\x01" + packed.tobytes() + struct.pack(">I", zlib.adler32(flat.tobytes()))


def _tokens(flat: Pixels, stride: int) -> Iterator[str]:
    """Literals and repetitions, as bits in the order of the stream."""
    values: list[int] = flat.tolist()
    literals = [_literal(value) for value in range(256)]
    repeats = [(_breaks(flat, distance), distance, _distance(distance)) for distance in (stride, 1)]
    at = 0
    while at < len(values):
        length, distance_bits = 0, ""
        for breaks, distance, bits in repeats:
            if at >= distance:
                found = breaks[bisect_left(breaks, at)] - at
                if found > length:
                    length, distance_bits = found, bits
        length = min(length, _LONGEST)
        if length >= _SHORTEST:
            yield _length(length) + distance_bits
            at += length
        else:
            yield literals[values[at]]
            at += 1


def _breaks(flat: Pixels, distance: int) -> list[int]:
    """Where a pixel differs from the one `distance` before, and the end."""
    found: list[Any] = (np.flatnonzero(flat[distance:] != flat[:-distance]) + distance).tolist()
    return [*found, len(flat)]


def _literal(value: int) -> str:
    return f"{48 + value:08b}" if value < 144 else f"{400 + value - 144:09b}"


def _length(length: int) -> str:
    place = max(place for place, low in enumerate(_LENGTHS) if low <= length)
    code = f"{place + 1:07b}" if place < 23 else f"{192 + place - 23:08b}"
    return code + _extra(length - _LENGTHS[place], _LENGTH_BITS[place])


def _distance(distance: int) -> str:
    if distance < 5:
        return f"{distance - 1:05b}"
    bits = (distance - 1).bit_length() - 2
    half = (distance - 1) >> bits & 1
    return f"{2 * bits + 2 + half:05b}" + _extra((distance - 1) & ((1 << bits) - 1), bits)


def _extra(value: int, bits: int) -> str:
    return f"{value:0{bits}b}"[::-1] if bits else ""
