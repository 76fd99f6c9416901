"""How each element of each type is written: the tables of R4 turned into one function per element.

A rule takes the node and the element's value and appends statements. Elements without a rule are not represented; the raw record
stays beside the graph.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graph.identifiers import literal_term
from graph.vocabulary import KG, SCHEMA, SUBJECT, XSD
from ingest.fhir.r4 import CODED, DATES, REFERENCES
from ingest.mapping.codes import codes, codings, dicts, short, text_of, words
from ingest.mapping.draft import Node
from ingest.mapping.values import comparator, date_term, dated, display, number_term, quantity

Rule = Callable[[Node, Any], None]
Rules = Mapping[str, Rule]

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
_NOT_WRITTEN = (
    *("Patient.contact.", "Patient.communication.", "Observation.component.", "Observation.referenceRange.", "CarePlan.activity.detail."),
    *(f"{claim}.{part}" for claim in ("Claim", "ExplanationOfBenefit") for part in ("related.", "careTeam.", "fundsReserve", "accident.")),
    *(f"Claim.item.{part}" for part in ("revenue", "category", "modifier", "program", "location", "bodySite", "subSite", "udi", "detail")),
    *(f"ExplanationOfBenefit.item.{part}" for part in ("revenue", "category", "modifier", "program", "location", "bodySite", "subSite")),
    *(f"ExplanationOfBenefit.{part}" for part in ("addItem", "total", "payment", "formCode", "processNote", "benefitBalance")),
    *("ExplanationOfBenefit.item.udi", "ExplanationOfBenefit.item.detail"),
)
_NOT_REFERENCES = frozenset({"eventHistory", "insurance", "endpoint", "relevantHistory", "dispenseRequest.performer"})
_STARTS = frozenset(
    {
        *("effectiveDateTime", "effectiveInstant", "performedDateTime", "onsetDateTime", "occurrenceDateTime", "authoredOn", "started"),
        *("startDate", "whenHandedOver", "createdDateTime", "authored", "dateTime", "identifiedDateTime", "sent"),
    }
)
_PERIODS = frozenset(
    {
        "effectivePeriod",
        "performedPeriod",
        "onsetPeriod",
        "occurrencePeriod",
        "period",
        "billablePeriod",
        "createdPeriod",
        "identifiedPeriod",
    }
)
_ENDS = frozenset({"abatementDateTime"})
_CODE_TYPED = (
    *("status", "intent", "priority", "docStatus", "lifecycleStatus", "criticality", "mode", "use", "outcome"),
    *("doNotPerform", "active", "primarySource", "lotNumber", "isSubpotent"),
)


def predicate(name: str) -> str:
    """The start of a statement with a term of our own."""
    return f"<{KG}{name}> "


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


def link(path: str, allowed: tuple[str, ...]) -> Rule:
    """Links to what a Reference (or each of a list) leads to; one that only has a display gives its words."""
    name = name_of(path)
    start = predicate(name)

    def rule(node: Node, value: Any) -> None:
        for reference in value if type(value) is list else (value,):
            found = node.follow(reference, allowed, path)
            if found is not None:
                node.statements.append(start + found.term)
            elif type(reference) is dict and type(reference.get("display")) is str:
                node.statements.append(start + words(reference["display"]).term)

    return rule


def _subject(path: str, allowed: tuple[str, ...]) -> Rule:
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


def _encounter(path: str, allowed: tuple[str, ...]) -> Rule:
    encounter, episode = predicate("encounter"), predicate("episodeOfCare")

    def rule(node: Node, value: Any) -> None:
        for reference in value if type(value) is list else (value,):
            found = node.follow(reference, allowed, path)
            if found is not None:
                node.statements.append((episode if found.kind == "EpisodeOfCare" else encounter) + found.term)
                if node.encounter is None and found.kind == "Encounter" and found.target is not None:
                    node.encounter = found.iri

    return rule


def _medication(path: str, allowed: tuple[str, ...]) -> Rule:
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


def _primary(path: str) -> Rule:
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


def _status_concept(path: str) -> Rule:
    start = predicate(name_of(path))

    def rule(node: Node, value: Any) -> None:
        for coding in codings(value):
            if type(coding.get("code")) is str:
                node.statements.append(start + words(coding["code"]).term)

    return rule


def _literal(name: str) -> Rule:
    start = predicate(name)
    yes, no = (f'{start}"{word}"^^<{XSD}boolean>' for word in ("true", "false"))

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            node.statements.append(start + words(value).term)
        elif type(value) is bool:
            node.statements.append(yes if value else no)

    return rule


def _start(node: Node, value: Any) -> None:
    if type(value) is str:
        node.start = value
        node.statements += dated("start", value)


def _end(node: Node, value: Any) -> None:
    if type(value) is str:
        node.end = value
        node.statements += dated("end", value)


def _period(path: str) -> Rule:
    def rule(node: Node, value: Any) -> None:
        if type(value) is not dict:
            return
        start, end = value.get("start"), value.get("end")
        _start(node, start)
        _end(node, end)
        if type(start) is str and type(end) is str and end[:10] < start[: len(end[:10])]:
            node.draft.warn("date-order", "the period ends before it starts", f"{node.kind}.{path}")

    return rule


def _abatement_period(node: Node, value: Any) -> None:
    if type(value) is dict:
        _end(node, value.get("end") or value.get("start"))


def _date(path: str) -> Rule:
    name = {"recordedDate": "recorded"}.get(path, path)

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            node.statements += dated(name, value)
            if name in ("date", "effectiveDate"):
                node.date = value
            elif node.recorded is None or name == "recorded":
                node.recorded = value

    return rule


def _issued(node: Node, value: Any) -> None:
    if type(value) is str:
        node.recorded = value
        node.statements += dated("issued", value)


def _quantity(node: Node, value: Any) -> None:
    node.value, node.number, node.unit = quantity(value)
    if node.number:
        node.comparator = comparator(value)
        node.statements.append(_VALUE + number_term(node.number))
    if node.comparator:
        node.statements.append(_COMPARATOR + literal_term(node.comparator))
    if node.unit:
        node.statements.append(_UNIT + words(node.unit).term)


def _value(element: str) -> Rule:
    """A value[x] other than a Quantity or a CodeableConcept."""

    def rule(node: Node, value: Any) -> None:
        shown = display(element, value)
        if not shown:
            return
        node.value = short(shown)
        kind = type(value)
        if kind is bool:
            node.statements.append(f'{_VALUE}"{str(value).lower()}"^^<{XSD}boolean>')
        elif kind in (int, float):
            node.number = shown
            node.statements.append(_VALUE + number_term(shown))
        elif element == "valueDateTime":
            node.statements.append(_VALUE + date_term(shown))
        else:
            node.statements.append(_VALUE + literal_term(shown))

    return rule


def _value_concept(node: Node, value: Any) -> None:
    node.value = text_of(value)
    for code in codes(value):
        node.statements.append((_VALUE_CONCEPT if code.use is not None else _VALUE) + code.term)
        node.use(code)


def _said(name: str) -> Rule:
    """An element of any type, in words."""
    start = predicate(name)

    def rule(node: Node, value: Any) -> None:
        for item in value if type(value) is list else (value,):
            shown = display(name, item)
            if shown:
                node.statements.append(start + literal_term(short(shown, 1000)))

    return rule


def _reference_range(node: Node, value: Any) -> None:
    for item in value if type(value) is list else ():
        if type(item) is dict and "appliesTo" not in item:
            for key, start in (("low", _LOW), ("high", _HIGH)):
                number = quantity(item.get(key))[1]
                if number and not comparator(item.get(key)):
                    node.statements.append(start + number_term(number))


def _identifier(node: Node, value: Any) -> None:
    for item in value if type(value) is list else (value,):
        if type(item) is dict and type(item.get("value")) is str:
            system = item.get("system")
            node.statements.append(_IDENTIFIER + literal_term(f"{system}|{item['value']}" if type(system) is str else item["value"]))


def nested(rules: Rules) -> Rule:
    """Rules for the elements of a backbone element (or of each of a list)."""

    def rule(node: Node, value: Any) -> None:
        for item in value if type(value) is list else (value,):
            if type(item) is dict:
                apply(rules, node, item)

    return rule


def apply(rules: Rules, node: Node, element: Mapping[str, Any]) -> None:
    """Apply the rules of an element to its children, in the order in which the source has them."""
    for key, value in element.items():
        rule = rules.get(key)
        if rule is not None and value is not None:
            rule(node, value)


_VALUE, _UNIT, _COMPARATOR = predicate("value"), predicate("unit"), predicate("comparator")
_VALUE_CONCEPT, _IDENTIFIER = predicate("valueConcept"), predicate("identifier")
_LOW, _HIGH = predicate("referenceLow"), predicate("referenceHigh")

_VALUES: dict[str, Rule] = {
    "valueQuantity": _quantity,
    "valueCodeableConcept": _value_concept,
    **{
        element: _value(element)
        for element in (
            "valueString",
            "valueBoolean",
            "valueInteger",
            "valueRange",
            "valueRatio",
            "valueTime",
            "valueDateTime",
            "valuePeriod",
        )
    },
}
COMPONENT: Rules = {
    "code": _primary("code"),
    **_VALUES,
    "interpretation": coded("interpretation"),
    "dataAbsentReason": coded("dataAbsentReason"),
    "referenceRange": _reference_range,
}
"""Rules for a component of an Observation, which is a node of its own."""


def _schema_date(name: str) -> Rule:
    start = f"<{SCHEMA}{name}> "

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            node.statements.append(start + date_term(value))

    return rule


def _gender(node: Node, value: Any) -> None:
    if type(value) is str:
        node.statements.append(f"<{SCHEMA}gender> {words(value).term}")


_US_CORE = {
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race": predicate("race"),
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity": predicate("ethnicity"),
}


def _patient_extension(node: Node, value: Any) -> None:
    for extension in dicts(value):
        start = _US_CORE.get(str(extension.get("url")))
        for part in dicts(extension.get("extension")) if start else ():
            if start and part.get("url") == "text" and type(part.get("valueString")) is str:
                node.statements.append(start + words(part["valueString"]).term)


def _patient_link(node: Node, value: Any) -> None:
    """Another record of the same person; one that replaces this one by its own name."""
    for item in dicts(value):
        found = node.follow(item.get("other"), REFERENCES["Patient"]["link.other"], "link.other")
        if found is not None:
            node.statements.append(predicate("replacedBy" if item.get("type") == "replaced-by" else "link") + found.term)


def _activity(node: Node, value: Any) -> None:
    """What a CarePlan asks for; what it forbids must not read as asked for."""
    for item in dicts(value):
        apply(_ACTIVITY, node, item)
        for detail in dicts(item.get("detail")):
            start = predicate("activity" if detail.get("doNotPerform") in (None, False, "false") else "forbiddenActivity")
            for code in codes(detail.get("code")):
                node.statements.append(start + code.term)
                node.use(code)


def _answers(node: Node, value: Any, depth: int = 0) -> None:
    """The coded answers of a questionnaire, whose items nest."""
    for item in dicts(value):
        for answer in dicts(item.get("answer")):
            for code in codes(answer.get("valueCoding")):
                node.statements.append(predicate("answer") + code.term)
                node.use(code)
            found = node.follow(answer.get("valueReference"), (), "item.answer.valueReference")
            if found is not None:
                node.statements.append(predicate("answer") + found.term)
            if depth < _DEEPEST_ITEM:
                _answers(node, answer.get("item"), depth + 1)
        if depth < _DEEPEST_ITEM:
            _answers(node, item.get("item"), depth + 1)


_DEEPEST_ITEM = 20


def _dosage(node: Node, value: Any) -> None:
    for item in value if type(value) is list else (value,):
        if type(item) is dict and type(item.get("text")) is str:
            node.statements.append(predicate("dosage") + literal_term(short(item["text"], 1000)))


_PEOPLE: dict[str, Rule] = {"gender": _gender, "birthDate": _schema_date("birthDate")}
_BY_HAND: dict[str, dict[str, Rule]] = {
    "Patient": {
        **_PEOPLE,
        "deceasedDateTime": _schema_date("deathDate"),
        "deceasedBoolean": _literal("deceased"),
        "extension": _patient_extension,
        "link": _patient_link,
    },
    "Practitioner": _PEOPLE,
    "RelatedPerson": _PEOPLE,
    "Person": _PEOPLE,
    "Observation": {**_VALUES, "referenceRange": _reference_range, "issued": _issued},
    "DiagnosticReport": {"issued": _issued},
    "Media": {"issued": _issued},
    "Condition": {
        "abatementPeriod": _abatement_period,
        **{f"{which}{kind}": _said(which) for which in ("onset", "abatement") for kind in ("Age", "Range", "String")},
    },
    "Procedure": {f"performed{kind}": _said("performed") for kind in ("Age", "Range", "String")},
    "AllergyIntolerance": {f"onset{kind}": _said("onset") for kind in ("Age", "Range", "String")},
    "MedicationRequest": {"dosageInstruction": _dosage},
    "MedicationStatement": {"dosage": _dosage},
    "MedicationAdministration": {"dosage": _dosage},
    "MedicationDispense": {"dosageInstruction": _dosage},
    "ServiceRequest": {"occurrenceDateTime": _start, "authoredOn": _date("authoredOn")},
    "FamilyMemberHistory": {"name": _said("relativeName")},
    "Provenance": {"recorded": _start},
    "Flag": {"period": _period("period")},
    "CarePlan": {"activity": _activity},
    "QuestionnaireResponse": {"item": _answers},
    "Linkage": {"active": _literal("active")},
    "Goal": {"startDate": _start, "description": _primary("description")},
}


_ACTIVITY: Rules = {
    path.rpartition(".")[2]: link(path, REFERENCES["CarePlan"][path]) for path in ("activity.reference", "activity.outcomeReference")
} | {"outcomeCodeableConcept": coded("activity.outcomeCodeableConcept")}


@cache
def rules_of(kind: str) -> Rules:
    """The rules for a type of R4's table; for any other type, those for what every type may have."""
    paths: dict[str, Rule] = {}
    if kind in REFERENCES and kind != "Provenance":
        for path in CODED[kind]:
            if not f"{kind}.{path}".startswith(_NOT_WRITTEN):
                paths[path] = coded(path)
        for path in ("clinicalStatus", "verificationStatus"):
            if path in paths:
                paths[path] = _status_concept(path)
        primary = PRIMARY.get(kind)
        if primary:
            paths[primary] = _primary(primary)
        for path, allowed in REFERENCES[kind].items():
            if path in _NOT_REFERENCES or f"{kind}.{path}".startswith(_NOT_WRITTEN):
                continue
            name = name_of(path)
            make = {"subject": _subject, "encounter": _encounter, "medication": _medication}.get(name, link)
            if path == "context.encounter" or make is not _encounter or "Encounter" in allowed:
                paths[path] = make(path, allowed)
        for path in DATES[kind]:
            if path in _STARTS:
                paths[path] = _start
            elif path in _PERIODS:
                paths[path] = _period(path)
            elif path in _ENDS:
                paths[path] = _end
            elif not path.endswith("Period") and not path.startswith("value"):
                paths[path] = _date(path)
    rules: dict[str, Rule] = {
        "identifier": _identifier,
        **{name: _literal(name) for name in _CODE_TYPED if name not in paths},
        **_nest(paths),
        **_BY_HAND.get(kind, {}),
    }
    return rules


