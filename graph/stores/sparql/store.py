"""Any SPARQL 1.1 server as a graph store, through the Query, Update and Graph Store protocols.

    sparql+http://HOST:PORT/DATASET                           /query, /update and /data below it, as Fuseki has them
    sparql+http://HOST:PORT/DATASET?query=Q&update=U&data=D   other paths, or whole URLs on the same host; `data=` for none

Every pattern names its graph (`GRAPH ?g`), so that it does not matter what a server takes for its default graph. What is asked about
enters a query as an escaped term only.
"""

import re
import ssl
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import orjson

from graph.cursors import Position, decode_cursor, encode_cursor
from graph.errors import QuerySyntaxError, QueryTimeout, StoreRefused, StoreTimeout, StoreUnavailable, UnsupportedCapability
from graph.identifiers import canonical_literal, dataset_iri, iri_term, literal_term, safe_iri
from graph.model import (
    Direction,
    Literal,
    NeighbourCount,
    Neighbourhood,
    NeighbourPage,
    Node,
    NodeSummary,
    QueryResult,
    Statistics,
    Step,
)
from graph.scope import Scope
from graph.sparql import Demand, QueryDataset, check_query, choose_media_type
from graph.stores.expansion import Link, expand
from graph.stores.sparql.parts import QuadStream, batches, graphs_of
from graph.stores.sparql.query import asked_for, read_result
from graph.stores.sparql.rows import TSV, Row, read_rows
from graph.stores.sparql.wire import Authenticate, BadRequest, Body, Request, Wire
from graph.vocabulary import BASE, LABEL, NOT_LINKS, PREF_LABEL, STUB, TYPE, XSD, local_name

_JSON: Final = "application/sparql-results+json"
_ROWS: Final = f"{TSV}, {_JSON};q=0.5"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_N_QUADS: Final = "application/n-quads"
_FORM: Final = "application/x-www-form-urlencoded"

_LOAD_BYTES: Final = 64_000_000
"""N-Quads in one request of a load, about; what is sent again after a lost connection."""
_UPDATE_CHARACTERS: Final = 4_000_000
"""Text of one update, unless one graph says more."""
_GRAPHS: Final = 500
"""Named graphs that one update drops."""
_MANY: Final = 1000
"""IRIs in one question."""
_EDGES: Final = 100
"""Edges whose evidence is asked for in one question."""
_NAMED: Final = 500
"""Named graphs that the address of a query may name."""
_WRITE_SECONDS: Final = 120.0
_WRITE_ATTEMPTS: Final = 4

_NOTHING: Final = BASE + "nothing"
"""A graph that never is: dropping it asks for the right to update and changes nothing."""
_UNION: Final = "urn:x-arq:UnionGraph"
"""What Jena calls the union of all named graphs."""

_DOTS: Final = re.compile(r"/\.\.?(?:[/?#>]|\Z)")
"""Where the parser of a query may resolve '/../' away; the parser of N-Quads does not."""

_PROPERTIES: Final = " ".join(f"<{predicate}>" for predicate in sorted(NOT_LINKS))
_IS_LINK: Final = f"FILTER(?r NOT IN ({_PROPERTIES.replace(' ', ', ')}))"
_DESCRIBING: Final = f"VALUES ?p {{ <{TYPE}> <{PREF_LABEL}> <{LABEL}> <{STUB}> }}"
_LOCAL_NAME: Final = 'IF(REGEX(STR(?t), "[/#]$"), STR(?t), REPLACE(STR(?t), "^.*[/#]", ""))'
_KINDS: Final = '(GROUP_CONCAT(DISTINCT STR(?t); SEPARATOR=" ") AS ?ts)'
_CLASSES: Final = f"OPTIONAL {{ GRAPH ?h {{ ?m <{TYPE}> ?t }} FILTER(isIRI(?t)) }}"

_HIGH: Final = "[\uf900-\uffef]"
"""Characters of IRIs that sort behind U+10000 where a server compares UTF-16; with U+D7FF before them they come where they belong."""
_BY_NEIGHBOUR, _BY_RELATION = (f'REPLACE(STR(?{variable}), "({_HIGH})", "\ud7ff$1")' for variable in "mr")

