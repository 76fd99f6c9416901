"""Elements that are not written as their kind of element is everywhere else."""

from typing import Any

from graph.identifiers import literal_term
from graph.vocabulary import SCHEMA
from ingest.fhir.events import setting_of
from ingest.fhir.origins import ETHNICITY, RACE
from ingest.fhir.r4.tables import REFERENCES
from ingest.fhir.rules.concepts import coded, primary_code
from ingest.fhir.rules.references import link
from ingest.fhir.rules.rule import Rule, Rules, apply, predicate
from ingest.fhir.rules.times import abatement_period, date, issued, period, schema_date, start_date
from ingest.fhir.rules.values import VALUES, plain, reference_range, said
from ingest.mapping.codes import codes, dicts, short, words
from ingest.mapping.draft import Node
from ingest.mapping.persons import by_identifier


def _gender(node: Node, value: Any) -> None:
    if type(value) is str:
        node.statements.append(f"<{SCHEMA}gender> {words(value).term}")


_US_CORE = {RACE: predicate("race"), ETHNICITY: predicate("ethnicity")}


def _patient_extension(node: Node, value: Any) -> None:
    for extension in dicts(value):
        start = _US_CORE.get(str(extension.get("url")))
        for part in dicts(extension.get("extension")) if start else ():
            if start and part.get("url") == "text" and type(part.get("valueString")) is str:
                node.statements.append(start + words(part["valueString"]).term)


def _patient_link(node: Node, value: Any) -> None:
    """Another record of the same person; one that replaces this one by its own name."""
    draft = node.draft
    ends = by_identifier(draft.record) if node.iri == draft.iri else ()
    bearers = {end.place: end.bearers(draft.context.find, f"Patient/{draft.record.id}") for end in ends}
    for place, item in enumerate(dicts(value)):
        if len(keys := bearers.get(place, ())) > 1:
            continue
        other = {"reference": keys[0]} if keys else item.get("other")
        found = node.follow(other, REFERENCES["Patient"]["link.other"], "link.other")
        if found is not None and found.iri != node.iri:
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


_DEEPEST_ITEM = 20


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


def _dosage(node: Node, value: Any) -> None:
    for item in value if type(value) is list else (value,):
        if type(item) is dict and type(item.get("text")) is str:
            node.statements.append(predicate("dosage") + literal_term(short(item["text"], 1000)))


def _in_words(name: str) -> dict[str, Rule]:
    """When something was, where that is no date."""
    return {element: said(name, element) for element in (f"{name}{kind}" for kind in ("Age", "Range", "String"))}


def _class(node: Node, value: Any) -> None:
    """What kind of encounter it is: in words, and by its code."""
    _CLASS(node, value)
    node.statements += (predicate("setting") + words(code).term for code in setting_of({"class": value}).splitlines())


_CLASS = coded("class")

_ACTIVITY: Rules = {
    path.rpartition(".")[2]: link(path, REFERENCES["CarePlan"][path]) for path in ("activity.reference", "activity.outcomeReference")
} | {"outcomeCodeableConcept": coded("activity.outcomeCodeableConcept")}

_PEOPLE: dict[str, Rule] = {"gender": _gender, "birthDate": schema_date("birthDate")}

BY_HAND: dict[str, dict[str, Rule]] = {
    "Patient": {
        **_PEOPLE,
        "deceasedDateTime": schema_date("deathDate"),
        "deceasedBoolean": plain("deceased"),
        "extension": _patient_extension,
        "link": _patient_link,
    },
    "Practitioner": _PEOPLE,
    "RelatedPerson": _PEOPLE,
    "Person": _PEOPLE,
    "Encounter": {"class": _class},
    "Observation": {**VALUES, "referenceRange": reference_range, "issued": issued},
    "DiagnosticReport": {"issued": issued},
    "Media": {"issued": issued},
    "Condition": {
        "abatementPeriod": abatement_period,
        **_in_words("onset"),
        **_in_words("abatement"),
    },
    "Procedure": _in_words("performed"),
    "AllergyIntolerance": _in_words("onset"),
    "MedicationRequest": {"dosageInstruction": _dosage},
    "MedicationStatement": {"dosage": _dosage},
    "MedicationAdministration": {"dosage": _dosage},
    "MedicationDispense": {"dosageInstruction": _dosage},
    "ServiceRequest": {"occurrenceDateTime": start_date("occurrenceDateTime"), "authoredOn": date("authoredOn")},
    "FamilyMemberHistory": {"name": said("relativeName")},
    "Provenance": {"recorded": start_date("recorded")},
    "Flag": {"period": period("period")},
    "CarePlan": {"activity": _activity},
    "QuestionnaireResponse": {"item": _answers},
    "Linkage": {"active": plain("active")},
    "Goal": {"startDate": start_date("startDate"), "description": primary_code("description")},
}
