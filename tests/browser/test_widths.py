"""What narrow screens must not do: cut words, push columns out of sight, or leave what keys do out of reach of fingers."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import serve
from tests.browser.pages import PAGES, settle
from tests.webapp import fixtures as f
from tests.webapp.clinic import clinic
from webapp.app import create_app
from webapp.pages import PAGES as PAGES_OF_APP

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
WIDTHS = (360, 768, 1440)
QUESTION = "woman treated with cisplatin and paclitaxel"


@pytest.fixture(scope="module")
def clinic_site() -> Iterator[str]:
    yield from serve(clinic().lab.library())


@pytest.mark.parametrize("width", WIDTHS)
def test_no_column_of_the_patients_is_out_of_sight(site: str, open_tab: Open, width: int) -> None:
    page = open_tab(width=width)
    page.goto(site + PAGES["patients"])
    settle(page)
    assert page.evaluate("(() => { const t = document.querySelector('.scroll'); return t.scrollWidth - t.clientWidth; })()") <= 0
    row = page.locator(".people tbody tr").first.inner_text()
    assert all(unit in row for unit in ("document", "charted")) is (width < 1440), "numbers without a head name what they count"
    assert page.locator(".people thead a").count() == page.locator(".people thead a:visible").count() == 5, "every order can be chosen"


@pytest.mark.parametrize("width", (768, 1440))
def test_a_usual_question_is_seen_whole_in_its_box(site: str, open_tab: Open, width: int) -> None:
    page = open_tab(width=width)
    page.goto(f"{site}/search?q={quote(QUESTION)}")
    settle(page)
    box = page.locator('.box input[name="q"]')
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_no_result_is_cut(clinic_site: str, open_tab: Open, width: int) -> None:
    page = open_tab(width=width)
    page.goto(clinic_site + "/patient?id=" + quote(clinic().iri("Patient", "p1")))
    settle(page)
    page.evaluate(
        "document.querySelector('.latest .value').insertAdjacentHTML('beforeend', 'and critically high <b class=level>↑ high</b>')"
    )
    cut = "cells => cells.filter(cell => getComputedStyle(cell).overflowX !== 'visible' && cell.scrollWidth > cell.clientWidth).length"
    assert page.locator(".latest .value").evaluate_all(cut) == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_years_of_the_timeline_do_not_meet(site: str, open_tab: Open) -> None:
    for width in WIDTHS:
        page = open_tab(width=width)
        page.goto(site + PAGES["patient"])
        settle(page)
        boxes = page.locator("#lanes text").evaluate_all(
            "texts => texts.map(text => text.getBoundingClientRect()).filter(box => box.width).map(box => [box.left, box.right])"
        )
        assert len(boxes) > 1
        assert all(right <= left for (_, right), (left, _) in pairwise(boxes)), (width, boxes)


def test_matches_are_walked_by_finger(site: str, open_tab: Open) -> None:
    page = open_tab(width=360)
    page.goto(f"{site}/document?id={quote(f.ONCOLOGY_NOTE)}&q=cisplatin+creatinine")
    settle(page)
    page.click("#keys button:has-text('next')")
    page.click("#keys button:has-text('next')")
    assert "match 2 of" in page.locator("#keys").inner_text()
    page.click("#keys button:has-text('previous')")
    assert "match 1 of" in page.locator("#keys").inner_text()


def test_words_that_follow_each_other_are_one_stop(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/document?id={quote(f.ONCOLOGY_NOTE)}&q=woman+given+cisplatin+and+paclitaxel")
    settle(page)
    said = []
    for _ in range(int(page.locator("#keys").inner_text().split()[0])):
        page.keyboard.press("n")
        said.append("".join(page.locator("mark.here").all_inner_texts()))
    assert said == ["Woman", "cisplatin and paclitaxel"], "though the mentions of the drugs cut the phrase"


LISTS = {
    "/search/facets/concept?q=cisplatin": "/search/facets/<facet>",
    f"/facts?concept={quote(f.CISPLATIN)}": "/facts",
    "/mentions?dataset=demo": "/mentions",
    "/patients/conditions": "/patients/conditions",
    f"/concept/narrower?id={quote(f.CISPLATIN)}": "/concept/narrower",
    f"/concept?id={quote(f.CISPLATIN)}": "/concept",
    f"/similar?id={quote(f.ONCOLOGY_NOTE)}": "/similar",
    "/search/shared?q=cisplatin": "/search/shared",
    "/search/result?q=cisplatin&of=a1c&comparator=%3E&number=9": "/search/result",
    "/api/docs": "/api/docs",
}
"""Pages that no other test looks at on a phone."""
NO_PAGES = {
    "/search.csv",
    "/reports.csv",
    "/review.manifest",
    "/media/object",
    "/node/neighbours",
    "/cohort/definition",
    "/cohort/with",
    "/cohort/open",
    "/sign-in/go",
    "/sign-in/back",
    "/sign-out",
    "/canvas.json",
    "/canvas.csv",
    "/cohort/patients.csv",
    "/cohort/export",
    "/saved/change",
    "/saved/keep",
    "/saved/open",
}
OF_OTHERS = {"/labels", "/item", "/reports", "/review", "/sign-in"}
"""Looked at by test_labels and test_sign_in."""


def test_no_list_is_wider_than_a_phone(site: str, open_tab: Open) -> None:
    for address in LISTS:
        page = open_tab(width=360)
        answer = page.goto(site + address)
        assert answer.ok, address
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        page.context.close()


def test_every_page_is_looked_at_on_a_phone() -> None:
    rules = create_app(f.Shelf()).url_map.iter_rules()
    pages = {rule.rule for rule in rules if rule.endpoint.split(".")[0] in PAGES_OF_APP}
    seen = {address.partition("?")[0] for address in PAGES.values()} | {"/data/runs/<run>", "/saved/new/<kind>"}
    assert pages - NO_PAGES - OF_OTHERS <= seen | set(LISTS.values())


def test_nothing_is_cut_on_a_phone(site: str, open_tab: Open) -> None:
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent.trim().slice(0, 80))"
    for address in ("/", f"/facts?concept={quote(f.CISPLATIN)}", PAGES["patient"]):
        page = open_tab(width=360)
        page.goto(site + address)
        settle(page)
        assert page.locator(".scroll, .loaded").evaluate_all(cut) == [], address
        page.context.close()
    page = open_tab(width=360)
    page.goto(site + PAGES["connections"])
    settle(page)
    assert page.locator(".switch").evaluate_all(cut) == []
