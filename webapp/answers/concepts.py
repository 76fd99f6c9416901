"""Concepts as JSON."""

from typing import Annotated

from typing_extensions import TypedDict

from search import model as search
from search.reading import texts
from search.reading.named import ConceptAccount
from webapp.answers.shapes import Added, Json, Shape

CONCEPT = Shape(
    search.ConceptSummary,
    "Concept",
    words={
        "concept": "IRI of the concept.",
        "system": "Canonical URL of its code system or labeling job.",
        "label": "What most records that chart it call it, or its most used name.",
        "patients": "Patients who have it charted as a counted fact.",
        "documents": "Documents that affirm it or whose encounter charts it.",
        "denied": "Documents that deny it, or something narrower.",
        "possible": "Documents that hold it for possible, or suppose it.",
        "history": "Documents that tell of it as of something past.",
        "family": "Documents that say it of relatives.",
        "not_in_family": "Documents that deny it of relatives.",
        "allergy": "Documents that tell of an allergy to it, or whose encounter charts one.",
        "no_allergy": "Documents that deny an allergy to it.",
    },
    says="A concept and how widely it is used.",
)
STANDING = Shape(search.ConceptStanding, without=("concept",))
CONCEPT_ANSWER = Shape(
    search.ConceptSummary,
    "ConceptAnswer",
    added={
        "standing": Added(Annotated[Json, STANDING], "How charts and texts have it, with its codings and everything narrower."),
        "codes": Added(list[Annotated[Json, CONCEPT]], "Its codings, itself included: what terminologies or records say is the same."),
        "broader": Added(list[Annotated[Json, CONCEPT]], "One step up."),
        "narrower": Added(list[Annotated[Json, CONCEPT]], "One step down, the most used ones."),
        "narrower_total": Added(int, "How many there are one step down."),
        "generation": Added(int),
    },
    words={
        "concept": "IRI of the concept.",
        "system": "Canonical URL of its code system or labeling job.",
        "label": "What most records that chart it call it, or its most used name.",
        "patients": "Patients who have it charted as a counted fact.",
        "documents": "Documents that affirm it or whose encounter charts it.",
        "denied": "Documents that deny it, or something narrower.",
        "possible": "Documents that hold it for possible, or suppose it.",
        "history": "Documents that tell of it as of something past.",
        "family": "Documents that say it of relatives.",
        "not_in_family": "Documents that deny it of relatives.",
        "allergy": "Documents that tell of an allergy to it, or whose encounter charts one.",
        "no_allergy": "Documents that deny an allergy to it.",
    },
    says="One concept of the open generation.",
    inside=False,
)
ConceptJson = Annotated[Json, CONCEPT]


def concept_answer(account: ConceptAccount, generation: int) -> Json:
    """All that is known of a concept."""
    place = account.surroundings
    return CONCEPT_ANSWER(
        account.concept,
        standing=account.standing,
        codes=place.codes,
        broader=place.broader,
        narrower=place.narrower,
        narrower_total=place.narrower_total,
        generation=generation,
    )


READ_CONCEPT = Shape(texts.ReadConcept)


class ConceptListJson(TypedDict):
    """Concepts that begin with what was typed, most used first."""

    concepts: list[ConceptJson]
    generation: int


class NamedConceptsJson(TypedDict):
    """What a name may mean."""

    concepts: list[Annotated[Json, CONCEPT_ANSWER]]
    """The concepts that it may mean, the likeliest first, each thing once."""
    unused: list[Annotated[Json, READ_CONCEPT]]
    """What it means in the terminologies, where nothing published has it."""
    near: list[ConceptJson]
    """What is called nearly so, where nothing is called so."""
    generation: int
