"""Concepts by what people call them: an IRI, a code, a name, an abbreviation; near ones where nothing is called so."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from concepts.abbreviations import abbreviations
from search.model import ConceptStanding, ConceptSummary, Surroundings
from search.protocols import Catalog
from search.reading.texts import ReadConcept, ReadText
from search.tables.rows import storable

Reads = Callable[[str], Sequence[ReadText]]

_LOOKED_AT: Final = 200
_NEAR: Final = 0.6
"""Likeness of names, 0 to 1, from which on one may be a slip of the pen for the other."""


@dataclass(frozen=True, slots=True)
class NamedConcepts:
    """The concepts that a name may mean, the likeliest first, each thing once; where there is none, what is called nearly so.

    `unused` are those that the terminologies know and nothing published has.
    """

    concepts: tuple[ConceptSummary, ...]
    unused: tuple[ReadConcept, ...]
    near: tuple[ConceptSummary, ...]


@dataclass(frozen=True, slots=True)
class ConceptAccount:
    """A concept with its place among others, and how charts and texts have it."""

    concept: ConceptSummary
    standing: ConceptStanding
    surroundings: Surroundings


def account_of(catalog: Catalog, concept: ConceptSummary) -> ConceptAccount:
    """All that is known of a concept."""
    return ConceptAccount(concept, catalog.concept_standing(concept.concept), catalog.surroundings(concept.concept))


def concepts_called(name: str, catalog: Catalog, read: Reads, limit: int = 10) -> NamedConcepts:
    """What a name may mean: names are compared as the reader of texts compares them. `read` says what a text mentions."""
    called = " ".join(storable(name).split())
    found: dict[str, ConceptSummary] = {}
    unused: dict[str, ReadConcept] = {}
    known = catalog.concept(called)
    if known is not None:
        return NamedConcepts((known,), (), ())
    suggested = catalog.suggest_concepts(called, _LOOKED_AT) if called else ()
    for one in suggested:
        if called.casefold() in (one.code.casefold(), *(each.casefold() for each in (one.label, *one.synonyms))):
            found[one.concept] = one
    for each in _read(called, read):
        held = catalog.concept(each.concept)
        if held is not None:
            found.setdefault(held.concept, held)
        else:
            unused.setdefault(each.concept, each)
    once: dict[str, ConceptSummary] = {}
    for one in found.values():
        once.setdefault(min(alike.concept for alike in catalog.coded_alike(one.concept)), one)
    near = () if found else _nearest(called, suggested, catalog, limit)
    return NamedConcepts(tuple(once.values())[:limit], tuple(unused.values())[:limit], near)


def _read(called: str, read: Reads) -> Iterator[ReadConcept]:
    """What the reader takes a name for, and each long form of an abbreviation."""
    long_forms = [form for entry in abbreviations() if entry.short.casefold() == called.casefold() for form in entry.names]
    for form in (called, *long_forms):
        for mention in read(form):
            if (mention.start, mention.end) == (0, len(form)):
                yield ReadConcept(mention.concept, mention.system, mention.code, mention.label)
                yield from mention.alternatives


def _nearest(called: str, suggested: tuple[ConceptSummary, ...], catalog: Catalog, limit: int) -> tuple[ConceptSummary, ...]:
    """Concepts with a word or name that is written nearly so, those that begin so first."""
    beginnings = [word[:length] for word in called.split()[:3] for length in (3, 2, 1) if len(word) >= length]
    looked_at = {one.concept: one for beginning in beginnings for one in catalog.suggest_concepts(beginning, _LOOKED_AT)}
    asked = called.casefold()

    def likeness(one: ConceptSummary) -> float:
        names = [name.casefold() for name in (one.label, *one.synonyms)]
        words = {word for name in names for word in name.split()}
        return max(difflib.SequenceMatcher(None, asked, each).ratio() for each in (*names, *words))

    ranked = sorted(((likeness(one), one) for one in looked_at.values()), key=lambda each: (-each[0], each[1].label, each[1].concept))
    near = [one for ratio, one in ranked if ratio >= _NEAR]
    return tuple({one.concept: one for one in (*suggested, *near)}.values())[:limit]
