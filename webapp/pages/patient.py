"""The patient page: who it is, and everything charted and written over time, as a picture and as a table."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, render_template, request

from concepts.model import Assertion
from search.model import DocumentSummary, Fact, PatientSummary
from search.protocols import Catalog
from webapp.errors import not_found
from webapp.pages.reading import ROWS, required, snapshot, whole_number
from webapp.pages.search import State
from webapp.pages.wording import GROUP_NAMES, address, group_order, measured

pages = Blueprint("patient", __name__)

MOST_FACTS = 5000
"""Facts that picture and table hold; what is beyond is said."""
NAMED = frozenset({"condition", "medication", "allergy"})
"""Groups whose labels have rows of their own in the timeline."""
MOST_ROWS = 12
"""Labels of a group that have rows of their own; the rest share one."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table and one mark of the timeline."""

    group: str
    label: str
    start: str
    end: str
    value: str
    status: str
    counted: bool
    why: str
    """Why it is not counted as a fact ('' where it is)."""
    url: str
    concept: str
    record: str
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Course:
    """A problem, a medication or an allergy over time: its first and last dates, and how often it is charted."""

    label: str
    url: str
    first: str
    last: str
    """'' where no end is stated."""
    times: int
    status: str


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one kind of result, newest last. `line` is their course in a box of 72 by 18 ('' for fewer than three numbers)."""

    label: str
    url: str
    value: str
    date: str
    evidence: str
    times: int
    line: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Glance:
    """The chart in short, counted facts only; `told` is what the chart says without counting it true of the patient."""

    problems: tuple[Course, ...]
    medications: tuple[Course, ...]
    allergies: tuple[Course, ...]
    results: tuple[Series, ...]
    told: tuple[tuple[str, str, str], ...]
    """(label, why it is not counted, link)."""


@dataclass(frozen=True, slots=True)
class PatientPage:
    """All the patient page shows."""

    patient: PatientSummary
    events: tuple[Event, ...]
    total: int
    beyond: int
    """Facts that this page does not hold."""
    groups: tuple[tuple[str, int, str], ...]
    """(group, count, link that shows it alone or hides it)."""
    chosen: tuple[str, ...]
    uncounted: int
    page: int
    pages: int
    documents: int
    glance: "Glance"
    height: int
    """Pixels the timeline will take, so that nothing moves when it arrives."""


@pages.get("/patient")
def patient() -> str:
    """One patient; `kind` keeps some lanes, `page` turns the table."""
    identifier = required("id")
    catalog = snapshot().catalog
    found = _patient(catalog, identifier)
    chosen = tuple(kind for kind in request.args.getlist("kind") if kind in GROUP_NAMES)
    facts = facts_of(catalog, identifier)
    everything, documents, beyond = events_of(catalog, identifier, facts)
    counts = Counter(event.group for event in everything)
    shown = tuple(event for event in everything if not chosen or event.group in chosen)
    pages_ = max(1, -(-len(shown) // ROWS))
    page = min(whole_number("page", 1, 1), pages_)
    groups = tuple(
        (group, count, _kind_url(identifier, chosen, group))
        for group, count in sorted(counts.items(), key=lambda item: group_order(item[0]))
    )
    view = PatientPage(
        patient=found,
        events=shown[(page - 1) * ROWS : page * ROWS],
        total=len(shown),
        beyond=beyond,
        groups=groups,
        chosen=chosen,
        uncounted=sum(not event.counted for event in shown),
        page=page,
        pages=pages_,
        documents=documents,
        glance=glance_of(facts),
        height=_height(shown),
    )
    return render_template("patient.html", page=view, state=State())


@pages.get("/patient/timeline")
def timeline() -> Response:
    """The marks of the timeline, for the script that draws it."""
    identifier = required("id")
    catalog = snapshot().catalog
    _patient(catalog, identifier)
    chosen = [kind for kind in request.args.getlist("kind") if kind in GROUP_NAMES]
    everything, _, _ = events_of(catalog, identifier, facts_of(catalog, identifier))
    marks = [
        {
            "g": event.group,
            "l": event.label,
            "s": event.start,
            "e": event.end,
            "v": event.value,
            "c": event.counted,
            "w": event.why,
            "u": event.url,
        }
        for event in everything
        if event.start and (not chosen or event.group in chosen)
    ]
    response = jsonify({"events": marks, "undated": sum(not event.start for event in everything)})
    response.headers["Cache-Control"] = "no-store"
    return response


def _height(events: tuple[Event, ...]) -> int:
    """As the timeline's script counts rows: one for each label of NAMED groups up to MOST_ROWS, one for each other group."""
    labels: dict[str, set[str]] = {}
    for event in events:
        if event.start:
            labels.setdefault(event.group, set()).add(event.label)
    rows = sum(min(len(names), MOST_ROWS + 1) if group in NAMED else 1 for group, names in labels.items())
    return 44 + 21 * rows


def _patient(catalog: Catalog, identifier: str) -> PatientSummary:
    found = catalog.patient(identifier)
    if found is None:
        raise not_found("patient", "No patient of the published generation has this address. It may have been removed by a later ingest.")
    return found


def _kind_url(identifier: str, chosen: tuple[str, ...], group: str) -> str:
    kinds = [kind for kind in chosen if kind != group] if group in chosen else [*chosen, group]
    return address("/patient", [("id", identifier), *(("kind", kind) for kind in kinds)])


