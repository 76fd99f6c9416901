"""A printed search says on paper what decides its hits and what data it shows."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


def printed(page: Any) -> str:
    page.wait_for_selector("html[data-ready]")
    page.emulate_media(media="print")
    return str(page.locator("main").inner_text())


def test_paper_says_how_it_was_asked_and_of_what_data(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/search?q={quote('cisplatin and metformin')}&mode=lexical&assertion=denied&type=Oncology+note&from=2019")
    paper = printed(page)
    as_of = page.evaluate("document.body.dataset.asOf")
    assert "Question: cisplatin and metformin" in paper
    assert "ranked by words only" in paper and "asked as denied" in paper
    assert f"data as of {as_of[:10]} {as_of[11:16]}" in paper
    assert "Oncology note" in paper and "2019" in paper
    page = open_tab()
    page.goto(f"{site}/search?q=cisplatin")
    assert "ranked by" not in printed(page)


def test_paper_names_whom_patients_were_searched_for(site: str, open_tab: Open) -> None:
    page = open_tab()
    page.goto(f"{site}/patients?q=rosa&sex=female")
    paper = printed(page)
    assert "Name or id rosa" in " ".join(paper.split())
    assert "Sex female" in " ".join(paper.split())
