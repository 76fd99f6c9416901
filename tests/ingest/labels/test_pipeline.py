"""Labeled data through the whole pipeline: published, found, filtered, changed, answered, and written back out."""

import json
from collections import Counter

import orjson
import pytest

from graph.vocabulary import KG, SUBJECT
from ingest.pipeline import drop
from ingest.progress import Silent
from ingest.stored import StoredRecords
from labels.manifests.stored import answers, entries
from labels.reports.annotations import annotation_report
from labels.reports.labeled import stored_items
from search.model import Filters, SearchRequest
from tests.labels.groundtruth.data import boxed, classified, metadata, shared, spanned, write

FAILED = {"boxes-metadata": {"failure-reason": "ClientError: Annotation tasks expired.", "human-annotated": "true"}}


def street(number, *boxes, scene="vehicles", **more):
    label = boxed("boxes", *boxes, scores=(0.9, 0.5)[: len(boxes)]) if boxes else {}
    return {"source-ref": f"s3://demo/{number}.jpg", **classified("scene", scene, 1, "2024-01-01", confidence=0.8), **label, **more}


STREETS = (street(0, "car", "bus"), street(1, "car"), street(2, scene="animals"), street(3, scene="animals", **FAILED))


def titles(lab, query="", **filters):
    result = lab.snapshot().retriever.search(SearchRequest(query, Filters(**filters)))
    return sorted(hit.title for hit in result.hits)


def job(name, *rest):
    return "/".join((f"https://w3id.org/commissure/{'code/' if rest else ''}data/d/Job/{name}", *rest))


@pytest.fixture
def streets(lab):
    report = lab.ingest_path(write(lab.folder / "streets" / "output.manifest", *STREETS), format="manifest")
    assert {name: count for name, count in report.records.items() if count} == {"read": 5, "added": 5}
    return lab


def test_a_second_run_changes_nothing_and_vanished_lines_go(streets):
    path = streets.folder / "streets" / "output.manifest"
    again = streets.ingest_path(path, format="manifest")
    assert (again.records["unchanged"], again.generation) == (5, 1)
    write(path, street(0, "car", "bus"), street(1, "van"))
    changed = streets.ingest_path(path, format="manifest")
    assert (changed.records["changed"], changed.records["removed"], changed.records["unchanged"]) == (2, 2, 1)
    assert titles(streets) == ["0.jpg", "1.jpg"]
    write(path, "{broken")
    assert streets.ingest_path(path, format="manifest").records["removed"] == 0


def test_labels_are_filters(streets):
    assert titles(streets, "cars") == ["0.jpg", "1.jpg"]
    assert titles(streets, concepts=(job("boxes", "bus"),)) == ["0.jpg"]
    assert titles(streets, jobs=(job("boxes"),)) == ["0.jpg", "1.jpg", "3.jpg"]
    assert titles(streets, states=("failed",)) == ["3.jpg"]
    assert titles(streets, confidence_to=0.6) == ["0.jpg"]
    assert titles(streets, confidence_to=0.6, concepts=(job("boxes", "car"),)) == []
    assert titles(streets, confidence_from=0.85, concepts=(job("boxes", "car"),)) == ["0.jpg", "1.jpg"]
    assert titles(streets, agents=("machine",)) == []
    assert titles(streets, jobs=("nothing",)) == []


def test_a_class_stands_for_what_is_narrower(streets):
    assert titles(streets, concepts=(job("scene", "vehicles"),), jobs=(job("boxes"),)) == ["0.jpg", "1.jpg"]
    facets = streets.snapshot().retriever.search(SearchRequest("")).facets
    assert [(value.label, value.count) for value in facets["job"]] == [("scene", 4), ("boxes", 3)]
    assert [(value.value, value.count) for value in facets["state"]] == [("labeled", 4), ("failed", 1)]
    assert {value.label: value.count for value in facets["concept"]} == {"animals": 2, "vehicles": 2, "car": 2, "bus": 1}
    assert facets["patient"] == ()


def test_items_of_one_name_are_not_taken_for_copies(lab):
    items = ({"source-ref": f"s3://demo/{folder}/frame_0001.jpg", **classified("scene", "day")} for folder in ("a", "b", "b"))
    lab.ingest_path(write(lab.folder / "m.manifest", *items), format="manifest")
    result = lab.snapshot().retriever.search(SearchRequest(""))
    assert sorted(hit.duplicates for hit in result.hits) == [0, 1]


def test_hits_are_joined_with_their_classes(streets):
    result = streets.snapshot().retriever.search(SearchRequest("bus"))
    assert {"Item", "Annotation", "Concept"} <= {node.kind for node in result.neighbourhood.nodes}
    assert (result.hits[0].evidence.line, result.hits[0].kind) == (1, "Item")
    assert streets.issues(streets.ingest_path(streets.folder / "streets", format="manifest")) == []


