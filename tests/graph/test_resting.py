"""A store that failed is left alone for a while."""

import pytest

from graph.errors import QueryRefused, StoreTimeout, StoreUnavailable
from graph.sparql import Demand
from graph.store import SparqlQueryable
from graph.stores.memory import MemoryStore
from graph.stores.resting import PAUSE, resting


class Away(MemoryStore):
    query = None

    """A store that is away when it is told so; it counts what it is asked."""

    def __init__(self):
        super().__init__()
        self.error = None
        self.asked = 0

    def node(self, iri):
        self.asked += 1
        if self.error:
            raise self.error
        return super().node(iri)


class Queryable(Away):
    def query(self, sparql, demand):
        raise QueryRefused("no")


def test_questions_fail_at_once_until_the_pause_is_over():
    inner, now = Away(), [0.0]
    store = resting(inner, lambda: now[0])
    assert store.node("urn:a") is None and not store.rests
    inner.error = StoreTimeout("too slow")
    with pytest.raises(StoreTimeout):
        store.node("urn:a")
    assert store.rests and inner.asked == 2
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="too slow"):
            store.statistics()
        with pytest.raises(StoreUnavailable, match="too slow"):
            store.node("urn:a")
    assert inner.asked == 2
    now[0] = PAUSE
    inner.error = None
    assert store.node("urn:a") is None
    assert not store.rests


def test_a_store_that_still_fails_rests_again():
    inner, now = Away(), [0.0]
    store = resting(inner, lambda: now[0])
    inner.error = StoreUnavailable("away")
    for round_ in range(3):
        now[0] = round_ * (PAUSE + 1)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                store.node("urn:a")
    assert inner.asked == 3


def test_what_a_query_does_wrong_is_not_the_stores_fault():
    store = resting(Queryable())
    assert isinstance(store, SparqlQueryable)
    with pytest.raises(QueryRefused):
        store.query("x", Demand("*/*", 1, 1))
    assert not store.rests
    assert not isinstance(resting(Away()), SparqlQueryable)
