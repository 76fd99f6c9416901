"""OHDSI cohort definitions: what is carried over, and what is refused by name."""

import json
from typing import Any

import pytest

from cohorts.circe import import_circe
from cohorts.circe_codes import is_snomed
from cohorts.errors import NotImported

STENT = {"CONCEPT_ID": 1, "CONCEPT_CODE": "44054006", "CONCEPT_NAME": "Diabetes", "VOCABULARY_ID": "SNOMED"}
WINDOW = {"Start": {"Days": 30, "Coeff": -1}, "End": {"Days": 0, "Coeff": 1}}
ONE = {"Type": 2, "Count": 1}


def concepts(*items: dict[str, Any]) -> dict[str, Any]:
    return {"id": 0, "name": "type 2 diabetes", "expression": {"items": list(items or ({"concept": STENT},))}}


def circe(*criteria: dict[str, Any], primary: dict[str, Any] | None = None, **more: Any) -> str:
    """An expression whose one inclusion rule has these criteria."""
    entry = {"CriteriaList": [primary or {"ConditionOccurrence": {"CodesetId": 0}}], "PrimaryCriteriaLimit": {"Type": "All"}}
    rule = {"name": "rule", "expression": {"Type": "ALL", "CriteriaList": list(criteria)}}
    expression = {"ConceptSets": [concepts()], "PrimaryCriteria": entry, "ExpressionLimit": {"Type": "All"}}
    return json.dumps({**expression, "InclusionRules": [rule] if criteria else [], **more})


