"""Text with marks: spans of several layers (mentions, matches, a linked span, headings) over one text, drawn as escaped HTML.

Spans may overlap in any way. The text is cut wherever a span begins or ends, and each piece is drawn once, with the classes of all
spans that cover it; so the characters come out exactly once and in order, whatever the spans are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from webapp.pages.wording import plain_visible, visible_characters


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to be drawn. `spoken` is read before its text ('not '); `anchor` becomes the id of its first piece."""

    start: int
    end: int
    classes: str
    title: str = ""
    spoken: str = ""
    anchor: str = ""
    data: tuple[tuple[str, str], ...] = ()
    weight: int = 0
    """Where marks overlap, the heaviest gives title, spoken words and data."""


def marked(text: str, marks: Sequence[Mark], start: int = 0, end: int | None = None) -> Markup:
    """The text between two offsets with its marks; offsets are code points into `text`."""
    end = len(text) if end is None else min(end, len(text))
    inside = sorted((m for m in marks if m.start < end and m.end > start and m.end > m.start), key=lambda m: (m.start, -m.end))
    cuts = sorted({start, end, *(max(start, m.start) for m in inside), *(min(end, m.end) for m in inside)})
    pieces: list[Markup] = []
    active: list[Mark] = []
    begun: set[int] = set()
    following = 0
    for left, right in pairwise(cuts):
        active = [m for m in active if m.end > left]
        while following < len(inside) and inside[following].start <= left:
            active.append(inside[following])
            following += 1
        words = visible_characters(text[left:right])
        pieces.append(_piece(words, active, begun) if active else words)
    return Markup("").join(pieces)


def _piece(words: Markup, active: Sequence[Mark], begun: set[int]) -> Markup:
    lead = max(active, key=lambda m: (m.weight, m.start - m.end))
    classes = " ".join(dict.fromkeys(name for m in active for name in m.classes.split()))
    first = [m for m in active if id(m) not in begun]
    begun.update(id(m) for m in first)
    anchors = [m.anchor for m in first if m.anchor]
    attributes = Markup(' id="{}"').format(anchors[0]) if anchors else Markup("")
    for anchor in anchors[1:]:
        words = Markup('<span id="{}"></span>').format(anchor) + words
    if lead.title:
        attributes += Markup(' title="{}"').format(plain_visible(lead.title))
    for key, value in lead.data:
        attributes += Markup(' data-{}="{}"').format(key, value)
    if lead in first and lead.spoken:
        words = Markup('<span class="sr">{}</span>').format(lead.spoken) + words
    whole = Markup('<b class="{}"{}>{}</b>') if classes == "heading" else Markup('<mark class="{}"{}>{}</mark>')
    return whole.format(classes, attributes, words)
