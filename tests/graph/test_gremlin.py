"""The Gremlin back end on real servers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from graph.errors import GraphError, StoreRefused, StoreTimeout, StoreUnavailable
from graph.model import Literal
from graph.store import Inspectable
from graph.stores.gremlin import wire as gremlin_wire
from graph.stores.gremlin.elements import anonymous, traversal_source
from graph.stores.gremlin.store import GremlinStore
from graph.stores.memory import MemoryStore
from tests.contracts.graph_store import BASE, CHART, PATIENT, NewStore, ServerContract, quad, record
from tests.servers import processes
from tests.servers.fixtures import started
from tests.servers.processes import Server

pytestmark = pytest.mark.servers


def emptied(address: str, source: str = "g") -> NewStore:
    """Stores on one server, which hold nothing at first."""

    def new() -> GremlinStore:
        store = GremlinStore(address, source=source)
        store.clear()
        return store

    return new


@pytest.fixture
def source(request: pytest.FixtureRequest) -> str:
    """The server's second graph for the supernode: TinkerGraph takes minutes to empty a graph of one."""
    return "h" if "a_supernode" in request.node.name else "g"


class TestGremlinServer373(ServerContract):
    @pytest.fixture
    def new_store(self, gremlin_373: str, source: str) -> NewStore:
        return emptied(gremlin_373, source)


class TestGremlinServer381(ServerContract):
    @pytest.fixture
    def new_store(self, gremlin_381: str, source: str) -> NewStore:
        return emptied(gremlin_381, source)


class TestJanusGraph(ServerContract):
    @pytest.fixture
    def new_store(self, janusgraph: str) -> NewStore:
        return emptied(janusgraph)


@pytest.mark.parametrize(
    ("server", "release", "dialect"),
    [("gremlin_373", "3.7", "TinkerGraph"), ("gremlin_381", "3.8 or newer", "TinkerGraph"), ("janusgraph", "3.7", "JanusGraph")],
)
def test_finds_out_by_itself_which_server_it_is(server: str, release: str, dialect: str, request: pytest.FixtureRequest) -> None:
    store = GremlinStore(request.getfixturevalue(server))
    assert isinstance(store, Inspectable)
    before = store.statistics()
    assert list(store.inspect()) == [
        ("version", True, f"TinkerPop {release}"),
        ("dialect", True, dialect),
        ("identifiers", True, "vertices are found by their IRIs"),
        ("rights", True, "the user may read and write"),
        ("request size", True, "takes requests of 2 MB"),
    ]
    assert store.dialect.name == dialect
    assert store.statistics() == before
    store.close()


def test_tells_of_a_missing_right(gremlin_373: str, tmp_path: Path) -> None:
    store = GremlinStore(gremlin_373, source="readonly")
    findings = {name: (ok, text) for name, ok, text in store.inspect()}
    ok, text = findings["rights"]
    assert not ok
    assert "right to read and write" in text
    part = tmp_path / "part.nq"
    part.write_text(record(PATIENT, "Patient", ("kg:note", Literal("a secret finding"))))
    with pytest.raises(StoreRefused, match="right to read and write") as raised:
        store.load([part])
    assert "secret" not in str(raised.value)
    store.close()


def test_tells_of_a_setting_that_refuses_iris(gremlin_373: str) -> None:
    store = GremlinStore(gremlin_373, source="numbered")
    assert [name for name, ok, _ in store.inspect() if not ok] == ["identifiers"]
    store.close()


