"""How heavy answers are: text is compressed for clients that take it, and files named by their content are asked for once."""

import gzip
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

STATIC = Path(__file__).resolve().parent / "static"
LEAST = 1024
"""Bytes from which an answer is worth compressing."""
LEVEL = 6
"""Where gzip's gain flattens."""
FOREVER = "public, max-age=31536000, immutable"
_TEXT = re.compile(
    r"text/(?!event-stream)|application/(?:.+\+)?(?:json|xml)$|application/(?:javascript|x-ndjson|n-triples|n-quads|trig|ld\+json)$|image/svg\+xml$"
)
_NAMED_BY_CONTENT = re.compile(r"dist/.+-[A-Z0-9]{8}\.js")
"""A part of the scripts as the bundler names it."""


def register(app: Flask) -> None:
    """Compress what the application answers. To be registered first: what is registered first is run last, on the finished answer."""
    app.after_request(compressed)
    app.after_request(kept)


def compressed(response: Response) -> Response:
    """The answer as the client takes it. A part of a file stays as it is: its range counts the bytes of the file."""
    if not _TEXT.match(response.mimetype or ""):
        return response
    response.vary.add("Accept-Encoding")
    status = response.status_code
    if status < 200 or status in (204, 206, 304) or "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    length = response.content_length
    if length is not None and length < LEAST:
        return response
    if response.is_streamed and not response.direct_passthrough:
        response.response = _Compressed(response.iter_encoded(), response.response)
        response.headers.pop("Content-Length", None)
    else:
        response.direct_passthrough = False
        data = response.get_data()
        if len(data) < LEAST:
            return response
        response.set_data(gzip.compress(data, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, weak = response.get_etag()
    if tag and not weak:
        response.set_etag(tag, weak=True)  # the same content in other bytes
    return response


class _Compressed:
    """A body that is compressed as it is read, and closed with what it is read from."""

    def __init__(self, chunks: Iterator[bytes], body: object) -> None:
        self._chunks, self._body = chunks, body

    def __iter__(self) -> Iterator[bytes]:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        for chunk in self._chunks:
            if packed := packer.compress(chunk):
                yield packed
        yield packer.flush()

    def close(self) -> None:
        """Stop what makes the body."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def kept(response: Response) -> Response:
    """Let clients keep files that are addressed by their content; of all others they ask whether they changed."""
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    name = (request.view_args or {}).get("filename", "")
    version = request.args.get("v")
    if _NAMED_BY_CONTENT.fullmatch(name) or (version and version == version_of(name)):
        response.headers["Cache-Control"] = FOREVER
    return response


def version_of(name: str) -> str:
    """What the content of a file of `static` is called in its address; '' where there is no such file."""
    path = STATIC / name
    try:
        about = path.stat()
        return _digest(path, about.st_mtime_ns, about.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _digest(path: Path, changed: int, size: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:16]
