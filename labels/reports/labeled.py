"""Labeled items: from manifests in files, or from a dataset. Lines are read one by one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from labels.groundtruth import reader, sequences
from labels.groundtruth.documents import document_of
from labels.groundtruth.follow import follow
from labels.groundtruth.lines import line_in
from labels.groundtruth.paths import is_of_answers
from labels.groundtruth.reader import Form
from labels.groundtruth.refs import Refs
from labels.groundtruth.values import get, pairs
from labels.manifests.stored import no_manifests
from labels.records import ITEM, Records
from labels.reports.model import FrameAttributes, PlacedLine
from labels.reports.records import OTHER_REPORT, Problems
from sources.blocks import Block
from sources.errors import UnsupportedSource
from sources.files import SourceFile, expand
from sources.model import Issue, Severity, SourceRecord


def labeled_items(locations: Sequence[str], follow_refs: str, problems: Problems) -> Iterator[PlacedLine]:
    """The items of manifests under files, folders, globs and `s3://` URLs.

    Files that labels name are looked for in `follow_refs`, or ('') in the only location if that is a folder. Raises SourceNotFound where
    nothing is, UnsupportedSource where there is no manifest.
    """
    place = follow_refs or (locations[0] if len(locations) == 1 and Path(locations[0]).is_dir() else "")
    listing = expand(locations, reader.SUFFIXES)
    for issue in listing.issues:
        problems.add(issue)
    files = [file for file in listing.files if not is_of_answers(file.uri)]
    # Lines come first: a file of labels that a line names is counted there.
    files.sort(key=lambda file: not reader.is_lines(file))
    records = (record for file in files for record in _of_manifest(file, problems))
    found = False
    for item in items_of(records, Refs(place)):
        found = True
        yield item
    if not found and not problems.rejected:
        raise UnsupportedSource(f"{', '.join(locations)}: no manifest is there; answers of workers are for `commissure report workers`")


def stored_items(dataset: str, records: Records, follow_refs: str) -> Iterator[PlacedLine]:
    """The items of a dataset, as they were ingested. Raises UnknownDataset, UnsupportedSource where it holds no labeled items.

    Files that labels name are looked for in `follow_refs`, or ('') where the ingest was told to look.
    """
    place = follow_refs or records.told(dataset, "manifest").get("refs", "")
    # Lines come first, as above.
    kept = (
        record for is_document in (False, True) for record in records.of_kind(dataset, ITEM) if ("form" in record.resource) is is_document
    )
    found = False
    for item in items_of(kept, Refs(place)):
        found = True
        yield item
    if not found:
        raise no_manifests(dataset)


def items_of(records: Iterable[SourceRecord], refs: Refs) -> Iterator[PlacedLine]:
    """The items in records, with what the files say that their labels name."""
    kept = _Kept(refs.place)
    followed: set[str] = set()
    for record in records:
        resource = record.resource
        if record.kind != ITEM:
            continue
        if "form" in resource:
            if record.source not in followed and (item := _of_document(record)) is not None:
                yield item
            continue
        kept.last.clear()
        line = follow(line_in(resource), kept).line
        frames = {}
        for labeling in line.labelings:
            if labeling.frames and (there := kept.find(labeling.ref)) is not None:
                followed.add(there if "://" in there else str(Path(there).resolve()))
                frames[labeling.attribute] = frame_attributes(kept.json(labeling.ref))
            elif labeling.frames:
                frames[labeling.attribute] = frame_attributes(sequences.inline(resource["line"].get(labeling.attribute)))
        yield PlacedLine(record.source, resource["index"], line, frames)


def frame_attributes(content: Any) -> FrameAttributes:
    """On how many frames of a sequence each attribute has each value; of several sensors the point cloud counts."""
    if type(content) is not dict:
        return {}
    inner = content.get("lidar", content)
    counts: Counter[tuple[str, str]] = Counter()
    for key in sequences.LISTS:
        listed = inner.get(key) if type(inner) is dict else None
        for entry in listed if type(listed) is list else ():
            if type(entry) is dict:
                counts.update(set(pairs(get(entry, "frame-attributes"))))
    return counts


@dataclass(frozen=True)
class _Kept(Refs):
    """Refs that remember the files of the line at hand: they are read once."""

    last: dict[str, Any] = field(default_factory=dict, compare=False)

    def json(self, uri: str) -> Any:
        if uri not in self.last:
            self.last[uri] = super().json(uri)
        return self.last[uri]


def _of_manifest(file: SourceFile, problems: Problems) -> Iterator[SourceRecord]:
    """The records of a file, if it is a manifest or belongs to one; else nothing, with a word about it."""
    held = Problems()
    is_one = False
    for found in reader.read_manifests(Block(file)):
        if isinstance(found, SourceRecord):
            if not is_one:
                problems.take(held)
            is_one = True
            yield found
        else:
            (problems if is_one else held).add(found)
    if is_one or set(held.counts) <= OTHER_REPORT:
        return
    if held.counts.total() == 1:
        problems.take(held)
        return
    severity = Severity.WARNING if set(held.counts) <= {"not-a-line"} else Severity.REJECT
    reason = f"no line of it is a manifest line ({held.counts.total():,} lines; the first: {held.shown[0].reason})"
    problems.add(Issue(severity, "not-a-manifest", reason, file.uri, held.shown[0].line))


def _of_document(record: SourceRecord) -> PlacedLine | None:
    """An item that is a file of its own: the labels of a sequence, or a marked page. None for others."""
    found = document_of(record)
    if not found.line.labelings:
        return None
    is_sequence = record.resource["form"] == Form.FRAME_LABELS
    frames = {found.line.labelings[0].attribute: frame_attributes(record.resource["content"])} if is_sequence else {}
    return PlacedLine(record.source, 0, replace(found.line, problems=found.problems), frames)
