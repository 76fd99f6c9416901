"""What exports write a little otherwise than R4 asks for, and what lies a level deeper than usual, is not lost."""

import base64

import pytest

from tests.ingest.exports import note, patient
from tests.ingest.mapping.reading import ENCOUNTER, PATIENT, attachment, mapped, rejects, said, warnings

RESULT = {"resourceType": "Observation", "status": "final", "code": {"text": "Glucose"}, "subject": PATIENT, "valueInteger": 5}
REPORT = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT of the chest"}, "subject": PATIENT}
LETTER = {"resourceType": "DocumentReference", "id": "l1", "status": "current", "content": [{"attachment": attachment("No metastases.")}]}


@pytest.mark.parametrize(
    ("written", "read", "lacking"),
    [
        ("2023-05-03T10:05Z", "2023-05-03T10:05:00Z", "seconds"),
        ("2023-05-03T10:05+02:00", "2023-05-03T10:05:00+02:00", "seconds"),
        ("2023-05-03T10:05", "2023-05-03T10:05:00", "seconds and no time zone"),
        ("2023-05-03T10:05:30", "2023-05-03T10:05:30", "time zone"),
    ],
)
def test_a_time_without_seconds_is_a_time_in_the_graph(written, read, lacking):
    result = mapped({**RESULT, "effectiveDateTime": written, "issued": "2023-05-04T00:00:00Z"})
    assert not result.rejected and [fact.start for fact in result.facts] == [written]
    assert said(result)["kg:start"] == [read] and f'"{read}"^^<http://www.w3.org/2001/XMLSchema#dateTime>' in result.quads
    (issue,) = result.issues
    assert (issue.code, issue.field, issue.reason) == (
        "imprecise-date",
        "Observation.effectiveDateTime",
        f"has no {lacking}: kept as it is written",
    )


def test_ends_of_a_period_are_told_by_what_the_least_exact_lacks():
    result = mapped({**RESULT, "effectivePeriod": {"start": "2023-05-03T10:05Z", "end": "2023-05-03T11:00:00"}})
    assert [issue.reason for issue in result.issues] == ["has no seconds and no time zone: kept as it is written"]


@pytest.mark.parametrize("text", ["Seen.", "Seen..", "Seen..."])
def test_base64_without_its_padding_is_read(text):
    data = base64.b64encode(text.encode()).decode().rstrip("=")
    result = mapped({**LETTER, "id": "x", "content": [{"attachment": {"contentType": "text/plain", "data": data}}]})
    assert [document.text for document in result.documents] == [text]
    expected = [("unpadded-base64", "DocumentReference.content[0].attachment.data")] if len(text) % 3 else []
    assert (warnings(result), rejects(result)) == (expected, [])


@pytest.mark.parametrize("data", ["U2Vlb", "U2V=lbi4", "U2Vlbi4==", "%"])
def test_what_is_no_base64_is_told_as_such(data):
    result = mapped({**LETTER, "id": "x", "content": [{"attachment": {"contentType": "text/plain", "data": data}}]})
    assert (result.documents, warnings(result)) == ((), [("bad-base64", "DocumentReference.content[0].attachment.data")])


@pytest.mark.parametrize(
    ("element", "value", "words"),
    [
        ("onsetAge", {"value": 42, "unit": "years", "code": "a"}, "at 42 years"),
        ("onsetRange", {"low": {"value": 40}, "high": {"value": 45, "unit": "years"}}, "at 40–45 years"),
        ("onsetString", "in childhood", "onset: in childhood"),
        ("onsetDateTime", "2019", None),
        ("onsetAge", {}, None),
    ],
)
@pytest.mark.parametrize(("kind", "subject"), [("Condition", "subject"), ("AllergyIntolerance", "patient")])
def test_an_onset_by_age_or_in_words_is_in_the_fact(kind, subject, element, value, words):
    (fact,) = mapped({"resourceType": kind, subject: PATIENT, "code": {"text": "Gout"}, element: value}).facts
    assert (fact.value, fact.number) == (words, None)


def test_a_note_that_a_record_contains_is_a_text_of_the_record():
    contained = {**LETTER, "description": "Addendum", "type": {"text": "Radiology addendum"}}
    result = mapped({**REPORT, "contained": [contained], "encounter": ENCOUNTER, "issued": "2024-01-02T03:04:05Z", "conclusion": "Clear."})
    own, inner = result.documents
    assert (own.text, own.title, own.type) == ("Clear.", "CT of the chest", "CT of the chest")
    assert (inner.text, inner.title, inner.type, inner.kind) == ("No metastases.", "Addendum", "Radiology addendum", "DiagnosticReport")
    assert (inner.id, inner.record, inner.status) == (f"{result.record}#content-1", result.record, "final")
    assert (inner.patient, inner.encounter, inner.date) == (own.patient, own.encounter, own.date)


@pytest.mark.parametrize(("status", "expected"), [("superseded", "superseded"), ("entered-in-error", None)])
def test_a_contained_note_counts_as_it_says_itself(status, expected):
    result = mapped({**REPORT, "contained": [{**LETTER, "status": status}]})
    assert [document.status for document in result.documents] == ([expected] if expected else [])


def test_what_is_wrong_with_a_contained_note_is_told_by_its_place():
    inner = {**LETTER, "content": [{"attachment": {"contentType": "text/plain", "data": "%"}}]}
    result = mapped({**REPORT, "contained": [{"resourceType": "Organization", "id": "o"}, inner]})
    assert warnings(result) == [("bad-base64", "DiagnosticReport.contained[1].content[0].attachment.data")]


def test_a_contained_note_names_its_binary_and_its_file(lab):
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": attachment("Ascites.")["data"]}
    (lab.folder / "export1").mkdir()
    (lab.folder / "export1" / "a.txt").write_text("Cachexia.")
    content = [{"attachment": {"contentType": "text/plain", "url": url}} for url in ("Binary/b1", "a.txt")]
    report = lab.ingest(patient(), note(), {**REPORT, "id": "r", "contained": [{**LETTER, "content": content}]}, binary)
    assert report.warnings == {}
    catalog = lab.snapshot().catalog
    texts = {catalog.document(one.id).text for one in catalog.documents_of_record(lab.iri("DiagnosticReport", "r"))}
    assert texts == {"Ascites.", "Cachexia."}
