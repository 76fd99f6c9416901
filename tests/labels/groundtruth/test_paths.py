"""What a path tells of the answers in a file."""

import pytest

from labels.groundtruth.paths import Place, is_of_answers, job_of_consolidation, job_of_manifest, key_of, place_of

HASH = "0" * 39 + "a"
TIME = "2024-03-05_10:11:02.json"


@pytest.mark.parametrize(
    ("path", "place", "item"),
    [
        (f"s3://b/out/BIRDS/annotations/worker-response/iteration-1/10/{TIME}", Place("s3://b/out/BIRDS", "iteration-1", "10"), "10"),
        (f"/d/ic/worker-response/iteration-2/3/{TIME}.gz", Place("/d/ic", "iteration-2", "3"), "3"),
        (f"annotations/worker-response/iteration-1/10/{TIME}", Place("", "iteration-1", "10"), "10"),
        ("worker-response/iteration-1/10/any.json", Place("", "iteration-1", "10"), "10"),
        (f"C:\\out\\JOB\\worker-response\\iteration-1\\0\\{TIME}", Place("C:/out/JOB", "iteration-1", "0"), "0"),
        (
            f"/d/J/annotations/worker-response/iteration-1/2/{HASH}/f.7.json.gz",
            Place("/d/J", "iteration-1", "2", f"{HASH}/f.7.json.gz"),
            "2/f.7",
        ),
        # The same without its head, as somebody copied it.
        (f"/copy/iteration-1/10/{TIME}", Place("/copy", "iteration-1", "10"), "10"),
        (f"/copy/10/{TIME}", Place("/copy", "", "10"), "10"),
        (f"/copy/iteration-1/2/{HASH}/f7.json", Place("/copy", "iteration-1", "2", f"{HASH}/f7.json"), "2/f7"),
    ],
)
def test_the_path_of_an_answer_tells_what_it_is_for(path, place, item):
    assert place_of(path) == place
    assert key_of(path).item == item
    assert key_of(path).job == place.folder.rpartition("/")[2]
    assert is_of_answers(path) is ("worker-response" in path)


@pytest.mark.parametrize(
    "path",
    [
        "/d/output.manifest",
        "/d/10/answers.json",
        f"/d/J/annotations/consolidated-annotation/consolidation-request/iteration-1/{TIME}",
        f"/d/consolidation-response/{TIME}",
    ],
)
def test_other_paths_tell_no_object(path):
    assert place_of(path) is None
    assert key_of(path) is None
    assert is_of_answers(path) is ("consolidation-re" in path)


def test_the_folder_of_a_job():
    folder = "/d/J/annotations/consolidated-annotation"
    assert job_of_consolidation(f"{folder}/consolidation-request/iteration-1/{TIME}") == "/d/J"
    assert job_of_consolidation(f"{folder}/consolidation-response/{TIME}") == "/d/J"
    assert job_of_consolidation(f"/d/{TIME}") == ""
    assert job_of_manifest("/d/J/manifests/output/output.manifest") == job_of_manifest("/d/J/output.manifest.gz") == "/d/J"
    assert job_of_manifest("/d/J/other.manifest") == ""
