"""From an S3 prefix manifest (one JSON array: a prefix, then keys) to the lines of an input manifest."""

from collections.abc import Iterator

import orjson

from labels.errors import ManifestError
from sources.files import SourceFile, open_source

_LARGEST = 1 << 30


def convert(file: SourceFile) -> Iterator[bytes]:
    """One `source-ref` line, with its newline, for each key: prefix and key put together as they are, in order, duplicates kept.

    Raises ManifestError for anything but a prefix manifest.
    """
    try:
        with open_source(file) as stream:
            data = stream.read(_LARGEST + 1)
    except (OSError, EOFError) as error:
        raise ManifestError(f"{file.uri}: cannot be read: {error}") from error
    if len(data) > _LARGEST:
        raise ManifestError(f"{file.uri}: larger than {_LARGEST >> 20:,} MiB")
    prefix, *keys = _entries(data.removeprefix(b"\xef\xbb\xbf"), file.uri)
    for key in keys:
        yield orjson.dumps({"source-ref": prefix + key}, option=orjson.OPT_APPEND_NEWLINE)


def _entries(data: bytes, name: str) -> list[str]:
    """The prefix and the keys."""
    if data.lstrip()[:1] == b"{":
        raise ManifestError(f"{name}: this is JSON Lines already, not a prefix manifest")
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{name}, line {error.lineno}: not JSON ({error})") from error
    if not isinstance(content, list):
        raise ManifestError(f"{name}: a prefix manifest is a JSON array")
    first = content[0] if content else None
    if not isinstance(first, dict) or not isinstance(first.get("prefix"), str):
        raise ManifestError(f'{name}: the first element must be {{"prefix": "s3://…"}}')
    for number, key in enumerate(content[1:], 1):
        if not isinstance(key, str):
            raise ManifestError(f"{name}: element {number} must be a text, the key behind the prefix")
    return [first["prefix"], *content[1:]]
