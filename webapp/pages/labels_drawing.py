"""How labels look: chips that say who labeled, and shapes drawn over an image, in its own pixels."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from flask import g, has_request_context
from markupsafe import Markup

from graph.identifiers import name_of
from labels.groundtruth.model import Box, Outline, TextSpan
from labels.model import ItemAnnotation, ItemLabeling, LabeledItem, Picture
from search.labeled import LabeledDataset
from search.model import Fact
from webapp.pages.marking import Mark, marked
from webapp.pages.reading import snapshot_or_none
from webapp.pages.wording import address, count_of

COLORS = 64
"""Colours that tell classes apart; the words do it where a dataset has more classes."""
MOST_DRAWN = 400
"""Shapes of one picture."""
MOST_CHIPS = 8
LONGEST_TEXT = 600
"""Characters of a text item in a gallery."""
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class LabelChip:
    """A class of an item with who said it: `who` is human, machine, or '' where the data does not tell."""

    label: str
    concept: str | None
    who: str
    job: str
    confidence: float | None
    count: int = 1
    state: str = ""

    @property
    def color(self) -> int:
        """The number of its colour."""
        return color_of(self.concept or self.label)

    @property
    def spoken(self) -> str:
        """Who said it, in words."""
        return {"human": "labeled by people", "machine": "labeled by machine"}.get(self.who, "labeled")

    @property
    def title(self) -> str:
        """All that is known of it, for the pointer."""
        sure = f", confidence {self.confidence:.2f}" if self.confidence is not None else ""
        return f"{self.spoken} in job {self.job}{sure}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape over an image: the SVG element, its attributes, and what it is. `number` is its place in the table of its job."""

    element: str
    attributes: tuple[tuple[str, str], ...]
    label: str
    color: int
    who: str
    number: int
    x: float
    y: float
    """Where its words begin."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An item as a picture: the image or an empty sheet of its size, the painted labels, the shapes; or its text with spans marked."""

    picture: Picture | None
    masks: tuple[str, ...]
    shapes: tuple[Drawn, ...]
    text: Markup | None
    said: str
    """What is to be seen, in words."""
    cut: int = 0
    """Shapes that are not drawn."""
    lines: int = 46
    """How many lines of words its longer side has room for."""

    @property
    def letters(self) -> str:
        """The size of words in the picture, in its pixels."""
        return f"{max(self.picture.width, self.picture.height) / self.lines:.1f}" if self.picture else "12"


def color_of(name: str) -> int:
    """The colour of a class: the same on every page, and no other class's of its dataset."""
    known = _colors().get(name)
    return crc32(name.encode("utf-8", "replace")) % COLORS if known is None else known


def _colors() -> dict[str, int]:
    """Class → its colour, by its place in its dataset; of the generation that the request reads."""
    if not has_request_context() or (opened := snapshot_or_none()) is None:
        return {}
    if "label_colors" not in g:
        g.label_colors = colors_of(opened.labels.datasets())
    found: dict[str, int] = g.label_colors
    return found


def colors_of(datasets: Iterable[LabeledDataset]) -> dict[str, int]:
    """Class → the number of its colour: those of a dataset in the order of their jobs and names, so that no two are alike."""
    found: dict[str, int] = {}
    for dataset in datasets:
        ordered = sorted(dataset.classes, key=lambda one: (one.job, one.label, one.concept))
        found.update({one.concept: place % COLORS for place, one in enumerate(ordered)})
    return found


def who_of(human: bool | None) -> str:
    """Human, machine, or '' where the data does not tell."""
    return "" if human is None else "human" if human else "machine"


def safe_color(color: str) -> str:
    """A colour of the data that may stand in an attribute; '' for anything else."""
    return color if _COLOR.fullmatch(color) else ""


def chips_of_facts(facts: Iterable[Fact]) -> tuple[LabelChip, ...]:
    """The classes of an item out of its facts: each class of a job once, the most frequent first."""
    found: dict[tuple[str, str | None, str, str, str], list[float | None]] = {}
    for fact in facts:
        if fact.relation == "label":
            failed = fact.status if fact.status in ("failed", "empty", "orphan") else ""
            found.setdefault((fact.label, fact.concept, fact.agent, fact.job or "", failed), []).append(fact.number)
    return _sorted(
        LabelChip(label, concept, who, name_of(job), _least(scores), len(scores), state)
        for (label, concept, who, job, state), scores in found.items()
    )


