"""Moving to another store compares before it switches; exporting writes what is published."""

import csv
import gzip
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from commissure.checks import check_store
from graph.errors import StoreUnavailable
from graph.stores.memory import MemoryStore
from graph.vocabulary import KG
from ingest.errors import IngestError, StoreDiffers
from ingest.exporting import export
from ingest.moving import differences, move
from ingest.progress import Silent
from ingest.replica import Replica
from sources.errors import UnknownDataset
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


def test_graphml_holds_every_node_and_link_once(loaded, tmp_path):
    import networkx

    loaded.ingest(patient("p2", name=[{"family": "Doe\x01", "given": ["<b>Ann</b>", "& Co"]}]), dataset="e")
    assert export("d", tmp_path / "a.graphml", "graphml", loaded.workspace, loaded.tools) == 7
    assert export("e", tmp_path / "b.graphml.gz", "graphml", loaded.workspace, loaded.tools) > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    graph = networkx.read_graphml(tmp_path / "a.graphml")
    store = MemoryStore()
    export("d", tmp_path / "a.nq", "nquads", loaded.workspace, loaded.tools)
    store.load([tmp_path / "a.nq"])
    patient_iri, condition_iri = loaded.iri("Patient", "p1"), loaded.iri("Condition", "c1")
    assert graph.nodes[patient_iri]["labelV"] == "Patient"
    assert graph.nodes[patient_iri]["rdfs_label"] == store.summaries([patient_iri])[0].label
    links = {(edge["relation"], edge["labelE"]) for edge in graph.get_edge_data(condition_iri, patient_iri).values()}
    assert (KG + "subject", "subject") in links
    for iri in graph:
        expected = sum(count.count for count in store.neighbour_counts(iri))
        edges = {(*ends, data["relation"]) for pairs in (graph.in_edges, graph.out_edges) for *ends, data in pairs(iri, data=True)}
        assert len(edges) == expected, iri
    types = {
        key.get("attr.name"): key.get("attr.type")
        for key in ElementTree.parse(tmp_path / "a.graphml").iter("{http://graphml.graphdrawing.org/xmlns}key")
    }
    assert types["rdfs_label"] == "string"
    hostile = networkx.read_graphml(tmp_path / "b.graphml.gz")
    assert "<b>Ann</b> & Co Doe\ufffd" in {data.get("rdfs_label") for _, data in hostile.nodes(data=True)}


def test_neptunes_csv_holds_what_the_dataset_says(loaded, tmp_path):
    target = tmp_path / "csv"
    assert export("d", target, "neptune-csv", loaded.workspace, loaded.tools) == 7
    names = sorted(path.name for path in target.iterdir())
    assert names == ["d-edges-0001.csv.gz", "d-vertices-0001.csv.gz"]
    with gzip.open(target / names[1], "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["~id"] for row in rows if row["~label"] == "Condition"} == {loaded.iri("Condition", f"c{n}") for n in range(4)}
    with gzip.open(target / names[0], "rt", newline="") as file:
        links = {(row["~from"], row["~label"], row["~to"]) for row in csv.DictReader(file)}
    assert (loaded.iri("Condition", "c1"), "subject", loaded.iri("Patient", "p1")) in links
    with pytest.raises(IngestError, match="new or empty"):
        export("d", target, "neptune-csv", loaded.workspace, loaded.tools)
