"""Dates and periods: when something began, ended, and was written down."""

from typing import Any

from graph.identifiers import literal_term
from graph.vocabulary import SCHEMA
from ingest.fhir.rules.rule import Rule, predicate
from ingest.mapping.draft import Node
from ingest.mapping.values import date_term, dated


def start_date(node: Node, value: Any) -> None:
    """When what the record tells began, or happened."""
    if type(value) is str:
        node.start = value
        node.statements += dated("start", value)


def end_date(node: Node, value: Any) -> None:
    """When it ended."""
    if type(value) is str:
        node.end = value
        node.statements += dated("end", value)


def period(path: str) -> Rule:
    """When it began and ended; warns where the end comes first."""

    def rule(node: Node, value: Any) -> None:
        if type(value) is not dict:
            return
        start, end = value.get("start"), value.get("end")
        start_date(node, start)
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
            elif node.recorded is None or name == "recorded":
                node.recorded = value

    return rule


def issued(node: Node, value: Any) -> None:
    """When a result was given out."""
    if type(value) is str:
        node.recorded = node.issued = value
        node.statements += dated("issued", value)


def start_at_issue(node: Node) -> None:
    """Date a node that says nothing of when it holds by its issue, and say that it is so dated."""
    if node.issued is not None and not any(element.startswith(_HOLDING) for element in node.resource):
        start_date(node, node.issued)
        node.start_from = "issued"
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
