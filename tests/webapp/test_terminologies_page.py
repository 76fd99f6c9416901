"""The page of the terminologies that texts are read with."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webapp.fixtures import Shelf
from webapp.app import create_app
from webapp.library import TerminologyStatus

HPO = TerminologyStatus(
    "hpo",
    "obo",
    "2025-<1>",
    2,
    "2026-11-26T18:00:00Z",
    "free with attribution",
    ("http://snomed.info/sct",),
    18386,
    40000,
    22000,
    12,
    3,
    4_200_000,
)


def test_what_there_is_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Shelf()
    monkeypatch.setattr(Shelf, "terminologies", lambda self: (HPO,), raising=False)
    html = create_app(library).test_client().get("/data/terminologies").text
    for words in ("18,386", "2025-&lt;1&gt;", "free with attribution", "SNOMED CT", "4.2 MB", "edition 2", "Rows left out"):
        assert words in html


def test_none_is_said_with_what_to_do(client: FlaskClient) -> None:
    html: Any = client.get("/data/terminologies").text
    assert "None yet" in html and "commissure terminology add PATH" in html
    assert 'href="/data/terminologies"' in client.get("/data").text
