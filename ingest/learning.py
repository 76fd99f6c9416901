"""Adding and dropping terminologies: the shelf changes first, then what is held is read again.

A run that is cut off in between is completed by the next one that writes: the ledger knows which terminologies the published generation
was read with.
"""

from dataclasses import dataclass

from concepts.compiled import About
from ingest.errors import room_in
from ingest.pipeline import mended_first, read_what_is_held
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.rereading import ReadAgain
from ingest.terminologies.rejects import Reject
from ingest.terminologies.shelf import Source
from ingest.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Learned:
    """What adding or dropping a terminology did: `about` it, the rows that could not be taken, and what was read again."""

    about: About
    rejects: tuple[Reject, ...]
    read: ReadAgain


def add(source: Source, workspace: Workspace, tools: Tools, workers: int, progress: Progress) -> Learned:
    """Compile a terminology, in place of one of its name, and read again what is held.

    Raises TerminologyUnreadable where nothing of it can be taken, DatasetBusy, DiskFull: then all is as before.
    """
    with workspace.writing() as ledger, room_in(workspace.folder):
        mended_first(ledger, workspace, tools, workers, progress)
        progress.step(f"compiling {source.name}")
        added = workspace.terminologies.add(source, progress.advance)
        return Learned(added.about, added.rejects, read_what_is_held(ledger, workspace, tools, workers, progress))


def drop(name: str, workspace: Workspace, tools: Tools, workers: int, progress: Progress) -> Learned:
    """Take a terminology away and read again what is held. Raises TerminologyMissing, DatasetBusy."""
    with workspace.writing() as ledger, room_in(workspace.folder):
        mended_first(ledger, workspace, tools, workers, progress)
        about = workspace.terminologies.drop(name)
        return Learned(about, (), read_what_is_held(ledger, workspace, tools, workers, progress))
