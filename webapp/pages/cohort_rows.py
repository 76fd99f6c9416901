"""The sentence of the cohort page: conditions in the address, and the definition that they make.

Each condition is a handful of parameters that begin with its number: `1.what=condition&1.in=IRI`, `2.what=said&2.not=1&2.in=IRI`. The first
that somebody can have on a day is the one with which patients enter; the windows of all others count from its first day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from webapp.pages.cohort_kept import ENTRY, KEPT, LONGEST, REST, RULE, part_of, read_part

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

MOST_ROWS: Final = 30
"""Conditions that an address may have."""
KINDS: Final[Mapping[str, str]] = {
    "condition": "a diagnosis",
    "medication": "a drug",
    "procedure": "a procedure",
    "observation": "a result",
    "allergy": "an allergy",
    "immunization": "an immunization",
    "encounter": "a visit",
    "said": "a note that says",
    "words": "a note with the words",
    "age": "an age",
    "sex": "a sex",
    "death": "died",
}
"""What a condition may be about → the words of the page."""
CODED: Final = frozenset({"condition", "medication", "procedure", "observation", "allergy", "immunization", "said"})
"""Kinds that name concepts."""
PERSONAL: Final = frozenset({"age", "sex"})
"""Kinds that are of the patient on the day of entry, and can neither be counted nor have a day of their own."""
ASSERTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "affirmed": ("affirmed",),
    "denied": ("negated",),
    "possible": ("possible", "hypothetical"),
    "history": ("historical",),
    "family": ("family",),
}
"""How a note may mean it → the assertions of texts."""
SETTINGS: Final[Mapping[str, str]] = {"EMER": "emergency", "IMP": "inpatient", "AMB": "ambulatory", "HH": "at home", "VR": "virtual"}
COMPARISONS: Final[Mapping[str, str]] = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most", "eq": "exactly"}
SEXES: Final = ("female", "male", "other", "unknown")
WHEN: Final[Mapping[str, str]] = {
    "": "at any time",
    "before": "before",
    "after": "after",
    "same": "on the day of",
    "around": "around",
}
"""When a condition must be met, as seen from the first day of the one that patients enter with."""


@dataclass(frozen=True, slots=True)
class Row:
    """One condition, as the address writes it; '' is what is not said. `concepts` are alternatives."""

    what: str
    concepts: tuple[str, ...] = ()
    words: str = ""
    absent: bool = False
    assertion: str = "affirmed"
    setting: str = ""
    comparison: str = ""
    number: str = ""
    unit: str = ""
    least: str = ""
    """How often."""
    when: str = ""
    days: str = ""
    """How many days before or after at most."""
    low: str = ""
    high: str = ""
    """Youngest and oldest age."""
    sex: str = ""
    rule: str = ""
    """Of what there is no form for: the part of the definition (webapp.pages.cohort_kept)."""
    find: str = ""
    """What was typed where a concept is wanted, and not chosen yet."""

    @property
    def complete(self) -> bool:
        """Whether it says enough to be asked."""
        if self.what in CODED:
            return bool(self.concepts)
        if self.what in KEPT:
            return bool(self.rule)
        if self.what == "age":
            return _whole(self.low) is not None or _whole(self.high) is not None
        return bool({"words": any(map(str.isalnum, self.words)), "sex": self.sex}.get(self.what, True))

    @property
    def enters(self) -> bool:
        """Whether patients can enter with it: it must be there, on a day."""
        return self.complete and not self.absent and self.what not in PERSONAL and self.what not in (RULE, REST)

    def parameters(self, number: int) -> list[tuple[str, object]]:
        """The parameters of the address that say it, as the condition of that number."""
        given = [(_NAMES[each.name], getattr(self, each.name)) for each in fields(self)]
        return [
            (f"{number}.{name}", "1" if value is True else value)
            for name, values in given
            for value in (values if isinstance(values, tuple) else (values,))
            if value and not (name == "how" and value == "affirmed")
        ]


_NAMES: Final = {
    "what": "what",
    "concepts": "in",
    "words": "words",
    "absent": "not",
    "assertion": "how",
    "setting": "class",
    "comparison": "op",
    "number": "number",
    "unit": "unit",
    "least": "times",
    "when": "when",
    "days": "days",
    "low": "from",
    "high": "to",
    "sex": "sex",
    "rule": "rule",
    "find": "find",
}
"""Field of a row → its name in the address."""


def rows_of(arguments: "MultiDict[str, str]") -> tuple[Row, ...]:
    """The conditions that an address says, by their numbers. What it says of no known kind is left out."""
    numbers = sorted({int(head) for head, dot, _ in (name.partition(".") for name in arguments) if dot and _is_number(head)})
    return tuple(row for number in numbers[:MOST_ROWS] if (row := _row(arguments, number)) is not None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _row(arguments: "MultiDict[str, str]", number: int) -> Row | None:
    def one(name: str) -> str:
        return arguments.get(f"{number}.{name}", "").strip()[:400]

    if one("what") in KEPT:
        kept = arguments.get(f"{number}.rule", "")[:LONGEST]
        return Row(one("what"), rule=kept) if read_part(kept) is not None else None
    if one("what") not in KINDS:
        return None
    concepts = tuple(dict.fromkeys(value.strip() for value in arguments.getlist(f"{number}.in") if value.strip()))
    said = {field: one(name) for field, name in _NAMES.items() if field not in ("concepts", "absent", "rule")}
    row = Row(**said, concepts=concepts, absent=one("not") == "1")
    return replace(
        row,
        assertion=row.assertion if row.assertion in ASSERTIONS else "affirmed",
        when=row.when if row.when in WHEN else "",
        comparison=row.comparison if row.comparison in COMPARISONS else "",
        setting=row.setting if row.setting in SETTINGS else "",
        sex=row.sex if row.sex in SEXES else "",
    )


def parameters_of(rows: Iterable[Row]) -> list[tuple[str, object]]:
    """The parameters of the address that say the conditions, numbered from 1."""
    return [parameter for number, row in enumerate(rows, 1) for parameter in row.parameters(number)]


def entering(rows: Sequence[Row]) -> int:
    """The place of the condition that patients enter with; -1 where there is none, and everybody does."""
    return next((place for place, row in enumerate(rows) if row.enters), -1)


def definition_of(rows: Sequence[Row], today: date, datasets: Sequence[str] = ()) -> dict[str, Any]:
    """The definition (`commissure-cohort/1`) that complete conditions make, as JSON.

    Where nothing says on which day patients enter, all are looked at `today`.
    """
    first = entering(rows)
    sets = {
        f"c{place}": [{"code": iri, "descendants": True} for iri in row.concepts]
        for place, row in enumerate(rows, 1)
        if row.what in CODED and row.concepts
    }
    kept = {place: part_of(row.rule, place) for place, row in enumerate(rows, 1) if row.what in KEPT}
    sets |= {name: codes for _, named in kept.values() for name, codes in named.items()}
    entry: dict[str, Any] = (
        {"any": [_event(rows[first], first + 1)], "limit": "first"}
        if first >= 0 and rows[first].what != ENTRY
        else {"on": today.isoformat()}
    )
    made: dict[str, Any] = {
        "format": "commissure-cohort/1",
        "sets": sets,
        "entry": entry,
        "rules": [rule for _, rule in _rules(rows, first)],
    }
    for place, (part, _) in kept.items():
        made |= {ENTRY: {"entry": part} if place == first + 1 else {}, RULE: {}, REST: part}[rows[place - 1].what]
    return {**made, "datasets": list(datasets)} if datasets else made


def order_of(rows: Sequence[Row]) -> tuple[int, ...]:
    """The places of the conditions that become rules, in their order: all that are complete, but the one that patients enter with."""
    return tuple(place for place, _ in _rules(rows, entering(rows)))


def path_of(rows: Sequence[Row], place: int) -> str:
    """Where the condition at a place stands in the definition."""
    return "entry.any[0]" if place == entering(rows) else f"rules[{order_of(rows).index(place)}]"


def _rules(rows: Sequence[Row], first: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for place, row in enumerate(rows):
        often = place == first and (_whole(row.least) or 1) > 1
        if not row.complete or (place == first and not often) or row.what in (ENTRY, REST):
            continue
        if row.what == RULE:
            yield place, part_of(row.rule, place + 1)[0]
            continue
        name = {"name": f"condition {place + 1}"}
        if row.what == "age":
            yield place, {**name, "age": [_whole(row.low), _whole(row.high)]}
        elif row.what == "sex":
            yield place, {**name, "sex": [row.sex]}
        else:
            yield place, {**name, **_event(row, place + 1), **_counted(row), **({} if first < 0 or place == first else _window(row))}


def _event(row: Row, number: int) -> dict[str, Any]:
    if row.what == "words":
        return {"note": {"text": row.words, "mode": "lexical", "assertion": list(ASSERTIONS[row.assertion])}}
    if row.what == "said":
        return {"note": {"in": f"c{number}", "assertion": list(ASSERTIONS[row.assertion])}}
    event: dict[str, Any] = {"event": row.what}
    if row.what in CODED:
        event["in"] = f"c{number}"
    if row.setting and row.what == "encounter":
        event["class"] = [row.setting]
    if value := value_asked(row):
        event["value"] = value
    return event


def value_asked(row: Row) -> dict[str, Any]:
    """What the number of a result must be, as the definition says it; nothing where none is asked for."""
    number = _decimal(row.number) if row.comparison and row.what == "observation" else None
    return {} if number is None else {row.comparison: number, **({"unit": row.unit} if row.unit else {})}


def _counted(row: Row) -> dict[str, Any]:
    if row.absent:
        return {"count": {"eq": 0}}
    least = _whole(row.least)
    return {"count": {"ge": least}} if least and least > 1 else {}


def _window(row: Row) -> dict[str, Any]:
    """Days from the day of entry, both ends included."""
    days = _whole(row.days)
    if days == 0 and row.when:
        return {"start": [0, 0]}
    before = None if days is None else -days
    windows = {"before": [before, -1], "after": [1, days], "same": [0, 0], "around": [before, days]}
    return {"start": windows[row.when]} if row.when in windows and (row.when != "around" or days is not None) else {}


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _decimal(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None
