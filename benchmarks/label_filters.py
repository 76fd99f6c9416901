"""Filters and facets of labels over REST, beside the same requests without them.

    python -m benchmarks.label_filters --data DIR [--requests 400]

DIR is what `python -m benchmarks.manifest_ingest --data DIR` left, or any data folder with labels. `commissure serve` answers on loopback,
one client asks on one connection. Half the requests browse, half ask in words; each has up to three filters (job, class, attribute,
human or machine, a range of confidence, dates), drawn from what the facets offer, and counts all facets. No two requests are alike, so
that no cache helps. The baseline sends the same requests without the filters and without facets, in turns with them.
"""

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

MOST = 100
"""Milliseconds that 95 of 100 requests may take at most."""
WORDS = ("frames", "image", "crossing", "traffic", "rain", "machine", "people", "with", "empty street", "labeled by people")
WARM = 20
_HERE = Path(__file__).resolve().parent.parent
Parameters = list[tuple[str, str]]


class Client:
    """One connection to a server on loopback, whose process has the number `server`."""

    def __init__(self, port: int, server: int) -> None:
        self.server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, parameters: Parameters | None = None) -> dict[str, Any]:
        """The JSON answer. Raises RuntimeError for any other status than 200."""
        self._connection.request("GET", f"{path}?{urlencode(parameters or [])}")
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {body[:200]!r}")
        answer: dict[str, Any] = json.loads(body)
        return answer


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def served(data: Path, port: int, checkout: Path = _HERE) -> Iterator[Client]:
    """`commissure serve` over a data folder, by the code of a checkout, while the block lasts.

    Raises RuntimeError where it does not get ready within five minutes.
    """
    command = [sys.executable, "-m", "commissure", "--data", str(data.resolve()), "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            client = Client(port, server.pid)
            try:
                client.get("/readyz")
                break
            except (OSError, RuntimeError, http.client.HTTPException):
                if server.poll() is not None:
                    break
                time.sleep(0.1)
        else:
            raise RuntimeError("the server does not get ready")
        yield client
    finally:
        server.terminate()
        server.wait()


def offered_by(client: Client) -> dict[str, list[dict[str, Any]]]:
    """The values of each facet that find anything."""
    facets = client.get("/api/v1/search", [("limit", "1")])["facets"]
    return {name: [value for value in values if value["count"]] for name, values in facets.items()}


def requests(offered: dict[str, list[dict[str, Any]]], count: int) -> Iterator[tuple[Parameters, Parameters]]:
    """(the question and its page, the filters of labels) of so many requests, no two alike."""
    drawn = random.Random(3)
    found = [*WORDS, *(value["label"] for value in offered["concept"])]
    used: set[str] = set()
    while len(used) < count:
        asked = [("q", " ".join(drawn.sample(found, drawn.randint(1, 3))) if len(used) % 2 else ""), ("offset", str(drawn.randrange(50)))]
        filters: Parameters = []
        for kind in drawn.sample(("job", "concept", "attribute", "agent", "confidence", "date"), drawn.randint(0, 3)):
            if kind == "confidence":
                lowest = drawn.uniform(0.5, 0.9)
                filters += [("confidence_from", f"{lowest:.3f}"), ("confidence_to", f"{lowest + drawn.uniform(0.02, 0.1):.3f}")]
            elif kind == "date":
                month = drawn.randint(1, 9)
                filters += [("from", f"{drawn.choice(('2024', '2025'))}-{month:02}"), ("to", f"2025-{month + drawn.randint(0, 3):02}")]
            elif values := offered[kind]:
                filters += [(kind, value["value"]) for value in drawn.sample(values, drawn.randint(1, min(2, len(values))))]
        if (key := urlencode(asked + filters)) not in used:
            used.add(key)
            yield asked, filters


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--port", type=int, default=8766)
    arguments = parser.parse_args()
    with served(arguments.data, arguments.port) as client:
        total, offered = client.get("/api/v1/search", [("limit", "1")])["total"], offered_by(client)
        print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}; {total:,} items", flush=True)
        times: dict[tuple[str, str], list[float]] = {}
        found = 0
        for number, (asked, filters) in enumerate(requests(offered, arguments.requests + WARM)):
            kind = "in words" if asked[0][1] else "browsing"
            plain = [*asked, ("facets", "false")]
            for side, parameters in (("with", asked + filters), ("without", plain)):
                began = time.perf_counter()
                answer = client.get("/api/v1/search", parameters)
                if number >= WARM:
                    times.setdefault((kind, side), []).append(1000 * (time.perf_counter() - began))
                found += side == "with" and answer["total"] > 0
        assert found > arguments.requests // 2, "most requests find nothing: the filters do not fit the data"
        both = {side: [*times["browsing", side], *times["in words", side]] for side in ("with", "without")}
        for kind, with_, without in (
            *((kind, times[kind, "with"], times[kind, "without"]) for kind in ("browsing", "in words")),
            ("all", both["with"], both["without"]),
        ):
            for share in (50, 95):
                ours, base = np.percentile(with_, share), np.percentile(without, share)
                most = f" (at most {MOST})" if share == 95 else ""
                print(f"{kind:8} p{share}: {ours:6.1f} ms{most}, without filters and facets {base:6.1f} ms, ratio {ours / base:.2f}")


if __name__ == "__main__":
    main()
