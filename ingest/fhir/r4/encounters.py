"""When care took place: visits and episodes."""

from collections.abc import Mapping
from typing import Final

from ingest.fhir.r4.elements import Elements

ENCOUNTERS: Final[Mapping[str, Elements]] = {
    "Encounter": Elements(
        references={
            "subject": ("Patient", "Group"),
            "episodeOfCare": ("EpisodeOfCare",),
            "basedOn": ("ServiceRequest",),
            "participant.individual": ("Practitioner", "PractitionerRole", "RelatedPerson"),
            "appointment": ("Appointment",),
            "reasonReference": ("Condition", "Procedure", "Observation", "ImmunizationRecommendation"),
            "diagnosis.condition": ("Condition", "Procedure"),
            "account": ("Account",),
            "hospitalization.origin": ("Location", "Organization"),
            "hospitalization.destination": ("Location", "Organization"),
            "location.location": ("Location",),
            "serviceProvider": ("Organization",),
            "partOf": ("Encounter",),
        },
        coded=(
            "class",
            "classHistory.class",
            "type",
            "serviceType",
            "priority",
            "participant.type",
            "reasonCode",
            "diagnosis.use",
            "hospitalization.admitSource",
            "hospitalization.reAdmission",
            "hospitalization.dietPreference",
            "hospitalization.specialCourtesy",
            "hospitalization.specialArrangement",
            "hospitalization.dischargeDisposition",
            "location.physicalType",
        ),
        dates=("period",),
    ),
    "EpisodeOfCare": Elements(
        references={
            "diagnosis.condition": ("Condition",),
            "patient": ("Patient",),
            "managingOrganization": ("Organization",),
            "referralRequest": ("ServiceRequest",),
            "careManager": ("Practitioner", "PractitionerRole"),
            "team": ("CareTeam",),
            "account": ("Account",),
        },
        coded=("type", "diagnosis.role"),
        dates=("period",),
    ),
}
