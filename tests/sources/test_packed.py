"""What a packed file unpacks to is bounded, whatever little it takes on disk, and whatever breaks off is said and not raised."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ingest.fhir.reader
import ingest.text.reader
import labels.consolidation.files
import labels.manifests.lines
import sources.files
from labels.consolidation.files import Broken, read_bytes
from sources.blocks import Block
from sources.errors import SourceTooLarge
from sources.files import SourceFile, expand, read_source
from sources.model import Issue
from tests.ingest.exports import patient


def packed(path, content):
    path.write_bytes(gzip.compress(content, mtime=0))
    return SourceFile(str(path), path.stat().st_size, root=str(path.parent))


DAMAGE = (
    lambda data: data[:-9],
    lambda data: data[:40] + b"\xff" * 40 + data[80:],
    lambda data: data[: len(data) // 2] + b"\xff" * 40 + data[len(data) // 2 :],
    lambda data: data[:-8] + b"\x00" * 8,
    lambda data: b"",
    lambda data: b"no gzip",
)


def codes(found):
    return [item.code for item in found if isinstance(item, Issue)]


@pytest.fixture
def small(monkeypatch):
    """A bound that a test reaches quickly."""
    for module in (ingest.fhir.reader, ingest.text.reader):
        monkeypatch.setattr(module, "MAX_LINE", 1 << 20)
    monkeypatch.setattr(labels.consolidation.files, "_MOST_BYTES", 1 << 20)
    monkeypatch.setattr(sources.files, "_MANIFEST_LIMIT", 1 << 20)


def test_no_more_is_unpacked_than_asked_for(tmp_path):
    file = packed(tmp_path / "a.gz", b"x" * 1000)
    assert read_source(file, 1000) == b"x" * 1000
    with pytest.raises(SourceTooLarge, match="999"):
        read_source(file, 999)


@pytest.mark.parametrize("suffix", [".txt", ".html", ".rtf", ".pdf", ".csv", ".tsv"])
def test_a_text_that_unpacks_to_much_is_refused(tmp_path, small, suffix):
    content = b"id,text\n1," + b"a" * (3 << 20) if suffix in (".csv", ".tsv") else b"a" * (3 << 20)
    file = packed(tmp_path / f"a{suffix}.gz", content.replace(b",", b"\t") if suffix == ".tsv" else content)
    assert file.size < 1 << 20
    assert codes(ingest.text.reader.read(Block(file))) == ["broken-table" if suffix in (".csv", ".tsv") else "file-too-large"]


@pytest.mark.parametrize("suffix", [".txt", ".csv"])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:40] + b"\xff" * 40 + data[80:], lambda data: b"", lambda data: b"no gzip"]
)
def test_a_broken_packed_text_is_named(tmp_path, suffix, damage):
    body = b"id,text\n" + b"".join(b"%d,%s\n" % (each, str(each**9).encode()) for each in range(2000))
    path = tmp_path / f"a{suffix}.gz"
    path.write_bytes(damage(gzip.compress(body, mtime=0)))
    found = codes(ingest.text.reader.read(Block(SourceFile(str(path), path.stat().st_size, root=str(tmp_path)))))
    assert found and set(found) <= {"unreadable-file", "no-header", "no-text", "broken-table", "encoding"}


@pytest.mark.parametrize("damage", DAMAGE)
def test_broken_packed_lines_bundles_and_manifests_are_named(tmp_path, damage):
    lines = b"".join(json.dumps(patient(f"p{each}", str(each**9))).encode() + b"\n" for each in range(3000))
    entries = [{"resource": patient(f"p{each}", str(each**9))} for each in range(3000)]
    bundle = json.dumps({"resourceType": "Bundle", "entry": entries}, indent=1).encode()
    items = b"".join(b'{"source":"a","k":%d}\n' % each**9 for each in range(3000))
    for name, body, read in (
        ("a.ndjson.gz", lines, ingest.fhir.reader.read),
        ("a.json.gz", bundle, ingest.fhir.reader.read),
        ("a.jsonl.gz", lines, ingest.text.reader.read),
    ):
        path = tmp_path / name
        path.write_bytes(damage(gzip.compress(body, mtime=0)))
        assert codes(read(Block(SourceFile(str(path), path.stat().st_size, root=str(tmp_path)))))
    path = tmp_path / "a.manifest.gz"
    path.write_bytes(damage(gzip.compress(items, mtime=0)))
    assert codes(labels.manifests.lines.read_chunks(SourceFile(str(path), path.stat().st_size, root=str(tmp_path))))


def test_an_entry_that_unpacks_to_much_is_refused_and_a_long_bundle_is_not(tmp_path, small):
    def bundle(*resources):
        entries = [{"resource": one} for one in resources]
        return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1).encode()

    long = packed(tmp_path / "long.json.gz", bundle(*(patient(f"p{each}", "n" * 1000) for each in range(2000))))
    found = list(ingest.fhir.reader.read(Block(long)))
    assert codes(found) == [] and len(found) == 2000
    bomb = packed(tmp_path / "bomb.json.gz", bundle(patient("p1"), patient("p2", "n" * (3 << 20)), patient("p3")))
    found = list(ingest.fhir.reader.read(Block(bomb)))
    assert codes(found) == ["file-too-large"]


def test_a_single_resource_that_is_packed_is_read(tmp_path):
    file = packed(tmp_path / "one.json.gz", json.dumps(patient("p1"), indent=1).encode())
    (found,) = ingest.fhir.reader.read(Block(file))
    assert found.resource["id"] == "p1"


def test_a_large_document_without_entries_is_said(tmp_path, small):
    file = packed(tmp_path / "one.json.gz", json.dumps(patient("p1", note=["n" * 1000] * 3000), indent=1).encode())
    assert codes(ingest.fhir.reader.read(Block(file))) == ["file-too-large"]


def test_answers_of_workers_and_manifests_of_exports(tmp_path, small):
    with pytest.raises(Broken, match="more than"):
        read_bytes(packed(tmp_path / "answers.json.gz", b" " * (3 << 20)))
    (tmp_path / "manifest.json").write_bytes(b'{"transactionTime":"2020"' + b" " * (2 << 20) + b"}")
    assert expand([str(tmp_path / "manifest.json")]).transaction_time is None


def test_memory_stays_flat(tmp_path):
    """A gigabyte and a half in a megabyte and a half, under the real bound. (getrusage would tell the peak of the parent, too.)"""
    path = tmp_path / "bomb.txt.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(96):
            file.write(bytes(16 << 20))
    script = (
        "import sys; from sources.blocks import *; from ingest.text.reader import read\n"
        "file = SourceFile(sys.argv[1], int(sys.argv[2]))\n"
        "print([one.code for one in read(Block(file))])\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    command = [sys.executable, "-c", script, str(path), str(path.stat().st_size)]
    said, peak = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout.splitlines()
    assert said == "['file-too-large']" and int(peak) < 600_000
