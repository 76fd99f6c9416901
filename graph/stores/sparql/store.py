"""Any SPARQL 1.1 server as a graph store, through the Query, Update and Graph Store protocols.

    sparql+http://HOST:PORT/DATASET                           /query, /update and /data below it, as Fuseki has them
    sparql+http://HOST:PORT/DATASET?query=Q&update=U&data=D   other paths, or whole URLs on the same host; `data=` for none

Every pattern names its graph (`GRAPH ?g`), so that a server's default graph does not matter. What is asked about is an escaped term.
"""

import re
import ssl
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import orjson

from graph.cursors import Position, decode_cursor, encode_cursor
from graph.errors import QuerySyntaxError, QueryTimeout, StoreRefused, StoreTimeout, StoreUnavailable, UnsupportedCapability
from graph.identifiers import iri_term
from graph.model import Direction, Literal, NeighbourCount, Neighbourhood, NeighbourPage, Node, NodeSummary, QueryResult, Statistics, Step
from graph.scope import EVERYTHING, Scope
from graph.sparql import Demand, QueryDataset, check_query, choose_media_type
from graph.store import GraphReader
from graph.stores.expansion import expand
from graph.stores.sparql import text as words
from graph.stores.sparql.parts import QuadStream, batches, graphs_of
from graph.stores.sparql.picture import PictureSource, StatedView
from graph.stores.sparql.query import asked_for, read_result
from graph.stores.sparql.rows import TSV, Row, read_rows
from graph.stores.sparql.wire import Authenticate, BadRequest, Body, Request, Wire, endpoints
from graph.vocabulary import NOT_LINKS, TYPE, XSD, local_name

_JSON: Final = "application/sparql-results+json"
_ROWS: Final = f"{TSV}, {_JSON};q=0.5"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_N_QUADS: Final = "application/n-quads"
_FORM: Final = "application/x-www-form-urlencoded"

_LOAD_BYTES: Final = 64_000_000
"""N-Quads in one request of a load, about; what is sent again after a lost connection."""
_NAMED: Final = 500
"""Named graphs that the address of a query may name."""
_WRITE_SECONDS: Final = 120.0

_UNION: Final = "urn:x-arq:UnionGraph"
"""What Jena calls the union of all named graphs."""


