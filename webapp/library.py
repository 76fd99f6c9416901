"""What the web needs from the outside: the published generation, and what ingest has done. `commissure.assemble` supplies both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cohorts.study import Cohorts
from cohorts.together import Together
from graph.scope import Scope
from graph.store import GraphReader
from labels.model import Labels
from search.model import DocumentSummary, FacetPage, Listing, SearchRequest, SearchResult
from search.protocols import Catalog
from search.ranking.similar import Similar
from search.reading.texts import ReadText


class Searcher(Protocol):
    """Answers search requests (search.retriever.Retriever)."""

    def search(self, request: SearchRequest) -> SearchResult:
        """One joined answer."""
        ...

    def listed(self, request: SearchRequest) -> Listing:
        """All hits of a question, without their neighbourhood; its limit and offset do not count."""
        ...

    def facet(self, request: SearchRequest, name: str, beginning: str = "", limit: int = 100, offset: int = 0) -> FacetPage:
        """Some of all values of a facet beside a question, those that begin so; its limit and offset do not count."""
        ...

    def copies(self, document: str) -> tuple[DocumentSummary, ...]:
        """The other documents of its patient that have the same text, newest first; none for a document that is not held."""
        ...


class TextReader(Protocol):
    """Reads texts by what is published (search.reading.texts.Texts)."""

    def read(self, text: str, datasets: Sequence[str] = ()) -> tuple[ReadText, ...]:
        """What a text mentions, by the names of these datasets (all, where none is given) and by terminologies."""
        ...


class LikenessFinder(Protocol):
    """Finds what is similar (search.ranking.similar.Likenesses)."""

    def documents(self, document: str, limit: int = 10) -> tuple[Similar, ...]:
        """Notes of other patients that are like a note, most alike first; none for one that is not held."""
        ...

    def patients(self, patient: str, limit: int = 10) -> tuple[Similar, ...]:
        """Patients that are like a patient, most alike first; none for one that is not held."""
        ...


class Snapshot(Protocol):
    """One opened generation. Immutable: a request takes it once and uses it to its end."""

    @property
    def generation(self) -> int:
        """Its number."""
        ...

    @property
    def published(self) -> str:
        """When it was published (ISO 8601, UTC)."""
        ...

    @property
    def catalog(self) -> Catalog:
        """Documents, facts, patients, concepts."""
        ...

    @property
    def retriever(self) -> Searcher:
        """The search."""
        ...

    @property
    def graph(self) -> GraphReader | None:
        """The graph; None while the store cannot be reached."""
        ...

    @property
    def labels(self) -> Labels:
        """Labeled data: classes, items, reports."""
        ...

    @property
    def texts(self) -> TextReader:
        """What reads texts that are not held."""
        ...

    @property
    def likenesses(self) -> LikenessFinder:
        """What finds similar notes and patients."""
        ...

    @property
    def cohorts(self) -> Cohorts:
        """What counts patients by definitions."""
        ...

    @property
    def together(self) -> Together:
        """What is found together among its patients."""
        ...

    def within(self, scope: Scope) -> "Snapshot":
        """The generation as a reader of some datasets sees it: as if nothing else had been ingested.

        The first time a scope is asked for, its index is made. Raises UnsupportedCapability where the graph store knows no scopes.
        """
        ...


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """A dataset as the ledger knows it. `unresolved_references` counts references to records the dataset does not hold."""

    dataset: str
    records: int
    kinds: Mapping[str, int]
    quads: int
    unresolved_references: int
    last_run: str | None
    updated: str | None


@dataclass(frozen=True, slots=True)
class TerminologyStatus:
    """A terminology that texts are read with. `version` is the release that its files name ('' where they name none).

    `edition` counts how often it was added; `rejected` are rows of its files that could not be taken, `bytes` its size on disk.
    """

    name: str
    format: str
    version: str
    edition: int
    added: str
    licence: str
    systems: tuple[str, ...]
    concepts: int
    names: int
    links: int
    """Pairs of a concept and one above it."""
    mappings: int
    """Pairs of concepts of two code systems."""
    rejected: int
    bytes: int
    outdated: bool = False
    """Whether an earlier version compiled it, so that it misses names until the next ingest compiles it anew."""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One ingest run.

    `state` is running, finished, failed or interrupted; `records` has read, added, changed, unchanged, removed, rejected.
    """

    run: str
    dataset: str
    state: str
    step: str
    started: str
    finished: str | None
    sources: tuple[str, ...]
    records: Mapping[str, int]
    quads: int
    documents: int
    rejects: Mapping[str, int]
    """Reject code → count."""
    warnings: Mapping[str, int]
    skipped: Mapping[str, int]
    unchanged: Mapping[str, int]
    """Run that took in the same before → count; 'older' → those of a version older than what is held."""
    rejected_again: Mapping[str, int]
    """Run that refused the same before → count."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One issue of a run."""

    severity: str
    code: str
    reason: str
    source: str
    line: int
    record: str
    field: str