def test_tells_of_a_missing_schema(janusgraph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.stores.gremlin.dialects.IRI", "not_declared")
    store = GremlinStore(janusgraph)
    assert [(name, "schema" in text) for name, ok, text in store.inspect() if not ok] == [("identifiers", True)]
    store.close()


def test_nothing_listens() -> None:
    store = GremlinStore(f"ws://127.0.0.1:{processes.free_port()}/gremlin")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.statistics()
    with pytest.raises(StoreUnavailable):
        list(store.inspect())
    store.close()


def test_another_kind_of_server_listens() -> None:
    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = GremlinStore(f"ws://127.0.0.1:{server.server_port}/gremlin")
        with pytest.raises(StoreUnavailable, match="no Gremlin server"):
            store.node(PATIENT)
        store.close()
        server.shutdown()


def test_a_question_is_stopped_at_its_time_limit(gremlin_373: str) -> None:
    store = GremlinStore(gremlin_373, timeout=0.3)
    endless = traversal_source().inject(0).repeat(anonymous().identity()).until(anonymous().constant(0).is_(1))
    with pytest.raises(StoreTimeout, match=r"0\.3 seconds"):
        store.ask(endless)
    assert store.node("https://example.org/nobody") is None
    store.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """A server of our own that asks for a user and takes requests of 1 MB; tests stop it, and leave it running."""
    server = started(lambda: processes.gremlin_server("3.7.3", authentication=True, request_bytes=1_000_000))
    yield server
    server.close()


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    part = tmp_path / "chart.nq"
    part.write_text(CHART)
    return part


def as_researcher(server: Server, timeout: float = 20.0) -> GremlinStore:
    return GremlinStore(server.address, user=processes.USER, password=processes.PASSWORD, timeout=timeout)


def test_a_user_and_a_password_are_asked_for(guarded: Server, chart: Path) -> None:
    for user, password in ((None, None), (processes.USER, "a wrong one"), ("nobody", processes.PASSWORD)):
        store = GremlinStore(guarded.address, user=user, password=password)
        for ask in (store.statistics, lambda store=store: list(store.inspect()), lambda store=store: store.load([chart])):
            with pytest.raises(StoreRefused, match="store_user") as raised:
                ask()
            assert "wrong" not in str(raised.value)
        store.close()
    store = as_researcher(guarded)
    assert store.load([chart]) == CHART.count("\n")
    store.close()


def test_tells_of_a_limit_on_requests(guarded: Server, tmp_path: Path) -> None:
    store = as_researcher(guarded)
    assert [(name, "maxContentLength" in text) for name, ok, text in store.inspect() if not ok] == [("request size", True)]
    part = tmp_path / "part.nq"
    part.write_text(quad(PATIENT, "kg:note", Literal("finding " * 200_000), PATIENT))
    with pytest.raises(StoreUnavailable, match="maxContentLength") as raised:
        store.load([part])
    assert "finding" not in str(raised.value)
    store.close()


def test_a_server_that_hangs(guarded: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gremlin_wire, "_GRACE", 0.2)
    store = as_researcher(guarded, timeout=3.0)
    store.statistics()
    guarded.pause()
    try:
        with pytest.raises(StoreTimeout, match="did not answer"):
            store.node(PATIENT)
    finally:
        guarded.resume()
    store.node(PATIENT)
    store.close()


def test_a_server_that_is_stopped_and_started_again(guarded: Server, chart: Path) -> None:
    store = as_researcher(guarded)
    store.clear()
    store.load([chart])
    guarded.stop()
    with pytest.raises(StoreUnavailable, match="check"):
        store.statistics()
    guarded.start_again()
    assert store.statistics().quads == 0
    store.load([chart])
    guarded.stop()
    guarded.start_again()
    assert store.node(PATIENT) is None  # asked on a connection that the restart ended
    store.close()


def test_a_server_that_is_killed_in_mid_load(guarded: Server, tmp_path: Path) -> None:
    part = tmp_path / "part.nq"
    part.write_text(
        "".join(quad(f"{BASE}Observation/{n}", "kg:subject", f"{BASE}Patient/{n % 7}", f"{BASE}{n // 5}") for n in range(30_000))
    )
    store = as_researcher(guarded)
    store.clear()
    killer = threading.Timer(0.4, guarded.kill)
    killer.start()
    with pytest.raises(StoreUnavailable):
        store.load([part])
    killer.join()
    guarded.start_again()
    store.load([part])
    reference = MemoryStore()
    reference.load([part])
    assert store.statistics() == reference.statistics()
    assert store.neighbour_counts(f"{BASE}Patient/3") == reference.neighbour_counts(f"{BASE}Patient/3")
    store.close()


def test_a_closed_store_says_so(gremlin_373: str) -> None:
    store = GremlinStore(gremlin_373)
    store.close()
    with pytest.raises(GraphError, match="closed"):
        store.statistics()
