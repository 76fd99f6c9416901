"""Invents street scenes: when, in what weather, seen from where, and what stands or moves there. What is seen is known by construction."""

from dataclasses import dataclass, replace
from functools import cached_property

from sample.phrasing import Dice

WIDTH, HEIGHT = 480, 300
HORIZON = 118
"""Row where a street that is looked along meets the sky."""
KERB = 168
"""Row where the road begins in a street that is looked across."""

VEHICLES = ("car", "bus", "truck", "bicycle")
PEOPLE = ("pedestrian", "child")
CLASSES = ("vehicles", "people", "empty street")
"""What a scene is taken for: what fills most of it."""
_THEMES = ("traffic", "traffic", "people", "traffic", "mixed", "traffic", "empty", "people", "traffic", "mixed")
_LIGHTS = ("day", "day", "dusk", "night", "day")
_WEATHERS = ("clear", "overcast", "rain", "clear", "snow", "clear", "fog")
_PAINTS = ("red", "blue", "white", "silver", "yellow", "green")
_SIZES = {"car": (100, 44), "bus": (138, 76), "truck": (130, 70), "bicycle": (58, 46), "pedestrian": (25, 68), "child": (18, 46)}
"""Width and height in pixels of things seen from the side, near."""
_FRONTS = {"car": (78, 60), "bus": (92, 116), "truck": (88, 104), "bicycle": (26, 66), "pedestrian": (26, 74), "child": (19, 50)}
"""The same seen from the front or behind."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in a scene with the rectangle it fills, in pixels. `moves` and `hidden` are what a worker is asked about it."""

    kind: str
    left: int
    top: int
    width: int
    height: int
    paint: str
    moves: bool
    turned: bool = False
    hidden: bool = False

    @property
    def area(self) -> int:
        """Pixels of the rectangle."""
        return self.width * self.height

    @property
    def bottom(self) -> int:
        """The row it stands on."""
        return self.top + self.height


@dataclass(frozen=True)
class Scene:
    """A scene: things from far to near. `lamp` is the colour of its traffic light, '' where there is none."""

    number: int
    light: str
    weather: str
    along: bool
    crossing: bool
    lamp: str
    things: tuple[Thing, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return f"scene-{self.number:03d}"

    @cached_property
    def truth(self) -> str:
        """The class of the scene."""
        vehicles, people = (sum(thing.area for thing in self.things if thing.kind in kinds) for kinds in (VEHICLES, PEOPLE))
        # A person is looked at before a car of the same size.
        return "empty street" if not vehicles + people else "vehicles" if vehicles >= 4 * people else "people"

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """What else can be said of the scene as a whole."""
        said = {
            "night": self.light == "night",
            "dusk": self.light == "dusk",
            "rain": self.weather == "rain",
            "snow": self.weather == "snow",
            "fog": self.weather == "fog",
            "crosswalk": self.crossing,
            "traffic light": bool(self.lamp),
        }
        return tuple(name for name, holds in said.items() if holds)


def invent(number: int, seed: int) -> Scene:
    """The scene of that number, from 1."""
    dice = Dice(f"{seed}/street/{number}")
    theme = _THEMES[number % len(_THEMES)]
    along = dice.chance(0.45)
    counts = {
        "traffic": (dice.between(2, 5), dice.below(2)),
        "people": (0, dice.between(2, 5)),
        "mixed": (dice.between(1, 2), dice.between(2, 4)),
        "empty": (0, 0),
    }[theme]
    place = _along if along else _across
    things = sorted(place(counts, dice), key=lambda thing: (thing.bottom, thing.left))
    return Scene(
        number=number,
        light=dice.pick(_LIGHTS),
        weather=dice.pick(_WEATHERS),
        along=along,
        crossing=dice.chance(0.4),
        lamp=dice.pick(("red", "green", "amber")) if dice.chance(0.4) else "",
        things=tuple(replace(thing, hidden=_is_hidden(thing, things[place + 1 :])) for place, thing in enumerate(things)),
    )


def _across(counts: tuple[int, int], dice: Dice) -> list[Thing]:
    """Things on a street that is looked across: two lanes, cars parked before the far kerb, pavements behind and in front."""
    vehicles, people = counts
    places = [(x, lane) for lane in range(2) for x in (14, 176, 338)]
    found = []
    for x, lane in dice.some(places, vehicles):
        kind = dice.pick(("car", "car", "car", "bus", "truck", "bicycle"))
        width, height = (size * (9 + 2 * lane) // 10 for size in _SIZES[kind])
        left = min(x + dice.below(24), WIDTH - width - 4)
        bottom = (KERB + 26, KERB + 84)[lane] + dice.below(5)
        parked = lane == 0 and kind != "bus" and dice.chance(0.6)
        found.append(Thing(kind, left, bottom - height, width, height, dice.pick(_PAINTS), not parked, dice.chance(0.5)))
    for place in dice.some(range(12), people):
        behind = place % 2 == 0
        found.append(
            _person(
                30 + 36 * place + dice.below(14), (KERB - 6 if behind else HEIGHT - 6) + dice.below(4), 85 if behind else 110, False, dice
            )
        )
    return found


def _along(counts: tuple[int, int], dice: Dice) -> list[Thing]:
    """Things on a street that is looked along: they grow towards the bottom; cars park at both sides."""
    vehicles, people = counts
    places = [(column, bottom) for bottom in (158, 204, 276) for column in (-2, -1, 1, 2)]
    found = []
    for column, bottom in dice.some(places, vehicles):
        parked = abs(column) == 2
        kind = dice.pick(("car", "car", "car", "truck") if parked else ("car", "car", "car", "bus", "truck", "bicycle"))
        scale = 100 * (bottom - HORIZON) // 150
        width, height = (max(size * scale // 100, 6) for size in _FRONTS[kind])
        middle = WIDTH // 2 + column * 62 * scale // 100 + dice.between(-3, 3)
        left = min(max(middle - width // 2, 2), WIDTH - width - 2)
        found.append(Thing(kind, left, bottom - height, width, height, dice.pick(_PAINTS), not parked, column > 0))
    for place in dice.some(range(6), people):
        bottom = (176, 222, 288)[place % 3]
        scale = 100 * (bottom - HORIZON) // 150
        middle = WIDTH // 2 + (1 if place < 3 else -1) * 186 * scale // 100
        found.append(_person(min(max(middle, 4), WIDTH - 34) + dice.between(-4, 4), bottom, scale, True, dice))
    return found


def _person(left: int, bottom: int, scale: int, along: bool, dice: Dice) -> Thing:
    kind = dice.pick(("pedestrian", "pedestrian", "pedestrian", "child"))
    width, height = (max(size * scale // 100, 4) for size in (_FRONTS if along else _SIZES)[kind])
    return Thing(kind, max(left, 0), bottom - height, width, height, dice.pick(_PAINTS), dice.chance(0.7), dice.chance(0.5))


def _is_hidden(thing: Thing, nearer: list[Thing]) -> bool:
    """Whether a nearer thing covers more than a fifth of it."""
    return any(5 * _shared(thing, other) > thing.area for other in nearer)


def _shared(one: Thing, other: Thing) -> int:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(across, 0) * max(down, 0)
