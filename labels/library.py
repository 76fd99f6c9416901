"""The web's Labels over a generation and the data folder it was made from.

What is counted comes from the generation (search.labeled), what is shown of an item from its record (labels.items), the queue from
both (labels.review).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from labels.errors import LabelsRefused
from labels.groundtruth.model import LABELED
from labels.items import item_of
from labels.media import Media, Place
from labels.model import LabeledItem, MediaFile, Report, ReportName, Review, Selection
from labels.once import Once
from labels.records import Records
from labels.review import Queue
from search.filters import Filters
from search.generation import Generation
from search.labeled import ItemPage, Labeled, LabeledDataset

if TYPE_CHECKING:
    from labels.consolidation.stored import Merged

_MOST_FACTS: Final = 2000
_MOST_KEPT: Final = 32
"""Reports, queues and consolidations that are kept."""


class GenerationLabels:
    """`labels.model.Labels`. What takes time is worked out once and kept as long as the generation is."""

    def __init__(self, generation: Generation, records: Records, places: tuple[Place, ...]) -> None:
        self._generation, self._records = generation, records
        self._counted = Labeled(generation, LABELED)
        self._media = Media(places=places)
        self._once = Once(_MOST_KEPT)

    def datasets(self) -> tuple[LabeledDataset, ...]:
        """Datasets with labeled items, by name."""
        return self._counted.datasets()

    def items(self, filters: Filters, limit: int, offset: int = 0) -> ItemPage:
        """Labeled items that the filters allow, newest first."""
        return self._counted.items(filters, limit, offset)

    def labeled(self, items: tuple[str, ...]) -> tuple[LabeledItem, ...]:
        """The items with all that is known of them; those that are not there are left out."""
        records = self._records.found(items)
        catalog = self._generation.catalog
        found = []
        for item in items:
            document = catalog.document(item)
            if document is not None and item in records:
                found.append(item_of(records[item], document, catalog.facts_of_patient(item, _MOST_FACTS), self._media))
        return tuple(found)

    def media(self, address: str) -> MediaFile | None:
        """The image at an address; None where this server may not read it, or it is none."""
        return self._media.image(address)

    def report(self, dataset: str, name: ReportName, patience: float | None = None) -> Report | None:
        """See Labels."""
        from labels.reports.stored import report_of

        return self._once.get(("report", dataset, name), lambda: report_of(dataset, self._records, name), patience)

    def consolidate(self, dataset: str, method: str | None, job: str = "") -> Mapping[str, Any]:
        """See Labels."""
        from labels.consolidation.report import values_of
        from labels.consolidation.review import BELOW
        from labels.consolidation.stored import doubts_of

        merged = self._merged(dataset, method, job)
        return values_of(merged.done, None, doubts_of(merged.done, BELOW), None, merged.reading)

    def _merged(self, dataset: str, method: str | None = None, job: str = "") -> "Merged":
        from labels.consolidation.stored import consolidated

        return self._once.get(("merged", dataset, method, job), lambda: consolidated(dataset, self._records, method, job))

    def export(self, dataset: str, format_name: str, attributes: Sequence[str]) -> Iterator[bytes]:
        """See Labels."""
        from labels.manifests.shown import exported

        return exported(dataset, self._records, format_name, attributes)

    def select(self, dataset: str, statement: str, limit: int) -> Selection:
        """The answer of a statement in the dialect of S3 Select over the dataset's manifest lines."""
        from labels.manifests.shown import selection

        return selection(dataset, self._records, statement, limit)

    def review(self, dataset: str, below: float, limit: int, offset: int = 0, patience: float | None = None, why: str = "") -> Review:
        """See Labels."""
        whole = self._review(dataset, below, patience)
        items = tuple(one for one in whole.items if not why or any(reason.why == why for reason in one.reasons))
        return replace(whole, total=len(items), items=items[offset : offset + limit])

    def review_lines(self, dataset: str, below: float) -> Iterator[bytes]:
        """The manifest lines of the queue as they were ingested: the input of a verification or adjustment job."""
        from labels.groundtruth.reader import original

        items = [one.item for one in self._review(dataset, below).items if one.item]
        for start in range(0, len(items), 1000):
            part = items[start : start + 1000]
            records = self._records.found(part)
            for item in part:
                if item in records and "line" in records[item].resource:
                    yield original(records[item].raw) + b"\n"

    def _review(self, dataset: str, below: float, patience: float | None = None) -> Review:
        known = next((one for one in self.datasets() if one.dataset == dataset), None)
        if known is None:
            raise LabelsRefused("dataset", f"no dataset with labels is called {dataset!r}")
        merged = (lambda: self._merged(dataset)) if known.workers else None
        queue = Queue(self._generation, dataset, merged)
        return self._once.get(("review", dataset, below), lambda: queue.review(below), patience)
