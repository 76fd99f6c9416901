"""The frames of a sequence as pictures, with what jobs drew on each: every tracked thing in a colour of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

from labels.groundtruth.model import Box, Frame, Outline
from labels.model import ItemLabeling, LabeledItem, MediaFile, Picture
from webapp.pages.labels_drawing import COLORS, Drawing, Drawn, color_of, drawn_of, who_of
from webapp.pages.wording import address

MOST_FRAMES = 24
"""Frames of a page."""
MOST_DRAWN = 60
"""Shapes of one frame."""
_LINES = 18
"""Lines of words that fit a picture as small as those of the strip."""
_LARGEST = 100_000
"""Pixels of a side: a picture of a size that labels made up is no larger."""

Colors = Mapping[tuple[str, int], int]
"""(attribute, number in the table of its job) of a tracked thing → the number of its colour."""


@dataclass(frozen=True, slots=True)
class FrameView:
    """A frame and what is drawn on it."""

    number: int
    name: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Strip:
    """Some frames of a sequence that have labels: from the `first` of `labeled`, of `total` frames; `before` and `after` are frame
    numbers to begin other pages with."""

    frames: tuple[FrameView, ...]
    first: int
    labeled: int
    total: int
    before: int | None
    after: int | None
    unseen: int
    """How many of the frames have no picture here."""


def colors_of_tracks(item: LabeledItem) -> dict[tuple[str, int], int]:
    """The colours of the tracked things of an item, no two alike until there are more than colours."""
    color = count()
    return {
        (labeling.attribute, number): next(color) % COLORS
        for labeling in item.labelings
        for number, one in enumerate(labeling.annotations, 1)
        if one.track
    }


def strip_of(
    item: LabeledItem, labelings: Sequence[ItemLabeling], colors: Colors, start: int, picture: Callable[[str], MediaFile | None]
) -> Strip | None:
    """The frames from number `start` on; None where nothing is drawn on frames. `picture` finds the picture at an address."""
    drawn: dict[Frame, list[Drawn]] = {}
    right, bottom = 1.0, 1.0
    for labeling in labelings:
        who = who_of(labeling.human)
        for number, one in enumerate(labeling.annotations, 1):
            color = colors.get((labeling.attribute, number), -1) if one.appearances else -1
            for frame, place in one.appearances:
                if isinstance(place, Box | Outline):
                    color = color_of(one.concept or one.label) if color < 0 else color
                    drawn.setdefault(frame, []).append(drawn_of(one, place, number, who, color))
                    right, bottom = max(right, _right(place)), max(bottom, _bottom(place))
    if not drawn:
        return None
    frames = sorted(drawn, key=lambda frame: (frame.number, frame.name))
    first = min(next((place for place, frame in enumerate(frames) if frame.number >= start), len(frames) - 1), len(frames) - 1)
    page = frames[first : first + MOST_FRAMES]
    size = (item.picture.width, item.picture.height) if item.picture else None
    field = size or (min(ceil(right), _LARGEST), min(ceil(bottom), _LARGEST))
    views = tuple(_view(frame, drawn[frame], size, field, _address(item, frame), picture) for frame in page)
    return Strip(
        frames=views,
        first=first,
        labeled=len(frames),
        total=max(*(labeling.frames for labeling in labelings), len(frames)) if labelings else len(frames),
        before=frames[max(0, first - MOST_FRAMES)].number if first else None,
        after=frames[first + MOST_FRAMES].number if first + MOST_FRAMES < len(frames) else None,
        unseen=sum(view.drawing.picture is None or not view.drawing.picture.url for view in views),
    )


def _view(
    frame: Frame,
    shapes: Sequence[Drawn],
    size: tuple[int, int] | None,
    field: tuple[int, int],
    where: str,
    picture: Callable[[str], MediaFile | None],
) -> FrameView:
    """A frame over its picture; without one over an empty `field`. Labels are in pixels of the `size` that they tell, if they do."""
    found = picture(where) if where else None
    seen = Picture(*field)
    if found is not None:
        seen = Picture(*(size or (found.width, found.height)), address("/media/object", [("address", where)]))
    said = ", ".join(dict.fromkeys(one.label for one in shapes[:MOST_DRAWN]))
    drawing = Drawing(seen, (), tuple(shapes[:MOST_DRAWN]), None, said, max(0, len(shapes) - MOST_DRAWN), _LINES)
    return FrameView(frame.number, frame.name, drawing)


def _address(item: LabeledItem, frame: Frame) -> str:
    return frame.name if "://" in frame.name else item.frames_at + frame.name if item.frames_at else ""


def _right(place: Box | Outline) -> float:
    return place.left + place.width if isinstance(place, Box) else max((x for x, _ in place.vertices), default=0)


def _bottom(place: Box | Outline) -> float:
    return place.top + place.height if isinstance(place, Box) else max((y for _, y in place.vertices), default=0)
