"""Label pages over a damaged data folder say so, in the words and with the status that other pages have for damage."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from commissure.assemble import DataLibrary
from ingest.workspace import Workspace
from labels.errors import RecordsUnreadable
from webapp.app import create_app
from webapp.errors import TABLE

from .streets import streets

PAGES = (
    "/labels?dataset=streets",
    "/item?id={item}",
    "/reports?dataset=streets",
    "/reports?dataset=streets&report=workers",
    "/reports.csv?dataset=streets&table=classes",
    "/review?dataset=streets",
    "/review.manifest?dataset=streets&below=0.99",
)
OPERATIONS = (
    "/api/v1/items?dataset=streets",
    "/api/v1/reports/annotations?dataset=streets",
    "/api/v1/reports/workers?dataset=streets",
    "/api/v1/review?dataset=streets",
    "/api/v1/manifests/export?dataset=streets",
    "/api/v1/manifests/export?dataset=streets&format=coco",
)
BODIES = (("/api/v1/consolidate", {}), ("/api/v1/manifests/select", {"query": "select * from s3object s"}))
OF_THE_LEDGER = ("/data", "/record?id={item}", "/api/v1/datasets", "/api/v1/runs", "/api/v1/records?id={item}")


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(streets().lab.workspace.folder, tmp_path / "data"))


def client(folder: Path) -> FlaskClient:
    return create_app(DataLibrary(Workspace(folder), streets().lab.embedder)).test_client()


def check(folder: Path, pages: tuple[str, ...]) -> None:
    asking = client(folder)
    words = TABLE[RecordsUnreadable].detail
    assert words and "commissure verify" in words
    for page in pages:
        answer = asking.get(page.format(item=streets().items[0]), headers={"Accept": "text/html"})
        assert answer.status_code == 503, page
        assert ("made anew" if page.startswith("/api") else "The published data cannot be read") in answer.text, page
        assert str(folder) not in answer.text, page
    for path, body in BODIES:
        answer = asking.post(path, json={"dataset": "streets", **body})
        assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (503, "generation-unreadable"), path
        assert answer.json["detail"] == words


def garbage(ledger: Path) -> None:
    ledger.write_bytes(b"garbage" * 2000)


def torn(ledger: Path) -> None:
    """The first page is whole, so that it opens; the others are not."""
    content = ledger.read_bytes()
    ledger.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("damage", [garbage, torn])
def test_a_damaged_ledger_is_told(folder: Path, damage) -> None:
    for beside in folder.glob("ledger.sqlite-*"):
        beside.unlink()
    damage(folder / "ledger.sqlite")
    check(folder, (*PAGES, *OPERATIONS, *OF_THE_LEDGER))
    assert client(folder).get("/search?q=vehicles").status_code == 200, "what needs no record goes on"


@pytest.mark.parametrize("damage", ["cut", "gone", "other bytes"])
def test_damaged_parts_are_told(folder: Path, damage: str) -> None:
    for path in [*folder.glob("parts/streets/*/*")]:
        content = path.read_bytes()
        path.unlink()
        if damage != "gone":
            path.write_bytes(content[: len(content) // 2] if damage == "cut" else b"\x00" * len(content))
    check(folder, (*PAGES, *OPERATIONS, "/record?id={item}"))
