"""A store that changes in place is in step with what is published after every run, whatever was cut off before it."""

import gzip
from dataclasses import replace

import pytest

from graph.errors import StoreUnavailable
from graph.stores.memory import MemoryStore
from graph.stores.neptune.loader_model import Feed, LoadError, LoadFailed, LoadReport
from ingest import history
from ingest.errors import StoreTaken
from ingest.ledger import Ledger
from ingest.pipeline import drop
from ingest.progress import Silent
from ingest.replica import OWNER, Replica, Replication
from tests.ingest.exports import Lab, condition, note, patient


class Remote(MemoryStore):
    """Counts what it is asked to do, and fails at the call it is told to fail at: before doing it, or after."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.fail_at = None
        self.after = False
        self.before = {}

    def _do(self, name, argument, what):
        self.calls.append((name, len(argument)))
        self.before.get(len(self.calls), lambda: None)()
        fails = self.fail_at is not None and len(self.calls) >= self.fail_at
        if fails and not self.after:
            raise StoreUnavailable("down")
        done = what(argument)
        if fails:
            raise StoreUnavailable("down")
        return done

    def load(self, parts):
        return self._do("load", list(parts), super().load)

    def replace(self, parts):
        paths = list(parts)
        graphs = {line.split(" <")[-1].split(">")[0] for path in paths for line in path.read_text().splitlines()}
        return self._do("mark" if graphs == {OWNER} else "replace", paths, lambda paths: self._anew(graphs, paths))

    def _anew(self, graphs, paths):
        MemoryStore.remove(self, graphs)
        return MemoryStore.load(self, paths)

    def remove(self, graphs):
        return self._do("remove", list(graphs), super().remove)


def says(store):
    """Every statement but the owner's and those that name runs and sources."""
    quads = store._dataset.quads()
    return sorted(
        f"{subject} {predicate} {value!r} {graph}"
        for subject, predicate, value, graph in quads
        if str(graph) != OWNER and "/prov#" not in str(predicate)
    )


def published(lab):
    store = MemoryStore()
    with lab.tools.published(lab.workspace.generation_folder(lab.workspace.current()) / "graph") as graph:
        ledger = Ledger(lab.workspace.ledger_path, read_only=True)
        path = lab.folder / "published.nq"
        graph.export(ledger.graphs(), path)
        ledger.close()
    store.load([path])
    return says(store)


@pytest.fixture
def remote(lab):
    store = Remote()
    lab.tools = replace(lab.tools, replica=Replica("test://one", store))
    return store


FIRST = (patient(), *(condition(f"c{n}") for n in range(6)), note(subject="Patient/p1"), note("d9", "Of a stranger.", "Patient/p9"))
SECOND = (
    patient(),
    *(condition(f"c{n}", code="44054006", display="Diabetes") for n in range(3)),
    patient("p9"),
    note(text="Start metformin."),
)


def test_the_store_holds_what_is_published_after_each_run(lab, remote):
    report = lab.ingest(*FIRST)
    assert (report.store, report.unsettled_graphs) == ("test://one", 0)
    assert says(remote) == published(lab) != []
    before = says(remote)
    lab.ingest(*SECOND)
    assert says(remote) == published(lab) != before
    lab.ingest(patient("other"), dataset="e")
    assert drop("d", lab.workspace, lab.tools, Silent()) > 5
    assert says(remote) == published(lab)
    assert not any("/data/d/" in line for line in says(remote)) and any("/data/e/" in line for line in says(remote))


def test_a_first_load_only_loads_and_an_unchanged_one_asks_nothing(lab, remote):
    lab.ingest(*FIRST)
    names = [name for name, _ in remote.calls]
    assert set(names) == {"mark", "load", "replace"}
    assert (names[0], names[-1], names.count("mark")) == ("mark", "mark", 2)
    replaced = [count for name, count in remote.calls if name == "replace"]
    assert len(replaced) == 1  # of the derived graphs
    remote.calls.clear()
    lab.ingest(*FIRST)
    assert remote.calls == []


