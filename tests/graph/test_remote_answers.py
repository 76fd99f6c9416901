"""Nobody can tell from an answer of the REST interface which store is behind it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from commissure.assemble import DataLibrary
from commissure.stores import open_store
from graph.vocabulary import TYPE
from ingest.moving import move
from ingest.progress import Silent
from ingest.replica import Replica
from ingest.workspace import Workspace
from search.filters import FILTERS
from search.protocols import Embedder
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.servers.neptune import NeptuneStandIn
from tests.servers.neptune_model import Key
from webapp.app import create_app

pytestmark = pytest.mark.servers
SETTINGS: Mapping[str, Any] = {
    "store_user": "",
    "store_password": "",
    "store_token": "",
    "store_timeout": 20.0,
    "staging": "",
    "loader_role": "",
}
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "fhir"
DATASETS = ("bulk-10-patients", "hl7-r4-examples", "healthlake-selfmade")
NODES = int(os.environ.get("COMMISSURE_NODES", "80"))
"""Nodes of the shared datasets that each server is asked about, and four times as many as it is asked searches."""
SEED = 2026
NOTES = (
    "# Plan\nStart cisplatin. Breast cancer with bone pain.\n",
    "No chest pain. Asthma, stable; salbutamol as needed.\n",
    "Übelkeit seit gestern; patient denies fever. Asthma.\n",
    "Follow up: breast cancer in remission, hypertension treated with lisinopril.\n",
)
SEARCHES = (
    "breast cancer",
    "asthma",
    "chest pain",
    "cisplatin",
    "hypertension treatment",
    "Übelkeit",
    "follow up",
    "Ann",
    "\"'); g.V().drop() //",
)
STORES = {
    "gremlin 3.7.3": ("gremlin_373", "gremlin+{}"),
    "gremlin 3.8.1": ("gremlin_381", "gremlin+{}"),
    "janusgraph": ("janusgraph", "gremlin+{}"),
    "fuseki": ("fuseki", "sparql+{}"),
}
"""Fixture of the server, and the address that `--store` takes."""
NEPTUNE = {"neptune by sparql": ("fuseki", "sparql+{}"), "neptune by gremlin": ("gremlin_373", "gremlin+{}")}
"""The same for the servers behind the stand-in for Neptune."""


def client(workspace: Workspace, embedder: Embedder | None, store: str) -> FlaskClient:
    """A client of an application over a data folder that one store answers for."""
    return create_app(DataLibrary(workspace, embedder, {**SETTINGS, "store": store})).test_client()


def questions(nodes: Sequence[str], searches: Sequence[str]) -> Iterator[str]:
    """Addresses of the interface that a graph store has a part in."""
    for iri in nodes:
        node = quote(iri, safe="")
        yield f"/api/v1/nodes?id={node}"
        yield f"/api/v1/neighbours?id={node}&limit=7"
        yield f"/api/v1/neighbours/counts?id={node}"
        yield f"/api/v1/neighbourhood?id={node}&hops=2&limit=4"
    for text in searches:
        yield f"/api/v1/search?q={quote(text)}&join=true"


def all_nodes(workspace: Workspace) -> list[str]:
    """The nodes of the published graph that are the subject of something, sorted."""
    import pyoxigraph as ox

    store = ox.Store.read_only(str(workspace.generation_folder(workspace.current()) / "graph"))
    return sorted({quad.subject.value for quad in store if isinstance(quad.subject, ox.NamedNode)})


def differing(one: FlaskClient, other: FlaskClient, asked: Sequence[str]) -> list[str]:
    """The questions that get different answers; nodes that nothing is said of are not found (404)."""
    found = []
    for address in asked:
        first, second = one.get(address), other.get(address)
        assert {first.status_code, second.status_code} <= {200, 404}, f"{address}: {first.status_code}, {second.status_code}"
        if first.status_code != second.status_code or _comparable(first.get_json()) != _comparable(second.get_json()):
            found.append(address)
    return found


def _comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """Without the times it took, and the number that every problem gets."""
    return {key: value for key, value in answer.items() if key not in ("seconds", "timings", "instance")}


def _records() -> list[dict[str, Any]]:
    asthma = {"code": "195967001", "display": "Asthma"}
    return [
        *(patient(f"p{number}", family) for number, family in enumerate(("Doe", "Roe", "Müller"), 1)),
        *(condition(f"c{number}", f"Patient/p{1 + number % 3}", **(asthma if number % 2 else {})) for number in range(9)),
        *(note(f"d{number}", NOTES[number % 4], f"Patient/p{1 + number % 3}") for number in range(12)),
        note("d99", "Asthma. Its patient comes with a later export.\n", "Patient/p99"),
    ]


@pytest.fixture(params=[*STORES, *NEPTUNE])
def address(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that holds nothing, as `--store` names it."""
    if request.param in STORES:
        yield emptied(request, *STORES[request.param])
        return
    fixture, form = NEPTUNE[request.param]
    emptied(request, fixture, form)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    language = "sparql" if fixture == "fuseki" else "gremlin"
    with closing(NeptuneStandIn(s3="", **{"fuseki" if fixture == "fuseki" else "gremlin": request.getfixturevalue(fixture)})) as stand_in:
        stand_in.keys["AKIDEXAMPLE"] = Key("not-a-secret")
        yield stand_in.address(language)


