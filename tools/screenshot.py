"""Makes docs/screenshot.png: the search page of a running server in headless Chromium.

python tools/screenshot.py [--url http://127.0.0.1:8000] [--query QUESTION] [--out docs/screenshot.png]
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

QUERY = "woman treated with cisplatin and paclitaxel"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 30


def find_browser() -> str | None:
    """The Chromium of this machine: COMMISSURE_CHROMIUM, or one on the PATH."""
    return os.environ.get("COMMISSURE_CHROMIUM") or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def take(url: str, out: Path, *, width: int = 1440, height: int = 900, theme: str = "light") -> None:
    """Open a page, wait until its picture is drawn, and save what a person would see."""
    from playwright.sync_api import sync_playwright

    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit("No Chromium is on the PATH: install the package 'chromium', or set COMMISSURE_CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light")
        answer = page.goto(url, wait_until="networkidle", timeout=SECONDS * 1000)
        if answer is None or not answer.ok:
            raise SystemExit(f"{url} answered {answer.status if answer else 'nothing'}: is the server running and data loaded?")
        for drawn in ("canvas", "timeline"):
            place = page.query_selector(f"#{drawn}")
            if place is not None and place.is_visible():
                page.wait_for_selector(f"#{drawn}[data-drawn]", timeout=SECONDS * 1000)
        page.evaluate("document.activeElement?.blur()")
        page.wait_for_timeout(300)
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out)
        browser.close()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make docs/screenshot.png of the search page.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the running server")
    parser.add_argument("--path", default="", help="another page instead of the search page, such as /data")
    parser.add_argument("--query", default=QUERY)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "screenshot.png")
    parser.add_argument("--width", type=int, default=1440, help="pixels")
    parser.add_argument("--height", type=int, default=900, help="pixels")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    given = parser.parse_args()
    path = given.path or "/search?" + urlencode({"q": given.query})
    take(given.url.rstrip("/") + path, given.out, width=given.width, height=given.height, theme=given.theme)
    print(given.out)  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
