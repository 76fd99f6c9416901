"""Headings of a note and what kind of things they announce."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Section(StrEnum):
    """What the part of a note speaks of, as far as it decides how its words are meant."""

    FAMILY = "family history"
    PAST = "past history"
    ALLERGIES = "allergies"
    INSTRUCTIONS = "instructions"
    OTHER = ""


_KINDS = (
    (Section.FAMILY, r"family (?:medical |health )?(?:history|hx)|fh|fhx|fam(?:ily)? hx"),
    (
        Section.PAST,
        r"(?:past|previous|prior) (?:medical|surgical|psychiatric|ocular|obstetric\w*|oncologic\w*|health)? ?"
        r"(?:and (?:surgical|social) )?(?:history|hx)(?: and \w+)?|pmhx?|psh|pmh/psh|(?:medical|surgical|psychiatric) history"
        r"|past (?:surgeries|surgical procedures|procedures|illnesses|diagnoses)|resolved problems"
        r"|previous (?:operations|surgery|surgeries|procedures)|history of past illness",
    ),
    (Section.ALLERGIES, r"(?:drug |medication |food |known )?allerg(?:y|ies)(?: (?:to|and) [\w ]+)?|adverse reactions"),
    (
        Section.INSTRUCTIONS,
        r"return precautions|precautions|when to (?:call|seek)[\w ]*|warning signs|risks?|(?:possible |potential )complications"
        r"|(?:informed )?consent",
    ),
)
_ELSE = (
    r"vitals?(?: signs)?|(?:physical |general )?exam(?:ination)?|objective|subjective|assessment(?: (?:and|&) plan)?|plan|impression"
    r"|labs?(?:oratory)?(?: \w+)?"
    r"|imaging|radiology|investigations|(?:current |home |discharge |admission )?medications?|social(?: \w+){0,3} history|social|habits"
    r"|(?:review of systems|systems review|ros)|(?:history of )?present(?:ing)? (?:illness|complaint)|hpi|chief complaint"
    r"|procedures?|findings"
    r"|hospital course|(?:\w+ )?diagnos[ei]s|course|summary|disposition|follow[- ]?up|interval history|results|data"
)
"""Headings that announce none of these things: what an earlier heading announced is over."""
_KIND = tuple((kind, re.compile(rf"(?:{pattern})\Z", re.IGNORECASE)) for kind, pattern in (*_KINDS, (Section.OTHER, _ELSE)))
_LINE = re.compile(
    r"[ \t>*•\-]*+(?P<marks>#{1,6}[ \t]++)?(?P<line>[A-Z][^\n:.;,]{1,60}?)[ \t*#]*+(?::|(?P<alone>$))",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"\s(?:(?:(?<=[.;:?!][ \t])[ \t]*+|(?<=[ \t])(?<![ \t][ \t])[ \t]++)"
    r"(?P<inline>[A-Z][A-Z/&'()\- ]{2,50}|[A-Z][a-z]+(?: [A-Za-z]+){0,3}):"
    r"|(?<!\s\s)\s{2,}+(?P<spaced>[A-Z][A-Za-z/&'()\- ]{2,50}):"
    rf"|(?<=\n){_LINE.pattern})",
    re.MULTILINE,
)
"""A heading, but for one in the first line: it begins with white space, which is found quickly."""
_MOST_WORDS = 6
_SMALL = frozenset(["and", "of", "the", "for", "to", "with", "or", "in", "on", "&"])


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at `start`…`end` (its mark included) and what it announces."""

    start: int
    end: int
    title: str
    section: Section


class Headings:
    """The headings of a text, and below which one a place stands."""

    def __init__(self, text: str) -> None:
        self.all = tuple(_headings(text))
        self._starts = [heading.start for heading in self.all]

    def at(self, offset: int) -> Heading | None:
        """The heading below which a place stands; None before the first."""
        place = bisect_right(self._starts, offset) - 1
        return self.all[place] if place >= 0 else None

    def section_at(self, offset: int) -> Section:
        """What the part of the text speaks of that a place stands in."""
        heading = self.at(offset)
        return heading.section if heading is not None else Section.OTHER


def _headings(text: str) -> Iterator[Heading]:
    section = Section.OTHER
    for start, end, title, marked, alone in _found(text):
        kind = _kind_of(title)
        sure = kind is not None or marked or title.isupper()
        if alone and not sure and not _is_title(title, text, start):
            continue
        if kind is not None:
            section = kind
        elif sure or alone or _after_blank_line(text, start):
            section = Section.OTHER
        yield Heading(start, end, title, section)


def _found(text: str) -> Iterator[tuple[int, int, str, bool, bool]]:
    """What is written like a heading: its start and end, its title, and whether it has marks before it, or no colon behind it."""
    first = _LINE.match(text)
    if first is not None:
        yield 0, first.end(), first["line"].strip(), bool(first["marks"]), first["alone"] is not None
    for found in _HEADING.finditer(text, first.end() if first is not None else 0):
        if line := found["line"]:
            yield found.start() + 1, found.end(), line.strip(), bool(found["marks"]), found["alone"] is not None
        else:
            yield found.start(), found.end(), (found["inline"] or found["spaced"]).strip(), False, False


@lru_cache(maxsize=1 << 12)
def _kind_of(title: str) -> Section | None:
    return next((kind for kind, pattern in _KIND if pattern.match(title)), None)


def _is_title(line: str, text: str, start: int) -> bool:
    """Whether a line by itself reads like a heading: few words, all with capitals, after the end of a sentence."""
    words = line.split()
    before = text[max(0, start - 3) : start].rstrip()
    return len(words) <= _MOST_WORDS and all(w in _SMALL or w[0].isupper() for w in words) and (not before or before[-1] in ".:!?)")


def _after_blank_line(text: str, start: int) -> bool:
    before = text[max(0, start - 80) : start].rstrip(" \t")
    return not before or before.endswith("\n\n")