def test_answers_find_their_items_whatever_comes_first(lab):
    response = {
        "answers": [{"workerId": f"public.{w}", "answerContent": {"c": {"label": label}}} for w, label in (("a", "car"), ("b", "bus"))]
    }
    folder = lab.folder / "streets"
    write(folder / "annotations" / "worker-response" / "iteration-1" / "1" / "x.json", response)
    first = lab.ingest_path(folder, format="responses")
    assert first.warnings == {"unknown-item": 1}
    write(folder / "manifests" / "output" / "output.manifest", *STREETS)
    lab.ingest_path(folder / "manifests", format="manifest")
    worker = "https://w3id.org/commissure/data/d/Worker/public.b"
    assert titles(lab, agents=(worker,)) == ["1.jpg"]
    assert titles(lab, agents=(worker,), concepts=(job("boxes", "car"),)) == []
    assert lab.snapshot().graph.node(worker).kind == "Worker"
    assert [each.object for each in answers("d", StoredRecords(lab.workspace))] == ["1"]


def test_requests_that_repeat_answers_are_left_out(lab):
    job_folder = lab.folder / "job" / "annotations"
    write(
        job_folder / "worker-response" / "iteration-1" / "0" / "x.json",
        {"answers": [{"workerId": "a", "answerContent": {"c": {"label": "x"}}}]},
    )
    entry = {"annotations": [{"workerId": "a", "annotationData": {"content": json.dumps({"c": {"label": "x"}})}}]}
    request = [{"datasetObjectId": str(number), **entry} for number in (0, 1)]
    write(job_folder / "consolidated-annotation" / "consolidation-request" / "iteration-1" / "t.json", request)
    report = lab.ingest_path(lab.folder / "job", format="responses")
    assert (report.records["added"], report.skipped) == (2, {"repeats-answers": 1})


def test_a_file_that_comes_later_is_followed(lab):
    ref = {"t-ref": "s3://b/0/SeqLabel.json", "t-ref-metadata": metadata("video-object-tracking", "t", **{"class-map": {"0": "Car"}})}
    path = write(lab.folder / "m.manifest", {"source-ref": "s3://b/v.mp4", **ref})
    refs = (("refs", str(lab.folder / "copy")),)
    assert lab.ingest_path(path, format="manifest", settings=refs).warnings == {"missing-ref": 1}
    box = {"left": 1, "top": 1, "width": 2, "height": 2, "class-id": "0", "object-id": "A", "object-name": "Car:1"}
    write(lab.folder / "copy" / "0" / "SeqLabel.json", {"tracking-annotations": [{"frame": "1.jpg", "annotations": [box]}]})
    report = lab.ingest_path(path, format="manifest", settings=refs)
    assert (report.records["changed"], report.warnings) == (1, {})
    # Reports on the dataset look where the ingest was told to look, and after the dataset is gone nothing is left of that.
    assert [
        table["class"] for table in annotation_report(stored_items("d", StoredRecords(lab.workspace), "")).table("tracks").records()
    ] == ["Car"]
    # So does an ingest that is not told again.
    again = lab.ingest_path(path, format="manifest")
    assert (again.records["unchanged"], again.records["changed"], again.warnings) == (report.records["read"], 0, {})
    lab.ingest_path(path, "other", format="manifest")
    drop("d", lab.workspace, lab.tools, Silent())
    assert lab.ingest_path(path, format="manifest").warnings == {}, "nobody was told where to look"
    with lab.workspace.reading() as ledger:
        assert (ledger.told("d", "manifest"), ledger.told("other", "manifest")) == ({}, {})


def test_a_taxonomy_holds_until_another_comes(lab):
    path = write(lab.folder / "m.manifest", street(0, "car"), street(1, "bus"))

    def above():
        return {
            one.label: [name.rpartition("/")[2] for name in one.broader] for one in next(iter(lab.snapshot().labels.datasets())).classes
        }

    lab.ingest_path(path, format="manifest", settings=(("taxonomy", '{"car": ["vehicle"]}'),))
    assert "vehicle" in above()["car"]
    write(path, street(0, "car"), street(1, "van"))
    lab.ingest_path(path, format="manifest")
    assert "vehicle" in above()["car"] and "van" in above()
    lab.ingest_path(path, format="manifest", settings=(("taxonomy", "{}"),))
    assert "vehicle" not in above()["car"]


def test_labels_of_clinical_notes_join_the_patient(lab):
    from tests.ingest.exports import note, patient

    lab.ingest(patient(), note())
    line = {"source": "Aspirin daily", **spanned("med", ("DRUG", 0, 7)), "record": "DocumentReference/d1", "patient": "p1"}
    report = lab.ingest_path(write(lab.folder / "m.manifest", line), format="manifest")
    assert report.unresolved_references == 0
    result = lab.snapshot().retriever.search(SearchRequest("aspirin", Filters(patients=(lab.iri("Patient", "p1"),))))
    assert {"Item", "Patient"} <= {node.kind for node in result.neighbourhood.nodes}


