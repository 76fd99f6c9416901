"""A backup is the data folder, whole, whoever works in it; what is none changes nothing; a restore that is cut off is finished."""

import gzip
import io
import os
import shutil
import sqlite3
import stat
import tarfile
from pathlib import Path

import orjson
import pytest

from ingest import pipeline, restoring
from ingest.archive import FORMAT, Head, read_archive, write_archive
from ingest.backup import back_up, write_backup
from ingest.errors import BackupRefused, BackupUnusable, DatasetBusy, DiskFull
from ingest.locks import Lock
from ingest.progress import Silent
from ingest.restoring import finish, restore
from ingest.workspace import LOADS_LOCK, LOCKS, MEANING_LOCK, SERVE_LOCK, WRITE_LOCK, Workspace
from search.model import SearchRequest
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

NOBODY = lambda _: None  # noqa: E731 - is told of bytes


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data folder after two publications, with what else may lie in one."""
    with pytest.MonkeyPatch.context() as patcher:
        patcher.setattr(pipeline, "Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("made"))
        lab.ingest(patient("p1"), condition("c1"), note("d1", "Insulin is given."))
        lab.ingest(note("d1", "Cisplatin is given."), note("d2", "Metformin is given."))
    folder = lab.workspace.folder
    (folder / "settings.toml").write_text('media = "x"\n')
    (folder / "access" / "audit").mkdir(parents=True)
    (folder / "access" / "audit" / "000001.ndjson").write_bytes(b'{"n":1}\n')
    with sqlite3.connect(folder / "access" / "accounts.sqlite") as accounts:
        accounts.execute("pragma journal_mode = wal")
        accounts.execute("create table users (name text)")
        accounts.execute("insert into users values ('ann')")
    (folder / "wordlists" / "d").mkdir(parents=True)
    (folder / "wordlists" / "d" / "synonyms.txt").write_text("a, b\n")
    (folder / "elsewhere").symlink_to("/etc/hostname")
    (folder / ".reader-left").mkdir()
    return lab


@pytest.fixture
def lab(made, tmp_path):
    lab = Lab(tmp_path)
    shutil.copytree(made.workspace.folder, lab.workspace.folder, symlinks=True)
    return lab


@pytest.fixture
def backup(lab, tmp_path):
    back_up(lab.workspace, tmp_path / "b.tar.gz", Silent())
    return tmp_path / "b.tar.gz"


def held(folder: Path) -> dict[str, bytes]:
    """What a data folder holds: bytes of files, statements of databases."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name in LOCKS or name.startswith((".", "generations/000001/")):
            continue
        if path.name.startswith(("LOG", "LOCK")) or name.endswith("-shm") or (name.endswith("-wal") and "generations" not in name):
            continue
        if path.suffix == ".sqlite" and not name.startswith("generations/"):
            with sqlite3.connect(path) as database:
                found[name] = "\n".join(database.iterdump()).encode()
        else:
            found[name] = path.read_bytes()
    return found


def put_back(backup, folder, **options):
    with backup.open("rb") as stream:
        return restore(stream, backup.name, folder, Silent(), **options)


def test_what_was_backed_up_comes_back_as_it_was(lab, backup, tmp_path):
    contents = put_back(backup, tmp_path / "other" / "data")
    other = Workspace(tmp_path / "other" / "data")
    assert held(other.folder) == held(lab.workspace.folder)
    assert contents.files == len(held(other.folder)) and contents.head.generation == other.current() == 2
    assert sorted(path.name for path in other.folder.iterdir() if path.name.startswith(".")) == []
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE((other.folder / "access" / "accounts.sqlite").stat().st_mode) == 0o600
    assert (other.folder / "wordlists" / "d" / "synonyms.txt").read_text() == "a, b\n"
    again = Lab(tmp_path / "other")
    found = again.snapshot().retriever.search(SearchRequest("cisplatin"))
    assert [hit.document for hit in found.hits] == [
        hit.document for hit in lab.snapshot().retriever.search(SearchRequest("cisplatin")).hits
    ]
    assert again.quads() == lab.quads()