T = TypeVar("T")


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
        self.address, self._query, self._update, self._data = _endpoints(address)
        self._wire = Wire(self.address, user=user, password=password, token=token, authenticate=authenticate, tls=tls)
        self._timeout = timeout
        self._form = form
        self._quads = quads if self._data else False
        self._union: bool | None = None

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
                    for texts in _updates(graphs):
                        self._change("INSERT DATA {\n" + "\n".join(texts) + "\n}")
        return read

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore. Each request drops whole graphs and says them anew; most servers let nobody see what is in between."""
        read = 0
        for part in parts:
            graphs = graphs_of(part)
            read += sum(map(len, graphs.values()))
            if any(_DOTS.search(text) for texts in graphs.values() for text in texts) and self._takes_quads():
                self._drop(list(graphs))
                self._post([part])
                continue
            for some in _batches_of(graphs):
                drops = "".join(f"DROP SILENT GRAPH {iri_term(graph)} ;\n" for graph in some)
                self._change(drops + "INSERT DATA {\n" + "\n".join(_graph_text(graph, graphs[graph]) for graph in some) + "\n}")
        return read

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        removed = 0
        for some in _batches(_terms(graphs), _GRAPHS):
            rows = self._ask(f"SELECT DISTINCT ?g {{ {_among('g', some)} FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}", write=True)
            existing = [row["g"]["value"] for row in rows]
            self._drop(existing)
            removed += len(existing)
        return removed

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        terms = _terms([iri])
        view = _View(iri)
        properties: dict[str, set[Literal]] = defaultdict(set)
        records: set[str] = set()
        for row in self._ask(f"SELECT ?p ?v ?g {{ {_among('n', terms)} GRAPH ?g {{ ?n ?p ?v }} }}") if terms else ():
            predicate, value = row["p"]["value"], row["v"]
            records.add(row["g"]["value"])
            view.add(row)
            if value["type"] != "uri":
                properties[predicate].add(_literal(value))
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
        views = {iri: _View(iri) for iri in asked}
        for some in _batches(_terms(asked), _MANY):
            for row in self._ask(f"SELECT ?m ?p ?v ?g {{ {_among('m', some)} {_DESCRIBING} GRAPH ?g {{ ?m ?p ?v }} }}"):
                views[row["m"]["value"]].add(row)
        return tuple(views[iri].summary() for iri in asked)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore. One question a hop, whatever the number of seeds and steps, then summaries and evidence side by side."""
        source = _Source(self)
        found = expand(source, seeds, hops, prefer)
        shown = ((edge, source.evidence.get((edge.source, edge.relation, edge.target))) for edge in found.edges)
        return replace(found, edges=tuple(replace(edge, evidence=evidence) if evidence else edge for edge, evidence in shown))

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        counts: Counter[tuple[str, Direction, str]] = Counter()
        for links in _all_links(iri, None, None):
            inner = f"SELECT ?d ?r ?m {_KINDS} {{ {{ SELECT DISTINCT ?d ?r ?m {{ {links} }} }} {_CLASSES} }} GROUP BY ?d ?r ?m"
            for row in self._ask(f"SELECT ?d ?r ?ts (COUNT(*) AS ?c) {{ {{ {inner} }} }} GROUP BY ?d ?r ?ts"):
                counts[row["r"]["value"], _direction(row), _kind(_text(row, "ts").split())] += _number(row, "c")
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
        links = " UNION ".join(f"{{ {links} }}" for links in _all_links(iri, relation, direction))
        if not links:
            return NeighbourPage((), 0, None)
        entries = f"SELECT DISTINCT ?d ?r ?m {{ {links} {_of_kind(kind)} }}"
        total = _number(self._ask(f"SELECT (COUNT(*) AS ?c) {{ {{ {entries} }} }}")[0], "c")
        place = f"SELECT ?d ?r ?m {{ {{ {entries} }} {_after(after)} }} ORDER BY {_BY_NEIGHBOUR} {_BY_RELATION} ?d LIMIT {limit + 1}"
        stated: dict[Position, list[str]] = defaultdict(list)
        order = sorted((row["m"]["value"], row["r"]["value"], row["d"]["value"]) for row in self._ask(place))
        page = order[:limit]
        if page:
            near = _among("m", _terms(dict.fromkeys(position[0] for position in page)))
            for row in self._ask(f"SELECT ?d ?r ?m ?g {{ {near} {links} }}"):
                stated[row["m"]["value"], row["r"]["value"], row["d"]["value"]].append(row["g"]["value"])
        ways: dict[str, Direction] = {"in": "in", "out": "out"}
        edges = [_link(position[1], position[0], stated[position]).edge(iri, ways[position[2]]) for position in page]
        return NeighbourPage(
            neighbours=tuple(zip(self.summaries([position[0] for position in page]), edges, strict=True)),
            total=total,
            cursor=encode_cursor(page[-1]) if len(order) > limit else None,
        )

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        counts: dict[str, int] = {}
        for some in _batches(_terms(iris), _MANY):
            for row in self._ask(f"SELECT ?o (COUNT(*) AS ?c) {{ {_among('o', some)} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?o"):
                counts[row["o"]["value"]] = _number(row, "c")
        return counts

    def statistics(self) -> Statistics:
        """See GraphStore. Counted by the server; only nodes of several classes come here, to count each of them once."""
        quads, graphs, subjects = (
            _number(self._ask(f"SELECT (COUNT({what}) AS ?c) {{ GRAPH ?g {{ ?s ?p ?o }} }}", write=True)[0], "c")
            for what in ("*", "DISTINCT ?g", "DISTINCT ?s")
        )
        typed = f"GRAPH ?g {{ ?s <{TYPE}> ?t }} FILTER(isIRI(?t))"
        kinds: Counter[str] = Counter()
        for row in self._ask(f"SELECT ?t (COUNT(DISTINCT ?s) AS ?c) {{ {typed} }} GROUP BY ?t", write=True):
            kinds[local_name(row["t"]["value"])] += _number(row, "c")
        classes: dict[str, set[str]] = defaultdict(set)
        several = f"SELECT ?s {{ {typed} }} GROUP BY ?s HAVING (COUNT(DISTINCT ?t) > 1)"
        for row in self._ask(f"SELECT DISTINCT ?s ?t {{ {{ {several} }} {typed} }}", write=True):
            classes[row["s"]["value"]].add(row["t"]["value"])
        for found in classes.values():
            kinds.subtract(map(local_name, found))
            kinds[_kind(found)] += 1
        kinds["Thing"] += subjects - sum(kinds.values())
        return Statistics(quads=quads, graphs=graphs, kinds={kind: count for kind, count in sorted(kinds.items()) if count})

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable. A reader who may not see everything names the graphs it sees in each request: at most a few hundred."""
        query = check_query(sparql)
        media_type = choose_media_type(demand.accept, query.form)
        dataset = self._seen(query.dataset if demand.dataset is None else demand.dataset, demand.scope)
        if dataset is None:
            request = self._asking(query.text, self._union_url(query.text), accept=asked_for(query), seconds=demand.timeout)
        else:
            form = urlencode([("query", query.text), *_named(dataset)]).encode()
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
            self._change(f"DROP SILENT GRAPH {iri_term(_NOTHING)}")
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

    # --- requests ---

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
        self._wire.fetch(Request("POST", url, body, content_type, "*/*", seconds, patient=True, attempts=_WRITE_ATTEMPTS))

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
        plain = [graph for graph in graphs if not _DOTS.search(graph)]
        for some in _batches(plain, _GRAPHS):
            self._change(" ;\n".join(f"DROP SILENT GRAPH {iri_term(graph)}" for graph in some))
        if dotted := [graph for graph in graphs if _DOTS.search(graph)]:
            self._change(f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ {_among('g', _terms(dotted))} GRAPH ?g {{ ?s ?p ?o }} }}")

    def _seen(self, dataset: QueryDataset | None, scope: Scope) -> QueryDataset | None:
        """The dataset that a reader asks; None: all there is. Raises UnsupportedCapability where its graphs are too many to be named."""
        if scope.datasets is None:
            return dataset
        if dataset is not None:
            return dataset.within(scope)
        places = " || ".join(f"STRSTARTS(STR(?g), {literal_term(dataset_iri(name) + '/')})" for name in sorted(scope.datasets)) or "false"
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


class _View:
    """What is said of one node that its summary needs."""

    def __init__(self, iri: str) -> None:
        self._iri = iri
        self._classes: list[tuple[str, str]] = []
        self._names: dict[str, list[Literal]] = {}
        self._marked: set[str] = set()

    def add(self, row: Row) -> None:
        """One statement: ?p, ?v, ?g."""
        predicate, value, graph = row["p"]["value"], row["v"], row["g"]["value"]
        if value["type"] == "uri":
            if predicate == TYPE:
                self._classes.append((value["value"], graph))
        elif predicate in (PREF_LABEL, LABEL):
            self._names.setdefault(predicate, []).append(_literal(value))
        elif predicate == STUB and _literal(value).value == "true":
            self._marked.add(graph)

    def summary(self) -> NodeSummary:
        """The node's summary."""
        best = self._names.get(PREF_LABEL) or self._names.get(LABEL)
        stub = bool(self._marked) and all(graph in self._marked for _, graph in self._classes)
        return NodeSummary(self._iri, _kind(name for name, _ in self._classes), min(best).value if best else local_name(self._iri), stub)


