import csv

import numpy as np
import pytest

from labels.consolidation.answers import read_answers
from labels.consolidation.classes import dawid_skene, majority, posteriors
from labels.consolidation.consolidate import confusions_of, consolidate, score, workers_of
from labels.consolidation.model import Answer, Kind, latest
from labels.consolidation.truth import by_item, read_truth
from labels.consolidation.votes import votes_from
from labels.values import Boxes
from sources.errors import UnsupportedSource
from tests.labels.consolidation.birds import FOLDER, needs_birds


def votes(*rows):
    return votes_from(*map(list, zip(*rows, strict=True)))


def named(chosen, of):
    return {item: of.classes[label] for item, label in zip(of.items, chosen.label, strict=True)}


def test_majority_counts_and_settles_ties_by_the_job_then_the_name():
    v = votes(
        ("1", "a", "owl"), ("1", "b", "owl"), ("1", "c", "swan"),
        ("2", "a", "duck"), ("2", "b", "swan"),
        ("3", "a", "swan"), ("3", "b", "swan"),
        ("4", "a", "goose"), ("4", "b", "duck"), ("4", "c", "goose"), ("4", "d", "duck"),
        ("5", "a", "canary"), ("5", "b", "emu"),
        ("6", "a", "emu"),
    )  # fmt: skip
    chosen = majority(v)
    # swan has 4 votes to duck's 3; duck 3 to goose's 2; emu 2 to canary's 1
    assert named(chosen, v) == {"1": "owl", "2": "swan", "3": "swan", "4": "duck", "5": "emu", "6": "emu"}
    np.testing.assert_allclose(chosen.confidence, [2 / 3, 0.5, 1, 0.5, 0.5, 0])
    assert chosen.tied.tolist() == [False, True, False, True, True, False]


def test_a_tie_of_equally_frequent_classes_goes_to_the_name_that_sorts_first():
    v = votes(("1", "a", "swan"), ("1", "b", "duck"))
    assert named(majority(v), v) == named(dawid_skene(v), v) == {"1": "duck"}


def dense_dawid_skene(v, rounds):
    """The same update written out with a full matrix for every worker."""
    items, workers, k = len(v.items), len(v.workers), len(v.classes)
    posterior = np.full((items, k), 1 / k)
    matrices = np.full((workers, k, k), 0.3 / (k - 1))
    matrices[:, range(k), range(k)] = 0.7
    for _ in range(rounds):
        likelihood = np.tile(posterior.mean(axis=0), (items, 1))
        for i, j, label in zip(v.item, v.worker, v.label, strict=True):
            likelihood[i] *= matrices[j, :, label]
        posterior = likelihood / likelihood.sum(axis=1, keepdims=True)
        expected = np.zeros((workers, k, k))
        for i, j, label in zip(v.item, v.worker, v.label, strict=True):
            expected[j, :, label] += posterior[i]
        given = expected.sum(axis=(1, 2))
        accuracy = np.trace(expected, axis1=1, axis2=2) / given

        def spread(a):
            return np.where(np.eye(k, dtype=bool), a, (1 - a) / (k - 1))

        for j in range(workers):
            m = expected[j] + given[j] * spread(accuracy[j]) + given[j] / 2 * spread(accuracy.mean())
            matrices[j] = m / m.sum(axis=1, keepdims=True)
    return posterior


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_posteriors_equal_those_of_full_matrices(rounds):
    rng = np.random.default_rng(rounds)
    rows = {
        (int(i), f"w{j}"): f"c{c}"
        for i, j, c in zip(rng.integers(0, 30, 150), rng.integers(0, 8, 150), rng.integers(0, 4, 150), strict=True)
    }
    v = votes(*((str(i), j, c) for (i, j), c in rows.items()))
    found, done = posteriors(v, rounds, tolerance=0)
    assert done == rounds
    np.testing.assert_allclose(found, dense_dawid_skene(v, rounds), atol=1e-12)


def test_a_worker_who_is_usually_wrong_weighs_less():
    rows = [(str(i), worker, "yes" if i % 2 else "no") for i in range(20) for worker in ("good", "fine")]
    rows += [(str(i), "bad", "no" if i % 2 else "yes") for i in range(20)]
    v = votes(*rows, ("last", "good", "yes"), ("last", "bad", "no"))
    assert named(dawid_skene(v), v)["last"] == "yes"
    assert named(majority(v), v)["last"] == "no"  # a tie, which the more frequent class wins


