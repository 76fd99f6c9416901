"""Manifest lines written out again: as an augmented manifest of some attributes, as COCO, as a table in CSV or Parquet.

Every exporter takes lines from wherever they come and passes Issues on: what a format cannot hold is said, never left out in silence.
"""

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import attrgetter
from shutil import copyfileobj
from typing import IO, Any

import orjson

from labels.errors import ManifestError
from labels.groundtruth.model import Media, Shape, State
from labels.groundtruth.sequences import inline
from labels.manifests.chains import last_words
from labels.manifests.lines import Entry, issue_of
from labels.manifests.table import COLUMNS, Labels, Row, rows
from search.formulas import cell
from sources.model import Issue, Severity

Lines = Iterable[Entry | Issue]
Report = Callable[[Issue], None]

FORMATS = ("augmented", "coco", "csv", "parquet")
_SOURCES = ("source-ref", "source")
_BOXED = frozenset({"object-detection", "video-object-detection", "video-object-tracking"})
_ADDRESS = "s3://"
_BATCH = 10_000
_AUGMENTED_NAMES = 16
"""Attributes that a SageMaker training job reads at most."""


def export(lines: Lines, attributes: Sequence[str], format_name: str, out: IO[bytes], report: Report) -> int:
    """Write the lines in a format of FORMATS and say how many there were. No attributes means all. Raises ManifestError."""
    if format_name not in FORMATS:
        raise ManifestError(f"{format_name!r} is no format: there are {', '.join(FORMATS)}")
    seen: Counter[str] = Counter()
    good = _counted(lines, attributes, seen, report)
    {"augmented": _augmented, "coco": _coco, "csv": _csv, "parquet": _parquet}[format_name](good, attributes, out, report)
    for name in attributes:
        if seen[""] and not seen[name]:
            report(issue_of("no-such-attribute", f"no line has the attribute {name!r}", "", 0, Severity.WARNING))
    return seen[""]


def _counted(lines: Lines, attributes: Sequence[str], seen: Counter[str], report: Report) -> Iterator[Entry]:
    """The good lines; counts them under '' and those that have an attribute, or its metadata, under its name."""
    for line in lines:
        if isinstance(line, Issue):
            report(line)
            continue
        seen[""] += 1
        for name in attributes:
            seen[name] += name in line.content or f"{name}-metadata" in line.content
        yield line


def _augmented(lines: Iterable[Entry], attributes: Sequence[str], out: IO[bytes], report: Report) -> None:
    """The lines as they are; with attributes, only these, each with its metadata, in the order of the line."""
    if len(attributes) > _AUGMENTED_NAMES:
        reason = f"a training job reads {_AUGMENTED_NAMES} attributes at most, these are {len(attributes)}"
        report(issue_of("many-attributes", reason, "", 0, Severity.WARNING))
    wanted = {*attributes, *(f"{name}-metadata" for name in attributes)}
    for line in lines:
        if not attributes:
            out.write(line.raw.rstrip(b"\r") + b"\n")
        else:
            kept = {key: value for key, value in line.content.items() if key in wanted}
            out.write(orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE))


def _coco(lines: Iterable[Entry], attributes: Sequence[str], out: IO[bytes], report: Report) -> None:
    """Images, boxes and categories. Categories are numbered from 1 as they are met, by name: a class id means nothing outside its job.

    Of a chain of jobs that adjusted one another's boxes the last word counts, unless attributes are named. Frames of a video are images.
    """
    categories: dict[str, int] = {}
    images = boxes = 0
    out.write(b'{"images":[')
    with tempfile.TemporaryFile() as annotations:
        for line in lines:
            labels = Labels.of(line)
            names = [name for name in attributes or labels.by_name if _has_boxes(labels, name)]
            if not names:
                report(issue_of("no-boxes", "no box label here: the line is not in the export", line.source, line.number, Severity.WARNING))
                continue
            numbers: dict[str | None, int] = {}
            if not all(_is_video(labels, name) for name in names):
                numbers[None] = images + 1
            for row in _usable(rows(labels, names if attributes else last_words(labels.by_name, names)), report):
                if row.left is None or row.top is None or row.width is None or row.height is None:
                    if row.frame is not None:
                        numbers.setdefault(row.frame, images + len(numbers) + 1)
                    continue
                boxes += 1
                image = numbers.setdefault(row.frame, images + len(numbers) + 1)
                category = categories.setdefault(row.class_name or row.class_id or "no class", len(categories) + 1)
                annotations.write((b",\n" if boxes > 1 else b"\n") + orjson.dumps(_box(row, boxes, image, category)))
            for frame, number in numbers.items():
                out.write((b",\n" if number > 1 else b"\n") + orjson.dumps(_image(labels, names, number, frame)))
            images += len(numbers)
        out.write(b'\n],"annotations":[')
        annotations.seek(0)
        copyfileobj(annotations, out)
    out.write(b'\n],"categories":')
    out.write(orjson.dumps([{"id": number, "name": name} for name, number in categories.items()]) + b"}\n")


