"""References: what is linked, and what of it the node is about."""

from typing import Any, Final

from graph.vocabulary import SUBJECT
from ingest.fhir.rules.naming import name_of
from ingest.fhir.rules.rule import Rule, predicate
from ingest.mapping.codes import codes, text_of, words
from ingest.mapping.draft import Node

_WHO: Final = frozenset({"participant", "performer", "requester"})
"""Elements that name who did, ordered or was there."""


def link(path: str, allowed: tuple[str, ...]) -> Rule:
    """Links to what a Reference (or each of a list) leads to; one that only has a display gives its words."""
    name = name_of(path)
    start = predicate(name)
    who, where = name in _WHO, name == "location"

    def rule(node: Node, value: Any) -> None:
        for reference in value if type(value) is list else (value,):
            found = node.follow(reference, allowed, path)
            if found is not None:
                node.statements.append(start + found.term)
                if who and node.performer is None:
                    node.performer = found.iri
                elif where and node.location is None:
                    node.location = found.iri
            elif type(reference) is dict and type(reference.get("display")) is str:
                node.statements.append(start + words(reference["display"]).term)

    return rule


def link_subject(path: str, allowed: tuple[str, ...]) -> Rule:
    """Whom the record is about; a Patient that is known becomes the node's."""
    start = f"<{SUBJECT}> "

    def rule(node: Node, value: Any) -> None:
        found = node.follow(value, allowed, path)
        if type(value) is dict and type(value.get("display")) is str:
            node.subject_label = value["display"]
        if found is not None:
            node.statements.append(start + found.term)
            if found.kind == "Patient" and found.target is not None:
                node.patient, node.patient_term = found.iri, found.term
        elif node.subject_label:
            node.statements.append(start + words(node.subject_label).term)

    return rule


def link_encounter(path: str, allowed: tuple[str, ...]) -> Rule:
    """The visit (or episode) that the record belongs to; the first visit that is known becomes the node's."""
    encounter, episode = predicate("encounter"), predicate("episodeOfCare")

    def rule(node: Node, value: Any) -> None:
        for reference in value if type(value) is list else (value,):
            found = node.follow(reference, allowed, path)
            if found is not None:
                node.statements.append((episode if found.kind == "EpisodeOfCare" else encounter) + found.term)
                if node.encounter is None and found.kind == "Encounter" and found.target is not None:
                    node.encounter = found.iri

    return rule


def link_medication(path: str, allowed: tuple[str, ...]) -> Rule:
    """A Medication that is told elsewhere: the link, and its codes as if they stood here."""
    medication, code_start = predicate("medication"), predicate("code")

    def rule(node: Node, value: Any) -> None:
        found = node.follow(value, allowed, path)
        if type(value) is dict and type(value.get("display")) is str:
            node.code = value["display"]
        if found is None:
            if node.code:
                node.statements.append(code_start + words(node.code).term)
            return
        node.statements.append(medication + found.term)
        code = node.draft.medication_code(found)
        node.code = text_of(code) or node.code
        for known in codes(code):
            node.codes.append(known)
            node.statements.append(code_start + known.term)

    return rule
