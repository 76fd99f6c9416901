"""How soon the demo answers, beside how long all of it takes.

    python -m benchmarks.demo [--port N]

`commissure demo` on an empty data folder: seconds until its page answers a question by words, until it answers by meaning too, and, as the
baseline, those of `commissure demo --no-serve` on another one, which has embedded everything when it ends.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

_QUESTION = "chest pain on exertion"
_PATIENCE = 600.0


def answer(address: str) -> dict[str, list[str]] | None:
    """What the demo answers; None while it does not."""
    try:
        with urllib.request.urlopen(f"{address}/api/v1/search?{urllib.parse.urlencode({'q': _QUESTION})}", timeout=_PATIENCE) as reply:
            found: dict[str, list[str]] = json.load(reply)
            return found
    except (urllib.error.URLError, OSError):
        return None


def until(address: str, began: float, *, whole: bool) -> float:
    """Seconds until there are hits, and with `whole` until no passage is found by words alone."""
    while time.perf_counter() - began < _PATIENCE:
        found = answer(address)
        if found and found["hits"] and not (whole and any("words alone" in notice for notice in found["notices"])):
            return time.perf_counter() - began
        time.sleep(0.2)
    raise SystemExit(f"no answer within {_PATIENCE:.0f} s")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    port = parser.parse_args().port
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "commissure", "demo", "--data"]
        began = time.perf_counter()
        subprocess.run([*command, str(Path(folder) / "whole"), "--no-serve"], check=True, capture_output=True)
        everything = time.perf_counter() - began
        print(f"everything embedded, without serving: {everything:.1f} s")
        began = time.perf_counter()
        server = subprocess.Popen([*command, str(Path(folder) / "served"), "--port", str(port)], stdout=-3, stderr=-3)
        try:
            for name, whole in (("answers by words", False), ("answers by meaning of all passages", True)):
                seconds = until(f"http://127.0.0.1:{port}", began, whole=whole)
                print(f"{name} after {seconds:.1f} s: {seconds / everything:.2f} of that")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
