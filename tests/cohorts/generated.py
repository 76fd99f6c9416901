"""Tables of events and definitions, made up by Hypothesis."""

from typing import Any

from hypothesis import strategies as st

from tests.cohorts.tables import AGENTS, CONCEPTS, DATASETS, JOBS, SETTINGS, SEXES, STATUSES

DAY = 10_000
KINDS = ("condition", "medication", "encounter", "observation", "note")
LABELS = ("label", "answer")
OF_ALL_KINDS = (*KINDS, "death", "patient", "cohort", "graph", "label")
days = st.one_of(st.none(), st.integers(DAY - 6, DAY + 6))


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to four patients."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        person: dict[str, Any] = {"dataset": draw(st.sampled_from(DATASETS))}
        if draw(st.booleans()):
            person["born"] = DAY - draw(st.integers(-3, 3)) - 365 * draw(st.sampled_from((0, 1, 18, 40)))
        if draw(st.booleans()):
            person["sex"] = draw(st.sampled_from(SEXES))
        if draw(st.integers(0, 3)) == 0:
            person["died"] = DAY + draw(st.integers(-6, 6))
        if draw(st.integers(0, 5)) == 0:
            person["described"] = 0
        found.append(person)
    return found


@st.composite
def event_of(draw: st.DrawFn, patients: int) -> dict[str, Any]:
    """An event of one of the patients."""
    event: dict[str, Any] = {
        "patient": draw(st.integers(0, patients - 1)),
        "kind": draw(st.sampled_from((*KINDS, *LABELS))),
        "day": draw(days),
    }
    codes = draw(st.lists(st.sampled_from(CONCEPTS), max_size=2, unique=True))
    if codes or event["kind"] != "note":
        event["codes"] = tuple(codes) or ("",)
    if event["day"] is not None and draw(st.booleans()):
        event["end"] = event["day"] + draw(st.integers(-1, 5))
    for key, values in (("encounter", (1, 2)), ("dataset", DATASETS)):
        if draw(st.booleans()):
            event[key] = draw(st.sampled_from(values))
    if event["kind"] == "encounter":
        event["setting"] = draw(st.sampled_from(SETTINGS))
    if event["kind"] in LABELS:
        return event | draw(_labeling(event["kind"] == "answer"))
    if event["kind"] == "note":
        event |= {"assertion": draw(st.sampled_from(("affirmed", "negated"))), "document": draw(st.integers(1, 4))}
    else:
        event["status"] = draw(st.sampled_from(STATUSES))
    if event["kind"] == "medication" and draw(st.booleans()):
        event["supply"] = draw(st.sampled_from((0, 1, 2.5, 4)))
    if event["kind"] == "observation":
        if draw(st.booleans()):
            event["answer"] = draw(st.sampled_from(("c", "d", "a c")))
        else:
            comparator = draw(st.sampled_from(("", "", "<", "<=", ">", ">=")))
            event |= {"number": draw(st.integers(3, 7)), "comparator": comparator, "unit": draw(st.sampled_from(("", "mg/dL", "g/L", "%")))}
    return event


@st.composite
def _labeling(draw: st.DrawFn, of_worker: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"job": draw(st.sampled_from(JOBS)), "agent": draw(st.sampled_from(("ann", "bob") if of_worker else AGENTS[:2]))}
    return told if of_worker or draw(st.booleans()) else {**told, "score": draw(st.sampled_from((0.5, 0.8, 0.95)))}


@st.composite
def labels_asked(draw: st.DrawFn) -> dict[str, Any]:
    """What labels must be."""
    asked: dict[str, Any] = {}
    if draw(st.booleans()):
        asked["in"] = draw(st.sampled_from(("a", "b", "most")))
    if draw(st.booleans()):
        asked["agent"] = draw(st.sampled_from(("human", "machine", "worker")))
    if draw(st.integers(0, 2)) == 0:
        asked["job"] = draw(st.sampled_from((["first"], ["Two words"], [JOBS[0]], ["nowhere"])))
    if draw(st.integers(0, 2)) == 0 and asked.get("agent") != "worker":
        asked["confidence"] = draw(st.sampled_from(([0.8, None], [None, 0.8], [0.5, 0.9])))
    if draw(st.integers(0, 3)) == 0:
        asked["dataset"] = draw(_some(DATASETS))
    return asked


@st.composite
def windows(draw: st.DrawFn) -> list[int | None]:
    low, high = sorted(draw(st.tuples(st.integers(-5, 5), st.integers(-5, 5))))
    return [draw(st.sampled_from((None, low))), draw(st.sampled_from((None, high)))]


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


@st.composite
def events_asked(
    draw: st.DrawFn, deep: int = 1, kinds: tuple[str, ...] = (*KINDS, "death", "patient", "cohort", "graph")
) -> dict[str, Any]:
    """What is asked of an event by itself."""
    kind = draw(st.sampled_from(kinds))
    asked: dict[str, Any] = {"event": kind}
    if kind == "cohort":
        asked = {"cohort": "other"}
    elif kind == "label":
        asked = {"label": draw(labels_asked())}
    elif kind == "graph":
        asked = {"graph": "?patient a ?kind"}
    elif kind == "note":
        words = draw(st.sampled_from(({"text": "pain"}, {"text": "pain", "mode": "semantic", "at_least": 0.5}, None)))
        asked = {"note": words or draw(st.sampled_from(({"in": "a"}, {"in": "b", "assertion": ["negated"]}, {})))}
        if draw(st.booleans()):
            asked["note"] = {**asked["note"], "filters": {"type": ["Letter"], "from": "1997"}}
    elif kind not in ("death", "patient") and draw(st.booleans()):
        asked["in"] = draw(st.sampled_from(("a", "b", "most")))
    if kind == "encounter" and draw(st.booleans()):
        asked["class"] = draw(_some(SETTINGS))
    if kind in ("condition", "medication", "encounter") and draw(st.integers(0, 3)) == 0:
        asked["status"] = draw(_some(STATUSES))
    if kind == "observation":
        chosen = draw(st.integers(0, 2))
        if chosen == 0:
            asked["value"] = {draw(st.sampled_from(("gt", "ge", "lt", "le", "eq"))): draw(st.integers(3, 7))}
            if draw(st.booleans()):
                asked["value"]["unit"] = draw(st.sampled_from(("mg/dL", "g/L", "%")))
        elif chosen == 1:
            asked["value_in"] = draw(st.sampled_from(("c", "d")))
    asked |= draw(_personal())
    if draw(st.integers(0, 3)) == 0:
        asked["first"] = True
    if deep and draw(st.integers(0, 3)) == 0:
        asked["having"] = draw(rules(deep - 1))
    return asked


