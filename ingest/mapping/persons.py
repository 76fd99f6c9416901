"""Who a patient is: records that a merge joined are one person, whichever of them says so and whenever it comes.

    Patient OLD ─ link replaced-by ─▶ Patient NEW          either end may tell; what refers to OLD is said of NEW

A record that the dataset does not hold replaces nobody: then the other one stays a patient of its own. The other end may be named by an
identifier alone; it is the one other Patient that carries it, and where none or several do, nobody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ingest.mapping.codes import dicts
from ingest.mapping.references import identifier_of, key_of
from ingest.model import IdentifierLookup
from sources.model import SourceRecord

REPLACED: Final = "urn:commissure:replaced:"
"""Under this system and the `Patient/ID` of a record either end of a merge tells the `Patient/ID` that took its place."""
PRESENT: Final = "urn:commissure:present:"
"""Under this system and its own `Patient/ID` a Patient tells that it is there."""
REPLACED_BY: Final = "urn:commissure:replaced-by:"
"""Under this before the system of an identifier a Patient tells the identifier's value, whose only other bearer took its place."""
REPLACES: Final = "urn:commissure:replaces:"
"""The same where it took that one's place."""
_HERE: Final = "here"
_MERGING: Final = ("replaced-by", "replaces")
_KIND: Final = "Patient/"
MOST_RECORDS: Final = 50
"""Records of one person that are followed; a longer chain is no merge that anybody made."""

Told = Callable[[str], Sequence[str]]
"""system → what records of the dataset tell under it."""


def announced(record: SourceRecord) -> Iterator[tuple[str, str]]:
    """(system, value) of what a Patient tells others: that it is there, and who took whose place."""
    if record.resource.get("resourceType") == "Patient":
        yield f"{PRESENT}{_KIND}{record.resource.get('id')}", _HERE
        for old, new in replacements(record):
            yield REPLACED + old, new
        for end in by_identifier(record):
            yield (REPLACED_BY if end.replaced else REPLACES) + end.system, end.value


def replacements(record: SourceRecord) -> Iterator[tuple[str, str]]:
    """(old, new) as `Patient/ID` for each merge that a Patient tells of; `refer` and `seealso` are none."""
    own = f"{_KIND}{record.resource.get('id')}"
    for link in dicts(record.resource.get("link")):
        other = _other(link, record.urns)
        if other and other != own and link.get("type") in _MERGING:
            yield (own, other) if link["type"] == "replaced-by" else (other, own)


class NamedEnd(NamedTuple):
    """The other end of a merge, named by an identifier alone in the link at `place`; the record is the `replaced` one or the other."""

    place: int
    replaced: bool
    system: str
    value: str

    def bearers(self, find: IdentifierLookup, own: str) -> tuple[str, ...]:
        """The `Patient/ID` of those that carry the identifier, but for the record's `own`."""
        return tuple(key for key in find("Patient", self.system, self.value) if key != own)


def by_identifier(record: SourceRecord) -> Iterator[NamedEnd]:
    """Each merge that a Patient tells of by an identifier alone."""
    for place, link in enumerate(dicts(record.resource.get("link"))):
        other = link.get("other")
        if link.get("type") in _MERGING and type(other) is dict and not _other(link, record.urns):
            named = identifier_of(other, "Patient")
            if named and str(other.get("reference")) not in record.urns:
                yield NamedEnd(place, link["type"] == "replaced-by", *named)


def _other(link: Mapping[str, object], urns: Mapping[str, str]) -> str:
    reference = link.get("other")
    literal = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(literal, str):
        return ""
    key = urns.get(literal) or key_of(literal)
    return key if key.startswith(_KIND) else ""


def survivor(key: str, told: Told) -> tuple[str, str]:
    """The `Patient/ID` under which a person is known, and why it is not simply the one that the merge names ('' where it is).

    Of records that replace each other in a ring it is the smallest; where several that are not merged themselves took the place of one,
    nobody can say whose its records are, so it stays itself.
    """
    if not told(REPLACED + key):
        return key, ""
    after: dict[str, tuple[str, ...]] = {}
    waiting = [key]
    while waiting:
        one = waiting.pop()
        if one not in after:
            if len(after) == MOST_RECORDS:
                return key, f"more than {MOST_RECORDS} records replace each other: it stays a patient of its own"
            after[one] = tuple(other for other in told(REPLACED + one) if told(PRESENT + other))
            waiting += after[one]
    if not after[key]:
        return key, "the record that replaces it is not in the dataset: it stays a patient of its own"
    reached = {one: _reached(one, after) for one in after}
    ends = {min(reached[one]) for one in after if all(one in reached[other] for other in reached[one])}
    if len(ends) > 1:
        return key, f"{len(ends)} records that are not merged replace it: it stays a patient of its own"
    end = ends.pop()
    return end, "records replace each other in a ring: they are one patient, under the smallest id" if after[end] else ""


def _reached(start: str, after: Mapping[str, Sequence[str]]) -> frozenset[str]:
    found = {start}
    waiting = [start]
    while waiting:
        fresh = [other for other in after[waiting.pop()] if other not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found)