def having(criteria: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    asked = criteria or {"DrugExposure": {"CodesetId": 0}}
    return {"Criteria": asked, "StartWindow": WINDOW, "Occurrence": ONE, "IgnoreObservationPeriod": True, **more}


def rule_of(*arguments: Any, **more: Any) -> dict[str, Any]:
    (rule,) = import_circe(circe(having(*arguments, **more))).definition["rules"]
    return {key: value for key, value in rule.items() if key not in ("name", "event", "in")}


def refused(text: str) -> str:
    with pytest.raises(NotImported) as found:
        import_circe(text)
    return str(found.value)


def test_an_expression_becomes_a_definition() -> None:
    found = import_circe(circe(having(), EndStrategy={"DateOffset": {"DateField": "StartDate", "Offset": 0}}))
    code = {"code": "http://snomed.info/id/44054006", "name": "Diabetes"}
    assert found.definition == {
        "format": "commissure-cohort/1",
        "sets": {"type_2_diabetes_0": [code]},
        "entry": {"any": [{"event": "condition", "in": "type_2_diabetes_0"}], "limit": "all"},
        "rules": [{"name": "rule", "event": "medication", "in": "type_2_diabetes_0", "start": [-30, 0]}],
        "keep": "all",
        "exit": {"end": "start+0"},
    }
    assert found.notices == ()


def test_windows_counts_and_visits_are_carried_over() -> None:
    open_start = {"Start": {"Days": None, "Coeff": -1}, "End": {"Days": 7, "Coeff": -1}}
    assert rule_of(StartWindow=open_start) == {"start": [None, -7]}
    assert rule_of(StartWindow={**WINDOW, "UseEventEnd": True}) == {"end": [-30, 0]}
    assert rule_of(StartWindow={**WINDOW, "UseIndexEnd": True}) == {"start": [-30, 0], "from": "end"}
    assert rule_of(EndWindow=open_start) == {"start": [-30, 0], "end": [None, -7]}
    assert rule_of(Occurrence={"Type": 0, "Count": 0}, RestrictVisit=True) == {
        "start": [-30, 0],
        "count": {"eq": 0},
        "same_encounter": True,
    }
    assert rule_of(Occurrence={"Type": 1, "Count": 2})["count"] == {"le": 2}
    assert rule_of(Occurrence={"Type": 2, "Count": 2, "IsDistinct": True})["count"] == {"ge": 2, "distinct": "concept"}
    assert rule_of(Occurrence={"Type": 2, "Count": 2, "IsDistinct": True, "CountColumn": "START_DATE"})["count"] == {
        "ge": 2,
        "distinct": "day",
    }


def test_attributes_of_events_are_carried_over() -> None:
    unit = {"CONCEPT_CODE": "mg/dL", "CONCEPT_NAME": "milligram per deciliter", "VOCABULARY_ID": "UCUM"}
    measured = {"Measurement": {"CodesetId": 0, "ValueAsNumber": {"Value": 5, "Extent": 7, "Op": "bt"}, "Unit": [unit]}}
    assert rule_of(measured)["value"] == {"ge": 5, "le": 7, "unit": "mg/dL"}
    person = {"ConditionOccurrence": {"Age": {"Value": 18, "Op": "gt"}, "Gender": [{"CONCEPT_CODE": "F"}], "First": True}}
    assert rule_of(person) == {"start": [-30, 0], "age": [19, None], "sex": ["female"], "first": True}
    inpatient = [{"CONCEPT_ID": 9201, "CONCEPT_CODE": "IP", "VOCABULARY_ID": "Visit"}]
    visit = {"event": "encounter", "same_encounter": True, "class": ["IMP"]}
    assert rule_of({"ConditionOccurrence": {"VisitType": inpatient}})["having"] == visit
    dates = {"ConditionOccurrence": {"OccurrenceStartDate": {"Value": "2019-01-01", "Op": "gte"}}}
    assert rule_of(dates)["dates"] == ["2019-01-01", None]


def test_limits_and_observation_are_carried_over() -> None:
    entry = {"CriteriaList": [{"Death": {}}], "ObservationWindow": {"PriorDays": 365, "PostDays": 0}}
    found = import_circe(circe(PrimaryCriteria=entry, ExpressionLimit={"Type": "Last"}))
    assert found.definition["entry"] == {"any": [{"event": "death"}], "limit": "first", "observed": [365, 0]}
    assert found.definition["keep"] == "last"


def test_when_members_leave_is_carried_over() -> None:
    def leaving(**more: Any) -> dict[str, Any]:
        return import_circe(circe(**more)).definition["exit"]

    assert leaving() == {"end": "observed"}
    assert leaving(EndStrategy={"DateOffset": {"DateField": "EndDate", "Offset": -3}}) == {"end": "end-3"}
    era = {"DrugCodesetId": 0, "GapDays": 30, "Offset": 7}
    drugs = {"end": "persistence+7", "in": "type_2_diabetes_0", "gap": 30}
    assert leaving(EndStrategy={"CustomEra": era}) == drugs
    assert leaving(EndStrategy={"CustomEra": {**era, "DaysSupplyOverride": 14}}) == {**drugs, "supply": 14}
    death = leaving(CensoringCriteria=[{"Death": {}}], CollapseSettings={"CollapseType": "ERA", "EraPad": 60})
    assert death == {"end": "observed", "censor": [{"event": "death"}], "collapse": 60}
    assert leaving(CensorWindow={"StartDate": "2019-01-01"})["dates"] == ["2019-01-01", None]
    assert import_circe(circe()).notices == ("EndStrategy: observation reaches until a patient's last charted event",)
    assert "lasts for its day" in import_circe(circe(EndStrategy={"CustomEra": era})).notices[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "no JSON"),
        ("{}", "PrimaryCriteria"),
        (json.dumps({"PrimaryCriteria": {"CriteriaList": [7]}}), "not built as Circe"),
        (circe(having({"DrugEra": {}})), "InclusionRules[0].CriteriaList[0].Criteria.DrugEra: DrugEra has no counterpart"),
        (circe(having({"DrugExposure": {"DaysSupply": {"Value": 1, "Op": "gt"}}})), "Criteria.DrugExposure.DaysSupply: has no counterpart"),
        (circe(primary={"ConditionOccurrence": {"ConditionSourceConcept": 3}}), "ConditionOccurrence.ConditionSourceConcept"),
        (circe(having(Unheard=1)), "CriteriaList[0].Unheard"),
        (circe(having(EndWindow={**WINDOW, "UseEventEnd": False})), "bounds the start"),
        (circe(having(EndWindow={**WINDOW, "UseIndexEnd": True})), "another day of the index event"),
        (circe(having({"Measurement": {"ValueAsNumber": {"Value": 5, "Op": "!bt"}}})), "'!bt'"),
        (circe(EndStrategy={"DateOffset": {"Offset": -1}}), "EndStrategy.DateOffset.Offset: has every period end before it begins"),
        (circe(EndStrategy={"Unheard": {}, "Of": 1}), "EndStrategy.Of: has no counterpart"),
        (circe(CollapseSettings={"CollapseType": "OTHER"}), "CollapseSettings.CollapseType: is 'OTHER'"),
        (circe(ConceptSets=[concepts({"concept": STENT, "includeMapped": True})]), "mapped"),
        (circe(ConceptSets=[concepts({"concept": {**STENT, "VOCABULARY_ID": "NAACCR"}})]), "'NAACCR'"),
    ],
)
def test_what_cannot_be_carried_over_is_refused_by_its_path(text: str, why: str) -> None:
    assert why in refused(text)


def test_everything_that_is_refused_is_told_at_once() -> None:
    assert refused(circe(having({"DrugEra": {}}), having({"Specimen": {}}))).count("no counterpart") == 2


def test_codes_that_are_none_of_snomed_are_of_whatever_system() -> None:
    for code, right in (
        ("44054006", True),
        ("444814009", True),
        ("44054007", False),
        ("314076", False),
        ("EMER", False),
        ("4548-4", False),
    ):
        assert is_snomed(code) is right
    found = import_circe(circe(ConceptSets=[concepts({"concept": {**STENT, "CONCEPT_CODE": "314076"}})]))
    assert found.definition["sets"]["type_2_diabetes_0"][0]["code"] == "314076"
    assert "314076 is no identifier of SNOMED CT" in found.notices[0]
