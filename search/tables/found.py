"""What hits take from a catalog."""

from dataclasses import dataclass

from concepts.model import Assertion
from search.model import Document


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document as a hit needs it: its text and passages, and which ingest run brought it; mentions come apart."""

    document: Document
    run: str


@dataclass(frozen=True, slots=True)
class MentionedConcept:
    """A concept that a document mentions with one assertion; `mention` is the first that says so."""

    concept: str
    label: str
    assertion: Assertion
    mention: str
    start: int
