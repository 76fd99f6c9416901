"""The texts of records."""

import base64
import gzip

import pytest

from tests.ingest.mapping.reading import ENCOUNTER, PATIENT, attachment, concept, mapped, rejects, said, warnings

TEXT = "\n# Plan\nStart cisplatin. \n"


def note(*attachments, **rest):
    content = [{"attachment": each} for each in attachments]
    return {"resourceType": "DocumentReference", "status": "superseded", "subject": PATIENT, "content": content, **rest}


def test_a_note_with_all_that_is_known_of_it():
    result = mapped(
        note(
            attachment(TEXT),
            type=concept("http://loinc.org", "34117-2", "History and physical"),
            subject={**PATIENT, "display": "Ann Doe"},
            description="Admission",
            date="2020-01-02T03:04:05Z",
            context={"encounter": [ENCOUNTER], "period": {"start": "2020-01-01"}},
        )
    )
    (document,) = result.documents
    assert (document.id, document.record, document.text) == (result.record, result.record, TEXT)
    assert (document.title, document.type, document.status) == ("Admission", "History and physical", "superseded")
    assert (document.date, document.patient_label) == ("2020-01-02T03:04:05Z", "Ann Doe")
    assert document.patient.endswith("/Patient/p") and document.encounter.endswith("/Encounter/e")
    assert (document.source, document.line, document.media_type) == ("s3://export/x.ndjson", 7, "text/plain")


REPORT = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT"}, "conclusion": "Well.", "subject": PATIENT}
LATER = "2023-05-03T08:00:00Z"


@pytest.mark.parametrize(
    ("resource", "date", "dated"),
    [
        ({**REPORT, "issued": LATER}, LATER, "issued"),
        ({**REPORT, "issued": LATER, "effectiveDateTime": "2023-05-01"}, "2023-05-01", "effective"),
        ({**REPORT, "issued": LATER, "effectivePeriod": {"start": LATER}}, LATER, "effective"),
        (REPORT, None, ""),
        ({"resourceType": "Media", "status": "completed", "content": attachment(TEXT), "createdDateTime": "2023"}, "2023", "created"),
        ({"resourceType": "Communication", "status": "completed", "sent": "2023", "payload": [{"contentString": TEXT}]}, "2023", "sent"),
        ({**note(attachment(TEXT)), "date": LATER}, LATER, "date"),
        ({**note(attachment(TEXT)), "context": {"period": {"start": "2023-05-01"}}}, "2023-05-01", "period"),
    ],
)
def test_a_date_says_which_element_it_is_of(resource, date, dated):
    (document,) = mapped(resource).documents
    assert (document.date, document.dated) == (date, dated)


def test_without_a_date_the_visit_dates_the_note():
    assert mapped(note(attachment(TEXT), context={"period": {"start": "2020-01-01"}})).documents[0].date == "2020-01-01"


@pytest.mark.parametrize(
    ("given", "text", "media_type"),
    [
        (attachment("<p>Start</p><p>cisplatin</p>", "text/html"), "Start\ncisplatin\n", "text/html"),
        (attachment(rb"{\rtf1\ansi Start cisplatin}", "application/rtf"), "Start cisplatin", "text/rtf"),
        (attachment(base64.b64encode(TEXT.encode())), TEXT, "text/plain"),
        (attachment("Grüße", "text/plain; charset=utf-8"), "Grüße", "text/plain"),
    ],
)
def test_decoded(given, text, media_type):
    (document,) = mapped(note(given)).documents
    assert (document.text, document.media_type) == (text, media_type)


LIES = "repaired-text"
GREETING = "Grüße aus Wien"


@pytest.mark.parametrize(
    ("given", "text", "media_type", "code"),
    [
        (attachment(rb"{\rtf1\ansi Really rtf}"), "Really rtf", "text/rtf", LIES),
        (attachment("<html><body>Really <b>html</b></body></html>"), "Really html\n", "text/html", LIES),
        (attachment('<?xml version="1.0"?><ClinicalDocument><text>CDA</text></ClinicalDocument>'), "CDA", "application/xml", LIES),
        (attachment("<3 cm, K <3.5 <patient name>"), "<3 cm, K <3.5 <patient name>", "text/plain", ""),
        (attachment("Plain after all.", "text/rtf"), "Plain after all.", "text/plain", LIES),
        (attachment("Plain after all.", "application/pdf"), "Plain after all.", "text/plain", LIES),
        (attachment(gzip.compress(b"Packed.", mtime=0)), "Packed.", "text/plain", ""),
        (attachment(gzip.compress(rb"{\rtf1 Packed}", mtime=0), "application/octet-stream"), "Packed", "text/rtf", ""),
        (attachment(GREETING.encode("utf-16")), GREETING, "text/plain", ""),
        (attachment(GREETING.encode("utf-16-be")), GREETING, "text/plain", ""),
        (attachment(GREETING.encode("latin-1")), GREETING, "text/plain", LIES),
        (attachment("– dash".encode("cp1252"), "application/octet-stream"), "– dash", "text/plain", LIES),
        (attachment("– dash".encode("cp1252"), "text/plain; charset=iso-8859-1"), "– dash", "text/plain", ""),
        (attachment(GREETING, "text/plain; charset=iso-8859-1"), GREETING, "text/plain", LIES),
    ],
)
def test_content_is_told_by_its_bytes(given, text, media_type, code):
    result = mapped(note(given))
    (document,) = result.documents
    assert (document.text, document.media_type) == (text, media_type)
    assert [each for each, _ in warnings(result)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "unsupported-type"),
        (b"\xff\xd8\xff\xe0JFIF", "unsupported-type"),
        (b"PK\x03\x04zip", "unsupported-type"),
        (b"\x00\x01\x02\x03\x04 bytes", "unsupported-type"),
        (b"%PDF-1.4 broken", "bad-pdf"),
        (b"\x1f\x8b\x08 broken", "bad-gzip"),
        (gzip.compress(gzip.compress(b"twice", mtime=0), mtime=0), "unsupported-type"),
    ],
)
def test_what_is_no_text_is_told_whatever_its_label(content, code):
    result = mapped(note(attachment(content)))
    assert (result.documents, warnings(result)) == ((), [(code, "DocumentReference.content[0].attachment.data")])


