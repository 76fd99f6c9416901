"""How long drugs last, as the graph has it."""

from ingest.fhir.rules.rule import predicate
from ingest.fhir.rules.times import end_date
from ingest.fhir.supplies import DRUGS, end_of, supply_of
from ingest.mapping.draft import Node
from ingest.mapping.values import number_term

_SUPPLY = predicate("supply")


def last(node: Node) -> None:
    """Of a drug: the days of its supply, and its end where no period of its own says when it was taken."""
    if node.kind not in DRUGS:
        return
    supply = supply_of(node.resource)
    if supply is not None:
        node.supply = float(supply)
        node.statements.append(_SUPPLY + number_term(format(supply, "f")))
    if node.end is None:
        end_date(node, end_of(node.resource, node.start))
