"""What is special about the embedded store: folders that are cloned for each generation, and loads from several threads."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

import graph.stores.oxigraph.store as oxigraph
from graph.errors import InvalidPart, StoreUnavailable
from graph.model import Literal, Statistics, Step
from graph.sparql import CSV, Demand
from graph.store import GraphStore, SparqlQueryable
from graph.stores.oxigraph import folders, loading
from graph.stores.oxigraph.store import OxigraphStore
from graph.vocabulary import FHIR, KG, LABEL, STUB, TYPE, XSD
from tests.contracts.graph_store import ASTHMA, BASE, CHART, PATIENT, STUBS, quad, record


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def observations(first: int, count: int) -> str:
    return "".join(
        record(f"{BASE}Observation/{n}", "Observation", ("kg:subject", PATIENT), ("kg:code", ASTHMA), label=f"Observation {n} " + "x" * 200)
        for n in range(first, first + count)
    )


def publish(folder: Path, text: str) -> Path:
    store = OxigraphStore.open(folder)
    store.load([write(folder.with_suffix(".nq"), text)])
    store.close()
    return folder


def label(store: OxigraphStore) -> str:
    return store.summaries([PATIENT])[0].label


def test_is_a_graph_store_that_answers_sparql(tmp_path: Path) -> None:
    store: GraphStore = OxigraphStore(tmp_path / "store")
    assert isinstance(store, SparqlQueryable)
    store.close()


def test_keeps_its_quads_when_closed_and_opened_again(tmp_path: Path) -> None:
    folder = publish(tmp_path / "one", CHART)
    for opened in (OxigraphStore.open_read_only(folder), OxigraphStore.open(folder)):
        assert opened.statistics().quads == CHART.count("\n")
        opened.close()


def test_a_generation_stays_as_it_was_while_and_after_the_next_is_written_and_compacted(tmp_path: Path) -> None:
    first = publish(tmp_path / "1", CHART + observations(0, 3000))
    reader = OxigraphStore.open_read_only(first)
    before = (reader.statistics(), reader.node(PATIENT), reader.neighbour_counts(PATIENT))
    files = {file.name: file.read_bytes() for file in first.iterdir() if not file.name.startswith("LOG")}

    OxigraphStore.clone(first, tmp_path / "2")
    writer = OxigraphStore.open(tmp_path / "2")
    removed = writer.remove([f"{BASE}Observation/{n}" for n in range(2500)] + [PATIENT])
    assert removed == 2501
    writer.load([write(tmp_path / "more.nq", observations(5000, 3000) + record(PATIENT, "Patient", label="Renamed"))])
    assert writer._store is not None
    writer._store.optimize()
    assert (reader.statistics(), reader.node(PATIENT), reader.neighbour_counts(PATIENT)) == before
    writer.close()
    reader.close()

    for _ in range(2):
        old, new = OxigraphStore.open_read_only(first), OxigraphStore.open_read_only(tmp_path / "2")
        assert (old.statistics(), old.node(PATIENT), old.neighbour_counts(PATIENT)) == before
        assert (label(old), label(new)) == ("Ann Example", "Renamed")
        assert new.statistics().kinds["Observation"] == 3500
        old.close()
        new.close()
    assert {file.name: file.read_bytes() for file in first.iterdir() if not file.name.startswith("LOG")} == files

    for file in first.iterdir():
        file.unlink()
    alone = OxigraphStore.open_read_only(tmp_path / "2")
    assert alone.statistics().kinds["Observation"] == 3500
    assert len(alone.neighbours(ASTHMA, limit=10_000).neighbours) == 3506
    alone.close()


def test_a_clone_shares_its_tables_and_nothing_else(tmp_path: Path) -> None:
    first = publish(tmp_path / "1", CHART)
    OxigraphStore.clone(first, tmp_path / "2")
    shared = {file.name for file in first.iterdir() if file.stat().st_nlink > 1}
    assert shared == {file.name for file in first.glob("*.sst")} != set()
    for file in (tmp_path / "2").iterdir():
        if file.suffix != ".sst":
            assert file.stat().st_nlink == 1


def test_a_clone_is_a_copy_where_the_file_system_has_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise PermissionError("no hard links here")

    first = publish(tmp_path / "1", CHART)
    monkeypatch.setattr(os, "link", no_links)
    OxigraphStore.clone(first, tmp_path / "2")
    assert all(file.stat().st_nlink == 1 for file in first.iterdir())
    clone = OxigraphStore.open(tmp_path / "2")
    assert clone.remove([PATIENT]) == 1
    clone.close()
    old = OxigraphStore.open_read_only(first)
    assert label(old) == "Ann Example"
    old.close()


def test_cloning_refuses_a_target_that_exists_and_a_source_that_does_not(tmp_path: Path) -> None:
    first = publish(tmp_path / "1", CHART)
    with pytest.raises(FileExistsError):
        OxigraphStore.clone(first, first)
    with pytest.raises(FileNotFoundError):
        OxigraphStore.clone(tmp_path / "nothing", tmp_path / "2")


def test_a_killed_writer_leaves_the_generation_it_cloned(tmp_path: Path) -> None:
    first = publish(tmp_path / "1", CHART + observations(0, 500))
    more = write(tmp_path / "more.nq", observations(1000, 20_000))
    code = (
        "import sys; from pathlib import Path; from graph.stores.oxigraph.store import OxigraphStore as S\n"
        "S.clone(Path(sys.argv[1]), Path(sys.argv[2])); s = S.open(Path(sys.argv[2])); print('begun', flush=True)\n"
        "s.remove([sys.argv[4]])\n"
        "while True: s.load([Path(sys.argv[3])])\n"
    )
    for attempt, wait in enumerate((0.0, 0.1, 0.4)):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(first), str(tmp_path / f"killed-{attempt}"), str(more), PATIENT],
            stdout=subprocess.PIPE,
            cwd=Path(oxigraph.__file__).parents[3],
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        reader = OxigraphStore.open_read_only(first)
        assert reader.statistics().kinds["Observation"] == 500
        assert label(reader) == "Ann Example"
        reader.close()
    OxigraphStore.clone(first, tmp_path / "again")
    again = OxigraphStore.open(tmp_path / "again")
    again.load([more])
    assert again.statistics().kinds["Observation"] == 20_500
    again.close()


def test_loads_from_two_threads_give_what_one_gives(tmp_path: Path) -> None:
    parts = [write(tmp_path / f"{n}.nq", CHART + observations(n * 400, 500)) for n in range(6)]
    one, two = OxigraphStore(tmp_path / "one"), OxigraphStore(tmp_path / "two")
    read = one.load(parts)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda part: two.load([part]), parts)) == read
    assert two.statistics() == one.statistics()
    assert two.neighbour_counts(PATIENT) == one.neighbour_counts(PATIENT)
    one.close()
    two.close()


def test_large_parts_are_loaded_in_several_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_BATCH_BYTES", 50_000)
    monkeypatch.setattr(loading, "_CHUNK", 7_000)
    store = OxigraphStore(tmp_path / "store")
    parts = [write(tmp_path / f"{n}.nq", observations(n * 100, 100)) for n in range(7)]
    assert store.load(parts) == 7 * 400
    assert store.statistics().kinds == {"Observation": 700}
    store.close()


def test_an_error_names_the_part_and_the_line_among_many(tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path / "store")
    good = write(tmp_path / "good.nq", CHART)
    bad = write(tmp_path / "bad.nq", CHART + '<https://example.org/a b> <https://example.org/p> "x" <https://example.org/g> .\n')
    with pytest.raises(InvalidPart, match=rf"bad\.nq, line {CHART.count(chr(10)) + 1}"):
        store.load([good, bad, good])
    store.close()


def test_reading_sees_what_was_written_since(tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path / "store")
    assert store.node(PATIENT) is None
    store.load([write(tmp_path / "1.nq", quad(PATIENT, LABEL, Literal("One"), PATIENT))])
    assert label(store) == "One"
    store.remove([PATIENT])
    assert label(store) == "1"
    assert store.statistics() == Statistics(0, 0, {})
    store.close()


def test_a_relation_that_nothing_had_is_found_when_something_has_it(tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path / "store")
    store.load([write(tmp_path / "1.nq", quad(PATIENT, LABEL, Literal("One"), PATIENT))])
    hops = [[Step("out", 5, None, ("urn:x:knows",)), Step("out", 5, None, ("no IRI",))]]
    assert store.neighbourhood([PATIENT], hops).edges == ()
    assert not store.summaries([PATIENT])[0].stub
    known, marked = quad(PATIENT, "urn:x:knows", ASTHMA, PATIENT), quad(PATIENT, STUB, Literal("true", XSD + "boolean"), PATIENT)
    store.load([write(tmp_path / "2.nq", known + marked)])
    assert [edge.target for edge in store.neighbourhood([PATIENT], hops).edges] == [ASTHMA]
    assert store.summaries([PATIENT])[0].stub
    store.remove([PATIENT])
    assert store.neighbourhood([PATIENT], hops).edges == ()
    store.close()


def test_a_read_only_store_refuses_to_change_and_a_closed_one_to_answer(tmp_path: Path) -> None:
    folder = publish(tmp_path / "1", CHART)
    store = OxigraphStore.open_read_only(folder)
    with pytest.raises(StoreUnavailable, match="reading only"):
        store.load([])
    with pytest.raises(StoreUnavailable, match="reading only"):
        store.remove([PATIENT])
    store.close()
    store.close()
    for ask in (lambda: store.node(PATIENT), lambda: store.summaries([PATIENT]), store.statistics, lambda: store.references([PATIENT])):
        with pytest.raises(StoreUnavailable, match="closed"):
            ask()


def test_what_is_no_store_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        OxigraphStore.open_read_only(tmp_path / "nothing")
    write(tmp_path / "file", "no folder")
    with pytest.raises(StoreUnavailable):
        OxigraphStore.open(tmp_path / "file")


def test_one_folder_has_one_writer(tmp_path: Path) -> None:
    store = OxigraphStore.open(tmp_path / "store")
    with pytest.raises(StoreUnavailable):
        OxigraphStore.open(tmp_path / "store")
    store.close()
    OxigraphStore.open(tmp_path / "store").close()


def former(folder: Path, text: str) -> Path:
    """A folder as former versions wrote it: named graphs alone."""
    store = ox.Store(str(folder))
    store.bulk_load(text.encode(), ox.RdfFormat.N_QUADS)
    store.flush()
    return folder


COUNT = f"SELECT (COUNT(*) AS ?n) {{ <{PATIENT}> <{KG}hasCondition> ?c }}"


def test_a_folder_of_a_former_version_is_taken_over_with_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = former(tmp_path / "store", CHART)
    before = {path.name for path in folder.iterdir()}
    for opening in range(2):
        caplog.clear()
        reader = OxigraphStore.open_read_only(folder)
        assert reader.statistics().quads == CHART.count("\n")
        assert reader.query(COUNT, Demand(CSV)).body == b"n\r\n1\r\n"
        assert ("earlier version" in caplog.text) == (opening == 0)
        reader.close()
    assert {path.name for path in folder.iterdir()} - {"LOCK"} == before - {"LOCK"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_summaries_are_the_same_with_and_without_a_default_graph(tmp_path: Path) -> None:
    stub = f"{BASE}Encounter/9"
    text = CHART + quad(stub, TYPE, FHIR + "Encounter", STUBS) + quad(stub, STUB, Literal("true", XSD + "boolean"), STUBS)
    folders_of_both = former(tmp_path / "old", text), publish(tmp_path / "new", text)
    nodes = sorted(set(re.findall(r"<([^<>]*)>", text)))
    hops = [[Step("out", 5), Step("in", 5)], [Step("out", 5, "Encounter"), Step("out", 5, "Condition")]]
    found = []
    for folder in folders_of_both:
        store = OxigraphStore.open_read_only(folder)
        found.append((store.summaries(nodes), store.neighbourhood([PATIENT], hops)))
        store.close()
    assert found[0] == found[1]
    assert found[0][0][nodes.index(stub)].stub


def test_the_next_generation_of_a_former_one_has_its_default_graph(tmp_path: Path) -> None:
    folder = former(tmp_path / "store", CHART)
    OxigraphStore.clone(folder, tmp_path / "next")
    writer = OxigraphStore.open(tmp_path / "next")
    writer.remove([f"{BASE}Condition/{number}" for number in range(1, 5)])
    assert writer.query(COUNT, Demand(CSV)).body == b"n\r\n1\r\n"
    writer.remove([f"{BASE}Condition/5"])
    assert writer.query(COUNT, Demand(CSV)).body == b"n\r\n0\r\n"
    writer.close()
    old = OxigraphStore.open_read_only(folder)
    assert old.query(COUNT, Demand(CSV)).body == b"n\r\n1\r\n"
    old.close()
    OxigraphStore.clone(folder, tmp_path / "third")  # from what was filled
    assert next(ox.Store.read_only(str(tmp_path / "third")).quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is not None


def test_a_default_graph_half_filled_is_filled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = former(tmp_path / "store", CHART)
    monkeypatch.setattr(loading, "_QUADS_AT_ONCE", 10)

    def stop(store: ox.Store) -> None:
        quads = list(store.quads_for_pattern(None, None, None, None))
        store.load(ox.serialize((quad.triple for quad in quads[:5]), format=ox.RdfFormat.N_TRIPLES), ox.RdfFormat.N_TRIPLES)
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(folders, "complete", stop)
        with pytest.raises(KeyboardInterrupt):
            OxigraphStore.open(folder)
    writer = OxigraphStore.open(folder)
    triples = {line.rpartition(" <")[0] for line in CHART.splitlines()}
    counted = writer.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Demand(CSV)).body
    assert counted == f"n\r\n{len(triples)}\r\n".encode()
    writer.close()


def test_a_folder_that_cannot_be_taken_over_answers_no_sparql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = former(tmp_path / "store", CHART)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folders, "Scratch", refuse)
    reader = OxigraphStore.open_read_only(folder)
    assert reader.node(PATIENT) is not None
    with pytest.raises(StoreUnavailable, match="earlier version"):
        reader.query(COUNT, Demand(CSV))
    reader.close()


@pytest.mark.parametrize(
    "line",
    [
        "<urn:s> <urn:p> <urn:o> .\n",
        '<urn:s> <urn:p> "a <urn:b> ." .\n',
        '<urn:s> <urn:p> "x"^^<urn:t> .\n',
        '<urn:s> <urn:p> "x"@en .\n',
    ],
)
def test_a_statement_without_a_graph_is_refused(line: str, tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path / "store")
    for text in (line, CHART + line, line + CHART):
        with pytest.raises(InvalidPart, match=r"without a named graph|not N-Quads"):
            store.load([write(tmp_path / "part.nq", text)])
    store.close()


def test_lines_spelled_otherwise_reach_the_default_graph_too(tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path / "store")
    lines = ("# words <urn:x> .\n", '<urn:s>\t<urn:p> "a <urn:b> .\\n" <urn:g>.\r\n', "\n", "<urn:s> <urn:p> <urn:o> <urn:g> . # said\n")
    text = "".join(lines) + '<urn:t> <urn:p> "z"@EN <urn:h> .'
    assert store.load([write(tmp_path / "odd.nq", text)]) == 3
    assert store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Demand(CSV)).body == b"n\r\n3\r\n"
    store.remove(["urn:g"])
    assert store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Demand(CSV)).body == b"n\r\n1\r\n"
    store.close()


def test_restating_graphs_leaves_what_they_would_hold_written_anew(tmp_path: Path) -> None:
    """Statements that stay, go, come, are spelled otherwise, or are made by another graph too; a graph that ends with nothing."""
    one, two, other = (f"{BASE}graph/{name}" for name in ("one", "two", "other"))

    def line(subject: str, value: str, named: str) -> str:
        return f"<{BASE}{subject}> <{LABEL}> {value} <{named}> .\n"

    shared = line("b", '"shared"', one)
    before = line("a", '"stays"', one) + shared + line("c", '"goes"', one) + line("d", '"ends"', two) + line("b", '"shared"', other)
    after = line("a", f'"stays"^^<{XSD}string>', one) + line("e", '"comes"', one) * 2
    store, plain = OxigraphStore(tmp_path / "restated"), OxigraphStore(tmp_path / "plain")
    for each in (store, plain):
        each.load([write(tmp_path / "before.nq", before)])
    part = write(tmp_path / "after.nq", after)
    held = store.count([one, two])
    more = store.restate([one, two], [part])
    plain.remove([one, two])
    plain.load([part])
    assert (more, store.count([one, two])) == (-2, held - 2)
    assert dumped(store) == dumped(plain) and store.statistics() == plain.statistics()
    assert store.restate([f"{BASE}graph/new"], [write(tmp_path / "new.nq", line("f", '"new"', f"{BASE}graph/new"))]) == 1
    for each in (store, plain):
        each.close()


def dumped(store: OxigraphStore) -> list[str]:
    """All quads, those of the default graph among them, and the names of graphs."""
    opened = store._opened()
    return sorted(map(str, [*opened.quads_for_pattern(None, None, None, None), *opened.named_graphs()]))
