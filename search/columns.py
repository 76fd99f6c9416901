"""What filters, facets and grouping need to know of every document, as arrays on disk that processes share through the page cache.

Documents of a generation are numbered newest first (those without a date last), then by kind and IRI: the row of a document is its place
wherever scores are equal, so every order of documents is total. Units are numbered by their key, concepts and patients by their IRI: equal
content gives equal files, whatever the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.counting import count_distinct
from search.errors import GenerationUnreadable
from search.label_columns import LabelColumns, no_labels
from search.protocols import Mask
from search.ranking import CSR

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """One value per document unless said otherwise; codes are -1 where a document has no value."""

    rowids: Int64
    """The document's row in the catalog."""
    datasets: Int32
    types: Int32
    patients: Int32
    first_days: Int32
    """Begin of the document's date as YYYYMMDD, 00 for what the date leaves open; 0 without a date."""
    last_days: Int32
    """End of the document's date as YYYYMMDD, 99 for what the date leaves open; 0 without a date."""
    copies: Int32
    """Equal for documents of one patient and dataset that have the same text."""
    unit_keys: NDArray[np.uint8]
    """(units, 16): the key of every unit."""
    unit_offsets: Int64
    unit_documents: Int64
    """Documents of unit u, ascending: `unit_documents[unit_offsets[u] : unit_offsets[u + 1]]`; the arrays below are laid out alike."""
    document_concept_offsets: Int64
    document_concepts: Int32
    """Concepts a document mentions (affirmed) or its encounter charts (counted)."""
    concept_document_offsets: Int64
    concept_documents: Int32
    patient_concept_offsets: Int64
    patient_concepts: Int32
    """Conditions, medications, procedures, allergies and immunizations charted (counted) for a patient."""
    concept_patients: Int32
    """One per concept: how many patients have it charted as a counted fact."""
    labels: LabelColumns = field(default_factory=no_labels)

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self.rowids)

    @property
    def units(self) -> int:
        """How many distinct passage texts there are."""
        return len(self.unit_keys)

    @cached_property
    def unit_links(self) -> CSR:
        """Which documents hold which unit, as ranking takes it."""
        return CSR(self.unit_offsets, self.unit_documents, self.documents)

    def concept_mask(self, concepts: Sequence[int]) -> Mask:
        """Documents with any of the concepts."""
        mask = np.zeros(self.documents, dtype=np.bool_)
        for concept in concepts:
            mask[self.concept_documents[self.concept_document_offsets[concept] : self.concept_document_offsets[concept + 1]]] = True
        return mask

    def concept_counts(self, documents: NDArray[np.integer]) -> Int64:
        """How many of the documents, none given twice, have each concept, by its ordinal."""
        if 3 * int(lengths(self.document_concept_offsets, documents).sum()) < len(self.concept_documents):
            counts: Int64 = np.bincount(self.concepts_of_documents(documents))
            return counts
        chosen = np.zeros(self.documents, dtype=np.bool_)
        chosen[documents] = True
        # The last one is for concepts without documents, whose sum reduceat gets wrong.
        having = np.append(chosen[self.concept_documents], False)
        counts = np.add.reduceat(having, self.concept_document_offsets[:-1], dtype=np.int64)
        return np.where(np.diff(self.concept_document_offsets), counts, 0)

    def concept_counts_of_texts(self, documents: NDArray[np.integer], shown: NDArray[np.integer]) -> Int64:
        """How many distinct texts of the documents have each concept; `shown` holds one document of each text."""
        alike = self.concept_counts(shown[~self._unlike[shown]])
        rest = documents[self._unlike[documents]]
        texts = np.repeat(self.copies[rest], lengths(self.document_concept_offsets, rest))
        unlike = count_distinct(texts, self.concepts_of_documents(rest), len(alike))
        unlike[: len(alike)] += alike
        return unlike

    @cached_property
    def _unlike(self) -> Mask:
        """Documents of texts whose copies differ in their concepts: few, and what is counted by text needs a closer look only there."""
        weights = np.random.default_rng(0).integers(0, 2**64, int(self.document_concepts.max(initial=0)) + 1, dtype=np.uint64)
        sums = np.append(np.uint64(0), np.cumsum(weights[self.document_concepts]))
        digests = sums[self.document_concept_offsets[1:]] - sums[self.document_concept_offsets[:-1]]
        _, first, text = np.unique(self.copies, return_index=True, return_inverse=True)
        differing = np.zeros(len(first), dtype=np.bool_)
        differing[text[digests != digests[first][text]]] = True
        unlike: Mask = differing[text]
        return unlike

    def concepts_of_documents(self, documents: NDArray[np.integer]) -> Int32:
        """The concepts of each of the documents, one after the other."""
        return gather(self.document_concept_offsets, self.document_concepts, documents)


