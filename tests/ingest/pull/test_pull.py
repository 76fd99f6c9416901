"""A pull from a server that holds every request against the specification ends where an ingest of the same files ends."""

import json
import os
import time
from pathlib import Path

import pytest

from ingest.errors import DatasetBusy, PullFailed
from ingest.pull.attachments import Bounds
from sample import write_sample
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.ingest.pull.pulling import pulled, write_key
from tests.servers.fhir_bulk import BulkServer, Trouble

PATIENTS = int(os.environ.get("COMMISSURE_PULLED_PATIENTS", "2"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return write_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def server(keys):
    with BulkServer(keys[1]) as server:
        yield server
        assert server.faults == []


@pytest.fixture
def key(keys):
    return keys[0]


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "export"
    write_sample(folder, PATIENTS)
    return folder


def lines_of(folder):
    for path in sorted(folder.rglob("*.ndjson")):
        if path.parent.name not in ("deleted", "error"):
            yield from path.read_bytes().splitlines()


def filled(server):
    server.put(patient(), *(condition(f"c{n}") for n in range(120)))
    server.put(note(text="# Plan\nStart cisplatin.\n"))
    return server


def test_generated_patients_end_as_the_same_files_do(server, key, generated, lab, tmp_path):
    server.put(*lines_of(generated))
    server.per_file = 200
    files = tmp_path / "files" / "all.ndjson"
    files.parent.mkdir()
    files.write_bytes(b"".join(line + b"\n" for line in lines_of(generated)))
    other = Lab(tmp_path / "other")
    (tmp_path / "other").mkdir()
    report = pulled(lab, server, key).report
    expected = other.ingest_path(files.parent)
    assert report.records["rejected"] == expected.records["rejected"] == 0
    assert report.records["added"] == expected.records["added"] > 50 * PATIENTS
    quads = lab.quads()
    assert quads == other.quads() and len(quads) > 1000
    assert server.jobs_deleted == list(server.jobs)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(waits=3),
        Trouble(busy=3),
        Trouble(truncated=4),
        Trouble(truncated=4, changed=True),
        Trouble(truncated=4, ranges=False),
        Trouble(truncated=4, packed=True),
        Trouble(packed=True, opaque=True),
        Trouble(token_uses=2),
        Trouble(files_gone=1),
        Trouble(jobs_gone=2),
        Trouble(needs_token=False),
        Trouble(pages=True),
    ],
    ids=lambda trouble: ",".join(
        f"{name}" for name, value in vars(trouble).items() if value != getattr(Trouble(), name)
    ),
)  # fmt: skip
def test_trouble_on_the_way_changes_nothing(server, key, lab, tmp_path, trouble):
    undisturbed = Lab(tmp_path / "undisturbed")
    (tmp_path / "undisturbed").mkdir()
    filled(server)
    pulled(undisturbed, server, key)
    server.trouble = trouble
    result = pulled(lab, server, key)
    assert result.report.records["added"] == 122
    assert lab.quads() == undisturbed.quads()
    assert result.report.warnings == {}


def test_what_broke_off_is_gone_on_with_from_there(server, key, lab):
    filled(server)
    server.trouble = Trouble(truncated=1)
    pulled(lab, server, key)
    assert server.count("/files/") == 6  # five files, one of them in two pieces
    assert not list(Path(lab.workspace.folder, "pulls").rglob("*partial*"))


def test_a_token_is_renewed_before_it_ends(server, key, lab):
    filled(server)
    server.trouble = Trouble(token_seconds=1, waits=3)
    pulled(lab, server, key, wait=lambda _: time.sleep(0.4))
    assert server.count("POST /token") >= 2
    assert set(server.scopes) == {"system/*.rs"}


def test_a_key_of_the_curve_p384_signs_too(lab, tmp_path):
    path, public = write_key(tmp_path, "P-384")
    with BulkServer(public) as server:
        assert pulled(lab, filled(server), path, types=("Patient", "Condition")).report.records["added"] == 121
        assert (server.faults, server.scopes) == ([], ["system/Patient.rs system/Condition.rs system/Binary.rs"])


def test_without_a_client_no_token_is_asked_for(lab):
    with BulkServer(None, Trouble(needs_token=False)) as server:
        assert pulled(lab, filled(server)).report.records["added"] == 122
        assert (server.faults, server.count("token"), server.count("well-known")) == ([], 0, 0)


