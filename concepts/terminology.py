"""What a terminology states, whatever format it came in: concepts, their names, what is broader, and what is the same elsewhere.

Readers of formats yield these statements (ingest.terminology); `concepts.vocabulary` compiles them for reading texts.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from concepts.variants import variants


class Kind(StrEnum):
    """What sort of thing a concept is, as far as reading a text depends on it."""

    DISORDER = "disorder"
    FINDING = "finding"
    DRUG = "drug"
    PROCEDURE = "procedure"
    MEASUREMENT = "measurement"
    OTHER = "other"
    ALLERGEN = "allergen"
    """A substance by which records name allergies: its names all say so ("Allergy to aspirin"), and what a text says is of the allergy."""


class Concept(NamedTuple):
    """A concept: `system` is the canonical URL of its scheme, `label` its preferred name there."""

    system: str
    code: str
    label: str
    kind: Kind = Kind.OTHER


class ConceptName(NamedTuple):
    """A name of a concept. `preferred` is the scheme's first; others are synonyms."""

    system: str
    code: str
    text: str
    preferred: bool = False


class Broader(NamedTuple):
    """The concept `code` is narrower than `broader`, both of `system`."""

    system: str
    code: str
    broader: str


class Relation(StrEnum):
    """How a concept relates to one of another scheme."""

    EQUIVALENT = "equivalent"
    BROADER = "broader"
    """The other one is broader."""
    INGREDIENT = "ingredient"
    """The other one is what a drug acts by."""


class Mapping(NamedTuple):
    """A concept of one scheme and what it is in another."""

    system: str
    code: str
    relation: Relation
    other_system: str
    other_code: str


Statement = Concept | ConceptName | Broader | Mapping


_TAG: Final = re.compile(
    r"\s*\((?:disorder|finding|procedure|situation|observable entity|morphologic abnormality|substance|product|medicinal product(?: form)?"
    r"|clinical drug|regime/therapy|event"
    r"|body structure|organism|qualifier value|person|occupation|physical object|attribute|record artifact)\)\Z"
)
_LEADING_AMOUNT: Final = re.compile(r"\A(?:\d+(?:[.,]\d+)?\s*(?:HR|ML|MG|ACTUAT|HOUR|DAY)\s+)+", re.IGNORECASE)
_STRENGTH: Final = re.compile(
    r"\s+\d[\d.,]*\s*(?:MG|MCG|UG|G|ML|MEQ|UNT|UNITS?|IU|%|MMOL|ACTUAT|HR)\b(?:/(?:\d*\s*)?(?:ML|HR|ACTUAT|MG|G|L))?.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_SALT: Final = re.compile(
    r"(?<!\A)(?<!\bsodium)(?<!\bpotassium)(?<!\bcalcium)(?<!\bmagnesium)(?<!\bferrous)(?<!\bzinc)(?<!\baluminum)(?<!\bammonium)"
    r"\s+(?:hydrochloride|hcl|hydrobromide|tartrate|bitartrate|succinate|besylate|mesylate|maleate|fumarate|sulfate|phosphate|acetate"
    r"|citrate|propionate|furoate|potassium|sodium|calcium)\Z",
    re.IGNORECASE,
)
"""The salt at the end of a drug's name; minerals are named by theirs."""
_BRAND: Final = re.compile(r"\[([^\[\]]{2,60})\]\s*\Z")
_LOINC_TAIL: Final = re.compile(
    r"\s*\[[^\]]*\].*\Z|\s+(?:in|by|of)\s+(?:serum|plasma|blood|urine|body fluid|specimen|cerebral spinal fluid|venous blood).*\Z",
    re.IGNORECASE | re.DOTALL,
)
_UNSPECIFIED: Final = re.compile(r",?\s*(?:unspecified(?: (?:site|type|organism))?|not otherwise specified|NOS|unsp)\Z", re.IGNORECASE)
_ICD_PARENTHESIS: Final = re.compile(
    r"\s*\((?:primary|acute|chronic|idiopathic|simple|benign|malignant|acquired|congenital)\)", re.IGNORECASE
)
_ALLERGY: Final = re.compile(r"(?:allergy to (\S.*)|(?!no )(\S.*) allergy)", re.IGNORECASE)


def spellings(text: str, kind: Kind) -> Iterator[str]:
    """A display and what of it people write: without semantic tag, strength or way of measuring; the ingredient, the brand."""
    text = " ".join(text.split())
    yield text
    bare = _TAG.sub("", text)
    if bare != text:
        yield bare
    if kind is Kind.DRUG:
        yield from _of_drug(bare)
    elif kind is Kind.MEASUREMENT:
        yield from _of_measurement(bare)
    else:
        for pattern in (_UNSPECIFIED, _ICD_PARENTHESIS):
            shorter = pattern.sub("", bare)
            if shorter != bare and shorter:
                yield shorter
        if allergy := _ALLERGY.fullmatch(bare):
            to = allergy[1] or allergy[2]
            yield from (each for each in (f"allergic to {to}", f"{to} allergy", f"allergy to {to}") if each.casefold() != bare.casefold())
    head, comma, tail = bare.partition(", ")
    if comma and "," not in tail and len(tail.split()) <= 3 and kind is not Kind.DRUG and not _UNSPECIFIED.fullmatch(", " + tail):
        bare = f"{tail} {head}"  # "Neoplasms, Lung"
        yield bare
    if kind not in (Kind.DRUG, Kind.MEASUREMENT):
        yield from variants(bare)


def _of_drug(text: str) -> Iterator[str]:
    brand = _BRAND.search(text)
    if brand:
        yield brand[1]
        text = _BRAND.sub("", text).strip()
    plain = _LEADING_AMOUNT.sub("", text)
    parts = [_STRENGTH.sub("", part).strip() for part in plain.split(" / ")]
    if all(parts):
        yield " / ".join(parts)
        bases = [_SALT.sub("", part) for part in parts]
        if bases != parts:
            yield " / ".join(bases)


def _of_measurement(text: str) -> Iterator[str]:
    component = _LOINC_TAIL.sub("", text)
    if component != text and component:
        yield component
    first = component.partition("/")[0].strip()
    if first != component and len(first) > 2:
        yield first
