import gzip
import json

import pytest

from labels.manifests.lines import Chunk, Entry, locate, read_chunks, read_entries
from sources.errors import SourceNotFound
from sources.model import Issue


def files(*paths):
    return locate(map(str, paths))[0]


def test_lines_keep_their_bytes_and_numbers(manifest):
    file = manifest(b'{"a":1}', b"", b' {"b": 2}\t', ending=b"\r\n")
    found = list(read_entries(files(file)))
    assert [(one.number, one.index, one.raw, one.content) for one in found] == [
        (1, 0, b'{"a":1}\r', {"a": 1}),
        (3, 1, b' {"b": 2}\t\r', {"b": 2}),
    ]


def test_every_size_of_chunk_gives_the_same_lines(manifest):
    file = manifest(*({"i": i, "pad": "é" * (i % 40)} for i in range(200)))
    whole = file.read_bytes()
    for size in (1, 7, 64, 1_000, 100_000):
        chunks = list(read_chunks(files(file)[0], size))
        assert b"".join(chunk.data for chunk in chunks) == whole
        assert all(chunk.data.endswith(b"\n") for chunk in chunks)
        assert [chunk.first for chunk in chunks] == [1 + whole[: whole.index(chunk.data)].count(b"\n") for chunk in chunks]


@pytest.mark.parametrize("size", [5, 30])
def test_a_line_that_is_too_long_is_left_out_alone(manifest, size):
    file = manifest(b'{"a":1}', b'{"b":"' + b"x" * 500 + b'"}', b'{"c":3}', ending=b"\n")
    found = list(read_chunks(files(file)[0], size, max_line=100))
    assert b"".join(chunk.data for chunk in found if isinstance(chunk, Chunk)) == b'{"a":1}\n{"c":3}\n'
    assert [(issue.code, issue.line) for issue in found if isinstance(issue, Issue)] == [("line-too-long", 2)]
    assert [chunk.first for chunk in found if isinstance(chunk, Chunk)] == [1, 3]


def test_what_is_no_object_is_an_issue(manifest):
    file = manifest(b"{", b"[1]", b'"x"', {"a": 1})
    found = list(read_entries(files(file)))
    assert [(item.code, item.line) if isinstance(item, Issue) else item.content for item in found] == [
        ("broken-json", 1),
        ("not-a-line", 2),
        ("not-a-line", 3),
        {"a": 1},
    ]


def test_a_document_over_lines_is_one_record_with_its_bytes(manifest):
    text = json.dumps({"a": [1, 2]}, indent=2).encode()
    (line,) = read_entries(files(manifest(text, ending=b"\n")))
    assert isinstance(line, Entry)
    assert (line.raw, line.content, line.number) == (text, {"a": [1, 2]}, 1)


def test_gzip_byte_order_marks_and_empty_files(tmp_path):
    for name, data in (
        ("a.manifest.gz", gzip.compress(b'\xef\xbb\xbf{"a":1}', mtime=0)),
        ("b.manifest", b""),
        ("c.json", b"\n"),
        ("d.manifest.gz", b""),
    ):
        (tmp_path / name).write_bytes(data)
    found = list(read_entries(files(tmp_path)))
    assert [item.code if isinstance(item, Issue) else item.content for item in found] == [{"a": 1}, "truncated-gzip"]
    with pytest.raises(SourceNotFound):
        locate([str(tmp_path / "none")])
