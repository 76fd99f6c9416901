"""From the answers of workers to their nodes and facts: who answered what for which item, under the pseudonyms of the files."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from graph.identifiers import iri_term, job_iri, record_iri, worker_iri
from graph.vocabulary import HAS_BODY, KG, SUBJECT, TYPE, XSD
from ingest.labels.concepts import class_named
from ingest.labels.items import Item, decimal, said
from ingest.mapping.draft import Draft
from ingest.mapping.values import date_term
from ingest.model import WATCHED, PendingReference, Target
from labels.groundtruth.answers import answer_of, decoded
from labels.groundtruth.lines import line_of
from labels.groundtruth.model import Answer
from labels.groundtruth.reader import ANSWERS_TO, ANY_MANIFEST, CHAINED_AFTER, OBJECTS_IN, OBJECTS_OF
from labels.groundtruth.values import moment, text
from search.model import Document, Fact

_NO_JOB: Final = "unknown"


class Subject(NamedTuple):
    """What an answer is for: the item ('' where it is not known) and the job."""

    item: str
    job: str


class Made(NamedTuple):
    """What a response becomes beside its quads; `skipped` says why it is left out."""

    documents: tuple[Document, ...] = ()
    facts: tuple[Fact, ...] = ()
    skipped: str = ""


def map_response(draft: Draft) -> Made:
    """Write the answers for one object."""
    content = draft.record.resource["content"]
    subject = _subject(draft)
    if "consolidatedAnnotation" in content:
        return _consolidated(draft, content, subject)
    if "annotations" in content and _is_answered(draft):
        return Made(skipped="repeats-answers")
    listed = content.get("answers", content.get("annotations"))
    facts: list[Fact] = []
    if not subject.item:
        draft.warn("unknown-item", "no manifest of the dataset tells which item this object is: ingest the job's output manifest", "object")
    draft.write(
        draft.iri, [f"<{TYPE}> <{KG}Response>", *draft.provenance()], f"Answers for object {draft.record.resource['object'] or '?'}"
    )
    for place, values in enumerate(listed if type(listed) is list else ()):
        answer = answer_of(values) if type(values) is dict else None
        if answer is None:
            draft.warn("no-worker", "the answer names no worker: left out", f"answers[{place}].workerId")
            continue
        for problem in answer.problems:
            draft.warn(problem.code, problem.reason, f"answers[{place}].{problem.field or 'answerContent'}")
        facts += _answer(draft, place, answer, subject)
    return Made(facts=tuple(facts))


def map_activity(draft: Draft) -> None:
    """Write an event of the worker activity log."""
    content, dataset = draft.record.resource["content"], draft.context.dataset
    worker = text(content.get("worker_id"))
    event = text(content.get("event_type")) or "event"
    statements = [
        f"<{TYPE}> <{KG}WorkerActivity>",
        *draft.provenance(),
        f"<{KG}worker> {iri_term(worker_iri(dataset, worker))}",
        said("eventType", event),
    ]
    if job := text(content.get("labeling_job_arn")).rpartition("/")[2]:
        statements.append(f"<{KG}job> {iri_term(job_iri(dataset, job))}")
    for name in ("accepted", "submitted", "returned", "declined"):
        given = text(content.get(f"task_{name}_time"))
        if given and (when := moment(given)):
            statements.append(f"<{KG}{name}> {date_term(when)}")
        elif given:
            draft.warn("bad-date", "the time is in no known form: left out", f"task_{name}_time")
    draft.write(draft.iri, statements, f"{event} by {worker}")
    _worker(draft, worker)


def _subject(draft: Draft) -> Subject:
    """The item of an object id: a line of the job's output manifest, of one chained to it, or of the only one that the dataset has."""
    resource, dataset = draft.record.resource, draft.context.dataset
    job, object_ = resource["job"], resource["object"]
    stated: tuple[str, ...] = ()
    systems = (OBJECTS_IN + resource["folder"], OBJECTS_OF + job.lower(), CHAINED_AFTER + job.lower()) if job else ()
    for system in (*systems, ANY_MANIFEST):
        stated = draft.context.values(system)
        draft.pending += (PendingReference(WATCHED, system, value) for value in stated or ("",))
        if stated:
            break
    if len(stated) != 1:
        return Subject("", job or _NO_JOB)
    manifest, lines, owner = stated[0].split(" ", 2)
    if not (object_.isascii() and object_.isdigit() and int(object_) < int(lines)):
        return Subject("", owner or job or _NO_JOB)
    return Subject(record_iri(dataset, "Item", f"{manifest}-{int(object_)}"), owner or job or _NO_JOB)


