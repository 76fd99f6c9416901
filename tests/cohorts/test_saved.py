"""Saved things: names, versions, who sees and changes them, what they name, what they counted, and a file that cannot be used."""

import os
import sqlite3
from itertools import count
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from cohorts.errors import InvalidDefinition
from cohorts.reading import definition_of
from cohorts.saved import database
from cohorts.saved.database import FILE
from cohorts.saved.errors import SavedChanged, SavedMissing, SavedRefused, SavedUnusable
from cohorts.saved.model import WHOEVER_SITS_HERE, Result, Viewer
from cohorts.saved.naming import named_cohort, named_view, names
from cohorts.saved.things import Change, SavedThings
from cohorts.views.errors import ViewError

ME = WHOEVER_SITS_HERE
ANNA, BEN = Viewer("anna", frozenset({"ward", "clinic"})), Viewer("ben", frozenset({"ward"}))
VIEW = {"resource": "Condition", "select": [{"column": [{"name": "id", "path": "id"}]}]}


def of(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}, "rules": list(rules), **more}


@pytest.fixture
def things(tmp_path: Path) -> SavedThings:
    ticks = count(1_700_000_000)
    return SavedThings(tmp_path / "data", lambda: next(ticks))


# --- versions ---


def test_nothing_is_made_until_something_is_saved(things: SavedThings) -> None:
    assert things.listed(ME) == () and not things.database.path.exists()
    with pytest.raises(SavedMissing, match=r"'stroke'.*saved list"):
        things.find(ME, "stroke")
    things.save(ME, "cohort", "stroke", of())
    assert things.database.path.stat().st_mode & 0o777 == 0o600


def test_every_change_is_a_version_and_the_former_ones_stay(things: SavedThings) -> None:
    made = things.save(ANNA, "cohort", "stroke", of(), "first", there=("ward", "clinic"))
    assert (made.current.number, made.owner, made.current.datasets, made.created) == (1, "anna", ("clinic", "ward"), "2023-11-14T22:13:20Z")
    things.change(ANNA, made.id, 1, Change(content=of({"age": [18, None]}, datasets=["ward"])))
    things.change(ANNA, made.id, 2, Change(name="stroke-adults", sharing="readers"))
    told = [(one.number, one.name, one.description, one.sharing, one.datasets) for one in things.versions(ANNA, made.id)]
    assert told == [
        (3, "stroke-adults", "first", "readers", ("ward",)),
        (2, "stroke", "first", "private", ("ward",)),
        (1, "stroke", "first", "private", ("clinic", "ward")),
    ]
    assert things.find(ANNA, "stroke-adults").current.content["rules"] == [{"age": [18, None]}]
    assert [one.number for one in things.versions(BEN, made.id)] == [3], "what was private stays so"
    things.drop(ANNA, made.id, 3)
    with pytest.raises(SavedMissing):
        things.get(ANNA, made.id)
    again = things.save(ANNA, "cohort", "stroke", of())
    assert len(things.versions(ANNA, again.id)) == 1


