"""Signing in and out with a browser: sessions, forms of elsewhere, wrong passwords, and proxies that say who is there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from access.control import AccessControl
from access.credentials import RENEWED
from access.roles import Role
from tests.access.conftest import Clock
from tests.webapp.authorized import guarded, somebody
from tests.webapp.fixtures import DATASET, Shelf
from tests.webapp.page import Page, get
from webapp.app import create_app
from webapp.pages.sign_in import local
from webapp.settings import WebSettings

PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def control(tmp_path: Any, clock: Clock) -> AccessControl:
    control = AccessControl(tmp_path, clock)
    control.accounts.add("anna", PASSWORD)
    control.accounts.grant("user", "anna", "reader", None)
    return control


@pytest.fixture
def app(library: Shelf, control: AccessControl) -> Flask:
    return create_app(library, access=control)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    yield app.test_client()


def sign_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD, **more: Any) -> Any:
    form = Page(client.get("/sign-in", **more).text)
    (ticket,) = (given["value"] for _, given in form.elements if given.get("name") == "ticket")
    return client.post("/sign-in", data={"name": name, "password": password, "ticket": ticket, "next": "/patients?q=x"}, **more)


def csrf_of(client: FlaskClient, **more: Any) -> str:
    found = re.search(r'<meta name="csrf" content="([^"]+)">', client.get("/", **more).text)
    assert found is not None
    return found[1]


def test_who_is_not_signed_in_is_sent_there_and_back(client: FlaskClient) -> None:
    sent = client.get("/search?q=cough&type=A+B")
    assert sent.status_code == 303 and sent.location == "/sign-in?next=%2Fsearch%3Fq%3Dcough%26type%3DA%2BB"
    page = get(client, sent.location)
    assert page.having("name", "next")[0]["value"] == "/search?q=cough&type=A+B"
    signed = sign_in(client)
    assert signed.status_code == 303 and signed.location == "/patients?q=x"
    assert "Sign out anna" in get(client, "/").text
    assert client.get("/api/v1/datasets").status_code == 200


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "", "/a\nb", "/" + "x" * 5000]
)
def test_nobody_is_sent_elsewhere(address: str) -> None:
    assert local(address) == "/"
    assert local("/search?q=a&b=%C3%A9") == "/search?q=a&b=%C3%A9"


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    plain = [value for value in sign_in(client).headers.getlist("Set-Cookie") if value.startswith("commissure=")]
    assert len(plain) == 1 and "HttpOnly" in plain[0] and "SameSite=Lax" in plain[0] and "Secure" not in plain[0]
    over_https = sign_in(client, base_url="https://localhost").headers.getlist("Set-Cookie")
    (kept,) = [value for value in over_https if value.startswith("__Host-commissure=")]
    assert "Secure" in kept and "HttpOnly" in kept and "Path=/" in kept and "Domain" not in kept


def test_each_session_has_a_secret_of_its_own(client: FlaskClient, app: Flask) -> None:
    client.set_cookie("commissure", "planted")
    sign_in(client)
    mine = client.get_cookie("commissure")
    other = app.test_client()
    sign_in(other)
    theirs = other.get_cookie("commissure")
    assert mine is not None and theirs is not None and len({mine.value, theirs.value, "planted"}) == 3


def test_a_session_goes_on_under_another_secret(client: FlaskClient, clock: Clock) -> None:
    sign_in(client)
    before = client.get_cookie("commissure")
    clock.now += RENEWED
    assert client.get("/patients").status_code == 200
    after = client.get_cookie("commissure")
    assert before is not None and after is not None and before.value != after.value
    assert client.get("/patients").status_code == 200


def test_wrong_passwords_do_not_tell_who_is_there(client: FlaskClient) -> None:
    wrong, unknown = sign_in(client, password="wrong"), sign_in(client, name="nobody")
    assert wrong.status_code == unknown.status_code == 401
    words = [Page(answer.text.replace("anna", "X").replace("nobody", "X")).text for answer in (wrong, unknown)]
    assert words[0] == words[1] and "not right" in words[0]
    assert client.get("/patients").status_code == 303


def test_whoever_guesses_waits(client: FlaskClient, clock: Clock) -> None:
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 401
    waiting = sign_in(client)
    assert waiting.status_code == 429 and waiting.headers["Retry-After"] == "2" and "Wait 2 seconds" in waiting.text
    clock.now += 2
    assert sign_in(client).status_code == 303


def test_the_form_has_to_come_from_the_page(client: FlaskClient) -> None:
    given = {"name": "anna", "password": PASSWORD, "ticket": "guessed"}
    assert client.post("/sign-in", data=given).status_code == 403
    assert sign_in(client, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/patients").status_code == 303


def test_a_change_by_a_session_shows_that_it_comes_from_here(client: FlaskClient) -> None:
    sign_in(client)
    csrf, body = csrf_of(client), {"q": "cisplatin"}
    assert client.post("/api/v1/search", json=body).status_code == 403
    assert client.post("/api/v1/search", json=body, headers={"X-CSRF-Token": "x" * 43}).status_code == 403
    sent = {"X-CSRF-Token": csrf}
    assert client.post("/api/v1/search", json=body, headers=sent).status_code == 200
    assert client.post("/api/v1/search", json=body, headers={**sent, "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/api/v1/search", json=body, headers={**sent, "Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.post("/sign-out").status_code == 403 and client.get("/patients").status_code == 200
    refused = client.post("/sign-out").get_data(as_text=True)
    assert "does not come from a page of this server" in refused
    assert somebody(guarded(Shelf()), Role.READER).post("/api/v1/search", json=body).status_code == 200


def test_signing_out_ends_the_session_and_what_pages_kept(client: FlaskClient) -> None:
    sign_in(client)
    held = client.get_cookie("commissure")
    assert held is not None
    client.set_cookie("seen", "a cohort")
    out = client.post("/sign-out", data={"csrf": csrf_of(client)})
    assert out.status_code == 303 and "cookies" in out.headers["Clear-Site-Data"]
    assert client.get_cookie("commissure") is client.get_cookie("seen") is None
    client.set_cookie("commissure", held.value)
    assert client.get("/patients").status_code == 303


def test_pages_of_somebody_are_kept_by_no_browser(client: FlaskClient) -> None:
    sign_in(client)
    assert client.get("/patients").headers["Cache-Control"] == "no-store"


def test_who_is_not_granted_it_is_told_so_as_a_page(client: FlaskClient, control: AccessControl) -> None:
    sign_in(client)
    control.accounts.revoke("user", "anna", None)
    assert "not among what you were granted" in get(client, "/patients", 403).text
    control.accounts.grant("user", "anna", "reader", DATASET)
    assert "Rosa" in get(client, "/patients").text


def test_without_access_control_there_is_nothing_to_sign_in_to(library: Shelf) -> None:
    client = create_app(library).test_client()
    assert client.get("/sign-in").status_code == client.post("/sign-in").status_code == client.post("/sign-out").status_code == 404
    assert "Sign out" not in client.get("/").text


# --- a proxy that says who is there ---

PROXY = WebSettings(access_header="X-Remote-User", access_groups_header="X-Groups", access_proxies=("10.0.0.7", "192.168.0.0/16"))


def asked(app: Flask, address: str, path: str = "/api/v1/datasets", **headers: str) -> Any:
    client = app.test_client()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, environ_overrides={"REMOTE_ADDR": address})


def test_a_proxy_names_who_is_there(library: Shelf, control: AccessControl) -> None:
    app = create_app(library, settings=PROXY, access=control)
    control.accounts.grant("group", "ward", "reader", DATASET)
    assert asked(app, "10.0.0.7", X_Remote_User="berta").status_code == 403
    assert asked(app, "192.168.3.4", X_Remote_User="berta", X_Groups="ward, other").json["datasets"][0]["dataset"] == DATASET
    assert control.accounts.user("berta").groups == ("other", "ward")
    assert asked(app, "10.0.0.7", X_Remote_User="berta", X_Groups="").status_code == 403
    control.accounts.set_disabled("berta", True)
    assert "disabled" in asked(app, "10.0.0.7", X_Remote_User="berta", X_Groups="ward").json["detail"]


@pytest.mark.parametrize("address", ["10.0.0.8", "::1", "", "nonsense"])
def test_nobody_else_names_anybody(library: Shelf, control: AccessControl, address: str) -> None:
    for settings in (PROXY, WebSettings(**{**{n: getattr(PROXY, n) for n in WebSettings.__slots__}, "trusted_proxies": 1})):
        app = create_app(library, settings=settings, access=control)
        told = asked(app, address, X_Remote_User="berta", X_Forwarded_For="10.0.0.7")
        assert told.status_code == 403 and "does not come from a proxy" in told.json["title"]
    assert "berta" not in [user.name for user in control.accounts.users()]


def test_the_header_is_nothing_where_it_is_not_set_up_and_never_names_a_local_account(library: Shelf, control: AccessControl) -> None:
    assert asked(create_app(library, access=control), "10.0.0.7", X_Remote_User="anna").status_code == 401
    app = create_app(library, settings=PROXY, access=control)
    assert "taken by another account" in asked(app, "10.0.0.7", X_Remote_User="anna").json["detail"]


def test_a_form_of_elsewhere_changes_nothing_behind_a_proxy(library: Shelf, control: AccessControl) -> None:
    app = create_app(library, settings=PROXY, access=control)
    control.accounts.grant("group", "ward", "reader", None)
    client = app.test_client()
    who = {"X-Remote-User": "berta", "X-Groups": "ward"}
    place = {"REMOTE_ADDR": "10.0.0.7"}
    query = {"query": "ASK { ?s ?p ?o }"}
    assert client.post("/api/v1/sparql", data=query, headers=who, environ_overrides=place).status_code == 403
    here = {**who, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/v1/sparql", data=query, headers=here, environ_overrides=place).status_code == 200
    assert client.post("/api/v1/search", json={"q": "x"}, headers=who, environ_overrides=place).status_code == 200
