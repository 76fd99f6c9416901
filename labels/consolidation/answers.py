"""Worker answers from files: worker-response folders, consolidation requests, and tables in CSV or JSON.

What cannot be read is reported with file, place and reason, and nothing else is lost.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from labels.consolidation.contents import Unreadable, class_of, classes_of, number_of, value_of
from labels.consolidation.files import ACCEPTED, CLASS, ITEM, SECONDS, SUBMITTED, WORKER, Broken, folded, pick, records
from labels.consolidation.model import Answer
from labels.consolidation.truth import read_sources
from labels.values import Value
from sources.errors import UnsupportedSource
from sources.files import SourceFile, expand
from sources.model import Issue, Severity

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".manifest")
_TIME = re.compile(r"\d{4}-\d\d-\d\d\D\d\d\D?\d\d\D?\d\d")
_LONGEST_NUMBER = 20
_HASH = re.compile(r"[0-9a-f]{40}")


@dataclass(slots=True)
class Reading:
    """What files hold: the answers, the objects by item id (manifest lines), what was wrong, and how many files hold no answers at all."""

    answers: list[Answer] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    without_answers: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer before it is read: `content` is an `answerContent`, or a table's cell."""

    item: str
    fields: Mapping[str, Any]
    content: object
    is_cell: bool = False


def read_answers(locations: Iterable[str], element: str | None = None, with_manifest: bool = True) -> Reading:
    """Read the answers of one labeling job under files, folders, globs and `s3://` URLs, and (`with_manifest`) the manifest beside them.

    Item ids are dataset object ids: the folder of a worker response, the number of a manifest's line. `element` names the UI element to
    read where a task has several. Raises SourceNotFound where nothing is, UnsupportedSource for several jobs or manifests.
    """
    listing = expand(locations, _SUFFIXES)
    reading = Reading(issues=list(listing.issues))
    manifests = [file.uri for file in listing.files if file.uri.removesuffix(".gz").endswith(".manifest")]
    if with_manifest and len(manifests) > 1:
        raise UnsupportedSource(
            f"several manifests are there ({', '.join(manifests[:3])} …): name the folder of one job's worker responses"
        )
    jobs: set[str] = set()
    for file in listing.files:
        if file.uri not in manifests:
            reading.without_answers += not _read(file, element, reading, jobs)
    if len(jobs) > 1:
        raise UnsupportedSource(
            f"worker responses of several jobs ({', '.join(sorted(jobs)[:3])} …): consolidate one labeling job at a time"
        )
    reading.answers.sort(key=lambda answer: natural(answer.item))
    if with_manifest and manifests:
        reading.sources |= read_sources(manifests[0])
    return reading


def natural(item: str) -> tuple[int, int, str]:
    """A key that sorts numbers by their value, before other ids."""
    return (0, int(item), item) if item.isdecimal() and len(item) < _LONGEST_NUMBER else (1, 0, item)


def _read(file: SourceFile, element: str | None, reading: Reading, jobs: set[str]) -> bool:
    """Whether the file holds answers, or is broken."""
    held = False
    try:
        for place, record in records(file):
            if isinstance(record, Broken):
                held = True
                reading.issues.append(Issue(Severity.REJECT, "broken-line", str(record), file.uri, place))
            for found in _found(record, file, reading, jobs):
                held = True
                try:
                    reading.answers.append(_answer(found, element))
                except Unreadable as error:
                    reading.issues.append(Issue(Severity.REJECT, "bad-answer", str(error), file.uri, place, found.item))
    except Broken as error:
        reading.issues.append(Issue(Severity.REJECT, "broken-file", str(error), file.uri))
        return True
    return held


def _found(record: object, file: SourceFile, reading: Reading, jobs: set[str]) -> Iterator[_Found]:
    if not isinstance(record, dict):
        return
    if isinstance(record.get("answers"), list):
        item, job = _place_of(file)
        if job:
            jobs.add(job)
        for answer in record["answers"]:
            fields = folded(answer) if isinstance(answer, dict) else {}
            yield _Found(item, fields, fields.get("answercontent"))
    elif "datasetObjectId" in record and isinstance(record.get("annotations"), list):
        item = str(record["datasetObjectId"])
        _remember(item, record.get("dataObject"), reading)
        for annotation in record["annotations"]:
            fields = folded(annotation) if isinstance(annotation, dict) else {}
            data = fields.get("annotationdata")
            yield _Found(item, fields, data.get("content") if isinstance(data, dict) else None)
    else:
        fields = folded(record)
        item, value = pick(fields, ITEM), pick(fields, CLASS)
        if isinstance(item, str | int) and value is not None and pick(fields, WORKER) is not None:
            yield _Found(str(item), fields, value, is_cell=True)


def _answer(found: _Found, element: str | None) -> Answer:
    worker = pick(found.fields, WORKER)
    if isinstance(worker, int):  # tables of one's own number them
        worker = str(worker)
    if not isinstance(worker, str) or not worker:
        raise Unreadable("the answer names no worker")
    value: Value
    if found.is_cell and not isinstance(found.content, dict):
        value = classes_of(found.content, "value") if isinstance(found.content, list) else class_of(found.content, "value")
        changed = None
    else:
        value, changed = value_of(found.content, element)
    submitted, accepted = (str(pick(found.fields, names) or "") for names in (SUBMITTED, ACCEPTED))
    return Answer(found.item, worker, value, _seconds(pick(found.fields, SECONDS)), submitted, accepted, changed)


def _seconds(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise Unreadable("the seconds are not a number") from None
    return number_of(value, "seconds", 0)


def _remember(item: str, data: object, reading: Reading) -> None:
    """Keep what a consolidation request says of its object."""
    if isinstance(data, dict):
        for key, name in (("s3Uri", "source-ref"), ("content", "source")):
            if isinstance(data.get(key), str):
                reading.sources.setdefault(item, {name: data[key]})


def _place_of(file: SourceFile) -> tuple[str, str]:
    """The dataset object id in a worker response's path, `…/iteration-N/ID/TIME.json`, and the folder of its job ('' in other paths).

    A video frame's answer lies one folder deeper, under a hash.
    """
    path = PurePosixPath(file.uri.removesuffix(".gz"))
    folder = path.parent
    if _HASH.fullmatch(folder.name):
        item, folder = f"{folder.parent.name}/{path.stem}", folder.parent
    elif _TIME.match(path.stem):
        item = folder.name
    else:
        return path.stem, ""
    above = folder.parent
    return item, str(above.parent if above.name.startswith("iteration-") else above)
