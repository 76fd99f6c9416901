"""Who is who in a dataset: whose a record is, what is known around each patient, and what everybody is called instead."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from privacy.ages import is_old
from privacy.dates import DATE, Shift
from privacy.known import Known, dicts_of, known_of, names_in
from privacy.pseudonyms import Pseudonyms

_LITERAL: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([^/?#|\s]+)(?:/_history(?:/.*)?)?/?")
_SEARCH: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)\?(?:.*&)?identifier=([^&]*).*")
_OF: Final = ("subject", "patient", "beneficiary", "for", "individual")
"""Elements by which a record says of which patient it is."""
_AROUND: Final = frozenset(("Practitioner", "PractitionerRole", "RelatedPerson", "Person", "Organization", "Location"))
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class People:
    """What the records of a dataset say of people and places. It is told of each record once (`learn`), before any is rewritten."""

    dataset: str
    pseudonyms: Pseudonyms
    today: str
    """ISO 8601: the day on which those who are not known to have died are of some age."""
    _known: dict[str, Known] = field(default_factory=dict)
    """`Type/id` of a person or place → what identifies them."""
    _around: dict[str, set[str]] = field(default_factory=dict)
    """`Patient/id` → people and places that its records name, by `Type/id`."""
    _said: dict[str, set[str]] = field(default_factory=dict)
    """`Patient/id` → words beside references to people."""
    _by_identifier: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind, value of an identifier) → `Type/id`."""
    _kinds: dict[str, str] = field(default_factory=dict)
    """Id → kind of the record, for references that name no kind."""
    _of_encounter: dict[str, str] = field(default_factory=dict)
    _latest: dict[str, str] = field(default_factory=dict)
    _born: dict[str, str] = field(default_factory=dict)
    _hidden: dict[str, int] = field(default_factory=dict)
    """Patient over 89 → the year of their birth."""
    _died: set[str] = field(default_factory=set)
    _same: dict[str, str] = field(default_factory=dict)
    """Patient → another record of the same one."""
    _whole: dict[str, Known] = field(default_factory=dict)

    def learn(self, resource: Mapping[str, Any]) -> None:
        """Take in what a record tells of people."""
        kind, identifier = resource.get("resourceType"), resource.get("id")
        if not isinstance(kind, str) or not isinstance(identifier, str):
            return
        key = f"{kind}/{identifier}"
        self._kinds[identifier] = kind
        if kind in _AROUND or kind == "Patient":
            self._known[key] = known_of(resource)
            for one in dicts_of(resource.get("identifier")):
                if isinstance(one.get("value"), str):
                    self._by_identifier[kind, one["value"]] = self._by_identifier["", one["value"]] = key
        if kind == "Patient":
            self._of_patient(key, resource)
        patient = self.patient_of(resource)
        if patient is None:
            return
        if kind == "Encounter":
            self._of_encounter[identifier] = patient
        if kind == "RelatedPerson":
            self._around.setdefault(patient, set()).add(key)
        self._look_around(patient, resource)

    def learned(self) -> None:
        """All records were told of: who is over 89 is known now."""
        for key, born in self._born.items():
            if is_old(born, self.latest_of(key)):
                self._hidden[key] = self._hidden[self.root_of(key)] = int(born[:4])

    def is_old(self, patient: str) -> bool:
        """Whether a patient is over 89 when they are last heard of, or today."""
        return patient in self._hidden

    def _of_patient(self, key: str, resource: Mapping[str, Any]) -> None:
        if isinstance(born := resource.get("birthDate"), str) and DATE.fullmatch(born):
            self._born[key] = born
        if resource.get("deceasedDateTime") or resource.get("deceasedBoolean"):
            self._died.add(key)
        for link in dicts_of(resource.get("link")):
            other = self.key_of(link["other"]) if isinstance(link.get("other"), dict) else None
            if other and self.root_of(other) != self.root_of(key):
                self._same[max(self.root_of(other), self.root_of(key))] = min(self.root_of(other), self.root_of(key))

    def _look_around(self, patient: str, resource: Mapping[str, Any]) -> None:
        latest = self._latest.get(patient, "")
        for key, value in _leaves(resource):
            if isinstance(value, Mapping):
                named = self.key_of(value)
                if named is None or named.partition("/")[0] in _AROUND:
                    if named:
                        self._around.setdefault(patient, set()).add(named)
                    if isinstance(value.get("display"), str) and (named is None or not named.startswith(("Organization/", "Location/"))):
                        self._said.setdefault(patient, set()).add(value["display"])
            elif key != "birthDate" and _DATE.match(value) and latest < value[:10] <= self.today:
                latest = value[:10]
        self._latest[patient] = latest

    def root_of(self, patient: str) -> str:
        """The one record that stands for all records of a patient that were merged or linked."""
        while patient in self._same:
            patient = self._same[patient]
        return patient

    def patient_of(self, resource: Mapping[str, Any]) -> str | None:
        """`Patient/id` of whom a record is; None where it says of nobody."""
        if resource.get("resourceType") == "Patient":
            return f"Patient/{resource.get('id')}"
        for element in _OF:
            for one in dicts_of(resource.get(element)):
                key = self.key_of(one)
                if key and key.startswith("Patient/"):
                    return key
        context = resource.get("context")
        for one in (
            *dicts_of(resource.get("encounter")),
            *dicts_of(context),
            *(e for c in dicts_of(context) for e in dicts_of(c.get("encounter"))),
        ):
            key = self.key_of(one)
            if key and (found := self._of_encounter.get(key.partition("/")[2])):
                return found
        return None

    def shift_of(self, key: str) -> Shift:
        """How the dates of a patient, or of a record of nobody, are told."""
        root = self.root_of(key)
        return Shift(self.pseudonyms.days(root), self._hidden.get(key, self._hidden.get(root, 0)))

    def latest_of(self, patient: str) -> str:
        """The day on which a patient was last heard of: of who may live, today."""
        return self._latest.get(patient) or self.today if patient in self._died else self.today

    def known_of(self, patient: str | None, resource: Mapping[str, Any]) -> Known:
        """What identifies people in a record."""
        if patient is None:
            return self._known.get(f"{resource.get('resourceType')}/{resource.get('id')}", Known())
        root = self.root_of(patient)
        if root not in self._whole:
            found = Known()
            for one in {patient, root, *(one for one in self._same if self.root_of(one) == root)}:
                for key in (one, *self._around.get(one, ())):
                    found |= self._known.get(key, Known())
                for said in self._said.get(one, ()):
                    found |= names_in(said)
            self._whole[root] = found
        return self._whole[root]

    def pseudonym(self, kind: str, identifier: str) -> str:
        """The id of a record instead of its own."""
        return self.pseudonyms.of(self.dataset, kind, identifier)

    def reference(self, value: Mapping[str, Any]) -> str | None:
        """What a reference says instead; None where it names nothing."""
        key = self.key_of(value)
        if key is None:
            return None
        kind, _, identifier = key.partition("/")
        return f"{kind}/{self.pseudonym(kind, identifier)}"

    def key_of(self, value: Mapping[str, Any]) -> str | None:
        """`Type/id` of what a reference names; what is not there goes by the identifier it is named with."""
        literal = value.get("reference")
        if isinstance(literal, str) and literal and not literal.startswith("#"):
            literal = literal.strip()
            if search := _SEARCH.fullmatch(literal):
                said = unquote(search[2]).rpartition("|")[2]
                return self._by_identifier.get((search[1], said), f"{search[1]}/{said}") if said else None
            if named := _LITERAL.fullmatch(literal):
                return f"{named[1]}/{named[2]}"
            identifier = literal.rpartition(":")[2]
            return f"{self._kinds[identifier]}/{identifier}" if identifier in self._kinds else None
        identifiers = dicts_of(value.get("identifier"))
        stated = identifiers[0].get("value") if identifiers else None
        kind = value.get("type")
        if not isinstance(stated, str):
            return None
        if isinstance(kind, str):
            return self._by_identifier.get((kind, stated), f"{kind}/{stated}")
        return self._by_identifier.get(("", stated))


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """All strings of a record, and all references, each with the element that it is of."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, key)
    elif isinstance(value, dict):
        if "reference" in value or ("display" in value and "system" not in value and "code" not in value):
            yield key, value
        for name, one in value.items():
            yield from _leaves(one, name)
