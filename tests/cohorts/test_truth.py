"""Every question of `shared/data/cohorts`, asked of the real export it was answered from."""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from cohorts.circe import import_circe
from cohorts.duck import Tables
from cohorts.reading import definition_of
from cohorts.results import Counted, Frozen
from cohorts.study import Cohorts, Member
from search.generation import Generation
from tests.cohorts.questions import QUESTIONS, STRESS, WORK, asked, having
from tests.ingest.exports import Lab
from tests.webapp.fixtures import folder, ingesting

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
if not SHARED.exists():
    pytest.skip("the real exports are not beside the repository", allow_module_level=True)
ANSWERS: dict[str, dict[str, Any]] = json.loads((SHARED / "cohorts" / "answers-bulk10.json").read_text())


@lru_cache(maxsize=1)
def bulk() -> Cohorts:
    """The cohorts of the export of ten patients."""
    lab = Lab(folder("bulk"))
    with ingesting():
        lab.ingest_path(SHARED / "fhir" / "bulk-10-patients", "bulk")
    return Cohorts(Generation.open(lab.workspace.generation_folder(lab.workspace.current()) / "search"))


@lru_cache(maxsize=256)
def answer(text: str) -> tuple[Counted, tuple[Member, ...]]:
    counted = bulk().count(definition_of(json.loads(text)))
    return counted, tuple(bulk().members(counted))


def found(definition: dict[str, Any]) -> tuple[Counted, tuple[Member, ...]]:
    return answer(json.dumps(definition))


def patients(definition: dict[str, Any]) -> set[str]:
    return {member.patient.rpartition("/")[2] for member in found(definition)[1]}


@pytest.mark.parametrize("question", QUESTIONS)
def test_patients_are_those_of_the_answer(question: str) -> None:
    assert patients(QUESTIONS[question]) == set(ANSWERS[question]["patients"])
    assert found(QUESTIONS[question])[0].patients == ANSWERS[question]["count"]


def test_duckdb_has_the_same_answers() -> None:
    with Tables(bulk().exported()) as tables:
        for question in QUESTIONS.values():
            definition = definition_of(question)
            by_statement, counted = tables.count(definition, bulk().resolved(definition)), found(question)[0]
            assert by_statement.steps == counted.steps
            assert by_statement.members.events.tolist() == counted.members.events.tolist()


@pytest.mark.parametrize("name", sorted(path.stem for path in (SHARED / "cohorts" / "circe").glob("*.json")))
def test_expressions_of_circe_count_the_same(name: str) -> None:
    imported = import_circe((SHARED / "cohorts" / "circe" / f"{name}.json").read_bytes())
    assert patients(imported.definition) == set(ANSWERS[name]["patients"])
    if name == "q18_attrition":
        steps = [step.patients for step in found(imported.definition)[0].steps]
        assert steps == [step["count"] for step in (*ANSWERS[name]["steps"], ANSWERS[name]["steps"][-1])]


def test_every_question_is_asked() -> None:
    of_others = {"q21_pairs", "q22_sets", "q23_completeness", "q24_small_cells"}
    assert set(ANSWERS) == {*QUESTIONS, *of_others}


def test_index_days_are_those_of_the_answer() -> None:
    first = {**QUESTIONS["q06_first_age"], "rules": []}
    days = {member.patient.rpartition("/")[2]: member.index for member in found(first)[1]}
    assert days == ANSWERS["q06_first_age"]["index"]


def test_sexes_and_deaths_are_those_of_the_answer() -> None:
    assert Counter(member.sex for member in found(QUESTIONS["q01_all"])[1]) == ANSWERS["q01_all"]["by_sex"]
    assert found(QUESTIONS["q14b_deceased"])[0].patients == ANSWERS["q01_all"]["deceased"]


def test_attrition_is_that_of_the_answer() -> None:
    steps = found(QUESTIONS["q18_attrition"])[0].steps
    assert [step.patients for step in steps] == [step["count"] for step in ANSWERS["q18_attrition"]["steps"]]
    assert [step.rule for step in steps] == ["entry", "adult", "known for a year", "no diabetes so far", "treated"]


def test_as_many_notes_say_the_words_as_the_answer_has() -> None:
    counted = found(QUESTIONS["q15_note"])[0]
    assert counted.events == ANSWERS["q15_note"]["notes"]
    assert counted.frozen == {"entry.any[0]": Frozen("words", ANSWERS["q15_note"]["notes"])}


def test_strata_are_those_of_the_answer() -> None:
    bands = ((0, 17), (18, 44), (45, 64))
    cells: Counter[str] = Counter()
    for member in found(QUESTIONS["q20_strata"])[1]:
        assert member.age is not None
        band = next((f"{low}-{high}" for low, high in bands if low <= member.age <= high), "65+")
        cells[f"{member.sex}|{band}"] += 1
    assert cells == ANSWERS["q20_strata"]["cells"]
    assert sorted(cell for cell, count in cells.items() if count < 5) == ANSWERS["q24_small_cells"]["masked"]


def test_pairs_have_the_cells_of_the_answer() -> None:
    everybody = ANSWERS["q21_pairs"]["n"]
    assert len(ANSWERS["q21_pairs"]["pairs"]) == ANSWERS["q21_pairs"]["pairs_total"]
    for pair in ANSWERS["q21_pairs"]["pairs"]:
        x, y = patients(having("condition", pair["x"])), patients(having("condition", pair["y"]))
        cells = len(x & y), len(x - y), len(y - x), everybody - len(x | y)
        assert cells == tuple(pair[cell] for cell in "abcd"), pair


def test_sets_overlap_as_in_the_answer() -> None:
    told = ANSWERS["q22_sets"]
    stress, work = patients(having("condition", STRESS)), patients(having("condition", WORK))
    assert (len(stress), len(work), len(stress & work), len(stress - work)) == tuple(
        told[key] for key in ("a", "b", "intersection", "a_minus_b")
    )


def test_nothing_is_missing_that_the_answer_has() -> None:
    told = ANSWERS["q23_completeness"]
    kinds = {"Condition": "condition", "Encounter": "encounter", "Immunization": "immunization", "Procedure": "procedure"}
    kinds |= {"MedicationRequest": "medication", "AllergyIntolerance": "allergy"}
    assert {name: found(having(kind))[0].events for name, kind in kinds.items()} == told["resources"]
    assert found(asked({"any": [{"note": {}}]}))[0].events == told["documents"]
    everyone = {"any": [{"event": "patient"}]}
    for kind in ("condition", "encounter"):
        lacking = found(asked(everyone, {"event": kind, "count": {"eq": 0}}))[0]
        assert lacking.patients == told[f"patients_without_{kind}"]
    unwritten = asked({"any": [{"event": "encounter"}]}, {"note": {}, "same_encounter": True, "count": {"eq": 0}})
    assert found(unwritten)[0].events == told["encounters_without_document"]
