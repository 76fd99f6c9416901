"""Real graph servers for tests, one of each for the whole session; `tests/conftest.py` makes them known.

Without Java or Maven, or where Maven cannot fetch, a test that asks for one is skipped; with CI=true it fails.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.servers import processes
from tests.servers.processes import Server, ServerMissing


def started(start: Callable[[], Server]) -> Server:
    """The server, or the end of the test that asked for it."""
    try:
        return start()
    except ServerMissing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


def _lasting(start: Callable[[], Server]) -> Iterator[str]:
    server = started(start)
    try:
        yield server.address
    finally:
        server.close()


@pytest.fixture(scope="session")
def gremlin_373() -> Iterator[str]:
    """The address of a Gremlin Server of the series that Neptune speaks."""
    yield from _lasting(lambda: processes.gremlin_server("3.7.3"))


@pytest.fixture(scope="session")
def gremlin_381() -> Iterator[str]:
    """The address of a Gremlin Server of the newest series."""
    yield from _lasting(lambda: processes.gremlin_server("3.8.1"))


@pytest.fixture(scope="session")
def janusgraph() -> Iterator[str]:
    """The address of a JanusGraph server."""
    yield from _lasting(processes.janusgraph)


@pytest.fixture(scope="session")
def fuseki() -> Iterator[str]:
    """The address of a Fuseki dataset."""
    yield from _lasting(processes.fuseki)
