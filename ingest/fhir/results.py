"""What a result is measured against: its category, what the laboratory says of the value, and the range that is usual.

Kept in `Fact.attributes`, a line each: 'category: laboratory', 'interpretation: H', 'low: 3.5', 'high: 5.1' or 'range: negative'; and
'start: issued' where the record says nothing of when the result holds, only when it was given out.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ingest.mapping.codes import code_of, codings, dicts, short, text_of
from ingest.mapping.values import comparator, quantity

_CATEGORIES: Final = frozenset(
    {"social-history", "vital-signs", "imaging", "laboratory", "procedure", "survey", "exam", "therapy", "activity"}
)
"""https://terminology.hl7.org/CodeSystem-observation-category.html"""


def attributes_of(result: Mapping[str, Any], whole: Mapping[str, Any], unit: str, start_from: str) -> str:
    """Of an Observation or one of its components; `whole` is the Observation, `unit` the unit of the value, `start_from` what dates it."""
    return "\n".join(f"{name}: {short(value)}" for name, value in (("start", start_from), *_lines(result, whole, unit)) if value)


def _lines(result: Mapping[str, Any], whole: Mapping[str, Any], unit: str) -> Iterator[tuple[str, str]]:
    yield "category", _category(whole.get("category"))
    yield "interpretation", _code(result.get("interpretation"))
    yield from usual_range(result, unit)


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


def _category(value: Any) -> str:
    found = [coding["code"] for each in dicts(value) for coding in codings(each) if type(coding.get("code")) is str]
    return next((code for code in found if code in _CATEGORIES), "")


def _code(value: Any) -> str:
    """The code of the first interpretation; R4 has a list, STU3 one."""
    first = next(iter(dicts(value)), None)
    return code_of(first) or text_of(first)
