"""Which concepts a dataset uses is carried from run to run, and is what its parts say all the same."""

from collections import Counter
from contextlib import closing
from random import Random

import pytest

from concepts.model import ConceptUse
from ingest import pipeline, publish
from ingest.pipeline import drop
from ingest.progress import Silent
from ingest.staging import Part
from ingest.uses import Uses
from ingest.workspace import Workspace
from search.tables.catalog_file import read_only
from tests.ingest.exports import InlinePool, Lab, condition, deleted, note, patient


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A data folder whose parts stay when they are not needed any more, so that they can be added up."""
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    monkeypatch.setattr(Workspace, "clean", lambda *_: None)
    return Lab(tmp_path)


def carried(lab):
    with lab.workspace.reading() as ledger:
        uses = Uses(ledger, "d", lab.workspace.parts_folder("d"))
        assert uses.are_carried
        return uses.all()


def keys(lab):
    with lab.workspace.reading() as ledger:
        return ledger.parts("d")


def summed(lab, parts=None):
    sums = Counter()
    for key in parts if parts is not None else keys(lab):
        sums.update(dict(Part(lab.workspace.parts_folder("d") / key).concepts()))
    return sums


def shown(lab):
    with closing(read_only(lab.workspace.generation_folder(lab.workspace.current()) / "search" / "catalog.sqlite")) as db:
        return {
            ConceptUse(*use): count for *use, count in db.execute("select concept, system, code, display, uses from uses where uses > 0")
        }


def codes(lab):
    return {use.code for use in shown(lab) if "snomed" in use.system}


def referred_to(lab, concept):
    return bool(lab.snapshot().graph.references([concept]))


@pytest.mark.parametrize("many", [10_000, 2])
def test_sums_are_what_the_parts_say_whatever_comes_and_goes(lab, monkeypatch, many):
    monkeypatch.setattr(publish, "_MANY", many)
    random = Random(7)
    lab.ingest(patient(), *(condition(f"c{n}", code=f"{n % 4}", display=f"name {n % 3}") for n in range(8)))
    for _ in range(12):
        picked, before = random.sample(range(10), 3), set(keys(lab))
        if random.random() < 0.3:
            lab.ingest(deleted(*(f"Condition/c{n}" for n in picked)), role="deleted")
        else:
            lab.ingest(*(condition(f"c{n}", code=str(random.randrange(9)), display=f"name {random.randrange(3)}") for n in picked))
        assert carried(lab) == summed(lab)
        # a part whose last record this run replaced counts until the next
        used = summed(lab, before | set(keys(lab)))
        assert shown(lab) == {use: count for use, count in used.items() if referred_to(lab, use.concept)}


def test_a_concept_that_no_record_names_any_more_is_left_out(lab):
    lab.ingest(patient(), condition("c1", code="1"), condition("c2", code="2"), note("d1"))
    lab.ingest(condition("c1", code="2"))
    assert codes(lab) == {"2"}
    lab.ingest(condition("c3", code="1"))
    assert codes(lab) == {"1", "2"}


def test_a_ledger_of_an_earlier_version_is_added_up_once(lab, monkeypatch):
    lab.ingest(patient(), condition("c1", code="1"), condition("c2", code="2"))
    with lab.workspace.writing() as ledger, ledger.transaction() as db:
        db.execute("delete from uses")
        db.execute("delete from meta where key like 'uses:%'")
    lab.ingest(condition("c1", code="3"))
    assert carried(lab) == summed(lab)
    read = []
    concepts = Part.concepts
    monkeypatch.setattr(Part, "concepts", lambda part: read.append(part.key) or concepts(part))
    lab.ingest(condition("c2", code="4"))
    assert set(read) == {keys(lab)[-1]}


def test_a_dropped_dataset_leaves_no_sums(lab):
    lab.ingest(patient(), condition())
    lab.ingest(patient(), condition(), dataset="e")
    drop("d", lab.workspace, lab.tools, Silent())
    with lab.workspace.reading() as ledger:
        assert ledger.meta("uses:d") is None
        tables = [name for (name,) in ledger.db.execute("select name from sqlite_master where type = 'table'")]
        columns = {name: [row[1] for row in ledger.db.execute(f"pragma table_info({name})")] for name in tables}
        held = {name: ledger.db.execute(f"select distinct dataset from {name}").fetchall() for name in tables if "dataset" in columns[name]}
    assert held.pop("runs") == [("d",), ("e",)]
    assert held["uses"] == [("e",)]
    assert [name for name, found in held.items() if ("d",) in found] == []
