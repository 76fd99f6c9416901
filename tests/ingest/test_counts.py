"""The quads that a dataset is said to have are those that the graph holds of it: no more after changes, deletions and repairs."""

import pytest

from ingest import pipeline
from ingest.pipeline import drop, repair
from ingest.progress import Silent
from tests.ingest.exports import InlinePool, Lab, condition, deleted, note, patient
from tests.webapp.fixtures import two_patients


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    return Lab(tmp_path)


def held(lab):
    """Dataset → quads in the graph."""
    from pyoxigraph import DefaultGraph, Store

    store = Store.read_only(str(lab.workspace.generation_folder(lab.workspace.current()) / "graph"))
    found = {}
    for quad in store:
        if not isinstance(quad.graph_name, DefaultGraph):
            dataset = quad.graph_name.value.partition("/data/")[2].partition("/")[0].partition("#")[0]
            found[dataset] = found.get(dataset, 0) + 1
    return found


def said(lab):
    return {one.dataset: one.quads for one in lab.library().datasets()}


def test_after_every_change_it_is_what_is_there(lab):
    lab.ingest(patient("p1"), patient("p2", "Roe"), condition("c1"), condition("c2", "Patient/p2"), note("d1"))
    assert said(lab) == held(lab)
    first = said(lab)["d"]
    lab.ingest(condition("c1", code="38341003", display="Hypertension"), note("d1", "# Plan\nStop cisplatin.\n"))
    assert said(lab) == held(lab)
    lab.ingest(condition("c3", "Patient/p9"), dataset="e")
    assert said(lab) == held(lab) and set(said(lab)) == {"d", "e"}
    lab.ingest(deleted("Condition/c2", "Patient/p2"), role="deleted")
    assert said(lab) == held(lab)
    assert said(lab)["d"] < first
    before = said(lab)
    lab.ingest(patient("p1"))
    assert said(lab) == before
    drop("e", lab.workspace, lab.tools, Silent())
    assert said(lab) == held(lab) and set(said(lab)) == {"d"}


def test_records_of_everything_the_web_tests_show():
    assert said(two_patients()) == held(two_patients())


def test_what_was_rebuilt_is_counted_anew(lab):
    lab.ingest(patient("p1"), condition("c1"), condition("c2"), note("d1"))
    lab.ingest(condition("c1", code="38341003", display="Hypertension"))
    lab.ingest(patient("p1"), dataset="e")
    before = said(lab)
    (lab.workspace.generation_folder(lab.workspace.current()) / "search" / "catalog.sqlite").write_bytes(b"")
    repair(lab.workspace, lab.tools, 1, Silent())
    assert said(lab) == held(lab) == before


def test_a_data_folder_whose_quads_were_never_counted(lab):
    lab.ingest(patient("p1"), condition("c1"), note("d1"))
    lab.ingest(condition("c1", code="38341003", display="Hypertension"))
    with lab.workspace.writing() as ledger, ledger.transaction() as db:
        db.execute("delete from meta where key like 'quads:%'")
    lab.ingest(condition("c2"))
    assert said(lab) == held(lab)
