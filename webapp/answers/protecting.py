"""What every operation does with numbers of patients where they are protected. Where nobody decided about one, it is refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cohorts.protection import Protection
from cohorts.saved.algebra import Overlap, Region, told
from webapp.answers.protecting_comparison import comparison
from webapp.answers.shapes import Json

Way = Callable[[Any, Protection], Any]
"""Makes an answer that may leave of an answer."""


def _as_it_is(answer: Any, _: Protection) -> Any:
    """Of what counts no patients, or is about one of them."""
    return answer


def _numbers(*paths: str) -> Way:
    """Protects the numbers at some paths: `concepts[].standing.*.patients`."""
    keys = [path.replace("[]", ".[]").split(".") for path in paths]

    def protect(answer: Any, protection: Protection) -> Any:
        for path in keys:
            answer = _changed(answer, path, protection)
        return answer

    return protect


def _changed(value: Any, path: Sequence[str], protection: Protection) -> Any:
    if value is None:
        return None
    if not path:
        return protection.count(value)
    key, rest = path[0], path[1:]
    if key == "[]":
        return [_changed(one, rest, protection) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _changed(one, rest, protection) if key in ("*", name) else one for name, one in value.items()}


def attrition(answer: Any, protection: Protection) -> Any:
    """A count of a cohort: differences between rules are protected as well, and events where their patients are. Items are no patients."""
    if answer["subjects"] == "items":
        return answer
    steps = protection.steps([step["patients"] for step in answer["attrition"]])
    left = [
        {**step, "patients": told, "events": step["events"] if isinstance(told, int) and protection.tells(step["events"]) else told}
        for step, told in zip(answer["attrition"], steps, strict=True)
    ]
    told = {"attrition": left, "count": left[-1]["patients"], "events": left[-1]["events"]}
    return {**answer, **told, "frozen": _frozen(answer["frozen"], protection)}


def _frozen(frozen: Any, protection: Protection) -> Any:
    """How many patients patterns of the graph found, or notes words, meanings and filters: a few notes are of few patients."""
    return {path: {**one, "found": protection.count(one["found"])} for path, one in frozen.items()}


def pairs(answer: Any, protection: Protection) -> Any:
    """What is found beside a thing: of a pair with a small cell the ratios, and the sums that give it away, go too."""
    everyone, having = protection.steps([answer["everyone"], answer["having"]])
    return {**answer, "everyone": everyone, "having": having, "pairs": [pair_told(pair, protection) for pair in answer["pairs"]]}


def strongest(answer: Any, protection: Protection) -> Any:
    """The pairs that belong together most surely."""
    told = [{**one, "pair": pair_told(one["pair"], protection)} for one in answer["pairs"]]
    return {**answer, "everyone": protection.count(answer["everyone"]), "pairs": told}


_RATIOS: Final = ("expected", "lift", "phi", "odds", "adjusted", "chance", "discovery")
_ORDER: Final = ("later", "earlier", "same_day")


def pair_told(pair: Json, protection: Protection) -> Json:
    """One pair of things."""
    cells = protection.cells(pair["both"], pair["first"], pair["second"], pair["everyone"])
    order = protection.parts([pair[key] for key in _ORDER]) if cells.ratios else [cells.both] * len(_ORDER)
    told = {"both": cells.both, "first": cells.first, "second": cells.second, "everyone": cells.everyone}
    ratios = {} if cells.ratios else dict.fromkeys(_RATIOS)
    return {**pair, **told, **dict(zip(_ORDER, order, strict=True)), **ratios}


def _completeness(answer: Any, protection: Protection) -> Any:
    everyone = answer["patients"]
    groups = [{**one, "patients_without": protection.steps([everyone, one["patients_without"]])[1]} for one in answer["groups"]]
    return {**answer, "patients": protection.count(everyone), "groups": groups}


def _saved(answer: Any, protection: Protection) -> Any:
    """What saved cohorts counted."""
    if "saved" in answer and isinstance(answer["saved"], list):
        return {**answer, "saved": [_saved(one, protection) for one in answer["saved"]]}
    result = answer["result"]
    return answer if result is None else {**answer, "result": result_told(result, protection)}


def result_told(result: Any, protection: Protection) -> Any:
    """What a saved cohort counted, and how many patients a pattern of the graph found for it. Items are no patients."""
    if result["subjects"] == "items":
        return result
    counts = {key: protection.count(result[key]) for key in ("count", "events")}
    return {**result, **counts, "frozen": _frozen(result["frozen"], protection)}


def _combination(answer: Any, protection: Protection) -> Any:
    """How cohorts overlap: all regions are told, or none."""
    if answer["subjects"] == "items":
        return answer
    places = {one["id"]: place for place, one in enumerate(answer["cohorts"])}
    regions = tuple(Region(tuple(places[id] for id in one["inside"]), one["count"]) for one in answer["regions"])
    found = told(Overlap(tuple(one["count"] for one in answer["cohorts"]), regions), answer["everyone"], protection)
    return {
        **answer,
        "count": found.combined(answer["how"]),
        "everyone": protection.count(answer["everyone"]),
        "cohorts": [{**one, "count": size} for one, size in zip(answer["cohorts"], found.sizes, strict=True)],
        "regions": [{**one, "count": region.count} for one, region in zip(answer["regions"], found.regions, strict=True)],
    }


REFUSED: Final = None
"""Of lists of patients and whatever can count them at will."""
_CONCEPT: Final = ("patients", "standing.*.patients", *(f"{near}[].patients" for near in ("codes", "broader", "narrower")))
named: Final = _numbers("near[].patients", *(f"concepts[].{path}" for path in _CONCEPT))
"""What a name may mean."""
_BY_PATIENT: Final = tuple(f"by_patient.{key}" for key in ("total", "patients", "well"))
search: Final = _numbers(*_BY_PATIENT, "head[].patients", "whole.patients", "shared[].patients", "shared[].of_patients")


def _all(way: Way | None, *names: str) -> dict[str, Way | None]:
    return dict.fromkeys(names, way)


DECIDED: Final[Mapping[str, Way | None]] = {
    **_all(search, "search", "searchByPost"),
    **_all(REFUSED, "searchTable", "getNeighbours", "countNeighbours", "getPatientsWithConcept", "listPatients", "listConditions"),
    **_all(REFUSED, "runCohort", "exportCohort", "exportRecords", "runView"),
    **_all(attrition, "countCohort", "countSaved"),
    **_all(_saved, "listSaved", "getSaved", "saveThing"),
    **_all(_combination, "combineSaved"),
    **_all(_as_it_is, "listVersions", "dropSaved", "listQuestions", "forgetQuestions"),
    **_all(pairs, "getCooccurrence"),
    **_all(comparison, "compareCohorts"),
    **_all(_completeness, "getCompleteness"),
    **_all(_numbers("datasets[].kinds.Patient", "datasets[].published.patients"), "listDatasets"),
    **_all(_numbers("concepts[].patients"), "suggestConcepts"),
    **_all(_numbers("similar[].shared[].patients"), "getSimilarDocuments", "getSimilarPatients"),
    **_all(_numbers(*_CONCEPT), "getConcept", "getConceptByPath"),
    **_all(named, "getConceptsByName"),
    **_all(_as_it_is, "getFacet", "getDocument", "getDocumentByPath", "readText", "judgeSpans"),
    **_all(_as_it_is, "getRecord", "getRecordByPath", "getNode", "getNodeByPath", "getNeighbourhood", "getNeighbourhoodByRules"),
    **_all(_as_it_is, "getPatient", "getPatientByPath", "getFactsOfPatient", "getDocumentsOfPatient"),
    **_all(_as_it_is, "getCohortSchema", "listLabels", "listItems", "getReport", "review", "consolidate", "selectLines", "exportLines"),
    **_all(_as_it_is, "listTerminologies", "listRuns", "getRun", "listIssues"),
    **_all(_as_it_is, "startLoad", "listLoads", "getLoad", "cancelLoad", "cancelLoadById"),
}
"""operationId → what it does where numbers of patients are protected."""
