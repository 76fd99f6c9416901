"""What is found together in a small ingested world, and a cohort beside everybody else."""

import numpy as np
import pytest

from cohorts.reading import definition_of
from search.days import days_of
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

TODAY = days_of("2026-01-01").first
SNOMED, ICD10, RXNORM = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm"
FIBRILLATION, STROKE, WARFARIN, ASTHMA = (
    "http://snomed.info/id/49436004",
    "http://snomed.info/id/230690007",
    "11289",
    "http://snomed.info/id/195967001",
)


def both_codings(identifier, subject, day):
    """Atrial fibrillation in two systems, which is one thing."""
    codings = [
        {"system": SNOMED, "code": "49436004", "display": "Atrial fibrillation"},
        {"system": ICD10, "code": "I48.91", "display": "Atrial fibrillation"},
    ]
    return condition(identifier, subject, onsetDateTime=day) | {"code": {"coding": codings}}


def prescribed(identifier, subject, day):
    return {
        "resourceType": "MedicationRequest",
        "id": identifier,
        "status": "active",
        "intent": "order",
        "subject": {"reference": subject},
        "authoredOn": day,
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": WARFARIN, "display": "Warfarin"}]},
    }


def world():
    """Twelve patients: six have atrial fibrillation, four of them warfarin a year later and two a stroke before; asthma is anybody's."""
    for number in range(12):
        subject = f"Patient/p{number}"
        yield patient(f"p{number}", birthDate=f"{1940 + number}-01-01", gender="female" if number % 2 else "male")
        if number < 6:
            yield both_codings(f"af{number}", subject, "2020-05-01")
            yield note(f"n{number}", "Atrial fibrillation, on warfarin. No stroke.", subject)
        if number < 4:
            yield prescribed(f"w{number}", subject, "2021-05-01")
        if number < 2:
            yield condition(f"s{number}", subject, "230690007", "Stroke", onsetDateTime="2019-01-01")
        if number in (8, 9):
            coding = [{"system": RXNORM, "code": WARFARIN, "display": "Warfarin"}]
            yield {
                "resourceType": "AllergyIntolerance",
                "id": f"x{number}",
                "clinicalStatus": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]
                },
                "patient": {"reference": subject},
                "code": {"coding": coding},
            }
        if number % 3 == 0:
            yield condition(f"a{number}", subject, "195967001", "Asthma")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    patched = pytest.MonkeyPatch()
    patched.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path_factory.mktemp("together"))
    lab.ingest(*world())
    lab.ingest(patient("q1"), condition("c1", "Patient/q1", "49436004", "Atrial fibrillation"), dataset="other")
    yield lab.snapshot()
    patched.undo()


def told(found):
    return {named.label: (pair.both, pair.first, pair.second, pair.everyone) for named, pair in found.pairs}


def test_what_patients_have_beside_a_thing(snapshot):
    found = snapshot.together.beside(FIBRILLATION, "patient", ("condition", "medication"), TODAY, datasets=("d",))
    assert (found.having, found.everyone, found.of.label, found.of.kind) == (6, 12, "Atrial fibrillation", "condition")
    assert told(found) == {"Warfarin": (4, 6, 4, 12), "Stroke": (2, 6, 2, 12), "Asthma": (2, 6, 4, 12)}
    assert [named.label for named, _ in found.pairs] == ["Warfarin", "Stroke", "Asthma"]
    pairs = {named.label: pair for named, pair in found.pairs}
    assert (pairs["Warfarin"].later, pairs["Stroke"].earlier) == (4, 2)
    assert (pairs["Asthma"].later, pairs["Asthma"].earlier, pairs["Asthma"].same_day) == (0, 0, 0), "who knows no day says no order"
    assert (pairs["Warfarin"].lift, pairs["Asthma"].lift) == (2.0, 1.0)


def test_only_what_is_asked_for_is_charted(snapshot):
    found = snapshot.together.beside(FIBRILLATION, "patient", ("medication",), TODAY, datasets=("d",))
    assert (found.having, found.pairs) == (0, ()), "nobody is charted with it as a drug"


def test_both_datasets_are_counted_unless_one_is_named(snapshot):
    assert snapshot.together.beside(FIBRILLATION, "patient", ("condition",), TODAY).having == 7
    assert snapshot.together.beside(FIBRILLATION, "patient", ("condition",), TODAY, datasets=("other",)).everyone == 1