class _Source:
    """What one expansion has read so far (a Foreseeing LinkSource): a hop's links and the kinds of what they lead to in one question.

    Few of the records that state a link are ever shown: they are counted by the server, and of several one is named.
    """

    def __init__(self, store: SparqlStore) -> None:
        self._store = store
        self._links: dict[tuple[str, Direction], dict[str, dict[str, Link]]] = {}
        self._classes: dict[str, set[str]] = {}
        self._kinds: dict[str, str] = {}
        self.evidence: Mapping[tuple[str, str, str], tuple[str, ...]] = {}

    def prepare(self, nodes: Sequence[str], steps: Sequence[Step]) -> None:
        """See Foreseeing."""
        if any(step.kind is not None for step in steps):
            self._read_classes(nodes)
        wanted: dict[tuple[Direction, frozenset[str] | None], list[str]] = defaultdict(list)
        ways: tuple[Direction, ...] = ("in", "out")
        for direction in ways:
            for node in nodes:
                self._links.setdefault((node, direction), {})  # a node may come again in a later hop
                relations: frozenset[str] | None = frozenset()
                for step in steps:
                    if step.direction == direction and step.kind in (None, self._kind(node)):
                        relations = None if relations is None or step.relations is None else relations | set(step.relations)
                if relations is None or relations - NOT_LINKS:
                    wanted[direction, None if relations is None else relations - NOT_LINKS].append(node)
        patterns = [
            f"{{ {_links(direction, _among('n', some), relations)} }}"
            for (direction, relations), found in wanted.items()
            for some in _batches(_terms(found), _MANY)
        ]
        if patterns:
            self._read_links(" UNION ".join(patterns))

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        """See LinkSource."""
        return {
            node: [
                link
                for relation, stated in self._links[node, direction].items()
                if relations is None or relation in relations
                for link in stated.values()
            ]
            for node in nodes
        }

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        """See LinkSource."""
        return {node: self._kind(node) for node in nodes}

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        """See LinkSource. These are the nodes of the picture, so meanwhile the evidence of the links between them is asked for."""
        with ThreadPoolExecutor(1) as aside:
            evidence = aside.submit(self._read_evidence, frozenset(iris))
            summaries = self._store.summaries(iris)
            self.evidence = evidence.result()
        return summaries

    def _kind(self, node: str) -> str:
        kind = self._kinds.get(node)
        if kind is None:
            kind = self._kinds[node] = _kind(self._classes.get(node, ()))
        return kind

    def _learn(self, node: str, row: Row) -> None:
        """Take the class that a row tells of a node, or that it tells none."""
        classes = self._classes.setdefault(node, set())
        if "t" in row:
            classes.add(row["t"]["value"])
            self._kinds.pop(node, None)

    def _read_evidence(self, nodes: AbstractSet[str]) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
        """Of links between these nodes that several records state, the first three of the records."""
        several = {
            (edge.source, edge.relation, edge.target)
            for (node, direction), relations in self._links.items()
            if node in nodes
            for stated in relations.values()
            for link in stated.values()
            if link.records > 1 and link.neighbour in nodes
            for edge in [link.edge(node, direction)]
        }
        evidence: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for some in _batches(sorted(several), _EDGES):
            branches = []
            for place, (source, relation, target) in enumerate(some):
                stated = _stated(source, relation, target)
                branches.append(f"{{ SELECT ({place} AS ?e) ?g {{ {stated} }} ORDER BY ?g LIMIT 3 }}")
            for row in self._store._ask(f"SELECT ?e ?g {{ {' UNION '.join(branches)} }}"):
                evidence[some[_number(row, "e")]].append(row["g"]["value"])
        return {edge: tuple(sorted(graphs)) for edge, graphs in evidence.items()}

    def _read_links(self, patterns: str) -> None:
        links = f"SELECT ?d ?n ?r ?m (COUNT(*) AS ?c) (SAMPLE(?g) AS ?f) {{ {patterns} }} GROUP BY ?d ?n ?r ?m"
        for row in self._store._ask(f"SELECT ?d ?n ?r ?m ?c ?f ?t {{ {{ {links} }} {_CLASSES} }}"):
            relation, neighbour = row["r"]["value"], row["m"]["value"]
            link = Link(relation, neighbour, _number(row, "c"), (row["f"]["value"],))
            self._links[row["n"]["value"], _direction(row)].setdefault(relation, {})[neighbour] = link
            self._learn(neighbour, row)

    def _read_classes(self, nodes: Sequence[str]) -> None:
        for some in _batches(_terms(node for node in nodes if node not in self._classes), _MANY):
            for row in self._store._ask(f"SELECT DISTINCT ?m ?t {{ {_among('m', some)} GRAPH ?h {{ ?m <{TYPE}> ?t }} FILTER(isIRI(?t)) }}"):
                self._learn(row["m"]["value"], row)


