"""FHIR R4 resources of the sample, as dictionaries in US Core's manner."""

from datetime import date

from sample import people
from sample.codes import acts
from sample.codes.drugs import DRUGS
from sample.elements import (
    CORE,
    CVX,
    MRN,
    NPI,
    RXNORM,
    SNOMED,
    TERMINOLOGY,
    Resource,
    coding,
    concept,
    condition_concept,
    moment,
    practitioner_reference,
    reference,
    resource,
)
from sample.patients import Medication, Person, Problem
from sample.phrasing import Dice
from sample.staff import Practitioner
from sample.timeline import Visit


def practitioner(staff: Practitioner, changed: date) -> Resource:
    """A Practitioner."""
    return resource(
        "Practitioner",
        staff.id,
        changed,
        "us-core-practitioner",
        identifier=[{"system": NPI, "value": staff.npi}],
        active=True,
        name=[{"use": "official", "family": staff.family, "given": [staff.given], "suffix": [staff.credential]}],
        gender=staff.sex,
        qualification=[{"code": concept(staff.specialty, coding("http://nucc.org/provider-taxonomy", staff.taxonomy, staff.specialty))}],
    )


def organization(identifier: str, name: str, kind: str, changed: date) -> Resource:
    """An Organization."""
    return resource(
        "Organization",
        f"org-{identifier}",
        changed,
        "us-core-organization",
        active=True,
        type=[concept(kind, coding(TERMINOLOGY + "organization-type", "prov", "Healthcare Provider"))],
        name=name,
        telecom=[{"system": "phone", "value": "555-0100"}],
    )


def location(identifier: str, name: str, organization_id: str, changed: date) -> Resource:
    """A Location."""
    return resource(
        "Location",
        f"loc-{identifier}",
        changed,
        "us-core-location",
        status="active",
        name=name,
        managingOrganization=reference("Organization", f"org-{organization_id}"),
    )


def patient(person: Person, changed: date, dice: Dice) -> Resource:
    """A Patient with US Core race, ethnicity and birth sex; a few birth dates are known to the month only."""
    code, race = person.race
    ethnicity = ("2135-2", "Hispanic or Latino") if person.hispanic else ("2186-5", "Not Hispanic or Latino")
    town, state, postcode = dice.pick(people.TOWNS)
    omb = "urn:oid:2.16.840.1.113883.6.238"
    return resource(
        "Patient",
        person.id,
        changed,
        "us-core-patient",
        extension=[
            {
                "url": CORE + "us-core-race",
                "extension": [{"url": "ombCategory", "valueCoding": coding(omb, code, race)}, {"url": "text", "valueString": race}],
            },
            {
                "url": CORE + "us-core-ethnicity",
                "extension": [{"url": "ombCategory", "valueCoding": coding(omb, *ethnicity)}, {"url": "text", "valueString": ethnicity[1]}],
            },
            {"url": CORE + "us-core-birthsex", "valueCode": "F" if person.female else "M"},
        ],
        identifier=[{"use": "usual", "system": MRN, "value": f"HL{100000 + person.number * 917}"}],
        active=True,
        name=[{"use": "official", "family": person.family, "given": [person.given]}],
        telecom=[{"system": "phone", "value": f"555-01{person.number % 100:02d}", "use": "home"}],
        gender=person.sex,
        birthDate=person.born.isoformat() if not dice.chance(0.04) else person.born.isoformat()[:7],
        deceasedDateTime=moment(person.died, 14, 5) if person.died else None,
        address=[
            {
                "use": "home",
                "line": [f"{dice.between(2, 480)} {dice.pick(people.STREETS)}"],
                "city": town,
                "state": state,
                "postalCode": postcode,
            }
        ],
    )


def encounter(visit: Visit, dice: Dice, problems: list[Problem]) -> Resource:
    """An Encounter; every fifth names its clinician by identifier."""
    code, display, kind, kind_display = acts.SETTINGS[visit.stage.setting]
    hour, minute = dice.between(8, 16), dice.pick((0, 10, 15, 20, 30, 40, 45))
    inpatient = visit.stage.setting == "ward"
    complaint = next((n.complaint for n in visit.stage.notes if n.complaint and not set("[{") & set(n.complaint)), "")
    place = visit.stage.setting if visit.stage.setting in {i for i, _, _ in people.LOCATIONS} else "clinic"
    died = visit.stage.outcome == "died"
    disposition = ("exp", "Expired") if died else ("hosp", "Hospice") if visit.stage.outcome == "hospice" else ("home", "Home")
    return resource(
        "Encounter",
        visit.id,
        visit.end,
        "us-core-encounter",
        status="finished",
        **{"class": coding(TERMINOLOGY + "v3-ActCode", code, display)},
        type=[concept(kind_display.rsplit(" (", 1)[0], coding(SNOMED, kind, kind_display))],
        subject=reference("Patient", visit.person.id),
        participant=[
            {
                "type": [concept("primary performer", coding(TERMINOLOGY + "v3-ParticipationType", "PPRF", "primary performer"))],
                "individual": practitioner_reference(visit.practitioner, conditional=dice.chance(0.2)),
            }
        ],
        period={
            "start": moment(visit.day, hour, minute),
            "end": moment(visit.end, 15 if inpatient else hour, 20 if inpatient else min(minute + 14, 59)),
        },
        reasonCode=[{"text": complaint}] if complaint else None,
        diagnosis=[{"condition": reference("Condition", p.record)} for p in problems],
        hospitalization={"dischargeDisposition": concept(disposition[1], coding(TERMINOLOGY + "discharge-disposition", *disposition))}
        if inpatient
        else None,
        location=[{"location": reference("Location", f"loc-{place}")}],
        serviceProvider=reference(
            "Organization", "org-harborview" if visit.stage.setting in ("ward", "emergency", "infusion") else "org-clinics"
        ),
    )


