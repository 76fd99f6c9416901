"""What the address of the canvas says: where it begins, what was shown step by step, what is hidden, pinned, put together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import request

from graph.model import Direction
from graph.vocabulary import compact, expand
from webapp.pages.reading import whole_number
from webapp.pages.wording import address

MOST_BEGINNINGS: Final = 200
MOST_STEPS: Final = 100
EACH: Final = 25
"""Neighbours that a step shows at first, and how many more at a time."""
MOST_OF_A_STEP: Final = 200
ALL: Final = "*"
"""In place of a node: all that the canvas began with."""
LAYOUTS: Final = {"near": "what is joined stands near", "kinds": "a column for each kind", "rings": "rings around the beginning"}
FARTHEST: Final = 20_000
"""Pixels from the middle that a pinned node may stand at most."""


@dataclass(frozen=True, slots=True)
class Step:
    """One expansion: neighbours of a node (or of ALL) over one relation in one direction, of one kind."""

    node: str
    direction: Direction
    kind: str
    relation: str
    limit: int = EACH

    def __str__(self) -> str:
        return f"{self.limit}|{self.direction}|{self.kind}|{compact(self.relation)}|{self.node}"

    @property
    def of(self) -> tuple[str, str, str, str]:
        """What it expands, however many it shows."""
        return self.node, self.direction, self.kind, self.relation


@dataclass(frozen=True, slots=True)
class Pin:
    """A node that stays where it was put."""

    node: str
    x: int
    y: int

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.node}"


@dataclass(frozen=True, slots=True)
class CanvasView:
    """All that the address says; every link of the page is made from it."""

    begin: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    hidden: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()
    grouped: tuple[str, ...] = ()
    """Groups ('condition' …) whose nodes stand as one."""
    layout: str = "near"
    chosen: str = ""
    """The node whose neighbours are offered."""
    find: str = ""
    apart: bool = False
    """Whether codings of one thing stay nodes of their own."""
    page: int = 1
    """The page of the list."""

    def parameters(self) -> list[tuple[str, object]]:
        """The parameters of the address; defaults are left out."""
        return [
            *(("id", node) for node in self.begin),
            *(("x", str(step)) for step in self.steps),
            *(("hide", node) for node in self.hidden),
            *(("at", str(pin)) for pin in self.pins),
            *(("group", group) for group in self.grouped),
            ("layout", "" if self.layout == "near" else self.layout),
            ("node", self.chosen),
            ("find", self.find),
            ("twins", "apart" if self.apart else ""),
            ("page", "" if self.page == 1 else self.page),
        ]

    def url(self, path: str = "/canvas", **changed: Any) -> str:
        """The address with some of it changed; a change of what is drawn begins the list anew."""
        return address(path, replace(self, **{"page": 1, **changed}).parameters())

    def stepped(self, step: Step) -> str:
        """The address with one more step, or more of one that is there."""
        steps = tuple(step if each.of == step.of else each for each in self.steps)
        return self.url(steps=steps if step in steps else (*steps, step))

    def undone(self) -> str:
        """The address without the last step; '' where there is none."""
        return self.url(steps=self.steps[:-1]) if self.steps else ""

    def turned(self, group: str) -> str:
        """The address with the nodes of a group put together, or apart again."""
        rest = tuple(each for each in self.grouped if each != group)
        return self.url(grouped=rest if group in self.grouped else (*self.grouped, group))

    @property
    def form(self) -> list[tuple[str, object]]:
        """What a form keeps of the address whose buttons choose a node, hide one or find some."""
        return [(name, value) for name, value in replace(self, find="", chosen="", page=1).parameters() if value]


def view_of_request() -> CanvasView:
    """The view that the address of this request says; what it says wrong counts as not said."""
    given = request.args
    layout = given.get("layout", "")
    return CanvasView(
        begin=_each(given.getlist("id"))[:MOST_BEGINNINGS],
        steps=tuple(dict.fromkeys(step for text in given.getlist("x") if (step := step_of(text)) is not None))[:MOST_STEPS],
        hidden=_each(given.getlist("hide")),
        pins=tuple({pin.node: pin for text in given.getlist("at") if (pin := pin_of(text)) is not None}.values()),
        grouped=_each(given.getlist("group")),
        layout=layout if layout in LAYOUTS else "near",
        chosen=given.get("node", ""),
        find=given.get("find", "").strip()[:100],
        apart=given.get("twins") == "apart",
        page=whole_number("page", 1, 1, 10_000),
    )


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def step_of(text: str) -> Step | None:
    """A step as the address writes it; None for what is none."""
    limit, direction, kind, relation, node = (*text.split("|", 4), "", "", "", "")[:5]
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and direction in ("out", "in") and kind and relation and node):
        return None
    way: Direction = "out" if direction == "out" else "in"
    return Step(node, way, kind, expand(relation), min(max(1, int(limit)), MOST_OF_A_STEP))


def pin_of(text: str) -> Pin | None:
    """A pinned node as the address writes it; None for what is none."""
    x, y, node = (*text.split(",", 2), "", "")[:3]
    try:
        place = int(x), int(y)
    except ValueError:
        return None
    return Pin(node, *place) if node and max(map(abs, place)) <= FARTHEST else None