def test_two_writers_do_not_overwrite_one_another(things: SavedThings) -> None:
    made = things.save(ME, "cohort", "a", of())
    begin, told = Barrier(4), []

    def write(number: int) -> None:
        begin.wait()
        try:
            things.change(ME, made.id, 1, Change(description=f"by {number}"))
            told.append(number)
        except SavedChanged as error:
            assert "is at version 2" in str(error)

    writers = [Thread(target=write, args=(number,)) for number in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert len(told) == 1 and things.get(ME, made.id).current.description == f"by {told[0]}"
    with pytest.raises(SavedChanged, match="version 2"):
        things.drop(ME, made.id, 1)


@pytest.mark.parametrize("name", ["", "a b", 'a"b', "a:b", "a/b", "x" * 101, "a\x00b", "a\u202eb", "\n"])
def test_names_that_no_definition_could_name_are_refused(things: SavedThings, name: str) -> None:
    with pytest.raises(SavedRefused, match=r"^name: must have"):
        things.save(ME, "cohort", name, of())


def test_a_name_is_given_once_to_each_owner(things: SavedThings) -> None:
    things.save(ANNA, "cohort", "a", of())
    things.save(BEN, "cohort", "a", of())
    for change in (lambda: things.save(ANNA, "view", "a", VIEW),):
        with pytest.raises(SavedRefused, match="'a' is taken"):
            change()
    other = things.save(ANNA, "cohort", "b", of())
    with pytest.raises(SavedRefused, match="'a' is taken"):
        things.change(ANNA, other.id, 1, Change(name="a"))


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("cohort", {"format": "commissure-cohort/1"}, "entry: is missing"),
        ("cohort", [], "content: must be a JSON object"),
        ("cohort", of({"cohort": "none"}), "rules\\[0\\].cohort: there is no cohort 'none'"),
        ("cohort", of({"event": "condition", "in": "none"}), "rules\\[0\\].in: there is no set 'none'"),
        ("cohort", {**of(), "name": float("nan")}, "content: is no JSON"),
        ("concepts", {}, "codes: must be a list"),
        ("concepts", {"codes": ["1"], "more": 1}, "more: is unknown here"),
        ("search", {"parameters": {"q": "words"}}, "content.parameters: must be lists of texts"),
        ("search", {"parameters": {}}, "content.parameters: must be the parameters"),
        ("view", {"resource": "Condition"}, "select"),
        ("picture", {}, "kind: must be one of"),
    ],
)
def test_what_could_not_be_used_is_not_saved(things: SavedThings, kind: str, content: Any, told: str) -> None:
    with pytest.raises((SavedRefused, InvalidDefinition, ViewError), match=told):
        things.save(ME, kind, "a", content)
    assert things.listed(ME) == ()


# --- who sees what ---


def test_a_thing_is_seen_by_its_owner_or_by_all_who_may_read_its_datasets(things: SavedThings) -> None:
    own = things.save(ANNA, "cohort", "own", of(), there=("ward",))
    whole = things.save(ANNA, "cohort", "whole", of(), sharing="readers", there=("ward", "clinic"))
    ward = things.save(ANNA, "cohort", "ward", of(datasets=["ward"]), sharing="readers", there=("ward", "clinic"))
    codes = things.save(ANNA, "concepts", "codes", {"codes": ["1"]}, sharing="readers", there=("ward", "clinic"))
    asked = things.save(ANNA, "search", "asked", {"parameters": {"q": ["x"], "dataset": ["clinic"]}}, sharing="readers", there=("ward",))
    table = things.save(ANNA, "view", "table", VIEW, sharing="readers", there=("ward", "clinic"))
    assert {one.id for one in things.listed(ANNA)} == {one.id for one in (own, whole, ward, codes, asked, table)}
    assert [one.name for one in things.listed(BEN)] == ["codes", "ward"]
    assert [one.name for one in things.listed(Viewer("eve", frozenset()), "cohort")] == []
    for hidden in (own, whole, asked, table):
        with pytest.raises(SavedMissing):
            things.get(BEN, hidden.id)
        with pytest.raises(SavedMissing):
            things.find(BEN, f"anna:{hidden.name}")
    for change in (lambda: things.drop(BEN, ward.id, 1), lambda: things.change(BEN, ward.id, 1, Change(description="mine"))):
        with pytest.raises(SavedRefused, match="is of anna"):
            change()
    assert len(things.listed(ME)) == 6


def test_a_name_means_ones_own_thing_first(things: SavedThings) -> None:
    things.save(ANNA, "cohort", "a", of(), "of anna", "readers", ())
    assert things.find(BEN, "a").owner == "anna"
    things.save(Viewer("carl", None), "cohort", "a", of(), "of carl", "readers")
    with pytest.raises(SavedRefused, match=r"may be (anna:a or carl:a|carl:a or anna:a): say which"):
        things.find(BEN, "a")
    assert things.find(BEN, "carl:a").owner == "carl"
    things.save(ME, "cohort", "a", of(), "of nobody", "readers")
    assert things.find(BEN, "a").owner == "" and things.find(BEN, ":a").owner == ""
    things.save(BEN, "cohort", "a", of())
    assert things.find(BEN, "a").owner == "ben"


# --- naming ---


