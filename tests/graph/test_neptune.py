"""Neptune, in both languages, through a stand-in that checks every signature and every request; see tests/servers/neptune.py."""

import csv
import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.errors import GraphError, StoreRefused, StoreUnavailable
from graph.model import Literal
from graph.property_graph import decode, elements
from graph.sparql import Demand
from graph.store import GraphStore, Inspectable, SparqlQueryable
from graph.stores.gremlin.store import GremlinStore
from graph.stores.memory import MemoryStore
from graph.stores.neptune import neptune_csv
from graph.stores.neptune.loader_model import LoadCancelled, LoaderSettings, LoadFailed, LoadReport
from graph.stores.neptune.neptune_csv import write_csv
from graph.stores.neptune.store import NeptuneAddress, NeptuneStore, open_neptune
from graph.stores.sparql.store import SparqlStore
from graph.vocabulary import KG, LABEL
from tests.contracts.graph_store import ASTHMA, BASE, CHART, NewStore, ServerContract, all_pages, quad
from tests.contracts.sparql import SparqlContract
from tests.servers import neptune_loader, processes
from tests.servers.bucket import bucket, s3_client
from tests.servers.fixtures import started
from tests.servers.neptune import NeptuneStandIn
from tests.servers.neptune_model import ROLE, Key

pytestmark = pytest.mark.servers
BUCKET = "staging-of-tests"
STAGING = f"s3://{BUCKET}/commissure/parts"
LANGUAGES = ("sparql", "gremlin")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The endpoint of an S3 API with the staging bucket."""
    with bucket(BUCKET) as endpoint:
        yield endpoint


@pytest.fixture
def bench(s3: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator["Bench"]:
    """The stand-in with whichever language the test asks for first."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    made = Bench(s3, request)
    yield made
    made.close()


@pytest.fixture
def gremlin(request: pytest.FixtureRequest) -> Iterator[str]:
    """A Gremlin Server: one of its own for the supernode, because TinkerGraph takes minutes to empty a graph of one."""
    if "a_supernode" not in request.node.name:
        yield request.getfixturevalue("gremlin_373")
        return
    server = started(lambda: processes.gremlin_server("3.7.3"))
    yield server.address
    server.close()


class Bench:
    """A stand-in over real servers, an account to sign with, and stores on it."""

    def __init__(self, s3: str, request: pytest.FixtureRequest) -> None:
        self._s3, self._request = s3, request
        self._stores: list[NeptuneStore] = []
        self._behind: dict[str, GremlinStore | SparqlStore] = {}
        self._stand_in: NeptuneStandIn | None = None
        self.account = ("AKIDEXAMPLE", "a/secret+of=tests", "token/of+tests==")
        self.sessions = 0
        self.settings = LoaderSettings(STAGING, ROLE, small=0, first_poll=0.01, last_poll=0.05, outage=60.0)

    def stand_in(self, language: str, signed: bool = True) -> NeptuneStandIn:
        """The server, with an empty store behind it."""
        if self._stand_in is None:
            real = self._request.getfixturevalue("fuseki" if language == "sparql" else "gremlin")
            self._behind[language] = SparqlStore(real) if language == "sparql" else GremlinStore(real)
            self._stand_in = NeptuneStandIn(s3=self._s3, signed=signed, **{"fuseki" if language == "sparql" else "gremlin": real})
            self._stand_in.keys[self.account[0]] = Key(*self.account[1:])
            self._behind[language].clear()
        return self._stand_in

    def clear(self) -> None:
        """Empty the store behind."""
        for store in self._behind.values():
            store.clear()

    def session(self) -> Any:
        """A botocore session with the account's credentials."""
        from botocore.session import Session

        self.sessions += 1
        session = Session()
        session.set_credentials(*self.account)
        return session

    def store(self, language: str, address: str = "", **changed: Any) -> NeptuneStore:
        """A store on the stand-in; `changed` are loader settings."""
        stand_in = self.stand_in(language)
        loader = replace(self.settings, **changed)
        made = open_neptune(address or stand_in.address(language), loader=loader, session=self.session)
        self._stores.append(made)
        return made

    def staged(self) -> list[str]:
        """What lies in the staging bucket."""
        found = s3_client(self._s3).list_objects_v2(Bucket=BUCKET)
        return [entry["Key"] for entry in found.get("Contents", ())]

    def empty_staging(self) -> None:
        """Take all out of the staging bucket."""
        for key in self.staged():
            s3_client(self._s3).delete_object(Bucket=BUCKET, Key=key)

    def close(self) -> None:
        """Stop everything."""
        for store in self._stores:
            store.close()
        for behind in self._behind.values():
            behind.close()
        if self._stand_in is not None:
            self._stand_in.close()
        self.empty_staging()


