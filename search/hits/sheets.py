"""Hits as tables, for a spreadsheet: a row a hit, or a row a patient. Rows are written as they are read."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from search.formulas import cell
from search.model import Group, Hit, Listing, SearchRequest

HITS = (
    *("rank", "title", "date", "dated", "type", "patient", "patient_id", "dataset", "score", "match", "section"),
    *("answer", "passage", "start", "end", "document", "record", "source", "line", "run"),
)
PATIENTS = (
    *("patient_id", "patient", "dataset", "hits", "best_rank", "best_score", "best_document", "best_title", "first_date", "last_date"),
)


def table(listing: Listing, rows: str) -> Iterator[str]:
    """CSV of the listed hits, line by line: 'hits', or 'patients' (hits without a patient share a row without one)."""
    yield _line(HITS if rows == "hits" else PATIENTS)
    yield from map(_line, hit_rows(listing.hits) if rows == "hits" else patient_rows(listing.hits))


def in_rows(request: SearchRequest, rows: str) -> SearchRequest:
    """The request for a table of such rows: patients are counted over all that is found of them."""
    return replace(request, group=Group.PATIENT) if rows == "patients" else request


def hit_rows(hits: Iterable[Hit]) -> Iterator[tuple[object, ...]]:
    """A row of HITS for each hit."""
    for hit in hits:
        evidence = hit.evidence
        yield (
            *(hit.rank, hit.title, hit.date, hit.dated, hit.type, hit.patient_label, hit.patient, hit.dataset),
            *(f"{hit.score:.4f}", hit.match or "", hit.section),
            *(hit.answer.text if hit.answer else "", hit.passage.text, hit.passage.start, hit.passage.end, hit.document),
            *(evidence.record, evidence.source, evidence.line, evidence.run),
        )


@dataclass(slots=True)
class _Found:
    """What was found of a patient so far; the first hit is the best."""

    best: Hit
    hits: int = 0
    dates: list[str] = field(default_factory=list)


def patient_rows(hits: Iterable[Hit]) -> Iterator[tuple[object, ...]]:
    """A row of PATIENTS for each patient of the hits, in the order of their best hits."""
    found: dict[tuple[str, str | None], _Found] = {}
    for hit in hits:
        one = found.setdefault((hit.dataset, hit.patient), _Found(hit))
        one.hits += 1
        if hit.date:
            one.dates = [min([hit.date, *one.dates]), max([hit.date, *one.dates])]
    for one in found.values():
        best, dates = one.best, one.dates or ["", ""]
        yield (
            *(best.patient, best.patient_label, best.dataset, one.hits, best.rank, f"{best.score:.4f}", best.document, best.title),
            *(dates[0], dates[-1]),
        )


def _line(values: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([cell(value) for value in values])
    return text.getvalue()
