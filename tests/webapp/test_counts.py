"""Every number that is a link leads to a list of as many: what carries `data-count` is followed to the `data-total` of its list."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.webapp import fixtures as f
from tests.webapp.clinic import DIABETES, clinic
from tests.webapp.streets import class_iri, streets
from webapp.app import create_app

SHOWN = (
    *("/", "/search", "/search/shared", "/patients", "/patient", "/node", "/data"),
    *("/labels", "/document", "/facts", "/mentions", "/standing"),
)
"""Pages whose numbers are followed wherever they are met."""
MOST = 120
"""Pages of one site."""
NOTHING = "/search?q=zebra&dataset=demo"
QUESTION = "q=cisplatin+paclitaxel"


class Counts(HTMLParser):
    """The numbers of a page that are links, the totals of its lists by the id of their element ('' for the first), and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: list[tuple[str, int]] = []
        self.totals: dict[str, int] = {}
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-total" in given:
            total = int(given["data-total"])
            self.totals.setdefault("", total)
            self.totals[given.get("id", "")] = total
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            if "data-count" in given:
                self.counts.append((given["href"], int(given["data-count"])))


def two_patients() -> FlaskClient:
    return create_app(f.Shelf()).test_client()


def labeled() -> FlaskClient:
    return create_app(streets().library()).test_client()


CAR = quote(class_iri("boxes", "car"))
SITES = {
    "two patients": (
        two_patients,
        ("/", "/search", f"/search?{QUESTION}", "/search?q=metformin&mode=lexical", NOTHING, "/search/facets/denied", "/search/facets/age"),
    ),
    "clinic": (lambda: clinic().client(), ("/", "/patients", "/search", f"/node?id={quote(DIABETES)}")),
    "streets": (labeled, ("/labels", "/search", "/search?dataset=streets&confidence_to=0.9", f"/labels?concept={CAR}")),
}


def crawl(client: FlaskClient, start: tuple[str, ...]) -> Iterator[tuple[str, Counts]]:
    """Pages that are met from the first ones, breadth first, of each kind as many."""
    waiting, seen = list(start), set(start)
    kinds: dict[str, int] = {}
    while waiting and sum(kinds.values()) < MOST:
        url = waiting.pop(0)
        page = Counts(client.get(url).text)
        kinds[urlsplit(url).path] = kinds.get(urlsplit(url).path, 0) + 1
        yield url, page
        for link in page.links:
            place = link.partition("#")[0]
            path = urlsplit(place).path
            if path in SHOWN and place not in seen and kinds.get(path, 0) + sum(urlsplit(one).path == path for one in waiting) < 14:
                seen.add(place)
                waiting.append(place)


@pytest.mark.parametrize("site", SITES)
def test_every_number_leads_to_as_many(site: str) -> None:
    make, start = SITES[site]
    client = make()
    pages: dict[str, Counts] = {}
    wrong, followed = [], set()
    for url, page in crawl(client, start):
        for link, number in page.counts:
            place, _, anchor = link.partition("#")
            place = place or url
            if (place, anchor, number) in followed:
                continue
            followed.add((place, anchor, number))
            if place not in pages:
                answer = client.get(place)
                assert answer.status_code == 200, (url, link)
                pages[place] = Counts(answer.text)
            totals = pages[place].totals
            if totals.get(anchor or "table", totals.get("")) != number:
                wrong.append((url, link, number, totals))
    assert not wrong, f"{len(wrong)} of {len(followed)}: {wrong[:8]}"
    assert len(followed) > 40


def test_a_number_that_misleads_is_found_out() -> None:
    page = Counts(
        '<p data-total="3"></p><section id="b" data-total="4"></section><a href="/x" data-count="2"></a><a href="#b" data-count="4">'
    )
    assert page.counts == [("/x", 2), ("#b", 4)]
    assert page.totals == {"": 3, "b": 4}
