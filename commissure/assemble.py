"""What the web reads, made out of the settings: the library of a data folder. Back ends are picked here and in workplace.py alone."""

import gc
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from limits import RateLimitItem

from cohorts.protection import Protection
from cohorts.study import Cohorts
from cohorts.together import Together
from commissure.errors import BadSetting
from commissure.media import places_of
from commissure.statuses import dataset_status, run_status
from commissure.workplace import tools, workspace
from graph.errors import StoreUnavailable
from graph.identifiers import parse_record_iri
from graph.scope import EVERYTHING, Scope
from graph.scratch import Scratch
from graph.store import GraphReader, GraphStore
from graph.stores.resting import RestingStore, resting
from ingest import bulk, history
from ingest.stored import StoredRecords, readable
from ingest.sums import damage_in, has_sums
from ingest.workspace import Workspace
from labels.library import GenerationLabels
from labels.records import RecordsWithin
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationOutdated, GenerationUnreadable, NothingPublished, SearchError
from search.generation import Generation, read_meta
from search.hits.join import CHART
from search.protocols import Embedder
from search.questions.listed import DatasetLists
from search.ranking.boosts import NO_BOOSTS, Boosts, boosts_of
from search.ranking.similar import Likenesses
from search.reading.texts import Texts
from search.retriever import Retriever
from search.scoped import write_within
from sources.errors import UnknownDataset
from webapp.library import DatasetStatus, RecordSource, RejectedLine, RunStatus, TerminologyStatus
from webapp.limiting import limits_of
from webapp.settings import LOOPBACK, WebSettings

if TYPE_CHECKING:
    from commissure.loading import DataLoader

_WARMED = 2000
"""Patients read ahead."""


def take_over(settings: dict[str, Any]) -> bool:
    """Make the published generation anew where an earlier version wrote it, with a word on standard error; whether that was so.

    Its records, graph and vectors are in the data folder already: nothing is read again from its source, and nothing is embedded again.
    """
    from ingest.pipeline import repair
    from ingest.progress import Silent

    folder = workspace(settings)
    number, _ = folder.published()
    if not number:
        return False
    try:
        read_meta(folder.generation_folder(number) / "search")
    except GenerationOutdated:
        sys.stderr.write(
            f"{folder.folder} was written by an earlier version and is taken over: its index is made anew from what it holds\n"
        )
        repair(folder, tools(settings), settings["workers"], Silent())
        return True
    except GenerationUnreadable:
        pass  # whoever opens it says what is wrong
    return False


def web_settings(settings: dict[str, Any]) -> WebSettings:
    """The web process's settings."""
    names = tuple(name.strip() for name in settings["allowed_hosts"].split(",") if name.strip())
    return WebSettings(
        allowed_hosts=(*LOOPBACK, *names),
        sparql=settings["sparql"],
        sparql_timeout=settings["sparql_timeout"],
        sparql_max_rows=settings["sparql_max_rows"],
        sparql_slots=sparql_slots(settings),
        sparql_origins=tuple(origin.strip().rstrip("/") for origin in settings["sparql_origins"].split(",") if origin.strip()),
        rate_limits=rate_limits_of(settings["rate_limit"]),
        raw_records=settings["raw_records"],
        max_body=settings["max_body"],
        loader_at_root=settings["loader_at_root"],
        access_header=settings["access_header"],
        access_groups_header=settings["access_groups_header"],
        access_proxies=tuple(place.strip() for place in settings["access_proxies"].split(",") if place.strip()),
        oidc_issuer=settings["oidc_issuer"],
        oidc_client=settings["oidc_client"],
        oidc_secret=settings["oidc_secret"],
        oidc_name=settings["oidc_name"],
        oidc_groups=settings["oidc_groups"],
        hsts=settings["hsts"],
        protection=protection_of(settings),
        history=settings["history"],
        trusted_proxies=settings["trusted_proxies"],
    )


