"""The exports behind the web tests: two patients, notes (a hostile one among them), a letter without a vector, and lines that are refused.

Written as FHIR and JSON Lines, and ingested as any export is; `tests.webapp.fixtures` builds the generation once.
"""

import base64
import json
from pathlib import Path
from typing import Any

from concepts.model import Assertion
from graph.identifiers import concept_iri, record_iri

DATASET = "demo"
OTHER_DATASET = "letters"
RUN = "20240501T080000Z-1a2b3c"
FAILED_RUN = "20240430T170000Z-9f8e7d"

SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"

OVARIAN_CANCER = concept_iri(SNOMED, "363443007")
DIABETES = concept_iri(SNOMED, "44054006")
NEUROPATHY = concept_iri(SNOMED, "386033004")
HYPERTENSION = concept_iri(SNOMED, "38341003")
CISPLATIN = concept_iri(RXNORM, "2555")
PACLITAXEL = concept_iri(RXNORM, "56946")
METFORMIN = concept_iri(RXNORM, "6809")
HAEMOGLOBIN_A1C = concept_iri(LOINC, "4548-4")

ROSA = record_iri(DATASET, "Patient", "rosa")
MILAN = record_iri(DATASET, "Patient", "milan")
ROSA_VISIT = record_iri(DATASET, "Encounter", "rosa-oncology")
MILAN_VISIT = record_iri(DATASET, "Encounter", "milan-clinic")
DOCTOR = record_iri(DATASET, "Practitioner", "unknown-doctor")

ONCOLOGY_NOTE = record_iri(DATASET, "DocumentReference", "rosa-oncology-note")
FOLLOW_UP_NOTE = record_iri(DATASET, "DocumentReference", "rosa-follow-up")
DIABETES_NOTE = record_iri(DATASET, "DocumentReference", "milan-diabetes-note")
HOSTILE_NOTE = record_iri(DATASET, "DocumentReference", "milan-hostile-note")
SECOND_ATTACHMENT = ONCOLOGY_NOTE + "#content-1"
LETTER = record_iri(OTHER_DATASET, "Text", "letter 7/b")
DOCUMENTS = (ONCOLOGY_NOTE, SECOND_ATTACHMENT, FOLLOW_UP_NOTE, DIABETES_NOTE, HOSTILE_NOTE, LETTER)

HOSTILE_TITLE = '<img src=x onerror="alert(1)"> \u202egnp.eton & "quoted"'
HOSTILE_TEXT = (
    "Plan:\n<script>alert('note')</script> </textarea></pre><b>bold</b> &amp; &lt;\n"
    "\u202eright to left\u202c \u2066isolate\u2069 zero\u200bwidth \u0007bell\x00nul\n"
    "{{ 7 * 7 }} ${7*7} %s javascript:alert(1) ]]> --> 'single' \"double\" \\back\n"
    "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467 combining e\u0301 metformin continued\n"
)
ONCOLOGY_TEXT = (
    "# History of present illness\nWoman treated with cisplatin and paclitaxel for ovarian cancer since March. "
    "She denies neuropathy. Her mother had hypertension.\n\n"
    "# Plan\nContinue carboplatin only if the creatinine rises. Next cycle in three weeks.\n"
)
FOLLOW_UP_TEXT = (
    "# Assessment\nOvarian cancer in partial remission after six cycles of cisplatin. Numbness of both feet: possible neuropathy.\n\n"
    "# Plan\nGabapentin at night; review in May.\n"
)
DIABETES_TEXT = (
    "# Assessment\nMan with type 2 diabetes on metformin. Haemoglobin A1c 7.4 %. No hypertension.\n\n"
    "# Plan\nContinue metformin, repeat the laboratory tests in three months.\n"
)
LETTER_TEXT = "Dear colleague,\n\nthank you for seeing this patient with diabetes, who tolerates metformin well.\n"

PATIENT = {
    "resourceType": "Patient",
    "id": "rosa",
    "name": [{"family": "Lindqvist", "given": ["Rosa"]}],
    "gender": "female",
    "birthDate": "1961-04",
    "deceasedDateTime": "2025-01-05",
}
RAW_ROSA = json.dumps(PATIENT)

_CODES = {
    OVARIAN_CANCER: (SNOMED, "363443007", "Ovarian cancer", "Malignant tumor of ovary"),
    DIABETES: (SNOMED, "44054006", "Type 2 diabetes mellitus", "Diabetes mellitus type II"),
    NEUROPATHY: (SNOMED, "386033004", "Neuropathy", ""),
    HYPERTENSION: (SNOMED, "38341003", "Hypertension", ""),
    CISPLATIN: (RXNORM, "2555", "cisplatin", ""),
    PACLITAXEL: (RXNORM, "56946", "paclitaxel", "Taxol"),
    METFORMIN: (RXNORM, "6809", "metformin", ""),
    HAEMOGLOBIN_A1C: (LOINC, "4548-4", "Haemoglobin A1c", ""),
}
"""Concept → system, code, name, and the name that its terminology has for it where that is another."""

