"""Notes whose text is elsewhere: in a Binary of the dataset."""

import base64
import json

import pytest

from ingest.fhir.reader import read
from ingest.pipeline import repair
from ingest.progress import Silent
from sources.blocks import Block
from sources.files import SourceFile
from tests.ingest.exports import deleted, note, patient, write
from tests.ingest.mapping.reading import mapped, warnings

URL = "DocumentReference.content[0].attachment.url"


def binary(text="Seen for vertigo.", identifier="b1", content_type="text/plain", **rest):
    data = base64.b64encode(text.encode()).decode()
    return {"resourceType": "Binary", "id": identifier, "contentType": content_type, "data": data, **rest}


def naming(url="Binary/b1", identifier="d1", **rest):
    content = [{"attachment": {"contentType": "text/plain", "url": url}}]
    return {**note(identifier, date="2023-03-04T09:00:00Z"), "content": content, **rest}


def report(url="Binary/b1"):
    return {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "code": {"text": "CT chest"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2023-02-02",
        "presentedForm": [{"contentType": "text/plain", "url": url}],
    }


def texts(lab, patient="p1"):
    catalog = lab.snapshot().catalog
    listed = catalog.documents_of_patient(lab.iri("Patient", patient))
    assert sum(one.documents for one in catalog.datasets()) == len(listed), "a document of nobody"
    return sorted(catalog.document(one.id).text for one in listed)


@pytest.mark.parametrize(
    "url",
    [
        *("Binary/b1", "/Binary/b1", "https://ehr.example.org/r4/t1/Binary/b1", "Binary/b1/_history/2"),
        *("https://ehr.example.org/Binary/b1/_history/2", "binary/b1/", "https://ehr.example.org/Binary/b1?_format=text/plain"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_note_reads_the_binary_that_it_names(lab, url, first):
    records = [binary(), naming(url)]
    outcome = lab.ingest(patient(), *(records if first else reversed(records)))
    assert outcome.warnings == {}
    (listed,) = lab.snapshot().catalog.documents_of_patient(lab.iri("Patient", "p1"))
    assert (listed.id, listed.type, listed.date) == (lab.iri("DocumentReference", "d1"), "Progress note", "2023-03-04T09:00:00Z")
    assert texts(lab) == ["Seen for vertigo."]
    again = lab.ingest(patient(), *records)
    assert (again.records["unchanged"], again.quads) == (3, 0)


def test_a_report_reads_the_binary_of_its_form_and_html_becomes_text(lab):
    lab.ingest(patient(), report(), binary("<p>CT: <b>pneumatocele</b> &amp; more.</p>", content_type="text/html"))
    assert texts(lab) == ["CT: pneumatocele & more.\n"]


def test_a_contained_binary_is_the_text(lab):
    assert lab.ingest(patient(), naming("#b1", contained=[binary()])).warnings == {}
    assert texts(lab) == ["Seen for vertigo."]


@pytest.mark.parametrize("full", ["urn:uuid:6f9f1d3a-0000-4000-8000-000000000001", "https://ehr.example.org/fhir/Binary/b1"])
@pytest.mark.parametrize("keeps_id", [True, False])
def test_a_binary_is_named_by_its_full_url_in_a_bundle(lab, full, keeps_id):
    held = {key: value for key, value in binary().items() if keeps_id or key != "id"}
    entries = [{"resource": patient()}, {"resource": naming(full)}, {"fullUrl": full, "resource": held}]
    assert lab.ingest({"resourceType": "Bundle", "type": "collection", "entry": entries}).warnings == {}
    assert texts(lab) == ["Seen for vertigo."]


def test_a_binary_that_comes_later_completes_the_note(lab):
    assert lab.ingest(patient(), naming()).warnings == {"missing-binary": 1}
    assert texts(lab) == []
    assert lab.ingest(binary()).records["changed"] == 1
    assert texts(lab) == ["Seen for vertigo."]


def test_a_note_that_comes_later_reads_the_binary_of_an_earlier_run(lab):
    assert lab.ingest(patient(), binary()).warnings == {"unnamed-binary": 1}
    assert texts(lab) == []
    assert lab.ingest(naming()).warnings == {}
    assert texts(lab) == ["Seen for vertigo."]


def test_a_binary_that_changes_changes_the_note_and_one_that_goes_takes_it_away(lab):
    lab.ingest(patient(), naming(), binary())
    lab.ingest(binary("Seen for tinnitus."))
    assert texts(lab) == ["Seen for tinnitus."]
    lab.ingest(deleted("Binary/b1"), role="deleted")
    assert texts(lab) == []
    assert lab.node("DocumentReference", "d1") is not None
    lab.ingest(binary("Seen for vertigo."))
    assert texts(lab) == ["Seen for vertigo."]


def test_a_binary_that_holds_nothing_any_more_takes_its_text_back(lab):
    lab.ingest(patient(), naming(), binary())
    lab.ingest({"resourceType": "Binary", "id": "b1", "contentType": "text/plain"})
    assert texts(lab) == []


def test_the_newest_version_of_a_binary_counts(lab):
    old, new = ({"lastUpdated": f"202{year}-01-01T00:00:00Z"} for year in (1, 2))
    lab.ingest(patient(), binary("New.", meta=new), naming(), binary("Old.", meta=old))
    assert texts(lab) == ["New."]
    assert lab.ingest(binary("Old.", meta=old)).records["changed"] == 0
    assert texts(lab) == ["New."]
    lab.ingest(naming(identifier="d2"))
    assert texts(lab) == ["New.", "New."]


@pytest.mark.parametrize("withdrawn", [{"status": "entered-in-error"}, {"docStatus": "entered-in-error"}])
def test_what_a_withdrawn_note_names_is_not_found(lab, withdrawn):
    assert lab.ingest(patient(), naming(**withdrawn), binary()).warnings == {}
    assert texts(lab) == []
    lab.ingest(binary("Changed."))
    assert texts(lab) == []


def test_what_a_note_named_is_not_found_after_the_note_was_withdrawn_or_deleted(lab):
    lab.ingest(patient(), naming(), binary(), naming(identifier="d2"))
    lab.ingest(naming(status="entered-in-error"))
    assert texts(lab) == ["Seen for vertigo."]
    lab.ingest(deleted("DocumentReference/d2"), role="deleted")
    assert texts(lab) == []
    lab.ingest(binary("Changed."))
    assert texts(lab) == []


@pytest.mark.parametrize(
    "by",
    [
        *({"status": "current"}, {"status": "superseded"}, {"status": "entered-in-error"}, {"docStatus": "entered-in-error"}),
        {"resourceType": "Claim", "use": "claim", "supportingInfo": [{"valueAttachment": {"url": "Binary/b1"}}]},
    ],
)
def test_a_binary_that_an_earlier_run_saw_named_is_not_called_nameless(lab, by):
    assert lab.ingest(patient(), naming(**by), binary()).warnings == {}
    assert lab.ingest(binary("Changed.")).warnings == {}
    assert lab.ingest(binary("Changed again."), naming(identifier="d2", url="Binary/b2"), binary(identifier="b3")).warnings == {
        "missing-binary": 1,
        "unnamed-binary": 1,
    }


def test_a_binary_whose_note_was_deleted_or_names_another_one_now_is_told(lab):
    lab.ingest(patient(), naming(), binary(), naming("Binary/b2", "d2"), binary(identifier="b2"))
    lab.ingest(deleted("DocumentReference/d1"), role="deleted")
    lab.ingest(naming("Binary/b1", "d2", status="entered-in-error"))
    assert lab.ingest(binary("Changed."), binary("Changed.", "b2")).warnings == {"unnamed-binary": 1}


def test_contents_are_not_left_behind(lab):
    outcome = lab.ingest(patient(), naming(), binary())
    assert not [path for path in lab.workspace.run_folder(outcome.run).rglob("*") if "contents" in path.parts]


def test_data_in_the_attachment_comes_before_what_it_names():
    both = note("d1", "Here.")
    both["content"][0]["attachment"]["url"] = "Binary/b1"
    assert [document.text for document in mapped(both).documents] == ["Here."]


def test_a_note_keeps_its_json_as_it_came(lab, tmp_path):
    path = write(tmp_path / "export" / "x.ndjson", patient(), naming(), binary())
    lab.ingest_path(path)
    lines = path.read_bytes().splitlines()
    assert [item.raw for item in read(Block(SourceFile(str(path), path.stat().st_size)))] == lines
    assert json.loads(lines[1])["content"][0]["attachment"] == {"contentType": "text/plain", "url": "Binary/b1"}


def beside(tmp_path, url, content=None, name="attachments/n1.txt", **rest):
    """An export with a note that names a file; the folder."""
    folder = tmp_path / "export"
    write(folder / "x.ndjson", patient(), naming(url, **rest))
    if content is not None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("withdrawn", [{}, {"status": "entered-in-error"}])
@pytest.mark.parametrize(
    ("url", "name"),
    [("n1.txt", "n1.txt"), ("./n1.txt", "n1.txt"), (" ./notes/../n%201.txt", "n 1.txt"), ("attachments/n1.txt", "attachments/n1.txt")],
)
def test_a_file_that_a_note_names_is_not_passed_over(lab, tmp_path, url, name, withdrawn):
    folder = beside(tmp_path, url, b"Hordeolum.", name, **withdrawn)
    assert lab.ingest_path(folder).warnings == {}
    assert lab.ingest_path(folder).warnings == {}
    (folder / name).with_name("left.txt").write_text("Nobody names this.")
    report = lab.ingest_path(folder)
    assert report.warnings == {"passed-over": 1}
    (issue,) = lab.issues(report)
    assert "left.txt" in issue["reason"] and name not in issue["reason"] and issue["source"] == str(folder)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("./attachments/n1.txt", "attachments/n1.txt"),
        ("attachments/n1.txt", "attachments/n1.txt"),
        ("n1.txt", "n1.txt"),
        ("attachments/a%20b.txt", "attachments/a b.txt"),
    ],
)
def test_a_note_reads_a_file_beside_the_export_again_when_it_changes(lab, tmp_path, url, name):
    folder = beside(tmp_path, url, b"Hordeolum.", name)
    export = folder / "x.ndjson"
    assert lab.ingest_path(export).warnings == {}
    assert texts(lab) == ["Hordeolum."]
    assert lab.ingest_path(export).records["unchanged"] == 2
    (folder / name).write_bytes(b"Blepharitis.")
    assert lab.ingest_path(export).records["changed"] == 1
    assert texts(lab) == ["Blepharitis."]
    (folder / name).unlink()
    assert lab.ingest_path(export).warnings == {"missing-attachment": 1}
    assert texts(lab) == []
    (folder / name).write_bytes(b"Hordeolum.")
    lab.ingest_path(export)
    assert texts(lab) == ["Hordeolum."]


@pytest.mark.parametrize(
    "url", ["../secret.txt", "attachments/../../secret.txt", "attachments/link.txt", "./link/secret.txt", "attachments"]
)
def test_nothing_outside_the_folder_of_the_export_is_read(lab, tmp_path, url):
    (tmp_path / "secret.txt").write_text("Secret.")
    folder = beside(tmp_path, url, b"Here.")
    (folder / "attachments" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "link").symlink_to(tmp_path)
    assert lab.ingest_path(folder / "x.ndjson").warnings == {"text-outside": 1}
    assert texts(lab) == []


@pytest.mark.parametrize("url", ["file:///etc/hostname", "/etc/hostname", "s3://bucket/n.txt", "https://example.org/n.txt"])
def test_what_is_no_path_beside_the_export_is_not_read(lab, tmp_path, url):
    assert lab.ingest_path(beside(tmp_path, url)).warnings == {"text-elsewhere": 1}


def test_a_file_beside_the_export_that_is_too_large_is_told(lab, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.attachments.MAX_BYTES", 8)
    assert lab.ingest_path(beside(tmp_path, "attachments/n1.txt", b"Hordeolum.")).warnings == {"too-large": 1}


def test_a_note_that_is_linked_anew_keeps_its_text_where_the_export_is_gone(lab, tmp_path):
    author = {"type": "Practitioner", "identifier": {"system": "urn:s", "value": "1"}}
    folder = beside(tmp_path, "attachments/n1.txt", b"Hordeolum.", author=[author])
    lab.ingest_path(folder)
    (folder / "attachments" / "n1.txt").unlink()
    found = lab.ingest({"resourceType": "Practitioner", "id": "a", "identifier": [{"system": "urn:s", "value": "1"}]})
    assert (found.records["changed"], found.warnings) == (1, {})
    assert texts(lab) == ["Hordeolum."]


def test_a_note_is_mapped_again_from_its_damaged_part_with_its_text(lab):
    lab.ingest(patient(), naming(), binary())
    (part,) = (path for path in (lab.workspace.folder / "parts").glob("*/*") if (path / "part.json").exists())
    (part / "quads.nq.gz").write_bytes(b"broken")
    assert repair(lab.workspace, lab.tools, 1, Silent()).damage
    assert texts(lab) == ["Seen for vertigo."]


NESTED = {"contentType": "text/plain", "url": "Binary/b1"}


@pytest.mark.parametrize(
    "rest",
    [
        {
            "resourceType": "QuestionnaireResponse",
            "item": [{"linkId": "1", "item": [{"linkId": "2", "answer": [{"valueAttachment": NESTED}]}]}],
        },
        {
            "resourceType": "QuestionnaireResponse",
            "item": [
                {"linkId": "1", "answer": [{"valueBoolean": True, "item": [{"linkId": "2", "answer": [{"valueAttachment": NESTED}]}]}]},
            ],
        },
        {"resourceType": "CommunicationRequest", "status": "active", "payload": [{"contentAttachment": NESTED}]},
        {"resourceType": "Task", "status": "requested", "intent": "order", "input": [{"type": {"text": "x"}, "valueAttachment": NESTED}]},
        {"resourceType": "Library", "status": "active", "type": {"text": "x"}, "content": [NESTED]},
    ],
)
def test_attachments_of_every_depth_and_type_are_read(lab, rest):
    about = {"status": "completed", "authored": "2023-01-01"} if rest["resourceType"] == "QuestionnaireResponse" else {}
    report = lab.ingest(patient(), binary(), {"id": "n1", **about, **rest})
    assert (report.rejects, report.warnings) == ({}, {})
    document = lab.snapshot().catalog.document(lab.iri(rest["resourceType"], "n1"))
    assert document.text == "Seen for vertigo."


@pytest.mark.parametrize(
    ("url", "content_type", "text"),
    [
        ("data:text/plain;base64,U2VlbiBmb3IgdmVydGlnby4=", None, "Seen for vertigo."),
        ("data:text/html;base64,PHA+U2VlbjwvcD4=", "text/html", "Seen"),
        ("data:,Seen%20for%20%C3%A9cthyma", "text/plain", "Seen for \u00e9cthyma"),
        ("DATA:text/plain;charset=iso-8859-1;BASE64,6Q==", None, "\u00e9"),
    ],
)
def test_a_text_that_stands_in_the_url_is_read(url, content_type, text):
    attachment = {"url": url, **({"contentType": content_type} if content_type else {})}
    result = mapped({"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]})
    assert [document.text.strip() for document in result.documents] == [text]
    assert warnings(result) in ([], [("repaired-text", URL)])
