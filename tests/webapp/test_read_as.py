"""The bar above the results: what was read of the question, links that change it, and how many patients have each part."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient


def bar(client: FlaskClient, url: str) -> str:
    html = client.get(url).text
    return html[html.index('class="read-as"') : html.index("</section>", html.index('class="read-as"'))]


def links(html: str) -> dict[str, dict[str, list[str]]]:
    found = re.findall(r'<a[^>]*href="([^"]*)"[^>]*>(?:<b>)?([^<]*)', html)
    return {words: parse_qs(urlsplit(unescape(url)).query) for url, words in found}


def test_a_question_is_read_aloud(client: FlaskClient) -> None:
    found = bar(client, "/search?q=patients+without+neuropathy")
    assert "a-negated" in found and "denied" in found and "because of" in found
    given = links(found)
    assert given["remove"] == {"q": ["patients"]}, "the words that deny it go with it"
    assert given["as a filter"]["denied"] == ["http://snomed.info/id/386033004"] and given["as a filter"]["q"] == ["patients"]
    assert given["affirmed"]["assertion"] == ["affirmed"] and given["take the words literally"]["literal"] == ["true"]


def test_the_head_counts_patients_and_each_number_is_a_list(client: FlaskClient) -> None:
    found = bar(client, "/search?q=neuropathy")
    heads = re.findall(r"<b>(\d+) patients?</b> (\w+)", found)
    assert ("0", "affirm") in heads and ("1", "denies") in heads
    for url, number in re.findall(r'href="([^"]*)" data-count="(\d+)"', found):
        assert f'data-total="{number}"' in client.get(unescape(url)).text


def test_hits_say_how_they_mean_it(client: FlaskClient) -> None:
    html = client.get("/search?q=neuropathy").text
    assert "which is not what was asked" in html and "this is not what was asked, so it ranks lower" in html
    denied = client.get("/search?q=neuropathy&assertion=denied").text
    assert "this answers it" in denied and 'title="As the words say again"' in denied


def test_literally_nothing_is_read(client: FlaskClient) -> None:
    html = client.get("/search?q=patients+without+neuropathy&literal=true").text
    assert "read-as" not in html and "Taken literally" in html
    assert client.get("/search?q=neuropathy&assertion=nonsense").status_code == 200
    assert "read-as" not in client.get("/search?q=zzzz").text
