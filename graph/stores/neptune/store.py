"""Amazon Neptune as a graph store, by SPARQL or by Gremlin: requests signed by IAM, large loads through the bulk loader.

The address is neptune://CLUSTER:8182?language=sparql|gremlin; see docs/stores/neptune.md for its other parameters and the rights.
Reads and small changes are the SPARQL or the Gremlin back end's. A large load is staged in S3 and loaded by Neptune itself.
"""

import ipaddress
import logging
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from graph.errors import GraphError, StoreRefused, StoreTimeout, StoreUnavailable, UnsupportedCapability
from graph.identifiers import iri_term
from graph.model import Direction, NeighbourCount, Neighbourhood, NeighbourPage, Node, NodeSummary, QueryResult, Statistics, Step
from graph.property_graph import RECORD, read_quads
from graph.scope import EVERYTHING, Scope
from graph.sparql import Demand
from graph.store import GraphReader
from graph.stores.gremlin.dialects import NEPTUNE
from graph.stores.gremlin.elements import injected
from graph.stores.gremlin.graphbinary import Encoded, encode_long
from graph.stores.gremlin.store import GremlinStore
from graph.stores.neptune.loader_client import Aws, BulkLoader
from graph.stores.neptune.loader_model import LoaderSettings, LoadRequest
from graph.stores.neptune.loader_staging import Language, Staging
from graph.stores.neptune.signing import Signer, new_session
from graph.stores.sparql.parts import statement
from graph.stores.sparql.store import SparqlStore

log = logging.getLogger(__name__)
T = TypeVar("T")

_GRAPHS: Final = 500
"""Named graphs in one question."""
_ATTEMPTS: Final = 4
_REGION: Final = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.neptune\.amazonaws\.com(?:\.cn)?$")


@dataclass(frozen=True, slots=True)
class NeptuneAddress:
    """Where a cluster is, and how it is spoken to."""

    host: str
    port: int
    language: Language
    region: str
    iam: bool = True
    plain: bool = False

    @classmethod
    def parse(cls, address: str) -> "NeptuneAddress":
        """From neptune://host:port?language=…. Raises GraphError, which says what is wrong."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port or 8182
            given = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        except ValueError as error:
            raise _wrong("it is no address") from error
        if parts.scheme != "neptune" or not host or parts.path not in ("", "/") or parts.username or parts.password:
            raise _wrong("it is no address")
        language, iam, plain = given.pop("language", ""), given.pop("iam", "true"), given.pop("plain", "false")
        found = _REGION.search(host)
        region = given.pop("region", found[1] if found else "")
        if given:
            raise _wrong(f"there is no parameter {sorted(given)[0]}")
        if language not in ("sparql", "gremlin"):
            raise _wrong("language is sparql or gremlin: Neptune keeps their data apart")
        if {iam, plain} - {"true", "false"}:
            raise _wrong("iam and plain are true or false")
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
            raise _wrong("give the cluster's region, such as region=eu-west-1")
        if plain == "true" and not _is_loopback(host):
            raise _wrong("plain=true, which leaves TLS out, is for a stand-in on this machine only")
        return cls(host, port, cast(Language, language), region, iam == "true", plain == "true")

    def url(self, scheme: str, path: str) -> str:
        """An endpoint: scheme `http` or `ws`, with TLS unless plain."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}{'' if self.plain else 's'}://{host}:{self.port}{path}"

    def __str__(self) -> str:
        return f"neptune://{self.host}:{self.port}?language={self.language}"


