"""Rows of Neptune's CSV, written to a Gremlin server."""

from collections.abc import Mapping, Sequence
from typing import Any


class Gremlin:
    """Writes rows of CSV as merge traversals, knowing nothing of what they mean."""

    def __init__(self, address: str) -> None:
        from graph.stores.gremlin.wire import Wire

        self._wire = Wire(address)

    def __enter__(self) -> "Gremlin":
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def existing(self, ids: set[str]) -> set[str]:
        return set(self._wire.submit(self._g().V(sorted(ids)).id_(), 60))

    def merge_vertices(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Make the vertices that are not there, and add every value to a set."""
        from gremlin_python.process.graph_traversal import __
        from gremlin_python.process.traversal import Cardinality, Merge, T

        made = [
            {"m": {T.id: row["~id"]}, "c": {T.id: row["~id"], T.label: row["~label"].partition(";")[0]}, "p": _pairs(row)} for row in rows
        ]
        merged = self._g().inject(made).unfold().as_("row").merge_v(__.select("m")).option(Merge.on_create, __.select("c")).as_("vertex")
        pairs = merged.select("row").select("p").unfold().as_("pair").select("vertex")
        added = pairs.property(Cardinality.set_, __.select("pair").select("k"), __.select("pair").select("v"))
        self._wire.submit(added.count(), 120)

    def merge_edges(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Make the edges that are not there."""
        from gremlin_python.process.traversal import Direction, T

        made = [
            {
                T.id: row["~id"],
                T.label: row["~label"],
                Direction.OUT: row["~from"],
                Direction.IN: row["~to"],
                **{pair["k"]: pair["v"] for pair in _pairs(row)},
            }
            for row in rows
        ]
        self._wire.submit(self._g().inject(made).unfold().merge_e().count(), 120)

    def _g(self) -> Any:
        from gremlin_python.process.graph_traversal import GraphTraversalSource
        from gremlin_python.process.traversal import TraversalStrategies
        from gremlin_python.structure.graph import Graph

        return GraphTraversalSource(Graph(), TraversalStrategies())


def _pairs(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"k": name, "v": value} for name, values in row.items() if not name.startswith("~") for value in values]
