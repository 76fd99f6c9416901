"""The rules of a type."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ingest.fhir.r4.tables import CODED, DATES, REFERENCES
from ingest.fhir.rules.concepts import PRIMARY, coded, primary_code, status_concept
from ingest.fhir.rules.naming import name_of
from ingest.fhir.rules.particular import BY_HAND
from ingest.fhir.rules.references import link, link_encounter, link_medication, link_subject
from ingest.fhir.rules.rule import Rule, Rules, nested
from ingest.fhir.rules.times import date, end_date, period, start_date
from ingest.fhir.rules.values import identifier, plain
from ingest.mapping.draft import Node

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
                paths[path] = status_concept(path)
        primary = PRIMARY.get(kind)
        if primary:
            paths[primary] = primary_code(primary)
        for path, allowed in REFERENCES[kind].items():
            if path in _NOT_REFERENCES or f"{kind}.{path}".startswith(_NOT_WRITTEN):
                continue
            name = name_of(path)
            make = {"subject": link_subject, "encounter": link_encounter, "medication": link_medication}.get(name, link)
            if path == "context.encounter" or make is not link_encounter or "Encounter" in allowed:
                paths[path] = make(path, allowed)
        for path in DATES[kind]:
            if path in _STARTS:
                paths[path] = start_date(path)
            elif path in _PERIODS:
                paths[path] = period(path)
            elif path in _ENDS:
                paths[path] = end_date
            elif not path.endswith("Period") and not path.startswith("value"):
                paths[path] = date(path)
    rules: dict[str, Rule] = {
        "identifier": identifier,
        **{name: plain(name) for name in _CODE_TYPED if name not in paths},
        **_nest(paths),
        **BY_HAND.get(kind, {}),
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
                if not name and name_of(key) == "subject":
                    link_subject(key, ())(node, item)
                elif not name and key == "encounter":
                    link_encounter(key, ())(node, item)
                else:
                    link(f"{name}.{key}" if name else key, ())(node, item)
            elif not name and ("coding" in item or "text" in item) and key in ("code", "type", "category"):
                (primary_code if key == "code" else coded)(key)(node, item)
            else:
                follow_all(node, item, key)


def _is_reference(item: Mapping[str, Any]) -> bool:
    return type(item.get("reference")) is str or (
        type(item.get("identifier")) is dict and item.keys() <= {"identifier", "display", "type", "id"}
    )