def test_what_gzip_unpacks_is_bounded(monkeypatch):
    monkeypatch.setattr("ingest.attachments.MAX_BYTES", 1000)
    assert [code for code, _ in warnings(mapped(note(attachment(gzip.compress(b"x" * 1001, mtime=0)))))] == ["too-large"]


def test_further_texts_have_their_own_names_and_copies_are_left_out():
    result = mapped(note(attachment("One."), attachment("One."), attachment("Two.")))
    assert [(document.id.rpartition("/")[2], document.text) for document in result.documents] == [("x", "One."), ("x#content-1", "Two.")]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"contentType": "text/plain", "data": "%%%"}, "bad-base64"),
        ({"contentType": "text/plain", "data": "Y"}, "bad-base64"),
        (attachment("%PDF-1.4 broken", "application/pdf"), "bad-pdf"),
        ({"contentType": "application/zip", "data": "YWJj"}, "unsupported-type"),
        ({"contentType": "text/plain", "data": "ICAg"}, "no-text"),
    ],
)
def test_what_gives_no_text_is_told_and_the_record_kept(given, code):
    result = mapped(note(given))
    assert (warnings(result), result.documents) == ([(code, "DocumentReference.content[0].attachment.data")], ())
    assert not result.rejected and result.quads
    strict = mapped(note(given), strict=True)
    assert strict.rejected and rejects(strict) == [(code, "DocumentReference.content[0].attachment.data")]


def test_a_text_at_a_url_is_told():
    result = mapped(note({"contentType": "text/plain", "url": "https://example.org/note"}))
    assert warnings(result) == [("text-elsewhere", "DocumentReference.content[0].attachment.url")]
    assert mapped(note({"contentType": "image/png", "url": "https://example.org/x.png"})).issues == ()


def test_a_binary_that_is_not_there_is_told_and_linked_to():
    result = mapped(note({"contentType": "text/plain", "url": "Binary/b"}))
    assert (result.documents, said(result)["kg:content"]) == ((), ["Binary/b"])
    assert warnings(result) == [("missing-binary", "DocumentReference.content[0].attachment.url")]


def test_a_binary_is_no_document_of_its_own_and_told_where_nothing_names_it():
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": attachment(TEXT)["data"], "securityContext": PATIENT}
    alone = mapped(binary)
    assert (alone.documents, warnings(alone)) == ((), [("unnamed-binary", "Binary.data")])
    named = mapped(binary, values={"urn:commissure:named:Binary/x": ("DocumentReference/d",)})
    assert (named.documents, named.issues) == ((), ())
    assert mapped({**binary, "contentType": "image/png", "data": attachment(b"\x89PNG\r\n\x1a\n\x00")["data"]}).issues == ()


def test_a_report_bears_its_form_and_its_conclusion():
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Chest CT"},
        "subject": PATIENT,
        "encounter": ENCOUNTER,
        "effectiveDateTime": "2020-01-01",
        "presentedForm": [attachment("Findings: nodule.")],
        "conclusion": "Nodule of 5 mm.",
    }
    result = mapped(report)
    assert [(document.title, document.text, document.date) for document in result.documents] == [
        ("Chest CT", "Findings: nodule.", "2020-01-01"),
        ("Chest CT", "Nodule of 5 mm.", "2020-01-01"),
    ]
    assert len(mapped({**report, "conclusion": "nodule."}).documents) == 1, "the form has these words already"


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Communication", "status": "completed", "subject": PATIENT, "payload": [{"contentString": "Call back."}]},
        {"resourceType": "Media", "status": "completed", "subject": PATIENT, "content": attachment("Call back.")},
        {
            "resourceType": "ClinicalImpression",
            "status": "completed",
            "subject": PATIENT,
            "summary": "Call back.",
        },
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "Letter"},
            "subject": PATIENT,
            "date": "2020",
            "author": [{"display": "me"}],
            "title": "Letter",
            "section": [
                {
                    "title": "Plan",
                    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Call back.</div>'},
                }
            ],
        },
        {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "subject": PATIENT,
            "item": [{"linkId": "1", "answer": [{"valueAttachment": attachment("Call back.")}]}],
        },
    ],
)
def test_other_bearers_of_text(resource):
    (document,) = mapped(resource).documents
    assert document.text.strip() == "Call back."
    assert document.patient.endswith("/Patient/p")


def test_a_picture_is_no_text_and_nothing_to_warn_of():
    result = mapped({"resourceType": "Media", "status": "completed", "content": attachment(b"\xff\xd8", "image/jpeg")})
    assert (result.documents, result.issues) == ((), ())
