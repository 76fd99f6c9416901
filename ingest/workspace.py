"""The data folder: what lies where, who may write, and what may be deleted.

ledger.sqlite   embeddings.sqlite   saved.sqlite   write.lock   serve.lock   CURRENT
generations/000001/{graph,search}   parts/DATASET/KEY/   runs/RUN/issues.ndjson   terminologies/NAME/000001/
pulls/DATASET/SERVER/
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from cohorts.saved.database import FILE as SAVED
from graph.scratch import Scratch, sweep
from ingest.errors import DatasetBusy, IngestError
from ingest.ledger import Ledger
from ingest.locks import Lock
from ingest.staging import sync
from ingest.terminologies.shelf import Shelf

_RUN = re.compile(r"[0-9TZ]+-[0-9a-f]+")
_READER = ".reader-"
"""How the folders begin that hold what a reader of some datasets searches."""
REPLICA = ".replica-"
"""How the folders begin that hold what goes to another graph store."""
BACKUP = ".backup-"
"""How the folders begin that hold what goes into a backup."""
RESTORING = ".restoring-"
"""How the folders begin into which a backup is unpacked."""
CURRENT = "CURRENT"
"""The file that says which generation is published."""
WRITE_LOCK, LOADS_LOCK, MEANING_LOCK, SERVE_LOCK = LOCKS = ("write.lock", "loads.lock", "meaning.lock", "serve.lock")
"""Files that say who is at work here, and nothing else: the one who writes, works off loads, embeds, and those who serve."""
_BRIEFLY = " briefly"
"""Behind the number of a process that holds the data folder for one publication."""
_LOOK = 0.2
"""Seconds between looks at whether it has done."""
_KEPT_GENERATIONS = 2
"""The current one, and the one before for readers that have it open."""


class Workspace:
    """A data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        return self.folder / "ledger.sqlite"

    @property
    def embeddings_path(self) -> Path:
        """The vectors of every text ever embedded."""
        return self.folder / "embeddings.sqlite"

    @property
    def saved_path(self) -> Path:
        """What people saved (cohorts.saved): nothing makes it anew."""
        return self.folder / SAVED

    @property
    def terminologies(self) -> Shelf:
        """The compiled terminologies."""
        return Shelf(self.folder / "terminologies")

    @property
    def deidentified(self) -> "Workspace":
        """The data folder of the de-identified copies of datasets, within this one."""
        return Workspace(self.folder / "deidentified")

    def parts_folder(self, dataset: str) -> Path:
        """Where a dataset's parts lie."""
        return self.folder / "parts" / dataset

    def pulls_folder(self, dataset: str) -> Path:
        """Where what was fetched for a dataset from FHIR servers lies."""
        return self.folder / "pulls" / dataset

    def run_folder(self, run: str) -> Path:
        """Where a run keeps its files; made if need be."""
        folder = self.folder / "runs" / run
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def issues(self, run: str) -> Iterator[dict[str, Any]]:
        """A run's issues, in the order they were found; none for a run that is not there."""
        path = self.folder / "runs" / run / "issues.ndjson"
        if _RUN.fullmatch(run) and path.exists():
            with path.open("rb") as lines:
                for line in lines:
                    yield orjson.loads(line)

    def generation_folder(self, generation: int) -> Path:
        """Where a generation lies."""
        return self.folder / "generations" / f"{generation:06d}"

    def current(self) -> int:
        """The published generation; 0 before the first."""
        return self.published()[0]

    def published(self) -> tuple[int, str]:
        """The published generation, and the address of the graph store that answers for it ('' the embedded one).

        Where CURRENT is damaged, or names a generation that is not there, it is the one that the ledger names.
        """
        shown = self.shown()
        if shown is not None and self.generation_folder(shown[0]).is_dir():
            return shown
        with self.reading() as ledger:
            return (ledger.generation, ledger.meta("store") or "") if ledger and ledger.generation else (0, "")

    def shown(self) -> tuple[int, str] | None:
        """What CURRENT says; None where it is not there or says nothing that makes sense."""
        try:
            generation, _, store = (self.folder / CURRENT).read_text().partition("\n")
            return (int(generation), store.strip()) if generation.isascii() and generation.isdigit() and int(generation) else None
        except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
            return None

    def show(self, generation: int, store: str) -> None:
        """Make a whole generation the published one, with the graph store that answers for it, by an atomic rename."""
        temporary = self.folder / ".CURRENT.tmp"
        temporary.write_text(f"{generation}\n{store}\n")
        sync(temporary)
        make_room_for(self.folder / CURRENT)
        temporary.replace(self.folder / CURRENT)
        sync(self.folder)

    @contextmanager
    def writing(self, *, briefly: bool = False) -> Iterator[Ledger]:
        """The ledger, for the one process that may write. Completes a publication that was cut off between the ledger and CURRENT.

        Who writes `briefly` is waited for; for everybody else DatasetBusy is raised.
        """
        try:
            lock = Lock(self.folder / WRITE_LOCK)
        except OSError as error:
            raise IngestError(f"{self.folder}: the data folder cannot be written: {error.strerror}") from error
        with lock:
            self._wait_for(lock)
            lock.sign(f"{os.getpid()}{_BRIEFLY if briefly else ''}")
            self.sweep()
            self.terminologies.sweep()
            self.terminologies.renew()
            ledger = Ledger(self.ledger_path)
            try:
                published = (ledger.generation, ledger.meta("store") or "")
                if ledger.generation and published != self.shown():
                    self.show(*published)
                yield ledger
            finally:
                ledger.close()

    def _wait_for(self, lock: Lock) -> None:
        while not lock.take():
            owner = lock.signed() or "unknown"
            if not owner.endswith(_BRIEFLY):
                raise DatasetBusy(
                    f"{self.folder}: process {owner} is writing to this data folder; wait for it to end, then run the command again"
                )
            time.sleep(_LOOK)

    @contextmanager
    def reading(self) -> Iterator[Ledger | None]:
        """The ledger for a reader; None where nothing was ever ingested."""
        if not self.ledger_path.exists():
            yield None
            return
        ledger = Ledger(self.ledger_path, read_only=True)
        try:
            yield ledger
        finally:
            ledger.close()

    def sweep(self) -> None:
        """Remove the working folders of processes that were killed; those of others stay."""
        sweep(self.folder, _READER, REPLICA, BACKUP, RESTORING)

    def reader_folder(self) -> Scratch:
        """A new folder for what a reader of some datasets searches."""
        self.sweep()
        return Scratch(self.folder, _READER)

    def clean(self, ledger: Ledger) -> None:
        """Delete generations and parts that nothing refers to any more. Only the writer may, after it has published."""
        keep = {self.generation_folder(ledger.generation - back).name for back in range(_KEPT_GENERATIONS)}
        for folder in (self.folder / "generations").glob("*"):
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)
        for dataset in (self.folder / "parts").glob("*"):
            live = set(ledger.parts(dataset.name))
            for part in dataset.iterdir():
                if part.name not in live:
                    shutil.rmtree(part, ignore_errors=True)
            if not live:
                shutil.rmtree(dataset, ignore_errors=True)


def make_room_for(path: Path) -> None:
    """Move a folder that lies where a file of ours should be aside: it is not ours, and nobody knows what it holds."""
    if path.is_dir():
        path.rename(path.with_name(f"{path.name}.folder-{secrets.token_hex(4)}"))
