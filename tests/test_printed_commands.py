"""Every command and curl that README and docs print is run as it is printed, or stands below with the reason why not.

Each page is followed from top to bottom in a folder of its own, in which what it names is there: `make demo` has been (with 2 patients), a
`serve` runs until the next one, and what a page calls LOAD_ID is the id that the answer before gave.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import click
import pytest
from PIL import Image

from commissure.cli import cli
from sample import write_sample
from sample.labels import write_labels
from tests.ingest.exports import condition, note, patient, write
from tests.ingest.terminologies.omop_folder import write_omop

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "stores").glob("*.md")))
PROGRAMS = re.compile(r"(?:\.venv/bin/commissure|commissure|curl|python3?|make|docker|java)(?= \S)")

INSTALLS = "installs the product, from an index that the reader names"
SERVERS = "needs a graph server; tests/graph and tests/servers do it where there is one"
EHR = "needs a FHIR server; tests/ingest/pull pulls from a stand-in that checks every request"
BUCKET = "needs a bucket; tests/ingest/test_s3.py and tests/labels read from a stand-in for S3"
TESTS = "runs these tests"
LEARNS = "needs hundreds of notes, and minutes; tests/ingest/test_adapting.py does it"
NOT_RUN = {
    "make demo": INSTALLS,
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt torch --index-url <PyTorch's CPU wheel index>": INSTALLS,
    "make test": TESTS,
    "commissure adapt --dataset study": LEARNS,
    ".venv/bin/commissure adapt --dataset study": LEARNS,
    "docker compose up": "needs Docker; tests/test_containers.py looks at the files",
    ".venv/bin/commissure graph move --dataset study --to sparql+http://127.0.0.1:3030/ds": SERVERS,
    "commissure ingest fhir EXPORT --dataset demo --store gremlin+ws://127.0.0.1:8182/gremlin": SERVERS,
    "commissure graph check --store gremlin+ws://127.0.0.1:8182/gremlin": SERVERS,
    "commissure ingest fhir EXPORT --dataset demo --store sparql+http://127.0.0.1:3030/ds": SERVERS,
    "commissure graph check --store sparql+http://127.0.0.1:3030/ds": SERVERS,
    "java -jar jena-fuseki-server.jar --localhost --port 3030 --set tdb2:unionDefaultGraph=true --set arq:httpServiceAllowed=false "
    "--timeout=30000 --update --tdb2 --loc=DIR /ds": SERVERS,
    "python -m tests.servers.processes gremlin": SERVERS,
    "python -m tests.servers.processes janusgraph": SERVERS,
    "commissure manifest select \"select count(*) from s3object[*] s where s.\\\"triage\\\" is missing\" "
    "'s3://bucket/job/manifests/output/output.manifest'": BUCKET,
    ".venv/bin/commissure pull https://ehr.example/fhir --since last --dataset study": EHR,
    "commissure pull https://ehr.example/fhir --since last --dataset study --client-id commissure --key key.pem": EHR,
    ".venv/bin/commissure watch export/ s3://bucket/healthlake/ --every 1h --dataset study": BUCKET,
    "commissure watch https://ehr.example/fhir s3://bucket/healthlake/ --every 1h --dataset study": EHR,
    "commissure manifest crawl s3://bucket/xray/ > input.manifest": BUCKET,
}  # fmt: skip


def printed(page: Path) -> list[str]:
    """The commands of a page, in order, without what is said beside them."""
    found = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        if language in ("", "sh"):
            for line in re.sub(r" *\\\n *", " ", block).splitlines():
                if PROGRAMS.match(line):
                    found.append(re.split(r"\s+# ", line)[0].strip())
    return found


def is_synopsis(command: str) -> bool:
    return "…" in command or " [-" in command


def to_run(page: Path) -> list[str]:
    commands = [command for command in printed(page) if command not in NOT_RUN and not is_synopsis(command)]
    return [command for command in commands if not command.startswith("python -m benchmarks.")]


def test_what_is_not_run_is_still_printed() -> None:
    everything = {command for page in PAGES for command in printed(page)}
    assert len(everything) > 60
    assert set(NOT_RUN) <= everything


def test_a_synopsis_names_options_that_there_are() -> None:
    for page in PAGES:
        for command in filter(is_synopsis, printed(page)):
            if command.startswith("python"):
                continue
            found: click.Command = cli
            for word in command.split()[1:]:
                if not isinstance(found, click.Group):
                    break
                found = found.commands[word]
            options = {name for parameter in found.params for name in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", command)) <= options, command


def test_every_benchmark_is_there() -> None:
    named = {name for page in PAGES for name in re.findall(r"python -m (benchmarks\.\w+)", page.read_text("utf-8"))}
    assert named
    for name in named:
        assert (ROOT / f"{name.replace('.', '/')}.py").is_file(), name


def test_after_make_demo_the_command_lies_where_the_readme_says() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "VENV ?= .venv\nBIN := $(VENV)/bin\n" in makefile
    assert "pip install --quiet --disable-pip-version-check -c constraints.txt -e" in makefile
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"] == {"commissure": "commissure.cli:main"}
    commands = [command for command in printed(ROOT / "README.md") if "commissure" in command]
    assert commands and all(command.startswith(".venv/bin/commissure ") for command in commands)


# --- a folder in which all that is named is there ---


def _line(number: int) -> dict[str, object]:
    about = {"job-name": "labeling-job/j", "human-annotated": "yes", "creation-date": "2024-03-01T10:00:00.000000"}
    box = {"class_id": 0, "left": 1, "top": 1, "width": 5, "height": 5}
    return {
        "source-ref": f"s3://bucket/scans/{number}.png",
        "patient": f"p{number // 2}",
        "ward": "north",
        "triage": number % 2,
        "triage-metadata": {**about, "type": "groundtruth/image-classification", "class-name": "urgent", "confidence": 0.9},
        "lesion": {"image_size": [{"width": 9, "height": 9, "depth": 3}], "annotations": [box]},
        "lesion-metadata": {**about, "type": "groundtruth/object-detection", "class-map": {"0": "spot"}, "objects": [{"confidence": 0.8}]},
    }  # fmt: skip


def _furnish(folder: Path) -> None:
    """Put there what the pages name: exports, texts, manifests, answers, images."""
    write(folder / "EXPORT_FOLDER" / "x.ndjson", patient(), condition(), note(text="Woman treated with cisplatin and paclitaxel."))
    shutil.copytree(folder / "EXPORT_FOLDER", folder / "exports" / "2024")
    (folder / "abstracts.jsonl").write_text('{"id": "a1", "title": "Cisplatin", "text": "Chemotherapy for ovarian cancer."}\n')
    street = folder / "commissure-data" / "sample-labels" / "street"
    answers = street / "street-scenes" / "annotations" / "worker-response"
    (folder / "job" / "manifests" / "output").mkdir(parents=True)
    shutil.copy(street / "street-conditions" / "manifests" / "output" / "output.manifest", folder / "job" / "manifests" / "output")
    shutil.copytree(answers, folder / "job" / "annotations" / "worker-response")
    shutil.copytree(answers, folder / "worker-response")
    shutil.copy(street / "truth.csv", folder / "gold.csv")
    (folder / "password.txt").write_text("correct horse battery\n")
    (folder / "who.csv").write_text("worker,name\n")
    (folder / "output").mkdir()
    for name in ("copies/images", "copies/buckets", "scans", "notes"):
        (folder / name).mkdir(parents=True)
    Image.new("RGB", (9, 9)).save(folder / "scans" / "1.png")
    (folder / "notes" / "1.txt").write_text("No neuropathy.\n")
    (folder / "prefix.json").write_text('[{"prefix": "s3://bucket/scans/"}, "1.png"]')
    write_omop(folder / "vocabularies")
    (folder / "words.csv").write_text("code,label,synonyms\n1,Neuropathy,tingling feet|numb feet\n")
    _furnish_definitions(folder)
    (folder / "label-categories.json").write_text('{"labels": [{"label": "car"}]}')


def _furnish_definitions(folder: Path) -> None:
    """The view that the page on views shows, a folder of tests, and a definition of OHDSI."""
    shown = re.findall(r"^```json\n(.*?)^```", (ROOT / "docs" / "views.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
    (folder / "conditions.json").write_text(shown)
    criteria = {"CriteriaList": [{"ConditionOccurrence": {}}]}
    (folder / "CIRCE.json").write_text(json.dumps({"ConceptSets": [], "PrimaryCriteria": criteria}))
    tests = folder / "sql-on-fhir" / "tests"
    tests.mkdir(parents=True)
    (tests / "conditions.json").write_text(
        json.dumps({"resources": [], "tests": [{"title": "t", "view": json.loads(shown), "expect": []}]})
    )


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make demo` leaves it, but for the number of patients."""
    folder = tmp_path_factory.mktemp("printed")
    tool = folder / ".venv" / "bin" / "commissure"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m commissure "$@"\n')
    tool.chmod(0o755)
    data = folder / "commissure-data"
    write_sample(data / "sample", patients=2)
    labels = write_labels(data / "sample-labels", data / "sample")
    for format, places, dataset in (
        ("fhir", (data / "sample",), "demo"),
        ("manifest", (labels.street, labels.categories), "streets"),
        ("responses", (labels.responses,), "streets"),
    ):
        no_embed = ["--no-embed"] if format != "responses" else []
        subprocess.run([tool, "ingest", format, *places, "--dataset", dataset, *no_embed], cwd=folder, env=_environment(folder), check=True)
    _furnish(folder)
    return folder


