"""The labeled sample through the pipeline: both worlds in one data folder, joined where they speak of the same."""

import json
from collections import Counter

from graph.model import Step
from graph.vocabulary import KG
from ingest.pipeline import ingest
from ingest.progress import Silent
from ingest.run import Options
from ingest.stored import StoredRecords
from labels.groundtruth.taxonomy import load
from labels.manifests.stored import answers, entries
from sample import write_sample
from sample.labels import write_labels
from sample.labels.notes import notes_of
from search.model import Filters, SearchRequest


def test_notes_and_what_people_marked_in_them_are_one_graph(lab):
    export = lab.folder / "fhir"
    write_sample(export, patients=8)
    labels = write_labels(lab.folder / "labels", export)
    lab.ingest_path(export)
    report = lab.ingest_path(labels.notes, format="manifest")
    assert (report.rejects, report.warnings, report.unresolved_references) == ({}, {}, 0)
    given = [json.loads(line) for line in labels.notes.read_bytes().splitlines()]
    snapshot = lab.snapshot()
    catalog, graph = snapshot.catalog, snapshot.graph
    assert [entry.raw for entry in entries("d", StoredRecords(lab.workspace))] == labels.notes.read_bytes().splitlines()
    texts = {note.record: note.text for note in notes_of(export)}
    for line in given:
        record, patient = lab.iri(*line["record"].split("/")), lab.iri(*line["patient"].split("/"))
        linked = graph.neighbourhood([record], [[Step("in", 9, None, (f"{KG}about",))], [Step("out", 9, None, (f"{KG}subject",))]])
        [item] = [edge.source for edge in linked.edges if edge.relation == f"{KG}about"]
        assert (item, patient) in {(edge.source, edge.target) for edge in linked.edges if edge.relation == f"{KG}subject"}
        assert catalog.document(item).text == catalog.document(record).text == texts[line["record"]]


def test_pictures_jobs_and_answers_belong_together(lab):
    export = lab.folder / "fhir"
    write_sample(export, patients=2)
    labels = write_labels(lab.folder / "labels", export)
    options = Options("manifest", settings=(("taxonomy", json.dumps(load(str(labels.taxonomy)))),))
    report = ingest([str(labels.street), str(labels.categories)], "d", lab.workspace, lab.tools, options, Silent())
    assert (report.records["added"], report.rejects, report.warnings) == (42, {}, {})
    answered = lab.ingest_path(labels.responses, format="responses")
    assert (answered.records["added"], answered.rejects, answered.warnings) == (34, {}, {})
    assert {found.job for found in answers("d", StoredRecords(lab.workspace))} == {"street-scenes"}
    retriever = lab.snapshot().retriever
    jobs = Counter({value.label: value.count for value in retriever.search(SearchRequest("")).facets["job"]})
    assert jobs["street-scenes"] == 39 and jobs["street-conditions"] == 39 and jobs["vehicle-boxes"] == 19
    vehicles = "https://w3id.org/commissure/code/data/d/Job/street-scenes/vehicles"
    boxed = retriever.search(SearchRequest("", Filters(concepts=(vehicles,), jobs=(lab.iri("Job", "vehicle-boxes"),))))
    assert boxed.total == 18
    given = json.loads(next(labels.responses.glob("*/0/*.json")).read_bytes())["answers"]
    asked = Counter(answer["workerId"] for path in labels.responses.rglob("*.json") for answer in json.loads(path.read_bytes())["answers"])
    for worker in (answer["workerId"] for answer in given):
        agents = (lab.iri("Worker", worker),)
        found = retriever.search(SearchRequest("", Filters(agents=agents, jobs=(lab.iri("Job", "street-scenes"),)), limit=40))
        assert len(found.hits) == asked[worker] and "scene-001.png" in {hit.title for hit in found.hits}
        assert retriever.search(SearchRequest("", Filters(agents=agents, jobs=(lab.iri("Job", "street-conditions"),)))).total == 0
    assert [entry.raw for entry in entries("d", StoredRecords(lab.workspace))] == labels.street.read_bytes().splitlines()