def test_in_notes_only_what_they_affirm_counts(snapshot):
    found = snapshot.together.beside(FIBRILLATION, "note", (), TODAY)
    assert (found.having, found.everyone) == (6, 6)
    assert "Stroke" not in told(found), "six notes deny it"
    assert told(found)["Warfarin"] == (6, 6, 6, 6)


def test_of_a_cohort_alone(snapshot):
    within = snapshot.cohorts.count(
        definition_of(
            {
                "format": "commissure-cohort/1",
                "sets": {"stroke": [{"code": STROKE}]},
                "entry": {"any": [{"event": "condition", "in": "stroke"}]},
            }
        )
    )
    found = snapshot.together.beside(FIBRILLATION, "patient", ("condition", "medication"), TODAY, within)
    assert told(found) == {"Warfarin": (2, 2, 2, 2), "Stroke": (2, 2, 2, 2)}
    side = snapshot.together.against_the_rest(within, ("condition", "medication"), TODAY, datasets=("d",))
    assert (side.inside, side.outside) == (2, 10)
    shares = {named.label: (share.first, share.second) for named, share in side.shares}
    assert shares == {"Stroke": (2, 0), "Warfarin": (2, 2), "Atrial fibrillation": (2, 4), "Asthma": (1, 3)}
    ages = next(each for each in side.measures if each.name == "age")
    assert (ages.first.mean, ages.second.patients) == (85.5, 10)
    assert {name: share.first for name, share in zip(side.sex_names, side.sexes, strict=True)} == {"female": 1, "male": 1}


def test_what_nobody_uses_is_unknown(snapshot):
    assert snapshot.together.beside("http://snomed.info/id/0", "patient", ("condition",), TODAY) is None


def test_codings_of_one_thing_are_one(snapshot):
    icd = "http://purl.bioontology.org/ontology/ICD10CM/I48.91"
    one = snapshot.together.beside(icd, "patient", ("condition", "medication"), TODAY, datasets=("d",))
    assert told(one) == told(snapshot.together.beside(FIBRILLATION, "patient", ("condition", "medication"), TODAY, datasets=("d",)))
    assert np.array([pair.discovery <= 1 for _, pair in one.pairs]).all()


def test_all_pairs_are_told_but_codings_of_one_record(snapshot):
    found = snapshot.together.strongest("patient", ("condition", "medication"), TODAY, datasets=("d",))
    told = {frozenset((first.label, second.label)): pair.both for first, second, pair in found.pairs}
    assert told == {
        frozenset(("Atrial fibrillation", "Warfarin")): 4,
        frozenset(("Atrial fibrillation", "Stroke")): 2,
        frozenset(("Atrial fibrillation", "Asthma")): 2,
        frozenset(("Warfarin", "Stroke")): 2,
        frozenset(("Warfarin", "Asthma")): 2,
    }
    assert (found.everyone, found.asked) == (12, 5)
    for first, second, pair in found.pairs:
        alone = snapshot.together.beside(first.concept, "patient", ("condition", "medication"), TODAY, datasets=("d",))
        (same,) = (each for named, each in alone.pairs if named == second)
        assert (pair.both, pair.first, pair.second, pair.odds, pair.later) == (same.both, same.first, same.second, same.odds, same.later)
    assert [first.label for first, _, _ in snapshot.together.strongest("patient", ("medication",), TODAY).pairs] == []


def test_who_is_allergic_to_a_substance_does_not_take_it(snapshot):
    relations = ("condition", "medication", "allergy")
    taken = "http://purl.bioontology.org/ontology/RXNORM/11289"
    found = snapshot.together.beside(taken, "patient", relations, TODAY, datasets=("d",))
    assert (found.having, found.of.kind) == (4, "medication"), "two are allergic to it"
    assert {(named.label, named.kind, pair.both) for named, pair in found.pairs} == {
        ("Atrial fibrillation", "condition", 4),
        ("Stroke", "condition", 2),
        ("Asthma", "condition", 2),
    }
    beside_asthma = snapshot.together.beside(ASTHMA, "patient", relations, TODAY, datasets=("d",), least=1)
    told = {(named.label, named.kind): pair.both for named, pair in beside_asthma.pairs}
    assert (told["Warfarin", "medication"], told["Warfarin", "allergy"]) == (2, 1)
