"""Search: one question, joined with the graph."""

from dataclasses import replace
from typing import Any

from flask import Response

from search.hits.sheets import in_rows, table
from search.model import Group, SearchRequest
from webapp import metrics
from webapp.answers import search as answers
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.paging import cursor_after, offset_of
from webapp.api.parameters import FacetParameters, FacetValues, Question, SearchParameters, Table, TableParameters
from webapp.context import Context
from webapp.library import Snapshot

_DESCRIPTION = (
    "Finds documents by meaning and by words, and joins the page of hits with its graph neighbourhood: what the hits share, and how they "
    "connect. `total` counts found documents; `notices` says in words what is missing or cut."
)


def search_request(asked: Question) -> SearchRequest:
    """The question of the parameters."""
    group = Group(asked.group) if asked.group else None
    return replace(asked.request(), limit=asked.limit, offset=asked.offset, join=asked.join, facets=asked.facets, group=group)


def search(asked: Question, context: Context) -> Json:
    """Answer one question."""
    result = context.snapshot.retriever.search(search_request(asked))
    metrics.observe_search(result)
    return answers.search_result(result)


def facet(asked: FacetValues, context: Context) -> Json:
    """A page of all values of a facet."""
    snapshot = context.snapshot
    offset = offset_of(asked.cursor, snapshot.generation)
    page = snapshot.retriever.facet(asked.request(), asked.facet, asked.prefix, asked.limit, offset)
    cursor = cursor_after(snapshot.generation, offset + len(page.values), page.total) if page.values else None
    return answers.FACET_PAGE(page, cursor=cursor, generation=snapshot.generation)


def search_table(asked: Table, context: Context) -> Response:
    """All hits of one question as CSV."""
    return table_response(context.snapshot, replace(asked.request(), group=Group(asked.group) if asked.group else None), asked.rows)


def table_response(snapshot: Snapshot, request: SearchRequest, rows: str) -> Response:
    """All hits as a file, sent as it is read; the header Commissure-Truncated says whether the bound cut it. Raises InvalidRequest."""
    listing = snapshot.retriever.listed(in_rows(request, rows))
    lines = table(listing, rows)
    response = Response((line.encode("utf-8", "replace") for line in lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{rows}.csv"'
    response.headers["Commissure-Truncated"] = "true" if listing.cut else "false"
    response.headers["Cache-Control"] = "no-store"
    return response


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="search",
        method="GET",
        path="/search",
        tag="Search",
        summary="Search documents, joined with the graph",
        description=_DESCRIPTION,
        handler=search,
        answer=answers.SEARCH_RESULT,
        parameters=SearchParameters,
        example={"q": "woman treated with cisplatin and paclitaxel", "limit": 5},
    ),
    Operation(
        name="searchByPost",
        method="POST",
        path="/search",
        tag="Search",
        summary="Search with a JSON body",
        description=_DESCRIPTION + " The same parameters as GET, for long questions and many filters, and where addresses are logged.",
        handler=search,
        answer=answers.SEARCH_RESULT,
        parameters=SearchParameters,
        by_generation=False,
        example={"q": "shortness of breath at night", "limit": 5},
    ),
    Operation(
        name="getFacet",
        method="GET",
        path="/facets/{facet}",
        tag="Search",
        summary="All values of a facet beside a question, page by page",
        description="The parameters of a search, and which values begin so. A count is that of the documents that match well (of all, "
        "where none does): a search with the value in its filters, and `match=well` where some match loosely, lists as many.",
        handler=facet,
        answer=answers.FACET_PAGE,
        parameters=FacetParameters,
        problems=(503,),
        example={"facet": "concept", "prefix": "diab", "limit": 10},
    ),
    Operation(
        name="searchTable",
        method="GET",
        path="/search.csv",
        tag="Search",
        summary="All hits of a question as CSV, or their patients",
        description="A row a hit, with its passage and where it comes from (paths within the export), or a row a patient. At most the best "
        "1,000 documents of a question (20,000 by patient), or 100,000 of what filters allow; the header Commissure-Truncated says "
        "whether that cut any.",
        handler=search_table,
        answer=bytes,
        media=("text/csv",),
        parameters=TableParameters,
        by_generation=False,
        example={"q": "shortness of breath at night", "rows": "patients"},
    ),
)
