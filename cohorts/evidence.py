"""What shows that patients meet a condition: the first record that charts it, or the first note that says it, with its sentence."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cohorts.definition import Value
from search.hits.snippets import sentences

Query = Callable[..., list[Any]]
"""Runs a query with its values on the catalog of a generation, and gives its rows."""

_CHARTED: Final = """
SELECT f.subject, f.record, f.label, f.start, f.value, f.unit, f.source, f.line, min(coalesce(f.day, 2147483647))
FROM facts f JOIN concepts c ON c.concept = f.concept
WHERE f.counted AND f.relation = ? AND c.ordinal IN (SELECT value FROM json_each(?)) AND f.subject IN (SELECT value FROM json_each(?))
    {value}
GROUP BY f.subject
"""
_UNCODED: Final = """
SELECT f.subject, f.record, f.label, f.start, f.value, f.unit, f.source, f.line, min(coalesce(f.day, 2147483647))
FROM facts f WHERE f.counted AND f.relation = ? AND f.subject IN (SELECT value FROM json_each(?)) {setting}
GROUP BY f.subject
"""
_SAID: Final = """
SELECT d.patient, d.id, d.title, d.date, d.source, d.line, m.start, m.stop, t.text, min(coalesce(d.date, '9999'))
FROM mentions m JOIN documents d ON d.row = m.document JOIN concepts c ON c.concept = m.concept JOIN texts t ON t.row = d.row
WHERE c.ordinal IN (SELECT value FROM json_each(?)) AND m.assertion IN (SELECT value FROM json_each(?))
    AND d.patient IN (SELECT value FROM json_each(?))
GROUP BY d.patient
"""
_WORDED: Final = """
SELECT d.patient, d.id, d.title, d.date, d.source, d.line, min(coalesce(d.date, '9999'))
FROM documents d WHERE d.row IN (SELECT value FROM json_each(?)) AND d.patient IN (SELECT value FROM json_each(?))
GROUP BY d.patient
"""
_COMPARED: Final[Mapping[str, str]] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "="}


@dataclass(frozen=True, slots=True)
class Proof:
    """One record or note. Of a note `document` is its IRI; `start` and `end` are the words in it, in code points, with their sentence."""

    label: str
    date: str | None
    source: str
    line: int
    record: str = ""
    value: str = ""
    document: str = ""
    start: int = 0
    end: int = 0
    sentence: str = ""


def charted(
    query: Query, patients: Sequence[str], relation: str, concepts: Collection[int], value: Value | None = None
) -> dict[str, Proof]:
    """By patient (IRI) the first record of the relation that charts one of the concepts (ordinals), with a number as asked."""
    clause, values = _value(value)
    asked = (relation, json.dumps(sorted(concepts)), json.dumps(list(patients)), *values)
    return {row[0]: _of_record(row) for row in query(_CHARTED.format(value=clause), asked)}


def _value(value: Value | None) -> tuple[str, list[float | str]]:
    """What the number must be; in another unit it is not compared here, so that nothing is shown which would not be one."""
    if value is None:
        return "", []
    bounds = [(f"f.number {sign} ?", getattr(value, name)) for name, sign in _COMPARED.items() if getattr(value, name) is not None]
    clauses, values = [clause for clause, _ in bounds], [bound for _, bound in bounds]
    unit = (" AND f.unit = ? COLLATE NOCASE", [value.unit]) if value.unit else ("", [])
    return f" AND f.comparator = '' AND {' AND '.join(clauses)}{unit[0]}", [*values, *unit[1]]


def of_kind(query: Query, patients: Sequence[str], relation: str, setting: str = "") -> dict[str, Proof]:
    """By patient the first record of a relation, whatever it charts; of encounters of a class, those alone."""
    clause = "AND (char(10) || f.setting || char(10)) LIKE ('%' || char(10) || ? || char(10) || '%')" if setting else ""
    asked = (relation, json.dumps(list(patients)), *([setting] if setting else []))
    return {row[0]: _of_record(row) for row in query(_UNCODED.format(setting=clause), asked)}


def _of_record(row: Sequence[Any]) -> Proof:
    _, record, label, start, value, unit, source, line, _ = row
    return Proof(
        label, start, source, line, record=record, value=" ".join(filter(None, [value, unit if value and unit not in value else ""]))
    )


def said(query: Query, patients: Sequence[str], concepts: Collection[int], assertions: Collection[str]) -> dict[str, Proof]:
    """By patient the first note that means one of the concepts so, with the sentence."""
    asked = (json.dumps(sorted(concepts)), json.dumps(sorted(assertions)), json.dumps(list(patients)))
    found = {}
    for patient, document, title, date, source, line, start, end, text, _ in query(_SAID, asked):
        found[patient] = Proof(title, date, source, line, document=document, start=start, end=end, sentence=sentence_of(text, start, end))
    return found


def worded(query: Query, patients: Sequence[str], documents: Collection[int]) -> dict[str, Proof]:
    """By patient the first of some notes (rows of the catalog)."""
    asked = (json.dumps(sorted(documents)), json.dumps(list(patients)))
    return {
        patient: Proof(title, date, source, line, document=document)
        for patient, document, title, date, source, line, _ in query(_WORDED, asked)
    }


def sentence_of(text: str, start: int, end: int) -> str:
    """The sentence of a text in which something stands."""
    first, last = text.rfind("\n\n", 0, start) + 1, text.find("\n\n", end)
    last = last if last >= 0 else len(text)
    return next((text[low:high].strip() for low, high in sentences(text, first, last) if low <= start < high), text[start:end])
