"""A data folder with labels of every shape: two chained jobs over drawn images, answers of workers, spans over a clinical note."""

import atexit
import json
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from unittest.mock import patch

from PIL import Image, ImageDraw

from commissure.assemble import DataLibrary
from graph.identifiers import concept_iri, record_iri
from labels.groundtruth.reader import manifest_id
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

HOSTILE = '<script>alert("x")</script> "& \u202eevil'
NOTE = "Woman treated with cisplatin. No neuropathy was found."
SIZE = (80, 60)


def _meta(job: str, kind: str, *, human: bool, day: int, **rest: object) -> dict[str, object]:
    date = f"2024-03-{day:02}T10:00:00.000000"
    return {
        "job-name": f"labeling-job/{job}",
        "type": f"groundtruth/{kind}",
        "human-annotated": "yes" if human else "no",
        "creation-date": date,
    } | rest


def _scene(number: int, kind: str, *, human: bool, boxes: tuple[tuple[int, float], ...] = ()) -> dict[str, object]:
    """A line of two chained jobs: what the street shows, then what stands there."""
    sure = 0.9 if human else 0.55
    line: dict[str, object] = {
        "source-ref": f"s3://streets/images/scene-{number}.png",
        "street": 0 if kind == "vehicles" else 1,
        "street-metadata": _meta("street", "image-classification", human=human, day=1, **{"class-name": kind, "confidence": sure}),
    }
    if boxes:
        line["boxes"] = {
            "image_size": [{"width": SIZE[0], "height": SIZE[1], "depth": 3}],
            "annotations": [
                {"class_id": class_id, "left": 5 + 20 * place, "top": 20, "width": 15, "height": 12}
                for place, (class_id, _) in enumerate(boxes)
            ],
        }
        line["boxes-metadata"] = _meta("boxes", "object-detection", human=human, day=5) | {
            "class-map": {"0": "car", "1": "bus"},
            "objects": [{"confidence": score} for _, score in boxes],
        }
    return line


LINES = [
    _scene(0, "vehicles", human=True, boxes=((0, 0.95), (0, 0.4), (1, 0.8))),
    _scene(1, "vehicles", human=False, boxes=((0, 0.7),)),
    _scene(2, "people", human=True),
    _scene(3, "vehicles", human=True, boxes=((1, 0.6),)),
    {
        "source-ref": f"s3://streets/images/{HOSTILE}.png",
        "street": 1,
        "street-metadata": _meta("street", "image-classification", human=True, day=2, **{"class-name": HOSTILE, "confidence": 0.3}),
    },
    {
        "source-ref": "s3://streets/images/broken.png",
        "street-metadata": {
            "failure-reason": "ClientError: the image cannot be read.",
            "human-annotated": "yes",
            "creation-date": "2024-03-03T10:00:00.0",
        },
    },
    {
        "source-ref": "s3://streets/images/scene-6.png",
        "paint-ref": "s3://streets/masks/6.png",
        "paint-ref-metadata": _meta("paint", "semantic-segmentation", human=True, day=4)
        | {
            "internal-color-map": {
                "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
                "1": {"class-name": "road", "hex-color": "#2ca02c"},
            }
        },
    },
]
SPANS = {
    "source": NOTE,
    "drugs": {
        "annotations": {
            "labels": [{"label": "drug"}, {"label": "finding"}],
            "entities": [{"label": "drug", "startOffset": 19, "endOffset": 28}, {"label": "finding", "startOffset": 33, "endOffset": 43}],
        }
    },
    "drugs-metadata": _meta("drugs", "text-span", human=True, day=6) | {"entities": [{"confidence": 0.8}, {"confidence": 0.9}]},
}
DATASET = "streets"
MANIFEST = "manifests/output/output.manifest"


def job(name: str) -> str:
    return record_iri(DATASET, "Job", name)


def class_iri(job_name: str, name: str) -> str:
    return concept_iri(job(job_name), name)


class Streets:
    """The folder, its lab, and the IRIs of its items."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab(folder)
        self.media = folder / "bucket"
        manifest = folder / "street" / MANIFEST
        manifest.parent.mkdir(parents=True)
        manifest.write_text("".join(json.dumps(line) + "\n" for line in LINES))
        spans = folder / "spans" / "spans.manifest"
        spans.parent.mkdir()
        named = {"record": record_iri("clinic", "DocumentReference", "d1"), "patient": record_iri("clinic", "Patient", "p1")}
        spans.write_text(json.dumps({**SPANS, **named}) + "\n")
        for number in (0, 1, 6):
            self._draw(number)
        mask = Image.new("RGB", SIZE, "#ffffff")
        ImageDraw.Draw(mask).rectangle((0, 40, 80, 60), fill="#2ca02c")
        (self.media / "streets" / "masks").mkdir(parents=True)
        mask.save(self.media / "streets" / "masks" / "6.png")
        (self.media / "streets" / "images" / "scene-2.png").write_text("<svg onload='alert(1)'/>")
        for number, answers in {0: "vvv", 1: "vvp", 2: "pp"}.items():
            self._answer(folder / "street", number, answers)
        with patch("ingest.pipeline.Pool", InlinePool):
            self._ingest(manifest, spans)
        name = manifest_id(str(manifest))
        self.items = [record_iri(DATASET, "Item", f"{name}-{number}") for number in range(len(LINES))]
        self.span_item = record_iri("notes", "Item", f"{manifest_id(str(spans))}-0")

    def _ingest(self, manifest: Path, spans: Path) -> None:
        self.lab.ingest(patient(), condition(), note(text=NOTE), dataset="clinic")
        self.lab.ingest_path(manifest, DATASET, format="manifest")
        self.lab.ingest_path(manifest.parents[2] / "annotations", DATASET, format="responses")
        self.lab.ingest_path(spans, "notes", format="manifest")

    def _draw(self, number: int) -> None:
        image = Image.new("RGB", SIZE, (200, 210, 220))
        ImageDraw.Draw(image).rectangle((5, 20, 20, 32), fill=(160, 30, 30))
        path = self.media / "streets" / "images" / f"scene-{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)

    def _answer(self, folder: Path, number: int, answers: str) -> None:
        path = folder / "annotations" / "worker-response" / "iteration-1" / str(number) / "2024-03-01_10-00-00.json"
        path.parent.mkdir(parents=True)
        names = {"v": "vehicles", "p": "people"}
        given = [
            {
                "workerId": f"w{place}",
                "answerContent": {"crowd-image-classifier": {"label": names[one]}},
                "submissionTime": f"2024-03-01T09:0{place}:00Z",
                "timeSpentInSeconds": 2.5 + place,
            }
            for place, one in enumerate(answers)
        ]
        path.write_text(json.dumps({"answers": given}))

    def library(self, media: str | None = None) -> DataLibrary:
        """The library over it; `media` is the setting, the folder of the images where it is not given."""
        return DataLibrary(self.lab.workspace, self.lab.embedder, {"media": str(self.media) if media is None else media, "store": ""})


@lru_cache(maxsize=1)
def streets() -> Streets:
    """Made once for all tests."""
    folder = Path(mkdtemp(prefix="streets-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Streets(folder)
