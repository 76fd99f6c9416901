"""The pages in a real browser: by keyboard, without scripts, at three widths in both themes, restored from an address, and heard."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "home": "/",
    "search": "/search?q=ovarian+cancer+cisplatin+metformin",
    "connections": "/search?q=ovarian+cancer+cisplatin+metformin&view=connections",
    "list": "/search?q=cisplatin&show=list",
    "filtered": f"/search?q=metformin&patient={quote(f.MILAN)}&type=Progress+note&from=2020",
    "no hits": "/search?q=zzzz+diabetes&type=Oncology+note&from=1990&to=1991",
    "document": f"/document?id={quote(f.ONCOLOGY_NOTE)}&start=29&end=108&q=cisplatin",
    "hostile document": f"/document?id={quote(f.HOSTILE_NOTE)}",
    "concept": f"/node?id={quote(f.CISPLATIN)}",
    "node": f"/node?id={quote(f.ROSA)}&expand={quote('in|DocumentReference|https://w3id.org/commissure/ns#subject')}",
    "patient": f"/patient?id={quote(f.ROSA)}",
    "patients": "/patients",
    "data": "/data",
    "terminologies": "/data/terminologies",
    "standing": f"/standing?concept={quote(f.CISPLATIN)}&as=affirmed",
    "run": f"/data/runs/{f.RUN}",
    "record": f"/record?id={quote(f.ROSA)}",
}
Open = Callable[..., Any]


def settle(page: Any) -> None:
    """Wait until what scripts draw on this page is drawn."""
    page.wait_for_selector("html[data-ready]")
    for name in ("canvas", "timeline"):
        place = page.query_selector(f"#{name}")
        if place is not None and place.is_visible() and not place.get_attribute("data-drawn"):
            place.scroll_into_view_if_needed()
            page.mouse.move(1, 1)  # the picture waits for a sign that somebody is there
            page.wait_for_selector(f"#{name}[data-drawn]")
            page.evaluate("scrollTo(0, 0)")


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
    page.click("button:has-text('Search')")
    page.wait_for_load_state()  # and with it the style sheet
    assert page.locator(".hit").count() == 2
    assert page.locator(".as-list").is_visible()
    assert not page.locator(".picture").is_visible()
    assert page.locator("button.copy:visible").count() == 0
    page.click(".facet a:has-text('Oncology note')")
    assert page.locator(".hit").count() == 1
    page.click(".chosen a")
    assert page.locator(".hit").count() == 2
    page.click("#hit-1 summary")
    assert page.locator("#hit-1 .chain").is_visible()
    page.click("#hit-1 h2 a")
    assert page.locator("mark.m-negated").inner_text().endswith("neuropathy")
    page.click(".meta a:has-text('Rosa Lindqvist')")
    assert page.locator("h1").inner_text() == "Rosa Lindqvist"
    assert page.locator("#timeline").is_visible()
    assert page.locator("tr.uncounted").count() == 1
    page.click("text=In the graph")
    page.click("a.toggle:has-text('document')")
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
        "mode": page.locator(".modes [aria-current]").inner_text(),
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
    assert seen["mode"] == "Lexical"
    other = open_tab()
    other.goto(page.url)
    settle(other)
    assert view_of(other) == seen


def test_chosen_node_is_in_the_address(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/search?q=cisplatin&node={quote(f.ROSA)}")
    settle(page)
    assert "Rosa Lindqvist" in page.locator("#picture-said").inner_text()


def test_hits_and_nodes_light_each_other(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/search?q=")
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
    page.goto(f"{site}/search?q=cisplatin+metformin")
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
    page.goto(site + "/search?q=")
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
        page.goto(site + "/search?q=&view=connections")
        settle(page)
        labels, meeting = page.evaluate(LABELS_THAT_MEET)
        assert labels > 5
        assert meeting == 0, width


def test_enlarged_picture_draws_more_and_closes(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + PAGES["search"])
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
    page.goto(site + PAGES["search"])
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
    assert page.locator(".printed").inner_text() == "Question: metformin"
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
    for width in (360, 768, 1440):
        for theme in ("light", "dark"):
            page = open_tab(width=width, theme=theme)
            page.goto(site + PAGES[name])
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, theme)
            if width != 768:
                assert findings(page) == [], (width, theme)
            page.context.close()


def findings(page: Any) -> list[str]:
    """What axe-core calls serious or critical, with the first element."""
    # The content policy lets no page load a foreign script; the driver's own evaluation is not the page's.
    page.evaluate(AXE.read_text("utf-8") + "; undefined")
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
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


def test_picture_is_fetched_only_where_it_is_shown(site: str, open_tab: Open) -> None:
    page = open_tab(width=360)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + PAGES["search"])
    page.wait_for_load_state("networkidle")
    assert not any("picture" in url for url in asked)
    page.click(".tabs a:has-text('How they connect')")
    settle(page)
    assert any("picture" in url for url in asked)
    assert not any("timeline" in url for url in asked)


def test_script_of_the_search_page_is_small(bundles: None) -> None:
    import gzip

    dist = Path(__file__).resolve().parents[2] / "webapp" / "static" / "dist"
    needed = {"page.js"}
    waiting = ["page.js"]
    while waiting:
        text = (dist / waiting.pop()).read_text("utf-8")
        for name in re.findall(r'"\./([\w.-]+\.js)"', text):
            if name not in needed and not name.startswith(("picture", "timeline", "charts")):
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
    page.goto(site + PAGES["search"], wait_until="networkidle")
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


def test_the_picture_is_drawn_when_somebody_is_there(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + PAGES["search"])
    page.wait_for_selector("html[data-ready]")
    assert page.locator("#canvas").get_attribute("data-drawn") is None
    page.mouse.move(5, 5)
    page.wait_for_selector("#canvas[data-drawn]")


NOTE = f"/document?id={quote(f.ONCOLOGY_NOTE)}"


def test_a_mention_says_what_it_is_and_why(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + NOTE)
    settle(page)
    page.evaluate("document.querySelector('mark.m-negated').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))")
    card = page.locator("#card")
    assert "because of: denies" in card.inner_text() and "our reading" in card.inner_text() and "HealthLake" in card.inner_text()
    assert page.locator(".by.lit").all_inner_texts() == ["denies"]
    page.keyboard.press("Escape")
    tab_to(page, "mark.m", 60)
    assert card.is_visible(), "the focus shows it as the pointer does"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "card"
    assert "SNOMED CT 386033004" in card.inner_text()
    page.keyboard.press("Enter")
    assert "Neuropathy" in page.locator(".mentions li.lit").inner_text()
    page.keyboard.press("Escape")
    assert card.is_hidden() and page.locator(".by.lit").count() == 0
    assert "denies" in page.locator("mark.m-negated").get_attribute("title"), "and the words are where they were"


def test_mentions_are_chosen_in_place(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(site + NOTE)
    settle(page)
    page.evaluate("window.kept = true")
    page.click('#choices a[data-choice="assertion:denied"]')
    page.wait_for_selector("#choices a[aria-current]")
    assert page.evaluate("window.kept") and page.locator("mark.m").count() == 1
    assert "assertion=denied" in page.url
    assert focused(page).startswith("denied")
    page.keyboard.press("n")
    assert "mark 1 of 1" in page.locator("#keys").inner_text(), "the walk goes through what is shown"
    page.reload()
    assert page.locator("mark.m").count() == 1


def test_marks_tell_how_they_are_meant_without_colour(site: str, open_tab: Open) -> None:
    page = open_tab(scripts=False)
    page.goto(site + NOTE)
    styles = page.evaluate(
        """() => [...document.querySelectorAll("#text mark.m")].map((mark) => {
            const style = getComputedStyle(mark);
            const sign = getComputedStyle(mark, "::after").content;
            return [mark.className.match(/m-([a-z]+)/)[1], style.textDecorationLine, style.borderBottomStyle, sign];
        })"""
    )
    by = {name: rest for name, *rest in styles}
    assert by["negated"][0] == "line-through" and by["affirmed"][:2] == ["none", "none"]
    assert by["family"][1] == "double" and "family" in by["family"][2]
    page.click('#choices a[data-choice="assertion:family"]')
    assert page.locator("#text mark.m").all_inner_texts()[0].endswith("hypertension")
    page.emulate_media(forced_colors="active")
    page.goto(site + NOTE)
    fill = "name => getComputedStyle(document.querySelector(`#text mark.m-${name}`)).backgroundColor"
    assert page.evaluate(fill, "affirmed") != page.evaluate(fill, "negated"), "what is affirmed stays filled where colours are forced"
