import json

import pytest

from labels.reports.answered import answered_items
from labels.reports.names import read_names
from labels.reports.records import Problems
from labels.reports.workers import TEAM, worker_report
from sources.errors import UnsupportedSource
from tests.labels.reports.data import answer, box_line, class_line, metadata, write


def report(*locations, truth="", names=None, problems=None):
    items = answered_items([str(location) for location in locations], str(truth), problems or Problems())
    return worker_report(items, names)


def rows(made, table, *names):
    return [tuple(record[name] for name in names) for record in made.table(table).records()]


@pytest.fixture
def job(tmp_path):
    """Three items of the job BIRDS. Item 1 has answers in two iterations; v answers item 2 twice."""
    folder = tmp_path / "BIRDS"

    def respond(iteration, item, *answers):
        path = folder / "annotations" / "worker-response" / f"iteration-{iteration}" / item / "2024-03-05_10:00:00.json"
        write(path, json.dumps({"answers": answers}))

    respond(1, "0", answer("w", "Duck", 10.0, accepted="2024-03-05T10:00:00Z"), answer("v", "Duck", 30.0))
    respond(1, "1", answer("w", "Swan", 20.0, "2024-03-06T09:00:00Z", changed=True))
    respond(2, "1", answer("v", "Duck", changed=False), answer("u", "Swan", 5.0))
    respond(
        2, "2", answer("v", "Swan", 4.0, "2024-03-05T11:00:00Z"), answer("v", "Duck", 6.0, "2024-03-05T10:59:00Z"), answer("w", "Duck", 2.0)
    )
    write(
        folder / "manifests" / "output" / "output.manifest",
        class_line("a", 0, "Duck"),
        class_line("b", 1, "Swan"),
        class_line("c", 0, "Duck"),
    )
    return folder


def test_each_worker_stands_beside_the_team(job):
    made = report(job)
    times = ("worker", "tasks", "total_seconds", "mean_seconds", "min_seconds", "max_seconds", "tasks_per_hour")
    assert rows(made, "workers", *times) == [
        (TEAM, 8, 77.0, 11.0, 2.0, 30.0, 3600 * 7 / 77),
        ("v", 4, 40.0, 40 / 3, 4.0, 30.0, 270.0),
        ("w", 3, 32.0, 32 / 3, 2.0, 20.0, 337.5),
        ("u", 1, 5.0, 5.0, 5.0, 5.0, 720.0),
    ]
    assert rows(made, "workers", "worker", "elapsed_seconds", "agreement", "compared", "changed", "changeable") == [
        (TEAM, 30.0, 5 / 7, 7, 1, 2),
        ("v", None, 1 / 3, 3, 0, 1),
        ("w", 30.0, 1.0, 3, 1, 1),
        ("u", None, 1.0, 1, None, None),
    ]


def test_answers_to_one_item_from_several_iterations_are_compared_together(job):
    made = report(job)
    assert rows(made, "agreement", "job", "items", "answers", "workers", "compared", "several", "unanimous", "superseded") == [
        ("BIRDS", 3, 8, 3, 3, 3, 1, 1)
    ]
    # Pairs: item 0 agrees; of item 1 one of three does; item 2 differs.
    assert rows(made, "agreement", "pairs") == [(pytest.approx(2 / 5),)]
    assert rows(made, "iterations", "iteration", "items", "answers") == [("iteration-1", 2, 3), ("iteration-2", 2, 5)]


def test_alpha_is_that_of_the_consolidation(job):
    from labels.consolidation.agreement import krippendorff_alpha
    from labels.consolidation.model import Answer
    from labels.consolidation.votes import votes_of

    answers = [
        ("0", "w", "Duck"),
        ("0", "v", "Duck"),
        ("1", "w", "Swan"),
        ("1", "v", "Duck"),
        ("1", "u", "Swan"),
        ("2", "v", "Swan"),
        ("2", "w", "Duck"),
    ]
    expected = krippendorff_alpha(votes_of(Answer(*each) for each in answers))
    assert rows(report(job), "agreement", "alpha") == [(pytest.approx(expected),)]


