"""Texts without what identifies: what is known of the people around the patient, and what looks like it whoever it is."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from privacy.changes import Change, applied, placed
from privacy.dates import Shift, dates_in
from privacy.known import Known
from privacy.names import fold, initials_in, names_in

_NO_WORD: Final = r"(?<![\w@])"
_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("email", re.compile(r"[\w.+'’-]+@[\w-]+(?:\.[\w-]+)+")),
    ("url", re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"\])]+", re.I)),
    ("ssn", re.compile(r"(?<![\w-])(?:\d{3}-\d{2}-\d{4}|(?<=SSN )\d{9}|(?<=SSN: )\d{9})(?![\w-])")),
    ("phone", re.compile(r"(?<![\w.-])(?:\+?1[-.\s])?(?:\(\d{3}\)\s?|\d{3}[-.\s])\d{3}[-.\s]\d{4}(?:\s*(?:x|ext\.?)\s*\d{1,6})?(?![\w-])")),
    ("phone", re.compile(r"(?<!\w)\+\d[\d\s().-]{7,}\d(?!\w)")),
    ("phone", re.compile(r"(?<![\w.-])555-\d{4}(?![\w-])")),
    ("phone", re.compile(r"\b(?:phone|tel|telephone|fax|pager|cell|mobile|call|called|callback|contact|reached at)\b[^\n\d]{0,25}?(?P<it>\d{3}[-.\s]\d{4}|\d{7,11})(?![\w-])", re.I)),  # noqa: E501 - one pattern
    ("id", re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")),
    ("id", re.compile(r"\b(?:MRN|medical record|record|account|acct|chart|patient|accession|case|policy|member|NPI|DEA|licen[cs]e|VIN|serial|specimen|insurance|ID)\b(?:\s*(?:ID|no\.?|number|num\.?|#|:|is))*\s*(?P<it>(?=[\w-]*\d{3})[A-Za-z0-9][A-Za-z0-9-]{3,})(?!\w)", re.I)),  # noqa: E501 - one pattern
    ("id", re.compile(r"(?<![\w.,/-])(?:[A-Z]{1,4}-?\d{5,}|\d{8,}|\d{7}(?!\s*(?:copies|cells|/)))(?![\w/-]|[.,]\d)")),
    ("id", re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I)),
    ("zip", re.compile(r"(?<=\b[A-Z]{2} )\d{5}(?:-\d{4})?(?!\w)")),
    ("address", re.compile(r"(?<![\w.])\d{1,5}\s+(?:[A-Z][\w'’]+\s+){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace|Crescent)\b\.?(?:,?\s+(?:Apt|Unit|Suite)\.?\s*\w+)?")),  # noqa: E501 - one pattern
)  # fmt: skip
_CODED: Final = re.compile(r"(?:SNOMED|LOINC|RxNorm|ICD|CPT|CVX|NDC|code)[\w\s-]*[:\s|(]+$", re.I)
_YEARS: Final = (
    r"(?:[\s-]*(?:years?|yrs?|y)[\s./-]*(?:of\s+age|olds?|o\b)|\s*y/?o\b|\s*(?:years|yrs)\b(?!\s+(?:ago|later|of|before))|(?=\s?[MF]\b))"
)
_STATED: Final = r"(?:(?<=\bage )|(?<=\baged )|(?<=\bage: )|(?<=\bage of ))"


def _ages(numbers: str, words: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w./-])(?:{numbers}){_YEARS}|{_STATED}(?:{numbers})(?![\w.])|\b(?:{words})(?:[\s-]\w+)?[\s-]*years?[\s-]*(?:old|of age)",
        re.I,
    )


_OVER: Final = _ages(r"9\d|1[0-3]\d", "ninety|one hundred(?: and)?|a hundred(?: and)?")
_AGE: Final = _ages(r"\d{2,3}", "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one hundred(?: and)?|a hundred(?: and)?")
OLD: Final = "[90 OR OLDER]"
_APART: Final = r"[\s().,/#-]*"


def deidentified(text: str, known: Known, shift: Shift) -> str:
    """The text with placeholders where it identifies people, and its dates moved by some days."""
    return applied(text, changes_of(text, known, shift))


def without_known(text: str, known: Known) -> str:
    """The text without what is known alone: for words that follow a code, where numbers are no dates."""
    return applied(text, placed(text, (*_known(text, known), *names_in(text, known.names))))


def changes_of(text: str, known: Known, shift: Shift) -> tuple[Change, ...]:
    """What is changed of a text, in order, without overlaps."""
    return placed(text, _found(text, known, shift))


def _found(text: str, known: Known, shift: Shift) -> Iterator[Change]:
    yield from dates_in(text, shift)
    yield from _known(text, known)
    yield from names_in(text, known.names)
    yield from initials_in(text, known.names)
    for found in (_AGE if shift.hidden else _OVER).finditer(text):
        yield Change(found.start(), found.end(), "age", "[AGE]" if shift.hidden else OLD)
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span("it") if "it" in pattern.groupindex else found.span()
            if kind != "id" or not _CODED.search(text, max(0, start - 30), start):
                yield Change(start, end, kind, f"[{kind.upper()}]")


def _known(text: str, known: Known) -> Iterator[Change]:
    if not known.values:
        return
    folded = fold(text)
    for kind, pattern in _patterns(known.values):
        for found in pattern.finditer(folded):
            if kind != "place" or text[found.start()].isupper():  # a town may be a word: 'reading'
                yield Change(found.start(), found.end(), kind, f"[{kind.upper()}]")


@lru_cache(maxsize=2048)
def _patterns(values: frozenset[tuple[str, str]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """A pattern for each kind of value; what stands between its letters and digits may be written otherwise."""
    by_kind: dict[str, set[str]] = {}
    for kind, value in values:
        runs = re.findall(r"[^\W\d_]+|\d+", fold(value))
        if kind == "phone":  # with the code of the area, or without
            digits = "".join(run for run in runs if run.isdigit())
            by_kind.setdefault(kind, set()).update(_APART.join(part) for part in {digits, digits[-10:]} if len(part) >= 7)
        elif runs:
            by_kind.setdefault(kind, set()).add(_APART.join(map(re.escape, runs)))
    return tuple(
        (kind, re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(said, key=len, reverse=True))})(?![^\W_])"))
        for kind, said in sorted(by_kind.items())
        if said
    )
