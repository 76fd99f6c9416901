"""The picture of what joins the hits: its nodes, its lines, and how they are meant."""

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from concepts.model import Assertion
from graph.model import Edge, Neighbourhood, NodeSummary
from graph.vocabulary import CODE, ENCOUNTER, HAS_BODY, HAS_CONDITION, HAS_TARGET, KG, SUBJECT
from search.model import Evidence, Fact, Hit, SearchResult, Span
from tests.webapp.page import get
from webapp.pages.connections import Depth, connections


def test_list_holds_every_node_of_the_picture(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin")
    rows = [given for _, given in page.elements if "data-n" in given]
    assert sorted(int(given["data-n"]) for given in rows) == list(range(len(rows)))
    assert {given["data-group"] for given in rows} >= {"hit", "patient", "encounter", "condition", "medication"}
    html = client.get("/search?q=cisplatin").text
    picture = json.loads(re.search(r'id="lines">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    assert picture["lines"]
    assert all(source < len(rows) and target < len(rows) for source, target, _, _ in picture["lines"])
    assert "charted in its encounter" in picture["labels"]


def _picture(
    edges: tuple[Edge, ...], kinds: dict[str, str], groups: dict[str, str], concepts: tuple[tuple[str, str, Assertion], ...]
) -> SearchResult:
    """A result of one hit, `note`, with this neighbourhood."""
    evidence = Evidence("note", "note", "a.ndjson", 1, "run", 0, 4)
    hit = Hit(
        1,
        "note",
        "Note",
        "demo",
        "DocumentReference",
        "Note",
        "pat",
        "Pat",
        "enc",
        None,
        "",
        1.0,
        {},
        "",
        Span(0, 4, "text"),
        (),
        None,
        (),
        concepts,
        evidence,
    )
    nodes = tuple(NodeSummary(name, kind, name, False) for name, kind in kinds.items())
    return SearchResult(1, True, 1, (hit,), Neighbourhood(nodes, edges, ()), groups, (), {})


KINDS = {"note": "DocumentReference", "pat": "Patient", "enc": "Encounter", "cond": "Condition", "copd": "Concept"}

EDGES = (
    Edge("note", SUBJECT, "pat", 1, ()),
    Edge("note", ENCOUNTER, "enc", 1, ()),
    Edge("cond", ENCOUNTER, "enc", 1, ()),
    Edge("cond", CODE, "copd", 1, ()),
    Edge("pat", HAS_CONDITION, "copd", 1, ()),
)


def _drawn(result: SearchResult) -> set[tuple[str, str, str, str]]:
    joined = connections(result)
    names = {point.number: point.id for point in joined.points}
    return {(names[line.source], line.label, names[line.target], line.style) for line in joined.lines}


def test_what_is_charted_in_a_hits_encounter_hangs_on_the_hit() -> None:
    result = _picture(EDGES, KINDS, {"copd": "condition"}, ())
    assert _drawn(result) == {("note", "about", "pat", "charted"), ("note", "charted in its encounter", "copd", "charted")}
    points = {point.id: point for point in connections(result).points}
    assert points["copd"].group == "condition"
    assert points["copd"].ties == (("charted in its encounter", (1,)),)
    assert points["enc"].depth is Depth.LISTED
    assert points["copd"].depth is Depth.ALWAYS


@pytest.mark.parametrize(
    ("assertion", "label", "style"),
    [
        (Assertion.AFFIRMED, "mentions, charted in its encounter", "charted"),
        (Assertion.NEGATED, "denies, charted in its encounter", "denied"),
        (Assertion.FAMILY, "mentions (family), charted in its encounter", "mentioned"),
    ],
)
def test_a_mention_of_what_is_charted_says_both(assertion: Assertion, label: str, style: str) -> None:
    result = _picture(EDGES, KINDS, {"copd": "condition"}, (("copd", "COPD", assertion),))
    assert ("note", label, "copd", style) in _drawn(result)


def test_a_text_that_denies_and_affirms_affirms() -> None:
    both = (("copd", "COPD", Assertion.AFFIRMED), ("copd", "COPD", Assertion.NEGATED))
    kinds = {"note": "DocumentReference", "pat": "Patient", "copd": "Concept", "annotation": "Annotation"}
    mention = (Edge("annotation", HAS_TARGET, "note", 1, ()), Edge("annotation", HAS_BODY, "copd", 1, ()))
    result = _picture((EDGES[0], *mention), kinds, {}, both)
    assert ("note", "mentions", "copd", "mentioned") in _drawn(result)


@pytest.mark.parametrize(("relation", "style"), [("denies", "denied"), ("affirms", "mentioned"), ("attributesToFamily", "mentioned")])
def test_what_a_text_says_is_never_drawn_as_charted(relation: str, style: str) -> None:
    said = Edge("note", f"{KG}{relation}", "copd", 1, ())
    drawn = [line for line in _drawn(_picture((EDGES[0], said), KINDS, {}, ())) if line[2] == "copd"]
    assert [line[3] for line in drawn] == [style]


def test_two_codings_of_one_record_are_one_node_with_both_codes() -> None:
    snomed, icd = "http://snomed.info/id/13645005", "http://purl.bioontology.org/ontology/ICD10CM/J44.9"
    kinds = {**KINDS, snomed: "Concept", icd: "Concept"}
    del kinds["copd"]
    edges = (*EDGES[:3], *(Edge("cond", CODE, code, 1, ()) for code in (icd, snomed)), Edge("pat", HAS_CONDITION, icd, 1, ("cond",)))
    joined = connections(_picture(edges, kinds, {}, ((icd, "COPD", Assertion.AFFIRMED),)))
    points = {point.id: point for point in joined.points}
    assert icd not in points and "cond" not in points
    assert points[snomed].codes == ("13645005", "J44.9")
    assert points[snomed].label == "cond", "the words of the record"
    assert any(tie == "mentions, charted in its encounter" for tie, _ in points[snomed].ties)


def test_codings_that_the_graph_cut_are_known_from_the_facts() -> None:
    snomed, icd = "http://snomed.info/id/13645005", "http://purl.bioontology.org/ontology/ICD10CM/J44.9"
    kinds = {"note": "DocumentReference", "pat": "Patient", snomed: "Concept", icd: "Concept"}
    edges = (EDGES[0], Edge("pat", HAS_CONDITION, icd, 1, ("cond",)), Edge("pat", HAS_CONDITION, snomed, 1, ("other",)))
    result = replace(_picture(edges, kinds, {}, ()), codings={"cond": (icd, snomed)})
    assert icd not in {point.id for point in connections(result).points}


def test_things_that_share_one_code_stay_two_things() -> None:
    one, other, icd = "http://snomed.info/id/1", "http://snomed.info/id/2", "http://purl.bioontology.org/ontology/ICD10CM/J44.9"
    kinds = {**KINDS, "cond2": "Condition", one: "Concept", other: "Concept", icd: "Concept"}
    coded = tuple(Edge(record, CODE, code, 1, ()) for record, code in (("cond", one), ("cond", icd), ("cond2", other), ("cond2", icd)))
    has = tuple(Edge("pat", HAS_CONDITION, code, 1, ("cond", "cond2") if code == icd else ()) for code in (one, other, icd))
    edges = (*EDGES[:3], Edge("cond2", ENCOUNTER, "enc", 1, ()), *coded, *has)
    points = {point.id: point.label for point in connections(_picture(edges, kinds, {}, ())).points}
    assert {one: "cond", other: "cond2"}.items() <= points.items()
    assert not {icd, "cond", "cond2"} & points.keys(), "each thing is drawn once"


def test_what_was_refuted_is_a_struck_node_away_from_its_concept() -> None:
    fact = Fact("cond", "demo", "pat", "condition", "copd", "COPD", status="refuted", assertion=Assertion.NEGATED, counted=False)
    result = replace(_picture(EDGES[:4], KINDS, {}, ()), uncounted={"cond": fact})
    joined = connections(result)
    points = {point.id: point for point in joined.points}
    assert points["cond"].why == "negated (refuted)"
    assert "copd" not in points
    assert _drawn(result) >= {("note", "charted in its encounter, not counted: negated (refuted)", "cond", "denied")}
    assert all(style == "denied" for source, _, target, style in _drawn(result) if "cond" in (source, target))