def rate_limits_of(words: str) -> tuple[RateLimitItem, ...]:
    """How often somebody may ask. Raises BadSetting."""
    try:
        return limits_of(words)
    except ValueError as error:
        raise BadSetting(f"rate_limit: is a number of requests in a time, such as '300/minute; 10000/day', not {words!r}") from error


def boosts_from(words: str) -> Boosts:
    """What documents gain in ranking. Raises BadSetting."""
    try:
        return boosts_of(words)
    except ValueError as error:
        raise BadSetting(f"boosts: {error}") from error


def protection_of(settings: Mapping[str, Any]) -> Protection:
    """How numbers of patients are protected."""
    return Protection(settings["protect_below"], settings["protect_rounding"])


def sparql_slots(settings: Mapping[str, Any]) -> int:
    """Queries answered at a time: always some threads are left for everything else."""
    return max(1, min(int(settings.get("sparql_slots", 2)), int(settings.get("threads", 8)) - 2))


_READERS: Final = 4
"""Scopes whose indexes are kept."""


@dataclass(frozen=True, slots=True)
class OpenSnapshot:
    """One opened generation."""

    generation: int
    store: str
    published: str
    catalog: Any
    retriever: Retriever
    store_opened: GraphReader
    labels: GenerationLabels
    texts: Texts
    likenesses: Likenesses
    cohorts: Cohorts
    together: Together
    narrowed: Callable[["OpenSnapshot", Scope], "OpenSnapshot"]
    """Takes the snapshot itself: one that referred to itself would outlive its last user."""
    folder: Scratch | None = None
    """Of a reader's own index: removed when nothing refers to the snapshot any more."""

    def within(self, scope: Scope) -> "OpenSnapshot":
        """See Snapshot."""
        return self if scope == EVERYTHING else self.narrowed(self, scope)

    @property
    def graph(self) -> GraphReader | None:
        """The graph; None while a remote store rests because it failed a moment ago."""
        store = self.store_opened
        return None if isinstance(store, RestingStore) and store.rests else store


def _asked_aside(
    generation: Generation, embedder: Embedder | None, graph: GraphReader | None, scope: Scope = EVERYTHING
) -> tuple[Texts, Likenesses, Cohorts, Together]:
    """What is asked of a generation beside its search."""
    cohorts = Cohorts(generation, embedder, graph, scope)
    return Texts(generation.vocabularies), Likenesses(generation), cohorts, Together(generation, cohorts)


