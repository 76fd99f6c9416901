"""Codes: what is linked to concepts of the graph."""

from typing import Any

from ingest.fhir.rules.naming import name_of
from ingest.fhir.rules.rule import Rule, predicate
from ingest.mapping.codes import codes, codings, text_of, words
from ingest.mapping.draft import Node

PRIMARY = {
    **dict.fromkeys(
        ("Condition", "Observation", "DiagnosticReport", "Procedure", "Medication", "AllergyIntolerance", "ServiceRequest"), "code"
    ),
    **dict.fromkeys(
        ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"), "medicationCodeableConcept"
    ),
    "Immunization": "vaccineCode",
    "AdverseEvent": "event",
    "ClinicalImpression": "code",
    "DetectedIssue": "code",
    "RiskAssessment": "code",
    "Flag": "code",
    "List": "code",
    "Group": "code",
    "Goal": "description",
    "Encounter": "type",
    "DocumentReference": "type",
    "Composition": "type",
    "Specimen": "type",
    "Device": "type",
}
"""Type → the element that says what the record is about."""


def primary_code(path: str) -> Rule:
    """The element that says what the record is about: its words and codes become the node's own."""
    start = predicate(name_of(path))

    def rule(node: Node, value: Any) -> None:
        node.code = text_of(value)
        for code in codes(value):
            node.codes.append(code)
            node.statements.append(start + code.term)
            node.use(code)

    return rule


def coded(path: str) -> Rule:
    """Links to the concepts of a CodeableConcept or Coding; FHIR's own code systems and bare text give words."""
    start = predicate(name_of(path))

    def rule(node: Node, value: Any) -> None:
        for code in codes(value, administrative=True):
            node.statements.append(start + code.term)
            node.use(code)

    return rule


def status_concept(path: str) -> Rule:
    """A status that is given as a CodeableConcept: its codes, as words."""
    start = predicate(name_of(path))

    def rule(node: Node, value: Any) -> None:
        for coding in codings(value):
            if type(coding.get("code")) is str:
                node.statements.append(start + words(coding["code"]).term)

    return rule
