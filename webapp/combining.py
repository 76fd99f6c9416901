"""Saved cohorts that are put together, as REST and pages tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cohorts.saved.algebra import MOST, How, Together, combination, counted_together, region
from cohorts.saved.errors import SavedRefused
from cohorts.saved.model import Saved
from webapp import saving
from webapp.context import Context


@dataclass(frozen=True, slots=True)
class Combined:
    """Cohorts as they overlap, in exact numbers, with definitions of the whole and of each region."""

    cohorts: tuple[Saved, ...]
    how: How
    together: Together
    definition: dict[str, Any]
    regions: tuple[dict[str, Any], ...]


def combined(ids: Sequence[str], how: How, context: Context) -> Combined:
    """Count saved cohorts together. Raises SavedMissing, SavedRefused, InvalidDefinition."""
    distinct = tuple(dict.fromkeys(ids))
    if not 2 <= len(distinct) <= MOST:
        raise SavedRefused("id", f"names {len(distinct)} cohorts; two to {MOST} are put together")
    things, viewer, cohorts = saving.things(), saving.viewer(), context.snapshot.cohorts
    found = tuple(things.get(viewer, id) for id in distinct)
    counted = counted_together(things, viewer, found, cohorts)
    names = [saving.called(saved) for saved in found]
    regions = tuple(region(names, one.inside, counted.subjects) for one in counted.overlap.regions)
    return Combined(found, how, counted, combination(names, how, counted.subjects), regions)
