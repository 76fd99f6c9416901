"""The one place that hands out a generation: to the REST interface, to pages, to probes and metrics; as much of it as may be seen."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from flask import Flask, current_app, g

from access.roles import Sight
from cohorts.protection import USUAL_LEAST, Protection
from graph.errors import StoreUnavailable
from graph.scope import EVERYTHING, Scope
from graph.store import GraphReader
from search.errors import NothingPublished
from webapp.errors import Problem, ProblemError
from webapp.guard import sight
from webapp.library import Library, Snapshot
from webapp.scoped import Closed, library_within
from webapp.settings import WebSettings


@dataclass
class Context:
    """What a request reads. The generation is taken once, when it is first asked for."""

    library: Library
    settings: WebSettings
    scope: Scope = EVERYTHING
    """The datasets that may be seen."""
    counts_only: bool = False
    """Whether they are seen as protected numbers alone."""

    def __post_init__(self) -> None:
        """Nobody who is given the context can ask for more than the scope admits."""
        self.library = library_within(self.library, self.scope)

    @property
    def protection(self) -> Protection:
        """How numbers of patients are protected for this request."""
        own = self.settings.protection
        return replace(own, least=max(own.least, USUAL_LEAST)) if self.counts_only else own

    @cached_property
    def snapshot(self) -> Snapshot:
        """The generation this request reads to its end. Raises NothingPublished."""
        return self.library.current()

    @property
    def generation_read(self) -> int | None:
        """The number of the generation that was taken; None where none was asked for."""
        taken: Snapshot | None = vars(self).get("snapshot")
        return taken.generation if taken is not None else None

    @property
    def snapshot_or_none(self) -> Snapshot | None:
        """The generation this request reads; None where nothing has been ingested."""
        try:
            return self.snapshot
        except NothingPublished:
            return None

    @property
    def graph(self) -> GraphReader:
        """What may be seen of the graph. Raises StoreUnavailable."""
        if self.snapshot.graph is None:
            raise StoreUnavailable("The graph store is not reachable.")
        return self.snapshot.graph


def register(app: Flask) -> None:
    """Let go of the generation when a request ends. An answer that is still being sent keeps what it reads of it."""

    @app.teardown_appcontext
    def end(_: BaseException | None) -> None:
        found: Context | None = g.pop("commissure_context", None)
        if found is None:
            return
        generation, library = found.generation_read, found.library
        del found
        if generation is not None:
            library.ended(generation)


def context() -> Context:
    """The context of the current request."""
    if "commissure_context" not in g:
        g.commissure_context = _seen_as(sight())
    found: Context = g.commissure_context
    return found


def _seen_as(sight: Sight | None) -> Context:
    """What a request reads that was let in so; nothing where nobody let it in."""
    library, settings = current_app.extensions["commissure"], current_app.extensions["commissure_settings"]
    if sight is None:
        return Context(Closed(), settings)
    if sight.deidentified:
        library = library.deidentified
        if library is None:
            raise ProblemError(_NO_COPY)
    return Context(library, settings, sight.scope, sight.counts_only)


_NO_COPY: Final = Problem(
    "no-copy",
    409,
    "There is no de-identified copy yet",
    "You may read de-identified data, and no dataset has a copy without what identifies yet. "
    "Whoever keeps this server makes one with 'commissure datasets deidentify NAME'.",
)


def context_of(app: Flask) -> Context:
    """A context of its own for what is asked outside of requests, or looks at what is published now: readiness, metrics."""
    return Context(app.extensions["commissure"], app.extensions["commissure_settings"])
