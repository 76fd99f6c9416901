"""Fills in what lies in other files: labels of sequences, marked pages, answers kept by address. What is not there is a warning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labels.groundtruth import masks, pages, sequences
from labels.groundtruth.answers import answer_of
from labels.groundtruth.model import Labeling, Line, Problem, Shape, State
from labels.groundtruth.refs import Refs
from labels.groundtruth.tasks import UNKNOWN
from labels.groundtruth.values import text


@dataclass(frozen=True, slots=True)
class Followed:
    """A line with what its files say. `page` is the text of a page that was marked, `frames` how many frames its object has."""

    line: Line
    page: str | None = None
    frames: int = 0
    problems: tuple[Problem, ...] = ()


def addresses(values: Mapping[str, Any]) -> Iterator[str]:
    """Every address of a line that may be followed."""
    for key, value in values.items():
        if type(value) is dict:
            yield from (each for name in ("annotation-ref", "worker-response-ref") if (each := text(value.get(name))))
        elif type(value) is str and (key.endswith("-ref") or value.endswith("SeqLabel.json")) and (key != "source-ref" or _is_json(value)):
            yield value


def follow(line: Line, refs: Refs) -> Followed:
    """The line, completed from the files that its labels name."""
    if not refs:
        return Followed(line)
    problems: list[Problem] = []
    page = None
    labelings = []
    for labeling in line.labelings:
        found, words = _labeling(labeling, refs, problems)
        labelings.append(found)
        page = words if page is None else page
    return Followed(replace(line, labelings=tuple(labelings)), page, _frames(line, refs, problems), tuple(problems))


def _labeling(labeling: Labeling, refs: Refs, problems: list[Problem]) -> tuple[Labeling, str | None]:
    shape = labeling.task.shape
    if not labeling.ref or labeling.state is State.FAILED or labeling.task is UNKNOWN:
        return labeling, None
    if shape is Shape.MASK:
        return _masked(labeling, refs, problems), None
    content = refs.json(labeling.ref)
    if content is None:
        missing = _missing(labeling)
        problems.append(missing if refs.find(labeling.ref) is None else missing._replace(code="bad-ref", reason="the file is no JSON"))
        return labeling, None
    if sequences.is_labels(content):
        names = {category.id: category.name for category in labeling.categories if category.id}
        found = sequences.frame_labels(content, names)
        problems += (problem._replace(field=f"{labeling.attribute}.{problem.field}") for problem in found.problems)
        attributes = tuple(dict.fromkeys((*labeling.attributes, *found.attributes)))
        return replace(labeling, annotations=found.annotations, attributes=attributes, frames=found.frames), None
    if pages.is_page(content):
        marked = pages.page_of(content)
        problems += (problem._replace(field=f"{labeling.attribute}.{problem.field}") for problem in marked.problems)
        categories = tuple(sorted({one.category for one in marked.annotations if one.category is not None}))
        return replace(labeling, annotations=marked.annotations, categories=categories), marked.text
    if type(content) is dict and type(content.get("answers")) is list:
        answers = [answer for each in content["answers"] if type(each) is dict and (answer := answer_of(each)) is not None]
        return replace(labeling, annotations=tuple(one for answer in answers for one in answer.annotations)), None
    problems.append(Problem("bad-ref", "the file that the label names holds no labels that are known", labeling.attribute))
    return labeling, None


def _masked(labeling: Labeling, refs: Refs, problems: list[Problem]) -> Labeling:
    """The labeling with those classes only that its mask shows."""
    content = refs.read(labeling.ref)
    if content is None:
        problems.append(_missing(labeling))
        return labeling
    try:
        found, size = masks.shown(content, labeling.annotations)
    except masks.UnreadableMask as error:
        problems.append(Problem("bad-ref", f"the mask is {error}", labeling.attribute))
        return labeling
    categories = tuple(sorted({one.category for one in found if one.category is not None}))
    return replace(labeling, annotations=found, categories=categories, size=size)


def _missing(labeling: Labeling) -> Problem:
    return Problem("missing-ref", "the file that the label names is not under --follow-refs", labeling.attribute)


def _frames(line: Line, refs: Refs, problems: list[Problem]) -> int:
    """How many frames the sequence has that is the line's object."""
    if line.source is None or not _is_json(line.source):
        return 0
    content = refs.json(line.source)
    if content is None:
        problems.append(Problem("missing-ref", "the sequence file is not under --follow-refs", "source-ref"))
        return 0
    if not sequences.is_frames(content):
        problems.append(Problem("bad-ref", "the object is no sequence file", "source-ref"))
        return 0
    found = sequences.frame_list(content)
    problems += found.problems
    return len(found.frames)


def _is_json(address: str) -> bool:
    return address.endswith(".json")
