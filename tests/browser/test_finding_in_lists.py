"""Boxes that find in lists which are on the page already, and what the API page says of a cut answer."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import serve
from tests.webapp.streets import streets
from webapp.pages import facets

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def labeled_site() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(facets, "FACET_VALUES", 2)
        yield from serve(streets().library())


@pytest.mark.parametrize("width", [360, 1440])
def test_classes_are_found_in_their_tree(labeled_site: str, open_tab: Open, width: int) -> None:
    page = open_tab(width=width)
    page.goto(labeled_site + "/labels?dataset=streets#classes")
    page.wait_for_selector("html[data-ready]")
    box = page.locator("#classes .find-in")
    assert box.is_visible(), "the link to the classes opens them on a phone too"
    leaf = page.locator("#classes a.leaf span").last.inner_text().split()[0]
    box.fill(leaf)
    shown = page.locator("#classes a.leaf:visible")
    assert 0 < shown.count() < page.locator("#classes a.leaf").count()
    assert any(leaf in words for words in shown.all_inner_texts())
    box.fill("")
    assert shown.count() == page.locator("#classes a.leaf").count()


def test_a_long_facet_of_labels_is_found_in(labeled_site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(labeled_site + "/labels?dataset=streets")
    page.wait_for_selector("html[data-ready]")
    facet = page.locator("details[data-find]").first
    facet.locator("summary").click()
    rows = facet.locator("li")
    words = rows.last.inner_text().split("\n")[0]
    facet.locator("input").fill(words)
    assert facet.locator("li:visible").count() >= 1
    facet.locator("input").fill("no such value")
    assert facet.locator("li:visible").count() == 0


def test_a_cut_answer_is_said_on_the_api_page(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.route("**/api/v1/sparql*", lambda route: route.fulfill(json={}, headers={"Commissure-Truncated": "true"}))
    page.goto(f"{site}/api/docs")
    form = page.locator("#sparqlByPost")
    form.get_by_text("Try it").click()
    form.locator("[data-status]:has-text('200')").wait_for()
    assert "cut: there is more than this" in form.locator("[data-status]").inner_text()
