"""From the bytes of a manifest line to its values: the object, and what each job gave it. Pure; nothing is fetched."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import orjson

from labels.groundtruth.answers import annotations_of
from labels.groundtruth.model import Annotation, Box, Category, Labeling, LeftOut, Line, Problem, Region, Shape, State, TextSpan
from labels.groundtruth.offsets import misfits, placed
from labels.groundtruth.scales import Scales
from labels.groundtruth.scores import in_unit
from labels.groundtruth.sequences import frame_labels, inline
from labels.groundtruth.shapes import category, names_of, shapes, size_of, span
from labels.groundtruth.tasks import UNKNOWN, labels_of, task_of
from labels.groundtruth.values import class_name, get, is_human, job_name, moment, number, pairs, scalar, text
from sources.model import Issue, Severity

LONGEST_LINE: Final = 100_000
"""Characters that the service takes."""
LONGEST_VALUE: Final = 20_000
_NO_OBJECT: Final = "a manifest line is one JSON object, this is something else"
_SUFFIX: Final = "-metadata"
_BACKGROUND: Final = "BACKGROUND"

Problems = list[Problem]


def parsed(raw: bytes, source: str, number: int) -> dict[str, Any] | Issue:
    """The JSON object that a line is; an Issue (`broken-json`, `not-a-line`) where it is none."""
    try:
        values = orjson.loads(raw)
    except ValueError as error:
        column = f" (column {error.colno})" if isinstance(error, orjson.JSONDecodeError) and error.colno else ""
        reason = "the text is not UTF-8: convert the file" if "utf-8" in str(error).lower() else f"the JSON does not parse{column}"
        return Issue(Severity.REJECT, "broken-json", reason, source, number)
    return values if type(values) is dict else Issue(Severity.REJECT, "not-a-line", _NO_OBJECT, source, number)


def line_in(resource: Mapping[str, Any]) -> Line:
    """What the line of an Item says, confidences by the scales of their jobs."""
    return line_of(resource["line"], resource.get("scales", {}))


def line_of(values: Mapping[str, Any], scales: Scales = MappingProxyType({})) -> Line:
    """What a line says. One that has no object, or two, is told in its problems (`no-source`, `two-sources`).

    `scales` are those of its jobs, where other lines tell them.
    """
    problems: Problems = []
    given_text = values.get("source")
    source, said = _object(values, problems)
    labelings = []
    labeled = set()
    for attribute, metadata, is_told in labels_of(values):
        labeled |= {attribute + _SUFFIX, attribute}
        found: Problems = []
        if not is_told:
            found.append(Problem("no-metadata", f"the label has no metadata that tell its type: read as {metadata['type']} by its shape"))
        job = job_name(get(metadata, "job-name")) or attribute
        metadata, odd = in_unit(metadata, scales.get(job))
        found += (odd,) if odd is not None else ()
        labelings.append(_labeling(attribute, job, values.get(attribute), attribute in values, metadata, text(given_text), found))
        problems += (problem._replace(field=_place(attribute, problem.field)) for problem in found)
    rest = {key: value for key, value in values.items() if key not in labeled and key not in ("source", "source-ref")}
    labelings.sort(key=lambda labeling: (labeling.created or "", labeling.attribute))
    return Line(source, said, tuple(labelings), rest, tuple(problems))


def _place(attribute: str, field: str) -> str:
    return f"{attribute}.{field}" if field else attribute


def _object(values: Mapping[str, Any], problems: Problems) -> tuple[str | None, str | None]:
    source, said = values.get("source-ref"), values.get("source")
    if source is not None and said is not None:
        problems.append(Problem("two-sources", "the line has both `source` and `source-ref`: exactly one names its object", "source"))
    elif source is None and said is None:
        problems.append(Problem("no-source", "the line has neither `source` nor `source-ref`: nothing names its object", "source"))
    elif type(said if source is None else source) is not str or not (said or source):
        field = "source" if source is None else "source-ref"
        problems.append(Problem("no-source", f"`{field}` must be a string that is not empty", field))
    elif type(source) is str and (not source.startswith("s3://") or "$" in source):
        problems.append(Problem("relative-source", "`source-ref` is no full s3:// address: kept as it is", "source-ref"))
    return (source if type(source) is str else None), (said if type(said) is str else None)


def _labeling(attribute: str, job: str, value: Any, present: bool, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    task = task_of(metadata.get("type"))
    state = State.LABELED if present else State.FAILED if "failure-reason" in metadata else State.ORPHAN
    created = text(get(metadata, "creation-date"))
    labeling = Labeling(
        attribute=attribute,
        job=job,
        task=task,
        state=state,
        type=text(metadata.get("type")),
        human=is_human(get(metadata, "human-annotated")),
        created=moment(created) if created else None,
        confidence=_confidence(metadata.get("confidence")),
        adjustment=scalar(get(metadata, "adjustment-status")),
        failure=" ".join(text(metadata.get("failure-reason")).split()),
        attributes=pairs(get(metadata, "dataset-object-attributes")),
        comments=_comments(get(metadata, "worker-feedback")),
        ref=text(metadata.get("worker-response-ref")),
    )
    if created and labeling.created is None:
        problems.append(Problem("bad-date", "the creation date is in no known form: left out", "creation-date"))
    if state is State.FAILED:
        return labeling
    if state is State.ORPHAN:
        problems.append(Problem("orphan-metadata", "metadata of a label that the line does not have"))
    if task is UNKNOWN:
        problems.append(Problem("unknown-type", f"labels of type {labeling.type[:80]!r} are not known: kept as they are", "type"))
    if type(value) is str and task.shape in (Shape.MASK, Shape.FRAMES, Shape.CUBOIDS):
        labeling = replace(labeling, ref=value)
    read = _READERS[Shape.FRAMES if labeling.ref == value and task.shape is Shape.CUBOIDS else task.shape]
    return read(labeling, value, metadata, words, problems)


def _classification(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    identifier = scalar(value)
    name = class_name(get(metadata, "class-name")) or names_of(metadata).get(identifier, class_name(value))
    if not name:
        problems.append(Problem("no-class", "the label names no class"))
        return replace(labeling, left_out=(LeftOut(value),))
    found = Category(identifier, name)
    return replace(labeling, categories=(found,), annotations=(Annotation(found, labeling.confidence),))


def _several(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    names = names_of(metadata)
    scores = get(metadata, "confidence-map")
    scores = scores if type(scores) is dict else {}
    if type(value) is not list:
        problems.append(Problem("bad-label", "the label is not a list of classes"))
        return replace(labeling, categories=_categories(names, ()), left_out=(LeftOut(value),))
    found, left_out = [], []
    for each in value:
        chosen = category(names, each)
        if not chosen.name:
            problems.append(Problem("bad-label", "a class is neither a number nor a name"))
            left_out.append(LeftOut(each))
        elif chosen.id not in names and names:
            problems.append(Problem("unknown-class", f"class {chosen.id} is not in the class map", "class-map"))
            found.append(Annotation(chosen, _confidence(scores.get(chosen.id))))
        else:
            found.append(Annotation(chosen, _confidence(scores.get(chosen.id))))
    return replace(labeling, categories=_categories(names, found), annotations=tuple(found), left_out=tuple(left_out))


def _drawn(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    """Boxes on an image and cuboids in a cloud: each object of the list is an annotation, in their order.

    Confidences go by place; where there are not as many as shapes, nothing tells whose they are.
    """
    names = names_of(metadata)
    if type(value) is not dict or type(value.get("annotations")) is not list:
        problems.append(Problem("bad-label", "the label has no list `annotations`", "annotations"))
        return replace(labeling, categories=_categories(names, ()), left_out=(LeftOut(value),))
    found, listed = _kept(shapes(value, names), problems), value["annotations"]
    scores = _scores(metadata, "objects", len(listed), problems, expected=labeling.task.shape is Shape.BOXES)
    placed_scores = [score for shape, score in zip(listed, scores, strict=True) if type(shape) is dict]
    found = [one.scored(score) for one, score in zip(found, [*placed_scores, *[None] * len(found)], strict=False)]
    problems += _unmapped(found, names)
    size = size_of(value)
    if size and any(_is_outside(one.geometry, size) for one in found):
        problems.append(Problem("box-outside", "a box lies outside the image", "annotations"))
    left_out = tuple(LeftOut(shape) for shape in listed if type(shape) is not dict)
    return replace(labeling, categories=_categories(names, found), annotations=tuple(found), size=size, left_out=left_out)


def _masked(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    """Classes of a mask. Its colour map may list classes of the job that this mask does not use."""
    colors = get(metadata, "internal-color-map") or get(metadata, "color-map")
    found = []
    for identifier, entry in colors.items() if type(colors) is dict else ():
        name = class_name(get(entry, "class-name")) if type(entry) is dict else ""
        if not name:
            problems.append(Problem("no-class", f"colour {identifier} names no class", "internal-color-map"))
        elif name.strip() != _BACKGROUND:
            region = Region(text(get(entry, "hex-color")))
            found.append(Annotation(Category(str(identifier), name), _confidence(entry.get("confidence")), region))
    if not labeling.ref:
        problems.append(Problem("bad-label", "the label is not the address of a mask"))
    return replace(labeling, categories=_categories({}, found), annotations=tuple(found))


def _spans(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    inner = value.get("annotations") if type(value) is dict else None
    entities = inner.get("entities") if type(inner) is dict else None
    if type(inner) is not dict or type(entities) is not list:
        problems.append(Problem("bad-label", "the label has no object `annotations` with `entities`", "annotations"))
        return replace(labeling, left_out=(LeftOut(value),))
    listed = inner.get("labels")
    known = [class_name(each.get("label")) for each in listed if type(each) is dict] if type(listed) is list else []
    scores = _scores(metadata, "entities", len(entities), problems)
    found, nameless, left_out = [], [], []
    for place, (entity, score) in enumerate(zip(entities, scores, strict=True)):
        name = class_name(entity.get("label")) if type(entity) is dict else ""
        geometry = span(entity) if type(entity) is dict else None
        if geometry is None or not name:
            problems.append(Problem("bad-span", "the entity has no label or no span", f"entities[{place}]"))
            if geometry is not None:
                nameless.append(Annotation(None, score, geometry))
            else:
                left_out.append(LeftOut(entity, Annotation(Category("", name), score) if name else None))
            continue
        if known and name not in known:
            problems.append(Problem("unknown-class", "the entity's label is not among the labels", f"entities[{place}].label"))
        found.append(Annotation(Category("", name), score, geometry))
    if words:
        together = placed([*found, *nameless], words)
        found, nameless = together[: len(found)], together[len(found) :]
        found, beyond = _within(found, words, problems)
        nameless += beyond
    left_out += (LeftOut(None, one) for one in nameless)
    categories = _categories(dict.fromkeys(known, ""), found)
    return replace(labeling, categories=categories, annotations=tuple(found), left_out=tuple(left_out))


def _framed(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    """Labels of a sequence: in a file of their own, or in the line itself."""
    if (content := inline(value)) is not None:
        found = frame_labels(content, names_of(metadata))
        problems += found.problems
        attributes = tuple(dict.fromkeys((*labeling.attributes, *found.attributes)))
        categories = _categories(names_of(metadata), found.annotations)
        return replace(
            labeling,
            categories=categories,
            annotations=found.annotations,
            attributes=attributes,
            frames=found.frames,
            size=size_of(value),
        )
    if not labeling.ref:
        problems.append(Problem("bad-label", "the label is not the address of a file"))
    return replace(labeling, categories=_categories(names_of(metadata), ()))


def _custom(labeling: Labeling, value: Any, metadata: Mapping[str, Any], words: str, problems: Problems) -> Labeling:
    """Whatever the function of a custom job gave: known shapes are read, plain values become attributes."""
    names = names_of(metadata)
    found = [one for one in annotations_of(value) if one.category is None or one.category.name]
    if type(value) is dict and type(value.get("annotation-ref")) is str:
        labeling = replace(labeling, ref=value["annotation-ref"])
    name = class_name(get(metadata, "class-name"))
    if not found and name:
        found = [Annotation(Category("", name), labeling.confidence)]
    if words and any(type(one.geometry) is TextSpan for one in found):
        found, _ = _within(placed(found, words), words, problems)
    said = pairs(value) if type(value) is dict else (("value", scalar(value)),) if scalar(value) else ()
    attributes = (*labeling.attributes, *(pair for pair in said if pair[0] != "annotation-ref"))
    return replace(labeling, categories=_categories(names, found), annotations=tuple(found), attributes=attributes)


_READERS: Final[dict[Shape, Callable[[Labeling, Any, Mapping[str, Any], str, Problems], Labeling]]] = {
    Shape.CLASS: _classification,
    Shape.CLASSES: _several,
    Shape.BOXES: _drawn,
    Shape.CUBOIDS: _drawn,
    Shape.MASK: _masked,
    Shape.SPANS: _spans,
    Shape.FRAMES: _framed,
    Shape.CUSTOM: _custom,
}


def _kept(found: Iterator[Annotation | Problem], problems: Problems) -> list[Annotation]:
    kept = []
    for one in found:
        if isinstance(one, Annotation):
            kept.append(one)
        else:
            problems.append(one)
    return kept


def _unmapped(found: Sequence[Annotation], names: Mapping[str, str]) -> Iterator[Problem]:
    unknown = sorted({one.category.id for one in found if one.category and one.category.id and one.category.id not in names})
    if unknown:
        yield Problem("unknown-class", f"class {', '.join(unknown[:5])} is not in the class map", "class-map")
    if any(one.category is None for one in found):
        yield Problem("no-class", "an annotation names no class", "annotations")


def _scores(metadata: Mapping[str, Any], key: str, count: int, problems: Problems, expected: bool = False) -> list[float | None]:
    """The confidence of each of so many parts, by place; none at all where there are not as many of them."""
    given = metadata.get(key)
    scores = given if type(given) is list else []
    if len(scores) == count:
        return [_confidence(score.get("confidence")) if type(score) is dict else None for score in scores]
    if scores or (expected and key in metadata):
        reason = f"{count} parts but {len(scores)} confidences: nothing tells whose they are, left out"
        problems.append(Problem("length-mismatch", reason, key))
    return [None] * count


def _within(found: list[Annotation], words: str, problems: Problems) -> tuple[list[Annotation], list[Annotation]]:
    """The annotations whose span lies in the text, and those whose span does not."""
    inside = [one for one in found if type(one.geometry) is not TextSpan or one.geometry.end <= len(words)]
    if len(inside) < len(found):
        problems.append(Problem("span-outside", f"{len(found) - len(inside)} of {len(found)} spans reach beyond the text", "entities"))
    cut = sum(type(one.geometry) is TextSpan and misfits(one.geometry, words) for one in inside)
    if cut and 2 * cut >= len(inside):
        problems.append(
            Problem("span-in-word", f"{cut} of {len(inside)} spans begin or end inside a word: was the text edited?", "entities")
        )
    return inside, [one for one in found if type(one.geometry) is TextSpan and one.geometry.end > len(words)]


def _categories(names: Mapping[str, str], found: Sequence[Annotation]) -> tuple[Category, ...]:
    """The classes of a job that a line tells, by name."""
    listed = [Category(key, name) if name else Category("", key) for key, name in names.items()]
    used = [one.category for one in found if one.category is not None]
    return tuple(sorted(dict.fromkeys((*listed, *used)), key=lambda each: (each.name, each.id)))


def _confidence(value: Any) -> float | None:
    """A confidence of 0 to 1. The service writes 0 where one worker answered and there was nothing to compute: that is None."""
    found = number(value)
    return found if found is not None and 0.0 < found <= 1.0 else None


def _comments(value: Any) -> tuple[str, ...]:
    said = (each.get("comment") if type(each) is dict else each for each in value) if type(value) is list else ()
    return tuple(comment.strip() for comment in said if type(comment) is str and comment.strip())


def _is_outside(geometry: Any, size: tuple[int, int]) -> bool:
    if type(geometry) is not Box:
        return False
    right, bottom = geometry.left + geometry.width, geometry.top + geometry.height
    return geometry.left < -1 or geometry.top < -1 or right > size[0] + 1 or bottom > size[1] + 1
