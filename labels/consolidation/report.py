"""A consolidation, its results and its doubts as JSON values."""

from dataclasses import asdict
from typing import Any

from labels.consolidation.answers import Reading
from labels.consolidation.consolidate import Consolidation, Score, confusions_of, workers_of
from labels.consolidation.model import Result
from labels.consolidation.review import Doubt
from labels.values import Boxes, Mask, Spans, Value


def values_of(
    done: Consolidation, score: Score | None, doubts: tuple[Doubt, ...], truth: dict[str, str] | None, reading: Reading
) -> dict[str, Any]:
    """A consolidation with its agreement, truth, workers and review queue as JSON values."""
    return {
        "method": done.method,
        "kind": done.kind,
        "items": [item_as_json(result) for result in done.results],
        "agreement": {**asdict(done.agreement), "confusions": [asdict(cell) for cell in confusions_of(done, truth)]},
        "truth": asdict(score) if score else None,
        "workers": [asdict(figures) for figures in workers_of(done, truth)],
        "review": [doubt_as_json(doubt) for doubt in doubts],
        "issues": [asdict(issue) for issue in reading.issues],
    }


def item_as_json(result: Result) -> dict[str, Any]:
    """`item`, `class` (None where it is not one), `confidence`, `answers` (how many), and the parts under their kind's name."""
    value: dict[str, Any] = value_as_json(result.value)
    for parts in (part for part in value.values() if isinstance(part, list)):
        for part, score, workers in zip(parts, result.scores, result.support, strict=True):
            part |= {"confidence": score, "workers": workers}
    return {"item": result.item, "class": None, "confidence": result.confidence, "answers": result.answers} | value


def doubt_as_json(doubt: Doubt) -> dict[str, Any]:
    """`item`, the value, `confidence`, and `reasons` with their kind and text."""
    reasons = [{"why": reason.why, "text": reason.text} for reason in doubt.reasons]
    return {"item": doubt.item, "class": None, "confidence": doubt.confidence, "reasons": reasons} | value_as_json(doubt.value)


def value_as_json(value: Value) -> dict[str, Any]:
    """The value under the name of its kind; of a mask only the classes it may hold (its pixels are written beside a manifest)."""
    if isinstance(value, str):
        return {"class": value}
    if isinstance(value, tuple):
        return {"classes": [{"class": name} for name in value]}
    if isinstance(value, Boxes):
        return {
            "boxes": [
                {"class": box.label, "left": box.left, "top": box.top, "width": box.width, "height": box.height} for box in value.parts
            ]
        }
    if isinstance(value, Spans):
        return {"spans": [{"class": span.label, "start": span.start, "end": span.end} for span in value.parts]}
    assert isinstance(value, Mask)  # noqa: S101 - the last kind
    return {"mask": {"classes": dict(value.colors)}}
