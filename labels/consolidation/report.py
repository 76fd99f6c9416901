"""Results and doubts as JSON values."""

from typing import Any

from labels.consolidation.model import Boxes, Mask, Result, Spans, Value
from labels.consolidation.review import Doubt


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
