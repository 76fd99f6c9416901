"""Moving to another store compares before it switches; exporting writes what is published."""

import gzip
from dataclasses import replace

import pytest
from pyoxigraph import RdfFormat, parse

from commissure.checks import check_store
from graph.errors import StoreUnavailable
from graph.stores.memory import MemoryStore
from ingest.errors import StoreDiffers, UnknownDataset
from ingest.exporting import export
from ingest.moving import differences, move
from ingest.progress import Silent
from ingest.replica import Replica
from tests.ingest.exports import condition, note, patient
from tests.ingest.test_replica import Remote, published, says


class Forgetful(MemoryStore):
    """Loses one quad of all it is given."""

    def load(self, parts):
        read = super().load(parts)
        super().remove([str(graph.identifier) for graph in self._dataset.graphs() if "/Condition/c1" in str(graph.identifier)])
        return read


@pytest.fixture
def loaded(lab):
    lab.ingest(patient(), *(condition(f"c{n}") for n in range(4)), note())
    return lab


def moved_to(lab, store, address="test://one", dataset=None):
    lab.tools = replace(lab.tools, replica=store and Replica(address, store))
    return move(dataset, lab.workspace, lab.tools, Silent())


def test_there_and_back_again(loaded):
    before = loaded.quads()
    one, two = Remote(), Remote()
    first = moved_to(loaded, one, dataset="d")
    assert (first.address, first.before, loaded.workspace.published()) == ("test://one", "", (1, "test://one"))
    assert says(one) == published(loaded)
    assert moved_to(loaded, two, "test://two").before == "test://one"
    assert says(two) == says(one)
    last = moved_to(loaded, None)
    assert (last.address, last.before, loaded.workspace.published()) == ("", "test://two", (1, ""))
    assert loaded.quads() == before


def test_a_store_that_lost_something_does_not_answer(loaded):
    with pytest.raises(StoreDiffers, match="Condition: 4 published, 3 there"):
        moved_to(loaded, Forgetful())
    assert loaded.workspace.published() == (1, "")


def test_an_interrupted_move_leaves_the_old_store_answering_and_goes_on(loaded):
    store = Remote()
    store.fail_at = 2
    with pytest.raises(StoreUnavailable):
        moved_to(loaded, store)
    assert loaded.workspace.published() == (1, "")
    store.fail_at = None
    moved_to(loaded, store)
    assert says(store) == published(loaded)


def test_a_dataset_does_not_take_others_along_unnoticed(loaded):
    loaded.ingest(patient(), dataset="e")
    with pytest.raises(StoreDiffers, match="also holds e"):
        moved_to(loaded, Remote(), dataset="d")
    with pytest.raises(UnknownDataset):
        moved_to(loaded, Remote(), dataset="f")


def test_check_tells_what_is_wrong(loaded):
    assert [(f.name, f.ok) for f in check_store(loaded.workspace, loaded.tools)] == [("published", True), ("ledger", True)]
    store = Remote()
    loaded.tools = replace(loaded.tools, replica=Replica("test://one", store))
    found = {finding.name: finding for finding in check_store(loaded.workspace, loaded.tools)}
    assert not found["in step"].ok and "graph move" in found["in step"].text and not found["quads"].ok
    moved_to(loaded, store)
    assert all(finding.ok for finding in check_store(loaded.workspace, loaded.tools))
    MemoryStore.remove(store, [loaded.iri("Condition", "c1")])
    found = {finding.name: finding for finding in check_store(loaded.workspace, loaded.tools)}
    assert not found["Condition"].ok and not found["graphs"].ok and found["in step"].ok


def test_counts_leave_the_mark_of_the_data_folder_out(loaded):
    store = Remote()
    moved_to(loaded, store)
    with loaded.tools.published(loaded.workspace.generation_folder(1) / "graph") as graph:
        assert differences(graph.statistics(), store) == ()
        assert store.statistics().quads == graph.statistics().quads + 3


@pytest.mark.parametrize(
    ("name", "format_name", "rdf"), [("a.nq", "nquads", "N_QUADS"), ("a.trig.gz", "trig", "TRIG"), ("a.ttl", "turtle", "TURTLE")]
)
def test_an_export_holds_the_dataset_and_nothing_else(loaded, tmp_path, name, format_name, rdf):
    loaded.ingest(patient("other"), dataset="e")
    target = tmp_path / name
    graphs = export("d", target, format_name, loaded.workspace, loaded.tools)
    assert graphs == 7  # six records and the concepts
    content = gzip.decompress(target.read_bytes()) if name.endswith(".gz") else target.read_bytes()
    found = {str(quad.triple) for quad in parse(content, getattr(RdfFormat, rdf))}
    path = tmp_path / "all.nq"
    with loaded.tools.published(loaded.workspace.generation_folder(2) / "graph") as graph:
        graph.export([loaded.iri("Patient", "p1"), *(loaded.iri("Condition", f"c{n}") for n in range(4))], path)
    assert {str(quad.triple) for quad in parse(path.read_bytes(), RdfFormat.N_QUADS)} < found
    assert not any("/data/e/" in triple for triple in found)
    assert list(tmp_path.glob(".*")) == []


def test_an_export_of_nothing_known_is_refused(loaded, tmp_path):
    with pytest.raises(UnknownDataset):
        export("nothing", tmp_path / "x.nq", "nquads", loaded.workspace, loaded.tools)
