"""The questions whose answers are known, over the real files."""

import pytest

from labels.manifests.lines import locate
from labels.manifests.s3select.run import keys
from tests.labels.manifests.conftest import Asked

CLASS = 's."birds-open-images-clone-metadata"."class-name"'


@pytest.fixture
def birds(ground_truth):
    return ground_truth / "birds" / "unpacked" / "ic_data" / "output.manifest"


def count(condition, file):
    (record,) = Asked(f"select count(*) n from s3object[*] s{' where ' + condition if condition else ''}", file).records
    return record["n"]


def test_birds(birds):
    assert count("", birds) == 302
    assert count(f"{CLASS} = 'Duck'", birds) == 42
    assert count("""s."birds-open-images-clone-metadata"."human-annotated" IN ('yes')""", birds) == 302
    assert count("""s."birds-open-images-clone-metadata"."human-annotated" IN ('no')""", birds) == 0
    assert count('s."birds-open-images-clone" is missing', birds) == 0


def test_birds_by_class(birds):
    expected = {"Parrot": 65, "Sparrow": 56, "Duck": 42, "Falcon": 37, "Owl": 29, "Turkey": 18, "Swan": 17, "Woodpecker": 14, "Goose": 12}
    classes = ["Duck", "Sparrow", "Woodpecker", "Owl", "Parrot", "Turkey", "Falcon", "Swan", "Goose", "Canary"]
    for index, name in enumerate(classes):
        assert (
            count(f"{CLASS} = '{name}'", birds)
            == count(f's."birds-open-images-clone" = {index}', birds)
            == {**expected, "Canary": 12}[name]
        )


def test_birds_below_a_confidence(birds):
    confidence = 's."birds-open-images-clone-metadata".confidence'
    found = keys([confidence], locate([str(birds)])[0], pytest.fail)
    assert {line - 1: float(value) for _, line, (value,) in found if float(value) < 0.95} == {
        136: 0.93,
        139: 0.65,
        165: 0.6,
        183: 0.86,
        209: 0.94,
    }
    lines = birds.read_bytes().splitlines(keepends=True)
    assert Asked(f"select * from s3object s where {confidence} < 0.95", birds).bytes == b"".join(
        lines[i] for i in (136, 139, 165, 183, 209)
    )


def test_failed_lines(ground_truth):
    file = ground_truth / "custom-pdf-ner" / "output_with_expired_tasks_manifest.jsonl"
    failed = """s."mock_job_name-metadata"."failure-reason" is not missing"""
    assert count("", file) == 3
    assert count(failed, file) == 2
    lines = file.read_bytes().splitlines()
    assert Asked(f"select * from s3object s where {failed}", file).bytes.splitlines() == lines[1:]
    assert Asked(f"""select s."mock_job_name-metadata"."retry-count" r from s3object s where {failed}""", file).records == [
        {"r": 1},
        {"r": 1},
    ]


def test_boxes_and_masks(ground_truth):
    boxes = ground_truth / "object-detection" / "yolov5_sample_output.manifest"
    (found,) = Asked('select count(*) n, avg(o.confidence) mean from s3object[*]."category-metadata".objects[*] o', boxes).records
    assert (count("", boxes), found["n"], round(found["mean"], 4)) == (100, 192, 0.7361)
    template = ground_truth / "lookout-for-vision" / "template.manifest"
    assert (count("", template), count('s."anomaly-mask-ref" is not missing', template)) == (63, 32)


def test_labels_of_a_category_file(ground_truth):
    file = ground_truth / "point-cloud" / "od-adjustment-label-categories-file.json"
    assert Asked("SELECT label FROM S3Object[*].labels[*].label", file).records == [{"label": "Car"}, {"label": "Pedestrian"}]


def test_every_file_of_lines_comes_back_byte_for_byte(ground_truth):
    files = [*ground_truth.rglob("*.manifest"), *ground_truth.rglob("*manifest.json*")]
    assert len(files) > 8
    for file in files:
        asked = Asked("select * from s3object", file)
        assert asked.issues == []
        assert asked.bytes.splitlines() == [line for line in file.read_bytes().splitlines() if line.strip()]
