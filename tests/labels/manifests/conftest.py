import json
from pathlib import Path

import pytest

from labels.manifests.lines import locate
from labels.manifests.s3select.run import select

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "ground-truth"


@pytest.fixture(scope="session")
def ground_truth():
    if not SHARED.is_dir():
        pytest.skip(f"the shared Ground Truth files are not at {SHARED}")
    return SHARED


@pytest.fixture
def manifest(tmp_path):
    """Writes lines (values or raw bytes) to a file."""

    def write(*lines, name="x.manifest", ending=b"\n"):
        file = tmp_path / name
        file.write_bytes(b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + ending for line in lines))
        return file

    return write


class Asked:
    """What a statement answers: `bytes`, the parsed `records`, and the issues on the way."""

    def __init__(self, statement, *files, **options):
        self.issues = []
        self.bytes = b"".join(select(statement, locate(map(str, files))[0], self.issues.append, **options))

    @property
    def records(self):
        return [json.loads(line) for line in self.bytes.splitlines()]

    @property
    def where(self):
        return [(Path(issue.source).name, issue.line) for issue in self.issues]
