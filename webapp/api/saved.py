"""Saved things: listed, saved, changed, counted, put together; and one's own questions."""

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from cohorts.saved.algebra import MOST, How
from cohorts.saved.counting import definition_in, keep_count
from cohorts.saved.model import Kind, Saved, Sharing
from cohorts.saved.things import Change
from webapp import saving
from webapp.answers import saved as answers
from webapp.answers.cohorts import CohortCountJson, count_answer
from webapp.answers.saved import Seen, regions_answer, saved_answer, thing_answer, version_answer
from webapp.api.operation import Operation
from webapp.api.parameters import NoParameters, Parameters
from webapp.api.values import WHOLE
from webapp.combining import combined
from webapp.context import Context
from webapp.errors import FieldError, invalid

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
Number = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_ID: Final = "1a2b3c4d5e6f"
_EXAMPLE: Final[dict[str, Any]] = {"codes": [{"code": "http://snomed.info/id/44054006", "descendants": True}]}


class ListSaved(Parameters):
    """Which saved things."""

    kind: Kind | None = None
    """Of this kind alone."""


class OneSaved(Parameters):
    """A saved thing."""

    thing: Id
    """Its identifier."""


class DropSaved(OneSaved):
    """A saved thing that is to be dropped."""

    version: Number
    """The version that was looked at; refused where there is a newer one."""


class SaveBody(Parameters):
    """Something new under a name; or with `id` and `version` a further version of a thing, in which what is not given stays."""

    kind: Kind | None = None
    """What it is; of a further version it stays."""
    name: Name | None = None
    """Without blanks, quotation marks, colons and slashes."""
    content: dict[str, Any] | None = Field(default=None, examples=[_EXAMPLE])
    """A definition, `{"codes": […]}`, `{"parameters": {name: [values]}}`, or a ViewDefinition."""
    description: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    sharing: Sharing | None = None
    """'private' (its owner alone sees it) unless said otherwise, or 'readers' (all who may read its datasets)."""
    id: Id | None = None
    version: Number | None = None
    """The version that is changed; refused with 409 where there is a newer one."""


class CountBody(Parameters):
    """A saved cohort to count."""

    id: Id


class CombineBody(Parameters):
    """Saved cohorts to put together."""

    ids: Annotated[list[Id], Field(min_length=2, max_length=MOST)]
    how: How = "and"
    """In all of them, in any, or in the first and none of the others."""


def listed(asked: ListSaved, context: Context) -> answers.SavedListJson:
    """What may be seen."""
    seen = _seen(context)
    return {"saved": [saved_answer(one, seen) for one in seen.things.listed(seen.viewer, asked.kind or "")], "generation": seen.generation}


def get(asked: OneSaved, context: Context) -> answers.SavedThingJson:
    """One thing."""
    seen = _seen(context)
    return thing_answer(seen.things.get(seen.viewer, asked.thing), seen)


def versions(asked: OneSaved, context: Context) -> answers.SavedVersionsJson:
    """Its versions."""
    seen = _seen(context)
    saved = seen.things.get(seen.viewer, asked.thing)
    found = seen.things.versions(seen.viewer, asked.thing)
    return {"id": saved.id, "versions": [version_answer(one, seen.things.content(seen.viewer, saved, one)) for one in found]}


def save(asked: SaveBody, context: Context) -> answers.SavedThingJson:
    """Something new, or a further version."""
    seen = _seen(context)
    return thing_answer(_further(asked, seen) if asked.id is not None else _new(asked, seen), seen)


def _new(asked: SaveBody, seen: Seen) -> Saved:
    if asked.kind is None or asked.name is None or asked.content is None:
        raise invalid(*(FieldError(name, "is missing") for name in ("kind", "name", "content") if getattr(asked, name) is None))
    if asked.version is not None:
        raise invalid(FieldError("version", "is of a thing that is there: give its `id`"))
    words = asked.description or "", asked.sharing or "private"
    return seen.things.save(seen.viewer, asked.kind, asked.name, asked.content, *words, saving.there())


def _further(asked: SaveBody, seen: Seen) -> Saved:
    if asked.id is None or asked.version is None:
        raise invalid(FieldError("version", "is missing: which version is changed"))
    if asked.kind not in (None, seen.things.get(seen.viewer, asked.id).kind):
        raise invalid(FieldError("kind", "stays: save it under another name"))
    change = Change(asked.name, asked.description, asked.sharing, asked.content)
    return seen.things.change(seen.viewer, asked.id, asked.version, change, saving.there())


def drop(asked: DropSaved, context: Context) -> answers.DroppedJson:
    """Dropped with all its versions."""
    seen = _seen(context)
    saved = seen.things.drop(seen.viewer, asked.thing, asked.version)
    return {"id": saved.id, "name": saved.name}


