"""From a labeled item to its nodes, its document and its facts.

item ◀─ subject ─ labeling ─ job ─▶ job            (what one job gave one item)
item ◀─ hasTarget ─ annotation ─ hasBody ─▶ class   (one box, span, class …)
annotation ◀─ track ─ appearance                    (one thing in one frame)
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from concepts.model import Assertion, Mention
from graph.identifiers import iri_term, job_iri, literal_term, parse_record_iri, record_iri, safe_iri
from graph.vocabulary import ANNOTATION, BASE, HAS_BODY, HAS_TARGET, KG, OA_END, OA_START, SUBJECT, TYPE, XSD
from ingest.labels.concepts import class_named
from ingest.mapping.codes import short
from ingest.mapping.draft import Draft
from ingest.mapping.values import date_term, number_term, number_text
from ingest.model import Target
from labels.groundtruth.describe import describe, media_of_line
from labels.groundtruth.model import (
    LABELED,
    Annotation,
    Box,
    Category,
    Cuboid,
    Labeling,
    Line,
    Media,
    Outline,
    Region,
    Shape,
    State,
    TextSpan,
)
from labels.groundtruth.tasks import VERIFICATION
from labels.groundtruth.values import scalar
from search.model import Document, Fact

_TITLE: Final = 100
_LONGEST_VALUE: Final = 200
_JUDGED: Final = frozenset({Shape.BOXES, Shape.MASK})


@lru_cache(maxsize=65536)
def integer(name: str, value: int) -> str:
    """A statement of a whole number."""
    return f'<{KG}{name}> "{value}"^^<{XSD}integer>'


@lru_cache(maxsize=131072)
def decimal(name: str, value: float) -> str:
    """A statement of a number."""
    return f"<{KG}{name}> {number_term(number_text(value))}"


def said(name: str, value: str) -> str:
    """A statement of words."""
    return f"<{KG}{name}> {literal_term(value)}"


class Item:
    """An item being mapped: the draft of its record, with what all of its nodes share."""

    def __init__(self, draft: Draft, line: Line, index: int | None, page: str | None = None, frames: int = 0, name: str = "") -> None:
        self.draft, self.line, self.index, self.frames = draft, line, index, frames
        self.text = line.text if line.text is not None else page
        self.media = Media.DOCUMENT if page is not None and line.text is None else media_of_line(line)
        self.title = name or _title(line)
        self._nodes: dict[tuple[int, str], str] = {}
        self.patient = _record(draft, line.rest.get("patient"), "Patient")

    def map(self) -> tuple[tuple[Document, ...], tuple[Fact, ...]]:
        """Write the nodes into the draft; the documents and facts."""
        facts: list[Fact] = []
        mentions: list[Mention] = []
        for place, labeling in enumerate(self.line.labelings):
            facts += self._labeling(place, labeling, mentions)
        self._item()
        return (self._document(mentions),), tuple(facts)

    # --- nodes ---

    def _item(self) -> None:
        draft, line = self.draft, self.line
        statements = [f"<{TYPE}> <{KG}Item>", *draft.provenance(), said("mediaType", self.media)]
        if self.index is not None:
            statements.append(integer("index", self.index))
        if line.source is not None:
            statements.append(said("sourceRef", line.source))
            if line.source.startswith("s3://") and "$" not in line.source:
                statements.append(f"<{KG}object> {iri_term(line.source)}")
        if self.frames:
            statements.append(integer("frames", self.frames))
        for name, value in line.rest.items():
            if (words := scalar(value)) and len(words) <= _LONGEST_VALUE:
                statements.append(said("attribute", f"{name}: {words}"))
        if self.patient:
            statements.append(f"<{SUBJECT}> {iri_term(self.patient)}")
            draft.targets.append(Target(self.patient, "Patient"))
        if about := _record(draft, line.rest.get("record"), ""):
            statements.append(f"<{KG}about> {iri_term(about)}")
            draft.targets.append(Target(about, "Resource"))
        draft.write(draft.iri, statements, short(self.title, _TITLE))

    def _labeling(self, place: int, labeling: Labeling, mentions: list[Mention]) -> Iterator[Fact]:
        dataset = self.draft.context.dataset
        job = job_iri(dataset, labeling.job)
        iri = self._place(labeling)
        statements = [
            f"<{TYPE}> <{KG}Labeling>",
            f"<{SUBJECT}> <{self.draft.iri}>",
            f"<{KG}job> {iri_term(job)}",
            said("labelAttribute", labeling.attribute),
            said("state", _state(labeling)),
        ]
        if labeling.human is not None:
            statements.append(f'<{KG}humanAnnotated> "{str(labeling.human).lower()}"^^<{XSD}boolean>')
        if labeling.created:
            statements.append(f"<{KG}labelDate> {date_term(labeling.created)}")
        if labeling.failure:
            statements.append(said("failureReason", labeling.failure))
        if labeling.ref:
            statements.append(said("labelRef", labeling.ref))
        if labeling.frames:
            statements.append(integer("frames", labeling.frames))
        if labeling.size:
            statements += (integer("imageWidth", labeling.size[0]), integer("imageHeight", labeling.size[1]))
        statements += (said("attribute", f"{name}: {value}") for name, value in labeling.attributes if len(value) <= _LONGEST_VALUE)
        statements += (said("comment", comment) for comment in labeling.comments)
        if (judged := self._judged(labeling)) is not None:
            relation = "verifies" if labeling.task is VERIFICATION else "adjusts"
            statements.append(f"<{KG}{relation}> <{self._place(judged)}>")
        self.draft.write(iri, statements, f"{labeling.attribute}: {_state(labeling)}")
        yield from self._annotations(place, labeling, iri, job, mentions)

    def _annotations(self, place: int, labeling: Labeling, iri: str, job: str, mentions: list[Mention]) -> Iterator[Fact]:
        tracks: dict[str, list[Annotation]] = {}
        number = 0
        for one in labeling.annotations:
            if one.track:
                tracks.setdefault(one.track, []).append(one)
                continue
            node = f"{iri}/{number}"
            number += 1
            self._annotation(labeling, node, one, _drawn(one))
            if one.category is not None:
                self._nodes.setdefault((place, one.category.name), node)
            if isinstance(one.geometry, TextSpan) and self.text is not None:
                mentions.append(self._mention(labeling, node, one.category, one.geometry, self.text, one.confidence))
            yield self._fact(labeling, job, one)
        for track, appearances in tracks.items():
            yield self._track(labeling, f"{iri}/{quote(track, safe='')}", job, appearances)
        if not labeling.annotations:
            for category in labeling.categories or (None,):
                # A job that found nothing and one that failed are worth finding too; where the labels are elsewhere, their classes are.
                yield self._fact(labeling, job, Annotation(category))

    def _annotation(self, labeling: Labeling, node: str, one: Annotation, drawn: Sequence[str]) -> None:
        draft = self.draft
        code = class_named(draft.context.dataset, labeling.job, one.category)
        statements = [f"<{TYPE}> <{ANNOTATION}>", f"<{HAS_TARGET}> <{draft.iri}>"]
        if code is not None and code.use is not None:
            statements.append(f"<{HAS_BODY}> {code.term}")
            draft.concepts.append(code.use)
        if one.confidence is not None:
            statements.append(decimal("confidence", one.confidence))
        statements += drawn
        statements += (said("attribute", f"{name}: {value}") for name, value in one.attributes)
        draft.write(node, statements, one.name or (code.text if code else "annotation"))

    def _track(self, labeling: Labeling, node: str, job: str, appearances: Sequence[Annotation]) -> Fact:
        """One thing seen in several frames: an annotation of the item, and an appearance for each frame."""
        numbers = [one.frame.number for one in appearances if one.frame is not None]
        first = appearances[0]
        attributes = tuple(dict.fromkeys(pair for one in appearances for pair in one.attributes))
        thing = Annotation(first.category, track=first.track, name=first.name, attributes=attributes)
        drawn = [integer("frames", len(set(numbers)))]
        if numbers:
            drawn += (integer("firstFrame", min(numbers)), integer("lastFrame", max(numbers)))
        self._annotation(labeling, node, thing, drawn)
        for place, one in enumerate(appearances):
            statements = [f"<{TYPE}> <{KG}Appearance>", f"<{KG}track> <{node}>", *_drawn(one)]
            statements += (said("attribute", f"{name}: {value}") for name, value in one.attributes)
            self.draft.write(f"{node}/{place}", statements, f"{one.name or 'appearance'} in {one.frame.name}" if one.frame else one.name)
        return self._fact(labeling, job, thing)

    def _place(self, labeling: Labeling) -> str:
        return safe_iri(f"{self.draft.iri}#{quote(labeling.attribute, safe='')}")

    def _judged(self, labeling: Labeling) -> Labeling | None:
        """The labeling that a verification or an adjustment is about, which the line does not say: the latest one before it that fits."""
        if labeling.task is not VERIFICATION and not labeling.adjustment:
            return None
        fits = [
            other
            for other in self.line.labelings
            if other is not labeling
            and (other.created or "") <= (labeling.created or "")
            and (other.task.shape in _JUDGED if labeling.task is VERIFICATION else other.task is labeling.task)
        ]
        return fits[-1] if fits else None

    # --- facts and documents ---

    def _fact(self, labeling: Labeling, job: str, one: Annotation) -> Fact:
        draft = self.draft
        code = class_named(draft.context.dataset, labeling.job, one.category)
        if code is not None and code.use is not None and not labeling.annotations:
            draft.concepts.append(code.use)
        return Fact(
            record=draft.iri,
            dataset=draft.context.dataset,
            subject=draft.iri,
            relation="label",
            concept=code.use.concept if code is not None and code.use is not None else None,
            label=code.text if code is not None else _state(labeling),
            start=labeling.created,
            number=one.confidence,
            status=_state(labeling),
            counted=labeling.state is not State.FAILED,
            source=draft.record.source,
            line=draft.record.line,
            job=job,
            agent="" if labeling.human is None else "human" if labeling.human else "machine",
            attributes="\n".join(f"{name}: {value}" for name, value in (*labeling.attributes, *one.attributes)),
        )

    def _mention(
        self, labeling: Labeling, node: str, category: Category | None, span: TextSpan, text: str, score: float | None = None
    ) -> Mention:
        code = class_named(self.draft.context.dataset, labeling.job, category)
        return Mention(
            id=node,
            start=span.start,
            end=span.end,
            text=text[span.start : span.end],
            concept=code.use.concept if code is not None and code.use is not None else None,
            label=code.text if code is not None else "",
            assertion=Assertion.AFFIRMED,
            score=score,
            concept_score=None,
            source=_author(labeling),
        )

    def _document(self, mentions: list[Mention]) -> Document:
        draft = self.draft
        text = self.text
        if text is None or not text.strip():
            described = describe(self.line, self.media, self.title)
            text = described.text
            mentions = []
            for number, named in enumerate(described.names):
                labeling = self.line.labelings[named.labeling]
                node = self._nodes.get((named.labeling, named.name)) or f"{draft.iri}#named-{number}"
                mentions.append(self._mention(labeling, node, Category("", named.name), TextSpan(named.start, named.end), text))
        created = [labeling.created for labeling in self.line.labelings if labeling.created]
        return Document(
            id=draft.iri,
            record=draft.iri,
            dataset=draft.context.dataset,
            kind="Item",
            type=f"{LABELED}{self.media}" if self.line.labelings else str(self.media).capitalize(),
            title=short(self.title, _TITLE),
            text=text,
            patient=self.patient,
            date=max(created)[:10] if created else None,
            dated="creation-date" if created else "",
            source=draft.record.source,
            line=draft.record.line,
            mentions=tuple(sorted(mentions, key=lambda mention: (mention.start, mention.end, mention.id))),
        )


def _state(labeling: Labeling) -> str:
    """What became of the item in the job: failed, adjusted, unadjusted, empty, orphan or labeled."""
    if labeling.state is not State.LABELED:
        return labeling.state
    if labeling.adjustment:
        return labeling.adjustment
    found_nothing = not labeling.annotations and not labeling.categories and not labeling.ref and not labeling.attributes
    return "empty" if found_nothing else labeling.state


def _author(labeling: Labeling) -> str:
    return f"{'machine' if labeling.human is False else 'human'}:{labeling.job}"


def _drawn(one: Annotation) -> list[str]:
    """Where an annotation holds."""
    statements: list[str] = []
    match one.geometry:
        case Box():
            statements += map(decimal, Box._fields, one.geometry)
        case TextSpan(start, end):
            statements += (f'<{OA_START}> "{start}"^^<{XSD}integer>', f'<{OA_END}> "{end}"^^<{XSD}integer>')
        case Outline(kind, vertices):
            statements += (said("outline", kind), said("vertices", " ".join(f"{number_text(x)},{number_text(y)}" for x, y in vertices)))
        case Cuboid(center, size, turned):
            names = ("centerX", "centerY", "centerZ", "length", "width", "height", "roll", "pitch", "yaw")
            statements += (decimal(name, value) for name, value in zip(names, (*center, *size, *turned), strict=True))
        case Region(color):
            statements += (said("color", color),) if color else ()
    if one.frame is not None:
        statements += (integer("frame", one.frame.number), said("frameName", one.frame.name))
    return statements


def _title(line: Line) -> str:
    if line.text is not None:
        return next((words for each in line.text.splitlines() if (words := each.strip())), "text")
    name = (line.source or "object").rstrip("/").rpartition("/")[2] or "object"
    page = scalar(line.rest.get("page"))
    return f"{name}, page {page}" if page else name


def _record(draft: Draft, value: object, kind: str) -> str | None:
    """A record that a line names by an IRI of ours, `Type/id` of the dataset, or an id of a known type; a patient as after all merges."""
    dataset, iri = draft.context.dataset, _stated(draft.context.dataset, value, kind)
    named = parse_record_iri(iri) if iri else None
    if named is None or named[:2] != (dataset, "Patient"):
        return iri
    return record_iri(dataset, *draft.person_key(f"Patient/{unquote(named[2])}").split("/", 1))


def _stated(dataset: str, value: object, kind: str) -> str | None:
    if type(value) is not str or not value:
        return None
    if value.startswith(f"{BASE}data/"):
        return safe_iri(value)
    stated, _, identifier = value.rpartition("/")
    if (stated or kind) and (not kind or stated in ("", kind)) and identifier:
        return record_iri(dataset, stated or kind, identifier)
    return None
