"""The main flow of a pull.

    kick off ─▶ poll ─▶ manifest ─▶ files ─▶ attachments ─▶ ingest ─▶ the moment is kept for `--since last`

After each step the state is written (ingest/pull/state.py): a pull that is cut off, however, goes on at that step.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from graph.identifiers import check_dataset_name
from ingest.errors import DatasetBusy, IngestError, PullFailed, PullRefused, room_in
from ingest.locks import Lock
from ingest.pipeline import ingest
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.pull import attachments, files, job
from ingest.pull.attachments import NO_ATTACHMENTS, Attachments, Bounds
from ingest.pull.job import JobFailed, JobGone, Manifest
from ingest.pull.reach import Reach, shown
from ingest.pull.state import Job, State, folder_name
from ingest.pull.tokens import Client, Nobody, Tokens
from ingest.pull.web import Pause, Signer, Web
from ingest.run import Options, RunReport
from ingest.staging import sync
from ingest.workspace import Workspace
from sources.model import Issue

_BEGINNINGS: Final = 3
"""How often a pull begins anew because the server does not have its export any longer."""
_ISSUES: Final = ".issues.ndjson"
LAST: Final = "last"
"""In place of a moment: since the last complete pull."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be pulled: from where (`base`, see reach.base_of), which level ('' all, 'Patient', 'Group/ID'), types and since when.

    `since` is '' for everything, LAST, or an instant. `client` None asks without a token. `hosts` may be asked beside the server, and
    `plain` allows http:// elsewhere than on this machine. `bounds` are those of attachments.
    """

    base: str
    level: str = ""
    types: tuple[str, ...] = ()
    since: str = ""
    client: Client | None = None
    hosts: frozenset[str] = frozenset()
    plain: bool = False
    bounds: Bounds = NO_ATTACHMENTS


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: since when ('' everything), of which moment, how many files it fetched to where, and the run that took them in.

    There is no folder and no run where nothing changed since the last pull.
    """

    since: str
    transaction_time: str
    files: int
    folder: str
    report: RunReport | None


def pull(
    asked: Asked, dataset: str, workspace: Workspace, tools: Tools, options: Options, progress: Progress, pause: Pause = time.sleep
) -> Pulled:
    """Bring an export of a FHIR server into the dataset, or go on with one that was cut off.

    Raises PullRefused for what is asked for wrongly, PullFailed where the server does not give it, DatasetBusy where another process
    pulls it.
    """
    check_dataset_name(dataset)
    reach = Reach(asked.base, asked.hosts, asked.plain)
    reach.check_transport(asked.base)
    if asked.since not in ("", LAST) and not job.is_instant(asked.since):
        raise PullRefused(f"since {asked.since}: say last, or an instant such as 2024-03-01T00:00:00Z")
    folder = workspace.pulls_folder(dataset) / folder_name(asked.base, asked.level, *sorted(asked.types))
    with _alone(folder, dataset), room_in(workspace.folder), Web(reach, pause) as web:
        signer = Tokens(web, asked.client, asked.types) if asked.client else Nobody()
        state = State(folder)
        since = state.last if asked.since == LAST else asked.since
        one = _Pull(asked, web, signer, state, progress)
        manifest, issues = one.fetch(job.request_of(asked.base, asked.level, asked.types, since))
        held, status, report = state.files(one.job), one.job.status, None
        if manifest.outputs or not since:
            options = replace(options, place=str(held), issues=(*options.issues, *issues))
            report = ingest([str(held)], dataset, workspace, tools, options, progress)
        else:
            shutil.rmtree(held)
        state.last, state.job = manifest.transaction_time, None
        state.save()
        web.delete(status, signer)
        return Pulled(since, manifest.transaction_time, len(manifest.outputs), str(held) if report else "", report)


@contextmanager
def _alone(folder: Path, dataset: str) -> Iterator[None]:
    try:
        lock = Lock(folder / ".lock")
    except OSError as error:
        raise IngestError(f"{folder}: cannot be written: {error.strerror}") from error
    with lock:
        if not lock.take():
            raise DatasetBusy(f"{dataset}: another process pulls this export into it; wait for it to end, then run the command again")
        yield


