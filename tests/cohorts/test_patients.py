"""Patients chosen and counted: names, ages, conditions, and what two codings of one record are."""

from datetime import date

import pytest

from cohorts.patients import Selection, age_of, band_of, count, select
from search.model import ChartedCondition, PatientOverview, PatientSummary
from search.tables.patients import merged

TODAY = date(2024, 6, 1)
DIABETES, E11 = "http://snomed.info/id/44054006", "http://purl.bioontology.org/ontology/ICD10CM/E11.9"
ASTHMA = "http://snomed.info/id/195967001"


def one(name, sex="female", born="1980-05-20", died=None, conditions=(), documents=0, facts=0, dataset="a"):
    summary = PatientSummary(f"https://w3id.org/commissure/data/{dataset}/Patient/{name[:2].lower()}-1", dataset, name, sex, born, died)
    return PatientOverview(summary, documents, facts, conditions)


SUGAR = ChartedCondition("Sugar disease", (DIABETES, E11))
PATIENTS = (
    one("José Álvarez", "male", "1950-01-01", conditions=(ChartedCondition("Type 2 diabetes", (DIABETES,)),), documents=2, facts=5),
    one("Ann Baker", born="2010", conditions=(SUGAR, ChartedCondition("Asthma", (ASTHMA,))), documents=9, facts=3),
    one("Cy Doe", "", None, conditions=(ChartedCondition("wheezing", ()),), dataset="b"),
    one("Di Ngo", born="1930-03-03", died="2001-02-03"),
    one("Ed Old", born="1930-03-03", died="true"),
)


def names(selection):
    return [found.patient.label for found in select(PATIENTS, selection, TODAY)]


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["Ann Baker", "Cy Doe", "Di Ngo", "Ed Old", "José Álvarez"]),
        (Selection("jose ALV"), ["José Álvarez"]),
        (Selection("cy-1"), ["Cy Doe"]),
        (Selection(PATIENTS[3].patient.id), ["Di Ngo"]),
        (Selection("aker"), []),
        (Selection(sexes=("male", "unknown")), ["Cy Doe", "José Álvarez"]),
        (Selection(conditions=(DIABETES,)), ["Ann Baker", "José Álvarez"]),
        (Selection(conditions=(DIABETES, ASTHMA)), ["Ann Baker"]),
        (Selection(conditions=(E11,)), ["Ann Baker"]),
        (Selection(conditions=("WHEEZING",)), ["Cy Doe"]),
        (Selection(datasets=("b",)), ["Cy Doe"]),
        (Selection(ages=("65–79", "0–17")), ["Ann Baker", "Di Ngo", "José Álvarez"]),
        (Selection(sort="age"), ["Ann Baker", "Di Ngo", "José Álvarez", "Cy Doe", "Ed Old"]),
        (Selection(sort="age", descending=True), ["José Álvarez", "Di Ngo", "Ann Baker", "Cy Doe", "Ed Old"]),
        (Selection(sort="conditions", descending=True), ["Ann Baker", "Cy Doe", "José Álvarez", "Di Ngo", "Ed Old"]),
        (Selection(sort="documents", descending=True), ["Ann Baker", "José Álvarez", "Cy Doe", "Di Ngo", "Ed Old"]),
        (Selection(descending=True), ["José Álvarez", "Ed Old", "Di Ngo", "Cy Doe", "Ann Baker"]),
    ],
)
def test_patients_are_chosen(selection: Selection, found: list[str]) -> None:
    assert names(selection) == found


def test_every_count_is_what_its_choice_leaves() -> None:
    for chosen in (Selection(), Selection(sexes=("female",)), Selection(conditions=(DIABETES,)), Selection("a")):
        counts = count(PATIENTS, chosen, TODAY)
        for field, values in (("sexes", counts.sexes), ("ages", counts.ages), ("datasets", counts.datasets)):
            for value in values:
                wanted = Selection(**{**{f: getattr(chosen, f) for f in Selection.__slots__}, field: (value.value,)})
                assert len(names(wanted)) == value.patients, (chosen, value)
        for value in counts.conditions:
            both = Selection(**{**{f: getattr(chosen, f) for f in Selection.__slots__}, "conditions": (*chosen.conditions, value.value)})
            assert len(names(both)) == value.patients, (chosen, value)


def test_a_condition_is_its_concept_whatever_its_words() -> None:
    counted = {value.value: (value.label, value.patients) for value in count(PATIENTS, Selection(), TODAY).conditions}
    assert counted == {DIABETES: ("Sugar disease", 2), ASTHMA: ("Asthma", 1), "wheezing": ("wheezing", 1)}


def test_ages_end_with_death_and_are_unknown_where_nothing_tells() -> None:
    assert [age_of(found, TODAY) for found in PATIENTS] == [74, 14, None, 70, None]
    assert band_of(PATIENTS[4], TODAY) == "unknown"
    assert band_of(one("Hundred", born="1910"), TODAY) == "80 and over"


def test_codings_of_one_record_are_one_condition() -> None:
    rows = [("r1", "Diabetes", DIABETES), ("r1", "Diabetes", E11), ("r2", "diabetes", None), ("r3", "Sugar", E11), ("r4", "Asthma", ASTHMA)]
    assert merged(rows) == (ChartedCondition("Asthma", (ASTHMA,)), ChartedCondition("Diabetes", (E11, DIABETES)))
