"""What filters, facets and grouping need to know of every document, as arrays on disk that processes share through the page cache.

Documents of a generation are numbered newest first (those without a date last), then by kind and IRI: the row of a document is its place
wherever scores are equal, so every order of documents is total. Units are numbered by their key, concepts and patients by their IRI: equal
content gives equal files, whatever the history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import Hierarchy, mapped, open_hierarchy, save_hierarchy
from concepts.model import Assertion
from search.columns.concepts import ConceptTable, Int32, Int64
from search.columns.labels import LabelColumns, no_labels
from search.columns.results import ARRAYS, ResultColumns, no_results
from search.errors import GenerationUnreadable
from search.making import save_array
from search.units import CSR

HAVING: Final = "concept"
"""The way in which documents have concepts: their text affirms them, their encounter charts them, they are labeled so."""
ALLERGY: Final = "allergy"
"""The way in which documents have allergies: their text tells of one, their encounter charts it. Who is allergic to aspirin takes none."""
NO_ALLERGY: Final = "no_allergy"
WAYS: Final[Mapping[str, tuple[Assertion, ...]]] = {
    "denied": (Assertion.NEGATED,),
    "possible": (Assertion.POSSIBLE, Assertion.HYPOTHETICAL),
    "history": (Assertion.HISTORICAL,),
    "family": (Assertion.FAMILY,),
    "not_in_family": (Assertion.NOT_IN_FAMILY,),
    ALLERGY: (Assertion.ALLERGY,),
    NO_ALLERGY: (Assertion.NO_ALLERGY,),
}
"""Other ways in which texts speak of concepts, each with the assertions that are meant; filters and facets have their names."""
AFFIRMED: Final = "affirmed"
"""The way in which texts affirm concepts, whatever charts and labels say."""
SAYING: Final[Mapping[str, tuple[Assertion, ...]]] = {
    AFFIRMED: (Assertion.AFFIRMED,),
    **WAYS,
}
_SAID: Final = ("offsets", "concepts", "concept_offsets", "documents")
"""The arrays of a table of SAYING."""


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
    sexes: Int32
    """Of the document's patient."""
    least_ages: Int32
    """The least age in whole years that the patient may have at the document's date; -1 where birth or date is unknown."""
    greatest_ages: Int32
    """The greatest, likewise."""
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
    """Conditions, medications, procedures, allergies and immunizations charted (counted) for a patient; not the substances of allergies."""
    concept_patients: Int32
    """One per concept: how many patients have it charted as a counted fact."""
    concept_spread: Int32
    """One per concept: how many documents have it or something narrower."""
    hierarchy: Hierarchy
    said: Mapping[str, ConceptTable]
    """For each of SAYING which documents say so of which concepts."""
    labels: LabelColumns = field(default_factory=no_labels)
    wider: Int32 = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """Concepts that no record uses and no text mentions: above, or the same as, one that is, as terminologies say."""
    results: ResultColumns = field(default_factory=no_results)
    patient_allergy_offsets: Int64 = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    patient_allergies: Int32 = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """Allergies charted (counted) for a patient, by their own codes or those of substances, laid out like `patient_concepts`."""

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self.rowids)

    @property
    def units(self) -> int:
        """How many distinct passage texts there are."""
        return len(self.unit_keys)

    def newest(self, today: date) -> date | None:
        """The last day that a document is dated at least, but none to come; None where no document has a date that has been."""
        known = self.first_days[(self.first_days > 0) & (self.first_days <= int(f"{today:%Y%m%d}"))]
        if not len(known):
            return None
        year, day = divmod(int(known.max()), 10000)
        return date(year, max(day // 100, 1), max(day % 100, 1))

    @cached_property
    def unit_links(self) -> CSR:
        """Which documents hold which unit, as ranking takes it."""
        return CSR(self.unit_offsets, self.unit_documents, self.documents)

    @cached_property
    def having(self) -> ConceptTable:
        """Which documents have which concepts, as `document_concepts` says."""
        tables = self.document_concept_offsets, self.document_concepts, self.concept_document_offsets, self.concept_documents
        return ConceptTable(*tables, self.copies, self.hierarchy)

    def values(self, field: str) -> Int32:
        """The code that each document has of a field with one value."""
        return {"dataset": self.datasets, "type": self.types, "patient": self.patients, "sex": self.sexes}[field]

    def concepts(self, way: str) -> ConceptTable:
        """Which documents have which concepts, or say so of them: HAVING, or one of SAYING."""
        return self.having if way == HAVING else self.said[way]


def day_interval(date: str | None) -> tuple[int, int]:
    """First and last day of a lexical date as YYYYMMDD, open parts 00 and 99: '2019-05' → (20190500, 20190599); (0, 0) if it is no date."""
    digits = (date or "")[:10].split("T")[0].split("-")
    if not all(part.isascii() and part.isdigit() for part in digits) or [len(part) for part in digits] not in ([4], [4, 2], [4, 2, 2]):
        return 0, 0
    joined = "".join(digits)
    return int(joined.ljust(8, "0")), int(joined.ljust(8, "9"))


def day_intervals(dates: Sequence[str]) -> tuple[Int32, Int32]:
    """What `day_interval` says of each date. Whole days are not looked at one by one: it follows from their letters."""
    letters = np.asarray(dates, dtype="U10").reshape(-1, 1).view(np.uint32).astype(np.int64)[:, :10] - ord("0")
    digits = letters[:, [0, 1, 2, 3, 5, 6, 8, 9]]
    whole = (letters[:, [4, 7]] == ord("-") - ord("0")).all(axis=1) & ((digits >= 0) & (digits <= 9)).all(axis=1)
    first = digits @ 10 ** np.arange(7, -1, -1)
    last = first.copy()
    for place in np.flatnonzero(~whole).tolist():
        first[place], last[place] = day_interval(dates[place])
    return first.astype(np.int32), last.astype(np.int32)


def save_columns(columns: Columns, folder: Path, earlier: Path | None = None) -> None:
    """Write the arrays, one file each; those that are in the `earlier` folder just so are linked."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: getattr(columns, name) for name in _arrays(Columns)}
    arrays |= {f"label_{name}": getattr(columns.labels, name) for name in _arrays(LabelColumns)}
    arrays |= {f"result_{name}": getattr(columns.results, name) for name in ARRAYS}
    arrays |= {f"{way}_{name}": getattr(table, name) for way, table in columns.said.items() for name in _SAID}
    for name, array in arrays.items():
        save_array(array, folder / f"{name}.npy", earlier / f"{name}.npy" if earlier is not None else None)
    save_hierarchy(columns.hierarchy, folder / "hierarchy")


def open_columns(folder: Path) -> Columns:
    """Map the arrays into memory, read-only. Raises GenerationUnreadable."""
    try:
        arrays: dict[str, Any] = {name: mapped(folder / f"{name}.npy") for name in _arrays(Columns)}
        labels: dict[str, Any] = {name: mapped(folder / f"label_{name}.npy") for name in _arrays(LabelColumns)}
        results = ResultColumns(*(mapped(folder / f"result_{name}.npy") for name in ARRAYS))
        hierarchy = open_hierarchy(folder / "hierarchy")
        said = {}
        for way in SAYING:
            offsets, concepts, concept_offsets, documents = (mapped(folder / f"{way}_{name}.npy") for name in _SAID)
            said[way] = ConceptTable(offsets, concepts, concept_offsets, documents, arrays["copies"], hierarchy)
        return Columns(**arrays, labels=LabelColumns(**labels), results=results, said=said, hierarchy=hierarchy)
    except (OSError, ValueError, EOFError) as error:
        raise GenerationUnreadable(f"the columns in {folder} cannot be read ({error}); ingest again to rebuild the generation") from error


def _arrays(kind: type[Columns] | type[LabelColumns]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in ("labels", "results", "said", "hierarchy"))
