"""The document page: a note with its mentions marked, and where all of it comes from. Also the source of any record, as it came in."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request
from markupsafe import Markup

from concepts.model import Assertion, Mention
from graph.errors import StoreUnavailable
from graph.model import NeighbourPage, NodeSummary
from graph.vocabulary import KG
from search.model import Document, DocumentSummary
from webapp.errors import not_found
from webapp.library import RecordSource
from webapp.pages.charted import Charted, Code, charted, withheld
from webapp.pages.dating import issued
from webapp.pages.marking import Mark, marked
from webapp.pages.reading import library, required, snapshot, whole_number
from webapp.pages.state import State
from webapp.pages.wording import address, group_name, group_order

pages = Blueprint("document", __name__)

PART = 200_000
"""Code points of a very long text that one page shows."""
MOST_GROUPS = 300
"""Rows of the list of mentions; what is left out is said."""
MOST_PLACES = 12
"""Places that one row of the list of mentions links to."""
MOST_LABELED = 20
"""Labeled items that a document's page links to."""
MOST_CHARTED = 14
"""Things charted in the encounter that the page lists."""
RAW = 1_000_000
"""Code points of a record's JSON that one page shows."""

SPOKEN = {
    Assertion.AFFIRMED: "",
    Assertion.NEGATED: "not ",
    Assertion.POSSIBLE: "possibly ",
    Assertion.HYPOTHETICAL: "only supposed: ",
    Assertion.HISTORICAL: "in the past ",
    Assertion.FAMILY: "in the family ",
}
"""What is read before a mention that does not affirm."""
MENTION_KINDS = (
    ("rxnorm", "medication"),
    ("icd10pcs", "procedure"),
    ("icd10", "condition"),
    ("icd-10", "condition"),
    ("loinc", "observation"),
)
"""Words of a mention's source or concept → the group it is drawn as."""
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')
_BETWEEN = re.compile(r"[ \t]*[-/,]?[ \t]*\n?[ \t]*(?:(?:of|the|and|with|in|a|an|to|for)[ \t]+){0,2}")
"""What may stand between two words of one phrase."""
_STOP = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "had", "has", "have", "in", "is", "it", "no", "not")
)
_STOP |= {"of", "on", "or", "that", "the", "this", "to", "was", "were", "who", "with"}


@dataclass(frozen=True, slots=True)
class MentionGroup:
    """The mentions of one concept with one assertion."""

    number: int
    concept: str | None
    label: str
    assertion: Assertion
    sources: tuple[str, ...]
    group: str
    places: tuple[tuple[str, str, str], ...]
    """(text, offsets, link) of the first places."""
    count: int


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
    groups: tuple[MentionGroup, ...]
    more_groups: int
    assertions: tuple[tuple[Assertion, int], ...]
    span: tuple[int, int] | None
    why: str
    """Why its record does not count ('' where it does)."""
    issued: bool
    """Whether its date is when it was given out, because nothing says of when it tells."""
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
    given_out = found.id in issued(opened.graph, [(found.id, found.kind)])
    record = library().record(found.record)
    page = document_page(found, why, given_out, encounter, facts, record, siblings, opened.retriever.copies(found.id), labeled)
    return render_template("document.html", page=page, state=State(query=request.args.get("q", "")))


