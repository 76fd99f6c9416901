"""Expanding a canvas of 500 nodes in place, in Chromium, beside loading the same canvas anew.

    python -m benchmarks.canvas --data DIR [--nodes 500] [--rounds 10]

DIR is any data folder with patients: `commissure demo --no-serve --data DIR` makes one. `commissure serve` answers on loopback. A canvas
begins with patients and shows their records until it has so many nodes; then a kind that is not shown yet is expanded around one patient
after the other, from the click to the frame in which it is drawn. Blocking is told by the browser: tasks of the page longer than 50 ms.
"""

import argparse
import os
import shutil
import statistics
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from benchmarks.label_filters import Client, served
from graph.vocabulary import HAS_CONDITION, HAS_MEDICATION, SUBJECT, compact

MOST, LONGEST = 200, 50
"""Milliseconds that an expansion may take, and for which the page may be blocked."""
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
WATCH = """() => {
  window.blocked = [];
  const watching = new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.blocked.push(Math.round(entry.duration))));
  watching.observe({ type: "longtask" });
}"""
EXPAND = """(address) => new Promise((done) => {
  const place = document.getElementById("drawing");
  window.blocked.length = 0;
  const link = document.createElement("a");
  link.href = address;
  document.getElementById("side").append(link);
  const began = performance.now();
  new MutationObserver((_, watching) => {
    watching.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
  }).observe(place, { attributeFilter: ["data-lines"] });
  link.click();
})"""


def canvas_of(client: Client, nodes: int) -> tuple[list[str], list[tuple[str, str]]]:
    """(patients, parameters of a canvas that begins with them and has about so many nodes)."""
    patients = [one["id"] for one in client.get("/api/v1/patients", [("limit", "100")])["patients"]]
    for count in range(2, len(patients) + 1):
        begun = [("id", patient) for patient in patients[:count]]
        given = [*begun, ("x", f"25|in|Observation|{compact(SUBJECT)}|*"), ("x", f"25|in|Encounter|{compact(SUBJECT)}|*")]
        if len(client.get("/canvas.json", given)["nodes"]) >= nodes:
            return patients[:count], given
    raise SystemExit(f"the data gives no canvas of {nodes} nodes")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--port", type=int, default=8767)
    arguments = parser.parse_args()
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with served(arguments.data, arguments.port) as client, sync_playwright() as playwright:
        patients, given = canvas_of(client, arguments.nodes)
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        site = f"http://127.0.0.1:{arguments.port}"
        page.goto(f"{site}/canvas?{urlencode(given)}")
        page.wait_for_selector("#drawing[data-drawn]")
        page.wait_for_timeout(4000)
        page.evaluate(WATCH)
        drawn = page.get_attribute("#drawing", "data-drawn")
        print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}; {drawn} nodes drawn", flush=True)
        ours, blocked, anew = _rounds(page, site, patients, given, arguments.rounds)
        median, whole, often = statistics.median(ours), statistics.median(anew), sum(map(bool, blocked))
        print(f"expand in place: median {median:.0f} ms, slowest {max(ours):.0f} ms (at most {MOST})")
        print(f"tasks above {LONGEST} ms: in {often} of {len(blocked)}, the longest {max(blocked):.0f} ms")
        print(f"the same canvas loaded anew: median {whole:.0f} ms, {whole / median:.1f} × as long")
        browser.close()


def _rounds(
    page: Any, site: str, patients: list[str], given: list[tuple[str, str]], rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of each expansion, of the longest task in it, and of loading the same canvas anew."""
    ours: list[float] = []
    blocked: list[float] = []
    anew: list[float] = []
    asked, address = list(given), ""
    for number in range(rounds):
        relation = compact((HAS_CONDITION, HAS_MEDICATION)[number % 2])
        asked.append(("x", f"25|out|Concept|{relation}|{patients[number // 2 % len(patients)]}"))
        address = f"/canvas?{urlencode(asked)}"
        ours.append(page.evaluate(EXPAND, address))
        page.wait_for_timeout(500)
        blocked.append(max(page.evaluate("window.blocked"), default=0))
    for _ in range(rounds):
        page.goto(site + address)
        page.wait_for_selector("#drawing[data-drawn]")
        anew.append(page.evaluate("performance.now()"))
    return ours, blocked, anew


if __name__ == "__main__":
    main()
