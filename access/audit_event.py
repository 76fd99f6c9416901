"""Events of the audit log as FHIR R4 AuditEvent."""

from collections.abc import Mapping
from typing import Any, Final

_TYPES: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
_ACTIONS: Final = {"read": "R", "count": "R", "export": "R", "change": "U", "sign-in": "E", "sign-out": "E"}
"""What was done → action of FHIR."""
_KINDS: Final = {
    "read": (_INTERACTION, "read", "read"),
    "count": (_INTERACTION, "search-type", "search-type"),
    "export": (_INTERACTION, "operation", "operation"),
    "change": (_INTERACTION, "update", "update"),
    "sign-in": (_DICOM, "110122", "Login"),
    "sign-out": (_DICOM, "110123", "Logout"),
}


def audit_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """One event as an AuditEvent. Patients are named by their IRIs, as the graph names them; parameters are details of the query."""
    system, code, display = _KINDS[event["action"]]
    signing = event["action"].startswith("sign")
    kind = (_DICOM, "110114", "User Authentication") if signing else (_TYPES, "rest", "RESTful Operation")
    entities: list[dict[str, Any]] = [_patient(iri) for iri in event["patients"]]
    if not signing:
        entities.append(_query(event))
    return {
        "resourceType": "AuditEvent",
        "id": f"commissure-{event['n']}",
        "type": _coding(*kind),
        "subtype": [_coding(system, code, display)],
        "action": _ACTIONS[event["action"]],
        "recorded": event["at"],
        "outcome": _outcome(event["status"]),
        "agent": [{"who": {"display": event["user"] or "nobody"}, "requestor": True, "altId": event["via"] or "none"}],
        "source": {"observer": {"display": "Commissure"}},
        **({"entity": entities} if entities else {}),
    }


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def _patient(iri: str) -> dict[str, Any]:
    return {
        "what": {"type": "Patient", "identifier": {"system": "urn:ietf:rfc:3986", "value": iri}},
        "type": _coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person"),
        "role": _coding("http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient"),
    }


def _query(event: Mapping[str, Any]) -> dict[str, Any]:
    details = [{"type": name, "valueString": _words(value)} for name, value in event.get("asked", {}).items()]
    datasets = event.get("datasets", ())
    details.append({"type": "datasets", "valueString": "all" if datasets is None else " ".join(datasets) or "none"})
    return {
        "name": event["what"],
        "type": _coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object"),
        "role": _coding("http://terminology.hl7.org/CodeSystem/object-role", "24", "Query"),
        "detail": details,
    }


def _words(value: Any) -> str:
    if value is None:
        return "given, not kept"
    return (" ".join(map(str, value)) if isinstance(value, list) else str(value)).strip() or "none"


def _outcome(status: int) -> str:
    """0 done, 4 refused, 8 failed."""
    return "0" if status < 400 else "4" if status < 500 else "8"
