"""Nothing outside the allowed places is read, whatever a name, a pattern, a link or a change in between says."""

import json
import os
import pickle
from pathlib import Path

import pytest

from labels.groundtruth.refs import Refs
from labels.groundtruth.taxonomy import load as load_taxonomy
from sources import confined
from sources.confined import lies_within, open_within
from sources.errors import SourceDenied, SourceError, SourceNotFound
from sources.files import SourceFile, expand, open_beside, open_source


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    """A folder with good files and every kind of way out; what is secret lies beside it."""
    folder = tmp_path / "allowed"
    for path in (folder / "sub" / "good.ndjson", tmp_path / "secret" / "x.ndjson", tmp_path / "allowed-other" / "x.ndjson"):
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"resourceType": "Patient", "id": path.stem}) + "\n")
    (folder / "link.ndjson").symlink_to(tmp_path / "secret" / "x.ndjson")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "inner.ndjson").symlink_to(folder / "sub" / "good.ndjson")
    (folder / "loop.ndjson").symlink_to(folder / "loop.ndjson")
    return folder


WAYS_OUT = [
    "{0}/**/../secret/x.ndjson",
    "{0}/*/../../secret/x.ndjson",
    "{0}/[s]ub/../../secret/*.ndjson",
    "{0}/../secret/x.ndjson",
    "{0}/sub/../../secret",
    "{0}/link.ndjson",
    "{0}/out",
    "{0}/out/",
    "{0}/out/x.ndjson",
    "{0}/out/*.ndjson",
    "{0}/out/**",
    "{0}-other/x.ndjson",
    "{0}*/x.ndjson",
    "{0}/..",
    "/etc/passwd",
    "/",
    "*",
    "file://{0}/../secret/x.ndjson",
    "file://{0}/out/x.ndjson",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "local://{0}/link.ndjson",
    "s3://bucket/x",
    "http://127.0.0.1/x",
    "filecache::file://{0}/../secret/x.ndjson",
    "",
]


@pytest.mark.parametrize("location", WAYS_OUT)
def test_no_location_leads_out(allowed: Path, location: str) -> None:
    location = location.format(allowed)
    assert not lies_within((str(allowed),), location)
    with pytest.raises(SourceDenied):
        expand([location], within=(str(allowed),))


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("{0}", ["inner.ndjson", "good.ndjson"]),
        ("{0}/", ["inner.ndjson", "good.ndjson"]),
        ("{0}/**", ["good.ndjson", "inner.ndjson"]),
        ("{0}/**/*.ndjson", ["good.ndjson"]),
        ("{0}/*", ["good.ndjson"]),
        ("{0}/*/x.ndjson", None),
        ("{0}/*.ndjson", ["good.ndjson"]),
    ],
)
def test_links_that_a_folder_or_a_pattern_meets_are_judged_by_where_they_lead(
    allowed: Path, location: str, found: list[str] | None
) -> None:
    location = location.format(allowed)
    if found is None:
        with pytest.raises(SourceDenied):
            expand([location], within=(str(allowed),))
        return
    listing = expand([location], within=(str(allowed),))
    assert sorted({Path(file.uri).name for file in listing.files}) == sorted(found)
    assert all(file.within == (str(allowed),) for file in listing.files)
    said = [issue for issue in listing.issues if issue.code == "outside-sources"]
    assert said and {Path(issue.source).name for issue in said} <= {"link.ndjson", "out"}
    assert not any("secret" in issue.source + issue.reason for issue in listing.issues), "what lies beyond is nobody's business"


def test_a_file_url_in_the_folder_is_read_and_percent_signs_stay_what_they_are(allowed: Path) -> None:
    assert len(expand([f"file://{allowed}/sub/good.ndjson"], within=(f"file://{allowed}",)).files) == 1
    with pytest.raises(SourceNotFound):
        expand([f"{allowed}/%2e%2e/secret/x.ndjson"], within=(str(allowed),))
    with pytest.raises(SourceNotFound):
        expand([f"{allowed.parent}/ALLOWED/sub/good.ndjson"], within=(str(allowed.parent),))
    assert not lies_within((str(allowed),), f"{allowed.parent}/ALLOWED/sub/good.ndjson")


