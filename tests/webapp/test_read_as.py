"""The bar above the results: what was read of the question, links that change it, and how many patients have each part."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from webapp.app import create_app


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


def test_who_lacks_it_and_who_has_such_a_value_are_lists_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    a1c = {"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "HbA1c"}]}
    result = {"resourceType": "Observation", "id": "o1", "status": "final", "code": a1c, "subject": {"reference": "Patient/p1"}}
    lab.ingest(
        *(patient(each) for each in ("p1", "p2", "p3")),
        condition("c1", "Patient/p1"),
        result | {"valueQuantity": {"value": 11, "unit": "%"}},
        note("d1", "HbA1c 9.8 %.", "Patient/p1"),
        note("d2", "No breast cancer. HbA1c 6.1 %.", "Patient/p2"),
        note("d3", "HbA1c 10 %.", "Patient/p3"),
    )
    with create_app(lab.library()).test_client() as client:
        for question, words, filtered in (
            ("no breast cancer", "have it neither affirmed nor charted", "lacking"),
            ("HbA1c above 9 %", "have such a value", "result"),
        ):
            found = bar(client, f"/search?q={question}")
            url, number = next(re.findall(r'href="([^"]*)" data-count="(\d+)"', each)[-1] for each in found.split("</a>") if words in each)
            assert number == "2" and filtered in parse_qs(urlsplit(unescape(url)).query)
            assert 'data-total="2"' in client.get(unescape(url)).text


def test_words_that_name_several_concepts_are_counted_and_listed_in_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(
        *(patient(each) for each in ("p1", "p2", "p3")),
        condition("c1", "Patient/p1", "82272006", "Lumbago", encounter={"reference": "Encounter/e1"}),
        condition("c2", "Patient/p2", "84162001", "Lumbago", encounter={"reference": "Encounter/e2"}),
        *({"resourceType": "Encounter", "id": f"e{n}", "status": "finished", "class": {"code": "AMB"}} for n in (1, 2)),
        *(note(f"d{n}", f"Visit {n}.", f"Patient/p{n}", context={"encounter": [{"reference": f"Encounter/e{n}"}]}) for n in (1, 2)),
        note("d3", "There was no lumbago.", "Patient/p3"),
    )
    with create_app(lab.library()).test_client() as client:
        found = bar(client, "/search?q=lumbago")
        given = links(found)
        counted = {int(number): unescape(url) for url, number in re.findall(r'href="([^"]*)" data-count="(\d+)"', found)}
        assert "1 further concept" in found and sorted(counted) == [1, 2]
        both = "http://snomed.info/id/82272006|http://snomed.info/id/84162001"
        assert [sorted(one.split("|")) for one in given["as a filter"]["concept"]] == [both.split("|")]
        for number, url in counted.items():
            listing = client.get(url).text
            assert f'data-total="{number}"' in listing and "|" not in re.findall(r"<span>(?:Concept|Denied)</span> ([^<]*)", listing)[0]
        assert client.get("/api/v1/search", query_string={"concept": both}).json["total"] == 2
        apart = client.get("/api/v1/search", query_string={"concept": both.split("|")})
        assert apart.json["total"] == 0, "several values are all required"
        notices = client.get("/api/v1/search", query_string={"concept": "http://a.b/c|http://a.b/d"}).json["notices"]
        assert any("'http://a.b/c' or 'http://a.b/d'" in each for each in notices)
        assert client.get("/api/v1/search", query_string={"concept": "http://a.b/c||http://a.b/d"}).status_code == 400


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
