"""Sentences and their contexts: what is taken for a pair, who is asked for, and what counts as better."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evaluation import cloze
from search.evaluation.cloze import ask, corpus_of, figures_of, is_better, ranks_of
from tests.search.word_embedder import WordEmbedder


def texts(count, owners=50):
    return [
        (
            f"Patient/{n % owners}",
            f"Note {n} begins with words of its own here. The second sentence of {n} is about thing {n * 7}. The end {n}.",
        )
        for n in range(count)
    ]


def test_a_sentence_is_taken_out_of_its_passage_whole():
    corpus = corpus_of(texts(300), 1000, 1)
    assert corpus.learned and corpus.asked
    whole = {text.replace(" ", "") for _, text in texts(300)}
    for pair in (*corpus.learned, *corpus.asked):
        assert pair.sentence not in pair.context
        assert len(pair.sentence.replace(" ", "") + pair.context.replace(" ", "")) in {len(each) for each in whole}


def test_what_is_asked_for_is_of_others_than_what_is_learned():
    owner_of = {text: owner for owner, text in texts(500)}

    def owners(pairs):
        return {owner for pair in pairs for text, owner in owner_of.items() if pair.sentence in text}

    corpus = corpus_of(texts(500), 1000, 1)
    assert corpus.asked and not owners(corpus.learned) & owners(corpus.asked)


def test_the_same_seed_gives_the_same_pairs_and_another_one_others():
    assert corpus_of(texts(200), 100, 3) == corpus_of(texts(200), 100, 3)
    assert corpus_of(texts(200), 100, 3) != corpus_of(texts(200), 100, 4)


def test_a_pool_holds_no_more_than_it_may_and_every_question_s_own_context(monkeypatch):
    monkeypatch.setattr(cloze, "POOL", 60)
    monkeypatch.setattr(cloze, "QUESTIONS", 5)
    corpus = corpus_of(texts(400), 100, 1)
    assert len(corpus.learned) == 100 and len(corpus.asked) == 5 and len(corpus.asked) + len(corpus.others) == 60
    assert not {pair.context for pair in corpus.asked} & set(corpus.others)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "One sentence that stands all by itself and is long enough.",
        "Short. Also. No. Yes. Perhaps. Never. Always. Sometimes. Often.",
        "x" * 900,
    ],
)
def test_what_makes_no_pair_is_passed_over(text):
    assert corpus_of([("Patient/1", text)], 10, 1) == cloze.Corpus((), (), ())


def test_what_is_said_twice_asks_once():
    twice = [("Patient/1", texts(1)[0][1]), ("Patient/2", texts(1)[0][1])]
    corpus = corpus_of(twice * 20, 10, 1)
    sentences = [pair.sentence for pair in (*corpus.learned, *corpus.asked)]
    assert len(sentences) == len(set(sentences))


@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_text_is_taken(found):
    corpus = corpus_of([(str(n), text) for n, text in enumerate(found)], 5, 1)
    assert len(corpus.learned) <= 5
    assert all(len(pair.sentence) >= 25 and len(pair.context) >= 60 for pair in corpus.learned)


def test_ranks_are_those_of_a_sorted_list():
    random = np.random.default_rng(1)
    contexts = random.normal(size=(700, 8)).astype(np.float32)
    contexts /= np.linalg.norm(contexts, axis=1, keepdims=True)
    questions = contexts[:600] + random.normal(scale=0.3, size=(600, 8)).astype(np.float32)
    expected = [1 + list(np.argsort(-(contexts @ question), kind="stable")).index(place) for place, question in enumerate(questions)]
    assert ranks_of(questions, contexts).tolist() == expected


def test_equals_count_against_a_model():
    same = np.ones((4, 3), dtype=np.float32)
    assert ranks_of(same[:2], same).tolist() == [4, 4]


def test_figures_of_ranks():
    figures = figures_of(np.array([1, 1, 5, 15, 100]), 500)
    assert (figures.questions, figures.pool, figures.hits_at_1, figures.hits_at_10, figures.hits_at_20) == (5, 500, 0.4, 0.6, 0.8)
    assert figures.mean_rank == pytest.approx(24.4)
    assert figures_of(np.empty(0, dtype=np.int64), 3).questions == 0


def test_a_model_that_tells_texts_apart_is_asked():
    corpus = corpus_of(texts(300), 200, 1)
    told = []
    ranks = ask(corpus, WordEmbedder(), told.append)
    assert len(ranks) == len(corpus.asked) and sum(told) == 2 * len(corpus.asked) + len(corpus.others)
    assert ranks.mean() < len(corpus.others) / 4


@pytest.mark.parametrize(
    ("before", "after", "better"),
    [
        ([1] * 50, [1] * 50, False),
        ([], [], False),
        (range(1, 101), [max(1, rank // 2) for rank in range(1, 101)], True),
        (range(1, 101), [rank * 2 for rank in range(1, 101)], False),
        # Better in the mean, but fewer are first.
        ([1] * 10 + [500] * 90, [2] * 10 + [20] * 90, False),
        # One question alone says nothing.
        ([2] + [5] * 99, [1] + [5] * 99, False),
    ],
)
def test_better_is_more_first_ones_and_surely_smaller_ranks(before, after, better):
    assert is_better(list(before), list(after)) is better
