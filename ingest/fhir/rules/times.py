"""Dates and periods: when something began, ended, and was written down."""

import re
from typing import Any, Final

from graph.identifiers import literal_term
from graph.vocabulary import SCHEMA
from ingest.fhir.rules.rule import Rule, predicate
from ingest.mapping.draft import Node
from ingest.mapping.values import date_term, dated

_TYPE: Final = re.compile("(DateTime|Instant|Period|Timing)$")


def start_date(path: str) -> Rule:
    """When what the record tells began, or happened."""
    name = element_of(path)

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            _begin(node, value, name)

    return rule


def element_of(path: str) -> str:
    """An element that gives a date, as FHIR names it without its type: effective, onset, period, authoredOn …"""
    return _TYPE.sub("", path.rpartition(".")[2])


def _begin(node: Node, date: str, element: str) -> None:
    node.start, node.start_from = date, element
    node.statements += dated("start", date)


def end_date(node: Node, value: Any) -> None:
    """When it ended."""
    if type(value) is str:
        node.end = value
        node.statements += dated("end", value)


def period(path: str) -> Rule:
    """When it began and ended; warns where the end comes first."""

    begin = start_date(path)

    def rule(node: Node, value: Any) -> None:
        if type(value) is not dict:
            return
        start, end = value.get("start"), value.get("end")
        begin(node, start)
        end_date(node, end)
        if type(start) is str and type(end) is str and end[:10] < start[: len(end[:10])]:
            node.draft.warn("date-order", "the period ends before it starts", f"{node.kind}.{path}")

    return rule


def abatement_period(node: Node, value: Any) -> None:
    """A condition has ended when its abatement has."""
    if type(value) is dict:
        end_date(node, value.get("end") or value.get("start"))


def date(path: str) -> Rule:
    """Another date, by its own name; what the node keeps of it is when it was written down."""
    name = {"recordedDate": "recorded"}.get(path, path)

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            node.statements += dated(name, value)
            if name in ("date", "effectiveDate"):
                node.date = value
            elif path not in _NOT_OF_THE_EVENT and (node.recorded is None or name == "recorded"):
                node.recorded, node.recorded_from = value, path

    return rule


_NOT_OF_THE_EVENT: Final = frozenset({"expirationDate"})


def issued(node: Node, value: Any) -> None:
    """When a result was given out."""
    if type(value) is str:
        node.recorded = node.issued = value
        node.recorded_from = "issued"
        node.statements += dated("issued", value)


def start_at_issue(node: Node) -> None:
    """Date a node that says nothing of when it holds by its issue, and say that it is so dated."""
    if node.issued is not None and not any(element.startswith(_HOLDING) for element in node.resource):
        _begin(node, node.issued, "issued")
        node.statements.append(predicate("startFrom") + literal_term(node.start_from))


_HOLDING = ("effective", "created")
"""How the elements begin by which results, reports and media say when they hold."""


def schema_date(name: str) -> Rule:
    """A date of a person's life, in schema.org's terms."""
    start = f"<{SCHEMA}{name}> "

    def rule(node: Node, value: Any) -> None:
        if type(value) is str:
            node.statements.append(start + date_term(value))

    return rule
