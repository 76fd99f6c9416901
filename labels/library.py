"""The web's Labels over a generation and the data folder it was made from.

What is counted comes from the generation, what is shown of an item from its record.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from graph.identifiers import dataset_of, job_of, name_of, record_iri
from labels.errors import LabelsRefused
from labels.groundtruth.model import LABELED
from labels.items import item_of
from labels.media import Media, Place
from labels.model import (
    STATES,
    ItemPage,
    LabelClass,
    LabeledDataset,
    LabeledItem,
    LabelJob,
    MediaFile,
    Reason,
    Report,
    ReportName,
    Review,
    ReviewItem,
    Selection,
    Why,
)
from labels.once import Once
from labels.records import Records
from search.counting import count_distinct
from search.filters import Filters
from search.generation import Generation
from search.label_columns import FIELDS
from search.masks import Ground, labeled_documents, unknown_values
from search.model import DocumentSummary, FacetValue

if TYPE_CHECKING:
    from labels.consolidation.stored import Merged

_FACET_VALUES: Final = 24
_MOST_COMPARED: Final = 5000
"""Items compared with each other: the time grows with the square."""
_OWN_WORDS: Final = ("Labeled text", "Labeled document")
"""Types of documents whose text is not made from their labels: only those can disagree with them."""
_MOST_FACTS: Final = 2000
_MOST_KEPT: Final = 32
"""Reports, queues and consolidations that are kept."""


class GenerationLabels:
    """`labels.model.Labels`. What takes time is worked out once and kept as long as the generation is."""

    def __init__(self, generation: Generation, records: Records, places: tuple[Place, ...]) -> None:
        self._generation, self._records = generation, records
        self._catalog, self._columns, self._labels = generation.catalog, generation.columns, generation.columns.labels
        self._media = Media(places=places)
        self._once = Once(_MOST_KEPT)

    # --- what there is ---

    def datasets(self) -> tuple[LabeledDataset, ...]:
        """Datasets with labeled items, by name."""
        return self._datasets

    @cached_property
    def _datasets(self) -> tuple[LabeledDataset, ...]:
        labels = self._labels
        said = self._said
        unlabeled: dict[str, dict[str, int]] = defaultdict(dict)
        for (dataset, type_), count in self._catalog.documents_by_type("Item").items():
            if not type_.startswith(LABELED):
                unlabeled[dataset][type_] = count
        classes: dict[str, list[LabelClass]] = defaultdict(list)
        for each in self._classes():
            classes[each.dataset].append(each)
        jobs: dict[str, list[LabelJob]] = defaultdict(list)
        items_of, failed_of = self._documents_by(labels.jobs, said), self._documents_by(labels.jobs, said & self._is("state", "failed"))
        for code, (job, _) in self._catalog.values("job", range(len(items_of))).items():
            if items_of[code]:
                dataset = dataset_of(job)
                jobs[dataset].append(LabelJob(job, name_of(job), dataset, int(items_of[code]), int(failed_of[code])))
        documents = np.unique(labels.documents[said])
        counts = np.bincount(self._columns.datasets[documents])
        workers = Counter(dataset_of(agent) for agent, _ in self._all_values("agent") if "://" in agent)
        names = self._catalog.values("dataset", np.flatnonzero(counts).tolist())
        labeled = {name: int(counts[code]) for code, (name, _) in names.items()}
        return tuple(
            LabeledDataset(
                name,
                labeled.get(name, 0),
                tuple(sorted(jobs[name], key=lambda job: (job.name, job.job))),
                tuple(sorted(classes[name], key=lambda one: (-one.items, one.label, one.concept))),
                workers[name],
                unlabeled.get(name, {}),
            )
            for name in sorted(labeled.keys() | unlabeled.keys())
        )

    def _classes(self) -> Iterator[LabelClass]:
        labels = self._labels
        rows = (labels.counted == 1) & (labels.concepts >= 0)
        documents, concepts = labels.documents[rows], labels.concepts[rows]
        above_documents, above = self._columns.hierarchy.broader_of(documents, concepts)
        whole = count_distinct(np.concatenate([documents, above_documents]), np.concatenate([concepts, above]))
        machine_rows = rows & self._is("agent", "machine")
        machine_documents, machine_concepts = labels.documents[machine_rows], labels.concepts[machine_rows]
        above_machine = self._columns.hierarchy.broader_of(machine_documents, machine_concepts)
        by_machine = count_distinct(
            np.concatenate([machine_documents, above_machine[0]]), np.concatenate([machine_concepts, above_machine[1]]), len(whole)
        )
        own = count_distinct(documents, concepts, len(whole))
        codes = np.flatnonzero(whole).tolist()
        for code, (concept, label) in self._catalog.values("concept", codes).items():
            broader = tuple(
                fact.concept for fact in self._catalog.facts_of_patient(concept, _MOST_FACTS) if fact.relation == "broader" and fact.concept
            )
            job = job_of(concept)
            yield LabelClass(
                concept=concept,
                label=label,
                dataset=dataset_of(concept),
                job=job,
                items=int(whole[code]),
                own=int(own[code]),
                machine=int(by_machine[code]),
                broader=tuple(sorted(set(broader))),
            )

    @cached_property
    def _said(self) -> NDArray[np.bool_]:
        """Rows that a job says, a worker's answer is none."""
        said: NDArray[np.bool_] = ~self._is("state", "answer")
        return said

    def _is(self, field: str, value: str) -> NDArray[np.bool_]:
        column = self._labels.states if field == "state" else self._labels.agents
        same: NDArray[np.bool_] = np.isin(column, self._catalog.codes(field, (value,)))
        return same

    def _documents_by(self, codes: NDArray[np.int32], rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many documents have each code in the rows."""
        rows = rows & (codes >= 0)
        return count_distinct(self._labels.documents[rows], codes[rows], int(codes.max(initial=-1)) + 1)

    def _all_values(self, field: str) -> tuple[tuple[str, str], ...]:
        column = self._labels.agents if field == "agent" else self._labels.jobs
        return tuple(self._catalog.values(field, np.unique(column[column >= 0]).tolist()).values())

    # --- items ---

    def items(self, filters: Filters, limit: int, offset: int = 0) -> ItemPage:
        """Labeled items that the filters allow, newest first."""
        documents = np.flatnonzero(self._mask(filters))
        page = documents[offset : offset + limit].tolist()
        return ItemPage(len(documents), self._summaries(page), self._facets(documents))

    def _mask(self, filters: Filters) -> NDArray[np.bool_]:
        if not filters.states:
            answered = any("://" in agent for agent in filters.agents)
            filters = filters.with_(states=("answer",) if answered else STATES)
        ground = Ground.of(self._columns, self._catalog)
        unknown_values(filters.with_(states=()), ground, lambda: [one.dataset for one in self._catalog.datasets()])
        mask = labeled_documents(filters, ground, self._columns.documents)
        assert mask is not None  # noqa: S101 - states are always among the filters
        for concept in filters.concepts:
            if not np.isin(self._labels.concepts, self._columns.hierarchy.with_narrower(self._catalog.codes("concept", (concept,)))).any():
                mask[:] = False
        if filters.datasets:
            mask &= ground.among("dataset", filters.datasets)
        return mask

    def _summaries(self, page: list[int]) -> tuple[DocumentSummary, ...]:
        rows = [int(self._columns.rowids[place]) for place in page]
        found = self._catalog.found_documents(rows)
        documents = (found[row].document for row in rows)
        return tuple(
            DocumentSummary(one.id, one.title, one.dataset, one.kind, one.type, one.date, one.patient, one.patient_label, one.encounter)
            for one in documents
        )

    def _facets(self, documents: NDArray[np.int64]) -> Mapping[str, tuple[FacetValue, ...]]:
        mask = np.zeros(self._columns.documents, dtype=np.bool_)
        mask[documents] = True
        facets = {}
        for name in FIELDS:
            counts = self._labels.counts(name, mask)
            codes = np.argsort(-counts, kind="stable")[:_FACET_VALUES].tolist()
            values = self._catalog.values(name, [code for code in codes if counts[code]])
            facets[name] = tuple(
                FacetValue(*values[code], int(counts[code])) for code in codes if code in values and values[code][0] != "answer"
            )
        facets["worker"] = tuple(value for value in facets["agent"] if "://" in value.value)
        facets["agent"] = tuple(value for value in facets["agent"] if "://" not in value.value)
        return facets

    def labeled(self, items: tuple[str, ...]) -> tuple[LabeledItem, ...]:
        """The items with all that is known of them; those that are not there are left out."""
        records = self._records.found(items)
        found = []
        for item in items:
            document = self._catalog.document(item)
            if document is not None and item in records:
                found.append(item_of(records[item], document, self._catalog.facts_of_patient(item, _MOST_FACTS), self._media))
        return tuple(found)

    def media(self, address: str) -> MediaFile | None:
        """The image at an address; None where this server may not read it, or it is none."""
        return self._media.image(address)

    # --- work ---

    def report(self, dataset: str, name: ReportName, patience: float | None = None) -> Report | None:
        """See Labels."""
        from labels.reports.stored import report_of

        return self._once.get(("report", dataset, name), lambda: report_of(dataset, self._records, name), patience)

    def consolidate(self, dataset: str, method: str | None) -> Mapping[str, Any]:
        """One label for each item from the answers of several workers, as `commissure consolidate --json` prints it."""
        from labels.consolidation.report import values_of
        from labels.consolidation.review import BELOW
        from labels.consolidation.stored import doubts_of

        merged = self._merged(dataset, method)
        return values_of(merged.done, None, doubts_of(merged.done, BELOW), None, merged.reading)

    def _merged(self, dataset: str, method: str | None) -> "Merged":
        from labels.consolidation.stored import consolidated

        return self._once.get(("merged", dataset, method), lambda: consolidated(dataset, self._records, method))

    def export(self, dataset: str, format_name: str, attributes: Sequence[str]) -> Iterator[bytes]:
        """See Labels."""
        from labels.consolidation.stored import exported

        return exported(dataset, self._records, format_name, attributes)

    def select(self, dataset: str, statement: str, limit: int) -> Selection:
        """The answer of a statement in the dialect of S3 Select over the dataset's manifest lines."""
        from labels.consolidation.stored import selection

        return selection(dataset, self._records, statement, limit)

    def review(self, dataset: str, below: float, limit: int, offset: int = 0, patience: float | None = None) -> Review:
        """See Labels."""
        whole = self._review(dataset, below, patience)
        return replace(whole, items=whole.items[offset : offset + limit])

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
        if dataset not in {one.dataset for one in self._datasets}:
            raise LabelsRefused("dataset", f"no dataset with labels is called {dataset!r}")
        return self._once.get(("review", dataset, below), lambda: self._reviewed(dataset, below), patience)

    def _reviewed(self, dataset: str, below: float) -> Review:
        reasons: dict[str, list[Reason]] = defaultdict(list)
        lowest = self._unsure(dataset, below)
        for item, (score, label) in lowest.items():
            reasons[item].append(Reason(Why.CONFIDENCE, f"confidence {score:.2f} of {label} is below {below:g}", 1 - score))
        notes: list[str] = []
        for item, found in self._disputed(dataset, below, notes).items():
            reasons[item] += (reason for reason in found if reason.why != "confidence" or item not in lowest)
        labels = self._labels_of(dataset)
        for item, reason in self._strange(dataset, labels, notes).items():
            reasons[item].append(reason)
        ordered = sorted(reasons, key=lambda item: (-sum(one.strength for one in reasons[item]), item))
        listed = []
        for item in ordered:
            title, label = labels.get(item, (name_of(item), ""))
            unsure = lowest.get(item)
            named = unsure[1] if unsure else label
            confidence = unsure[0] if unsure else None
            listed.append(ReviewItem(item, title, named, confidence, tuple(reasons[item])))
        counts = Counter(str(why) for item in ordered for why in {reason.why for reason in reasons[item]})
        return Review(dataset, len(listed), tuple(listed), dict(counts), tuple(notes))

    def _rows_of(self, dataset: str, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Places of the label rows of a dataset."""
        codes = self._catalog.codes("dataset", (dataset,))
        return np.flatnonzero(rows & np.isin(self._columns.datasets[self._labels.documents], codes))

    def _unsure(self, dataset: str, below: float) -> dict[str, tuple[float, str]]:
        """The lowest confidence below the bound and its class, by item."""
        labels = self._labels
        with np.errstate(invalid="ignore"):
            places = self._rows_of(dataset, (labels.counted == 1) & (labels.scores < np.float32(below)))
        places = places[np.argsort(labels.scores[places], kind="stable")]
        _, first = np.unique(labels.documents[places], return_index=True)
        places = places[first]
        ids = self._ids(labels.documents[places].tolist())
        names = self._catalog.values("concept", [int(code) for code in np.unique(labels.concepts[places]) if code >= 0])
        found = {}
        for place in places.tolist():
            label = names.get(int(labels.concepts[place]), ("", "the label"))[1]
            found[ids[int(labels.documents[place])][0]] = (round(float(labels.scores[place]), 4), label)
        return found

    def _disputed(self, dataset: str, below: float, notes: list[str]) -> dict[str, list[Reason]]:
        """Reasons that the answers of workers give, by item."""
        from labels.consolidation.stored import doubts_of
        from labels.groundtruth.reader import manifest_id

        if not any(one.workers for one in self._datasets if one.dataset == dataset):
            return {}
        try:
            merged = self._merged(dataset, None)
        except LabelsRefused as error:
            notes.append(f"The answers of workers are not compared: {error}.")
            return {}
        if not merged.manifest:
            notes.append("The answers of workers are not compared: it is not known which manifest their objects are lines of.")
            return {}
        manifest = manifest_id(merged.manifest)
        return {record_iri(dataset, "Item", f"{manifest}-{doubt.item}"): list(doubt.reasons) for doubt in doubts_of(merged.done, below)}

    def _labels_of(self, dataset: str) -> dict[str, tuple[str, str]]:
        """(title, class) of the items of a dataset; of several classes the first by name, '' for none."""
        labels = self._labels
        places = self._rows_of(dataset, (labels.counted == 1))
        documents, first = np.unique(labels.documents[places], return_index=True)
        concepts = labels.concepts[places[first]]
        names = self._catalog.values("concept", [int(code) for code in np.unique(concepts) if code >= 0])
        ids = self._ids(documents.tolist())
        return {
            ids[document][0]: (ids[document][1], names.get(concept, ("", ""))[1])
            for document, concept in zip(documents.tolist(), concepts.tolist(), strict=True)
        }

    def _strange(self, dataset: str, labels: Mapping[str, tuple[str, str]], notes: list[str]) -> dict[str, Reason]:
        """Items whose class few of their nearest neighbours share, by the meaning of their own words, among what one job labeled."""
        from labels.consolidation.stored import strangers

        vectors = self._generation.vectors
        types = self._catalog.codes("type", _OWN_WORDS)
        rows = self._labels
        places = self._rows_of(dataset, (rows.counted == 1) & (rows.concepts >= 0) & np.isin(self._columns.types[rows.documents], types))
        documents, first, several = np.unique(rows.documents[places], return_index=True, return_counts=True)
        documents, jobs = documents[several == 1], rows.jobs[places[first[several == 1]]]
        if vectors is None or len(documents) < 2:
            return {}
        if len(documents) > _MOST_COMPARED:
            notes.append(f"Items are not compared with their neighbours: {len(documents):,} are more than {_MOST_COMPARED:,}.")
            return {}
        units = self._first_units(documents)
        found = vectors.vectors(units)
        known = np.flatnonzero(np.any(found, axis=1))
        ids = self._ids(documents.tolist())
        items = [ids[int(documents[place])][0] for place in known]
        reasons: dict[str, Reason] = {}
        for job in np.unique(jobs[known]):
            among = np.flatnonzero(jobs[known] == job)
            named = [items[place] for place in among]
            for item, reason in strangers(named, found[known[among]], [labels[item][1] for item in named]).items():
                reasons[item] = reason
        return reasons

    def _first_units(self, documents: NDArray[np.int32]) -> NDArray[np.int64]:
        """A unit of each of the documents."""
        columns = self._columns
        units = np.repeat(np.arange(columns.units), np.diff(columns.unit_offsets))
        first = np.zeros(columns.documents, dtype=np.int64)
        first[columns.unit_documents[::-1]] = units[::-1]
        chosen: NDArray[np.int64] = first[documents]
        return chosen

    def _ids(self, documents: list[int]) -> dict[int, tuple[str, str]]:
        """(IRI, title) of documents by their number."""
        found: dict[int, tuple[str, str]] = {}
        for start in range(0, len(documents), 500):
            part = documents[start : start + 500]
            rows = {int(self._columns.rowids[place]): place for place in part}
            found |= {rows[row]: (one.document.id, one.document.title) for row, one in self._catalog.found_documents(tuple(rows)).items()}
        return found
