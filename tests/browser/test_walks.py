"""Ways through the pages in a real browser: by keyboard, without scripts, from a question to the line of a file, out of an address."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.pages import Open, follow, settle
from tests.browser.test_pages import findings
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name || ''"))


def tab_to(page: Any, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is on the element."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard in {most} steps")


def test_walk_by_keyboard(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + "/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("cisplatin paclitaxel")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?"))
    settle(page)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to hits"
    page.keyboard.press("Enter")
    tab_to(page, "#hit-1 h2 a", 30)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/document\?"))
    settle(page)
    assert page.locator("#span").is_visible()
    page.keyboard.press("n")
    assert "match 1 of" in page.locator("#keys").inner_text()
    assert "".join(page.locator("mark.here").all_inner_texts()) == "cisplatin and paclitaxel", "a phrase is one stop"
    tab_to(page, 'a[href^="/patient?"]', 60)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/patient\?"))
    settle(page)
    assert page.locator("h1").inner_text() == "Rosa Lindqvist"
    page.go_back()
    page.wait_for_url(re.compile(r"/document\?"))
    page.go_back()
    page.wait_for_url(re.compile(r"/search\?"))
    settle(page)
    assert page.locator('input[name="q"]').first.input_value() == "cisplatin paclitaxel"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_walk_without_scripts(site: str, open_tab: Open) -> None:
    page = open_tab(scripts=False)
    page.goto(site + "/")
    page.fill('input[name="q"]', "cisplatin paclitaxel")
    follow(page, "button:has-text('Search')")
    assert page.locator(".hit").count() == 2
    assert page.locator(".as-list").is_visible()
    assert not page.locator(".picture").is_visible()
    assert page.locator("button.copy:visible").count() == 0
    follow(page, ".facet a:has-text('Oncology note')")
    assert page.locator(".hit").count() == 1
    follow(page, ".chosen a")
    assert page.locator(".hit").count() == 2
    page.click("#hit-1 summary")
    assert page.locator("#hit-1 .chain").is_visible()
    follow(page, "#hit-1 h2 a")
    assert page.locator("mark.m-negated").inner_text().endswith("neuropathy")
    follow(page, ".meta a:has-text('Rosa Lindqvist')")
    assert page.locator("h1").inner_text() == "Rosa Lindqvist"
    assert page.locator("#timeline").is_visible()
    assert page.locator("tr.uncounted").count() == 1
    follow(page, "text=In the graph")
    follow(page, "a.toggle:has-text('document')")
    assert page.locator(".rows li").count() == 2


def test_nodes_open_in_place_and_stay_in_the_address(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/node?id={quote(f.ROSA)}")
    settle(page)
    page.evaluate("window.marked = true")
    page.click("a.toggle:has-text('document')")
    page.wait_for_selector(".rows li")
    assert page.evaluate("window.marked") is True
    names = page.locator(".rows li").all_inner_texts()
    page.reload()
    assert page.locator(".rows li").all_inner_texts() == names
    assert page.locator('a.toggle[aria-expanded="true"]').count() == 1
    page.click('a.toggle[aria-expanded="true"]')
    page.wait_for_selector('a.toggle[aria-expanded="true"]', state="detached")
    assert "expand" not in page.url


def view_of(page: Any) -> dict[str, object]:
    """What a person sees of a search, element by element."""
    return {
        "box": page.locator('input[name="q"]').first.input_value(),
        "chips": page.locator(".chosen li").all_inner_texts(),
        "mode": page.locator(".modes [aria-current]").all_inner_texts(),
        "hits": page.locator(".hit h2").all_inner_texts(),
        "passages": page.locator(".hit .passage").all_inner_texts(),
        "facets": page.locator(".facet li").all_inner_texts(),
        "nodes": page.locator("[data-n]").all_text_contents(),
        "shared": page.locator(".shared li").all_inner_texts(),
        "shown": page.locator('[data-show][aria-pressed="true"]').inner_text(),
        "chosen node": page.locator("#picture-said:visible").all_inner_texts(),
    }


def test_address_restores_the_view(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/search?q=cisplatin")
    settle(page)
    page.click(".facet a:has-text('demo')")
    settle(page)
    page.click(".modes a:has-text('Lexical')")
    settle(page)
    page.click(".shared li:has-text('Rosa Lindqvist') .button")
    settle(page)
    page.click('[data-show="list"]')
    seen = view_of(page)
    assert seen["chips"] == ["Dataset demo ×", "Patient Rosa Lindqvist ×", "Clear all"]
    assert seen["mode"] == ["Lexical", "Documents"]
    other = open_tab()
    other.goto(page.url)
    settle(other)
    assert view_of(other) == seen


def test_from_a_question_to_the_line_of_the_file(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + "/search?q=cisplatin+paclitaxel")
    settle(page)
    everything = page.locator(".hit").count()
    page.click(".facet a:has-text('Oncology note')")
    settle(page)
    assert 0 < page.locator(".hit").count() < everything
    page.click("#hit-1 h2 a")
    page.wait_for_url(re.compile(r"/document\?"))
    settle(page)
    assert "Hits for" in page.locator(".crumbs").inner_text()
    assert "cisplatin" in "".join(page.locator("mark.span").all_inner_texts()).lower()
    page.click(".mentions a:has-text('cisplatin')")
    page.wait_for_url(re.compile(r"/node\?"))
    settle(page)
    assert re.search(r"\d+\s+patients? ha(s|ve) it charted", page.locator(".figures").inner_text())
    page.go_back()
    page.wait_for_url(re.compile(r"/document\?"))
    page.click('.beside a[href^="/record?"] >> nth=0')
    page.wait_for_url(re.compile(r"/record\?"))
    assert re.search(r"\.ndjson, line \d+", page.locator(".facts").inner_text())
    assert '"resourceType"' in page.locator("pre.raw").inner_text()
    page.click('a[href^="/data/runs/"]')
    page.wait_for_url(re.compile(r"/data/runs/"))
    assert "rejected" in page.locator(".figures").inner_text()


def test_concepts_are_offered_and_chosen_by_keyboard(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + "/")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.type("woman given cisp")
    page.wait_for_selector('[role="option"]')
    box = page.locator('input[name="q"]')
    assert box.get_attribute("aria-expanded") == "true"
    assert findings(page) == []
    page.keyboard.press("Escape")
    assert page.locator('[role="listbox"]:visible').count() == 0
    assert box.input_value() == "woman given cisp"
    page.keyboard.press("ArrowDown")
    page.wait_for_selector('[role="option"]')
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    name = chosen.locator(".label").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?"))
    assert page.locator(".chosen li").first.inner_text() == f"Concept {name} ×"
    assert page.locator('input[name="q"]').first.input_value() == "woman given"


def test_a_facet_opens_whole_in_place(site: str, open_tab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.pages.facets.FACET_VALUES", 2)  # the generation is small
    page = open_tab()
    page.goto(f"{site}/search")
    settle(page)
    facet = page.locator('.facet[aria-label="Concept"]')
    whole = facet.locator("a.whole")
    assert whole.get_attribute("aria-expanded") == "false"
    whole.click()
    box = page.get_by_label("Find in Concept")
    page.wait_for_selector(".whole-facet li")
    everything = facet.locator(".whole-facet li").count()
    assert everything > 4
    box.fill("diab")
    facet.locator(".whole-facet li").filter(has_not_text=re.compile("diab", re.IGNORECASE)).first.wait_for(state="detached")
    assert all("diab" in words.lower() for words in facet.locator(".whole-facet li").all_inner_texts())
    page.keyboard.press("Escape")
    assert facet.locator(".whole-facet").count() == 0
    assert focused(page) == "All, with a search box"
    whole.click()
    page.wait_for_selector(".whole-facet li")
    link = facet.locator(".whole-facet a").first
    number = link.get_attribute("data-count")
    link.click()
    page.wait_for_url(re.compile(r"concept="))
    assert page.locator("[data-total]").first.get_attribute("data-total") == number


def test_question_without_an_offered_concept_is_asked_as_it_is(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + "/")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.type("cisplatin")
    page.wait_for_selector('[role="option"]')
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=cisplatin$"))
