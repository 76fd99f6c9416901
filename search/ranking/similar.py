"""Notes like a note, and patients like a patient: by the centroids of their passages and by weighted concepts, with what makes them alike.

Concepts weigh by how few patients have them, narrower ones folded into what both have (search.ranking.likeness). Candidates are who shares
most of that weight, and whose passages lie nearest; of these the likeness is worked out whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from concepts.hierarchy import Hierarchy
from search.columns.codings import once
from search.columns.concepts import ConceptTable, compress, gather
from search.columns.documents import HAVING
from search.generation import Generation
from search.model import Document, Span
from search.ranking.likeness import Int64, Likeness, Profile, Weights, likeness, says_contrary, specificities

_MOST_CONCEPTS: Final = 300
"""Concepts of one that candidates are looked for by, the most specific first."""
_MOST_CANDIDATES: Final = 100
_NEAREST: Final = 300
"""Passages near a centroid whose documents are candidates."""
_MOST_UNITS: Final = 200
"""Passages of one patient that make its centroid, the newest first."""
_MOST_NAMED: Final = 8
_MOST_IN_WORDS: Final = 4
_TRIED: Final = 20
"""Nearest pairs of passages that are looked at for one that does not say the contrary."""
_MUCH: Final = 0.75
"""Cosine of centroids from which on words are much alike."""
_LONGEST: Final = 1000
"""Characters of a passage shown."""


@dataclass(frozen=True, slots=True)
class SharedConcept:
    """A concept that two have, or that one has and the other denies; `patients` have it or something narrower."""

    concept: str
    label: str
    patients: int


@dataclass(frozen=True, slots=True)
class Similar:
    """A note, or a patient, that is like another. `score` is the mean of `passages` and `concepts`, each 0 to 1.

    `shared` are the most specific concepts that both have, `opposed` those that one has and the other denies, `why` the same in words;
    `passage` is of notes the one that is nearest to a passage of the other without saying the contrary.
    """

    id: str
    label: str
    dataset: str
    patient: str | None
    patient_label: str | None
    date: str | None
    score: float
    passages: float
    concepts: float
    shared: tuple[SharedConcept, ...]
    opposed: tuple[SharedConcept, ...]
    why: str
    passage: Span | None = None


class Likenesses:
    """Finds what is similar within one generation. Safe for any number of threads."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._columns, self._catalog = generation.columns, generation.catalog

    def documents(self, document: str, limit: int = 10) -> tuple[Similar, ...]:
        """Notes of other patients that are like a note, most alike first; none for one that is not held."""
        row = self._catalog.row_of(document)
        if row is None:
            return ()
        own = int(np.flatnonzero(self._columns.rowids == row)[0])
        patient = self._columns.patients[own]
        allowed = self._columns.copies != self._columns.copies[own]
        if patient >= 0:
            allowed &= self._columns.patients != patient
        profile, centroid = self._of_note(own), self._centroid(np.asarray([own]))
        near = self._near(centroid, allowed)
        candidates = _best(self._shared_weight(profile, self._columns.concepts(HAVING)), allowed, near)
        found = [
            _Found(other, likeness(profile, self._of_note(other), self._weights), self._cosine(centroid, np.asarray([other])))
            for other in candidates
        ]
        return self._notes(own, self._one_of_each_text(_ranked(found)), limit)

    def patients(self, patient: str, limit: int = 10) -> tuple[Similar, ...]:
        """Patients that are like a patient by what is charted of them and what their notes affirm, most alike first."""
        codes = self._catalog.codes("patient", (patient,))
        if not codes:
            return ()
        own, everyone = codes[0], np.arange(len(self._owned.offsets) - 1)
        profile, centroid = self._of_patient(own), self._centroid(self._documents_of(own))
        allowed = (everyone < self._patients) & (everyone != own)
        near = self._owners[self._near(centroid, self._columns.patients >= 0)]
        found = [
            _Found(other, likeness(profile, self._of_patient(other), self._weights), self._cosine(centroid, self._documents_of(other)))
            for other in _best(self._shared_weight(profile, self._owned), allowed, distinct(near[near != own]))
        ]
        ranked = _ranked(found)[:limit]
        values = self._catalog.values("patient", [each.place for each in ranked])
        similar = []
        for each in ranked:
            known = self._catalog.patient(values[each.place][0])
            if known is not None:
                named = known.id, known.label, known.dataset, known.id, known.label, None
                similar.append(Similar(*named, each.score, each.passages, each.alike.score, *self._named(each, "patients")))
        return tuple(similar)

    def _notes(self, own: int, ranked: Sequence["_Found"], limit: int) -> tuple[Similar, ...]:
        """The notes that rank best, again without the passages that say the contrary."""
        shown = ranked[: 2 * limit]
        rows = [int(self._columns.rowids[place]) for place in (own, *(each.place for each in shown))]
        documents = {row: one.document for row, one in self._catalog.found_documents(rows).items()}
        similar = []
        for each, row in zip(shown, rows[1:], strict=True):
            passage = self._alike_passage(documents[rows[0]], documents[row])
            if passage is None and each.passages:
                each = replace(each, passages=0.0)
            if each.score > 0:
                one = documents[row]
                named = one.id, one.title, one.dataset, one.patient, one.patient_label, one.date
                similar.append(Similar(*named, each.score, each.passages, each.alike.score, *self._named(each, "notes"), passage))
        similar.sort(key=lambda each: -each.score)
        return tuple(similar[:limit])

    def _one_of_each_text(self, ranked: Sequence["_Found"]) -> list["_Found"]:
        seen: set[int] = set()
        return [each for each in ranked if (text := int(self._columns.copies[each.place])) not in seen and not seen.add(text)]  # type: ignore[func-returns-value]

    # --- concepts ---

    def _of_note(self, place: int) -> Profile:
        """What a note has and what it denies; what it has in one place and denies in another is neither."""
        having, denied = (table.of(np.asarray([place])) for table in (self._columns.concepts(HAVING), self._columns.concepts("denied")))
        return self._profile(np.setdiff1d(having, denied), np.setdiff1d(denied, having))

    def _of_patient(self, patient: int) -> Profile:
        """What is charted of a patient or affirmed in their notes; what these deny at some time, and never affirm, is denied."""
        denied = self._columns.concepts("denied").of(self._documents_of(patient))
        return self._profile(self._owned.of(np.asarray([patient])), denied)

    def _profile(self, has: NDArray[np.integer], denies: NDArray[np.integer]) -> Profile:
        with_broader = self._columns.hierarchy.with_broader(has).astype(np.int64)
        return Profile(with_broader, np.setdiff1d(denies, with_broader).astype(np.int64))

    def _documents_of(self, patient: int) -> Int64:
        return np.flatnonzero(self._columns.patients == patient)

    def _shared_weight(self, profile: Profile, table: ConceptTable) -> NDArray[np.float64]:
        """For each holder of a table what it shares with a profile, by weight."""
        sums = np.zeros(len(table.offsets) - 1, dtype=np.float64)
        for concept in sorted(profile.has.tolist(), key=lambda each: -self._weights[each])[:_MOST_CONCEPTS]:
            if self._weights[concept] > 0:
                sums[table.mask([concept])] += self._weights[concept]
        return sums

    @property
    def _patients(self) -> int:
        return len(self._columns.patient_concept_offsets) - 1

    @cached_property
    def _owners(self) -> Int64:
        """Whose each document is: patients by their codes, documents of nobody by numbers above these."""
        nobody = self._patients + np.arange(self._columns.documents)
        owners: Int64 = np.where(self._columns.patients >= 0, self._columns.patients, nobody).astype(np.int64)
        return owners

    @cached_property
    def _owned(self) -> ConceptTable:
        """Who has which concepts: charted, or in their notes."""
        columns, having = self._columns, self._columns.concepts(HAVING)
        owners = np.repeat(self._owners, np.diff(having.offsets))
        charting = np.repeat(np.arange(self._patients), np.diff(columns.patient_concept_offsets))
        who = np.concatenate([owners, charting])
        what = np.concatenate([having.concepts, columns.patient_concepts]).astype(np.int64)
        everyone = self._patients + columns.documents
        offsets, concepts = compress(who, what, everyone)
        concept_offsets, holders = compress(what, who, columns.hierarchy.concepts)
        tables = offsets, concepts.astype(np.int32), concept_offsets, holders.astype(np.int32)
        return ConceptTable(*tables, np.arange(everyone, dtype=np.int32), columns.hierarchy)

    @cached_property
    def _holders(self) -> Int64:
        """How many have each concept or something narrower."""
        counts = self._owned.counts(np.arange(len(self._owned.offsets) - 1))
        return np.pad(counts, (0, self._columns.hierarchy.concepts - len(counts)))

    @cached_property
    def _weights(self) -> Weights:
        return specificities(self._holders, self._patients + int((self._columns.patients < 0).sum()))

    def _named(self, found: "_Found", what: str) -> tuple[tuple[SharedConcept, ...], tuple[SharedConcept, ...], str]:
        shared = self._told(found.alike.shared, specific=True)
        opposed = self._told(found.alike.opposed, specific=False)
        return shared, opposed, in_words(what, shared, opposed, found.passages)

    def _told(self, concepts: Int64, *, specific: bool) -> tuple[SharedConcept, ...]:
        """The weightiest of the concepts, codings of one thing once; without those above others, where the most specific are wanted."""
        if specific:
            hierarchy, held = self._columns.hierarchy, set(concepts.tolist())
            concepts = np.asarray([c for c in held if not _above_others(c, held, hierarchy)], dtype=np.int64)
        ranked = sorted((c for c in concepts.tolist() if self._weights[c] > 0), key=lambda each: (-self._weights[each], each))
        kept = list(once(ranked, self._catalog.things(), self._holders))[:_MOST_NAMED]
        values = self._catalog.values("concept", kept)
        return tuple(SharedConcept(*values[concept], int(self._holders[concept])) for concept in kept)

    # --- passages ---

    @cached_property
    def _units(self) -> tuple[Int64, Int64]:
        """Document → its units."""
        columns = self._columns
        return compress(columns.unit_documents, np.repeat(np.arange(columns.units), np.diff(columns.unit_offsets)), columns.documents)

    def _centroid(self, documents: Int64) -> NDArray[np.float32] | None:
        """Of the vectors of documents; None where they have none."""
        index = self._generation.vectors
        units = gather(self._units[0], self._units[1].astype(np.int32), documents)[:_MOST_UNITS].astype(np.int64)
        if index is None or not len(units):
            return None
        mean = index.vectors(units).mean(axis=0)
        length = float(np.linalg.norm(mean))
        centroid: NDArray[np.float32] = (mean / length).astype(np.float32) if length else mean
        return centroid if length else None

    def _near(self, centroid: NDArray[np.float32] | None, allowed: NDArray[np.bool_]) -> Int64:
        """Allowed documents with the passages nearest to a centroid."""
        index = self._generation.vectors
        if index is None or centroid is None:
            return np.empty(0, dtype=np.int64)
        units, _ = index.search(centroid, _NEAREST)
        documents = gather(self._columns.unit_offsets, self._columns.unit_documents.astype(np.int32), units).astype(np.int64)
        return np.asarray(list(dict.fromkeys(documents[allowed[documents]].tolist())), dtype=np.int64)

    def _cosine(self, centroid: NDArray[np.float32] | None, documents: Int64) -> float:
        other = self._centroid(documents) if centroid is not None else None
        return max(0.0, float(centroid @ other)) if centroid is not None and other is not None else 0.0

    def _alike_passage(self, own: Document, other: Document) -> Span | None:
        """The passage of the other that is nearest to one of its own without saying the contrary."""
        index = self._generation.vectors
        pairs = [[(self._unit(span.key), span) for span in one.passages] for one in (own, other)]
        pairs = [[(unit, span) for unit, span in each if unit is not None] for each in pairs]
        if index is None or not all(pairs):
            return None
        mine, theirs = (index.vectors(np.asarray([unit for unit, _ in each], dtype=np.int64)) for each in pairs)
        cosines = mine @ theirs.T
        for place in np.argsort(-cosines, axis=None)[:_TRIED].tolist():
            row, column = divmod(place, cosines.shape[1])
            one, two = pairs[0][row][1], pairs[1][column][1]
            if not says_contrary(own.text[one.start : one.end], other.text[two.start : two.end]):
                end = min(two.end, two.start + _LONGEST)
                return Span(two.start, end, other.text[two.start : end])
        return None

    def _unit(self, key: bytes) -> int | None:
        keys = self._keys
        place = int(np.searchsorted(keys, np.frombuffer(key, dtype="S16")[0])) if len(keys) else 0
        return place if place < len(keys) and keys[place].ljust(16, b"\0") == key else None

    @cached_property
    def _keys(self) -> NDArray[np.bytes_]:
        return np.ascontiguousarray(self._columns.unit_keys).reshape(-1).view("S16")