def test_by_job_and_day(job):
    made = report(job)
    assert rows(made, "jobs", "worker", "job", "tasks", "agreement") == [
        ("v", "BIRDS", 4, 1 / 3),
        ("w", "BIRDS", 3, 1.0),
        ("u", "BIRDS", 1, 1.0),
    ]
    assert rows(made, "days", "day", "worker", "tasks", "total_seconds") == [
        ("2024-03-05", "v", 4, 40.0),
        ("2024-03-05", "w", 2, 12.0),
        ("2024-03-05", "u", 1, 5.0),
        ("2024-03-06", "w", 1, 20.0),
    ]


def test_confusions_and_accuracy_against_the_truth(job, tmp_path):
    truth = write(tmp_path / "truth.json", json.dumps({"a": "Duck", "b": "Duck", "c": "Duck"}))
    made = report(job, truth=truth)
    assert rows(made, "workers", "worker", "accuracy") == [(TEAM, 4 / 7), ("v", 2 / 3), ("w", 2 / 3), ("u", 0.0)]
    assert rows(made, "confusions", "against", "reference", "answered", "count") == [
        ("truth", "Duck", "Swan", 3),
        ("truth", "Duck", "Duck", 4),
        ("label", "Duck", "Swan", 1),
        ("label", "Swan", "Duck", 1),
        ("label", "Duck", "Duck", 3),
        ("label", "Swan", "Swan", 2),
    ]


def test_without_a_manifest_there_is_no_label_to_agree_with(job):
    made = report(job / "annotations")
    assert rows(made, "workers", "worker", "tasks", "agreement")[0] == (TEAM, 8, None)
    assert rows(made, "agreement", "compared") == [(0,)]


def test_a_consolidation_response_stands_in_for_the_manifest_and_a_request_counts_once(job):
    consolidated = job / "annotations" / "consolidated-annotation"
    label = {key: value for key, value in class_line("a", 0, "Duck").items() if key != "source-ref"}
    response = [{"datasetObjectId": "0", "consolidatedAnnotation": {"content": label}}]
    write(consolidated / "consolidation-response" / "iteration-1" / "x.json", json.dumps(response))
    given = [{"workerId": "w", "annotationData": {"content": json.dumps({"crowd-classifier": {"label": "Duck"}})}}]
    request = [{"datasetObjectId": object_, "annotations": given} for object_ in ("0", "7")]
    write(consolidated / "consolidation-request" / "iteration-1" / "x.json", json.dumps(request))
    made = report(job / "annotations")
    assert rows(made, "agreement", "items", "answers", "compared") == [(4, 9, 1)]


def test_boxes_are_compared_by_overlap(tmp_path):
    shape = {"label": "car", "left": 0, "top": 0, "width": 10, "height": 9}
    content = {"boundingBox": {"boundingBoxes": [shape, shape | {"left": 80}], "inputImageProperties": {"width": 100, "height": 100}}}
    found = {"answers": [{"workerId": "w", "submissionTime": "2024-03-05T10:00:00Z", "answerContent": content}]}
    write(tmp_path / "boxes" / "annotations" / "worker-response" / "iteration-1" / "0" / "x.json", json.dumps(found))
    write(tmp_path / "boxes" / "output.manifest", box_line("a", (0, 0)))
    assert rows(report(tmp_path), "workers", "worker", "agreement") == [(TEAM, pytest.approx(2 / 3)), ("w", pytest.approx(2 / 3))]


def test_workers_keep_their_pseudonyms_unless_the_user_names_them(job, tmp_path):
    assert [column.name for column in report(job).table("workers").columns][:2] == ["worker", "tasks"]
    names = read_names(str(write(tmp_path / "who.csv", "worker,name\n", "w,Ada\n")))
    assert rows(report(job, names=names), "jobs", "worker", "name") == [("v", None), ("w", "Ada"), ("u", None)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", '{"w": "Ada", "v": "Bo"}'),
        ("x.json", '[{"workerId": "w", "name": "Ada"}, {"worker_id": "v", "user": "Bo"}]'),
        ("x.csv", "Worker ID,Name\nw,Ada\nv,Bo\n"),
    ],
)
def test_names_are_read_from_json_and_csv(tmp_path, name, content):
    assert read_names(str(write(tmp_path / name, content))) == {"w": "Ada", "v": "Bo"}


