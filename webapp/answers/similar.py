"""Similar notes and patients, as JSON."""

from typing import Annotated

from typing_extensions import TypedDict

from search.ranking import similar
from webapp.answers.shapes import Json, Shape

SIMILAR = Shape(
    similar.Similar,
    words={
        "id": "IRI of the document or the patient.",
        "label": "Title of the document, name of the patient.",
        "date": "Of documents.",
        "passages": "Cosine of the centroids of both, 0 where the nearest passages say the contrary.",
        "concepts": "Share of the weight of all concepts of either that both have, less what one has and the other denies.",
        "why": "What makes them alike, and what speaks against it.",
        "passage": "Of documents: the passage that is nearest.",
    },
)


class SimilarListJson(TypedDict):
    """What is similar, most alike first."""

    similar: list[Annotated[Json, SIMILAR]]
    generation: int
