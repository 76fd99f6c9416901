"""What a question is read as, mended and put together by: with keys and without script, wide and narrow."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_patients_with_their_hits_fit_the_screen(site: str, open_tab: Open, width: int, theme: str) -> None:
    page = open_tab(width=width, theme=theme)
    page.goto(f"{site}/search?q=patient+with+cisplatin")
    page.get_by_role("navigation", name="List").get_by_role("link", name="Patients").press("Enter")
    page.wait_for_url("**group=patient**")
    assert page.locator(".patient-hits h2 a").count() == int(page.locator(".found").get_attribute("data-patients"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".patient-hits .hit .title a").first.click()
    page.wait_for_url("**/document?id=**")


@pytest.mark.parametrize("scripts", [True, False])
def test_one_part_is_asked_otherwise_with_keys(site: str, open_tab: Open, scripts: bool) -> None:
    page = open_tab(scripts=scripts)
    page.goto(f"{site}/search?q=diabetes+without+neuropahty")
    assert "Searched for" in page.locator(".respelled").inner_text()
    page.locator(".respelled a").first.press("Enter")
    page.wait_for_url(lambda url: "neuropathy" in url)
    summary = page.locator(".ask-part summary").nth(1)
    summary.press("Enter")
    page.locator(".ask-part[open]").get_by_role("link", name="affirmed").press("Enter")
    page.wait_for_url("**part=affirmed**")
    assert "as you chose" in page.locator(".read-as").inner_text()
    page.locator(".ask-part summary").nth(1).press("Enter")
    page.locator(".ask-part[open]").get_by_role("link", name="as plain words").press("Enter")
    page.wait_for_url("**part=words**")
    page.get_by_role("link", name="Read neuropathy as a concept").press("Enter")
    page.wait_for_url(lambda url: "part=" not in url)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_result_is_asked_for_by_a_form(site: str, open_tab: Open, scripts: bool) -> None:
    page = open_tab(scripts=scripts)
    page.goto(f"{site}/search?q=diabetes")
    form = page.locator(".result-form")
    form.locator("[name=of]").fill("4548-4")
    form.locator("[name=comparator]").select_option(">")
    form.locator("[name=number]").fill("6.5")
    form.locator("[name=unit]").fill("%")
    form.locator("[name=unit]").press("Enter")
    page.wait_for_url("**result=**")
    assert "> 6.5 %" in page.locator(".chosen").inner_text()
