"""Events as two tables that any program can read: `events`, a row an event and concept, and `patients`.

Days are dates, codes are words, and what is not known is null. `first_day` and `last_day` of patients are those of their charted events.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.definition import LABELS
from cohorts.events import ASSERTIONS, KINDS, NO_DAY, Events


def tables_of(events: Events, patients: Sequence[str], concepts: Sequence[str]) -> dict[str, pa.Table]:
    """The tables by name; `patients` and `concepts` are the IRIs of their codes."""
    people, found, texts = events.people, events.found, events.texts
    labels = np.isin(events.kinds, [KINDS.index(kind) for kind in LABELS])
    results, labelings = np.where(labels, -1, events.results), np.where(labels, events.results, -1)

    def of_labels(values: NDArray[Any], absent: float = -1) -> NDArray[Any]:
        taken = np.full(len(labelings), absent, dtype=values.dtype)
        taken[labels] = values[labelings[labels]]
        return taken

    def result(values: NDArray[Any]) -> pa.Array:
        taken = np.full(len(results), np.nan)
        taken[results >= 0] = values[results[results >= 0]]
        return pa.array(taken, from_pandas=True)

    def result_words(codes: NDArray[Any], words: Sequence[str]) -> pa.Array:
        taken = np.full(len(results), -1, dtype=np.int64)
        taken[results >= 0] = codes[results[results >= 0]]
        return _words(taken, words)

    rows = {
        "kind": _words(events.kinds, KINDS),
        "patient": pa.array(events.patients),
        "event": pa.array(events.events),
        "concept": _words(events.concepts, concepts),
        "day": _dates(events.days),
        "end_day": _dates(events.ends),
        "encounter": pa.array(events.encounters.astype(np.int64), mask=events.encounters < 0),
        "class": _words(events.settings, texts.settings),
        "status": _words(events.statuses, texts.statuses),
        "assertion": _words(events.assertions, ASSERTIONS),
        "document": pa.array(events.documents, mask=events.documents < 0),
        "dataset": _words(events.datasets, texts.datasets),
        "low": result(found.low),
        "high": result(found.high),
        "common_low": result(found.common_low),
        "common_high": result(found.common_high),
        "unit": result_words(found.units, texts.units),
        "answer": result_words(found.answers, texts.answers),
        "job": _words(of_labels(events.labeled.jobs), texts.jobs),
        "agent": _words(of_labels(events.labeled.agents), texts.agents),
        "confidence": pa.array(of_labels(events.labeled.scores, np.nan), from_pandas=True),
        "supply": pa.array(events.supplies, from_pandas=True),
    }
    who = {
        "patient": pa.array(np.arange(len(people.born), dtype=np.int32)),
        "iri": pa.array(list(patients), pa.string()),
        "described": pa.array(people.described.astype(np.bool_)),
        "born": _dates(people.born),
        "died": _dates(people.died),
        "sex": _words(people.sexes, texts.sexes),
        "dataset": _words(people.datasets, texts.datasets),
        "first_day": _dates(people.first),
        "last_day": _dates(people.last),
    }
    return {"events": pa.table(rows), "patients": pa.table(who)}


def _dates(days: NDArray[np.int32]) -> pa.Array:
    return pa.array(days.astype("datetime64[D]"), pa.date32(), mask=days == NO_DAY)


def _words(codes: NDArray[np.integer], words: Sequence[str]) -> pa.Array:
    known = pa.array(list(words), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), known).cast(pa.string())
