"""Each part of a question is removed, used as a filter or asked otherwise by links of the bar above the results, and over REST."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

QUESTION = "diabetes without neuropathy"


def bar(client: FlaskClient, url: str) -> str:
    html = client.get(url).text
    return html[html.index('class="read-as"') : html.index("</section>", html.index('class="read-as"'))]


def line(html: str, text: str) -> dict[str, str]:
    """The links of the part with these words: what they say → their address."""
    lines = html[: html.index("</ul>")].split("<li>")
    found = next(each for each in lines if re.search(rf'aria-label="[^"]*\b{text}\b', each))
    return {words: unescape(url) for url, words in re.findall(r'<a[^>]*href="([^"]*)"[^>]*>([^<]*)</a>', found)}


def given(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def asked(client: FlaskClient, **parameters: object) -> list[tuple[str, str | None, bool]]:
    answer = client.get("/api/v1/search", query_string={"q": QUESTION, **parameters}).json
    assert isinstance(answer, dict)
    return [(part["text"], part["assertion"], part["switched"]) for part in answer["question"]["parts"]]


def test_rest_switches_one_part(client: FlaskClient) -> None:
    assert asked(client) == [("diabetes", "affirmed", False), ("neuropathy", "negated", False)]
    assert asked(client, part="affirmed:neuropathy") == [("diabetes", "affirmed", False), ("neuropathy", "affirmed", True)]
    assert asked(client, part=["any:diabetes", "words:neuropathy"]) == [("diabetes", None, True)]
    body = {"q": QUESTION, "part": ["denied:diabetes"]}
    assert client.post("/api/v1/search", json=body).json["question"]["parts"][0]["assertion"] == "negated"
    assert client.get("/api/v1/search?q=x&part=nonsense").status_code == 400


def test_what_is_denied_answers_once_the_part_is_switched(client: FlaskClient) -> None:
    def agrees(part: str) -> dict[str, bool | None]:
        answer = client.get("/api/v1/search", query_string={"q": "neuropathy", "part": part, "assertion": "family"}).json
        return {hit["document"]: said["agrees"] for hit in answer["hits"] for said in hit["said"]}

    denied, affirmed = agrees("denied:neuropathy"), agrees("affirmed:neuropathy")
    first = next(iter(denied))
    assert denied[first] is True and affirmed[first] is False


def test_each_part_has_links_that_switch_it_alone(client: FlaskClient) -> None:
    html = bar(client, "/search?q=diabetes+without+neuropathy")
    links = line(html, "neuropathy")
    assert given(links["affirmed"])["part"] == ["affirmed:neuropathy"] and given(links["as plain words"])["part"] == ["words:neuropathy"]
    assert given(links["remove"])["q"] == ["diabetes"] and given(links["as a filter"])["denied"]
    switched = bar(client, links["affirmed"])
    assert "as you chose" in switched and "because of" not in switched
    again = line(switched, "neuropathy")
    assert "part" not in given(again["affirmed"]), "choosing it again asks as the words say"
    assert given(line(switched, "diabetes")["denied"])["part"] == ["affirmed:neuropathy", "denied:diabetes"]
    assert given(again["remove"]).get("q") == ["diabetes"], "the words that denied it go with it"


def test_plain_words_can_be_read_again(client: FlaskClient) -> None:
    both = bar(client, "/search?q=diabetes+without+neuropathy&part=words:neuropathy&part=words:diabetes")
    assert both.count("as plain words") == 2
    read = line(both, "neuropathy")["read it"]
    assert given(read)["part"] == ["words:diabetes"] and "as a filter" in line(bar(client, read), "neuropathy")


def test_a_switch_goes_with_the_words_it_is_of(client: FlaskClient) -> None:
    for url in ("/search?q=cisplatin&part=words:neuropathy", "/search?q=neuropathy&part=nonsense"):
        assert 'name="part"' not in client.get(url).text
    kept = client.get("/search?q=diabetes+without+neuropathy&part=words:neuropathy").text
    assert '<input type="hidden" name="part" value="words:neuropathy">' in kept
    assert re.search(r'href="/search\.csv\?[^"]*part=words', kept), "what is taken along is what is shown"
