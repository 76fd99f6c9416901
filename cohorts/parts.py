"""Parts of a definition that name no others: sets of codes, words, counts and values, each read with its path."""

import re
from typing import Any, Final

from cohorts.definition import Code, Count, Label, Leaving, Meaning, Value, Words
from cohorts.errors import InvalidDefinition
from cohorts.fields import MOST_DAYS, Fields, number
from search.errors import InvalidRequest
from search.filters import FILTERS, Filters, Kind
from search.masks import check

MOST_CODES: Final = 1_000_000
_PART: Final = re.compile(r'"([^"]+)"|(\S+)')
_COUNT: Final = ("ge", "le", "eq", "distinct")
_LABEL: Final = ("in", "job", "confidence", "agent", "dataset")
_VALUE: Final = ("gt", "ge", "lt", "le", "eq", "unit")
_MOST: Final = 1_000_000
_FIELDS: Final = {row.plural: row.name for row in FILTERS}
_LEAVING: Final = re.compile(r"(start|end|observed|persistence)([+-]\d{1,6})?")


def set_of(value: Any, path: str) -> tuple[Code, ...]:
    """The codes of a set. Raises InvalidDefinition."""
    if not isinstance(value, list) or not value:
        raise InvalidDefinition(path, "must be a list of codes, with one at least")
    if len(value) > MOST_CODES:
        raise InvalidDefinition(path, f"has {len(value):,} codes; at most {MOST_CODES:,} are read")
    codes = []
    for place, each in enumerate(value):
        if isinstance(each, str):
            each = {"code": each}
        fields = Fields.of(each, f"{path}[{place}]", ("code", "descendants", "exclude", "name"))
        code = fields.text("code")
        if not code:
            raise fields.refuse("code", "is missing: the IRI of a concept, or a code of whatever system")
        fields.text("name")
        codes.append(Code(code, fields.flag("descendants"), fields.flag("exclude")))
    if all(code.exclude for code in codes):
        raise InvalidDefinition(path, "only excludes codes: it has no concept")
    return tuple(codes)


def words_of(note: Fields) -> Words:
    """What notes must say. Raises InvalidDefinition."""
    if "at_least" in note.value:
        raise note.refuse("at_least", 'is of meanings: it stands beside `"mode": "semantic"` alone')
    text = note.text("text").strip()
    alternatives = []
    for alternative in re.split(r"\s+OR\s+", text):
        parts = tuple((phrase or word).strip() for phrase, word in _PART.findall(alternative))
        parts = tuple(part for part in parts if any(character.isalnum() for character in part))
        if not parts:
            raise note.refuse("text", 'has no words; `cancer OR malignan* OR "chest pain"` would do')
        alternatives.append(parts)
    return Words(text, tuple(alternatives))


def meaning_of(note: Fields) -> Meaning:
    """What notes must mean. Raises InvalidDefinition."""
    text = note.text("text").strip()
    if not any(map(str.isalnum, text)):
        raise note.refuse("text", "has no words: say what notes must mean")
    if "assertion" in note.value:
        raise note.refuse("assertion", "is of words and concepts: a meaning is near or far, whoever it is said of")
    least = note.number("at_least")
    if least is None or not 0 < least <= 1:
        raise note.refuse("at_least", "must say how near a passage must come, above 0 and at most 1: 0.55 is a beginning")
    return Meaning(text, least)


def filters_of(value: Any, path: str) -> Filters:
    """What notes a search would let through, by the names that its filters have. Raises InvalidDefinition."""
    fields = Fields.of(value, path, [row.name for row in FILTERS])
    given: dict[str, Any] = {}
    for row in FILTERS:
        if row.name not in fields.value:
            continue
        if row.several:
            given[row.name] = fields.words(row.name)
        elif row.kind is Kind.DATE:
            given[row.name] = fields.text(row.name, 10)
        else:
            found = fields.number(row.name)
            if found is None or not 0 <= found <= (row.most or found) or (row.whole and not found.is_integer()):
                raise fields.refuse(
                    row.name, f"must be a {'whole ' if row.whole else ''}number from 0" + (f" to {row.most}" if row.most else "")
                )
            given[row.name] = found
    if not given:
        raise InvalidDefinition(path, "is empty; leave it out to ask for nothing")
    filters = Filters.named(given)
    try:
        check(filters)
    except InvalidRequest as error:
        field = _FIELDS.get(error.field, error.field)
        raise fields.refuse(field, str(error).removeprefix(f"{error.field}: ")) from error
    return filters


