"""A cohort is put together by clicks and typing, with script and without, and its link says all of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.pages import follow
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


def total(page: Any) -> int:
    return int(page.locator(".found").get_attribute("data-total"))


def test_conditions_are_chosen_by_typing_and_counted_at_once(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + "/cohort")
    page.wait_for_selector("html[data-ready]")
    page.locator('[name="1.what"]').select_option("medication")
    box = page.locator('[name="1.find"]')
    box.wait_for()
    assert box.evaluate("box => document.activeElement === box"), "what is to be typed next has the focus"
    box.type("cispl")
    page.locator(".typed [role=option]").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.locator(".picked").wait_for()
    everybody = total(page)
    assert everybody >= 1
    page.locator('[name="2.what"]').select_option("sex")
    page.locator('[name="2.sex"]').wait_for()
    page.locator('[name="2.sex"]').select_option("male")
    page.wait_for_url("**2.sex=male**")
    page.wait_for_selector("#main:not([aria-busy])")
    assert total(page) <= everybody
    assert parse_qs(urlsplit(page.url).query)["1.in"] == [f.CISPLATIN]
    counted = total(page)
    page.reload()
    assert total(page) == counted, "the link says all of it"
    page.go_back()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_url(lambda url: "2.sex" not in url)


def test_without_a_script_a_button_counts(site: str, open_tab: Open) -> None:
    page = open_tab(scripts=False)
    page.goto(site + "/cohort")
    page.locator('[name="1.what"]').select_option("medication")
    follow(page, page.get_by_role("button", name="Count"))
    page.locator('[name="1.find"]').fill("cisplatin")
    follow(page, page.get_by_role("button", name="Count"))
    follow(page, ".found-concepts a")
    assert total(page) >= 1
    follow(page, page.get_by_role("link", name="Beside everybody else"))
    assert page.get_by_role("heading", name="Beside everybody else").is_visible()
