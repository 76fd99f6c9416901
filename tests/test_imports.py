"""Nothing heavy, and no work, at import."""

import subprocess
import sys

import pytest

_HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "pyarrow", "pyoxigraph", "fhir", "flask", "rdflib", "numpy")


def loaded(code):
    script = f"{code}\nimport sys\nprint(*sorted(name for name in {_HEAVY!r} if name in sys.modules))"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()


def test_the_command_line_starts_without_heavy_libraries():
    assert loaded("import commissure.cli") == []


@pytest.mark.parametrize("module", ["webapp.app", "ingest.pipeline", "search.retriever", "graph.store", "commissure.assemble"])
def test_no_model_library_is_imported_before_it_is_needed(module):
    assert not {"torch", "transformers", "sentence_transformers", "fhir"} & set(loaded(f"import {module}"))
