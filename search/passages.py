"""Cuts documents into passages: sections first, then pieces that the embedding model reads whole.

Passages cover every non-blank character. What is embedded and indexed for one is `embedding_text`: the section's heading and its lines,
each said once. Equal texts have equal keys, so a section that thousands of notes repeat is one unit, whatever stands elsewhere in them: a
date line above the first heading is a passage of its own and spoils no other.

Two kinds of sections are told apart. Markdown headings start a new passage always; the `HEADING:` lines of transcribed reports only where
the passage would otherwise grow past its limit, since such reports have many sections of a few words that say little alone.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from search.model import Document, PassageSpan

MAX_PARTS = 240
"""Limit of a passage in parts (see `_PART`). Of passages this long, 99 % have at most 1.05 word pieces a part on scientific abstracts and
on clinical notes, so that 256 word pieces, all the model reads, hold heading and content."""

_PART = re.compile(r"[A-Za-z]{1,5}|\d{1,2}|[^\w\s]|[^\W\dA-Za-z]")
"""What a word piece is about: five letters, two digits, one sign, one letter of another script. Much cheaper than the tokenizer."""

_MARKDOWN = re.compile(r"^[ \t]*#{1,6}[ \t]+(?P<markdown>[^\n]{1,120})$", re.MULTILINE)
_REPORT = re.compile(
    r"^[ \t]*(?:"
    r"(?P<inline>[A-Z][A-Z0-9 /&,'().-]{1,60}):"  # PREOPERATIVE DIAGNOSIS: hernia
    r"|(?P<colon>[A-Z][A-Za-z/&,'().-]*(?: [A-Za-z0-9/&,'().-]+){0,3}):[ \t\r]*$"  # Past medical history:
    r"|(?P<alone>[A-Z][A-Z /&-]{3,60})[ \t\r]*$"  # PHYSICAL EXAMINATION
    r")",
    re.MULTILINE,
)
_BARE_HEADING = re.compile(r"#{1,6}[ \t].*|[A-Z][A-Za-z/&,'().-]*(?: [A-Za-z0-9/&,'().-]+){0,5}:")
"""A line that is only a heading: `## Plan`, `Past medical history:`."""
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATED = re.compile(
    r"\b(?:\d{4}-\d{2}(?:-\d{2})?(?:t[\d:.]+(?:z|[+-]\d{2}:?\d{2})?)?"  # 2019-05-17T10:30:00Z
    r"|\d{1,4}([./-])\d{1,2}\1\d{1,4}"  # 17.05.2019, 5/17/19
    rf"|(?:{_DAY}(?: of)?[ .-]+)?{_MONTH}[ .,-]+(?:{_DAY}[ ,.-]+)?\d{{4}}"  # 17 May 2019, May 2019
    rf"|{_DAY}(?: of)?[ .-]+{_MONTH}|{_MONTH}[ .]+{_DAY}"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"  # 10:30
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?!\w)",
    re.IGNORECASE,
)
_OF_A_DATE = re.compile(r"\b(?:dated?|time|day|on|at|of|from|to|until|am|pm|h|uhr|z|utc|gmt)\b", re.IGNORECASE)
"""What may stand beside a date that says no more than the date."""
_WORD = re.compile(r"[^\W_]")
_LONGEST_BARE = 120
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*[ \t]+(?=[\"'(\[]*[A-Z0-9])|\n[ \t\r]*(?:\n|(?=\S))|;[ \t]+")
_SPACE = re.compile(r"\s+")
_LONGEST_KNOWN = 4000
_WINDOW = 100_000
"""Characters looked at together when a section is cut: bounds memory on texts of many megabytes."""


def split(text: str, title: str = "") -> tuple[PassageSpan, ...]:
    """The passages of a document in order of their start; together they cover every non-blank character of `text`.

    `title` stands in as the heading of passages under no heading of their own, unless the text begins with it.
    """
    fallback = "" if _begins_with(text, title) else " ".join(title.split())[:120]
    return tuple(_passages(text, fallback))


def embedding_text(span: PassageSpan, text: str) -> str:
    """What is embedded and indexed for a passage: its heading, then its lines, each said once."""
    return _said_once(text[span.start : span.end], span.section)


def text_key(embedded: str) -> bytes:
    """The 16-byte digest that identifies a text to embed."""
    return blake2b(embedded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def says_something(span: PassageSpan, text: str) -> bool:
    """Whether a passage is more than headings, dates and rules. One that is not tells nothing that could answer a question."""
    heading = span.section.strip("#: \t").casefold()
    lines = (raw.strip() for raw in text[span.start : span.end].split("\n"))
    return any(line.strip("#: \t").casefold() != heading and not _is_bare(line) for line in lines if line)


def _is_bare(line: str) -> bool:
    if len(line) > _LONGEST_BARE:
        return False
    if not _WORD.search(line) or _BARE_HEADING.fullmatch(line):
        return True
    rest, dates = _DATED.subn("", line)
    return dates > 0 and not _WORD.search(_OF_A_DATE.sub("", rest))


def telling(spans: Sequence[PassageSpan], text: str) -> Sequence[PassageSpan]:
    """The passages of a document that may be found: those that say something; of a document that is only headings, these."""
    return [span for span in spans if says_something(span, text)] or [span for span in spans if _has_words(span, text)]


def _has_words(span: PassageSpan, text: str) -> bool:
    return any(_WORD.search(_OF_A_DATE.sub("", _DATED.sub("", line))) for line in text[span.start : span.end].split("\n"))


def _passages(text: str, fallback: str) -> Iterator[PassageSpan]:
    for heading, start, end in _markdown_sections(text):
        for section, first, last in _report_sections(text, start, end, heading or fallback):
            content = text[first:last]
            cut = _cut_known if len(content) <= _LONGEST_KNOWN else _cut
            for left, right, key in cut(content, section):
                yield PassageSpan(first + left, first + right, section, key)


def _cut(content: str, section: str) -> tuple[tuple[int, int, bytes], ...]:
    """The passages of a section's content: (start, end) in it, without blanks around, and the key of what is embedded."""
    found = []
    for left, right in _pieces(content, 0, len(content)):
        piece = content[left:right]
        left += len(piece) - len(piece.lstrip())
        right = left + len(piece.strip())
        if left < right:
            found.append((left, right, text_key(_said_once(content[left:right], section))))
    return tuple(found)