@pytest.mark.parametrize(
    ("place", "url", "is_in"),
    [
        ("s3://bucket/prefix", "s3://bucket/prefix", True),
        ("s3://bucket/prefix", "s3://bucket/prefix/", True),
        ("s3://bucket/prefix/", "s3://bucket/prefix", True),
        ("s3://bucket/prefix/", "s3://bucket/prefix/a/*.ndjson", True),
        ("s3://bucket", "s3://bucket/any", True),
        ("s3://bucket/prefix", "s3://bucket/prefix-other", False),
        ("s3://bucket/prefix/", "s3://bucket/prefix-other/x", False),
        ("s3://bucket/prefix", "s3://bucket/prefix*", False),
        ("s3://bucket/prefix", "s3://bucket/*/x", False),
        ("s3://bucket", "s3://bucket-other/x", False),
        ("s3://bucket/prefix", "s3://bucket/prefix/../other/x", False),
        ("s3://bucket/prefix", "s3://bucket/prefix/%2e%2e/other/x", False),
        ("s3://bucket/prefix", "s3://bucket/prefix/%252E%252e/other/x", False),
        ("s3://bucket/prefix", "s3://bucket/prefix/..%2fother", False),
        ("s3://bucket/prefix", "s3://bucket/prefix/..\\other", False),
        ("s3://bucket/prefix", "s3://BUCKET/prefix/x", False),
        ("s3://bucket/prefix", "s3://bucket/Prefix/x", False),
        ("s3://bucket/prefix", "S3A://bucket/prefix/x", False),
        ("s3://bucket/prefix", "s3://bucket/prefix/x::file:///etc/passwd", False),
        ("s3://bucket/prefix", "file:///bucket/prefix/x", False),
        ("s3://bucket/prefix", "bucket/prefix/x", False),
        ("s3://", "s3://bucket/x", False),
    ],
)
def test_prefixes_hold_whole_steps(place: str, url: str, is_in: bool) -> None:
    assert lies_within((place,), url) is is_in


def test_a_file_is_opened_only_where_it_really_lies(allowed: Path) -> None:
    assert b"good" in open_within((allowed,), allowed / "inner.ndjson").read()
    assert b"good" in open_within((allowed / "sub" / "good.ndjson",), allowed / "sub" / "good.ndjson").read()
    for name in ("link.ndjson", "out/x.ndjson", "../secret/x.ndjson", "loop.ndjson", "sub", "", "nul\0", "/etc/passwd"):
        with pytest.raises(SourceDenied) as caught:
            open_within((allowed,), allowed / name)
        assert isinstance(caught.value, (SourceError, OSError)) and "secret" not in str(caught.value).replace("../secret", "")
    with pytest.raises(FileNotFoundError):
        open_within((allowed,), allowed / "absent")
    with pytest.raises(SourceDenied):
        open_within((), allowed / "inner.ndjson")


def test_a_pipe_is_refused_at_once(allowed: Path) -> None:
    os.mkfifo(allowed / "pipe.ndjson")
    with pytest.raises(SourceDenied, match="no regular file"):
        open_within((allowed,), allowed / "pipe.ndjson")


@pytest.mark.parametrize("swapped", ["sub", "sub/good.ndjson", ""])
def test_a_link_that_is_put_there_after_the_judgement_is_not_followed(allowed: Path, monkeypatch: pytest.MonkeyPatch, swapped: str) -> None:
    """The file, its folder, or the allowed folder itself becomes a link between the judgement and the opening."""
    secret = allowed.parent / "secret"
    (secret / "sub").mkdir()
    for path in (secret / "good.ndjson", secret / "sub" / "good.ndjson"):
        path.write_text("secret")
    judged = confined.resolve_within

    def judge_then_swap(roots: object, path: object) -> Path:
        real = judged(roots, path)  # type: ignore[arg-type]
        place = allowed / swapped if swapped else allowed
        place.rename(allowed.parent / "moved")
        place.symlink_to(secret / "good.ndjson" if swapped.endswith("ndjson") else secret)
        return real

    monkeypatch.setattr(confined, "resolve_within", judge_then_swap)
    with pytest.raises(OSError):
        open_within((allowed,), allowed / "sub" / "good.ndjson").read()


def test_a_hard_link_is_the_file_itself(allowed: Path) -> None:
    """Nothing tells one name of a file from the other; docs/api.md says so to who sets up a loader."""
    (allowed / "hard.ndjson").hardlink_to(allowed.parent / "secret" / "x.ndjson")
    with open_within((allowed,), allowed / "hard.ndjson") as stream:
        assert stream.read() == (allowed.parent / "secret" / "x.ndjson").read_bytes()
    listed = expand([str(allowed)], within=(str(allowed),))
    assert {Path(file.uri).name for file in listed.files} >= {"hard.ndjson", "good.ndjson"}
    assert {Path(issue.source).name for issue in listed.issues if issue.code == "outside-sources"} == {"link.ndjson"}


