"""The ontology of our own terms, for people and tools that read the graph: docs/commissure.ttl is written from it.

Most `kg:` properties are FHIR elements of the same name that lead straight to what the element refers to; the others are listed here.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from graph.vocabulary import FHIR, KG, PREFIXES, SKOS

if TYPE_CHECKING:
    from rdflib import Graph

CLASSES: Final = {
    "ObservationComponent": "A component of an Observation, with a code and a value of its own.",
    "Store": "The mark of the data folder that a graph store belongs to.",
    "Text": "A text that came without a clinical record around it.",
}
LINKS: Final = {
    "hasCondition": "The patient has the condition as a counted fact, says the record whose graph states it.",
    "hasMedication": "The patient has, or was ordered, the medication as a counted fact, says the record whose graph states it.",
    "hasProcedure": "The procedure was done to the patient, says the record whose graph states it.",
    "hasAllergy": "The patient has the allergy as a counted fact, says the record whose graph states it.",
    "hasImmunization": "The patient was given the vaccine, says the record whose graph states it.",
    "relativeCondition": "A condition of a relative: never the patient's own.",
    "reactionTo": "The substance of an allergic reaction.",
    "valueConcept": "The coded value of an observation.",
    "forbiddenActivity": "What a plan says must not be done.",
    "replacedBy": "The record that took this one's place.",
    "answer": "A coded answer of a questionnaire.",
    "content": "The record that holds the content of this document.",
    "about": "What an entry without a clearer element is about.",
}
VALUES: Final = {
    "assertion": "affirmed, negated, hypothetical, historical or family: what a record or mention says of its concept.",
    "conceptScore": "How sure the detector was of the concept, 0 to 1.",
    "counted": "false where the status policy does not count the record as a fact.",
    "detectedBy": "What found the mention.",
    "experiencer": "Whom the mention is about, where it is not the patient.",
    "instance": "Which data folder a graph store belongs to.",
    "polarity": "Negated, where the mention is denied.",
    "referenceHigh": "The upper bound of the normal range.",
    "referenceLow": "The lower bound of the normal range.",
    "score": "How sure the detector was that there is a mention, 0 to 1.",
    "stub": "true while records refer to this node and none describes it.",
    "systemGenerated": "true for a resource that a machine generated from a text.",
    "temporality": "past or future, where the mention is not of the present.",
    "startEarliest": "The first moment that a start known to the year or month may mean.",
    "startLatest": "The last moment that a start known to the year or month may mean.",
}


def ontology(elements: Iterable[str]) -> "Graph":
    """The ontology as RDF; `elements` are the names of FHIR elements that became properties."""
    from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef

    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    own = URIRef(KG.rstrip("#"))
    graph.add((own, RDF.type, OWL.Ontology))
    graph.add(
        (own, RDFS.comment, Literal("The terms of Commissure's graph beside those of FHIR, SKOS, PROV-O, Web Annotation and schema.org."))
    )
    for kind, terms in ((OWL.Class, CLASSES), (OWL.ObjectProperty, LINKS), (OWL.DatatypeProperty, VALUES)):
        for name, comment in terms.items():
            graph.add((URIRef(KG + name), RDF.type, kind))
            graph.add((URIRef(KG + name), RDFS.comment, Literal(comment)))
    for name in set(elements) - {*LINKS, *VALUES}:
        term = URIRef(KG + name)
        graph.add((term, RDF.type, RDF.Property))
        graph.add((term, RDFS.comment, Literal(f"What the FHIR element '{name}' says or leads to, directly.")))
        graph.add((term, URIRef(SKOS + "closeMatch"), URIRef(f"{FHIR}{name}")))
    return graph


def declared() -> frozenset[str]:
    """Names of the terms that are no FHIR elements."""
    return frozenset({*CLASSES, *LINKS, *VALUES})
