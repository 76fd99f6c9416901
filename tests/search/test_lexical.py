"""BM25 compared with its formula said plainly, and the words that texts are cut into."""

import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import GenerationUnreadable
from search.lexical import analysis, build_lexical, open_lexical
from search.lexical.bm25 import Bm25Index, best_first
from search.units import CSR

WORDS = ["cough", "fever", "gout", "asthma", "carcinoma", "anemia", "the", "tumour", "IL-6", "TNF-α", "5.5", "Röntgen", "no"]
QUERIES = ["cough", "gout fever", "the cough of gout", "il6 tumor", "rontgen tnf-alpha", "fever fever gout", "unknown", "no 5.5 cough"]


def one_each(texts: Sequence[str]) -> CSR:
    """Every text is a document."""
    count = len(texts)
    return CSR(np.arange(count + 1), np.arange(count), count)


def opened(texts: Sequence[str], folder: Path, links: CSR | None = None) -> Bm25Index:
    build_lexical(texts, links or one_each(texts), folder)
    return open_lexical(folder)


def bm25(query: str, texts: Sequence[Sequence[str]]) -> list[float]:
    """Lucene's BM25, term by term: k1 = 1.2, b = 0.75, a term as often as the query says it."""
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        counts, score = Counter(text), 0.0
        for term in analysis.tokenize(query):
            having = sum(term in other for other in texts)
            idf = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
            score += idf * counts[term] / (counts[term] + 1.2 * (0.25 + 0.75 * len(text) / mean)) if counts[term] else 0
        scores.append(score)
    return scores


@pytest.fixture(scope="module")
def texts() -> list[str]:
    chance = random.Random(3)
    return ["", "the of", *(" ".join(chance.choices(WORDS, k=chance.randint(1, 12))) for _ in range(150))]


@pytest.fixture(scope="module")
def links(texts: list[str]) -> CSR:
    """60 documents of zero to several units each; units in none or several."""
    chance = np.random.default_rng(4)
    units, documents = np.divmod(np.sort(chance.choice(len(texts) * 60, 400, replace=False)), 60)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.bincount(units, minlength=len(texts)), out=offsets[1:])
    return CSR(offsets, documents, 60)


@pytest.fixture(scope="module")
def index(texts: list[str], links: CSR, tmp_path_factory: pytest.TempPathFactory) -> Bm25Index:
    return opened(texts, tmp_path_factory.mktemp("lexical"), links)


@pytest.mark.parametrize("query", QUERIES)
def test_scores_are_those_of_the_formula(index: Bm25Index, texts: list[str], query: str) -> None:
    expected = bm25(query, [analysis.tokenize(text) for text in texts])
    assert index.size == len(texts)
    np.testing.assert_allclose(index.scores(query, np.arange(len(texts))), expected, rtol=1e-5)
    backwards = np.arange(len(texts))[::-7]
    np.testing.assert_allclose(index.scores(query, backwards), np.array(expected)[backwards], rtol=1e-5)


@pytest.mark.parametrize("query", QUERIES)
def test_documents_are_scored_as_a_whole_and_below_the_bound(index: Bm25Index, texts: list[str], links: CSR, query: str) -> None:
    held: list[list[str]] = [[] for _ in range(links.count)]
    for unit, text in enumerate(texts):
        for document in links.documents[links.offsets[unit] : links.offsets[unit + 1]]:
            held[document].extend(analysis.tokenize(text))
    scores, bound = index.search_documents(query)
    np.testing.assert_allclose(scores, bm25(query, held), rtol=1e-5)
    assert bound > scores.max() or bound == scores.max() == 0
    allowed = np.arange(links.count) % 3 == 0
    filtered, same = index.search_documents(query, allowed)
    np.testing.assert_array_equal(filtered, np.where(allowed, scores, 0))
    assert same == bound, "a filter changes no score"


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("k", [0, 1, 5, 1000])
def test_the_filter_comes_before_the_cut(index: Bm25Index, query: str, k: int) -> None:
    everything, scores = index.search(query, index.size)
    assert (scores > 0).all()
    assert list(zip(-scores, everything, strict=True)) == sorted(zip(-scores, everything, strict=True)), "best first, ties by row"
    assert set(everything) == {row for row, score in enumerate(index.scores(query, np.arange(index.size))) if score > 0}
    for allowed in (None, np.arange(index.size) % 5 == 1, np.arange(index.size) > 148, np.zeros(index.size, dtype=np.bool_)):
        kept = np.ones(len(everything), dtype=np.bool_) if allowed is None else allowed[everything]
        found, cosines = index.search(query, k, allowed)
        np.testing.assert_array_equal(found, everything[kept][:k])
        np.testing.assert_array_equal(cosines, scores[kept][:k])
    np.testing.assert_array_equal(index.search(query, index.size)[0], everything, err_msg="a filter leaves no trace")


def test_ties_go_to_the_first_rows(tmp_path: Path) -> None:
    index = opened(["gout"] * 40 + ["gout gout"] + ["gout"] * 40 + ["cough"] * 5, tmp_path)
    assert index.search("gout", 4)[0].tolist() == [40, 0, 1, 2]
    allowed = np.ones(index.size, dtype=np.bool_)
    allowed[[0, 2, 40]] = False
    assert index.search("gout", 4, allowed)[0].tolist() == [1, 3, 4, 5]


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(0, 32))
def test_best_first_is_a_sort(values: list[int], k: int) -> None:
    scores = np.array(values, dtype=np.float32)
    expected = sorted((row for row, value in enumerate(values) if value), key=lambda row: (-values[row], row))[:k]
    rows, found = best_first(scores, k)
    assert (rows.tolist(), found.tolist()) == (expected, [values[row] for row in expected])


