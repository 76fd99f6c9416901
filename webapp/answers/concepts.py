"""Concepts as JSON."""

from typing import Annotated

from typing_extensions import TypedDict

from search import model as search
from webapp.answers.shapes import Added, Json, Shape

CONCEPT = Shape(
    search.ConceptSummary,
    "Concept",
    words={
        "concept": "IRI of the concept.",
        "system": "Canonical URL of its code system or labeling job.",
        "label": "Its most used name.",
        "patients": "Patients who have it charted as a counted fact.",
        "documents": "Documents that mention it or whose encounter charts it.",
    },
    says="A concept and how widely it is used.",
)
CONCEPT_ANSWER = Shape(
    search.ConceptSummary,
    "ConceptAnswer",
    added={"generation": Added(int)},
    words={
        "concept": "IRI of the concept.",
        "system": "Canonical URL of its code system or labeling job.",
        "label": "Its most used name.",
        "patients": "Patients who have it charted as a counted fact.",
        "documents": "Documents that mention it or whose encounter charts it.",
    },
    says="One concept of the open generation.",
    inside=False,
)
ConceptJson = Annotated[Json, CONCEPT]


class ConceptListJson(TypedDict):
    """Concepts that begin with what was typed, most used first."""

    concepts: list[ConceptJson]
    generation: int
