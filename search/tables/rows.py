"""Values as rows of the catalog."""

from hashlib import blake2b
from typing import Any

from concepts.model import Mention
from search.days import Days, days_of
from search.model import Document, Fact, PassageSpan, PatientSummary


def storable(text: str) -> str:
    """The text as a file can hold it: a lone surrogate, which UTF-8 cannot carry, becomes '?', so that offsets stay true."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def document_row(row: int, batch: int, run: str, d: Document) -> tuple[Any, ...]:
    """A row of `documents`."""
    # A document without text equals only itself.
    digest = blake2b((d.text.strip() or d.id).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    title, type_, label = storable(d.title), storable(d.type), d.patient_label and storable(d.patient_label)
    named = row, batch, d.id, d.record, run, d.dataset, d.kind, type_, title
    placed = d.patient or None, label, d.encounter or None, d.date or None
    return (*named, *placed, storable(d.dated), d.status, d.media_type, d.source, d.line, digest, "")


def passage_row(row: int, ordinal: int, p: PassageSpan) -> tuple[Any, ...]:
    """A row of `passages`."""
    return row, ordinal, p.start, p.end, storable(p.section), p.key


def mention_row(row: int, ordinal: int, m: Mention) -> tuple[Any, ...]:
    """A row of `mentions`."""
    words = storable(m.text), m.concept or None, storable(m.label)
    scores = m.assertion.value, m.score, m.concept_score, m.source
    return row, ordinal, m.id, m.start, m.end, *words, *scores, storable(m.trigger), storable(m.section), m.value, m.unit


def fact_row(number: int, batch: int, f: Fact) -> tuple[Any, ...]:
    """A row of `facts`."""
    said = f.relation, f.concept or None, storable(f.label), f.start or None, f.end or None, f.value and storable(f.value), f.number, f.unit
    policy = f.status, f.assertion.value, f.counted, f.encounter or None, f.source, f.line
    more = f.job or None, f.agent, storable(f.attributes), storable(f.comparator)
    told = storable(f.category), f.setting, f.answer, f.recorded or None, f.started, f.supply, f.canonical, storable(f.canonical_unit)
    coded = f.ucum, storable(f.interpretation), f.intent, f.stated, f.performer or None, f.location or None
    (day, last), (end, last_end) = _ends(days_of(f.start)), _ends(days_of(f.end))
    days = day, last, end, last_end, _ends(days_of(f.recorded))[0] if f.recorded != f.start else day
    return number, batch, f.record, f.dataset, f.subject, *said, *policy, *more, *told, *coded, *days


def _ends(days: Days | None) -> tuple[int | None, int | None]:
    return (days.first, days.last) if days is not None else (None, None)


def patient_row(p: PatientSummary) -> tuple[Any, ...]:
    """A row of `patients`."""
    who = p.id, p.dataset, storable(p.label), p.sex, p.born, p.died, p.source, p.line
    return *who, storable(p.race), storable(p.race_codes), storable(p.ethnicity), storable(p.ethnicity_codes)
