"""Nobody can tell from an answer of the REST interface which store is behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from commissure.assemble import DataLibrary
from commissure.stores import open_store
from ingest.replica import Replica
from ingest.workspace import Workspace
from search.protocols import Embedder
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from webapp.app import create_app

SETTINGS: Mapping[str, Any] = {"store_user": "", "store_password": "", "store_token": "", "store_timeout": 20.0}
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
}
"""Fixture of the server, and the address that `--store` takes."""


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
    """The questions that get different answers, but for the time they took; each answer is one of success."""
    found = []
    for address in asked:
        first, second = one.get(address), other.get(address)
        assert first.status_code == second.status_code == 200, f"{address}: {first.status_code}, {second.status_code}"
        if _timeless(first.get_json()) != _timeless(second.get_json()):
            found.append(address)
    return found


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in ("seconds", "timings")}


def _records() -> list[dict[str, Any]]:
    asthma = {"code": "195967001", "display": "Asthma"}
    return [
        *(patient(f"p{number}", family) for number, family in enumerate(("Doe", "Roe", "Müller"), 1)),
        *(condition(f"c{number}", f"Patient/p{1 + number % 3}", **(asthma if number % 2 else {})) for number in range(9)),
        *(note(f"d{number}", NOTES[number % 4], f"Patient/p{1 + number % 3}") for number in range(12)),
        note("d99", "Asthma. Its patient comes with a later export.\n", "Patient/p99"),
    ]


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest) -> str:
    """A server that holds nothing, as `--store` names it."""
    fixture, form = STORES[request.param]
    found = form.format(request.getfixturevalue(fixture))
    store: Any = open_store(found, SETTINGS)
    store.clear()
    store.close()
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
