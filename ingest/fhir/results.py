"""What a result is measured against: the range that is usual.

Kept in `Fact.attributes`, a line each: 'low: 3.5' and 'high: 5.1', or 'range: negative'.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.mapping.codes import code_of, dicts, short
from ingest.mapping.values import comparator, quantity


def attributes_of(result: Mapping[str, Any], unit: str) -> str:
    """Of an Observation or one of its components; `unit` is the unit of the value."""
    return "\n".join(f"{name}: {short(value)}" for name, value in usual_range(result, unit) if value)


def usual_range(result: Mapping[str, Any], unit: str) -> Iterator[tuple[str, str]]:
    """What is usual for a result in its own unit: ('low', number) and ('high', number), '' where it is open, or ('range', words)."""
    ranges = [each for each in dicts(result.get("referenceRange")) if _is_usual(each)]
    if len(ranges) != 1:
        return  # several hold for several people or phases: which one is not for us to say
    ends = [ranges[0].get(end) for end in ("low", "high")]
    low, high = map(quantity, ends)
    if any(map(comparator, ends)):  # a bound of a bound
        yield "range", " – ".join(end[0] for end in (low, high) if end[0])
    elif (low[1] or high[1]) and all(not end[1] or not end[2] or not unit or end[2] == unit for end in (low, high)):
        yield "low", low[1]
        yield "high", high[1]
    elif type(ranges[0].get("text")) is str:
        yield "range", ranges[0]["text"]


def _is_usual(range_: Mapping[str, Any]) -> bool:
    """Whether a range holds for everyone, and is that of healthy people."""
    return not range_.get("appliesTo") and not range_.get("age") and code_of(range_.get("type")) in ("", "normal")