@st.composite
def _personal(draw: st.DrawFn, certain: bool = False) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    rare = 2 if certain else 8
    if draw(st.integers(0, rare)) == 0:
        asked["age"] = draw(st.sampled_from(([18, None], [0, 1], [None, 17], [40, 40])))
    if draw(st.integers(0, rare)) == 0:
        asked["sex"] = draw(_some(SEXES))
    if draw(st.integers(0, rare)) == 0 or (certain and not asked):
        asked["dates"] = draw(st.sampled_from((["1997-05-18", "1997-05-21"], [None, "1997-05-19"], ["1997-05-20", None], ["1997", "1997"])))
    return asked


COUNTS = ({"ge": 1}, {"ge": 2}, {"le": 1}, {"eq": 0}, {"eq": 1}, {"eq": 2}, {"ge": 1, "le": 2})


@st.composite
def rules(draw: st.DrawFn, deep: int = 1) -> dict[str, Any]:
    """A rule, as seen from an index event."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(_personal(certain=True))
    if kind == 1 and deep:
        inner = draw(st.lists(rules(deep - 1), min_size=1, max_size=3))
        way = draw(st.sampled_from(("any", "all", "at_least", "at_most")))
        return {way: inner} if way in ("any", "all") else {way: draw(st.integers(0, len(inner))), "of": inner}
    rule = draw(events_asked(deep))
    for key in ("start", "end"):
        if draw(st.booleans()):
            rule[key] = draw(windows())
    if draw(st.integers(0, 3)) == 0:
        rule["from"] = "end"
    if draw(st.integers(0, 4)) == 0:
        rule["same_encounter"] = True
    if draw(st.integers(0, 3)) == 0 and not rule.get("first"):
        rule["pick"] = draw(st.sampled_from(("first", "last")))
    if draw(st.booleans()):
        worker = ("worker", "worker") if rule.get("label", {}).get("agent") == "worker" else ()
        distinct = draw(st.sampled_from(("record", "day", "concept", "encounter", *worker)))
        rule["count"] = {**draw(st.sampled_from(COUNTS)), "distinct": distinct}
    return rule


KEPT = st.sampled_from(("all", "first", "last"))


@st.composite
def exits(draw: st.DrawFn) -> dict[str, Any]:
    """When members leave."""
    ends = ("start", "start+3", "end", "end+0", "end+2", "end-1", "observed", "persistence", "persistence+2", "persistence-1")
    leaving: dict[str, Any] = {"end": draw(st.sampled_from(ends))}
    if leaving["end"].startswith("persistence"):
        leaving["in"] = draw(st.sampled_from(("a", "b", "most")))
        for key in ("gap", "supply"):
            if draw(st.booleans()):
                leaving[key] = draw(st.integers(0, 3))
    if draw(st.booleans()):
        leaving["collapse"] = draw(st.integers(0, 5))
    if draw(st.integers(0, 2)) == 0:
        leaving["censor"] = draw(st.lists(events_asked(0, KINDS), min_size=1, max_size=2))
    if draw(st.integers(0, 3)) == 0:
        leaving["dates"] = draw(st.sampled_from((["1997-05-18", None], [None, "1997-05-20"], ["1997-05-17", "1997-05-21"])))
    return leaving


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """A definition whose sets are those of tests.cohorts.tables, and which may name a cohort."""
    entry: dict[str, Any] = {"any": draw(st.lists(events_asked(), min_size=1, max_size=2))}
    if draw(st.integers(0, 5)) == 0:
        entry = {"on": "1997-05-19"}
    entry["limit"] = draw(KEPT)
    if draw(st.integers(0, 3)) == 0:
        entry["observed"] = draw(st.sampled_from(([0, 0], [2, 0], [0, 3])))
    inner_entry = {"any": [draw(events_asked(0, KINDS))], "limit": draw(KEPT)}
    inner = {"format": "commissure-cohort/1", "sets": SETS, "entry": inner_entry}
    definition = {
        "format": "commissure-cohort/1",
        "sets": SETS,
        "entry": entry,
        "rules": draw(st.lists(rules(), max_size=3)),
        "keep": draw(KEPT),
    }
    definition["cohorts"] = {"other": {**inner, "rules": draw(st.lists(_personal(certain=True), max_size=1)), "keep": draw(KEPT)}}
    for one in (definition, definition["cohorts"]["other"]):
        if draw(st.integers(0, 2)) == 0:
            one["exit"] = draw(exits())
    if draw(st.integers(0, 3)) == 0:
        definition["datasets"] = draw(_some(DATASETS))
    return definition


SETS = {**{name: [name] for name in CONCEPTS}, "most": ["a", "b", "c"]}
