"""The canvas in a browser: expanded, hidden, undone and laid out in place, by hand and by keys, and the link shows the same."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.pages import Open, follow
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#drawing[data-drawn]")


def drawn(page: Any, count: int) -> None:
    page.wait_for_selector(f'#drawing[data-drawn="{count}"]')


def test_expand_hide_and_go_back_in_place(site: str, open_tab: Open) -> None:
    page = open_tab()
    opened(page, f"{site}/canvas?id={quote(f.ROSA)}&node={quote(f.ROSA)}")
    page.evaluate("window.stayed = true")
    page.locator(".offers a", has_text="takes").click()
    drawn(page, 3)
    page.get_by_role("button", name="hide cisplatin").click()
    drawn(page, 2)
    assert "hide=" in page.url
    page.go_back()
    drawn(page, 3)
    assert page.evaluate("window.stayed"), "the page was never loaded anew"
    link = page.url
    other = open_tab()
    opened(other, link)
    drawn(other, 3)


def test_keys_choose_and_hide(site: str, open_tab: Open) -> None:
    page = open_tab()
    opened(page, f"{site}/canvas?id={quote(f.ROSA)}&x=25|out|Concept|kg:hasMedication|*&layout=kinds")
    page.focus("#drawing")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chosen-node")
    page.focus("#drawing")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    drawn(page, 2)


def test_pictures_are_kept(site: str, open_tab: Open) -> None:
    page = open_tab()
    opened(page, f"{site}/canvas?id={quote(f.ROSA)}&x=25|out|Concept|kg:hasMedication|*&layout=rings")
    for kind in ("png", "svg"):
        with page.expect_download() as download:
            page.click(f'[data-save="{kind}"]')
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(b"\x89PNG" if kind == "png" else b"<svg")
        assert kind == "png" or b"cisplatin" in content


def test_without_a_script_the_list_is_the_canvas(site: str, open_tab: Open) -> None:
    page = open_tab(scripts=False)
    page.goto(f"{site}/canvas?id={quote(f.ROSA)}&node={quote(f.ROSA)}")
    follow(page, page.locator(".offers a", has_text="takes"))
    follow(page, page.get_by_role("button", name="cisplatin", exact=True))
    assert page.locator(".chosen-node").is_visible()
    follow(page, page.get_by_role("button", name="hide cisplatin"))
    assert page.get_by_role("button", name="cisplatin", exact=True).count() == 0
