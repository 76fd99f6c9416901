"""What a saved cohort counted, and whether it still holds."""

from dataclasses import asdict
from typing import Final, Literal

from cohorts.definition import Definition
from cohorts.reading import definition_of
from cohorts.results import Counted
from cohorts.saved.errors import SavedRefused
from cohorts.saved.model import Result, Saved, Viewer
from cohorts.saved.things import SavedThings
from cohorts.study import Cohorts

Newer = Literal["data", "definition"]
WORDS: Final[dict[Newer, str]] = {"data": "data are newer", "definition": "the definition is newer"}
"""What is newer than a result, in words."""


def definition_in(things: SavedThings, viewer: Viewer, saved: Saved) -> Definition:
    """The present definition of a saved cohort, with all that it names. Raises SavedRefused, InvalidDefinition."""
    if saved.kind != "cohort":
        raise SavedRefused("name", f"{saved.name!r} is no cohort: it is saved as {saved.kind}")
    return definition_of(things.content(viewer, saved), lambda kind, name: things.named(viewer, kind, name))


def keep_count(things: SavedThings, viewer: Viewer, saved: Saved, definition: Definition, counted: Counted, cohorts: Cohorts) -> Result:
    """Keep what a saved cohort counted: how many, in which generation and datasets, and what was frozen for it."""
    result = Result(
        saved.current.number,
        things.digest(viewer, saved),
        cohorts.generation,
        "",
        tuple(sorted(definition.datasets or cohorts.datasets)),
        counted.subjects,
        counted.patients,
        counted.events,
        {path: asdict(one) for path, one in counted.frozen.items()},
    )
    things.keep_result(saved, result)
    return result


def newer_than(things: SavedThings, viewer: Viewer, saved: Saved, result: Result, generation: int) -> tuple[Newer, ...]:
    """What is newer than a result: the data that are published, or the definition, its own or one that it names."""
    told: list[Newer] = []
    if generation > result.generation:
        told.append("data")
    if things.digest(viewer, saved) != result.digest:
        told.append("definition")
    return tuple(told)
