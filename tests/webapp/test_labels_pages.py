"""The pages of labeled data over what was really ingested: the browser, the item, reports, the queue, and labels in the search."""

import csv
import io
import json
import re
import threading
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search.labeled import LabelClass
from tests.ingest.exports import InlinePool, Lab, patient
from tests.webapp.page import Page, get
from tests.webapp.streets import HOSTILE, LINES, NOTE, Streets, class_iri, job, streets
from webapp.app import create_app
from webapp.pages.labels import _nearest
from webapp.pages.labels_drawing import COLORS, color_of, colors_of, drawing_of, safe_color

VEHICLES, CAR, BUS = class_iri("street", "vehicles"), class_iri("boxes", "car"), class_iri("boxes", "bus")
WORKER = "https://w3id.org/commissure/data/streets/Worker/w2"


@pytest.fixture(scope="module")
def made() -> Streets:
    return streets()


@pytest.fixture(scope="module")
def app(made: Streets) -> Flask:
    return create_app(made.library())


def pages(made: Streets) -> dict[str, str]:
    return {
        "datasets": "/labels",
        "gallery": "/labels?dataset=streets",
        "list": "/labels?dataset=streets&layout=list",
        "class": f"/labels?dataset=streets&concept={quote(VEHICLES)}&agent=human&confidence_from=0.5",
        "none": "/labels?dataset=streets&state=adjusted",
        "boxes": f"/item?id={quote(made.items[0])}",
        "blank": f"/item?id={quote(made.items[3])}",
        "hostile": f"/item?id={quote(made.items[4])}",
        "failed": f"/item?id={quote(made.items[5])}",
        "mask": f"/item?id={quote(made.items[6])}",
        "spans": f"/item?id={quote(made.span_item)}&start=19&end=28",
        "reports": "/reports?dataset=streets",
        "workers": "/reports?dataset=streets&report=workers",
        "no workers": "/reports?dataset=notes&report=workers",
        "review": "/review?dataset=streets",
        "calm": "/review?dataset=notes&below=0.1",
        "search": "/search?state=labeled&confidence_from=0.5&confidence_to=0.99",
        "class node": f"/node?id={quote(VEHICLES)}",
        "item node": f"/node?id={quote(made.items[0])}",
    }


NAMES = (
    *("datasets", "gallery", "list", "class", "none", "boxes", "blank", "hostile", "failed", "mask", "spans"),
    *("reports", "workers", "no workers", "review", "calm", "search", "class node", "item node"),
)


@pytest.mark.parametrize("name", NAMES)
def test_page_is_well_formed_and_its_links_lead_somewhere(client: FlaskClient, made: Streets, name: str) -> None:
    page = get(client, pages(made)[name])
    assert len(page.ids) == len(set(page.ids))
    for tag, given in page.elements:
        assert "style" not in given
        assert not [attribute for attribute in given if attribute.startswith("on")]
        assert tag not in ("style", "image", "foreignObject")
        if tag == "script":
            assert given.get("src", "").startswith("/static/") or given.get("type") == "application/json"
        if tag == "img":
            assert client.get(given["src"]).mimetype == "image/png"
    assert len([tag for tag, _ in page.elements if tag == "h1"]) == 1
    assert {link[1:] for link in page.links() if link.startswith("#")} <= set(page.ids)
    for link in dict.fromkeys(page.links()):
        path = link.split("#")[0]
        if path and not path.startswith("/record"):
            answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)  # what adds a condition goes on to the cohort
            assert answer.status_code in (200, 202), link  # 202: a report is being worked out


def test_every_page_is_tried(made: Streets) -> None:
    assert set(NAMES) == set(pages(made))


def test_datasets_are_listed_with_their_classes(client: FlaskClient) -> None:
    page = get(client, "/labels")
    assert [
        one["href"] for tag, one in page.elements if tag == "a" and one["href"].startswith("/labels?dataset=") and "&" not in one["href"]
    ]
    assert "vehicles 3" in page.text
    assert "7 labeled 3 jobs 6 classes 3 workers" in page.text


