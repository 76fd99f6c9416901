"""A question that was asked before costs no encoding, what is remembered is bounded, and errors are not remembered."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from search.embedders.remembered import RememberingEmbedder
from search.errors import ModelUnavailable
from tests.contracts.indexes import EMBEDDER_CHECKS
from tests.ingest.exports import HashEmbedder


class Counting(HashEmbedder):
    """Notes what it is asked, and fails for one question the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_query(self, text: str) -> NDArray[np.float32]:
        self.asked.append(text)
        if text == "fails" and self.asked.count(text) == 1:
            raise ModelUnavailable("the model is not there yet")
        return super().encode_query(text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("check", EMBEDDER_CHECKS)
def test_it_keeps_the_contract(check: str) -> None:
    EMBEDDER_CHECKS[check](RememberingEmbedder(HashEmbedder()))


def test_a_question_is_encoded_once_whoever_asks() -> None:
    model = Counting()
    remembering = RememberingEmbedder(model)
    first = remembering.encode_query("cough")
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(remembering.encode_query, ["cough"] * 20))
    assert model.asked == ["cough"]
    assert all(np.array_equal(first, one) for one in again)
    assert np.array_equal(first, HashEmbedder().encode_query("cough"))
    with pytest.raises(ValueError, match="read-only"):
        again[0][0] = 1


def test_the_questions_asked_longest_ago_are_forgotten() -> None:
    model = Counting()
    remembering = RememberingEmbedder(model, most=2)
    for question in ("a", "b", "a", "c", "a", "b"):
        remembering.encode_query(question)
    assert model.asked == ["a", "b", "c", "b"]


def test_a_failure_is_not_remembered() -> None:
    remembering = RememberingEmbedder(Counting())
    with pytest.raises(ModelUnavailable):
        remembering.encode_query("fails")
    assert len(remembering.encode_query("fails")) == remembering.dimension


def test_words_that_no_text_can_hold_are_a_question_too() -> None:
    model = Counting()
    remembering = RememberingEmbedder(model)
    assert np.array_equal(remembering.encode_query("\ud800"), remembering.encode_query("\ud800"))
    assert len(model.asked) == 1
