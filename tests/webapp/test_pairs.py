"""All pairs as a table, a matrix and a network: the same pairs in each, each leading to its patients."""

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from cohorts.cooccurrence import Pair
from cohorts.together import Named
from tests.cohorts.test_together import STROKE, world
from tests.ingest.exports import InlinePool, Lab
from tests.webapp.page import get, query
from webapp.app import create_app
from webapp.pages.pairs import matrix_of, spots_of, strength_of, things_of, ties_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    patched = pytest.MonkeyPatch()
    patched.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path_factory.mktemp("pairs"))
    lab.ingest(*world(), dataset="d")
    patched.undo()
    return create_app(lab.library()).test_client()


def pair(lift: float | None) -> Pair:
    return Pair(0, 2, 3, 4, 12, 1.0, lift, 0.5, None, None, 0.1, 0.2, 0, 0, 0)


def thing(name: str) -> Named:
    return Named(f"https://example.org/{name}", name, "condition")


def cohorts(client: FlaskClient, **given: str) -> set[frozenset[str]]:
    """The pairs of a view, by the cohorts that they lead to."""
    links = get(client, f"/cooccurrence/pairs?{urlencode(given)}").links()
    asked = [query(link) for link in links if link.startswith("/cohort?")]
    return {frozenset(value for name, values in one.items() if name.endswith(".in") for value in values) for one in asked}


def test_each_view_holds_the_same_pairs(client: FlaskClient) -> None:
    table = cohorts(client, relation="condition")
    assert any(STROKE in one for one in table) and all(len(one) == 2 for one in table)
    assert cohorts(client, relation="condition", view="matrix") == table
    assert cohorts(client, relation="condition", view="network") == table


def test_links_keep_the_view_the_unit_and_the_cohort(client: FlaskClient) -> None:
    given = {"view": "matrix", "unit": "encounter", "1.what": "sex", "1.sex": "female"}
    page = get(client, f"/cooccurrence/pairs?{urlencode(given)}")
    kept = [query(link) for link in page.links() if link.startswith("/cooccurrence/pairs?")]
    assert kept and all(one["1.sex"] == ["female"] for one in kept)
    assert any(one["view"] == ["network"] and one["unit"] == ["encounter"] for one in kept)
    assert any(link.startswith("/cohort?") and query(link) == {"1.what": ["sex"], "1.sex": ["female"]} for link in page.links())


def test_a_view_that_is_none_is_the_table(client: FlaskClient) -> None:
    assert get(client, "/cooccurrence/pairs?view=%3Cb%3E&unit=x&relation=y").having("class", "together")


@pytest.mark.parametrize(("lift", "strength"), [(None, 1), (1.0, 1), (1.5, 2), (3.9, 3), (4.0, 4), (8.0, 5), (100.0, 5)])
def test_strength_follows_the_lift(lift: float | None, strength: int) -> None:
    assert strength_of(pair(lift)) == strength


def test_what_is_joined_stands_beside_each_other(client: FlaskClient) -> None:
    a, b, c, d = (thing(name) for name in "abcd")
    pairs = [(a, c, pair(2.0)), (b, d, pair(9.0))]
    things = things_of(pairs)
    assert {frozenset(things[:2]), frozenset(things[2:])} == {frozenset((a, c)), frozenset((b, d))}
    with client.application.test_request_context("/cooccurrence/pairs"):
        matrix = dict(matrix_of(things, pairs))
        ties = ties_of(spots_of(things), pairs)
    assert [cell is not None for cell in matrix[a]] == [other == c for other in things]
    assert [tie.strength for tie in ties] == [3, 5], "strong ones lie above weak ones"
