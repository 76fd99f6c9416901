"""`kill -9` of a graph server in the middle of a load, and of the loader: one more run ends with the store of an undisturbed load.

A proxy kills when a given number of bytes were sent, so that the points lie everywhere in a load: before the first mark, within what is
added, around the flip, within what is replaced and removed, before the last mark. `COMMISSURE_SERVER_KILLS=20` kills so often.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from commissure.stores import open_store
from commissure.workplace import published_graph
from graph.errors import StoreUnavailable
from ingest.replica import Replica
from ingest.run import RunReport
from tests.ingest.exports import InlinePool, Lab, condition, deleted, note, patient, write
from tests.servers import processes
from tests.servers.contents import held, in_file
from tests.servers.fixtures import started
from tests.servers.processes import Server
from tests.servers.proxy import Proxy

pytestmark = pytest.mark.long
SETTINGS = {"store_user": "", "store_password": "", "store_token": "", "store_timeout": 20.0, "staging": "", "loader_role": ""}
POINTS = int(os.environ.get("COMMISSURE_SERVER_KILLS", "4"))
SEED = 4
LOADS = ("first", "second")
SERVERS: dict[str, tuple[Callable[[], Server], str]] = {
    "gremlin": (processes.gremlin_server, "gremlin+ws://127.0.0.1:{}/gremlin"),
    "fuseki": (processes.fuseki, "sparql+http://127.0.0.1:{}/ds"),
}
"""How each is started, and what `--store` takes. The first comes back empty, the second with what it had written to disk."""


class Bench:
    """A server behind a proxy, two loads one after the other, and what the store holds after each if nothing goes wrong."""

    def __init__(self, server: Server, form: str, folder: Path, starter: ThreadPoolExecutor) -> None:
        """`starter` is a thread that lasts: a server ends with the thread that started it."""
        self.server, self.proxy, self._starter = server, Proxy(server.port), starter
        self.address, self._direct = form.format(self.proxy.port), form.format(server.port)
        self.exports, self._folder, self._labs = folder / "exports", folder, 0
        _write_exports(self.exports)
        self.undisturbed: dict[str, list[str]] = {}
        self.sent: dict[str, int] = {}
        lab = self.lab()
        for load in LOADS:
            before = self.proxy.sent
            assert self.ingest(lab, load).unsettled_graphs == 0
            self.sent[load] = self.proxy.sent - before
            self.compare(lab)
            self.undisturbed[load] = lab.quads()

    def start_again(self) -> None:
        """After the server was killed: the same one on the same port."""
        self._starter.submit(self.server.start_again).result()

    def lab(self) -> Lab:
        """A new data folder; the server holds nothing."""
        self._labs += 1
        store: Any = open_store(self._direct, SETTINGS)
        with closing(store):
            store.clear()
        return Lab(self._folder / f"lab{self._labs}")

    def ingest(self, lab: Lab, load: str) -> RunReport:
        """Bring one of the loads into the data folder and the server."""
        return _ingest(lab, self.exports / load, self.address)

    def held(self) -> list[str]:
        """What the server holds."""
        return held(self._direct)

    def compare(self, lab: Lab) -> None:
        """The server holds exactly what is published, each quad once."""
        with (
            lab.workspace.reading() as ledger,
            published_graph(lab.workspace.generation_folder(lab.workspace.current()) / "graph") as graph,
        ):
            assert ledger is not None
            path = lab.folder / "published.nq"
            graph.export(ledger.graphs(), path)
        assert self.held() == in_file(path)

    def points(self) -> Iterator[tuple[str, int]]:
        """Loads by turns, with the byte at which to kill: a random one of each stretch."""
        random = Random(SEED)
        for point in range(POINTS):
            load = LOADS[point % 2]
            yield load, 1 + int(self.sent[load] * (point // 2 + random.random()) / (POINTS / 2) * 0.98)

    def close(self) -> None:
        """Stop everything."""
        self.proxy.close()
        self.server.close()


def _write_exports(folder: Path) -> None:
    text = "# Plan\nStart {}. Breast cancer with bone pain; denies fever.\n"
    write(
        folder / "first" / "a.ndjson", *(patient(f"p{n}") for n in range(4)), *(condition(f"c{n}", f"Patient/p{n % 5}") for n in range(40))
    )
    write(folder / "first" / "b.ndjson", *(note(f"d{n}", text.format("cisplatin"), f"Patient/p{n % 5}") for n in range(20)))
    changed = (condition(f"c{n}", f"Patient/p{n % 5}", "44054006", "Diabetes") for n in range(0, 40, 3))
    write(folder / "second" / "a.ndjson", patient("p4", "Later"), *changed, *(condition(f"new{n}", "Patient/p4") for n in range(20)))
    write(folder / "second" / "b.ndjson", *(note(f"d{n}", text.format("metformin"), f"Patient/p{n % 5}") for n in range(15, 25)))
    write(folder / "second" / "deleted" / "x.ndjson", deleted(*(f"Condition/c{n}" for n in range(1, 40, 6))))


def _ingest(lab: Lab, export: Path, address: str) -> RunReport:
    with pytest.MonkeyPatch.context() as patch, closing(open_store(address, SETTINGS)) as store:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        patch.setattr("ingest.scanning.BLOCK", 4000)
        lab.tools = replace(lab.tools, replica=Replica(address, store))
        report: RunReport = lab.ingest_path(export)
        return report


def _ingest_apart(folder: Path, export: Path, address: str) -> None:
    """The same as a process of its own."""
    _ingest(Lab(folder), export, address)


@pytest.fixture(scope="module", params=SERVERS)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    start, form = SERVERS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")  # starts sooner; it lives for a second
        with (
            ThreadPoolExecutor(1) as starter,
            closing(Bench(started(start), form, tmp_path_factory.mktemp(request.param), starter)) as bench,
        ):
            yield bench


def test_a_killed_server(bench: Bench) -> None:
    """Every other time somebody starts it again at once, so that the load goes on with a server that came back empty or older."""
    for number, (load, at) in enumerate(bench.points()):
        lab, back_at_once = bench.lab(), number % 4 > 1
        for earlier in LOADS[: LOADS.index(load)]:
            bench.ingest(lab, earlier)

        def kill(back_at_once: bool = back_at_once) -> None:
            bench.server.kill()
            if back_at_once:
                bench.start_again()

        bench.proxy.arm(at, kill)
        try:
            settled = bench.ingest(lab, load).unsettled_graphs == 0
        except StoreUnavailable:
            settled = False
        assert bench.proxy.fired, f"{load} at {at}: not killed"
        if settled:
            assert back_at_once, f"{load} at {at}: settled in a server that is not there"
            bench.compare(lab)
        if not back_at_once:
            bench.start_again()
        assert bench.ingest(lab, load).unsettled_graphs == 0
        bench.compare(lab)
        assert lab.quads() == bench.undisturbed[load], f"{load} at {at}"


def test_a_killed_loader(bench: Bench) -> None:
    context = multiprocessing.get_context("forkserver")
    for load, at in bench.points():
        lab = bench.lab()
        for earlier in LOADS[: LOADS.index(load)]:
            bench.ingest(lab, earlier)
        loader = context.Process(target=_ingest_apart, args=(lab.folder, bench.exports / load, bench.address))
        bench.proxy.arm(at, loader.kill)
        loader.start()
        loader.join()
        assert bench.proxy.fired and loader.exitcode == -signal.SIGKILL, f"{load} at {at}: not killed"
        loader.close()
        assert bench.ingest(lab, load).unsettled_graphs == 0
        bench.compare(lab)
        assert lab.quads() == bench.undisturbed[load], f"{load} at {at}"
