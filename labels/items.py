"""From records of labeled data to items as the web shows them: what each job said, where, and what workers answered."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import orjson

from graph.identifiers import concept_iri, job_iri, name_of, record_iri
from graph.vocabulary import BASE
from labels.groundtruth.answers import decoded
from labels.groundtruth.describe import media_of_line
from labels.groundtruth.documents import document_of
from labels.groundtruth.follow import follow
from labels.groundtruth.lines import line_in, line_of
from labels.groundtruth.model import Annotation, Labeling, Line, Shape, TextSpan
from labels.groundtruth.sequences import is_frames
from labels.groundtruth.values import scalar, text
from labels.media import Media
from labels.model import Appearance, ItemAnnotation, ItemLabeling, LabeledItem, Picture, WorkerAnswer
from labels.records import RESPONSE
from search.model import Document, Fact
from sources.model import SourceRecord

_MOST_REST = 40
"""Keys of a line that are shown beside its labels."""
_LONGEST_REST = 300
_DATA = f"{BASE}data/"


def item_of(record: SourceRecord, document: Document, facts: Sequence[Fact], media: Media) -> LabeledItem:
    """An item out of its record, its document and the facts that say who labeled it and how."""
    dataset = document.dataset
    line, words = _line(record, document, media)
    states: dict[str | None, str] = {fact.job: fact.status for fact in facts if fact.relation == "label" and fact.job}
    labelings = tuple(_labeling(labeling, dataset, states) for labeling in line.labelings)
    source = line.source or ""
    named = line.rest.get("record")
    return LabeledItem(
        id=document.id,
        dataset=dataset,
        media=str(media_of_line(line)),
        title=document.title,
        source=source if line.text is None else "",
        text=words,
        labelings=labelings,
        answers=_answers(facts),
        rest=tuple((key, told[:_LONGEST_REST]) for key, value in list(line.rest.items())[:_MOST_REST] if (told := _words(value))),
        picture=_picture(line, media),
        frames_at=_frames_at(line, media),
        masks={one.attribute: _url(one.mask) for one in labelings if one.mask and media.image(one.mask) is not None},
        about=_about(dataset, named),
        patient=document.patient,
    )


def _line(record: SourceRecord, document: Document, media: Media) -> tuple[Line, str | None]:
    """What a record says as a manifest line, and the text that spans are offsets of."""
    resource = record.resource
    if record.kind == RESPONSE:
        inner = resource["content"].get("consolidatedAnnotation")
        values = decoded(inner.get("content")) if type(inner) is dict else None
        line = line_of(values if type(values) is dict else {})
        return line, line.text
    if "form" in resource:
        line = document_of(record).line
        is_page = any(isinstance(one.geometry, TextSpan) for labeling in line.labelings for one in labeling.annotations)
        return line, document.text if is_page else None
    followed = follow(line_in(resource), media)
    return followed.line, followed.line.text if followed.line.text is not None else followed.page


def _labeling(labeling: Labeling, dataset: str, states: Mapping[str | None, str]) -> ItemLabeling:
    job = job_iri(dataset, labeling.job)
    whole: list[ItemAnnotation] = []
    tracks: dict[str, list[Annotation]] = {}
    for one in labeling.annotations:
        if one.track:
            tracks.setdefault(one.track, []).append(one)
        else:
            whole.append(_annotation(one, dataset, labeling.job))
    for seen in tracks.values():
        whole.append(_annotation(seen[0], dataset, labeling.job, seen))
    if not labeling.annotations:
        whole += (_annotation(Annotation(category), dataset, labeling.job) for category in labeling.categories)
    return ItemLabeling(
        attribute=labeling.attribute,
        job=job,
        job_name=labeling.job,
        task=labeling.task.name.replace("-", " "),
        state=states.get(job, str(labeling.state)),
        human=labeling.human,
        created=labeling.created,
        confidence=labeling.confidence,
        failure=labeling.failure,
        annotations=tuple(whole),
        attributes=labeling.attributes,
        comments=labeling.comments,
        frames=labeling.frames,
        mask=labeling.ref if labeling.task.shape is Shape.MASK else "",
    )


def _annotation(one: Annotation, dataset: str, job: str, seen: Sequence[Annotation] = ()) -> ItemAnnotation:
    """A thing that a job says; of a tracked one all that is `seen` of it."""
    called = one.category.name if one.category is not None and one.category.name.strip() else ""
    each = seen or (one,)
    return ItemAnnotation(
        label=called or one.name or "no class",
        concept=concept_iri(job_iri(dataset, job), called.strip()) if called else None,
        confidence=one.confidence,
        geometry=one.geometry if one.frame is None and not seen else None,
        appearances=tuple(Appearance(it.frame, it.geometry) for it in each if it.frame is not None),
        track=one.track,
        name=one.name,
        attributes=tuple(dict.fromkeys(pair for it in each for pair in it.attributes)),
    )


def _answers(facts: Sequence[Fact]) -> tuple[WorkerAnswer, ...]:
    return tuple(
        WorkerAnswer(
            worker=fact.agent,
            worker_name=name_of(fact.agent),
            job=fact.job or "",
            job_name=name_of(fact.job or ""),
            label=fact.label,
            concept=fact.concept,
            submitted=fact.start,
            seconds=fact.number,
            record=fact.record,
        )
        for fact in facts
        if fact.relation == "answer"
    )


def _picture(line: Line, media: Media) -> Picture | None:
    """The object as a picture, or its size where only its labels tell it."""
    if line.text is not None or line.source is None:
        return None
    size = next((labeling.size for labeling in line.labelings if labeling.size and min(labeling.size) > 0), None)
    if (image := media.image(line.source)) is not None:
        # Labels are in the pixels of the image that the job showed, which may be another size of the same.
        return Picture(*(size or (image.width, image.height)), _url(line.source))
    return Picture(*size) if size else None


def _frames_at(line: Line, media: Media) -> str:
    """Where the frames of a sequence are: where its file says, else beside it; '' for what has no frames."""
    if line.source is None or not any(one.frame is not None for labeling in line.labelings for one in labeling.annotations):
        return ""
    if line.source.endswith(".json") and is_frames(content := media.json(line.source)):
        return text(content["prefix"])
    beside = line.source.rpartition("/")[0]
    return f"{beside}/" if beside else ""


def _url(address: str) -> str:
    return f"/media/object?address={quote(address, safe=':/')}"


def _about(dataset: str, value: object) -> str | None:
    """The record that a line names: an IRI of ours, or `Type/id` of the same dataset."""
    if type(value) is not str or not value:
        return None
    if value.startswith(_DATA):
        return value
    kind, slash, identifier = value.rpartition("/")
    return record_iri(dataset, kind, identifier) if slash and kind and identifier else None


def _words(value: object) -> str:
    """A value of a line for people."""
    return scalar(value) or (orjson.dumps(value, default=str).decode("utf-8", "replace") if value not in (None, "") else "")
