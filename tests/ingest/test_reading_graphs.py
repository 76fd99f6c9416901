"""What the texts of a record say has a graph of its own: it is written again when they change, and nothing else is."""

import csv
import gzip
from dataclasses import replace

import networkx
import pytest

from graph.identifiers import derived_graph_iri, readings_iri
from graph.stores.memory import MemoryStore
from graph.stores.oxigraph.store import OxigraphStore
from graph.vocabulary import AFFIRMS, ATTRIBUTES_TO_FAMILY, DENIES, SAID
from ingest.exporting import export
from ingest.ledger import Ledger
from ingest.moving import move
from ingest.pipeline import drop
from ingest.progress import Silent
from ingest.rebuild import rebuild
from ingest.replica import Replica
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.ingest.test_reading import CANCER, said
from tests.ingest.test_replica import Remote, published, says


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    return Lab(tmp_path)


@pytest.fixture
def remote(lab):
    store = Remote()
    lab.tools = replace(lab.tools, replica=Replica("test://one", store))
    return store


def of(lab, *notes):
    return [readings_iri(lab.iri("DocumentReference", note)) for note in notes]


def graphs(lab):
    with Ledger(lab.workspace.ledger_path, read_only=True).db as db:
        return sorted(readings_iri(record) for (record,) in db.execute("select record from readings"))


def links(store, record, lab):
    page = store.neighbours(lab.iri("DocumentReference", record), limit=100)
    return sorted(edge.relation for node, edge in page.neighbours if edge.relation in SAID and node.id == CANCER)


def quads_in(lab, graph):
    store = OxigraphStore.open_read_only(lab.workspace.generation_folder(lab.workspace.current()) / "graph")
    try:
        return store.count([graph])
    finally:
        store.close()


def test_the_graph_of_a_record_lies_in_its_dataset():
    assert readings_iri("https://w3id.org/commissure/data/d/DocumentReference/a%2Fb") == (
        "https://w3id.org/commissure/data/d/derived/readings/DocumentReference/a%2Fb"
    )


def test_a_note_that_changes_has_its_own_graph_written_again_and_no_other(lab, monkeypatch):
    lab.ingest(patient(), condition(), note(text="Breast cancer."), note("d2", text="No breast cancer."), note("d3", text="Well."))
    assert graphs(lab) == of(lab, "d1", "d2")
    removed = []
    remove = OxigraphStore.remove
    monkeypatch.setattr(OxigraphStore, "remove", lambda store, names: removed.extend(names := list(names)) or remove(store, names))
    lab.ingest(note(text="No breast cancer."))
    assert set(of(lab, "d1", "d2")) & set(removed) == set(of(lab, "d1"))
    assert said(lab, "d1") == said(lab, "d2") == [(DENIES, CANCER)]


def test_what_is_denied_of_relatives_is_no_denial_and_no_illness_of_theirs(lab):
    lab.ingest(patient(), condition(), note(text="No family history of breast cancer."), note("d2", text="No breast cancer."))
    assert (said(lab, "d1"), said(lab, "d2")) == ([], [(DENIES, CANCER)])
    catalog = lab.snapshot().catalog
    standing = catalog.concept_standing(CANCER)
    assert (standing.denied.documents, standing.family.documents) == (1, 0)


def test_a_note_that_says_nothing_any_more_has_no_graph(lab):
    lab.ingest(patient(), condition(), note(text="Breast cancer."), note("d2", text="Breast cancer."))
    lab.ingest(note(text="Well."), note("d2", text="Breast cancer.", status="entered-in-error"))
    assert graphs(lab) == said(lab, "d1") == said(lab, "d2") == []
    assert [quads_in(lab, graph) for graph in of(lab, "d1", "d2")] == [0, 0]


def test_quads_are_counted_as_they_are(lab):
    lab.ingest(patient(), condition(), note(text="Breast cancer."), note("d2", text="Breast cancer."))
    lab.ingest(note(text="No breast cancer. Mother had breast cancer."), note("d2", text="Well."))
    store = OxigraphStore.open_read_only(lab.workspace.generation_folder(lab.workspace.current()) / "graph")
    ledger = Ledger(lab.workspace.ledger_path, read_only=True)
    assert ledger.quads("d") == store.count(ledger.graphs())
    store.close()
    ledger.close()