def test_definitions_name_what_is_saved(things: SavedThings, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    things.save(ME, "concepts", "diabetes", {"codes": [{"code": "73211009", "descendants": True}]})
    things.save(ME, "cohort", "diabetics", of({"event": "condition", "in": "diabetes"}))
    things.save(ME, "cohort", "women", of({"sex": ["female"]}, {"cohort": "diabetics"}))
    whole = named_cohort(folder, "women")
    assert whole == definition_of(things.find(ME, "women").current.content, names(folder))
    assert whole.cohorts["diabetics"].sets["diabetes"][0].descendants and not whole.sets
    assert definition_of(of({"cohort": "women"}), names(folder)).cohorts.keys() == {"women", "diabetics"}
    held = of({"cohort": "women"}, cohorts={"women": of()})
    assert definition_of(held, names(folder)).cohorts["women"].rules == (), "what a definition holds comes before what is saved"
    things.save(ME, "view", "table", VIEW)
    assert named_view(folder, "table") == VIEW
    with pytest.raises(SavedMissing):
        named_cohort(folder, "table")


def test_circles_are_refused_by_their_path_when_they_would_be_saved(things: SavedThings) -> None:
    first = things.save(ME, "cohort", "first", of())
    things.save(ME, "cohort", "second", of({"cohort": "first"}))
    for name in ("first", "second", ":second"):
        with pytest.raises(InvalidDefinition, match=r"rules\[1\]\.any\[0\]\.cohort|rules\[0\]\.cohort") as told:
            things.change(ME, first.id, 1, Change(content=of({"age": [1, 2]}, {"any": [{"cohort": name}]})))
        assert "the cohort is defined by itself" in str(told.value)
    with pytest.raises(InvalidDefinition, match="defined by itself: new → new"):
        things.save(ME, "cohort", "new", of({"cohort": "new"}))


def test_what_others_name_is_neither_dropped_nor_renamed(things: SavedThings) -> None:
    codes = things.save(ME, "concepts", "codes", {"codes": ["1"]})
    one = things.save(ME, "cohort", "one", of({"event": "condition", "in": "codes"}))
    two = things.save(ME, "cohort", "two", of({"cohort": "one"}))
    for saved, by in ((codes, "one"), (one, "two")):
        with pytest.raises(SavedRefused, match=f"is named by {by}"):
            things.drop(ME, saved.id, 1)
        with pytest.raises(SavedRefused, match=f"is named by {by}"):
            things.change(ME, saved.id, 1, Change(name="other"))
    for saved in (two, one, codes):
        things.drop(ME, saved.id, 1)
    assert things.listed(ME) == ()


def test_names_mean_to_readers_what_they_mean_to_the_owner(things: SavedThings, tmp_path: Path) -> None:
    women, men = of({"sex": ["female"]}), of({"sex": ["male"]})
    things.save(ANNA, "cohort", "some", women, sharing="readers")
    made = things.save(ANNA, "cohort", "whose", of({"cohort": "some"}), sharing="readers")
    things.save(BEN, "cohort", "some", men)
    (some,) = named_cohort(tmp_path / "data", "whose", BEN).cohorts.values()
    assert some.rules[0].sexes == ("female",)
    assert [one.name for one in things.users_of(BEN, things.find(BEN, "anna:some"))] == ["whose"]
    assert things.users_of(BEN, things.find(BEN, "some")) == ()
    assert things.content(ANNA, made) == made.current.content, "as it was written, to whoever wrote it"
    things.change(ANNA, things.find(ANNA, "some").id, 1, Change(sharing="private"))
    with pytest.raises(InvalidDefinition, match="there is no cohort 'anna:some'"):
        named_cohort(tmp_path / "data", "whose", BEN)


# --- results ---


def result(*datasets: str, generation: int = 1, digest: str = "", count: int = 5) -> Result:
    return Result(1, digest, generation, "", datasets, "patients", count, 7, {"rules[0]": {"by": "words", "found": 3}})


def test_a_result_is_told_to_those_who_may_see_what_was_counted_in(things: SavedThings) -> None:
    saved = things.save(ANNA, "cohort", "a", of(), sharing="readers")
    assert things.result(ANNA, saved) is None
    things.keep_result(saved, result("ward"))
    things.keep_result(saved, result("ward", "clinic", count=50))
    mine, bens = things.result(ANNA, saved), things.result(BEN, saved)
    assert mine and bens and (mine.count, bens.count) == (50, 5)
    assert bens.frozen == {"rules[0]": {"by": "words", "found": 3}} and bens.counted.startswith("2023-11-14T22:13:2")
    things.keep_result(saved, result("ward", count=6))
    assert things.result(BEN, saved).count == 6
    assert things.result(Viewer("eve", frozenset()), saved) is None


def test_the_digest_changes_with_whatever_a_definition_names(things: SavedThings) -> None:
    codes = things.save(ME, "concepts", "codes", {"codes": ["1"]})
    things.save(ME, "cohort", "one", of({"event": "condition", "in": "codes"}))
    two = things.save(ME, "cohort", "two", of({"cohort": "one"}))
    before = things.digest(ME, two)
    two = things.change(ME, two.id, 1, Change(description="in other words"))
    assert things.digest(ME, two) == before
    things.change(ME, codes.id, 1, Change(content={"codes": ["2"]}))
    assert things.digest(ME, two) != before


# --- the file ---


def test_tables_are_brought_to_the_version_of_the_program(things: SavedThings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = things.save(ME, "cohort", "a", of())
    later = (*database.MIGRATIONS, "ALTER TABLE things ADD COLUMN mark TEXT NOT NULL DEFAULT ''; CREATE TABLE more (x) ")
    monkeypatch.setattr(database, "MIGRATIONS", later)
    newer = SavedThings(tmp_path / "data")
    assert newer.get(ME, saved.id).name == "a"
    with newer.database.reading() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT mark FROM things").fetchall() == [("",)]
    monkeypatch.undo()
    with pytest.raises(SavedUnusable, match=f"{FILE}: was written by another version of Commissure .format 2, this one has 1"):
        SavedThings(tmp_path / "data").listed(ME)


def test_a_migration_that_fails_leaves_the_file_as_it_was(things: SavedThings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    things.save(ME, "cohort", "a", of())
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, "CREATE TABLE more (x); CREATE TABLE things (y)"))
    with pytest.raises(SavedUnusable, match="already exists"):
        SavedThings(tmp_path / "data").listed(ME)
    monkeypatch.undo()
    assert len(SavedThings(tmp_path / "data").listed(ME)) == 1


@pytest.mark.parametrize("content", [b"this is no database, whatever its name says" * 50, b"SQLite format 3\x00" + b"\xff" * 500])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    for ask in (lambda things: things.listed(ME), lambda things: things.save(ME, "cohort", "a", of())):
        with pytest.raises(SavedUnusable, match=f"{FILE}: saved things cannot be used: file is not a database"):
            ask(SavedThings(tmp_path))


def test_a_file_that_is_put_in_the_place_of_another_is_read(things: SavedThings, tmp_path: Path) -> None:
    things.save(ME, "cohort", "a", of())
    other = SavedThings(tmp_path / "other")
    other.save(ME, "cohort", "b", of())
    with other.database.writing() as connection:
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("BEGIN")
    for beside in ("", "-wal", "-shm"):
        (tmp_path / "data" / (FILE + beside)).unlink(missing_ok=True)
    (tmp_path / "other" / FILE).rename(tmp_path / "data" / FILE)
    assert [one.name for one in things.listed(ME)] == ["b"]


def test_a_folder_that_cannot_be_written_is_read(things: SavedThings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    things.save(ME, "cohort", "a", of())
    things.database._local.held[1].close()
    # Whoever runs the tests may write everywhere: what the system would say is said for it.
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    reader = SavedThings(tmp_path / "data")
    assert [one.name for one in reader.listed(ME)] == ["a"]
    with pytest.raises(SavedUnusable, match="saved things cannot be used: is read-only"):
        reader.save(ME, "cohort", "b", of())
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, "CREATE TABLE more (x)"))
    with pytest.raises(SavedUnusable, match="and may not be written"):
        SavedThings(tmp_path / "data").listed(ME)


def test_a_folder_that_is_none_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    things = SavedThings(tmp_path / "file" / "data")
    assert things.listed(ME) == ()
    with pytest.raises(SavedUnusable, match="things cannot be saved here: Not a directory"):
        things.save(ME, "cohort", "a", of())


def test_two_processes_share_the_file(things: SavedThings, tmp_path: Path) -> None:
    saved = things.save(ME, "cohort", "a", of())
    other = SavedThings(tmp_path / "data")
    other.change(ME, saved.id, 1, Change(description="by another"))
    assert things.get(ME, saved.id).current.description == "by another"
    with pytest.raises(SavedChanged):
        things.change(ME, saved.id, 1, Change(description="mine"))
    with sqlite3.connect(tmp_path / "data" / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM versions").fetchone() == (2,)
