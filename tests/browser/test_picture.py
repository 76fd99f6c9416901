"""The picture of what joins the hits, in a real browser."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.pages import PAGES, Open, settle
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser


def test_chosen_node_is_in_the_address(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/search?q=cisplatin&node={quote(f.ROSA)}")
    settle(page)
    assert "Rosa Lindqvist" in page.locator("#picture-said").inner_text()


def test_hits_and_nodes_light_each_other(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/search?q=&show=picture")
    settle(page)
    page.hover("#hit-1 h2")
    lit = "".join(page.locator(".shared li.lit").all_inner_texts())
    whose = page.locator("#hit-1").inner_text()
    assert [name in lit for name in ("Milan Okafor", "Rosa Lindqvist")] == [name in whose for name in ("Milan Okafor", "Rosa Lindqvist")]
    page.hover(".shared li:has-text('Milan Okafor')")
    assert {one.get_attribute("data-hit") for one in page.locator(".hit.lit").all()} == set(
        page.locator(".shared li:has-text('Milan Okafor')").get_attribute("data-hits").split()
    )


def test_arrows_walk_the_picture_and_say_how_nodes_are_joined(site: str, open_tab: Open) -> None:
    page = open_tab(theme="dark")
    page.goto(f"{site}/search?q=cisplatin+metformin&show=picture")
    settle(page)
    page.focus("#canvas")
    said = set()
    for _ in range(int(page.locator("#canvas").get_attribute("data-drawn"))):
        page.keyboard.press("ArrowDown")
        said.add(page.locator("#picture-said").inner_text())
    assert len(said) > 3
    assert any(re.search(r"joined with hit \d", words) for words in said)
    assert all(re.search(r"^Hit \d|joined with hit \d", words) for words in said), said
    assert page.locator(".hit.lit").count() >= 1
    page.keyboard.press("Tab")
    assert page.locator(".hit.lit").count() == 0


def test_picture_draws_the_nodes_of_the_list(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + "/search?q=&show=picture")
    settle(page)
    assert drawn(page) == page.locator("[data-n]:not([data-far])").count() > 10
    assert page.locator("#canvas canvas").count() >= 1
    numbers = page.evaluate("document.getElementById('canvas')._cyreg.cy.edges().map((edge) => [edge.source().id(), edge.target().id()])")
    lines = json.loads(page.locator("#lines").text_content())["lines"]
    small = {f"n{row.get_attribute('data-n')}" for row in page.locator("[data-n]:not([data-far])").all()}
    assert sorted(numbers) == sorted([f"n{s}", f"n{t}"] for s, t, *_ in lines if {f"n{s}", f"n{t}"} <= small)


LABELS_THAT_MEET = """() => {
    const nodes = document.getElementById("canvas")._cyreg.cy.nodes().filter((node) => !node.data("rank"));
    const boxes = nodes.map((node) => node.boundingBox({ includeNodes: false, includeEdges: false, includeLabels: true }));
    const meet = (a, b) => a.x1 + 3 < b.x2 && b.x1 + 3 < a.x2 && a.y1 + 3 < b.y2 && b.y1 + 3 < a.y2;
    return [boxes.length, boxes.filter((a, n) => boxes.slice(n + 1).some((b) => meet(a, b))).length];
}"""


def test_no_two_labels_of_the_picture_meet(site: str, open_tab: Open) -> None:
    for width in (390, 1440):
        page = open_tab(width=width, height=900)
        page.goto(site + "/search?q=&view=connections&show=picture")
        settle(page)
        labels, meeting = page.evaluate(LABELS_THAT_MEET)
        assert labels > 5
        assert meeting == 0, width


def test_enlarged_picture_draws_more_and_closes(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + PAGES["picture"])
    settle(page)
    few = drawn(page)
    page.click("[data-large]")
    assert "large=1" in page.url
    assert drawn(page) == page.locator('[data-n]:not([data-far="2"])').count() >= few
    box = page.locator("#canvas").bounding_box()
    assert box["width"] > 1400
    page.reload()
    settle(page)
    assert page.locator("#canvas").bounding_box()["width"] > 1400
    page.keyboard.press("Escape")
    assert "large" not in page.url
    assert drawn(page) == few


def test_a_click_keeps_a_node_and_another_opens_its_page(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + PAGES["picture"])
    settle(page)
    x, y = page.evaluate(
        """(iri) => {
        const canvas = document.getElementById("canvas");
        const box = canvas.getBoundingClientRect();
        const node = canvas._cyreg.cy.nodes().filter((one) => one.data("iri") === iri).first().renderedPosition();
        return [box.left + node.x, box.top + node.y];
        }""",
        f.ROSA,
    )
    page.mouse.click(x, y)
    assert page.locator("#picture-said a").inner_text() == "Rosa Lindqvist"
    assert f"node={quote(f.ROSA, safe='')}" in page.url
    page.wait_for_timeout(400)
    page.mouse.click(x, y)
    page.wait_for_url(re.compile(r"/patient\?"))
    assert page.locator("h1").inner_text() == "Rosa Lindqvist"


def drawn(page: Any) -> int:
    return int(page.locator("#canvas").get_attribute("data-drawn"))


def test_picture_is_fetched_only_where_it_is_shown(site: str, open_tab: Open) -> None:
    page = open_tab(width=360)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + PAGES["search"])
    page.wait_for_load_state("networkidle")
    page.click(".tabs a:has-text('How they connect')")
    settle(page)
    assert page.locator(".shared-matrix").is_visible()
    assert not any("/dist/picture" in url for url in asked)
    page.click('[data-show="picture"]')
    settle(page)
    assert any("/dist/picture" in url for url in asked)
    assert not any("timeline" in url for url in asked)


def test_the_picture_is_drawn_when_somebody_is_there(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + PAGES["picture"])
    page.wait_for_selector("html[data-ready]")
    assert page.locator("#canvas").get_attribute("data-drawn") is None
    page.mouse.move(5, 5)
    page.wait_for_selector("#canvas[data-drawn]")
