"""What Amazon HealthLake's text analysis left in a record: mentions with offsets, scores and traits.

A DocumentReference carries its entities as nested extensions; negation and the other traits are only in `raw-response`, which is Java's
way to print a map and not JSON. Resources that HealthLake generated from entities ignore negation: they are annotations, never facts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from concepts.model import Assertion, ConceptUse, Mention
from graph.identifiers import canonical_system, concept_iri, iri_term, literal_term, notation, safe_iri
from graph.vocabulary import ANNOTATION, HAS_BODY, HAS_TARGET, KG, OA_END, OA_START, TYPE, XSD
from ingest.mapping.codes import dicts
from ingest.mapping.draft import Draft
from ingest.mapping.values import number_term, number_text

BASE: Final = "http://healthlake.amazonaws.com/"
NLP: Final = BASE + "aws-cm/"
ENTITY_SCORE: Final = 0.5
CONCEPT_SCORE: Final = 0.5
STOP_WORDS: Final = frozenset({"disorder", "finding", "procedure", "situation", "regime/therapy", "morphologic abnormality", "event"})
"""Synthea's semantic tags, which the service takes for entities and links to whatever is near."""

_SERVICE = re.compile(r"aws-cm/((?:infer|detect)-[a-z0-9-]+)/?$")
_ENTITY = re.compile(r"/aws-cm-[a-z0-9]+-entity$")
_LEAF = re.compile(r"-entity-(id|text|type|category|begin-offset|end-offset|score)$")
_CONCEPT_LEAF = re.compile(r"-Concepts?-(Code|Description|Score)$")
_ASSERTIONS: Final = (
    ("NEGATION", Assertion.NEGATED),
    ("PERTAINS_TO_FAMILY", Assertion.FAMILY),
    ("HYPOTHETICAL", Assertion.HYPOTHETICAL),
    ("FUTURE", Assertion.HYPOTHETICAL),
    ("PAST_HISTORY", Assertion.HISTORICAL),
)
_QUALIFIERS: Final = {
    "NEGATION": ("polarity", "negated"),
    "PERTAINS_TO_FAMILY": ("experiencer", "family"),
    "HYPOTHETICAL": ("temporality", "hypothetical"),
    "FUTURE": ("temporality", "future"),
    "PAST_HISTORY": ("temporality", "past"),
    "LOW_CONFIDENCE": ("confidence", "low"),
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A span the service found. `traits` is None where nothing tells them: then whether it was denied is unknown."""

    id: int | None
    start: int | None
    end: int | None
    text: str
    score: float | None
    concepts: tuple[tuple[str, str, float | None], ...] = ()
    """(code, description, score), as the service ranks them."""
    traits: frozenset[str] | None = field(default=None)


def has_analysis(resource: Mapping[str, Any]) -> bool:
    """Whether a text analysis is attached."""
    return any(type(e.get("url")) is str and e["url"].startswith(NLP) for e in dicts(resource.get("extension")))


def mentions_of(draft: Draft, resource: Mapping[str, Any], text: str) -> tuple[Mention, ...]:
    """The mentions in a text, as values and as annotations of the record's graph."""
    found: list[Mention] = []
    taken: set[tuple[int, int]] = set()
    services = sorted(_services(resource), key=lambda service: service[0].startswith("detect"))
    for service, entities in services:
        for number, entity in enumerate(entities):
            if (entity.score is not None and entity.score < ENTITY_SCORE) or entity.text.strip(" ()").lower() in STOP_WORDS:
                continue
            span = _place(entity, text)
            if span is None:
                draft.warn("mention-place", "a mention's text is not at its offsets nor elsewhere in the note", f"{draft.kind}.extension")
            elif service.startswith("infer") or span not in taken:
                taken.add(span)
                if entity.traits is None:
                    reason = "raw-response does not tell whether a mention is negated, so that it is not taken as affirmed"
                    draft.warn("mention-traits", reason, f"{draft.kind}.extension")
                found.append(_mention(draft, service, number, entity, span, text))
    return tuple(sorted(found, key=lambda mention: (mention.start, mention.end, mention.id)))


def annotate_generated(draft: Draft, resource: Mapping[str, Any], concepts: Iterable[ConceptUse], label: str) -> None:
    """Write a generated resource as an annotation: what was named, from which document and how surely, with no span and no polarity.

    It is not `oa:hasTarget` of the document: whether the text affirms the concept is known only to the document's own analysis.
    """
    statements = [f"<{TYPE}> <{ANNOTATION}>", *draft.provenance(), f'<{KG}systemGenerated> "true"^^<{XSD}boolean>']
    for use in concepts:
        statements.append(f"<{HAS_BODY}> {iri_term(use.concept)}")
    for extension in dicts(resource.get("modifierExtension")):
        url = str(extension.get("url"))
        number = number_text(extension.get("valueDecimal"))
        if number and url.endswith("-score"):
            statements.append(f"<{KG}score> {number_term(number)}")
        elif number and url.endswith("-Score"):
            statements.append(f"<{KG}conceptScore> {number_term(number)}")
    draft.write(draft.iri, statements, label)


def parse_raw(raw: Any) -> list[Mapping[str, Any]]:
    """The entities of a raw response, be it JSON, Java's printed map, or a list of either; what breaks off gives what came before."""
    value = raw
    if type(raw) is str:
        try:
            value = orjson.loads(raw)
        except ValueError:
            value = _Printed(raw).value(0)
    return list(_entities(value))


def _entities(value: Any) -> Iterator[Mapping[str, Any]]:
    for item in value if type(value) is list else (value,):
        if type(item) is str:
            yield from parse_raw(item) if item.lstrip().startswith(("{", "[")) else ()
        elif type(item) is dict and "Entities" in item:
            yield from dicts(item["Entities"])
        elif type(item) is dict and "BeginOffset" in item:
            yield item


class _Printed:
    """Reads `{Entities: [{Id: 1,Text: a, b,Score: 0.9}]}`: keys are known names, values end at the next one or at a closing bracket."""

    _KEY = re.compile(
        r"\s*(Entities|Id|Text|Category|Type|Score|RelationshipScore|RelationshipType|BeginOffset|EndOffset|Attributes|Traits|Name|"
        r"[A-Z][A-Za-z0-9]{0,20}Concepts|Description|Code|ModelVersion|UnmappedAttributes|PaginationToken):\s?"
    )
    _END = re.compile(rf",(?={_KEY.pattern})|\}}(?=\s*(?:[,\]}}]|$))|\](?=\s*(?:[,\]}}]|$))")
    _DEEPEST = 12

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def value(self, depth: int) -> Any:
        self._skip()
        if depth < self._DEEPEST and self._take("{"):
            return self._map(depth + 1)
        if depth < self._DEEPEST and self._take("["):
            return self._list(depth + 1)
        end = self._END.search(self._text, self._at)
        stop = end.start() if end else len(self._text)
        word = self._text[self._at : stop]
        self._at = stop
        return word

    def _map(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._at < len(self._text):
            self._skip()
            if self._take("}"):
                break
            key = self._KEY.match(self._text, self._at)
            if key is None:
                self._at = len(self._text)
                break
            self._at = key.end()
            found[key[1]] = self.value(depth)
            self._skip()
            self._take(",")
        return found

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while self._at < len(self._text):
            self._skip()
            if self._take("]"):
                break
            before = self._at
            found.append(self.value(depth))
            self._skip()
            if not self._take(",") and self._at == before:
                self._at = len(self._text)
        return found

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
            self._at += 1

    def _take(self, mark: str) -> bool:
        if self._text.startswith(mark, self._at):
            self._at += 1
            return True
        return False


def _services(resource: Mapping[str, Any]) -> Iterator[tuple[str, list[Entity]]]:
    for outer in dicts(resource.get("extension")):
        if not str(outer.get("url")).startswith(NLP):
            continue
        for extension in (outer, *dicts(outer.get("extension"))):
            named = _SERVICE.search(str(extension.get("url")))
            if named:
                yield named[1], _entities_of(extension)


def _entities_of(service: Mapping[str, Any]) -> list[Entity]:
    """The entities of a service's extension with the traits and concepts that its raw response adds, and those only the response has."""
    parts = dicts(service.get("extension"))
    raw = [
        _from_raw(entity)
        for part in parts
        if str(part.get("url")).endswith("/raw-response")
        for entity in parse_raw(part.get("valueString"))
    ]
    by_span = {(entity.start, entity.end): entity for entity in reversed(raw) if entity.start is not None}
    by_id: dict[int | None, Entity] = {entity.id: entity for entity in reversed(raw) if entity.id is not None}
    found = []
    merged: set[int] = set()
    for part in parts:
        if _ENTITY.search(str(part.get("url"))):
            entity = _from_extension(part)
            same = by_id.get(entity.id)
            told = by_span.get((entity.start, entity.end)) if entity.start is not None else None
            told = told or (same if same and (entity.start is None or same.text == entity.text) else None)
            found.append(_merged(entity, told) if told else entity)
            merged.update(
                place for place, one in enumerate(raw) if one is told or (told and (one.start, one.end) == (told.start, told.end))
            )
    return found + [entity for place, entity in enumerate(raw) if place not in merged]


def _merged(entity: Entity, told: Entity) -> Entity:
    """An entity with what the raw response tells of it beside: traits, and the codes that the extension does not have."""
    known = {code for code, _, _ in entity.concepts}
    concepts = (*entity.concepts, *(concept for concept in told.concepts if concept[0] not in known))
    return replace(entity, traits=told.traits, start=told.start, end=told.end, concepts=concepts)


def _from_extension(extension: Mapping[str, Any]) -> Entity:
    said: dict[str, Any] = {}
    concepts: list[tuple[str, str, float | None]] = []
    for part in dicts(extension.get("extension")):
        leaf = _LEAF.search(str(part.get("url")))
        if leaf:
            said[leaf[1]] = next((value for key, value in part.items() if key.startswith("value")), None)
        else:
            concepts.extend(_concepts(part))
    return _entity(said.get("id"), said.get("begin-offset"), said.get("end-offset"), said.get("text"), said.get("score"), concepts)


def _concepts(extension: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str, float | None]]:
    said: dict[str, Any] = {}
    for part in dicts(extension.get("extension")):
        leaf = _CONCEPT_LEAF.search(str(part.get("url")))
        if leaf:
            said[leaf[1]] = next((value for key, value in part.items() if key.startswith("value")), None)
        elif depth < 5:
            yield from _concepts(part, depth + 1)
    if type(said.get("Code")) is str and said["Code"]:
        yield said["Code"], _string(said.get("Description")), _number(said.get("Score"))


def _from_raw(entity: Mapping[str, Any]) -> Entity:
    concepts = [
        (str(concept["Code"]), _string(concept.get("Description")), _number(concept.get("Score")))
        for key, value in entity.items()
        if key.endswith("Concepts")
        for concept in dicts(value)
        if concept.get("Code")
    ]
    found = _entity(entity.get("Id"), entity.get("BeginOffset"), entity.get("EndOffset"), entity.get("Text"), entity.get("Score"), concepts)
    return replace(found, traits=frozenset(_string(trait.get("Name")) for trait in dicts(entity.get("Traits"))))


def _entity(identifier: Any, start: Any, end: Any, text: Any, score: Any, concepts: Iterable[tuple[str, str, float | None]]) -> Entity:
    return Entity(_whole(identifier), _whole(start), _whole(end), _string(text), _number(score), tuple(concepts))


def _place(entity: Entity, text: str) -> tuple[int, int] | None:
    """The entity's span: its offsets where its text is really there, else the nearest place where it is."""
    start, end = entity.start, entity.end
    if start is None or end is None:
        start, end = 0, 0
    elif 0 <= start < end <= len(text) and (not entity.text or text[start:end] == entity.text):
        return start, end
    if not entity.text:
        return None
    after, before = text.find(entity.text, max(start, 0)), text.rfind(entity.text, 0, max(start, 0) + len(entity.text))
    places = [place for place in (after, before) if place >= 0]
    if not places:
        return None
    nearest = min(places, key=lambda place: (abs(place - start), place))
    return nearest, nearest + len(entity.text)


def _mention(draft: Draft, service: str, number: int, entity: Entity, span: tuple[int, int], text: str) -> Mention:
    system = canonical_system(f"{NLP}{service}")
    good = [concept for concept in entity.concepts if concept[2] is None or concept[2] >= CONCEPT_SCORE]
    code, description, concept_score = max(good, key=lambda concept: concept[2] or 0.0, default=("", "", None))
    concept = concept_iri(system, code) if code else None
    if concept:
        draft.concepts.append(ConceptUse(concept, system, notation(system, code), description))
    mention = Mention(
        id=safe_iri(f"{draft.iri}#{service}-{number}"),
        start=span[0],
        end=span[1],
        text=text[span[0] : span[1]],
        concept=concept,
        label=description or entity.text,
        assertion=_assertion(entity.traits),
        score=entity.score,
        concept_score=concept_score,
        source=f"healthlake:{service}",
    )
    draft.write(mention.id, _annotation(draft, mention, entity.traits or frozenset()), mention.text)
    return mention


def _annotation(draft: Draft, mention: Mention, traits: frozenset[str]) -> list[str]:
    statements = [
        f"<{TYPE}> <{ANNOTATION}>",
        f"<{HAS_TARGET}> <{draft.iri}>",
        f'<{OA_START}> "{mention.start}"^^<{XSD}integer>',
        f'<{OA_END}> "{mention.end}"^^<{XSD}integer>',
        f"<{KG}assertion> {literal_term(mention.assertion)}",
        f"<{KG}detectedBy> {literal_term(mention.source)}",
    ]
    if mention.concept:
        statements.append(f"<{HAS_BODY}> {iri_term(mention.concept)}")
    for name, score in (("score", mention.score), ("conceptScore", mention.concept_score)):
        if score is not None:
            statements.append(f"<{KG}{name}> {number_term(number_text(score))}")
    for trait in sorted(traits & _QUALIFIERS.keys()):
        name, value = _QUALIFIERS[trait]
        statements.append(f"<{KG}{name}> {literal_term(value)}")
    return statements


def _assertion(traits: frozenset[str] | None) -> Assertion:
    if traits is None:
        return Assertion.HYPOTHETICAL
    if {"NEGATION", "PERTAINS_TO_FAMILY"} <= traits:
        return Assertion.NOT_IN_FAMILY
    return next((assertion for trait, assertion in _ASSERTIONS if trait in traits), Assertion.AFFIRMED)


def _string(value: Any) -> str:
    return value if type(value) is str else ""


def _whole(value: Any) -> int | None:
    if type(value) is int:
        return value
    return int(value) if type(value) is str and value.isascii() and value.isdigit() and len(value) < 12 else None


def _number(value: Any) -> float | None:
    text = number_text(value.strip() if type(value) is str else value)
    return float(text) if text else None
