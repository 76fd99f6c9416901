"""What a question says of the people and the time it asks about: "women over 60", "in 2023", "since March 2021".

Such words are read as filters. They decide beside concepts: a document whose patient is known to be otherwise contradicts the question, one
of which it is not known is not hidden.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from search.filters import FILTERS, Filters, Kind

_PEOPLE: Final = (
    r"(?:women|woman|females?|girls?|ladies|men|man|males?|boys?|patients?|people|persons?|adults?|those|children|anyone|everyone)"
)
_SEX: Final = re.compile(r"\b(?:(?P<female>women|woman|females?|girls?|ladies|lady)|(?P<male>men|man|males?|boys?))\b", re.IGNORECASE)
_YEARS: Final = r"(?:\s*(?:years?|yrs?|y/?o)\b(?:\s+(?:old|of age))?)"
_AGE: Final = re.compile(
    rf"(?:(?<=\b){_PEOPLE}\s+(?:who\s+are\s+)?|\b(?:aged|age)\s+)"
    rf"(?:(?P<over>over|above|older\s+than|more\s+than|>)|(?P<from>from|at\s+least|>=)|(?P<under>under|below|younger\s+than|less\s+than|<))"
    rf"\s*(?P<one>\d{{1,3}}){_YEARS}?(?!\s*(?:%|mg|kg|mm|cm|/|\.\d|\d))"
    rf"|\bage[ds]?\s+(?:between\s+)?(?P<low>\d{{1,3}})\s*(?:to|and|-|–)\s*(?P<high>\d{{1,3}})\b{_YEARS}?"
    r"|\b(?P<exact>\d{1,3})[\s-]years?[\s-]old\b",
    re.IGNORECASE,
)
_STAGES: Final = re.compile(r"\b(?:(?P<child>children|kids?|boys?|girls?)|(?P<adult>adults?))\b", re.IGNORECASE)
"""Stages of life that are ages."""
_ASKED_FOR: Final = re.compile(r"(?:\A\W*|\b(?:in|among|for|which|what|all|any|find|show|list|the)\s+)\Z", re.IGNORECASE)
"""What stands before those who are asked for: "women with children" asks for women."""
_MONTHS: Final = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_MONTH: Final = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})"
_DATE: Final = re.compile(
    rf"\b(?P<how>in|during|since|after|before|until|from|by)\s+(?:{_MONTH}\.?\s+)?"
    r"(?P<year>(?:19|20)\d\d)(?:-(?P<number>0[1-9]|1[0-2]))?\b(?![-/.]\d)"
    rf"|\bbetween\s+(?P<first>(?:19|20)\d\d)\s+and\s+(?P<last>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_NUMBERS: Final = {
    **{name: number for number, name in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)},
    "twelve": 12,
}
_LATELY: Final = re.compile(
    r"\b(?:in|within|during|over|since)\s+(?:the\s+)?(?:last|past|previous)\s+"
    rf"(?:(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})[\s-]+)?(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
"""A time that ends with what is newest. "For the past week" is how long something lasts."""
_OLDEST: Final = 130


@dataclass(frozen=True, slots=True)
class Limit:
    """Words of a question, `start` to `end`, that filters say too: (name of a filter, value), each; `label` says it in words."""

    start: int
    end: int
    text: str
    label: str
    filters: tuple[tuple[str, str], ...]

    @property
    def of(self) -> str:
        """What is limited: sex, age or date."""
        name = self.filters[0][0]
        return name if name == "sex" else "age" if name.startswith("age") else "date"

    @property
    def asked(self) -> Filters:
        """The same as filters."""
        rows = {row.name: row for row in FILTERS}
        given = {
            name: (value,) if rows[name].several else float(value) if rows[name].kind is Kind.NUMBER else value
            for name, value in self.filters
        }
        return Filters.named(given)


def limits_of(question: str, newest: date | None = None) -> tuple[Limit, ...]:
    """The limits of a question, by place.

    "In the last year" counts back from the `newest` day that is known; without one it limits nothing.
    """
    ages = list(_ages(question))
    found = [*_sexes(question), *(ages or _stages(question)), *_dates(question), *_lately(question, newest)]
    return tuple(sorted(found, key=lambda limit: limit.start))


def _sexes(question: str) -> Iterator[Limit]:
    """One sex, where the question does not speak of both."""
    words = list(_SEX.finditer(question))
    sexes = {word.lastgroup for word in words}
    if len(sexes) == 1 and (sex := sexes.pop()):
        yield _limit(words[0], sex, ("sex", sex))


def _ages(question: str) -> Iterator[Limit]:
    for found in _AGE.finditer(question):
        if found["exact"]:
            low = high = int(found["exact"])
        elif found["low"]:
            low, high = sorted((int(found["low"]), int(found["high"])))
        else:
            number = int(found["one"])
            low, high = (number, _OLDEST) if found["over"] or found["from"] else (0, number - 1)
        if 0 <= low <= high <= _OLDEST:
            start = found.start() if not found["one"] else found.start(next(g for g in ("over", "from", "under") if found[g]))
            text = question[start : found.end()]
            bounds = [("age_from", str(low))] * (low > 0) + [("age_to", str(high))] * (high < _OLDEST)
            label = f"aged {low}" if low == high else f"{low} to {high} years" if low and high < _OLDEST else ""
            label = label or (f"{low} years or older" if low else f"under {high + 1} years")
            yield Limit(start, found.end(), text, label, tuple(bounds))


def _stages(question: str) -> Iterator[Limit]:
    """Children or adults, where the question does not speak of both, nor of an age."""
    words = list(_STAGES.finditer(question))
    asked = [word for word in words if _ASKED_FOR.search(question, 0, word.start())]
    if asked and len({word.lastgroup for word in words}) == 1:
        child = asked[0]["child"]
        yield _limit(asked[0], *(("under 18 years", ("age_to", "17")) if child else ("18 years or older", ("age_from", "18"))))


def _dates(question: str) -> Iterator[Limit]:
    for found in _DATE.finditer(question):
        if found["first"]:
            first, last = sorted((found["first"], found["last"]))
            yield _limit(found, f"{first} to {last}", ("from", first), ("to", last))
            continue
        month = f"-{_MONTHS.index(next(m for m in _MONTHS if m.startswith(found['month'][:3].lower()))) + 1:02d}" if found["month"] else ""
        day = found["year"] + (month or (f"-{found['number']}" if found["number"] else ""))
        how = found["how"].lower()
        if how in ("in", "during"):
            yield _limit(found, day, ("from", day), ("to", day))
        elif how in ("since", "from"):
            yield _limit(found, f"since {day}", ("from", day))
        elif how == "after":
            yield _limit(found, f"after {day}", ("from", _following(day)))
        else:
            until = day if how in ("until", "by") else _preceding(day)
            yield _limit(found, f"{how} {day}", ("to", until))


def _lately(question: str, newest: date | None) -> Iterator[Limit]:
    for found in _LATELY.finditer(question) if newest is not None else ():
        number = found["number"] or "one"
        count = int(number) if number.isdigit() else _NUMBERS[number.lower()]
        if newest is not None and (day := _back(newest, count, found["unit"].lower())) is not None:
            yield _limit(found, f"since {day}", ("from", day.isoformat()))


def _back(day: date, count: int, unit: str) -> date | None:
    """The day so many days, weeks, months or years before another; None where the calendar does not reach so far."""
    try:
        if unit in ("day", "week"):
            return day - timedelta(days=count * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


def _limit(found: re.Match[str], label: str, *filters: tuple[str, str]) -> Limit:
    return Limit(found.start(), found.end(), found[0], label, filters)


def _following(day: str) -> str:
    year, _, month = day.partition("-")
    if not month:
        return str(int(year) + 1)
    return f"{int(year) + (month == '12')}-{int(month) % 12 + 1:02d}"


def _preceding(day: str) -> str:
    year, _, month = day.partition("-")
    if not month:
        return str(int(year) - 1)
    return f"{int(year) - (month == '01')}-{(int(month) - 2) % 12 + 1:02d}"
