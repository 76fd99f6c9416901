"""Every term of the graph, declared once.

Record classes are FHIR's own (`fhir:Patient`). Links and values are `kg:` properties named after FHIR elements, because FHIR's
RDF puts a Reference node between two resources where we state the direct link.
"""

from functools import lru_cache
from typing import Final

BASE: Final = "https://w3id.org/commissure/"
KG: Final = BASE + "ns#"
FHIR: Final = "http://hl7.org/fhir/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
PROV: Final = "http://www.w3.org/ns/prov#"
OA: Final = "http://www.w3.org/ns/oa#"
SCHEMA: Final = "https://schema.org/"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final = {
    "kg": KG,
    "fhir": FHIR,
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "prov": PROV,
    "oa": OA,
    "schema": SCHEMA,
    "xsd": XSD,
}

TYPE: Final = RDF + "type"
LABEL: Final = RDFS + "label"
CONCEPT: Final = SKOS + "Concept"
PREF_LABEL: Final = SKOS + "prefLabel"
ALT_LABEL: Final = SKOS + "altLabel"
NOTATION: Final = SKOS + "notation"
IN_SCHEME: Final = SKOS + "inScheme"
BROADER: Final = SKOS + "broader"
DERIVED_FROM: Final = PROV + "wasDerivedFrom"
GENERATED_BY: Final = PROV + "wasGeneratedBy"
ANNOTATION: Final = OA + "Annotation"
HAS_BODY: Final = OA + "hasBody"
HAS_TARGET: Final = OA + "hasTarget"
OA_START: Final = OA + "start"
OA_END: Final = OA + "end"

NOT_LINKS: Final = frozenset({TYPE, DERIVED_FROM, GENERATED_BY, IN_SCHEME})
"""Predicates whose IRI objects are properties, not links: sources, runs and schemes would be hubs that join everything."""

STUB: Final = KG + "stub"
"""Marks a node that records refer to but that no record of the dataset describes (yet)."""

# A patient's charted concepts, stated by the record that charts them and only where the status policy counts it as a fact.
HAS_CONDITION: Final = KG + "hasCondition"
HAS_MEDICATION: Final = KG + "hasMedication"
HAS_PROCEDURE: Final = KG + "hasProcedure"
HAS_ALLERGY: Final = KG + "hasAllergy"
HAS_IMMUNIZATION: Final = KG + "hasImmunization"
CHARTED: Final = (HAS_CONDITION, HAS_MEDICATION, HAS_PROCEDURE, HAS_ALLERGY, HAS_IMMUNIZATION)

# What the text of a document says of a concept, once for each assertion: where, and by which words, stands with its mentions.
AFFIRMS: Final = KG + "affirms"
DENIES: Final = KG + "denies"
SUSPECTS: Final = KG + "suspects"
SUPPOSES: Final = KG + "supposes"
RECALLS: Final = KG + "recalls"
ATTRIBUTES_TO_FAMILY: Final = KG + "attributesToFamily"
REPORTS_ALLERGY_TO: Final = KG + "reportsAllergyTo"
SAID: Final = (AFFIRMS, DENIES, SUSPECTS, SUPPOSES, RECALLS, ATTRIBUTES_TO_FAMILY, REPORTS_ALLERGY_TO)

SUBJECT: Final = KG + "subject"
ENCOUNTER: Final = KG + "encounter"
CODE: Final = KG + "code"

GROUPS: Final = {
    "Patient": "patient",
    "ReplacedPatient": "patient",
    "Encounter": "encounter",
    "Condition": "condition",
    "MedicationRequest": "medication",
    "MedicationStatement": "medication",
    "MedicationAdministration": "medication",
    "MedicationDispense": "medication",
    "Medication": "medication",
    "Procedure": "procedure",
    "Observation": "observation",
    "DiagnosticReport": "document",
    "DocumentReference": "document",
    "Text": "document",
    "AllergyIntolerance": "allergy",
    "Immunization": "immunization",
    "FamilyMemberHistory": "family",
    "Concept": "concept",
    "Annotation": "mention",
    "Practitioner": "provider",
    "PractitionerRole": "provider",
    "Organization": "provider",
    "Location": "provider",
    "Item": "document",
    "Worker": "provider",
}
"""Kind of a node (local name of its class) → the group a person sees it under; anything else is 'other'."""

OWN_KINDS: Final = frozenset({"Item", "Job", "Manifest", "Response", "Text", "Worker"})
"""Kinds of records whose class is ours; those of other records are FHIR's."""

RELATION_GROUPS: Final = {
    HAS_CONDITION: "condition",
    HAS_MEDICATION: "medication",
    HAS_PROCEDURE: "procedure",
    HAS_ALLERGY: "allergy",
    HAS_IMMUNIZATION: "immunization",
}
"""Relation to a concept → the group that concept is shown under when it is reached this way."""


def local_name(iri: str) -> str:
    """The part of an IRI after its last '#' or '/' (the whole IRI where nothing follows)."""
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :] or iri


@lru_cache(maxsize=4096)
def compact(iri: str) -> str:
    """`prefix:name` where the vocabulary declares the namespace, the IRI itself otherwise."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(name: str) -> str:
    """The IRI of a `prefix:name`; anything without a declared prefix comes back as it is."""
    prefix, separator, rest = name.partition(":")
    if separator and prefix in PREFIXES:
        return PREFIXES[prefix] + rest
    return name


def class_iri(kind: str) -> str:
    """The class of records of this kind."""
    return (KG if kind in OWN_KINDS else FHIR) + kind


def group_of(kind: str) -> str:
    """The group a person sees nodes of this kind under."""
    return GROUPS.get(kind, "other")
