"""The same tests everywhere: generated examples do not change from run to run. Real graph servers for whoever asks for one."""

from hypothesis import settings

from tests.servers.fixtures import fuseki, gremlin_373, gremlin_381, janusgraph

__all__ = ["fuseki", "gremlin_373", "gremlin_381", "janusgraph"]

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")
