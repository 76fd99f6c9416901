"""Saved things as JSON."""

from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from cohorts.protection import Told
from cohorts.saved.algebra import Overlap
from cohorts.saved.counting import Newer, newer_than
from cohorts.saved.model import Result, Saved, Version, Viewer
from cohorts.saved.things import SavedThings
from webapp.answers.cohorts import FrozenJson


class SavedResultJson(TypedDict):
    """What a saved cohort counted last."""

    subjects: str
    """What is counted: 'patients', or 'items'."""
    count: Told
    events: Told
    generation: int
    """The generation in which it was counted."""
    counted: str
    """When (ISO 8601, UTC)."""
    version: int
    """The version that was counted."""
    datasets: list[str]
    """In which it was counted."""
    frozen: dict[str, FrozenJson]
    """Path of a rule → what was looked up for it."""
    newer: list[str]
    """What is newer than it: 'data' (another generation), 'definition' (another version of it, or of something that it names)."""


class SavedJson(TypedDict):
    """A saved thing, without its content."""

    id: str
    kind: str
    """'cohort', 'concepts', 'search' or 'view'."""
    name: str
    owner: str
    """Who saved it; '' where nobody signed in."""
    description: str
    sharing: str
    """'private': its owner alone sees it; 'readers': all who may read its datasets."""
    datasets: list[str]
    """Those that it names, else those that its author saw."""
    version: int
    author: str
    created: str
    saved: str
    """When this version was saved."""
    mine: bool
    """Whether whoever asks may change it."""
    result: SavedResultJson | None


class SavedListJson(TypedDict):
    """What is saved and may be seen, by name."""

    saved: list[SavedJson]
    generation: int


class SavedThingJson(SavedJson):
    """A saved thing."""

    content: dict[str, Any]
    """A definition, `{"codes": […]}`, `{"parameters": …}`, or a ViewDefinition; names in it mean what they mean to its owner."""


class SavedVersionJson(TypedDict):
    """A thing as it was saved once."""

    version: int
    name: str
    description: str
    sharing: str
    author: str
    saved: str
    content: dict[str, Any]


class SavedVersionsJson(TypedDict):
    """All versions of a thing, newest first."""

    id: str
    versions: list[SavedVersionJson]


class DroppedJson(TypedDict):
    """What was dropped."""

    id: str
    name: str


class CohortSizeJson(TypedDict):
    """A cohort of a combination, and how many are in it."""

    id: str
    name: str
    count: Told


class RegionJson(TypedDict):
    """Who is in these cohorts and in none of the others."""

    inside: list[str]
    count: Told
    definition: dict[str, Any]
    """What counts and lists them."""


class CombinationJson(TypedDict):
    """A combination of saved cohorts. Of up to three also the regions are told that nobody is in."""

    how: str
    subjects: str
    count: Told
    everyone: Told
    """How many there are to be in any."""
    cohorts: list[CohortSizeJson]
    regions: list[RegionJson]
    definition: dict[str, Any]
    """The combination as a definition, which can be saved."""
    generation: int


class AskedBeforeJson(TypedDict):
    """Something that whoever asks had asked before, in a page."""

    kind: str
    said: str
    address: str
    """The page that asks it again."""
    asked: str


class AskedQuestionsJson(TypedDict):
    """One's own questions, newest first."""

    kept: bool
    """Whether questions are kept."""
    questions: list[AskedBeforeJson]


class ForgottenJson(TypedDict):
    """How many questions were forgotten."""

    forgotten: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What saved things are told to: who looks, and at which generation (0 where none is published)."""

    things: SavedThings
    viewer: Viewer
    generation: int

    def result(self, saved: Saved) -> tuple[Result, tuple[Newer, ...]] | None:
        """What a cohort counted last where this may be seen, and what is newer."""
        result = self.things.result(self.viewer, saved) if saved.kind == "cohort" else None
        return (result, newer_than(self.things, self.viewer, saved, result, self.generation)) if result is not None else None


def saved_answer(saved: Saved, seen: Seen) -> SavedJson:
    """A saved thing, without its content."""
    now, found = saved.current, seen.result(saved)
    return {
        "id": saved.id,
        "kind": saved.kind,
        "name": saved.name,
        "owner": saved.owner,
        "description": now.description,
        "sharing": now.sharing,
        "datasets": list(now.datasets),
        "version": now.number,
        "author": now.author,
        "created": saved.created,
        "saved": now.saved,
        "mine": seen.viewer.owns(saved),
        "result": _result(*found) if found is not None else None,
    }


def _result(result: Result, newer: tuple[Newer, ...]) -> SavedResultJson:
    return {
        "subjects": result.subjects,
        "count": result.count,
        "events": result.events,
        "generation": result.generation,
        "counted": result.counted,
        "version": result.version,
        "datasets": list(result.datasets),
        "frozen": result.frozen,
        "newer": list(newer),
    }


def thing_answer(saved: Saved, seen: Seen) -> SavedThingJson:
    """A saved thing."""
    return {**saved_answer(saved, seen), "content": seen.things.content(seen.viewer, saved)}


def version_answer(version: Version, content: dict[str, Any]) -> SavedVersionJson:
    """One version."""
    return {
        "version": version.number,
        "name": version.name,
        "description": version.description,
        "sharing": version.sharing,
        "author": version.author,
        "saved": version.saved,
        "content": content,
    }


def regions_answer(found: Overlap, ids: list[str], definitions: list[dict[str, Any]]) -> list[RegionJson]:
    """The regions, each with its definition."""
    return [
        {"inside": [ids[place] for place in one.inside], "count": one.count, "definition": definition}
        for one, definition in zip(found.regions, definitions, strict=True)
    ]
