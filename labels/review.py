"""What a person should look at again in a generation: labels that are less sure than a bound, disputed ones, strange ones."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from graph.identifiers import name_of, record_iri
from labels.errors import LabelsRefused
from labels.model import Reason, Review, ReviewItem, Why
from search.generation import Generation

if TYPE_CHECKING:
    from labels.consolidation.stored import Merged

_MOST_COMPARED: Final = 5000
"""Items compared with each other: the time grows with the square."""
_OWN_WORDS: Final = ("Labeled text", "Labeled document")
"""Types of documents whose text is not made from their labels: only those can disagree with them."""


class Queue:
    """The review queue of one dataset. `merged` consolidates the answers of its workers; None where it holds none."""

    def __init__(self, generation: Generation, dataset: str, merged: Callable[[], "Merged"] | None) -> None:
        self._dataset, self._merged = dataset, merged
        self._vectors = generation.vectors
        self._catalog, self._columns, self._labels = generation.catalog, generation.columns, generation.columns.labels

    def review(self, below: float) -> Review:
        """The whole queue, the most doubtful first. Labels less sure than `below` are in it."""
        reasons: dict[str, list[Reason]] = defaultdict(list)
        lowest = self._unsure(below)
        for item, (score, label) in lowest.items():
            reasons[item].append(Reason(Why.CONFIDENCE, f"confidence {score:.2f} of {label} is below {below:g}", 1 - score))
        notes: list[str] = []
        for item, found in self._disputed(below, notes).items():
            reasons[item] += (reason for reason in found if reason.why is not Why.CONFIDENCE or item not in lowest)
        named = self._named()
        for item, reason in self._strange(named, notes).items():
            reasons[item].append(reason)
        listed = []
        for item in sorted(reasons, key=lambda item: (-sum(one.strength for one in reasons[item]), item)):
            title, label = named.get(item, (name_of(item), ""))
            confidence, label = lowest.get(item, (None, label))
            listed.append(ReviewItem(item, title, label, confidence, tuple(reasons[item])))
        counts = Counter(str(why) for found in reasons.values() for why in {reason.why for reason in found})
        return Review(self._dataset, len(listed), tuple(listed), dict(counts), tuple(notes))

    def _rows(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Those of the label rows that are of the dataset, by their place."""
        codes = self._catalog.codes("dataset", (self._dataset,))
        return np.flatnonzero(rows & np.isin(self._columns.datasets[self._labels.documents], codes))

    def _unsure(self, below: float) -> dict[str, tuple[float, str]]:
        """The lowest confidence below the bound and its class, by item."""
        labels = self._labels
        with np.errstate(invalid="ignore"):
            places = self._rows((labels.counted == 1) & (labels.scores < np.float32(below)))
        places = places[np.argsort(labels.scores[places], kind="stable")]
        _, first = np.unique(labels.documents[places], return_index=True)
        places = places[first]
        ids = self._ids(labels.documents[places].tolist())
        names = self._classes(labels.concepts[places])
        return {
            ids[document][0]: (round(float(score), 4), names.get(concept, "the label"))
            for document, concept, score in zip(
                labels.documents[places].tolist(), labels.concepts[places].tolist(), labels.scores[places], strict=True
            )
        }

    def _disputed(self, below: float, notes: list[str]) -> dict[str, list[Reason]]:
        """Reasons that the answers of workers give, by item."""
        from labels.consolidation.stored import doubts_of
        from labels.groundtruth.reader import manifest_id

        if self._merged is None:
            return {}
        try:
            merged = self._merged()
        except LabelsRefused as error:
            notes.append(f"The answers of workers are not compared: {error}.")
            return {}
        if not merged.manifest:
            notes.append("The answers of workers are not compared: it is not known which manifest their objects are lines of.")
            return {}
        manifest = manifest_id(merged.manifest)
        return {
            record_iri(self._dataset, "Item", f"{manifest}-{doubt.item}"): list(doubt.reasons) for doubt in doubts_of(merged.done, below)
        }

    def _named(self) -> dict[str, tuple[str, str]]:
        """(title, class) of the items; of several classes the first by name, '' for none."""
        labels = self._labels
        places = self._rows(labels.counted == 1)
        documents, first = np.unique(labels.documents[places], return_index=True)
        concepts = labels.concepts[places[first]]
        names, ids = self._classes(concepts), self._ids(documents.tolist())
        return {
            ids[document][0]: (ids[document][1], names.get(concept, ""))
            for document, concept in zip(documents.tolist(), concepts.tolist(), strict=True)
        }

    def _strange(self, named: Mapping[str, tuple[str, str]], notes: list[str]) -> dict[str, Reason]:
        """Items whose class few of their nearest neighbours share, by the meaning of their own words, among what one job labeled."""
        from labels.consolidation.stored import strangers

        labels = self._labels
        types = self._catalog.codes("type", _OWN_WORDS)
        places = self._rows((labels.counted == 1) & (labels.concepts >= 0) & np.isin(self._columns.types[labels.documents], types))
        documents, first, several = np.unique(labels.documents[places], return_index=True, return_counts=True)
        documents, jobs = documents[several == 1], labels.jobs[places[first[several == 1]]]
        if self._vectors is None or len(documents) < 2:
            return {}
        if len(documents) > _MOST_COMPARED:
            notes.append(f"Items are not compared with their neighbours: {len(documents):,} are more than {_MOST_COMPARED:,}.")
            return {}
        found = self._vectors.vectors(self._first_units(documents))
        known = np.flatnonzero(np.any(found, axis=1))
        ids = self._ids(documents.tolist())
        items = [ids[int(documents[place])][0] for place in known]
        reasons: dict[str, Reason] = {}
        for job in np.unique(jobs[known]):
            among = np.flatnonzero(jobs[known] == job)
            chosen = [items[place] for place in among]
            reasons |= strangers(chosen, found[known[among]], [named[item][1] for item in chosen])
        return reasons

    def _first_units(self, documents: NDArray[np.int32]) -> NDArray[np.int64]:
        """A unit of each of the documents."""
        columns = self._columns
        units = np.repeat(np.arange(columns.units), np.diff(columns.unit_offsets))
        first = np.zeros(columns.documents, dtype=np.int64)
        first[columns.unit_documents[::-1]] = units[::-1]
        chosen: NDArray[np.int64] = first[documents]
        return chosen

    def _classes(self, concepts: NDArray[np.int32]) -> dict[int, str]:
        """Names of classes by their code."""
        known = [int(code) for code in np.unique(concepts) if code >= 0]
        return {code: name for code, (_, name) in self._catalog.values("concept", known).items()}

    def _ids(self, documents: list[int]) -> dict[int, tuple[str, str]]:
        """(IRI, title) of documents by their number."""
        found: dict[int, tuple[str, str]] = {}
        for start in range(0, len(documents), 500):
            part = documents[start : start + 500]
            rows = {int(self._columns.rowids[place]): place for place in part}
            found |= {rows[row]: (one.document.id, one.document.title) for row, one in self._catalog.found_documents(tuple(rows)).items()}
        return found
