"""Writes the labeled data of the sample, laid out as the jobs' output folders in the store are."""

from dataclasses import dataclass
from pathlib import Path

from sample.labels import crowd, drawing, notes, street
from sample.labels.scenes import invent
from sample.labels.writing import write_json, write_lines

SCENES = 40


@dataclass(frozen=True, slots=True)
class LabeledSample:
    """Where things were written. `folder` is the copy of what the manifests call `s3://commissure-sample`."""

    folder: Path
    street: Path
    """The manifest of the scenes."""
    categories: Path
    taxonomy: Path
    responses: Path
    truth: Path
    notes: Path
    """The manifest of the notes."""


def write(folder: Path, export: Path, seed: int) -> LabeledSample:
    """Writes pictures, manifests and answers into a folder, which is created; `export` is the FHIR export whose notes are labeled."""
    place = folder / "street"
    paths = LabeledSample(
        folder=folder,
        street=place / street.LAST / "manifests/output/output.manifest",
        categories=place / "label-categories.json",
        taxonomy=place / "taxonomy.csv",
        responses=place / street.CLASSIFICATION / "annotations/worker-response",
        truth=place / "truth.csv",
        notes=folder / "notes" / notes.JOB / "manifests/output/output.manifest",
    )
    scenes = [invent(number, seed) for number in range(1, SCENES + 1)]
    (place / "images").mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        (place / "images" / f"{scene.name}.png").write_bytes(drawing.picture(scene, seed))
    workers = crowd.team(seed)
    given = {scene.number: crowd.answers(scene, workers, seed) for scene in street.asked(scenes)}
    for number, answers in given.items():
        write_json(paths.responses.parent / crowd.response_path(number - 1, answers), crowd.response(answers))
    write_lines(paths.street, street.manifest(scenes, given, seed))
    write_json(paths.categories, street.categories(), indent=2)
    _write_table(paths.taxonomy, ("narrower", "broader"), street.TAXONOMY)
    _write_table(paths.truth, ("item", "class"), [(f"{scene.name}.png", scene.truth) for scene in scenes])
    write_lines(paths.notes, notes.manifest(export, seed))
    return paths


def _write_table(path: Path, names: tuple[str, str], rows: "list[tuple[str, str]] | tuple[tuple[str, str], ...]") -> None:
    path.write_bytes("".join(f"{one},{other}\n" for one, other in (names, *rows)).encode())
