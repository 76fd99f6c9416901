"""Which documents are dated by when they were given out, because their record does not say when what it tells of was so."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from graph.errors import StoreUnavailable
from graph.store import GraphReader
from graph.vocabulary import KG

KINDS: Final = frozenset({"DiagnosticReport", "Media", "Observation"})
"""Kinds of records that may have no date but that of their issue."""


def issued(graph: GraphReader | None, documents: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Those of the documents, each (id, kind of its record), that are dated so; none while the graph cannot be reached.

    The words of a date come from the graph: what is stored of a document is its date alone.
    """
    found = set()
    with suppress(StoreUnavailable):
        for document, kind in documents:
            if graph is not None and kind in KINDS:
                node = graph.node(document.partition("#")[0])
                if node is not None and node.properties.get(f"{KG}startFrom"):
                    found.add(document)
    return frozenset(found)
