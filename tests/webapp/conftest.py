"""The application over the library in memory."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.fixtures import MemoryLibrary
from webapp.app import create_app


@pytest.fixture
def library() -> MemoryLibrary:
    return MemoryLibrary()


@pytest.fixture
def app(library: MemoryLibrary) -> Flask:
    return create_app(library)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
