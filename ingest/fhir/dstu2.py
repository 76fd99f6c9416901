"""What DSTU2 (FHIR 1.0) has and R4 has not, by which its records are told. See https://hl7.org/fhir/DSTU2/resourcelist.html."""

from collections.abc import Mapping
from typing import Final

TYPES: Final = frozenset(
    {"BodySite", "Conformance", "DataElement", "DeviceComponent", "DeviceUseRequest", "DiagnosticOrder", "EligibilityRequest"}
    | {"EligibilityResponse", "ImagingObjectSelection", "MedicationOrder", "Order", "OrderResponse", "ProcedureRequest"}
    | {"ProcessRequest", "ProcessResponse", "ReferralRequest"}
)
"""Its resource types that R4 does not have."""

ELEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "AllergyIntolerance": frozenset({"lastOccurence", "reporter", "substance"}),
    "CarePlan": frozenset({"modified", "participant"}),
    "ClinicalImpression": frozenset({"patient", "ruledOut", "triggerCodeableConcept", "triggerReference"}),
    "Condition": frozenset({"dateRecorded", "patient"}),
    "DiagnosticReport": frozenset({"request"}),
    "Encounter": frozenset({"indication", "patient"}),
    "Goal": frozenset({"author", "targetDate", "targetQuantity"}),
    "Immunization": frozenset({"reported", "requester", "wasNotGiven"}),
    "Medication": frozenset({"product"}),
    "MedicationAdministration": frozenset({"effectiveTimeDateTime", "effectiveTimePeriod", "patient", "practitioner", "wasNotGiven"}),
    "MedicationDispense": frozenset({"dispenser", "patient"}),
    "MedicationStatement": frozenset({"patient", "reasonForUseCodeableConcept", "reasonForUseReference", "wasNotTaken"}),
    "Observation": frozenset({"comments"}),
    "Patient": frozenset({"careProvider"}),
    "Practitioner": frozenset({"practitionerRole"}),
    "Procedure": frozenset({"notPerformed", "reasonCodeableConcept", "reasonNotPerformed", "request"}),
    "Questionnaire": frozenset({"group"}),
    "QuestionnaireResponse": frozenset({"group"}),
}
"""Type → its elements that STU3, R4 and R5 have not."""

SHAPES: Final[Mapping[str, tuple[tuple[str, type], ...]]] = {
    "Encounter": (("class", str),),
    "Observation": (("category", dict),),
    "Practitioner": (("name", dict),),
}
"""Type → (element, what it is in JSON) where that is something else from STU3 on."""
