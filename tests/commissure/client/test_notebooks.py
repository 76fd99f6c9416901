"""Notebooks run from top to bottom, and what docs/client.md shows runs too, against a server that is started here.

Cells are run as they stand, in one namespace, and what ends a cell is shown as a notebook would; no kernel is needed for that.
"""

import ast
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sample import write_sample
from sample.labels import write_labels

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[3]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
PATIENTS = 24
"""As many of the sample as it takes to have somebody with chest pain on a beta blocker."""


def cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def show(code: str, name: str, space: dict[str, Any]) -> Any:
    """Run a cell; what its last line is worth, shown as a notebook shows it."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), space)
    if last is None:
        return None
    value = eval(compile(ast.Expression(last.value), name, "eval"), space)
    for shown in value if isinstance(value, tuple) else (value,):
        assert (shown._repr_html_() if hasattr(shown, "_repr_html_") else repr(shown)) is not None
    return value


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a notebook finds in its environment: a server over the sample, which also loads from a folder."""
    folder = tmp_path_factory.mktemp("served")
    write_sample(folder / "sample", patients=PATIENTS)
    labels = write_labels(folder / "labels", folder / "sample")
    (folder / "exports").mkdir()
    (folder / "exports" / "more.ndjson").write_text('{"resourceType": "Patient", "id": "new", "gender": "female"}\n')
    command = [sys.executable, "-m", "commissure"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COMMISSURE_DATA": str(folder / "data")}
    for format, place, dataset in (("fhir", folder / "sample", "demo"), ("manifest", labels.street, "streets")):
        subprocess.run([*command, "ingest", format, place, "--dataset", dataset, "--no-embed"], env=environment, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = [*command, "serve", "--port", str(port), "--loader-sources", str(folder / "exports")]
    server = subprocess.Popen(serve, env=environment)
    try:
        for _ in range(1200):
            assert server.poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield {"COMMISSURE_URL": f"http://127.0.0.1:{port}", "COMMISSURE_SOURCE": str(folder / "exports" / "more.ndjson")}
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.name)
def test_a_notebook_runs_from_top_to_bottom(served: dict[str, str], notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COMMISSURE_TOKEN", raising=False)
    space: dict[str, Any] = {"__name__": "__main__"}
    shown = [show("".join(cell["source"]), f"{notebook.name}:{cell['id']}", space) for cell in cells(notebook)]
    assert sum(value is not None for value in shown) > 10
    assert space["cohort"].count() == 1 and space["loads"][0].status()["payload"]["overallStatus"]["status"] == "LOAD_COMPLETED"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.name)
def test_a_notebook_is_kept_without_what_it_showed(notebook: Path) -> None:
    assert [cell["id"] for cell in cells(notebook) if cell["outputs"] or cell["execution_count"] is not None] == []


def test_what_the_page_shows_runs(served: dict[str, str]) -> None:
    text = (ROOT / "docs" / "client.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    space: dict[str, Any] = {"__name__": "__main__"}
    for number, block in enumerate(blocks):
        here = block.replace("http://127.0.0.1:8000", served["COMMISSURE_URL"]).replace("/exports/2024.ndjson", served["COMMISSURE_SOURCE"])
        show(here, f"client.md:{number}", space)
    assert len(blocks) > 4