@dataclass(frozen=True, slots=True)
class RecordSource:
    """A record as it came in: its JSON text, where it came from and which run took it in."""

    record: str
    kind: str
    raw: str
    source: str
    """Its path within what was ingested of the dataset."""
    line: int
    run: str


@dataclass(frozen=True, slots=True)
class LoadStatus:
    """A load of the loader. `state` is Neptune's word; `runs` counts starts, `retries` those that nobody asked for."""

    load: str
    source: str
    state: str
    submitted: str
    started: str | None
    finished: str | None
    runs: int
    retries: int
    run: str
    message: str
    files: int
    records: int
    duplicates: int
    """Records that were there already, unchanged."""
    unreadable: int
    """Lines and files that held no readable record."""
    invalid: int
    """Records that were read and refused."""


class LoadNotTaken(Exception):
    """The loader does not take a request; `code` is Neptune's word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LoaderUnavailable(Exception):
    """The loader cannot work: its data folder cannot be written."""


class Loader(Protocol):
    """Loads data on request, one load at a time. Everything raises LoaderUnavailable where it cannot write."""

    def submit(
        self,
        *,
        source: str,
        format: str,
        dataset: str,
        mode: str,
        fail_on_error: bool,
        parallelism: str,
        queue: bool,
        dependencies: tuple[str, ...],
        follow_refs: str,
        taxonomy: str,
    ) -> str:
        """Take a load; its id. Raises LoadNotTaken."""
        ...

    def ids(self, limit: int, *, queued: bool) -> tuple[str, ...]:
        """Ids of loads, newest first; without `queued` only those that have started."""
        ...

    def status(self, load: str) -> LoadStatus | None:
        """One load."""
        ...

    def errors(self, load: str, limit: int, offset: int) -> tuple[RejectedLine, ...]:
        """What the latest run of a load rejected, in source order."""
        ...

    def cancel(self, load: str) -> bool:
        """Have a load end; False for one that is not there."""
        ...


class Library(Protocol):
    """Everything the web reads."""

    def current(self) -> Snapshot:
        """The generation published now (opened once, reopened when a new one is published). Raises search.errors.NothingPublished."""
        ...

    def ended(self, generation: int) -> None:
        """A request that read this generation is over."""
        ...

    def datasets(self) -> tuple[DatasetStatus, ...]:
        """All datasets, by name."""
        ...

    def terminologies(self) -> tuple[TerminologyStatus, ...]:
        """The terminologies that texts are read with, by name."""
        ...

    def runs(self, limit: int = 50) -> tuple[RunStatus, ...]:
        """Runs, newest first."""
        ...

    def run(self, run: str) -> RunStatus | None:
        """One run."""
        ...

    def issues(
        self, run: str, *, severity: str | None = None, code: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[RejectedLine, ...]:
        """A run's rejects and warnings, in source order: all, those of one severity, those of one code."""
        ...

    def record(self, record: str) -> RecordSource | None:
        """A record's source."""
        ...

    def kinds(self, dataset: str) -> dict[str, int] | None:
        """How many FHIR records of each kind a dataset holds; None for one that is not there."""
        ...

    def ndjson(self, dataset: str, kinds: tuple[str, ...]) -> Iterator[bytes]:
        """The FHIR records of these kinds (of all where none are named) as they came in, a line each."""
        ...

    @property
    def deidentified(self) -> "Library | None":
        """The de-identified copies of the datasets that have one; None where none has."""
        ...

    @property
    def loader(self) -> Loader | None:
        """The loader; None where loading by request is not set up."""
        ...
