"""A quotation that is opened and never closed is told, and a mark that belongs to a measure or a word is none."""

from pathlib import Path

import pytest

from search.model import SearchRequest
from search.questions.operators import LONGEST, open_quotation
from search.retriever import Retriever
from tests.search.clinic import FakeEmbedder, build, make_clinic, opened


@pytest.mark.parametrize(
    "question", ['chest "pain on exertion', '"chest pain', 'cough -"dry and', "“chest pain", '"chest pain" and "left arm']
)
def test_a_quotation_that_is_not_closed_is_told(question: str) -> None:
    assert "not closed" in open_quotation(question)


@pytest.mark.parametrize(
    "question",
    [
        *('"chest pain"', '"pain"', 'chest "pain" now', "“so” it is", """5'10" tall, 3" wound""", 'a 3" and a 4" wound', '"', 'a " b', ""),
        *('"open\nin a text of lines', '"open ' + "x " * LONGEST, '-"left arm" pain', '"a b" OR "c d"'),
    ],
)
def test_a_mark_that_opens_nothing_is_not(question: str) -> None:
    assert open_quotation(question) == ""


def test_the_answer_says_so(tmp_path: Path) -> None:
    build(make_clinic(patients=3), tmp_path, embedder=FakeEmbedder())
    with opened(tmp_path / "g1") as generation:
        retriever = Retriever(generation, None, FakeEmbedder())
        for found in (retriever.search(SearchRequest('"cough and')), retriever.facet(SearchRequest('"cough and'), "type")):
            assert sum("not closed" in notice for notice in found.notices) == 1
        assert not any("not closed" in notice for notice in retriever.search(SearchRequest('"cough and" fever')).notices)
