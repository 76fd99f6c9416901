"""Terminologies are added and dropped: what is held is read again, whatever is cut off, and nothing of a terminology leaves the folder."""

import signal
import subprocess
import sys

import pytest

from graph.vocabulary import AFFIRMS
from ingest import learning
from ingest.errors import TerminologyMissing, TerminologyRefused, TerminologyUnreadable
from ingest.progress import Silent
from ingest.rebuild import rebuild
from ingest.terminologies.shelf import source_of
from tests.ingest.exports import condition, note, patient
from tests.ingest.terminologies.omop_folder import write_omop
from tests.ingest.test_reading import mentions, said

T2DM, ASTHMA = "http://snomed.info/id/44054006", "http://snomed.info/id/195967001"


def add(lab, path, **named):
    return learning.add(source_of(str(path), **named), lab.workspace, lab.tools, 1, Silent())


def drop(lab, name):
    return learning.drop(name, lab.workspace, lab.tools, 1, Silent())


def counted(lab):
    """Quads that the ledger knows of both datasets."""
    with lab.workspace.reading() as ledger:
        return ledger.quads("d") + ledger.quads("other")


def held(lab):
    return [about.name for about in lab.workspace.terminologies.held()]


def test_what_is_held_is_read_again_and_again_without(lab, tmp_path):
    lab.ingest(patient(), condition(), note(text="Adult-onset diabetes. No bronchial asthma."))
    lab.ingest(patient(), note(text="Bronchial asthma."), dataset="other")
    before, quads, encoded = lab.quads(), counted(lab), lab.embedder.encoded
    assert mentions(lab) == []
    learned = add(lab, write_omop(tmp_path / "Athena 2026"))
    assert (learned.about.name, learned.about.version, learned.about.edition) == ("athena-2026", "v5.0 31-AUG-26", 1)
    assert (learned.read.generation, learned.read.texts, learned.read.datasets) == (3, 2, 2)
    assert [row[:3] for row in mentions(lab)] == [
        ("Adult-onset diabetes", T2DM, "affirmed"),
        ("bronchial asthma", ASTHMA, "negated"),
    ]
    assert said(lab, "d1", "other") == [(AFFIRMS, ASTHMA)]
    assert lab.embedder.encoded == encoded
    assert counted(lab) - quads == 3 + 3 * 4  # three links, and four quads for each concept that a dataset did not have
    dropped = drop(lab, "athena-2026")
    assert dropped.about.concepts == 14 and dropped.read.generation == 4
    assert mentions(lab) == mentions(lab, "other") == [] and lab.quads() == before and held(lab) == []


def test_an_ingest_reads_with_the_terminologies_there_are(lab, tmp_path):
    add(lab, write_omop(tmp_path / "omop"))
    assert lab.workspace.current() == 0
    lab.ingest(patient(), note(text="Adult-onset diabetes."))
    assert said(lab, "d1") == [(AFFIRMS, T2DM)]
    same = add(lab, tmp_path / "omop")
    assert same.about.edition == 2 and same.read.generation == 0  # nothing of it is new


def test_names_of_a_terminology_stay_in_the_data_folder(lab, tmp_path):
    add(lab, write_omop(tmp_path / "omop"))
    lab.ingest(patient(), note(text="Adult-onset diabetes."))
    graph = "\n".join(lab.quads())
    assert "Adult-onset diabetes" in graph and "Type 2" not in graph  # the words of the note, not those of the terminology


def test_a_generation_stays_readable_whatever_is_dropped(lab, tmp_path):
    lab.ingest(patient(), note(text="Adult-onset diabetes."))
    add(lab, write_omop(tmp_path / "omop"))
    folder = lab.workspace.generation_folder(2) / "search" / "vocabularies" / "+omop"
    assert (folder / "words.npy").stat().st_nlink == 2
    drop(lab, "omop")
    assert (folder / "words.npy").stat().st_nlink == 1


def test_concepts_that_vanish_in_a_later_release_do_no_harm(lab, tmp_path):
    lab.ingest(patient(), note(text="Adult-onset diabetes. Bronchial asthma."))
    add(lab, write_omop(tmp_path / "omop"))
    later = add(lab, write_omop(tmp_path / "later", without=frozenset({3})), name="omop")
    assert (later.about.edition, held(lab)) == (2, ["omop"])
    assert [row[1] for row in mentions(lab)] == [ASTHMA]


