"""Figures of judged sets worked out by hand, and sets that are told to be none."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, Vocabulary, compile_vocabulary
from search.embedding_cache import EmbeddingCache
from search.errors import CollectionUnreadable
from search.evaluation.mentions import evaluate_mentions
from search.evaluation.polarity import evaluate_polarity, figures, says_what_it_wants
from search.evaluation.scores import Score
from search.evaluation.spans import evaluate_spans
from tests.search.clinic import FakeEmbedder


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path.parent


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_scores(found: set[int], wanted: set[int]) -> None:
    score, both = Score.of(found, wanted), len(found & wanted)
    assert score.precision * len(found) == pytest.approx(both) and score.recall * len(wanted) == pytest.approx(both)
    assert score.f1 * (len(found) + len(wanted)) == pytest.approx(2 * both)
    assert score.row()["wanted"] == len(wanted)


def test_spans_are_measured_by_assertion(tmp_path: Path) -> None:
    spans = [
        ("No fever.", "fever", "negated"),
        ("Has gout.", "gout", "negated"),
        ("No history of gout.", "gout", ["negated", "historical"]),
        ("Mother had gout.", "gout", "family"),
    ]
    lines = ({"id": n, "text": t, "start": t.index(w), "end": t.index(w) + len(w), "assertion": a} for n, (t, w, a) in enumerate(spans))
    steps: list[tuple[str, int, int]] = []
    rows = evaluate_spans(write(tmp_path / "spans.jsonl", *lines), lambda *step: steps.append(step))
    assert rows["negated"] == {"precision": 1, "recall": pytest.approx(2 / 3), "f1": 0.8, "wanted": 3}
    assert (rows["historical"]["f1"], rows["historical"]["wanted"], rows["family"]["f1"]) == (0, 1, 1)
    assert rows["affirmed"]["wanted"] == rows["affirmed"]["precision"] == 0 and "possible" not in rows
    assert steps[-1] == ("judge spans", 4, 4)


def test_items_of_negex_are_placed_where_the_sentence_names_them_in_capitals(tmp_path: Path) -> None:
    same = {"report": 1, "temporality": "Recent", "experiencer": "Patient", "negated": False}
    rows = evaluate_spans(
        write(
            tmp_path / "items.jsonl",
            {**same, "id": 1, "concept": "chest  pain", "sentence": "Has chest pain at night but no CHEST PAIN by day.", "negated": True},
            {**same, "id": 2, "concept": '"fever, high"', "sentence": "Return if you have FEVER, HIGH.", "temporality": "Not particular"},
            {**same, "id": 3, "concept": "gout", "sentence": "Mother had GOUT.", "experiencer": "Other"},
            {**same, "id": 4, "concept": "gout", "sentence": "Nothing of it."},
        )
    )
    assert {name: row["f1"] for name, row in rows.items() if "f1" in row} == {"negated": 1, "hypothetical": 1, "family": 1}
    assert rows["not placed"] == {"wanted": 1}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    of = [("MESH:D1", "Gout"), ("MESH:D2", "Chest pain"), ("MESH:D3", "Fever")]
    return compile_vocabulary([Named(Concept("http://mesh", code, name, Kind.DISORDER)) for code, name in of])[0]


def marked(text: str, *mentions: tuple[str, Any, str]) -> dict[str, Any]:
    """A text with (words, code, assertion)."""
    spans = ((text.index(words), text.index(words) + len(words), code, assertion) for words, code, assertion in mentions)
    return {"id": text, "text": text, "mentions": [{"start": s, "end": e, "code": c, "assertion": a} for s, e, c, a in spans]}


def test_mentions_are_measured_by_document_span_system_and_assertion(tmp_path: Path, vocabulary: Vocabulary) -> None:
    folder = write(
        tmp_path / "mentions.jsonl",
        marked("No gout. Chest pain.", ("gout", ["X9", "D1"], "negated"), ("Chest pain", "D2", "negated")),
        marked("Podagra and fever. Gout.", ("Podagra", "D1", "affirmed"), ("Gout", "D1", "affirmed")),
    )
    rows = evaluate_mentions(folder, [vocabulary])
    assert rows["concepts"] == {"precision": 0.75, "recall": 1, "f1": pytest.approx(6 / 7), "wanted": 3}
    assert (rows["spans"]["recall"], rows["mentions"]["precision"], rows["mentions"]["wanted"]) == (0.75, 0.75, 4)
    assert (rows["negated: mentions"]["recall"], rows["negated: mentions"]["precision"]) == (0.5, 1)
    assert (rows["affirmed: mentions"]["recall"], rows["affirmed: mentions"]["precision"]) == (0.5, pytest.approx(1 / 3))
    write(tmp_path / "train.jsonl", marked("Podagra.", ("Podagra", "D1", "affirmed")))
    assert evaluate_mentions(folder, [vocabulary])["with learned names: mentions"]["recall"] == 1


def test_mentions_of_one_system_and_of_several_concepts(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = "Gout or fever."
    one = {"start": 0, "end": 4, "concept": "D1|D9", "system": "http://mesh"}
    rows = evaluate_mentions(write(tmp_path / "test.jsonl", {"id": 1, "text": text, "entities": [one]}), [vocabulary])
    assert rows["concepts"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "wanted": 2}
    assert rows["http://mesh: mentions"] == {"precision": 0.5, "recall": 1, "f1": pytest.approx(2 / 3), "wanted": 1}


def test_names_are_learned_for_what_people_marked_most_often(tmp_path: Path) -> None:
    def line(text: str, *marks: tuple[str, str]) -> dict[str, Any]:
        entities = [{"start": text.index(name), "end": text.index(name) + len(name), "concept": code} for name, code in marks]
        return {"id": text, "text": text, "entities": entities}

    write(
        tmp_path / "train.jsonl",
        line("Colon and lung cancer", ("Colon and lung cancer", "D1|D2")),
        line("a colon and lung cancer", ("colon and lung cancer", "D9")),
        line("the colon and lung cancer", ("colon and lung cancer", "D1|D2")),
        line("Gout", ("Gout", "D3")),
        line("gout", ("gout", "D4")),
        line("a gout", ("gout", "D4")),
        line("cat eye", ("cat eye", "D5|D6")),
    )
    wanted = line("lung cancer, colon cancers", ("lung cancer", "D2"), ("colon cancers", "D1"))
    also = line("Gout and cat eyes", ("Gout", "D4"), ("cat eyes", "D5"))
    together = line("colon or lung cancers", ("colon or lung cancers", "D1|D2"))
    rows = evaluate_mentions(write(tmp_path / "test.jsonl", wanted, also, together), [])
    assert rows["with learned names: concepts"] == {"precision": 1, "recall": 1, "f1": 1, "wanted": 6}


def test_figures_of_a_question_worked_out_by_hand() -> None:
    grades = {"a": 1, "b": 1, "x": 0, "y": 0}
    assert figures(["a", "unjudged", "x", "b"], grades) == pytest.approx((3.0 / 4, 0, (1 + 1 / 2) / (1 + 1 / 1.5849625)))
    assert figures(["x"], {"a": 1, "x": 0}) == (0, 1, 0)
    assert figures([], {"a": 1, "x": 0}) == (0.5, 0, 0)


def test_search_is_measured_by_what_questions_want(tmp_path: Path) -> None:
    write(
        tmp_path / "corpus.jsonl",
        {"id": "has", "text": "She reports severe chest pain radiating to the left arm since yesterday."},
        {"id": "lacks", "text": "No chest pain."},
        {"id": "other", "text": "Knee is stable."},
    )
    write(
        tmp_path / "queries.jsonl",
        {"id": "p", "text": "patients with chest pain", "concept": "chest pain", "wants": "aff"},
        {"id": "n", "text": "patients without chest pain", "concept": "chest pain", "wants": "neg"},
    )
    assert says_what_it_wants(tmp_path) and not says_what_it_wants(tmp_path / "nowhere")
    (tmp_path / "qrels.tsv").write_text(
        "query\tdocument\tgrade\tassertion\np\thas\t1\taff\np\tlacks\t0\tneg\nn\thas\t0\taff\nn\tlacks\t1\tneg\n"
    )
    steps: list[str] = []
    cache = EmbeddingCache(tmp_path / "embeddings.db")
    rows = evaluate_polarity(tmp_path, tmp_path / "work", FakeEmbedder(), cache, progress=lambda name, *_: steps.append(name))
    assert set(rows) == {
        f"{mode} {form}" for mode in ("hybrid", "semantic", "lexical") for form in ("patients with X", "patients without X")
    }
    assert rows["hybrid patients with X"] == rows["hybrid patients without X"] == {"pair": 1, "wrong@1": 0, "ndcg@10": 1, "questions": 1}
    assert steps[-1] == "search lexical"


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("spans.jsonl", {"id": 1, "text": "x", "start": 0, "end": 2, "assertion": "negated"}, "line 1: start 0 and end 2 are no place"),
        ("spans.jsonl", {"id": 1, "text": "x", "start": 0, "end": 1, "assertion": "denied"}, 'line 1: no "assertion"'),
        ("items.jsonl", {"id": 1, "concept": "x"}, 'line 1: no "concept" and "sentence"'),
        ("mentions.jsonl", {"id": 1, "mentions": []}, 'line 1: no "text"'),
        ("mentions.jsonl", {"id": 1, "text": "x"}, 'line 1: no "mentions"'),
        ("mentions.jsonl", {"id": 1, "text": "x", "mentions": [{"start": 0, "end": 2}]}, "line 1: a mention without"),
        ("mentions.jsonl", {"id": 1, "text": "x", "mentions": []}, "nothing is marked"),
    ],
)
def test_what_is_no_set_is_told(tmp_path: Path, vocabulary: Vocabulary, name: str, line: dict[str, Any], why: str) -> None:
    folder = write(tmp_path / name, line)
    with pytest.raises(CollectionUnreadable, match=why):
        evaluate_mentions(folder, [vocabulary]) if name == "mentions.jsonl" else evaluate_spans(folder)
