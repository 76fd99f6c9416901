"""An application that asks who is there, and clients that are somebody: each with a token of an account with one grant."""

from collections.abc import Iterable
from functools import lru_cache

from flask import Flask
from flask.testing import FlaskClient

from access.control import AccessControl
from access.roles import AREAS, Role
from cohorts.saved.things import SavedThings
from tests.webapp.fixtures import folder
from webapp.app import create_app
from webapp.library import Library

PASSWORD = "correct horse battery"


@lru_cache(maxsize=1)
def control() -> AccessControl:
    """Accounts of a folder of its own, shared by tests that only add to them."""
    return AccessControl(folder("accounts"))


@lru_cache(maxsize=128)
def token(role: Role | None, datasets: frozenset[str] | None = None, areas: frozenset[str] = frozenset()) -> str:
    """A token of somebody who holds the role for these datasets (None: for all), limited to areas."""
    name = f"u{len(control().accounts.users())}"
    control().accounts.add(name, PASSWORD)
    if role is not None:
        for dataset in sorted(datasets) if datasets is not None else (None,):
            control().accounts.grant("user", name, role.word, dataset)
    assert areas <= set(AREAS)
    return control().credentials.create_token(name, areas, (), 1)[1]


@lru_cache(maxsize=1)
def saved() -> SavedThings:
    """What people of tests save."""
    return SavedThings(folder("saved"))


def guarded(library: Library) -> Flask:
    """The application over a library, with access control."""
    return create_app(library, access=control(), saved=saved())


def somebody(app: Flask, role: Role | None, datasets: Iterable[str] | None = None, areas: Iterable[str] = ()) -> FlaskClient:
    """A client that asks with a token of this kind."""
    client = app.test_client()
    secret = token(role, frozenset(datasets) if datasets is not None else None, frozenset(areas))
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client
