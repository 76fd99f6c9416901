"""Groups side by side in a small ingested world: numbers by hand, and each equal to what the definition it opens counts."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.stats.contingency import odds_ratio

from cohorts.comparing import Comparing, Question, side_of
from cohorts.errors import InvalidDefinition
from cohorts.reading import definition_of
from search.days import days_of
from tests.cohorts.test_together import FIBRILLATION, STROKE, both_codings, prescribed
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

TODAY = days_of("2026-01-01").first
CODES = {"fibrillation": FIBRILLATION, "stroke": STROKE, "warfarin": "11289", "asthma": "http://snomed.info/id/195967001"}


def cohort(name: str, event: str = "condition", **more: Any) -> dict[str, Any]:
    """Who has a thing, on the first day of it."""
    return {
        "format": "commissure-cohort/1",
        "name": name,
        "sets": {"thing": [{"code": CODES[name], "descendants": True}]},
        "entry": {"any": [{"event": event, "in": "thing"}], "limit": "first"},
        **more,
    }


def systolic(identifier, subject, day, value, unit="mm[Hg]"):
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "subject": {"reference": subject},
        "effectiveDateTime": day,
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6", "display": "Systolic blood pressure"}]},
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }


def visit(identifier, subject, day, setting):
    act = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {
        "resourceType": "Encounter",
        "id": identifier,
        "status": "finished",
        "class": {"system": act, "code": setting},
        "subject": {"reference": subject},
        "period": {"start": day, "end": day},
    }


def world():
    """Forty patients drawn by chance: sexes, births, deaths, diagnoses, drugs, visits, pressures, notes."""
    chance = random.Random(12)

    def day() -> str:
        return f"20{chance.randint(10, 24)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    for number in range(40):
        subject = f"Patient/p{number}"
        more = {"deceasedDateTime": day()} if chance.random() < 0.2 else {}
        yield patient(f"p{number}", birthDate=f"{chance.randint(1930, 1990)}-05-05", gender=chance.choice(["female", "male"]), **more)
        if chance.random() < 0.5:
            yield both_codings(f"af{number}", subject, day())
        if chance.random() < 0.5:
            yield prescribed(f"w{number}", subject, day())
        for again in range(chance.choice([0, 0, 1, 2])):
            yield condition(f"s{number}-{again}", subject, "230690007", "Stroke", onsetDateTime=day())
        if chance.random() < 0.3:
            yield condition(f"a{number}", subject, "195967001", "Asthma")
        if chance.random() < 0.4:
            yield note(f"n{number}", "Atrial fibrillation, on warfarin. No stroke.", subject)
        for again in range(chance.randint(0, 3)):
            yield visit(f"v{number}-{again}", subject, day(), chance.choice(["EMER", "AMB", "IMP"]))
            yield systolic(f"o{number}-{again}", subject, day(), chance.randint(90, 190))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    patched = pytest.MonkeyPatch()
    patched.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path_factory.mktemp("comparing"))
    lab.ingest(*world())
    yield lab.snapshot()
    patched.undo()


def compare(snapshot, first, second=None, **more):
    question = Question(side_of(first, "first"), side_of(second, "second") if second else None, **more)
    return question, Comparing(snapshot.cohorts, snapshot.together).compare(question, TODAY)


def count(snapshot, value) -> int:
    return snapshot.cohorts.count(definition_of(value)).patients


def opened(snapshot, question, found) -> list[tuple[str, int, int]]:
    """(what, the number that is told, the number that its definition counts) of everything that is told of both groups."""
    lines = [*found.sexes, *found.seen, *(line for some in found.concepts.values() for line in some)]
    told = [
        (line.name, number, count(snapshot, question.opens(which, line.asked, found.both)))
        for line in lines
        for which, number in enumerate((line.share.first, line.share.second))
    ]
    for test in found.results:
        for which, spread in enumerate((test.values.first, test.values.second)):
            told.append(
                (test.named.label, spread.patients if spread else 0, count(snapshot, question.opens(which, test.asked, found.both)))
            )
    for which, course in enumerate(found.outcome.courses if found.outcome else ()):
        for days in (*found.outcome.within, None):
            number = course.followed.had(days if days is not None else 10**6)
            told.append((f"outcome {days}", number, count(snapshot, question.opens_outcome(which, days, found.both))))
    return told


WOMEN, MEN = ({"rules": [{"sex": [sex]}]} for sex in ("female", "male"))
NEST = {"rules": [{"cohort": "inner"}], "cohorts": {"inner": cohort("warfarin", "medication")}}
MORE = ({}, WOMEN, MEN, {"exit": {"end": "start+400"}}, {"keep": "last"}, NEST, {"rules": [{"age": [50, None]}]})
COHORTS = st.builds(lambda name, more: cohort(name, **more), st.sampled_from(["fibrillation", "stroke", "asthma"]), st.sampled_from(MORE))


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(first=COHORTS, second=st.none() | COHORTS, outcome=COHORTS)
def test_each_number_is_what_the_definition_that_it_opens_counts(snapshot, first, second, outcome) -> None:
    question, found = compare(snapshot, first, second, outcome=side_of(outcome, "outcome"), relations=("condition", "medication", "note"))
    everybody = [count(snapshot, first), count(snapshot, second)] if second else [count(snapshot, first), 40 - count(snapshot, first)]
    assert list(found.sizes) == everybody
    assert found.compared == (found.sizes[0] - found.both, found.sizes[1] - found.both)
    assert [each for each in opened(snapshot, question, found) if each[1] != each[2]] == []


def test_odds_are_those_of_the_library_and_the_surest_difference_leads(snapshot) -> None:
    _, found = compare(snapshot, cohort("fibrillation"))
    lines = found.concepts["condition"]
    assert lines[0].named.concept in (FIBRILLATION, "http://purl.bioontology.org/ontology/ICD10CM/I48.91")
    share = lines[0].share
    assert (share.first, share.second) == (share.of_first, 0)
    for line in lines:
        one = line.share
        direct = odds_ratio([[one.first, one.of_first - one.first], [one.second, one.of_second - one.second]])
        interval = direct.confidence_interval(0.95)
        assert (one.odds.estimate, one.odds.low, one.odds.high) == pytest.approx((direct.statistic, interval.low, interval.high))
    assert np.isinf(share.odds.estimate) and share.odds.low > 1


def test_who_is_in_both_is_left_out_of_both(snapshot) -> None:
    question, found = compare(snapshot, cohort("stroke"), cohort("fibrillation"))
    assert found.both > 0
    assert not any(line.named.concept == STROKE and line.share.second for line in found.concepts["condition"])
    _, same = compare(snapshot, cohort("stroke"), cohort("stroke"))
    assert (same.compared, same.both) == ((0, 0), same.sizes[0])
    assert same.sexes[0].share.odds is None and question.second is not None


def test_women_and_men_are_told_apart_by_their_first_day(snapshot) -> None:
    _, found = compare(snapshot, cohort("stroke", **WOMEN), cohort("stroke", **MEN), by=("age", "sex"))
    assert (found.both, [line.name for line in found.sexes]) == (0, ["female", "male"])
    assert [(line.share.first, line.share.second) for line in found.sexes] == [(found.compared[0], 0), (0, found.compared[1])]
    (age,) = found.measures
    members = list(snapshot.cohorts.members(snapshot.cohorts.count(definition_of(cohort("stroke", **WOMEN)))))
    ages = [member.age for member in members]
    assert age.first is not None and (age.first.patients, age.first.mean) == (len(ages), pytest.approx(np.mean(ages)))
    assert (age.first.deviation, age.first.median) == pytest.approx((np.std(ages, ddof=1), np.median(ages)))


def test_the_latest_value_of_a_test_counts_in_the_common_unit(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    values = {"p1": [("2020-01-01", 100), ("2021-01-01", 140)], "p2": [("2020-01-01", 120)], "p3": [("2021-01-01", 150)]}
    lab.ingest(
        *(patient(one, gender="female" if one != "p3" else "male") for one in values),
        *(systolic(f"{one}-{day}", f"Patient/{one}", day, value) for one, some in values.items() for day, value in some),
    )
    everybody = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}}
    _, found = compare(lab.snapshot(), {**everybody, **WOMEN}, {**everybody, **MEN}, by=("results",))
    (test,) = found.results
    factor = test.values.second.mean / 150
    assert (test.values.first.mean, test.values.first.deviation) == pytest.approx((130 * factor, np.std([140, 120], ddof=1) * factor))
    assert test.unit and test.values.first.patients == 2


def test_what_cannot_be_compared_is_refused() -> None:
    items = {"format": "commissure-cohort/1", "subjects": "items", "entry": {"any": [{"event": "item"}]}}
    with pytest.raises(InvalidDefinition, match="of items"):
        Question(side_of(items, "scenes"), None)