def lengths(offsets: Int64, rows: NDArray[np.integer]) -> Int64:
    """How many values each of the given rows of a compressed table has."""
    counts: Int64 = offsets[rows + 1] - offsets[rows]
    return counts


def gather(offsets: Int64, values: Int32, rows: NDArray[np.integer]) -> Int32:
    """The values of the given rows of a compressed table, one row after the other."""
    counts = lengths(offsets, rows)
    before = np.cumsum(counts) - counts
    gathered: Int32 = values[np.arange(int(counts.sum())) - np.repeat(before - offsets[rows], counts)]
    return gathered


def distinct_pairs(rows: NDArray[np.integer], values: NDArray[np.integer]) -> tuple[Int64, Int64]:
    """The distinct (row, value) pairs, ascending."""
    width = int(values.max(initial=0)) + 1
    pairs = np.unique(rows.astype(np.int64) * width + values)
    return pairs // width, pairs % width


def compress(rows: NDArray[np.integer], values: NDArray[np.integer], count: int) -> tuple[Int64, NDArray[np.int64]]:
    """Distinct (row, value) pairs as a compressed table of `count` rows: its offsets and its values, ascending within a row."""
    kept, kept_values = distinct_pairs(rows, values)
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(kept, minlength=count), out=offsets[1:])
    return offsets, kept_values


def day_interval(date: str | None) -> tuple[int, int]:
    """First and last day of a lexical date as YYYYMMDD, open parts 00 and 99: '2019-05' → (20190500, 20190599); (0, 0) if it is no date."""
    digits = (date or "")[:10].split("T")[0].split("-")
    if not all(part.isascii() and part.isdigit() for part in digits) or [len(part) for part in digits] not in ([4], [4, 2], [4, 2, 2]):
        return 0, 0
    joined = "".join(digits)
    return int(joined.ljust(8, "0")), int(joined.ljust(8, "9"))


def save_columns(columns: Columns, folder: Path) -> None:
    """Write the arrays, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _arrays(Columns):
        np.save(folder / f"{name}.npy", getattr(columns, name))
    for name in _arrays(LabelColumns):
        np.save(folder / f"label_{name}.npy", getattr(columns.labels, name))


def open_columns(folder: Path) -> Columns:
    """Map the arrays into memory, read-only. Raises GenerationUnreadable."""
    try:
        arrays: dict[str, Any] = {name: _map(folder / f"{name}.npy") for name in _arrays(Columns)}
        labels: dict[str, Any] = {name: _map(folder / f"label_{name}.npy") for name in _arrays(LabelColumns)}
        return Columns(**arrays, labels=LabelColumns(**labels))
    except (OSError, ValueError, EOFError) as error:
        raise GenerationUnreadable(f"the columns in {folder} cannot be read ({error}); ingest again to rebuild the generation") from error


def _arrays(kind: type[Columns] | type[LabelColumns]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name != "labels")


def _map(path: Path) -> NDArray[np.generic]:
    array = np.load(path, mmap_mode="r") if path.stat().st_size > 4096 else np.load(path)
    # A plain view of the mapping: indexing numpy's memmap class itself costs several times as much.
    plain: NDArray[np.generic] = array.view(np.ndarray)
    return plain
