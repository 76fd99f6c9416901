"""What is labeled in a generation, counted: datasets with their jobs and classes, and the items that filters allow with their facets."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from graph.identifiers import dataset_of, job_of, name_of
from search.columns.labels import FIELDS
from search.counting import count_distinct
from search.filters import Filters
from search.generation import Generation
from search.masks import Ground, fitting_labels, labeled_documents, unknown_values, wanted_labels
from search.model import DocumentSummary, FacetValue

STATES = ("labeled", "adjusted", "unadjusted", "empty", "failed", "orphan")
"""What can become of an item in a job; an item that has none of them is not labeled."""
_FACET_VALUES: Final = 1000
"""Values of a facet, the most frequent; a browser of labels lists them all."""
_MOST_ABOVE: Final = 2000
"""Facts that are read to tell what a class is narrower than."""


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class of a labeling job: `items` have it or something narrower, `machine` of them by a machine's word.

    `own` counts the items that have the class itself; `broader` are the classes above it. `job` is an IRI, '' for a class that only a
    taxonomy names.
    """

    concept: str
    label: str
    dataset: str
    job: str
    items: int
    own: int
    machine: int
    broader: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelJob:
    """A labeling job and how many items it worked on; `failed` of them have no label for it."""

    job: str
    name: str
    dataset: str
    items: int
    failed: int


@dataclass(frozen=True, slots=True)
class LabeledDataset:
    """A dataset with labels: its items, and what their jobs and classes are."""

    dataset: str
    items: int
    jobs: tuple[LabelJob, ...]
    classes: tuple[LabelClass, ...]
    workers: int
    """Workers whose answers it holds."""
    unlabeled: Mapping[str, int] = field(default_factory=dict)
    """Document type → items that no job has labeled."""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of items: `total` over all pages, and the facets job, agent, state, attribute and worker of everything found."""

    total: int
    items: tuple[DocumentSummary, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    classes: Mapping[str, int] = field(default_factory=dict)
    """Class → how many items it would find in the place of the classes that are asked for."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Items that filters allow, as a mask over documents, and the labels of which each item has one of each."""

    documents: NDArray[np.bool_]
    labels: Sequence[NDArray[np.bool_]]


class Labeled:
    """The labels of a generation. What is counted over all of it is counted once."""

    def __init__(self, generation: Generation, labeled: str) -> None:
        """`labeled` begins the type of documents of items that a job has labeled."""
        self._labeled = labeled
        self._catalog, self._columns, self._labels = generation.catalog, generation.columns, generation.columns.labels

    def datasets(self) -> tuple[LabeledDataset, ...]:
        """Datasets with labeled items, by name."""
        return self._datasets

    @cached_property
    def _datasets(self) -> tuple[LabeledDataset, ...]:
        labels = self._labels
        said = self._said
        unlabeled: dict[str, dict[str, int]] = defaultdict(dict)
        for (dataset, type_), count in self._catalog.documents_by_type("Item").items():
            if not type_.startswith(self._labeled):
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
        documents = distinct(labels.documents[said])
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
                fact.concept for fact in self._catalog.facts_of_patient(concept, _MOST_ABOVE) if fact.relation == "broader" and fact.concept
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
        return tuple(self._catalog.values(field, distinct(column[column >= 0]).tolist()).values())

    def items(self, filters: Filters, limit: int, offset: int = 0) -> ItemPage:
        """Labeled items that the filters allow, newest first."""
        asked = self._asked(filters)
        documents = np.flatnonzero(asked.documents)
        page = documents[offset : offset + limit].tolist()
        return ItemPage(len(documents), self._summaries(page), self._facets(filters, asked), self._items_by_class(filters))

    def _asked(self, filters: Filters) -> "_Asked":
        """What the filters ask of labels and of items: what no job said counts only where workers are asked for."""
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
        return _Asked(mask, wanted_labels(filters, ground, fitting_labels(filters, ground)))

    def _summaries(self, page: list[int]) -> tuple[DocumentSummary, ...]:
        rows = [int(self._columns.rowids[place]) for place in page]
        found = self._catalog.found_documents(rows)
        documents = (found[row].document for row in rows)
        return tuple(
            DocumentSummary(*(getattr(one, field.name) for field in fields(DocumentSummary)))  # a document has all that its summary says
            for one in documents
        )

    def _facets(self, filters: Filters, asked: "_Asked") -> Mapping[str, tuple[FacetValue, ...]]:
        """The values of each facet, counted without what is chosen of it: as many items has the choice of that value in its place."""
        facets = {}
        for name in FIELDS:
            chosen = getattr(filters, f"{name}s")
            values = self._values(name, self._asked(filters.with_(**{f"{name}s": ()})) if chosen else asked)
            facets[name] = tuple(one for one in values if one.value != "answer" and not (name == "agent" and "://" in one.value))
        answers = self._asked(filters.with_(agents=(), states=filters.states or ("answer",)))
        facets["worker"] = tuple(value for value in self._values("agent", answers) if "://" in value.value)
        return facets

    def _values(self, name: str, asked: "_Asked") -> tuple[FacetValue, ...]:
        counts = self._labels.counts(name, asked.documents, None, asked.labels)
        codes = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code]][:_FACET_VALUES]
        values = self._catalog.values(name, codes)
        return tuple(FacetValue(*values[code], int(counts[code])) for code in codes)

    def _items_by_class(self, filters: Filters) -> Mapping[str, int]:
        """Class → how many items have it, or something narrower, beside all else that the filters ask."""
        labels = self._labels
        asked = self._asked(filters.with_(concepts=()))
        rows = asked.labels[0] & (labels.concepts >= 0) & asked.documents[labels.documents]
        documents, concepts = labels.documents[rows], labels.concepts[rows]
        above, broader = self._columns.hierarchy.broader_of(documents, concepts)
        counts = count_distinct(np.concatenate([documents, above]), np.concatenate([concepts, broader]))
        named = self._catalog.values("concept", np.flatnonzero(counts).tolist())
        return {concept: int(counts[code]) for code, (concept, _) in named.items()}
