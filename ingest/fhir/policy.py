"""Which records are represented, and which count as true of their subject: a fixed rule with a version.

Follows the HL7 FHIR-to-OMOP guide, with one difference: orders count (as *ordered*, which `Fact.status` says), because
exports of whole clinics hold nothing else about medication.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from concepts.model import Assertion
from ingest.fhir.r4.codes import STATUSES
from ingest.mapping.codes import code_of

POLICY_VERSION: Final = "3"

ENTERED_IN_ERROR: Final = "entered-in-error"
SYSTEM_GENERATED: Final = "SYSTEM_GENERATED"

VERIFICATION: Final = {
    "Condition": frozenset({"unconfirmed", "provisional", "differential", "confirmed", "refuted", ENTERED_IN_ERROR}),
    "AllergyIntolerance": frozenset({"unconfirmed", "confirmed", "refuted", ENTERED_IN_ERROR}),
}
CLINICAL: Final = {
    "Condition": frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"}),
    "AllergyIntolerance": frozenset({"active", "inactive", "resolved"}),
}
INTENTS: Final = {
    "MedicationRequest": frozenset(
        {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"}
    ),
    "ServiceRequest": frozenset(
        {"proposal", "plan", "directive", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"}
    ),
    "CarePlan": frozenset({"proposal", "plan", "order", "option"}),
}

_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order", "directive"})
_ORDERED = {"MedicationRequest": "given", "ServiceRequest": "done"}
"""Requests that hold where they are orders → what is not to be with what they forbid."""
_PLANS = frozenset({"CarePlan", "RequestGroup", "Task"})
"""Types of which a plan is no less than is meant."""
_STATUS = {"Goal": "lifecycleStatus", "AdverseEvent": "actuality", "AppointmentResponse": "participantStatus"}
"""Type → its element that says how it stands; of other types that is `status`."""
_HAPPENED = {
    "Procedure": frozenset({"completed", "in-progress", "stopped"}),
    "MedicationAdministration": frozenset({"completed", "in-progress", "stopped"}),
    "MedicationStatement": frozenset({"active", "completed", "stopped", "on-hold"}),
    "MedicationDispense": frozenset({"completed", "in-progress"}),
    "MedicationRequest": frozenset({"active", "completed", "stopped", "on-hold"}),
    "Immunization": frozenset({"completed"}),
    "Observation": frozenset({"final", "amended", "corrected"}),
    "DiagnosticReport": frozenset({"final", "amended", "corrected", "appended"}),
    "DetectedIssue": frozenset({"final", "amended", "corrected"}),
    "RiskAssessment": frozenset({"final", "amended", "corrected"}),
    "DeviceUseStatement": frozenset({"active", "completed", "stopped", "on-hold"}),
    "ServiceRequest": frozenset({"active", "completed", "on-hold"}),
    "Encounter": frozenset({"arrived", "triaged", "in-progress", "onleave", "finished"}),
}
_DID_NOT = frozenset({"not-done", "not-taken", "refuted", "declined", "rejected", "noshow", "abandoned"})
_CANCELLED = frozenset({"Appointment", "Encounter", "EpisodeOfCare", "MedicationDispense"})
"""Types of what does not take place when it is cancelled."""
_MAY_YET = frozenset(
    {"planned", "preparation", "intended", "draft", "proposal", "plan", "option", "unconfirmed", "provisional", "differential"}
    | {"proposed", "pending", "tentative", "waitlist", "potential"}
)
_HOLDS_NO_MORE = frozenset({"cancelled", "revoked", "stopped", "failed"})
"""Statuses of types without a rule of their own that keep them from counting, beside what did not happen and what may yet."""


class Standing(NamedTuple):
    """How a record stands: `counted` as true of its subject or not, and what it asserts. `status` is how facts show it."""

    counted: bool
    assertion: Assertion
    status: str


def is_entered_in_error(resource: Mapping[str, Any]) -> bool:
    """Whether the resource says of itself that it should never have been."""
    return (
        ENTERED_IN_ERROR in (resource.get("status"), resource.get("lifecycleStatus"))
        or resource.get("docStatus") == ENTERED_IN_ERROR
        or ("verificationStatus" in resource and code_of(resource["verificationStatus"]) == ENTERED_IN_ERROR)
    )


def is_system_generated(resource: Mapping[str, Any]) -> bool:
    """Whether HealthLake's text analysis made it: such resources ignore negation and are never facts."""
    meta = resource.get("meta")
    tags = meta.get("tag") if type(meta) is dict else None
    return type(tags) is list and any(type(tag) is dict and SYSTEM_GENERATED in (tag.get("display"), tag.get("code")) for tag in tags)


