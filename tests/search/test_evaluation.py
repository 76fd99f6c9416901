"""Metrics of ranking against values worked out by hand and by other formulas, and judged collections read or refused."""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.embedding_cache import EmbeddingCache
from search.errors import CollectionUnreadable
from search.evaluation.rankings import evaluate_collection, load_collection, metrics
from tests.search.clinic import FakeEmbedder

names = st.sampled_from([f"d{n}" for n in range(30)])
gradings = st.dictionaries(names, st.integers(0, 3), max_size=14)
rankings = st.lists(names, unique=True, max_size=30)


def test_metrics_worked_out_by_hand() -> None:
    qrels = {"q1": {"a": 3, "b": 2, "c": 1, "d": 0}, "q2": {"x": 1, "y": 1}, "q3": {"z": 1}, "q4": {"a": 0}}
    ranked = {"q1": ["b", "d", "a", "e"], "q2": ["m", "n", "o", "y"], "q4": ["a"]}
    # q1: DCG 2/1 + 3/2 = 3.5, ideal 3/1 + 2/log2(3) + 1/2 = 4.76186; q2: 1/log2(5) = 0.43068 of 1 + 1/log2(3) = 1.63093; q3 found nothing.
    # q4 has no relevant document and is left out.
    assert metrics(ranked, qrels) == pytest.approx(
        {"ndcg@10": (0.735007 + 0.264069 + 0) / 3, "recall@100": (2 / 3 + 1 / 2 + 0) / 3, "mrr": (1 + 1 / 4 + 0) / 3}, abs=1e-6
    )


def test_what_lies_beyond_the_cut_does_not_count() -> None:
    filler = [f"f{n}" for n in range(200)]
    qrels = {"q": {"a": 1}}
    tenth, eleventh, hundredth, next_ = (metrics({"q": [*filler[:n], "a", *filler[n:]]}, qrels) for n in (9, 10, 99, 100))
    assert (tenth["ndcg@10"], eleventh["ndcg@10"]) == (pytest.approx(1 / math.log2(11)), 0)
    assert (hundredth["recall@100"], next_["recall@100"]) == (1, 0)
    assert next_["mrr"] == pytest.approx(1 / 101), "reciprocal rank has no cut"


def test_a_document_listed_twice_counts_once() -> None:
    qrels = {"q": {"a": 1, "b": 1}}
    assert metrics({"q": ["a", "a", "b"]}, qrels) == metrics({"q": ["a", "b"]}, qrels) == {"ndcg@10": 1, "recall@100": 1, "mrr": 1}
    assert metrics({"q": ["a"]}, {"q": {"a": 0}}) == metrics({}, {}) == {"ndcg@10": 0, "recall@100": 0, "mrr": 0}


def otherwise(ranked: Sequence[str], grades: Mapping[str, int]) -> tuple[float, float, float]:
    """The metrics of one query by other formulas: sums over relevant documents and their ranks, natural logarithms, the ideal counted."""
    rank = {document: place for place, document in enumerate(ranked, 1)}
    relevant = [document for document in grades if grades[document] > 0]
    gained = math.fsum(grades[d] * math.log(2) / math.log1p(rank[d]) for d in relevant if rank.get(d, 99) < 11)
    # A grade's places in the ideal order follow from how many documents have higher ones.
    ideal = 0.0
    for grade in {grades[d] for d in relevant}:
        above = sum(g > grade for g in grades.values())
        level = sum(g == grade for g in grades.values())
        ideal += math.fsum(grade * math.log(2) / math.log1p(place) for place in range(above + 1, min(above + level, 10) + 1))
    recall = 1 - sum(rank.get(d, 101) > 100 for d in relevant) / len(relevant)
    best = min((rank.get(d, math.inf) for d in relevant), default=math.inf)
    return gained / ideal, recall, 1 / best


@given(st.lists(st.tuples(rankings, gradings), min_size=1, max_size=4))
def test_metrics_by_another_formula(questions: list[tuple[list[str], dict[str, int]]]) -> None:
    judged = [(ranked, grades) for ranked, grades in questions if any(grades.values())]
    expected = [sum(values) / len(judged) for values in zip(*(otherwise(*q) for q in judged), strict=True)] if judged else [0, 0, 0]
    found = metrics({str(n): q[0] for n, q in enumerate(questions)}, {str(n): q[1] for n, q in enumerate(questions)})
    assert list(found.values()) == pytest.approx(expected, abs=1e-12)


def test_no_order_beats_that_of_the_grades() -> None:
    grades = {"a": 3, "b": 2, "c": 1, "d": 0}
    gains = {order: metrics({"q": order}, {"q": grades})["ndcg@10"] for order in permutations(grades)}
    assert {order for order, gain in gains.items() if gain == max(gains.values())} == {("a", "b", "c", "d")}
    assert max(gains.values()) == 1