def _nest(paths: Mapping[str, Rule]) -> dict[str, Rule]:
    """Rules by path as rules by first name: the deeper ones inside `nested`."""
    rules: dict[str, Rule] = {}
    deeper: dict[str, dict[str, Rule]] = {}
    for path, rule in paths.items():
        first, _, rest = path.partition(".")
        if rest:
            deeper.setdefault(first, {})[rest] = rule
        else:
            rules[first] = rule
    for first, inner in deeper.items():
        rules[first] = nested(_nest(inner))
    return rules


def follow_all(node: Node, element: Mapping[str, Any], name: str = "") -> None:
    """For types without a table: a link for every Reference in the tree, named by its element, and concepts of the top level."""
    for key, value in element.items():
        if key in ("contained", "text", "meta", "extension", "modifierExtension"):
            continue
        for item in value if type(value) is list else (value,):
            if type(item) is not dict:
                continue
            if _is_reference(item):
                path = f"{name}.{key}" if name else key
                rule = _subject if name_of(key) == "subject" and not name else _encounter if key == "encounter" and not name else link
                rule(key if rule is not link else path, ())(node, item)
            elif not name and ("coding" in item or "text" in item) and key in ("code", "type", "category"):
                (_primary if key == "code" else coded)(key)(node, item)
            else:
                follow_all(node, item, key)


def _is_reference(item: Mapping[str, Any]) -> bool:
    return type(item.get("reference")) is str or (
        type(item.get("identifier")) is dict and item.keys() <= {"identifier", "display", "type", "id"}
    )
