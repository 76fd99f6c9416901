"""The ranker compared with a reference that weighs every document by itself, and hybrid ranking with its parts."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from search.lexical import build_lexical, open_lexical
from search.model import Mode
from search.protocols import LexicalIndex, VectorIndex
from search.ranking.fusion import CENTROID, WORDS, RankedDocuments, Ranker
from search.ranking.relevance import COVERAGE, FARTHEST, LOOSELY, UNKNOWN, WELL, noise_of
from search.units import CSR
from search.vectors import build_index, open_index
from tests.search.clinic import SENTENCES, FakeEmbedder

DOCUMENTS = 80
QUERIES = ["cisplatin for carcinoma of the breast", "cough and fever", "metformin glucose glucose", "the of", "unheard words only", "visit"]
DEEP = 1000


@dataclass
class Corpus:
    """Texts of units, the documents that hold each, and the indexes of both."""

    texts: list[str]
    links: CSR
    embedder: FakeEmbedder
    vectors: VectorIndex
    lexical: LexicalIndex

    def ranker(self) -> Ranker:
        return Ranker(self.vectors, self.lexical, self.embedder)

    def rank(self, query: str, mode: Mode, depth: int = DEEP, allowed: NDArray[np.bool_] | None = None) -> RankedDocuments:
        return self.ranker().rank(query, mode, depth, allowed, self.links)


def make_corpus(folder: Path, embedded: float) -> Corpus:
    """80 documents of 0 to 4 units that documents share, each tenth a copy of that before; a share of the units has vectors."""
    chance = random.Random(8)
    texts = [" ".join(chance.sample(SENTENCES, chance.randint(1, 3))) for _ in range(60)]
    held: list[list[int]] = []
    for number in range(DOCUMENTS):
        held.append(held[-1] if number % 10 == 9 else sorted(chance.sample(range(len(texts)), chance.randint(0, 4))))
    pairs = sorted((unit, document) for document, units in enumerate(held) for unit in units)
    offsets = np.searchsorted([unit for unit, _ in pairs], np.arange(len(texts) + 1))
    links = CSR(offsets, np.array([document for _, document in pairs]), DOCUMENTS)
    rows = np.array(sorted(chance.sample(range(len(texts)), round(embedded * len(texts)))))
    embedder = FakeEmbedder(dimension=64)
    build_index(embedder.encode([texts[row] for row in rows]), rows, folder / "vectors")
    build_lexical(texts, links, folder / "lexical")
    return Corpus(texts, links, embedder, open_index(folder / "vectors"), open_lexical(folder / "lexical"))


@pytest.fixture(scope="module", params=[1.0, 0.5], ids=["embedded", "half-embedded"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return make_corpus(tmp_path_factory.mktemp("corpus"), request.param)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return make_corpus(tmp_path_factory.mktemp("whole"), 1.0)


def reference(corpus: Corpus, query: str, mode: Mode, allowed: Sequence[bool]) -> dict[int, tuple[float, int]]:
    """Document → (score, best unit), each worked out from its own units."""
    vector = corpus.embedder.encode_query(query).astype(np.float64)
    words, bound = corpus.lexical.search_documents(query)
    coverage, unknown = corpus.lexical.coverage(query)
    noise = noise_of(corpus.vectors, corpus.embedder, len(corpus.texts))
    parts: dict[int, tuple[float | None, float, int]] = {}
    for document in np.flatnonzero(allowed).tolist():
        units = sorted(set(corpus.links.units_of(np.array([document]))[1].tolist()))
        vectors = {u: v for u in units if np.any(v := corpus.vectors.vectors(np.array([u]))[0].astype(np.float64))}
        share = float(words[document]) / bound if bound and mode is not Mode.SEMANTIC else 0.0
        cosines = {u: float(v @ vector) for u, v in vectors.items()} if mode is not Mode.LEXICAL else {}
        meaning = None
        if cosines:
            total = np.sum(list(vectors.values()), axis=0)
            centroid = float(total @ vector) / float(np.linalg.norm(total))
            meaning = (1 - CENTROID) * max(cosines.values()) + CENTROID * centroid
        near = max(min(max((max(cosines.values()) - noise) / (1 - noise), FARTHEST), 1.0) if cosines else 0.0, FARTHEST)
        said = float(coverage[document]) if mode is not Mode.SEMANTIC else 0.0
        if near * (1 - UNKNOWN * unknown) + COVERAGE * said >= LOOSELY:
            worded = corpus.lexical.scores(query, np.array(units)) if bound and mode is not Mode.SEMANTIC else np.zeros(len(units))
            telling = [round(cosines.get(u, 0.0) + WORDS * float(s) / (bound or 1), 6) for u, s in zip(units, worded, strict=True)]
            parts[document] = meaning, share, units[telling.index(max(telling))]
    known = [meaning for meaning, _, _ in parts.values() if meaning is not None]
    average = sum(known) / len(known) if known else 0.0
    scored = {}
    for document, (meaning, share, unit) in parts.items():
        meant = average if meaning is None else meaning
        scored[document] = {Mode.LEXICAL: share, Mode.SEMANTIC: meant, Mode.HYBRID: (meant + WORDS * share) / (1 + WORDS)}[mode], unit
    return scored


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", QUERIES)
def test_documents_are_ranked_as_each_deserves(corpus: Corpus, query: str, mode: Mode) -> None:
    for allowed in (None, np.arange(DOCUMENTS) % 3 == 0, np.arange(DOCUMENTS) == 7, np.zeros(DOCUMENTS, dtype=np.bool_)):
        ranked = corpus.rank(query, mode, allowed=allowed)
        expected = reference(corpus, query, mode, np.ones(DOCUMENTS, dtype=np.bool_) if allowed is None else allowed)
        assert set(ranked.documents.tolist()) == set(expected)
        assert len(ranked) == len(ranked.documents) == len(expected) and ranked.exact
        np.testing.assert_allclose(ranked.scores, [expected[d][0] for d in ranked.documents.tolist()], atol=1e-5)
        assert ranked.best_units.tolist() == [expected[d][1] for d in ranked.documents.tolist()]
        keys = list(zip((ranked.relevance < WELL).tolist(), (-ranked.scores).tolist(), ranked.documents.tolist(), strict=True))
        assert keys == sorted(keys), "what matches well, best first, ties by row; then the others"


def test_the_questions_of_these_tests_find_different_things(corpus: Corpus) -> None:
    found = {mode: [len(corpus.rank(query, mode)) for query in QUERIES] for mode in Mode}
    assert found[Mode.LEXICAL][3:5] == [0, 0], "stop words and words nobody wrote"
    assert 0 < min(n for n in found[Mode.LEXICAL] if n) < max(found[Mode.LEXICAL]) < DOCUMENTS
    assert any(a != b for a, b in zip(found[Mode.SEMANTIC], found[Mode.HYBRID], strict=True))
    ranked = corpus.rank(QUERIES[0], Mode.HYBRID)
    assert len(set(ranked.scores.tolist())) < len(ranked), "there are ties to break"


@pytest.mark.parametrize("query", QUERIES)
def test_hybrid_is_made_of_its_parts(whole: Corpus, query: str) -> None:
    hybrid, semantic, lexical = (whole.rank(query, mode) for mode in (Mode.HYBRID, Mode.SEMANTIC, Mode.LEXICAL))
    meaning = dict(zip(semantic.documents.tolist(), semantic.scores.tolist(), strict=True))
    words = dict(zip(lexical.documents.tolist(), lexical.scores.tolist(), strict=True))
    assert set(hybrid.documents.tolist()) >= meaning.keys() & words.keys()
    assert np.isnan(lexical.semantic).all() and np.isnan(semantic.lexical).all()
    for document, score, meant, share in zip(hybrid.documents.tolist(), hybrid.scores, hybrid.semantic, hybrid.lexical, strict=True):
        assert document not in meaning or meant == pytest.approx(meaning[document], abs=1e-6)
        assert document not in words or share == pytest.approx(words[document], abs=1e-6)
        assert score == pytest.approx((meant + WORDS * np.nan_to_num(share)) / (1 + WORDS), abs=1e-6)


@pytest.mark.parametrize("query", QUERIES)
def test_without_a_part_the_other_ranks(whole: Corpus, query: str) -> None:
    def same(one: RankedDocuments, other: RankedDocuments) -> bool:
        pairs = ((one.documents, other.documents), (one.scores, other.scores), (one.best_units, other.best_units))
        return all(np.array_equal(a, b) for a, b in pairs)

    def hybrid(ranker: Ranker) -> RankedDocuments:
        return ranker.rank(query, Mode.HYBRID, DEEP, None, whole.links)

    lexical, semantic = whole.rank(query, Mode.LEXICAL), whole.rank(query, Mode.SEMANTIC)
    assert same(hybrid(Ranker(None, whole.lexical, whole.embedder)), lexical)
    assert same(hybrid(Ranker(whole.vectors, whole.lexical, None)), lexical)
    if not whole.lexical.coverage(query)[1]:
        assert same(hybrid(Ranker(whole.vectors, None, whole.embedder)), semantic), "nothing is unknown that only the words know of"
    assert len(hybrid(Ranker(None, None, None))) == 0
    prepared = whole.ranker()
    prepared.prepare(whole.links)
    assert same(hybrid(prepared), whole.rank(query, Mode.HYBRID))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", QUERIES[:3])
def test_a_score_depends_neither_on_filters_nor_on_the_depth(whole: Corpus, query: str, mode: Mode) -> None:
    """What makes pages and filtered lists agree with each other: a document's score is its own."""
    everything = whole.rank(query, mode)
    score = dict(zip(everything.documents.tolist(), everything.scores.tolist(), strict=True))
    for allowed in (None, np.arange(DOCUMENTS) % 2 == 0, np.isin(np.arange(DOCUMENTS), everything.documents[-6:])):
        kept = [d for d in everything.documents.tolist() if allowed is None or allowed[d]]
        filtered = whole.rank(query, mode, allowed=allowed)
        assert filtered.documents.tolist() == kept, "nothing allowed is lost to what is not"
        for depth in (1, 3, 10, len(kept), len(kept) + 1):
            cut = whole.rank(query, mode, depth, allowed)
            assert len(cut) == min(depth, len(kept))
            assert cut.exact == (len(kept) <= depth)
            assert cut.scores.tolist() == [score[d] for d in cut.documents.tolist()]
            assert set(cut.documents.tolist()) <= set(kept)
            if mode is Mode.LEXICAL or depth >= len(kept):
                assert cut.documents.tolist() == kept[:depth]


