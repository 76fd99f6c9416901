"""Drawing: whole-number shapes, PNGs that any reader takes, scenes that show what they say."""

import io

import numpy as np
import pytest
from PIL import Image

from sample.labels.canvas import Canvas
from sample.labels.drawing import INDEX, NAMES, picture
from sample.labels.png import encode
from sample.labels.scenes import HEIGHT, PEOPLE, VEHICLES, WIDTH, Scene, Thing, invent

PALETTE = [(number, 255 - number, number * 7 % 256) for number in range(256)]


def decoded(png):
    image = Image.open(io.BytesIO(png))
    image.load()
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("width", [1, 3, 5, 600])
@pytest.mark.parametrize("flat", [0, 1, 12, 400])
def test_a_png_has_the_pixels_it_was_made_of(width, flat):
    values = np.random.default_rng(width * 1000 + flat).integers(0, 256, 40 * width, dtype=np.uint8)
    pixels = np.repeat(values, flat + 1)[: 40 * width].reshape(40, width)
    assert (decoded(encode(pixels, PALETTE)) == np.array(PALETTE)[pixels]).all()


def test_repeated_rows_cost_next_to_nothing():
    noise = np.random.default_rng(1).integers(0, 256, (1, 300), dtype=np.uint8)
    assert len(encode(np.repeat(noise, 200, axis=0), PALETTE)) < len(encode(noise, PALETTE)) + 800


def drawn(draw):
    canvas = Canvas(7, 5)
    draw(canvas)
    return ["".join(".#"[value] for value in row) for row in canvas.pixels]


def test_shapes_fill_what_they_enclose():
    assert drawn(lambda c: c.rectangle(-2, 1, 4, 2, 1)) == [".......", "##.....", "##.....", ".......", "......."]
    assert drawn(lambda c: c.ellipse(1, 0, 5, 5, 1)) == ["..###..", ".#####.", ".#####.", ".#####.", "..###.."]
    triangle = [".......", "...#...", "..###..", ".#####.", "......."]
    assert drawn(lambda c: c.polygon(((3, 1), (5, 3), (1, 3)), 1)) == triangle
    assert drawn(lambda c: c.polygon(((1, 3), (5, 3), (3, 1)), 1)) == triangle
    assert drawn(lambda c: c.line((0, 4), (4, 0), 1)) == ["....#..", "...#...", "..#....", ".#.....", "#......"]


def test_what_lies_outside_is_cut_off():
    def outside(canvas):
        canvas.rectangle(-9, -9, 3, 3, 1)
        canvas.ellipse(20, 20, 4, 4, 1)
        canvas.polygon(((-8, -8), (-4, -8), (-6, -4)), 1)

    assert drawn(outside) == ["......."] * 5


def scene(*things, **values):
    said = {"light": "day", "weather": "clear", "along": False, "crossing": False, "lamp": ""}
    return Scene(number=1, things=things, **{**said, **values})


def thing(kind="car", left=100, top=200, width=100, height=44, **values):
    return Thing(kind, left, top, width, height, **{"paint": "red", "moves": False, **values})


@pytest.mark.parametrize("kind", [*VEHICLES, *PEOPLE])
@pytest.mark.parametrize("along", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_a_thing_is_drawn_within_its_rectangle_and_fills_it(kind, along, turned):
    without = decoded(picture(scene(along=along), 7))
    rows, columns = np.nonzero((decoded(picture(scene(thing(kind, turned=turned, moves=True), along=along), 7)) != without).any(axis=2))
    assert rows.min() >= 199 and rows.max() <= 245 and columns.min() >= 97 and columns.max() <= 203
    assert rows.max() - rows.min() >= 40 and columns.max() - columns.min() >= (20 if kind == "bicycle" and along else 70)


def test_the_dark_changes_the_colours_but_not_what_glows():
    day, night = (decoded(picture(scene(lamp="red", light=light), 7)) for light in ("day", "night"))
    assert night.mean() < day.mean() - 40
    assert all((image == (240, 48, 44)).all(axis=2).any() for image in (day, night))


def test_the_palette_names_every_colour_once():
    assert [NAMES[place] for place in INDEX.values()] == list(INDEX) and len(NAMES) < 144


def test_scenes_are_what_fills_them():
    assert scene().truth == "empty street"
    assert scene(thing()).truth == "vehicles"
    assert scene(thing("pedestrian", width=22, height=60)).truth == "people"
    assert scene(thing(), thing("pedestrian", width=22, height=40)).truth == "vehicles"
    assert scene(thing(), thing("pedestrian", width=22, height=60)).truth == "people"
    assert scene(lamp="red", light="dusk", weather="fog", crossing=True).conditions == ("dusk", "fog", "crosswalk", "traffic light")


def test_invented_scenes_vary_and_stay_in_the_picture():
    scenes = [invent(number, 7) for number in range(1, 41)]
    assert {each.truth for each in scenes} == {"vehicles", "people", "empty street"}
    assert {each.light for each in scenes} == {"day", "dusk", "night"} and {each.along for each in scenes} == {True, False}
    assert {each.weather for each in scenes} == {"clear", "overcast", "rain", "snow", "fog"}
    things = [thing for each in scenes for thing in each.things]
    assert {thing.kind for thing in things} == {*VEHICLES, *PEOPLE}
    assert {thing.moves for thing in things if thing.kind == "car"} == {thing.hidden for thing in things} == {True, False}
    assert min(t.left for t in things) >= 0 and max(t.left + t.width for t in things) <= WIDTH
    assert min(t.top for t in things) >= 0 and max(t.bottom for t in things) <= HEIGHT
    assert max(len(picture(each, 7)) for each in scenes) <= 10_000
