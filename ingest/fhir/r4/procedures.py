"""What was done and asked for, and with what: procedures, orders, devices, supplies."""

from collections.abc import Mapping
from typing import Final

from ingest.fhir.r4.elements import Elements

PROCEDURES: Final[Mapping[str, Elements]] = {
    "Procedure": Elements(
        references={
            "basedOn": ("CarePlan", "ServiceRequest"),
            "partOf": ("Procedure", "Observation", "MedicationAdministration"),
            "subject": ("Patient", "Group"),
            "encounter": ("Encounter",),
            "recorder": ("Patient", "RelatedPerson", "Practitioner", "PractitionerRole"),
            "asserter": ("Patient", "RelatedPerson", "Practitioner", "PractitionerRole"),
            "performer.actor": ("Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device"),
            "performer.onBehalfOf": ("Organization",),
            "location": ("Location",),
            "reasonReference": ("Condition", "Observation", "Procedure", "DiagnosticReport", "DocumentReference"),
            "report": ("DiagnosticReport", "DocumentReference", "Composition"),
            "complicationDetail": ("Condition",),
            "focalDevice.manipulated": ("Device",),
            "usedReference": ("Device", "Medication", "Substance"),
        },
        coded=(
            "statusReason",
            "category",
            "code",
            "performer.function",
            "reasonCode",
            "bodySite",
            "outcome",
            "complication",
            "followUp",
            "focalDevice.action",
            "usedCode",
        ),
        dates=("performedDateTime", "performedPeriod"),
    ),
    "ServiceRequest": Elements(
        references={
            "basedOn": ("CarePlan", "ServiceRequest", "MedicationRequest"),
            "replaces": ("ServiceRequest",),
            "subject": ("Patient", "Group", "Location", "Device"),
            "encounter": ("Encounter",),
            "requester": ("Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device"),
            "performer": (
                "Practitioner",
                "PractitionerRole",
                "Organization",
                "CareTeam",
                "HealthcareService",
                "Patient",
                "Device",
                "RelatedPerson",
            ),
            "locationReference": ("Location",),
            "reasonReference": ("Condition", "Observation", "DiagnosticReport", "DocumentReference"),
            "insurance": ("Coverage", "ClaimResponse"),
            "supportingInfo": ("Resource",),
            "specimen": ("Specimen",),
            "relevantHistory": ("Provenance",),
        },
        coded=("category", "code", "orderDetail", "asNeededCodeableConcept", "performerType", "locationCode", "reasonCode", "bodySite"),
        dates=("occurrenceDateTime", "occurrencePeriod", "authoredOn"),
    ),
    "Device": Elements(
        references={
            "definition": ("DeviceDefinition",),
            "patient": ("Patient",),
            "owner": ("Organization",),
            "location": ("Location",),
            "parent": ("Device",),
        },
        coded=("statusReason", "type", "specialization.systemType", "version.type", "property.type", "property.valueCode", "safety"),
        dates=("manufactureDate", "expirationDate"),
    ),
    "DeviceUseStatement": Elements(
        references={
            "basedOn": ("ServiceRequest",),
            "subject": ("Patient", "Group"),
            "derivedFrom": ("ServiceRequest", "Procedure", "Claim", "Observation", "QuestionnaireResponse", "DocumentReference"),
            "source": ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson"),
            "device": ("Device",),
            "reasonReference": ("Condition", "Observation", "DiagnosticReport", "DocumentReference", "Media"),
        },
        coded=("reasonCode", "bodySite"),
        dates=("timingPeriod", "timingDateTime", "recordedOn"),
    ),
    "SupplyDelivery": Elements(
        references={
            "basedOn": ("SupplyRequest",),
            "partOf": ("SupplyDelivery", "Contract"),
            "patient": ("Patient",),
            "suppliedItem.itemReference": ("Medication", "Substance", "Device"),
            "supplier": ("Practitioner", "PractitionerRole", "Organization"),
            "destination": ("Location",),
            "receiver": ("Practitioner", "PractitionerRole"),
        },
        coded=("type", "suppliedItem.itemCodeableConcept"),
        dates=("occurrenceDateTime", "occurrencePeriod"),
    ),
}
