"""The book of words: numbers that stay, whoever asks and however much has been written."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from concepts import wordbook
from concepts.wordbook import OfWords, Wordbook, are


def _cut(stretch):
    return [(stretch, stretch)] if stretch else []


def test_threads_that_number_the_same_words_agree():
    book, known = Wordbook(_cut), OfWords(lambda words: np.asarray([int(word) for word in words], dtype=np.int64))

    def ask(shift):
        norms = [str((each * 7 + shift) % 3000) for each in range(3000)]
        entries = book.entries(norms)
        return [book.words[entry] for entry in entries] == norms and known.of(book, entries).tolist() == [int(norm) for norm in norms]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(64)))
    assert len(book.words) == len(set(book.words)) == 3000


def test_what_is_known_of_words_is_told_for_each_book():
    marks = are({"b"})
    one, other = Wordbook(_cut), Wordbook(_cut)
    assert marks.of(one, one.entries(["a", "b"])).tolist() == [False, True]
    assert marks.of(other, other.entries(["b", "a"])).tolist() == [True, False]
    assert marks.of(one, one.entries(["c", "b"])).tolist() == [False, True]


def test_stretches_that_are_forgotten_are_cut_again(monkeypatch):
    monkeypatch.setattr(wordbook, "_MOST_STRETCHES", 2)
    cut = []
    book = Wordbook(lambda stretch: cut.append(stretch) or _cut(stretch))
    entries = book.pieces("a b c a")["entry"]
    assert cut == ["a", "b", "c", "a"]
    assert book.norms(entries) == ["a", "b", "c", "a"]


def test_a_stretch_too_long_for_its_places_is_none():
    assert Wordbook(_cut).pieces("a " + "b" * 251) is None
    assert Wordbook(_cut).pieces("a " + "b" * 250) is not None