def condition(person: Person, problem: Problem, visit: Visit | None, end: date, dice: Dice) -> Resource:
    """A charted diagnosis. What was known before the first visit has an onset known to the year or month."""
    active = problem.end is None or problem.end > end
    category = ("problem-list-item", "Problem List Item") if visit is None or active else ("encounter-diagnosis", "Encounter Diagnosis")
    onset = problem.start.isoformat()
    if visit is None:
        onset = onset[: dice.pick((4, 4, 7, 10))]
    return resource(
        "Condition",
        problem.record,
        problem.end if problem.end and not active else problem.start,
        "us-core-condition-encounter-diagnosis" if category[0] == "encounter-diagnosis" else "us-core-condition-problems-health-concerns",
        clinicalStatus=concept(
            "", coding(TERMINOLOGY + "condition-clinical", "active" if active else "resolved", "Active" if active else "Resolved")
        ),
        verificationStatus=concept("", coding(TERMINOLOGY + "condition-ver-status", "confirmed", "Confirmed")),
        category=[concept("", coding(TERMINOLOGY + "condition-category", *category))],
        code=condition_concept(problem.condition),
        subject=reference("Patient", person.id),
        encounter=reference("Encounter", visit.id) if visit else None,
        onsetDateTime=onset,
        abatementDateTime=problem.end.isoformat() if problem.end and not active else None,
        recordedDate=problem.start.isoformat(),
    )


def finding(visit: Visit, number: int, key: str) -> Resource:
    """A symptom that was told at a visit; an old heart attack is past."""
    status = ("inactive", "Inactive") if key == "old-mi" else ("active", "Active")
    return resource(
        "Condition",
        f"{visit.id}-s{number}",
        visit.end,
        "us-core-condition-encounter-diagnosis",
        clinicalStatus=concept("", coding(TERMINOLOGY + "condition-clinical", *status)),
        verificationStatus=concept("", coding(TERMINOLOGY + "condition-ver-status", "confirmed", "Confirmed")),
        category=[concept("", coding(TERMINOLOGY + "condition-category", "encounter-diagnosis", "Encounter Diagnosis"))],
        code=condition_concept(key),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        recordedDate=visit.day.isoformat(),
    )


def unconfirmed_condition(visit: Visit, number: int, key: str, status: str) -> Resource:
    """A diagnosis that was considered and refuted, or entered in error."""
    return resource(
        "Condition",
        f"{visit.id}-x{number}",
        visit.end,
        verificationStatus=concept("", coding(TERMINOLOGY + "condition-ver-status", status, status.replace("-", " ").capitalize())),
        clinicalStatus=None
        if status == "entered-in-error"
        else concept("", coding(TERMINOLOGY + "condition-clinical", "inactive", "Inactive")),
        category=[concept("", coding(TERMINOLOGY + "condition-category", "encounter-diagnosis", "Encounter Diagnosis"))],
        code=condition_concept(key),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        recordedDate=visit.day.isoformat(),
    )


def medication_request(person: Person, medication: Medication, visit: Visit | None, reason: str, end: date, dice: Dice) -> Resource:
    """An order, by code; some infusions point to a Medication, some to a contained one."""
    entry = DRUGS[medication.drug]
    code = concept(entry.name[:1].upper() + entry.name[1:], coding(RXNORM, entry.rxnorm, entry.display))
    status = "active"
    if medication.stop and medication.stop <= end:
        status = "completed" if medication.reason == "completed" else "stopped"
    style = dice.below(10) if entry.given else 9
    contained, what = None, {"medicationCodeableConcept": code}
    if style < 3:
        contained = [{"resourceType": "Medication", "id": "med1", "code": code, "status": "active"}]
        what = {"medicationReference": {"reference": "#med1"}}
    elif style < 6:
        what = {"medicationReference": reference("Medication", f"med-{medication.drug}", entry.name)}
    return resource(
        "MedicationRequest",
        medication.record,
        medication.stop if status != "active" and medication.stop else medication.start,
        "us-core-medicationrequest",
        contained=contained,
        status=status,
        statusReason=concept(medication.reason) if status == "stopped" else None,
        intent="order",
        category=[
            concept(
                "",
                coding(
                    TERMINOLOGY + "medicationrequest-category",
                    "inpatient" if entry.given else "outpatient",
                    "Inpatient" if entry.given else "Outpatient",
                ),
            )
        ],
        **what,
        subject=reference("Patient", person.id),
        encounter=reference("Encounter", visit.id) if visit else None,
        authoredOn=moment(medication.start, 10, 5) if visit else medication.start.isoformat()[:7],
        requester=practitioner_reference(visit.practitioner, conditional=dice.chance(0.15)) if visit else None,
        reasonReference=[reference("Condition", reason)] if reason else None,
        dosageInstruction=[{"text": entry.sig[:1].upper() + entry.sig[1:]}],
    )


