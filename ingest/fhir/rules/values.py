"""Values of other kinds: words, quantities, ranges, identifiers."""

from typing import Any

from graph.identifiers import literal_term
from graph.vocabulary import XSD
from ingest.fhir.results import usual_range
from ingest.fhir.rules.concepts import coded, primary_code
from ingest.fhir.rules.rule import Rule, Rules, predicate
from ingest.mapping.codes import codes, short, text_of, words
from ingest.mapping.draft import Node
from ingest.mapping.values import comparator, date_term, display, number_term, quantity, ucum

_VALUE, _BOUND, _UNIT = predicate("value"), predicate("bound"), predicate("unit")
_COMPARATOR, _DIGITS = predicate("comparator"), predicate("valueDigits")
_VALUE_CONCEPT, _IDENTIFIER = predicate("valueConcept"), predicate("identifier")
_USUAL = {"low": predicate("referenceLow"), "high": predicate("referenceHigh")}


def plain(name: str) -> Rule:
    """An element that is a word or a yes or no."""
    start = predicate(name)
    yes, no = (f'{start}"{word}"^^<{XSD}boolean>' for word in ("true", "false"))

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            node.statements.append(start + words(value).term)
        elif type(value) is bool:
            node.statements.append(yes if value else no)

    return rule


def _quantity(node: Node, value: Any) -> None:
    node.value, node.number, node.unit = quantity(value)
    node.ucum = ucum(value)
    if node.number:
        node.comparator = comparator(value)
        # Of a bound nothing may compute as of a value: an average over kg:value must not meet it.
        node.statements.append((_BOUND if node.comparator else _VALUE) + number_term(node.number))
        if "." in node.number and node.number.endswith("0"):  # stores keep a number's value and not its spelling
            node.statements.append(_DIGITS + literal_term(node.number))
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
        if code.use is not None:
            node.answers.append(code.use.concept)


def said(name: str, element: str = "") -> Rule:
    """An element of any type, in words; `element` is what FHIR calls it where its name tells the type (`onsetAge`)."""
    start = predicate(name)

    def rule(node: Node, value: Any) -> None:
        for item in value if type(value) is list else (value,):
            shown = display(element or name, item)
            if shown:
                node.statements.append(start + literal_term(short(shown, 1000)))

    return rule


def reference_range(node: Node, value: Any) -> None:
    """The bounds of what is usual, as the facts of the result have them."""
    unit = quantity(node.resource.get("valueQuantity"))[2]
    for name, found in usual_range({"referenceRange": value}, unit):
        if found and name in _USUAL:
            node.statements.append(_USUAL[name] + number_term(found))


def identifier(node: Node, value: Any) -> None:
    """Business identifiers, as `system|value`."""
    for item in value if type(value) is list else (value,):
        if type(item) is dict and type(item.get("value")) is str:
            system = item.get("system")
            node.statements.append(_IDENTIFIER + literal_term(f"{system}|{item['value']}" if type(system) is str else item["value"]))


VALUES: dict[str, Rule] = {
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
    "code": primary_code("code"),
    **VALUES,
    "interpretation": coded("interpretation"),
    "dataAbsentReason": coded("dataAbsentReason"),
    "referenceRange": reference_range,
}
"""Rules for a component of an Observation, which is a node of its own."""
