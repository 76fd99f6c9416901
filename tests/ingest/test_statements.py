"""No statement of the ledger or a plan walks a whole table for each row of another: a second ingest stays linear in what it reads."""

import ast
import marshal
import re
import sqlite3
from pathlib import Path

import pytest

from ingest import history, remembering, repeats
from ingest.cutting import Measure
from ingest.entering import enter, unresolved
from ingest.history import RunCounts
from ingest.ledger import Ledger
from ingest.memory import Found, Memory
from ingest.plan import Plan

ROOT = Path(__file__).parents[2]
MODULES = ("ingest/plan.py", "ingest/entering.py", "ingest/ledger.py", "ingest/history.py", "ingest/repeats.py")
EXPLAINED = re.compile(r"\s*(?:select|insert|delete|update|create table \S+ as)\b", re.IGNORECASE)
WALK = re.compile(r"SCAN (?!.*VIRTUAL)|.*AUTOMATIC|.*\(dataset=\?\)")
"""Reads all of a table, or of a dataset in it; an automatic index does once for each time that its loop is entered."""


class Explaining(sqlite3.Connection):
    """A connection that keeps how SQLite goes about each statement: (node, parent, what it does)."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.plans: dict[str, list[tuple[int, int, str]]] = {}

    def execute(self, query, values=(), /):
        if EXPLAINED.match(query) and query not in self.plans:
            rows = super().execute(f"explain query plan {query}", values).fetchall()
            self.plans[query] = [(node, parent, what) for node, parent, _, what in rows]
        return super().execute(query, values)


def repeated(plan: list[tuple[int, int, str]]) -> list[str]:
    """What a statement does once for each row of something and that walks a table: in an inner loop, or in a correlated subquery."""
    above = {node: (parent, what) for node, parent, what in plan}

    def correlated(node: int) -> bool:
        while node:
            node, what = above[node]
            if what.startswith("CORRELATED"):
                return True
        return False

    found, loops = [], set()
    for node, parent, what in plan:
        if not what.startswith(("SCAN", "SEARCH")) or "CONSTANT ROW" in what:
            continue
        if WALK.match(what) and (parent in loops or correlated(node)):
            found.append(what)
        loops.add(parent)
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def statements(module: str) -> list[str]:
    """The SQL that a module holds, but rows that are put in as they are; in the pieces between what is filled in."""
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    )
    pieces = (piece for text in texts if EXPLAINED.match(text) for piece in re.split(r";\n|\{order\}", text))
    return [flat(piece) for piece in pieces if EXPLAINED.match(piece) and " values (" not in piece]


def rows(numbers, hashed, updated=""):
    return [(number, number, "K", f"K{number}", hashed, updated, "") for number in numbers]


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """A ledger with 60 records, read again in part: unchanged, changed, older, gone, skipped, refused."""
    monkeypatch.setattr("ingest.ledger.sqlite3.connect", lambda *args, **options: Explaining(*args, **options))
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with ledger.transaction() as db:
        db.executemany(
            "insert into records values ('d', 'K', ?, ?, ?, ?, 'a', ?, 'r0', '2024', '')",
            ((f"K{n}", b"old", "skipped" if n % 7 == 0 else "kept", f"p{n % 3}", n) for n in range(60)),
        )
        db.executemany("insert into parts values (?, 'd', 'r0', 9)", (("p0",), ("p1",), ("p2",)))
        db.executemany("insert into identifiers values ('d', 's', ?, 'K', ?)", ((f"v{n}", f"K{n}") for n in range(60)))
        db.execute("insert into identifiers values ('d', 'urn:commissure:replaces:s', 'v1', 'Patient', 'P')")
        db.executemany("insert into pending values ('d', 'K', ?, '$watched', 's', ?)", ((f"K{n}", f"w{n}") for n in range(60)))
        db.execute("insert into refused values ('d', 'K', 'K50', ?, 'r0')", (b"new",))
        db.execute("insert into deleted values ('d', 'K', 'K40', 'r0', 'a', 1)")
        db.execute("insert into datasets values ('d', 1, '2024')")
    yield ledger
    ledger.close()


def planned(ledger: Ledger, folder: Path) -> Plan:
    plan = Plan(ledger, "d", folder / "plan.sqlite")
    seen = [*rows(range(20), b"old"), *rows(range(20, 30), b"new", "2020"), *rows(range(30, 60, 2), b"new", "2025")]
    with (folder / "rows").open("wb") as stream:
        marshal.dump((seen, [("K", "K31", 31)], [(n, "s", f"v{n}", "K", f"K{n}") for n in range(60)], ["x"]), stream)
    plan.add_block(0, "a", folder / "rows", 0)
    return plan


def everything(ledger: Ledger, folder: Path) -> dict[str, list[tuple[int, int, str]]]:
    """How SQLite goes about every statement that a run and its readers make."""
    counts = RunCounts()
    history.begin(ledger, "r1", "d", ["a"])
    history.progress(ledger, "r1", "scanning", counts)
    plan = planned(ledger, folder)
    plan.doubt("b")
    plan.take_as_held([1])
    assert len(set(plan.read())) == 46
    assert plan.names("x")
    plan.vanish()
    plan.settle()
    plan.again(["p0"], only=False)
    assert plan.left(["p0", "p1"], {}) == {"p1"}
    assert plan.work(0) is not None
    plan.identifiers_digest()
    list(plan.relink())
    staged = [("K", f"K{n}", "rejected" if n == 50 else "kept", "a", n, "") for n in range(30, 60, 2)]
    assert len(plan.stage("p9", iter([*staged, ("K", "K7", "skipped", "a", 7, "claim")]))) == 12
    for told in (plan.duplicates, plan.displaced, plan.returned):
        list(told())
    assert plan.gone()
    assert plan.counts()["unchanged"] == 17
    assert (sum(repeats.unchanged(plan).values()), repeats.rejected_again(plan)) == (17, {"r0": 1})
    repeats.skipped_before(plan)
    unresolved(plan, [("https://w3id.org/commissure/data/d/K/none", "K")])
    with ledger.transaction() as db:
        enter(plan, db, "r1", ())
        ledger.remember(db, "d", "fhir", [("a", "b")])
        ledger.enter_quads(db, "d", 9)
        ledger.enter_step(db, "d")
        ledger.set_unread(db, "d", 1)
        ledger.enter_readings(db, "d", None, ["r1", "r2"])
        ledger.enter_readings(db, "d", ["r2"], [])
        history.close(db, "r1", "finished", counts)
    plan.again((), only=True)
    plan.close()
    assert (ledger.readings(), ledger.derived()) == (1, 3)
    for asked in (ledger.datasets, ledger.graphs):
        list(asked())
    for of_dataset in (
        *(ledger.kinds, ledger.parts, ledger.holds_anything, ledger.unresolved, ledger.updated),
        *(ledger.quads, ledger.quads_of_parts, ledger.record_iris),
    ):
        of_dataset("d")
    assert ledger.saying("d", ["r1", "r2"]) == ["r1"]
    history.find(ledger, "r1")
    history.latest(ledger)
    history.finish(ledger, "r1", "failed", counts)
    ledger.told("d", "fhir")
    assert ledger.holds("d", ("None", "K")) and not ledger.holds("d", ("None",))
    assert ledger.with_places("d", ["/new/b"]) == {"/": "files"}
    ledger.sources("d", "K")
    ledger.parts_by_source("d", "K")
    list(ledger.ids_in_part("p0", "d", "K"))
    ledger.find_record("d", "K", "K1")
    assert ledger.iris_in_part("p0", "d", ("K",)) == ledger.iris_in_part("p0", "d") != set()
    assert ledger.parts_of_kinds("d", ("K",))
    ledger.sources_of_part("p0")
    ledger.part_of("d", "K", "K1")
    ledger.missing("d")
    with ledger.transaction() as db:
        ledger.forget(db, "d")
    reader = Ledger(ledger.path, read_only=True)
    reader.close()
    return ledger.db.plans | reader.db.plans


def test_no_statement_walks_a_table_for_each_row_of_another(ledger, tmp_path):
    plans = everything(ledger, tmp_path)
    assert {query: found for query, plan in plans.items() if (found := repeated(plan))} == {}
    ran = " ;; ".join(map(flat, plans))
    for module in MODULES:
        assert [piece for piece in statements(module) if piece not in ran] == [], f"{module}: statements that nothing here runs"


def test_what_is_done_for_each_part_and_block_walks_no_table(ledger, tmp_path):
    plan = planned(ledger, tmp_path)
    plan.vanish()
    plan.settle()
    ledger.db.plans.clear()
    plan.again(["p0"], only=False)
    plan.left(["p0"], {})
    plan.work(0)
    plan.gone()
    plan.stage("p9", iter([("K", "K1", "kept", "a", 1, "")]))
    list(ledger.ids_in_part("p0", "d", "K"))
    walked = {query: [what for _, _, what in steps if WALK.match(what)] for query, steps in ledger.db.plans.items()}
    assert {query: found for query, found in walked.items() if found not in ([], ["SCAN g"])} == {}
    plan.close()


def steps_of_a_small_run(held: int, folder: Path) -> int:
    """How many steps SQLite takes for a run that changes one record and deletes one, of a dataset that holds so many."""
    folder.mkdir()
    ledger = Ledger(folder / "ledger.sqlite")
    with ledger.transaction() as db:
        known = "insert into records values ('d', 'K', ?, ?, 'kept', ?, 'a', ?, 'r0', '2024', '')"
        db.executemany(known, ((f"K{n}", b"old", f"p{n % 3}", n) for n in range(held)))
        db.executemany("insert into identifiers values ('d', 's', ?, 'K', ?)", ((f"v{n}", f"K{n}") for n in range(held)))
        db.executemany("insert into pending values ('d', 'K', ?, '$watched', ?, '')", ((f"K{n}", f"s{n}") for n in range(held)))
        db.executemany("insert into targets values ('d', 'K', ?, ?, 'K')", ((f"K{n}", f"iri{n}") for n in range(held)))
        for table in (
            "deleted values ('d', 'K', ?, 'r0', 'a', 1)",
            "skipped values ('d', 'K', ?, 'x')",
            "refused values ('d', 'K', ?, x'00', 'r0')",
        ):
            db.executemany(f"insert into {table}", ((f"L{n}",) for n in range(held)))
        db.execute("insert into datasets values ('d', 1, '2024')")
        ledger.enter_step(db, "d")
        memory = Memory(ledger, "d")
        for begin in range(0, held, 10):
            found = Found(b"basis", Measure(1, f"{begin}".encode(), b"first", 10), b"", b"", 10, False, True)
            memory.add(found, [("K", f"K{n}") for n in range(begin, begin + 10)])
        db.execute("update scanned_blocks set quiet = 1")
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    ledger.db.set_progress_handler(count, 10)
    plan = Plan(ledger, "d", folder / "plan.sqlite")
    plan.take_as_held(memory.holding([("K", "K45")], range(10)))
    with (folder / "rows").open("wb") as stream:
        marshal.dump((rows([3], b"new", "2025"), [("K", "K31", 31)], [(3, "s", "v3", "K", "K3")], []), stream)
    plan.add_block(0, "a", folder / "rows", 0)
    plan.settle()
    assert plan.work(0) is not None
    plan.identifiers_digest()
    list(plan.relink())
    assert plan.gone()
    plan.stage("p9", iter([("K", "K3", "kept", "a", 3, "")]))
    for told in (plan.duplicates, plan.displaced, plan.returned):
        list(told())
    assert (plan.counts()["changed"], plan.counts()["removed"]) == (1, 1)
    for asked in (repeats.unchanged, repeats.skipped_before, repeats.rejected_again):
        assert asked(plan) == {}
    unresolved(plan, [("https://w3id.org/commissure/data/d/K/none", "K")])
    with ledger.transaction() as db:
        enter(plan, db, "r1", ())
        remembering.disturb(memory, plan, db)
        remembering.look_at(plan, db, {1: 0})
    plan.close()
    ledger.db.set_progress_handler(None, 0)
    assert ledger.db.execute("select block from scanned_blocks where quiet = 0").fetchall() == [(4,)]
    ledger.close()
    return taken


def test_a_run_that_changes_little_takes_as_long_whatever_is_held(tmp_path):
    few, many = (steps_of_a_small_run(held, tmp_path / str(held)) for held in (50, 5000))
    assert many < 1.3 * few


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select * from a where exists (select 1 from b where b.x = a.x)", ["SCAN b"]),
        ("select * from a join b on b.x > a.x", ["SCAN b"]),
        ("select * from a where exists (select 1 from c where c.x = a.x)", []),
        ("select * from a join c on c.x = a.x", []),
        ("select x from a union select x from b", []),
    ],
)
def test_what_is_walked_for_each_row_is_found(query, found):
    db = sqlite3.connect(":memory:", factory=Explaining)
    db.execute("pragma automatic_index = off")
    db.executescript("create table a (x); create table b (x); create table c (x primary key);")
    db.execute(query)
    assert repeated(db.plans[query]) == found