def _is_reported(resource: Mapping[str, Any]) -> bool:
    """Whether a request is no order but what the patient (or who speaks for them) says is taken, as US Core writes it."""
    reported = resource.get("reportedBoolean") in (True, "true") or type(resource.get("reportedReference")) is dict
    return reported and resource.get("intent") == "plan" and resource.get("doNotPerform") in (None, False, "false")


def _reporter(resource: Mapping[str, Any]) -> str:
    """Who reported it, as far as the record tells: a reference may lead to a relative or a clinician."""
    reference = resource.get("reportedReference")
    if type(reference) is not dict:
        return " by the patient"
    subject = resource.get("subject")
    named = _text(reference.get("reference"))
    if "Patient/" in named or reference.get("type") == "Patient" or (type(subject) is dict and named and named == subject.get("reference")):
        return " by the patient"
    return " by another person" if "/" in named else ""


def standing(kind: str, resource: Mapping[str, Any]) -> Standing:
    """How a resource stands by its status, verification, intent and doNotPerform."""
    if kind == "MedicationRequest" and _is_reported(resource):
        status = _text(resource.get("status"))
        return Standing(status in _HAPPENED["MedicationStatement"], _assertion(status), f"reported{_reporter(resource)} ({status})")
    verification = clinical = ""
    if kind in VERIFICATION:
        verification = code_of(resource.get("verificationStatus"))
        clinical = code_of(resource.get("clinicalStatus"))
    return _standing(
        kind,
        _text(resource.get(_STATUS.get(kind, "status"))) or _text(resource.get("status")),
        verification,
        clinical,
        _text(resource.get("intent")),
        resource.get("doNotPerform") not in (None, False, "false"),
    )


@lru_cache(maxsize=4096)
def _standing(kind: str, status: str, verification: str, clinical: str, intent: str, forbidden: bool) -> Standing:
    if kind in VERIFICATION:
        shown = clinical or verification
        if verification not in ("", "confirmed"):
            return Standing(False, _assertion(verification), verification)
        known = clinical == "" or clinical in CLINICAL[kind]
        return Standing(known, Assertion.AFFIRMED, shown)
    if kind == "FamilyMemberHistory":
        return Standing(False, Assertion.FAMILY, status)
    if forbidden:
        return Standing(False, Assertion.NEGATED, f"not to be {_ORDERED.get(kind, 'done')} ({status})")
    if kind in _ORDERED:
        if intent not in _ORDERS:
            return Standing(False, _assertion(intent), f"{intent} ({status})")
        return Standing(status in _HAPPENED[kind], _assertion(status), f"ordered ({status})")
    if intent in _MAY_YET and not (intent == "plan" and kind in _PLANS):
        return Standing(False, Assertion.HYPOTHETICAL, f"{intent} ({status})")
    if status == "cancelled" and kind in _CANCELLED:
        return Standing(False, Assertion.NEGATED, status)
    return Standing(_counts(kind, status), _assertion(status), status)


def _counts(kind: str, status: str) -> bool:
    """Whether a status lets a record count: one that is listed, or, for types that list none, any that does not take it back."""
    if kind in _HAPPENED:
        return status in _HAPPENED[kind]
    if status in _HOLDS_NO_MORE | _DID_NOT | _MAY_YET:
        return False
    return not status or kind not in STATUSES or status in STATUSES[kind]


def _assertion(code: str) -> Assertion:
    if code in _DID_NOT:
        return Assertion.NEGATED
    return Assertion.HYPOTHETICAL if code in _MAY_YET else Assertion.AFFIRMED


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_NOTHING_KNOWN_CODES = frozenset(
    {
        ("http://snomed.info/sct", code)
        for code in (
            *("716186003", "409137002", "429625007", "428607008", "716184000", "716220001", "716185004", "428197003", "1003774007"),
            *("160244002", "160245001", "787481004", "1287211007"),
        )
    }
)
_NOTHING_KNOWN_NAMES = frozenset({"nka", "nkda", "nil known", "none known"})


def says_nothing_is_known(system: str, code: str, text: str) -> bool:
    """Whether a code says that the patient has none of something ('No known allergy'): a negative fact."""
    if (system, code) in _NOTHING_KNOWN_CODES or code.startswith("no-known-"):
        return True
    name = text.strip().lower()
    return name.startswith(("no known ", "no current problems")) or name in _NOTHING_KNOWN_NAMES
