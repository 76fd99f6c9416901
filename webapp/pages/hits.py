"""A hit as the search page draws it: its passage with what answers marked, its labels, and the line that cites it."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from search.model import Hit, Span
from search.protocols import Catalog
from webapp.pages.labels_drawing import LabelChip, chips_of_facts
from webapp.pages.marking import Mark, marked
from webapp.pages.reading import snapshot
from webapp.pages.state import State
from webapp.pages.wording import address, moment, plain_visible

WINDOW = 520
"""Code points of a passage that a hit shows; the document shows all."""
MOST_LABELS = 500
"""Label facts of an item that its hit reads."""
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
"""A heading of a note written in Markdown."""


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit as the page draws it."""

    hit: Hit
    passage: Markup
    cut_before: bool
    cut_after: bool
    url: str
    labels: tuple[LabelChip, ...]
    """Of a labeled item: its classes, with who said them."""
    why: str
    """Why its record does not count ('' where it does)."""


def hit_view(hit: Hit, state: State, catalog: Catalog, why: str) -> HitView:
    """Arrange a hit for the page."""
    base, text = hit.passage.start, hit.passage.text
    start, end = _window(hit)
    marks = [Mark(h.start - base, h.end - base, "term") for h in hit.highlights]
    if hit.answer:
        marks.append(Mark(hit.answer.start - base, hit.answer.end - base, "answer"))
    for heading in _HEADING.finditer(text):
        marks += [
            Mark(heading.start(), heading.start(1), "markup", weight=-3),
            Mark(heading.start(1), heading.end(1), "heading", weight=-3, element="b"),
            Mark(heading.end(1), heading.end(1) + 1, "end", weight=-3),
        ]
    span = hit.answer or hit.passage
    is_item = hit.kind == "Item"
    place = [("id", hit.document), ("start", span.start), ("end", span.end), ("q", state.query)]
    url = address("/item" if is_item else "/document", place, "span")
    labels = chips_of_facts(catalog.facts_of_patient(hit.document, MOST_LABELS)) if is_item else ()
    return HitView(hit, marked(text, marks, start, end), start > 0, end < len(text), url, labels, why)


def _window(hit: Hit) -> tuple[int, int]:
    """Which part of the passage is shown: the answer sentence with something before it, else the first highlight."""
    text = hit.passage.text
    if len(text) <= WINDOW + 80:
        return 0, len(text)
    centre: Span | None = hit.answer or (hit.highlights[0] if hit.highlights else None)
    start = max(0, centre.start - hit.passage.start - 140) if centre else 0
    start = min(start, len(text) - WINDOW)
    if start:
        blank = re.compile(r"\s").search(text, start, start + 40)
        start = blank.end() if blank else start
    end = min(len(text), start + WINDOW)
    if end < len(text):
        end = max(text.rfind(" ", start, end), end - 40)
    return start, end


def citation(hit: Hit) -> str:
    """A line a person can paste into a paper or a mail."""
    evidence = hit.evidence
    title = f"{hit.title}, {hit.date[:10]}" if hit.date else hit.title
    opened = snapshot()
    where = f"{hit.document}, characters {evidence.start}-{evidence.end}. {evidence.source}:{evidence.line}"
    return plain_visible(f"{title}. {where}. Data as of {moment(opened.published)}")