def _is_answered(draft: Draft) -> bool:
    """Whether the dataset has the response that a consolidation request repeats."""
    resource = draft.record.resource
    if not resource["job"] or not resource["object"]:
        return False
    key = f"{resource['job'].lower()} {resource['object']}"
    return bool(draft.context.find("Response", ANSWERS_TO, key))


def _answer(draft: Draft, place: int, answer: Answer, subject: Subject) -> Iterator[Fact]:
    dataset = draft.context.dataset
    worker, job = worker_iri(dataset, answer.worker), job_iri(dataset, subject.job)
    _worker(draft, answer.worker)
    statements = [f"<{TYPE}> <{KG}Answer>", f"<{KG}worker> {iri_term(worker)}", f"<{KG}job> {iri_term(job)}", said("shape", answer.kind)]
    if subject.item:
        statements.append(f"<{SUBJECT}> {iri_term(subject.item)}")
        draft.targets.append(Target(subject.item, "Item"))
    for name, when in (("submitted", answer.submitted), ("accepted", answer.accepted)):
        if when:
            statements.append(f"<{KG}{name}> {date_term(when)}")
    if answer.seconds is not None:
        statements.append(decimal("seconds", answer.seconds))
    if answer.comment:
        statements.append(said("comment", answer.comment))
    if answer.changed is not None:
        statements.append(f'<{KG}changed> "{str(answer.changed).lower()}"^^<{XSD}boolean>')
    found = {code.term: code for one in answer.annotations if (code := class_named(dataset, subject.job, one.category)) is not None}
    for term, code in found.items():
        statements.append(f"<{HAS_BODY}> {term}")
        if code.use is not None:
            draft.concepts.append(code.use)
    names = ", ".join(code.text for code in found.values())
    draft.write(f"{draft.iri}#answer-{place}", statements, names or f"answer ({answer.kind})")
    for each in found.values() or (None,):
        yield Fact(
            record=draft.iri,
            dataset=dataset,
            subject=subject.item or draft.iri,
            relation="answer",
            concept=each.use.concept if each is not None and each.use is not None else None,
            label=each.text if each is not None else answer.kind,
            start=answer.submitted,
            number=answer.seconds,
            unit="s" if answer.seconds is not None else None,
            status="answer",
            counted=False,
            source=draft.record.source,
            line=draft.record.line,
            job=job,
            agent=worker,
        )


def _worker(draft: Draft, worker: str) -> None:
    draft.write(worker_iri(draft.context.dataset, worker), [f"<{TYPE}> <{KG}Worker>"], worker)


def _consolidated(draft: Draft, content: Any, subject: Subject) -> Made:
    """What a job made of the answers: the manifest repeats it, and counts where it is there."""
    if subject.item:
        return Made(skipped="in-manifest")
    inner = content["consolidatedAnnotation"]
    values = decoded(inner.get("content")) if type(inner) is dict else None
    if type(values) is not dict:
        draft.reject("bad-label", "the consolidated annotation has no content", "consolidatedAnnotation.content")
        return Made()
    line = line_of(values)
    for problem in line.problems:
        if problem.code != "no-source":
            draft.warn(problem.code, problem.reason, problem.field)
    documents, facts = Item(draft, line, None, name=f"object {draft.record.resource['object']}").map()
    return Made(documents, facts)
