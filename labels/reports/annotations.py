"""The report on annotations: what the jobs gave the items, in one pass over manifest lines."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from labels.model import Cell, Column, Kind, Report, Row, Table
from labels.reports.annotation_tally import ANNOTATION, BINS, FRAME, AnnotationTally
from labels.reports.counting import short_names, spread
from labels.reports.model import PlacedLine

_JOB = Column("job", "Job", Kind.TEXT)
_CLASS = Column("class", "Class", Kind.TEXT)
_STATES: Final = {
    "labeled": "Labelled",
    "empty": "Nothing found",
    "elsewhere": "Elsewhere",
    "failed": "Failed",
    "orphan": "Metadata only",
}


def annotation_report(items: Iterable[PlacedLine]) -> Report:
    """Count over the items; they are read once and not kept."""
    tally = AnnotationTally()
    for item in items:
        tally.add(item)
    return report_of(tally)


def report_of(tally: AnnotationTally) -> Report:
    """The report on what was counted."""
    names = short_names(tally.manifests)
    states = _states_table(tally, names)
    lines = sum(manifest.lines for manifest in tally.manifests.values())
    totals: tuple[tuple[str, Cell], ...] = (
        ("items", lines),
        ("jobs", len(tally.jobs)),
        ("annotations", sum(job.annotations for job in tally.jobs.values())),
        ("tracked objects", sum(job.things for job in tally.jobs.values())),
        ("failed", sum(job.states["failed"] for job in tally.jobs.values())),
        ("without any label", sum(manifest.without_labels for manifest in tally.manifests.values())),
    )
    tables = (
        _job_table(tally),
        _class_table(tally),
        _day_table(tally),
        states,
        _failure_table(tally),
        _density_table(tally),
        _per_item_table(tally),
        _track_table(tally, names),
        _length_table(tally),
        _attribute_table(tally),
        _adjustment_table(tally),
        _audit_table(tally),
        _confidence_table(tally),
        _problem_table(tally),
    )
    return Report("annotations", "Annotations", totals, tables)


def _job_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("type", "Type", Kind.TEXT),
        Column("attribute", "Attribute", Kind.TEXT),
        Column("items", "Items"),
        Column("human", "By people"),
        Column("machine", "By machine"),
        Column("unknown", "Not said"),
        Column("failed", "Failed"),
        Column("annotations", "Annotations"),
        Column("tracked", "Tracked objects"),
        Column("mean_confidence", "Mean confidence", Kind.NUMBER),
        Column("first", "First", Kind.DATE),
        Column("last", "Last", Kind.DATE),
    )
    rows = [
        (
            name,
            ", ".join(job.tasks) or None,
            ", ".join(job.attributes),
            job.states.total(),
            job.human[True],
            job.human[False],
            job.human[None],
            job.states["failed"],
            job.annotations,
            job.things,
            job.confidence.mean,
            job.first or None,
            job.last or None,
        )
        for name, job in sorted(tally.jobs.items(), key=lambda found: (found[1].last, found[0]))
    ]
    note = "Failed lines name no job: they count for the job that is called like their attribute."
    return Table("jobs", "Annotations per job", columns, tuple(rows), note if tally.failures else "")


def _class_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        _CLASS,
        Column("annotations", "Annotations"),
        Column("share", "Share of the job", Kind.SHARE),
        Column("items", "Items"),
        Column("tracked", "Tracked objects"),
        Column("mean_confidence", "Mean confidence", Kind.NUMBER),
    )
    rows = [
        (
            job,
            name,
            found.annotations,
            found.annotations / tally.jobs[job].annotations,
            found.items,
            found.things,
            found.confidence.mean,
        )
        for (job, name), found in sorted(tally.classes.items(), key=lambda each: (each[0][0], -each[1].annotations, each[0][1]))
    ]
    return Table("classes", "Annotations per class", columns, tuple(rows))


def _day_table(tally: AnnotationTally) -> Table:
    columns = (_JOB, Column("day", "Day", Kind.DATE), Column("annotations", "Annotations"), Column("items", "Items"))
    rows = [(job, day or None, *counts) for (job, day), counts in sorted(tally.days.items(), key=lambda each: (each[0][1], each[0][0]))]
    return Table("days", "Annotations per day", columns, tuple(rows), "Days in UTC, by the creation date of the label.")


def _states_table(tally: AnnotationTally, names: Mapping[str, str]) -> Table:
    columns = (
        Column("manifest", "Manifest", Kind.TEXT),
        Column("attribute", "Attribute", Kind.TEXT),
        Column("items", "Items"),
        *(Column(state, heading) for state, heading in _STATES.items()),
        Column("unlabeled", "Unlabelled"),
    )
    rows = []
    for address, manifest in sorted(tally.manifests.items()):
        if not manifest.attributes:
            rows.append((names[address], None, manifest.lines, *(0 for _ in _STATES), manifest.lines))
        for attribute, states in sorted(manifest.attributes.items()):
            rows.append(
                (
                    names[address],
                    attribute,
                    manifest.lines,
                    *(states[state] for state in _STATES),
                    manifest.lines - states.total(),
                )
            )
    note = "Unlabelled: the line has neither the attribute nor its metadata. Elsewhere: the labels are in a file that was not read."
    return Table("states", "Failed and unlabelled", columns, tuple(rows), note)


def _failure_table(tally: AnnotationTally) -> Table:
    columns = (Column("attribute", "Attribute", Kind.TEXT), Column("reason", "Reason", Kind.TEXT), Column("items", "Items"))
    rows = [
        (attribute, reason or None, count)
        for attribute, found in sorted(tally.failures.items())
        for reason, count in found.counts.most_common()
    ]
    return Table("failures", "Why items failed", columns, tuple(rows))


def _density_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("of", "Of", Kind.TEXT),
        Column("per", "Per", Kind.TEXT),
        Column("places", "How many"),
        Column("annotations", "Annotations"),
        Column("mean", "Mean", Kind.NUMBER),
        Column("least", "Least"),
        Column("most", "Most"),
    )
    rows = []
    for (job, per, shape), counts in sorted(tally.density.items()):
        found = spread(counts)
        rows.append((job, shape, per, found.count, int(found.total), found.mean, _whole(found.least), _whole(found.most)))
    return Table("density", "Annotations on an item or frame", columns, tuple(rows))


def _per_item_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("of", "Of", Kind.TEXT),
        Column("per", "Per", Kind.TEXT),
        Column("number", "Annotations"),
        Column("places", "How many"),
    )
    rows = [
        (job, shape, per, number, count)
        for (job, per, shape), counts in sorted(tally.density.items())
        for number, count in sorted(counts.items())
    ]
    return Table("per_item", "How many items or frames have so many annotations", columns, tuple(rows))


def _track_table(tally: AnnotationTally, names: Mapping[str, str]) -> Table:
    columns = (
        Column("manifest", "Manifest", Kind.TEXT),
        Column("index", "Line"),
        _JOB,
        _CLASS,
        Column("name", "Name", Kind.TEXT),
        Column("track", "Object", Kind.TEXT),
        Column("frames", "Frames"),
        Column("first", "First frame"),
        Column("last", "Last frame"),
    )
    rows = tuple((names[manifest], index, *row) for manifest, index, row in tally.tracks)
    all_ = sum(job.things for job in tally.jobs.values())
    note = f"The first {len(rows):,} of {all_:,}; the lengths count all." if all_ > len(rows) else ""
    return Table("tracks", "Tracked objects", columns, rows, note)


def _length_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        _CLASS,
        Column("tracked", "Tracked objects"),
        Column("mean", "Mean frames", Kind.NUMBER),
        Column("least", "Least"),
        Column("most", "Most"),
    )
    rows = []
    for (job, name), counts in sorted(tally.lengths.items()):
        found = spread(counts)
        rows.append((job, name, found.count, found.mean, _whole(found.least), _whole(found.most)))
    return Table("lengths", "Length of tracked objects, in frames", columns, tuple(rows))


def _attribute_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("of", "Of", Kind.TEXT),
        _CLASS,
        Column("attribute", "Attribute", Kind.TEXT),
        Column("value", "Value", Kind.TEXT),
        Column("count", "Count"),
        Column("share", "Share", Kind.SHARE),
        Column("tracked", "Tracked objects"),
    )
    rows: list[Row] = []
    for (job, scope, name, attribute), found in sorted(tally.attributes.items()):
        whole = _possible(tally, job, scope, name)
        counts: list[tuple[str | None, int]] = sorted(found.values.counts.items(), key=lambda each: (-each[1], each[0]))
        if whole > found.having:
            counts.append((None, whole - found.having))
        for value, count in counts:
            things = found.things[value] if value is not None else None
            rows.append((job, scope, name or None, attribute, value, count, count / whole if whole else None, things))
    note = "A row without a value counts what has none."
    return Table("attributes", "Attributes of annotations, frames and items", columns, tuple(rows), note if rows else "")


def _possible(tally: AnnotationTally, job: str, scope: str, name: str) -> int:
    """How many annotations, frames or items could have an attribute."""
    if scope == ANNOTATION:
        return tally.classes[job, name].annotations
    return tally.frames[job] if scope == FRAME else tally.jobs[job].states.total() - tally.jobs[job].states["failed"]


def _adjustment_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("judged", "Adjusts", Kind.TEXT),
        Column("status", "Status", Kind.TEXT),
        Column("items", "Items"),
        Column("before", "Annotations before"),
        Column("after", "After"),
        Column("kept", "Kept as they were"),
        Column("removed", "Removed or changed"),
        Column("added", "Added or changed"),
    )
    rows = []
    for (job, judged, status), found in sorted(tally.adjusted.items()):
        compared = (found.before, found.after, found.kept, found.before - found.kept, found.after - found.kept)
        rows.append((job, judged or None, status, found.items, *(compared if judged else (None, found.after, None, None, None))))
    silent = {job: tally.jobs[job].states.total() for job, _, _ in tally.adjusted}
    for (job, _, _), found in tally.adjusted.items():
        silent[job] -= found.items
    rows += [(job, None, None, count, None, None, None, None, None) for job, count in sorted(silent.items()) if count]
    note = "The line does not say which job was adjusted: it is the latest one before, of the same type."
    return Table("adjustments", "Adjusted against unadjusted", columns, tuple(rows), note if rows else "")


def _audit_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("judged", "Verifies", Kind.TEXT),
        Column("verdict", "Verdict", Kind.TEXT),
        Column("items", "Items"),
        Column("share", "Share of the job", Kind.SHARE),
        Column("comments", "With comments"),
    )
    all_: Counter[str] = Counter()
    for (job, _, _), (items, _) in tally.audits.items():
        all_[job] += items
    rows = [
        (job, judged or None, verdict, items, items / all_[job], comments)
        for (job, judged, verdict), (items, comments) in sorted(tally.audits.items())
    ]
    note = "The line does not say which job was verified: it is the latest one before, of boxes or masks."
    return Table("audits", "Outcomes of verification", columns, tuple(rows), note if rows else "")


def _confidence_table(tally: AnnotationTally) -> Table:
    columns = (
        _JOB,
        Column("by", "By", Kind.TEXT),
        Column("from", "From", Kind.NUMBER),
        Column("to", "To", Kind.NUMBER),
        Column("annotations", "Annotations"),
    )
    rows: list[Row] = [
        (job, by, *(_edges(place) if place >= 0 else (None, None)), count)
        for (job, by), counts in sorted(tally.confidence.items())
        for place, count in sorted(counts.items())
    ]
    note = "Confidences compare within one job and one kind of author only. A row without bounds counts annotations without a confidence."
    return Table("confidence", "Confidence", columns, tuple(rows), note)


def _problem_table(tally: AnnotationTally) -> Table:
    rows = tuple(tally.problems.most_common())
    return Table("problems", "What was odd", (Column("code", "What", Kind.TEXT), Column("items", "Items")), rows)


def _edges(place: int) -> tuple[float, float]:
    return round(place / BINS, 2), round((place + 1) / BINS, 2)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
