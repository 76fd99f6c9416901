"""Files of an export are fetched as the server sends them, from where an earlier attempt broke off, and looked at before they count."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import orjson

from ingest.errors import PullFailed
from ingest.pull.job import JobGone, Output
from ingest.pull.reach import shown
from ingest.pull.web import Signer, Web, content_type, said
from ingest.staging import sync

PARTIAL: Final = ".partial"
"""The ending of what is not there whole; the point before the name keeps ingest from reading it."""
_GZIP: Final = b"\x1f\x8b"
_TRIES: Final = 6
_WRONG: Final = 3
_CHUNK: Final = 1 << 16
_GONE: Final = (403, 404, 410)

Begun = Callable[[list[str]], None]
"""Keeps what the server said of a file before its first byte is written: [validator, encoding]."""


def fetch(web: Web, signer: Signer | None, output: Output, folder: Path, known: list[str], begun: Begun) -> str:
    """Fetch a file whole; its name, which ends in .gz where it is packed. `known` is what was kept of an earlier attempt.

    Raises JobGone where the server has it no longer, PullFailed where it does not come whole.
    """
    partial = folder / f".{output.name}{PARTIAL}"
    reason = ""
    for _ in range(_WRONG):
        known = _transfer(web, signer, output.url, partial, known, begun)
        reason = _wrong(partial, output)
        if not reason:
            break
        partial.unlink()
        known = []
    else:
        raise PullFailed(f"{shown(output.url)}: does not come whole: {reason}; the next pull tries again")
    name = f"{output.name}.gz" if _is_packed(partial) else output.name
    sync(partial)
    partial.replace(folder / name)
    sync(folder)
    return name


def _transfer(web: Web, signer: Signer | None, url: str, partial: Path, known: list[str], begun: Begun) -> list[str]:
    """Bring all bytes of an address into a file, going on behind those that are there; what the server said of it."""
    tries, wait = 0, 1.0
    while True:
        there = partial.stat().st_size if partial.exists() else 0
        validator = known[0] if known and there else ""
        headers = {"Accept": "application/fhir+ndjson", "Accept-Encoding": known[1] if validator else "gzip"}
        if validator:
            headers |= {"Range": f"bytes={there}-", "If-Range": validator}
        with web.get(url, headers, signer) as response:
            goes_on = bool(validator) and _goes_on(response, there)
            if validator and not goes_on and response.status_code in (206, 416):  # another part, or none: begin anew
                known = []
                partial.unlink()
                continue
            if not goes_on:
                _check(response, url)
                known = [_validator(response), response.headers.get("content-encoding", "identity")]
                begun(known)
            try:
                with partial.open("ab" if goes_on else "wb") as stream:
                    for piece in response.iter_raw(_CHUNK):
                        stream.write(piece)
                return known
            except httpx.HTTPError as error:
                tries = 0 if partial.stat().st_size > there else tries + 1
                if tries == _TRIES:
                    reason = f"{shown(url)}: breaks off ({type(error).__name__}); the next pull goes on from there"
                    raise PullFailed(reason) from None
        web.pause(wait if tries else 0.0)
        wait = min(wait * 2, 60.0)


def _goes_on(response: httpx.Response, there: int) -> bool:
    """Whether an answer is the rest of a file of which so many bytes are there."""
    return response.status_code == 206 and str(response.headers.get("content-range", "")).startswith(f"bytes {there}-")


def _check(response: httpx.Response, url: str) -> None:
    if response.status_code in _GONE:
        raise JobGone(f"{shown(url)}: {said(response)}: the server does not give the file, or not any longer")
    if response.status_code != 200:
        raise PullFailed(f"{shown(url)}: a file of the export is refused: {said(response)}")
    if content_type(response) in ("text/html", "application/xhtml+xml"):
        raise PullFailed(f"{shown(url)}: the answer is a page (HTML), where NDJSON is due: does the server ask to sign in?")
    if response.headers.get("content-encoding", "identity") not in ("identity", "gzip", "x-gzip", ""):
        raise PullFailed(f"{shown(url)}: is packed otherwise than asked for (Content-Encoding)")


def _validator(response: httpx.Response) -> str:
    """What tells one state of a file from another, byte by byte; '' where nothing does: what breaks off is then begun anew."""
    tag = str(response.headers.get("etag", ""))
    return tag if tag and not tag.startswith("W/") else ""


def _is_packed(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP


def _wrong(path: Path, output: Output) -> str:
    """What is wrong with a file as it came; '' where nothing is."""
    lines, last = 0, b""
    try:
        with gzip.open(path) if _is_packed(path) else path.open("rb") as stream:
            for line in stream:
                if line.strip():
                    lines, last = lines + 1, line
    except (OSError, EOFError, zlib.error):
        return "it is packed, and breaks off"
    if last and not last.endswith(b"\n"):
        try:
            orjson.loads(last)
        except ValueError:
            return "its last line breaks off"
    if output.count is not None and lines < output.count:
        return f"the server counts {output.count:,} records, and {lines:,} came"
    return ""
