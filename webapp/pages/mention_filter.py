"""Which mentions of a document its page shows: of which kind, with which assertion, and read by whom. Each choice is a link."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import request

from webapp.pages.asserting import READERS, STANCE_NAMES, STANCES, reader_of, stance_of
from webapp.pages.mentions import Named

KINDS: Final = {"disorders": "condition", "drugs": "medication", "measurements": "observation", "procedures": "procedure", "others": ""}
"""What a reader chooses → the group of the mentions ('' for all others)."""
_KIND_OF: Final = {group: kind for kind, group in KINDS.items() if group}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, with as many mentions as are shown then. Where it is chosen, its link takes the choice back."""

    name: str
    label: str
    url: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address chooses; '' for all."""

    kind: str = ""
    assertion: str = ""
    reader: str = ""

    def takes(self, each: Named) -> bool:
        """Whether a mention is shown."""
        return all(not wanted or wanted == has for wanted, has in zip((self.kind, self.assertion, self.reader), _values(each), strict=True))

    @property
    def parameters(self) -> list[tuple[str, object]]:
        """What of an address says it."""
        return [("kind", self.kind), ("assertion", self.assertion), ("reader", self.reader)]


def _values(each: Named) -> tuple[str, str, str]:
    return _KIND_OF.get(each.group, "others"), stance_of(each.mention.assertion), reader_of(each.mention.source)


def chosen(mentions: Sequence[Named]) -> Chosen:
    """What the address of this request chooses of the mentions; what is no value counts as not said."""
    kind, assertion, reader = (request.args.get(name, "") for name in ("kind", "assertion", "reader"))
    readers = {reader_of(each.mention.source) for each in mentions}
    return Chosen(kind if kind in KINDS else "", assertion if assertion in STANCES else "", reader if reader in readers else "")


def choices(mentions: Sequence[Named], now: Chosen, link: Callable[[Chosen], str]) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """(what is chosen, its values) for each that has several; how they are meant always, which is the legend."""
    readers = {**READERS, **{reader: reader for each in mentions if (reader := reader_of(each.mention.source)) not in READERS}}
    if not mentions:
        return ()
    tables = (("assertion", STANCE_NAMES), ("kind", {kind: kind for kind in KINDS}), ("reader", readers))
    found = []
    for place, (field, labels) in zip((1, 0, 2), tables, strict=True):
        without = replace(now, **{field: ""})
        counts = Counter(_values(each)[place] for each in mentions if without.takes(each))
        present = {_values(each)[place] for each in mentions}
        values = []
        for name, label in labels.items():
            is_chosen = getattr(now, field) == name
            if name in present or is_chosen:
                to = without if is_chosen else replace(now, **{field: name})
                values.append(Choice(name, label, link(to), counts[name], is_chosen))
        if len(values) > 1 or field == "assertion" or any(value.chosen for value in values):
            found.append((field, tuple(values)))
    return tuple(found)
