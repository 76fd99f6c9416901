"""Documents and the records they came from."""

from typing import Any

from webapp.answers import datasets, documents
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.parameters import ByIri
from webapp.context import Context
from webapp.errors import Problem, ProblemError, not_found


def document(asked: ByIri, context: Context) -> Json:
    """One document with its text, passages and mentions."""
    found = context.snapshot.catalog.document(asked.id)
    if found is None:
        raise not_found("document", "The published generation holds no document of this IRI. Take it from a hit of /api/v1/search.")
    return documents.DOCUMENT(found, copies=context.snapshot.retriever.copies(found.id), generation=context.snapshot.generation)


def record(asked: ByIri, context: Context) -> Json:
    """A record as it came in."""
    if not context.settings.raw_records:
        raise ProblemError(Problem("disabled", 403, "Not offered here", "This server is set not to show the source JSON of records."))
    found = context.library.record(asked.id)
    if found is None:
        raise not_found("record", "No dataset holds a record of this IRI. Take it from the evidence of a hit or the records of a node.")
    return datasets.RECORD(found)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="getDocument",
        method="GET",
        path="/documents",
        tag="Documents",
        summary="One document with its text, passages and mentions",
        description="`text` is decoded and untrimmed; all offsets count its code points. It may hold markup: show it as text.",
        handler=document,
        answer=documents.DOCUMENT,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{document}"},
    ),
    Operation(
        name="getDocumentByPath",
        method="GET",
        path="/documents/{id}",
        tag="Documents",
        summary="One document, its IRI percent-encoded in the address",
        description="Where a proxy rewrites encoded slashes, use /api/v1/documents?id=.",
        handler=document,
        answer=documents.DOCUMENT,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{document}"},
    ),
    Operation(
        name="getRecord",
        method="GET",
        path="/records",
        tag="Documents",
        summary="The source JSON of a record, with where it came from",
        handler=record,
        answer=datasets.RECORD,
        parameters=ByIri,
        problems=(403, 404),
        by_generation=False,
        example={"id": "{record}"},
    ),
    Operation(
        name="getRecordByPath",
        method="GET",
        path="/records/{id}",
        tag="Documents",
        summary="The source JSON of a record, its IRI percent-encoded in the address",
        handler=record,
        answer=datasets.RECORD,
        parameters=ByIri,
        problems=(403, 404),
        by_generation=False,
        example={"id": "{record}"},
    ),
)
