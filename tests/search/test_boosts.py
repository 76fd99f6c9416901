"""Boosts: how a setting writes them, what documents gain, and that they order only what answers alike."""

import numpy as np
import pytest

from search.generation import Generation
from search.model import SearchRequest
from search.ranking.boosts import NO_BOOSTS, About, Boosts, boosted, boosts_of, gains
from search.ranking.fusion import RankedDocuments
from search.retriever import Retriever
from tests.search.clinic import FakeEmbedder


def test_boosts_are_written_in_one_line() -> None:
    written = "title=0.1; type:Discharge summary = -0.2 ;type:a=b=0.3; fresh:365=.5;"
    assert boosts_of(written) == Boosts(0.1, (("Discharge summary", -0.2), ("a=b", 0.3)), 0.5, 365)
    assert not boosts_of(" ; ") and not NO_BOOSTS


@pytest.mark.parametrize(
    "words", ["title", "title=x", "title=2", "title=nan", "title:a=1", "type=1", "type:=1", "fresh=1", "fresh:0=1", "fresh:x=1", "date=1"]
)
def test_what_is_no_boost_is_told(words: str) -> None:
    with pytest.raises(ValueError, match="is n"):
        boosts_of(words)


def test_gains_worked_out_by_hand() -> None:
    about = About(["Chest pain", "Visit", ""], ["Note", "LETTER", ""], np.array([20200101, 20190101, 0]), 20200101)
    found = gains(boosts_of("title=0.4; type:letter=0.1; fresh:365=0.2"), "chest pain at night", about)
    assert found["title boost"].tolist() == pytest.approx([0.4 * 2 / 3, 0, 0])
    assert found["type boost"].tolist() == pytest.approx([0, 0.1, 0])
    assert found["freshness boost"].tolist() == pytest.approx([0.2, 0.1, 0], abs=1e-3)
    assert gains(NO_BOOSTS, "chest", about) == {}
    assert gains(boosts_of("fresh:1=0.2"), "x", About([""], [""], np.array([20211399]), 0))["freshness boost"].tolist() == pytest.approx(
        [0.2]
    )


def ranked(tiers: list[int], scores: list[float]) -> RankedDocuments:
    ones = np.asarray(scores, dtype=np.float32)
    rows = np.arange(len(scores))
    return RankedDocuments(rows, ones, rows, ones, ones, ones, np.asarray(tiers, dtype=np.uint8), True)


def test_only_what_answers_alike_changes_places() -> None:
    before = ranked([0, 0, 2, 2], [0.5, 0.4, 0.9, 0.8])
    after = boosted(before, {"type boost": np.array([0, 0.3, 0, 1], dtype=np.float32)})
    assert after.documents.tolist() == [1, 0, 3, 2] and after.tiers.tolist() == [0, 0, 2, 2]
    assert after.scores.tolist() == pytest.approx([0.7, 0.5, 1.8, 0.9])
    assert after.gains["type boost"].tolist() == pytest.approx([0.3, 0, 1, 0])
    assert boosted(before, {}) is before


def test_hits_say_what_they_gained(generation: Generation) -> None:
    request = SearchRequest("cough and wheezing", limit=100, join=False)
    plain = Retriever(generation, None, FakeEmbedder()).search(request)
    gaining = Retriever(generation, None, FakeEmbedder(), boosts=boosts_of("type:Discharge summary=0.5; fresh:365=0.05"))
    result = gaining.search(request)
    before = {hit.document: hit for hit in plain.hits}
    assert {hit.document for hit in result.hits} == set(before) and result.well == plain.well and len(before) > 5
    assert {hit.type for hit in result.hits if "type boost" in hit.scores} == {"Discharge summary"}
    assert any("freshness boost" in hit.scores for hit in result.hits)
    assert [hit.document for hit in result.hits] != [hit.document for hit in plain.hits]
    for hit in result.hits:
        gained = sum(value for name, value in hit.scores.items() if name.endswith("boost"))
        assert hit.score == pytest.approx(before[hit.document].score + gained, abs=1e-5) and hit.match == before[hit.document].match
    assert gaining.search(SearchRequest("", join=False)).hits[0].scores == {}, "what is only listed gains nothing"
