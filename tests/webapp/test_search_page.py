"""The search page as HTML: what it asks, what hits say, facets and filters, and what it says where nothing fits."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search.errors import InvalidRequest
from search.model import Mode, SearchRequest, SearchResult, Shared
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Shelf
from tests.webapp.page import get, query
from webapp.app import create_app
from webapp.pages import wording


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


def test_shared_nodes_become_filters(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin")
    assert "2 of 2 hits" in page.text
    filters = [query(given["href"]) for given in page.having("class", "small")]
    assert {"q": ["cisplatin"], "concept": [f.OVARIAN_CANCER]} in filters
    assert {"q": ["cisplatin"], "patient": [f.ROSA]} in filters


def test_first_page_of_results_is_small(client: FlaskClient) -> None:
    assert len(client.get("/search?q=cisplatin+metformin").data) <= 60_000


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


def test_searches_of_the_page_are_measured(client: FlaskClient) -> None:
    def searches() -> float:
        found = re.findall(r'^commissure_searches_total\{complete="\w+"\} (\S+)', client.get("/metrics").text, re.MULTILINE)
        return sum(map(float, found))

    before = searches()
    client.get("/search?q=cisplatin")
    assert searches() == before + 1


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


def charts_shared(search: Callable[[SearchRequest], SearchResult], request: SearchRequest) -> SearchResult:
    """The answer, in which the charts of all patients share a thing."""
    found = search(request)
    ranks = tuple(hit.rank for hit in found.hits if hit.patient)
    patients = len({hit.patient for hit in found.hits if hit.patient})
    return replace(found, shared=(Shared(f.DIABETES, "Diabetes", "Concept", "condition", ranks, "chart", patients, patients),))


def test_patients_whose_charts_share_a_thing_are_named() -> None:
    html = create_app(Shelf(answer=charts_shared)).test_client().get("/search?q=").text
    row = html[html.index('data-basis="chart"') :].partition("</li>")[0]
    assert "2 of 2 patients" in re.sub("<[^>]+>", "", row)
    assert sorted(re.findall(r'href="/patient\?[^"]+"><bdi>([^<]+)</bdi>', row)) == ["Milan Okafor", "Rosa Lindqvist"]
    assert len(re.findall(r'href="#hit-\d+"', row)) == len(row.partition('data-hits="')[2].partition('"')[0].split())


@pytest.mark.parametrize("in_charts", [False, True])
@pytest.mark.parametrize("question", ["q=", "q=cisplatin", "q=metformin&mode=lexical"])
def test_every_count_of_what_hits_share_leads_to_what_it_counts(question: str, in_charts: bool) -> None:
    client = create_app(Shelf(answer=charts_shared) if in_charts else Shelf()).test_client()
    hits = {str(hit["rank"]): hit for hit in client.get(f"/api/v1/search?{question}&limit=10").json["hits"]}
    html = client.get(f"/search?{question}").text
    rows = re.findall(r'<li data-hits="([^"]+)">(.*?)</li>', html[html.index("shared-title") :], re.DOTALL)
    followed = 0
    for ranks, row in rows:
        for url, count in re.findall(r'<a href="(/search/shared[^"]+)" data-count="(\d+)">', row):
            page, asked = get(client, unescape(url)), query(unescape(url))
            those = ranks.split() if "node" in asked else list(hits)
            patients = list(dict.fromkeys(hits[rank]["patient"] for rank in those if hits[rank]["patient"]))
            documents = [hits[rank]["document"] for rank in those]
            path, expected = ("/patient", patients) if asked["of"] == ["patients"] else ("/document", documents)
            assert [query(link)["id"][0] for link in page.links() if urlsplit(link).path == path] == expected
            assert [given["data-total"] for _, given in page.elements if "data-total" in given] == [count] == [str(len(expected))]
            followed += 1
        said = re.sub("<[^>]+>", " ", re.sub(r'<a href="/search/shared.*?</a>', "", row, flags=re.DOTALL))
        assert not re.search(r"\d+ +of|\d+ (hits|patients)", said), "a count that leads nowhere"
    assert followed >= 2 * len(rows) > 0


@pytest.mark.parametrize(
    ("query_", "status"),
    [
        ("q=cisplatin&node=urn:nobody&of=hits", 404),
        ("q=cisplatin&of=nodes", 400),
        ("q=cisplatin&of=hits&basis=x", 400),
        ("q=diab*&of=hits", 400),
    ],
)
def test_a_list_of_what_is_not_shared_is_refused(client: FlaskClient, query_: str, status: int) -> None:
    assert client.get(f"/search/shared?{query_}").status_code == status


def test_what_the_address_says_and_nobody_understands_is_told(client: FlaskClient, library: Shelf) -> None:
    page = client.get("/search?q=metformin&assertion=negatd%3Cb%3E&mode=quick&match=well").text
    asked = library.requests[0]
    assert (asked.mode, asked.assertion, asked.match) == (Mode.HYBRID, None, "well")
    assert "“mode=quick” in the address is left out: mode may be hybrid, semantic, lexical." in page
    assert "“assertion=negatd&lt;b&gt;” in the address is left out" in page
    assert "match=well” in the address" not in page