@pytest.mark.parametrize("named", ["{id}", "Patient/{id}", "https://w3id.org/commissure/data/d/Patient/{id}"])
def test_labels_lead_to_the_person_whose_record_was_merged_since(lab, named):
    from tests.ingest.exports import note, patient

    said = named.format(id="old")
    lines = (
        {"source": "Aspirin daily", **spanned("med", ("DRUG", 0, 7)), "patient": said},
        {"source": "Sleeps well", **spanned("med"), "patient": "new", "record": said if "/" in said else f"Patient/{said}"},
    )
    lab.ingest(patient("old"), note(subject="Patient/old"))
    lab.ingest_path(write(lab.folder / "m.manifest", *lines), format="manifest")
    old, new = lab.iri("Patient", "old"), lab.iri("Patient", "new")
    assert led_to(lab, lab.iri("Patient", "old")) == {"Item": 2, "DocumentReference": 1}
    merged = {"link": [{"other": {"reference": "Patient/old"}, "type": "replaces"}]}
    lab.ingest(patient("new", **merged))
    assert led_to(lab, old) == {} and led_to(lab, new) == {"Item": 3, "DocumentReference": 1}
    assert {document.patient for document in lab.snapshot().catalog.documents_of_patient(new)} == {new}
    assert titles(lab, patients=(new,)) == ["Aspirin daily", "Progress note", "Sleeps well"] == titles(lab, patients=(old,))
    lab.ingest(patient("new", meta={"lastUpdated": "2030-01-01T00:00:00Z"}))
    assert led_to(lab, old) == {"Item": 2, "DocumentReference": 1}


def led_to(lab, patient):
    """Kind of records → how many name the patient as their subject, or say that they are about the patient."""
    found = Counter()
    for relation in (SUBJECT, KG + "about"):
        neighbours = lab.snapshot().graph.neighbours(patient, relation=relation, direction="in").neighbours
        found.update(node.kind for node, _ in neighbours if node.kind in ("Item", "DocumentReference"))
    return dict(found)


def test_what_is_labeled_unlike_its_neighbours_is_to_be_reviewed(lab):
    words = {"spam": "win a free prize now", "mail": "minutes of the weekly meeting"}

    def sorted_into(job, name, text):
        label = classified(job, name, sorted(words).index(name) if name in words else 0, confidence=0.99)
        label[f"{job}-metadata"]["type"] = "groundtruth/text-classification"
        return {"source": text, **label}

    mails = [sorted_into("sort", name, f"{said} {number}") for name, said in words.items() for number in range(8)]
    wrong = sorted_into("sort", "mail", f"{words['spam']} at once")
    # What another job calls by other names is no neighbour to disagree with, and two neighbours tell nothing.
    others = [sorted_into("tone", tone, f"{words['spam']} {tone} {number}") for number, tone in enumerate(("loud", "loud", "quiet"))]
    lab.ingest_path(write(lab.folder / "m.manifest", *mails, wrong, *others), format="manifest")
    labels = lab.snapshot().labels
    review = labels.review("d", 0.5, 10)
    assert [(one.title, [reason.why for reason in one.reasons]) for one in review.items] == [(wrong["source"], ["neighbours"])]
    assert review.items[0].reasons[0].text == "2 of its 10 nearest neighbours are 'mail' too; most are 'spam'"
    assert [orjson.loads(line) for line in labels.review_lines("d", 0.5)] == [wrong]


def test_lines_come_back_as_they_went_in(streets):
    path = streets.folder / "streets" / "output.manifest"
    found = list(entries("d", StoredRecords(streets.workspace)))
    assert [entry.raw for entry in found] == path.read_bytes().splitlines()
    assert [entry.index for entry in found] == [0, 1, 2, 3]
    write(path, STREETS[0], street(1, "van"), *STREETS[2:])
    streets.ingest_path(path, format="manifest")
    assert [entry.raw for entry in entries("d", StoredRecords(streets.workspace), str(path))] == path.read_bytes().splitlines()


def test_every_real_file_is_taken_in_and_comes_back(lab):
    report = lab.ingest_path(shared(), format="manifest", embed=False)
    assert report.rejects == {}
    assert report.warnings == {"not-a-manifest": 304, "passed-over": 1, "relative-source": 68, "span-in-word": 2, "unknown-file": 3}
    found = {}
    for line in entries("d", StoredRecords(lab.workspace)):
        found.setdefault(line.source, []).append(orjson.loads(line.raw))
    assert sum(map(len, found.values())) == 937
    for manifest, values in found.items():
        text = open(manifest, encoding="utf-8").read()  # noqa: SIM115, PTH123 - closed at once
        assert values == [json.loads(line) for line in text.split("\n") if line.strip()]
    answered = lab.ingest_path(shared("birds"), format="responses", embed=False)
    assert (answered.records["added"], answered.rejects, answered.warnings) == (302, {}, {"passed-over": 1, "not-answers": 2})
    facets = lab.snapshot().retriever.search(SearchRequest("", join=False)).facets
    assert [value.count for value in facets["agent"]][:5] == [932, 80, 75, 70, 69], "three texts are there twice"
    assert sum(len(each.content["answers"]) for each in answers("d", StoredRecords(lab.workspace))) == 1510
