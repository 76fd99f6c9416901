"""Draws the things of a scene into their rectangles, in percent of each, so that far and near ones look alike."""

from collections.abc import Callable, Mapping
from typing import Final

from sample.labels.canvas import Canvas
from sample.labels.scenes import Thing


class Pen:
    """Draws within a thing's rectangle: coordinates in percent from its left and top, mirrored for one that faces left."""

    def __init__(self, canvas: Canvas, thing: Thing, colors: Mapping[str, int], lit: bool) -> None:
        self.canvas, self.thing, self.colors, self.lit = canvas, thing, colors, lit

    def color(self, name: str) -> int:
        """The palette's index of a colour; `paint` is the thing's own."""
        return self.colors[self.thing.paint if name == "paint" else name]

    def _x(self, percent: int) -> int:
        percent = 100 - percent if self.thing.turned else percent
        return self.thing.left + self.thing.width * percent // 100

    def _y(self, percent: int) -> int:
        return self.thing.top + self.thing.height * percent // 100

    def _sides(self, left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
        x0, x1 = sorted((self._x(left), self._x(right)))
        return x0, self._y(top), max(x1 - x0, 1), max(self._y(bottom) - self._y(top), 1)

    def box(self, left: int, top: int, right: int, bottom: int, color: str) -> None:
        """A rectangle."""
        self.canvas.rectangle(*self._sides(left, top, right, bottom), self.color(color))

    def round(self, left: int, top: int, right: int, bottom: int, color: str) -> None:
        """An ellipse."""
        self.canvas.ellipse(*self._sides(left, top, right, bottom), self.color(color))

    def shape(self, color: str, *points: tuple[int, int]) -> None:
        """A convex polygon."""
        self.canvas.polygon(tuple((self._x(x), self._y(y)) for x, y in points), self.color(color))

    def line(self, start: tuple[int, int], end: tuple[int, int], color: str, thick: int = 2) -> None:
        """A line, `thick` in pixels."""
        self.canvas.line((self._x(start[0]), self._y(start[1])), (self._x(end[0]), self._y(end[1])), self.color(color), thick)

    def wheel(self, left: int, right: int, top: int) -> None:
        """A wheel of a car, that stands on the ground."""
        self.round(left, top, right, 100, "tire")
        inset = (right - left) // 3
        self.round(left + inset, top + (100 - top) // 3, right - inset, 100 - (100 - top) // 3, "hub")

    def lamps(self, *places: tuple[int, int, int, int], color: str) -> None:
        """Lights that glow where a thing moves and it is not day."""
        for place in places:
            self.box(*place, color if self.lit and self.thing.moves else "silver" if color == "headlight" else "red")


def draw(canvas: Canvas, thing: Thing, colors: Mapping[str, int], *, along: bool, lit: bool) -> None:
    """Draw a thing, from the front or behind where the street is looked along. `lit` says that it is too dark to go without lights."""
    (_FRONTS if along else _SIDES)[thing.kind](Pen(canvas, thing, colors, lit))


def _car(pen: Pen) -> None:
    pen.shape("paint", (20, 45), (34, 2), (70, 2), (86, 45))
    pen.shape("glass", (27, 42), (37, 10), (50, 10), (50, 42))
    pen.shape("glass", (54, 42), (54, 10), (67, 10), (78, 42))
    pen.box(1, 42, 99, 80, "paint")
    pen.wheel(12, 30, 60)
    pen.wheel(70, 88, 60)
    pen.lamps((94, 48, 99, 58), color="headlight")
    pen.lamps((1, 48, 5, 58), color="taillight")


def _bus(pen: Pen) -> None:
    pen.box(0, 2, 100, 86, "paint")
    for left in range(6, 80, 15):
        pen.box(left, 16, left + 11, 46, "glass")
    pen.box(84, 16, 97, 80, "glass")
    pen.box(0, 54, 82, 58, "white")
    pen.wheel(12, 25, 72)
    pen.wheel(66, 79, 72)
    pen.lamps((97, 72, 100, 79), color="headlight")
    pen.lamps((0, 68, 2, 79), color="taillight")


def _truck(pen: Pen) -> None:
    pen.box(0, 2, 68, 80, "white")
    pen.box(0, 34, 68, 40, "paint")
    pen.shape("paint", (70, 84), (70, 22), (88, 22), (99, 52), (99, 84))
    pen.shape("glass", (77, 48), (77, 28), (86, 28), (94, 48))
    pen.box(0, 80, 99, 86, "metal")
    for left in (6, 24, 78):
        pen.wheel(left, left + 15, 70)
    pen.lamps((96, 66, 99, 74), color="headlight")
    pen.lamps((0, 76, 3, 82), color="taillight")


def _bicycle(pen: Pen) -> None:
    for left in (0, 58):
        pen.round(left, 46, left + 42, 100, "tire")
        pen.round(left + 5, 53, left + 37, 93, "road")
    for start, end in (((21, 73), (42, 42)), ((42, 42), (74, 42)), ((48, 74), (42, 42)), ((48, 74), (74, 42)), ((79, 73), (72, 32))):
        pen.line(start, end, "paint")
    pen.box(36, 38, 50, 42, "tire")
    pen.line((66, 32), (76, 32), "metal")
    if pen.thing.moves:
        pen.line((50, 74), (44, 40), "trousers", 4)
        pen.line((44, 40), (56, 16), "white", 6)
        pen.line((56, 18), (70, 31), "skin", 3)
        pen.round(52, 0, 66, 17, "skin")


def _person(pen: Pen) -> None:
    pen.round(30, 0, 70, 20, "skin")
    pen.round(30, 0, 70, 10, "hair")
    pen.box(22, 21, 78, 58, "paint")
    stride = 14 if pen.thing.moves else 4
    pen.shape("trousers", (26, 56), (50, 56), (40 - stride, 99), (20 - stride, 99))
    pen.shape("trousers", (50, 56), (76, 56), (80 + stride, 99), (60 + stride, 99))
    pen.box(8, 24, 20, 54, "skin")
    pen.box(80, 24, 92, 54, "skin")


def _car_front(pen: Pen) -> None:
    pen.shape("paint", (16, 44), (27, 2), (73, 2), (84, 44))
    pen.shape("glass", (22, 42), (31, 9), (69, 9), (78, 42))
    pen.box(4, 42, 96, 86, "paint")
    pen.box(8, 84, 26, 100, "tire")
    pen.box(74, 84, 92, 100, "tire")
    pen.box(34, 64, 66, 76, "white")
    pen.lamps((8, 50, 24, 61), (76, 50, 92, 61), color="taillight" if pen.thing.turned else "headlight")


def _bus_front(pen: Pen) -> None:
    pen.box(4, 0, 96, 92, "paint")
    pen.box(12, 14, 88, 52, "glass")
    pen.box(24, 3, 76, 11, "dark")
    pen.box(10, 90, 28, 100, "tire")
    pen.box(72, 90, 90, 100, "tire")
    pen.lamps((10, 72, 24, 80), (76, 72, 90, 80), color="taillight" if pen.thing.turned else "headlight")


def _truck_front(pen: Pen) -> None:
    pen.box(2, 0, 98, 58, "white")
    pen.box(10, 26, 90, 92, "paint")
    pen.box(16, 32, 84, 56, "glass")
    pen.box(34, 66, 66, 82, "metal")
    pen.box(10, 90, 30, 100, "tire")
    pen.box(70, 90, 90, 100, "tire")
    pen.lamps((12, 68, 28, 77), (72, 68, 88, 77), color="taillight" if pen.thing.turned else "headlight")


def _bicycle_front(pen: Pen) -> None:
    pen.round(38, 56, 62, 100, "tire")
    pen.line((10, 50), (90, 50), "metal")
    pen.shape("paint", (22, 22), (78, 22), (68, 60), (32, 60))
    pen.round(32, 0, 68, 22, "skin")
    pen.line((24, 26), (12, 49), "skin", 3)
    pen.line((76, 26), (88, 49), "skin", 3)


_SIDES: Final[Mapping[str, Callable[[Pen], None]]] = {
    "car": _car,
    "bus": _bus,
    "truck": _truck,
    "bicycle": _bicycle,
    "pedestrian": _person,
    "child": _person,
}
_FRONTS: Final[Mapping[str, Callable[[Pen], None]]] = {
    "car": _car_front,
    "bus": _bus_front,
    "truck": _truck_front,
    "bicycle": _bicycle_front,
    "pedestrian": _person,
    "child": _person,
}
