"""A module of ours in a process of its own, with its processor time and memory watched."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Spent:
    """Most memory (MB, resident, all processes together) and processor time (s) of a process and its children."""

    memory: float
    processor: float


def run_measured(module: str, arguments: Sequence[str], ended: Sequence[int] = (0,)) -> tuple[bytes, Spent]:
    """Its standard output and what it took. Raises CalledProcessError where it ends with another status than these."""
    # What is compiled is kept, as it is where somebody installed it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak = 0.0
    spent: dict[int, float] = {}

    def watch() -> None:
        nonlocal peak
        root = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                tree = [root, *root.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in tree) / 1e6)
                spent.update((each.pid, sum(each.cpu_times()[:2])) for each in tree)
            except psutil.Error:
                pass
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    watcher.join()
    if process.returncode not in ended:
        raise subprocess.CalledProcessError(process.returncode, module)
    return output, Spent(peak, sum(spent.values()))
