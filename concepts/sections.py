"""Headings of a note and what kind of things they announce."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Section(StrEnum):
    """What the part of a note speaks of, as far as it decides how its words are meant."""

    FAMILY = "family history"
    PAST = "past history"
    STOPPED = "stopped drugs"
    ALLERGIES = "allergies"
    INSTRUCTIONS = "instructions"
    OTHER = ""


_DRUGS = r"(?:medications?|medicines?|drugs?|meds)"
_KINDS = (
    (Section.FAMILY, r"family (?:medical |health )?(?:history|hx)|fh|fhx|fam(?:ily)? hx"),
    (
        Section.PAST,
        r"(?:past|previous|prior) (?:medical|surgical|psychiatric|ocular|obstetric\w*|oncologic\w*|health)? ?"
        r"(?:and (?:surgical|social) )?(?:history|hx)(?: and \w+)?|pmhx?|psh|pmh/psh|(?:medical|surgical|psychiatric) history"
        r"|past (?:surgeries|surgical procedures|procedures|illnesses|diagnoses)|resolved problems"
        r"|previous (?:operations|surgery|surgeries|procedures)|history of past illness",
    ),
    (
        Section.STOPPED,
        rf"(?:stopped|discontinued|ceased|stop taking|stopped taking)(?: {_DRUGS})?"
        rf"|{_DRUGS} (?:that were |which were |to be )?(?:stopped|discontinued)",
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
    r"|imaging|radiology|investigations|(?:current |home |discharge |admission |outpatient )?(?:medications?|meds)"
    rf"|(?:new|started|start|start taking|added|continued?|continue taking|changed|increased|decreased|reduced|resumed|unchanged)"
    rf"(?: {_DRUGS})?"
    r"|social(?: \w+){0,3} history|social|habits"
    r"|(?:review of systems|systems review|ros)|(?:history of )?present(?:ing)? (?:illness|complaint)|hpi|chief complaint"
    r"|procedures?|findings"
    r"|hospital course|(?:\w+ )?diagnos[ei]s|course|summary|disposition|follow[- ]?up|interval history|results|data"
)
"""Headings that announce none of these things: what an earlier heading announced is over."""
_KIND = tuple((kind, re.compile(rf"(?:{pattern})\Z", re.IGNORECASE)) for kind, pattern in (*_KINDS, (Section.OTHER, _ELSE)))
_LINE = re.compile(
    r"[ \t>*•\-]*+(?P<marks>#{1,6}[ \t]++)?(?=[A-Z][^\n:.;,]++(?::|$))(?P<line>.{2,61}?)[ \t*#]*+(?::|(?P<alone>$))",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"\s(?=[\sA-Z>*•\-#])(?:(?:(?<=[.;:?!][ \t])[ \t]*+|(?<=[ \t])(?<![ \t][ \t])[ \t]++)"
    r"(?P<inline>[A-Z][A-Z/&'()\- ]{2,50}+|[A-Z][a-z]++(?: [A-Za-z]++){0,3}+):"
    r"|(?<!\s\s)\s{2,}+(?P<spaced>[A-Z][A-Za-z/&'()\- ]{2,50}+):"
    rf"|(?<=\n){_LINE.pattern})",
    re.MULTILINE,
)
"""A heading, but for one in the first line: it begins with white space, which is found quickly."""
_OF_THE_LINE = frozenset({Section.FAMILY, Section.ALLERGIES, Section.STOPPED})
"""What a heading with text behind it announces for this line alone: the next one, unless it goes on, speaks of something else."""
_GOES_ON = re.compile(
    r"[ \t]|[-*•·–]|(?-i:[a-z(])|(?:[^\n]{0,80}\b)?(?:mother|father|parent|brother|sister|sibling|grand\w+|aunt|uncle|cousin|son|daughter"
    r"|maternal|paternal|relative|mgm|mgf|pgm|pgf|nephew|niece)s?\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?:[,(/&\-–]|\b(?:and|or|to))[ \t]*\Z", re.IGNORECASE)
"""How a line ends whose list goes on in the next one."""
_WIDTHS = 60, 130
"""Characters of the lines of a text that breaks them to a width: at least, and at most."""
_RAGGED = 10
"""Characters that a line may be longer than the others."""
_MOST_LINES = 40
"""Lines that such a heading goes on in at most."""
_MOST_WORDS = 6
_SMALL = frozenset(["and", "of", "the", "for", "to", "with", "or", "in", "on", "&"])


class Heading(NamedTuple):
    """A heading at `start`…`end` (its mark included) and what it announces, to before `until`."""

    start: int
    end: int
    title: str
    section: Section
    until: int


class Headings:
    """The headings of a text, and below which one a place stands."""

    def __init__(self, text: str) -> None:
        self.all = tuple(_headings(text))
        self._starts = [heading.start for heading in self.all]

    def at(self, offset: int) -> Heading | None:
        """The heading below which a place stands; None before the first, and behind the line of one that announces no more."""
        place = bisect_right(self._starts, offset) - 1
        return self.all[place] if place >= 0 and offset < self.all[place].until else None

    def section_at(self, offset: int) -> Section:
        """What the part of the text speaks of that a place stands in."""
        heading = self.at(offset)
        return heading.section if heading is not None else Section.OTHER


def _headings(text: str) -> Iterator[Heading]:
    section, until, widths = Section.OTHER, len(text), list[int]()
    for start, end, title, marked, alone in _found(text):
        kind = _kind_of(title)
        if start >= until:
            section, until = Section.OTHER, len(text)
        sure = kind is not None or marked or title.isupper()
        if alone and not sure and not _is_title(title, text, start):
            continue
        if kind is not None:
            section, until = kind, _end_of_line(text, end, widths, kind) if kind in _OF_THE_LINE else len(text)
        elif sure or alone or _after_blank_line(text, start):
            section, until = Section.OTHER, len(text)
        yield Heading(start, end, title, section, until)


def _end_of_line(text: str, end: int, widths: list[int], section: Section) -> int:
    """Where the line ends that a heading with something behind it stands in, with the lines that it goes on in, up to _MOST_LINES.

    A list of allergies, or of what was stopped, does not go on in small letters below a line that is not left open: "aspirin 81 mg daily"
    is no allergy there.
    `widths` takes those of all lines, ascending, when they are first needed.
    """
    at = _line_break(text, end)
    if not text[end:at].strip():
        return len(text)
    for _ in range(_MOST_LINES):
        if at >= len(text):
            break
        following = text[at + 1 : _line_break(text, at + 1)]
        if not following.strip():
            return at
        closed = section is not Section.FAMILY and following[:1].islower() and not _OPEN.search(text, text.rfind("\n", 0, at) + 1, at)
        if closed or not _GOES_ON.match(following):
            if not widths:
                widths.extend(sorted(map(len, text.split("\n"))))
            if not _breaks(at - text.rfind("\n", 0, at) - 1, following.split(maxsplit=1)[0], widths):
                return at
        at += 1 + len(following)
    return at


def _breaks(length: int, word: str, widths: list[int]) -> bool:
    """Whether a line of a length ends because the word behind it would not fit; `widths` are those of all lines, ascending."""
    widest = widths[-2] if length == widths[-1] else widths[-1]
    least, most = _WIDTHS
    return widest <= most and length <= widest + _RAGGED and length + len(word) >= max(least, widest)


def _line_break(text: str, start: int) -> int:
    found = text.find("\n", start)
    return found if found >= 0 else len(text)


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
