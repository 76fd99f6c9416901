"""What a chart says, as people read it: one thing for each record whatever its codes, what does not count, what is out of range."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from concepts.model import Assertion
from search.columns.codings import leading_first
from search.levels import Level, level_of, ranges_of
from search.model import ConceptSummary, Fact
from search.protocols import Catalog
from search.tables.charting import by_thing
from webapp.pages.wording import GROUP_NAMES, address, measured, system_name

NONE_KNOWN_GROUPS: Final = frozenset({"allergy", "condition"})
"""Groups in which a record can say that nothing is known."""
_CRITICAL: Final = frozenset({"HH", "HH>", "LL", "LL<", "AA"})
"""Codes of interpretations that call for somebody at once."""


@dataclass(frozen=True, slots=True)
class Code:
    """A coding of a record: the terminology's name for it, which comes second to the words of the record."""

    concept: str
    system: str
    code: str
    name: str
    """'' where the record's words are the same."""

    @property
    def url(self) -> str:
        """The page of the concept."""
        return address("/node", [("id", self.concept)])


@dataclass(frozen=True, slots=True)
class Charted:
    """A thing that a record charts, with all of its codings."""

    fact: Fact
    concepts: tuple[str, ...]
    """SNOMED CT's first."""

    @property
    def group(self) -> str:
        """The group it is shown under: a relative's illness is under 'family', never among the patient's."""
        if is_family(self.fact):
            return "family"
        return self.fact.relation if self.fact.relation in GROUP_NAMES else "other"

    @property
    def struck(self) -> bool:
        """Whether it is shown as not holding: what was refuted, not done, planned. Not a relative's, and not 'no known allergies'."""
        return not self.fact.counted and not is_family(self.fact) and not says_none_known(self.fact)

    @property
    def why(self) -> str:
        """What it is where it does not count as a fact of the patient's ('' where it does)."""
        return "" if self.fact.counted else why_not_counted(self.fact)

    @property
    def value(self) -> str:
        """Its value with its unit, once."""
        return measured(self.fact.value, self.fact.number, self.fact.unit)

    @property
    def dated(self) -> str:
        """Which date of the record it is dated by, where that is not when it held: 'issued'."""
        return self.fact.started if self.fact.started == "issued" else ""

    @property
    def level(self) -> str:
        """High, low, abnormal …; '' where it is usual or nothing tells."""
        return level_words(self.fact)

    @property
    def url(self) -> str:
        """The page that tells most of it."""
        return address("/node", [("id", self.concepts[0] if self.concepts else self.fact.record)])

    def codes(self, concept: Callable[[str], ConceptSummary | None]) -> tuple[Code, ...]:
        """Its codings, for a list."""
        return codes_of(self.concepts, self.fact.label, concept)


def charted(facts: Iterable[Fact]) -> tuple[Charted, ...]:
    """Facts that only differ in their code as one thing each, in order: a record with several codes for one thing is one event."""
    return each_once(by_thing(facts))


def each_once(things: Iterable[Sequence[Fact]]) -> tuple[Charted, ...]:
    """Things, of each the facts that code it."""
    return tuple(Charted(same[0], leading_first(fact.concept for fact in same if fact.concept)) for same in things)


def codes_of(concepts: Iterable[str], label: str, concept: Callable[[str], ConceptSummary | None]) -> tuple[Code, ...]:
    """The codings of a thing that the record calls `label`."""
    known = [found for each in concepts if (found := concept(each)) is not None]
    return tuple(Code(one.concept, system_name(one.system), one.code, _second_name(one, label)) for one in known)


def _second_name(concept: ConceptSummary, label: str) -> str:
    """A concept's leading name, or where that is in the words of the record, what its terminology calls it; '' for nothing else."""
    names = (concept.label, *concept.synonyms[:1])
    return next((name for name in names if name.casefold() != label.casefold()), "")


def is_family(fact: Fact) -> bool:
    """Whether it is said of a relative."""
    return fact.assertion is Assertion.FAMILY or "/FamilyMemberHistory/" in fact.record


def says_none_known(fact: Fact) -> bool:
    """Whether the record says that the patient has none of a kind ('No known allergies'), and this was not itself refuted."""
    return (
        fact.relation in NONE_KNOWN_GROUPS
        and fact.assertion is Assertion.NEGATED
        and fact.status not in ("refuted", "entered-in-error")
        and not is_family(fact)
    )


def why_not_counted(fact: Fact) -> str:
    """What a fact is that does not count as true of the patient, in words."""
    if is_family(fact):
        relative = fact.status.removeprefix("family history: ")
        said = f"a relative's ({relative})" if relative and relative != "relative" else "a relative's"
        return f"denied of {said.removeprefix('a ')}" if fact.assertion is Assertion.NEGATED else said
    if says_none_known(fact):
        return f"recorded as none known ({fact.status})" if fact.status not in ("", "active") else "recorded as none known"
    if fact.assertion is not Assertion.AFFIRMED and fact.status != fact.assertion:
        return f"{fact.assertion} ({fact.status})" if fact.status else str(fact.assertion)
    return fact.status or "not counted by the status policy"


def withheld(catalog: Catalog, documents: Iterable[str]) -> dict[str, str]:
    """Document → why its record does not count (a cancelled report), for those whose record does not."""
    records = {document: document.partition("#")[0] for document in documents}
    found = catalog.uncounted(sorted(set(records.values()))) if records else {}
    return {document: why_not_counted(found[record]) for document, record in records.items() if record in found}


def about(fact: Fact) -> dict[str, str]:
    """What a result is measured against: 'low', 'high', 'range'."""
    return ranges_of(fact.attributes)


def level_words(fact: Fact) -> str:
    """High, low or abnormal: as the record says, or else by its reference range; '' where it is usual or nothing tells."""
    level = level_of(fact.interpretation, fact.number, fact.comparator, about(fact))
    if level in (Level.UNKNOWN, Level.USUAL):
        return ""
    return f"critically {level}" if fact.interpretation.upper() in _CRITICAL else str(level)


def range_of(fact: Fact) -> str:
    """The range that is usual, in words: '3.5 – 5.1', 'up to 200', 'from 60'; '' where the record has none."""
    told = about(fact)
    low, high = told.get("low"), told.get("high")
    if low and high:
        return f"{low} – {high}"
    return f"up to {high}" if high else f"from {low}" if low else told.get("range", "")
