"""Cohorts side by side, as a page writes their numbers."""

import re
from urllib.parse import quote

import pytest

from tests.webapp.fixtures import CISPLATIN
from webapp.pages.compare import _class_words, _odds_words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "∞"), (313.2, "313"), (12345.6, "12,346"), (8.94, "8.9"), (0.0551, "0.055"), (0.0, "0"), (float("nan"), "")]
)
def test_odds_are_written_without_an_exponent(value, words):
    assert _odds_words(value) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [("EMER visits", "emergency visits"), ("AMB", "ambulatory"), ("SS visits", "SS visits"), ("years observed", "years observed")],
)
def test_classes_of_visits_are_written_in_words(name, words):
    assert _class_words(name) == words


def test_the_page_holds_groups_figures_and_an_outcome(client):
    text = client.get(f"/cohort/compare?1.what=medication&1.in={quote(CISPLATIN)}&outcome={quote(CISPLATIN)}").text
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))
    assert "everybody else" in shown and "ambulatory" in shown and "AMB" not in shown and "At risk on day" in shown
    assert "e+0" not in shown
