"""Lists of labels open whole and are found in, and numbers beside the review queue lead to what they count."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from labels.model import Review
from tests.webapp.streets import streets
from tests.webapp.test_counts import Counts
from webapp.app import create_app
from webapp.pages import labels


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(streets().library()).test_client()


def test_all_classes_can_be_listed(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves(html: str) -> set[str]:
        return set(re.findall(r'<a class="leaf[^"]*" href="([^"]+)"', html))

    whole = client.get("/labels?dataset=streets").text
    assert "All " not in whole[whole.index('class="tree"') : whole.index('class="facet"')]
    monkeypatch.setattr(labels, "MOST_CLASSES", 2)
    cut = client.get("/labels?dataset=streets").text
    assert len(leaves(cut)) < len(leaves(whole))
    (link,) = re.findall(r'<a class="whole" href="(/labels[^"]+classes=all#classes)">All \d+ classes</a>', cut)
    assert leaves(client.get(unescape(link)).text) == leaves(whole)


def test_reasons_to_look_again_lead_to_their_items(client: FlaskClient) -> None:
    url = "/review?dataset=streets&below=0.99"
    page = Counts(client.get(url).text)
    reasons = [(link, number) for link, number in page.counts if "why=" in link]
    assert reasons
    for link, number in reasons:
        html = client.get(link).text
        assert Counts(html).totals[""] == number
        assert html.count('<ul class="reasons-list">') == min(number, 50)
        assert "Manifest of all" not in html, "the manifest has the whole queue"
    assert Counts(client.get(f"{url}&why=nothing").text).totals == page.totals


def test_a_queue_of_one_reason_keeps_the_counts_of_all() -> None:
    held = streets().library().current().labels
    whole = held.review("streets", 0.99, 1000)
    for why, count in whole.counts.items():
        found: Review = held.review("streets", 0.99, 1000, why=why)
        assert (found.total, found.counts) == (count, whole.counts)
        assert set(found.items) == {one for one in whole.items if why in {reason.why for reason in one.reasons}}


def test_what_a_dataset_holds_leads_to_it(client: FlaskClient) -> None:
    html = client.get("/labels?dataset=streets").text
    head = html[html.index("</h1>") : html.index("</header>", html.index("</h1>"))]
    assert re.search(r'<a href="#classes">\d+ jobs?</a>', head) and re.search(r'<a href="#classes">\d+ class', head)
    assert 'id="classes"' in html
