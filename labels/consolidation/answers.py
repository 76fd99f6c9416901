"""Worker answers from files: worker-response folders, consolidation requests, and tables in CSV or JSON.

What cannot be read is reported with file, place and reason, and nothing else is lost.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final

from labels.consolidation.files import Broken, records
from labels.consolidation.masks import misfit
from labels.consolidation.model import Answer
from labels.consolidation.tables import entry_of
from labels.consolidation.truth import read_sources
from labels.groundtruth.answers import answer_of
from labels.groundtruth.model import Answer as Given
from labels.groundtruth.paths import place_of
from labels.values import Mask, Spellings, Value, in_characters, names_in, renamed, value_of_answer
from sources.errors import UnsupportedSource
from sources.files import SourceFile, expand
from sources.model import Issue, Severity

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".manifest")
_LONGEST_NUMBER = 20
_ABOUT_TIMES: Final = frozenset({"bad-date", "bad-seconds"})
"""Problems of an answer that leave its value as it is."""


@dataclass(slots=True)
class Reading:
    """What files hold: the answers, the objects by item id (manifest lines), what was wrong, and how many files hold no answers at all.

    Names of classes that differ only in the blanks around them are one class, written as it first was; others are told, each once.
    """

    answers: list[Answer] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    without_answers: int = 0
    spellings: Spellings = field(default_factory=Spellings)
    _folded: set[str] = field(default_factory=set)

    def take(self, item: str, entry: object, source: str, place: int, element: str | None = None) -> None:
        """Take in an entry of a worker response. One whose value is not whole is left out, with an issue: half of it was not answered."""
        answer = answer_of(entry, element) if isinstance(entry, dict) else None
        if answer is None:
            self.issues.append(Issue(Severity.REJECT, "bad-answer", "the answer names no worker", source, place, item))
            return
        value, refused = _value_of(answer)
        if refused or value is None:
            self.issues.append(Issue(Severity.REJECT, "bad-answer", refused, source, place, item))
            return
        for problem in answer.problems:
            reason = f"{problem.field}: {problem.reason}"
            self.issues.append(Issue(Severity.WARNING, problem.code, reason, source, place, item, problem.field))
        for name in names_in(value):
            if (first := self.spellings.of(name)) != name and name not in self._folded:
                self._folded.add(name)
                reason = f"{name!r} is counted as {first!r}: blanks around a name do not make another class"
                self.issues.append(Issue(Severity.WARNING, "class-spelling", reason, source, place, item))
        value = renamed(value, self.spellings.of)
        submitted, accepted = answer.submitted or "", answer.accepted or ""
        self.answers.append(Answer(item, answer.worker, value, answer.seconds, submitted, accepted, answer.changed))

    def settle(self) -> None:
        """Once all is read: the answers in the order of their items, spans of a text that is known in its characters."""
        self.answers.sort(key=lambda answer: natural(answer.item))
        for place, answer in enumerate(self.answers):
            words = self.sources.get(answer.item, {}).get("source")
            if isinstance(words, str):
                self.answers[place] = replace(answer, value=in_characters(answer.value, words))

    def remember(self, item: str, data: object) -> None:
        """Keep what a consolidation request says of its object."""
        for key, name in (("s3Uri", "source-ref"), ("content", "source")):
            if isinstance(data, dict) and isinstance(data.get(key), str):
                self.sources.setdefault(item, {name: data[key]})


def read_answers(locations: Iterable[str], element: str | None = None, manifest: str | None = None) -> Reading:
    """Read the answers of one labeling job under files, folders, globs and `s3://` URLs, and the manifest that the job ran on.

    That is the only one beside them, where none is named.
    Item ids are dataset object ids: the folder of a worker response, the number of a manifest's line. `element` names the UI element to
    read where a task has several. Raises SourceNotFound where nothing is, UnsupportedSource for several jobs or manifests.
    """
    listing = expand(locations, _SUFFIXES)
    reading = Reading(issues=list(listing.issues))
    manifests = [file.uri for file in listing.files if file.uri.removesuffix(".gz").endswith(".manifest")]
    if manifest is None and len(manifests) > 1:
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
    if manifest is not None:
        reading.sources = read_sources(manifest)
    elif manifests:
        reading.sources |= read_sources(manifests[0])
    reading.settle()
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
            for item, entry in _entries(record, file, reading, jobs):
                held = True
                reading.take(item, entry, file.uri, place, element)
    except Broken as error:
        reading.issues.append(Issue(Severity.REJECT, "broken-file", str(error), file.uri))
        return True
    return held


def _entries(record: object, file: SourceFile, reading: Reading, jobs: set[str]) -> Iterator[tuple[str, object]]:
    """The item of each answer in a record, and the answer as worker responses have it."""
    if not isinstance(record, dict):
        return
    if isinstance(record.get("answers"), list):
        found = place_of(file.uri)
        if found and found.folder:
            jobs.add(found.folder)
        item = found.key.item if found else PurePosixPath(file.uri.removesuffix(".gz")).stem
        yield from ((item, entry) for entry in record["answers"])
    elif "datasetObjectId" in record and isinstance(record.get("annotations"), list):
        item = str(record["datasetObjectId"])
        reading.remember(item, record.get("dataObject"))
        yield from ((item, entry) for entry in record["annotations"])
    elif row := entry_of(record):
        yield row


def _value_of(answer: Given) -> tuple[Value | None, str]:
    """The value of an answer, or why it has none."""
    if len(answer.elements) > 1:
        return None, f"several elements hold an answer ({', '.join(answer.elements)}): choose one with --element"
    for problem in answer.problems:
        if problem.code not in _ABOUT_TIMES:
            return None, f"{problem.field}: {problem.reason}" if problem.field else problem.reason
    value = value_of_answer(answer)
    if value is None:
        return None, f"no class, classes, boxes, spans or mask of classes is in the answer ({answer.kind})"
    return value, misfit(value, answer.size) if isinstance(value, Mask) else ""
