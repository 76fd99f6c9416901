"""Which tests run in one process, and in which order, where several processes run them (`-n N --dist loadgroup`, pytest-xdist).

Tests of a file stay together, for their fixtures. So do those marked `servers`, so that each graph server is started once, and the browser
tests, which share one browser. Both begin, then files marked `long`: nobody should have long work left at the end.

pytest-xdist 3.8 tells its own scheduler of groups by the ids of tests, which nobody can change since pytest 9.2; it then deals single
tests out, without a word. So each worker writes its groups down, and a scheduler of ours reads them.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARING = ("servers", "browser")
"""Marks of tests that stay together across files; in the order in which they begin."""
BEGINS = (*SHARING, "long")
FILE = "groups.json"
FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """One thread for each of several processes and for those that they start: more would be busy with waiting for each other."""
    if hasattr(config, "workerinput"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort tests by when they begin; a worker writes down which stay together."""
    items.sort(key=lambda item: next((place for place, mark in enumerate(BEGINS) if item.get_closest_marker(mark)), len(BEGINS)))
    if folder := getattr(config, "workerinput", {}).get("groups"):
        written = Path(folder, config.workerinput["workerid"])  # type: ignore[attr-defined]
        written.write_text(json.dumps({item.nodeid: group(item) for item in items}))
        written.rename(Path(folder, FILE))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where to write its groups."""
    if FOLDER not in node.config.stash:
        node.config.stash[FOLDER] = tempfile.TemporaryDirectory(prefix="commissure-groups-")
    node.workerinput["groups"] = node.config.stash[FOLDER].name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Deal out by group; any other way than by group is pytest-xdist's own."""
    return ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


class ByGroup(LoadScopeScheduling):
    """Gives a whole group to the first worker that has nothing left to do, in the order of the tests."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)
        self._groups: dict[str, str] = {}

    def schedule(self) -> None:
        """All workers have collected: read what stays together; there is nothing where none found a test."""
        written = Path(self.config.stash[FOLDER].name, FILE)
        if not self._groups and written.exists():
            self._groups = json.loads(written.read_text())
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self._groups[nodeid]


def group(item: pytest.Item) -> str:
    """What a test shares with others of its process: servers, the browser, or the fixtures of its file."""
    return next((mark for mark in SHARING if item.get_closest_marker(mark)), item.nodeid.split("::")[0])