class NeptuneStore:
    """A GraphStore on a Neptune cluster. Any number of threads may use it; loads take turns."""

    def __init__(
        self, address: str, *, timeout: float = 20.0, loader: LoaderSettings | None = None, session: Callable[[], Any] = new_session
    ) -> None:
        """Nothing is asked of the cluster yet. Without `loader`, all changes go by SPARQL Update or Gremlin.

        `session` makes a botocore session; it is asked again after the cluster refused the credentials. Raises GraphError for an
        address or a staging place that is none.
        """
        self._address = NeptuneAddress.parse(address)
        self.address = str(self._address)
        self._signer = Signer(self._address.region, session)
        self._aws = Aws(self._signer, f"AWS, for {self.address}")
        self._settings = loader
        self._staging = Staging(self._aws, loader.staging, self._address.language) if loader else None
        self._loader = BulkLoader(self._aws, self._address.url("http", ""), loader, self._address.iam) if loader else None
        self._store: SparqlStore | GremlinStore
        if self._address.language == "sparql":
            self._store = SparqlStore(
                self._address.url("http", "/sparql?query=/sparql&update=/sparql&data="),
                timeout=timeout,
                authenticate=self._signer if self._address.iam else None,
                form=True,
                quads=False,
            )
        else:
            headers = self._handshake if self._address.iam else None
            self._store = GremlinStore(self._address.url("ws", "/gremlin"), timeout=timeout, dialect=NEPTUNE, headers=headers)

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore. Raises LoadFailed, with all the loader said, where the bulk loader could not load everything."""
        parts = list(parts)
        return self._written(lambda: self._store.load(parts)) if self._is_small(parts) else self._load_in_bulk(parts)

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore. Graphs that are new to the store may go through the bulk loader, which only adds."""
        parts = list(parts)
        if self._is_small(parts):
            return self._written(lambda: self._store.replace(parts))
        existing = self._existing(_graphs(parts))
        if not existing:
            return self._load_in_bulk(parts)
        with tempfile.TemporaryDirectory(prefix="commissure-replace-") as name:
            new, changed = Path(name) / "new.nq", Path(name) / "changed.nq"
            with new.open("w", encoding="utf-8") as news, changed.open("w", encoding="utf-8") as changes:
                for part in parts:
                    for quad in read_quads(part):
                        (changes if quad[3] in existing else news).write(f"{statement(quad)[:-1]}{iri_term(quad[3])} .\n")
            return self.load([new]) + self._written(lambda: self._store.replace([changed]))

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        gone = list(graphs)
        return self._written(lambda: self._store.remove(gone))

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        return self._asked(lambda: self._store.node(iri))

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        wanted = list(iris)
        return self._asked(lambda: self._store.summaries(wanted))

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore."""
        return self._asked(lambda: self._store.neighbourhood(seeds, hops, prefer))

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        return self._asked(lambda: self._store.neighbour_counts(iri))

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
        return self._asked(
            lambda: self._store.neighbours(iri, relation=relation, direction=direction, kind=kind, limit=limit, cursor=cursor)
        )

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        wanted = list(iris)
        return self._asked(lambda: self._store.references(wanted))

    def statistics(self) -> Statistics:
        """See GraphStore."""
        return self._asked(self._store.statistics)

    def within(self, scope: Scope) -> GraphReader:
        """See GraphStore, and the store of the cluster's language."""
        if scope == EVERYTHING:
            return self
        seen = copy(self)
        seen._store = cast(GremlinStore, self._store.within(scope))  # only read through what is handed out
        return seen

    def close(self) -> None:
        """See GraphStore."""
        self._store.close()

    def inspect(self) -> Iterator[tuple[str, bool, str]]:
        """See Inspectable: the engine, the instance's role, this process's rights, and the loader with its staging place."""
        data = self._aws.client("neptunedata", self._address.url("http", ""), self._address.iam)
        status = self._aws.call(data.get_engine_status)
        version = str(status.get("dbEngineVersion", ""))
        yield "engine", _at_least(version, (1, 3, 2)), f"Neptune {version}; 1.3.2.0 or newer is what the Gremlin driver speaks to"
        writer = status.get("role") == "writer"
        yield "role", writer, "a writer" if writer else "a reader, which takes no changes: give the cluster endpoint to load"
        yield (
            "signing",
            self._address.iam,
            "requests are signed" if self._address.iam else "iam=false: all who reach it may change it",
        )
        self._asked(lambda: self._store.node("urn:commissure:nothing"))
        yield "reading", True, f"queries by {self._address.language} are answered"
        if self._staging is None or self._loader is None:
            yield "loader", False, "no staging and loader_role are set: large loads go statement by statement"
            return
        for what, check in (("loader", self._loader.jobs), ("staging", self._staging.check)):
            try:
                check()
                yield what, True, "can be used"
            except GraphError as error:
                yield what, False, str(error)

    def cancel_loads(self) -> int:
        """Cancel every bulk load that has not ended, whoever began it; how many."""
        if self._loader is None:
            return 0
        going = [load for load in self._loader.jobs() if not self._loader.status(load).ended]
        for load in going:
            self._loader.cancel(load)
        return len(going)

    def _is_small(self, parts: Sequence[Path]) -> bool:
        if self._settings is None:
            return True
        most = self._settings.small
        return sum(1 for _ in islice(chain.from_iterable(map(read_quads, parts)), most + 1)) <= most

    def _load_in_bulk(self, parts: Sequence[Path]) -> int:
        staging, loader, settings = self._staging, self._loader, self._settings
        if staging is None or loader is None or settings is None:
            raise UnsupportedCapability("no staging place is set for bulk loads")
        try:
            staged = staging.stage(parts)
        except UnsupportedCapability as error:
            log.info("loading without the bulk loader: %s", error)
            return self._written(lambda: self._store.load(parts))
        shape = LoadRequest(
            "",
            "nquads" if self._address.language == "sparql" else "csv",
            mode=settings.mode,
            fail_on_error=settings.fail_on_error,
            parallelism=settings.parallelism,
        )
        loader.run([replace(shape, source=source) for source in staged.sources], staged.parts, former=staged.former)
        staging.discard(staged)
        return staged.quads

    def _existing(self, graphs: Iterable[str]) -> set[str]:
        """Those of these named graphs that the store holds."""
        wanted = iter(graphs)
        found: set[str] = set()
        while some := list(islice(wanted, _GRAPHS)):
            found.update(self._asked(lambda some=some: self._existing_of(some)))  # type: ignore[misc]
        return found

    def _existing_of(self, graphs: Sequence[str]) -> set[str]:
        if isinstance(self._store, SparqlStore):
            import json

            names = " ".join(map(iri_term, graphs))
            query = f"SELECT ?g {{ VALUES ?g {{ {names} }} FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
            answer = self._store.query(query, Demand(timeout=60.0, max_rows=len(graphs)))
            return {row["g"]["value"] for row in json.loads(answer.body)["results"]["bindings"]}
        from gremlin_python.process.graph_traversal import __
        from gremlin_python.process.traversal import P

        within = P("within", list(graphs))
        stated = __.V().has(RECORD, within).values(RECORD), __.E().has(RECORD, within).values(RECORD)
        found = self._store.write(injected([Encoded(encode_long(0))]).union(*stated).dedup())
        return set(found).intersection(graphs)

    def _handshake(self) -> dict[str, str]:
        """The signed headers of a new web socket."""
        return self._signer("GET", self._address.url("http", "/gremlin"), {}, b"")

    def _asked(self, work: Callable[[], T]) -> T:
        """What `work` gives; once more with new credentials where they were refused."""
        try:
            return work()
        except StoreRefused:
            if not self._address.iam:
                raise
        self._signer.renew()
        try:
            return work()
        except StoreRefused as error:
            raise StoreRefused(
                f"the cluster at {self.address} refuses us: check that the role of this process has the neptune-db rights, that the "
                f"region is {self._address.region}, and this machine's clock"
            ) from error

    def _written(self, work: Callable[[], T]) -> T:
        """What a change gives, tried again where the cluster was too busy, or two writers met. Every change may be sent again."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._asked(work)
            except (StoreRefused, StoreTimeout):
                raise
            except StoreUnavailable as error:
                log.info("trying a change again: %s", error)
            time.sleep(0.2 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
        return self._asked(work)


class NeptuneSparqlStore(NeptuneStore):
    """A Neptune cluster that also answers pass-through SPARQL."""

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable."""
        store = cast(SparqlStore, self._store)
        return self._asked(lambda: store.query(sparql, demand))


def open_neptune(
    address: str, *, timeout: float = 20.0, loader: LoaderSettings | None = None, session: Callable[[], Any] = new_session
) -> NeptuneStore:
    """The store at a neptune:// address. Raises GraphError for an address that is none."""
    make = NeptuneSparqlStore if NeptuneAddress.parse(address).language == "sparql" else NeptuneStore
    return make(address, timeout=timeout, loader=loader, session=session)


def _graphs(parts: Iterable[Path]) -> Iterator[str]:
    """The named graphs of parts, in their order; one may come again, but not at once."""
    last = ""
    for part in parts:
        for *_, graph in read_quads(part):
            if graph != last:
                yield graph
                last = graph


def _wrong(reason: str) -> GraphError:
    return GraphError(f"store: {reason}; an address is neptune://CLUSTER:8182?language=sparql, or language=gremlin")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _at_least(version: str, wanted: tuple[int, ...]) -> bool:
    return tuple(int(piece) for piece in re.findall(r"\d+", version)) >= wanted
