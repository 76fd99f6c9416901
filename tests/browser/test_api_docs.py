"""The API's page in a real browser: forms answer in place, examples follow them, and links open the answer where scripts are off."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import follow
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
Open = Callable[..., Any]


def tried(page: Any, operation: str) -> Any:
    page.locator(f"#{operation} form").get_by_text("Try it").click()
    page.wait_for_selector(f"#{operation} [data-answer]:not([aria-busy]) [data-text]:not(:empty)")
    assert page.locator(f"#{operation} [data-status]").inner_text() == "200 OK"
    return json.loads(page.locator(f"#{operation} [data-text]").inner_text())


def test_forms_answer_in_place(open_tab: Open, site: str) -> None:
    page = open_tab()
    page.goto(f"{site}/api/docs")
    page.locator("#search [name=q]").fill("metformin")
    page.locator("#search [name=limit]").fill("1")
    found = tried(page, "search")
    assert len(found["hits"]) == 1
    assert "metformin" in found["hits"][0]["matched_terms"]
    assert tried(page, "searchByPost")["generation"] == f.GENERATION
    assert tried(page, "sparqlByPost")["head"]["vars"] == ["condition", "patients"]
    assert tried(page, "getPatientByPath")["id"] in (f.MILAN, f.ROSA)
    assert tried(page, "getNeighbourhoodByRules")["nodes"]


def test_examples_follow_the_form(open_tab: Open, site: str) -> None:
    page = open_tab()
    page.goto(f"{site}/api/docs")
    page.locator("#search [name=q]").fill('it\'s "here"')
    page.locator("#search").get_by_text("Another patient").click()
    page.locator("#search [name=patient]").nth(0).fill("urn:a")
    page.locator("#search [name=patient]").nth(1).fill("urn:b")
    page.locator("#search .examples-of summary").click()
    address = f"{site}/api/v1/search?q=it's%20%22here%22&limit=5&patient=urn%3Aa&patient=urn%3Ab"
    assert page.locator("#search [data-curl]").inner_text() == "curl '" + address.replace("'", "'\"'\"'") + "'"
    assert f'url = "{address}"' in page.locator("#search [data-python]").inner_text()


def test_a_hostile_answer_is_shown_as_text(open_tab: Open, site: str) -> None:
    page = open_tab()
    page.goto(f"{site}/api/docs")
    page.locator("#getDocument [name=id]").fill(f.HOSTILE_NOTE)
    assert tried(page, "getDocument")["text"] == f.HOSTILE_TEXT
    assert page.locator("#getDocument pre script").count() == 0


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_and_is_accessible(open_tab: Open, site: str, width: int, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `python -m webapp.assets`")
    page = open_tab(width=width, theme=theme)
    page.goto(f"{site}/api/docs")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []


def test_without_scripts_a_form_opens_the_answer(open_tab: Open, site: str) -> None:
    page = open_tab(scripts=False)
    page.goto(f"{site}/api/docs")
    follow(page, page.locator("#search form").get_by_text("Try it"))
    assert page.url.startswith(f"{site}/api/v1/search?q=woman")
    assert json.loads(page.inner_text("body"))["hits"][0]["document"] == f.ONCOLOGY_NOTE
    page.goto(f"{site}/api/docs")
    assert not page.locator("#searchByPost form").is_visible()
