"""The pages as HTML, without a browser: what they say, where they link, and what they do with hostile and missing data."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from concepts.model import Assertion
from graph.model import Edge, Neighbourhood, NodeSummary
from graph.vocabulary import CODE, ENCOUNTER, HAS_BODY, HAS_CONDITION, HAS_TARGET, KG, SUBJECT
from search.errors import InvalidRequest
from search.model import Evidence, Fact, Hit, Mode, SearchRequest, SearchResult, Shared, Span
from search.tables import cell
from tests.ingest.exports import Lab, write
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Shelf, empty
from tests.webapp.two_patients import note
from webapp.app import create_app
from webapp.pages import wording
from webapp.pages.charted import charted, level_of
from webapp.pages.connections import Depth, connections
from webapp.pages.glance import Glance, glance_of
from webapp.pages.patient import _event_of_thing
from webapp.pages.timeline import timeline_of
from webapp.pages.wording import measured
from webapp.settings import WebSettings

PAGES = (
    "/",
    "/search?q=cisplatin",
    "/search",
    "/search?q=nothing-has-this-word&dataset=demo&from=1990",
    f"/document?id={quote(f.ONCOLOGY_NOTE)}&start=29&end=108&q=cisplatin",
    f"/document?id={quote(f.HOSTILE_NOTE)}",
    f"/node?id={quote(f.CISPLATIN)}",
    f"/node?id={quote(f.ROSA)}",
    f"/patient?id={quote(f.ROSA)}",
    "/patients",
    "/data",
    f"/data/runs/{f.RUN}",
    f"/data/runs/{f.FAILED_RUN}",
    f"/record?id={quote(f.ROSA)}",
)
VOID = frozenset(("meta", "link", "input", "br", "img", "hr"))
FOREIGN = frozenset(("path",))


class Page(HTMLParser):
    """What the tests ask of a page: its elements, its links, its text; and whether every element is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def links(self) -> list[str]:
        return [given["href"] for tag, given in self.elements if tag == "a" and "href" in given]

    def having(self, name: str, value: str) -> list[dict[str, str]]:
        return [given for _, given in self.elements if value in given.get(name, "").split()]


