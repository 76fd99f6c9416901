"""Makes docs/images/search.png, the README's picture: the search page over the sample data in headless Chromium.

python tools/screenshot.py [--query QUESTION] [--out FILE]        loads the sample into build/screenshot, serves it, takes the picture
python tools/screenshot.py --url http://127.0.0.1:8000 [--path /data] [--theme dark]        of a server that runs already
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
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
SECONDS_TO_START = 120
MOST_BYTES = 400_000
"""More would weigh on everyone who clones the repository."""


def find_browser() -> str | None:
    """The Chromium of this machine: COMMISSURE_CHROMIUM, or one on the PATH."""
    return os.environ.get("COMMISSURE_CHROMIUM") or next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def sample_server(folder: Path) -> Iterator[str]:
    """The address of a server over the sample data, which is loaded into the folder where it is not there yet."""
    command = [sys.executable, "-m", "commissure", "--data", str(folder)]
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([*command, "demo", "--no-serve"], check=True, cwd=ROOT)  # noqa: S603 - our own command
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*command, "serve", "--port", str(port)], cwd=ROOT, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers that it is ready."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit(f"The server ended with exit code {server.returncode}: try 'commissure serve'.")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit(f"The server was not ready within {SECONDS_TO_START} s.")


def take(url: str, out: Path, *, width: int = 1440, height: int = 900, theme: str = "light") -> None:
    """Open a page, wait until its picture is drawn, and save what a person would see."""
    from playwright.sync_api import sync_playwright

    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit("No Chromium is on the PATH: install the package 'chromium', or set COMMISSURE_CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light")
        # Once for the model and the caches: the time that the page states is that of a warm server.
        page.goto(url, wait_until="load", timeout=SECONDS * 1000)
        answer = page.goto(url, wait_until="networkidle", timeout=SECONDS * 1000)
        if answer is None or not answer.ok:
            raise SystemExit(f"{url} answered {answer.status if answer else 'nothing'}: is the server running and data loaded?")
        for drawn in ("canvas", "timeline"):
            place = page.query_selector(f"#{drawn}")
            if place is not None and place.is_visible():
                place.scroll_into_view_if_needed()
                page.mouse.move(1, 1)  # the picture waits for a sign that somebody is there
                page.wait_for_selector(f"#{drawn}[data-drawn]", timeout=SECONDS * 1000)
        page.evaluate("scrollTo(0, 0); document.activeElement?.blur()")
        page.wait_for_timeout(300)
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out)
        browser.close()
    make_small(out)


def make_small(picture: Path) -> None:
    """Write a picture with a palette, which a page of text and flat colours hardly shows."""
    from PIL import Image

    with Image.open(picture) as full:
        small = full.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the README's picture of the search page.")
    parser.add_argument("--url", default="", help="address of a running server (default: one over the sample is started)")
    parser.add_argument("--data", type=Path, default=ROOT / "build" / "screenshot", help="data folder for the sample")
    parser.add_argument("--path", default="", help="another page instead of the search page, such as /data")
    parser.add_argument("--query", default=QUERY)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "search.png")
    parser.add_argument("--width", type=int, default=1440, help="pixels")
    parser.add_argument("--height", type=int, default=900, help="pixels")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    given = parser.parse_args()
    path = given.path or "/search?" + urlencode({"q": given.query})
    shape = {"width": given.width, "height": given.height, "theme": given.theme}
    if given.url:
        take(given.url.rstrip("/") + path, given.out, **shape)
    else:
        with sample_server(given.data) as url:
            take(url + path, given.out, **shape)
    size = given.out.stat().st_size
    print(f"{given.out}: {size:,} bytes")  # noqa: T201 - a command's answer
    return 0 if size <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
