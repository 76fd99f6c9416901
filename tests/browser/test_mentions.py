"""Mentions in a document, in a real browser."""

from urllib.parse import quote

import pytest

from tests.browser.pages import Open, follow, settle
from tests.browser.test_walks import focused, tab_to
from tests.webapp import fixtures as f

pytestmark = pytest.mark.browser

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
    follow(page, '#choices a[data-choice="assertion:family"]')
    assert page.locator("#text mark.m").all_inner_texts()[0].endswith("hypertension")
    page.emulate_media(forced_colors="active")
    page.goto(site + NOTE)
    fill = "name => getComputedStyle(document.querySelector(`#text mark.m-${name}`)).backgroundColor"
    assert page.evaluate(fill, "affirmed") != page.evaluate(fill, "negated"), "what is affirmed stays filled where colours are forced"
