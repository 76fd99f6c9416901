"""The graph's names for elements of FHIR."""

_NAMES = {
    **dict.fromkeys(("patient", "beneficiary", "individualSubject"), "subject"),
    **dict.fromkeys(("context", "context.encounter"), "encounter"),
    **dict.fromkeys(("medicationCodeableConcept", "vaccineCode", "event"), "code"),
    **dict.fromkeys(("performer.actor", "performer.function"), "performer"),
    **dict.fromkeys(("participant.individual", "participant.member"), "participant"),
    **dict.fromkeys(("location.location", "locationReference"), "location"),
    **dict.fromkeys(("diagnosis.condition", "diagnosis.diagnosisReference", "diagnosis.diagnosisCodeableConcept"), "diagnosis"),
    **dict.fromkeys(("evidence.detail", "evidence.code"), "evidence"),
    **dict.fromkeys(("relatesTo.target", "relatesTo.targetReference"), "relatesTo"),
    **dict.fromkeys(("link.other", "link.target"), "link"),
    **dict.fromkeys(("stage.assessment", "stage.summary"), "stage"),
    **dict.fromkeys(("section.entry", "section.focus"), "entry"),
    **dict.fromkeys(("ingredient.itemReference", "ingredient.itemCodeableConcept"), "ingredient"),
    **dict.fromkeys(("suppliedItem.itemReference", "suppliedItem.itemCodeableConcept"), "suppliedItem"),
    "verificationStatus": "verification",
    "valueCodeableConcept": "valueConcept",
    "item.resource": "item",
    "entry.item": "entry",
    "member.entity": "member",
    "agent.who": "agent",
    "attester.party": "attester",
    "media.link": "media",
    "suspectEntity.instance": "suspect",
    "event.detail": "event",
    "activity.reference": "activity",
    "collection.collector": "collector",
    "reaction.substance": "reactionTo",
    "condition.code": "relativeCondition",
    "activity.detail": "activity",
}

_PARTICULAR = frozenset(
    {"category", "class", "code", "detail", "language", "method", "name", "procedure", "purpose", "reason", "reference", "role", "type"}
    | {"use", "value", "item", "content", "action", "outcome"}
)
"""Names that say what they say only of the part they stand in: `participant.role` is no role of the Encounter."""


def name_of(path: str) -> str:
    """The graph's name for an element: FHIR's own, less 'Reference', 'CodeableConcept' and 'Code'."""
    if path in _NAMES:
        return _NAMES[path]
    first, _, last = path.partition(".")[0], "", path.rpartition(".")[2]
    for suffix in ("Reference", "CodeableConcept", "Code"):
        if last.endswith(suffix) and len(last) > len(suffix):
            last = last.removesuffix(suffix)
            break
    if first != path and last in _PARTICULAR:
        return first if last == "code" else first + last[0].upper() + last[1:]
    return last
