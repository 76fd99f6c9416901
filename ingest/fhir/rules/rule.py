"""What a rule is, and how the rules of an element are applied."""

from collections.abc import Callable, Mapping
from typing import Any

from graph.vocabulary import KG
from ingest.mapping.draft import Node

Rule = Callable[[Node, Any], None]
Rules = Mapping[str, Rule]


def predicate(name: str) -> str:
    """The start of a statement with a term of our own."""
    return f"<{KG}{name}> "


def nested(rules: Rules) -> Rule:
    """Rules for the elements of a backbone element (or of each of a list)."""

    def rule(node: Node, value: Any) -> None:
        for item in value if type(value) is list else (value,):
            if type(item) is dict:
                apply(rules, node, item)

    return rule


def apply(rules: Rules, node: Node, element: Mapping[str, Any]) -> None:
    """Apply the rules of an element to its children, in the order in which the source has them."""
    for key, value in element.items():
        rule = rules.get(key)
        if rule is not None and value is not None:
            rule(node, value)