_TRAITS = {
    Assertion.AFFIRMED: ["DIAGNOSIS"],
    Assertion.NEGATED: ["NEGATION"],
    Assertion.FAMILY: ["PERTAINS_TO_FAMILY"],
    Assertion.HYPOTHETICAL: ["HYPOTHETICAL"],
    Assertion.HISTORICAL: ["PAST_HISTORY"],
}


def coded(concept: str) -> dict[str, Any]:
    """A concept as records write it."""
    system, code, name, other = _CODES[concept]
    return {"coding": [{"system": system, "code": code, "display": display} for display in (name, other) if display], "text": name}


def reference(iri: str) -> dict[str, str]:
    """A reference to a record."""
    return {"reference": "/".join(iri.rsplit("/", 2)[1:])}


def _status(kind: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/condition-{kind}", "code": code}]}


def condition(identifier: str, subject: str, encounter: str, concept: str, onset: str, **rest: Any) -> dict[str, Any]:
    """A charted condition."""
    return {
        "resourceType": "Condition",
        "id": identifier,
        "clinicalStatus": _status("clinical", "active"),
        "code": coded(concept),
        "subject": reference(subject),
        "encounter": reference(encounter),
        "onsetDateTime": onset,
        **rest,
    }


def medication(identifier: str, subject: str, encounter: str, concept: str, start: str) -> dict[str, Any]:
    """A prescription."""
    return {
        "resourceType": "MedicationRequest",
        "id": identifier,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": coded(concept),
        "subject": reference(subject),
        "encounter": reference(encounter),
        "authoredOn": start,
    }


def encounter(iri: str, subject: str, name: str, start: str, end: str) -> dict[str, Any]:
    """A visit to a doctor whom the export lacks."""
    return {
        "resourceType": "Encounter",
        "id": iri.rpartition("/")[2],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [{"text": name}],
        "subject": reference(subject),
        "participant": [{"individual": reference(DOCTOR)}],
        "period": {"start": start, "end": end},
    }


def _analysis(text: str, mentions: tuple[tuple[str, str, Assertion], ...]) -> list[dict[str, Any]]:
    """What HealthLake's text analysis adds to a note, of (word, concept, assertion)."""
    by_service: dict[str, list[dict[str, Any]]] = {}
    for number, (word, concept, assertion) in enumerate(mentions):
        system, code, display, _ = _CODES[concept]
        service, field = ("infer-rxnorm", "RxNormConcepts") if system == RXNORM else ("infer-snomedct", "SNOMEDCTConcepts")
        start = text.index(word)
        entity = {
            "Id": number,
            "Text": word,
            "Score": 0.98,
            "BeginOffset": start,
            "EndOffset": start + len(word),
            "Traits": [{"Name": name, "Score": 0.9} for name in _TRAITS[assertion]],
            field: [{"Code": code, "Description": display, "Score": 0.87}],
        }
        by_service.setdefault(service, []).append(entity)
    root = "http://healthlake.amazonaws.com/aws-cm/"
    services = [
        {
            "url": f"{root}{service}/",
            "extension": [{"url": f"{root}{service}/raw-response", "valueString": json.dumps({"Entities": entities})}],
        }
        for service, entities in by_service.items()
    ]
    return [{"url": root, "extension": services}] if services else []


def note(
    iri: str,
    subject: str,
    visit: str,
    type_: str,
    title: str,
    date: str,
    *texts: str,
    mentions: tuple[tuple[str, str, Assertion], ...] = (),
    elsewhere: str = "",
    **rest: Any,
) -> dict[str, Any]:
    """A note of one or more attachments; a date without a time is its period's."""
    attachments = [{"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()} for text in texts]
    for number, attachment in enumerate(attachments[1:], start=2):
        attachment["title"] = f"{title} (attachment {number})"
    if elsewhere:
        attachments.append({"contentType": "text/plain", "url": elsewhere})
    dated = {"date": date} if "T" in date else {}
    return {
        "resourceType": "DocumentReference",
        "id": iri.rpartition("/")[2],
        "status": "current",
        "type": {"text": type_},
        "description": title,
        "subject": reference(subject),
        **dated,
        "context": {"encounter": [reference(visit)], **({} if dated else {"period": {"start": date}})},
        "extension": _analysis(texts[0], mentions),
        "content": [{"attachment": attachment} for attachment in attachments],
        **rest,
    }


ONCOLOGY_RECORD = note(
    ONCOLOGY_NOTE,
    ROSA,
    ROSA_VISIT,
    "Oncology note",
    "Oncology visit",
    "2024-03-18",
    ONCOLOGY_TEXT,
    "Chemotherapy consent, signed.\n",
    mentions=(
        ("cisplatin", CISPLATIN, Assertion.AFFIRMED),
        ("paclitaxel", PACLITAXEL, Assertion.AFFIRMED),
        ("ovarian cancer", OVARIAN_CANCER, Assertion.AFFIRMED),
        ("neuropathy", NEUROPATHY, Assertion.NEGATED),
        ("hypertension", HYPERTENSION, Assertion.FAMILY),
    ),
)

RECORDS: tuple[dict[str, Any] | str, ...] = (
    PATIENT,
    {
        "resourceType": "Patient",
        "id": "milan",
        "name": [{"family": "Okafor", "given": ["Milan"]}],
        "gender": "male",
        "birthDate": "1975-09-30",
    },
    encounter(ROSA_VISIT, ROSA, "Oncology visit", "2024-03-18", "2024-03-20"),
    encounter(MILAN_VISIT, MILAN, "Diabetes clinic", "2023-11-02", "2023-11-02"),
    condition("rosa-cancer", ROSA, ROSA_VISIT, OVARIAN_CANCER, "2024-01"),
    condition("rosa-neuropathy", ROSA, ROSA_VISIT, NEUROPATHY, "2024-04-02", verificationStatus=_status("ver-status", "refuted")),
    condition("milan-diabetes", MILAN, MILAN_VISIT, DIABETES, "2012"),
    '{"resourceType": "Condition", "id": "cut off", "code": {"text": "Rosa',
    {"resourceType": "Condition", "id": "nobody", "onsetDateTime": "2024-13", "code": coded(DIABETES), "subject": reference(MILAN)},
    medication("rosa-cisplatin", ROSA, ROSA_VISIT, CISPLATIN, "2024-03-01"),
    medication("rosa-paclitaxel", ROSA, ROSA_VISIT, PACLITAXEL, "2024-03-01"),
    medication("milan-metformin", MILAN, MILAN_VISIT, METFORMIN, "2012-06-01"),
    {
        "resourceType": "Observation",
        "id": "milan-a1c",
        "status": "final",
        "code": coded(HAEMOGLOBIN_A1C),
        "subject": reference(MILAN),
        "encounter": reference(MILAN_VISIT),
        "effectiveDateTime": "2023-11-02",
        "valueQuantity": {"value": 7.4, "unit": "%"},
    },
    {"resourceType": "Observation", "id": "no-code", "status": "final", "subject": reference(MILAN)},
    {"resourceType": "Claim", "id": "bill", "status": "active", "patient": reference(MILAN)},
    ONCOLOGY_RECORD,
    note(
        FOLLOW_UP_NOTE,
        ROSA,
        ROSA_VISIT,
        "Progress note",
        "Follow-up after chemotherapy",
        "2024-04",
        FOLLOW_UP_TEXT,
        mentions=(
            ("Ovarian cancer", OVARIAN_CANCER, Assertion.AFFIRMED),
            ("cisplatin", CISPLATIN, Assertion.HISTORICAL),
            ("neuropathy", NEUROPATHY, Assertion.HYPOTHETICAL),
        ),
        status="superseded",
    ),
    note(
        DIABETES_NOTE,
        MILAN,
        MILAN_VISIT,
        "Progress note",
        "Diabetes clinic",
        "2023-11-02T09:30:00+01:00",
        DIABETES_TEXT,
        mentions=(
            ("type 2 diabetes", DIABETES, Assertion.AFFIRMED),
            ("metformin", METFORMIN, Assertion.AFFIRMED),
            ("hypertension", HYPERTENSION, Assertion.NEGATED),
        ),
        elsewhere="https://hospital.example/scan-of-the-referral.txt",
    ),
    note(
        HOSTILE_NOTE,
        MILAN,
        MILAN_VISIT,
        "<i>Note</i>",
        HOSTILE_TITLE,
        "2023",
        HOSTILE_TEXT,
        mentions=(("metformin", METFORMIN, Assertion.AFFIRMED),),
    ),
)
"""The records of the dataset, and lines that are none."""

LETTERS = ({"id": "letter 7/b", "title": "Letter of referral", "text": LETTER_TEXT},)


def write_export(folder: Path) -> Path:
    """The records in one file for each type, as bulk exports lie; a line that is no JSON stands among those before it."""
    lines: dict[str, list[str]] = {}
    kind = ""
    for record in RECORDS:
        kind = record["resourceType"] if isinstance(record, dict) else kind
        lines.setdefault(kind, []).append(json.dumps(record) if isinstance(record, dict) else record)
    folder.mkdir(parents=True)
    for name, written in lines.items():
        (folder / f"{name}.ndjson").write_text("".join(f"{line}\n" for line in written))
    return folder


def write_broken(folder: Path) -> Path:
    """An export that holds nothing but half a record."""
    folder.mkdir(parents=True)
    (folder / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "half')
    return folder


def write_letters(folder: Path) -> Path:
    """The letters as JSON Lines."""
    file = folder / "letters.jsonl"
    file.write_text("".join(json.dumps(letter) + "\n" for letter in LETTERS))
    return file