def test_rounds_end_when_nothing_moves():
    v = votes(*((str(i), f"w{j}", f"c{i % 3}") for i in range(9) for j in range(3)))
    found, done = posteriors(v, rounds=100)
    assert done < 20
    assert (found.argmax(axis=1) == np.arange(9) % 3).all()


def test_single_answers_stay_with_confidence_0():
    v = votes(*((str(i), f"w{i % 3}", f"c{i % 4}") for i in range(40)))
    for chosen in (dawid_skene(v), dawid_skene(v, rounds=20), majority(v)):
        assert chosen.label.tolist() == v.label.tolist()
        assert not chosen.confidence.any()
        assert not chosen.tied.any()


@pytest.mark.parametrize("estimate", [majority, dawid_skene])
def test_one_class_and_no_votes(estimate):
    only = votes(("1", "a", "x"), ("1", "b", "x"))
    assert (estimate(only).label.tolist(), estimate(only).confidence.tolist()) == ([0], [1.0])
    assert estimate(votes_from([], [], [])).label.tolist() == []


def test_the_order_of_answers_does_not_matter():
    rng = np.random.default_rng(7)
    rows = [(str(i), f"w{j}", f"c{rng.integers(0, 3)}") for i in range(12) for j in range(4)]
    forth, back = votes(*rows), votes(*reversed(rows))
    for estimate in (majority, dawid_skene):
        assert named(estimate(forth), forth) == named(estimate(back), back)


def test_the_last_answer_of_a_worker_counts():
    answers = [Answer("1", "a", "duck", submitted="2024-02-01"), Answer("1", "a", "swan", submitted="2024-01-01"), Answer("1", "b", "duck")]
    kept, differed = latest(answers)
    assert ([answer.value for answer in kept], differed) == (["duck", "duck"], 1)
    assert consolidate(answers).agreement.superseded == 1


def test_what_cannot_be_consolidated_is_refused():
    with pytest.raises(UnsupportedSource, match="no worker answers"):
        consolidate([])
    with pytest.raises(UnsupportedSource, match="boxes, class"):
        consolidate([Answer("1", "a", "duck"), Answer("2", "a", Boxes(()))])
    with pytest.raises(UnsupportedSource, match="'iou' does not fit answers of kind 'class': use dawid-skene or majority"):
        consolidate([Answer("1", "a", "duck")], "iou")


@needs_birds
@pytest.mark.parametrize("method", ["majority", "dawid-skene"])
def test_birds(method):
    job = FOLDER / "unpacked" / "ic_data"
    reading = read_answers([str(job)])
    done = consolidate(reading.answers, method)
    truth = by_item(read_truth(str(job / "true_labels.json")), {result.item for result in done.results}, reading.sources)
    judged = score(done, truth)
    assert (judged.right, judged.of, judged.unknown) == (273, 302, 0)
    agreement = done.agreement
    assert (len(done.results), agreement.answers, agreement.workers, agreement.unanimous) == (302, 1510, 97, 213)
    assert agreement.alpha == pytest.approx(0.8215, abs=5e-5)
    confused = [(cell.reference, cell.answered, cell.count) for cell in confusions_of(done, truth)[:5]]
    assert confused == [
        ("Duck", "Goose", 48), ("Parrot", "Canary", 29), ("Duck", "Swan", 26), ("Sparrow", "Canary", 17), ("Canary", "Sparrow", 11),
    ]  # fmt: skip
    workers = workers_of(done, truth)
    assert [figures.answers for figures in workers[:5]] == [80, 75, 70, 69, 63]
    assert workers[0].worker.endswith("MY6K4Y")
    assert workers[0].accuracy == 0.9125
    assert done.kind is Kind.CLASS


@needs_birds
def test_birds_agree_with_ground_truth_on_what_is_doubtful():
    done = consolidate(read_answers([str(FOLDER / "birds_answers.csv")]).answers)
    unsure = {result.item for result in done.results if result.confidence < 0.95}
    assert {"136", "139", "165", "183"} <= unsure and len(unsure) < 10
    assert workers_of(done)[0].agreement == pytest.approx(0.95)


@needs_birds
def test_more_is_found_than_by_plain_dawid_skene():
    with (FOLDER / "birds_tasks.csv").open() as lines:
        truth = {row["task"]: row["true_label"] for row in csv.DictReader(lines)}
    done = consolidate(read_answers([str(FOLDER / "birds_answers.csv")]).answers)
    # 262 are what crowdkit.aggregation.DawidSkene(n_iter=2) of crowd-kit 1.4.2 gets right on the same answers.
    assert score(done, truth).right > 262
