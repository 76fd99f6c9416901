"""From one FHIR resource to what it becomes: check it, read it by the rules of its type, then draw facts and documents from it.

    resource ─▶ policy: represented at all? ─▶ validation ─▶ draft: nodes by rules ─▶ facts · patients · documents · mentions

A pure function: what it cannot know from the resource comes from the MappingContext.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from graph.identifiers import iri_term, record_iri
from graph.vocabulary import KG
from ingest.fhir import healthlake
from ingest.fhir.decimals import exactly
from ingest.fhir.documents import documents_of, with_mentions
from ingest.fhir.facts import CHARTING, facts_of, judgement, links_of, standing_of, withheld
from ingest.fhir.merges import REPLACED_CLASS, former_patients, said
from ingest.fhir.names import label_of, person
from ingest.fhir.origins import ETHNICITY, RACE, origin
from ingest.fhir.policy import POLICY_VERSION, is_entered_in_error, is_system_generated, standing
from ingest.fhir.r4.tables import REFERENCES
from ingest.fhir.rules.concepts import PRIMARY
from ingest.fhir.rules.rule import apply
from ingest.fhir.rules.supply import last
from ingest.fhir.rules.times import start_at_issue
from ingest.fhir.rules.types import follow_all, rules_of
from ingest.fhir.rules.values import COMPONENT
from ingest.fhir.validation import USABLE, doubts, problems
from ingest.mapping.codes import codes, dicts, text_of
from ingest.mapping.draft import CODE_OF, Draft, Node
from ingest.mapping.resource_types import RESOURCE_TYPES
from ingest.model import Mapped, MappingContext
from search.model import Fact, PatientSummary
from sources.model import Issue, Severity, SourceRecord

MAPPING_VERSION: Final = f"fhir-17.{POLICY_VERSION}"
"""Changes whenever the same resource would be mapped differently: everything is mapped again then."""

CLAIMS: Final = frozenset({"Claim", "ExplanationOfBenefit"})
"""Types that repeat clinical links with prices on them: half of an export's bytes, skipped unless asked for."""
_GENERATED: Final = CHARTING | {"Linkage"}
"""Types that HealthLake generates from text; a note that merely carries its tag stays a note."""
_COMPONENT_CLASS: Final = KG + "ObservationComponent"