@pytest.mark.parametrize("query", ["", " ", "the of what", "-", "!?", "\x00", "zyxomma", "\ud800"])
def test_questions_without_a_known_word_find_nothing(index: Bm25Index, query: str) -> None:
    rows, scores = index.search(query, 10)
    assert len(rows) == len(scores) == 0
    whole, bound = index.search_documents(query)
    assert (whole.tolist(), bound) == ([0] * 60, 0)
    assert index.scores(query, np.arange(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("texts", [[], [""], ["the of", " \n", "?"]])
def test_an_index_without_words_answers(tmp_path: Path, texts: list[str]) -> None:
    index = opened(texts, tmp_path)
    assert index.size == len(texts)
    assert index.search("cough", 5, np.ones(len(texts), dtype=np.bool_))[0].tolist() == []
    assert index.search_documents("cough")[0].tolist() == [0] * len(texts)


def test_spellings_meet_across_texts_and_questions(tmp_path: Path) -> None:
    texts = [
        "Röntgen of the thorax",
        "咳嗽 三天",
        "Кашель",
        "IL-6 was high",
        "serum TNF\u2010α",
        "1,000 mg",
        "oedema",
        "ﬁbrosis Ｘ",
        "ca\u0308rcinoma",
    ]
    index = opened(texts, tmp_path)
    for row, query in enumerate(["rontgen", "咳嗽", "кашель", "il6", "tnfalpha", "1000", "edemas", "FIBROSIS x", "c\u00e4rcinoma"]):
        assert index.search(query, 9)[0].tolist() == [row], query


def test_words_are_folded_and_stemmed() -> None:
    same = [
        ("tumours", "tumor"),
        ("HOSPITALISED", "hospitalized"),
        ("anaemia", "anemias"),
        ("café", "cafe"),
        ("Ro\u0308ntgen-e\u0301tude", "röntgen-étude"),
        ("5 μg", "5 ug"),
        ("Straße", "strasse"),
        ("β-blockers", "beta blocker betablocker"),
    ]
    for one, other in same:
        assert set(analysis.tokenize(one)) == set(analysis.tokenize(other)) != set(), (one, other)
    assert analysis.tokenize("IL-6 and il-6") == ["il", "6", "il", "6", "il6", "il6"], "compounds come last, repeats stay"
    assert analysis.terms("cough, Coughs and COUGHING; fever") == ("cough", "fever")
    assert analysis.tokenize("no fever, not all of it") == ["no", "fever", "not", "all"], "negation carries meaning"
    assert analysis.tokenize("our hour four") == ["hour", "four"]
    assert analysis.tokenize("x" * 5000) == ["x" * 64]


def test_a_long_word_costs_no_more_than_its_length() -> None:
    started = time.process_time()
    assert analysis.tokenize("-" + "x" * 200_000) == ["x" * 64]
    assert time.process_time() - started < 2, "some minutes where every place of a word is tried as its beginning"


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from([*WORDS, "-", "‐", " ", "é", "1,000.5"]), max_size=12).map("".join)))
def test_spans_are_those_of_the_terms(text: str) -> None:
    spans = analysis.tokenize_with_spans(text)
    assert Counter(term for term, _, _ in spans) == Counter(analysis.tokenize(text))
    assert [span[1:] for span in spans] == sorted(span[1:] for span in spans)
    for term, start, end in spans:
        assert term in analysis.tokenize(text[start:end]), "the span says the term"
        assert text[start:end] == text[start:end].strip()


@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from([*WORDS, "-", "‐", " ", "é", "1,000.5"]), max_size=12).map("".join)), st.data()
)
def test_spans_of_some_terms_are_among_those_of_all(text: str, data: st.DataObject) -> None:
    spans = analysis.tokenize_with_spans(text)
    wanted = data.draw(st.sets(st.sampled_from(sorted({term for term, _, _ in spans})))) if spans else {"word"}
    assert analysis.spans_of(text, wanted) == [span for span in spans if span[0] in wanted]


def test_equal_content_gives_equal_files(tmp_path: Path) -> None:
    texts = ["gout and cough", "fever"]
    for name in ("a", "b"):
        build_lexical(iter(texts), one_each(texts), tmp_path / name)
    build_lexical(texts[::-1], one_each(texts), tmp_path / "c")
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) >= 8
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)
    vocabularies = [file for file in files if "vocab" in file.name]
    assert vocabularies and all((tmp_path / "a" / file).read_bytes() == (tmp_path / "c" / file).read_bytes() for file in vocabularies)


def test_damaged_or_mixed_files_are_refused(tmp_path: Path) -> None:
    build_lexical(["gout", "cough"], one_each("ab"), tmp_path / "a")
    build_lexical(["fever", "cough", "fever anemia"], one_each("abc"), tmp_path / "b")
    (tmp_path / "a" / "units").rename(tmp_path / "kept")
    with pytest.raises(GenerationUnreadable, match="publish the data again"):
        open_lexical(tmp_path / "a")
    (tmp_path / "b" / "units").rename(tmp_path / "a" / "units")
    with pytest.raises(GenerationUnreadable, match="do not belong together"):
        open_lexical(tmp_path / "a")
    (file,) = (tmp_path / "kept").glob("data*.npy")
    file.write_bytes(file.read_bytes()[:20])
    (tmp_path / "kept").rename(tmp_path / "b" / "units")
    with pytest.raises(GenerationUnreadable):
        open_lexical(tmp_path / "b")