@pytest.mark.parametrize(
    "content", ['{"w": 3}', '[{"worker": "w"}]', '[{"worker": "w", "name": "A"}, {"worker": "w", "name": "B"}]', "[1]", "{"]
)
def test_a_bad_mapping_says_where(tmp_path, content):
    with pytest.raises(UnsupportedSource, match=r"x\.json"):
        read_names(str(write(tmp_path / "x.json", content)))


def test_identities_in_the_files_are_not_read(job):
    path = next(job.rglob("iteration-1/0/*.json"))
    content = json.loads(path.read_text())
    content["answers"][0]["workerMetadata"] = {"identityData": {"sub": "secret-person", "issuer": "https://x/pool"}}
    path.write_text(json.dumps(content))
    assert "secret" not in repr(report(job))


def test_the_activity_log(tmp_path):
    def event(worker, type_, **times):
        arn = "arn:aws:sagemaker:eu-west-1:1:labeling-job/birds"
        return {"worker_id": worker, "event_type": type_, "labeling_job_arn": arn, "cognito_sub_id": "secret"} | times

    log = write(
        tmp_path / "log.jsonl",
        event("w", "TasksSubmitted", task_submitted_time="Wed Aug 14 16:00:59 UTC 2019"),
        event("w", "TasksSubmitted", task_submitted_time="Wed Aug 14 17:00:59 UTC 2019"),
        event("w", "TasksReturned", task_returned_time="Thu Aug 15 16:00:59 UTC 2019", task_submitted_time=""),
    )
    made = report(log)
    assert rows(made, "activity", "worker", "job", "event", "day", "count") == [
        ("w", "birds", "TasksReturned", "2019-08-15", 1),
        ("w", "birds", "TasksSubmitted", "2019-08-14", 2),
    ]


def test_bad_answers_are_told_and_the_others_counted(job):
    problems = Problems()
    path = next(job.rglob("iteration-1/0/*.json"))
    write(path, json.dumps({"answers": [{"answerContent": {}}, answer("w", "Duck")]}))
    write(path.parent.parent / "9" / "broken.json", "{")
    made = report(job, problems=problems)
    assert dict(made.totals)["answers"] == 7
    assert sorted(problems.counts) == ["broken-json", "no-worker"]


def test_manifests_alone_hold_no_answers(tmp_path):
    write(tmp_path / "x.manifest", class_line("a", 0, "Duck"))
    with pytest.raises(UnsupportedSource, match="report annotations"):
        report(tmp_path)


def test_names_that_differ_in_the_blanks_around_them_are_one_class(tmp_path):
    answers = [answer("w", "fog "), answer("v", "fog"), answer("u", "Fog")]
    write(tmp_path / "J" / "worker-response" / "iteration-1" / "0" / "x.json", json.dumps({"answers": answers}))
    write(tmp_path / "J" / "output.manifest", class_line("a", 0, "fog", job="J"))
    made = report(tmp_path / "J")
    assert sorted(rows(made, "workers", "worker", "agreement")[1:]) == [("u", 0.0), ("v", 1.0), ("w", 1.0)]
    assert sorted(rows(made, "confusions", "reference", "answered", "count")) == [("fog ", "Fog", 1), ("fog ", "fog ", 2)]
    assert {name for _, name in rows(made, "classes", "worker", "class")} == {"fog ", "Fog"}


def test_spans_in_utf_16_units_agree_with_those_of_the_job(tmp_path):
    def entities(start, end):
        return {"entities": [{"label": "DRUG", "startOffset": start, "endOffset": end}]}

    given = [{"workerId": "w", "answerContent": {"crowd": entities(3, 10)}}, {"workerId": "v", "answerContent": {"crowd": entities(2, 9)}}]
    write(tmp_path / "annotations" / "worker-response" / "iteration-1" / "0" / "2024-03-05_10:00:00.json", json.dumps({"answers": given}))
    label = {"annotations": {"labels": [{"label": "DRUG"}], **entities(3, 10)}}
    line = {"source": "😀 Aspirin 75 mg", "drugs": {"annotations": label["annotations"]}, "drugs-metadata": metadata("text-span", "drugs")}
    write(tmp_path / "manifests" / "output" / "output.manifest", line)
    assert rows(report(tmp_path), "workers", "worker", "agreement", "compared") == [(TEAM, 1.0, 2), ("v", 1.0, 1), ("w", 1.0, 1)]