def write_collection(folder: Path, corpus: str = "", queries: str = "", qrels: str = "q\td\t1\n", beir: bool = False) -> Path:
    (folder / "corpus.jsonl").write_text(corpus or '{"_id": "d", "title": "T", "text": "cough"}\n')
    (folder / "queries.jsonl").write_text(queries or '{"id": "q", "text": "cough?"}\n')
    path = folder / "qrels" / "test.tsv" if beir else folder / "qrels.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(qrels)
    return folder


@pytest.mark.parametrize("beir", [True, False])
def test_collections_are_read_with_or_without_a_header(tmp_path: Path, beir: bool) -> None:
    corpus = '\ufeff{"_id": "d", "title": null, "text": "a"}\r\n\n{"id": 7, "title": "T", "text": ""}'
    found = load_collection(write_collection(tmp_path, corpus, qrels="query-id\tcorpus-id\tscore\nq\td\t2\nq\t7\t0\n", beir=beir))
    assert found.documents == {"d": ("", "a"), "7": ("T", "")}
    assert (found.queries, found.qrels) == ({"q": "cough?"}, {"q": {"d": 2, "7": 0}})


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"corpus": '{"_id": "d", "text": "a"}\n\n{"_id": "d", "text": "b"}\n'}, "corpus.jsonl, line 3: the document 'd' was there before"),
        ({"corpus": '{"_id": "d"}\n'}, 'corpus.jsonl, line 1: no "text"'),
        ({"corpus": '{"text": "a"}\n'}, 'corpus.jsonl, line 1: no "id"'),
        ({"corpus": '{"_id": true, "text": "a"}\n'}, 'corpus.jsonl, line 1: no "id"'),
        ({"corpus": "[]\n"}, "corpus.jsonl, line 1: not a JSON object"),
        ({"queries": '{"_id": "q", "text": "a"}\n{'}, "queries.jsonl, line 2: not JSON"),
        ({"queries": '{"_id": "q", "text": "a"}\n' * 2}, "queries.jsonl, line 2: the query 'q' was there before"),
        ({"qrels": "q\td\n"}, "qrels.tsv, line 1: 2 columns"),
        ({"qrels": "q\td\t1\nq\td\thigh\n"}, "qrels.tsv, line 2: the grade 'high'"),
        ({"qrels": "other\td\t1\n"}, "qrels.tsv, line 1: the query 'other'"),
        ({"qrels": "q\td\t0\n"}, "nothing to measure"),
    ],
)
def test_a_broken_collection_is_refused_by_file_and_line(tmp_path: Path, broken: dict[str, str], message: str) -> None:
    with pytest.raises(CollectionUnreadable) as error:
        load_collection(write_collection(tmp_path, **broken))
    assert message in str(error.value)


def test_an_absent_file_and_one_that_is_not_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(CollectionUnreadable, match=r"corpus\.jsonl: there is no such file"):
        load_collection(tmp_path)
    write_collection(tmp_path)
    (tmp_path / "queries.jsonl").write_bytes(b'{"id": "q", "text": "a"}\n{"id": "r", "text": "\xff"}\n')
    with pytest.raises(CollectionUnreadable, match=r"queries\.jsonl, line 2: not UTF-8 \(byte 22\)"):
        load_collection(tmp_path)


def test_every_mode_is_measured_and_each_text_embedded_once(tmp_path: Path) -> None:
    diseases = ["gout", "asthma", "anemia", "sinusitis", "hypertension"]
    corpus = "\n".join(json.dumps({"_id": d, "title": "Note", "text": f"Patient has {d}."}) for d in diseases)
    queries = "\n".join(json.dumps({"_id": f"q-{d}", "text": d}) for d in [*diseases, "unjudged"])
    write_collection(tmp_path, corpus, queries, "".join(f"q-{d}\t{d}\t1\n" for d in diseases))
    embedder, steps = FakeEmbedder(dimension=256), []
    cache = EmbeddingCache(tmp_path / "cache.sqlite")
    found = evaluate_collection(tmp_path, tmp_path / "one", embedder, cache, lambda *step: steps.append(step))
    assert found == {mode: {"ndcg@10": 1, "recall@100": 1, "mrr": 1} for mode in ("hybrid", "semantic", "lexical")}
    assert sorted(embedder.encoded) == sorted(f"Note\nPatient has {d}." for d in diseases)
    assert steps[0] == ("embed", 5, 5) and steps[-1] == ("rank lexical", 5, 5)
    assert evaluate_collection(tmp_path, tmp_path / "two", embedder, cache) == found
    assert len(embedder.encoded) == len(diseases), "the cache knows them all"
