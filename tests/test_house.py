"""What a reader relies on: no file of more than 400 lines, no function of more than 60, or the reason stands in its docstring."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES, MOST_OF_A_FUNCTION = 400, 60
REASON = "Longer than most because"


def sources() -> list[str]:
    """Python files of the product, as the repository lists them."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no repository here")
    return [name for name in listed.stdout.split() if not name.startswith("tests/") and (ROOT / name).exists()]


def too_long(name: str, text: str) -> Iterator[tuple[str, int]]:
    """The file, and functions of it, that are too long and give no reason, with their lines."""
    tree = ast.parse(text)
    lines = len(text.splitlines())
    if lines > MOST_LINES and not has_reason(tree):
        yield name, lines
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_OF_A_FUNCTION and not has_reason(node):
                yield f"{name}:{node.name}", lines


def has_reason(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(line.strip().startswith(REASON) for line in (ast.get_docstring(node) or "").splitlines())


def test_files_and_functions_are_short_or_say_why_not() -> None:
    beyond = {what: lines for name in sources() for what, lines in too_long(name, (ROOT / name).read_text("utf-8"))}
    assert beyond == {}, f"divide them, or begin a line of the docstring with '{REASON} …'"


def test_what_is_too_long_is_found() -> None:
    long = "x = 1\n" * 401
    function = "def f():\n" + "    x = 1\n" * 61
    assert list(too_long("a.py", long)) == [("a.py", 401)]
    assert list(too_long("a.py", function)) == [("a.py:f", 62)]
    assert list(too_long("a.py", "x = 1\n" * 400 + "\n" * 0)) == []
    assert list(too_long("a.py", f'"""A table.\n\n{REASON} it is one.\n"""\n' + long)) == []


def test_only_the_ledger_holds_sql_over_its_records() -> None:
    asked = re.compile(r"\b(?:from|join|into|update)\s+records\b(?!\s+import)", re.IGNORECASE)
    strings = (
        (name, node.value)
        for name in sources()
        if name != "ingest/ledger.py"
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\b(?:select|delete|insert|update)\b", node.value)
    )
    assert [(name, value) for name, value in strings if asked.search(value)] == [], "ask the ledger (Plan: its table `held`)"
