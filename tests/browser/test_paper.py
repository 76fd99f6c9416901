"""The pages on paper, and what they ask of eyes: everything drawn, nothing cut, colours that can be told."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import serve
from tests.browser.pages import PAGES, settle
from tests.webapp.streets import Streets, streets

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
CONTRAST = """element => {
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const channels = (colour, ground) => {
        context.fillStyle = ground; context.fillRect(0, 0, 1, 1);
        context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    let ground = element;
    while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement ?? document.body;
    const under = light(channels(getComputedStyle(ground).backgroundColor, "white"));
    const style = getComputedStyle(element);
    const over = light(channels(style.color, "white"));
    return style.opacity * (Math.max(over, under) + 0.05) / (Math.min(over, under) + 0.05);
}"""


@pytest.fixture(scope="module")
def made() -> Streets:
    return streets()


@pytest.fixture(scope="module")
def labeled_site(made: Streets) -> Iterator[str]:
    yield from serve(made.library())


def test_charts_are_drawn_for_paper_without_being_scrolled_to(labeled_site: str, open_tab: Open) -> None:
    page = open_tab(height=500)
    page.goto(labeled_site + "/reports?dataset=streets")
    assert page.locator(".vega").count() > 1
    page.wait_for_selector(".vega:not([data-drawn])", state="detached")
    page.emulate_media(media="print")
    heights = page.locator(".chart canvas").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert heights and min(heights) > 20


def test_picture_is_whole_on_paper(site: str, open_tab: Open) -> None:
    page = open_tab(height=1100)
    page.goto(site + PAGES["search"])
    settle(page)
    page.emulate_media(media="print")
    cut = "place => Math.max(...[...place.querySelectorAll('canvas')].map(c => c.offsetHeight)) - place.clientHeight"
    assert page.locator("#canvas").evaluate(cut) <= 0
    assert page.locator(".printed").inner_text().startswith("Question: ")
    assert page.locator(".take:visible, .why:visible, .shared .button:visible, .box:visible").count() == 0


def test_shapes_have_no_width_of_their_own_on_paper(labeled_site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(labeled_site + "/labels?dataset=streets")
    shape = page.locator(".over .shape > :not(text):not(title)").first
    effect = "shape => getComputedStyle(shape).vectorEffect"
    assert shape.evaluate(effect) == "non-scaling-stroke"
    page.emulate_media(media="print")
    assert shape.evaluate(effect) == "none", "Chromium draws such lines elsewhere on paper"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_cannot_be_pressed_can_still_be_read(site: str, open_tab: Open, theme: str) -> None:
    page = open_tab(theme=theme)
    page.goto(site + PAGES["patient"])
    settle(page)
    assert page.locator(".zooms button:disabled").count() == 1
    assert page.locator(".zooms button:disabled").evaluate(CONTRAST) >= 4.5
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<p class=pager><span class=off>Next</span></p>')")
    assert page.locator(".pager .off").last.evaluate(CONTRAST) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_classes_of_a_list_have_colours_of_their_own(labeled_site: str, open_tab: Open, theme: str) -> None:
    page = open_tab(theme=theme)
    page.goto(labeled_site + "/labels?dataset=streets")
    leaves = page.locator(".tree a.leaf")
    colours = leaves.evaluate_all("all => all.map(leaf => [leaf.href, getComputedStyle(leaf.querySelector('.swatch')).backgroundColor])")
    assert len(colours) > 2
    assert len({colour for _, colour in colours}) == len({re.sub("[&?]page=\\d+", "", url) for url, _ in colours})
    outline = leaves.first.locator(".swatch").evaluate("swatch => getComputedStyle(swatch).outlineColor")
    assert (outline == "rgba(0, 0, 0, 0)") is (theme == "light"), "dark colours have an edge on a dark ground"