def document_page(
    found: Document,
    why: str,
    given_out: bool,
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
        return address("/document", [("id", found.id), ("q", query), ("part", there + 1)], anchor)

    groups, marks = _mentions(found.mentions, link)
    marks += _term_marks(found.text, query, start, end)
    if span:
        marks.append(Mark(span[0], span[1], "span", anchor="span", weight=-1))
    headings = _headings(found)
    marks += headings
    counts: dict[Assertion, int] = defaultdict(int)
    for mention in found.mentions:
        counts[mention.assertion] += 1
    return DocumentPage(
        document=found,
        text=marked(found.text, marks, start, end),
        part=part + 1,
        parts=tuple(address("/document", [("id", found.id), ("q", query), ("part", n + 1)]) for n in range(len(cuts) - 1)),
        sections=tuple(Section(title, link(f"s{at}", at)) for title, at in _sections(found)),
        groups=groups[:MOST_GROUPS],
        more_groups=max(0, len(groups) - MOST_GROUPS),
        assertions=tuple((assertion, counts[assertion]) for assertion in Assertion if counts[assertion]),
        span=span,
        why=why,
        issued=given_out,
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


def _mentions(mentions: tuple[Mention, ...], link: Callable[[str, int], str]) -> tuple[tuple[MentionGroup, ...], list[Mark]]:
    """The list of mentions, and their marks: mentions of one span and assertion are one mark, whatever concepts they name."""
    rows: dict[tuple[str, Assertion], list[Mention]] = defaultdict(list)
    spans: dict[tuple[int, int, Assertion], list[Mention]] = defaultdict(list)
    for mention in sorted(mentions, key=lambda m: (m.start, m.end, m.id)):
        rows[(mention.concept or mention.label or mention.text, mention.assertion)].append(mention)
        spans[(mention.start, mention.end, mention.assertion)].append(mention)
    anchors = {span: f"m{number}" for number, span in enumerate(spans, 1)}
    ordered = sorted(rows.items(), key=lambda row: (-len(row[1]), row[1][0].start))
    numbers = {key: number for number, (key, _) in enumerate(ordered, 1)}
    groups = tuple(
        MentionGroup(
            number=numbers[key],
            concept=group[0].concept,
            label=group[0].label or group[0].text,
            assertion=key[1],
            sources=tuple(dict.fromkeys(m.source for m in group)),
            group=kind_of(group[0]),
            places=tuple(
                (m.text, f"{m.start}–{m.end}", link(anchors[(m.start, m.end, m.assertion)], m.start)) for m in group[:MOST_PLACES]
            ),
            count=len(group),
        )
        for key, group in ordered
    )
    marks = []
    for (start, end, assertion), group in spans.items():
        names = "; ".join(dict.fromkeys(_mention_words(m) for m in group[:4]))
        first = group[0]
        key = (first.concept or first.label or first.text, assertion)
        marks.append(
            Mark(
                start,
                end,
                f"m m-{assertion} mk-{kind_of(first)}",
                title=f"{assertion} {group_name(kind_of(first), 1)}: {names}, characters {start}–{end}",
                spoken=SPOKEN[assertion],
                anchor=anchors[(start, end, assertion)],
                data=(("g", str(numbers[key])),),
                weight=2 if assertion is not Assertion.AFFIRMED else 1,
            )
        )
    return groups, marks


def kind_of(mention: Mention) -> str:
    """The group a mention is drawn as: its terminology tells medications from conditions; what it does not tell is a concept."""
    told = f"{mention.source} {mention.concept or ''}".lower()
    return next((group for word, group in MENTION_KINDS if word in told), "concept")


def _mention_words(mention: Mention) -> str:
    score = f" ({mention.score:.2f})" if mention.score is not None else ""
    return f"{mention.label or mention.text}{score}"


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


def _sections(found: Document) -> list[tuple[str, int]]:
    sections: list[tuple[str, int]] = []
    for passage in found.passages:
        if passage.section and (not sections or sections[-1][0] != passage.section):
            sections.append((passage.section, passage.start))
    return sections


def _headings(found: Document) -> list[Mark]:
    """The headings of sections as they stand in the text, and the anchors of the outline."""
    marks = []
    for title, at in _sections(found):
        before = max(0, at - len(title) - 12)
        place = found.text.find(title, before, at + len(title) + 12)
        if place >= 0:
            line = found.text.rfind("\n", 0, place) + 1
            marks.append(Mark(line if place - line < 8 else place, place + len(title), "heading", anchor=f"s{at}", weight=-3))
        elif at < len(found.text):
            marks.append(Mark(at, at + 1, "anchor", anchor=f"s{at}", weight=-3))
    return marks


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
