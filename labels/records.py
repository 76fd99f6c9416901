"""The way back to what was ingested: what labeled data asks of whoever keeps the records."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from graph.identifiers import dataset_iri
from graph.scope import Scope
from sources.errors import UnknownDataset
from sources.model import SourceRecord

ITEM: Final = "Item"
"""Kind of records: a line of a manifest, or a file that is an item of its own."""
MANIFEST: Final = "Manifest"
"""Kind of records: what a manifest says of itself as a whole."""
RESPONSE: Final = "Response"
"""Kind of records: what workers answered for an object, or what a job made of that."""
ACTIVITY: Final = "Activity"
"""Kind of records: an event of the worker activity log."""


class Records(Protocol):
    """Records as they were ingested: only those that are represented, none that was rejected, skipped, replaced or deleted since.

    Methods that take a dataset raise sources.errors.UnknownDataset where nothing was ever ingested under the name; all raise
    RecordsUnreadable where what holds the records is damaged.
    """

    def found(self, iris: Iterable[str]) -> Mapping[str, SourceRecord]:
        """Records by IRI; those that are not there are left out."""
        ...

    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        """The records of a kind (of one source, where one is named) by source and line."""
        ...

    def sources(self, dataset: str, kind: str) -> Mapping[str, int]:
        """Where the records of a kind came from, sorted by address, and how many came from there."""
        ...

    def told(self, dataset: str, format_name: str) -> Mapping[str, str]:
        """What ingests of a format were told for the dataset, the latest value of each setting."""
        ...


class RecordsWithin:
    """Records of the datasets that may be seen; those of others are not there, nor are the datasets."""

    def __init__(self, records: Records, scope: Scope) -> None:
        self._records, self._scope = records, scope

    def found(self, iris: Iterable[str]) -> Mapping[str, SourceRecord]:
        """See Records."""
        return self._records.found(filter(self._scope.admits, iris))

    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        """See Records."""
        return self._records.of_kind(self._seen(dataset), kind, source)

    def sources(self, dataset: str, kind: str) -> Mapping[str, int]:
        """See Records."""
        return self._records.sources(self._seen(dataset), kind)

    def told(self, dataset: str, format_name: str) -> Mapping[str, str]:
        """See Records."""
        return self._records.told(self._seen(dataset), format_name)

    def _seen(self, dataset: str) -> str:
        if not self._scope.admits(dataset_iri(dataset)):
            raise UnknownDataset(dataset)
        return dataset
