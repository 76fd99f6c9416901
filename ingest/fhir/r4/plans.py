"""What is intended: plans, teams, goals, diets."""

from collections.abc import Mapping
from typing import Final

from ingest.fhir.r4.elements import Elements

PLANS: Final[Mapping[str, Elements]] = {
    "CarePlan": Elements(
        references={
            "basedOn": ("CarePlan",),
            "replaces": ("CarePlan",),
            "partOf": ("CarePlan",),
            "subject": ("Patient", "Group"),
            "encounter": ("Encounter",),
            "author": ("Patient", "Practitioner", "PractitionerRole", "Device", "RelatedPerson", "Organization", "CareTeam"),
            "contributor": ("Patient", "Practitioner", "PractitionerRole", "Device", "RelatedPerson", "Organization", "CareTeam"),
            "careTeam": ("CareTeam",),
            "addresses": ("Condition",),
            "supportingInfo": ("Resource",),
            "goal": ("Goal",),
            "activity.outcomeReference": ("Resource",),
            "activity.reference": (
                "Appointment",
                "CommunicationRequest",
                "DeviceRequest",
                "MedicationRequest",
                "NutritionOrder",
                "Task",
                "ServiceRequest",
                "VisionPrescription",
                "RequestGroup",
            ),
            "activity.detail.reasonReference": ("Condition", "Observation", "DiagnosticReport", "DocumentReference"),
            "activity.detail.goal": ("Goal",),
            "activity.detail.location": ("Location",),
            "activity.detail.performer": (
                "Practitioner",
                "PractitionerRole",
                "Organization",
                "RelatedPerson",
                "Patient",
                "CareTeam",
                "HealthcareService",
                "Device",
            ),
            "activity.detail.productReference": ("Medication", "Substance"),
        },
        coded=("category", "activity.outcomeCodeableConcept"),
        dates=("period", "created"),
    ),
    "CareTeam": Elements(
        references={
            "subject": ("Patient", "Group"),
            "encounter": ("Encounter",),
            "participant.member": ("Practitioner", "PractitionerRole", "RelatedPerson", "Patient", "Organization", "CareTeam"),
            "participant.onBehalfOf": ("Organization",),
            "reasonReference": ("Condition",),
            "managingOrganization": ("Organization",),
        },
        coded=("category", "participant.role", "reasonCode"),
        dates=("period",),
    ),
    "Goal": Elements(
        references={
            "subject": ("Patient", "Group", "Organization"),
            "expressedBy": ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson"),
            "addresses": ("Condition", "Observation", "MedicationStatement", "NutritionOrder", "ServiceRequest", "RiskAssessment"),
            "outcomeReference": ("Observation",),
        },
        coded=(
            "achievementStatus",
            "category",
            "priority",
            "description",
            "startCodeableConcept",
            "target.measure",
            "target.detailCodeableConcept",
            "outcomeCode",
        ),
        dates=("startDate", "statusDate"),
    ),
    "NutritionOrder": Elements(
        references={
            "patient": ("Patient",),
            "encounter": ("Encounter",),
            "orderer": ("Practitioner", "PractitionerRole"),
            "allergyIntolerance": ("AllergyIntolerance",),
        },
        coded=(
            "foodPreferenceModifier",
            "excludeFoodModifier",
            "oralDiet.type",
            "oralDiet.fluidConsistencyType",
            "supplement.type",
            "enteralFormula.baseFormulaType",
            "enteralFormula.additiveType",
            "enteralFormula.routeofAdministration",
        ),
        dates=("dateTime",),
    ),
}
