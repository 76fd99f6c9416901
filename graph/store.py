"""What the rest of Commissure asks of a graph store. Questions are about the domain; no query text and no vendor type passes here."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Protocol, runtime_checkable

from graph.model import Direction, NeighbourCount, Neighbourhood, NeighbourPage, Node, NodeSummary, QueryResult, Statistics, Step
from graph.scope import Scope
from graph.sparql import Demand


class GraphReader(Protocol):
    """What may be asked of quads in which every named graph is one record (or one derived graph of a dataset).

    Links are quads with an IRI object whose predicate is not in `vocabulary.NOT_LINKS`; everything else but rdf:type is a property
    (an IRI as a property value is a Literal of datatype xsd:anyURI). A node exists when it is the subject of some quad. Its kind is
    the local name of its class (the alphabetically first if it has several, 'Thing' if none); its label the first of
    skos:prefLabel, rdfs:label (sorted), else its IRI's local name. It is a stub while some graph says `kg:stub "true"` of it and every
    graph that gives it a class says that too: a record that describes it completes it, before publishing takes the mark away.

    Literals come back with the spelling and datatype of `identifiers.canonical_literal`, language tags in lower case. Parts hold no
    blank nodes. All reads see the union of all named graphs. Every answer is deterministic.
    """

    def node(self, iri: str) -> Node | None:
        """Everything said about one node itself; None where it is the subject of nothing."""
        ...

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """Summaries in the order asked; a node nothing is said of is of kind 'Thing' and labelled by its local name."""
        ...

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """The subgraph around the seeds. Hop n applies its steps to the nodes that hop n-1 reached (the seeds for the first hop).

        Each step that fits a node is bounded by itself; the picture is the union of what they keep. A neighbour counts as omitted
        when a step would have shown it and no step of any hop kept that edge.
        """
        ...

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """Distinct neighbours by relation, direction and kind, sorted by these."""
        ...

    def neighbours(
        self,
        iri: str,
        *,
        relation: str | None = None,
        direction: Direction | None = None,
        kind: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
    ) -> NeighbourPage:
        """One page of neighbours. Two relations to the same neighbour are two entries, sorted by (neighbour, relation, direction).

        `total` counts the entries of all pages. Raises InvalidCursor for a cursor that no page gave, ValueError for a limit below 1.
        """
        ...

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """For each node, how many quads have it as their object (nodes without any are left out)."""
        ...

    def statistics(self) -> Statistics:
        """Counts of quads, graphs, and nodes by kind (nodes without a class are of kind 'Thing')."""
        ...

    def within(self, scope: Scope) -> "GraphReader":
        """The same quads as a reader of some datasets sees them: as if what is outside the scope had never been loaded.

        No kind, label, record, count, total or page tells of it. With EVERYTHING it costs nothing; a narrower scope may be slower. The
        answer follows what is loaded and removed later, or is to be asked for anew after that, and ends with the store.
        """
        ...


class GraphStore(GraphReader, Protocol):
    """A store of such quads: a reader of all of them that also takes them in."""

    def load(self, parts: Iterable[Path]) -> int:
        """Add the quads of N-Quads files (gzipped when they end in `.gz`); the number of quads read. Loading twice changes nothing.

        Raises InvalidPart; what of the parts is then in the store is not defined.
        """
        ...

    def replace(self, parts: Iterable[Path]) -> int:
        """Make every graph that the parts name hold exactly what they say of it; the number of quads read.

        A graph is named by one part only. A reader sees the old or the new statements of a graph wherever the store can do that.
        Raises InvalidPart.
        """
        ...

    def remove(self, graphs: Iterable[str]) -> int:
        """Drop named graphs; the number that existed. What other graphs say about the same nodes stays."""
        ...

    def close(self) -> None:
        """Flush and release; the store is not used afterwards."""
        ...


@runtime_checkable
class Inspectable(Protocol):
    """A store that can say how it is set up."""

    def inspect(self) -> Iterable[tuple[str, bool, str]]:
        """What was looked at, whether it is as it should be, what was found and what to do: version, rights, settings that change answers.

        Raises StoreUnavailable.
        """
        ...


@runtime_checkable
class SparqlQueryable(Protocol):
    """A store that also answers read-only SPARQL 1.1 over the union of its named graphs."""

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """Run SELECT, ASK, CONSTRUCT or DESCRIBE as `demand` says; `graph.sparql.OFFERED` has the media types of each.

        The default graph is the set union of all named graphs: a statement that several records make is there once. FROM and FROM NAMED,
        or the demand's dataset in their place, name others, whose default graph is a set as well. Of what is outside the demand's scope
        nothing is told: its graphs are not there, by whatever name, and no count has a share of them.

        Raises QueryRefused for updates and SERVICE, QuerySyntaxError, QueryTimeout, QueryTooLarge, QueryBusy where as many queries run as
        may, QueryAbandoned, UnsupportedCapability where the accepted media types fit no form, or the store cannot hold a reader to a scope.
        """
        ...
