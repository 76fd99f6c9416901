"""`commissure` in a process of its own that need not import anything: forked from one that has imported everything, once for many tests.

A cold process spends ten seconds of a processor on importing torch and what comes with it before it encodes a question. What a command
does, says and ends with is the same in both; that it works cold too is shown by tests/test_printed_commands.py, page by page.
"""

import gc
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

IMPORTED = ("sentence_transformers", "commissure.assemble", "commissure.cli", "ingest.pipeline", "ingest.preload", "search.retriever")
STREAMS = ("stdin", "stdout", "stderr")


def run(arguments: Sequence[object], env: Mapping[str, str], cwd: Path, given: str = "") -> "subprocess.CompletedProcess[str]":
    """What `commissure ARGUMENTS` says and ends with, with these variables in this folder, `given` as its input."""
    with tempfile.TemporaryDirectory(prefix="commissure-forked-") as folder:
        files = {name: Path(folder, name) for name in STREAMS}
        files["stdin"].write_text(given, encoding="utf-8")
        order = {"arguments": [str(each) for each in arguments], "env": dict(env), "cwd": str(cwd)}
        parent = _parent()
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.write(json.dumps({**order, **{name: str(path) for name, path in files.items()}}) + "\n")
        parent.stdin.flush()
        code = int(parent.stdout.readline())
        said = (files[name].read_text(encoding="utf-8") for name in STREAMS[1:])
        return subprocess.CompletedProcess(order["arguments"], code, *said)


@lru_cache(maxsize=1)
def _parent() -> "subprocess.Popen[str]":
    """The process that forks; it ends with this one, which held its input open."""
    return subprocess.Popen([sys.executable, "-m", "tests.forked"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve() -> dict[str, Any]:
    """Fork a process for each line of the input and say what it ended with; return the line in the process that was forked."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            return dict(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    sys.exit(0)


def _become(order: Mapping[str, Any]) -> None:
    """Go on as a process that was started so."""
    for number, name in enumerate(STREAMS):
        opened = os.open(order[name], os.O_RDONLY if name == "stdin" else os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # the one before had read ahead
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["commissure", *order["arguments"]]


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what was imported is shared with each fork, and not looked through when it ends
    _become(_serve())
    runpy.run_module("commissure", run_name="__main__", alter_sys=True)
