"""FHIR records without what identifies: what is kept of them is stated; all else is left out, or read as text."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from privacy.ages import MOST, quantity
from privacy.dates import DATE, Shift, shifted
from privacy.known import Known, dicts_of
from privacy.people import People
from privacy.texts import deidentified, without_known
from privacy.words import CODES, KINDS, LEFT_OUT

_PERSONS: Final = frozenset(("Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person"))
_NAMED_ANEW: Final = frozenset(("Patient", "Practitioner", "Organization", "Location"))
_OF_ITSELF: Final = frozenset(("resourceType", "id", "name", "link", "content", "media", "conclusion"))
"""Elements of the record itself that are written anew, or left out."""
_CODE: Final = re.compile(r"[\w:./{}\[\]%^*'+-]{1,120}")
_EXTENSIONS: Final = re.compile(
    r"http://hl7\.org/fhir/us/core/StructureDefinition/us-core-(?:race|ethnicity|birthsex|sex|genderIdentity)"
    r"|ombCategory|text|http://hl7\.org/fhir/StructureDefinition/(?:data-absent-reason|condition-assertedDate|patient-genderIdentity)"
)
"""Extensions that are kept, by their URLs; those within them too."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a record is read with: of whom it is, and what is known around them."""

    people: People
    known: Known
    shift: Shift
    contained: Mapping[str, str]
    """Ids of what the record contains and is kept → pseudonyms."""

    def element(self, key: str, value: Any) -> Any:
        """An element without what identifies; None where nothing of it is left."""
        if isinstance(value, str):
            return self.words(key, value)
        if isinstance(value, list):
            return [left for one in value if (left := self.element(key, one)) is not None] or None
        if isinstance(value, dict):
            return self.extension(value) if key in ("extension", "modifierExtension") else self.object(value)
        return value

    def object(self, value: Mapping[str, Any]) -> Json | None:
        """An object: a reference leads to pseudonyms, a quantity of years ends at 90, all else element by element."""
        if "reference" in value or _is_logical(value):
            return self.reference(value)
        coded = "code" in value or "system" in value
        found: Json = {}
        for key, one in quantity(value).items():
            if (key in LEFT_OUT and not (key == "text" and isinstance(one, str))) or key.startswith("_") or key == "id":
                continue
            left = without_known(one, self.known) if key == "display" and coded and isinstance(one, str) else self.element(key, one)
            if left is not None:
                found[key] = left
        return found or None

    def extension(self, value: Mapping[str, Any]) -> Json | None:
        """An extension of those that are kept."""
        url = value.get("url")
        if not isinstance(url, str) or not _EXTENSIONS.fullmatch(url):
            return None
        left = self.object({key: one for key, one in value.items() if key != "url"})
        return {"url": url, **left} if left else None

    def reference(self, value: Mapping[str, Any]) -> Json | None:
        """A reference to the pseudonym of what it leads to; words stay beside it where they are of no person and no place."""
        told = self.people.reference(value) or self.within(value.get("reference"))
        kind = told.partition("/")[0] if told else str(value.get("type", ""))
        found: Json = {"reference": told} if told else {}
        display = value.get("display")
        if isinstance(display, str) and kind and kind not in _PERSONS | {"Organization", "Location", "HealthcareService"}:
            found["display"] = deidentified(display, self.known, self.shift)
        return found or None

    def within(self, literal: Any) -> str | None:
        """A reference to what the record contains."""
        held = self.contained.get(literal[1:]) if isinstance(literal, str) and literal.startswith("#") else None
        return f"#{held}" if held else None

    def words(self, key: str, value: str) -> str | None:
        """A string: a code as it is, a date moved, all else as a text."""
        if key in ("system", "code", "version") or (key in CODES and _CODE.fullmatch(value)) or key.startswith(("valueCode", "valueUri")):
            return value
        if DATE.fullmatch(value):
            return shifted(value, self.shift) or None
        return deidentified(value, self.known, self.shift)


def _is_logical(value: Mapping[str, Any]) -> bool:
    """Whether an object refers by an identifier, or by words alone."""
    return set(value) <= {"identifier", "display", "type", "id", "extension"} and ("identifier" in value or "display" in value)


def record(resource: Mapping[str, Any], texts: Sequence[str], people: People) -> Json | None:
    """A record without what identifies; None where its kind is not taken over, or where it is damaged.

    `texts` are the texts that were read out of it, in their order. They take the place of its attachments.
    """
    kind, identifier = resource.get("resourceType"), resource.get("id")
    if kind not in KINDS or not isinstance(identifier, str):
        return None
    patient = people.patient_of(resource)
    shift = people.shift_of(patient or f"{kind}/{identifier}")
    known = people.known_of(patient, resource)
    inner = [
        one for one in dicts_of(resource.get("contained")) if one.get("resourceType") == "Medication" and isinstance(one.get("id"), str)
    ]
    names = {one["id"]: people.pseudonym(kind, f"{identifier}#{one['id']}") for one in inner}
    reader = _Reader(people, known, shift, names)
    told = people.pseudonym(kind, identifier)
    found: Json = {"resourceType": kind, "id": told}
    updated = resource.get("meta", {}).get("lastUpdated") if isinstance(resource.get("meta"), dict) else None
    if isinstance(updated, str) and (moved := shifted(updated, shift)):
        found["meta"] = {"lastUpdated": moved}
    found.update(reader.object(_body(resource)) or {})
    if inner:
        found["contained"] = [{"resourceType": "Medication", "id": names[one["id"]], **(reader.object(_body(one)) or {})} for one in inner]
    if kind in _NAMED_ANEW:
        found["name"] = _name(kind, told)
    _of_kind(found, kind, resource, people, patient)
    _attach(found, kind, [deidentified(text, known, shift) for text in texts])
    return found


def _body(resource: Mapping[str, Any]) -> Json:
    return {key: value for key, value in resource.items() if key not in _OF_ITSELF}


def _name(kind: str, told: str) -> Any:
    said = f"{kind} {told[:8]}"
    return [{"text": said}] if kind in ("Patient", "Practitioner") else said


def _of_kind(found: Json, kind: str, resource: Mapping[str, Any], people: People, patient: str | None) -> None:
    """What is kept of addresses, of links between patients, and of a birth that was long ago."""
    addresses = resource.get("address")
    kept = [
        {key: one[key] for key in ("state", "country") if isinstance(one.get(key), str) and len(one[key]) < _LONGEST_STATE}
        for one in dicts_of(addresses)
    ]
    if kept := [one for one in kept if one]:
        found["address"] = kept if isinstance(addresses, list) else kept[0]
    if kind != "Patient":
        return
    links = [
        {"other": {"reference": told}, "type": link["type"]}
        for link in dicts_of(resource.get("link"))
        if isinstance(link.get("other"), dict) and (told := people.reference(link["other"])) and "type" in link
    ]
    if links:
        found["link"] = links
    if patient is not None and people.is_old(patient):
        # By which they are 90 when they are last heard of.
        born = f"{int(people.latest_of(patient)[:4]) - MOST - 1:04d}"
        found["birthDate"] = shifted(born, Shift(people.shift_of(patient).days))


_LONGEST_STATE: Final = 40


def _attach(found: Json, kind: str, texts: Sequence[str]) -> None:
    attachments = [{"contentType": "text/plain; charset=utf-8", "data": base64.b64encode(text.encode()).decode()} for text in texts]
    if kind == "DocumentReference":
        found["content"] = [{"attachment": one} for one in attachments] or [{"attachment": {"contentType": "text/plain"}}]
    elif kind == "DiagnosticReport" and attachments:
        found["presentedForm"] = attachments