def test_a_folder_of_an_earlier_version_is_taken_over_by_itself(lab, remote, monkeypatch):
    """It had all readings of a dataset in one graph, and nothing of them in its ledger."""
    earlier = derived_graph_iri("d", "readings")
    with monkeypatch.context() as patched:
        patched.setattr("ingest.readings.readings_iri", lambda record: earlier)
        lab.ingest(patient(), condition(), note(text="Breast cancer."), note("d2", text="No breast cancer."))
    with lab.workspace.writing() as ledger, ledger.transaction() as db:
        db.execute("delete from readings")
        db.execute("delete from meta where key = 'readings:d'")
    assert quads_in(lab, earlier) == 2 and says(remote) == published(lab)
    lab.ingest(note("d3", text="Breast cancer."))
    assert graphs(lab) == of(lab, "d1", "d2", "d3")
    assert quads_in(lab, earlier) == 0
    assert (said(lab, "d1"), said(lab, "d2"), said(lab, "d3")) == ([(AFFIRMS, CANCER)], [(DENIES, CANCER)], [(AFFIRMS, CANCER)])
    assert says(remote) == published(lab)


def test_a_replica_follows_what_texts_say(lab, remote):
    lab.ingest(patient(), condition(), note(text="Breast cancer."), note("d2", text="No breast cancer."))
    assert says(remote) == published(lab)
    remote.calls.clear()
    withdrawn = note("d2", text="No breast cancer.", status="entered-in-error")
    lab.ingest(note(text="No breast cancer."), withdrawn, note("d4", text="Breast cancer."))
    assert says(remote) == published(lab)
    drop("d", lab.workspace, lab.tools, Silent())
    assert says(remote) == []


def test_a_dataset_that_is_dropped_takes_what_its_texts_say_along_and_nothing_else(lab, remote):
    lab.ingest(patient(), condition(), note(text="Breast cancer."))
    before = says(remote), lab.quads()
    lab.ingest(patient(), condition(), note(text="No breast cancer. Mother had breast cancer."), dataset="other")
    assert said(lab, "d1", "other") == [(ATTRIBUTES_TO_FAMILY, CANCER), (DENIES, CANCER)]
    drop("other", lab.workspace, lab.tools, Silent())
    assert said(lab, "d1") == [(AFFIRMS, CANCER)] and said(lab, "d1", "other") == []
    assert (says(remote), lab.quads()) == before


def test_a_move_and_an_export_keep_what_texts_say_and_a_note_that_changes_later_follows(lab, tmp_path):
    lab.ingest(patient(), condition(), note(text="No breast cancer. Mother had breast cancer."), note("d2", text="Breast cancer."))
    store = Remote()
    lab.tools = replace(lab.tools, replica=Replica("test://one", store))
    move(None, lab.workspace, lab.tools, Silent())
    assert says(store) == published(lab) and links(store, "d1", lab) == [ATTRIBUTES_TO_FAMILY, DENIES]
    lab.ingest(note(text="Breast cancer."))
    assert (links(store, "d1", lab), links(store, "d2", lab)) == ([AFFIRMS], [AFFIRMS])
    lab.tools = replace(lab.tools, replica=None)
    move(None, lab.workspace, lab.tools, Silent())
    assert said(lab, "d1") == said(lab, "d2") == [(AFFIRMS, CANCER)]
    export("d", tmp_path / "d.nq", "nquads", lab.workspace, lab.tools)
    again = MemoryStore()
    again.load([tmp_path / "d.nq"])
    assert links(again, "d1", lab) == links(again, "d2", lab) == [AFFIRMS]


def test_other_formats_keep_each_assertion_apart_too(lab, tmp_path):
    lab.ingest(patient(), condition(), note(text="No breast cancer. Mother had breast cancer."), note("d2", text="Breast cancer."))
    wanted = [("d1", "attributesToFamily"), ("d1", "denies"), ("d2", "affirms")]
    export("d", tmp_path / "d.graphml", "graphml", lab.workspace, lab.tools)
    edges = networkx.read_graphml(tmp_path / "d.graphml").in_edges(CANCER, data=True)
    assert sorted((one.rpartition("/")[2], said["labelE"]) for one, _, said in edges if "/DocumentReference/" in one) == wanted
    export("d", tmp_path / "csv", "neptune-csv", lab.workspace, lab.tools)
    with gzip.open(next((tmp_path / "csv").glob("*edges*")), "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["~to"] == CANCER and "/DocumentReference/" in row["~from"]]
    assert sorted((row["~from"].rpartition("/")[2], row["~label"]) for row in rows) == wanted
    assert len({row["~id"] for row in rows}) == 3


def test_what_is_derived_anew_with_a_generation_that_is_made_anew_reaches_the_replica(lab, remote):
    lab.ingest(patient(), condition(), note(text="Breast cancer."))
    MemoryStore.remove(remote, of(lab, "d1"))  # as if the version before had read nothing
    with lab.workspace.writing() as ledger:
        rebuild(ledger, lab.workspace, lab.tools, Silent())
    lab.ingest(note("d2", text="Breast cancer."))
    assert says(remote) == published(lab)
