"""From hits to whatever they lead to and back: the state of the search outlives any number of clicks, and links say what data they show."""

from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.webapp import fixtures as f
from tests.webapp.fixtures import Shelf, newer
from tests.webapp.page import get
from webapp.app import create_app

STATE = "q=cisplatin&dataset=demo&mode=lexical&match=well&from=2019&view=connections"


def back_of(client: FlaskClient, url: str) -> str:
    page = get(client, url)
    links = [given["href"] for tag, given in page.elements if tag == "a" and given.get("href", "").startswith("/search?")]
    assert "← Hits for “cisplatin”" in page.text
    return unescape(links[0])


def test_hits_are_left_and_found_again_through_several_clicks(client: FlaskClient) -> None:
    url = f"/search?{STATE}"
    for path in ("/document", "/patient", "/node", "/record", "/node"):
        links = [link for link in get(client, url).links() if urlsplit(link).path == path]
        assert links, (url, path)
        url = links[-1].partition("#")[0]
        assert back_of(client, url) == f"/search?{STATE}", url
    assert parse_qs(urlsplit(url).query)["hits"] == [STATE]


def test_rows_that_a_script_fetches_keep_the_way_back(client: FlaskClient) -> None:
    node = next(link for link in get(client, f"/search?{STATE}").links() if urlsplit(link).path == "/node")
    fragments = [given["data-fragment"] for _, given in get(client, node).elements if "data-fragment" in given]
    rows = client.get(next(one for one in fragments if client.get(one).status_code == 200)).text
    assert quote(STATE, safe=":/,@!$()*;~") in rows


def test_without_a_search_there_is_no_way_back(client: FlaskClient) -> None:
    page = get(client, f"/patient?id={quote(f.ROSA)}")
    assert "← Hits" not in page.text
    assert not [link for link in page.links() if "hits=" in link]


@pytest.mark.parametrize("hits", ['"><script>alert(1)</script>', "//elsewhere.example/", "q=" + "x" * 5000, "\u202e\n#a"])
def test_a_hostile_way_back_leads_to_the_search_or_nowhere(client: FlaskClient, hits: str) -> None:
    page = get(client, f"/patient?id={quote(f.ROSA)}&hits={quote(hits)}")
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in page.links())
    assert not [tag for tag, given in page.elements if tag == "script" and not given.get("src")]


PAGES = ("/search?q=cisplatin", f"/document?id={quote(f.ONCOLOGY_NOTE)}", f"/patient?id={quote(f.ROSA)}", "/patients")


@pytest.mark.parametrize("path", PAGES)
def test_a_link_says_what_it_was_made_on_where_that_has_changed(library: Shelf, path: str) -> None:
    client = create_app(library).test_client()
    (made,) = [given["data-as-of"] for tag, given in get(client, path).elements if tag == "body"]
    link = f"{path}{'&' if '?' in path else '?'}as_of={made}"
    assert "What is held has changed since" not in get(client, link).text
    library.show(newer())
    page = get(client, link)
    assert f"This link was made on data as of {made[:10]} {made[11:16]}. What is held has changed since" in page.text
    assert "changed since" not in get(client, path).text
    assert "changed since" not in get(client, link.replace(made, "yesterday")).text


def test_citations_say_what_they_were_made_on(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin")
    (made,) = [given["data-as-of"] for tag, given in page.elements if tag == "body"]
    cited = [given["data-copy"] for tag, given in page.elements if given.get("data-copy")]
    assert cited and all(one.endswith(f"Data as of {made[:10]} {made[11:16]}") for one in cited)