# --- query text ---


def _named(dataset: QueryDataset) -> list[tuple[str, str]]:
    """The fields of a request that reads a dataset; one of no graphs is named by a graph that never is."""
    default = [("default-graph-uri", graph) for graph in dataset.default]
    return default + [("named-graph-uri", graph) for graph in dataset.named] or [("default-graph-uri", _NOTHING)]


def _terms(iris: Iterable[str]) -> list[str]:
    """Those that are IRIs, once each; what is none names nothing in a store."""
    return [iri for iri in dict.fromkeys(iris) if safe_iri(iri) == iri]


def _among(variable: str, iris: Iterable[str]) -> str:
    """A pattern that binds a variable to each of the IRIs."""
    plain: list[str] = []
    dotted: list[str] = []
    for iri in iris:
        (dotted if _DOTS.search(iri) else plain).append(iri)
    values = f"VALUES ?{variable} {{ {' '.join(map(iri_term, plain))} }}"
    if not dotted:
        return values
    texts = ", ".join(map(literal_term, dotted))
    places = " UNION ".join(
        f"{{ GRAPH {graph} {{ {triple} }} }}" for graph, triple in (("?x", "?i ?y ?z"), ("?x", "?y ?z ?i"), ("?i", "?x ?y ?z"))
    )
    found = f"{{ SELECT DISTINCT (?i AS ?{variable}) {{ {places} FILTER(STR(?i) IN ({texts}) && isIRI(?i)) }} }}"
    return f"{{ {{ {values} }} UNION {found} }}"