class _Pull:
    """One export on its way here."""

    def __init__(self, asked: Asked, web: Web, signer: Signer, state: State, progress: Progress) -> None:
        self._asked, self._web, self._signer, self._state, self._progress = asked, web, signer, state, progress

    @property
    def job(self) -> Job:
        """The export as far as it is."""
        assert self._state.job is not None  # noqa: S101 - there is one from the kick-off until it is brought in
        return self._state.job

    def fetch(self, request: str) -> tuple[Manifest, tuple[Issue, ...]]:
        """All that the server gives for a request, and what it did not give of its attachments."""
        if self._state.job is not None and self._state.job.request != request:
            self._forget()
        for beginning in range(_BEGINNINGS):
            try:
                return self._once(request)
            except JobFailed:
                self._forget()
                raise
            except JobGone:
                if beginning == _BEGINNINGS - 1:
                    self._forget()
                    raise
                self._renew()
        raise PullFailed(f"{shown(request)}: the server loses the export again and again")

    def _once(self, request: str) -> tuple[Manifest, tuple[Issue, ...]]:
        if self._state.job is None:
            self._progress.step("asking for an export")
            self._state.job = Job(request, job.kick_off(self._web, self._signer, request))
            self._state.save()
        if not self.job.manifest:
            self.job.manifest = job.poll(self._web, self._signer, self.job.status, self._progress)
        manifest = job.read_manifest(self.job.manifest, self.job.status)
        if not self.job.folder:
            self.job.folder = self._state.new_folder(self._asked.base, manifest.transaction_time)
        folder = self._state.files(self.job)
        folder.mkdir(parents=True, exist_ok=True)
        self._state.save()
        if not self.job.fetched or not (folder / _ISSUES).exists():
            self._files(manifest, folder)
            issues = self._attachments(manifest, folder)
            _write(folder / _ISSUES, attachments.as_lines(issues))
            _write(folder / "manifest.json", orjson.dumps(self._own(manifest), option=orjson.OPT_INDENT_2))
            self.job.fetched = True
            self._state.save()
        return manifest, attachments.of_lines((folder / _ISSUES).read_bytes())

    def _files(self, manifest: Manifest, folder: Path) -> None:
        if manifest.needs_token and self._asked.client is None:
            raise PullRefused(f"{shown(self._asked.base)}: its files are given to who has a token: say --client-id and --key")
        signer = self._signer if manifest.needs_token else None
        self._progress.step("fetching files", len(manifest.outputs))
        for place, output in enumerate(manifest.outputs):
            target = folder / output.role if output.role != "output" else folder
            if str(place) not in self.job.done or not (target / self.job.done[str(place)]).exists():
                target.mkdir(exist_ok=True)
                known = self.job.begun.get(str(place), [])

                def begun(told: list[str], place: int = place) -> None:
                    self.job.begun[str(place)] = told
                    self._state.save()

                self.job.done[str(place)] = files.fetch(self._web, signer, output, target, known, begun)
                self.job.begun.pop(str(place), None)
                self._state.save()
            self._progress.advance()

    def _attachments(self, manifest: Manifest, folder: Path) -> tuple[Issue, ...]:
        if not self._asked.bounds.number:
            return ()
        data = [folder / self.job.done[str(place)] for place, output in enumerate(manifest.outputs) if output.role == "output"]
        return Attachments(self._web, self._signer, folder, self._asked.bounds, self._progress).fetch(data)

    def _own(self, manifest: Manifest) -> dict[str, object]:
        """The manifest that lies beside the files: as the server's, but for the names that they have here; it says where they came from."""
        listed: dict[str, list[dict[str, object]]] = {"output": [], "deleted": [], "error": []}
        for place, output in enumerate(manifest.outputs):
            entry = {"type": output.type, "url": self.job.done[str(place)], "extension": {"served": shown(output.url)}}
            listed[output.role].append(entry | ({"count": output.count} if output.count is not None else {}))
        about = {"transactionTime": manifest.transaction_time, "request": self.job.request, "requiresAccessToken": manifest.needs_token}
        return {**about, **listed}

    def _renew(self) -> None:
        """What to do where the server has files no longer: ask the export once more for its manifest, then for another export."""
        held = self.job
        if held.manifest:
            with suppress(JobGone):
                content = job.poll(self._web, self._signer, held.status, self._progress)
                if content != held.manifest and _likeness(content, held.status) == _likeness(held.manifest, held.status):
                    held.manifest, held.begun = content, {}
                    self._state.save()
                    return
        self._forget()

    def _forget(self) -> None:
        """Begin anew: what was fetched is of an export that is no more."""
        if self._state.job is not None:
            self._web.delete(self._state.job.status, self._signer)
            if self._state.job.folder:
                shutil.rmtree(self._state.files(self._state.job), ignore_errors=True)
        self._state.job = None
        self._state.save()


def _likeness(content: dict[str, Any], where: str) -> object:
    """What two manifests of one export have in common: all but the addresses, which a server may sign anew."""
    manifest = job.read_manifest(content, where)
    return manifest.transaction_time, [(one.role, one.type, one.count, one.name) for one in manifest.outputs]


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there when it is whole."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    sync(temporary)
    temporary.replace(path)
