"""What the sample's FHIR R4 resources are made of: codes, references, moments, and the resource itself."""

from datetime import date
from typing import Any

from sample.codes.conditions import CONDITIONS
from sample.codes.findings import FINDINGS
from sample.staff import Practitioner

Resource = dict[str, Any]


SNOMED = "http://snomed.info/sct"


LOINC = "http://loinc.org"


RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


ICD = "http://hl7.org/fhir/sid/icd-10-cm"


CVX = "http://hl7.org/fhir/sid/cvx"


NPI = "http://hl7.org/fhir/sid/us-npi"


MRN = "http://harborlight.example.org/mrn"


TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"


CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


def moment(day: date, hour: int = 9, minute: int = 0) -> str:
    """A FHIR instant of the hospital's zone."""
    return f"{day.isoformat()}T{hour:02d}:{minute:02d}:00-05:00"


def resource(kind: str, record: str, changed: date, profile: str = "", /, **elements: Any) -> Resource:
    """A resource with its meta; elements that are None or empty are left out."""
    meta: Resource = {"versionId": "1", "lastUpdated": moment(changed, 23, 30)}
    if profile:
        meta["profile"] = [CORE + profile]
    return {"resourceType": kind, "id": record, "meta": meta, **{k: v for k, v in elements.items() if v not in (None, [], {}, "")}}


def coding(system: str, code: str, display: str) -> Resource:
    """One Coding."""
    return {"system": system, "code": code, "display": display}


def concept(text: str, *codings: Resource) -> Resource:
    """A CodeableConcept."""
    found: Resource = {"coding": list(codings)} if codings else {}
    return {**found, "text": text} if text else found


def reference(kind: str, identifier: str, display: str = "") -> Resource:
    """A relative reference."""
    return {"reference": f"{kind}/{identifier}", **({"display": display} if display else {})}


def practitioner_reference(practitioner: Practitioner, conditional: bool = False) -> Resource:
    """A reference to a practitioner, by id or (as some systems write) by identifier."""
    if conditional:
        return {"reference": f"Practitioner?identifier={NPI}|{practitioner.npi}", "display": practitioner.name}
    return reference("Practitioner", practitioner.id, practitioner.name)


def condition_concept(key: str) -> Resource:
    """The CodeableConcept of a diagnosis: SNOMED CT first, ICD-10-CM beside it."""
    entry = CONDITIONS.get(key) or FINDINGS[key]
    codings = [coding(SNOMED, entry.snomed, entry.display)] if entry.snomed else []
    if entry.icd:
        codings.append(coding(ICD, entry.icd, entry.icd_display))
    return concept(entry.name[:1].upper() + entry.name[1:], *codings)
