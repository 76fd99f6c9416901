"""The same tests everywhere: generated examples do not change from run to run. Real graph servers for whoever asks for one.

Which of them run in one process where several run side by side: tests/groups.py.
"""

from hypothesis import settings

from tests.servers.fixtures import fuseki, gremlin_373, gremlin_381, janusgraph

__all__ = ["fuseki", "gremlin_373", "gremlin_381", "janusgraph"]

pytest_plugins = ["tests.groups"]

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")
