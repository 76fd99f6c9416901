"""The answer to a search as JSON; its keys are stable."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from cohorts.protection import Told
from concepts.model import Assertion
from search import model as search
from webapp.answers import evidence
from webapp.answers.graph import NeighbourhoodJson, Standings, neighbourhood
from webapp.answers.shapes import Added, Json, Shape

__all__ = ["HIT", "SEARCH_RESULT", "FacetValueJson", "evidence", "search_result"]


class HitConceptJson(TypedDict):
    """A concept that a document mentions."""

    concept: str
    """IRI of the concept."""
    label: str
    assertion: Assertion


def _concepts(hit: search.Hit) -> list[HitConceptJson]:
    return [{"concept": iri, "label": label, "assertion": assertion} for iri, label, assertion in hit.concepts]


BY_PATIENT = Shape(
    search.ByPatient,
    added={
        "total": Added(Told, "Groups: patients, and documents of nobody.", lambda found: found.total),
        "well": Added(Told, "Groups with a document that matches well.", lambda found: found.well),
    },
)
HIT = Shape(
    search.Hit,
    added={"concepts": Added(list[HitConceptJson], "Concepts mentioned in the document, at most ten.", _concepts)},
    words={
        "rank": "Position in the whole ranking, from 1.",
        "document": "IRI of the document.",
        "kind": "Kind of the record: DocumentReference, DiagnosticReport, Text …",
        "type": "Document type as people read it.",
        "patient": "IRI of the patient.",
        "encounter": "IRI of the encounter.",
        "date": "As the source has it, precision kept: YYYY, YYYY-MM, YYYY-MM-DD or a full timestamp.",
        "scores": "What each ranker gave; a ranker that did not find the document is absent.",
        "section": "Heading of the section that the passage lies in.",
        "passage": "The passage that speaks best for the document.",
        "highlights": "Where query terms stand within the passage.",
        "answer": "The sentence of the passage that answers best.",
        "match": "Whether it matches the question well or loosely; null where nothing was asked.",
        "said": "What it says of the parts of the question that it speaks of.",
        "duplicates": "How many further documents with the same text were folded into this hit.",
    },
    says="A document found.",
)
SHARED = Shape(search.Shared)
FACET_VALUE = Shape(search.FacetValue)
FACET_PAGE = Shape(
    search.FacetPage,
    added={
        "cursor": Added(str | None, "Give it back for the next page; null at the end."),
        "generation": Added(int),
    },
    says="Values of a facet, the most frequent first. Alternatives are counted without what is chosen of them.",
    inside=False,
)
SEARCH_RESULT = Shape(
    search.SearchResult,
    without=("groups", "uncounted", "assertions", "codings"),
    added={
        "neighbourhood": Added(
            NeighbourhoodJson,
            "What the hits of this page hang together by.",
            lambda found: neighbourhood(found.neighbourhood, found.groups, Standings(found.uncounted, found.assertions)),
        ),
        "graph": Added(
            Literal["joined", "unavailable"],
            "Whether the graph store could join all hits of this page.",
            lambda found: "joined" if found.graph else "unavailable",
        ),
    },
    words={
        "total": "How many documents are listed.",
        "well": "How many documents match the question well; facets count these, or all where none does.",
        "loosely": "How many more match it loosely.",
        "total_is_exact": "False where ranking stopped at its depth.",
        "generation": "Number of the published generation that was searched.",
        "notices": "What is missing or cut, in words.",
        "timings": "Seconds by step.",
        "question": "The question as it was read; null where nothing was asked, or it was to be taken literally.",
        "respelled": "What was searched for, its slips of the pen mended, instead of what was asked; null where nothing was mended.",
        "by_patient": "The patients of this page where hits are put together by patient; null otherwise.",
        "head": "Of each part how many patients within the limits of the question have it, in each way: `way` is its filter, or"
        " `lacking`: of what is asked denied those of whom nothing says that they have it; or"
        " `relative`: of what is asked of certain relatives those of whose very relatives it is said.",
        "whole": "Patients who have all that the question asks, in whichever of their records, and documents that say all of it; null where"
        " it asks for one thing, or for something that nothing here has.",
    },
    says="The answer to a search.",
)
FacetValueJson = Annotated[Json, FACET_VALUE]


def search_result(value: search.SearchResult) -> Json:
    """The answer to a search."""
    return SEARCH_RESULT(value)
