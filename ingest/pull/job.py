"""An export on the server: it is kicked off, asked how far it is, and tells in the end where its files are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from ingest.errors import PullFailed
from ingest.progress import Progress
from ingest.pull.reach import joined, shown
from ingest.pull.web import Signer, Web, json_of, retry_after, said

_KICK_OFF: Final = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
_STATUS: Final = {"Accept": "application/json"}
_FIRST_WAIT: Final = 1.0
_SLOWEST: Final = 60.0
_PAGES: Final = 10_000
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_TYPE: Final = re.compile(r"[A-Za-z]{1,64}")
_USUAL: Final = {"deleted": "Bundle", "error": "OperationOutcome"}
_TAKEN: Final = ("manifest.ndjson", "log.ndjson")
ROLES: Final = {"output": "output", "deleted": "deleted", "error": "error", "outcome": "error"}
"""Part of a manifest → what its files are for."""


class JobGone(PullFailed):
    """The server has the export no longer, or not as it said."""


class JobFailed(PullFailed):
    """The server could not make the export."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file of an export: what for (`output`, `deleted`, `error`), the type of its records, its address, how many lines it has if told.

    `name` is the name by which it is kept: no two of an export have the same, whatever they are for.
    """

    role: str
    type: str
    url: str
    count: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export consists of, and of which moment it is."""

    transaction_time: str
    needs_token: bool
    outputs: tuple[Output, ...]


def request_of(base: str, level: str, types: tuple[str, ...], since: str) -> str:
    """The address that kicks an export off; the level is '', 'Patient' or 'Group/ID'."""
    asked = [(name, value) for name, value in (("_since", since), ("_type", ",".join(types))) if value]
    query = "&".join(f"{name}={quote(value, safe=',')}" for name, value in asked)
    path = "/".join(quote(step, safe="") for step in level.split("/")) if level else ""
    return f"{base}/{path + '/' if path else ''}$export{'?' + query if query else ''}"


def kick_off(web: Web, signer: Signer, request: str) -> str:
    """Ask for an export; the address that tells how far it is. Raises PullFailed where the server takes it not."""
    with web.get(request, _KICK_OFF, signer) as response:
        if response.status_code == 202:
            if place := response.headers.get("content-location"):
                return joined(request, str(place))
            raise PullFailed(f"{shown(request)}: the server took the export and does not say where it can be asked for (Content-Location)")
        if response.status_code == 200:
            json_of(response, request, "FHIR server's")
            raise PullFailed(f"{shown(request)}: answered 200 where 202 is due: does this server know Bulk Data Access?")
        words = said(response)
    if response.status_code == 401:
        raise PullFailed(f"{shown(request)}: {words}: who asks has to sign in; say --client-id and --key, or look whether they hold")
    if response.status_code in (404, 405, 501):
        raise PullFailed(f"{shown(request)}: {words}: there is no such export; is the address that of a FHIR server that knows $export?")
    raise PullFailed(f"{shown(request)}: the export is refused: {words}")


def poll(web: Web, signer: Signer, status: str, progress: Progress) -> dict[str, Any]:
    """Ask until the export is done; its manifest, all pages of it. Raises JobGone, JobFailed."""
    wait = _FIRST_WAIT
    while True:
        with web.get(status, _STATUS, signer) as response:
            if response.status_code == 200:
                return _all_pages(web, signer, status, json_of(response, status, "manifest of an export"))
            if response.status_code in (404, 410):
                raise JobGone(f"{shown(status)}: {said(response)}: the server does not have the export any longer")
            if response.status_code != 202:
                raise JobFailed(f"{shown(status)}: the export failed: {said(response)}")
            progress.step(" ".join(filter(None, ("waiting for the server", _words(response.headers.get("x-progress", ""))))))
            web.pause(retry_after(response, wait))
        wait = min(wait * 1.5, _SLOWEST)


def read_manifest(content: Mapping[str, Any], where: str) -> Manifest:
    """What a manifest says. Raises JobFailed where it is none."""
    moment = content.get("transactionTime")
    if not isinstance(moment, str) or not is_instant(moment):
        raise JobFailed(f"{shown(where)}: the answer is no manifest of an export: its transactionTime is no instant")
    needs_token = content.get("requiresAccessToken")
    if not isinstance(needs_token, bool) or not isinstance(content.get("output"), list):
        raise JobFailed(f"{shown(where)}: the answer is no manifest of an export: it needs requiresAccessToken and output")
    taken: set[str] = set()
    found = tuple(_output(role, entry, where, place, taken) for place, (role, entry) in enumerate(_entries(content), 1))
    return Manifest(moment, needs_token, found)


def is_instant(text: str) -> bool:
    """Whether a text is an instant of FHIR: a date, a time with seconds, and its zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None and "T" in text
    except ValueError:
        return False


def _entries(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part, role in ROLES.items():
        listed = content.get(part)
        for entry in listed if isinstance(listed, list) else ():
            yield role, entry


def _output(role: str, entry: Any, where: str, place: int, taken: set[str]) -> Output:
    kind, url = (entry.get("type"), entry.get("url")) if isinstance(entry, dict) else (None, None)
    if not isinstance(url, str):
        raise JobFailed(f"{shown(where)}: entry {place} of the manifest has no url")
    kind = kind if isinstance(kind, str) and _TYPE.fullmatch(kind) else _USUAL.get(role, "Mixed")
    count = entry.get("count")
    own = shown(url).rpartition("/")[2].removesuffix(".gz")
    if not (_NAME.fullmatch(own) and own.endswith(".ndjson") and own.lower() not in {*taken, *_TAKEN}):
        own = next(name for number in range(place, 1 << 30) if (name := f"{kind}.{number:04d}.ndjson").lower() not in taken)
    taken.add(own.lower())
    return Output(role, kind, joined(where, url), count if type(count) is int and count >= 0 else None, own)


def _all_pages(web: Web, signer: Signer, status: str, first: dict[str, Any]) -> dict[str, Any]:
    """A manifest with what its further pages list."""
    whole, page, seen = dict(first), first, {status}
    while (following := _next(page, status)) and len(seen) < _PAGES:
        if following in seen:
            raise JobFailed(f"{shown(status)}: the pages of the manifest lead in a circle")
        seen.add(following)
        with web.get(following, _STATUS, signer) as response:
            if response.status_code != 200:
                raise JobGone(f"{shown(following)}: {said(response)}: a page of the manifest is not there")
            page = json_of(response, following, "page of a manifest")
        for part in ROLES:
            if isinstance(more := page.get(part), list):
                held = whole.get(part)
                whole[part] = [*(held if isinstance(held, list) else ()), *more]
    return whole


def _next(page: Mapping[str, Any], where: str) -> str:
    links = page.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return joined(where, str(link["url"]))
    return ""


def _words(told: str) -> str:
    """What a server says of its progress, as one short line."""
    line = "".join(each if each.isprintable() else " " for each in told)[:100].strip()
    return f"({line})" if line else ""
