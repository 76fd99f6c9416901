"""A real Chromium, and the application over the small generation of the web tests on a free port of the loopback."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from werkzeug.serving import make_server

from access.control import AccessControl
from tests.webapp.fixtures import Shelf, empty
from tests.webapp.kept import kept_things
from webapp import assets
from webapp.app import create_app
from webapp.library import Library

playwright_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need the package 'playwright'")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ON_CI = os.environ.get("CI", "").lower() == "true"


def missing(what: str) -> None:
    """Skip with a message; on CI, where nothing may be missing, fail."""
    if ON_CI:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def bundles() -> None:
    try:
        assets.build()
    except assets.AssetsUnavailable as error:
        missing(str(error))


@pytest.fixture(scope="package")  # not longer: while Playwright runs, no other event loop can run in this thread
def browser(bundles: None) -> Iterator[object]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        missing("no Chromium on the PATH: install the package 'chromium'")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def serve(library: Library, access: AccessControl | None = None) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(library, access=access, saved=kept_things()), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the application over the small generation."""
    yield from serve(Shelf())


@pytest.fixture(scope="session")
def empty_site() -> Iterator[str]:
    """The address of the application with nothing loaded."""
    yield from serve(Shelf(empty()))


@pytest.fixture
def open_tab(browser: object) -> Iterator[Callable[..., object]]:
    """Opens pages; at the end of the test, none may have had an error, broken the content policy or asked another machine for anything."""
    contexts = []
    said: list[str] = []

    def open_one(width: int = 1440, height: int = 900, theme: str = "light", scripts: bool = True) -> object:
        context = browser.new_context(  # type: ignore[attr-defined]
            viewport={"width": width, "height": height}, color_scheme=theme, java_script_enabled=scripts, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}") if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(f"exception: {error}"))
        page.on("request", lambda request: said.append(f"left the machine: {request.url}") if not _stays(request.url) else None)
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url} {request.failure}") if not _left(request) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert said == []


def _stays(url: str) -> bool:
    """Whether a request goes to this machine, or nowhere."""
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))


def _left(request: object) -> bool:
    """Whether a request was given up because the page was left."""
    return "ERR_ABORTED" in str(request.failure)  # type: ignore[attr-defined]
