"""What every page needs from the application: the library, the open generation, and how long a page of a list is."""

from typing import Any

from flask import request

from search.filters import Filters
from search.model import SearchRequest
from webapp.context import context
from webapp.errors import FieldError, invalid
from webapp.library import Library, Snapshot

PAGE = 10
"""Hits of a search page."""
ROWS = 100
"""Rows of a table page."""


def library() -> Library:
    """The library that the application was made with."""
    return context().library


def snapshot() -> Snapshot:
    """The generation this request reads, taken once. Raises NothingPublished."""
    return context().snapshot


def snapshot_or_none() -> Snapshot | None:
    """The generation this request reads; None where nothing has been ingested."""
    return context().snapshot_or_none


def listed(opened: Snapshot, **filters: Any) -> int:
    """How many documents a search with these filters lists: copies of a text once, and what is narrower than a concept too."""
    request = SearchRequest("", Filters(**filters), limit=1, join=False, facets=False)
    return opened.retriever.search(request).total


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