def _usable(found: Iterable[Row], report: Report) -> Iterator[Row]:
    """The rows; boxes that cannot be used are told. Nothing of the box is repeated: it stands in the table's `value`."""
    for row in found:
        if row.type in _BOXED and row.left is None and row.value is not None and not row.value.startswith(_ADDRESS):
            reason = f"a box of {row.attribute!r} cannot be used: a side is missing, is no number, or it ends before it begins"
            report(issue_of("bad-box", reason, row.file, row.line, Severity.WARNING))
        yield row


def _is_video(labels: Labels, name: str) -> bool:
    return labels.by_name[name].task.media is Media.VIDEO


def _has_boxes(labels: Labels, name: str) -> bool:
    labeling, value = labels.by_name.get(name), labels.value(name)
    if labeling is None or labeling.failure or labeling.state is not State.LABELED:
        return False
    if labeling.task.shape is Shape.FRAMES:
        return labeling.task.media is Media.VIDEO and inline(value) is not None
    return labeling.task.shape is Shape.BOXES and isinstance(value, dict) and isinstance(value.get("annotations"), list)


def _image(labels: Labels, names: Sequence[str], number: int, frame: str | None) -> dict[str, Any]:
    width, height = next((size for name in names if (size := labels.by_name[name].size)), (None, None))
    uri = labels.line.source or ""
    about: dict[str, Any] = {
        "id": number,
        "file_name": uri.split("/", 3)[3] if uri.startswith("s3://") and uri.count("/") > 2 else uri,
        "coco_url": uri,
        "width": width,
        "height": height,
    }
    return about if frame is None else {**about, "file_name": frame, "video": uri}


def _box(row: Row, number: int, image: int, category: int) -> dict[str, Any]:
    assert row.width is not None and row.height is not None  # noqa: S101 - for the type checker
    box: dict[str, Any] = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": [row.left, row.top, row.width, row.height],
        "area": row.width * row.height,
        "iscrowd": 0,
        "segmentation": [],
        "attribute": row.attribute,
    }
    if row.confidence is not None:
        box["score"] = row.confidence
    return box if row.track is None else {**box, "track": row.track}


def _records(lines: Iterable[Entry], attributes: Sequence[str], report: Report) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Columns and rows of the table: the labels of the line, beside them the attributes asked for that are no labels.

    A line without a label is a row too. Whether an attribute is a label, the first lines tell.
    """
    cells = attrgetter(*COLUMNS)
    all_lines = iter(lines)
    first = list(islice(all_lines, _BATCH))
    asked = [name for name in attributes if name not in _SOURCES]
    known = set().union(*(Labels.of(line).by_name for line in first)) if asked else set()
    plain = [name for name in asked if name not in known]

    def records() -> Iterator[tuple[Any, ...]]:
        for line in chain(first, all_lines):
            names = asked or None
            labels = Labels.of(line)
            beside = tuple(_cell(labels, name) for name in plain)
            row = None
            for row in _usable(rows(labels, names), report):
                yield cells(row) + beside
            if row is None:
                yield cells(Row(line.source, line.number, labels.item)) + beside

    return [*COLUMNS, *(f"attribute:{name}" if name in COLUMNS else name for name in plain)], records()


def _cell(labels: Labels, name: str) -> str | None:
    if name not in labels.entry.content or name in labels.by_name:
        return None
    value = labels.value(name)
    return value if isinstance(value, str) or value is None else orjson.dumps(value).decode()


def _csv(lines: Iterable[Entry], attributes: Sequence[str], out: IO[bytes], report: Report) -> None:
    columns, records = _records(lines, attributes, report)
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([cell(value) for value in row] for row in chain([columns], records))
    text.detach()


def _parquet(lines: Iterable[Entry], attributes: Sequence[str], out: IO[bytes], report: Report) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns, records = _records(lines, attributes, report)
    schema = pa.schema([(name, _arrow_type(name)) for name in columns])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while batch := list(islice(records, _BATCH)):
            arrays = [pa.array(column, field.type) for column, field in zip(zip(*batch, strict=True), schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _arrow_type(column: str) -> Any:
    import pyarrow as pa

    kind = {name: field.type for name, field in Row.__dataclass_fields__.items()}.get(column, str)
    for name, arrow in ((bool, pa.bool_()), (float, pa.float64()), (int, pa.int64())):
        if kind in (name, name | None):
            return arrow
    return pa.string()
