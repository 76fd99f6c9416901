"""What the lines of a manifest say together: its jobs, their classes, and which job ran on the items that another one chose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labels.groundtruth.model import State
from labels.groundtruth.shapes import names_of
from labels.groundtruth.tasks import CLASSIFYING, UNKNOWN, VERIFICATION, labels_of, task_of
from labels.groundtruth.values import class_name, get, job_name, moment, scalar, text


@dataclass(slots=True)
class _Job:
    type: str = ""
    attributes: dict[str, None] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    """Name → id."""
    first: str = ""
    last: str = ""
    within: dict[tuple[str, str], None] | None = None
    """(earlier job, class) that every item of this job has; None before the first one."""


class Summary:
    """Adds up lines. `as_json` gives what a record of kind Manifest holds."""

    def __init__(self) -> None:
        self.lines = 0
        self._jobs: dict[str, _Job] = {}

    def add(self, values: Mapping[str, Any]) -> None:
        """Take in a line."""
        self.lines += 1
        chosen: list[tuple[str, str, str]] = []
        labeled: list[tuple[str, str]] = []
        for attribute, metadata, _ in labels_of(values):
            name = job_name(get(metadata, "job-name")) or attribute
            job = self._jobs.get(name) or self._jobs.setdefault(name, _Job())
            job.type = job.type or text(metadata.get("type"))
            job.attributes[attribute] = None
            present = attribute in values
            state = State.LABELED if present else State.FAILED if "failure-reason" in metadata else State.ORPHAN
            job.states[state.value] = job.states.get(state.value, 0) + 1
            created = text(get(metadata, "creation-date"))
            when = (moment(created) or "") if created else ""
            job.first, job.last = min(filter(None, (job.first, when)), default=""), max(job.last, when)
            classes = _classes(metadata, values.get(attribute))
            for category, identifier in classes.items():
                job.categories.setdefault(category, identifier)
            if present:
                labeled.append((when, name))
                if task_of(metadata.get("type")).shape in CLASSIFYING:
                    chosen += ((when, name, category) for category in _chosen(metadata, values.get(attribute)))
        for when, name in labeled:
            job = self._jobs[name]
            earlier = {(other, category): None for at, other, category in chosen if other != name and at < when}
            job.within = earlier if job.within is None else {pair: None for pair in job.within if pair in earlier}

    def as_json(self) -> dict[str, Any]:
        """The jobs, oldest first, with their classes and the classes of earlier jobs that they ran within."""
        ordered = sorted(self._jobs.items(), key=lambda item: (item[1].last, item[0]))
        return {
            "lines": self.lines,
            "jobs": [
                {
                    "name": name,
                    "type": job.type,
                    "attributes": sorted(job.attributes),
                    "states": job.states,
                    "categories": dict(sorted(job.categories.items())),
                    "first": job.first,
                    "last": job.last,
                    "within": sorted(self._within(job)),
                }
                for name, job in ordered
            ],
        }

    def _within(self, job: _Job) -> Iterable[tuple[str, str]]:
        """The classes that chose the items of a job. One line alone shows no choice, unless the manifest has lines that were left out."""
        task = task_of(job.type)
        count = job.states.get(State.LABELED, 0)
        if task is VERIFICATION or task is UNKNOWN or (count < 2 and count == self.lines):
            return ()
        return tuple(job.within or ())


def _classes(metadata: Mapping[str, Any], value: Any) -> dict[str, str]:
    """Name → id of the classes that a label's metadata and a list of span labels tell."""
    found = {name: identifier for identifier, name in names_of(metadata).items()}
    name = class_name(get(metadata, "class-name"))
    if name:
        found[name] = scalar(value)
    for colors in (get(metadata, "internal-color-map"), get(metadata, "color-map")):
        for identifier, entry in colors.items() if type(colors) is dict else ():
            said = class_name(get(entry, "class-name")) if type(entry) is dict else ""
            if said and said.strip() != "BACKGROUND":
                found[said] = str(identifier)
    inner = value.get("annotations") if type(value) is dict else None
    for key in ("labels", "entities"):
        listed = inner.get(key) if type(inner) is dict else None
        for each in listed if type(listed) is list else ():
            said = class_name(each.get("label")) if type(each) is dict else ""
            if said:
                found.setdefault(said, "")
    return found


def _chosen(metadata: Mapping[str, Any], value: Any) -> list[str]:
    """The classes that a classification gave a whole item."""
    if type(value) is list:
        names = names_of(metadata)
        return [names[scalar(each)] for each in value if scalar(each) in names]
    name = class_name(get(metadata, "class-name")) or names_of(metadata).get(scalar(value), "")
    return [name] if name else []
