"""Columns and DuckDB count the same, whatever is asked of whatever there is.

`COMMISSURE_GENERATED=2000 pytest tests/cohorts/test_executors.py` tries as many definitions.
"""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.arrays import count_cohort
from cohorts.definition import Definition, all_events
from cohorts.duck import Tables, count_parquet, write_parquet
from cohorts.events import NO_DAY
from cohorts.exported import tables_of
from cohorts.reading import definition_of
from cohorts.resolving import Matches, Resolution
from cohorts.results import Counted
from tests.cohorts.generated import DAY, definitions, event_of, people
from tests.cohorts.tables import CONCEPTS, read, resolution, table

pytestmark = pytest.mark.long
NUMBER = int(os.environ.get("COMMISSURE_GENERATED", "150"))
SAYING, LEFT = [1, 3], [3, 4]
"""Documents that say what is asked, and those that filters leave as well."""


def told(counted: Counted) -> dict[str, Any]:
    members = counted.members
    return {
        "steps": counted.steps,
        "frozen": counted.frozen,
        **{name: getattr(members, name).tolist() for name in ("patients", "events", "days", "ends")},
    }


def resolved(definition: Definition) -> Resolution:
    said = {
        event.path: SAYING if event.filters is None else LEFT
        for event in all_events(definition)
        if (event.words or event.meaning or event.filters) is not None
    }
    found = resolution(
        definition, said, {event.path: matches(number) for number, event in enumerate(all_events(definition)) if event.pattern}
    )
    return replace(found, cohorts={name: resolved(one) for name, one in definition.cohorts.items()})


def matches(number: int) -> Matches:
    """What every pattern finds: the first patient on two days and on none."""
    days = np.asarray([NO_DAY, DAY - 2, DAY + number % 3], dtype=np.int32)
    return Matches(np.zeros(3, dtype=np.int32), np.arange(3, dtype=np.int32) + (1 << 30) + 3 * number, days)


@settings(max_examples=NUMBER, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_both_count_the_same(data: st.DataObject) -> None:
    who = data.draw(people())
    events = table(who, data.draw(st.lists(event_of(len(who)), max_size=12)))
    definition = definition_of(data.draw(definitions()))
    with Tables(tables_of(events, [f"p{code}" for code in range(len(who))], CONCEPTS)) as tables:
        names = resolved(definition)
        assert told(count_cohort(events, definition, names)) == told(tables.count(definition, names))


def test_parquet_counts_the_same(tmp_path: Any) -> None:
    events = table([{}] * 2, [{"patient": each, "kind": "condition", "codes": "a", "day": 10_000} for each in range(2)])
    definition = read({"any": [{"event": "condition", "in": "a"}]}, {"name": "it's -- so\n", "dates": ["1997", None]}, name="of\n'all'")
    write_parquet(tables_of(events, ["p0", "p1"], CONCEPTS), tmp_path / "it's")
    assert told(count_parquet(tmp_path / "it's", definition, resolution(definition))) == told(
        count_cohort(events, definition, resolution(definition))
    )
