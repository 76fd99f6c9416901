"""Draws scenes: sky, houses, street, what is on it, and the weather before it."""

from collections.abc import Mapping
from typing import Final

from sample.labels.canvas import Canvas
from sample.labels.png import Color, encode
from sample.labels.scenes import HEIGHT, HORIZON, KERB, WIDTH, Scene
from sample.labels.sprites import draw
from sample.phrasing import Dice

_COLORS: Final[Mapping[str, Color]] = {
    "sky": (150, 196, 232),
    "cloud": (226, 234, 240),
    "house": (188, 164, 142),
    "brick": (166, 112, 94),
    "stucco": (214, 202, 176),
    "roof": (112, 84, 80),
    "pane": (92, 112, 132),
    "tree": (84, 132, 78),
    "trunk": (104, 80, 62),
    "pavement": (176, 174, 168),
    "kerb": (142, 140, 136),
    "road": (96, 98, 102),
    "mark": (232, 230, 220),
    "tire": (36, 36, 40),
    "hub": (170, 172, 176),
    "glass": (120, 154, 178),
    "metal": (70, 74, 80),
    "skin": (216, 170, 136),
    "hair": (74, 54, 42),
    "trousers": (58, 66, 92),
    "red": (190, 52, 48),
    "blue": (52, 92, 168),
    "white": (236, 236, 232),
    "silver": (178, 184, 190),
    "yellow": (222, 178, 58),
    "green": (62, 128, 92),
    "rain": (190, 206, 220),
    "snow": (250, 250, 252),
}
_GLOWING: Final[Mapping[str, Color]] = {
    "window": (248, 214, 128),
    "headlight": (255, 244, 196),
    "taillight": (232, 40, 36),
    "lamp-red": (240, 48, 44),
    "lamp-amber": (250, 176, 40),
    "lamp-green": (60, 220, 120),
    "dark": (44, 48, 52),
}
"""Colours that no light changes."""
_TINTS: Final[Mapping[str, tuple[Color, int]]] = {
    "day": ((255, 255, 255), 0),
    "dusk": ((196, 108, 84), 38),
    "night": ((18, 26, 62), 56),
    "overcast": ((150, 154, 160), 30),
    "rain": ((112, 122, 136), 34),
    "snow": ((206, 212, 222), 34),
    "fog": ((206, 210, 212), 58),
    "clear": ((255, 255, 255), 0),
}
"""Colour that light or weather puts over everything, and percent of it."""
NAMES: Final = (*_COLORS, *_GLOWING)
INDEX: Final = {name: place for place, name in enumerate(NAMES)}
"""Colour's name → place in the palette of every picture."""


def picture(scene: Scene, seed: int) -> bytes:
    """The scene as a PNG."""
    canvas = Canvas(WIDTH, HEIGHT)
    dice = Dice(f"{seed}/street/{scene.number}/drawing")
    _sky(canvas, scene, dice)
    (_street_along if scene.along else _street_across)(canvas, scene, dice)
    if scene.lamp:
        _traffic_light(canvas, scene)
    for thing in scene.things:
        draw(canvas, thing, INDEX, along=scene.along, lit=scene.light != "day")
    _weather(canvas, scene, dice)
    return encode(canvas.pixels, [_tinted(_COLORS[name], scene) if name in _COLORS else _GLOWING[name] for name in NAMES])