def test_an_addition_is_there_before_it_is_published(lab, remote, monkeypatch):
    lab.ingest(patient())
    seen = []

    def show(generation, store, original=lab.workspace.show):
        seen.append(remote.node(lab.iri("Condition", "c1")) is not None)
        original(generation, store)

    monkeypatch.setattr(lab.workspace, "show", show)
    lab.ingest(condition("c1"))
    assert seen == [True]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_store_that_fails_at_any_call_is_in_step_after_one_more_run(tmp_path, lab, remote, after):
    lab.ingest(*FIRST)
    remote.calls.clear()
    lab.ingest(*SECOND)
    calls, expected = len(remote.calls), says(remote)
    assert calls >= 4
    for call in range(1, calls + 1):
        one = Lab(tmp_path / f"{call}")
        store = Remote()
        one.tools = replace(one.tools, replica=Replica("test://one", store))
        one.ingest(*FIRST)
        before = published(one)
        store.calls.clear()
        store.fail_at, store.after = call, after
        try:
            report = one.ingest(*SECOND)
            assert report.unsettled_graphs > 0
        except StoreUnavailable:
            assert published(one) == before
        store.fail_at = None
        one.ingest(*SECOND)
        assert says(store) == published(one) == expected, f"at call {call}"


def test_a_run_with_other_records_undoes_one_that_was_cut_off(lab, remote):
    lab.ingest(patient())
    remote.calls.clear()
    remote.fail_at, remote.after = 2, True  # the first call is the mark
    with pytest.raises(StoreUnavailable):
        lab.ingest(condition("c1"), condition("c2"))
    assert any("Condition/c1" in line for line in says(remote))
    remote.fail_at = None
    lab.ingest(condition("c2", code="44054006"), note())
    assert says(remote) == published(lab)
    assert not any("Condition/c1" in line for line in says(remote))


def test_a_new_store_is_filled_with_what_is_published(lab):
    lab.ingest(*FIRST)
    store = Remote()
    lab.tools = replace(lab.tools, replica=Replica("test://one", store))
    lab.ingest(*FIRST)
    assert says(store) == published(lab)
    assert lab.workspace.published() == (1, "test://one")


def test_a_copy_that_is_cut_off_goes_on(lab, monkeypatch):
    monkeypatch.setattr("ingest.replica._COPY_BATCH", 3)
    lab.ingest(*FIRST)
    store = Remote()
    lab.tools = replace(lab.tools, replica=Replica("test://one", store))
    store.fail_at = 4
    with pytest.raises(StoreUnavailable):
        lab.ingest(*FIRST)
    assert lab.workspace.published() == (1, "")
    done = len(store.calls)
    store.fail_at = None
    store.calls.clear()
    lab.ingest(*FIRST)
    assert says(store) == published(lab)
    batches = 12 // 3  # ten records, two derived graphs
    assert [name for name, _ in store.calls].count("load") == batches - (done - 2)  # the first call was the mark, the last one failed


def reverted(store, quads):
    """The store as it was when it held these quads: a server that is started anew from an older copy."""
    for quad in list(store._dataset.quads()):
        store._dataset.remove(quad)
    for quad in quads:
        store._dataset.add(quad)


@pytest.mark.parametrize("kept", ["nothing", "the first run"])
def test_a_store_that_lost_what_it_held_is_filled_by_the_next_run(lab, remote, kept):
    lab.ingest(*FIRST)
    older = list(remote._dataset.quads()) if kept == "the first run" else []
    lab.ingest(*SECOND)
    expected = says(remote)
    reverted(remote, older)
    assert says(remote) != expected
    report = lab.ingest(*SECOND)
    assert (report.unsettled_graphs, report.records["unchanged"]) == (0, len(SECOND))
    assert says(remote) == published(lab) == expected


@pytest.mark.parametrize("kept", ["nothing", "the first run"])
def test_a_store_that_loses_what_it_holds_within_a_run_is_filled_by_that_run(tmp_path, lab, remote, kept):
    lab.ingest(*FIRST)
    remote.calls.clear()
    lab.ingest(*SECOND)
    expected, calls = says(remote), len(remote.calls)
    for call in range(2, calls):
        one = Lab(tmp_path / f"{call}")
        store = Remote()
        one.tools = replace(one.tools, replica=Replica("test://one", store))
        one.ingest(*FIRST)
        older = list(store._dataset.quads()) if kept == "the first run" else []
        store.calls.clear()
        store.before = {call: lambda store=store, older=older: reverted(store, older)}
        assert one.ingest(*SECOND).unsettled_graphs == 0
        assert says(store) == published(one) == expected, f"at call {call}"