class SparqlStore:
    """A GraphStore on a SPARQL server. Any number of threads may use it."""

    def __init__(
        self,
        address: str,
        *,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        timeout: float = 20.0,
        authenticate: Authenticate | None = None,
        tls: ssl.SSLContext | None = None,
        form: bool = False,
        quads: bool | None = None,
    ) -> None:
        """Nothing is asked of the server yet. `timeout` is the limit of one question in seconds.

        `authenticate` gives the headers of each request, with a signature for example. `form` sends queries and updates as fields of a
        form, for servers that take nothing else. `quads` says whether N-Quads may be posted; None: it is found out.
        """
        self.address, self._query, self._update, self._data = endpoints(address)
        self._wire = Wire(self.address, user=user, password=password, token=token, authenticate=authenticate, tls=tls)
        self._timeout = timeout
        self._form = form
        self._quads = quads if self._data else False
        self._union: bool | None = None
        self._scope = EVERYTHING

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        read = 0
        for some in batches(parts, _LOAD_BYTES):
            if self._takes_quads():
                read += self._post(some)
            else:
                for part in some:
                    graphs = graphs_of(part)
                    read += sum(map(len, graphs.values()))
                    for texts in words.update_texts(graphs):
                        self._change("INSERT DATA {\n" + "\n".join(texts) + "\n}")
        return read

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore. Each request drops whole graphs and says them anew; most servers let nobody see what is in between."""
        read = 0
        for part in parts:
            graphs = graphs_of(part)
            read += sum(map(len, graphs.values()))
            if any(words.DOTS.search(text) for texts in graphs.values() for text in texts) and self._takes_quads():
                self._drop(list(graphs))
                self._post([part])
                continue
            for some in words.graphs_together(graphs):
                drops = "".join(f"DROP SILENT GRAPH {iri_term(graph)} ;\n" for graph in some)
                self._change(drops + "INSERT DATA {\n" + "\n".join(words.graph_text(graph, graphs[graph]) for graph in some) + "\n}")
        return read

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        removed = 0
        for some in words.batches_of_items(words.terms_of(graphs), words.GRAPHS_AT_ONCE):
            rows = self._ask(f"SELECT DISTINCT ?g {{ {words.among('g', some)} FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}", write=True)
            existing = [row["g"]["value"] for row in rows]
            self._drop(existing)
            removed += len(existing)
        return removed

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        terms = words.terms_of([iri])
        view = StatedView(iri)
        properties: dict[str, set[Literal]] = defaultdict(set)
        records: set[str] = set()
        for row in self._ask(f"SELECT ?p ?v ?g {{ {words.among('n', terms)} GRAPH ?g {{ ?n ?p ?v }} }}") if terms else ():
            predicate, value = row["p"]["value"], row["v"]
            records.add(row["g"]["value"])
            view.add(row)
            if value["type"] != "uri":
                properties[predicate].add(words.literal_of(value))
            elif predicate in NOT_LINKS and predicate != TYPE:
                properties[predicate].add(Literal(value["value"], XSD + "anyURI"))
        if not records:
            return None
        summary = view.summary()
        return Node(
            id=iri,
            kind=summary.kind,
            label=summary.label,
            stub=summary.stub,
            properties={predicate: tuple(sorted(values)) for predicate, values in sorted(properties.items())},
            records=tuple(sorted(records)),
        )

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        asked = list(iris)
        views = {iri: StatedView(iri) for iri in asked}
        for some in words.batches_of_items(words.terms_of(asked), words.IRIS_AT_ONCE):
            for row in self._ask(f"SELECT ?m ?p ?v ?g {{ {words.among('m', some)} {words.DESCRIBING} GRAPH ?g {{ ?m ?p ?v }} }}"):
                views[row["m"]["value"]].add(row)
        return tuple(views[iri].summary() for iri in asked)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore. One question a hop, whatever the number of seeds and steps, then summaries and evidence side by side."""
        source = PictureSource(self._ask, self.summaries)
        found = expand(source, seeds, hops, prefer)
        shown = ((edge, source.evidence.get((edge.source, edge.relation, edge.target))) for edge in found.edges)
        return replace(found, edges=tuple(replace(edge, evidence=evidence) if evidence else edge for edge, evidence in shown))

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        counts: Counter[tuple[str, Direction, str]] = Counter()
        for links in words.all_links(iri, None, None):
            inner = f"SELECT ?d ?r ?m {words.KINDS} {{ {{ SELECT DISTINCT ?d ?r ?m {{ {links} }} }} {words.CLASSES} }} GROUP BY ?d ?r ?m"
            for row in self._ask(f"SELECT ?d ?r ?ts (COUNT(*) AS ?c) {{ {{ {inner} }} }} GROUP BY ?d ?r ?ts"):
                kind = words.kind_of(words.text_of(row, "ts").split())
                counts[row["r"]["value"], words.direction_of(row), kind] += words.number_of(row, "c")
        return tuple(NeighbourCount(*key, count) for key, count in sorted(counts.items()))

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
        """See GraphStore."""
        if limit < 1:
            raise ValueError("limit must be at least 1")
        after = decode_cursor(cursor) if cursor is not None else None
        links = " UNION ".join(f"{{ {links} }}" for links in words.all_links(iri, relation, direction))
        if not links:
            return NeighbourPage((), 0, None)
        entries = f"SELECT DISTINCT ?d ?r ?m {{ {links} {words.of_kind(kind)} }}"
        total = words.number_of(self._ask(f"SELECT (COUNT(*) AS ?c) {{ {{ {entries} }} }}")[0], "c")
        order_by = f"{words.BY_NEIGHBOUR} {words.BY_RELATION} ?d"
        place = f"SELECT ?d ?r ?m {{ {{ {entries} }} {words.after_page(after)} }} ORDER BY {order_by} LIMIT {limit + 1}"
        stated: dict[Position, list[str]] = defaultdict(list)
        order = sorted((row["m"]["value"], row["r"]["value"], row["d"]["value"]) for row in self._ask(place))
        page = order[:limit]
        if page:
            near = words.among("m", words.terms_of(dict.fromkeys(position[0] for position in page)))
            for row in self._ask(f"SELECT ?d ?r ?m ?g {{ {near} {links} }}"):
                stated[row["m"]["value"], row["r"]["value"], row["d"]["value"]].append(row["g"]["value"])
        ways: dict[str, Direction] = {"in": "in", "out": "out"}
        edges = [words.link_of(position[1], position[0], stated[position]).edge(iri, ways[position[2]]) for position in page]
        return NeighbourPage(
            neighbours=tuple(zip(self.summaries([position[0] for position in page]), edges, strict=True)),
            total=total,
            cursor=encode_cursor(page[-1]) if len(order) > limit else None,
        )

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        counts: dict[str, int] = {}
        for some in words.batches_of_items(words.terms_of(iris), words.IRIS_AT_ONCE):
            for row in self._ask(f"SELECT ?o (COUNT(*) AS ?c) {{ {words.among('o', some)} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?o"):
                counts[row["o"]["value"]] = words.number_of(row, "c")
        return counts

    def statistics(self) -> Statistics:
        """See GraphStore. Counted by the server; only nodes of several classes come here, to count each of them once."""
        quads, graphs, subjects = (
            words.number_of(self._ask(f"SELECT (COUNT({what}) AS ?c) {{ GRAPH ?g {{ ?s ?p ?o }} }}", write=True)[0], "c")
            for what in ("*", "DISTINCT ?g", "DISTINCT ?s")
        )
        typed = f"GRAPH ?g {{ ?s <{TYPE}> ?t }} FILTER(isIRI(?t))"
        kinds: Counter[str] = Counter()
        for row in self._ask(f"SELECT ?t (COUNT(DISTINCT ?s) AS ?c) {{ {typed} }} GROUP BY ?t", write=True):
            kinds[local_name(row["t"]["value"])] += words.number_of(row, "c")
        classes: dict[str, set[str]] = defaultdict(set)
        several = f"SELECT ?s {{ {typed} }} GROUP BY ?s HAVING (COUNT(DISTINCT ?t) > 1)"
        for row in self._ask(f"SELECT DISTINCT ?s ?t {{ {{ {several} }} {typed} }}", write=True):
            classes[row["s"]["value"]].add(row["t"]["value"])
        for found in classes.values():
            kinds.subtract(map(local_name, found))
            kinds[words.kind_of(found)] += 1
        kinds["Thing"] += subjects - sum(kinds.values())
        return Statistics(quads=quads, graphs=graphs, kinds={kind: count for kind, count in sorted(kinds.items()) if count})

    def within(self, scope: Scope) -> GraphReader:
        """See GraphStore. Each pattern of a question then filters its graph by name, which costs a server more."""
        if scope == EVERYTHING:
            return self
        seen = copy(self)
        seen._scope = self._scope.narrowed(scope)
        return seen

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable. A reader who may not see everything names the graphs it sees in each request: at most a few hundred."""
        query = check_query(sparql)
        media_type = choose_media_type(demand.accept, query.form)
        dataset = self._seen(query.dataset if demand.dataset is None else demand.dataset, demand.scope.narrowed(self._scope))
        if dataset is None:
            request = self._asking(query.text, self._union_url(query.text), accept=asked_for(query), seconds=demand.timeout)
        else:
            form = urlencode([("query", query.text), *words.named_fields(dataset)]).encode()
            request = Request("POST", self._query, form, _FORM, asked_for(query), demand.timeout)
        try:
            with self._wire.open(replace(request, gone=demand.gone)) as answer:
                return read_result(answer, query, media_type, demand.max_rows)
        except StoreTimeout as error:
            raise QueryTimeout(f"the query was stopped after {demand.timeout:g} seconds; narrow it or ask for less") from error
        except BadRequest as error:
            raise QuerySyntaxError("the graph store's server does not take this query") from error
        except (ValueError, KeyError) as error:
            raise StoreUnavailable(f"the graph store at {self.address} gave half an answer; the query may be too much for it") from error

    def inspect(self) -> Iterator[tuple[str, bool, str]]:
        """See Inspectable."""
        with self._wire.open(self._asking("ASK { GRAPH ?g { ?s ?p ?o } }")) as answer:
            answer.all()
            fuseki = "Apache Jena Fuseki, which does not tell its version" if answer.headers.get("Fuseki-Request-Id") else "not told"
            yield "server", True, answer.headers.get("Server") or fuseki
        try:
            self._change(f"DROP SILENT GRAPH {iri_term(words.NOTHING)}")
            yield "right to update", True, "yes"
        except (StoreRefused, BadRequest) as error:
            yield "right to update", False, f"{error}: nothing can be loaded or removed"
        try:
            takes = self._takes_quads()
            yield "N-Quads by POST", True, "yes" if takes else "no: loads go as INSERT DATA, which takes several times as long"
        except StoreRefused as error:
            yield "N-Quads by POST", False, f"{error}: nothing can be loaded"
        union = self._default_is_union()
        text = {
            True: "the union of the named graphs",
            False: "not the union of the named graphs: set it so (Fuseki: --set tdb2:unionDefaultGraph=true), or some queries of people "
            "that read it are refused; everything else works",
            None: "not known while the store is empty",
        }[union]
        yield "default graph", union is not False, text

    def close(self) -> None:
        """See GraphStore."""
        self._wire.close()

    def clear(self) -> None:
        """Take everything out of the store, whoever put it there (tests and benchmarks)."""
        self._change("DROP ALL")

    def _asking(
        self, text: str, url: str | None = None, *, accept: str = _JSON, seconds: float | None = None, patient: bool = False
    ) -> Request:
        body, content_type = self._encoded("query", text, _QUERY)
        return Request("POST", url or self._query, body, content_type, accept, seconds or self._timeout, patient)

    def _encoded(self, field: str, text: str, content_type: str) -> tuple[bytes, str]:
        return (urlencode({field: text}).encode(), _FORM) if self._form else (text.encode(), content_type)

    def _ask(self, query: str, write: bool = False) -> Sequence[Row]:
        """The rows of a SELECT of ours. `write`: with the patience of writes, for what looks through the whole store.

        Where tab-separated rows cannot be read, JSON is asked for.
        """
        query = words.seen_only(query, self._scope)
        request = self._asking(query, accept=_ROWS, seconds=max(self._timeout, _WRITE_SECONDS) if write else None, patient=write)
        for last in (False, True):
            answer = self._wire.fetch(replace(request, accept=_JSON) if last else request)
            try:
                if answer[:1] == b"?":
                    return read_rows(answer)
                rows: Sequence[Row] = orjson.loads(answer)["results"]["bindings"]
                return rows
            except (ValueError, KeyError, TypeError) as error:
                if last:
                    raise StoreUnavailable(f"the graph store at {self.address} gave half an answer; check the server's log") from error
        raise AssertionError

    def _change(self, update: str) -> None:
        body, content_type = self._encoded("update", update, _UPDATE)
        self._write(self._update, body, content_type)

    def _write(self, url: str, body: Body, content_type: str) -> None:
        seconds = max(self._timeout, _WRITE_SECONDS)
        self._wire.fetch(Request("POST", url, body, content_type, "*/*", seconds, patient=True, attempts=4))

    def _post(self, parts: Sequence[Path]) -> int:
        stream = QuadStream(parts)
        try:
            self._write(self._data, stream, _N_QUADS)
        except BadRequest:
            stream.explain()
            raise
        return stream.quads

    def _takes_quads(self) -> bool:
        """Whether N-Quads may be posted: an empty post is tried once."""
        if self._quads is None:
            try:
                self._write(self._data, b"", _N_QUADS)
                self._quads = True
            except BadRequest:
                self._quads = False
        return self._quads

    def _drop(self, graphs: Sequence[str]) -> None:
        plain = [graph for graph in graphs if not words.DOTS.search(graph)]
        for some in words.batches_of_items(plain, words.GRAPHS_AT_ONCE):
            self._change(" ;\n".join(f"DROP SILENT GRAPH {iri_term(graph)}" for graph in some))
        if dotted := [graph for graph in graphs if words.DOTS.search(graph)]:
            self._change(
                f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ {words.among('g', words.terms_of(dotted))} GRAPH ?g {{ ?s ?p ?o }} }}"
            )

    def _seen(self, dataset: QueryDataset | None, scope: Scope) -> QueryDataset | None:
        """The dataset that a reader asks; None: all there is. Raises UnsupportedCapability where its graphs are too many to be named."""
        if scope.datasets is None:
            return dataset
        if dataset is not None:
            return dataset.within(scope)
        places = words.lies_within("?g", scope.datasets)
        if not self._says(f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(!({places})) }}"):
            return None
        rows = self._ask(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({places}) }} LIMIT {_NAMED + 1}")
        if len(rows) > _NAMED:
            raise UnsupportedCapability(
                f"the graph store at {self.address} cannot hold a reader to datasets of more than {_NAMED} records; "
                "serve SPARQL from the embedded store (store = embedded)"
            )
        graphs = tuple(sorted(row["g"]["value"] for row in rows))
        return QueryDataset(graphs, graphs)

    def _default_is_union(self) -> bool | None:
        """Whether a statement of a named graph is in the default graph too; None where there is no statement."""
        if self._union is None and self._says("ASK { GRAPH ?g { ?s ?p ?o } }"):
            self._union = self._says("ASK { { SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } LIMIT 1 } ?s ?p ?o }")
        return self._union

    def _union_url(self, query: str) -> str:
        """Where a query without FROM reads the union of all named graphs. Raises UnsupportedCapability."""
        if self._default_is_union() is not False:
            return self._query
        by_name = f"{self._query}{'&' if '?' in self._query else '?'}{urlencode({'default-graph-uri': _UNION})}"
        if re.search(r"\bgraph\b", query, re.IGNORECASE) or not self._says("ASK { ?s ?p ?o }", by_name):
            raise UnsupportedCapability(
                "the graph store's default graph is not the union of its named graphs; set the server so, or name the graphs by FROM"
            )
        return by_name

    def _says(self, ask: str, url: str | None = None) -> bool:
        return bool(orjson.loads(self._wire.fetch(self._asking(ask, url)))["boolean"])