def test_the_tree_counts_narrower_classes_and_names_their_job(client: FlaskClient) -> None:
    page = get(client, "/labels?dataset=streets")
    tree = page.text[page.text.index("Classes ") : page.text.index("Confidence")]
    assert "street 6 " in tree
    assert "vehicles3 bus boxes2 car boxes2" in tree
    assert "1 failed" in tree
    assert f"/labels?dataset=streets&concept={quote(CAR, safe=':/,@!$()*;~')}" in page.links()


@pytest.mark.parametrize(
    ("broader", "nearest"),
    [
        ({"car": ("motor", "vehicle"), "motor": ("vehicle",), "vehicle": ()}, ["motor"]),
        ({"car": ("vehicle", "motor"), "motor": ("heavy",), "heavy": ("vehicle",), "vehicle": ()}, ["motor"]),
        ({"car": ("vehicle", "toy"), "vehicle": (), "toy": ()}, ["vehicle", "toy"]),
        ({"car": ("vehicle", "motor"), "motor": ("vehicle",), "vehicle": ("motor",)}, ["vehicle", "motor"]),
        ({"car": ("car", "gone", "vehicle"), "vehicle": ()}, ["vehicle"]),
    ],
)
def test_a_class_stands_right_below_its_nearest(broader: dict[str, tuple[str, ...]], nearest: list[str]) -> None:
    classes = {name: LabelClass(name, name, "d", "", 1, 1, 0, above) for name, above in broader.items()}
    assert _nearest(classes["car"], classes) == nearest


def items_of(page: Page) -> list[str]:
    return [
        given["href"]
        for tag, given in page.elements
        if tag == "a" and given.get("href", "").startswith("/item") and "tabindex" not in given
    ]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", {0, 1, 2, 3, 4, 5, 6}),
        (f"&concept={quote(VEHICLES)}", {0, 1, 3}),
        (f"&concept={quote(BUS)}", {0, 3}),
        (f"&concept={quote(CAR)}&confidence_to=0.5", {0}),
        (f"&concept={quote(CAR)}&confidence_from=0.96", set()),
        ("&agent=machine", {1}),
        ("&state=failed", {5}),
        (f"&job={quote(job('boxes'))}", {0, 1, 3}),
        (f"&agent={quote(WORKER)}", {0, 1}),
        (f"&agent={quote(WORKER)}&concept={quote(class_iri('boxes', 'people'))}", {1}),
    ],
)
def test_filters_leave_the_items_that_have_the_label(client: FlaskClient, made: Streets, query: str, numbers: set[int]) -> None:
    page = get(client, f"/labels?dataset=streets{query}")
    found = {number for number, item in enumerate(made.items) if any(quote(item, safe=":/") in link for link in items_of(page))}
    assert found == numbers


def test_chips_take_filters_away_and_facets_add_them(client: FlaskClient) -> None:
    page = get(client, f"/labels?dataset=streets&concept={quote(VEHICLES)}&agent=human&confidence_from=0.5")
    removers = {
        given["aria-label"]: given["href"] for tag, given in page.elements if given.get("aria-label", "").startswith("Remove the filter")
    }
    assert set(removers) == {
        "Remove the filter Class: vehicles",
        "Remove the filter Labeled by: people",
        "Remove the filter Confidence: 0.5 to 1",
    }
    assert removers["Remove the filter Labeled by: people"].endswith("/vehicles&confidence_from=0.5")
    hidden = {given["name"]: given["value"] for tag, given in page.elements if tag == "input" and given.get("type") == "hidden"}
    assert hidden == {"dataset": "streets", "concept": VEHICLES, "agent": "human"}


@pytest.mark.parametrize("value", ["x", "2", "-1", "nan"])
def test_a_confidence_that_is_none_is_refused(client: FlaskClient, value: str) -> None:
    assert "confidence_from: must be a number from 0 to 1" in get(client, f"/labels?dataset=streets&confidence_from={value}", 400).text
    assert "confidence_from: must be a number from 0 to 1" in get(client, f"/search?confidence_from={value}", 400).text


