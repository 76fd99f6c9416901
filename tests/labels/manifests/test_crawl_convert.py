import json

import pytest

from labels.errors import ManifestError
from labels.manifests.convert import convert
from labels.manifests.crawl import crawl
from labels.manifests.lines import locate
from sources.errors import SourceNotFound
from sources.model import Issue
from tests.ingest.test_s3 import bucket

__all__ = ["bucket"]


def test_images_of_a_folder_in_byte_order(tmp_path):
    for name in ("b/f2.png", "b/f10.JPEG", "a.jpg", "é x.png", "notes.txt", ".hidden.png", "dataset-20200530T121341.manifest"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    lines = b"".join(crawl(str(tmp_path), "images", "s3://demo/x/"))
    names = ["a.jpg", "b/f10.JPEG", "b/f2.png", "é x.png"]
    assert [json.loads(line) for line in lines.splitlines()] == [{"source-ref": "s3://demo/x/" + name} for name in names]
    assert next(iter(crawl(str(tmp_path), "images"))) == b'{"source-ref":"a.jpg"}\n'


def test_images_of_a_bucket(bucket):
    for key in ("xray/2.png", "xray/10.png", "xray/readme.md", "other/1.png"):
        bucket.put_object(Bucket="exports", Key=key, Body=b"")
    assert list(crawl("s3://exports/xray/", "images")) == [
        b'{"source-ref":"s3://exports/xray/10.png"}\n',
        b'{"source-ref":"s3://exports/xray/2.png"}\n',
    ]


def test_text_lines_and_rows(tmp_path):
    (tmp_path / "a.txt").write_bytes('Pt denies "pain".\r\n\r\n\xe9t\u00e9\n'.encode() + b"bad \xff\nlast")
    (tmp_path / "b.csv").write_bytes(b'\xef\xbb\xbfone\n"two\nlines"\n"x, y",z\n')
    found = list(crawl(str(tmp_path), "text"))
    assert [json.loads(line)["source"] for line in found if isinstance(line, bytes)] == [
        'Pt denies "pain".',
        "été",
        "last",
        "one",
        "two\nlines",
        '"x, y",z',
    ]
    assert [(item.code, item.line) for item in found if isinstance(item, Issue)] == [("not-utf8", 4)]


def test_items_too_long_for_ground_truth_are_warned_about(tmp_path):
    (tmp_path / "a.txt").write_text("x" * 20_001 + "\n" + "y" * 20_000)
    found = list(crawl(str(tmp_path), "text"))
    assert [(item.code, item.severity, item.line) for item in found if isinstance(item, Issue)] == [("too-long", "warning", 1)]
    assert len(found) == 3


def test_nothing_to_crawl(tmp_path):
    with pytest.raises(SourceNotFound):
        list(crawl(str(tmp_path), "images"))
    with pytest.raises(ManifestError, match="videos"):
        list(crawl(str(tmp_path), "videos"))


def converted(file):
    return list(convert(locate([str(file)])[0][0]))


def test_a_prefix_manifest_becomes_lines(tmp_path):
    file = tmp_path / "prefix.json"
    file.write_text(' [{"prefix":"s3://demo/notes/2026/"},"a/1.txt","a%201.txt","a/1.txt"]')
    assert converted(file) == [
        b'{"source-ref":"s3://demo/notes/2026/a/1.txt"}\n',
        b'{"source-ref":"s3://demo/notes/2026/a%201.txt"}\n',
        b'{"source-ref":"s3://demo/notes/2026/a/1.txt"}\n',
    ]
    file.write_text('[{"prefix":"s3://demo/"}]')
    assert converted(file) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"source-ref":"x"}', "JSON Lines already"),
        ("[]", "first element"),
        ('["a"]', "first element"),
        ('[{"prefix":1}]', "first element"),
        ('[{"prefix":"s3://x/"},"a",3]', "element 2"),
        ('[{"prefix":"s3://x/"},\n"a"', "line 2"),
        ("3", "JSON array"),
    ],
)
def test_anything_else_is_refused(tmp_path, text, said):
    file = tmp_path / "prefix.json"
    file.write_text(text)
    with pytest.raises(ManifestError, match=said):
        converted(file)
