"""Commands of our own that run as processes beside this one."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

_NICE: Final = 10
"""How much less of the processors a process aside gets than one that answers."""
_GRACE: Final = 10.0
"""Seconds that it has to end when it is told to."""


def environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings of this process, for the one it starts: secrets go by the environment, where no list of processes shows them."""
    return {**os.environ, **{f"COMMISSURE_{name.upper()}": str(value) for name, value in settings.items()}}


@contextmanager
def embedding_aside(settings: Mapping[str, Any]) -> Iterator[None]:
    """While the block runs, passages that have no vector are given one by another process. What it has not done by then is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "commissure", "embed"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment(settings)
    )
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
