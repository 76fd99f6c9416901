"""What access control costs the joined search: who is there, what they may, what is noted; against the same search without.

    python -m benchmarks.access_price [--passages 20000] [--quads 500000] [--queries 300]
    python -m benchmarks.access_price --data DIR

Both applications stand in this process over one library, so that both see the same machine. Each question is asked once to warm up,
then of both, the one and the other first in turns; the model encodes it each time. The accounts hold other people, groups and tokens
too. The time by the clock is what counts; on a busy machine the processor time of the thread that answers says more.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import numpy as np
from flask.testing import FlaskClient

from access.control import AccessControl
from benchmarks.joined_search import distinct_queries, make_up
from commissure.assemble import DataLibrary
from ingest.workspace import Workspace
from search.embedders import open_embedder
from webapp.app import create_app

PEOPLE = 500
"""Other accounts, each with a token, two groups and a grant."""


def somebody(control: AccessControl) -> str:
    """A token of somebody who reads everything, among many others."""
    for number in range(PEOPLE):
        name = control.of_provider(f"u{number}", f"issuer|{number}", (f"g{number % 20}", f"h{number % 7}"))
        control.accounts.grant("user", name, "reader", f"dataset{number % 50}")
        control.credentials.create_token(name, (), (), 1)
    control.accounts.grant("user", "u0", "reader", None)
    return control.credentials.create_token("u0", (), (), 1)[1]


def milliseconds(client: FlaskClient, query: str) -> tuple[float, float]:
    """One search: by the clock, and of processor time of the thread that answers."""
    started, worked = time.perf_counter(), time.thread_time()
    answer = client.get("/api/v1/search", query_string={"q": query})
    spent = 1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - worked)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:200]}")
    return spent


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--quads", type=int, default=500_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--data", type=Path, help="a data folder to search instead of a made-up one")
    options = parser.parse_args()
    embedder, chance = open_embedder(), random.Random(1)
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or Path(temporary) / "data"
        if not options.data:
            make_up(data, options.passages, options.quads, embedder)
        library, control = DataLibrary(Workspace(data), embedder), AccessControl(Path(temporary))
        without, guarded = create_app(library).test_client(), create_app(library, access=control).test_client()
        guarded.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {somebody(control)}"
        spent: tuple[list[tuple[float, float]], list[tuple[float, float]]] = [], []
        for query in distinct_queries(options.queries):
            milliseconds(without, query)
            both = [(without, spent[0]), (guarded, spent[1])]
            chance.shuffle(both)
            for client, times in both:
                times.append(milliseconds(client, query))
        for number, kind in enumerate(("by the clock", "of processor time")):
            alone, under = ([both[number] for both in times] for times in spent)
            for share in (50, 95):
                least, most = np.percentile(alone, share), np.percentile(under, share)
                print(f"p{share} {kind}: {most:.1f} ms with, {least:.1f} ms without, ratio {most / least:.3f} (p95 at most 1.05)")
            print(f"  more for each request: {np.median(np.array(under) - np.array(alone)):.2f} ms (median)")
        print(f"{control.audit.verify().events:,} events noted")


if __name__ == "__main__":
    main()
