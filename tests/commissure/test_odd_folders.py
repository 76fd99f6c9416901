"""Data folders that are not as a fresh one: reached by a link, or written before sums of files were kept."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from commissure.assemble import DataLibrary
from commissure.cli import cli
from ingest.sums import SUMS
from ingest.workspace import Workspace
from search.model import SearchRequest
from tests.ingest.exports import HashEmbedder, Lab
from tests.webapp.fixtures import DATASET, ingesting, two_patients


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(two_patients().folder / "data", tmp_path / "kept" / "data")
    return tmp_path / "kept" / "data"


def found(data: Path) -> int:
    return DataLibrary(Workspace(data), HashEmbedder()).current().retriever.search(SearchRequest("cisplatin")).total


def verified(data: Path) -> tuple[int, str]:
    answer = CliRunner().invoke(cli, ["verify", "--data", str(data)])
    return answer.exit_code, answer.output


def test_a_data_folder_behind_a_link_is_read_written_and_verified(folder: Path, tmp_path: Path) -> None:
    before = found(folder)
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "data").symlink_to(folder)
    lab = Lab(tmp_path / "lab")
    export = tmp_path / "more.jsonl"
    export.write_text('{"id": "more", "text": "More cisplatin was given."}\n')
    with ingesting():
        lab.ingest_path(export, "more", format="text")
    assert found(tmp_path / "lab" / "data") == found(folder) == before + 1
    assert verified(tmp_path / "lab" / "data")[0] == 0
    assert (tmp_path / "lab" / "data").is_symlink()


def test_a_data_folder_without_sums_is_read_and_goes_on(folder: Path) -> None:
    before = found(folder)
    removed = [path for path in folder.rglob(SUMS) if path.unlink() is None]
    assert removed
    assert found(folder) == before
    assert "Traceback" not in verified(folder)[1]
    lab = Lab(folder.parent)
    export = folder.parent / "more.jsonl"
    export.write_text('{"id": "more", "text": "More cisplatin was given."}\n')
    with ingesting():
        lab.ingest_path(export, "more", format="text")
    assert found(folder) == before + 1
    assert DATASET in [one.dataset for one in DataLibrary(Workspace(folder), HashEmbedder()).datasets()]
    assert list(folder.rglob(SUMS))
