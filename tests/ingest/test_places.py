"""What sources are called in the graph: by the folder a run read them from, for good, and never by where that lies on the machine."""

import gzip

import pyoxigraph
import pytest

from graph.identifiers import source_iri
from graph.vocabulary import BASE, DERIVED_FROM
from ingest import pipeline
from ingest.progress import Silent
from sources.places import named_source, with_places
from tests.ingest.exports import condition, note, patient, write

ONE, TWO = "/srv/exports/2024-01/", "/srv/exports/2024-02/"


@pytest.mark.parametrize(
    ("known", "sources", "names"),
    [
        ({}, [ONE + "a.ndjson"], {ONE: "2024-01"}),
        ({}, [ONE + "a.ndjson", ONE + "notes/b.ndjson"], {ONE: "2024-01"}),
        ({}, [ONE + "x/a.ndjson", ONE + "y/b.ndjson"], {ONE: "2024-01"}),
        ({ONE: "2024-01"}, [ONE + "notes/b.ndjson"], {ONE: "2024-01"}),
        ({ONE: "2024-01"}, [TWO + "a.ndjson"], {ONE: "2024-01", TWO: "2024-02"}),
        ({ONE + "fhir/": "fhir"}, [TWO + "fhir/a.ndjson"], {ONE + "fhir/": "fhir", TWO + "fhir/": "2024-02/fhir"}),
        ({"/fhir/": "fhir"}, [TWO + "x/fhir/a.ndjson"], {"/fhir/": "fhir", TWO + "x/fhir/": "x/fhir"}),
        ({"/a/fhir/": "fhir"}, ["/fhir/a.ndjson"], {"/a/fhir/": "fhir", "/fhir/": "fhir-2"}),
        ({"/a/": "x"}, ["/b/x/y/a", "/b/x/z/a"], {"/a/": "x", "/b/x/": "b/x"}),
        ({ONE: "2024-01"}, ["/srv/exports/a.ndjson"], {ONE: "2024-01", "/srv/exports/": "exports"}),
        ({}, ["/a/x.ndjson", "/b/x.ndjson"], {"/a/": "a", "/b/": "b"}),
        ({}, ["/x.ndjson"], {"/": "files"}),
        ({}, ["s3://bucket/2024/a.ndjson"], {"s3://bucket/2024/": "2024"}),
        ({}, ["s3://one/a.ndjson", "s3://two/a.ndjson"], {"s3://one/": "one", "s3://two/": "two"}),
        ({}, ["/data/a.ndjson", "s3://data/a.ndjson"], {"/data/": "data", "s3://data/": "data-2"}),
    ],
)
def test_a_folder_is_named_once_and_no_two_files_are_called_the_same(known, sources, names):
    places = with_places(known, sources)
    assert places == names
    assert {**places, **known} == places
    files = {folder + file for folder in places for file in ("a", "fhir/a", "x/a", "x/y/a")}
    assert len({named_source(places, file) for file in files}) == len(files)


def test_a_source_is_called_by_its_innermost_place():
    places = {ONE: "2024-01", "/srv/exports/": "exports"}
    assert named_source(places, ONE + "notes/b.ndjson") == "2024-01/notes/b.ndjson"
    assert named_source(places, "/srv/exports/2024-02/b.ndjson") == "exports/2024-02/b.ndjson"
    assert named_source({}, "/srv/exports/b.ndjson") == "b.ndjson"


def published(lab):
    return list(pyoxigraph.Store.read_only(str(lab.workspace.generation_folder(lab.workspace.current()) / "graph")))


def derived(lab):
    return sorted({quad.object.value for quad in published(lab) if quad.predicate.value == DERIVED_FROM})


def test_graph_and_parts_never_say_where_files_lie(lab):
    write(lab.folder / "export" / "x.ndjson", patient())
    write(lab.folder / "export" / "März 1" / "x.ndjson", condition(), note())
    lab.ingest_path(lab.folder / "export")
    assert derived(lab) == [
        *(f"{BASE}source/d/export/M%C3%A4rz%201/x.ndjson#line={line}" for line in (1, 2)),
        f"{BASE}source/d/export/x.ndjson#line=1",
    ]
    parts = lab.workspace.parts_folder("d").rglob("quads.nq.gz")
    for said in (*map(str, published(lab)), *(gzip.decompress(part.read_bytes()).decode() for part in parts)):
        assert "file:" not in said and str(lab.folder) not in said


