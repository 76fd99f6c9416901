"""The frames of a video are drawn with what its job says of them, whether the labels stand in the line or in a file of their own."""

import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient
from PIL import Image

from commissure.assemble import DataLibrary
from graph.identifiers import record_iri
from labels.groundtruth.reader import manifest_id
from tests.ingest.exports import InlinePool, Lab
from webapp.app import create_app
from webapp.pages.labels_frames import MOST_DRAWN, MOST_FRAMES

HOSTILE = '<script>alert("x")</script>'
LONG = 2 * MOST_FRAMES + 5


def about(job: str, kind: str, human: str = "yes", **names: str) -> dict[str, Any]:
    told = {"type": f"groundtruth/video-object-{kind}", "job-name": f"labeling-job/{job}", "human-annotated": human}
    return told | {"creation-date": "2024-03-05T10:11:12", "class-map": names or {"0": "car", "1": "bus"}}


def box(left: float, kind: str = "0", thing: str = "", **more: Any) -> dict[str, Any]:
    named = {"object-id": thing} if thing else {}
    return {"left": left, "top": 10, "width": 20, "height": 15, "class-id": kind, **named, **more}


def tracked(count: int) -> dict[str, Any]:
    frames = [{"frame": f"f{n}.png", "frame-no": str(n), "annotations": [box(n, "0", "a"), box(99 - n, "0", "b")]} for n in range(count)]
    return {"tracking-annotations": frames}


OUTLINE = {"class-id": "0", "vertices": [{"x": 1, "y": 2}, {"x": 300, "y": 2}, {"x": 5, "y": 200}]}
CUBOID = {"center-x": 1, "center-y": 1, "center-z": 1, "length": 1, "width": 1, "height": 1, "class-id": "0"}
LINES: dict[str, dict[str, Any]] = {
    "inline": {"source-ref": "s3://b/clip/v.mp4", "t": tracked(4), "t-metadata": about("t", "tracking")},
    "long": {"source-ref": "s3://b/long/v.mp4", "t": tracked(LONG), "t-metadata": about("t", "tracking")},
    "file": {"source-ref": "s3://b/list/seq.json", "t-ref": "s3://b/list/SeqLabel.json", "t-ref-metadata": about("t", "tracking")},
    "sized": {
        "source-ref": "s3://b/none/v.mp4",
        "t": {**tracked(2), "image_size": [{"width": 640, "height": 360, "depth": 3}]},
        "t-metadata": about("t", "tracking"),
    },
    "hostile": {
        "source-ref": "s3://b/none/w.mp4",
        "d": {
            "detection-annotations": [
                {"frame": f"{HOSTILE}.png", "frame-no": "3", "annotations": [box(1)], "polygons": [OUTLINE]},
                {"frame": "../../secret.png", "frame-no": "7", "annotations": [box(n) for n in range(MOST_DRAWN + 9)]},
            ]
        },
        "d-metadata": about("d", "detection", "no", **{"0": HOSTILE}),
    },
    "clouds": {
        "source-ref": "s3://b/none/x.mp4",
        "d": {"detection-annotations": [{"frame": "0.pcd", "frame-no": "0", "annotations": [CUBOID]}]},
        "d-metadata": about("d", "detection"),
    },
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    lab = Lab(tmp_path_factory.mktemp("frames"))
    bucket = lab.folder / "bucket"
    for name, count in (("b/clip", 2), ("b/frames", 3)):
        (bucket / name).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (120, 60), (190, 205, 220)).save(bucket / name / f"f{number}.png")
    (bucket / "b" / "list").mkdir()
    listed = {"seq-no": 1, "prefix": "s3://b/frames/", "number-of-frames": 3, "frames": [{"frame": f"f{n}.png"} for n in range(3)]}
    (bucket / "b" / "list" / "seq.json").write_text(json.dumps(listed))
    (bucket / "b" / "list" / "SeqLabel.json").write_text(json.dumps(tracked(3)))
    with patch("ingest.pipeline.Pool", InlinePool):
        manifest(lab.folder).write_text("".join(json.dumps(line) + "\n" for line in LINES.values()))
        lab.ingest_path(manifest(lab.folder), "video", format="manifest")
    app = create_app(DataLibrary(lab.workspace, lab.embedder, {"media": str(bucket), "store": ""}))
    app.config["folder"] = lab.folder
    return app.test_client()


def manifest(folder: Path) -> Path:
    return folder / "output.manifest"