def test_what_was_listed_is_judged_again_where_it_is_opened(allowed: Path) -> None:
    (file,) = expand([str(allowed / "sub")], within=(str(allowed),)).files
    file = pickle.loads(pickle.dumps(file))  # as a worker gets it
    with open_source(file) as stream:
        assert b"good" in stream.read()
    Path(file.uri).unlink()
    Path(file.uri).symlink_to(allowed.parent / "secret" / "x.ndjson")
    with pytest.raises(SourceDenied), open_source(file) as stream:
        stream.read()


def test_an_error_of_a_worker_arrives_whole() -> None:
    error = pickle.loads(pickle.dumps(SourceDenied("/a/b", "is no regular file")))
    assert (type(error), str(error), error.filename) == (SourceDenied, "/a/b: is no regular file", "/a/b")


def test_files_beside_a_source_lie_in_its_own_location(allowed: Path) -> None:
    (allowed / "sub" / "attachments").mkdir()
    (allowed / "sub" / "attachments" / "a.txt").write_text("note")
    (allowed / "sub" / "attachments" / "link.txt").symlink_to(allowed.parent / "secret" / "x.ndjson")
    source = SourceFile(str(allowed / "sub" / "good.ndjson"), 0, root=str(allowed / "sub"))
    for name in ("attachments/a.txt", "./attachments/a.txt", "attachments/../attachments/a.txt"):
        assert open_beside(source, name).read() == b"note"
    for name in ("attachments/link.txt", "../loop.ndjson", "../../secret/x.ndjson", "/etc/passwd", "file:///etc/passwd", "", ".", "a\0b"):
        with pytest.raises(SourceDenied):
            open_beside(source, name)
    loaded = SourceFile(source.uri, 0, root=source.root, within=(str(allowed.parent / "secret"),))
    with pytest.raises(SourceDenied):
        open_beside(loaded, "attachments/a.txt")
    with pytest.raises(FileNotFoundError):
        open_beside(source, "attachments/absent.txt")


def test_files_beside_an_object_lie_below_its_prefix() -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe({"/bucket/export/x.ndjson": b"{}", "/bucket/export/attachments/a.txt": b"note", "/bucket/export-other/s.txt": b"secret"})
    for root in ("memory://bucket/export", "memory://bucket/export/*.ndjson", "memory://bucket/export/x.ndjson"):
        source = SourceFile("memory://bucket/export/x.ndjson", 0, root=root)
        assert open_beside(source, "./attachments/a.txt").read() == b"note"
        for name in (
            "../export-other/s.txt",
            "%2e%2e/export-other/s.txt",
            "memory://bucket/export-other/s.txt",
            "/bucket/export-other/s.txt",
        ):
            with pytest.raises(SourceDenied):
                open_beside(source, name)


def test_objects_that_a_pattern_brings_from_elsewhere_are_left_out() -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe({"/store/allowed/x.ndjson": b"{}", "/store/other/x.ndjson": b"{}"})
    within = ("memory://store/allowed",)
    with pytest.raises(SourceDenied):
        expand(["memory://store/*/x.ndjson"], within=within)
    with pytest.raises(SourceDenied):
        expand(["memory://store/allowed-other"], within=within)


def test_followed_references_and_the_taxonomy_stay_in_their_places(allowed: Path) -> None:
    (allowed / "sub" / "labels.json").write_text('{"a": 1}')
    (allowed / "sub" / "out.json").symlink_to(allowed.parent / "secret" / "x.ndjson")
    refs = Refs(str(allowed / "sub"), (str(allowed),))
    assert refs.json("s3://bucket/labels.json") == {"a": 1}
    assert refs.read("s3://bucket/out.json") is None and refs.find("s3://bucket/out.json") is None
    assert Refs(str(allowed / "sub"), (str(allowed.parent / "secret"),)).read("s3://bucket/labels.json") is None
    (allowed / "sub" / "kinds.csv").write_text("narrower,broader\ncar,vehicle\n")
    (allowed / "kinds.csv").symlink_to(allowed.parent / "secret" / "x.ndjson")
    assert load_taxonomy(str(allowed / "sub" / "kinds.csv"), (str(allowed),)) == {"car": ("vehicle",)}
    for location in (str(allowed / "kinds.csv"), f"file://{allowed}/kinds.csv", "/etc/passwd"):
        with pytest.raises(SourceDenied):
            load_taxonomy(location, (str(allowed),))
