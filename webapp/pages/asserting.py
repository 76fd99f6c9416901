"""What a text or a record says of a concept's presence, and who read it so, in the words of the pages."""

from collections.abc import Mapping
from typing import Final

from concepts.model import READ, Assertion
from search.tables.held import Column

NAMES: Final[Mapping[Assertion, str]] = {
    Assertion.AFFIRMED: "affirmed",
    Assertion.NEGATED: "denied",
    Assertion.POSSIBLE: "possible",
    Assertion.HYPOTHETICAL: "only supposed",
    Assertion.HISTORICAL: "past",
    Assertion.FAMILY: "of a relative",
    Assertion.NOT_IN_FAMILY: "denied of the family",
    Assertion.ALLERGY: "an allergy",
    Assertion.NO_ALLERGY: "no allergy",
}
"""How an assertion is called."""

SPOKEN: Final[Mapping[Assertion, str]] = {
    Assertion.AFFIRMED: "",
    Assertion.NEGATED: "not ",
    Assertion.POSSIBLE: "possibly ",
    Assertion.HYPOTHETICAL: "only supposed: ",
    Assertion.HISTORICAL: "in the past ",
    Assertion.FAMILY: "in the family ",
    Assertion.NOT_IN_FAMILY: "not in the family ",
    Assertion.ALLERGY: "allergy to ",
    Assertion.NO_ALLERGY: "no allergy to ",
}
"""What is read before a mention that does not affirm."""

STANCES: Final[Mapping[str, tuple[Assertion, ...]]] = {
    "affirmed": (Assertion.AFFIRMED,),
    "denied": (Assertion.NEGATED,),
    "possible": (Assertion.POSSIBLE, Assertion.HYPOTHETICAL),
    "historical": (Assertion.HISTORICAL,),
    "family": (Assertion.FAMILY,),
    "not-in-family": (Assertion.NOT_IN_FAMILY,),
    "allergy": (Assertion.ALLERGY,),
    "no-allergy": (Assertion.NO_ALLERGY,),
}
"""What a reader chooses among → the assertions that it holds."""

STANCE_NAMES: Final[Mapping[str, str]] = {
    "affirmed": "affirmed",
    "denied": "denied",
    "possible": "possible or supposed",
    "historical": "past",
    "family": "of a relative",
    "not-in-family": "denied of the family",
    "allergy": "an allergy",
    "no-allergy": "no allergy",
}

READERS: Final[Mapping[str, str]] = {READ: "our reading", "healthlake": "HealthLake", "human": "human label", "machine": "machine label"}
"""First word of a mention's source → who that is."""


def reader_of(source: str) -> str:
    """Who found a mention, as the first word of its source: `reading`, `healthlake`, `human`."""
    return source.partition(":")[0]


def source_name(source: str) -> str:
    """'healthlake:infer-icd10' as 'HealthLake (infer-icd10)', 'human:tone' as 'human label (tone)'."""
    reader, _, rest = source.partition(":")
    name = READERS.get(reader, reader)
    return f"{name} ({rest})" if rest else name


def stance_of(assertion: Assertion) -> str:
    """What a reader chooses to see an assertion."""
    return next(stance for stance, assertions in STANCES.items() if assertion in assertions)


COLUMNS: Final[Mapping[Column, tuple[str, str]]] = {
    "charted": ("Charted", ""),
    "affirmed": ("Texts affirm it", ""),
    "denied": ("Texts deny it", "denied"),
    "possible": ("Possible", "possible"),
    "hypothetical": ("Only supposed", "possible"),
    "historical": ("In the past", "history"),
    "family": ("Of a relative", "family"),
    "not_in_family": ("Denied of relatives", "not_in_family"),
    "allergy": ("Allergic to it", "allergy"),
    "no_allergy": ("Not allergic to it", "no_allergy"),
}
"""Number of a concept's standing → its name, and the filter of a search that holds its documents ('' for none of its own)."""
