"""Search: one question, joined with the graph."""

from search.model import SearchRequest
from webapp import metrics
from webapp.answers import search as answers
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.parameters import Question, SearchParameters
from webapp.context import Context

_DESCRIPTION = (
    "Finds documents by meaning and by words, and joins the page of hits with its graph neighbourhood: what the hits share, and how they "
    "connect. `total` counts found documents; `notices` says in words what is missing or cut."
)


def search_request(asked: Question) -> SearchRequest:
    """The question of the parameters."""
    return SearchRequest(
        query=asked.q,
        filters=asked.filters(),
        mode=asked.mode,
        limit=asked.limit,
        offset=asked.offset,
        join=asked.join,
        facets=asked.facets,
    )


def search(asked: Question, context: Context) -> Json:
    """Answer one question."""
    result = context.snapshot.retriever.search(search_request(asked))
    metrics.observe_search(result)
    return answers.search_result(result)


OPERATIONS: tuple[Operation[Question], ...] = (
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
        problems=(503,),
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
        problems=(413, 415, 503),
        by_generation=False,
        example={"q": "shortness of breath at night", "limit": 5},
    ),
)
