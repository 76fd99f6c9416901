"""The page where people sign in, on phones and screens, in both themes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from access.control import AccessControl
from tests.browser.conftest import serve
from tests.browser.test_pages import findings
from tests.webapp.fixtures import Shelf

pytestmark = pytest.mark.browser


@pytest.fixture
def guarded_site(tmp_path: Path) -> Iterator[str]:
    control = AccessControl(tmp_path)
    control.accounts.add("anna", "correct horse battery")
    control.accounts.grant("user", "anna", "reader", None)
    yield from serve(Shelf(), control)


def test_people_sign_in_on_every_width_and_theme(guarded_site: str, open_tab: Callable[..., Any]) -> None:
    for width, theme in ((360, "light"), (768, "dark"), (1440, "light"), (360, "dark")):
        page = open_tab(width=width, theme=theme)
        page.goto(guarded_site + "/patients")
        assert "/sign-in?next=" in page.url
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (width, theme)
        assert findings(page) == [], (width, theme)
        page.fill('input[name="name"]', "anna")
        page.fill('input[name="password"]', "correct horse battery")
        page.keyboard.press("Enter")
        page.wait_for_url("**/patients")
        assert page.get_by_role("button", name="Sign out").count() == 1
        page.context.close()
