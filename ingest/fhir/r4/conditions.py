"""What is the matter: conditions, allergies, risks, and what was thought of them."""

from collections.abc import Mapping
from typing import Final

from ingest.fhir.r4.elements import Elements

CONDITIONS: Final[Mapping[str, Elements]] = {
    "Condition": Elements(
        references={
            "subject": ("Patient", "Group"),
            "encounter": ("Encounter",),
            "recorder": ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson"),
            "asserter": ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson"),
            "stage.assessment": ("ClinicalImpression", "DiagnosticReport", "Observation"),
            "evidence.detail": ("Resource",),
        },
        coded=(
            "clinicalStatus",
            "verificationStatus",
            "category",
            "severity",
            "code",
            "bodySite",
            "stage.summary",
            "stage.type",
            "evidence.code",
        ),
        dates=("onsetDateTime", "onsetPeriod", "abatementDateTime", "abatementPeriod", "recordedDate"),
    ),
    "AllergyIntolerance": Elements(
        references={
            "patient": ("Patient",),
            "encounter": ("Encounter",),
            "recorder": ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson"),
            "asserter": ("Patient", "RelatedPerson", "Practitioner", "PractitionerRole"),
        },
        coded=("clinicalStatus", "verificationStatus", "code", "reaction.substance", "reaction.manifestation", "reaction.exposureRoute"),
        dates=("onsetDateTime", "onsetPeriod", "recordedDate", "lastOccurrence"),
    ),
    "AdverseEvent": Elements(
        references={
            "subject": ("Patient", "Group", "Practitioner", "RelatedPerson"),
            "encounter": ("Encounter",),
            "resultingCondition": ("Condition",),
            "location": ("Location",),
            "recorder": ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson"),
            "contributor": ("Practitioner", "PractitionerRole", "Device"),
            "suspectEntity.instance": (
                "Immunization",
                "Procedure",
                "Substance",
                "Medication",
                "MedicationAdministration",
                "MedicationStatement",
                "Device",
            ),
            "suspectEntity.causality.author": ("Practitioner", "PractitionerRole"),
            "subjectMedicalHistory": (
                "Condition",
                "Observation",
                "AllergyIntolerance",
                "FamilyMemberHistory",
                "Immunization",
                "Procedure",
                "Media",
                "DocumentReference",
            ),
            "referenceDocument": ("DocumentReference",),
            "study": ("ResearchStudy",),
        },
        coded=("category", "event", "seriousness", "severity", "outcome"),
        dates=("date", "detected", "recordedDate"),
    ),
    "FamilyMemberHistory": Elements(
        references={
            "patient": ("Patient",),
            "reasonReference": (
                "Condition",
                "Observation",
                "AllergyIntolerance",
                "QuestionnaireResponse",
                "DiagnosticReport",
                "DocumentReference",
            ),
        },
        coded=("dataAbsentReason", "relationship", "sex", "reasonCode", "condition.code", "condition.outcome"),
        dates=("date", "bornPeriod", "bornDate", "deceasedDate"),
    ),
    "Flag": Elements(
        references={
            "subject": ("Patient", "Location", "Group", "Organization", "Practitioner", "PlanDefinition", "Medication", "Procedure"),
            "encounter": ("Encounter",),
            "author": ("Device", "Organization", "Patient", "Practitioner", "PractitionerRole"),
        },
        coded=("category", "code"),
        dates=("period",),
    ),
    "ClinicalImpression": Elements(
        references={
            "subject": ("Patient", "Group"),
            "encounter": ("Encounter",),
            "assessor": ("Practitioner", "PractitionerRole"),
            "previous": ("ClinicalImpression",),
            "problem": ("Condition", "AllergyIntolerance"),
            "investigation.item": (
                "Observation",
                "QuestionnaireResponse",
                "FamilyMemberHistory",
                "DiagnosticReport",
                "RiskAssessment",
                "ImagingStudy",
                "Media",
            ),
            "finding.itemReference": ("Condition", "Observation", "Media"),
            "prognosisReference": ("RiskAssessment",),
            "supportingInfo": ("Resource",),
        },
        coded=("statusReason", "code", "investigation.code", "finding.itemCodeableConcept", "prognosisCodeableConcept"),
        dates=("effectiveDateTime", "effectivePeriod", "date"),
    ),
    "RiskAssessment": Elements(
        references={
            "basedOn": ("Resource",),
            "parent": ("Resource",),
            "subject": ("Patient", "Group"),
            "encounter": ("Encounter",),
            "condition": ("Condition",),
            "performer": ("Practitioner", "PractitionerRole", "Device"),
            "reasonReference": ("Condition", "Observation", "DiagnosticReport", "DocumentReference"),
            "basis": ("Resource",),
        },
        coded=("method", "code", "reasonCode", "prediction.outcome", "prediction.qualitativeRisk"),
        dates=("occurrenceDateTime", "occurrencePeriod"),
    ),
    "DetectedIssue": Elements(
        references={
            "patient": ("Patient",),
            "author": ("Practitioner", "PractitionerRole", "Device"),
            "implicated": ("Resource",),
            "evidence.detail": ("Resource",),
            "mitigation.author": ("Practitioner", "PractitionerRole"),
        },
        coded=("code", "evidence.code", "mitigation.action"),
        dates=("identifiedDateTime", "identifiedPeriod"),
    ),
}
