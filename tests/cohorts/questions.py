"""The questions of `shared/data/cohorts/answers-bulk10.json`, each as a definition."""

from typing import Any

SNOMED, RXNORM, LOINC = "http://snomed.info/id/", "http://purl.bioontology.org/ontology/RXNORM/", "https://loinc.org/rdf/"
STRESS, WORK, DIABETES, PREDIABETES = "73595000", "160903007", "44054006", "15777000"
HYPERTENSION, OBESITY, SINUSITIS, BRONCHITIS, PHARYNGITIS = "59621000", "162864005", "444814009", "10509002", "195662009"
CANCERS = ("162573006", "254637007", "254837009", "424132000")
WORDS = "cancer OR carcinoma OR malignan* OR neoplasm OR tumor OR lymphoma OR leukemia"


def a_set(*codes: str, of: str = SNOMED) -> list[dict[str, Any]]:
    return [{"code": of + code, "descendants": True} for code in codes]


def asked(entry: dict[str, Any], *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format": "commissure-cohort/1", "entry": entry, "rules": list(rules), **more}


def having(kind: str, *codes: str, of: str = SNOMED, rules: tuple[dict[str, Any], ...] = (), **event: Any) -> dict[str, Any]:
    """Who has an event with one of the codes."""
    entry = {"any": [{"event": kind, **({"in": "a"} if codes else {}), **event}]}
    return asked(entry, *rules, **({"sets": {"a": a_set(*codes, of=of)}} if codes else {}))


def both(first: str, second: str, **rule: Any) -> dict[str, Any]:
    sets = {"a": a_set(first), "b": a_set(second)}
    return asked({"any": [{"event": "condition", "in": "a"}]}, {"event": "condition", "in": "b", **rule}, sets=sets)


LISINOPRIL, THIAZIDE = a_set("314076", of=RXNORM), a_set("310798", of=RXNORM)
MENTIONED = {"note": {"text": WORDS}}
CANCER = {"cancer": a_set(*CANCERS)}
NOBODY = {"count": {"eq": 0}}

QUESTIONS: dict[str, dict[str, Any]] = {
    "q01_all": asked({"any": [{"event": "patient"}]}),
    "q02_code": having("condition", DIABETES),
    "q03_or": having("condition", DIABETES, PREDIABETES),
    "q04_and": both(HYPERTENSION, OBESITY),
    "q05_not": both(STRESS, WORK, **NOBODY),
    "q06_first_age": having("condition", STRESS, first=True, rules=({"age": [40, None]},)),
    "q07_sequence": asked(
        {"any": [{"event": "condition", "in": "a"}]},
        {"event": "condition", "in": "b", "start": [0, 365]},
        sets={"a": a_set(SINUSITIS), "b": a_set(BRONCHITIS, PHARYNGITIS)},
    ),
    "q07b_cond_proc": asked(
        {"any": [{"event": "condition", "in": "a"}]},
        {"event": "procedure", "in": "b", "start": [0, 365]},
        sets={"a": a_set("72892002"), "b": a_set("252160004")},
    ),
    "q08_count": having("condition", PHARYNGITIS, rules=({"event": "condition", "in": "a", "count": {"ge": 2, "distinct": "day"}},)),
    "q09_apart": having("encounter", **{"class": ["EMER"], "having": {"event": "encounter", "class": ["EMER"], "start": [30, None]}}),
    "q10_length": having("encounter", **{"class": ["IMP"]}, rules=({"event": "encounter", "same_encounter": True, "end": [2, None]},)),
    "q11_any": having("observation", "4548-4", of=LOINC, value={"gt": 6.5}),
    "q11b_last": asked(
        {"any": [{"event": "patient"}]},
        {"event": "observation", "in": "a", "pick": "last", "value": {"gt": 6.5}},
        sets={"a": a_set("4548-4", of=LOINC)},
    ),
    "q12_component": having("observation", "8480-6", of=LOINC, value={"ge": 140}),
    "q13_med_window": asked(
        {"on": "2015-06-01"}, {"event": "medication", "in": "drugs", "start": [-365, 0]}, sets={"drugs": LISINOPRIL + THIAZIDE}
    ),
    "q13b_med_status": having("medication", status=["active"]),
    "q13c_by_reference": having("medication", "205923", of=RXNORM),
    "q14_death": having("condition", HYPERTENSION, first=True, rules=({"event": "death", "start": [0, 3650]},)),
    "q14b_deceased": asked({"any": [{"event": "death"}]}),
    "q15_note": asked({"any": [MENTIONED]}),
    "q15b_note_not_code": asked({"any": [MENTIONED]}, {"event": "condition", "in": "cancer", **NOBODY}, sets=CANCER),
    "q15c_code_not_note": asked({"any": [{"event": "condition", "in": "cancer"}]}, {**MENTIONED, **NOBODY}, sets=CANCER),
    "q16_same_visit": having("condition", rules=({"event": "encounter", "class": ["EMER", "IMP"], "same_encounter": True},)),
    "q17_new_user": asked(
        {"any": [{"event": "medication", "in": "a", "first": True}]},
        {"event": "medication", "in": "b", "start": [-365, -1], **NOBODY},
        sets={"a": LISINOPRIL, "b": THIAZIDE},
    ),
    "q18_attrition": asked(
        {"any": [{"event": "condition", "in": "hypertension", "first": True}]},
        {"name": "adult", "age": [18, None]},
        {"name": "known for a year", "event": "encounter", "start": [None, -365]},
        {"name": "no diabetes so far", "event": "condition", "in": "diabetes", "start": [None, 0], **NOBODY},
        {"name": "treated", "event": "medication", "in": "drugs", "start": [0, 365]},
        sets={"hypertension": a_set(HYPERTENSION), "diabetes": a_set(DIABETES), "drugs": LISINOPRIL + THIAZIDE},
    ),
    "q19_three": asked(
        {"any": [{"event": "condition", "in": "a"}]},
        {"event": "condition", "in": "b", "start": [1, None], "having": {"event": "condition", "in": "c", "start": [1, None]}},
        sets={"a": a_set(SINUSITIS), "b": a_set(PHARYNGITIS), "c": a_set(BRONCHITIS)},
    ),
    "q20_strata": asked({"on": "2019-12-31"}, {"event": "encounter", "dates": ["2019", "2019"]}),
}
