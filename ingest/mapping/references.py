"""References of every style, and the nodes they lead to."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from graph.identifiers import iri_term, record_iri, safe_iri, unresolved_iri
from ingest.mapping.resource_types import RESOURCE_TYPES
from ingest.model import MappingContext, PendingReference, Target

ANY: Final = "Resource"
URI_SYSTEM: Final = "urn:ietf:rfc:3986"
"""The identifier system by which FHIR identifies something by its URI alone."""

_LITERAL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*://[^?#]*/|/)?([A-Za-z]+)/([^/?#|\s]+)(?:/_history(?:/[^/?#\s]*)?)?")
_TYPES = {kind.lower(): kind for kind in RESOURCE_TYPES}
_SEARCH = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*://[^?#]*/)?([A-Z][A-Za-z]+)\?(?:.*&)?identifier=([^&]*)(?:&.*)?")


class Link(NamedTuple):
    """Where a reference leads. `target` is None for what can be no record of the dataset; `kind` is '' if unknown; `key` is `Type/id`."""

    iri: str
    term: str
    kind: str
    target: Target | None
    pending: PendingReference | None = None
    key: str = ""


def resolve(
    reference: Mapping[str, Any], allowed: tuple[str, ...], context: MappingContext, urns: Mapping[str, str], record: str
) -> Link | None:
    """The node a Reference leads to; None where it only has a display (or nothing)."""
    literal = reference.get("reference")
    literal = literal.strip() if type(literal) is str else literal
    if type(literal) is str and literal:
        if urns and literal in urns:
            return link_to(context.dataset, urns[literal]) or _external(literal)
        if literal[0] == "#":
            return _contained(record, literal)
        link = link_to(context.dataset, literal)
        if link is not None:
            return link
        search = _search(literal)
        if search is not None:
            return _find(*search, context)
        if literal.startswith(("urn:uuid:", "urn:oid:")):
            return _find(_kind(reference, allowed), URI_SYSTEM, literal, context, allowed)
        return _external(literal)
    identifier = reference.get("identifier")
    if type(identifier) is dict and type(identifier.get("value")) is str:
        system = identifier.get("system")
        return _find(_kind(reference, allowed), system if type(system) is str else "", identifier["value"], context, allowed)
    return None


def identifier_of(reference: Mapping[str, Any], kind: str) -> tuple[str, str] | None:
    """(system, value) by which a Reference names a record of a kind that it does not name by `Type/id`; None where it names none so."""
    literal = reference.get("reference")
    if type(literal) is str and (literal := literal.strip()):
        search = _search(literal)
        if search is not None:
            return search[1:] if search[0] == kind else None
        return (URI_SYSTEM, literal) if literal.startswith(("urn:uuid:", "urn:oid:")) else None
    identifier = reference.get("identifier")
    if type(identifier) is not dict or type(identifier.get("value")) is not str:
        return None
    system = identifier.get("system")
    return system if type(system) is str else "", identifier["value"]


def _kind(reference: Mapping[str, Any], allowed: tuple[str, ...]) -> str:
    stated = reference.get("type")
    if type(stated) is str and stated.rpartition("/")[2] in RESOURCE_TYPES:
        return stated.rpartition("/")[2]
    return allowed[0] if len(allowed) == 1 else ANY


def _find(kind: str, system: str, value: str, context: MappingContext, allowed: tuple[str, ...] = ()) -> Link:
    """The one record that carries the identifier, or a stub for it."""
    found = context.find("" if kind == ANY else kind, system, value)
    if len(found) > 1 and kind == ANY and allowed and ANY not in allowed:
        found = tuple(key for key in found if key.partition("/")[0] in allowed)
    if len(found) == 1:
        link = link_to(context.dataset, found[0])
        if link is not None:
            return link
    return _stub(context.dataset, kind, system, value, len(found) > 1)


@lru_cache(maxsize=131072)
def link_to(dataset: str, reference: str) -> Link | None:
    """The record that a literal reference names; None where it names none."""
    named = key_of(reference)
    if not named:
        return None
    kind, _, identifier = named.partition("/")
    iri = record_iri(dataset, kind, identifier)
    return Link(iri, iri_term(iri), kind, Target(iri, kind), key=named)


def key_of(reference: str) -> str:
    """The `Type/id` that a literal reference names ('' if none), also spelled with a slash at its end or in other case."""
    parsed = _LITERAL.fullmatch(reference.strip().rstrip("/"))
    kind = _TYPES.get(parsed[1].lower()) if parsed else None
    return f"{kind}/{parsed[2]}" if parsed and kind else ""


@lru_cache(maxsize=65536)
def _search(reference: str) -> tuple[str, str, str] | None:
    """(type, system, value) of a conditional reference."""
    parsed = _SEARCH.fullmatch(reference)
    if not parsed or parsed[1] not in RESOURCE_TYPES:
        return None
    system, separator, value = unquote(parsed[2]).partition("|")
    return (parsed[1], system, value) if separator else (parsed[1], "", system)


@lru_cache(maxsize=16384)
def _stub(dataset: str, kind: str, system: str, value: str, ambiguous: bool) -> Link:
    iri = unresolved_iri(dataset, kind, system, value)
    return Link(iri, iri_term(iri), kind, Target(iri, kind), PendingReference(kind, system, value, ambiguous))


@lru_cache(maxsize=4096)
def _external(reference: str) -> Link:
    iri = safe_iri(reference)
    return Link(iri, iri_term(iri), "", None)


def _contained(record: str, reference: str) -> Link:
    iri = safe_iri(record + reference) if len(reference) > 1 else record
    return Link(iri, iri_term(iri), "", None)
