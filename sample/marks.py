"""What the generator knows of its own texts: marks around what it names, taken out again before a text is kept.

A mark is written into the text as it is made, so that whatever layout a note gets, its place is known. Parts of which everything that
they name is marked are bounded too: there, what a reader finds beyond is wrong.
"""

import re
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sample.codes.acts import RELATIVES_CONDITIONS
from sample.codes.conditions import CONDITIONS
from sample.codes.drugs import DRUGS
from sample.codes.findings import FINDINGS
from sample.codes.labs import LABS

_OPEN, _SAYS, _CLOSE, _BEGIN, _END, _FIELD = (chr(0xE000 + number) for number in range(6))
_MARKS: Final = re.compile(f"{_OPEN}([^{_SAYS}]*){_SAYS}|[{_CLOSE}{_BEGIN}{_END}]")

AFFIRMED, NEGATED, POSSIBLE = "affirmed", "negated", "possible"
HYPOTHETICAL, HISTORICAL, FAMILY, NOT_IN_FAMILY = "hypothetical", "historical", "family", "not-in-family"


_CLASSES = (("antibiotics",), ("opioids",))
"""Classes of medicines that texts name: readers know them without a record that uses them."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What a span of a text names: any of these codes, how the text means it, and the value it gives it ('' for none)."""

    start: int
    end: int
    codes: tuple[str, ...]
    assertion: str
    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What the generator knows of a text: the `spans` it names things with, and the parts (start, end) of which it knows all."""

    spans: tuple[Marked, ...] = ()
    known: tuple[tuple[int, int], ...] = ()

    def as_json(self, record: str, charted: frozenset[str]) -> dict[str, Any]:
        """Its line in the file of truths.

        What no record of the export uses (`charted`) has no name there, so that no reader knows it, but for classes of medicines.
        """
        spans = [
            {"start": one.start, "end": one.end, "codes": list(one.codes), "assertion": one.assertion, "value": one.value}
            for one in self.spans
            if not charted.isdisjoint(one.codes) or one.codes in _CLASSES
        ]
        return {"record": record, "known": [list(part) for part in self.known], "mentions": spans}


def mark(text: str, codes: tuple[str, ...], assertion: str, value: str = "") -> str:
    """The text, marked as naming what has these codes."""
    return f"{_OPEN}{_FIELD.join((assertion, value, *codes))}{_SAYS}{text}{_CLOSE}"


def known(body: str) -> str:
    """A part of which everything that it names is marked."""
    return f"{_BEGIN}{body}{_END}" if body else ""


def plain(text: str) -> str:
    """The text without marks."""
    return _MARKS.sub("", text)


def read(text: str) -> tuple[str, Truth]:
    """The text without marks, and what they say."""
    pieces: list[str] = []
    spans: list[Marked] = []
    parts: list[tuple[int, int]] = []
    place = at = begun = part = 0
    said: list[str] = []
    for found in _MARKS.finditer(text):
        pieces.append(text[at : found.start()])
        place, at = place + found.start() - at, found.end()
        if found[1] is not None:
            said, begun = found[1].split(_FIELD), place
        elif found[0] == _CLOSE:
            spans.append(Marked(begun, place, tuple(said[2:]), said[0], said[1]))
        elif found[0] == _BEGIN:
            part = place
        else:
            parts.append((part, place))
    return "".join((*pieces, text[at:])), Truth(tuple(spans), tuple(parts))


def of_condition(key: str) -> tuple[str, ...]:
    """The codes of a diagnosis or a symptom."""
    entry = CONDITIONS.get(key) or FINDINGS[key]
    return tuple(filter(None, (entry.snomed, entry.icd)))


def of_drug(key: str) -> tuple[str, ...]:
    """The code of a medicine."""
    return (DRUGS[key].rxnorm,)


def of_class(name: str) -> tuple[str, ...]:
    """The code of a class of medicines ("antibiotics"): its name, which no record needs to use."""
    return (name,)


def of_lab(key: str) -> tuple[str, ...]:
    """The code of a measurement."""
    return (LABS[key].loinc,)


def of_relative(name: str) -> tuple[str, ...]:
    """The codes of a relative's condition ("stroke")."""
    code = RELATIVES_CONDITIONS.get(name, RELATIVES_CONDITIONS.get(f"a {name}", ("", "")))[0]
    same = (of_condition(key) for key, entry in CONDITIONS.items() if entry.snomed == code)
    return tuple(dict.fromkeys((code, *chain.from_iterable(same))))
