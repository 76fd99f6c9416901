"""A cohort as a FHIR Group of persons (R4): actual, with its members by name and when they were in it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import orjson

from cohorts.definition import Definition
from cohorts.errors import ExportRefused
from cohorts.study import Member
from graph.identifiers import parse_record_iri


def group_of(definition: Definition, members: Sequence[Member], generation: int) -> bytes:
    """The Group as JSON: a member an index event or episode; `quantity` is how many patients there are.

    Raises ExportRefused for patients of several datasets: an id means somebody else in each.
    """
    datasets = sorted({each.dataset for each in members})
    if len(datasets) > 1:
        told = f"a Group names records of one server, and these are of {', '.join(datasets)}"
        raise ExportRefused(f"{told}: export each by itself, by `datasets` or --dataset")
    name = definition.name or "cohort"
    about = {"text": definition.description or f"commissure-cohort/1: {name}"}
    group: dict[str, Any] = {
        "resourceType": "Group",
        "active": True,
        "type": "person",
        "actual": True,
        "code": about,
        "name": name,
        "quantity": len({each.patient for each in members}),
        "characteristic": [{"code": {"text": "commissure-cohort/1"}, "valueCodeableConcept": {"text": name}, "exclude": False}],
    }
    if members:
        group["member"] = [_member(each) for each in members]
    group["identifier"] = [{"system": "urn:commissure:generation", "value": str(generation)}]
    return orjson.dumps(group, option=orjson.OPT_INDENT_2)


def _member(member: Member) -> dict[str, Any]:
    period = {name: day for name, day in (("start", member.index), ("end", member.end)) if day}
    return {"entity": _reference(member.patient)} | ({"period": period} if period else {})


def _reference(iri: str) -> dict[str, Any]:
    """By type and id; by identifier where a patient is known by that alone."""
    named = parse_record_iri(iri)
    identifier = named[2] if named else iri
    if identifier.startswith("identifier/"):
        system, _, value = identifier.removeprefix("identifier/").partition("/")
        return {"type": "Patient", "identifier": {"system": unquote(system), "value": unquote(value)}}
    return {"reference": f"Patient/{unquote(identifier)}"}
