"""The same tests everywhere: generated examples do not change from run to run. Real graph servers for whoever asks for one.

Several processes run the tests side by side (`-n`, pytest-xdist): those of a file stay together, for their fixtures; those that ask for the
same servers too, so that each server is started once.
"""

import pytest
from hypothesis import settings

from tests.servers.fixtures import fuseki, gremlin_373, gremlin_381, janusgraph

__all__ = ["fuseki", "gremlin_373", "gremlin_381", "janusgraph"]

SERVERS = frozenset(__all__)

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests run in one process; those of servers, which take longest, begin."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("+".join(_servers(item)) or _room(item)))
    items.sort(key=lambda item: not _servers(item))


def _servers(item: pytest.Item) -> list[str]:
    """Servers that a test asks for, by its fixtures or by their names among its parameters."""
    callspec = getattr(item, "callspec", None)
    named = {value for value in callspec.params.values() if isinstance(value, str)} if callspec else set()
    return sorted(SERVERS & (named | set(getattr(item, "fixturenames", ()))))


def _room(item: pytest.Item) -> str:
    """The file of a test; the browser tests, which share one browser, are one room."""
    file = item.nodeid.split("::")[0]
    return "browser" if file.startswith("tests/browser/") else file
