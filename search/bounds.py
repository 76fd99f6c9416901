"""What may be asked of a search, and how far it looks."""

from typing import Final

from search.errors import InvalidRequest
from search.masks import check
from search.model import SearchRequest
from search.questions.operators import alternatives

DEPTH: Final = 1000
"""Documents ranked, the same for every page: scores are fused relative to each other, so paging must not change how many there are."""

DEPTH_BY_PATIENT: Final = 20_000
"""Documents ranked where hits are put together by patient: patients are counted, not only listed."""
MOST_PER_PAGE: Final = 100
MOST_LISTED: Final = 100_000
"""Hits that a table lists."""
LONGEST_QUERY: Final = 10_000
"""Characters. A model reads a few hundred words; a longer query is surely something pasted by mistake."""


def depth_of(request: SearchRequest) -> int:
    """How many documents are ranked for a request."""
    return DEPTH if request.group is None else DEPTH_BY_PATIENT


def check_request(request: SearchRequest) -> None:
    """Raise InvalidRequest for what may not be asked."""
    if not 1 <= request.limit <= MOST_PER_PAGE:
        raise InvalidRequest("limit", f"must be 1 to {MOST_PER_PAGE}, is {request.limit}")
    if request.offset < 0:
        raise InvalidRequest("offset", f"must not be negative, is {request.offset}")
    if request.query.strip() and request.offset + request.limit > DEPTH:
        raise InvalidRequest(
            "offset", f"only the best {DEPTH} documents are ranked: narrow the search with filters instead of paging further"
        )
    if len(request.query) > LONGEST_QUERY:
        raise InvalidRequest("q", f"must have at most {LONGEST_QUERY} characters, has {len(request.query)}")
    alternatives(request.query)
    check(request.filters)