def get(client: FlaskClient, url: str, status: int = 200) -> Page:
    answer = client.get(url, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


@pytest.mark.parametrize("url", PAGES)
def test_page_is_well_formed_and_keeps_the_content_policy(client: FlaskClient, url: str) -> None:
    page = get(client, url)
    assert len(page.ids) == len(set(page.ids))
    for tag, given in page.elements:
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
        assert tag != "style"
        if tag == "script":
            assert given.get("src", "").startswith("/static/") or given.get("type") == "application/json"
        if tag == "a" and "href" in given:
            assert given["href"].startswith(("/", "#"))
    assert [given for tag, given in page.elements if tag == "html"] == [{"lang": "en"}]
    assert len([tag for tag, _ in page.elements if tag == "h1"]) == 1


@pytest.mark.parametrize("url", PAGES)
def test_links_to_pages_lead_somewhere(client: FlaskClient, url: str) -> None:
    for link in dict.fromkeys(get(client, url).links()):
        path = link.split("#")[0]
        if path and not path.startswith(("/api/", "/record")):
            assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, link


@pytest.mark.parametrize("url", PAGES)
def test_anchors_exist(client: FlaskClient, url: str) -> None:
    page = get(client, url)
    assert {link[1:] for link in page.links() if link.startswith("#")} <= set(page.ids)


def test_search_asks_what_the_address_says(client: FlaskClient, library: Shelf) -> None:
    client.get(
        "/search",
        query_string=[
            ("q", "metformin dose"),
            ("dataset", "demo"),
            ("dataset", "letters"),
            ("patient", f.MILAN),
            ("type", "Progress note"),
            ("concept", f.METFORMIN),
            ("from", "2019-05"),
            ("to", "2024"),
            ("mode", "lexical"),
            ("page", "3"),
        ],
    )
    asked = library.requests[0]
    assert asked.query == "metformin dose"
    assert asked.filters.datasets == ("demo", "letters")
    assert asked.filters.patients == (f.MILAN,)
    assert asked.filters.types == ("Progress note",)
    assert asked.filters.concepts == (f.METFORMIN,)
    assert (asked.filters.date_from, asked.filters.date_to) == ("2019-05", "2024")
    assert asked.mode is Mode.LEXICAL
    assert (asked.limit, asked.offset) == (10, 20)
    assert asked.join
    assert asked.facets


def test_hit_shows_passage_answer_highlights_and_evidence(client: FlaskClient) -> None:
    html = client.get("/search?q=cisplatin+paclitaxel").text
    first = html[html.index('id="hit-1"') : html.index('id="hit-2"')]
    assert "Oncology visit" in first
    assert "Rosa Lindqvist" in first
    assert "2024-03-18" in first
    assert '<mark class="answer term">cisplatin</mark>' in first or '<mark class="term answer">cisplatin</mark>' in first
    assert '<mark class="answer">' in first
    assert 'class="chip a-negated"' in first
    assert '<span class="sr">not </span>' in first
    assert "demo/DocumentReference.ndjson:1" in first
    assert f"/data/runs/{f.RUN}" in first
    assert re.search(r"<td>0\.\d{3}</td>", first)
    document = unescape(re.search(r'href="(/document[^"]*)"', first)[1])  # type: ignore[index]
    start, end = int(query(document)["start"][0]), int(query(document)["end"][0])
    text = f.ONCOLOGY_TEXT
    assert text[start:end].removeprefix("# History of present illness").strip().startswith("Woman treated with cisplatin")


def test_facet_links_add_a_filter_and_chips_take_it_away(client: FlaskClient) -> None:
    page = get(client, "/search?q=metformin&mode=lexical&dataset=demo")
    adding = [link for link in page.links() if query(link).get("type") == ["Progress note"]]
    assert query(adding[0]) == {"q": ["metformin"], "dataset": ["demo"], "type": ["Progress note"], "mode": ["lexical"]}
    removing = [given for given in page.having("href", "/search?q=metformin&mode=lexical") if "Remove" in given.get("aria-label", "")]
    assert [given["aria-label"] for given in removing] == ["Remove the filter Dataset: demo"]


def test_no_hits_say_what_each_filter_costs(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin&type=Progress+note&dataset=letters")
    assert "Nothing fits" in page.text
    assert "1 document without dataset letters" in page.text
    assert "still nothing without type Progress note" in page.text
    assert "3 documents without any filter" in page.text or "2 documents without any filter" in page.text


def test_no_hits_suggest_concepts(client: FlaskClient) -> None:
    page = get(client, "/search?q=taxol&mode=lexical&literal=true")
    assert "paclitaxel" in page.text
    assert f"/search?concept={quote(f.PACLITAXEL, safe=':/')}" in page.links()


def test_bad_request_is_explained_and_the_form_kept(client: FlaskClient, library: Shelf) -> None:
    library.fail = InvalidRequest("from", "'yesterday' is no date: use YYYY, YYYY-MM or YYYY-MM-DD")
    page = get(client, "/search?q=cisplatin&from=yesterday", 400)
    assert "from: 'yesterday' is no date" in page.text
    assert [given["value"] for given in page.having("name", "from") if given.get("type") != "hidden"] == ["yesterday"]


def test_pages_keep_the_question_and_turn(app: Flask, library: Shelf) -> None:
    library.answer = lambda search, request: replace(search(replace(request, offset=0)), total=25)
    page = get(app.test_client(), "/search?q=metformin&page=2&mode=lexical")
    assert "Page 2 of 3" in page.text
    turning = {given.get("rel"): given["href"] for tag, given in page.elements if tag == "a" and given.get("rel")}
    assert turning == {"prev": "/search?q=metformin&mode=lexical", "next": "/search?q=metformin&mode=lexical&page=3"}


def test_list_holds_every_node_of_the_picture(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin")
    rows = [given for _, given in page.elements if "data-n" in given]
    assert sorted(int(given["data-n"]) for given in rows) == list(range(len(rows)))
    assert {given["data-group"] for given in rows} >= {"hit", "patient", "encounter", "condition", "medication"}
    html = client.get("/search?q=cisplatin").text
    picture = json.loads(re.search(r'id="lines">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    assert picture["lines"]
    assert all(source < len(rows) and target < len(rows) for source, target, _, _ in picture["lines"])
    assert "charted in its encounter" in picture["labels"]


def test_shared_nodes_become_filters(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin")
    assert "2 of 2 hits" in page.text
    filters = [query(given["href"]) for given in page.having("class", "small")]
    assert {"q": ["cisplatin"], "concept": [f.OVARIAN_CANCER]} in filters
    assert {"q": ["cisplatin"], "patient": [f.ROSA]} in filters


def test_graph_down_is_said_once_and_hits_remain(library: Shelf) -> None:
    library.lose_graph()
    client = create_app(library).test_client()
    page = get(client, "/search?q=cisplatin")
    assert page.text.count("The graph cannot be read") == 1
    assert "Try again" in page.text
    assert page.having("id", "hit-1")
    assert not page.having("id", "connections")
    assert "cannot be reached" in get(client, f"/node?id={quote(f.CISPLATIN)}").text
    assert "Rosa Lindqvist" in get(client, f"/patient?id={quote(f.ROSA)}").text
    assert "cannot be reached" in get(client, "/data").text


def test_nothing_loaded_gives_the_one_command(library: Shelf) -> None:
    library.show(empty())
    client = create_app(library).test_client()
    for url in ("/", "/search?q=x"):
        assert "commissure demo" in get(client, url).text
    assert "Nothing is published yet" in get(client, "/data").text
    assert "commissure demo" in get(client, f"/patient?id={quote(f.ROSA)}", 503).text


def test_document_marks_mentions_by_assertion(client: FlaskClient) -> None:
    page = get(client, f"/document?id={quote(f.ONCOLOGY_NOTE)}")
    html = client.get(f"/document?id={quote(f.ONCOLOGY_NOTE)}").text
    note = html[html.index('id="text"') :]
    assert re.search(r'<mark class="m m-affirmed mk-medication first last" id="m\d"[^>]*>cisplatin</mark>', note)
    assert re.search(r'<mark class="m m-negated mk-[a-z]+ first last"[^>]*><span class="sr">not </span>neuropathy</mark>', note)
    assert re.search(r'<mark class="m m-family mk-[a-z]+ first last"[^>]*><span class="sr">in the family </span>hypertension</mark>', note)
    assert "demo/DocumentReference.ndjson:1" in page.text
    assert re.findall(r'<li><a href="#s\d+"><bdi>(.*?)</bdi>', html) == ["History of present illness", "Plan"]


def test_what_has_two_codes_is_charted_once(library: Shelf, client: FlaskClient) -> None:
    url = f"/document?id={quote(f.ONCOLOGY_NOTE)}"
    before = client.get(url).text
    assert "Charted in the encounter" in before
    catalog = f.real().current().catalog

    def coded_twice(encounter: str) -> tuple[Fact, ...]:
        facts = catalog.facts_of_encounter(encounter)
        return facts + tuple(replace(fact, concept="http://other.example/code") for fact in facts if fact.concept)

    library.catalog = f.Part(catalog, facts_of_encounter=coded_twice)
    assert client.get(url).text == before


SECOND_NOTE = f"{f.ONCOLOGY_NOTE}-2"


def _label_and_copy(lab: Lab) -> None:
    """Twenty-two labeled texts about the note, one of them the whole of it, and the note once more under another name."""
    named = {"record": f.ONCOLOGY_NOTE, "patient": f.ROSA}
    texts = [f.ONCOLOGY_TEXT, *(f"Part {number} of the note." for number in range(21))]
    about = {"job-name": "labeling-job/tone", "type": "groundtruth/text-classification", "human-annotated": "yes", "class-name": "calm"}
    about |= {"creation-date": "2024-03-01T10:00:00", "confidence": 0.9}
    lines = [{"source": text, **named, "tone": 0, "tone-metadata": about} for text in texts]
    lab.ingest_path(write(lab.folder / "tone.manifest", *lines), "tones", format="manifest")
    again = note(SECOND_NOTE, f.ROSA, f.ROSA_VISIT, "Oncology note", "A <second> note", "2024-03-18", f.ONCOLOGY_TEXT)
    lab.ingest_path(write(lab.folder / "again" / "DocumentReference.ndjson", again).parent, f.DATASET)


def test_document_leads_to_its_labels_and_copies(library: Shelf, client: FlaskClient) -> None:
    url = f"/document?id={quote(f.ONCOLOGY_NOTE)}"
    assert not {"Labeled as", "With the same text"} & set(get(client, url).text.splitlines())
    library.show(f.changed(_label_and_copy))
    items = sorted(one.id for one, _ in library.current().graph.neighbours(f.ONCOLOGY_NOTE, relation=f"{KG}about", limit=50).neighbours)
    assert len(items) == 22
    html = client.get(url).text
    about = html[html.index("Labeled as") : html.index("With the same text")]
    assert [unquote(one) for one in re.findall(r'href="/item\?id=([^"&]+)"', about)] == items[:20]
    assert "2 more in the graph" in about
    copies = html[html.index('id="copies"') :]
    assert "/item?" not in copies and SECOND_NOTE in unquote(copies) and "A &lt;second&gt; note" in copies
    answer = client.get(f"/api/v1/documents?id={quote(f.ONCOLOGY_NOTE)}").json
    assert answer is not None and [one["id"] for one in answer["copies"]] == [SECOND_NOTE]
    library.lose_graph()
    assert "Labeled as" not in get(client, url).text


@pytest.mark.parametrize(
    ("value", "number", "unit", "shown"),
    [
        ("36.5 °C", 36.5, "°C", "36.5 °C"),
        ("98%", 98.0, "%", "98%"),
        ("98", 98.0, "%", "98 %"),
        ("1234567.5", 1234567.5, None, "1234567.5"),
        (None, 1234567.5, "g", "1234567.5 g"),
        ("positive", None, None, "positive"),
        (None, None, "g", ""),
    ],
)
def test_values_are_shown_with_their_unit_once(value: str | None, number: float | None, unit: str | None, shown: str) -> None:
    assert measured(value, number, unit) == shown


def test_document_opens_at_a_span(client: FlaskClient) -> None:
    html = client.get(f"/document?id={quote(f.ONCOLOGY_NOTE)}&start=29&end=62").text
    text = f.ONCOLOGY_TEXT
    marked = "".join(re.findall(r'<mark class="[^"]*\bspan\b[^"]*"[^>]*>(.*?)</mark>', html))
    assert marked == text[29:62]
    assert html.count('id="span"') == 1


@pytest.mark.parametrize("span", ["start=-5&end=3", "start=9999&end=10000", "start=5&end=2", "start=x&end=y", "start=3"])
def test_impossible_spans_do_no_harm(client: FlaskClient, span: str) -> None:
    get(client, f"/document?id={quote(f.ONCOLOGY_NOTE)}&{span}")


def test_hostile_text_is_shown_as_text(client: FlaskClient) -> None:
    for url in (f"/document?id={quote(f.HOSTILE_NOTE)}", "/search?q=metformin+continued", f"/patient?id={quote(f.MILAN)}"):
        html = client.get(url).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html
        assert "\x00" not in html
    page = get(client, f"/document?id={quote(f.HOSTILE_NOTE)}")
    note = page.text
    assert "<script>alert('note')</script> </textarea></pre><b>bold</b> &amp; &lt;" in note
    assert "U+202E" in note
    assert "{{ 7 * 7 }} ${7*7}" in note
    assert "\U0001f468\u200d\U0001f469\u200d\U0001f467" in note


@pytest.mark.parametrize("value", ['"><script>alert(1)</script>', "\u202e'onmouseover=alert(1)//", "%00", "a" * 3000])
def test_hostile_parameters_are_shown_as_text(client: FlaskClient, value: str) -> None:
    for url in (
        "/search?q=",
        "/search?q=x&type=",
        "/search?q=x&concept=",
        "/search?q=x&from=",
        "/document?id=",
        "/node?id=",
        "/data/runs/",
    ):
        answer = client.get(url + quote(value, safe=""), headers={"Accept": "text/html"})
        assert answer.status_code in (200, 400, 404), answer.text
        assert "<script>alert(1)" not in answer.text
        Page(answer.text)


def test_patient_page_marks_what_does_not_count(client: FlaskClient) -> None:
    html = client.get(f"/patient?id={quote(f.ROSA)}").text
    row = next(row for row in html[html.index('id="table"') :].split("<tr") if "Neuropathy" in row)
    assert 'class="uncounted"' in row
    assert "not counted: <bdi>negated (refuted)</bdi>" in row
    page = get(client, f"/patient?id={quote(f.ROSA)}")
    assert "died at 63 on 2025-01-05" in page.text
    assert "born 1961-04" in page.text


def test_patient_lanes_filter(client: FlaskClient) -> None:
    page = get(client, f"/patient?id={quote(f.ROSA)}&kind=medication")
    table = page.text[page.text.index("Everything, newest first") :]
    assert "paclitaxel" in table
    assert "Neuropathy" not in table
    lanes = page.having("aria-pressed", "true")
    assert [query(given["href"]) for given in lanes] == [{"id": [f.ROSA]}]


def test_timeline_is_drawn_by_the_server(client: FlaskClient) -> None:
    html = client.get(f"/patient?id={quote(f.ROSA)}").text
    drawn = html[html.index('id="lanes"') : html.index("</svg>", html.index('id="lanes"'))]
    assert 'data-drawn="8"' in html
    assert len(re.findall(r"<(?:rect|use) [^>]*class=\"t-", drawn)) == 7
    assert drawn.count("no end stated") == 1, "a problem goes on; what is dated to the month does not last for a month"
    assert "2 documents" in drawn, "what stands at one place is one mark"
    (refuted,) = re.findall(r"<title>[^<]*Neuropathy[^<]*</title><\w+ [^>]*>", drawn)
    assert "hollow" in refuted and "not counted: negated (refuted)" in refuted
    only = client.get(f"/patient?id={quote(f.ROSA)}&kind=medication").text
    assert 'data-drawn="2"' in only and "Neuropathy" not in only[only.index('id="lanes"') :]


def test_node_groups_open_without_a_script(client: FlaskClient) -> None:
    closed = get(client, f"/node?id={quote(f.ROSA)}")
    toggles = closed.having("class", "toggle")
    assert {given["aria-expanded"] for given in toggles} == {"false"}
    documents = next(given for given in toggles if "DocumentReference" in given["href"])
    opened = get(client, documents["href"])
    assert "Follow-up after chemotherapy" in opened.text
    rows = client.get(documents["data-fragment"]).text
    assert "Follow-up after chemotherapy" in rows
    assert "<html" not in rows
    again = next(given for given in opened.having("class", "toggle") if "DocumentReference" in given["data-key"])
    assert again["aria-expanded"] == "true"
    assert "expand" not in query(again["href"])


def test_concept_page_counts_lead_to_patients_and_documents(client: FlaskClient) -> None:
    page = get(client, f"/node?id={quote(f.OVARIAN_CANCER)}")
    assert "SNOMED CT 363443007" in page.text
    assert "Malignant tumor of ovary" in page.text
    assert "1 patient has it charted" in page.text
    assert any(query(link) == {"id": [f.ROSA]} for link in page.links() if link.startswith("/patient"))
    assert any(query(link) == {"concept": [f.OVARIAN_CANCER]} for link in page.links() if link.startswith("/search"))


def test_data_and_run_pages_count_and_name_rejects(client: FlaskClient, library: Shelf) -> None:
    library.show(f.newer())
    data = get(client, "/data")
    assert "8 of 8 passages" in data.text
    assert "1 of 2 passages" in data.text
    assert "2 to records that this dataset does not hold" in data.text
    run = get(client, f"/data/runs/{f.RUN}")
    for words in ("Condition.ndjson", "the JSON does not parse", "onsetDateTime"):
        assert words in run.text
    rejects = get(client, f"/data/runs/{f.RUN}?severity=reject")
    assert "the text is at a URL" in run.text
    assert "the text is at a URL" not in rejects.text
    assert "is required and not there" in rejects.text
    assert "the JSON does not parse" in get(client, f"/data/runs/{f.FAILED_RUN}").text


def test_record_shows_the_source_as_it_came(client: FlaskClient, library: Shelf) -> None:
    page = get(client, f"/record?id={quote(f.ROSA)}")
    assert '"birthDate": "1961-04"' in page.text
    assert "Patient.ndjson, line 1" in page.text and "exports/" not in page.text
    closed = create_app(library, settings=WebSettings(raw_records=False)).test_client()
    assert "birthDate" not in get(closed, f"/record?id={quote(f.ROSA)}", 404).text


@pytest.mark.parametrize("url", ["/document?id=x", "/patient?id=x", "/record?id=x", "/data/runs/x", "/node?id=urn:nothing", "/nowhere"])
def test_what_is_not_there_is_said(client: FlaskClient, url: str) -> None:
    page = get(client, url, 404)
    assert "Back to the start" in page.text


def test_long_text_comes_in_parts_and_links_find_theirs(library: Shelf) -> None:
    catalog = f.real().current().catalog
    long = "word " * 100_000 + "metformin " + "x" * 500_000
    place = long.index("metformin")
    noted = catalog.document(f.DIABETES_NOTE)
    assert noted is not None
    mention = replace(noted.mentions[1], start=place, end=place + 9)
    grown = replace(noted, text=long, mentions=(mention,), passages=())
    library.catalog = f.Part(catalog, document=lambda _: grown)
    client = create_app(library).test_client()
    first = get(client, f"/document?id={quote(f.DIABETES_NOTE)}")
    assert "shown in 5 parts" in first.text
    there = next(link for link in first.links() if link.endswith("#m1"))
    assert 'id="m1"' in client.get(there.split("#")[0]).text
    at_span = client.get(f"/document?id={quote(f.DIABETES_NOTE)}&start={place}&end={place + 9}").text
    assert 'id="span"' in at_span or "span" in at_span
    assert len(at_span) < 300_000


def test_first_page_of_results_is_small(client: FlaskClient) -> None:
    assert len(client.get("/search?q=cisplatin+metformin").data) <= 60_000


def test_pages_work_without_built_scripts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp import pages

    plain = pages.asset
    monkeypatch.setitem(client.application.jinja_env.globals, "asset", lambda name: "" if name.startswith("dist/") else plain(name))
    search = get(client, "/search?q=cisplatin")
    assert not search.having("id", "canvas")
    assert search.having("class", "no-picture")
    assert "Rosa Lindqvist" in search.text
    patient = get(client, f"/patient?id={quote(f.ROSA)}")
    assert patient.having("id", "lanes")
    assert "cisplatin" in patient.text


def test_hits_as_table_for_a_spreadsheet(client: FlaskClient, library: Shelf) -> None:
    page = get(client, "/search?q=cisplatin&dataset=demo&page=1")
    link = next(link for link in page.links() if link.startswith("/search.csv") and "rows" not in link)
    assert query(link) == {"q": ["cisplatin"], "dataset": ["demo"]}
    answer = client.get(link)
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["rank"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    first = next(row for row in rows if row["document"] == f.ONCOLOGY_NOTE)
    assert first["patient_id"] == f.ROSA
    assert int(first["line"]) > 0
    assert first["record"] == f.ONCOLOGY_NOTE
    assert all(row["source"] and not row["source"].startswith("/") for row in rows), "paths within the export, not the server's"
    patients = next(link for link in page.links() if link.startswith("/search.csv") and "rows=patients" in link)
    (rosa,) = [row for row in csv.DictReader(io.StringIO(client.get(patients).text)) if row["patient_id"] == f.ROSA]
    assert (rosa["patient"], rosa["hits"], rosa["best_rank"]) == ("Rosa Lindqvist", str(sum(r["patient_id"] == f.ROSA for r in rows)), "1")
    assert rosa["first_date"] <= rosa["last_date"] == max(row["date"] for row in rows if row["patient_id"] == f.ROSA)
    assert client.get("/search.csv?q=x&from=yesterday").status_code in (200, 400)


def test_alternatives_say_or_and_concepts_do_not(client: FlaskClient) -> None:
    address_ = f"/search?type=Oncology+note&type=Progress+note&concept={quote(f.DIABETES)}&concept={quote(f.METFORMIN)}"
    page = get(client, address_)
    chosen = page.text[page.text.index("Chosen filters") :] if "Chosen filters" in page.text else page.text
    assert len(re.findall(r"\bor (?:Type|Document type)", chosen)) == 1
    assert not re.search(r"\bor Concept", chosen)


def test_what_is_not_there_or_not_supported_is_said_in_words(client: FlaskClient) -> None:
    for address_, words in (
        ("/search?q=x&dataset=nope", "there is no dataset 'nope'"),
        ("/search?q=x&patient=p1", "'p1' is not the IRI of a patient"),
        ("/search?q=diab*", "does not stand for the rest of a word"),
    ):
        answer = client.get(address_)
        assert answer.status_code == 400
        assert words.replace("'", "&#39;") in answer.text
        table = client.get(address_.replace("/search?", "/search.csv?"))
        assert table.status_code == 400
        rest = client.get(address_.replace("/search?", "/api/v1/search?"))
        assert rest.status_code == 400
        assert words in rest.json["errors"][0]["detail"]
    said = client.get("/search?q=cisplatin&type=Nope")
    assert (said.status_code, "Nothing published has the type" in said.text) == (200, True)


def test_no_cell_of_the_table_is_a_formula() -> None:
    assert [cell(value) for value in ("=1+1", "+1", "-1", "@a", "\tb", "plain", -1.5)] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@a",
        "'\tb",
        "plain",
        -1.5,
    ]


def test_pages_are_kept_by_no_shared_cache(client: FlaskClient) -> None:
    for url in PAGES:
        assert "private" in client.get(url).headers["Cache-Control"] or "no-store" in client.get(url).headers["Cache-Control"], url
    assert "private" not in client.get("/static/commissure.css").headers["Cache-Control"]


def test_searches_of_the_page_are_measured(client: FlaskClient) -> None:
    def searches() -> float:
        found = re.findall(r'^commissure_searches_total\{complete="\w+"\} (\S+)', client.get("/metrics").text, re.MULTILINE)
        return sum(map(float, found))

    before = searches()
    client.get("/search?q=cisplatin")
    assert searches() == before + 1


def _picture(
    edges: tuple[Edge, ...], kinds: dict[str, str], groups: dict[str, str], concepts: tuple[tuple[str, str, Assertion], ...]
) -> SearchResult:
    """A result of one hit, `note`, with this neighbourhood."""
    evidence = Evidence("note", "note", "a.ndjson", 1, "run", 0, 4)
    hit = Hit(
        1,
        "note",
        "Note",
        "demo",
        "DocumentReference",
        "Note",
        "pat",
        "Pat",
        "enc",
        None,
        1.0,
        {},
        "",
        Span(0, 4, "text"),
        (),
        None,
        (),
        concepts,
        evidence,
    )
    nodes = tuple(NodeSummary(name, kind, name, False) for name, kind in kinds.items())
    return SearchResult(1, True, 1, (hit,), Neighbourhood(nodes, edges, ()), groups, (), {})


KINDS = {"note": "DocumentReference", "pat": "Patient", "enc": "Encounter", "cond": "Condition", "copd": "Concept"}
EDGES = (
    Edge("note", SUBJECT, "pat", 1, ()),
    Edge("note", ENCOUNTER, "enc", 1, ()),
    Edge("cond", ENCOUNTER, "enc", 1, ()),
    Edge("cond", CODE, "copd", 1, ()),
    Edge("pat", HAS_CONDITION, "copd", 1, ()),
)


def _drawn(result: SearchResult) -> set[tuple[str, str, str, str]]:
    joined = connections(result)
    names = {point.number: point.id for point in joined.points}
    return {(names[line.source], line.label, names[line.target], line.style) for line in joined.lines}


def test_what_is_charted_in_a_hits_encounter_hangs_on_the_hit() -> None:
    result = _picture(EDGES, KINDS, {"copd": "condition"}, ())
    assert _drawn(result) == {("note", "about", "pat", "charted"), ("note", "charted in its encounter", "copd", "charted")}
    points = {point.id: point for point in connections(result).points}
    assert points["copd"].group == "condition"
    assert points["copd"].ties == (("charted in its encounter", (1,)),)
    assert points["enc"].depth is Depth.LISTED
    assert points["copd"].depth is Depth.ALWAYS


@pytest.mark.parametrize(
    ("assertion", "label", "style"),
    [
        (Assertion.AFFIRMED, "mentions, charted in its encounter", "charted"),
        (Assertion.NEGATED, "denies, charted in its encounter", "denied"),
        (Assertion.FAMILY, "mentions (family), charted in its encounter", "mentioned"),
    ],
)
def test_a_mention_of_what_is_charted_says_both(assertion: Assertion, label: str, style: str) -> None:
    result = _picture(EDGES, KINDS, {"copd": "condition"}, (("copd", "COPD", assertion),))
    assert ("note", label, "copd", style) in _drawn(result)


def test_a_text_that_denies_and_affirms_affirms() -> None:
    both = (("copd", "COPD", Assertion.AFFIRMED), ("copd", "COPD", Assertion.NEGATED))
    kinds = {"note": "DocumentReference", "pat": "Patient", "copd": "Concept", "annotation": "Annotation"}
    mention = (Edge("annotation", HAS_TARGET, "note", 1, ()), Edge("annotation", HAS_BODY, "copd", 1, ()))
    result = _picture((EDGES[0], *mention), kinds, {}, both)
    assert ("note", "mentions", "copd", "mentioned") in _drawn(result)


@pytest.mark.parametrize(("relation", "style"), [("denies", "denied"), ("affirms", "mentioned"), ("attributesToFamily", "mentioned")])
def test_what_a_text_says_is_never_drawn_as_charted(relation: str, style: str) -> None:
    said = Edge("note", f"{KG}{relation}", "copd", 1, ())
    drawn = [line for line in _drawn(_picture((EDGES[0], said), KINDS, {}, ())) if line[2] == "copd"]
    assert [line[3] for line in drawn] == [style]


def _result_of(number: float, day: str, **rest: object) -> Fact:
    return Fact(f"r{day}", "demo", "pat", "observation", "loinc", "Creatinine", day, value=str(number), number=number, unit="mg/dL", **rest)  # type: ignore[arg-type]


def _glance(*facts: Fact) -> Glance:
    return glance_of(charted(facts), lambda _: None)


def test_glance_keeps_the_newest_value_and_its_course() -> None:
    glance = _glance(_result_of(1.9, "2024-03-01"), _result_of(0.9, "2023-01"), _result_of(1.2, "2023-06-01"))
    (series,) = glance.results
    assert (series.value, series.date, series.times) == ("1.9 mg/dL", "2024-03-01", 3)
    assert series.spoken == "from 0.9 to 1.9, lowest 0.9, highest 1.9"
    assert series.line.count("L") == 2


def test_a_date_of_issue_is_named_where_it_is_shown() -> None:
    things = charted([_result_of(5, "2024-05-01", attributes="start: issued"), _result_of(5, "2024-04-01")])
    assert [thing.dated for thing in things] == ["issued", ""]
    assert glance_of(things, lambda _: None).results[0].dated == "issued"
    rows = timeline_of([_event_of_thing(thing) for thing in things], "pat").rows
    assert {dot.said.splitlines()[0] for row in rows for dot in row.dots} == {"issued 2024-05-01", "2024-04-01"}


def test_glance_draws_a_bound_as_a_bound() -> None:
    below = replace(_result_of(5, "2024-05-01"), value="<5 mg/dL", comparator="<")
    glance = _glance(_result_of(9, "2024-03-01"), _result_of(8, "2024-04-01"), below, _result_of(7, "2024-06-01"))
    (series,) = glance.results
    assert series.spoken == "from 9 to 7, lowest 7, highest 9; bounds only: <5 mg/dL"
    assert [words for _, _, words in series.bounds] == ["<5 mg/dL"]
    assert (series.line.count("M"), series.line.count("L")) == (2, 1), "the line breaks at the bound"
    assert series.bounds[0][1] == "16.0"


@pytest.mark.parametrize(
    ("number", "comparator", "level"),
    [
        *((5, "<", ""), (5, "", ""), (3, "<", "low"), (3, "<=", ""), (2, "<=", "low"), (10, ">", "high"), (10, ">=", ""), (5, ">", "")),
        *((20, "<", ""), (1, ">", ""), (20, "ad", ""), (20, "", "high"), (1, "", "low")),
    ],
)
def test_a_bound_is_high_or_low_only_where_that_is_sure(number: float, comparator: str, level: str) -> None:
    fact = replace(_result_of(number, "2024"), comparator=comparator, attributes="interpretation: <\nlow: 3\nhigh: 10")
    assert level_of(fact) == level


def test_glance_tells_a_relatives_condition_apart() -> None:
    own = Fact("c1", "demo", "pat", "condition", "x", "Asthma", "2019", status="active")
    resolved = Fact("c2", "demo", "pat", "condition", "y", "Shingles", "2021-06-22", "2021-07-20", status="resolved")
    mother = Fact("f1", "demo", "pat", "condition", "z", "Breast cancer", assertion=Assertion.FAMILY, counted=False)
    glance = _glance(resolved, own, mother)
    assert [(c.label, c.first, c.last) for c in glance.problems] == [("Asthma", "2019", ""), ("Shingles", "2021-06-22", "2021-07-20")]
    assert [(one.label, one.why) for one in glance.family] == [("Breast cancer", "a relative's")]
    assert glance.told == ()


def test_a_record_with_two_codes_is_one_event() -> None:
    once = f.real().current().catalog.facts_of_patient(f.ROSA)
    twice = charted((*once, *(replace(fact, concept="http://other.example/code") for fact in once)))
    assert [thing.fact for thing in twice] == [thing.fact for thing in charted(once)]
    assert all("http://other.example/code" in thing.concepts for thing in twice)


def test_two_codings_of_one_record_are_one_node_with_both_codes() -> None:
    snomed, icd = "http://snomed.info/id/13645005", "http://purl.bioontology.org/ontology/ICD10CM/J44.9"
    kinds = {**KINDS, snomed: "Concept", icd: "Concept"}
    del kinds["copd"]
    edges = (*EDGES[:3], *(Edge("cond", CODE, code, 1, ()) for code in (icd, snomed)), Edge("pat", HAS_CONDITION, icd, 1, ("cond",)))
    joined = connections(_picture(edges, kinds, {}, ((icd, "COPD", Assertion.AFFIRMED),)))
    points = {point.id: point for point in joined.points}
    assert icd not in points and "cond" not in points
    assert points[snomed].codes == ("13645005", "J44.9")
    assert points[snomed].label == "cond", "the words of the record"
    assert any(tie == "mentions, charted in its encounter" for tie, _ in points[snomed].ties)


def test_codings_that_the_graph_cut_are_known_from_the_facts() -> None:
    snomed, icd = "http://snomed.info/id/13645005", "http://purl.bioontology.org/ontology/ICD10CM/J44.9"
    kinds = {"note": "DocumentReference", "pat": "Patient", snomed: "Concept", icd: "Concept"}
    edges = (EDGES[0], Edge("pat", HAS_CONDITION, icd, 1, ("cond",)), Edge("pat", HAS_CONDITION, snomed, 1, ("other",)))
    result = replace(_picture(edges, kinds, {}, ()), codings={"cond": (icd, snomed)})
    assert icd not in {point.id for point in connections(result).points}


def test_things_that_share_one_code_stay_two_things() -> None:
    one, other, icd = "http://snomed.info/id/1", "http://snomed.info/id/2", "http://purl.bioontology.org/ontology/ICD10CM/J44.9"
    kinds = {**KINDS, "cond2": "Condition", one: "Concept", other: "Concept", icd: "Concept"}
    coded = tuple(Edge(record, CODE, code, 1, ()) for record, code in (("cond", one), ("cond", icd), ("cond2", other), ("cond2", icd)))
    has = tuple(Edge("pat", HAS_CONDITION, code, 1, ("cond", "cond2") if code == icd else ()) for code in (one, other, icd))
    edges = (*EDGES[:3], Edge("cond2", ENCOUNTER, "enc", 1, ()), *coded, *has)
    points = {point.id: point.label for point in connections(_picture(edges, kinds, {}, ())).points}
    assert {one: "cond", other: "cond2"}.items() <= points.items()
    assert not {icd, "cond", "cond2"} & points.keys(), "each thing is drawn once"


def test_what_was_refuted_is_a_struck_node_away_from_its_concept() -> None:
    fact = Fact("cond", "demo", "pat", "condition", "copd", "COPD", status="refuted", assertion=Assertion.NEGATED, counted=False)
    result = replace(_picture(EDGES[:4], KINDS, {}, ()), uncounted={"cond": fact})
    joined = connections(result)
    points = {point.id: point for point in joined.points}
    assert points["cond"].why == "negated (refuted)"
    assert "copd" not in points
    assert _drawn(result) >= {("note", "charted in its encounter, not counted: negated (refuted)", "cond", "denied")}
    assert all(style == "denied" for source, _, target, style in _drawn(result) if "cond" in (source, target))


def test_pages_speak_words_that_researchers_know(client: FlaskClient) -> None:
    """Terms of the machinery stand in the interface for programs, not on pages."""
    for url in ("/", "/data", "/patients", "/search?q=cisplatin", f"/data/runs/{f.RUN}", f"/patient?id={quote(f.ROSA)}"):
        words = re.sub(r"<script.*?</script>|<[^>]+>", " ", client.get(url).text, flags=re.DOTALL)
        assert not re.search(r"\bquads?\b|\bIRIs?\b|\bGeneration\b", words), url
    assert re.search(r"Every ingest[^>]+>Data as of \d{4}-", client.get("/data").text)
    assert wording.issue_name("mention-traits") != "mention-traits" and wording.issue_name("bad-date") == "bad date"


@pytest.mark.parametrize(
    ("name", "title", "twice"),
    [
        ("Progress note", "Progress note, Medical Oncology", True),
        ("TELEPHONE ENCOUNTER", "Telephone encounter", True),
        ("Telephone encounter Note", "Telephone encounter", True),
        ("Progress note", "Follow-up note", False),
        ("Medical history", "Family medical history", False),
        ("Note", "Letter", False),
        ("Discharge summary", "", False),
    ],
)
def test_a_name_that_the_title_begins_with_is_not_said_again(name: str, title: str, twice: bool) -> None:
    assert wording.is_told_by(name, title) is twice


def test_hits_and_documents_do_not_say_their_type_twice(client: FlaskClient) -> None:
    heads = re.compile(r"<h[12][^>]*>(.*?)</h[12]>\s*<p class=\"meta[^>]*>(.*?)</p>", re.DOTALL)
    for path in ("/search?q=cisplatin", f"/document?id={quote(f.ONCOLOGY_NOTE)}"):
        found = heads.findall(client.get(path).text)
        assert found
        for title, about in found:
            words = re.sub("<[^>]+>", "", title).strip().casefold()
            said = {part.strip().casefold() for part in re.sub("<[^>]+>", "\n", about).split("\n")} - {""}
            assert not {part for part in said if words.startswith(part)}, (title, said)


def test_a_concept_is_told_in_words_of_readers(client: FlaskClient) -> None:
    words = re.sub("<[^>]+>", " ", client.get(f"/node?id={quote(f.CISPLATIN)}").text).casefold()
    assert "mention" in words and "put together from all of its records" in words
    assert not [word for word in ("annotation", "pref label", "in scheme", "notation", "publishing") if word in words]


def test_the_documentation_explains_its_words(client: FlaskClient) -> None:
    lead = re.search(r'<p class="api-lead">(.*?)</p>', client.get("/api/docs").text, re.DOTALL)
    assert lead is not None
    for word in ("IRIs: addresses", "generation, which is counted", "quads: statements"):
        assert word in lead[1], word


def test_patients_whose_charts_share_a_thing_are_named() -> None:
    def answer(search: Callable[[SearchRequest], SearchResult], request: SearchRequest) -> SearchResult:
        found = search(request)
        ranks = tuple(hit.rank for hit in found.hits if hit.patient)
        return replace(found, shared=(Shared(f.DIABETES, "Diabetes", "Concept", "condition", ranks, "chart", 2, 2),))

    html = create_app(Shelf(answer=answer)).test_client().get("/search?q=").text
    row = html[html.index('data-basis="chart"') :].partition("</li>")[0]
    assert "2 of 2 patients" in row
    assert sorted(re.findall(r'href="/patient\?[^"]+"><bdi>([^<]+)</bdi>', row)) == ["Milan Okafor", "Rosa Lindqvist"]
    assert len(re.findall(r'href="#hit-\d+"', row)) == len(row.partition('data-hits="')[2].partition('"')[0].split())
