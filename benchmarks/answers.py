"""What the servers of two checkouts take to answer the same requests, in turns: processor time of all threads of each, by request.

A busy machine disturbs processor time less than seconds. Requests go in turns of BLOCK to one server and to the other, so that both see
the same machine, and no two requests are alike, so that no cache of answers helps. Threads are looked at as Linux counts them.
"""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np

from benchmarks.label_filters import WARM, Client, Parameters, free_port, offered_by, requests, served

BLOCK = 10
_REST = 2.0
_AT_REST = 20.0
"""Milliseconds of processor time in as many seconds that a server at rest takes at most."""
_EVERYDAY = (
    "asked about insurance",
    "called the office today",
    "comes back next week",
    "lives alone in an apartment",
    "returned the forms by post",
    "retired from work",
    "seen by the night team",
    "sleeps well at night",
    "speaks through an interpreter",
    "told to call again",
    "transport by ambulance",
    "visits her daughter on weekends",
    "walked in alone",
    "works as a teacher",
)
"""What notes say without naming a concept; two of them make a question."""
_FRAMES = ("{}", "patients with {}", "notes on {}", "{} after surgery", "treated for {} at home")


def compare_searches(checkouts: Sequence[Path], folders: Sequence[Path], count: int) -> None:
    """Joined searches over clinical data: in everyday words, and for concepts that the data has."""
    drawn = random.Random(4)
    with ExitStack() as stack:
        clients = _serving(stack, checkouts, folders)
        common = clients[1].get("/api/v1/facets/concept", [("limit", str(len(_FRAMES) * 20))])
        names = sorted({value["label"].lower() for value in common["values"]})
        everyday = [f"{one}, {other}" for one in _EVERYDAY for other in _EVERYDAY if one != other]
        naming = [frame.format(name) for frame in _FRAMES for name in names]
        for kind, questions in (("everyday words", everyday), ("concepts", naming)):
            drawn.shuffle(questions)
            _compare(f"search, {kind}", clients, [[("q", question)] for question in questions[: count + WARM]])


def compare_filters(checkouts: Sequence[Path], folders: Sequence[Path], count: int) -> None:
    """Filters and facets of labels as benchmarks.label_filters asks for them, browsing and in words."""
    with ExitStack() as stack:
        clients = _serving(stack, checkouts, folders)
        asked: dict[str, list[Parameters]] = {"browsing": [], "in words": []}
        for question, filters in requests(offered_by(clients[0]), 2 * (count + WARM)):
            asked["in words" if question[0][1] else "browsing"].append(question + filters)
        for kind, of_kind in asked.items():
            _compare(f"labels, {kind}", clients, of_kind)


def _serving(stack: ExitStack, checkouts: Sequence[Path], folders: Sequence[Path]) -> list[Client]:
    clients = [stack.enter_context(served(folder, free_port(), checkout)) for checkout, folder in zip(checkouts, folders, strict=True)]
    for client in clients:
        _await_rest(client.server)
    return clients


def _await_rest(process: int) -> None:
    """Wait until a server has done what it does in the background when it starts, as loading the model: no request costs that."""
    before = -np.inf
    while (now := _spent(process)) - before > _AT_REST:
        before = now
        time.sleep(_REST)


def _compare(kind: str, clients: Sequence[Client], asked: Sequence[Parameters]) -> None:
    spent: tuple[list[float], list[float]] = [], []
    for start in range(0, len(asked), BLOCK):
        for client, times in zip(clients, spent, strict=True):
            times += [_taken(client, parameters) for parameters in asked[start : start + BLOCK]]
    before, after = (np.asarray(times[WARM:]) for times in spent)
    for share in (50, 95):
        ours, theirs = np.percentile(after, share), np.percentile(before, share)
        print(f"{kind + f', p{share}, ms':32} {theirs:10.2f} {ours:10.2f} {ours / theirs:6.2f}", flush=True)


def _taken(client: Client, parameters: Parameters) -> float:
    """Milliseconds of processor time that the server took for an answer."""
    began = _spent(client.server)
    client.get("/api/v1/search", parameters)
    return _spent(client.server) - began


def _spent(process: int) -> float:
    """Milliseconds that the threads of a process have run."""
    nanoseconds = 0
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):  # has ended meanwhile
            nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1e6
