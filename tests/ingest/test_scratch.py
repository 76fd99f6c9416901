"""Working folders: each is removed by its process, or by the next one where the process was killed."""

import gc
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph.scope import Scope
from graph.scratch import Scratch, sweep
from tests.ingest.exports import Lab, patient

HOLD = """
import sys, time
from pathlib import Path
from graph.scratch import Scratch
folder = Scratch(Path(sys.argv[1]), ".reader-")
(folder.path / "held").write_text("x")
print(folder.path, flush=True)
time.sleep(60)
"""


def holding(parent: Path) -> tuple["subprocess.Popen[str]", Path]:
    """A process that has a folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(parent)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_folder_ends_with_its_block_or_its_last_user(tmp_path: Path) -> None:
    with Scratch(tmp_path, ".work-") as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []
    held = Scratch(tmp_path, ".work-")
    assert held.path.is_dir()
    del held
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_only_folders_of_processes_that_are_gone_are_swept(tmp_path: Path) -> None:
    process, folder = holding(tmp_path)
    (tmp_path / "generations").mkdir()
    (tmp_path / ".reader-file").write_text("no folder")
    (tmp_path / ".reader-link").symlink_to(tmp_path / "generations")
    with Scratch(tmp_path, ".reader-") as ours:
        sweep(tmp_path, ".reader-")
        assert folder.is_dir() and ours.is_dir()
        kill(process)
        sweep(tmp_path, ".other-")
        assert (folder / "held").is_file()
        sweep(tmp_path, ".reader-")
        assert ours.is_dir()
    assert sorted(one.name for one in tmp_path.iterdir()) == [".reader-file", ".reader-link", "generations"]


@pytest.mark.parametrize("next_process", ["reader", "ingest"])
def test_what_a_killed_server_left_is_removed_by_the_next_reader_or_ingest(tmp_path: Path, next_process: str) -> None:
    lab = Lab(tmp_path)
    lab.ingest(patient(), dataset="a")
    lab.ingest(patient(), dataset="b")
    library = lab.library()
    seen = library.current().within(Scope.of(["a"]))
    mine = {one.name for one in lab.workspace.folder.glob(".reader-*")}
    assert len(mine) == 1
    process, left = holding(lab.workspace.folder)
    kill(process)
    assert left.is_dir()
    if next_process == "ingest":
        lab.ingest(patient(), dataset="c")
    else:
        further = library.current().within(Scope.of(["b"]))
        assert further.catalog.datasets()
        mine = {one.name for one in lab.workspace.folder.glob(".reader-*")}
        assert len(mine) == 2
    assert not left.exists()
    assert {one.name for one in lab.workspace.folder.glob(".reader-*")} == mine
    assert [one.dataset for one in seen.catalog.datasets()] == ["a"]
