"""What is refused and what is warned about, with place and reason."""

import copy

import pytest

from tests.ingest.mapping.reading import PATIENT, attachment, mapped, rejects, warnings

PERSON = {"resourceType": "Patient"}
RESULT = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": PATIENT}


@pytest.mark.parametrize(
    ("resource", "code", "field"),
    [
        ({"resourceType": "Nonsense"}, "unknown-type", "resourceType"),
        ({"resourceType": "Observation", "status": "final"}, "missing-element", "Observation.code"),
        ({**PERSON, "foo": 1}, "unknown-element", "Patient.foo"),
        ({**PERSON, "Jane Doe, born 1970!": 1}, "unknown-element", "Patient.Jane?Doe??born?1970?"),
        ({**PERSON, "name": "x"}, "wrong-type", "Patient.name"),
        ({**PERSON, "name": [[]]}, "wrong-type", "Patient.name[0]"),
        ({**PERSON, "gender": 5}, "wrong-type", "Patient.gender"),
        ({**PERSON, "birthDate": "1980-02-31"}, "bad-date", "Patient.birthDate"),
        ({**PERSON, "birthDate": "80"}, "bad-date", "Patient.birthDate"),
        ({**PERSON, "birthDate": 1980}, "bad-date", "Patient.birthDate"),
        ({**PERSON, "deceasedDateTime": "2020-01-01T10"}, "bad-date", "Patient.deceasedDateTime"),
        ({**PERSON, "meta": {"lastUpdated": "x"}}, "bad-date", "Patient.meta.lastUpdated"),
        ({**PERSON, "deceasedBoolean": True, "deceasedDateTime": "2020"}, "bad-choice", "Patient.deceased[x]"),
        ({**PERSON, "contained": [{"resourceType": "Nope", "id": "n"}]}, "unknown-type", "Patient.contained[0].resourceType"),
        ({**PERSON, "contained": [5]}, "wrong-type", "Patient.contained[0]"),
        (
            {**PERSON, "contained": [{"resourceType": "Observation", "id": "o", "status": "final"}]},
            "missing-element",
            "Patient.contained[0].code",
        ),
        ({**RESULT, "valueQuantity": {"value": "many"}}, "wrong-type", "Observation.valueQuantity.value"),
        ({**RESULT, "id": "a b"}, "bad-value", "Observation.id"),
        ({**RESULT, "code": {"text": ""}}, "bad-value", "Observation.code.text"),
    ],
)
def test_refused(resource, code, field):
    result = mapped(resource)
    assert result.rejected and result.quads == ""
    assert rejects(result) == [(code, field)]
    (issue,) = result.issues
    assert (issue.source, issue.line) == ("s3://export/x.ndjson", 7)
    assert issue.reason


@pytest.mark.parametrize(
    ("resource", "code", "field"),
    [
        ({**RESULT, "status": "bogus"}, "status-value", "Observation.status"),
        (
            {"resourceType": "Condition", "subject": PATIENT, "verificationStatus": {"coding": [{"code": "maybe"}]}},
            "status-value",
            "Condition.verificationStatus",
        ),
        (
            {"resourceType": "ServiceRequest", "status": "active", "intent": "wish", "subject": PATIENT},
            "status-value",
            "ServiceRequest.intent",
        ),
        ({**RESULT, "valueQuantity": {"value": "5"}}, "wrong-type", "Observation.valueQuantity.value"),
        ({**PERSON, "active": "yes"}, "wrong-type", "Patient.active"),
        ({**PERSON, "id": "a" * 65}, "bad-id", "Patient.id"),
        ({**PERSON, "gender": "tall"}, "gender-value", "Patient.gender"),
        ({**RESULT, "effectivePeriod": {"start": "2020-02", "end": "2020-01-31"}}, "date-order", "Observation.effectivePeriod"),
        ({**RESULT, "subject": {"reference": "Medication/m"}}, "reference-type", "Observation.subject"),
        ({**PERSON, "photo": [{"contentType": "image/png", "data": "%"}]}, "bad-base64", "Patient.photo[0].data"),
        ({"resourceType": "MedicinalProduct", "name": []}, "not-validated", "MedicinalProduct"),
    ],
)
def test_warned_about_and_refused_when_strict(resource, code, field):
    result = mapped(resource)
    assert (warnings(result), result.rejected) == ([(code, field)], False)
    assert result.quads
    strict = mapped(resource, strict=True)
    assert (rejects(strict), strict.rejected, strict.quads, strict.facts) == ([(code, field)], True, "", ())


