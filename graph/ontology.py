"""The ontology of our own terms, for people and tools that read the graph: docs/commissure.ttl is written from it.

Most `kg:` properties are FHIR elements of the same name that lead straight to what the element refers to; the others are listed here.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from graph.vocabulary import ANNOTATION, CONCEPT, FHIR, KG, PREFIXES, RDFS, SKOS, XSD

if TYPE_CHECKING:
    from rdflib import Graph

CLASSES: Final = {
    "Answer": "What one worker answered for one item.",
    "Appearance": "A thing of a sequence in one frame.",
    "Item": "An item of a labeled dataset: a line of a manifest, or a file of labels.",
    "Job": "A labeling job; the scheme of its label classes.",
    "LabelCategories": "A file that lists label classes and their attributes.",
    "Labeling": "What one labeling job gave one item.",
    "Manifest": "A manifest: a list of items with what jobs gave them.",
    "ObservationComponent": "A component of an Observation, with a code and a value of its own.",
    "ReplacedPatient": "A record of a patient that another one replaced: no patient of its own.",
    "Response": "The answers of workers for one item.",
    "Store": "The mark of the data folder that a graph store belongs to.",
    "Text": "A text that came without a clinical record around it.",
    "Worker": "A worker of a labeling job, by the pseudonym of the files.",
    "WorkerActivity": "An event of the worker activity log.",
}
LINKS: Final = {
    "hasCondition": "The patient has the condition as a counted fact, says the record whose graph states it.",
    "hasMedication": "The patient has, or was ordered, the medication as a counted fact, says the record whose graph states it.",
    "hasProcedure": "The procedure was done to the patient, says the record whose graph states it.",
    "hasAllergy": "The patient has the allergy as a counted fact, says the record whose graph states it.",
    "hasImmunization": "The patient was given the vaccine, says the record whose graph states it.",
    "affirms": "The text of the record says that there is such a thing, of the patient and now.",
    "denies": "The text of the record says that there is no such thing.",
    "suspects": "The text of the record holds it possible.",
    "supposes": "The text of the record speaks of it in a condition, an instruction or an indication.",
    "recalls": "The text of the record says that there was such a thing.",
    "attributesToFamily": "The text of the record says that a relative has or had it.",
    "reportsAllergyTo": "The text of the record tells of an allergy to the substance, not that it is taken.",
    "relativeCondition": "A condition of a relative: never the patient's own.",
    "reactionTo": "The substance of an allergic reaction.",
    "valueConcept": "The coded value of an observation.",
    "forbiddenActivity": "What a plan says must not be done.",
    "replacedBy": "The record that took this one's place.",
    "answer": "A coded answer of a questionnaire.",
    "adjusts": "The earlier labeling that this one was made from.",
    "labelClass": "A label class that the job or the file uses.",
    "job": "The labeling job.",
    "object": "What an item is a label of, by its address.",
    "track": "The thing that appears.",
    "verifies": "The labeling that this one judges.",
    "worker": "Who answered.",
    "content": "The record that holds the content of this document.",
    "about": "What an entry without a clearer element is about.",
}
VALUES: Final = {
    "accepted": "When the worker took the task.",
    "attribute": "An attribute as 'name: value'.",
    "centerX": "The centre of a cuboid, in metres.",
    "centerY": "The centre of a cuboid, in metres.",
    "centerZ": "The centre of a cuboid, in metres.",
    "changed": "Whether the worker changed the labels that were offered.",
    "classId": "The id that labels of the job carry for the class.",
    "color": "The colour of a class in a mask.",
    "comment": "What a worker wrote.",
    "confidence": "How sure the job is of its label, 0 to 1.",
    "labelDate": "When the label was made, or the first of the job.",
    "declined": "When the worker declined the task.",
    "eventType": "What happened, as the activity log calls it.",
    "failureReason": "Why the job could not label the item.",
    "lastLabelDate": "When the last label of the job was made.",
    "firstFrame": "The first frame in which the thing appears.",
    "frame": "The place of the frame in its sequence.",
    "frameName": "The file of the frame.",
    "frames": "How many frames there are.",
    "height": "Height, in pixels on an image and in metres in space.",
    "humanAnnotated": "Whether people labeled the item, or a machine did.",
    "imageHeight": "Height of the image in pixels.",
    "imageWidth": "Width of the image in pixels.",
    "index": "The place of the item in its manifest, from 0: the id that the service gives it.",
    "labelAttribute": "The key of the label in the manifest.",
    "labelRef": "The address of the file that holds the label.",
    "lastFrame": "The last frame in which the thing appears.",
    "left": "Left side of a box, in pixels.",
    "length": "Length of a cuboid, in metres.",
    "lines": "How many items the manifest lists.",
    "mediaType": "What the item is: image, text, video, point cloud …",
    "outline": "polygon, polyline or keypoint.",
    "pitch": "How a cuboid is turned, in radians.",
    "returned": "When the worker returned the task.",
    "roll": "How a cuboid is turned, in radians.",
    "seconds": "How long the worker worked on the answer.",
    "shape": "What the answer is made of: class, classes, boxes, spans, mask, outlines, custom.",
    "sourceRef": "The address of the item's object, as the manifest gives it.",
    "state": "labeled, adjusted, unadjusted, empty, failed or orphan.",
    "submitted": "When the worker submitted the answer.",
    "task": "The type of the labeling task, as the service calls it.",
    "top": "Top side of a box, in pixels.",
    "vertices": "The corners of an outline as 'x,y x,y …', in pixels.",
    "width": "Width, in pixels on an image and in metres in space.",
    "yaw": "How a cuboid is turned, in radians.",
    "assertion": "affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or no-allergy: what is said of the"
    " concept.",
    "bound": "The number that a value is below, above …, as kg:comparator says, where no more is known of it: it has no kg:value.",
    "comparator": "<, <=, >=, > or a word: how the value stands to the number in kg:bound; absent where the value is known.",
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
    "startFrom": "The element that kg:start is taken from, where no other says when it holds: issued.",
    "setting": "The code of an encounter's class: EMER, IMP, AMB … kg:class has its words.",
    "supply": "For how many days what is ordered or handed out lasts, refills included.",
    "valueDigits": "kg:value or kg:bound as it is written, where that ends in zeros: 1.50 was measured more closely than 1.5.",
    "startEarliest": "The first moment that a start known to the year or month may mean.",
    "startLatest": "The last moment that a start known to the year or month may mean.",
}


_ANYTHING: Final = RDFS + "Resource"
_OF: Final = {
    FHIR + "Patient": ("hasCondition", "hasMedication", "hasProcedure", "hasAllergy", "hasImmunization"),
    FHIR + "FamilyMemberHistory": ("relativeCondition",),
    FHIR + "AllergyIntolerance": ("reactionTo",),
    FHIR + "Encounter": ("setting",),
    FHIR + "CarePlan": ("forbiddenActivity",),
    KG + "Labeling": ("adjusts", "verifies", "labelRef", "humanAnnotated", "failureReason", "imageHeight", "imageWidth"),
    KG + "Item": ("index", "mediaType", "object", "sourceRef"),
    KG + "Appearance": ("track",),
    KG + "Manifest": ("lines",),
    KG + "Answer": ("changed", "seconds"),
    KG + "Job": ("lastLabelDate", "task"),
    KG + "Store": ("instance",),
    KG + "WorkerActivity": ("declined", "eventType", "returned"),
    ANNOTATION: ("confidence", "score", "conceptScore", "detectedBy", "polarity", "temporality", "experiencer", "outline", "vertices"),
}
_IN: Final = {
    CONCEPT: (
        "affirms",
        "denies",
        "suspects",
        "supposes",
        "recalls",
        "attributesToFamily",
        "reportsAllergyTo",
        "hasCondition",
        "hasMedication",
        "hasProcedure",
        "hasAllergy",
        "hasImmunization",
        "relativeCondition",
        "reactionTo",
        "valueConcept",
        "forbiddenActivity",
        "labelClass",
    ),
    KG + "Labeling": ("adjusts", "verifies"),
    KG + "Job": ("job",),
    KG + "Worker": ("worker",),
    ANNOTATION: ("track",),
    XSD + "boolean": ("changed", "counted", "humanAnnotated", "stub", "systemGenerated"),
    XSD + "integer": ("firstFrame", "frame", "frames", "imageHeight", "imageWidth", "index", "lastFrame", "lines"),
    XSD + "decimal": (
        "bound",
        "centerX",
        "centerY",
        "centerZ",
        "conceptScore",
        "confidence",
        "height",
        "left",
        "length",
        "pitch",
        "referenceHigh",
        "referenceLow",
        "roll",
        "score",
        "seconds",
        "supply",
        "top",
        "width",
        "yaw",
    ),
    RDFS + "Literal": ("startEarliest", "startLatest", "accepted", "declined", "labelDate", "lastLabelDate", "returned", "submitted"),
}
_DOMAINS: Final = {name: owner for owner, names in _OF.items() for name in names}
_RANGES: Final = {name: target for target, names in _IN.items() for name in names}
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _words(name: str) -> str:
    """The label of a term: the words of its name."""
    return _HUMP.sub(" ", name).lower()


def ontology(elements: Iterable[str]) -> "Graph":
    """The ontology as RDF; `elements` are the names of FHIR elements that became properties."""
    from rdflib import OWL, RDF, Graph, Literal, URIRef
    from rdflib import RDFS as TERMS

    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    own = URIRef(KG.rstrip("#"))
    graph.add((own, RDF.type, OWL.Ontology))
    graph.add(
        (own, TERMS.comment, Literal("The terms of Commissure's graph beside those of FHIR, SKOS, PROV-O, Web Annotation and schema.org."))
    )
    for kind, terms in ((OWL.Class, CLASSES), (OWL.ObjectProperty, LINKS), (OWL.DatatypeProperty, VALUES)):
        for name, comment in terms.items():
            graph.add((URIRef(KG + name), RDF.type, kind))
            graph.add((URIRef(KG + name), TERMS.comment, Literal(comment)))
            graph.add((URIRef(KG + name), TERMS.label, Literal(_words(name), lang="en")))
    for name in (*LINKS, *VALUES):
        graph.add((URIRef(KG + name), TERMS.domain, URIRef(_DOMAINS.get(name, _ANYTHING))))
        graph.add((URIRef(KG + name), TERMS.range, URIRef(_RANGES.get(name, _ANYTHING if name in LINKS else XSD + "string"))))
    for name in set(elements) - {*LINKS, *VALUES}:
        term = URIRef(KG + name)
        graph.add((term, RDF.type, RDF.Property))
        graph.add((term, TERMS.label, Literal(_words(name), lang="en")))
        # Elements of one name belong to many types, and lead to nodes here and to values there.
        graph.add((term, TERMS.domain, TERMS.Resource))
        graph.add((term, TERMS.range, TERMS.Resource))
        graph.add((term, TERMS.comment, Literal(f"What the FHIR element '{name}' says or leads to, directly.")))
        graph.add((term, URIRef(SKOS + "closeMatch"), URIRef(f"{FHIR}{name}")))
    return graph


def declared() -> frozenset[str]:
    """Names of the terms that are no FHIR elements."""
    return frozenset({*CLASSES, *LINKS, *VALUES})