def medication(drug: str, changed: date) -> Resource:
    """A Medication that infusions refer to."""
    entry = DRUGS[drug]
    return resource(
        "Medication",
        f"med-{drug}",
        changed,
        "us-core-medication",
        code=concept(entry.name, coding(RXNORM, entry.rxnorm, entry.display)),
        status="active",
    )


def procedure(visit: Visit, identifier: str, key: str, reason: str, dice: Dice) -> Resource:
    """A procedure that was done, with a period or a date."""
    code, display, name = acts.PROCEDURES[key]
    when: Resource = {"performedDateTime": moment(visit.day, 11, 0)}
    if dice.chance(0.5):
        when = {"performedPeriod": {"start": moment(visit.day, 11, 0), "end": moment(visit.day, 12, dice.between(0, 50))}}
    return resource(
        "Procedure",
        identifier,
        visit.day,
        "us-core-procedure",
        status="completed",
        code=concept(name[:1].upper() + name[1:], coding(SNOMED, code, display)),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        **when,
        performer=[{"actor": practitioner_reference(visit.practitioner)}],
        location=reference("Location", f"loc-{visit.stage.setting}") if visit.stage.setting in ("ward", "emergency", "infusion") else None,
        reasonReference=[reference("Condition", reason)] if reason else None,
    )


def allergy(person: Person, number: int, changed: date, dice: Dice) -> Resource:
    """An allergy with its reaction."""
    name, code, display, category, reaction = person.allergies[number]
    return resource(
        "AllergyIntolerance",
        f"{person.id}-a{number + 1}",
        changed,
        "us-core-allergyintolerance",
        clinicalStatus=concept("", coding(TERMINOLOGY + "allergyintolerance-clinical", "active", "Active")),
        verificationStatus=concept("", coding(TERMINOLOGY + "allergyintolerance-verification", "confirmed", "Confirmed")),
        category=[category],
        criticality=dice.pick(("low", "high", "unable-to-assess")),
        code=concept(f"Allergy to {name}", coding(SNOMED, code, display)),
        patient=reference("Patient", person.id),
        recordedDate=changed.isoformat(),
        reaction=[{"manifestation": [concept(reaction)]}],
    )


def no_allergy(person: Person, changed: date) -> Resource:
    """The explicit statement that no allergy is known."""
    return resource(
        "AllergyIntolerance",
        f"{person.id}-a0",
        changed,
        "us-core-allergyintolerance",
        clinicalStatus=concept("", coding(TERMINOLOGY + "allergyintolerance-clinical", "active", "Active")),
        verificationStatus=concept("", coding(TERMINOLOGY + "allergyintolerance-verification", "confirmed", "Confirmed")),
        code=concept("No known allergies", coding(SNOMED, *acts.NO_KNOWN_ALLERGY)),
        patient=reference("Patient", person.id),
        recordedDate=changed.isoformat(),
    )


def immunization(person: Person, number: int, key: str, day: date, visit: Visit | None, refused: bool) -> Resource:
    """A vaccination, given or refused."""
    code, display = acts.VACCINES[key]
    return resource(
        "Immunization",
        f"{person.id}-i{number:02d}",
        day,
        "us-core-immunization",
        status="not-done" if refused else "completed",
        statusReason=concept("Patient objection", coding(TERMINOLOGY + "v3-ActReason", "PATOBJ", "patient objection")) if refused else None,
        vaccineCode=concept(display, coding(CVX, code, display)),
        patient=reference("Patient", person.id),
        encounter=reference("Encounter", visit.id) if visit else None,
        occurrenceDateTime=moment(day, 9, 45) if visit else day.isoformat(),
        primarySource=True,
        location=reference("Location", "loc-clinic") if visit else None,
    )


def family_history(person: Person, number: int, changed: date) -> Resource:
    """What a relative has or had: never the patient's own."""
    relation, condition_name, age = person.relatives[number]
    code, display = acts.RELATIONS[relation]
    snomed, snomed_display = acts.RELATIVES_CONDITIONS[condition_name]
    return resource(
        "FamilyMemberHistory",
        f"{person.id}-f{number + 1}",
        changed,
        status="completed",
        patient=reference("Patient", person.id),
        date=changed.isoformat(),
        relationship=concept(relation, coding(TERMINOLOGY + "v3-RoleCode", code, display)),
        condition=[
            {
                "code": concept(condition_name.removeprefix("a "), coding(SNOMED, snomed, snomed_display)),
                "onsetAge": {"value": age, "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"},
            }
        ],
    )
