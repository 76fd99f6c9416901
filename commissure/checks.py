"""What `commissure graph check` looks at: whether the graph store answers, and holds what is published."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.errors import GraphError
from graph.store import Inspectable
from ingest.moving import differences
from ingest.publish import Tools
from ingest.replica import Replication
from ingest.workspace import Workspace
from search.errors import NothingPublished


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `text` says what was found and, where it is not `ok`, what to do."""

    name: str
    ok: bool
    text: str


def check_store(workspace: Workspace, tools: Tools) -> tuple[Finding, ...]:
    """Findings, in the order they were made; a store that cannot be reached ends the list. Raises NothingPublished."""
    return tuple(_findings(workspace, tools))


def _findings(workspace: Workspace, tools: Tools) -> Iterator[Finding]:
    generation = workspace.current()
    if not generation:
        raise NothingPublished("nothing has been ingested yet: there is nothing to compare a store with")
    with tools.published(workspace.generation_folder(generation) / "graph") as graph:
        expected = graph.statistics()
    yield Finding("published", True, f"generation {generation}: {expected.quads:,} quads in {expected.graphs:,} named graphs")
    if tools.replica is None:
        with workspace.reading() as ledger:
            held = sum(sum(ledger.kinds(name).values()) for name in ledger.datasets()) if ledger else 0
            fits = ledger is not None and expected.graphs in range(held + ledger.readings(), held + ledger.derived() + 1)
        yield Finding("ledger", fits, f"{held:,} records in the ledger" + ("" if fits else f", {expected.graphs:,} graphs: ingest again"))
        return
    store, address = tools.replica.store, tools.replica.address
    try:
        if isinstance(store, Inspectable):
            for name, ok, text in store.inspect():
                yield Finding(name, ok, text)
        found = differences(expected, store)
    except GraphError as error:
        yield Finding("reachable", False, str(error))
        return
    yield Finding("reachable", True, address)
    with workspace.reading() as ledger:
        behind = Replication.unsettled_in(ledger, address) if ledger else None
    if behind is None:
        yield Finding("in step", False, f"this data folder never filled it: `commissure graph move --to {address}`")
    else:
        yield Finding("in step", not behind, f"{behind:,} graphs to settle" + (": ingest again" if behind else ""))
    for each in found:
        yield Finding(each.what, False, f"{each.published:,} published, {each.store:,} in the store")
    if not found:
        yield Finding("counts", True, "the store holds what is published")
