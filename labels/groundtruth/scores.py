"""Confidences that a job wrote in percent, brought to 0..1."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from labels.groundtruth.model import Problem
from labels.groundtruth.values import number

_LISTS: Final = ("objects", "entities")
_MAPS: Final = ("internal-color-map", "color-map")
_SCORES: Final = "confidence-map"
_FIELD: Final = "confidence"
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
"""What stands in place of a confidence where there is none: frames of point clouds without a box have an empty list."""


class Scale(StrEnum):
    """What a job's confidences are counted to."""

    UNIT = "unit"
    PERCENT = "percent"


def in_unit(metadata: Mapping[str, Any], scale: str | None = None) -> tuple[Mapping[str, Any], Problem | None]:
    """A label's metadata with confidences of 0 to 1, and what was odd about them.

    With the scale of its job they are read by that, and those that do not fit it are left out. Without it, a label counts in percent where
    one of its confidences is above 1: those above 1 are divided by 100. One of 1 or less in such a label could be either and is left out,
    and so is one above 100. One with a percent sign ("95%") says so itself.
    """
    changed, problem = _scaled(metadata, scale)
    signs = [_from_sign(each) is not None for each in scores_of(metadata)]
    if problem is None and any(signs):
        return _changed(metadata, number), Problem("confidence-percent", "confidences are in percent: divided by 100", _FIELD)
    given = zip(scores_of(metadata), signs, strict=True)
    unread = sum(each not in _NOTHING and number(each) is None and not signed for each, signed in given)
    if problem is None and unread:
        problem = Problem("bad-confidence", f"{unread} of {len(signs)} confidences are no numbers: left out", _FIELD)
    return changed, problem


def _scaled(metadata: Mapping[str, Any], scale: str | None) -> tuple[Mapping[str, Any], Problem | None]:
    """What `in_unit` gives for confidences without a sign."""
    found = [value for each in scores_of(metadata) if (value := number(each)) is not None]
    if scale == Scale.PERCENT and any(found):
        return _changed(metadata, _from_sure_percent), Problem("confidence-percent", _percent(found, sum(map(_is_beyond, found))), _FIELD)
    if max(found, default=0.0) <= 1.0:
        return metadata, None
    if scale == Scale.UNIT:
        above = sum(value > 1.0 for value in found)
        reason = f"{above} of {len(found)} confidences are above 1, those of the job are not: left out"
        return _changed(metadata, _from_unit), Problem("confidence-above-one", reason, _FIELD)
    unsure = sum(0.0 < value <= 1.0 or _is_beyond(value) for value in found)
    return _changed(metadata, _from_percent), Problem("confidence-percent", _percent(found, unsure), _FIELD)


def _percent(found: Sequence[float], unsure: int) -> str:
    reason = "confidences are in percent: divided by 100" if unsure < len(found) else "confidences above 100 are no confidences"
    return f"{reason}; {unsure} of {len(found)} cannot be told and are left out" if unsure else reason


def _is_beyond(value: float) -> bool:
    return value > 100.0


def _from_sign(value: Any) -> float | None:
    """A confidence of 0 to 1 that is written with a percent sign; None for any other."""
    return _from_sure_percent(value.strip()[:-1]) if type(value) is str and value.strip().endswith("%") else None


def _from_percent(value: Any) -> float | None:
    found = number(value)
    return found / 100 if found is not None and 1.0 < found <= 100.0 else None


def _from_sure_percent(value: Any) -> float | None:
    found = number(value)
    return found / 100 if found is not None and 0.0 <= found <= 100.0 else None


def _from_unit(value: Any) -> float | None:
    found = number(value)
    return found if found is not None and 0.0 <= found <= 1.0 else None


def scores_of(metadata: Mapping[str, Any]) -> Iterator[Any]:
    """The confidences of a label, as they are written."""
    for key, value in metadata.items():
        match key.replace("_", "-"):
            case "confidence":
                yield value
            case name if name in _LISTS and type(value) is list:
                yield from (each.get("confidence") for each in value if type(each) is dict)
            case name if name in _MAPS and type(value) is dict:
                yield from (each.get("confidence") for each in value.values() if type(each) is dict)
            case name if name == _SCORES and type(value) is dict:
                yield from value.values()


def _changed(metadata: Mapping[str, Any], change: Callable[[Any], float | None]) -> dict[str, Any]:
    def read(value: Any) -> float | None:
        return change(value) if (signed := _from_sign(value)) is None else signed

    def scored(each: Any) -> Any:
        return {**each, "confidence": read(each["confidence"])} if type(each) is dict and "confidence" in each else each

    changed: dict[str, Any] = {}
    for key, value in metadata.items():
        name = key.replace("_", "-")
        if name == "confidence":
            value = read(value)
        elif name in _LISTS and type(value) is list:
            value = [scored(each) for each in value]
        elif name in _MAPS and type(value) is dict:
            value = {identifier: scored(each) for identifier, each in value.items()}
        elif name == _SCORES and type(value) is dict:
            value = {identifier: read(each) for identifier, each in value.items()}
        changed[key] = value
    return changed
