"""Every page as HTML, without a browser: well formed, linked, in words of readers, and whole where the graph or the data is missing."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from sources.wording import issue_name
from tests.webapp import fixtures as f
from tests.webapp import kept
from tests.webapp.fixtures import Shelf, empty
from tests.webapp.page import Page, get, query
from webapp.app import create_app
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
    f"/patient?id={quote(f.ROSA)}&pin={quote(f.CISPLATIN)}&encounter={quote(f.ROSA_VISIT)}&note={quote(f.ONCOLOGY_NOTE)}&find=a",
    "/canvas",
    f"/canvas?id={quote(f.ROSA)}&node={quote(f.ROSA)}&x=25|out|Concept|kg:hasMedication|*&add=cis&find=cis&hide={quote(f.PACLITAXEL)}",
    "/patients",
    "/cohort",
    f"/cohort?1.what=medication&1.in={quote(f.CISPLATIN)}&2.what=age&2.from=40",
    f"/cohort/rest?1.what=medication&1.in={quote(f.CISPLATIN)}",
    f"/cohort/compare?1.what=medication&1.in={quote(f.CISPLATIN)}&against=sex&outcome={quote(f.CISPLATIN)}",
    f"/cooccurrence?concept={quote(f.CISPLATIN)}",
    "/cooccurrence/pairs",
    "/cooccurrence/pairs?view=matrix",
    "/cooccurrence/pairs?view=network&unit=note",
    "/search/cohort?q=women+with+cisplatin&from=2020",
    "/saved",
    "/saved/sets",
    *("/saved/sets?" + "&".join(f"id={one}" for one in kept.IDS[:several]) for several in (2, 3, 4)),
    *(f"/saved/thing?id={one}" for one in kept.IDS),
    "/saved/questions",
    f"/saved/new/cohort?1.what=medication&1.in={quote(f.CISPLATIN)}",
    "/saved/new/search?q=cisplatin&sex=female",
    "/saved/new/view",
    "/data",
    f"/data/runs/{f.RUN}",
    f"/data/runs/{f.FAILED_RUN}",
    f"/record?id={quote(f.ROSA)}",
)
MOVING = ("/cohort/with?", "/cohort/open?", "/saved/open?")
"""Addresses that lead on to another page."""


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
            assert client.get(path, headers={"Accept": "text/html"}).status_code == (303 if path.startswith(MOVING) else 200), link


@pytest.mark.parametrize("url", PAGES)
def test_anchors_exist(client: FlaskClient, url: str) -> None:
    page = get(client, url)
    assert {link[1:] for link in page.links() if link.startswith("#")} <= set(page.ids)


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


def test_pages_are_kept_by_no_shared_cache(client: FlaskClient) -> None:
    for url in PAGES:
        assert "private" in client.get(url).headers["Cache-Control"] or "no-store" in client.get(url).headers["Cache-Control"], url
    assert "private" not in client.get("/static/commissure.css").headers["Cache-Control"]


def test_pages_speak_words_that_researchers_know(client: FlaskClient) -> None:
    """Terms of the machinery stand in the interface for programs, not on pages."""
    for url in ("/", "/data", "/patients", "/search?q=cisplatin", f"/data/runs/{f.RUN}", f"/patient?id={quote(f.ROSA)}"):
        words = re.sub(r"<script.*?</script>|<[^>]+>", " ", client.get(url).text, flags=re.DOTALL)
        assert not re.search(r"\bquads?\b|\bIRIs?\b|\bGeneration\b", words), url
    assert re.search(r"Every ingest[^>]+>Data as of \d{4}-", client.get("/data").text)
    assert issue_name("mention-traits") != "mention-traits" and issue_name("bad-date") == "bad date"


def test_a_concept_is_told_in_words_of_readers(client: FlaskClient) -> None:
    words = re.sub("<[^>]+>", " ", client.get(f"/node?id={quote(f.CISPLATIN)}").text).casefold()
    assert "mention" in words and "put together from all of its records" in words
    assert not [word for word in ("annotation", "pref label", "in scheme", "notation", "publishing") if word in words]


def test_the_documentation_explains_its_words(client: FlaskClient) -> None:
    lead = re.search(r'<p class="api-lead">(.*?)</p>', client.get("/api/docs").text, re.DOTALL)
    assert lead is not None
    for word in ("IRIs: addresses", "generation, which is counted", "quads: statements"):
        assert word in lead[1], word
