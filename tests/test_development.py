"""The table that says where a change belongs is true: every file it names is there, and what it says of them holds."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUESTIONS = (
    "a FHIR type that counts",
    "a filter",
    "a facet",
    "a page",
    "a REST operation",
    "a store",
    "a file format",
    "a label task type",
    "a terminology",
    "the ranking",
    "a cohort criterion",
    "a setting",
)
ROOMS = ("sources", "graph", "concepts", "search", "labels", "cohorts", "access", "ingest", "webapp", "commissure", "privacy", "sample")


def rows() -> dict[str, list[str]]:
    """Of each question the files to touch and the files to say so in."""
    table = (ROOT / "docs" / "development.md").read_text("utf-8").partition("## Where a change belongs")[2].partition("\n## ")[0]
    cells = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    return {question.strip(): re.findall(r"`([^`]+)`", files + where) for question, files, where in cells}


def test_the_twelve_questions_are_answered():
    assert tuple(rows()) == QUESTIONS


def test_every_file_that_is_named_is_there():
    for question, named in rows().items():
        paths = [name for name in named if "/" in name]
        assert paths, question
        missing = [name for name in paths if not (ROOT / name).exists()]
        assert not missing, (question, missing)


def test_every_name_that_is_named_stands_in_a_file_of_its_row():
    for question, named in rows().items():
        paths = [ROOT / name for name in named if "/" in name]
        text = "".join(each.read_text("utf-8") for path in paths for each in ([path] if path.is_file() else path.rglob("*.py")))
        for name in named:
            if "/" not in name:
                assert re.search(rf"\b{re.escape(name)}\b", text), (question, name)


def test_every_room_is_a_package_that_says_what_it_is():
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert found == set(ROOMS)
    for room in ROOMS:
        assert ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text("utf-8"))), room


def test_every_page_and_operation_is_where_the_table_says():
    pages = (ROOT / "webapp" / "pages" / "__init__.py").read_text("utf-8")
    listed = re.search(r"^MODULES = \((.*?)\)", pages, re.M | re.S)
    assert listed
    blueprints = {
        path.stem for path in (ROOT / "webapp" / "pages").glob("*.py") if re.search(r"^pages = Blueprint", path.read_text("utf-8"), re.M)
    }
    assert blueprints == {name.strip() for name in listed[1].split(",") if name.strip()}
    registry = (ROOT / "webapp" / "api" / "registry.py").read_text("utf-8")
    for path in (ROOT / "webapp" / "api").glob("*.py"):
        if re.search(r"^OPERATIONS\b", path.read_text("utf-8"), re.M):
            assert f"{path.stem}.OPERATIONS" in registry, path.stem


def test_who_may_use_it_is_decided_for_every_page_and_operation():
    from webapp.app import create_app
    from webapp.decisions import ANYBODY, OPEN, decision_of

    endpoints = {rule.endpoint for rule in create_app(None).url_map.iter_rules()}
    undecided = sorted(one for one in endpoints - OPEN - ANYBODY if decision_of(one) is None)
    assert not undecided, "say in webapp/decisions.py who may use it, and ask it in tests/webapp/test_authorization.py"
