"""What is read in the sample, against what the generator knows that it wrote: on a seed that no rule was looked at with."""

import json
from base64 import b64decode

import pytest

from benchmarks.sample_truth import Measured, compare, measure
from concepts.model import Assertion
from sample import write_sample
from sample.marks import AFFIRMED, Marked, known, mark, plain, read

SEED, FLOOR = 11, 0.9


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    found = measure(tmp_path_factory.mktemp("truth"), 72, SEED)
    print("\n".join(found.lines()))
    return found


def test_mentions_are_read_as_they_were_written(measured):
    assert measured.all.f1 >= FLOOR and measured.found.f1 >= FLOOR
    assert measured.all.right > 2500
    # The sample names allergies by concepts of their own, which are affirmed; what its notes say of substances is that they are taken.
    told = set(measured.by) - {Assertion.ALLERGY, Assertion.NO_ALLERGY}
    assert {name for name, score in measured.by.items() if score.right + score.missed >= 10} == told
    assert all(measured.by[name].f1 >= 0.8 for name in told), "\n".join(measured.lines())
    assert all(measured.by[name].wrong == 0 for name in set(measured.by) - told), "no drug that is taken is read as an allergy"


def test_values_are_read_as_they_were_written(measured):
    assert measured.values.f1 >= 0.95 and measured.values.right > 500


@pytest.mark.parametrize(
    ("words", "assertion"),
    [
        ("Lower back pain treated with opioids", "affirmed"),
        ("Pneumocystis pneumonia treated with antibiotics", "affirmed"),
        ("chest pain on exertion", "affirmed"),
        ("suicidal ideation", "affirmed"),
        ("T2DM", "affirmed"),
        ("heart attack", "historical"),
        ("breast cancer", "family"),
        ("breast cancer", "not-in-family"),
        ("Advil", "negated"),
    ],
)
def test_the_demo_says_what_example_questions_ask_for(demo, words, assertion):
    assert any(said == assertion and rest.startswith(words) for rest, said in demo)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Of each mention in plain notes of the demo what its text goes on with, and how it is meant."""
    folder = tmp_path_factory.mktemp("demo")
    write_sample(folder / "export", truth=folder / "truth.jsonl")
    notes = map(json.loads, (folder / "export" / "DocumentReference.000.ndjson").read_text(encoding="utf-8").splitlines())
    texts = {f"DocumentReference/{one['id']}": b64decode(one["content"][0]["attachment"]["data"]) for one in notes}
    lines = map(json.loads, (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    spans = [(texts[line["record"]].decode(), one) for line in lines for one in line["mentions"]]
    return [(text[one["start"] :][:60], one["assertion"]) for text, one in spans]


def test_marks_leave_the_text_and_know_their_places():
    said = known(f"Reports {mark('SOB', ('1', '2'), AFFIRMED)}, {mark('BP', ('3',), AFFIRMED, '150/90')} 150/90.")
    text = f"# Summary\n{said}\nEnd"
    clean, truth = read(text)
    assert clean == plain(text) == "# Summary\nReports SOB, BP 150/90.\nEnd"
    assert truth.spans == (Marked(18, 21, ("1", "2"), AFFIRMED, ""), Marked(23, 25, ("3",), AFFIRMED, "150/90"))
    assert [clean[start:end] for start, end in truth.known] == ["Reports SOB, BP 150/90."]


def test_the_truth_points_at_words_of_the_notes(tmp_path):
    write_sample(tmp_path / "export", 12, SEED, tmp_path / "truth.jsonl")
    texts = {}
    for line in (tmp_path / "export" / "DocumentReference.000.ndjson").read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        texts[f"DocumentReference/{note['id']}"] = b64decode(note["content"][0]["attachment"]["data"])
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    spans = [(texts[one["record"]].decode(), span) for one in lines for span in one["mentions"]]
    assert len(spans) > 200
    assert all(text[span["start"] : span["end"]].strip() == text[span["start"] : span["end"]] != "" for text, span in spans)
    values = [(text[span["end"] :], span["value"]) for text, span in spans if span["value"]]
    assert values and all(rest.lstrip().startswith(value) for rest, value in values)
    assert not any("\ue000" <= mark <= "\ue010" for text in texts.values() for mark in text.decode("latin-1"))
    assert not any(b"\xee\x80" in text for text in texts.values())


def test_a_reader_that_is_wrong_is_found_out():
    truth = {
        "known": [[0, 40]],
        "mentions": [
            {"start": 0, "end": 5, "codes": ["1"], "assertion": "negated", "value": ""},
            {"start": 8, "end": 10, "codes": ["2"], "assertion": "affirmed", "value": "9.2"},
            {"start": 20, "end": 25, "codes": ["3"], "assertion": "family", "value": ""},
        ],
    }
    measured = Measured()
    compare(truth, [(0, 5, "affirmed", "", "1"), (8, 10, "affirmed", "9", "2"), (30, 35, "affirmed", "", "4")], "x" * 50, measured)
    assert (measured.all.right, measured.all.wrong, measured.all.missed) == (1, 2, 2)
    assert (measured.found.right, measured.found.wrong, measured.found.missed) == (2, 1, 1)
    assert (measured.values.right, measured.values.wrong, measured.values.missed) == (0, 1, 1)
