"""The library as a reader of some datasets sees it: runs, records and the generation of those datasets, and no word of others."""

from collections.abc import Iterator

from graph.identifiers import dataset_iri
from graph.scope import EVERYTHING, Scope
from search.errors import NothingPublished
from webapp.library import DatasetStatus, Library, Loader, RecordSource, RejectedLine, RunStatus, Snapshot, TerminologyStatus


def library_within(library: Library, scope: Scope) -> Library:
    """The library itself where everything may be seen."""
    return library if scope == EVERYTHING else _Within(library, scope)


class Closed:
    """A Library for requests that nobody let in: it holds nothing."""

    loader = None
    deidentified = None

    def current(self) -> Snapshot:
        """See Library."""
        raise NothingPublished("nothing may be seen")

    def ended(self, generation: int) -> None:
        """See Library."""

    def datasets(self) -> tuple[DatasetStatus, ...]:
        """See Library."""
        return ()

    def terminologies(self) -> tuple[TerminologyStatus, ...]:
        """See Library."""
        return ()

    def runs(self, limit: int = 50) -> tuple[RunStatus, ...]:
        """See Library."""
        return ()

    def run(self, run: str) -> RunStatus | None:
        """See Library."""
        return None

    def issues(
        self, run: str, *, severity: str | None = None, code: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[RejectedLine, ...]:
        """See Library."""
        return ()

    def record(self, record: str) -> RecordSource | None:
        """See Library."""
        return None

    def kinds(self, dataset: str) -> dict[str, int] | None:
        """See Library."""
        return None

    def ndjson(self, dataset: str, kinds: tuple[str, ...]) -> Iterator[bytes]:
        """See Library."""
        return iter(())


class _Within:
    """A Library. Loads are not of a dataset before they have run, so a reader of some datasets sees no loader."""

    def __init__(self, library: Library, scope: Scope) -> None:
        self._library, self._scope = library, scope

    def current(self) -> Snapshot:
        """See Library."""
        return self._library.current().within(self._scope)

    def ended(self, generation: int) -> None:
        """See Library."""
        self._library.ended(generation)

    def datasets(self) -> tuple[DatasetStatus, ...]:
        """See Library."""
        return tuple(one for one in self._library.datasets() if self._sees(one.dataset))

    def terminologies(self) -> tuple[TerminologyStatus, ...]:
        """See Library. They say nothing of any dataset."""
        return self._library.terminologies()

    def runs(self, limit: int = 50) -> tuple[RunStatus, ...]:
        """See Library."""
        asked = limit
        while True:
            runs = self._library.runs(asked)
            seen = [run for run in runs if self._sees(run.dataset)]
            if len(seen) >= limit or len(runs) < asked:
                return tuple(seen[:limit])
            asked *= 4

    def run(self, run: str) -> RunStatus | None:
        """See Library."""
        found = self._library.run(run)
        return found if found is not None and self._sees(found.dataset) else None

    def issues(
        self, run: str, *, severity: str | None = None, code: str | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[RejectedLine, ...]:
        """See Library."""
        if self.run(run) is None:
            return ()
        return self._library.issues(run, severity=severity, code=code, limit=limit, offset=offset)

    def record(self, record: str) -> RecordSource | None:
        """See Library."""
        return self._library.record(record) if self._scope.admits(record) else None

    def kinds(self, dataset: str) -> dict[str, int] | None:
        """See Library."""
        return self._library.kinds(dataset) if self._sees(dataset) else None

    def ndjson(self, dataset: str, kinds: tuple[str, ...]) -> Iterator[bytes]:
        """See Library."""
        return self._library.ndjson(dataset, kinds) if self._sees(dataset) else iter(())

    @property
    def deidentified(self) -> Library | None:
        """See Library."""
        copies = self._library.deidentified
        return copies and library_within(copies, self._scope)

    @property
    def loader(self) -> Loader | None:
        """See Library."""
        return None

    def _sees(self, dataset: str) -> bool:
        return self._scope.admits(dataset_iri(dataset))
