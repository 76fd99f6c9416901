"""The web process: waitress serving the app over the data folder."""

import gc
import signal
import sys
import threading
from contextlib import suppress
from typing import Any

from flask import Flask

from commissure import assemble, workplace
from commissure.errors import AddressInUse
from commissure.reach import check_reach
from commissure.watching import log_as, tracer_of
from ingest.errors import DatasetBusy, IngestError, LoadsUnwritable
from ingest.locks import Lock
from ingest.workspace import SERVE_LOCK
from search.errors import ModelUnavailable, NothingPublished
from search.model import SearchRequest
from search.protocols import Embedder
from search.ranking.relevance import PROBES

_COLLECT_EVERY = 50_000
"""Objects more made than freed."""


def make_app(settings: dict[str, Any]) -> Flask:
    """The Flask app with its model loaded and the current generation open, so that the first question is as quick as the next."""
    from webapp.app import create_app

    serving = _serving(settings)
    try:
        assemble.take_over(settings)
    except IngestError as error:  # another process is at it, or may write here where this one may not: pages say so until then
        sys.stderr.write(f"{error}\n")
    model = workplace.embedder(settings)
    library = assemble.DataLibrary(workplace.workspace(settings), model, settings, warm=True)
    try:
        library.current().retriever.search(SearchRequest("warm up"))
    except NothingPublished as error:
        sys.stderr.write(f"{error}\n")
    except ModelUnavailable as error:
        sys.stderr.write(f"search by meaning is off: {error}\n")
    else:
        # Where nothing has a vector yet the model was not asked for; it is wanted as soon as something has.
        threading.Thread(target=_load, args=(model,), daemon=True, name="load the model").start()
    access = workplace.access_control(settings) if settings["access"] else None
    app = create_app(
        library,
        settings=assemble.web_settings(settings),
        access=access,
        saved=workplace.saved_things(settings),
        tracer=tracer_of(settings["traces"]),
    )
    app.extensions["commissure-serving"] = serving
    return app


def _serving(settings: dict[str, Any]) -> Lock | None:
    """What says that somebody serves the data folder, so that no backup is put in its place; none where it cannot be written anyway."""
    folder = workplace.workspace(settings).folder
    try:
        lock = Lock(folder / SERVE_LOCK)
    except OSError:
        return None
    if not lock.take(shared=True):
        raise DatasetBusy(f"{folder}: a backup is being put in its place; wait for that to end, then start the server again")
    return lock


def _load(model: Embedder) -> None:
    with suppress(ModelUnavailable):  # said where a question is asked
        for probe in PROBES:
            model.encode_query(probe)


def work_off_loads(settings: dict[str, Any]) -> None:
    """Work off the queue of the loader in the background, where it is set up."""
    from commissure.loading import LoadWorker, queue

    loads = queue(settings)
    if loads is None:
        return
    try:
        loads.check()
    except LoadsUnwritable as error:
        sys.stderr.write(f"the loader is off: {error}\n")
    else:
        LoadWorker(loads, settings).start()


def collect_seldom() -> None:
    """For a process that only serves: libraries and model stay for good, and looking through them for garbage holds up a question."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, 20, 50)


def listen(app: Flask, settings: dict[str, Any]) -> Any:
    """A waitress server for the app, listening; `run()` answers."""
    import waitress
    from waitress.channel import HTTPChannel

    from commissure.dispatcher import ProbesAside
    from commissure.refusals import ProblemTask

    HTTPChannel.error_task_class = ProblemTask
    return waitress.create_server(
        app,
        _dispatcher=ProbesAside(settings["threads"]),
        host=settings["host"],
        port=settings["port"],
        threads=settings["threads"],
        ident=None,
        # What lets a request know that its client has gone.
        channel_request_lookahead=1,
        # Refused before it is kept: waitress would take a gigabyte first.
        max_request_body_size=settings["max_body"] + 1,
    )


def serve(settings: dict[str, Any]) -> None:
    """Serve until a signal to end. Raises OpenToAll, and AddressInUse where the address cannot be listened on."""
    check_reach(settings)
    log_as(settings["log_format"])
    host, port = settings["host"], settings["port"]
    try:
        # Listen first: a taken port is said at once, not after the model has loaded.
        import socket

        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise AddressInUse(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port or COMMISSURE_PORT") from error
    app = make_app(settings)
    collect_seldom()
    work_off_loads(settings)
    server = listen(app, settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stderr.write(f"Commissure is at http://{host}:{port}\n")
    sys.stderr.flush()
    try:
        server.run()
    finally:
        server.close()
