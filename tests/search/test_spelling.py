"""A mended question is told in whole words."""

import pytest

from search.lexical.analysis import tokenize_with_spans
from search.ranking.spelling import in_whole_words

TEXTS = ("Progressive Breathlessness, treated with inhaled corticosteroids.", "Short of breath since May.")


def stem(word: str) -> str:
    (found, _, _), *_ = tokenize_with_spans(word)
    return found


@pytest.mark.parametrize("word", ["breathlessness", "corticosteroids", "inhaled", "progressive", "breath"])
def test_a_stem_that_stands_for_a_slip_is_written_out_as_texts_have_it(word: str) -> None:
    slip = word[:2] + "x" + word[2:]
    assert in_whole_words(f"dad has {stem(word)}!", f"dad has {slip}!", TEXTS) == f"dad has {word}!"


def test_words_of_the_question_stay_and_unknown_stems_too() -> None:
    assert in_whole_words("Treated short", "Treated short", TEXTS) == "Treated short"
    assert in_whole_words("zebra short", "zbra short", TEXTS) == "zebra short"
    assert in_whole_words("zebra", "zbra", ()) == "zebra"