def test_a_bogus_status_does_not_count():
    assert [fact.counted for fact in mapped({**RESULT, "status": "bogus"}).facts] == [False]


def test_many_mistakes_are_told_briefly_and_nothing_of_the_record_is_quoted():
    items = [{"text": "Jane has syphilis"} for _ in range(100)]
    result = mapped({"resourceType": "Questionnaire", "status": "draft", "item": items, "title": 5, "date": "syphilis"})
    assert 1 <= len(result.issues) <= 5
    assert "syphilis" not in repr(result.issues)


def test_no_id_and_no_type_are_refused():
    assert rejects(mapped({"resourceType": "Patient", "id": ""})) == [("no-id", "")]
    assert rejects(mapped({"resourceType": 5})) == [("no-id", "")]


RESULT = {"resourceType": "Observation", "status": "final", "code": {"text": "Glucose"}, "subject": PATIENT, "valueInteger": 5}
LETTER = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment("Seen.")}], "subject": PATIENT}


@pytest.mark.parametrize(
    ("resource", "field", "date"),
    [
        ({**RESULT, "issued": "2023-05-03"}, "Observation.issued", "2023-05-03"),
        ({**RESULT, "effectiveInstant": "2023-05"}, "Observation.effectiveInstant", "2023-05"),
        ({**RESULT, "effectiveDateTime": "2023-05-03T10:00:00"}, "Observation.effectiveDateTime", "2023-05-03T10:00:00"),
        (
            {**RESULT, "effectivePeriod": {"start": "2023-05-03T10:00:00.5", "end": "2024"}},
            "Observation.effectivePeriod",
            "2023-05-03T10:00:00.5",
        ),
        ({**LETTER, "date": "2023-05-03"}, "DocumentReference.date", "2023-05-03"),
        ({**LETTER, "date": "2023"}, "DocumentReference.date", "2023"),
        (
            {**LETTER, "date": "2023-05-03T10:00:00Z", "meta": {"lastUpdated": "2023-05-03"}},
            "DocumentReference.meta",
            "2023-05-03T10:00:00Z",
        ),
    ],
)
def test_a_date_that_says_less_than_r4_asks_for_is_kept_with_a_warning(resource, field, date):
    result = mapped(resource)
    assert (result.rejected, [(issue.code, issue.field) for issue in result.issues]) == (False, [("imprecise-date", field)])
    assert date in {*(fact.start for fact in result.facts), *(document.date for document in result.documents)}
    assert mapped(resource, strict=True).rejected


def test_a_date_within_an_element_that_says_less_than_r4_asks_for_is_kept_with_a_warning():
    letter = copy.deepcopy(LETTER)
    letter["content"][0]["attachment"]["creation"] = "2023-05-03T10:00"
    letter["identifier"] = [{"system": "urn:x", "value": "7", "period": {"start": "2023-05-03T10:00:00", "end": "2023-05-04"}}]
    result = mapped(letter)
    assert not result.rejected
    assert {(issue.code, issue.field, issue.reason) for issue in result.issues} == {
        ("imprecise-date", "DocumentReference.identifier[0].period.start", "has no time zone: kept as it is written"),
        ("imprecise-date", "DocumentReference.content[0].attachment.creation", "has no seconds and no time zone: kept as it is written"),
    }
    assert mapped(letter, strict=True).rejected
    for wrong, at in (("2023-02-30T10:00", "period"), ("2023-05-03T10:60", "period")):
        letter["identifier"][0][at]["start"] = wrong
        assert {issue.code for issue in mapped(letter).issues} == {"bad-date", "imprecise-date"} and mapped(letter).rejected
    letter["identifier"][0]["period"]["start"] = "2023-05-03T10:00"
    assert mapped({key: value for key, value in letter.items() if key != "status"}).rejected, "what else is wrong is found as well"


@pytest.mark.parametrize(
    "rest",
    [
        {"issued": "spring"},
        {"issued": "2023-02-30"},
        {"issued": "2023-13"},
        {"effectiveDateTime": "2023-02-30T10:00:00"},
        {"effectiveDateTime": "2023-05-03T10:60"},
        {"effectiveDateTime": "2023-05-03T10:00:"},
        {"effectiveDateTime": "2023-05-03T10"},
        {"effectiveDateTime": "2023-05-03 10:00:00"},
        {"effectivePeriod": {"start": "03/05/2023"}},
    ],
)
def test_a_date_that_is_none_is_refused(rest):
    result = mapped({**RESULT, **rest})
    assert (result.rejected, {issue.code for issue in result.issues}) == (True, {"bad-date"})