class DataLibrary:
    """The web's Library over a data folder. Picks up a new generation at the next request after it is published."""

    def __init__(
        self, workspace: Workspace, embedder: Embedder | None, settings: Mapping[str, Any] | None = None, *, warm: bool = False
    ) -> None:
        """`settings` say which graph store answers; without them it is the embedded one. `warm` reads ahead what questions will need."""
        self._workspace, self._embedder, self._settings, self._warms = workspace, embedder, settings, warm
        self._lists = DatasetLists(workspace.folder)
        self._boosts = boosts_from(settings.get("boosts", "")) if settings else NO_BOOSTS
        self._lock = threading.Lock()
        self._snapshot: OpenSnapshot | None = None
        self._remote: dict[str, GraphStore] = {}
        self._media = places_of(settings.get("media", "")) if settings else ()

    def current(self) -> OpenSnapshot:
        """The generation published now. A former one closes its files by itself as soon as nothing that was answered refers to it."""
        with readable():
            published = self._workspace.published()
        snapshot = self._snapshot
        if snapshot is not None and (snapshot.generation, snapshot.store) == published:
            return snapshot
        with self._lock:
            if self._snapshot is None or (self._snapshot.generation, self._snapshot.store) != published:
                replaced, self._snapshot = self._snapshot is not None, self._open(*published)
                del snapshot
                if replaced:
                    gc.collect()  # errors and their tracebacks refer to each other, and so to what a request had read
            return self._snapshot

    def ended(self, generation: int) -> None:
        """See Library."""
        current = self._snapshot
        if current is not None and current.generation != generation:
            gc.collect()

    def _open(self, number: int, store: str) -> OpenSnapshot:
        if not number:
            raise NothingPublished("nothing has been ingested yet: `commissure demo` loads the sample, `commissure ingest` your own data")
        folder = self._workspace.generation_folder(number)
        if has_sums(folder):
            for one in damage_in(folder, deep=False):
                raise GenerationUnreadable(f"{one}; `commissure verify --repair` makes it anew, and so does the next ingest")
        generation = Generation.open(folder / "search")
        graph = self._graph(folder / "graph", store)
        labels = GenerationLabels(generation, StoredRecords(self._workspace), self._media)
        retriever = Retriever(generation, graph, self._embedder, self._lists.of, self._boosts)
        readers: dict[Scope, OpenSnapshot] = {}

        def narrowed(whole: OpenSnapshot, scope: Scope) -> OpenSnapshot:
            with self._lock:
                if scope not in readers:
                    if len(readers) >= _READERS:
                        del readers[next(iter(readers))]
                    readers[scope] = self._narrowed(folder / "search", scope, whole)
                return readers[scope]

        texts, likenesses, cohorts, together = _asked_aside(generation, self._embedder, self._asked(graph))
        if self._warms:
            read = None if store else graph
            threading.Thread(target=_warm, args=(read, generation.catalog, cohorts), daemon=True, name="warm").start()
        parts = generation.catalog, retriever, graph, labels, texts, likenesses, cohorts, together
        return OpenSnapshot(number, store, generation.published, *parts, narrowed)

    def _narrowed(self, index: Path, scope: Scope, whole: OpenSnapshot) -> OpenSnapshot:
        """A generation as a reader of some datasets sees it, from an index of its own that ends with it."""
        graph = whole.store_opened.within(scope)
        work = self._workspace.reader_folder()
        write_within(index, work.path / "search", scope, EmbeddingCache(self._workspace.embeddings_path))
        generation = Generation.open(work.path / "search")
        labels = GenerationLabels(generation, RecordsWithin(StoredRecords(self._workspace), scope), self._media)
        retriever = Retriever(generation, graph, self._embedder, self._lists.of, self._boosts)

        def narrower(_: OpenSnapshot, further: Scope) -> OpenSnapshot:
            return whole.within(scope.narrowed(further))

        parts = (
            generation.catalog,
            retriever,
            graph,
            labels,
            *_asked_aside(generation, self._embedder, self._asked(graph), scope),
        )
        return OpenSnapshot(whole.generation, whole.store, whole.published, *parts, narrower, work)

    def _asked(self, graph: GraphReader) -> GraphReader | None:
        """The graph, where it may be asked in SPARQL."""
        return graph if self._settings is None or self._settings.get("sparql", True) else None

    def _graph(self, embedded: Path, published: str) -> GraphStore:
        """The store that answers: the one asked for, else the one that was published with."""
        from commissure.stores import open_store, serving_address

        address = serving_address(self._settings["store"], published) if self._settings else ""
        if not address:
            from graph.stores.oxigraph.store import OxigraphStore

            return OxigraphStore.open_read_only(embedded, queries=sparql_slots(self._settings or {}))
        if address not in self._remote:
            self._remote[address] = resting(open_store(address, self._settings or {}))
        return self._remote[address]

    @cached_property
    def _copies(self) -> "DataLibrary":
        own = {**self._settings, "store": "", "loader_sources": "", "media": ""} if self._settings else None
        return DataLibrary(self._workspace.deidentified, self._embedder, own)

    @property
    def deidentified(self) -> "DataLibrary | None":
        """See Library."""
        return self._copies if self._workspace.deidentified.current() else None

    @cached_property
    def loader(self) -> "DataLoader | None":
        """The loader of the data folder; None where no place is set to load from."""
        from commissure.loading import DataLoader, queue

        loads = queue(self._settings) if self._settings else None
        return DataLoader(loads, self._workspace) if loads else None

    def datasets(self) -> tuple[DatasetStatus, ...]:
        """All datasets, by name."""
        with readable(), self._workspace.reading() as ledger:
            return tuple(dataset_status(ledger, name) for name in ledger.datasets()) if ledger else ()

    def terminologies(self) -> tuple[TerminologyStatus, ...]:
        """The terminologies, by name."""
        return tuple(
            TerminologyStatus(**{each.name: getattr(about, each.name) for each in fields(TerminologyStatus)})
            for about in self._workspace.terminologies.held()
        )

    def runs(self, limit: int = 50) -> tuple[RunStatus, ...]:
        """Runs, newest first."""
        with readable(), self._workspace.reading() as ledger:
            return tuple(run_status(run) for run in history.latest(ledger, limit)) if ledger else ()

    def run(self, run: str) -> RunStatus | None:
        """One run."""
        with readable(), self._workspace.reading() as ledger:
            found = history.find(ledger, run) if ledger else None
        return run_status(found) if found else None

    def issues(
        self, run: str, *, severity: str | None = None, code: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[RejectedLine, ...]:
        """A run's rejects and warnings, in source order: all, those of one severity, those of one code."""
        found = []
        for issue in self._workspace.issues(run):
            if severity in (None, issue["severity"]) and code in (None, issue["code"]):
                if offset:
                    offset -= 1
                    continue
                found.append(RejectedLine(**issue))
                if len(found) == limit:
                    break
        return tuple(found)

    def kinds(self, dataset: str) -> dict[str, int] | None:
        """How many FHIR records of each kind a dataset holds; None for one that is not there."""
        try:
            with readable():
                return bulk.kinds(dataset, self._workspace)
        except UnknownDataset:
            return None

    def ndjson(self, dataset: str, kinds: tuple[str, ...]) -> Iterator[bytes]:
        """The FHIR records of these kinds as they came in, a line each."""
        return bulk.ndjson(dataset, self._workspace, kinds)

    def record(self, record: str) -> RecordSource | None:
        """A record's source."""
        iri = record.partition("#")[0]
        key = parse_record_iri(iri)
        if key is None:
            return None
        with readable(), self._workspace.reading() as ledger:
            place = ledger.find_record(*key) if ledger else None
        found = StoredRecords(self._workspace).found((iri,)).get(iri) if place is not None else None
        if place is None or found is None:
            return None
        source = self._source_of(key[0], found.source)
        return RecordSource(iri, key[1], found.raw.decode("utf-8", "replace"), source, found.line, place.run)

    def _source_of(self, dataset: str, source: str) -> str:
        """The path of a source within what was ingested of its dataset; its name alone while no generation can be read."""
        try:
            relative: str = self.current().catalog.relative_source(dataset, source)
            return relative
        except SearchError:
            return source.rpartition("/")[2]


_WARMING: Final = threading.Lock()
"""One generation is warmed at a time, however quickly others follow."""


def _warm(graph: GraphStore | None, catalog: Any, cohorts: Cohorts) -> None:
    """Do ahead of the first question what it would wait for: read the patients of the graph, and make the events that cohorts count in."""
    with _WARMING:
        if graph is not None:
            _read_patients(graph, catalog)
        with suppress(GenerationUnreadable, sqlite3.Error, OSError):  # closed meanwhile, or told where a question is asked
            cohorts.prepare()


def _read_patients(graph: GraphStore, catalog: Any) -> None:
    """Read the patients once: they have the most links by far, and reading thousands of them would hold up the first question on each."""
    if prepare := getattr(graph, "prepare_queries", None):
        with suppress(StoreUnavailable):
            prepare()  # a folder of a former version is taken over ahead of the first query
    with suppress(StoreUnavailable, sqlite3.Error, OSError):  # closed meanwhile: a newer generation is shown
        for patient in catalog.patients(limit=_WARMED):
            graph.neighbourhood((patient.id,), ((CHART,),))
            time.sleep(0.002)
