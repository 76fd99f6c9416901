"""Files of text: what they are is told by their bytes."""

import gzip

import pytest

from ingest.formats import find
from ingest.model import MappingContext
from sources.blocks import Block
from sources.files import SourceFile
from sources.model import SourceRecord


def mapped(path, content, **options):
    path.write_bytes(content)
    form = find("text")
    (record,) = form.read(Block(SourceFile(str(path), len(content), root=str(path.parent))))
    assert isinstance(record, SourceRecord)
    return form.map(record, MappingContext("d", "r", lambda *_: (), **options))


@pytest.mark.parametrize(
    ("name", "content", "text", "media_type", "codes"),
    [
        ("a.txt", "Fièvre.".encode(), "Fièvre.", "text/plain", []),
        ("a.txt", "Fièvre.".encode("utf-16"), "Fièvre.", "text/plain", []),
        ("a.txt", "Fièvre.".encode("latin-1"), "Fièvre.", "text/plain", ["repaired-text"]),
        ("a.txt", rb"{\rtf1\ansi Fever}", "Fever", "text/rtf", ["repaired-text"]),
        ("a.txt", b"<html><body>Fever</body></html>", "Fever\n", "text/html", ["repaired-text"]),
        ("a.txt", gzip.compress(b"Fever.", mtime=0), "Fever.", "text/plain", []),
        ("a.rtf", b"Fever.", "Fever.", "text/plain", ["repaired-text"]),
        ("a.md", b"<div>Fever</div>", "<div>Fever</div>", "text/plain", []),
    ],
)
def test_a_file_is_read_as_what_it_is(tmp_path, name, content, text, media_type, codes):
    result = mapped(tmp_path / name, content)
    assert [(document.text, document.media_type) for document in result.documents] == [(text, media_type)]
    assert [issue.code for issue in result.issues] == codes
    assert mapped(tmp_path / name, content, strict=True).rejected == bool(codes)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\x89PNG\r\n\x1a\n", "unsupported-type"), (b"%PDF-1.4 broken", "bad-pdf"), (gzip.compress(b" ", mtime=0), "no-text")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, code):
    result = mapped(tmp_path / "a.txt", content)
    assert (result.rejected, [issue.code for issue in result.issues]) == (True, [code])
