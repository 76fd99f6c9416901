"""FHIR records without what identifies."""

import json

from privacy.people import People
from privacy.pseudonyms import FARTHEST, Pseudonyms
from privacy.records import record

KEY = b"k" * 32
PATIENT = {
    "resourceType": "Patient",
    "id": "p001",
    "meta": {"source": "http://hospital.example/p001", "lastUpdated": "2024-05-01T10:00:00Z"},
    "text": {"status": "generated", "div": "<div>Ann Smith</div>"},
    "identifier": [{"system": "urn:mrn", "value": "HL100917"}],
    "name": [{"family": "Smith", "given": ["Ann"]}],
    "telecom": [{"system": "phone", "value": "555-0117"}],
    "photo": [{"contentType": "image/png", "data": "aGVsbG8="}],
    "address": [{"line": ["12 Elm Street"], "city": "Hanover", "state": "NH", "postalCode": "03755", "country": "US"}],
    "contact": [{"name": {"text": "Bert Jones"}, "telecom": [{"value": "555-0118"}]}],
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Miller"},
        {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"},
    ],
    "gender": "female",
    "birthDate": "1960-02-03",
    "_birthDate": {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "1960-02-03T04:05:06Z"}]
    },
}
VISIT = {
    "resourceType": "Encounter",
    "id": "v1",
    "status": "finished",
    "subject": {"reference": "Patient/p001", "display": "Smith, Ann"},
    "participant": [{"individual": {"reference": "Practitioner?identifier=npi|999", "display": "Dr. Irene Novak"}}],
    "period": {"start": "2024-05-01T10:00:00-05:00", "end": "2024-05-03"},
    "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "22298006", "display": "Myocardial infarction"}]}],
}
NOTE = {
    "resourceType": "DocumentReference",
    "id": "n1",
    "status": "current",
    "subject": {"reference": "http://hospital.example/fhir/Patient/p001"},
    "description": "Letter for Ann Smith",
    "content": [{"attachment": {"data": "U21pdGg=", "url": "http://hospital.example/Smith.txt", "title": "Smith.txt"}}],
}
DOCTOR = {"resourceType": "Practitioner", "id": "d1", "identifier": [{"value": "999"}], "name": [{"family": "Novak", "given": ["Irene"]}]}
SECRETS = (
    "p001",
    "Smith",
    "Ann",
    "HL100917",
    "555-01",
    "Elm",
    "Hanover",
    "03755",
    "Jones",
    "Miller",
    "1960-02-03",
    "hospital",
    "Novak",
    "999",
)


def people(*records: dict) -> People:
    found = People("study", Pseudonyms(KEY), "2026-01-01")
    for one in records:
        found.learn(one)
    found.learned()
    return found


def all_of(*records: dict) -> list[dict]:
    known = people(*records)
    return [record(one, ["Seen by I. Novak; Ann Smith, HL100917."], known) for one in records]


def test_nothing_that_identifies_is_left_of_any_record() -> None:
    rewritten = all_of(DOCTOR, PATIENT, VISIT, NOTE)
    told = json.dumps(rewritten)
    assert [one for one in SECRETS if one in told] == []
    _, patient, visit, note = rewritten
    assert patient["address"] == [{"state": "NH", "country": "US"}] and patient["gender"] == "female"
    assert patient["name"] == [{"text": f"Patient {patient['id'][:8]}"}]
    assert [one["url"].rpartition("-")[2] for one in patient["extension"]] == ["birthsex"]
    assert visit["subject"] == note["subject"] == {"reference": f"Patient/{patient['id']}"}
    assert visit["reasonCode"] == VISIT["reasonCode"]
    assert visit["participant"][0]["individual"] == {"reference": f"Practitioner/{rewritten[0]['id']}"}


def test_the_text_of_an_attachment_is_rewritten() -> None:
    import base64

    note = all_of(DOCTOR, PATIENT, VISIT, NOTE)[3]
    assert base64.b64decode(note["content"][0]["attachment"]["data"]).decode() == "Seen by [NAME]; [NAME], [ID]."


def test_dates_of_a_patient_are_moved_by_the_same_days_everywhere() -> None:
    from datetime import date

    _, patient, visit, _ = all_of(DOCTOR, PATIENT, VISIT, NOTE)
    moved = date.fromisoformat(patient["birthDate"]) - date(1960, 2, 3)
    assert 1 <= -moved.days <= FARTHEST
    assert date.fromisoformat(visit["period"]["end"]) - date(2024, 5, 3) == moved
    assert visit["period"]["start"][10:] == "T10:00:00-05:00"


def test_records_of_one_patient_that_were_merged_are_moved_alike() -> None:
    other = {"resourceType": "Patient", "id": "p000", "link": [{"type": "replaced-by", "other": {"reference": "Patient/p001"}}]}
    known = people(PATIENT, other)
    assert known.shift_of("Patient/p000") == known.shift_of("Patient/p001")
    assert "Smith" in known.known_of("Patient/p000", other).names


def test_who_is_over_89_is_90() -> None:
    old = {**PATIENT, "birthDate": "1930-02-03", "deceasedDateTime": "2024-05-02"}
    known = people(old, VISIT)
    told = record(old, [], known)
    assert told is not None and told["birthDate"] in ("1933", "1932", "1931") and len(told["birthDate"]) == 4
    age = {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p001"}, "code": {"text": "Age"}}
    measured = record({**age, "valueQuantity": {"value": 94, "unit": "years", "code": "a"}}, [], known)
    assert measured is not None and measured["valueQuantity"]["value"] == 90


def test_pseudonyms_hang_on_the_secret_and_on_the_dataset() -> None:
    one, other = Pseudonyms(KEY), Pseudonyms(b"another")
    assert one.of("a", "Patient", "1") == one.of("a", "Patient", "1")
    assert len({one.of("a", "Patient", "1"), one.of("b", "Patient", "1"), other.of("a", "Patient", "1")}) == 3
    assert KEY.decode() not in repr(one)
    shifts = {one.days(str(number)) for number in range(2000)}
    assert min(shifts) >= -FARTHEST and max(shifts) <= -1 and len(shifts) > FARTHEST // 2


def test_kinds_that_nobody_decided_about_are_left_out() -> None:
    assert record({"resourceType": "Coverage", "id": "c"}, [], people(PATIENT)) is None
    assert record({"resourceType": "Patient"}, [], people()) is None
