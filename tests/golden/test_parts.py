"""A part of each format, kept byte for byte: what one small source becomes. A move of code never changes it.

Where a change of mapping is meant, `python -m tests.golden.test_parts` writes the files anew: read their difference before it is committed,
and raise the format's MAPPING_VERSION, so that older data folders are mapped again by themselves.
"""

import gzip
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import orjson
import pyarrow.parquet as pq
import pytest

from ingest.staging import ISSUES, QUADS
from tests.ingest.exports import Lab

HERE = Path(__file__).parent
WHERE = Path("/tmp/commissure-golden")
"""Where sources lie while they are read: the names of items and answers hold a digest of their file's place."""
FORMATS = ("fhir", "text", "manifest", "responses")


def written(name, folder):
    """Everything in the parts of a golden source, as text; the run and the folder of the machine are named by words."""
    shutil.rmtree(WHERE / name, ignore_errors=True)  # what an earlier run of another version left there is not its source
    source = shutil.copytree(HERE / name, WHERE / name, dirs_exist_ok=True)
    lab = Lab(folder)
    lab.ingest_path(source, "golden", format=name)
    parts = []
    for part in (path for path in (lab.workspace.folder / "parts").rglob("*") if (path / "part.json").exists()):
        summary = orjson.loads((part / "part.json").read_bytes())
        run = summary.pop("run")
        summary.pop("key")
        text = [orjson.dumps(summary, option=orjson.OPT_SORT_KEYS).decode()]
        text += gzip.decompress((part / QUADS).read_bytes()).decode().splitlines()
        text += (part / ISSUES).read_text().splitlines()
        for table in sorted(part.glob("*.parquet")):
            text.append(f"# {table.stem}")
            text += [orjson.dumps(row, option=orjson.OPT_SORT_KEYS, default=as_text).decode() for row in pq.read_table(table).to_pylist()]
        names = {run: "RUN", str(source): "SOURCE", quote(str(source), safe=""): "SOURCE"}
        for name_here, word in names.items():
            text = [line.replace(name_here, word) for line in text]
        parts.append("".join(f"{line}\n" for line in text))
    return "".join(sorted(parts))  # the parts' own names depend on where the source lies


def as_text(value):
    """Bytes as the text they are, or in hexadecimal digits."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


@pytest.mark.parametrize("name", FORMATS)
def test_a_part_is_what_it_was(name, tmp_path):
    assert written(name, tmp_path) == (HERE / f"{name}.part").read_text()


if __name__ == "__main__":
    for each in FORMATS:
        with tempfile.TemporaryDirectory() as scratch:
            (HERE / f"{each}.part").write_text(written(each, Path(scratch)))