def test_a_generation_made_anew_says_the_same(lab, tmp_path):
    lab.ingest(patient(), condition(), note(text="Adult-onset diabetes."))
    add(lab, write_omop(tmp_path / "omop"))
    before = lab.quads()
    with lab.workspace.writing() as ledger:
        rebuild(ledger, lab.workspace, lab.tools, Silent())
    assert lab.quads() == before


def test_what_is_no_terminology_leaves_all_as_it_was(lab, tmp_path):
    lab.ingest(patient(), note())
    (tmp_path / "x.csv").write_text("code,label\n,nothing\n")
    with pytest.raises(TerminologyUnreadable, match=r"no concept.*1 rows rejected; the first: x.csv, line 2"):
        add(lab, tmp_path / "x.csv")
    with pytest.raises(TerminologyMissing, match="there is no terminology 'x'; there is none"):
        drop(lab, "x")
    with pytest.raises(TerminologyRefused, match="--name"):
        add(lab, tmp_path / "x.csv", name="../x")
    assert lab.workspace.current() == 1 and held(lab) == []
    assert list((lab.workspace.folder / "terminologies").iterdir()) == []


_DRIVER = """
import os, signal, sys
from pathlib import Path
from tests.ingest import exports
import ingest.pipeline
from ingest import learning
from ingest.progress import Silent
from ingest.terminologies.shelf import source_of
ingest.pipeline.Pool = exports.InlinePool
deadly, count = int(sys.argv[2]), 0
for name in ("fsync", "rename", "replace", "unlink", "link", "mkdir"):
    def wrapped(*args, original=getattr(os, name), **kwargs):
        global count
        count += 1
        if count == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(os, name, wrapped)
lab = exports.Lab(Path(sys.argv[1]))
learning.add(source_of(sys.argv[3]), lab.workspace, lab.tools, 1, Silent())
print(count)
"""


def test_killed_while_compiling_and_while_reading_again(lab, tmp_path):
    omop = write_omop(tmp_path / "omop")

    def prepared(folder):
        made = type(lab)(folder)
        made.ingest(patient(), note(text="Adult-onset diabetes."))
        return made

    def run(folder, deadly):
        command = [sys.executable, "-c", _DRIVER, str(folder), str(deadly), str(omop)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = prepared(tmp_path / "whole")
    undisturbed = run(tmp_path / "whole", 0)
    assert undisturbed.returncode == 0, undisturbed.stderr
    steps, expected = int(undisturbed.stdout), whole.quads()
    last = steps - 5  # one run takes a step more or less than another
    for point in sorted({1 + round(n * (last - 1) / 6) for n in range(7)}):
        folder = tmp_path / f"killed{point}"
        made = prepared(folder)
        before = made.quads()
        assert run(folder, point).returncode == -signal.SIGKILL, f"at {point}"
        assert made.quads() in (before, expected), f"at {point}: neither the old nor the new generation"
        on_shelf = held(made) == ["omop"]
        made.ingest(note("d2", text="Nothing."))
        assert [row[1] for row in mentions(made)] == ([T2DM] if on_shelf else []), f"at {point}"
        left = {path.name for path in (made.workspace.folder / "terminologies").glob("*")}
        assert left <= {"omop"}, f"at {point}"
        add(made, omop)
        assert [row[1] for row in mentions(made)] == [T2DM], f"at {point}"


def test_what_an_earlier_version_compiled_is_compiled_anew_from_what_it_kept(lab, tmp_path, monkeypatch):
    (tmp_path / "words.csv").write_text("system,code,label\nurn:words,1,Kidney disease\n", encoding="utf-8")
    lab.ingest(patient(), note(text="Has a kidney disorder."))
    with monkeypatch.context() as earlier:
        earlier.setattr("concepts.vocabulary.spellings", lambda text, kind: iter([text]))
        for module in ("concepts.compiled", "ingest.terminologies.compiling"):
            earlier.setattr(f"{module}.SPELLED", 1)
        add(lab, tmp_path / "words.csv")
    (before,) = lab.workspace.terminologies.held()
    assert (before.outdated, before.spelled, mentions(lab)) == (True, 1, [])
    lab.ingest(note("d2", text="Seen."))
    (after,) = lab.workspace.terminologies.held()
    assert (after.outdated, after.edition, after.concepts, after.links) == (False, 2, before.concepts, before.links)
    assert after.digest != before.digest
    assert [text for text, *_ in mentions(lab)] == ["kidney disorder"]
    assert lab.workspace.terminologies.renew() == ()