def test_an_unknown_dataset_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/labels?dataset=nope", headers={"Accept": "text/html"})
    assert answer.status_code == 400 and "there is no dataset" in answer.text
    for path in ("/reports", "/review", "/review.manifest", "/reports.csv"):
        assert client.get(f"{path}?dataset=nope&table=jobs", headers={"Accept": "text/html"}).status_code == 404
    assert client.get("/item?id=urn:nothing", headers={"Accept": "text/html"}).status_code == 404


def test_boxes_are_drawn_in_the_pixels_of_the_image(client: FlaskClient, made: Streets) -> None:
    page = get(client, f"/item?id={quote(made.items[0])}")
    boxes = [given for tag, given in page.elements if tag == "rect"]
    assert [(one["x"], one["y"], one["width"], one["height"]) for one in boxes] == [
        ("5", "20", "15", "12"),
        ("25", "20", "15", "12"),
        ("45", "20", "15", "12"),
    ]
    assert [given["viewbox"] for tag, given in page.elements if "over" in given.get("class", "")] == ["0 0 80 60"]
    assert "1 car" in page.text
    assert "15 × 12 at 45, 20" in page.text
    assert "by people" in page.text
    assert page.having("class", "l-machine") == []
    machine = get(client, f"/item?id={quote(made.items[1])}")
    assert "by machine" in machine.text
    assert machine.having("class", "l-machine")


def test_answers_of_workers_stand_beside_the_labels(client: FlaskClient, made: Streets) -> None:
    text = get(client, f"/item?id={quote(made.items[1])}").text
    assert "What workers answered 3" in text
    assert "vehicles 2w0" in text
    assert "people 1w2" in text
    assert "4.5" in text


def test_one_job_can_be_drawn_alone(client: FlaskClient, made: Streets) -> None:
    page = get(client, f"/item?id={quote(made.items[0])}&job={quote(job('street'))}")
    assert [tag for tag, _ in page.elements if tag == "rect"] == []
    chosen = next(given["href"] for tag, given in page.elements if tag == "a" and given.get("aria-current"))
    assert chosen.endswith("/Job/street")


def test_what_cannot_be_read_is_an_empty_sheet_or_words_never_a_broken_image(client: FlaskClient, made: Streets) -> None:
    blank = get(client, f"/item?id={quote(made.items[3])}")
    assert [tag for tag, _ in blank.elements if tag in ("img", "rect")] == ["rect"]
    assert "The image cannot be read from here" in blank.text
    text_in_disguise = get(client, f"/item?id={quote(made.items[2])}")
    assert [tag for tag, _ in text_in_disguise.elements if tag == "img"] == []
    assert "people" in text_in_disguise.text
    nowhere = create_app(made.library(media="")).test_client()
    page = get(nowhere, f"/item?id={quote(made.items[0])}")
    assert [tag for tag, _ in page.elements if tag in ("img", "rect")] == ["rect"] * 3


def test_a_failed_item_says_why(client: FlaskClient, made: Streets) -> None:
    assert "ClientError: the image cannot be read." in get(client, f"/item?id={quote(made.items[5])}").text


def test_a_mask_lies_over_its_image(client: FlaskClient, made: Streets) -> None:
    page = get(client, f"/item?id={quote(made.items[6])}")
    assert [given["src"] for tag, given in page.elements if tag == "img"] == [
        "/media/object?address=s3://streets/images/scene-6.png",
        "/media/object?address=s3://streets/masks/6.png",
    ]
    assert "#2ca02c" in [given.get("fill") for _, given in page.elements]


def test_spans_are_marked_and_lead_to_the_note(client: FlaskClient, made: Streets) -> None:
    url = f"/item?id={quote(made.span_item)}"
    page = get(client, f"{url}&start=19&end=28")
    marks = [given for tag, given in page.elements if tag == "mark"]
    assert marks[0]["id"] == "span"
    assert marks[0]["title"].startswith("drug (0.80), labeled by people, job drugs, characters 19–28")
    assert "“cisplatin”, characters 19–28" in page.text
    assert f"/document?id={quote('https://w3id.org/commissure/data/clinic/DocumentReference/d1', safe=':/')}" in page.links()
    assert NOTE in page.text


