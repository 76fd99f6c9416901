"""Labeled data in a real browser: boxes lie where they belong, and all works on a phone, without scripts and under the content policy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import serve
from tests.webapp.streets import Streets, class_iri, streets

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
VEHICLES = class_iri("street", "vehicles")
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def made() -> Streets:
    return streets()


@pytest.fixture(scope="module")
def labeled_site(made: Streets) -> Iterator[str]:
    yield from serve(made.library())


def pages(made: Streets) -> dict[str, str]:
    return {
        "labels": "/labels",
        "gallery": "/labels?dataset=streets",
        "class": f"/labels?dataset=streets&concept={quote(VEHICLES)}&layout=list",
        "boxes": f"/item?id={quote(made.items[0])}",
        "machine": f"/item?id={quote(made.items[1])}",
        "hostile": f"/item?id={quote(made.items[4])}",
        "mask": f"/item?id={quote(made.items[6])}",
        "spans": f"/item?id={quote(made.span_item)}&start=19&end=28",
        "reports": "/reports?dataset=streets",
        "workers": "/reports?dataset=streets&report=workers",
        "review": "/review?dataset=streets",
        "search": "/search?dataset=streets&agent=human",
    }


NAMES = ("labels", "gallery", "class", "boxes", "machine", "hostile", "mask", "spans", "reports", "workers", "review", "search")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_fit_and_are_accessible(labeled_site: str, made: Streets, open_tab: Open, width: int, theme: str) -> None:
    assert set(NAMES) == set(pages(made))
    if not AXE.exists():  # `make test` installs it with the other scripts; a bare pytest may run without
        pytest.skip("axe-core is not installed: build the pages' scripts")
    tab = open_tab(width=width, theme=theme)
    for name, path in pages(made).items():
        tab.goto(labeled_site + path)
        tab.wait_for_selector("html[data-ready]")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
        tab.evaluate(AXE.read_text())
        found = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        serious = [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"] if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], name


def test_boxes_lie_on_the_image(labeled_site: str, made: Streets, open_tab: Open) -> None:
    tab = open_tab()
    frame = f'a.frame[href*="{made.items[0]}"]'
    for path, image, shape in (
        (f"/item?id={quote(made.items[0])}", ".object img", ".object .over rect"),
        (f"/labels?dataset=streets&concept={quote(VEHICLES)}", f"{frame} img", f"{frame} .over rect"),
    ):
        tab.goto(labeled_site + path)
        tab.wait_for_function("selector => document.querySelector(selector)?.naturalWidth === 80", arg=image)
        drawn = tab.evaluate(
            """([image, shape]) => {
                const img = document.querySelector(image), box = img.getBoundingClientRect();
                const scale = Math.min(box.width / img.naturalWidth, box.height / img.naturalHeight);
                const left = box.left + (box.width - scale * img.naturalWidth) / 2;
                const top = box.top + (box.height - scale * img.naturalHeight) / 2;
                const one = document.querySelector(shape).getBoundingClientRect();
                return [(one.left - left) / scale, (one.top - top) / scale, one.width / scale, one.height / scale];
            }""",
            [image, shape],
        )
        assert drawn == pytest.approx([5, 20, 15, 12], abs=0.6)


def follow(tab: Any, selector: str, address: str) -> None:
    """Click a link and wait until the page that it leads to is there."""
    tab.click(selector)
    tab.wait_for_url(address)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_walk_from_classes_to_a_label_and_back(labeled_site: str, open_tab: Open, scripts: bool) -> None:
    tab = open_tab(scripts=scripts)
    tab.goto(f"{labeled_site}/labels")
    follow(tab, "h2 a:has-text('streets')", "**/labels?dataset=streets")
    follow(tab, ".leaf:has-text('bus')", "**concept=**")
    assert tab.locator(".item-card").count() == 2
    assert tab.locator(".chosen li").all_inner_texts() == ["Class bus ×"]
    follow(tab, ".item-card h2 a:has-text('scene-0.png')", "**/item?id=**")
    assert tab.locator("h1").inner_text() == "scene-0.png"
    assert tab.locator(".job").count() == 2
    tab.go_back()
    follow(tab, ".chosen a", "**/labels?dataset=streets")
    assert tab.locator(".item-card").count() == 7
    follow(tab, "a:has-text('Review queue')", "**/review?**")
    assert tab.locator("tbody tr").count() == 5


def test_address_restores_the_browser(labeled_site: str, open_tab: Open) -> None:
    tab = open_tab()
    tab.goto(f"{labeled_site}/labels?dataset=streets")
    follow(tab, ".leaf:has-text('vehicles')", "**concept=**")
    follow(tab, ".facet a:has-text('people')", "**agent=human**")
    tab.fill('input[name="confidence_from"]', "0.5")
    follow(tab, ".dates button", "**confidence_from=0.5**")
    seen = [tab.locator(selector).all_inner_texts() for selector in (".chosen li", ".item-card h2", ".leaf", ".found")]
    other = open_tab()
    other.goto(tab.url)
    assert [other.locator(selector).all_inner_texts() for selector in (".chosen li", ".item-card h2", ".leaf", ".found")] == seen
    assert seen[0] == ["Class vehicles ×", "Labeled by people ×", "Confidence 0.5 to 1 ×", "Clear all"]
    assert sorted(seen[1]) == ["scene-0.png", "scene-3.png"]


def test_charts_are_drawn_with_scripts_and_tables_without(labeled_site: str, open_tab: Open) -> None:
    tab = open_tab()
    tab.goto(f"{labeled_site}/reports?dataset=streets")
    first = tab.locator(".vega").first
    first.scroll_into_view_if_needed()
    tab.wait_for_selector(".vega[data-drawn] canvas")
    assert first.locator("canvas").bounding_box()["width"] > 200
    plain = open_tab(scripts=False)
    plain.goto(f"{labeled_site}/reports?dataset=streets")
    assert plain.locator(".vega:visible").count() == 0
    assert plain.locator("#jobs tbody tr").count() == 3


@pytest.mark.parametrize("report", ["annotations", "workers"])
def test_no_chart_scrolls_sideways_on_a_phone(labeled_site: str, open_tab: Open, report: str) -> None:
    tab = open_tab(width=360)
    tab.goto(f"{labeled_site}/reports?dataset=streets&report={report}")
    tab.wait_for_selector(".vega", state="attached")  # a report that takes long is waited for on a page of its own
    charts = tab.locator(".vega")
    assert charts.count() > 1
    charts.first.scroll_into_view_if_needed()
    tab.wait_for_selector(".vega:not([data-drawn])", state="detached")
    wide = "charts => charts.map(chart => chart.parentElement).filter(one => one.scrollWidth > one.clientWidth).length"
    assert charts.evaluate_all(wide) == 0
    widths = charts.evaluate_all("charts => charts.map(chart => chart.querySelector('canvas').clientWidth)")
    assert all(200 < width <= 360 for width in widths), "and what is drawn is still a chart"


def test_charts_are_drawn_in_the_ink_of_the_theme(labeled_site: str, open_tab: Open) -> None:
    tab = open_tab()
    tab.goto(f"{labeled_site}/reports?dataset=streets")
    tab.locator(".vega").first.scroll_into_view_if_needed()
    tab.wait_for_selector(".vega[data-drawn] canvas")

    def lightest_and_darkest() -> list[int]:
        found: list[int] = tab.evaluate("""() => {
            const canvas = document.querySelector(".vega canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let least = 255, most = 0;
            for (let at = 0; at < data.length; at += 4) {
                if (data[at + 3] < 250) continue;
                const light = (data[at] + data[at + 1] + data[at + 2]) / 3;
                least = Math.min(least, light);
                most = Math.max(most, light);
            }
            return [most, least];
        }""")
        return found

    assert lightest_and_darkest()[1] < 70, "dark words on a light page, and no ground of their own"
    tab.evaluate("document.documentElement.dataset.theme = 'dark'; document.dispatchEvent(new CustomEvent('themechange'))")
    tab.wait_for_selector('.vega[data-scheme="dark"] canvas')
    tab.wait_for_timeout(300)
    most, least = lightest_and_darkest()
    assert most > 200 and least > 40, "light words on a dark page"


def test_machine_and_people_do_not_look_alike(labeled_site: str, made: Streets, open_tab: Open) -> None:
    tab = open_tab()
    dashes = []
    for number in (0, 1):
        tab.goto(f"{labeled_site}/item?id={quote(made.items[number])}")
        style = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
        dashes.append((tab.evaluate(style, [".over rect", "strokeDasharray"]), tab.evaluate(style, [".chip.label", "borderTopStyle"])))
    assert dashes == [("none", "solid"), ("7px, 4px", "dashed")]