def chart(folder: Path, text: str = CHART, name: str = "chart.nq") -> Path:
    part = folder / name
    part.write_text(text)
    return part


def asked(stand_in: NeptuneStandIn, method: str, path: str) -> int:
    return stand_in.requests.count((method, path))


def equal_to_reference(store: GraphStore, *parts: Path) -> None:
    reference = MemoryStore()
    reference.load(parts)
    assert store.statistics() == reference.statistics()
    iris = sorted({graph for part in parts for line in part.read_text().splitlines() for graph in [line.split(" ")[0][1:-1]]})
    for iri in iris:
        assert store.node(iri) == reference.node(iri)
        assert all_pages(store, iri) == all_pages(reference, iri)


class NeptuneContract(ServerContract):
    """Loads of more than 30 quads go through the bulk loader, smaller ones do not."""

    language = ""

    @pytest.fixture
    def new_store(self, bench: Bench) -> NewStore:
        def make() -> GraphStore:
            bench.stand_in(self.language)
            bench.clear()
            return bench.store(self.language, small=30)

        return make


class TestNeptuneBySparql(SparqlContract, NeptuneContract):
    language = "sparql"


class TestNeptuneByGremlin(NeptuneContract):
    language = "gremlin"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_load_goes_through_s3_and_the_loader(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in, reports = bench.stand_in(language), list[LoadReport]()
    store = bench.store(language, report=reports.append, parallelism="MEDIUM")
    parts = [chart(tmp_path), tmp_path / "more.nq.gz"]
    parts[1].write_bytes(gzip.compress(quad(ASTHMA, LABEL, Literal(""), BASE + "more").encode()))
    assert store.load(parts) == CHART.count("\n") + 1
    jobs = list(stand_in.jobs.values())
    assert [job.asked["format"] for job in jobs] == (["nquads"] if language == "sparql" else ["csv", "csv"])
    assert [job.asked.get("dependencies", []) for job in jobs] == [[], [jobs[0].id]][: len(jobs)]
    assert {(job.asked["mode"], job.asked["queueRequest"], job.asked["failOnError"], job.asked["parallelism"]) for job in jobs} == {
        ("NEW", True, True, "MEDIUM")
    }
    assert [(report.status, report.feeds) for report in reports] == [("LOAD_COMPLETED", {"LOAD_COMPLETED": len(job.feeds)}) for job in jobs]
    assert bench.staged() == []
    (tmp_path / "plain.nq").write_text(gzip.decompress(parts[1].read_bytes()).decode())
    equal_to_reference(store, parts[0], tmp_path / "plain.nq")


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_changes_do_not_take_the_loader(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in, store = bench.stand_in(language), bench.store(language, small=CHART.count("\n"))
    store.load([chart(tmp_path)])
    store.replace([chart(tmp_path)])
    assert store.remove([BASE + "Patient/1"]) == 1
    assert stand_in.jobs == {}
    store.load([chart(tmp_path, CHART + quad(ASTHMA, LABEL, Literal("one more"), BASE + "more"))])
    assert len(stand_in.jobs) == (1 if language == "sparql" else 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_replacing_takes_the_loader_for_new_graphs_only(bench: Bench, language: str, tmp_path: Path) -> None:
    store = bench.store(language)
    known, changed, new = BASE + "known", quad(ASTHMA, LABEL, Literal("changed"), BASE + "known"), CHART
    store.load([chart(tmp_path, quad(ASTHMA, LABEL, Literal("before"), known))])
    jobs = len(bench.stand_in(language).jobs) + (1 if language == "sparql" else 2)
    part = chart(tmp_path, changed + new)
    assert store.replace([part]) == CHART.count("\n") + 1
    assert len(bench.stand_in(language).jobs) == jobs
    equal_to_reference(store, part)
    assert store.replace([part]) == CHART.count("\n") + 1
    assert len(bench.stand_in(language).jobs) == jobs
    equal_to_reference(store, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_name_the_file_and_the_line(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in, reports = bench.stand_in(language), list[LoadReport]()
    part = chart(tmp_path)

    def broken(uri: str, data: bytes) -> bytes:
        lines = data.split(b"\n")
        for number in (3, 5):
            lines[number - 1] = b"<broken"
        return b"\n".join(lines)

    stand_in.faults.tamper = broken
    with pytest.raises(LoadFailed, match="ended as LOAD_FAILED") as raised:
        bench.store(language).load([part])
    first = (3 if language == "sparql" else 2, str(part), "PARSING_ERROR")  # a header comes before the rows of CSV
    assert [(error.record, error.file, error.code) for error in raised.value.report.errors] == [first]
    assert part.name in str(raised.value)
    assert bench.staged()
    store = bench.store(language, fail_on_error=False, report=reports.append)
    if language == "sparql":
        store.load([part])
        assert [(error.record, error.file) for report in reports for error in report.errors] == [(3, str(part)), (5, str(part))]
        assert reports[0].overall.parsing_errors == 2
        assert store.statistics().quads == CHART.count("\n") - 2
    else:
        store.load([part])
        assert {(error.record, error.code) for error in reports[0].errors} == {(2, "PARSING_ERROR"), (4, "PARSING_ERROR")}


def test_all_pages_of_errors_are_read(bench: Bench, tmp_path: Path) -> None:
    stand_in, reports = bench.stand_in("sparql"), list[LoadReport]()
    stand_in.faults.tamper = lambda _, data: b"<broken\n" * 2345
    bench.store("sparql", fail_on_error=False, report=reports.append).load([chart(tmp_path)])
    assert [error.record for error in reports[0].errors] == list(range(1, 2346))
    assert reports[0].overall.parsing_errors == 2345


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "outcome", ["LOAD_DATA_DEADLOCK", "LOAD_COMMITTED_W_WRITE_CONFLICTS", "LOAD_S3_READ_ERROR", "LOAD_UNEXPECTED_ERROR"]
)
def test_what_passes_is_resumed(bench: Bench, language: str, outcome: str, tmp_path: Path) -> None:
    stand_in = bench.stand_in(language)
    stand_in.faults.outcomes = [outcome, outcome]
    store = bench.store(language)
    parts = [chart(tmp_path), chart(tmp_path, quad(ASTHMA, LABEL, Literal("more"), BASE + "more"), "more.nq")]
    store.load(parts)
    equal_to_reference(store, *parts)
    first = [job for job in stand_in.jobs.values() if job.asked["source"] == next(iter(stand_in.jobs.values())).asked["source"]]
    assert [job.asked["mode"] for job in first] == ["NEW", "RESUME", "RESUME"]
    assert [job.asked["parallelism"] for job in first] == ["HIGH", *(["LOW"] * 2 if "DEADLOCK" in outcome else ["HIGH"] * 2)]
    assert bench.staged() == []


def test_what_does_not_pass_ends_after_a_few_attempts(bench: Bench, tmp_path: Path) -> None:
    stand_in = bench.stand_in("sparql")
    stand_in.faults.outcomes = ["LOAD_DATA_DEADLOCK"] * 9
    with pytest.raises(LoadFailed, match="LOAD_DATA_DEADLOCK"):
        bench.store("sparql", attempts=3).load([chart(tmp_path)])
    assert len(stand_in.jobs) == 3
    for word in ("LOAD_FAILED", "LOAD_CANCELLED_DUE_TO_ERRORS", "LOAD_DATA_FAILED_DUE_TO_FEED_MODIFIED_OR_DELETED"):
        stand_in.jobs.clear()
        stand_in.faults.outcomes = [word]
        with pytest.raises(LoadFailed, match=word):
            bench.store("sparql").load([chart(tmp_path)])
        assert len(stand_in.jobs) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_load_that_is_told_to_stop_is_cancelled(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in, stop = bench.stand_in(language), threading.Event()
    stand_in.faults.hold = threading.Event()
    ended: list[BaseException] = []

    def load() -> None:
        try:
            bench.store(language, stop=stop.is_set).load([chart(tmp_path)])
        except LoadCancelled as cancelled:
            ended.append(cancelled)

    thread = threading.Thread(target=load)
    thread.start()
    while not stand_in.jobs:
        thread.join(0.01)
    stop.set()
    thread.join(60)
    assert len(ended) == 1
    first, *rest = [job.status for job in stand_in.jobs.values()]
    assert first == "LOAD_CANCELLED_BY_USER"
    assert set(rest) <= {"LOAD_CANCELLED_BY_USER", "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED"}
    stand_in.faults.hold.set()
    store = bench.store(language)
    assert store.load([chart(tmp_path)]) == CHART.count("\n")
    equal_to_reference(store, chart(tmp_path))


def test_a_run_that_broke_off_is_taken_up_or_begun_anew(bench: Bench, tmp_path: Path) -> None:
    stand_in, part = bench.stand_in("sparql"), chart(tmp_path)
    other = chart(tmp_path, quad(ASTHMA, LABEL, Literal("more"), BASE + "more"), "more.nq")
    stand_in.faults.outcomes = ["LOAD_FAILED"]
    with pytest.raises(LoadFailed):
        bench.store("sparql").load([part, other])
    failed = next(iter(stand_in.jobs.values()))
    done = [feed.uri for feed in failed.feeds if feed.status == "LOAD_COMPLETED"]
    assert len(done) == 1
    staged = bench.staged()
    bench.store("sparql", mode="AUTO").load([part, other])
    taken_up = list(stand_in.jobs.values())[-1]
    assert taken_up.asked["mode"] == "AUTO"
    assert sum(feed.records for feed in taken_up.feeds) < CHART.count("\n") + 1  # what was loaded is not loaded again
    assert staged
    assert bench.staged() == []
    equal_to_reference(bench.store("sparql"), part, other)


@pytest.mark.parametrize("mode", ["NEW", "AUTO"])
def test_a_load_that_still_goes_on_is_waited_for_or_cancelled(bench: Bench, mode: str, tmp_path: Path) -> None:
    stand_in, part = bench.stand_in("sparql"), chart(tmp_path)
    stand_in.faults.hold = threading.Event()
    store = bench.store("sparql")
    staging, loader = store._staging, store._loader
    assert staging is not None
    assert loader is not None
    staged = staging.stage([part])
    load = loader.submit(_request(staged.sources[0]))  # and the process that did so is no more

    def release() -> None:
        while not (stand_in.jobs[load].cancelled if mode == "NEW" else asked(stand_in, "GET", f"/loader/{load}") > 3):
            time.sleep(0.01)
        assert stand_in.faults.hold is not None
        stand_in.faults.hold.set()

    thread = threading.Thread(target=release, daemon=True)
    thread.start()
    assert bench.store("sparql", mode=mode).load([part]) == CHART.count("\n")
    thread.join(5)
    assert [job.status for job in stand_in.jobs.values()] == (
        ["LOAD_COMPLETED"] if mode == "AUTO" else ["LOAD_CANCELLED_BY_USER", "LOAD_COMPLETED"]
    )
    equal_to_reference(store, part)


def _request(source: str) -> Any:
    from graph.stores.neptune.loader_model import LoadRequest

    return LoadRequest(source, "nquads")


def test_a_full_queue_is_waited_for(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = bench.stand_in("sparql")
    monkeypatch.setattr(neptune_loader, "QUEUE", 0)
    stand_in.faults.hold = threading.Event()
    store = bench.store("sparql")
    assert store._loader is not None
    store._loader.submit(_request("s3://" + BUCKET + "/elsewhere/"))
    hold, refused = stand_in.faults.hold, 2

    def release() -> None:
        while asked(stand_in, "POST", "/loader") < 1 + refused:
            time.sleep(0.01)
        hold.set()

    threading.Thread(target=release, daemon=True).start()
    assert store.load([chart(tmp_path)]) == CHART.count("\n")
    assert asked(stand_in, "POST", "/loader") > 1 + refused


def test_loads_can_be_cancelled_by_anybody(bench: Bench) -> None:
    stand_in, store = bench.stand_in("sparql"), bench.store("sparql")
    stand_in.faults.hold = threading.Event()
    assert store._loader is not None
    loads = [store._loader.submit(_request(f"s3://{BUCKET}/{number}/")) for number in range(3)]
    assert store.cancel_loads() == 3
    assert {store._loader.status(load).status for load in loads} == {"LOAD_CANCELLED_BY_USER"}
    assert store.cancel_loads() == 0
    store._loader.cancel(loads[0])


def test_a_dependency_that_failed_takes_the_rest_with_it(bench: Bench, tmp_path: Path) -> None:
    stand_in, reports = bench.stand_in("gremlin"), list[LoadReport]()
    stand_in.faults.outcomes = ["LOAD_FAILED"]
    with pytest.raises(LoadFailed):
        bench.store("gremlin", report=reports.append).load([chart(tmp_path)])
    assert [report.status for report in reports] == ["LOAD_FAILED"]
    statuses = [job.status for job in stand_in.jobs.values()]
    assert statuses[0] == "LOAD_FAILED"
    assert statuses[1] in ("LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED", "LOAD_CANCELLED_BY_USER")


@pytest.mark.parametrize("language", LANGUAGES)
def test_throttling_and_conflicts_are_waited_out(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in = bench.stand_in(language)
    store = bench.store(language)
    stand_in.faults.throttled = 2
    store.load([chart(tmp_path)])
    equal_to_reference(store, chart(tmp_path))
    if language == "sparql":
        stand_in.faults.conflicts = 2
        small = bench.store("sparql", small=1000)
        small.load([chart(tmp_path, quad(ASTHMA, LABEL, Literal("more"), BASE + "more"), "more.nq")])
        assert stand_in.faults.conflicts == 0
        equal_to_reference(store, chart(tmp_path), tmp_path / "more.nq")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_signature_is_refused(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in = bench.stand_in(language)
    stand_in.keys[bench.account[0]].secret = "another"
    store = bench.store(language)
    for work in (
        lambda: store.node(ASTHMA),
        lambda: store.load([chart(tmp_path)]),
        lambda: bench.store(language, small=1000).load([chart(tmp_path)]),
    ):
        with pytest.raises(StoreRefused, match=r"rights|refused") as raised:
            work()
        assert bench.account[1] not in str(raised.value)
        assert bench.account[2] not in str(raised.value)
    stand_in.keys.clear()
    with pytest.raises(StoreRefused):
        store.node(ASTHMA)
    assert stand_in.jobs == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_expired_credentials_are_renewed(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in, store = bench.stand_in(language), bench.store(language)
    store.load([chart(tmp_path)])
    sessions = bench.sessions
    stand_in.keys[bench.account[0]].expired = True
    bench.account = ("AKIDRENEWED", "a new secret", "a new token")
    stand_in.keys[bench.account[0]] = Key(*bench.account[1:])
    store.close()
    store = bench.store(language)
    assert bench.sessions == sessions  # nothing is asked before it is needed
    equal_to_reference(store, chart(tmp_path))
    kept = bench.sessions
    stand_in.keys[bench.account[0]].expired = True
    bench.account = ("AKIDTHIRD", "a third secret", "a third token")
    stand_in.keys[bench.account[0]] = Key(*bench.account[1:])
    more = chart(tmp_path, quad(ASTHMA, LABEL, Literal("more"), BASE + "more"), "more.nq")
    assert store.load([more]) == 1
    assert bench.sessions == kept + 1
    equal_to_reference(store, chart(tmp_path), more)


def test_credentials_that_botocore_renews_are_asked_at_each_request(bench: Bench) -> None:
    from datetime import UTC, datetime, timedelta

    from botocore.credentials import RefreshableCredentials
    from botocore.session import Session

    stand_in, given = bench.stand_in("sparql"), list[str]()

    def refresh() -> dict[str, str]:
        name = f"AKID{len(given)}"
        given.append(name)
        for key in stand_in.keys.values():
            key.expired = True
        stand_in.keys[name] = Key("secret", "token")
        end = datetime.now(UTC) + timedelta(seconds=1)
        return {"access_key": name, "secret_key": "secret", "token": "token", "expiry_time": end.isoformat()}

    def session() -> Any:
        made = Session()
        made._credentials = RefreshableCredentials.create_from_metadata(refresh(), refresh, "test")
        return made

    store = open_neptune(stand_in.address("sparql"), session=session)
    assert store.node(ASTHMA) is None
    assert store.node(ASTHMA) is None
    store.close()
    assert len(given) >= 3  # each of them had all but expired


def test_without_credentials_it_says_what_to_do(bench: Bench) -> None:
    from botocore.session import Session

    store = open_neptune(bench.stand_in("sparql").address("sparql"), session=Session)
    with pytest.raises(StoreRefused):
        store.node(ASTHMA)
    store.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cluster_without_iam_takes_unsigned_requests(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in = bench.stand_in(language, signed=False)
    store = bench.store(language, stand_in.address(language, iam="false"))
    store.load([chart(tmp_path)])
    equal_to_reference(store, chart(tmp_path))


def test_a_role_that_may_not_read_the_bucket_is_told(bench: Bench, tmp_path: Path) -> None:
    bench.stand_in("sparql")
    with pytest.raises(StoreRefused, match="attach the loader's role"):
        bench.store("sparql", role="arn:aws:iam::123456789012:role/Another").load([chart(tmp_path)])


def test_requests_that_do_not_fit_the_service_model_are_refused(bench: Bench, tmp_path: Path) -> None:
    stand_in = bench.stand_in("sparql")
    for wrong in ({"parallelism": "ENORMOUS"}, {"mode": "AGAIN"}, {"role": "nobody"}):
        with pytest.raises(GraphError, match="InvalidParameterException"):
            bench.store("sparql", **wrong).load([chart(tmp_path)])
    assert stand_in.jobs == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_csv_cannot_hold_goes_statement_by_statement(bench: Bench, language: str, tmp_path: Path) -> None:
    stand_in, store = bench.stand_in(language), bench.store(language)
    odd = quad(ASTHMA, "https://example.org/a,b", Literal("x"), BASE + "odd") + quad(
        ASTHMA, "https://example.org/c;d", BASE + "y", BASE + "odd"
    )
    part = chart(tmp_path, odd)
    assert store.load([part]) == 2
    assert len(stand_in.jobs) == (1 if language == "sparql" else 0)
    equal_to_reference(store, part)


def test_inspection(bench: Bench) -> None:
    stand_in, store = bench.stand_in("sparql"), bench.store("sparql")
    assert isinstance(store, Inspectable)
    assert isinstance(store, SparqlQueryable)
    found = {what: fine for what, fine, _ in store.inspect()}
    assert found == {"engine": True, "role": True, "signing": True, "reading": True, "loader": True, "staging": True}
    stand_in.role = "reader"
    bench_without = open_neptune(stand_in.address("sparql"), session=bench.session)
    found = {what: fine for what, fine, _ in bench_without.inspect()}
    assert (found["role"], found["loader"]) == (False, False)
    bench_without.close()


def test_the_page_of_sparql_works(bench: Bench, tmp_path: Path) -> None:
    store = bench.store("sparql")
    store.load([chart(tmp_path)])
    assert isinstance(store, SparqlQueryable)
    answer = store.query("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }", Demand("text/csv", 10, 10))
    assert answer.body.split() == [b"n", str(sum(store.statistics().kinds.values())).encode()]
    assert not isinstance(open_neptune("neptune://c.eu-west-1.neptune.amazonaws.com?language=gremlin"), SparqlQueryable)


def test_a_cluster_that_is_down_is_told(bench: Bench, tmp_path: Path) -> None:
    bench.stand_in("sparql")
    address = f"neptune://127.0.0.1:{processes.free_port()}?language=gremlin&region=eu-west-1&plain=true"
    store = bench.store("gremlin", address, outage=0.1)
    with pytest.raises(StoreUnavailable):
        store.node(ASTHMA)


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("neptune://cluster:8182", "language is sparql or gremlin"),
        ("neptune://cluster:8182?language=cypher&region=eu-west-1", "language is sparql or gremlin"),
        ("neptune://cluster:8182?language=sparql", "give the cluster's region"),
        ("neptune://cluster:8182?language=sparql&region=nowhere", "give the cluster's region"),
        ("neptune://cluster:8182?language=sparql&region=eu-west-1&plain=true", "on this machine only"),
        ("neptune://cluster:8182?language=sparql&region=eu-west-1&iam=perhaps", "true or false"),
        ("neptune://cluster:8182?language=sparql&regoin=eu-west-1", "no parameter regoin"),
        ("neptune://user:word@cluster:8182?language=sparql&region=eu-west-1", "no address"),
        ("neptune://:8182?language=sparql&region=eu-west-1", "no address"),
        ("https://cluster:8182?language=sparql&region=eu-west-1", "no address"),
    ],
)
def test_addresses_that_are_none(address: str, wrong: str) -> None:
    with pytest.raises(GraphError, match=wrong):
        NeptuneAddress.parse(address)


def test_addresses() -> None:
    host = "demo.cluster-abc.us-gov-west-1.neptune.amazonaws.com"
    found = NeptuneAddress.parse(f"neptune://{host}?language=gremlin")
    assert (found.region, found.port, found.iam) == ("us-gov-west-1", 8182, True)
    assert found.url("ws", "/gremlin") == f"wss://{host}:8182/gremlin"
    assert NeptuneAddress.parse("neptune://[::1]:9?language=sparql&region=eu-west-1&plain=true").url("http", "/x") == "http://[::1]:9/x"


def test_a_staging_place_that_is_none(bench: Bench) -> None:
    for place in ("bucket/prefix", "s3://", "https://bucket/prefix"):
        with pytest.raises(GraphError, match="s3://bucket/prefix"):
            bench.store("sparql", staging=place)


def test_csv_holds_every_value_in_a_cell_of_its_own(tmp_path: Path) -> None:
    awkward = ['a "quoted", text', "semi;colon\\;", "two\nlines\r\n", " spaces ", "", "~id", "=1+1", "ünï\u2028", "x" * 200_000]
    found = elements(
        [
            *((ASTHMA, LABEL, Literal(value), BASE + "r") for value in awkward),
            (ASTHMA, "http://example.org/p:q", Literal("x", language="de"), BASE + "r"),
            (ASTHMA, KG + "code", BASE + "end", BASE + "r"),
        ]
    )
    files = write_csv(found, tmp_path, "part")
    assert [path.name for path in (*files.vertices, *files.edges)] == ["part-vertices-0001.csv.gz", "part-edges-0001.csv.gz"]
    csv.field_size_limit(1 << 30)
    with gzip.open(files.vertices[0], "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == [
        "~id",
        "~label",
        "kind:String",
        "record:String",
        "said:String",
        "http\\://example.org/p\\:q:String",
        "rdfs_label:String",
    ]
    assert {row[0] for row in rows} == {ASTHMA, BASE + "end"}
    values = [row[6] for row in rows if row[0] == ASTHMA]
    assert [decode(value) for value in values] == [Literal(value) for value in awkward]
    assert "" not in values
    assert [row[5] for row in rows if row[5]] == ["x^^@de"]
    with gzip.open(files.edges[0], "rt", encoding="utf-8", newline="") as file:
        header, edge = csv.reader(file, strict=True)
    assert header == ["~id", "~from", "~to", "~label", "relation:String", "record:String"]
    assert edge[1:] == [ASTHMA, BASE + "end", "code", KG + "code", BASE + "r"]


def test_csv_is_written_in_files_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neptune_csv, "_VERTICES", 4)
    monkeypatch.setattr(neptune_csv, "_EDGES", 5)
    monkeypatch.setattr(neptune_csv, "_KNOWN", 6)
    quads = [(f"{BASE}{number}", KG + "code", ASTHMA, f"{BASE}{number}") for number in range(20)]
    files = write_csv(elements(quads), tmp_path, "part")
    assert (len(files.vertices), len(files.edges)) == (5, 3)
    ids, ends = set[str](), list[str]()
    for path in files.vertices:
        with gzip.open(path, "rt", newline="") as file:
            ids.update(row[0] for row in list(csv.reader(file))[1:])
    for path in files.edges:
        with gzip.open(path, "rt", newline="") as file:
            ends += [end for row in list(csv.reader(file))[1:] for end in row[1:3]]
    assert ids == set(ends)
    assert len(ends) == 40