def test_hostile_names_stay_words(client: FlaskClient, made: Streets) -> None:
    for url in (f"/item?id={quote(made.items[4])}", "/labels?dataset=streets", "/review?dataset=streets", "/reports?dataset=streets"):
        html = client.get(url).text
        assert HOSTILE not in html
        assert "<script>alert" not in html
        assert "\u202e" not in html.replace(json.dumps(HOSTILE)[1:-1], "")


def test_search_shows_labels_with_their_author_and_filters_by_them(client: FlaskClient, made: Streets) -> None:
    page = get(client, f"/search?dataset=streets&concept={quote(VEHICLES)}&agent=human")
    items = {given["href"] for tag, given in page.elements if given.get("href", "").startswith("/item?")}
    assert {re.sub(r"&hits=[^#]*", "", item) for item in items} == {
        f"/item?id={quote(made.items[number], safe=':/')}&start=0&end={end}#span"
        for number, end in spans_of(made).items()
        if number in (0, 3)
    }
    chips = page.having("class", "label")
    assert len([one for one in chips if "l-human" in one["class"]]) == len(chips) == 5
    assert "car × 2 0.40" in page.text
    assert "Remove the filter Labeled by: people" in {given.get("aria-label") for _, given in page.elements}
    hidden = [(given["name"], given["value"]) for tag, given in page.elements if tag == "input" and given.get("type") == "hidden"]
    assert ("agent", "human") in hidden
    assert "Label class" in page.text
    assert "Choose another" in page.text, "the other agents are on the facet's own page"
    others = get(client, f"/search/facets/agent?dataset=streets&concept={quote(VEHICLES)}&agent=human")
    assert "machine" in others.text and "people" in others.text, "the chosen one as a chip"
    assert "Answered by" in get(client, "/search?dataset=streets").text
    machine = get(client, "/search?dataset=streets&agent=machine")
    assert [one["class"].split()[2] for one in machine.having("class", "label")] == ["l-machine"] * 2


def spans_of(made: Streets) -> dict[int, int]:
    """The length of the first passage of the items that tests look at."""
    catalog = made.library().current().catalog
    found = {number: catalog.document(item) for number, item in enumerate(made.items)}
    return {number: document.passages[0].end for number, document in found.items() if document is not None}


def test_a_class_shows_its_items_and_no_patients(client: FlaskClient) -> None:
    page = get(client, f"/node?id={quote(VEHICLES)}")
    assert "3 items are labeled with it" in page.text
    assert "Patients who have it charted" not in page.text
    assert get(client, f"/labels?concept={quote(VEHICLES)}").text.count("scene-") >= 3


def test_reports_have_tables_charts_and_csv(client: FlaskClient) -> None:
    page = get(client, "/reports?dataset=streets")
    assert "7 items" in page.text
    specs = [given for tag, given in page.elements if tag == "script" and given.get("type") == "application/json"]
    assert len(specs) >= 3
    link = next(link for link in page.links() if link.startswith("/reports.csv") and "table=jobs" in link)
    answer = client.get(link)
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["job"]: row["items"] for row in rows} == {"street": "6", "boxes": "3", "paint": "1"}
    assert client.get("/reports.csv?dataset=streets&table=nope").status_code == 404
    workers = get(client, "/reports?dataset=streets&report=workers").text
    assert "3 workers" in workers
    assert "8 answers" in workers


def test_the_queue_says_why_and_gives_the_lines(client: FlaskClient) -> None:
    page = get(client, "/review?dataset=streets")
    assert "5 items to look at again" in page.text
    assert "1 of 3 workers disagree: w2" in page.text
    assert "confidence 0.40 of car is below 0.95" in page.text
    answer = client.get("/review.manifest?dataset=streets&below=0.5")
    given = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["source-ref"] for line in given} == {LINES[number]["source-ref"] for number in (0, 1, 4)}
    assert LINES[0] in given


