import pytest

from labels.consolidation.consolidate import consolidate, workers_of
from labels.consolidation.likeness import alike
from labels.consolidation.model import Answer
from labels.consolidation.parts import merge_boxes, merge_spans
from labels.values import Box, Boxes, Span, Spans


def boxes(*parts):
    return Boxes(tuple(Box(*part) for part in parts), 640, 480)


def spans(*parts):
    return Spans(tuple(Span(*part) for part in parts))


def test_boxes_of_three_workers_become_the_mean():
    result = merge_boxes("1", [boxes(("car", 10, 10, 100, 50)), boxes(("car", 12, 10, 100, 50)), boxes(("bus", 14, 13, 100, 50))], {})
    (box,) = result.value.parts
    assert (box.label, box.left, box.top, box.width, box.height) == ("car", 12, 11, 100, 50)
    ious = [(98 * 49) / (2 * 5000 - 98 * 49), (100 * 49) / (2 * 5000 - 100 * 49), (98 * 48) / (2 * 5000 - 98 * 48)]
    assert result.scores == pytest.approx((sum(ious) / 3,))
    assert (result.support, result.answers, result.value.width) == ((3,), 3, 640)


def test_boxes_far_apart_stay_apart_and_a_lone_one_scores_its_share():
    result = merge_boxes("1", [boxes(("car", 0, 0, 10, 10), ("car", 100, 0, 10, 10)), boxes(("car", 0, 0, 10, 10))], {})
    assert [box.left for box in result.value.parts] == [0, 100]
    assert (result.scores, result.support, result.confidence) == ((1.0, 0.5), (2, 1), 0.5)


def test_two_boxes_of_one_worker_never_merge():
    result = merge_boxes("1", [boxes(("car", 0, 0, 10, 10), ("car", 0, 0, 10, 10)), boxes(("car", 1, 0, 10, 10))], {})
    assert sorted(result.support) == [1, 2]


def test_boxes_of_equal_label_join_first():
    rider, horse = ("rider", 0, 0, 100, 100), ("horse", 0, 0, 100, 90)
    result = merge_boxes("1", [boxes(rider, horse), boxes(("horse", 2, 0, 100, 92), ("rider", 0, 0, 98, 100))], {})
    assert sorted((box.label, count) for box, count in zip(result.value.parts, result.support, strict=True)) == [("horse", 2), ("rider", 2)]


def test_a_chain_of_overlaps_is_not_one_thing():
    chain = [boxes(("car", left, 0, 100, 100)) for left in (0, 30, 60)]
    assert sorted(merge_boxes("1", chain, {}).support) == [1, 2]


def test_one_worker_and_nothing_found():
    alone = merge_boxes("1", [boxes(("car", 0, 0, 10, 10))], {})
    assert (alone.scores, alone.confidence) == ((0.0,), 0.0)
    nothing = merge_boxes("1", [boxes(), boxes()], {})
    assert (nothing.value.parts, nothing.confidence) == ((), 1.0)


def test_a_tied_label_goes_to_the_more_frequent_in_the_job():
    answers = [Answer("1", "a", boxes(("bus", 0, 0, 10, 10))), Answer("1", "b", boxes(("car", 0, 0, 10, 10)))]
    answers += [Answer("2", "a", boxes(("car", 5, 5, 10, 10)))]
    assert [result.value.parts[0].label for result in consolidate(answers).results] == ["car", "car"]


def test_span_boundaries_are_the_mode_else_the_median():
    three = merge_spans("1", [spans(("DRUG", 0, 7)), spans(("DRUG", 0, 7)), spans(("DOSE", 0, 10))], {})
    assert three.value.parts == (Span("DRUG", 0, 7),)
    assert three.scores == pytest.approx(((1 + 1 + 0.7) / 3,))
    spread = merge_spans("1", [spans(("DRUG", 0, 20)), spans(("DRUG", 2, 24)), spans(("DRUG", 4, 22))], {})
    assert spread.value.parts == (Span("DRUG", 2, 22),)


def test_spans_of_one_place_with_two_labels_stay_two():
    both = spans(("DRUG", 0, 7), ("BRAND", 0, 7))
    result = merge_spans("1", [both, both, spans(("DRUG", 0, 7))], {})
    assert dict(zip((span.label for span in result.value.parts), result.support, strict=True)) == {"DRUG": 3, "BRAND": 2}
    assert result.confidence == pytest.approx(2 / 3)


def test_likeness_is_f1_of_matching_parts():
    assert alike(spans(("A", 0, 10), ("B", 20, 30)), spans(("A", 0, 9))) == pytest.approx(2 / 3)
    assert alike(spans(("A", 0, 10)), spans(("B", 0, 10))) == 0
    assert alike(boxes(), boxes()) == 1
    assert alike(boxes(("car", 0, 0, 10, 10)), boxes()) == 0
    assert alike(boxes(), spans()) == 0
    assert alike(("a", "b"), ("b", "c")) == pytest.approx(1 / 3)


def test_workers_are_compared_with_what_half_of_them_have():
    common, extra = ("car", 0, 0, 10, 10), ("car", 50, 50, 10, 10)
    done = consolidate([Answer("1", "a", boxes(common)), Answer("1", "b", boxes(common)), Answer("1", "c", boxes(common, extra))])
    assert {figures.worker: figures.agreement for figures in workers_of(done)} == {"a": 1, "b": 1, "c": pytest.approx(2 / 3)}
    assert done.agreement.pairs == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
