"""The name by which people know a node."""

from collections.abc import Mapping
from typing import Any, Final

from ingest.mapping.codes import dicts, short, text_of
from ingest.mapping.draft import Node

_PEOPLE: Final = frozenset({"Patient", "Practitioner", "RelatedPerson", "Person"})
_NAMING: Final = ("title", "name", "description", "type", "category", "class", "content", "valueString")


def label_of(node: Node) -> str:
    """What a node is called: a person's name, a code with its value, a title; its type where it has nothing of its own."""
    resource, kind = node.resource, node.kind
    if kind in _PEOPLE:
        return short(person(resource) or _fallback(node))
    if kind == "FamilyMemberHistory":
        return short(f"Family history: {text_of(resource.get('relationship')) or 'relative'}")
    if kind == "PractitionerRole":
        return short(_display(resource.get("practitioner")) or text_of(resource.get("specialty")) or text_of(resource.get("code")) or kind)
    if kind == "Device":
        return short(_device(resource) or node.code or kind)
    if kind == "DocumentReference" and type(resource.get("description")) is str:
        return short(resource["description"])
    if node.code:
        return short(f"{node.code} {node.value}" if node.value else node.code)
    return short(next((said for key in _NAMING if (said := _said(resource.get(key)))), "") or _fallback(node))


def person(resource: Mapping[str, Any]) -> str:
    """The official name of a person, or else the first one."""
    names = dicts(resource.get("name"))
    name = next((each for each in names if each.get("use") == "official"), names[0] if names else {})
    given = name.get("given")
    parts = [part for part in (*(given if type(given) is list else ()), name.get("family")) if part and type(part) is str]
    text = name.get("text")
    return " ".join(parts) or (text if type(text) is str else "")


def _device(resource: Mapping[str, Any]) -> str:
    return next((name["name"] for name in dicts(resource.get("deviceName")) if type(name.get("name")) is str), "")


def _display(reference: Any) -> str:
    said = reference.get("display") if type(reference) is dict else None
    return said if type(said) is str else ""


def _said(value: Any) -> str:
    return value if type(value) is str else text_of(value)


def _fallback(node: Node) -> str:
    identifier = node.resource.get("id")
    return f"{node.kind} {identifier}" if type(identifier) is str else node.kind
