"""The generation that comes next, in the making: a folder that is completed, entered in the ledger and shown, or thrown away."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from ingest.ledger import Ledger
from ingest.staging import sync
from ingest.sums import write_sums
from ingest.workspace import Workspace


class NextGeneration:
    """An empty folder for it. Use as a context manager: unless the ledger names the generation in the end, nothing of it stays."""

    def __init__(self, ledger: Ledger, workspace: Workspace) -> None:
        self._ledger, self._workspace = ledger, workspace
        self.number = ledger.generation + 1
        self.folder = workspace.generation_folder(self.number)
        self.previous = workspace.generation_folder(ledger.generation) if ledger.generation else None
        """The folder of the published one; None where nothing is published."""

    def __enter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._ledger.generation != self.number:
            shutil.rmtree(self.folder, ignore_errors=True)

    def complete(self, *, anew: bool = False) -> None:
        """Note what its files are and put them on disk, those that it shares with the one before aside: they are there.

        `anew` tells that it shares none, and that what is noted of the one before is not to be trusted.
        """
        for path in write_sums(self.folder, None if anew else self.previous):
            sync(path)
        for folder in (*(path for path in self.folder.rglob("*") if path.is_dir()), self.folder, self.folder.parent):
            sync(folder)

    @contextmanager
    def entered(self, missing_vectors: int, store: str) -> Iterator[sqlite3.Connection]:
        """The ledger's transaction in which what it shows is entered, `store` being the address of the graph store that answers for it;
        shown once that is through."""
        with self._ledger.transaction() as db:
            yield db
            self._ledger.enter_generation(db, self.number, missing_vectors, store)
        self._workspace.show(self.number, store)
