"""A reader that comes while the ledger is made finds none, or a whole one."""

import threading

from ingest.ledger import Ledger
from ingest.workspace import Workspace


def test_readers_never_see_a_half_made_ledger(tmp_path):
    for turn in range(20):
        workspace = Workspace(tmp_path / str(turn))
        workspace.folder.mkdir()
        done, seen, failed = threading.Event(), [], []

        def read(workspace=workspace, done=done, seen=seen, failed=failed):
            while not done.is_set():
                try:
                    with workspace.reading() as ledger:
                        seen.append(ledger is not None and ledger.datasets() == ())
                except Exception as error:
                    failed.append(error)

        reader = threading.Thread(target=read)
        reader.start()
        Ledger(workspace.ledger_path).close()
        done.set()
        reader.join()
        assert failed == []


def test_what_a_killed_run_left_of_a_new_ledger_is_taken_away(tmp_path):
    path = tmp_path / "ledger.sqlite"
    (tmp_path / ".ledger.sqlite.new").write_bytes(b"half of it")
    Ledger(path).close()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["ledger.sqlite"]
