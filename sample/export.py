"""Writes the export: one NDJSON file per type beside a manifest, as SMART bulk exports are laid out."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sample import documents, elements, observations, people, resources
from sample.codes import acts
from sample.codes.labs import LABS, PANELS
from sample.courses import COURSES
from sample.elements import Resource, moment, resource
from sample.marks import Truth
from sample.patients import END, Person, person
from sample.phrasing import Dice
from sample.staff import Staff
from sample.timeline import Visit, Written, live

_CODED = ("code", "condition", "component", "medicationCodeableConcept", "vaccineCode")
_ENRICHED = 4
"""One note in so many of the first notes of a patient carries entity extensions …"""
_ENRICHED_PATIENTS = 3
"""… for one patient in so many."""


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What was written."""

    patients: int
    notes: int
    resources: int
    kinds: dict[str, int]
    media: dict[str, int]
    files: tuple[str, ...]


@dataclass(slots=True)
class _Pile:
    kinds: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    media: Counter[str] = field(default_factory=Counter)
    truths: list[tuple[str, Truth]] = field(default_factory=list)
    notes: int = 0

    def add(self, *found: Resource) -> None:
        for item in found:
            self.kinds[item["resourceType"]].append(item)


def write(folder: Path, patients: int, seed: int, truth: Path | None = None) -> SampleSummary:
    """Writes the export into a folder, which is created; files of the same names are replaced.

    `truth` is a file for what the generator knows of its texts, one line a note (see `sample.marks.Truth`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    pile = _Pile()
    staff = Staff(seed)
    opened = date(2014, 1, 2)
    pile.add(*(resources.practitioner(p, opened) for p in staff.all))
    pile.add(*(resources.organization(i, name, kind, opened) for i, name, kind in people.ORGANIZATIONS))
    pile.add(*(resources.location(i, name, owner, opened) for i, name, owner in people.LOCATIONS))
    for number in range(1, patients + 1):
        somebody = person(number, COURSES[(number - 1) % len(COURSES)], seed)
        _chart(pile, somebody, live(somebody, staff, seed), Dice(f"{seed}/chart/{number}"))
    pile.add(*(resources.medication(drug, opened) for drug in sorted(_referred(pile))))
    files = _write_files(folder, pile)
    if truth is not None:
        charted = _charted(pile)
        lines = (json.dumps(known.as_json(record, charted), ensure_ascii=False) for record, known in pile.truths)
        truth.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return SampleSummary(
        patients=patients,
        notes=pile.notes,
        resources=sum(len(v) for v in pile.kinds.values()),
        kinds={k: len(v) for k, v in sorted(pile.kinds.items())},
        media=dict(sorted(pile.media.items())),
        files=files,
    )


def _write_files(folder: Path, pile: _Pile) -> tuple[str, ...]:
    output = []
    for kind in sorted(pile.kinds):
        name = f"{kind}.000.ndjson"
        lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in pile.kinds[kind]]
        (folder / name).write_bytes(("\n".join(lines) + "\n").encode())
        output.append({"type": kind, "url": name, "count": len(lines)})
    manifest = {
        "transactionTime": moment(END, 23, 59),
        "request": "$export",
        "requiresAccessToken": False,
        "output": output,
        "deleted": [],
        "error": [],
    }
    (folder / "manifest.json").write_bytes((json.dumps(manifest, indent=2) + "\n").encode())
    return ("manifest.json", *(str(o["url"]) for o in output))


def _chart(pile: _Pile, somebody: Person, visits: list[Visit], dice: Dice) -> None:
    first = visits[0].day
    pile.add(resources.patient(somebody, visits[-1].end, dice))
    if somebody.allergies:
        pile.add(*(resources.allergy(somebody, n, first, dice) for n in range(len(somebody.allergies))))
    else:
        pile.add(resources.no_allergy(somebody, first))
    pile.add(*(resources.family_history(somebody, n, first) for n in range(len(somebody.relatives))))
    end = somebody.died or END
    charted_in = {p.record: v for v in visits for p in v.problems}
    ordered_in = {m.record: v for v in visits for m in v.started}
    for problem in somebody.problems:
        pile.add(resources.condition(somebody, problem, charted_in.get(problem.record), end, dice))
    for medication in somebody.medications:
        visit = ordered_in.get(medication.record)
        reason = visit.problems[0].record if visit and visit.problems else ""
        pile.add(resources.medication_request(somebody, medication, visit, reason, end, dice))
    _immunizations(pile, somebody, visits, dice)
    charted: set[str] = set()
    for visit in visits:
        fresh = [key for key in dict.fromkeys(visit.findings) if key not in charted]
        charted.update(fresh)
        _encounter(pile, visit, fresh, dice)
    _notes(pile, visits, dice)
    _oddities(pile, somebody, visits)


def _encounter(pile: _Pile, visit: Visit, fresh: list[str], dice: Dice) -> None:
    """`fresh` are symptoms that were not charted before."""
    pile.add(resources.encounter(visit, dice, visit.problems))
    reason = visit.problems[0].record if visit.problems else ""
    for number, key in enumerate(visit.stage.procedures, 1):
        pile.add(resources.procedure(visit, f"{visit.id}-p{number}", key, reason, dice))
    for number, key in enumerate(fresh, 1):
        pile.add(resources.finding(visit, number, key))
    for number, key in enumerate(visit.refuted, 1):
        pile.add(resources.unconfirmed_condition(visit, number, key, "refuted"))
    panels: dict[str, list[str]] = defaultdict(list)
    for number, (key, value) in enumerate(visit.measured.items(), 1):
        if key in ("sbp", "dbp"):
            continue
        identifier = f"{visit.id}-o{number:02d}"
        pile.add(observations.observation(visit, identifier, key, value, number % 60))
        if LABS[key].panel:
            panels[LABS[key].panel].append(identifier)
    if "sbp" in visit.measured:
        pile.add(observations.blood_pressure(visit, f"{visit.id}-bp"))
    if any(n.kind in ("wellness", "admission", "consult") for n in visit.stage.notes) and visit.person.age(visit.day) >= 16:
        pile.add(observations.smoking_status(visit, f"{visit.id}-smoking"))
    for name, results in panels.items():
        if len(results) > 1:
            pile.add(observations.panel(visit, f"{visit.id}-{name}", PANELS[name], results))


def _notes(pile: _Pile, visits: list[Visit], dice: Dice) -> None:
    count = 0
    for visit in visits:
        for written in visit.written:
            count += 1
            if written.note.kind in ("radiology", "pathology"):
                composed = documents.report(visit, written, count, dice)
            else:
                enrich = visit.person.number % _ENRICHED_PATIENTS == 1 and count % _ENRICHED == 1
                composed = documents.document(visit, written, count, dice, enrich, "")
                if composed.text and dice.chance(0.02):
                    count += 1
                    later = Written(
                        written.note, written.day + timedelta(days=1), written.author, (*written.parts, ("Addendum", _addendum(dice)))
                    )
                    amended = documents.document(visit, later, count, dice, False, composed.resource["id"])
                    composed.resource["status"] = "superseded"
                    _add_note(pile, amended)
            _add_note(pile, composed)


def _add_note(pile: _Pile, composed: documents.Composed) -> None:
    pile.add(composed.resource)
    pile.media[composed.media] += 1
    pile.truths.append((f"{composed.resource['resourceType']}/{composed.resource['id']}", composed.truth))
    pile.notes += 1


def _addendum(dice: Dice) -> str:
    return dice.pick(
        (
            "Correction to the note above: the allergy list was reviewed again with the pharmacy and stands as written.",
            "Addendum after discussion with the family: the code status was confirmed and entered in the chart.",
            "The outside records have now been received and reviewed; they do not change the plan.",
        )
    )


def _immunizations(pile: _Pile, somebody: Person, visits: list[Visit], dice: Dice) -> None:
    number = 0
    for visit in visits:
        if visit.stage.setting != "clinic" or not any(n.kind == "wellness" for n in visit.stage.notes):
            continue
        age = somebody.age(visit.day)
        usual = (
            ("dtap", "ipv", "mmr", "varicella")
            if age < 7
            else ("influenza", "tdap", "covid")
            if age < 50
            else ("influenza", "zoster", "pcv13", "covid")
        )
        for key in dice.some(usual, dice.between(1, 2)):
            number += 1
            pile.add(resources.immunization(somebody, number, key, visit.day, visit, refused=dice.chance(0.06)))


def _oddities(pile: _Pile, somebody: Person, visits: list[Visit]) -> None:
    """What real exports hold beside the facts: errors, cancellations, refusals, a visit that did not happen."""
    visit, rest = visits[-1], somebody.number % 12
    after = visit.end + timedelta(days=2)
    if rest == 1:
        pile.add(resources.unconfirmed_condition(visit, 9, "influenza", "entered-in-error"))
    elif rest == 2:
        pile.add(
            resource(
                "Procedure",
                f"{visit.id}-p9",
                visit.day,
                "us-core-procedure",
                status="not-done",
                statusReason=elements.concept("Patient declined"),
                code=elements.concept("Colonoscopy", elements.coding(elements.SNOMED, *acts.PROCEDURES["colonoscopy"][:2])),
                subject=elements.reference("Patient", somebody.id),
                encounter=elements.reference("Encounter", visit.id),
                performedDateTime=visit.day.isoformat()[:7],
            )
        )
    elif rest == 3 and not somebody.died:
        missed = Visit(f"{somebody.id}-e99", somebody, after, after, visit.stage, visit.service, visit.practitioner, {})
        cancelled = resources.encounter(missed, Dice(somebody.id), [])
        cancelled["status"] = "cancelled"
        pile.add(cancelled)
    elif rest == 4:
        pile.add(
            resource(
                "Observation",
                f"{visit.id}-o98",
                visit.day,
                status="cancelled",
                category=[elements.concept("", elements.coding(elements.TERMINOLOGY + "observation-category", "laboratory", "Laboratory"))],
                code=elements.concept("Potassium", elements.coding(elements.LOINC, LABS["k"].loinc, LABS["k"].display)),
                subject=elements.reference("Patient", somebody.id),
                encounter=elements.reference("Encounter", visit.id),
                effectiveDateTime=visit.day.isoformat(),
                dataAbsentReason=elements.concept(
                    "Specimen hemolyzed", elements.coding(elements.TERMINOLOGY + "data-absent-reason", "error", "Error")
                ),
            )
        )
    elif rest == 5:
        order = (
            resources.medication_request(somebody, somebody.medications[-1], visit, "", visit.day, Dice(somebody.id))
            if somebody.medications
            else None
        )
        if order:
            order.update(id=f"{somebody.id}-m98", status="cancelled", statusReason=elements.concept("Ordered twice by mistake"))
            pile.add(order)


def _charted(pile: _Pile) -> frozenset[str]:
    """The codes that records of the export use."""
    found: set[str] = set()
    waiting: list[Any] = [item.get(part) for items in pile.kinds.values() for item in items for part in _CODED]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            found.update(filter(None, [one.get("code") if isinstance(one.get("code"), str) else ""]))
            waiting.extend(one.values())
    return frozenset(found)


def _referred(pile: _Pile) -> set[str]:
    found = set()
    for order in pile.kinds["MedicationRequest"]:
        target = order.get("medicationReference", {}).get("reference", "")
        if target.startswith("Medication/med-"):
            found.add(target.removeprefix("Medication/med-"))
    return found