def test_a_store_that_keeps_nothing_is_told_of(lab):
    store = Remote()
    lab.tools = replace(lab.tools, replica=Replica("test://one", store))
    store.before = {call: lambda: reverted(store, []) for call in range(2, 40)}
    assert lab.ingest(*FIRST).unsettled_graphs > 0
    store.before = {}
    assert lab.ingest(*FIRST).unsettled_graphs == 0
    assert says(store) == published(lab)


def test_a_store_left_behind_is_brought_in_step_when_it_answers_again(lab, remote):
    lab.ingest(*FIRST)
    first = lab.tools
    lab.tools = replace(lab.tools, replica=None)
    lab.ingest(*SECOND)
    assert says(remote) != published(lab)
    lab.tools = first
    lab.ingest(*SECOND)
    assert says(remote) == published(lab)


def test_a_store_of_another_data_folder_is_refused(tmp_path, lab, remote):
    lab.ingest(*FIRST)
    other = Lab(tmp_path / "other")
    other.tools = replace(other.tools, replica=Replica("test://one", remote))
    before = says(remote)
    with pytest.raises(StoreTaken):
        other.ingest(patient())
    assert says(remote) == before


def test_a_forgotten_replica_is_left_alone(lab, remote):
    lab.ingest(*FIRST)
    with lab.workspace.writing() as ledger:
        Replication(ledger, None).forget("test://one")
    before = says(remote)
    lab.tools = replace(lab.tools, replica=None)
    lab.ingest(*SECOND)
    assert says(remote) == before
    with lab.workspace.writing() as ledger:
        assert ledger.db.execute("select count(*) from unsettled").fetchone() == (0,)


def test_what_a_bulk_loader_could_not_take_is_among_the_rejects_with_its_source(lab):
    class Loading(Remote):
        def load(self, parts):
            part = next(iter(parts))
            lines = gzip.decompress(part.read_bytes()).splitlines()
            number = next(n for n, line in enumerate(lines, 1) if b"Condition/c1>" in line)
            errors = (
                LoadError("PARSING_ERROR", "Undefined prefix", str(part), number),
                LoadError("INSERT_ERROR", "no such line", str(part), 10**6),
                LoadError("PARSING_ERROR", "a row", "s3://bucket/vertices.csv.gz", 7),
            )
            raise LoadFailed("bulk load 1 ended as LOAD_FAILED", LoadReport("1", Feed("s3://bucket", "LOAD_FAILED"), errors=errors))

    lab.tools = replace(lab.tools, replica=Replica("test://one", Loading()))
    with pytest.raises(LoadFailed):
        lab.ingest(patient(), condition("c0"), condition("c1"))
    ledger = Ledger(lab.workspace.ledger_path, read_only=True)
    run = history.latest(ledger, 1)[0]
    ledger.close()
    assert (run.state, run.counts["rejects"]) == ("failed", {"graph-store": 3})
    first, second, third = lab.workspace.issues(run.run)
    assert (first["record"], first["line"]) == (lab.iri("Condition", "c1"), 3)
    assert first["source"].endswith(".ndjson")
    assert "PARSING_ERROR: Undefined prefix" in first["reason"]
    assert (second["line"], second["record"]) == (10**6, "")
    assert (third["source"], third["line"]) == ("s3://bucket/vertices.csv.gz", 7)
    assert lab.workspace.published() == (0, "")


def test_a_store_that_refuses_after_publishing_is_told_of(lab, remote):
    lab.ingest(*FIRST)
    remote.calls.clear()
    lab.ingest(*SECOND)
    last = len(remote.calls)
    remote.calls.clear()
    remote.fail_at = last
    report = lab.ingest(*FIRST)
    assert (report.unsettled_graphs > 0, report.store_failure) == (True, "down")
