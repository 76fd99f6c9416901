"""Documents as JSON."""

from typing import Annotated

from typing_extensions import TypedDict

from concepts.model import Mention
from search import model as search
from webapp.answers.shapes import Added, Json, Shape

MENTION = Shape(
    Mention,
    words={
        "score": "How sure the finder is that the span names something.",
        "concept_score": "How sure it is of the concept.",
        "source": "Who found it.",
    },
    says="A span of a document that names a concept. It is evidence, never a charted fact.",
)
PASSAGE = Shape(search.PassageSpan, "Passage", without=("key",), says="A passage of a document.")
DOCUMENT_SUMMARY = Shape(search.DocumentSummary)
DocumentSummaryJson = Annotated[Json, DOCUMENT_SUMMARY]
DOCUMENT = Shape(
    search.Document,
    added={
        "copies": Added(
            list[DocumentSummaryJson],
            "The other documents of its patient that have the same text; searches fold them into one hit.",
        ),
        "generation": Added(int),
    },
    words={
        "media_type": "Media type of the attachment that the text was decoded from.",
        "text": "Decoded and untrimmed; show it as text, never as markup.",
    },
    says="A document with its text.",
)


class DocumentListJson(TypedDict):
    """Documents, newest first."""

    documents: list[DocumentSummaryJson]
    next_offset: int | None
    generation: int