def count(asked: CountBody, context: Context) -> CohortCountJson:
    """Counted now, and kept."""
    seen, cohorts = _seen(context), context.snapshot.cohorts
    saved = seen.things.get(seen.viewer, asked.id)
    definition = definition_in(seen.things, seen.viewer, saved)
    counted = cohorts.count(definition)
    keep_count(seen.things, seen.viewer, saved, definition, counted, cohorts)
    return count_answer(counted, cohorts)


def combine(asked: CombineBody, context: Context) -> answers.CombinationJson:
    """How cohorts overlap."""
    found = combined(asked.ids, asked.how, context)
    together = found.together
    ids = [saved.id for saved in found.cohorts]
    sized = zip(found.cohorts, together.overlap.sizes, strict=True)
    return {
        "how": found.how,
        "subjects": together.subjects,
        "count": together.overlap.combined(found.how),
        "everyone": together.everyone,
        "cohorts": [{"id": saved.id, "name": saving.called(saved), "count": size} for saved, size in sized],
        "regions": regions_answer(together.overlap, ids, list(found.regions)),
        "definition": found.definition,
        "generation": context.snapshot.generation,
    }


def questions(_: NoParameters, context: Context) -> answers.AskedQuestionsJson:
    """What whoever asks had asked."""
    history, user = saving.questions(), saving.viewer().user
    if history is None:
        return {"kept": False, "questions": []}
    told = [answers.AskedBeforeJson(kind=one.kind, said=one.said, address=one.address, asked=one.asked) for one in history.asked(user)]
    return {"kept": history.kept_for(user), "questions": told}


def forget(_: NoParameters, context: Context) -> answers.ForgottenJson:
    """All of it is forgotten."""
    history = saving.questions()
    return {"forgotten": history.clear(saving.viewer().user) if history is not None else 0}


def _seen(context: Context) -> Seen:
    opened = context.snapshot_or_none
    return Seen(saving.things(), saving.viewer(), opened.generation if opened is not None else 0)


def _operation(name: str, method: Any, path: str, summary: str, handler: Any, answer: Any, parameters: Any, **more: Any) -> Operation[Any]:
    problems = more.pop("problems", (404,))
    declared = {"handler": handler, "answer": answer, "parameters": parameters, "problems": problems, "by_generation": False, **more}
    return Operation(name=name, method=method, path=path, tag="Saved", summary=summary, **declared)


OPERATIONS: tuple[Operation[Any], ...] = (
    _operation("listSaved", "GET", "/saved", "What is saved and may be seen, by name", listed, answers.SavedListJson, ListSaved),
    _operation(
        "saveThing",
        "POST",
        "/saved",
        "Save a cohort, concepts, a search or a view under a name, or a further version of it",
        save,
        answers.SavedThingJson,
        SaveBody,
        problems=(404, 409),
        example={"kind": "concepts", "name": "diabetes", "content": _EXAMPLE},
    ),
    _operation(
        "countSaved",
        "POST",
        "/saved/count",
        "Count a saved cohort, and keep what it counted",
        count,
        CohortCountJson,
        CountBody,
        problems=(404, 503),
        example={"id": _ID},
    ),
    _operation(
        "combineSaved",
        "POST",
        "/saved/combine",
        "How saved cohorts overlap, and how many are in all, in any, or in the first alone",
        combine,
        answers.CombinationJson,
        CombineBody,
        problems=(404, 503),
        example={"ids": [_ID, "6f5e4d3c2b1a"], "how": "and"},
    ),
    _operation(
        "listQuestions",
        "GET",
        "/saved/questions",
        "What you asked in pages, newest first",
        questions,
        answers.AskedQuestionsJson,
        NoParameters,
    ),
    _operation("forgetQuestions", "DELETE", "/saved/questions", "Forget all that you asked", forget, answers.ForgottenJson, NoParameters),
    _operation(
        "getSaved", "GET", "/saved/{thing}", "A saved thing with its content", get, answers.SavedThingJson, OneSaved, example={"thing": _ID}
    ),
    _operation(
        "listVersions",
        "GET",
        "/saved/{thing}/versions",
        "All its versions, newest first",
        versions,
        answers.SavedVersionsJson,
        OneSaved,
        example={"thing": _ID},
    ),
    _operation(
        "dropSaved",
        "DELETE",
        "/saved/{thing}",
        "Drop a saved thing with all its versions",
        drop,
        answers.DroppedJson,
        DropSaved,
        problems=(404, 409),
        example={"thing": _ID, "version": 1},
    ),
)
