"""A graph store that is away, slow or refuses: search goes on without it and says so; the graph is joined again when it is back."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from commissure import assemble, workplace
from commissure.settings import load
from graph.errors import StoreUnavailable
from graph.stores import resting
from ingest.moving import move
from ingest.progress import Silent
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.servers import processes
from tests.servers.fixtures import started
from tests.servers.processes import Server
from webapp.app import create_app

pytestmark = pytest.mark.long
SERVERS = {"gremlin": (processes.gremlin_server, "gremlin+"), "fuseki": (processes.fuseki, "sparql+")}
SEARCH = "/api/v1/search?q=cisplatin"
LIMIT = 1.0
"""Seconds that a request to the store may take here."""


class Site:
    """An application over a data folder that a real server answers for."""

    def __init__(self, server: Server, form: str, lab: Lab, timeout: float = 20.0) -> None:
        self.server, self.lab = server, lab
        self.settings = load({"data": str(lab.workspace.folder), "store": form + server.address, "store_timeout": timeout}, {})
        self.library = assemble.DataLibrary(lab.workspace, lab.embedder, {**self.settings, "store_timeout": LIMIT})
        self.client = create_app(self.library).test_client()

    def move(self) -> None:
        """Fill the server and let it answer."""
        move(None, self.lab.workspace, workplace.tools(self.settings), Silent())

    def search(self) -> dict:
        """One search; it always succeeds."""
        answer = self.client.get(SEARCH)
        assert answer.status_code == 200
        return answer.get_json()

    def ready(self) -> tuple[int, str]:
        """What /readyz says of the graph."""
        answer = self.client.get("/readyz")
        return answer.status_code, answer.get_json()["checks"]["graph"]


@pytest.fixture(params=SERVERS)
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    monkeypatch.setattr(resting, "PAUSE", 0.2)
    start, form = SERVERS[request.param]
    lab = Lab(tmp_path)
    lab.ingest(patient(), condition(), note())
    with closing(started(start)) as server:
        yield Site(server, form, lab)


def test_search_goes_on_while_the_store_is_away(site: Site) -> None:
    site.move()
    before = site.search()
    assert (before["graph"], before["notices"]) == ("joined", [])
    assert len(before["neighbourhood"]["nodes"]) > 2
    assert site.ready() == (200, "ok")
    site.server.kill()
    pages = {
        "/search?q=cisplatin": 200,
        f"/document?id={quote(site.lab.iri('DocumentReference', 'd1'), safe='')}": 200,
        "/patients": 200,
        "/data": 200,
        "/healthz": 200,
        f"/node?id={quote(site.lab.iri('Condition', 'c1'), safe='')}": 200,
        f"/api/v1/nodes?id={quote(site.lab.iri('Condition', 'c1'), safe='')}": 503,
    }
    away = site.search()
    assert [hit["document"] for hit in away["hits"]] == [hit["document"] for hit in before["hits"]]
    assert (away["graph"], away["neighbourhood"]["nodes"], away["total"]) == ("unavailable", [], before["total"])
    assert away["notices"] != []
    for path, status in pages.items():
        answer = site.client.get(path)
        assert answer.status_code == status, path
        assert "Traceback" not in answer.text
    assert "graph" in site.client.get("/search?q=cisplatin").text
    assert site.ready()[0] == 503
    site.server.start_again()
    site.lab.tools = replace(workplace.tools(site.settings), embedder=site.lab.embedder)
    site.lab.ingest(patient(), condition(), note())  # a server that kept nothing is filled again
    time.sleep(0.3)
    after = site.search()
    timeless = lambda answer: {key: value for key, value in answer.items() if key not in ("seconds", "timings")}  # noqa: E731
    assert timeless(after) == timeless(before)
    assert site.ready() == (200, "ok")


def test_a_store_that_hangs_costs_one_time_limit_and_then_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.move()
    assert site.search()["graph"] == "joined"
    monkeypatch.setattr(resting, "PAUSE", 60.0)
    site.server.pause()
    try:
        assert site.search()["graph"] == "unavailable"
        asked = []
        monkeypatch.setattr(type(site.library.current().store_opened._store), "neighbourhood", lambda *_, **__: asked.append(1))
        assert site.search()["graph"] == "unavailable"
        assert asked == []
    finally:
        site.server.resume()


def test_a_store_that_is_away_from_the_start_stops_an_ingest_and_no_page(site: Site) -> None:
    site.server.kill()
    published = site.lab.workspace.published()
    with pytest.raises(StoreUnavailable):
        site.move()
    assert site.lab.workspace.published() == published
    assert site.search()["graph"] == "unavailable"
    assert site.ready()[0] == 503
