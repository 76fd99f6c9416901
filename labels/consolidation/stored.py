"""Answers of workers out of the ledger, consolidated, and what of them to review."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from labels.consolidation import review
from labels.consolidation.answers import Reading
from labels.consolidation.consolidate import Consolidation
from labels.consolidation.consolidate import consolidate as merge
from labels.consolidation.truth import read_sources
from labels.errors import LabelsRefused
from labels.groundtruth.lines import line_of
from labels.groundtruth.paths import key_of
from labels.manifests.lines import Entry
from labels.manifests.stored import StoredAnswers, answers, entries
from labels.model import Reason
from labels.records import ITEM, Records
from sources.errors import SourceError, UnsupportedSource

_MOST_JOBS = 10


def stored_reading(dataset: str, records: Records, job: str = "", element: str | None = None, manifest: str | None = None) -> Reading:
    """The answers that a dataset holds of a job (its only one, where none is named) and its objects, as if read from the files.

    `element` names the UI element to read where a task has several, `manifest` a file whose lines are the objects.
    Raises UnknownDataset, and UnsupportedSource where it holds no answers, none of that job, or those of several and none is named.
    """
    return _read(dataset, records, job, element, manifest)[0]


def _read(dataset: str, records: Records, job: str, element: str | None = None, named: str | None = None) -> tuple[Reading, str]:
    """The answers of a job, and the location of the manifest that its objects are lines of ('' where that is not known)."""
    reading = Reading()
    jobs: set[str] = set()
    for stored in answers(dataset, records):
        listed = stored.content.get("answers", stored.content.get("annotations"))
        if not isinstance(listed, list):
            continue
        jobs.add(stored.job)
        if job not in ("", stored.job):
            continue
        item = object_of(stored)
        for given in listed:
            reading.take(item, given, stored.source, 0, element)
        reading.remember(item, stored.content.get("dataObject"))
    if not jobs:
        raise UnsupportedSource(f"the dataset {dataset!r} holds no answers of workers: `commissure ingest responses` brings them in")
    listed_jobs = ", ".join(sorted(jobs)[:_MOST_JOBS]) + (" …" if len(jobs) > _MOST_JOBS else "")
    if job and job not in jobs:
        raise UnsupportedSource(f"the dataset {dataset!r} holds no answers of the job {job!r}, but of {listed_jobs}")
    if not job and len(jobs) > 1:
        raise UnsupportedSource(
            f"the dataset {dataset!r} holds answers of several jobs ({listed_jobs}): name one of them by --of-job, or as `job` in a request"
        )
    manifest = ""
    if named is not None:
        reading.sources = read_sources(named)
    for entry in _entries_of_job(dataset, records, job or jobs.pop()) if named is None else ():
        reading.sources[str(entry.index)] = entry.content
        manifest = entry.source
    reading.settle()
    return reading, manifest


def object_of(stored: StoredAnswers) -> str:
    """The id of the object that was answered for: of a frame of a sequence with the frame's file."""
    key = key_of(stored.source) if "answers" in stored.content else None
    return key.item if key else stored.object


def _entries_of_job(dataset: str, records: Records, job: str) -> Iterator[Entry]:
    """The lines of the manifest that a job ran on: the only one of the dataset, else the one whose lines name the job."""
    sources = list(records.sources(dataset, ITEM))
    if len(sources) > 1:
        sources = [source for source in sources if job and _names(dataset, records, source, job)]
    if len(sources) == 1:
        yield from entries(dataset, records, sources[0])


def _names(dataset: str, records: Records, manifest: str, job: str) -> bool:
    first = next(entries(dataset, records, manifest), None)
    return first is not None and any(one.job.lower() == job.lower() for one in line_of(first.content).labelings)


@dataclass(frozen=True, slots=True)
class Merged:
    """A consolidation with what it was made from; `manifest` is the one that its items are lines of, '' where that is not known."""

    done: Consolidation
    reading: Reading
    manifest: str


def consolidated(dataset: str, records: Records, method: str | None, job: str = "") -> Merged:
    """One label for each item of a job, of the only one with answers where none is named. Raises LabelsRefused."""
    try:
        reading, manifest = _read(dataset, records, job)
    except SourceError as error:
        raise LabelsRefused("job" if job else "dataset", str(error)) from error
    try:
        return Merged(merge(reading.answers, method), reading, manifest)
    except UnsupportedSource as error:
        raise LabelsRefused("method" if method and "method" in str(error) else "dataset", str(error)) from error


def doubts_of(done: Consolidation, below: float) -> tuple[review.Doubt, ...]:
    """What to look at again: unsure and disputed results."""
    return review.queue(done.results, review.unsure(done.results, below), review.disputed(done))


def strangers(items: Sequence[str], vectors: Any, labels: Sequence[str]) -> dict[str, Reason]:
    """Why items look strange among their nearest neighbours, by item."""
    return review.unlike_neighbours(review.strangers(items, vectors, labels))
