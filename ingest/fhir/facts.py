"""What a record charts of its patient: facts, and the links from patient to concept that only counted facts give."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from concepts.measures import canonical
from concepts.model import Assertion
from graph.identifiers import literal_term
from graph.vocabulary import (
    GROUPS,
    HAS_ALLERGY,
    HAS_CONDITION,
    HAS_IMMUNIZATION,
    HAS_MEDICATION,
    HAS_PROCEDURE,
    KG,
    XSD,
)
from ingest.fhir.events import categories_of, intent_of, interpretation_of, recorded_of, setting_of, stated_status_of
from ingest.fhir.policy import Standing, says_nothing_is_known
from ingest.fhir.results import attributes_of
from ingest.fhir.rules.times import element_of
from ingest.mapping.codes import codes, dicts, text_of
from ingest.mapping.draft import Node
from ingest.mapping.values import display
from search.model import RECORD, Fact

CHARTING: Final = frozenset(
    {"AllergyIntolerance", "Condition", "Encounter", "Immunization", "MedicationAdministration", "MedicationDispense"}
    | {"MedicationRequest", "MedicationStatement", "Observation", "Procedure"}
)
"""Types whose records are facts."""
_HAS: Final = {
    "allergy": HAS_ALLERGY,
    "condition": HAS_CONDITION,
    "immunization": HAS_IMMUNIZATION,
    "medication": HAS_MEDICATION,
    "procedure": HAS_PROCEDURE,
}
_ONSETS: Final = ("onsetAge", "onsetRange", "onsetString")
_NOTHING_KNOWN: Final = frozenset({"AllergyIntolerance", "Condition"})


def standing_of(node: Node, standing: Standing, trusted: bool) -> Standing:
    """How a record stands by its content too: 'no known allergy' denies, a result that is absent is none, strangers' modifiers bar."""
    if node.kind in _NOTHING_KNOWN and _denies(node):
        return Standing(False, Assertion.NEGATED, standing.status)
    if not trusted:
        return standing._replace(counted=False, status=f"changed by an unknown modifier ({standing.status})".replace(" ()", ""))
    if node.kind == "Observation" and "dataAbsentReason" in node.resource and not node.value:
        return standing._replace(counted=False, status=f"no result ({standing.status})")
    return standing


def facts_of(node: Node, standing: Standing) -> Iterator[Fact]:
    """The facts a node states of a patient: one for each concept that its codings name, or one in words."""
    if node.patient is None:
        return
    if node.kind == "FamilyMemberHistory":
        yield from _of_relative(node)
    elif node.kind in CHARTING:
        for concept, label in _concepts(node):
            yield _fact(node, standing, GROUPS[node.kind], concept, label)


def withheld(node: Node, standing: Standing) -> Iterator[Fact]:
    """That a record does not count which charts nothing of a patient (a revoked order, a cancelled report): said of the record itself.

    Not of a Patient, who would be a subject then, nor of a relative's history that names nothing.
    """
    if not standing.counted and standing.assertion is not Assertion.FAMILY and node.kind != "Patient":
        for concept, label in _concepts(node):
            yield replace(_fact(node, standing, RECORD, concept, label), subject=node.draft.iri, encounter=None)


def links_of(node: Node, standing: Standing) -> Iterator[str]:
    """Statements on the patient (not on the node): what they have, where it counts."""
    relation = _HAS.get(GROUPS.get(node.kind, ""))
    if relation and node.patient and standing.counted and node.kind in CHARTING:
        for term in dict.fromkeys(code.term for code in node.codes if code.use is not None):
            yield f"<{relation}> {term}"


def judgement(standing: Standing) -> Iterator[str]:
    """Statements that say in the graph how a record stands, where it is not simply true."""
    if not standing.counted:
        yield f'<{KG}counted> "false"^^<{XSD}boolean>'
    if standing.assertion is not Assertion.AFFIRMED:
        yield f"<{KG}assertion> {literal_term(standing.assertion)}"


def _fact(node: Node, standing: Standing, relation: str, concept: str | None, label: str) -> Fact:
    draft = node.draft
    whole, unit = draft.record.resource, node.ucum or node.unit
    canonical_value, canonical_unit = canonical(node.number, unit) if node.number else (None, "")
    return Fact(
        record=draft.iri,
        dataset=draft.context.dataset,
        subject=node.patient or "",
        relation=relation,
        concept=concept,
        label=label or node.kind,
        start=node.start or node.date or node.recorded,
        end=node.end,
        value=node.value or onset_of(node) or None,
        number=float(node.number) if node.number else None,
        unit=node.unit or None,
        status=standing.status,
        assertion=standing.assertion,
        counted=standing.counted,
        encounter=draft.iri if node.kind == "Encounter" else node.encounter,
        source=draft.record.source,
        line=draft.record.line,
        attributes=attributes_of(node.resource, node.unit) if node.kind == "Observation" else "",
        comparator=node.comparator,
        category=categories_of(whole),
        setting=setting_of(whole) if node.kind == "Encounter" else "",
        answer=" ".join(node.answers),
        recorded=recorded_of(whole),
        started=node.start_from if node.start else element_of("date" if node.date else node.recorded_from),
        supply=node.supply,
        canonical=canonical_value,
        canonical_unit=canonical_unit,
        ucum=node.ucum,
        interpretation=interpretation_of(node.resource) if node.kind == "Observation" else "",
        intent=intent_of(whole),
        stated=stated_status_of(whole),
        performer=node.performer,
        location=node.location,
    )


def onset_of(node: Node) -> str:
    """When in life a condition or allergy began, where it is told by the patient's age or in words and not by a date: 'at 42 years'."""
    return _onset(node.resource) if node.kind in _NOTHING_KNOWN and node.start is None else ""


def _onset(element: Mapping[str, Any]) -> str:
    for name, value in element.items():
        if name in _ONSETS and (told := display(name, value)):
            return f"onset: {told}" if name == "onsetString" else f"at {told}"
    return ""


def _concepts(node: Node) -> Iterator[tuple[str | None, str]]:
    found = dict.fromkeys(code.use.concept for code in node.codes if code.use is not None)
    for concept in found or (None,):
        yield concept, node.code


def _denies(node: Node) -> bool:
    known = [code.use for code in node.codes if code.use is not None]
    return says_nothing_is_known("", "", node.code) or any(says_nothing_is_known(use.system, use.code, use.display) for use in known)


def _of_relative(node: Node) -> Iterator[Fact]:
    """A relative's conditions: family history of the patient, never the patient's own."""
    relative = text_of(node.resource.get("relationship")) or "relative"
    standing = Standing(False, Assertion.FAMILY, f"family history: {relative}")
    for condition in dicts(node.resource.get("condition")):
        code: Any = condition.get("code")
        label = text_of(code)
        onset = next((said for key in condition if key.startswith("onset") and (said := display(key, condition[key]))), "")
        denied = any(each.use and says_nothing_is_known(each.use.system, each.use.code, each.text) for each in codes(code))
        judged = standing._replace(assertion=Assertion.NEGATED) if denied else standing
        concepts = dict.fromkeys(each.use.concept for each in codes(code) if each.use is not None)
        for concept in concepts or (None,):
            yield replace(_fact(node, judged, "condition", concept, label), value=f"at {onset}" if onset else None)