def test_since_last_brings_what_changed_and_takes_what_is_gone(server, key, lab, tmp_path):
    filled(server)
    first = pulled(lab, server, key, since="last")
    assert first.since == ""
    server.put(patient("p2"), condition("c1", code="44054006", display="Diabetes"))
    server.remove("Condition", "c7")
    second = pulled(lab, server, key, since="last")
    assert second.since == first.transaction_time
    records = second.report.records
    assert (records["added"], records["changed"], records["removed"], records["read"]) == (1, 1, 1, 2)
    third = pulled(lab, server, key, since="last")
    assert (third.since, third.files, third.report) == (second.transaction_time, 0, None)
    assert len(list(Path(first.folder).parent.glob("*_*"))) == 2
    whole = Lab(tmp_path / "whole")
    (tmp_path / "whole").mkdir()
    pulled(whole, server, key)
    assert lab.quads() == whole.quads()


def test_a_group_and_another_dataset_have_moments_of_their_own(server, key, lab):
    filled(server)
    server.groups["g"] = {("Patient", "p1"), ("Condition", "c1")}
    pulled(lab, server, key, since="last")
    assert pulled(lab, server, key, since="last", level="Group/g").since == ""
    assert pulled(lab, server, key, since="last", dataset="e").since == ""
    assert pulled(lab, server, key, since="last").since != ""
    assert server.count("/Group/g/$export") == 1


def test_errors_of_the_export_are_issues_of_the_run_with_file_and_line(server, key, lab):
    filled(server)
    words = "Mrs. Secret was left out"
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception", "diagnostics": words}]}
    server.errors = [json.dumps(outcome).encode()] * 2
    result = pulled(lab, server, key)
    issues = [issue for issue in lab.issues(result.report) if issue["code"] == "operation-outcome"]
    assert [(issue["source"].rpartition("/")[2], issue["line"]) for issue in issues] == [("OperationOutcome.0.ndjson", n) for n in (1, 2)]
    assert "Secret" not in json.dumps(issues)


def test_evidence_names_the_server_and_its_file(server, key, lab):
    filled(server)
    result = pulled(lab, server, key)
    source = lab.library().record(lab.iri("Condition", "c60")).source
    place, _, name = source.rpartition("/")
    assert place.startswith("127.0.0.1-") and place.endswith("-fhir_20240101T000002Z") and name == "Condition.2.ndjson"
    listed = json.loads((Path(result.folder) / "manifest.json").read_text())
    served = {entry["url"]: entry["extension"]["served"] for entry in listed["output"]}
    assert served[name].startswith(f"{server.origin}/files/") and served[name].endswith("/Condition.2.ndjson")


def test_a_dropped_dataset_leaves_nothing_that_was_pulled(server, key, lab):
    from ingest.pipeline import drop
    from ingest.progress import Silent

    result = pulled(lab, filled(server), key)
    assert Path(result.folder).is_dir()
    drop("d", lab.workspace, lab.tools, Silent())
    assert not lab.workspace.pulls_folder("d").exists()


# --- attachments ---


def elsewhere(server, identifier, url, kind="text/plain"):
    attachment = {"contentType": kind, "url": url}
    return {**note(identifier), "content": [{"attachment": attachment}]}


def texts(lab):
    from search.model import SearchRequest

    retriever = lab.snapshot().retriever
    return {hit.document.rpartition("/")[2]: hit.passage.text for hit in retriever.search(SearchRequest("")).hits}


def test_notes_whose_text_lies_on_the_server_are_read_with_it(server, key, lab):
    server.put(
        patient(),
        elsewhere(server, "d1", "Binary/b1"),
        elsewhere(server, "d2", f"{server.base}/Binary/b2", "text/html"),
        elsewhere(server, "d3", f"{server.origin}/texts/3?v=1"),
        elsewhere(server, "d4", f"{server.base}/Binary/b1"),
    )
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "U3RhcnQgY2lzcGxhdGluLg=="}
    server.others["/fhir/Binary/b1"] = ("application/fhir+json", json.dumps(binary).encode())
    server.others["/fhir/Binary/b2"] = ("text/html", b"<p>Start metformin.</p>")
    server.others["/texts/3"] = ("text/plain", b"Start paclitaxel.")
    result = pulled(lab, server, key)
    assert result.report.warnings == {}
    found = texts(lab)
    assert {name: text.strip() for name, text in found.items()} == {
        "d1": "Start cisplatin.",
        "d2": "Start metformin.",
        "d3": "Start paclitaxel.",
    }  # d4 has the text of d1, and is the same hit
    assert server.count("Binary/b1") == 1
    again = pulled(lab, server, key)
    assert again.report.records["unchanged"] == again.report.records["read"]


