"""The lexicon finds every name, where it stands, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from concepts.lexicon import Caution, Name, compile_lexicon, open_lexicon, save_lexicon, words_of
from concepts.tokens import tokens

WORDS = st.sampled_from(["chest", "pain", "type", "2", "diabetes", "mellitus", "of", "the", ",", "lung", "cancer", "left"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), max_size=12), st.lists(WORDS, max_size=30))
def test_it_finds_what_a_comparison_word_by_word_finds(names, text):
    wanted = {tuple(words): None for words in names if any(word[0].isalpha() for word in words)}
    lexicon, _ = compile_lexicon(Name(" ".join(words), number) for number, words in enumerate(names))
    of = tokens(" ".join(text))
    found = {(each.first, each.last) for each in lexicon.find(of)}
    places = range(len(text))
    assert found == {(first, last) for first in places for last in range(first + 1, len(text) + 1) if tuple(text[first:last]) in wanted}


def test_names_are_found_across_hyphens_wraps_case_and_plurals_and_not_across_paragraphs():
    lexicon, _ = compile_lexicon([Name("Non-small cell lung cancer", 0), Name("tumour", 1)])
    for text in ("NON SMALL CELL LUNG CANCERS", "non-small-cell\nlung cancer", "Non–small cell lung cancer"):
        assert [(each.first, each.last) for each in lexicon.find(tokens(text))] == [(0, len(tokens(text)))]
    assert not lexicon.find(tokens("non-small cell\n\nlung cancer"))
    assert not lexicon.find(tokens("non-small cell, lung cancer"))
    assert [each.name for each in lexicon.find(tokens("Tumors"))] == [lexicon.named("tumor")]


def test_of_several_concepts_of_a_name_the_best_comes_first_and_each_once():
    lexicon, _ = compile_lexicon([Name("cold", 7, 20), Name("Cold", 3, 0), Name("colds", 7, 10), Name("cold", 9, 5)])
    assert lexicon.concepts(lexicon.named("cold")) == [3, 9, 7]
    assert lexicon.named("warm") == -1


def test_a_name_is_taken_as_carefully_as_its_freest_entry_says():
    lexicon, _ = compile_lexicon([Name("ALL", 0, caution=Caution.CAPITALS), Name("SI", 1, caution=Caution.CAPITALS), Name("all", 2)])
    assert lexicon.caution(lexicon.named("all")) == Caution.NONE
    assert lexicon.caution(lexicon.named("SI")) == Caution.CAPITALS


def test_names_that_cannot_be_looked_for_are_told():
    long = " ".join(f"w{each}" for each in range(30))
    lexicon, unfit = compile_lexicon([Name("", 0), Name("...", 1), Name("123", 2), Name(long, 3), Name("fever", 4)])
    assert unfit == ["", "...", "123", long]
    assert [each.name for each in lexicon.find(tokens("fever"))] == [0]


def test_it_is_the_same_from_disk(tmp_path):
    lexicon, _ = compile_lexicon([Name("chest pain", 0), Name("pain", 1)])
    save_lexicon(lexicon, tmp_path)
    text = tokens("No chest pain.")
    assert open_lexicon(tmp_path).find(text) == lexicon.find(text) != []


def test_an_empty_lexicon_finds_nothing(tmp_path):
    lexicon, _ = compile_lexicon([])
    save_lexicon(lexicon, tmp_path)
    assert open_lexicon(tmp_path).find(tokens("fever")) == []


def test_words_of_a_text_are_its_tokens_without_what_may_stand_between():
    text = tokens("x-ray of the chest/abdomen")
    assert [text.norms[place] for place in words_of(text)] == ["x", "ray", "of", "the", "chest", "abdomen"]
