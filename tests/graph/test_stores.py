"""Every back end keeps the contract."""

import itertools
from pathlib import Path

import pytest

from graph.stores.memory import MemoryStore
from graph.stores.oxigraph.store import OxigraphStore
from tests.contracts.graph_store import GraphStoreContract, NewStore
from tests.contracts.sparql import SparqlContract


class TestMemoryStore(SparqlContract, GraphStoreContract):
    @pytest.fixture
    def new_store(self) -> NewStore:
        return MemoryStore


class TestOxigraphStore(SparqlContract, GraphStoreContract):
    @pytest.fixture
    def new_store(self, tmp_path: Path) -> NewStore:
        numbers = itertools.count()
        return lambda: OxigraphStore(tmp_path / f"store-{next(numbers)}")