def turn(identifier: str, chosen: tuple[str, ...], page: int) -> str:
    """The address of another page of the table."""
    return address("/patient", [("id", identifier), *(("kind", kind) for kind in chosen), ("page", page)], "table")


def facts_of(catalog: Catalog, identifier: str) -> tuple[Fact, ...]:
    """A patient's facts, each once."""
    return each_once(catalog.facts_of_patient(identifier, MOST_FACTS))


def each_once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The first of facts that only differ in their code: a record with several codes for one thing is one event."""
    found: dict[tuple[str, ...], Fact] = {}
    for fact in facts:
        found.setdefault((fact.record, fact.relation, fact.label, fact.start or "", fact.value or "", str(fact.number)), fact)
    return tuple(found.values())


def events_of(catalog: Catalog, identifier: str, facts: tuple[Fact, ...]) -> tuple[tuple[Event, ...], int, int]:
    """A patient's facts and documents, newest first; the number of documents; how many facts are left out."""
    documents = catalog.documents_of_patient(identifier, 1000)
    events = [_event_of_fact(fact) for fact in facts] + [_event_of_document(document) for document in documents]
    events.sort(key=lambda event: (event.start, event.label), reverse=True)
    return tuple(events), len(documents), max(0, catalog.count_facts_of_patient(identifier) - MOST_FACTS)


def glance_of(facts: tuple[Fact, ...]) -> Glance:
    """The chart in short."""
    groups: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    told: dict[tuple[str, str], str] = {}
    for fact in facts:
        if fact.counted:
            groups[fact.relation][fact.label.casefold()].append(fact)
        elif fact.relation in NAMED:
            told.setdefault((fact.label, why_not_counted(fact)), _url(fact))
    courses = {group: sorted(map(_course, groups[group].values()), key=_recency) for group in ("condition", "medication", "allergy")}
    results = [_series(found) for found in groups["observation"].values()]
    return Glance(
        problems=tuple(courses["condition"]),
        medications=tuple(courses["medication"]),
        allergies=tuple(courses["allergy"]),
        results=tuple(sorted((s for s in results if s.value), key=lambda s: (-s.times, s.label.casefold()))),
        told=tuple((label, why, url) for (label, why), url in sorted(told.items())),
    )


def _course(facts: list[Fact]) -> Course:
    dated = sorted((fact for fact in facts if fact.start), key=lambda fact: fact.start or "")
    newest = dated[-1] if dated else facts[-1]
    last = "" if any(not fact.end for fact in facts) else max(fact.end or "" for fact in facts)
    if newest.relation != "condition":
        last = last or (newest.start or "" if len({fact.start for fact in dated}) > 1 else "")
    times = len({fact.record for fact in facts})
    return Course(newest.label, _url(newest), (dated[0].start or "") if dated else "", last, times, newest.status)


def _recency(course: Course) -> tuple[bool, str, str]:
    """What has no end first, then the newest."""
    return (bool(course.last), "".join(chr(0x10FFFF - ord(c)) for c in course.last or course.first), course.label.casefold())


def _series(facts: list[Fact]) -> Series:
    dated = sorted(facts, key=lambda fact: fact.start or "")
    newest = dated[-1]
    numbers = [fact.number for fact in dated if fact.number is not None and fact.unit == newest.unit]
    spoken = f"from {numbers[0]:g} to {numbers[-1]:g}, lowest {min(numbers):g}, highest {max(numbers):g}" if len(numbers) > 2 else ""
    return Series(
        label=newest.label,
        url=_url(newest),
        value=measured(newest.value, newest.number, newest.unit),
        date=newest.start or "",
        evidence=address("/record", [("id", newest.record)]),
        times=len(dated),
        line=_spark(numbers),
        spoken=spoken,
    )


def _spark(numbers: list[float]) -> str:
    """Numbers as a line in a box of 72 by 18."""
    if len(numbers) < 3:
        return ""
    least, most = min(numbers), max(numbers)
    wide = 68 / (len(numbers) - 1)
    tall = 14 / (most - least) if most > least else 0.0
    points = [f"{2 + n * wide:.1f} {16 - (value - least) * tall if tall else 9:.1f}" for n, value in enumerate(numbers)]
    return "M" + "L".join(points)


def _url(fact: Fact) -> str:
    return address("/node", [("id", fact.concept or fact.record)])


def _event_of_fact(fact: Fact) -> Event:
    return Event(
        group=fact.relation if fact.relation in GROUP_NAMES else "other",
        label=fact.label,
        start=fact.start or "",
        end=fact.end or "",
        value=measured(fact.value, fact.number, fact.unit),
        status=fact.status,
        counted=fact.counted,
        why="" if fact.counted else why_not_counted(fact),
        url=address("/node", [("id", fact.record)]),
        concept=fact.concept or "",
        record=fact.record,
        source=fact.source,
        line=fact.line,
    )


def why_not_counted(fact: Fact) -> str:
    """Why a fact does not count as true of the patient, in words."""
    if fact.assertion is Assertion.FAMILY:
        return "a relative's"
    if fact.assertion is not Assertion.AFFIRMED:
        return f"{fact.assertion} ({fact.status})" if fact.status else str(fact.assertion)
    return fact.status or "not counted by the status policy"


def _event_of_document(document: DocumentSummary) -> Event:
    return Event(
        group="document",
        label=document.title or document.type,
        start=document.date or "",
        end="",
        value=document.type if document.type != document.title else "",
        status="",
        counted=True,
        why="",
        url=address("/document", [("id", document.id)]),
        concept="",
        record=document.id,
        source="",
        line=0,
    )
