"""The page of a concept: how charts and texts have it, side by side, each number with its list, and its place among others."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from search.model import Surroundings
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Part, Shelf
from webapp.app import create_app

NEUROPATHY = "http://snomed.info/id/386033004"
PAGE = f"/node?id={quote(NEUROPATHY)}"


def test_what_is_denied_is_never_the_patients_own(client: FlaskClient) -> None:
    html = client.get(PAGE).text
    table = html[html.index('class="plain standing"') : html.index("</table>")]
    rows = dict(re.findall(r'<th scope="row">(?:<span[^>]*>)?([\w ]+)(?:</span>)?</th>(.*?)</tr>', table, re.DOTALL))
    numbers = {name: re.findall(r">(\d+)<", row) for name, row in rows.items()}
    assert numbers["Texts deny it"][0] == "1" and numbers["Texts affirm it"] == ["0", "0"] == numbers["Charted"]
    assert "?denied=http" in rows["Texts deny it"]


def test_a_number_of_a_concept_is_a_list(client: FlaskClient) -> None:
    given = f"/standing?concept={quote(NEUROPATHY)}&as=denied"
    people = client.get(f"{given}&of=patients").text
    assert "Rosa Lindqvist" in people and 'data-total="1"' in people
    assert "Texts deny it" in client.get(given).text
    assert "None." in client.get(f"/standing?concept={quote(NEUROPATHY)}&as=family").text


def test_a_document_of_the_list_opens_at_the_words_it_is_listed_for(client: FlaskClient) -> None:
    page = client.get(f"/standing?concept={quote(NEUROPATHY)}&as=denied").text
    listed = page[page.index('<ul class="lines">') :]
    (url,) = re.findall(r'href="(/document[^"]+)#span"', listed)
    opened = client.get(unescape(url)).text
    words = re.sub(r"<[^>]*>", "", opened[opened.index('id="span"') - 5 :])[:60]
    assert "neuropathy" in words.lower()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"/standing?concept={quote(NEUROPATHY)}&as=nothing", 400),
        (f"/standing?concept={quote(NEUROPATHY)}&as=denied&of=cats", 400),
        ("/standing?concept=urn:x&as=denied", 404),
        ("/standing?as=denied", 400),
    ],
)
def test_a_list_that_is_none_is_refused(client: FlaskClient, url: str, status: int) -> None:
    assert client.get(url).status_code == status


def test_what_is_above_and_below_is_linked(library: Shelf) -> None:
    catalog = f.real().current().catalog
    one, other = catalog.concept(NEUROPATHY), catalog.concept(f.CISPLATIN)
    assert one is not None and other is not None
    above, below = replace(other, concept="urn:above", label="Nerve disorder"), replace(other, concept="urn:below", label="Wrist drop")
    library.catalog = Part(catalog, surroundings=lambda concept, limit=50: Surroundings((one, other), (above,), (below,), 9))
    html = create_app(library).test_client().get(PAGE).text
    place = html[html.index('id="hierarchy"') :]
    assert place.index("Kind of") < place.index("Nerve disorder") < place.index("Kinds of it") < place.index("Wrist drop")
    assert "All 9, with a search box" in place and "All codes" in place
    assert "/node?id=urn:above" in place
