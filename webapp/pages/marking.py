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
    """Where marks overlap, the heaviest is told first, and gives the spoken words."""
    element: str = "mark"
    """What it is drawn as where nothing else covers the text: 'b' for a heading, 'span' for what is no mark by itself."""


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
        pieces.append(_piece(words, active, begun, right) if active else words)
    return Markup("").join(pieces)


def _piece(words: Markup, active: Sequence[Mark], begun: set[int], at: int) -> Markup:
    """A piece of text with all that covers it; the last piece of a mention, which ends at `at`, has the class `last`."""
    ordered = sorted(active, key=lambda m: (-m.weight, m.end - m.start))
    lead = ordered[0]
    names = dict.fromkeys(name for m in active for name in m.classes.split())
    first = [m for m in active if id(m) not in begun]
    begun.update(id(m) for m in first)
    if any(m.title and m in first for m in active):
        names["first"] = None
    if any(m.title and m.end == at for m in active):
        names["last"] = None
    anchors = [m.anchor for m in first if m.anchor]
    attributes = Markup(' id="{}"').format(anchors[0]) if anchors else Markup("")
    for anchor in anchors[1:]:
        words = Markup('<span id="{}"></span>').format(anchor) + words
    told = dict.fromkeys(part for m in ordered if m.title for part in m.title.split("\n\n"))
    if told:
        attributes += Markup(' title="{}"').format(plain_visible("\n\n".join(told)))
    for key in dict.fromkeys(key for m in ordered for key, _ in m.data):
        values = dict.fromkeys(value for m in ordered for name, value in m.data if name == key)
        attributes += Markup(' data-{}="{}"').format(key, " ".join(values))
    if lead in first and lead.spoken:
        words = Markup('<span class="sr">{}</span>').format(lead.spoken) + words
    elements = {m.element for m in active}
    element = elements.pop() if len(elements) == 1 else "mark"
    return Markup('<{0} class="{1}"{2}>{3}</{0}>').format(element, " ".join(names), attributes, words)