def page(client: FlaskClient, name: str, **more: object) -> str:
    number = list(LINES).index(name)
    item = record_iri("video", "Item", f"{manifest_id(str(manifest(client.application.config['folder'])))}-{number}")
    answer = client.get("/item", query_string={"id": item, **more}, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def frames(html: str) -> list[str]:
    return re.findall(r"<li><figure>.*?</figure></li>", html, re.S)


def colors(frame: str) -> list[str]:
    return re.findall(r'class="shape l-\w+ (c\d+)"', frame)


def test_every_frame_is_drawn_with_its_boxes_and_each_thing_keeps_its_colour(client: FlaskClient) -> None:
    html = page(client, "inline")
    found = frames(html)
    assert [re.findall(r'<rect x="(\d+)"', frame) for frame in found] == [[str(n), str(99 - n)] for n in range(4)]
    assert len({tuple(colors(frame)) for frame in found}) == 1, "from frame to frame"
    assert len(set(colors(found[0]))) == 2, "two cars are two things"
    assert [f"swatch {color}" in html for color in colors(found[0])] == [True, True], "the table names them by it"
    assert [re.findall(r"<figcaption>Frame (\d+).*>(f\d\.png)<", frame) for frame in found] == [[(str(n), f"f{n}.png")] for n in range(4)]
    assert "<script" not in "".join(found)


def test_frames_with_a_picture_are_drawn_over_it_the_others_on_an_empty_field(client: FlaskClient) -> None:
    html = page(client, "inline")
    found = frames(html)
    assert ["/media/object?address=s3://b/clip/" in frame for frame in found] == [True, True, False, False]
    assert "Some pictures of frames cannot be read from here" in html
    assert 'viewBox="0 0 120 60"' in found[0], "the picture's size"
    assert 'class="drawing blank"' in found[2] and 'viewBox="0 0 119 25"' in found[2], "as wide as its boxes reach on any frame"
    picture = re.search(r'src="(/media/object[^"]+)"', found[0])
    assert picture and client.get(picture[1]).content_type == "image/png"


def test_labels_in_a_file_lie_over_the_frames_that_the_sequence_lists(client: FlaskClient) -> None:
    found = frames(page(client, "file"))
    assert [f"/media/object?address=s3://b/frames/f{n}.png" in frame for n, frame in enumerate(found)] == [True] * 3
    assert [len(colors(frame)) for frame in found] == [2, 2, 2]


def test_a_field_is_of_the_size_that_the_label_tells(client: FlaskClient) -> None:
    html = page(client, "sized")
    assert all('class="sheet" viewBox="0 0 640 360"' in frame for frame in frames(html))
    assert "The pictures of these frames cannot be read from here" in html


def test_a_page_shows_some_frames_and_leads_to_the_others(client: FlaskClient) -> None:
    seen: list[str] = []
    link: str | None = ""
    while link is not None:
        number = re.search(r"frame=(\d+)", link)
        html = page(client, "long", **({"frame": number[1]} if number else {}))
        assert len(frames(html)) <= MOST_FRAMES
        seen += re.findall(r"<figcaption>Frame (\d+)", html)
        following = re.search(r'rel="next" href="(/item[^"]+)"', html)
        link = following[1] if following else None
    assert seen == [str(n) for n in range(LONG)]
    assert f"{2 * MOST_FRAMES + 1}–{LONG} of {LONG} frames with labels" in html
    assert f"frame={MOST_FRAMES}" in html and 'rel="prev"' in html
    assert re.findall(r"<figcaption>Frame (\d+)", page(client, "long", frame=10**6)) == [str(LONG - 1)]


def test_names_of_frames_and_classes_are_only_words_and_shapes_are_bounded(client: FlaskClient) -> None:
    html = page(client, "hostile")
    assert HOSTILE not in html and "&lt;script&gt;" in html
    first, second = frames(html)
    assert "<polygon" in first and "l-machine" in first
    assert len(colors(second)) == MOST_DRAWN and "9 more shapes are not drawn" in second
    assert "/media/object" not in second, "a name that leads out of the folder finds nothing"


def test_what_cannot_be_drawn_makes_no_strip(client: FlaskClient) -> None:
    html = page(client, "clouds")
    assert not frames(html) and 'id="frames"' not in html


def test_rest_says_in_which_frames_a_thing_is(client: FlaskClient) -> None:
    items = client.get("/api/v1/items?dataset=video&limit=50").json["items"]
    found = {one["source"]: [each["frames"] for each in one["labelings"][0]["annotations"]] for one in items}
    assert found["s3://b/clip/v.mp4"] == [[0, 3, 4]] * 2
    assert found["s3://b/none/w.mp4"][0] == [3, 3, 1]