def _tinted(color: Color, scene: Scene) -> Color:
    for key in (scene.weather, scene.light):
        tint, percent = _TINTS[key]
        color = tuple((old * (100 - percent) + new * percent) // 100 for old, new in zip(color, tint, strict=True))  # type: ignore[assignment]
    return color


def _sky(canvas: Canvas, scene: Scene, dice: Dice) -> None:
    canvas.rectangle(0, 0, WIDTH, HEIGHT, INDEX["sky"])
    for _ in range(0 if scene.weather == "clear" and scene.light == "night" else dice.between(1, 3)):
        left, top = dice.below(WIDTH), dice.between(8, 46)
        for puff in range(3):
            canvas.ellipse(left + 22 * puff - 40, top - 5 * (puff % 2), 52, 20, INDEX["cloud"])


def _houses(canvas: Canvas, scene: Scene, dice: Dice, left: int, right: int, ground: int) -> None:
    """A row of houses and trees that ends before `right`."""
    while left < right - 30:
        width, height = min(dice.between(54, 96), right - left), dice.between(58, 104)
        if dice.chance(0.2):
            canvas.rectangle(left + 14, ground - 30, 6, 30, INDEX["trunk"])
            canvas.ellipse(left - 4, ground - 68, 42, 46, INDEX["tree"])
            left += 40
            continue
        canvas.rectangle(left, ground - height, width - 2, height, INDEX[dice.pick(("house", "brick", "stucco"))])
        canvas.rectangle(left, ground - height - 5, width - 2, 5, INDEX["roof"])
        for top in range(ground - height + 12, ground - 22, 24):
            for column in range(left + 9, left + width - 16, 20):
                lit = scene.light != "day" and dice.chance(0.5)
                canvas.rectangle(column, top, 10, 14, INDEX["window" if lit else "pane"])
        left += width


def _street_across(canvas: Canvas, scene: Scene, dice: Dice) -> None:
    _houses(canvas, scene, dice, 0, WIDTH, KERB - 26)
    canvas.rectangle(0, KERB - 26, WIDTH, 26, INDEX["pavement"])
    canvas.rectangle(0, KERB, WIDTH, 3, INDEX["kerb"])
    canvas.rectangle(0, KERB + 3, WIDTH, 97, INDEX["road"])
    for left in range(6, WIDTH, 56):
        canvas.rectangle(left, KERB + 48, 30, 4, INDEX["mark"])
    canvas.rectangle(0, KERB + 100, WIDTH, 3, INDEX["kerb"])
    canvas.rectangle(0, KERB + 103, WIDTH, HEIGHT, INDEX["pavement"])
    if scene.crossing:
        for top in range(KERB + 8, KERB + 96, 16):
            canvas.rectangle(222, top, 46, 8, INDEX["mark"])


def _street_along(canvas: Canvas, scene: Scene, dice: Dice) -> None:
    middle = WIDTH // 2
    _houses(canvas, scene, dice, 0, middle - 20, HORIZON + 16)
    _houses(canvas, scene, dice, middle + 30, WIDTH, HORIZON + 16)
    canvas.rectangle(0, HORIZON, WIDTH, HEIGHT, INDEX["pavement"])
    canvas.polygon(((middle - 8, HORIZON), (middle + 8, HORIZON), (middle + 236, HEIGHT), (middle - 236, HEIGHT)), INDEX["kerb"])
    canvas.polygon(((middle - 6, HORIZON), (middle + 6, HORIZON), (middle + 226, HEIGHT), (middle - 226, HEIGHT)), INDEX["road"])
    for top, height in ((132, 8), (150, 12), (176, 18), (212, 26), (258, 36)):
        near, far = 1 + (top - HORIZON) // 40, 1 + (top + height - HORIZON) // 40
        corners = ((middle - near, top), (middle + near, top), (middle + far, top + height), (middle - far, top + height))
        canvas.polygon(corners, INDEX["mark"])
    if scene.crossing:
        for stripe in range(-4, 5):
            left = middle + stripe * 36
            canvas.polygon(((left - 7, 228), (left + 7, 228), (left + stripe * 6 + 9, 250), (left + stripe * 6 - 9, 250)), INDEX["mark"])


def _traffic_light(canvas: Canvas, scene: Scene) -> None:
    left, foot = (WIDTH - 118, 176) if scene.along else (286, KERB - 2)
    canvas.rectangle(left + 7, foot - 86, 4, 86, INDEX["metal"])
    canvas.rectangle(left, foot - 118, 18, 44, INDEX["dark"])
    for place, lamp in enumerate(("red", "amber", "green")):
        canvas.ellipse(left + 4, foot - 114 + 13 * place, 10, 10, INDEX[f"lamp-{lamp}" if lamp == scene.lamp else "metal"])


def _weather(canvas: Canvas, scene: Scene, dice: Dice) -> None:
    if scene.weather == "rain":
        for _ in range(90):
            x, y = dice.below(WIDTH), dice.below(HEIGHT)
            canvas.line((x, y), (x - 3, y + 10), INDEX["rain"])
    elif scene.weather == "snow":
        for _ in range(110):
            canvas.rectangle(dice.below(WIDTH), dice.below(HEIGHT), 3, 3, INDEX["snow"])
