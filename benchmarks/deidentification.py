"""How much of what identifies is taken out of notes, by kind, and how many words are lost that identified nobody.

    python -m benchmarks.deidentification --seed 2024 --wrong 20

The notes are those of a sample of another seed than the tests', into which the generator weaves sentences whose identifiers it knows
(`sample.identifying`); every third patient has a name that is a word or stands in the name of a disease. Of records, everything known of
people must be gone.
"""

import base64
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from privacy.changes import Change
from privacy.people import People
from privacy.pseudonyms import Pseudonyms
from privacy.records import record
from privacy.texts import changes_of
from sample import write_sample
from sample.identifying import Said, renamed, woven
from sample.phrasing import Dice

Resource = dict[str, Any]


def _records(folder: Path) -> list[Resource]:
    return [json.loads(line) for file in sorted(folder.glob("*.ndjson")) for line in file.read_text("utf-8").splitlines()]


def _texts(note: Resource) -> Iterator[str]:
    for content in note.get("content", ()):
        attachment = content["attachment"]
        if attachment.get("contentType", "").startswith("text/plain") and "data" in attachment:
            yield base64.b64decode(attachment["data"]).decode("utf-8", "replace")


def _secrets(person: Resource) -> Iterator[str]:
    """What of a person must be in no record."""
    for name in person.get("name", ()):
        yield from (name["family"], *name["given"])
    for key in ("identifier", "telecom"):
        yield from (one["value"] for one in person.get(key, ()))
    for home in person.get("address", ()):
        yield from (*home.get("line", ()), home.get("city", ""), home.get("postalCode", ""))
    yield from (person["id"], person.get("birthDate", ""))


def _structured(records: list[Resource], people: People) -> tuple[int, int]:
    """How many secrets of people there are in their records, and how many are left of them."""
    known = left = 0
    for one in records:
        if one["resourceType"] in ("Patient", "Practitioner"):
            told = json.dumps(record(one, [], people), ensure_ascii=False)
            secrets = [secret for secret in _secrets(one) if secret]
            known, left = known + len(secrets), left + sum(f'"{secret}"' in told for secret in secrets)
    return known, left


@dataclass(slots=True)
class Measured:
    """What was taken out of notes, by kind; `odd` shows what was missed, or lost, in its words."""

    notes: int = 0
    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    needless: int = 0
    secrets: int = 0
    left: int = 0
    odd: list[str] = field(default_factory=list)

    def note(self, said: str, spans: tuple[Said, ...], changes: tuple[Change, ...], doctors: list[Resource]) -> None:
        """Count one note."""
        self.notes += 1
        covered = {place for one in changes for place in range(one.start, one.end)}
        for span in spans:
            gone = _is_gone(said, span, covered)
            self.there[span.kind] += 1
            self.found[span.kind] += gone
            if gone == (span.kind == "trap"):
                self.odd.append(f"{span.kind}: {said[max(0, span.start - 40) : span.end + 40]!r}")
        real = {place for span in spans if span.kind != "trap" for place in range(span.start, span.end)}
        beyond = [one for one in changes if one.kind != "date" and real.isdisjoint(range(one.start, one.end))]
        beyond = [one for one in beyond if not _names_somebody(said[one.start : one.end], doctors)]
        self.changed, self.needless = self.changed + len(changes), self.needless + len(beyond)
        self.odd += [f"lost as {one.kind}: {said[max(0, one.start - 40) : one.end + 40]!r}" for one in beyond]


def measure(patients: int, seed: int) -> Measured:
    """Write a sample, weave identifiers into its notes, and look what is left of them."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), patients, seed)
        before = _records(Path(folder))
    written = {one["id"]: one for one in before if one["resourceType"] == "Patient"}
    places = {identifier: place for place, identifier in enumerate(written)}
    records = [renamed(one, places[one["id"]]) if one["resourceType"] == "Patient" else one for one in before]
    now = {one["id"]: one for one in records if one["resourceType"] == "Patient"}
    doctors = [one for one in records if one["resourceType"] == "Practitioner"]
    people = People("benchmark", Pseudonyms(b"of a benchmark"), "2026-01-01")
    for one in records:
        people.learn(one)
    people.learned()
    found = Measured()
    for number, note in enumerate(one for one in records if one["resourceType"] == "DocumentReference"):
        patient = people.patient_of(note) or ""
        identifier = patient.partition("/")[2]
        for text in _texts(note):
            dice = Dice(f"{seed}/{number}")
            said, spans = woven(text, now[identifier], written[identifier], dice.pick(doctors), dice)
            found.note(said, spans, changes_of(said, people.known_of(patient, note), people.shift_of(patient)), doctors)
    found.secrets, found.left = _structured(records, people)
    return found


@click.command()
@click.option("--patients", default=60, show_default=True)
@click.option("--seed", default=2024, show_default=True)
@click.option("--wrong", default=0, help="Print so many of those that were missed or lost.")
def main(patients: int, seed: int, wrong: int) -> None:
    """Print recall by kind, and precision."""
    found = measure(patients, seed)
    for odd in found.odd[:wrong]:
        print(f"  {odd}")
    print(f"{found.notes:,} notes, {patients} patients, seed {seed}")
    print(f"recall, structured: {1 - found.left / found.secrets:.4f} of {found.secrets:,}")
    for kind in sorted(set(found.there) - {"trap"}):
        print(f"recall, {kind}: {found.found[kind] / found.there[kind]:.4f} of {found.there[kind]:,}")
    print(f"precision: {1 - found.needless / found.changed:.4f} of {found.changed:,} changes")
    print(f"traps taken: {found.found['trap']:,} of {found.there['trap']:,}")


def _is_gone(text: str, span: Said, covered: set[int]) -> bool:
    """Whether nothing but punctuation is left of a span; of a trap, whether any of it is gone."""
    letters = [place for place in range(span.start, span.end) if text[place].isalnum()]
    return any(place in covered for place in letters) if span.kind == "trap" else all(place in covered for place in letters)


def _names_somebody(said: str, doctors: list[Resource]) -> bool:
    """Whether the notes themselves sign with this name."""
    return any(part in said for one in doctors for part in (one["name"][0]["family"], one["name"][0]["given"][0]))


if __name__ == "__main__":
    main()