def emptied(request: pytest.FixtureRequest, fixture: str, form: str) -> str:
    """The address of a server that holds nothing any longer."""
    found = form.format(request.getfixturevalue(fixture))
    store: Any = open_store(found, SETTINGS)
    with closing(store):
        store.clear()
    return found


@pytest.fixture
def lab(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A data folder that is published into that server."""
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    store = open_store(address, SETTINGS)
    lab.tools = replace(lab.tools, replica=Replica(address, store))
    yield lab
    store.close()


def compare(lab: Lab, address: str) -> int:
    """The number of questions that were asked; none of them got two answers."""
    nodes = all_nodes(lab.workspace)
    asked = list(questions(nodes, SEARCHES))
    assert differing(client(lab.workspace, lab.embedder, "embedded"), client(lab.workspace, lab.embedder, address), asked) == []
    return len(asked)


def test_every_answer_is_the_embedded_stores(lab: Lab, address: str) -> None:
    lab.ingest(*_records())
    assert compare(lab, address) > 100
    lab.ingest(*_records()[2:-3], patient("p99", "Later"))
    assert compare(lab, address) > 100


def test_a_difference_is_found(lab: Lab, address: str) -> None:
    """The comparison can fail."""
    lab.ingest(*_records())
    store = open_store(address, SETTINGS)
    assert store.remove([lab.iri("Condition", "c3")]) == 1
    with pytest.raises(AssertionError):
        compare(lab, address)
    store.close()


@contextmanager
def inline() -> Iterator[None]:
    """Ingest in this process: the fixtures that last a session cannot have `monkeypatch`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        yield


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The shared datasets in one data folder, found by words: no graph store has a part in vectors."""
    missing = [name for name in DATASETS if not (SHARED / name).is_dir()]
    if missing:
        pytest.skip(f"the shared datasets are not here: {', '.join(missing)}")
    lab = Lab(tmp_path_factory.mktemp("shared"))
    with inline():
        for name in DATASETS:
            assert lab.ingest_path(SHARED / name, name, embed=False).records["added"] > 0
    return lab


def sampled_nodes(workspace: Workspace, count: int) -> list[str]:
    """Nodes by turns of every kind, and of every property that leads to a node without one; the same each time."""
    import pyoxigraph as ox

    store = ox.Store.read_only(str(workspace.generation_folder(workspace.current()) / "graph"))
    kinds: dict[str, set[str]] = {}
    typed = set()
    for quad in store.quads_for_pattern(None, ox.NamedNode(TYPE), None):
        kinds.setdefault(str(quad.object), set()).add(quad.subject.value)
        typed.add(quad.subject.value)
    for quad in store:
        if isinstance(quad.object, ox.NamedNode) and quad.object.value not in typed and quad.predicate.value != TYPE:
            kinds.setdefault(quad.predicate.value, set()).add(quad.object.value)
    random = Random(SEED)
    waiting = [random.sample(sorted(nodes), len(nodes)) for _, nodes in sorted(kinds.items())]
    random.shuffle(waiting)
    found: dict[str, None] = {}
    while len(found) < count and any(waiting):
        for nodes in waiting:
            if nodes and len(found) < count:
                found[nodes.pop()] = None
    return list(found)


def sampled_searches(embedded: FlaskClient, count: int) -> list[str]:
    """Joined searches for names of concepts, most narrowed as people do: by what the facets of the answer before offer."""
    random = Random(SEED)
    offered = _facets(embedded, {})
    labels = [label for name in ("concept", "type", "patient") for _, label in offered[name]]
    found: dict[str, None] = {"q=": None}
    while len(found) < count:
        asked: dict[str, Any] = {"q": " ".join(random.choice(labels).split()[: random.randint(1, 3)]), "limit": random.choice((5, 10, 25))}
        for _ in range(random.randint(0, 2)):
            facets = {name: values for name, values in _facets(embedded, asked).items() if values and name not in asked}
            if facets:
                name = random.choice(sorted(facets))
                value = random.choice(facets[name])[0]
                asked.update({"from": value, "to": value} if name == "year" else {name: value})
        found[urlencode(asked)] = None
    return list(found)


def _facets(embedded: FlaskClient, asked: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    answer = embedded.get(f"/api/v1/search?{urlencode({'q': '', **asked})}").get_json()
    filters = {"year", *(row.name for row in FILTERS)}
    offered = {name: values for name, values in answer["facets"].items() if name in filters}
    return {name: [(value["value"], value["label"]) for value in values] for name, values in offered.items()}


@pytest.mark.parametrize("name", STORES)
def test_every_answer_on_the_shared_datasets_is_the_embedded_stores(shared_lab: Lab, name: str, request: pytest.FixtureRequest) -> None:
    workspace = shared_lab.workspace
    address = emptied(request, *STORES[name])
    with closing(open_store(address, SETTINGS)) as store:
        moved = move(None, workspace, replace(shared_lab.tools, replica=Replica(address, store)), Silent())
    assert moved.quads > 100_000
    embedded, remote = client(workspace, None, "embedded"), client(workspace, None, address)
    nodes, searches = sampled_nodes(workspace, NODES), sampled_searches(embedded, NODES // 4)
    assert (len(nodes), len(searches)) == (NODES, NODES // 4)
    joined = [embedded.get(f"/api/v1/search?{search}").get_json() for search in searches]
    assert sum(bool(answer["neighbourhood"]["edges"]) for answer in joined) > 0.8 * len(searches)
    asked = [*questions(nodes, ()), *(f"/api/v1/search?{search}" for search in searches)]
    assert differing(embedded, remote, asked) == []