def _links(direction: Direction, nodes: str, relations: Iterable[str] | None) -> str:
    """A pattern of the links of ?n: ?d, ?r, ?m and the ?g that states each."""
    which = _IS_LINK if relations is None else _among("r", _terms(sorted(relations)))
    triple = "?n ?r ?m" if direction == "out" else "?m ?r ?n"
    return f'{nodes} {which} GRAPH ?g {{ {triple} }} FILTER(isIRI(?m)) BIND("{direction}" AS ?d)'


def _stated(source: str, relation: str, target: str) -> str:
    """A pattern of the ?g that state one triple: the terms themselves where they can be written, which a server plans faster."""
    if any(map(_DOTS.search, map(iri_term, (source, relation, target)))):
        return f"{_among('n', [source])} {_among('r', [relation])} {_among('m', [target])} GRAPH ?g {{ ?n ?r ?m }}"
    return f"GRAPH ?g {{ {iri_term(source)} {iri_term(relation)} {iri_term(target)} }}"


def _all_links(iri: str, relation: str | None, direction: Direction | None) -> list[str]:
    """Patterns of the links of one node in each direction (or the one asked for)."""
    ways: tuple[Direction, ...] = ("in", "out")
    if not _terms([iri]) or relation in NOT_LINKS:
        return []
    return [_links(way, _among("n", [iri]), None if relation is None else [relation]) for way in ways if direction in (None, way)]


