"""What is saved, as this request may see it: who looks, what definitions may name, and one's own questions."""

import logging
from typing import Any, Final

from flask import Flask, current_app, g

from cohorts.definition import Definition
from cohorts.linking import Named, NamedKind
from cohorts.reading import definition_of
from cohorts.saved.errors import SavedUnusable
from cohorts.saved.model import WHOEVER_SITS_HERE, Saved, Viewer
from cohorts.saved.questions import QuestionKind, Questions
from cohorts.saved.things import SavedThings
from graph.scope import EVERYTHING
from webapp.context import context
from webapp.errors import Problem, ProblemError
from webapp.guard import KEY as ACCESS
from webapp.guard import actor

log = logging.getLogger("commissure.web")

KEY: Final = "commissure_saved"
"""Key of app.extensions under which saved things lie; None where none are kept."""


def register(app: Flask, saved: SavedThings | None) -> None:
    """Have the application keep what people save."""
    app.extensions[KEY] = saved


def things_or_none() -> SavedThings | None:
    """What is saved; None where nothing is kept."""
    found: SavedThings | None = current_app.extensions.get(KEY)
    return found


def things() -> SavedThings:
    """What is saved. Raises ProblemError where nothing is kept."""
    found = things_or_none()
    if found is None:
        raise ProblemError(_NOT_KEPT)
    return found


def viewer() -> Viewer:
    """Who looks, and what they may see; where nobody signs in, whoever sits at this machine."""
    scope = context().scope
    if current_app.extensions.get(ACCESS) is None:
        return WHOEVER_SITS_HERE if scope == EVERYTHING else Viewer(datasets=scope.datasets)
    found = actor()
    return Viewer(found.user if found is not None else "", scope.datasets)


def there() -> tuple[str, ...]:
    """The datasets that may be seen."""
    opened = context().snapshot_or_none
    return tuple(one.dataset for one in opened.catalog.datasets()) if opened is not None else ()


def named() -> Named:
    """What definitions of this request may name."""
    saved, who = things_or_none(), viewer()

    def find(kind: NamedKind, name: str) -> Any:
        return None if saved is None else saved.named(who, kind, name)

    return find


def read(value: Any) -> Definition:
    """The definition that a JSON value is, with all that it names of what is saved. Raises InvalidDefinition, SavedError."""
    return definition_of(value, named())


def called(saved: Saved) -> str:
    """The name by which definitions of this request, and of whoever it is mailed to, mean a thing."""
    return saved.full_name if saved.owner or viewer().user else saved.name


def cohorts_to_choose() -> tuple[Saved, ...]:
    """The saved cohorts of patients that this request may name; none for readers of de-identified copies, who see nothing that is saved."""
    saved, sight = things_or_none(), g.get("sight")
    if saved is None or (sight is not None and sight.deidentified):
        return ()
    return tuple(one for one in saved.listed(viewer(), "cohort") if one.current.content.get("subjects", "patients") == "patients")


def questions() -> Questions | None:
    """The history of questions; None where it is switched off, or nothing is kept."""
    saved = things_or_none()
    return Questions(saved.database) if saved is not None and context().settings.history else None


def keep_question(kind: QuestionKind, said: str, address: str, beginning: str = "") -> None:
    """Keep a question in the history of whoever asks. A history that cannot be written keeps nobody from their answer."""
    history = questions()
    if history is None or not said:
        return
    try:
        history.keep(viewer().user, kind, said, address, beginning)
    except SavedUnusable:
        log.warning("a question cannot be kept: the file with saved things cannot be written")


_NOT_KEPT: Final = Problem("not-found", 404, "Nothing is saved here", "This server keeps no saved things.")
