"""GraphBinary: values of requests, encoded, and answers, read.

Answers made of strings, numbers, lists and maps are read here, because reading them is most of the cost of a neighbourhood.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple


class Encoded(bytes):
    """A value that is already GraphBinary."""


class EncodedIO:
    """How gremlinpython's writer takes what is encoded."""

    @staticmethod
    def dictify(value: Encoded, _writer: object, to_extend: bytearray) -> bytearray:
        """Append the value as it is."""
        to_extend += value
        return to_extend


_LENGTH = struct.Struct(">i")


_LONG = struct.Struct(">q")


_DOUBLE = struct.Struct(">d")


_FLOAT = struct.Struct(">f")


def encode_string(text: str) -> bytes:
    """A string as GraphBinary writes it."""
    data = text.encode()
    return b"\x03\x00" + _LENGTH.pack(len(data)) + data


def encode_list(items: Iterable[bytes]) -> Encoded:
    """A list of encoded values."""
    values = list(items)
    return Encoded(b"\x09\x00" + _LENGTH.pack(len(values)) + b"".join(values))


def encode_map(pairs: Iterable[tuple[bytes, bytes]]) -> Encoded:
    """A map of encoded keys and values."""
    entries = [key + value for key, value in pairs]
    return Encoded(b"\x0a\x00" + _LENGTH.pack(len(entries)) + b"".join(entries))


def encode_long(number: int) -> bytes:
    """A 64-bit integer."""
    return b"\x02\x00" + _LONG.pack(number)


def encode_enum(kind: int, name: str) -> bytes:
    """An enumerated value such as T.id (0x20) or Direction.OUT (0x18)."""
    return bytes((kind, 0)) + encode_string(name)


T_ID: Final = encode_enum(0x20, "id")


T_LABEL: Final = encode_enum(0x20, "label")


OUT: Final = encode_enum(0x18, "OUT")


IN: Final = encode_enum(0x18, "IN")


class RunStep(NamedTuple):
    """One step of a traversal as the server ran it, from the answer to `profile()`."""

    name: str
    annotations: Mapping[str, Any]
    inside: tuple["RunStep", ...]


class Unreadable(Exception):
    """An answer holds what is not read here."""


def _read(data: bytes, at: int) -> tuple[Any, int]:
    """One value and where the next begins."""
    kind = data[at]
    if data[at + 1] == 1:
        return None, at + 2
    at += 2
    if kind == 0x03:
        end = at + 4 + _LENGTH.unpack_from(data, at)[0]
        return data[at + 4 : end].decode(), end
    if kind == 0x02:
        return _LONG.unpack_from(data, at)[0], at + 8
    if kind == 0x01:
        return _LENGTH.unpack_from(data, at)[0], at + 4
    if kind in (0x09, 0x0B):
        return _read_bare_list(data, at)
    if kind == 0x2A:  # a bulk set: each value with how often it is there
        size = _LENGTH.unpack_from(data, at)[0]
        at += 4
        items = []
        for _ in range(size):
            item, at = _read(data, at)
            items.extend([item] * _LONG.unpack_from(data, at)[0])
            at += 8
        return items, at
    if kind == 0x0A:
        size = _LENGTH.unpack_from(data, at)[0]
        at += 4
        pairs = {}
        for _ in range(size):
            key, at = _read(data, at)
            value, at = _read(data, at)
            pairs[tuple(key) if isinstance(key, list) else key] = value
        return pairs, at
    if kind == 0x27:
        return data[at] == 1, at + 1
    if kind == 0x07:
        return _DOUBLE.unpack_from(data, at)[0], at + 8
    if kind == 0x08:
        return _FLOAT.unpack_from(data, at)[0], at + 4
    if kind == 0x20:
        return _read(data, at)
    if kind == 0x2D:  # how a traversal ran: the time it took, then its steps
        return _read_bare_list(data, at + 8)
    if kind == 0x2C:  # one step: identifier, name, time, counts, annotations, steps inside it
        _, at = _read_bare_string(data, at)
        name, at = _read_bare_string(data, at)
        _, at = _read_bare_map(data, at + 8)
        annotations, at = _read_bare_map(data, at)
        inside, at = _read_bare_list(data, at)
        return RunStep(name, annotations, tuple(inside)), at
    raise Unreadable(f"an answer holds a value of GraphBinary type {kind:#x}")


def read_answer(data: bytes) -> tuple[int, str, list[Any], dict[str, Any]]:
    """Status, message, results (each as often as its traverser says) and the status attributes of one response message."""
    at = 1
    at += 1 if data[at] == 1 else 17  # the request's id, nullable
    status = _LENGTH.unpack_from(data, at)[0]
    at += 4
    message = ""
    if data[at] == 1:
        at += 1
    else:
        end = at + 5 + _LENGTH.unpack_from(data, at + 1)[0]
        message, at = data[at + 5 : end].decode(), end
    attributes, at = _read_bare_map(data, at)
    if status not in (200, 206):
        return status, message, [], attributes
    _, at = _read_bare_map(data, at)
    return status, message, _read_results(data, at), attributes


def _read_bare_string(data: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + _LENGTH.unpack_from(data, at)[0]
    return data[at + 4 : end].decode(), end


def _read_bare_list(data: bytes, at: int) -> tuple[list[Any], int]:
    size = _LENGTH.unpack_from(data, at)[0]
    at += 4
    items = []
    for _ in range(size):
        item, at = _read(data, at)
        items.append(item)
    return items, at


def _read_bare_map(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    size = _LENGTH.unpack_from(data, at)[0]
    at += 4
    pairs = {}
    for _ in range(size):
        key, at = _read(data, at)
        value, at = _read(data, at)
        pairs[key] = value
    return pairs, at


def _read_results(data: bytes, at: int) -> list[Any]:
    if data[at] == 0xFE or data[at + 1] == 1:
        return []
    if data[at] != 0x09:
        raise Unreadable("an answer is no list of results")
    size = _LENGTH.unpack_from(data, at + 2)[0]
    at += 6
    results: list[Any] = []
    for _ in range(size):
        if data[at] == 0x21:
            bulk = _LONG.unpack_from(data, at + 2)[0]
            value, at = _read(data, at + 10)
            results.extend([value] * bulk if bulk > 1 else (value,))
        else:
            value, at = _read(data, at)
            results.append(value)
    return results