@pytest.mark.parametrize(
    ("url", "room", "work", "title"),
    [("/reports", "reports", "report_of", "Annotations of"), ("/review", "consolidation", "doubts_of", "Review queue of")],
)
def test_what_takes_long_is_waited_for_by_the_page(
    made: Streets, monkeypatch: pytest.MonkeyPatch, url: str, room: str, work: str, title: str
) -> None:
    labels_work = import_module(f"labels.{room}.stored")
    hold, real = threading.Event(), getattr(labels_work, work)

    def slow(*arguments: Any) -> Any:
        hold.wait()
        return real(*arguments)

    monkeypatch.setattr(labels_work, work, slow)
    monkeypatch.setattr("webapp.pages.labels_reports.PATIENCE", 0.05)
    client = create_app(made.library()).test_client()
    waiting = client.get(f"{url}?dataset=streets")
    assert (waiting.status_code, waiting.headers["Refresh"], waiting.headers["Cache-Control"]) == (202, "3", "no-store")
    assert title in waiting.text and "worked out" in waiting.text
    assert client.get("/labels?dataset=streets").status_code == 200, "other pages do not wait"
    hold.set()
    monkeypatch.setattr("webapp.pages.labels_reports.PATIENCE", None)
    ready = client.get(f"{url}?dataset=streets")
    assert ready.status_code == 200 and "Refresh" not in ready.headers


def test_shapes_over_the_bound_are_counted_not_drawn(made: Streets) -> None:
    from dataclasses import replace

    item = made.library().current().labels.labeled((made.items[0],))[0]
    boxes = item.labelings[1]
    many = replace(boxes, annotations=boxes.annotations * 200)
    drawing = drawing_of(item, (many,))
    assert (len(drawing.shapes), drawing.cut) == (400, 200)


def test_colours_are_the_same_everywhere_and_never_markup() -> None:
    assert color_of(CAR) == color_of(CAR) < COLORS
    assert safe_color("#2ca02C") == "#2ca02C"
    assert safe_color("red;}") == safe_color("#2ca02c\n") == safe_color("url(x)") == ""


def test_without_labels_the_page_says_how_to_bring_them_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path)
    client = create_app(lab.library()).test_client()
    assert client.get("/labels", headers={"Accept": "text/html"}).status_code == 503
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab.ingest(patient(), dataset="clinic")
    client = create_app(lab.library()).test_client()
    assert "commissure ingest manifest output.manifest" in get(client, "/labels").text
    assert client.get("/api/v1/labels").json["datasets"] == []
    assert client.get("/api/v1/items").json == {"total": 0, "items": [], "facets": {}, "cursor": None, "generation": 1} | {
        "facets": {name: [] for name in ("job", "agent", "state", "attribute", "worker")}
    }


def test_items_without_a_label_are_counted_and_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    manifest = tmp_path / "input.manifest"
    objects = [{"source-ref": f"s3://b/{number}.png"} for number in range(2)]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in [*objects, {"source": "A text to label"}]))
    lab.ingest_path(manifest, "todo", format="manifest")
    client = create_app(lab.library()).test_client()
    assert client.get("/api/v1/labels").json["datasets"][0]["unlabeled"] == {"Image": 2, "Text": 1}
    page = get(client, "/labels?dataset=todo")
    links = [one["href"] for tag, one in page.elements if tag == "a" and one["href"].startswith("/search?dataset=todo&type=")]
    assert ["2 documents" in get(client, links[0]).text, "1 document" in get(client, links[1]).text] == [True, True]
    assert "No item is labeled yet" in page.text and "2 images without a label" in page.text and "1 text without a label" in page.text
    assert get(client, "/reports?dataset=todo").text.count("unlabeled") >= 1
    assert client.get("/review?dataset=todo").status_code == 200


def test_no_two_classes_of_a_list_have_one_colour(made: Streets, client: FlaskClient) -> None:
    for dataset in made.library().current().labels.datasets():
        colours = colors_of((dataset,))
        assert len(set(colours.values())) == len(dataset.classes)
    html = client.get("/labels?dataset=streets").text
    tree = html[html.index('class="tree"') : html.index("</section>", html.index('class="tree"'))]
    swatches = re.findall(r'swatch (c\d+)"', tree)
    assert len(swatches) > 4 and len(set(swatches)) == len(swatches)
    css = (Path("webapp") / "static" / "commissure.css").read_text()
    drawn = dict(re.findall(r"\.(c\d+) \{ --c: (#[0-9a-f]{6}); \}", css))
    assert len(drawn) == len(set(drawn.values())) == COLORS
