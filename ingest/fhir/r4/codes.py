"""The codes that R4 binds by name, and the types that R4B no longer has."""

from typing import Final

STATUSES: Final[dict[str, frozenset[str]]] = {
    t: frozenset(codes.split())
    for t, codes in {
        "CarePlan": "draft active on-hold revoked completed entered-in-error unknown",
        "CareTeam": "proposed active suspended inactive entered-in-error",
        "Claim": "active cancelled draft entered-in-error",
        "ClinicalImpression": "in-progress completed entered-in-error",
        "Communication": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
        "Composition": "preliminary final amended entered-in-error",
        "Consent": "draft proposed active rejected inactive entered-in-error",
        "Coverage": "active cancelled draft entered-in-error",
        "DetectedIssue": "registered preliminary final amended corrected cancelled entered-in-error unknown",
        "Device": "active inactive entered-in-error unknown",
        "DeviceUseStatement": "active completed entered-in-error intended stopped on-hold",
        "DiagnosticReport": "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown",
        "DocumentReference": "current superseded entered-in-error",
        "Encounter": "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
        "EpisodeOfCare": "planned waitlist active onhold finished cancelled entered-in-error",
        "ExplanationOfBenefit": "active cancelled draft entered-in-error",
        "FamilyMemberHistory": "partial completed entered-in-error health-unknown",
        "Flag": "active inactive entered-in-error",
        "ImagingStudy": "registered available cancelled entered-in-error unknown",
        "Immunization": "completed entered-in-error not-done",
        "List": "current retired entered-in-error",
        "Location": "active suspended inactive",
        "Media": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
        "Medication": "active inactive entered-in-error",
        "MedicationAdministration": "in-progress not-done on-hold completed entered-in-error stopped unknown",
        "MedicationDispense": "preparation in-progress cancelled on-hold completed entered-in-error stopped declined unknown",
        "MedicationRequest": "active on-hold cancelled completed entered-in-error stopped draft unknown",
        "MedicationStatement": "active completed entered-in-error intended stopped on-hold unknown not-taken",
        "NutritionOrder": "draft active on-hold revoked completed entered-in-error unknown",
        "Observation": "registered preliminary final amended corrected cancelled entered-in-error unknown",
        "Procedure": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
        "QuestionnaireResponse": "in-progress completed amended entered-in-error stopped",
        "RiskAssessment": "registered preliminary final amended corrected cancelled entered-in-error unknown",
        "ServiceRequest": "draft active on-hold revoked completed entered-in-error unknown",
        "Specimen": "available unavailable unsatisfactory entered-in-error",
        "SupplyDelivery": "in-progress completed abandoned entered-in-error",
        "SupplyRequest": "draft active suspended cancelled completed entered-in-error unknown",
        "Task": "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed entered-in-error",
    }.items()
}
"""Type → the codes of its required status binding."""

GENDERS: Final = frozenset({"female", "male", "other", "unknown"})
"""R4's AdministrativeGender."""

NOT_IN_R4B: Final = frozenset(
    """
    EffectEvidenceSynthesis Evidence EvidenceVariable MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication
    MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
    MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect RiskEvidenceSynthesis
    SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial
    SubstanceSpecification
    """.split()  # noqa: SIM905 - names read better as words than as a list of strings
)
"""Types of R4 that R4B took out or defined anew, so that there is nothing to validate them with."""
