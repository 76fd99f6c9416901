"""Made-up manifest lines of every task type, and the shared real files."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest.labels.format import of
from ingest.model import Mapped, MappingContext
from sources.blocks import Block
from sources.files import SourceFile
from sources.model import Issue, SourceRecord

CREATED = "2024-03-05T10:11:12.131415"
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "ground-truth"


def shared(path: str = "") -> Path:
    """A file or folder of the shared data; the test is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("the shared Ground Truth files are not here")
    return SHARED / path


def metadata(type_: str, job: str, created: str = CREATED, **more: Any) -> dict[str, Any]:
    """Metadata as a job writes it."""
    return {"type": f"groundtruth/{type_}", "job-name": f"labeling-job/{job}", "human-annotated": "yes", "creation-date": created, **more}


def classified(attribute: str, name: str, number: int = 0, created: str = CREATED, **more: Any) -> dict[str, Any]:
    """The label of a single-label image job."""
    return {
        attribute: number,
        f"{attribute}-metadata": metadata("image-classification", attribute, created, **{"class-name": name}, **more),
    }


def boxed(attribute: str, *names: str, created: str = CREATED, scores: tuple[float, ...] = (), **more: Any) -> dict[str, Any]:
    """The label of a box job: a box for each name."""
    classes = sorted(set(names))
    boxes = [{"class_id": classes.index(name), "left": 10 * i, "top": 5, "width": 8.5, "height": 4} for i, name in enumerate(names)]
    return {
        attribute: {"image_size": [{"width": 640, "height": 480, "depth": 3}], "annotations": boxes},
        f"{attribute}-metadata": metadata(
            "object-detection",
            attribute,
            created,
            objects=[{"confidence": score} for score in scores or (0.9,) * len(names)],
            **{"class-map": {str(number): name for number, name in enumerate(classes)}},
            **more,
        ),
    }


def spanned(attribute: str, *entities: tuple[str, int, int]) -> dict[str, Any]:
    """The label of a NER job."""
    return {
        attribute: {
            "annotations": {
                "labels": [{"label": name} for name in sorted({name for name, _, _ in entities})],
                "entities": [{"label": name, "startOffset": start, "endOffset": end} for name, start, end in entities],
            }
        },
        f"{attribute}-metadata": metadata("text-span", attribute, entities=[{"confidence": 0.9}] * len(entities)),
    }


def write(path: Path, *lines: Any) -> Path:
    """A file of lines: objects as JSON, strings and bytes as they are."""
    raw = (line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else orjson.dumps(line) for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(raw) + b"\n")
    return path


def read(path: Path, name: str = "manifest", start: int = 0, end: int | None = None) -> tuple[list[SourceRecord], list[Issue]]:
    """What a file gives."""
    items = list(of(name, {}).read(Block(SourceFile(str(path), path.stat().st_size), start, end)))
    return [item for item in items if isinstance(item, SourceRecord)], [item for item in items if isinstance(item, Issue)]


def mapped(path: Path, name: str = "manifest", values: Any = None, **settings: str) -> list[Mapped]:
    """What the records of a file become."""
    format_ = of(name, settings)
    context = MappingContext("streets", "run", lambda kind, system, value: (), values=values or (lambda system: ()))
    return [format_.map(record, context) for record in read(path, name)[0]]


def statements(found: list[Mapped], predicate: str) -> set[tuple[str, str]]:
    """(subject, object) of the quads with a predicate, IRIs cut to what follows the dataset."""
    said = set()
    for one in found:
        for quad in one.quads.splitlines():
            subject, relation, rest = quad.split(" ", 2)
            if relation.strip("<>").endswith((f"#{predicate}", f"/{predicate}")):
                said.add((_short(subject), _short(rest[: rest.rindex(" <")])))
    return said


def _short(term: str) -> str:
    return term.strip("<>").rpartition("/data/streets/")[2] if term.startswith("<") else term
