import io

import numpy as np
import pytest
from PIL import Image

from labels.consolidation.consolidate import consolidate
from labels.consolidation.masks import indices_of, palette_of, png_of, same_pixels, vote
from labels.consolidation.model import Answer
from labels.values import Mask
from sources.errors import UnsupportedSource

RED, BLUE = ("tumour", "#ff0000"), ("vessel", "#0000ff")
PALETTE = (("BACKGROUND", "#ffffff"), RED, BLUE)


def mask(*rows, colors=(RED, BLUE)):
    """A mask drawn with '.', 't' and 'v'."""
    return Mask(png_of(np.array([[".tv".index(cell) for cell in row] for row in rows], np.uint8), PALETTE), colors)


def drawn(value):
    return ["".join(".tv"[index] for index in row) for row in indices_of(value, ("BACKGROUND", "tumour", "vessel"))]


def test_union_scores_each_class_by_its_share():
    answers = [
        Answer("1", "a", ("cat", "dog")),
        Answer("1", "b", ("cat",)),
        Answer("1", "c", ("cat",)),
        Answer("2", "a", ()),
        Answer("2", "b", ()),
    ]
    one, two = consolidate([*answers, Answer("3", "a", ("dog",))]).results[:2]
    assert (one.value, one.support) == (("cat", "dog"), (3, 1))
    assert one.scores == pytest.approx((1, 1 / 3))
    assert one.confidence == pytest.approx(2 / 3)
    assert (two.value, two.confidence, two.answers) == ((), 1.0, 2)
    (alone,) = consolidate([Answer("3", "a", ("dog",))]).results
    assert (alone.value, alone.scores, alone.confidence) == (("dog",), (0.0,), 0.0)


def test_dawid_skene_trusts_the_better_worker_class_by_class():
    answers = [Answer(str(i), worker, ("cat",) if i % 2 else ()) for i in range(20) for worker in ("good", "fine")]
    answers += [Answer(str(i), "bad", () if i % 2 else ("cat",)) for i in range(20)]
    answers += [Answer("yes", "good", ("cat",)), Answer("yes", "bad", ()), Answer("no", "good", ()), Answer("no", "bad", ("cat",))]
    scores = {result.item: result.scores for result in consolidate(answers, "dawid-skene").results}
    assert scores["yes"][0] > 0.7 > 0.3 > scores["no"][0]


def test_each_pixel_goes_to_most_votes_and_ties_to_its_neighbours():
    result = vote("1", [mask("tt.", "t.."), mask("tt.", "t.v"), mask("vt.", "..v")], PALETTE)
    assert drawn(result.value) == ["tt.", "t.v"]
    # painted by anyone: 4 pixels of 2/3 or 3/3
    assert result.confidence == pytest.approx((2 + 3 + 2 + 2) / 12)
    tie = vote("1", [mask("ttt", "tvt", "ttt"), mask("ttt", "ttt", "ttt")], PALETTE)
    assert drawn(tie.value)[1] == "ttt"


def test_a_written_mask_has_the_classes_as_palette_indices():
    result = vote("1", [mask("t.", "v."), mask("t.", "v.")], PALETTE)
    with Image.open(io.BytesIO(result.value.png)) as image:
        assert image.mode == "P"
        assert np.asarray(image).tolist() == [[1, 0], [2, 0]]
        assert image.getpalette()[:9] == [255, 255, 255, 255, 0, 0, 0, 0, 255]


def test_pixels_are_told_by_colour_not_by_index():
    turned = Mask(png_of(np.array([[2, 1]], np.uint8), (PALETTE[0], BLUE, RED)), (RED, BLUE))
    assert drawn(turned) == ["tv"]


def test_transparent_pixels_are_background():
    out = io.BytesIO()
    Image.fromarray(np.array([[[255, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)).save(out, "PNG")
    assert drawn(Mask(out.getvalue(), (RED,))) == ["t."]


def test_masks_compare_by_painted_pixels():
    assert same_pixels(mask("tt.."), mask("t...")) == 0.5
    assert same_pixels(mask("...."), mask("....")) == 1
    assert same_pixels(mask("t"), mask("tt")) == 0


def test_masks_of_two_sizes_and_what_is_no_png_are_refused():
    with pytest.raises(UnsupportedSource, match=r"item 7: its masks differ in size \(1 × 1, 2 × 1\)"):
        consolidate([Answer("7", "a", mask("t")), Answer("7", "b", mask("tt"))])
    with pytest.raises(UnsupportedSource, match="not a PNG"):
        indices_of(Mask(b"GIF89a", ()), ("BACKGROUND",))
    with pytest.raises(UnsupportedSource, match="255"):
        palette_of([Mask(b"", tuple((f"c{number}", "#000000") for number in range(300)))])
