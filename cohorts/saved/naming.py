"""How everything else comes by what is saved: `named_cohort` reads one by its name, `names` lets a definition name others."""

from pathlib import Path
from typing import Any

from cohorts.definition import Definition
from cohorts.linking import Named
from cohorts.reading import definition_of
from cohorts.saved.model import WHOEVER_SITS_HERE, Viewer
from cohorts.saved.things import SavedThings


def names(folder: Path, viewer: Viewer = WHOEVER_SITS_HERE) -> Named:
    """What definitions may name of a data folder, as `definition_of` and `read_definition` take it."""
    things = SavedThings(folder)
    return lambda kind, name: things.named(viewer, kind, name)


def named_cohort(folder: Path, name: str, viewer: Viewer = WHOEVER_SITS_HERE) -> Definition:
    """The cohort that is saved under a name in a data folder, with all that it names.

    Raises SavedMissing, SavedRefused, SavedUnusable, and InvalidDefinition where something that it names is not there any more.
    """
    things = SavedThings(folder)
    return definition_of(things.content(viewer, things.find(viewer, name, "cohort")), names(folder, viewer))


def named_view(folder: Path, name: str, viewer: Viewer = WHOEVER_SITS_HERE) -> dict[str, Any]:
    """The ViewDefinition, as JSON, that is saved under a name in a data folder. Raises SavedMissing, SavedRefused, SavedUnusable."""
    return SavedThings(folder).find(viewer, name, "view").current.content