def test_the_filter_comes_before_the_nearest_units_are_cut(whole: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.ranking.fusion._LEAST_UNITS", 1)
    everything = whole.rank(QUERIES[0], Mode.SEMANTIC).documents
    last = np.isin(np.arange(DOCUMENTS), everything[-8:])
    found = whole.rank(QUERIES[0], Mode.SEMANTIC, 3, last)
    assert len(found) == 3 and not found.exact
    assert set(found.documents.tolist()) <= set(everything[-8:].tolist())
    assert not last[whole.rank(QUERIES[0], Mode.SEMANTIC, 3).documents].any(), "the nearest of all units are in none of them"


def test_pages_of_one_depth_are_slices_of_one_list(whole: Corpus) -> None:
    ranked = [whole.rank(QUERIES[0], Mode.HYBRID, 20).documents.tolist() for _ in range(3)]
    assert ranked[0] == ranked[1] == ranked[2]
    assert len(set(ranked[0])) == 20


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", ["", " \n"])
def test_an_empty_question_ranks_nothing(whole: Corpus, query: str, mode: Mode) -> None:
    ranked = whole.rank(query, mode)
    assert (len(ranked), ranked.exact, ranked.timings.keys()) == (0, True, {"fuse"})


def test_steps_are_timed(whole: Corpus) -> None:
    steps = {mode: set(whole.rank(QUERIES[0], mode).timings) for mode in Mode}
    assert steps == {
        Mode.HYBRID: {"encode", "semantic", "lexical", "fuse"},
        Mode.SEMANTIC: {"encode", "semantic", "fuse"},
        Mode.LEXICAL: {"lexical", "fuse"},
    }
