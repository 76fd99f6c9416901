"""The JSON Schema of `commissure-cohort/1`: what a definition looks like. Reading one (cohorts.reading) checks what it means."""

from typing import Any, Final

from cohorts.definition import EVENTS, FORMAT
from cohorts.fields import MOST_DAYS, MOST_YEARS
from concepts.model import Assertion
from search.filters import FILTERS, Kind


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _pair(end: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": [end, end], "items": False, "minItems": 2, "maxItems": 2}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _whole(low: int, high: int) -> dict[str, Any]:
    return {"type": ["integer", "null"], "minimum": low, "maximum": high}


_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_NUMBER: Final = {"type": "number"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_DATE: Final = {"type": ["string", "null"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
_RULES: Final = {"type": "array", "items": _ref("rule"), "minItems": 1}
_KEPT: Final = {"enum": ["all", "first", "last"]}
_DISTINCT: Final = {"enum": ["record", "day", "concept", "encounter", "worker"]}
_EVENT: Final = {
    "event": {"enum": list(EVENTS)},
    "note": _ref("note"),
    "label": _ref("label"),
    "graph": {"type": "string", "pattern": r"[?$]patient\b"},
    "cohort": _TEXT,
    "in": _TEXT,
    "class": _TEXTS,
    "first": {"type": "boolean"},
    "value": _ref("value"),
    "value_in": _TEXT,
    "age": _ref("years"),
    "sex": _TEXTS,
    "status": _TEXTS,
    "dates": _ref("dates"),
    "having": _ref("rule"),
}
_KINDS: Final = [{"required": [key]} for key in ("event", "note", "label", "graph", "cohort")]
_CRITERION: Final = {
    **_EVENT,
    "name": _TEXT,
    "count": _ref("count"),
    "start": _ref("window"),
    "end": _ref("window"),
    "from": {"enum": ["start", "end"]},
    "same_encounter": {"type": "boolean"},
    "pick": {"enum": ["first", "last"]},
}
_PERSON: Final = {"name": _TEXT, "age": _ref("years"), "sex": _TEXTS, "dates": _ref("dates")}
_NOTE: Final = {
    "in": _TEXT,
    "text": _TEXT,
    "mode": {"enum": ["lexical", "semantic"]},
    "at_least": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "assertion": {"type": "array", "items": {"enum": [each.value for each in Assertion]}, "minItems": 1},
    "filters": _ref("filters"),
}
_FILTERS: Final = {
    row.name: _TEXTS if row.several else {**_DATE, "type": "string"} if row.kind is Kind.DATE else {"type": "number", "minimum": 0}
    for row in FILTERS
}
_CODE: Final = {
    "code": {"type": "string", "minLength": 1},
    "descendants": {"type": "boolean"},
    "exclude": {"type": "boolean"},
    "name": _TEXT,
}
_DEFINITION: Final = {
    "format": {"const": FORMAT},
    "name": _TEXT,
    "description": _TEXT,
    "datasets": _TEXTS,
    "sets": {"type": "object", "additionalProperties": _ref("set")},
    "cohorts": {"type": "object", "additionalProperties": _ref("definition")},
    "entry": _ref("entry"),
    "rules": {"type": "array", "items": _ref("rule")},
    "subjects": {"enum": ["patients", "items"]},
    "keep": _KEPT,
    "exit": _ref("exit"),
}

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://w3id.org/commissure/schema/cohort-1.json",
    "title": "A cohort",
    **_ref("definition"),
    "$defs": {
        "definition": _object(_DEFINITION, "format", "entry"),
        "set": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"type": "string", "minLength": 1}, _object(_CODE, "code")]},
        },
        "entry": {
            **_object(
                {
                    "any": {"type": "array", "items": _ref("event")},
                    "on": {**_DATE, "type": "string"},
                    "limit": _KEPT,
                    "observed": _pair({"type": "integer", "minimum": 0, "maximum": MOST_DAYS}),
                }
            ),
            "oneOf": [{"required": ["any"], "properties": {"any": {"minItems": 1}}}, {"required": ["on"]}],
        },
        "event": {**_object(_EVENT), "oneOf": _KINDS},
        "exit": _object(
            {
                "end": {"type": "string", "pattern": r"^(start(\+\d{1,6})?|end([+-]\d{1,6})?|observed|persistence([+-]\d{1,6})?)$"},
                "in": _TEXT,
                **{key: {"type": "integer", "minimum": 0, "maximum": MOST_DAYS} for key in ("gap", "supply", "collapse")},
                "censor": {"type": "array", "items": _ref("event")},
                "dates": _ref("dates"),
            }
        ),
        "rule": {
            "anyOf": [
                {**_object(_CRITERION), "oneOf": _KINDS},
                {**_object(_PERSON), "anyOf": [{"required": [key]} for key in ("age", "sex", "dates")]},
                *(_object({"name": _TEXT, key: _RULES}, key) for key in ("any", "all")),
                *(_object({"name": _TEXT, key: _COUNT, "of": _RULES}, key, "of") for key in ("at_least", "at_most")),
            ]
        },
        "note": _object(_NOTE),
        "filters": {**_object(_FILTERS), "minProperties": 1, "description": "What a search would let through, by its filters."},
        "label": _object(
            {
                "in": _TEXT,
                "job": _TEXTS,
                "confidence": _pair({"type": ["number", "null"]}),
                "agent": {"enum": ["human", "machine", "worker"]},
                "dataset": _TEXTS,
            }
        ),
        "count": {
            **_object({"ge": _COUNT, "le": _COUNT, "eq": _COUNT, "distinct": _DISTINCT}),
        },
        "value": {**_object({**dict.fromkeys(("gt", "ge", "lt", "le", "eq"), _NUMBER), "unit": _TEXT}), "minProperties": 1},
        "window": _pair(_whole(-MOST_DAYS, MOST_DAYS)),
        "years": _pair(_whole(0, MOST_YEARS)),
        "dates": _pair(_DATE),
    },
}
