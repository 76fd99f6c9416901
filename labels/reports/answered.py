"""Answers of workers by object, with the labels that jobs made of them: from files, or from a dataset."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from labels.consolidation.truth import read_truth
from labels.groundtruth import reader
from labels.groundtruth.answers import answer_of, decoded
from labels.groundtruth.lines import line_in, line_of
from labels.groundtruth.model import Line
from labels.groundtruth.offsets import placed
from labels.groundtruth.paths import IN_REQUESTS, IN_RESPONSES, Key, is_of_answers, key_of, place_of
from labels.groundtruth.values import moment, text
from labels.records import ACTIVITY, ITEM, MANIFEST, RESPONSE, Records
from labels.reports.model import Activity, AnsweredItem, Given
from labels.reports.records import OTHER_REPORT, Problems
from labels.values import Value, value_of_labeling
from sources.blocks import Block
from sources.errors import UnsupportedSource
from sources.files import SourceFile, expand
from sources.model import Issue, Severity, SourceRecord

_NO_JOB: Final = "unknown"


@dataclass(slots=True)
class _Manifest:
    """What a manifest says of its items, by the job's name without case."""

    name: str = ""
    lines: int = 0
    jobs: tuple[str, ...] = ()
    values: dict[str, dict[int, Value]] = field(default_factory=dict)
    truth: dict[int, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    """Only those in which a place in UTF-16 units is another one than in characters."""


def answered_items(locations: Sequence[str], truth: str, problems: Problems) -> Iterator[AnsweredItem | Activity]:
    """The answers under files, folders, globs and `s3://` URLs, with the labels of the manifests among them.

    `truth` names a file of item and class. Raises SourceNotFound where nothing is, UnsupportedSource where there are no answers.
    """
    listing = expand(locations, reader.SUFFIXES)
    for issue in listing.issues:
        problems.add(issue)
    labels = _Labels(read_truth(truth) if truth else {})
    answers = []
    for file in listing.files:
        if is_of_answers(file.uri) or not labels.read(file, problems):
            answers.append(file)
    # Requests repeat the answers, and responses may stand in for a manifest.
    answers.sort(key=lambda file: (IN_REQUESTS in file.uri, IN_RESPONSES not in file.uri))
    keys = Counter(key for file in answers if (key := key_of(file.uri)) is not None)
    records = (record for file in answers for record in _of_answers(file, problems))
    found = False
    for item in _answered(records, keys, labels, problems):
        found = True
        yield item
    if not found and not problems.rejected:
        raise UnsupportedSource(
            f"{', '.join(locations)}: no answers of workers are there; manifests are for `commissure report annotations`"
        )


def stored_answers(dataset: str, records: Records, truth: str, problems: Problems) -> Iterator[AnsweredItem | Activity]:
    """The answers of a dataset, as they were ingested. Raises UnknownDataset, UnsupportedSource where it holds none."""
    labels = _Labels(read_truth(truth) if truth else {})
    for kind in (MANIFEST, ITEM):
        for record in records.of_kind(dataset, kind):
            labels.add(record)
    keys: Counter[Key] = Counter()
    for source, count in records.sources(dataset, RESPONSE).items():
        if (key := key_of(source)) is not None:
            keys[key] += count
    found = False
    given = (record for kind in (RESPONSE, ACTIVITY) for record in records.of_kind(dataset, kind))
    for item in _answered(given, keys, labels, problems):
        found = True
        yield item
    if not found:
        raise UnsupportedSource(f"the dataset {dataset!r} holds no answers of workers: `commissure ingest responses` brings them in")


def _answered(
    records: Iterable[SourceRecord], keys: Mapping[Key, int], labels: "_Labels", problems: Problems
) -> Iterator[AnsweredItem | Activity]:
    """All of one object's answers together: those that lie in several files (iterations) wait for each other."""
    waiting: dict[Key, tuple[int, list[Given]]] = {}
    for record in records:
        resource = record.resource
        content = resource["content"]
        if record.kind == ACTIVITY:
            yield _activity(content)
            continue
        key = key_of(record.source) if "answers" in content else None
        if "consolidatedAnnotation" in content:
            labels.add_consolidated(resource)
            continue
        if key is None:
            key = Key(resource["job"], resource["object"])
            if "annotations" in content and key in keys:
                continue
        read, given = waiting.pop(key, (0, []))
        given += _given(record, content, problems)
        if read + 1 < keys.get(key, 1):
            waiting[key] = (read + 1, given)
        elif given:
            yield labels.join(key, tuple(given))
    for key, (_, given) in waiting.items():
        if given:
            yield labels.join(key, tuple(given))


def _given(record: SourceRecord, content: Mapping[str, Any], problems: Problems) -> Iterator[Given]:
    found = place_of(record.source)
    listed = content.get("answers", content.get("annotations"))
    for place, values in enumerate(listed if type(listed) is list else ()):
        answer = answer_of(values) if type(values) is dict else None
        if answer is None:
            field_ = f"answers[{place}].workerId"
            problems.add(Issue(Severity.REJECT, "no-worker", "the answer names no worker", record.source, record.line, field=field_))
            continue
        for problem in answer.problems:
            field_ = f"answers[{place}].{problem.field or 'answerContent'}"
            problems.add(Issue(Severity.WARNING, problem.code, problem.reason, record.source, record.line, field=field_))
        yield Given(answer, found.iteration if found else "")


def _activity(content: Mapping[str, Any]) -> Activity:
    times = (text(content.get(f"task_{name}_time")) for name in ("submitted", "returned", "declined", "accepted"))
    when = next((said for time in times if time and (said := moment(time))), "")
    job = text(content.get("labeling_job_arn")).rpartition("/")[2]
    return Activity(text(content.get("worker_id")), job, text(content.get("event_type")) or "event", when[:10])


def _of_answers(file: SourceFile, problems: Problems) -> Iterator[SourceRecord]:
    for found in reader.read_responses(Block(file)):
        if isinstance(found, SourceRecord):
            yield found
        elif found.code not in OTHER_REPORT:
            problems.add(found)


class _Labels:
    """The labels that jobs made of the answers, and the truth, by object."""

    def __init__(self, truth: Mapping[str, str]) -> None:
        self._truth = truth
        self._manifests: dict[str, _Manifest] = {}
        self._consolidated: dict[Key, Value] = {}

    def read(self, file: SourceFile, problems: Problems) -> bool:
        """Take in a file if it is a manifest; whether it is."""
        held = Problems()
        is_one = False
        for found in reader.read_manifests(Block(file)):
            if isinstance(found, Issue):
                held.add(found)
            elif "form" not in found.resource:
                is_one = True
                self.add(found)
        if is_one:
            problems.take(held)
        return is_one

    def add(self, record: SourceRecord) -> None:
        """Take in a manifest's line, or what it says of itself."""
        resource = record.resource
        if record.kind == MANIFEST:
            manifest = self._manifests.setdefault(record.id, _Manifest())
            manifest.name, manifest.lines = resource["name"], resource["lines"]
            manifest.jobs = tuple(job["name"] for job in resource["jobs"])
        elif "line" in resource:
            manifest = self._manifests.setdefault(resource["manifest"], _Manifest())
            line = line_in(resource)
            if max(line.text or "", default="") > "\uffff":
                manifest.texts[resource["index"]] = line.text or ""
            for labeling in line.labelings:
                if (value := value_of_labeling(labeling)) is not None:
                    manifest.values.setdefault(labeling.job.lower(), {})[resource["index"]] = value
            if self._truth and (said := self._true_class(line, resource["index"])) is not None:
                manifest.truth[resource["index"]] = said

    def add_consolidated(self, resource: Mapping[str, Any]) -> None:
        """Take in what a job made of the answers to one object."""
        inner = resource["content"]["consolidatedAnnotation"]
        values = decoded(inner.get("content")) if type(inner) is dict else None
        if type(values) is dict:
            for labeling in line_of(values).labelings:
                if (value := value_of_labeling(labeling)) is not None:
                    self._consolidated[Key(resource["job"].lower(), resource["object"])] = value

    def join(self, key: Key, given: tuple[Given, ...]) -> AnsweredItem:
        """The answers with the label and the truth of their object.

        The label is of the manifest that has the job, or of the only manifest there is.
        """
        name = key.job.lower()
        of_job = [manifest for manifest in self._manifests.values() if name in map(str.lower, manifest.jobs)]
        fits = of_job if name and of_job else list(self._manifests.values())
        final = self._consolidated.get(Key(name, key.object))
        job, truth = key.job or _NO_JOB, self._truth.get(key.object)
        if len(fits) == 1 and key.object.isascii() and key.object.isdigit() and not key.frame:
            manifest, index = fits[0], int(key.object)
            owner = next((each for each in manifest.jobs if each.lower() == name), manifest.jobs[-1] if manifest.jobs else job)
            if index < manifest.lines:
                job = owner
                final = manifest.values.get(owner.lower(), {}).get(index, final)
                truth = manifest.truth.get(index, truth)
                if (words := manifest.texts.get(index)) is not None:
                    given = tuple(_placed(each, words) for each in given)
        return AnsweredItem(job, f"{key.object}/{key.frame}" if key.frame else key.object, given, final, truth)

    def _true_class(self, line: Line, index: int) -> str | None:
        """The truth of a line: by its number, its object's address, the name of that, or the name without its ending."""
        name = (line.source or "").rpartition("/")[2]
        keys = (str(index), line.source or "", name, name.rpartition(".")[0] or name)
        return next((self._truth[key] for key in keys if key in self._truth), None)


def _placed(given: Given, words: str) -> Given:
    """The answer with its spans of a text in characters."""
    return given._replace(answer=replace(given.answer, annotations=tuple(placed(given.answer.annotations, words))))
