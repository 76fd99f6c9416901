"""Every page in a real browser: at three widths in both themes, heard, printed, hostile, light."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.pages import PAGES, Open, settle
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that a theme can break; all others find the same in both."""


def test_hostile_question_is_text(site: str, open_tab: Open) -> None:
    page = open_tab()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    question = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script> cisplatin"
    page.goto(f"{site}/search?q={quote(question)}&type={quote('<b>x</b>')}")
    settle(page)
    assert page.locator('input[name="q"]').first.input_value() == question
    assert page.locator("main img, main b:has-text('x'):not(.n)").count() == 0
    assert dialogs == []


def test_timeline_draws_every_dated_event(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + PAGES["patient"])
    settle(page)
    assert int(page.locator("#timeline").get_attribute("data-drawn")) == 8
    before = page.locator("#table").bounding_box()
    page.reload()
    settle(page)
    assert page.locator("#table").bounding_box() == before


def test_print_shows_question_filters_picture_and_timeline(site: str, open_tab: Open) -> None:
    page = open_tab(theme="dark")
    page.goto(site + PAGES["filtered"])
    settle(page)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".printed").inner_text().startswith("Question: metformin · data as of ")
    assert page.locator(".chosen li").count() >= 2 and page.locator(".chosen li").first.is_visible()
    assert page.locator(".hit").first.is_visible()
    assert not page.locator(".top").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.goto(site + PAGES["patient"])
    assert page.locator("#lanes").is_visible() and page.locator(".lane-names").is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".top").is_visible()


def test_theme_is_kept(site: str, open_tab: Open) -> None:
    page = open_tab(theme="light")
    page.goto(site + "/data")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("button.theme")
    page.click("button.theme")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.goto(site + PAGES["search"])
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_every_width_and_theme_and_can_be_heard(site: str, open_tab: Open, name: str) -> None:
    for width, opened, turned in ((360, "light", "dark"), (768, "light", "dark"), (1440, "dark", "light")):
        page = open_tab(width=width, theme=opened)
        page.goto(site + PAGES[name])
        settle(page)
        for theme, rules in ((opened, ()), (turned, OF_COLOURS)):
            if theme != opened:
                turn(page, theme)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, theme)
            if width != 768:
                assert findings(page, rules) == [], (width, theme)
        page.context.close()


def turn(page: Any, theme: str) -> None:
    """Turn to the other theme. A canvas, which would open its page again while it is looked at, is left before and opened after."""
    address = page.url
    if "/canvas?" in address:
        page.goto("about:blank")
    page.emulate_media(color_scheme=theme)
    if "/canvas?" in address:
        page.goto(address)
        settle(page)


def test_a_theme_that_is_turned_to_is_looked_at(site: str, open_tab: Open) -> None:
    """What is hard to read in one theme alone is found there."""
    page = open_tab(theme="light")
    page.goto(site + "/data")
    page.evaluate("document.querySelector('h1').style.color = '#222'")
    assert findings(page, OF_COLOURS) == []
    page.emulate_media(color_scheme="dark")
    assert [finding.partition(":")[0] for finding in findings(page, OF_COLOURS)] == ["color-contrast"]


def findings(page: Any, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core, by all its rules or these, calls serious or critical, with the first element."""
    # The content policy lets no page load a foreign script; the driver's own evaluation is not the page's.
    page.evaluate(AXE.read_text("utf-8") + "; undefined")
    options = {"resultTypes": ["violations"]} | ({"runOnly": {"type": "rule", "values": list(rules)}} if rules else {})
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {one['help']}: {json.dumps(one['nodes'][0]['html'])[:200]} {one['nodes'][0]['failureSummary'][:200]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_empty_installation(empty_site: str, open_tab: Open) -> None:
    for width in (360, 1440):
        page = open_tab(width=width)
        page.goto(empty_site + "/")
        assert page.locator(".command code").first.inner_text() == "commissure demo"
        assert page.locator("button.copy").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert findings(page) == []


def test_hostile_note_is_text(site: str, open_tab: Open) -> None:
    page = open_tab()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(site + PAGES["hostile document"])
    settle(page)
    assert dialogs == []
    note = page.locator("#text").inner_text()
    assert "<script>alert('note')</script> </textarea></pre><b>bold</b> &amp; &lt;" in note
    assert page.locator("#text script, #text b:not(.heading), #text img").count() == 0
    assert re.search("U\\+202E\\s*right to left\\s*U\\+202C", note)


def test_script_of_the_search_page_is_small(bundles: None) -> None:
    import gzip

    dist = Path(__file__).resolve().parents[2] / "webapp" / "static" / "dist"
    needed = {"page.js"}
    waiting = ["page.js"]
    while waiting:
        text = (dist / waiting.pop()).read_text("utf-8")
        for name in re.findall(r'"\./([\w.-]+\.js)"', text):
            if name not in needed and not name.startswith(("picture", "timeline", "charts", "canvas")):
                needed.add(name)
                waiting.append(name)
    assert any(name.startswith("search") for name in needed)
    assert sum(len(gzip.compress((dist / name).read_bytes())) for name in needed) <= 60_000


def test_scripts_are_light_until_the_picture_is_opened(site: str, open_tab: Open) -> None:
    page = open_tab()
    scripts: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.request.resource_type == "script":
            scripts[response.url] = len(response.body())

    page.on("response", weigh)
    page.goto(site + PAGES["picture"], wait_until="networkidle")
    page.wait_for_selector("html[data-ready]")
    assert any("/dist/search-" in url for url in scripts)
    assert sum(scripts.values()) <= 60 * 1024, scripts
    page.click("[data-draw]")
    page.wait_for_selector("#canvas[data-drawn]")
    assert any("/dist/picture-" in url for url in scripts)
    assert page.locator("[data-draw]").count() == 0
    scripts.clear()
    page.goto(f"{site}/patient?id={quote(f.ROSA)}", wait_until="networkidle")
    page.wait_for_selector("html[data-ready]")
    assert not any("/dist/charts-" in url or "/dist/picture-" in url for url in scripts)
    assert sum(scripts.values()) <= 60 * 1024, scripts
