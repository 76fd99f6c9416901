"""Single values of Ground Truth files: keys, numbers, dates, the one spelling of each."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

_JOB_PREFIX = "labeling-job/"
_JAVASCRIPT = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-])(\d\d)(\d\d)(?: \(.*\))?")
_UNIX = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (?:UTC|GMT) (\d{4})")


def get(values: Mapping[str, Any], key: str) -> Any:
    """The value of a key, whether its words are joined by '-' or '_'."""
    if key in values:
        return values[key]
    return values.get(key.replace("-", "_"))


def text(value: Any) -> str:
    """A string, '' for anything else."""
    return value if type(value) is str else ""


def number(value: Any) -> float | None:
    """A finite number, also one written as a string."""
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) not in (int, float) or value != value or value in (float("inf"), float("-inf")):
        return None
    return float(value)


def whole(value: Any) -> int | None:
    """A whole number, also one written as a string or as a float."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def scalar(value: Any) -> str:
    """A JSON scalar in words ('' for anything else), as class ids and attribute values are compared."""
    if type(value) is str:
        return value.strip()
    if type(value) is bool:
        return "yes" if value else "no"
    if type(value) in (int, float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return ""


def class_name(value: Any) -> str:
    """The name of a class as it is written, blanks around it included; '' where there is none."""
    if type(value) is str:
        return value if value.strip() else ""
    return scalar(value)


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """The attributes of an annotation: name and value, those with several values once for each; sorted by name."""
    if type(value) is not dict:
        return ()
    found = []
    for name, given in value.items():
        for each in given if type(given) is list else [given]:
            if said := scalar(each):
                found.append((name, said))
    return tuple(sorted(found))


def job_name(value: Any) -> str:
    """A job's name without the prefix that the service puts before it."""
    return text(value).removeprefix(_JOB_PREFIX).strip()


def is_human(value: Any) -> bool | None:
    """Whether `human-annotated` says so; None where it says nothing known."""
    return {"yes": True, "true": True, "no": False, "false": False}.get(scalar(value).lower())


@lru_cache(maxsize=65536)
def moment(value: str) -> str | None:
    """A date of any spelling seen in real files, as ISO 8601 in UTC; None where it is none. A date without a zone is UTC."""
    found = _parsed(value.strip())
    if found is None:
        return None
    try:
        utc = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc.isoformat().replace("+00:00", "Z")


def is_before(one: str, other: str) -> bool:
    """Whether a moment, as `moment` writes it, is before another; '' is before all. (`…02Z` is before `…02.5Z`, though not as a text.)"""
    return one.removesuffix("Z") < other.removesuffix("Z")


def _parsed(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    try:
        if found := _JAVASCRIPT.fullmatch(value):
            offset = timedelta(hours=int(found[3]), minutes=int(found[4]))
            zone = timezone(offset if found[2] == "+" else -offset)
            return datetime.strptime(found[1], "%b %d %Y %H:%M:%S").replace(tzinfo=zone)
        if found := _UNIX.fullmatch(value):
            return datetime.strptime(f"{found[1]} {found[2]} {found[4]} {found[3]}", "%b %d %Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        pass
    return None