def chips_of_item(item: LabeledItem) -> tuple[LabelChip, ...]:
    """The classes of an item, each of a job once, the most frequent first."""
    found: dict[tuple[str, str | None, str, str, str], list[float | None]] = {}
    for labeling in item.labelings:
        who, job = who_of(labeling.human), labeling.job_name
        for one in labeling.annotations:
            found.setdefault((one.label, one.concept, who, job, ""), []).append(one.confidence)
        if not labeling.annotations:
            found.setdefault((labeling.state, None, who, job, labeling.state), []).append(None)
    return _sorted(LabelChip(*key[:4], _least(scores), len(scores), key[4]) for key, scores in found.items())


def _sorted(chips: Iterable[LabelChip]) -> tuple[LabelChip, ...]:
    return tuple(sorted(chips, key=lambda chip: (bool(chip.state), -chip.count, chip.label, chip.job)))


def _least(scores: Sequence[float | None]) -> float | None:
    return min((score for score in scores if score is not None), default=None)


def drawing_of(item: LabeledItem, labelings: Sequence[ItemLabeling], *, longest: int | None = None) -> Drawing:
    """The item with what some of its jobs say; a text is cut at `longest` characters."""
    shapes = [
        drawn_of(one, one.geometry, number, who_of(labeling.human), color_of(one.concept or one.label))
        for labeling in labelings
        for number, one in enumerate(labeling.annotations, 1)
        if isinstance(one.geometry, Box | Outline)
    ]
    masks = tuple(item.masks[labeling.attribute] for labeling in labelings if labeling.attribute in item.masks)
    counts = Counter(one.label for labeling in labelings for one in labeling.annotations)
    said = ", ".join(f"{count} {label}" if count > 1 else label for label, count in counts.most_common(MOST_CHIPS)) or "no labels"
    text = marked_text(item, labelings, longest) if item.text is not None else None
    return Drawing(item.picture, masks, tuple(shapes[:MOST_DRAWN]), text, said, max(0, len(shapes) - MOST_DRAWN))


def marked_text(
    item: LabeledItem, labelings: Sequence[ItemLabeling], longest: int | None = None, span: tuple[int, int] | None = None
) -> Markup:
    """The text of an item with its spans marked, and a span that is linked to."""
    text = item.text or ""
    marks = []
    for labeling in labelings:
        who = who_of(labeling.human)
        for one in labeling.annotations:
            if isinstance(place := one.geometry, TextSpan) and 0 <= place.start < place.end <= len(text):
                by = f", {'labeled by people' if who == 'human' else 'labeled by machine'}" if who else ""
                sure = f" ({one.confidence:.2f})" if one.confidence is not None else ""
                title = f"{one.label}{sure}{by}, job {labeling.job_name}, characters {place.start}–{place.end}"
                marks.append(Mark(*place, f"l l-{who or 'unknown'} c{color_of(one.concept or one.label)}", title=title))
    if span is not None and 0 <= span[0] < span[1] <= len(text):
        marks.append(Mark(*span, "span", anchor="span", weight=-1))
    return marked(text, marks, 0, longest)


def drawn_of(one: ItemAnnotation, place: Box | Outline, number: int, who: str, color: int) -> Drawn:
    """A thing drawn at its place in a picture."""
    if isinstance(place, Box):
        left, top, width, height = place
        attributes = (("x", left), ("y", top), ("width", max(width, 0)), ("height", max(height, 0)))
        return Drawn("rect", tuple((name, f"{value:g}") for name, value in attributes), one.label, color, who, number, left, top)
    x, y = place.vertices[0] if place.vertices else (0, 0)
    if place.kind == "keypoint":
        return Drawn("circle", (("cx", f"{x:g}"), ("cy", f"{y:g}"), ("r", "4")), one.label, color, who, number, x, y)
    points = " ".join(f"{left:g},{top:g}" for left, top in place.vertices)
    return Drawn("polygon" if place.kind == "polygon" else "polyline", (("points", points),), one.label, color, who, number, x, y)


def item_url(item: str, query: str = "") -> str:
    """The address of an item's page."""
    return address("/item", [("id", item), ("q", query)])


def frames_words(frames: tuple[int, int, int]) -> str:
    """'frames 3–17 (12)'."""
    first, last, count = frames
    return f"frame {first}" if first == last else f"frames {first}–{last} ({count_of(count, 'frame')})"
