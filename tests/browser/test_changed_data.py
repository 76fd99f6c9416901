"""What a reader is told who follows a link after something new was published."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import serve
from tests.webapp.fixtures import Shelf, newer, real

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
SAID = "What is held has changed since"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(scope="module")
def changing_site(shelf: Shelf) -> Iterator[str]:
    yield from serve(shelf)


def ready(page: Any) -> str:
    page.wait_for_selector("html[data-ready]")
    return str(page.locator("main").inner_text())


def test_a_page_says_that_the_data_changed_since_the_page_that_led_to_it(changing_site: str, shelf: Shelf, open_tab: Open) -> None:
    shelf.show(real())
    page = open_tab()
    page.goto(changing_site + "/search?q=cisplatin")
    assert SAID not in ready(page)
    page.click("#hit-1 h2 a")
    assert SAID not in ready(page), "nothing changed"
    page.go_back()
    before = page.evaluate("document.body.dataset.asOf")
    shelf.show(newer())
    page.click("#hit-1 h2 a")
    said = ready(page)
    now = page.evaluate("document.body.dataset.asOf")
    assert before != now
    assert f"{SAID} the page before: that showed data as of {before[:10]} {before[11:16]}, this one as of {now[:10]} {now[11:16]}." in said
    page.click("a.brand")
    assert SAID not in ready(page), "it is said once"


def test_a_link_that_opens_in_another_tab_takes_along_what_it_was_made_on(changing_site: str, shelf: Shelf, open_tab: Open) -> None:
    shelf.show(real())
    page = open_tab()
    page.goto(changing_site + "/search?q=cisplatin")
    ready(page)
    shelf.show(newer())
    with page.context.expect_page() as opened:
        page.click("#hit-1 h2 a", modifiers=["Control"])
    assert "This link was made on data as of" in ready(opened.value)
    assert SAID in ready(opened.value)