def identifiers(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(system, value) of the business identifiers by which references may name the resource; a Medication tells its code the same way."""
    found = (*dicts(resource.get("identifier")), *dicts(resource.get("masterIdentifier")))
    named = [
        (system if type(system := each.get("system")) is str else "", each["value"]) for each in found if type(each.get("value")) is str
    ]
    if resource.get("resourceType") == "Medication" and type(resource.get("code")) is dict and not is_entered_in_error(resource):
        named.append((f"{CODE_OF}Medication/{resource.get('id')}", json.dumps(resource["code"], sort_keys=True, default=float)))
    return named


def map_record(record: SourceRecord, context: MappingContext) -> Mapped:
    """What a resource becomes. Never raises: a resource that breaks the mapping is rejected like any other that cannot be read."""
    if not record.kind or not record.id:
        issue = Issue(Severity.REJECT, "no-id", "the resource has no type or no id", record.source, record.line)
        return Mapped("", "", issues=(issue,), rejected=True)
    iri = record_iri(context.dataset, record.kind, record.id)
    if record.kind in CLAIMS and not context.include_claims:
        return Mapped(iri, record.kind, skipped="claim")
    parsed = record.resource
    exact = exactly(parsed, record.raw)
    if exact is not parsed:
        record = replace(record, resource=exact)
    draft = Draft(record, context, record.kind, iri)
    try:
        return _map(draft, parsed)
    except RecursionError:
        draft.issues.clear()
        draft.reject("too-deep", "its elements are nested too deeply to be read", draft.kind)
        return _rejected(draft)
    except Exception as error:
        draft.issues.clear()
        draft.reject("mapping-failed", f"the mapping broke on it ({type(error).__name__}); please report this", draft.kind)
        return _rejected(draft)


def _map(draft: Draft, parsed: Mapping[str, Any]) -> Mapped:
    """`parsed` is the resource as the fast parser reads it: what is validated, for that knows floats."""
    resource, kind = draft.record.resource, draft.kind
    if is_entered_in_error(resource):
        return Mapped(draft.iri, kind, skipped="entered-in-error")
    for problem in problems(kind, parsed):
        (draft.warn if problem.code in USABLE else draft.reject)(*problem)
    if draft.rejected:
        return _rejected(draft)
    for doubt in doubts(kind, resource):
        draft.warn(*doubt)
    if kind in _GENERATED and is_system_generated(resource):
        return _generated(draft)
    return _represented(draft)


def _represented(draft: Draft) -> Mapped:
    resource, kind = draft.record.resource, draft.kind
    former = tuple(former_patients(draft, person(resource) or f"Patient {resource['id']}")) if kind == "Patient" else ()
    replaced = any(one.id == draft.iri for one in former)
    node = Node(draft, draft.iri, kind, resource, REPLACED_CLASS if replaced else "")
    node.statements += draft.provenance()
    _read(node)
    trusted = _is_trusted(draft)
    stands = standing_of(node, standing(kind, resource), trusted)
    node.statements += judgement(stands)
    label = label_of(node)
    facts = [*facts_of(node, stands)] or [*withheld(node, stands)]
    if kind == "Observation":
        facts += _components(node, trusted)
    documents = documents_of(node, label)
    node.say(label)
    for statement in links_of(node, stands):
        draft.lines.append(f"{node.patient_term} {statement} <{draft.iri}> .\n")
    draft.lines += [said(draft, one) for one in former]
    for identifier, inner in draft.contained.items():
        _contained(node, identifier, inner)
    if documents and healthlake.has_analysis(resource):
        documents = with_mentions(documents, healthlake.mentions_of(draft, resource, documents[0].text))
    if draft.rejected:
        return _rejected(draft)
    return Mapped(
        record=draft.iri,
        kind=kind,
        quads="".join(draft.lines),
        documents=documents,
        facts=tuple(facts),
        patients=(_patient(draft, label),) if kind == "Patient" and not replaced else (),
        former=former,
        concepts=tuple(draft.concepts),
        targets=tuple(dict.fromkeys(draft.targets)),
        pending=tuple(dict.fromkeys(draft.pending)),
        issues=tuple(draft.issues),
        beside=tuple(draft.beside),
    )


def _generated(draft: Draft) -> Mapped:
    """A resource that HealthLake made from a text: a mention without a place. Its Linkages only repeat what the resources say."""
    resource, kind = draft.record.resource, draft.kind
    if kind == "Linkage":
        return Mapped(draft.iri, kind, skipped="system-generated", issues=tuple(draft.issues))
    code = resource.get(PRIMARY.get(kind, "code"))
    concepts = [code.use for code in codes(code) if code.use is not None]
    healthlake.annotate_generated(draft, resource, concepts, text_of(code) or kind)
    return Mapped(draft.iri, kind, quads="".join(draft.lines), concepts=tuple(concepts), issues=tuple(draft.issues))


def _read(node: Node) -> None:
    """Apply the rules of the node's type."""
    apply(rules_of(node.kind), node, node.resource)
    start_at_issue(node)
    last(node)
    if node.kind not in REFERENCES:
        follow_all(node, node.resource)


def _components(node: Node, trusted: bool) -> Iterable[Fact]:
    """The components of an Observation: nodes of their own, because each has its code and its value."""
    for place, component in enumerate(dicts(node.resource.get("component"))):
        part = node.part(f"component-{place}", "Observation", component, _COMPONENT_CLASS)
        apply(COMPONENT, part, component)
        part.patient, part.encounter = node.patient, node.encounter
        part.start, part.end, part.recorded, part.start_from = node.start, node.end, node.recorded, node.start_from
        part.recorded_from, part.performer = node.recorded_from, node.performer
        part.say(label_of(part))
        node.statements.append(f"<{KG}component> {iri_term(part.iri)}")
        yield from facts_of(part, standing_of(part, standing("Observation", node.resource), trusted))


def _contained(node: Node, identifier: str, inner: Mapping[str, Any]) -> None:
    """A contained resource: a node of the record's graph. It charts nothing by itself."""
    kind = inner.get("resourceType")
    if type(kind) is str and kind in RESOURCE_TYPES and not is_entered_in_error(inner):
        for doubt in doubts(kind, inner):
            node.draft.warn(doubt.code, doubt.reason, f"{node.kind}.contained.{doubt.field}")
        part = node.part(identifier, kind, inner)
        _read(part)
        part.statements += judgement(standing(kind, inner))
        part.say(label_of(part))


def _is_trusted(draft: Draft) -> bool:
    """Whether no modifier that is not understood changes what the record says."""
    if b"modifierExtension" not in draft.record.raw and "modifierExtension" not in draft.record.resource:
        return True
    place = _modifier(draft.record.resource, draft.kind)
    if place:
        draft.warn("unknown-modifier", "an extension that changes the meaning is not understood: not counted as a fact", place)
    return not place


def _modifier(element: Any, field: str) -> str:
    """The place of the first modifier extension that is not HealthLake's own."""
    if type(element) is list:
        return next((found for place, item in enumerate(element) if (found := _modifier(item, f"{field}[{place}]"))), "")
    if type(element) is not dict:
        return ""
    for key, value in element.items():
        if key == "modifierExtension":
            if any(not str(extension.get("url")).startswith(healthlake.BASE) for extension in dicts(value)):
                return f"{field}.modifierExtension"
        elif type(value) in (dict, list) and (found := _modifier(value, f"{field}.{key}")):
            return found
    return ""


def _patient(draft: Draft, label: str) -> PatientSummary:
    resource = draft.record.resource
    born, sex, died = (resource.get(key) for key in ("birthDate", "gender", "deceasedDateTime"))
    (race, race_codes), (ethnicity, ethnicity_codes) = origin(resource, RACE), origin(resource, ETHNICITY)
    return PatientSummary(
        id=draft.iri,
        dataset=draft.context.dataset,
        label=person(resource) or label,
        sex=sex if type(sex) is str else "",
        born=born if type(born) is str else None,
        died=died if type(died) is str else "true" if resource.get("deceasedBoolean") in (True, "true") else None,
        source=draft.record.source,
        line=draft.record.line,
        race=race,
        race_codes=race_codes,
        ethnicity=ethnicity,
        ethnicity_codes=ethnicity_codes,
    )


def _rejected(draft: Draft) -> Mapped:
    return Mapped(draft.iri, draft.kind, issues=tuple(draft.issues), rejected=True)