_cut_known = lru_cache(maxsize=4096)(_cut)
"""Notes of one source repeat whole sections: what was cut once need not be again."""


def _said_once(content: str, section: str) -> str:
    lines = dict.fromkeys(line for raw in content.split("\n") if (line := " ".join(raw.split()).lstrip("#").strip()))
    if section and not any(line.startswith(section) for line in lines):
        return "\n".join((section, *lines))
    return "\n".join(lines)


def _begins_with(text: str, title: str) -> bool:
    wanted = " ".join(title.split()).casefold()
    return " ".join(text[: 2 * len(title) + 20].split()).casefold().startswith(wanted)


def _markdown_sections(text: str) -> list[tuple[str, int, int]]:
    """(heading, start, end): sections from their heading's line on; a heading without content joins the next section."""
    sections = []
    heading, start, content = "", 0, 0
    for match in _MARKDOWN.finditer(text):
        name = match["markdown"].strip(" \t\r#")
        if not name:
            continue
        if text[content : match.start()].strip():
            sections.append((heading, start, match.start()))
            start = match.start()
        heading, content = name, match.end()
    if text[start:].strip():
        sections.append((heading, start, len(text)))
    return sections


def _report_sections(text: str, start: int, end: int, heading: str) -> Iterator[tuple[str, int, int]]:
    """The report sections between two positions, neighbours taken together while they fit one passage."""
    marks = [(match.start(), (match[match.lastgroup or 0]).strip()) for match in _REPORT.finditer(text, start, end)]
    if not marks or end - start <= MAX_PARTS:
        yield heading, start, end
        return
    borders = [*([] if marks[0][0] == start else [(start, heading)]), *marks, (end, "")]
    first, section, parts = borders[0][0], borders[0][1], 0
    for (left, name), (right, _) in pairwise(borders):
        added = _count_parts(text, left, right)
        if parts and parts + added > MAX_PARTS:
            yield section, first, left
            first, section, parts = left, name, 0
        parts += added
    yield section, first, end


def _count_parts(text: str, start: int, end: int) -> int:
    return len(_PART.findall(text, start, end))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The section as pieces of like length within the limit, cut after sentences where it can be."""
    while start < end:
        window = end
        if end - start > _WINDOW:
            breaks = [text.rfind(mark, start + _WINDOW // 2, start + _WINDOW) for mark in ("\n", " ")]
            window = next((at + 1 for at in breaks if at > 0), start + _WINDOW)
        yield from _even_pieces(text, start, window)
        start = window


def _even_pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start <= MAX_PARTS:
        yield start, end
        return
    said_once = _said_once(text[start:end], "")
    if _count_parts(said_once, 0, len(said_once)) <= MAX_PARTS:
        yield start, end
        return
    parts = [match.start() for match in _PART.finditer(text, start, end)]
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, start, end)]
    spaces: list[int] = []
    done = 0
    while len(parts) - done > MAX_PARTS:
        left = -(-(len(parts) - done) // MAX_PARTS)
        aim = done + -(-(len(parts) - done) // left)
        lowest, highest = parts[done + MAX_PARTS // 4], parts[done + MAX_PARTS]
        cut = _nearest(sentences, parts[aim], lowest, highest)
        if cut is None:
            spaces = spaces or [match.end() for match in _SPACE.finditer(text, start, end)]
            cut = _nearest(spaces, parts[aim], lowest, highest) or parts[aim]
        yield start, cut
        start, done = cut, bisect_left(parts, cut)
    yield start, end


def _nearest(positions: list[int], aim: int, lowest: int, highest: int) -> int | None:
    """The position nearest to `aim` in lowest … highest."""
    within = positions[bisect_left(positions, lowest) : bisect_right(positions, highest)]
    return min(within, key=lambda position: abs(position - aim), default=None)


def first_uses(documents: list[Document], known: set[bytes]) -> Iterator[tuple[PassageSpan, Document]]:
    """Passages that may be found and whose key is not known yet, the first of each key."""
    seen: set[bytes] = set()
    for document in documents:
        for passage in telling(document.passages, document.text):
            if passage.key not in known and passage.key not in seen:
                seen.add(passage.key)
                yield passage, document