@dataclass(frozen=True, slots=True)
class _Found:
    """Who was found, by its place or code."""

    place: int
    alike: Likeness
    passages: float

    @property
    def score(self) -> float:
        return (self.passages + self.alike.score) / 2


def _ranked(found: list[_Found]) -> list[_Found]:
    return sorted((each for each in found if each.score > 0), key=lambda each: (-each.score, each.place))


def _best(sums: NDArray[np.float64], allowed: NDArray[np.bool_], near: Int64) -> list[int]:
    """Who shares most, then whose passages are nearest, each once."""
    sums = np.where(allowed, sums, 0)
    most = np.argsort(-sums, kind="stable")[:_MOST_CANDIDATES]
    return list(dict.fromkeys([*most[sums[most] > 0].tolist(), *near[:_MOST_CANDIDATES].tolist()]))


def _above_others(concept: int, held: set[int], hierarchy: Hierarchy) -> bool:
    """Whether something narrower is held too; concepts that are above one another are codings of one thing."""
    below = set(hierarchy.with_narrower([concept]).tolist()) & held - {concept}
    return any(concept not in hierarchy.with_narrower([each]) for each in below)


def in_words(what: str, shared: Sequence[SharedConcept], opposed: Sequence[SharedConcept], passages: float) -> str:
    """What makes two notes or patients alike, and what speaks against it."""
    said = []
    if shared:
        said.append(f"both have {_listed([one.label for one in shared])}")
    if passages:
        said.append(f"their {'words' if what == 'notes' else 'notes'} are {'much' if passages >= _MUCH else 'somewhat'} alike")
    if opposed:
        said.append(f"one has and the other denies {_listed([one.label for one in opposed])}")
    return "; ".join(said)


def _listed(labels: Sequence[str]) -> str:
    told = list(labels[:_MOST_IN_WORDS]) + ([f"{len(labels) - _MOST_IN_WORDS} more"] if len(labels) > _MOST_IN_WORDS else [])
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
