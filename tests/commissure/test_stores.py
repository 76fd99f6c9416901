"""A graph store is opened by its address; what is no address is said with what to do."""

import pytest

from commissure.errors import BadSetting
from commissure.settings import load
from commissure.stores import open_store, serving_address
from graph.stores.gremlin.store import GremlinStore
from graph.stores.neptune.store import NeptuneSparqlStore, NeptuneStore
from graph.stores.sparql.store import SparqlStore

CLUSTER = "neptune://db.cluster-x.eu-west-1.neptune.amazonaws.com:8182?language="


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("gremlin+ws://127.0.0.1:8182/gremlin", GremlinStore),
        ("sparql+https://example.org/ds", SparqlStore),
        (f"{CLUSTER}sparql", NeptuneSparqlStore),
        (f"{CLUSTER}gremlin", NeptuneStore),
    ],
)
def test_each_address_opens_its_store(address, kind):
    for staging in ({}, {"staging": "s3://bucket/prefix", "loader_role": "arn:aws:iam::1:role/R"}):
        store = open_store(address, load(staging, {}))
        assert type(store) is kind
        store.close()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://example.org/ds", "sparql[+]http"),
        ("gremlin+ws://", "such as"),
        ("sparql+http://u:secret@example.org/ds", "COMMISSURE_STORE_PASSWORD"),
        ("sparql+http://example.org:port/ds", "such as"),
        (CLUSTER, "language is sparql or gremlin"),
        (f"{CLUSTER}sql", "language is sparql or gremlin"),
        ("neptune://example.org:8182?language=sparql", "region"),
        (f"{CLUSTER}sparql&plain=true", "stand-in on this machine"),
        (f"{CLUSTER}sparql&colour=red", "no parameter colour"),
        ("sparql+http://example.org/ds?query=http://elsewhere.org/q", "on the host of its address"),
    ],
)
def test_what_is_no_address_is_refused(address, message):
    with pytest.raises(BadSetting, match=message) as refused:
        open_store(address, load({}, {}))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("given", [{"staging": "s3://bucket/prefix"}, {"loader_role": "arn:aws:iam::1:role/R"}])
def test_staging_needs_a_role_and_a_role_staging(given):
    with pytest.raises(BadSetting, match="go together"):
        open_store(f"{CLUSTER}sparql", load(given, {}))


def test_the_setting_wins_over_what_was_published_with():
    assert serving_address("", "sparql+http://a/ds") == "sparql+http://a/ds"
    assert serving_address("embedded", "sparql+http://a/ds") == ""
    assert serving_address("gremlin+ws://b/gremlin", "sparql+http://a/ds") == "gremlin+ws://b/gremlin"
