import pytest

from labels.consolidation.agreement import agreeing_pairs, confusions, krippendorff_alpha, unanimous, worker_figures
from labels.consolidation.consolidate import consolidate
from labels.consolidation.model import Answer
from labels.consolidation.votes import votes_from


def reliability(*observers):
    """Votes of a reliability table: a line for each observer, '*' where one did not answer."""
    cells = [(str(unit), str(who), value) for who, line in enumerate(observers) for unit, value in enumerate(line.split()) if value != "*"]
    return votes_from(*map(list, zip(*cells, strict=True)))


@pytest.mark.parametrize(
    ("table", "alpha"),
    [
        # K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), examples A, B and C
        (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),
        (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),
        (("1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *"), 0.743),
        # the three coders of Wikipedia's article
        (("* * * * * 3 4 1 2 1 1 3 3 * 3", "1 * 2 1 3 3 4 3 * * * * * * *", "* * 2 1 3 4 4 * 2 1 1 3 3 * 4"), 0.691),
    ],
)
def test_alpha_of_published_examples(table, alpha):
    assert krippendorff_alpha(reliability(*table)) == pytest.approx(alpha, abs=5e-4)


def test_alpha_at_its_ends():
    assert krippendorff_alpha(reliability("a b", "a b")) == 1
    assert krippendorff_alpha(reliability("a b", "b a")) == pytest.approx(-0.5)
    assert krippendorff_alpha(reliability("a a", "a a")) is None
    assert krippendorff_alpha(reliability("a *", "* b")) is None
    assert krippendorff_alpha(votes_from([], [], [])) is None


def test_pairs_and_unanimity():
    v = reliability("a a b *", "a b b c", "a a * *")
    assert agreeing_pairs(v) == pytest.approx((3 + 1 + 1) / (3 + 3 + 1))
    assert unanimous(v) == 2
    assert agreeing_pairs(reliability("a")) is None


def test_confusions_put_errors_first():
    answers = [
        Answer("1", "a", "owl"),
        Answer("1", "b", "swan"),
        Answer("2", "a", "owl"),
        Answer("2", "b", "swan"),
        Answer("3", "a", "owl"),
    ]
    found = confusions(answers, {"1": "owl", "2": "owl"})
    assert [(cell.reference, cell.answered, cell.count) for cell in found] == [("owl", "swan", 2), ("owl", "owl", 2)]


def test_worker_figures():
    answers = [
        Answer("1", "a", "owl", 10.0, "2024-03-05T10:11:02.500Z", "2024-03-05T10:10:01Z", changed=True),
        Answer("2", "a", "owl", 30.0, "2024-03-05T10:13:00Z", "2024-03-05T10:12:00Z", changed=False),
        Answer("3", "a", "swan"),
        Answer("1", "b", "owl"),
        Answer("2", "b", "swan", 5.0),
        Answer("1", "c", "owl"),
    ]
    a, b, c = worker_figures(answers, {"1": "owl", "2": "swan", "3": "swan"}, {"1": "owl", "2": "owl"})
    assert (a.worker, a.answers, a.agreement, a.peers, a.accuracy) == ("a", 3, pytest.approx(2 / 3), pytest.approx(2 / 3), 1.0)
    assert (a.total_seconds, a.mean_seconds, a.min_seconds, a.max_seconds, a.tasks_per_hour) == (40, 20, 10, 30, 180)
    assert (a.elapsed_seconds, a.changed) == (pytest.approx(61.5 + 60), 1)
    assert (b.agreement, b.peers, b.accuracy, b.total_seconds, b.changed) == (1.0, pytest.approx(2 / 3), 0.5, 5, None)
    assert (c.peers, c.total_seconds, c.tasks_per_hour, c.elapsed_seconds) == (1.0, None, None, None)


def test_alpha_of_several_classes_is_over_each_decision():
    answers = [Answer(str(unit), who, value) for unit, (one, other) in enumerate([(("a",), ("a",)), (("b",), ("b",)), (("a", "b"), ("a",))])
               for who, value in (("x", one), ("y", other))]  # fmt: skip
    # the decisions as one binary table: class a on three items, then class b
    expected = krippendorff_alpha(reliability("1 0 1 0 1 1", "1 0 1 0 1 0"))
    assert consolidate(answers).agreement.alpha == pytest.approx(expected)
