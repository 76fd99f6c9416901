"""What is noted of a finished folder's files, and taken over from the folder before it."""

import os

from ingest import sums
from ingest.sums import damage_in, write_sums


def made(folder, **files):
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def test_only_what_is_new_is_read(tmp_path, monkeypatch):
    before = made(tmp_path / "before", kept="kept", copied="copied", longer="short")
    write_sums(before)
    after = made(tmp_path / "after", copied="copied", longer="short", new="new")
    os.link(before / "kept", after / "kept")
    read = []
    checksum = sums._checksum
    monkeypatch.setattr(sums, "_checksum", lambda path: read.append(path.name) or checksum(path))
    write_sums(after, before)
    assert sorted(read) == ["copied", "longer", "new"]
    assert not list(damage_in(after, deep=True))


def test_a_file_that_was_damaged_before_it_was_linked_is_still_found(tmp_path):
    before = made(tmp_path / "before", kept="kept", grown="grown")
    write_sums(before)
    (before / "kept").write_text("bent")
    after = made(tmp_path / "after")
    for name in ("kept", "grown"):
        os.link(before / name, after / name)
    (after / "grown").write_text("grown on")  # what is of another length is not what was noted
    write_sums(after, before)
    assert [damage.path.name for damage in damage_in(after, deep=True)] == ["kept"]


def test_notes_that_cannot_be_read_are_made_anew(tmp_path):
    before = made(tmp_path / "before", kept="kept")
    (before / sums.SUMS).write_text("[")
    after = made(tmp_path / "after")
    os.link(before / "kept", after / "kept")
    write_sums(after, before)
    assert not list(damage_in(after, deep=True))


def test_what_was_written_since_is_looked_at_and_nothing_else(tmp_path, monkeypatch):
    folder = made(tmp_path / "folder", left="left", bent="bent", renewed="renewed")
    write_sums(folder)
    (folder / "bent").write_text("BENT")
    (folder / "renewed").write_text("renewed")
    read = []
    checksum = sums._checksum
    monkeypatch.setattr(sums, "_checksum", lambda path: read.append(path.name) or checksum(path))
    assert [damage.path.name for damage in damage_in(folder, deep=False, written=True)] == ["bent"]
    assert sorted(read) == ["bent", "renewed"]


def test_notes_of_an_earlier_version_say_nothing_of_when(tmp_path):
    folder = made(tmp_path / "folder", one="one")
    (folder / sums.SUMS).write_text('{"one": [3, 1]}')
    assert [damage.path.name for damage in damage_in(folder, deep=False, written=True)] == ["one"]
    assert not list(damage_in(folder, deep=False))