def _environment(folder: Path, port: int = 0) -> dict[str, str]:
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    street = "commissure-data/sample-labels/street"  # as the README says of S
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder), "S": street, "COMMISSURE_PORT": str(port)}


class Page:
    """Follows one page."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.environment = folder, _environment(folder, self.port)
        (folder / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
        self.server: subprocess.Popen[bytes] | None = None
        self.load = ""

    def run(self, command: str) -> None:
        here = command.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}").replace("LOAD_ID", self.load)
        here = re.sub(r"(?<![\w:/.])/(exports|copies)", rf"{self.folder}/\1", here)
        if " serve" in here:
            self.stop()
            self.server = subprocess.Popen(f"exec {here}", shell=True, cwd=self.folder, env=self.environment)
            self._wait()
            return
        if here.startswith("curl") and self.server is None:
            self.run("commissure serve")
        done = subprocess.run(here, shell=True, cwd=self.folder, env=self.environment, input=b"y\n", capture_output=True, check=False)
        assert done.returncode == 0, (command, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        if b'"payload":{"loadId"' in done.stdout:
            self.load = json.loads(done.stdout)["payload"]["loadId"]

    def _wait(self) -> None:
        for _ in range(1200):
            assert self.server is not None and self.server.poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the server does not listen")

    def stop(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            self.server = None


@pytest.mark.parametrize("page", [page for page in PAGES if to_run(page)], ids=lambda page: page.name)
def test_the_commands_of_a_page_work_as_printed(demonstrated: Path, page: Path, tmp_path: Path) -> None:
    if any(command.startswith("curl") for command in to_run(page)) and shutil.which("curl") is None:
        pytest.skip("no curl here")
    folder = tmp_path / "here"
    shutil.copytree(demonstrated, folder)
    lines = (
        (demonstrated / "job" / "manifests" / "output" / "output.manifest").read_text()
        if page.name == "README.md"
        else "".join(json.dumps(_line(number)) + "\n" for number in range(600))
    )
    (folder / "output.manifest").write_text(lines)
    followed = Page(folder)
    try:
        for command in to_run(page):
            followed.run(command)
    finally:
        followed.stop()
