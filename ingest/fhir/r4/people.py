"""Who: people, groups, organizations and where they are."""

from collections.abc import Mapping
from typing import Final

from ingest.fhir.r4.elements import Elements

PEOPLE: Final[Mapping[str, Elements]] = {
    "Patient": Elements(
        references={
            "contact.organization": ("Organization",),
            "generalPractitioner": ("Organization", "Practitioner", "PractitionerRole"),
            "managingOrganization": ("Organization",),
            "link.other": ("Patient", "RelatedPerson"),
        },
        coded=("maritalStatus", "contact.relationship", "communication.language"),
        dates=("birthDate", "deceasedDateTime"),
        attachments=("photo",),
    ),
    "RelatedPerson": Elements(
        references={"patient": ("Patient",)},
        coded=("relationship", "communication.language"),
        dates=("birthDate", "period"),
        attachments=("photo",),
    ),
    "Person": Elements(
        references={"managingOrganization": ("Organization",), "link.target": ("Patient", "Practitioner", "RelatedPerson", "Person")},
        dates=("birthDate",),
        attachments=("photo",),
    ),
    "Practitioner": Elements(
        references={"qualification.issuer": ("Organization",)},
        coded=("qualification.code", "communication"),
        dates=("birthDate",),
        attachments=("photo",),
    ),
    "PractitionerRole": Elements(
        references={
            "practitioner": ("Practitioner",),
            "organization": ("Organization",),
            "location": ("Location",),
            "healthcareService": ("HealthcareService",),
            "endpoint": ("Endpoint",),
        },
        coded=("code", "specialty"),
        dates=("period",),
    ),
    "Organization": Elements(references={"partOf": ("Organization",), "endpoint": ("Endpoint",)}, coded=("type", "contact.purpose")),
    "Location": Elements(
        references={"managingOrganization": ("Organization",), "partOf": ("Location",), "endpoint": ("Endpoint",)},
        coded=("operationalStatus", "type", "physicalType"),
    ),
    "HealthcareService": Elements(
        references={"providedBy": ("Organization",), "location": ("Location",), "coverageArea": ("Location",), "endpoint": ("Endpoint",)},
        coded=(
            "category",
            "type",
            "specialty",
            "serviceProvisionCode",
            "eligibility.code",
            "program",
            "characteristic",
            "communication",
            "referralMethod",
        ),
        attachments=("photo",),
    ),
    "Group": Elements(
        references={
            "managingEntity": ("Organization", "RelatedPerson", "Practitioner", "PractitionerRole"),
            "characteristic.valueReference": (),
            "member.entity": ("Patient", "Practitioner", "PractitionerRole", "Device", "Medication", "Substance", "Group"),
        },
        coded=("code", "characteristic.code", "characteristic.valueCodeableConcept"),
    ),
}