def _of_kind(kind: str | None) -> str:
    """A pattern that keeps the ?m of one kind."""
    if kind is None:
        return ""
    name = literal_term(kind)
    known = f"GRAPH ?h {{ ?m <{TYPE}> ?t }} FILTER(isIRI(?t)"
    of_kind = f"(EXISTS {{ {known} && {_LOCAL_NAME} = {name}) }} && NOT EXISTS {{ {known} && {_LOCAL_NAME} < {name}) }})"
    return f"FILTER({of_kind}{f' || NOT EXISTS {{ {known}) }}' if kind == 'Thing' else ''})"


def _after(position: Position | None) -> str:
    """A filter that keeps what comes after a page."""
    if position is None:
        return ""
    neighbour, relation, direction = (literal_term(re.sub(f"({_HIGH})", "\ud7ff\\1", text)) for text in position)
    same_neighbour = f"{_BY_RELATION} > {relation} || ({_BY_RELATION} = {relation} && ?d > {direction})"
    return f"FILTER({_BY_NEIGHBOUR} > {neighbour} || ({_BY_NEIGHBOUR} = {neighbour} && ({same_neighbour})))"


def _graph_text(graph: str, statements: Iterable[str]) -> str:
    return f"GRAPH {iri_term(graph)} {{\n" + "\n".join(statements) + "\n}"


def _updates(graphs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """What graphs say in texts for INSERT DATA; a graph that says much is divided."""
    texts: list[str] = []
    size = 0
    for graph, statements in graphs.items():
        rest = iter(statements)
        while some := list(islice(rest, _MANY)):
            texts.append(_graph_text(graph, some))
            size += len(texts[-1])
            if size >= _UPDATE_CHARACTERS:
                yield texts
                texts, size = [], 0
    if texts:
        yield texts


def _batches_of(graphs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Names of whole graphs whose texts fit into one update."""
    batch: list[str] = []
    size = 0
    for graph, statements in graphs.items():
        batch.append(graph)
        size += sum(map(len, statements))
        if size >= _UPDATE_CHARACTERS or len(batch) >= _GRAPHS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# --- answers ---


def _text(row: Row, name: str) -> str:
    return row[name]["value"] if name in row else ""


def _number(row: Row, name: str) -> int:
    return int(row[name]["value"])


def _direction(row: Row) -> Direction:
    return "in" if row["d"]["value"] == "in" else "out"


def _kind(classes: Iterable[str]) -> str:
    return min(map(local_name, classes), default="Thing")


def _link(relation: str, neighbour: str, graphs: Sequence[str]) -> Link:
    return Link(relation, neighbour, len(graphs), tuple(sorted(graphs)[:3]))


def _literal(term: Mapping[str, str]) -> Literal:
    language, datatype = term.get("xml:lang"), term.get("datatype")
    if language:
        return Literal(term["value"], language=language.lower())
    if datatype is None or datatype == XSD + "string":
        return Literal(term["value"])
    return Literal(*canonical_literal(term["value"], datatype))


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _endpoints(address: str) -> tuple[str, str, str, str]:
    """The address for people, and the URLs of queries, of updates and of the graph store ('' for none). Raises ValueError."""
    parts = urlsplit(address.removeprefix("sparql+"))
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := set(given) - {"query", "update", "data"}:
        raise ValueError(f"an address of a SPARQL server may name query, update and data, not {min(unknown)}")
    urls = [urljoin(f"{base}/", given.get(name, name)) if given.get(name, name) else "" for name in ("query", "update", "data")]
    if any(url and urlsplit(url)[:2] != urlsplit(base)[:2] for url in urls):
        raise ValueError("the query, update and data addresses of a SPARQL server are on the host of its address")
    query, update, data = urls
    return f"sparql+{base}", query, update, data
