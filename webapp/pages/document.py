"""The document page: a note with its mentions marked, and where all of it comes from. Also the source of any record, as it came in."""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request
from markupsafe import Markup

from concepts.sections import Heading, Headings
from graph.errors import StoreUnavailable
from graph.model import NeighbourPage, NodeSummary
from graph.vocabulary import KG
from search.model import Document, DocumentSummary
from webapp.errors import not_found
from webapp.library import RecordSource
from webapp.pages.charted import Charted, Code, charted, withheld
from webapp.pages.marking import Mark, marked
from webapp.pages.mention_filter import Choice, Chosen, choices, chosen
from webapp.pages.mentions import Difference, Named, Row, differences_of, marks_of, named, rows_of
from webapp.pages.reading import library, required, snapshot, whole_number
from webapp.pages.state import State
from webapp.pages.wording import address, group_order

pages = Blueprint("document", __name__)

PART = 200_000
"""Code points of a very long text that one page shows."""
MOST_ROWS = 300
"""Rows of the list of mentions; what is left out is said."""
MOST_SECTIONS = 100
"""Sections of the outline."""
MOST_LABELED = 20
"""Labeled items that a document's page links to."""
MOST_CHARTED = 14
"""Things charted in the encounter that the page lists."""
RAW = 1_000_000
"""Code points of a record's JSON that one page shows."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')
_BETWEEN = re.compile(r"[ \t]*[-/,]?[ \t]*\n?[ \t]*(?:(?:of|the|and|with|in|a|an|to|for)[ \t]+){0,2}")
"""What may stand between two words of one phrase."""
_STOP = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "had", "has", "have", "in", "is", "it", "no", "not")
)
_STOP |= {"of", "on", "or", "that", "the", "this", "to", "was", "were", "who", "with"}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the text and the link to it."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """All the document page shows."""

    document: Document
    text: Markup
    part: int
    parts: tuple[str, ...]
    """Links to the parts of a very long text."""
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]
    more_rows: int
    shown: int
    """Mentions that the address chooses to show."""
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    """What can be chosen of them."""
    differences: tuple[Difference, ...]
    span: tuple[int, int] | None
    why: str
    """Why its record does not count ('' where it does)."""
    encounter_label: str
    facts: tuple[tuple[Charted, tuple[Code, ...]], ...]
    record: RecordSource | None
    siblings: int
    copies: tuple[DocumentSummary, ...]
    """Other documents of the patient with the same text, those listed as labeled too."""
    labeled: tuple[NodeSummary, ...]
    """Labeled items that are about the record."""
    more_labeled: int
    back: str


@pages.get("/document")
def document() -> str:
    """One document; `start` and `end` open it at a span, `q` marks the words of a question."""
    identifier = required("id")
    opened = snapshot()
    found = opened.catalog.document(identifier)
    if found is None:
        several = opened.catalog.documents_of_record(identifier)
        found = opened.catalog.document(several[0].id) if several else None
    if found is None:
        raise not_found(
            "document", "No document of the published data has this address. It may have been removed or renamed by a later ingest."
        )
    encounter, labeled = "", NeighbourPage((), 0, None)
    if opened.graph is not None:
        with suppress(StoreUnavailable):  # the page has the document, and does without what the graph says of it
            if found.encounter:
                encounter = opened.graph.summaries([found.encounter])[0].label
            labeled = opened.graph.neighbours(found.record, relation=f"{KG}about", direction="in", kind="Item", limit=MOST_LABELED)
    things = charted(opened.catalog.facts_of_encounter(found.encounter)) if found.encounter else ()
    ordered = sorted(things, key=lambda thing: group_order(thing.group))
    facts = tuple((thing, thing.codes(opened.catalog.concept) if place < MOST_CHARTED else ()) for place, thing in enumerate(ordered))
    siblings = len(opened.catalog.documents_of_record(found.record))
    why = withheld(opened.catalog, [found.id]).get(found.id, "")
    record = library().record(found.record)
    mentions = named(opened.catalog, found.mentions)
    page = document_page(found, mentions, why, encounter, facts, record, siblings, opened.retriever.copies(found.id), labeled)
    return render_template("document.html", page=page, state=State(query=request.args.get("q", "")))


def document_page(
    found: Document,
    mentions: Sequence[Named],
    why: str,
    encounter_label: str,
    facts: tuple[tuple[Charted, tuple[Code, ...]], ...],
    record: RecordSource | None,
    siblings: int,
    copies: tuple[DocumentSummary, ...],
    labeled: NeighbourPage,
) -> DocumentPage:
    """Arrange a document for its page."""
    query = request.args.get("q", "")
    span = _span(len(found.text))
    cuts = part_cuts(found.text)
    part = _part_of(cuts, span)
    start, end = cuts[part], cuts[part + 1]

    def link(anchor: str, offset: int) -> str:
        there = _part_at(cuts, offset)
        if there == part:
            return f"#{anchor}"
        return address("/document", [("id", found.id), ("q", query), *now.parameters, ("part", there + 1)], anchor)

    def choose(wanted: Chosen) -> str:
        place = [("start", span[0]), ("end", span[1])] if span else []
        at = [("part", part + 1)] if len(cuts) > 2 else []
        return address("/document", [("id", found.id), ("q", query), *place, *at, *wanted.parameters], "text")

    now = chosen(mentions)
    shown = [each for each in mentions if now.takes(each)]
    rows = rows_of(shown, link)
    sections = sections_of(found.text)
    marks = marks_of(found.text, shown, start, end) + _headings(found.text, sections) + _term_marks(found.text, query, start, end)
    if span:
        marks.append(Mark(span[0], span[1], "span", anchor="span", weight=-1))
    return DocumentPage(
        document=found,
        text=marked(found.text, marks, start, end),
        part=part + 1,
        parts=tuple(address("/document", [("id", found.id), ("q", query), ("part", n + 1)]) for n in range(len(cuts) - 1)),
        sections=tuple(Section(each.title, link(f"s{each.start}", each.start)) for each in sections),
        rows=rows[:MOST_ROWS],
        more_rows=max(0, len(rows) - MOST_ROWS),
        shown=len(shown),
        choices=choices(mentions, now, choose),
        differences=differences_of(shown, link),
        span=span,
        why=why,
        encounter_label=encounter_label,
        facts=facts,
        record=record,
        siblings=siblings,
        copies=copies,
        labeled=tuple(node for node, _ in labeled.neighbours),
        more_labeled=labeled.total - len(labeled.neighbours),
        back=State(query=query).url() if query else "",
    )


def _span(length: int) -> tuple[int, int] | None:
    if "start" not in request.args:
        return None
    start = whole_number("start", 0, 0, length)
    end = whole_number("end", start, start, length)
    return (start, end) if end > start else None


def part_cuts(text: str) -> list[int]:
    """Where a very long text is cut into parts: at ends of lines where they are near, anywhere else."""
    cuts = [0]
    while len(text) - cuts[-1] > PART * 1.25:
        newline = text.rfind("\n", cuts[-1] + PART // 2, cuts[-1] + PART)
        cuts.append(newline + 1 if newline > 0 else cuts[-1] + PART)
    return [*cuts, len(text)]


def _part_at(cuts: list[int], offset: int) -> int:
    return max(n for n in range(len(cuts) - 1) if n == 0 or cuts[n] <= offset)


def _part_of(cuts: list[int], span: tuple[int, int] | None) -> int:
    if "part" in request.args or not span:
        return whole_number("part", 1, 1, len(cuts) - 1) - 1
    return _part_at(cuts, span[0])


def _term_marks(text: str, query: str, start: int, end: int) -> list[Mark]:
    """The words of a question in the text; words that follow each other are one phrase, and one stop of the walk."""
    words = [word for word in dict.fromkeys(re.findall(r"\w+", query.casefold())) if len(word) > 2 and word not in _STOP][:24]
    if not words:
        return []
    pattern = re.compile(r"\b(?:" + "|".join(re.escape(_stem(word)) for word in words) + r")\w*", re.IGNORECASE)
    phrases: list[list[int]] = []
    for found in pattern.finditer(text, start, end):
        if phrases and _BETWEEN.fullmatch(text, phrases[-1][1], found.start()):
            phrases[-1][1] = found.end()
        else:
            phrases.append([found.start(), found.end()])
    return [Mark(first, last, "term", weight=-2) for first, last in phrases]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") else word


def sections_of(text: str) -> list[Heading]:
    """The headings that begin a line of the text, for the outline."""
    return [each for each in Headings(text).all if not text[text.rfind("\n", 0, each.start) + 1 : each.start].strip()][:MOST_SECTIONS]


def _headings(text: str, sections: Iterable[Heading]) -> list[Mark]:
    """The headings as they stand in the text, with the anchors of the outline."""
    return [
        Mark(each.start, text.index(each.title, each.start) + len(each.title), "heading", anchor=f"s{each.start}", weight=-3, element="b")
        for each in sections
    ]


@pages.get("/record")
def record() -> str:
    """A record as it came in."""
    identifier = required("id")
    if not current_app.extensions["commissure_settings"].raw_records:
        raise not_found("page", "This server does not show the source of records. 'commissure serve' has a setting for it.")
    found = library().record(identifier)
    if found is None:
        raise not_found("record", "No record has this address. It may have been removed by a later ingest.")
    raw = indented(found.raw) if len(found.raw) <= RAW else found.raw
    return render_template("record.html", record=found, raw=raw[:RAW], cut=max(0, len(raw) - RAW), state=State())


def indented(raw: str) -> str:
    """JSON with line breaks and nothing else changed: numbers, escapes and the order of members stay. Other text comes back as it is."""
    try:
        json.loads(raw)
    except ValueError:
        return raw
    out: list[str] = []
    depth = 0
    pieces = _TOKENS.findall(raw)
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if piece in ("{", "["):
            depth += 1
            out += [piece] if following in ("}", "]") else [piece, "\n", "  " * depth]
        elif piece in ("}", "]"):
            depth = max(0, depth - 1)
            out += [piece] if out[-1:] in (["{"], ["["]) else ["\n", "  " * depth, piece]
        elif piece == ",":
            out += [",", "\n", "  " * depth]
        else:
            out.append(": " if piece == ":" else piece)
    return "".join(out)
