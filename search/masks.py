"""From filters to which documents they allow.

Filters of documents restrict documents; those of labels restrict labels, one at a time, together with the concepts that are classes of
labels: a car of low confidence is another thing than a car beside something else of low confidence. Several concepts are all required, each
by some label that the other filters allow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np

from concepts.hierarchy import Hierarchy
from search.columns.concepts import Int32, Int64
from search.columns.documents import HAVING, Columns, day_interval
from search.columns.labels import LabelColumns, among
from search.columns.results import UNIT
from search.errors import InvalidRequest
from search.filters import FILTERS, Filters, Kind, Takes, concepts_of
from search.protocols import Mask
from search.questions.results import asked_result

AGENTS = frozenset({"human", "machine"})
"""Agents that are known whether or not anything was labeled by them."""
_SHOWN_NAMES = 20
TITLES = {row.name: row.title for row in FILTERS}


class Dictionary(Protocol):
    """What a catalog says of the values of fields."""

    def codes(self, field: str, values: Sequence[str]) -> list[int]:
        """Codes of the values that are there, ascending."""
        ...

    def values(self, field: str, codes: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """Value and label of codes."""
        ...

    def family_mentions(self, concepts: Sequence[int]) -> list[tuple[int, str]]:
        """(row of the document, trigger) of the mentions of concepts that are said of relatives."""
        ...


@dataclass(frozen=True)
class Ground:
    """`search.filters.Ground` over one generation; `columns` is left out where only labels are asked."""

    labels: LabelColumns
    hierarchy: Hierarchy
    codes: Callable[[str, Sequence[str]], list[int]]
    columns: Any = None
    units: Callable[[Sequence[int]], Mapping[int, str]] = lambda codes: {}
    """The units of codes."""
    families: Callable[[Sequence[int]], Sequence[tuple[int, str]]] = lambda concepts: ()
    """(row of the document in the catalog, trigger) of what is said of relatives of concepts, by their ordinals."""

    @classmethod
    def of(cls, columns: Columns, catalog: Dictionary) -> "Ground":
        """The ground of a generation."""

        def units(codes: Sequence[int]) -> Mapping[int, str]:
            return {code: name for code, (name, _) in catalog.values(UNIT, codes).items()}

        return cls(columns.labels, columns.hierarchy, catalog.codes, columns, units, catalog.family_mentions)

    def among(self, name: str, values: tuple[str, ...]) -> Mask:
        """Documents whose dataset, patient, type or sex is one of the values."""
        found: Mask = np.isin(self.columns.values(name), self.codes(name, values))
        return found

    def having(self, concepts: tuple[str, ...], way: str = HAVING) -> Mask:
        """Documents that have every one of the concepts, or speak so of each, or of any that a value names; a concept stands for
        everything narrower too."""
        table = self.columns.concepts(way)
        masks = [table.mask(self.codes("concept", concepts_of((value,)))) for value in dict.fromkeys(concepts)]
        found: Mask = np.logical_and.reduce(masks)
        return found

    def lacking(self, concepts: tuple[str, ...]) -> Mask:
        """Documents of patients of whom no text affirms any of the concepts, or of those that a value names, and whose chart has none."""
        found: Mask = self.columns.patients >= 0
        for value in dict.fromkeys(concepts):
            codes = self.codes("concept", concepts_of((value,)))
            having = self.charted(self.hierarchy.with_narrower(codes))
            patients = self.columns.patients[self.columns.concepts(HAVING).mask(codes)]
            having[patients[patients >= 0]] = True
            found = found & ~np.append(having, False)[self.columns.patients]
        return found

    def charted(self, ordinals: Int32) -> Mask:
        """The patients whose chart has any of the concepts, by code."""
        return self._of_charts(ordinals, self.columns.patient_concept_offsets, self.columns.patient_concepts)

    def allergic(self, ordinals: Int32) -> Mask:
        """The patients whose chart has an allergy to any of the concepts, by code."""
        return self._of_charts(ordinals, self.columns.patient_allergy_offsets, self.columns.patient_allergies)

    def _of_charts(self, ordinals: Int32, offsets: Int64, concepts: Int32) -> Mask:
        asked = np.zeros(len(self.columns.concept_patients), dtype=np.bool_)
        charted = np.zeros(len(self.columns.patient_concept_offsets) - 1, dtype=np.bool_)
        asked[ordinals] = True
        places = np.flatnonzero(asked[concepts])
        charted[np.searchsorted(offsets, places, side="right") - 1] = True
        return charted

    def not_before(self, day: str) -> Mask:
        """Documents that may be of this date or later."""
        found: Mask = self.columns.last_days >= days_of(day, "from")[0]
        return found

    def not_after(self, day: str) -> Mask:
        """Documents with a date that may be this one or an earlier one."""
        found: Mask = (self.columns.first_days <= days_of(day, "to")[1]) & (self.columns.first_days > 0)
        return found

    def aged_from(self, years: float) -> Mask:
        """Documents whose patient may be so old, or older, at their date."""
        found: Mask = self.columns.greatest_ages >= max(years, 0)
        return found

    def aged_to(self, years: float) -> Mask:
        """Documents whose patient may be so old, or younger, at their date."""
        found: Mask = (self.columns.least_ages <= years) & (self.columns.greatest_ages >= 0)
        return found

    def with_results(self, values: tuple[str, ...]) -> Mask:
        """Documents with every one of the results."""
        masks = []
        for asked in map(asked_result, values):
            codes = self.hierarchy.with_narrower(self.codes("concept", (asked.concept,)))
            masks.append(self.columns.results.mask(asked, codes, self.units, self.columns.documents))
        found: Mask = np.logical_and.reduce(masks)
        return found

    def labels_among(self, name: str, values: tuple[str, ...]) -> Mask:
        """Labels whose job, agent, state or attribute is one of the values."""
        return self.labels.rows_among(name, self.codes(name, values))

    def labels_from(self, confidence: float) -> Mask:
        """Labels of at least this confidence."""
        with np.errstate(invalid="ignore"):
            found: Mask = self.labels.scores >= np.float32(confidence)
        return found

    def labels_to(self, confidence: float) -> Mask:
        """Labels of at most this confidence."""
        with np.errstate(invalid="ignore"):
            found: Mask = self.labels.scores <= np.float32(confidence)
        return found


def allowed(filters: Filters, ground: Ground) -> Mask | None:
    """Which documents the filters allow; None where they allow all. Raises InvalidRequest for dates that are none."""
    masks = [row.mask(ground, value) for row, value in filters.given() if not row.of_labels]
    labeled = labeled_documents(filters, ground, ground.columns.documents)
    if labeled is not None:
        masks.append(labeled)
    return np.logical_and.reduce(masks) if masks else None


def labeled_documents(filters: Filters, ground: Ground, documents: int) -> Mask | None:
    """Which of so many documents have labels that the filters of labels allow; None where there is no such filter."""
    fitting = fitting_labels(filters, ground)
    if fitting is None:
        return None
    found: Mask = np.logical_and.reduce([_of_rows(ground.labels, each, documents) for each in wanted_labels(filters, ground, fitting)])
    return found


def fitting_labels(filters: Filters, ground: Ground) -> Mask | None:
    """Which labels the filters of labels allow, whatever their class; None where there is no such filter."""
    rows = [row.mask(ground, value) for row, value in filters.given() if row.of_labels]
    return np.logical_and.reduce(rows) if rows else None


def wanted_labels(filters: Filters, ground: Ground, fitting: Mask | None) -> list[Mask]:
    """The labels of which a document needs one of each: those `fitting`, for each class that is asked for. None where any will do."""
    labels = ground.labels
    codes = (ground.codes("concept", concepts_of((value,))) for value in filters.concepts)
    classes = [among(labels.concepts, ground.hierarchy.with_narrower(each)) for each in codes]
    # A concept that is no class of any label is one of the document as a whole.
    asked = [having for having in classes if having.any()]
    if fitting is None:
        return asked
    return [fitting & having for having in asked] or [fitting]


def _of_rows(labels: LabelColumns, rows: Mask, documents: int) -> Mask:
    mask: Mask = np.zeros(documents, dtype=np.bool_)
    mask[labels.documents[rows]] = True
    return mask


def check(filters: Filters) -> None:
    """Raises InvalidRequest for dates and results that are none, or ends in the wrong order."""
    first = days_of(filters.date_from, "from")[0] if filters.date_from is not None else 0
    last = days_of(filters.date_to, "to")[1] if filters.date_to is not None else 0
    if first and last and first > last:
        raise InvalidRequest("to", f"lies before from: {filters.date_to} < {filters.date_from}")
    for value in filters.results:
        asked_result(value)
    numbers = {row.name: value for row, value in filters.given() if row.kind is Kind.NUMBER}
    for name, high in numbers.items():
        stem, _, end = name.rpartition("_")
        low = numbers.get(f"{stem}_from")
        if end == "to" and low is not None and low > high:
            raise InvalidRequest(name, f"lies below {stem}_from: {high} < {low}")


def no_dataset(name: str, there: Sequence[str]) -> InvalidRequest:
    """What to say where a dataset is asked for that is not there."""
    return InvalidRequest("dataset", f"there is no dataset {name[:80]!r}; there are: {', '.join(there[:_SHOWN_NAMES])}")


def unknown_values(filters: Filters, ground: Ground, datasets: Callable[[], Sequence[str]]) -> list[str]:
    """What to say of values that nothing published has. Raises InvalidRequest for a dataset or patient that is not there."""
    said = []
    for row, values in filters.given():
        if row.takes is Takes.RESULT:
            values = tuple(asked_result(value).concept for value in values)
        if not row.several or len(ground.codes(row.field, values)) == len(set(values)):
            continue
        named = {value: concepts_of((value,)) if row.takes is Takes.CONCEPT else (value,) for value in values}
        absent = [value for value, each in named.items() if not ground.codes(row.field, each)]
        absent = [value for value in absent if not (row.name == "agent" and value in AGENTS)]
        for value in absent[:5]:
            if not row.known:
                said.append(f"Nothing published has the {TITLES[row.field].lower()} {' or '.join(map(repr, named[value]))}.")
            elif row.name == "dataset":
                raise no_dataset(value, datasets())
            else:
                wrong = (
                    f"no {row.title.lower()} has the IRI {value[:200]!r}"
                    if ":" in value
                    else f"{value[:80]!r} is not the IRI of a {row.name}"
                )
                raise InvalidRequest(row.name, wrong)
    return said


def days_of(text: str, field: str) -> tuple[int, int]:
    """First and last day of a date of a request. Raises InvalidRequest."""
    first, last = day_interval(text) if len(text) <= 10 else (0, 0)
    if first:
        try:
            date(first // 10000 or 1, first // 100 % 100 or 1, first % 100 or 1)
        except ValueError:
            first = 0
    if not first or "00" in text[4:].split("-"):
        raise InvalidRequest(field, f"must be a date as YYYY, YYYY-MM or YYYY-MM-DD, is {text[:40]!r}")
    return first, last
