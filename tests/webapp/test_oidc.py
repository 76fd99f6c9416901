"""Signing in with a provider: tested against one that runs beside the tests."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from flask.testing import FlaskClient

from access.control import AccessControl
from access.roles import Role
from tests.webapp.fixtures import Shelf
from webapp.app import create_app
from webapp.settings import WebSettings

PEOPLE = [
    oidc_provider_mock.User(sub="1", claims={"preferred_username": "anna", "groups": ["/ward", "no group at all", "others"]}),
    oidc_provider_mock.User(sub="2", claims={"preferred_username": "anna", "groups": "ward"}),
    oidc_provider_mock.User(sub="3", claims={"email": "x y"}),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def control(tmp_path: Any) -> AccessControl:
    control = AccessControl(tmp_path)
    control.accounts.grant("group", "ward", Role.READER.word, None)
    return control


@pytest.fixture
def made(library: Shelf, control: AccessControl, issuer: str) -> Callable[[], FlaskClient]:
    settings = WebSettings(oidc_issuer=issuer, oidc_client="commissure", oidc_secret="shared")
    return lambda: create_app(library, settings=settings, access=control).test_client()


def away_and_back(client: FlaskClient, sub: str, following: str = "/patients") -> str:
    """The address at which the provider sends the browser back."""
    sent = client.get("/sign-in/go", query_string={"next": following})
    assert sent.status_code == 302
    answer = requests.post(sent.location, data={"sub": sub}, allow_redirects=False, timeout=10)
    return str(answer.headers["Location"])


def test_whoever_the_provider_vouches_for_reads_what_their_groups_may(made: Callable[[], FlaskClient], control: AccessControl) -> None:
    client = made()
    assert "Sign in with your organisation" in client.get("/sign-in").text
    back = client.get(away_and_back(client, "1"))
    assert (back.status_code, back.location) == (303, "/patients")
    assert "Sign out" in client.get("/patients").text
    user = control.accounts.user("anna")
    assert (user.origin, user.groups) == ("oidc", ("others", "ward"))
    (event,) = [event for event in control.audit.events() if event["action"] == "sign-in"]
    assert (event["user"], event["status"]) == ("anna", 303)
    control.accounts.set_disabled("anna", True)
    again = client.get(away_and_back(client, "1"))
    assert again.status_code == 401 and "is disabled" in again.text


def test_a_name_does_not_make_another_person_of_the_provider_the_same(made: Callable[[], FlaskClient]) -> None:
    assert made().get(away_and_back(first := made(), "1")).status_code == 401  # another browser than the one that was sent
    assert first.get(away_and_back(first, "1")).status_code == 303
    second = made()
    refused = second.get(away_and_back(second, "2"))
    assert refused.status_code == 401 and "taken by another account" in refused.text
    assert second.get("/patients").status_code == 303
    third = made()
    assert third.get(away_and_back(third, "3")).status_code == 401


@pytest.mark.parametrize("spoil", [{"state": "x"}, {"code": "x"}, {"state": None}, {"code": None}])
def test_an_answer_that_does_not_hold_lets_nobody_in(made: Callable[[], FlaskClient], spoil: dict[str, str | None]) -> None:
    client = made()
    back = urlsplit(away_and_back(client, "1"))
    query = {**{key: values[0] for key, values in parse_qs(back.query).items()}, **spoil}
    answer = client.get(back.path, query_string={key: value for key, value in query.items() if value is not None})
    assert answer.status_code == 401 and "not signed in" in answer.text
    assert client.get("/patients").status_code == 303


def test_an_answer_holds_once(made: Callable[[], FlaskClient]) -> None:
    client = made()
    back = away_and_back(client, "1")
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 401


def test_nobody_is_sent_elsewhere_by_coming_back(made: Callable[[], FlaskClient]) -> None:
    client = made()
    assert client.get(away_and_back(client, "1", "//evil.example")).location == "/"


def test_a_provider_that_is_away_or_another_is_said(library: Shelf, control: AccessControl, issuer: str) -> None:
    away = WebSettings(oidc_issuer="http://127.0.0.1:9", oidc_client="c", oidc_secret="s")
    told = create_app(library, settings=away, access=control).test_client().get("/sign-in/go")
    assert told.status_code == 503 and "could not be asked" in told.text
    other = WebSettings(oidc_issuer=issuer + "/", oidc_client="c", oidc_secret="s")
    client = create_app(library, settings=other, access=control).test_client()
    assert client.get(away_and_back(client, "1")).status_code == 401


def test_without_a_provider_there_is_nowhere_to_go(library: Shelf, control: AccessControl) -> None:
    client = create_app(library, access=control).test_client()
    assert client.get("/sign-in/go").status_code == client.get("/sign-in/back").status_code == 404
    assert "organisation" not in client.get("/sign-in").text
    assert create_app(library).test_client().get("/sign-in/go").status_code == 404
