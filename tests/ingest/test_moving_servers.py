"""`commissure graph move` between real stores: each holds every quad, the way ends where it began; `kill -9` leaves the old one serving."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from commissure.assemble import DataLibrary
from commissure.stores import open_store
from ingest.workspace import Workspace
from sample import write_sample
from tests.ingest.exports import InlinePool, Lab
from tests.servers.contents import held, in_file
from tests.servers.proxy import Proxy
from webapp.app import create_app

pytestmark = pytest.mark.servers
SETTINGS: Mapping[str, Any] = {
    "store": "",
    "store_user": "",
    "store_password": "",
    "store_token": "",
    "store_timeout": 20.0,
    "staging": "",
    "loader_role": "",
}
POINTS = (0.02, 0.3, 0.6, 0.95)
"""Parts of all that a move sends, after which it is killed."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the charts of three patients; copied, not changed."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "export", patients=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        report = Lab(folder).ingest_path(folder / "export", embed=False)
    assert report.quads > 3000
    return folder / "data"


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Callable[[], Path]:
    """Makes copies of the data folder."""
    numbers = iter(range(100))
    return lambda: Path(shutil.copytree(data, tmp_path / f"data{next(numbers)}"))


def emptied(address: str) -> str:
    """The address of a store that holds nothing any longer."""
    store: Any = open_store(address, SETTINGS)
    with closing(store):
        store.clear()
    return address


@pytest.fixture
def gremlin(gremlin_373: str) -> str:
    return emptied(f"gremlin+{gremlin_373}")


@pytest.fixture
def sparql(fuseki: str) -> str:
    return emptied(f"sparql+{fuseki}")


def command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "commissure", "graph", *arguments, "--data", str(data)]


def commissure(data: Path, *arguments: str) -> Any:
    """What a command of `commissure graph` says in JSON; it must succeed."""
    done = subprocess.run(command(data, *arguments, "--json"), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def exported(data: Path) -> bytes:
    """The dataset as sorted N-Quads, and byte for byte as the embedded store writes each."""
    path = data.parent / f"{data.name}.nq"
    commissure(data, "export", str(path), "--dataset", "d")
    return b"".join(sorted(path.read_bytes().splitlines(keepends=True)))


def answers(data: Path) -> str:
    """The store that serves, with no store set; it answers a joined search and a question on a node."""
    workspace = Workspace(data)
    client = create_app(DataLibrary(workspace, None, SETTINGS)).test_client()
    found = client.get("/api/v1/search?q=chest+pain").get_json()
    assert found["graph"] == "joined" and found["neighbourhood"]["edges"]
    assert client.get(f"/api/v1/nodes?id={quote(found['hits'][0]['document'], safe='')}").status_code == 200
    return workspace.published()[1]


def test_from_oxigraph_to_gremlin_to_fuseki_and_back(copy: Callable[[], Path], gremlin: str, sparql: str) -> None:
    data = copy()
    before = exported(data)
    quads = in_file(data.parent / f"{data.name}.nq")
    came_from = ""
    for address in (gremlin, sparql, "embedded"):
        moved = commissure(data, "move", "--dataset", "d", "--to", address)
        serves = "" if address == "embedded" else address
        assert (moved["address"], moved["before"], moved["quads"]) == (serves, came_from, len(quads))
        assert answers(data) == serves
        assert all(finding["ok"] for finding in commissure(data, "check"))
        if serves:
            assert held(address) == quads
        came_from = serves
    assert exported(data) == before
    for left in (gremlin, sparql):
        assert held(left) == quads
        with closing(open_store(left, SETTINGS)) as store:
            assert store.remove([quads[-1].rsplit("<", 1)[1].removesuffix("> .")]) == 1
        assert set(held(left)) < set(quads), "the comparison finds no difference"


def behind(address: str, proxy: Proxy) -> str:
    """The address as clients reach it through the proxy."""
    port = urlsplit(address).port
    return address.replace(f":{port}/", f":{proxy.port}/")


@pytest.mark.parametrize("way", ["oxigraph to gremlin", "gremlin to fuseki"])
def test_a_killed_move_leaves_the_old_store_serving(copy: Callable[[], Path], gremlin: str, sparql: str, way: str) -> None:
    old, new = ("", gremlin) if way == "oxigraph to gremlin" else (gremlin, sparql)
    start = copy()
    if old:
        commissure(start, "move", "--to", old)
    with closing(Proxy(urlsplit(new).port or 0)) as proxy:
        to = behind(new, proxy)
        whole = Path(shutil.copytree(start, start.with_name("whole")))
        commissure(whole, "move", "--to", to)
        sent, expected = proxy.sent, held(new)
        for part in POINTS:
            emptied(new)
            data = Path(shutil.copytree(start, start.with_name(f"killed{part}")))
            with subprocess.Popen(command(data, "move", "--to", to), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mover:
                proxy.arm(int(sent * part), mover.kill)
                mover.wait(300)
            assert proxy.fired and mover.returncode == -signal.SIGKILL, f"at {part}: not killed"
            assert answers(data) == old, f"at {part}"
            commissure(data, "move", "--to", to)
            assert held(new) == expected, f"at {part}"
            assert answers(data) == to
