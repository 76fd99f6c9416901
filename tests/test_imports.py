"""Nothing heavy, and no work, at import."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from search.embedders.sentence_models import name_of
from tests.ingest.exports import HashEmbedder, Lab, condition, note, patient

_HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "pyarrow", "pyoxigraph", "fhir", "flask", "rdflib", "numpy")
_UNWANTED = (
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "fhir",
    "flask",
    "rdflib",
    "webapp",
    "labels.items",
    "sample",
    "fsspec",
    "turbohtml",
    "access.control",
    "cohorts.definition",
)


def loaded(code):
    script = f"{code}\nimport sys\nprint(*sorted(name for name in {_HEAVY!r} if name in sys.modules))"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()


def test_the_command_line_starts_without_heavy_libraries():
    assert loaded("import commissure.cli") == []


@pytest.mark.parametrize("module", ["webapp.app", "ingest.pipeline", "search.retriever", "graph.store", "commissure.assemble"])
def test_no_model_library_is_imported_before_it_is_needed(module):
    assert not {"torch", "transformers", "sentence_transformers", "fhir"} & set(loaded(f"import {module}"))


@pytest.mark.parametrize("records", [1, 300], ids=["mapped here", "mapped by workers"])
def test_an_ingest_does_not_bring_the_web_or_models_along(tmp_path, records):
    """Nor the classes of FHIR, where all records are plain."""
    patients = (f'{{"resourceType":"Patient","id":"p{number}"}}\n' for number in range(records))
    (tmp_path / "x.ndjson").write_text("".join(patients) + '{"resourceType":"Parameters"}\n')
    arguments = ["ingest", "fhir", str(tmp_path / "x.ndjson"), "--dataset", "d", "--data", str(tmp_path / "data"), "--no-embed"]
    code = f"from commissure.cli import main\ntry:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert end.code == 0"
    script = f"{code}\nimport sys\nprint('loaded', *sorted(name for name in {_UNWANTED!r} if name in sys.modules))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert "1 no-record" in told[-2] and told[-1].split() == ["loaded"]


def test_no_model_is_loaded_where_every_text_has_its_vector(tmp_path):
    """Its name is known without: what is there is compared by it."""

    class Named(HashEmbedder):
        name = name_of()

    lab = Lab(tmp_path)
    lab.tools = replace(lab.tools, embedder=Named())
    lab.ingest(patient(), condition(), note())
    again = ["ingest", "fhir", "--dataset", "d", "--workers", "1"]
    (tmp_path / "changed").mkdir()
    (tmp_path / "changed" / "x.ndjson").write_text("".join(json.dumps(one) + "\n" for one in (patient(family="Roe"), condition(), note())))
    commands = (
        [*again, str(tmp_path / "export1")],
        [*again, str(tmp_path / "changed")],
        ["embed"],
        ["status"],
        ["search", "cisplatin", "--mode", "lexical"],
        ["datasets", "drop", "d"],
    )
    script = """
import sys
from commissure.cli import main
for arguments in ARGUMENTS:
    try:
        main(arguments)
    except SystemExit as end:
        assert end.code in (0, None), arguments
    print("loaded after", arguments[0], *sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
""".replace("ARGUMENTS", repr(commands))
    environment = {**os.environ, "COMMISSURE_DATA": str(lab.workspace.folder)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("loaded after")] == [
        f"loaded after {each[0]}" for each in commands
    ]
    assert "1 changed, 2 unchanged" in done.stdout and lab.workspace.current() == 3