def test_attachments_are_bounded_and_asked_for_nowhere_else(server, key, lab):
    with BulkServer() as stranger:
        stranger.others["/texts/1"] = ("text/plain", b"Secret of another.")
        server.put(
            patient(),
            elsewhere(server, "d1", f"{server.origin}/texts/small"),
            elsewhere(server, "d2", f"{server.origin}/texts/large"),
            elsewhere(server, "d3", f"{stranger.origin}/texts/1"),
            elsewhere(server, "d4", f"{server.origin}/texts/none"),
            elsewhere(server, "d7", "http://169.254.169.254/latest/meta-data"),
            elsewhere(server, "d5", f"{server.origin}/texts/second"),
            elsewhere(server, "d6", f"{server.origin}/texts/third"),
        )
        for name, content in (("small", b"Small text."), ("large", b"Large text. " * 100), ("second", b"Second."), ("third", b"Third.")):
            server.others[f"/texts/{name}"] = ("text/plain", content)
        result = pulled(lab, server, key, bounds=Bounds(6, 1000))
        assert stranger.requests == []
    told = {
        issue["record"].rpartition("/")[2]: (issue["code"], issue["line"])
        for issue in lab.issues(result.report)
        if issue["code"].startswith("attach")
    }
    assert told == {
        "d2": ("attachment-too-large", 2),
        "d3": ("attachment-refused", 3),
        "d4": ("attachment-missing", 4),
        "d6": ("attachments-bounded", 7),
        "d7": ("attachment-refused", 5),
    }
    assert {name: text.strip() for name, text in texts(lab).items()} == {"d1": "Small text.", "d5": "Second."}


def test_attachments_can_be_left(server, key, lab):
    server.put(patient(), elsewhere(server, "d1", f"{server.origin}/texts/1"))
    assert pulled(lab, server, key, bounds=Bounds(0, 1000)).report.warnings == {"text-elsewhere": 1}
    assert server.count("/texts/") == 0


# --- what goes on ---


def test_an_export_that_failed_is_asked_for_anew(server, key, lab):
    filled(server)
    server.trouble = Trouble(fails=True)
    with pytest.raises(PullFailed, match=r"the export failed: 500 .*: exception") as failed:
        pulled(lab, server, key)
    assert "Secret" not in str(failed.value)
    server.trouble = Trouble()
    assert pulled(lab, server, key).report.records["added"] == 122
    assert server.count("$export") == 2


def test_what_is_there_is_not_fetched_again(server, key, lab, monkeypatch):
    filled(server)
    monkeypatch.setattr("ingest.pull.flow.ingest", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        pulled(lab, server, key)
    monkeypatch.undo()
    before = len(server.requests)
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    assert pulled(lab, server, key).report.records["added"] == 122
    assert [request.split("/")[1] for request in server.requests[before:] if "token" not in request and "well-known" not in request] == [
        "status"
    ]  # it is only told that the export is not needed any longer


def test_what_somebody_removed_is_fetched_again(server, key, lab, monkeypatch):
    filled(server)
    with monkeypatch.context() as patched:
        patched.setattr("ingest.pull.flow.ingest", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pulled(lab, server, key)
    for path in lab.workspace.pulls_folder("d").rglob("Condition.1.ndjson"):
        path.unlink()
    for path in lab.workspace.pulls_folder("d").rglob(".issues.ndjson"):
        path.unlink()
    assert pulled(lab, server, key).report.records["added"] == 122
    assert server.count("/files/") == 6


def test_a_state_that_cannot_be_read_is_told(server, key, lab):
    pulled(lab, filled(server), key)
    (state,) = lab.workspace.pulls_folder("d").rglob("state.json")
    assert state.stat().st_mode & 0o077 == 0
    state.write_text('{"version": 1, "last": ')
    with pytest.raises(PullFailed, match=r"state.json: cannot be read .*; remove it"):
        pulled(lab, server, key)


def test_one_pull_at_a_time(server, key, lab):
    from ingest.locks import Lock
    from ingest.pull.state import folder_name

    with Lock(lab.workspace.pulls_folder("d") / folder_name(server.base, "") / ".lock") as lock:
        assert lock.take()
        with pytest.raises(DatasetBusy, match="another process pulls"):
            pulled(lab, server, key)