def test_text_and_labels_are_called_by_their_folder_too(lab):
    (lab.folder / "texts").mkdir()
    (lab.folder / "texts" / "a.txt").write_text("Gout since spring.")
    lab.ingest_path(lab.folder / "texts", "t", format="text")
    write(lab.folder / "labels" / "job.manifest", {"source-ref": "s3://demo/a.png"})
    lab.ingest_path(lab.folder / "labels", "l", format="manifest")
    assert set(derived(lab)) == {source_iri("t", "texts/a.txt", 1), source_iri("l", "labels/job.manifest", 1)}


def test_deliveries_into_one_dataset_keep_their_names(lab):
    for month, identifier in (("2024-01", "c1"), ("2024-02", "c2")):
        write(lab.folder / month / "fhir" / "x.ndjson", condition(identifier))
        lab.ingest_path(lab.folder / month / "fhir")
    expected = [source_iri("d", "2024-02/fhir/x.ndjson", 1), source_iri("d", "fhir/x.ndjson", 1)]
    assert derived(lab) == expected
    lab.ingest_path(lab.folder / "2024-01")
    lab.ingest_path(lab.folder)
    assert derived(lab) == expected


def test_a_record_that_is_mapped_again_from_its_part_keeps_its_source(lab):
    lab.ingest(condition(subject="Patient/old"), patient("old"))
    before = derived(lab)
    lab.ingest(patient("new", link=[{"other": {"reference": "Patient/old"}, "type": "replaces"}]))
    assert set(before) < set(derived(lab)) and len(derived(lab)) == 3


def test_a_folder_of_an_earlier_version_is_mapped_again_with_names(lab, monkeypatch):
    write(lab.folder / "2024-01" / "x.ndjson", condition("c1"))
    lab.ingest_path(lab.folder / "2024-01")
    with lab.workspace.writing() as ledger, ledger.transaction() as db:
        db.execute("delete from meta where key = 'places:d'")
    find = pipeline.formats.find
    newer = lambda *asked: pipeline.replace(find(*asked), version="of tomorrow")  # noqa: E731
    monkeypatch.setattr(pipeline.formats, "find", newer)
    write(lab.folder / "2024-02" / "x.ndjson", condition("c2"))
    lab.ingest_path(lab.folder / "2024-02")
    lab.ingest_path(lab.folder / "2024-01")
    assert [one.removeprefix(f"{BASE}source/d/{lab.folder.name}/") for one in derived(lab)] == [
        f"2024-0{month}/x.ndjson#line=1" for month in (1, 2)
    ]


def test_a_dropped_dataset_forgets_its_places(lab):
    lab.ingest(condition())
    pipeline.drop("d", lab.workspace, lab.tools, Silent())
    with lab.workspace.writing() as ledger:
        assert ledger.meta("places:d") is None


def shown(lab):
    """What pages call the sources of notes, by their ids."""
    catalog = lab.snapshot().catalog
    found = {name: catalog.document(lab.iri("DocumentReference", name)) for name in ("d1", "d2")}
    return {name: one.source for name, one in found.items() if one is not None}


def test_pages_call_a_source_as_the_graph_does_and_further_deliveries_change_no_name(lab):
    lab.ingest_path(write(lab.folder / "srv" / "2024-01" / "notes" / "x.ndjson", patient(), note("d1")).parent.parent)
    assert shown(lab) == {"d1": "notes/x.ndjson"}
    lab.ingest_path(write(lab.folder / "mnt" / "2024-02" / "y.ndjson", note("d2")).parent)
    expected = {"d1": "notes/x.ndjson", "d2": "2024-02/y.ndjson"}
    lines = [source_iri("d", "2024-02/y.ndjson", 1), *(source_iri("d", "notes/x.ndjson", line) for line in (1, 2))]
    assert (shown(lab), derived(lab)) == (expected, lines)
    assert lab.library().record(lab.iri("DocumentReference", "d1")).source == "notes/x.ndjson"
    (lab.workspace.generation_folder(lab.workspace.current()) / "search" / "catalog.sqlite").unlink()
    pipeline.repair(lab.workspace, lab.tools, 1, Silent())
    assert (shown(lab), derived(lab)) == (expected, lines)
