"""What filters, facets and grouping need to know of every document, as arrays on disk that processes share through the page cache.

Documents of a generation are numbered newest first (those without a date last), then by kind and IRI: the row of a document is its place
wherever scores are equal, so every order of documents is total. Units are numbered by their key, concepts and patients by their IRI: equal
content gives equal files, whatever the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import Hierarchy, mapped, offsets_of, open_hierarchy, runs, save_hierarchy
from search.counting import count_distinct
from search.errors import GenerationUnreadable
from search.label_columns import LabelColumns, no_labels
from search.protocols import Mask
from search.ranking import CSR

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_AT_ONCE: Final = 20_000
"""Documents whose broader concepts are worked out together."""


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
    concept_spread: Int32
    """One per concept: how many documents have it or something narrower."""
    hierarchy: Hierarchy
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
        """Documents with any of the concepts, or of what is narrower."""
        mask = np.zeros(self.documents, dtype=np.bool_)
        mask[gather(self.concept_document_offsets, self.concept_documents, self.hierarchy.with_narrower(concepts))] = True
        return mask

    def concept_counts(self, documents: NDArray[np.integer]) -> Int64:
        """How many of the documents, none given twice, have each concept or something narrower, by its ordinal."""
        if self.hierarchy.stated or 3 * int(lengths(self.document_concept_offsets, documents).sum()) < len(self.concept_documents):
            return concept_counts(documents, self.document_concept_offsets, self.document_concepts, self.hierarchy)
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
        having = self.concepts_of_documents(rest)
        wider, broader = self.hierarchy.broader_of(texts, having)
        unlike = count_distinct(np.concatenate([texts, wider]), np.concatenate([having, broader]), len(alike))
        if len(unlike) > len(alike):
            alike = np.pad(alike, (0, len(unlike) - len(alike)))
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


def concept_counts(documents: NDArray[np.integer], offsets: Int64, concepts: Int32, hierarchy: Hierarchy) -> Int64:
    """How many of the documents, none given twice, have each concept or something narrower.

    `offsets` and `concepts` are the concepts of every document. What is broader is worked out for some documents at a time.
    """
    counts: Int64 = np.bincount(gather(offsets, concepts, documents), minlength=hierarchy.concepts)
    if not hierarchy.stated:
        return counts
    for start in range(0, len(documents), _AT_ONCE):
        some = documents[start : start + _AT_ONCE]
        holders, direct = np.repeat(some, lengths(offsets, some)), gather(offsets, concepts, some)
        above, broader = hierarchy.broader_of(holders, direct)
        if len(above):
            upper = np.zeros(hierarchy.concepts, dtype=np.bool_)
            upper[broader] = True
            among = upper[direct]
            counts -= np.bincount(direct[among], minlength=hierarchy.concepts)
            counts += count_distinct(np.concatenate([holders[among], above]), np.concatenate([direct[among], broader]), hierarchy.concepts)
    return counts


def lengths(offsets: Int64, rows: NDArray[np.integer]) -> Int64:
    """How many values each of the given rows of a compressed table has."""
    counts: Int64 = offsets[rows + 1] - offsets[rows]
    return counts


def gather(offsets: Int64, values: Int32, rows: NDArray[np.integer]) -> Int32:
    """The values of the given rows of a compressed table, one row after the other."""
    gathered: Int32 = values[runs(offsets[rows], lengths(offsets, rows))]
    return gathered


def distinct_pairs(rows: NDArray[np.integer], values: NDArray[np.integer]) -> tuple[Int64, Int64]:
    """The distinct (row, value) pairs, ascending."""
    width = int(values.max(initial=0)) + 1
    pairs = np.unique(rows.astype(np.int64) * width + values)
    return pairs // width, pairs % width


def compress(rows: NDArray[np.integer], values: NDArray[np.integer], count: int) -> tuple[Int64, NDArray[np.int64]]:
    """Distinct (row, value) pairs as a compressed table of `count` rows: its offsets and its values, ascending within a row."""
    kept, kept_values = distinct_pairs(rows, values)
    return offsets_of(kept, count), kept_values


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
    save_hierarchy(columns.hierarchy, folder / "hierarchy")


def open_columns(folder: Path) -> Columns:
    """Map the arrays into memory, read-only. Raises GenerationUnreadable."""
    try:
        arrays: dict[str, Any] = {name: mapped(folder / f"{name}.npy") for name in _arrays(Columns)}
        labels: dict[str, Any] = {name: mapped(folder / f"label_{name}.npy") for name in _arrays(LabelColumns)}
        return Columns(**arrays, labels=LabelColumns(**labels), hierarchy=open_hierarchy(folder / "hierarchy"))
    except (OSError, ValueError, EOFError) as error:
        raise GenerationUnreadable(f"the columns in {folder} cannot be read ({error}); ingest again to rebuild the generation") from error


def _arrays(kind: type[Columns] | type[LabelColumns]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in ("labels", "hierarchy"))
