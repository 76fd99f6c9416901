"""Whether the server is alive (/healthz) and whether it can answer searches (/readyz)."""

import logging
import threading
from dataclasses import dataclass, field

from flask import Blueprint, Response, current_app

from graph.vocabulary import BASE
from search.errors import NothingPublished, SearchError
from search.model import Mode, SearchRequest
from webapp.api.operation import json_response
from webapp.context import context_of
from webapp.errors import SAMPLE_COMMAND, instance
from webapp.library import Snapshot

log = logging.getLogger("commissure.web")

_NO_MODEL = "search by meaning does not answer, words alone rank; 'commissure status' says more"

probes = Blueprint("probes", __name__)


@dataclass
class Readiness:
    """Which generation has answered a semantic search: the model was loaded for it and needs no second try."""

    answered: tuple[int, str] | None = None
    trying: threading.Lock = field(default_factory=threading.Lock)

    def model(self, snapshot: Snapshot) -> str | None:
        """What keeps semantic search from answering; None when nothing does."""
        key = (snapshot.generation, snapshot.published)
        if self.answered == key:
            return None
        # Loading takes seconds; probes that come meanwhile must not queue behind it and use up the server's threads.
        if not self.trying.acquire(blocking=False):
            return "the embedding model is being loaded"
        try:
            found = snapshot.retriever.search(SearchRequest("ready", mode=Mode.SEMANTIC, limit=1, join=False, facets=False))
            # Without its model the search falls back to words, and nothing was encoded.
            if "encode" not in found.timings and any(dataset.embedded for dataset in snapshot.catalog.datasets()):
                return _NO_MODEL
        except SearchError as error:
            log.warning("%s not ready: %s", instance(), type(error).__name__)
            return _NO_MODEL
        finally:
            self.trying.release()
        self.answered = key
        return None


@probes.get("/healthz")
def healthz() -> Response:
    """Alive: the process answers. Nothing is opened or loaded."""
    return _uncached(json_response({"status": "alive"}))


@probes.get("/readyz")
def readyz() -> Response:
    """Ready: a generation is open, the model is loaded, the graph is reachable. Says what is not."""
    checks = {"generation": "ok", "model": "ok", "graph": "ok"}
    try:
        snapshot = context_of(current_app).snapshot
    except NothingPublished:
        why = f"nothing has been ingested; run '{SAMPLE_COMMAND}' to load the sample"
        checks = {"generation": why, "model": "not tried", "graph": "not tried"}
    except SearchError as error:
        log.warning("%s not ready: %s", instance(), type(error).__name__)
        why = "the published generation cannot be read; 'commissure status' says more"
        checks = {"generation": why, "model": "not tried", "graph": "not tried"}
    else:
        readiness: Readiness = current_app.extensions["commissure_readiness"]
        checks["model"] = readiness.model(snapshot) or "ok"
        checks["graph"] = _graph(snapshot) or "ok"
    ready = all(state == "ok" for state in checks.values())
    return _uncached(json_response({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503))


def _graph(snapshot: Snapshot) -> str | None:
    """What keeps the graph from answering; None when nothing does."""
    if snapshot.graph is None:
        return "the graph store cannot be reached"
    try:
        snapshot.graph.summaries([BASE])
    except Exception as error:  # A probe reports whatever a back end raises.
        log.warning("%s not ready: %s", instance(), type(error).__name__)
        return "the graph store does not answer"
    return None


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