def test_what_is_restored_goes_on(lab, backup, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    put_back(backup, tmp_path / "other" / "data")
    other = Lab(tmp_path / "other")
    other.ingest(note("d3", "Warfarin is given."))
    assert other.workspace.current() == 3
    assert other.snapshot().retriever.search(SearchRequest("warfarin")).total == 1


def test_accounts_are_those_of_one_moment_though_nobody_closed_them(lab, tmp_path):
    accounts = sqlite3.connect(lab.workspace.folder / "access" / "accounts.sqlite")
    accounts.execute("insert into users values ('bob')")
    accounts.commit()  # in the log beside the database, and nowhere else
    accounts.execute("insert into users values ('eve')")
    back_up(lab.workspace, tmp_path / "b.tar.gz", Silent())
    accounts.close()
    put_back(tmp_path / "b.tar.gz", tmp_path / "other")
    with sqlite3.connect(tmp_path / "other" / "access" / "accounts.sqlite") as restored:
        assert [name for (name,) in restored.execute("select name from users")] == ["ann", "bob"]


def test_a_publication_meanwhile_is_in_the_backup_as_a_whole_or_not_at_all(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    out = _Meanwhile(lambda: lab.ingest(note("d4", "Heparin is given.")))
    write_backup(lab.workspace, out, Silent())
    assert lab.workspace.current() == 3
    restore(io.BytesIO(out.getvalue()), "b", tmp_path / "other" / "data", Silent())
    other = Lab(tmp_path / "other")
    assert other.workspace.current() == 2 == other.workspace.shown()[0]
    assert other.snapshot().retriever.search(SearchRequest("heparin")).total == 0
    assert other.snapshot().retriever.search(SearchRequest("cisplatin")).total == 1


class _Meanwhile(io.BytesIO):
    """A stream, at whose first write something happens."""

    def __init__(self, happens):
        super().__init__()
        self.happens = happens

    def write(self, data):
        happens, self.happens = self.happens, None
        if happens:
            happens()
        return super().write(data)


def test_a_backup_is_not_written_over_unasked_nor_left_half(lab, backup, tmp_path, monkeypatch):
    with pytest.raises(BackupRefused, match="--force"):
        back_up(lab.workspace, backup, Silent())
    with pytest.raises(BackupRefused, match="folder"):
        back_up(lab.workspace, tmp_path, Silent(), replace=True)
    before = backup.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest.backup.write_archive", full)
    with pytest.raises(DiskFull):
        back_up(lab.workspace, backup, Silent(), replace=True)
    assert backup.read_bytes() == before and list(tmp_path.glob(".*")) == []
    assert not list(lab.workspace.folder.glob(".backup-*"))


def test_a_folder_that_holds_something_is_replaced_only_when_asked(lab, backup, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    before = held(lab.workspace.folder)
    lab.ingest(note("d5", "Aspirin is given."))
    (lab.workspace.folder / "later.txt").write_text("made after the backup")
    with pytest.raises(BackupRefused, match="--force"):
        put_back(backup, lab.workspace.folder)
    assert lab.workspace.current() == 3
    put_back(backup, lab.workspace.folder, replace=True)
    assert held(lab.workspace.folder) == before and lab.workspace.current() == 2
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(BackupRefused, match=r"thesis\.txt"):
        put_back(backup, foreign, replace=True)
    assert (foreign / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "who"), [(WRITE_LOCK, "writing"), (LOADS_LOCK, "worker"), (MEANING_LOCK, "embeds"), (SERVE_LOCK, "server")]
)
def test_nothing_is_replaced_while_somebody_is_at_work(lab, backup, name, who):
    before = held(lab.workspace.folder)
    with Lock(lab.workspace.folder / name) as lock:
        assert lock.take(shared=name == SERVE_LOCK)
        with pytest.raises(DatasetBusy, match=who):
            put_back(backup, lab.workspace.folder, replace=True)
    assert held(lab.workspace.folder) == before


def test_servers_share_what_a_restore_needs_alone(tmp_path):
    with Lock(tmp_path / SERVE_LOCK) as one, Lock(tmp_path / SERVE_LOCK) as other, Lock(tmp_path / SERVE_LOCK) as restoring_one:
        assert one.take(shared=True) and other.take(shared=True)
        assert not restoring_one.take()


def _longer(data):
    return data + gzip.compress(b"more")


DAMAGES = {
    "empty": lambda data: b"",
    "no gzip": lambda data: b"garbage" * 500,
    "cut in the middle": lambda data: data[: len(data) // 2],
    "cut at the end": lambda data: data[:-1],
    "a byte is another": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "goes on": _longer,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_changes_nothing(lab, backup, damage):
    before = held(lab.workspace.folder)
    backup.write_bytes(DAMAGES[damage](backup.read_bytes()))
    with pytest.raises(BackupUnusable, match=r"b\.tar\.gz"):
        put_back(backup, lab.workspace.folder, replace=True)
    with backup.open("rb") as stream, pytest.raises(BackupUnusable, match=r"b\.tar\.gz"):
        read_archive(stream, backup.name, None, NOBODY)
    assert held(lab.workspace.folder) == before and not list(lab.workspace.folder.glob(".rest*"))


def _tar(*members):
    """A gzipped tar file of (name, content or the kind of another member)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            else:
                member.type, member.linkname = content, "/etc/passwd"
                tar.addfile(member)
    return out.getvalue()


HEAD = ("backup.json", orjson.dumps({"format": FORMAT, "made_by": "1", "made": "2026", "generation": 0, "store": ""}))


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([("x", b"1")], "no backup"),
        ([("backup.json", b"[]")], "no backup"),
        ([("backup.json", b'{"format": 1, "what": 2}')], "no backup"),
        ([("backup.json", b'{"format": 99, "made_by": "7.0"}')], r"made by Commissure 7\.0.*install"),
        ([HEAD, ("../out", b"1"), ("sums.json", b"{}")], "'../out'"),
        ([HEAD, ("/out", b"1"), ("sums.json", b"{}")], "'/out'"),
        ([HEAD, (".restored/x", b"1"), ("sums.json", b"{}")], "restored"),
        ([HEAD, ("link", tarfile.SYMTYPE), ("sums.json", b"{}")], "'link'"),
        ([HEAD, ("link", tarfile.LNKTYPE), ("sums.json", b"{}")], "'link'"),
        ([HEAD, ("device", tarfile.CHRTYPE), ("sums.json", b"{}")], "'device'"),
        ([HEAD, ("x", b"1")], "cut off"),
        ([HEAD, ("x", b"1"), ("x", b"1"), ("sums.json", b"{}")], "'x'"),
        ([HEAD, ("x", b"1"), ("sums.json", b"{}")], "1 files.*'x'"),
        ([HEAD, ("sums.json", b'{"y": [1, "00"]}')], "1 files.*'y'"),
        ([HEAD, ("sums.json", b"{}"), ("x", b"1")], "after its end"),
        ([HEAD, ("sums.json", b"{}")], "no ledger"),
    ],
)
def test_what_no_backup_of_ours_holds_is_refused(tmp_path, members, says):
    with pytest.raises(BackupUnusable, match=says):
        restore(io.BytesIO(_tar(*members)), "b", tmp_path / "data", Silent())
    assert [path.name for path in (tmp_path / "data").iterdir() if path.name not in LOCKS] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


class Killed(BaseException):
    """Takes the place of the end of a process."""


def test_a_restore_that_is_cut_off_anywhere_is_finished_or_never_was(lab, backup, tmp_path, monkeypatch):
    before = held(lab.workspace.folder)
    lab.workspace.folder.joinpath("later.txt").write_text("made after the backup")
    now = held(lab.workspace.folder)
    rename, steps = Path.rename, []
    endings = {"never was": 0, "finished": 0}
    kept = tmp_path / "kept"
    lab.workspace.folder.rename(kept)
    for killed_at in range(1, 100):
        folder = tmp_path / f"data{killed_at}"
        shutil.copytree(kept, folder, symlinks=True)
        steps.clear()

        def step(path, target, at=killed_at, steps=steps):
            steps.append(path)
            if len(steps) == at:
                raise Killed
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", step)
        try:
            put_back(backup, folder, replace=True)
            break
        except Killed:
            pass
        finally:
            monkeypatch.setattr(Path, "rename", rename)
        finish(folder)
        found = held(folder)
        assert found in (before, now), killed_at
        endings["never was" if found == now else "finished"] += 1
        assert not [path for path in folder.iterdir() if path.name.startswith((".rest", ".repl"))]
        shutil.rmtree(folder)
    assert held(folder) == before
    assert endings["never was"] == 1 and endings["finished"] > 5


def test_what_was_cut_off_is_finished_by_whoever_comes_next(lab, backup, monkeypatch):
    from commissure import workplace

    monkeypatch.setattr(restoring, "_swap", lambda folder: None)
    put_back(backup, lab.workspace.folder, replace=True)
    monkeypatch.undo()
    (lab.workspace.folder / "later.txt").write_text("made after the backup")
    with Lock(lab.workspace.folder / WRITE_LOCK) as lock:
        assert lock.take()
        with pytest.raises(DatasetBusy):
            workplace.workspace({"data": str(lab.workspace.folder)})
    assert workplace.workspace({"data": str(lab.workspace.folder)}).current() == 2
    assert not (lab.workspace.folder / "later.txt").exists() and not (lab.workspace.folder / ".restored").exists()


def test_a_file_that_grows_or_goes_is_taken_as_it_was(tmp_path):
    growing, gone = tmp_path / "growing", tmp_path / "gone"
    growing.write_bytes(b"a" * 100_000)

    def grow(_):
        with growing.open("ab") as file:
            file.write(b"b")

    out = io.BytesIO()
    contents = write_archive(out, Head(FORMAT, "1", "2026", 0, ""), [("growing", growing), ("gone", gone)], grow)
    assert contents.files == 1 and growing.stat().st_size > 100_000
    into = tmp_path / "into"
    read_archive(io.BytesIO(out.getvalue()), "b", into, NOBODY)
    assert (into / "growing").read_bytes() == b"a" * 100_000


def test_files_that_share_their_bytes_are_files_each(tmp_path):
    (tmp_path / "one").write_bytes(b"the same")
    os.link(tmp_path / "one", tmp_path / "two")
    out = io.BytesIO()
    write_archive(out, Head(FORMAT, "1", "2026", 0, ""), [(name, tmp_path / name) for name in ("one", "two")], NOBODY)
    read_archive(io.BytesIO(out.getvalue()), "b", tmp_path / "into", NOBODY)
    assert [(tmp_path / "into" / name).read_bytes() for name in ("one", "two")] == [b"the same"] * 2
