"""The pages that are opened, and when they are drawn."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.webapp import fixtures as f
from tests.webapp import kept

PAGES = {
    "home": "/",
    "search": "/search?q=ovarian+cancer+cisplatin+metformin",
    "picture": "/search?q=ovarian+cancer+cisplatin+metformin&show=picture",
    "connections": "/search?q=ovarian+cancer+cisplatin+metformin&view=connections",
    "list": "/search?q=cisplatin&show=list",
    "filtered": f"/search?q=metformin&patient={quote(f.MILAN)}&type=Progress+note&from=2020",
    "no hits": "/search?q=zzzz+diabetes&type=Oncology+note&from=1990&to=1991",
    "document": f"/document?id={quote(f.ONCOLOGY_NOTE)}&start=29&end=108&q=cisplatin",
    "hostile document": f"/document?id={quote(f.HOSTILE_NOTE)}",
    "concept": f"/node?id={quote(f.CISPLATIN)}",
    "node": f"/node?id={quote(f.ROSA)}&expand={quote('in|DocumentReference|https://w3id.org/commissure/ns#subject')}",
    "patient": f"/patient?id={quote(f.ROSA)}",
    "patient with a visit, a note and pins": f"/patient?id={quote(f.ROSA)}&pin={quote(f.CISPLATIN)}&pin={quote(f.HAEMOGLOBIN_A1C)}"
    f"&encounter={quote(f.ROSA_VISIT)}&note={quote(f.ONCOLOGY_NOTE)}&from={quote(f.ONCOLOGY_NOTE)}",
    "canvas": f"/canvas?id={quote(f.ROSA)}&id={quote(f.MILAN)}&node={quote(f.ROSA)}"
    "&x=25|out|Concept|kg:hasMedication|*&x=25|in|DocumentReference|kg:subject|*",
    "canvas by kind": f"/canvas?id={quote(f.ROSA)}&x=25|out|Concept|kg:hasMedication|*&layout=kinds&group=medication&find=rosa",
    "canvas to begin with": "/canvas?add=cis",
    "patients": "/patients",
    "cohort": f"/cohort?1.what=medication&1.in={quote(f.CISPLATIN)}&2.what=age&2.from=40&3.what=condition&3.find=diabetes",
    "saved": "/saved",
    "saved cohort": f"/saved/thing?id={kept.IDS[2]}",
    "saved cohorts as circles": "/saved/sets?" + "&".join(f"id={one}" for one in kept.IDS[:3]),
    "saved cohorts as lines": "/saved/sets?how=or&" + "&".join(f"id={one}" for one in kept.IDS[:4]),
    "something to save": f"/saved/new/cohort?1.what=medication&1.in={quote(f.CISPLATIN)}",
    "questions": "/saved/questions",
    "search as a cohort": "/search/cohort?q=women+with+cisplatin&from=2020",
    "together": f"/cooccurrence?concept={quote(f.CISPLATIN)}",
    "pairs": "/cooccurrence/pairs",
    "pairs as a matrix": "/cooccurrence/pairs?view=matrix&relation=condition",
    "pairs as a network": "/cooccurrence/pairs?view=network",
    "side by side": f"/cohort/compare?1.what=medication&1.in={quote(f.CISPLATIN)}&against=sex&outcome={quote(f.CISPLATIN)}",
    "beside everybody else": f"/cohort/rest?1.what=medication&1.in={quote(f.CISPLATIN)}",
    "data": "/data",
    "completeness": "/data/completeness",
    "terminologies": "/data/terminologies",
    "standing": f"/standing?concept={quote(f.CISPLATIN)}&as=affirmed",
    "run": f"/data/runs/{f.RUN}",
    "record": f"/record?id={quote(f.ROSA)}",
}

Open = Callable[..., Any]


def settle(page: Any) -> None:
    """Wait until what scripts draw on this page is drawn."""
    page.wait_for_selector("html[data-ready]")
    for name in ("canvas", "timeline", "drawing"):
        place = page.query_selector(f"#{name}")
        if place is not None and place.is_visible() and not place.get_attribute("data-drawn"):
            place.scroll_into_view_if_needed()
            page.mouse.move(1, 1)  # the picture waits for a sign that somebody is there
            page.wait_for_selector(f"#{name}[data-drawn]")
            page.evaluate("scrollTo(0, 0)")


def follow(page: Any, what: Any) -> None:
    """Press what leads to another page, and wait until that page is there: a click alone waits for its first byte."""
    with page.expect_navigation():
        (page.locator(what) if isinstance(what, str) else what).first.click()