def label_of(value: Any, path: str) -> tuple[Label, str]:
    """What labels must be, and the set of their classes, '' for any. Raises InvalidDefinition."""
    fields = Fields.of(value, path, _LABEL)
    ends = fields.value.get("confidence", [None, None])
    if not isinstance(ends, list) or len(ends) != 2:
        raise fields.refuse("confidence", "must be a list of two ends, null for an open one: [0.8, null]")
    low, high = (number(end, f"{fields.at('confidence')}[{place}]") for place, end in enumerate(ends))
    if low is not None and high is not None and low > high:
        raise fields.refuse("confidence", f"turns back: it begins with {low:g} and ends with {high:g}")
    agent = fields.choice("agent", ("", "human", "machine", "worker"), "")
    if agent == "worker" and (low, high) != (None, None):
        raise fields.refuse("confidence", "is of jobs: an answer of a worker has none")
    return Label(fields.words("job"), low, high, agent, fields.words("dataset")), fields.text("in")


def pattern_of(fields: Fields) -> str:
    """A group of graph patterns. Raises InvalidDefinition."""
    pattern = fields.text("graph", 10_000).strip()
    if not re.search(r"[?$]patient\b", pattern):
        raise fields.refuse("graph", "has no ?patient, by which patients are found: ?patient kg:hasCondition ?x")
    return pattern


def count_of(value: Any, path: str) -> Count:
    """How many there must be. Raises InvalidDefinition."""
    fields = Fields.of(value, path, _COUNT)
    least, most, equal = (fields.whole(key, 0, _MOST) for key in ("ge", "le", "eq"))
    distinct = fields.choice("distinct", ("record", "day", "concept", "encounter", "worker"), "record")
    if equal is not None:
        if least is not None or most is not None:
            raise fields.refuse("eq", "stands beside ge or le, which it makes needless")
        return Count(equal, equal, distinct)
    if least is None and most is None:
        return Count(1, None, distinct)
    if least is not None and most is not None and least > most:
        raise fields.refuse("ge", f"is {least} and le {most}: no number is both")
    if least == 0 and most is None:
        raise fields.refuse("ge", 'is 0, which every patient meets; {"eq": 0} asks for none')
    return Count(least or 0, most, distinct)


def value_of(value: Any, path: str) -> Value:
    """What the number of a result must be. Raises InvalidDefinition."""
    fields = Fields.of(value, path, _VALUE)
    gt, ge, lt, le, eq = (fields.number(key) for key in ("gt", "ge", "lt", "le", "eq"))
    if all(bound is None for bound in (gt, ge, lt, le, eq)):
        raise InvalidDefinition(path, "bounds nothing: it needs gt, ge, lt, le or eq")
    low = max((bound for bound in (gt, ge, eq) if bound is not None), default=None)
    high = min((bound for bound in (lt, le, eq) if bound is not None), default=None)
    if low is not None and high is not None and (low > high or (low == high and low in (gt, lt))):
        raise InvalidDefinition(path, f"turns back: no number is above {low:g} and below {high:g}")
    return Value(gt, ge, lt, le, eq, fields.text("unit", 100))


def exit_end_of(exit_: Fields) -> tuple[Leaving, int]:
    """What an episode ends with, and how many days after it. Raises InvalidDefinition."""
    text = exit_.text("end") or "end"
    found = _LEAVING.fullmatch(text)
    if found is None:
        raise exit_.refuse("end", f"is {text[:60]!r}; it must be start+DAYS, end+DAYS (or -DAYS), observed, or persistence")
    end: Leaving = found[1]  # type: ignore[assignment]
    days = int(found[2] or 0)
    if abs(days) > MOST_DAYS:
        raise exit_.refuse("end", f"lies more than {MOST_DAYS:,} days away")
    if end == "start" and days < 0:
        raise exit_.refuse("end", f"is {text}: every episode would end before it begins")
    if end == "observed" and days:
        raise exit_.refuse("end", f"is {text}: no episode ends after what is observed; write observed")
    return end, days
