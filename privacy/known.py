"""What is known of the people around a patient: what their records call them, and what texts about them may therefore say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from privacy.words import PARTICLES, STYLES

_WORDS: Final = re.compile(r"[^\W\d_][\w'’-]*", re.UNICODE)
_SHORTEST: Final = 4
"""Letters and digits that an identifier has at least, to be looked for in texts."""


@dataclass(frozen=True, slots=True)
class Known:
    """What identifies people in texts about a patient."""

    names: frozenset[str] = frozenset()
    """Parts of names, as the records write them."""
    values: frozenset[tuple[str, str]] = frozenset()
    """(what it is, as placeholders say it, value): id, phone, email, url, address, place, zip, organization."""

    def __or__(self, other: "Known") -> "Known":
        """What either knows."""
        return Known(self.names | other.names, self.values | other.values)


def known_of(resource: Mapping[str, Any]) -> Known:
    """What the record of a person or of a place tells of them; nothing where it is damaged."""
    kind = resource.get("resourceType")
    if kind in ("Organization", "Location", "HealthcareService"):
        return Known(frozenset(), frozenset((*_places(resource), *_values(resource))))
    people: list[Mapping[str, Any]] = [resource, *dicts_of(resource.get("contact"))]
    names = frozenset(part for one in people for name in dicts_of(one.get("name")) for part in _parts_of_name(name))
    return Known(names, frozenset(value for one in people for value in _values(one)))


def names_in(display: str) -> Known:
    """What the words beside a reference to a person tell."""
    return Known(frozenset(_parts(display)))


def _parts_of_name(name: Mapping[str, Any]) -> Iterator[str]:
    given = name.get("given")
    for one in (name.get("family"), name.get("text"), *(given if isinstance(given, list) else ())):
        if isinstance(one, str):
            yield from _parts(one)


def _parts(said: str) -> Iterator[str]:
    """The words of a name that tell of somebody; a letter alone does only beside others."""
    for word in _WORDS.findall(said):
        plain = word.strip("'’-.")
        if len(plain) > 1 and plain.lower() not in PARTICLES | STYLES:
            yield plain


def _values(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in dicts_of(resource.get("identifier")):
        yield from _long_enough("id", one.get("value"))
    if isinstance(resource.get("id"), str):
        yield from _long_enough("id", resource["id"])
    for one in dicts_of(resource.get("telecom")):
        yield from _long_enough(_CONTACTS.get(str(one.get("system")), "phone"), one.get("value"))
    for one in dicts_of(resource.get("address")):
        lines = one.get("line")
        for line in (*(lines if isinstance(lines, list) else ()), one.get("text")):
            yield from _long_enough("address", line)
        for key in ("city", "district"):
            yield from _long_enough("place", one.get(key))
        yield from _long_enough("zip", one.get("postalCode"))


def _places(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    aliases = resource.get("alias")
    for one in (resource.get("name"), *(aliases if isinstance(aliases, list) else ())):
        if isinstance(one, str) and len(_WORDS.findall(one)) > 1:  # 'Ward' alone says where nobody is
            yield "organization", one


_CONTACTS: Final = {"email": "email", "url": "url"}


def _long_enough(kind: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, str) and sum(map(str.isalnum, value)) >= _SHORTEST:
        return ((kind, value),)
    return ()


def dicts_of(value: Any) -> list[Mapping[str, Any]]:
    """The objects of an element that may be one or several."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
