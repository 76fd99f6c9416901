"""What every page needs from the application: the library, the open generation, and how long a page of a list is."""

from flask import current_app, g, request

from search.errors import NothingPublished
from webapp.errors import FieldError, invalid
from webapp.library import Library, Snapshot

PAGE = 10
"""Hits of a search page."""
ROWS = 100
"""Rows of a table page."""


def library() -> Library:
    """The library that the application was made with."""
    found: Library = current_app.extensions["commissure"]
    return found


def snapshot() -> Snapshot:
    """The generation this request reads, taken once. Raises NothingPublished."""
    if "page_snapshot" not in g:
        g.page_snapshot = library().current()
    found: Snapshot = g.page_snapshot
    return found


def snapshot_or_none() -> Snapshot | None:
    """The generation this request reads; None where nothing has been ingested."""
    try:
        return snapshot()
    except NothingPublished:
        return None


def required(name: str) -> str:
    """A query parameter that the page cannot do without; 400 where it is missing."""
    value = request.args.get(name, "")
    if not value:
        raise invalid(FieldError(name, "this address needs it. Follow a link from a search or from the data page"))
    return value


def whole_number(name: str, default: int, least: int = 0, most: int = 10_000_000) -> int:
    """A query parameter as a number within bounds; the default where it is absent or no number."""
    try:
        return min(most, max(least, int(request.args.get(name, default))))
    except ValueError:
        return default
