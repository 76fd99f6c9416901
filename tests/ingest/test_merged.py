"""Patients that were merged are one person, whichever record says so, in whatever order and run it comes, until it is taken back."""

from itertools import permutations

import pytest

from graph.vocabulary import FHIR, HAS_CONDITION, KG, SUBJECT
from search.filters import Filters
from search.model import SearchRequest
from tests.ingest.exports import condition, deleted, note, patient, write

GOUT, ASTHMA = ("http://snomed.info/id/" + code for code in ("90560007", "195967001"))


def link(other, type_="replaced-by"):
    return {"link": [{"other": {"reference": f"Patient/{other}"}, "type": type_}]}


def old(**rest):
    return patient("old", "Smith", active=False, **rest)


def new(**rest):
    return patient("new", "Jones", birthDate="1950-02-03", **rest)


CHART = (
    condition("c1", "Patient/old", "90560007", "Gout"),
    condition("c2", "Patient/new", "195967001", "Asthma"),
    note("d1", "Gout since spring.", "Patient/old"),
    note("d2", "Asthma is quiet.", "Patient/new"),
)


def is_one(lab):
    """Whether there is one person with both conditions, wherever one asks."""
    snapshot = lab.snapshot()
    catalog, iri = snapshot.catalog, lab.iri("Patient", "new")
    people = [one.id for one in catalog.patients()]
    if people != [iri]:
        assert set(people) == {iri, lab.iri("Patient", "old")}
        return False
    (overview,) = catalog.patient_overviews()
    assert {each.label for each in overview.conditions} == {"Gout", "Asthma"}
    assert (overview.documents, overview.facts) == (2, 2)
    assert [one.id for one in overview.former] == [lab.iri("Patient", "old")]
    assert {fact.concept for fact in catalog.facts_of_patient(iri)} == {GOUT, ASTHMA}
    assert len(catalog.documents_of_patient(iri)) == 2
    assert [one.id for one in catalog.patients_with_concept(GOUT)] == [iri]
    assert catalog.datasets()[0].patients == 1
    for name in ("old", "new"):
        assert catalog.patient(lab.iri("Patient", name)).id == iri
        result = snapshot.retriever.search(SearchRequest("", Filters(patients=(lab.iri("Patient", name),))))
        assert {hit.title for hit in result.hits} == {"Progress note"} and result.total == 2
        assert {hit.patient for hit in result.hits} == {iri} and not result.notices
        assert [(value.value, value.count) for value in result.facets["patient"]] == [(iri, 2)]
    both = snapshot.retriever.search(SearchRequest("", Filters(patients=(lab.iri("Patient", "old"), iri))))
    assert both.total == 2
    graph = snapshot.graph
    assert {edge.target for _, edge in graph.neighbours(iri, relation=HAS_CONDITION, direction="out").neighbours} == {GOUT, ASTHMA}
    assert graph.neighbours(iri, relation=SUBJECT, direction="in").total == 4
    replaced = graph.neighbours(lab.iri("Patient", "old"), relation=KG + "replacedBy", direction="out")
    assert [edge.target for _, edge in replaced.neighbours] == [iri]
    assert {quad.split()[0] for quad in lab.quads() if f"<{FHIR}Patient> <" in quad and "/stubs>" not in quad} == {f"<{iri}>"}
    return True


ENDS = {
    "either": (old(**link("new")), new(**link("old", "replaces"))),
    "old": (old(**link("new")), new()),
    "new": (old(), new(**link("old", "replaces"))),
}


@pytest.mark.parametrize(("order", "ends"), zip(range(6), [*ENDS, *reversed(ENDS)], strict=True))
def test_in_one_file_in_any_order(lab, order, ends):
    first, second, chart = list(permutations([(ENDS[ends][0],), (ENDS[ends][1],), CHART]))[order]
    report = lab.ingest(*first, *second, *chart)
    assert is_one(lab)
    assert (report.warnings, report.unresolved_references) == ({}, 0)
    again = lab.ingest(*first, *second, *chart)
    assert (again.records["changed"], again.quads) == (0, 0)


@pytest.mark.parametrize(("order", "ends"), zip(range(6), [*reversed(ENDS), *ENDS], strict=True))
def test_in_three_runs_in_any_order(lab, order, ends):
    for step in list(permutations([(ENDS[ends][0],), (ENDS[ends][1],), CHART]))[order]:
        lab.ingest(*step)
    assert is_one(lab)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_in_two_files_of_one_run(lab, order):
    folder = lab.folder / "two"
    parts = (old(**link("new")), CHART[0], CHART[3]), (new(), CHART[1], CHART[2])
    for name, place in zip("ab", order, strict=True):
        write(folder / f"{name}.ndjson", *parts[place])
    lab.ingest_path(folder)
    assert is_one(lab)


@pytest.mark.parametrize("ends", ENDS)
def test_a_link_that_is_taken_back_makes_two_of_them_again(lab, ends):
    lab.ingest(*ENDS[ends], *CHART)
    assert is_one(lab)
    lab.ingest(old(), new())
    assert not is_one(lab)
    catalog = lab.snapshot().catalog
    for name, concept in (("old", GOUT), ("new", ASTHMA)):
        iri = lab.iri("Patient", name)
        assert catalog.patient(iri).id == iri
        assert [fact.concept for fact in catalog.facts_of_patient(iri)] == [concept]
        assert [one.patient for one in catalog.documents_of_patient(iri)] == [iri]
        assert [edge.target for _, edge in lab.snapshot().graph.neighbours(iri, relation=HAS_CONDITION, direction="out").neighbours] == [
            concept
        ]
    assert catalog.former_patients(lab.iri("Patient", "new")) == ()


def test_one_end_that_is_left_still_merges(lab):
    lab.ingest(*ENDS["either"], *CHART)
    lab.ingest(old())
    assert is_one(lab)


def test_a_survivor_that_is_deleted_gives_the_other_back(lab):
    lab.ingest(*ENDS["old"], *CHART)
    lab.ingest(deleted("Patient/new", "Condition/c2", "DocumentReference/d2"), role="deleted")
    catalog, iri = lab.snapshot().catalog, lab.iri("Patient", "old")
    assert [one.id for one in catalog.patients()] == [iri]
    assert [fact.concept for fact in catalog.facts_of_patient(iri)] == [GOUT]


def test_a_survivor_that_is_not_there_replaces_nobody_and_is_told(lab):
    report = lab.ingest(old(**link("new")), CHART[0])
    assert report.warnings == {"patient-merge": 1}
    assert "not in the dataset" in lab.issues(report)[0]["reason"]
    assert [one.id for one in lab.snapshot().catalog.patients()] == [lab.iri("Patient", "old")]
    lab.ingest(new(), *CHART[1:])
    assert is_one(lab)


def test_a_record_that_is_not_there_is_replaced_all_the_same(lab):
    lab.ingest(new(**link("old", "replaces")), *CHART)
    assert is_one(lab)
    (former,) = lab.snapshot().catalog.former_patients(lab.iri("Patient", "new"))
    assert (former.label, former.source) == ("old", "")


def test_a_chain_ends_at_its_last_and_each_link_counts(lab):
    chain = [patient(a, **link(b)) for a, b in (("a", "b"), ("b", "c"))]
    lab.ingest(*chain, patient("c"), condition("k", "Patient/a"))
    subject = [fact.subject for fact in lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", "c"))]
    assert subject == [lab.iri("Patient", "c")]
    assert [one.id for one in lab.snapshot().catalog.former_patients(lab.iri("Patient", "c"))] == [
        lab.iri("Patient", "a"),
        lab.iri("Patient", "b"),
    ]
    lab.ingest(patient("b"))
    assert [one.id for one in lab.snapshot().catalog.patients()] == [lab.iri("Patient", "b"), lab.iri("Patient", "c")]
    assert lab.snapshot().catalog.count_charted("patient", lab.iri("Patient", "b")) == 1


def test_a_ring_is_one_patient_under_the_smallest_id(lab):
    report = lab.ingest(*(patient(a, **link(b)) for a, b in ("ab", "bc", "ca")), condition("k", "Patient/c"))
    catalog = lab.snapshot().catalog
    assert [one.id for one in catalog.patients()] == [lab.iri("Patient", "a")]
    assert catalog.count_charted("patient", lab.iri("Patient", "a")) == 1
    assert report.warnings == {"patient-merge": 3}


def test_where_two_took_the_place_of_one_nobody_is_guessed(lab):
    report = lab.ingest(old(), *(patient(name, **link("old", "replaces")) for name in "ab"), condition("k", "Patient/old"))
    catalog = lab.snapshot().catalog
    assert len(catalog.patients()) == 3
    assert catalog.count_charted("patient", lab.iri("Patient", "old")) == 1
    assert report.warnings == {"patient-merge": 1}


@pytest.mark.parametrize("type_", ["refer", "seealso"])
def test_other_links_merge_nothing(lab, type_):
    lab.ingest(old(**link("new", type_)), new(**link("old", type_)), *CHART)
    assert not is_one(lab)


def test_a_merge_by_urn_within_a_bundle(lab):
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in (old(), new(), *CHART)]
    entries[0]["resource"]["link"] = [{"other": {"reference": "urn:uuid:new"}, "type": "replaced-by"}]
    lab.ingest({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert is_one(lab)


def named(system, value, type_="replaced-by", *, search=False):
    other = {"reference": f"Patient?identifier={system}|{value}"} if search else {"identifier": {"system": system, "value": value}}
    return {"link": [{"other": other, "type": type_}]}


def numbered(*values):
    return {"identifier": [{"system": "urn:s", "value": value} for value in values]}


BY_IDENTIFIER = {
    "replaced-by": ({**old(), **named("urn:s", "2"), **numbered("1")}, {**new(), **numbered("2")}),
    "its own, too": ({**old(), **named("urn:s", "2"), **numbered("1", "2")}, {**new(), **numbered("2")}),
    "search": ({**old(), **named("urn:s", "2", search=True)}, {**new(), **numbered("2")}),
    "replaces": ({**old(), **numbered("1")}, {**new(), **named("urn:s", "1", "replaces"), **numbered("2")}),
    "replaces its own": ({**old(), **numbered("1")}, {**new(), **named("urn:s", "1", "replaces"), **numbered("1", "2")}),
}


@pytest.mark.parametrize(("order", "ends"), zip(range(5), BY_IDENTIFIER, strict=True))
def test_a_merge_by_an_identifier_that_one_patient_carries(lab, order, ends):
    runs = list(permutations([(BY_IDENTIFIER[ends][0],), (BY_IDENTIFIER[ends][1],), CHART]))[order]
    for run in runs:
        report = lab.ingest(*run)
    assert is_one(lab)
    together = [one for run in runs for one in run]
    assert lab.ingest(*together).records["changed"] == 0
    lab.ingest(*together, {"resourceType": "Patient", "id": "twin", **numbered("1", "2")})
    assert {one.id for one in lab.snapshot().catalog.patients()} == {lab.iri("Patient", name) for name in ("old", "new", "twin")}
    lab.ingest(deleted("Patient/twin"), role="deleted")
    assert is_one(lab)
    lab.ingest(old(), new())
    assert not is_one(lab)
    assert report.unresolved_references == 0


@pytest.mark.parametrize("ends", BY_IDENTIFIER)
def test_a_merge_by_an_identifier_in_one_run(lab, ends):
    report = lab.ingest(*CHART, *BY_IDENTIFIER[ends])
    assert is_one(lab)
    assert (report.warnings, report.unresolved_references) == ({}, 0)


@pytest.mark.parametrize(("carried", "reason"), [((), "no other patient"), (("2", "2"), "2 other patients")])
@pytest.mark.parametrize("type_", ["replaced-by", "replaces"])
def test_a_merge_by_an_identifier_that_none_or_several_carry_is_told_and_not_made(lab, type_, carried, reason):
    others = [{**patient(f"other{place}"), **numbered(value)} for place, value in enumerate(carried)]
    report = lab.ingest(new(), *CHART, {**old(), **named("urn:s", "2", type_), **numbered("2")}, *others)
    assert report.warnings == {"patient-merge": 1}
    (issue,) = lab.issues(report)
    assert reason in issue["reason"] and "nothing is merged" in issue["reason"]
    assert (issue["line"], issue["field"]) == (6, "Patient.link[0].other") and issue["source"]
    assert len(lab.snapshot().catalog.patients()) == 2 + len(others)


def test_a_merge_that_a_contained_patient_tells_merges_nothing(lab):
    inside = {"resourceType": "Patient", "id": "c", **named("urn:s", "2")}
    report = lab.ingest(old(contained=[inside]), {**new(), **numbered("2")}, *CHART)
    assert not is_one(lab)
    assert report.warnings == {}


LETTER = {"id": "t1", "text": "A letter about gout.", "patient": "old"}


@pytest.mark.parametrize("text_first", [True, False])
def test_a_text_about_the_old_record_leads_to_the_person(lab, text_first):
    path = write(lab.folder / "texts" / "t.jsonl", LETTER)
    if text_first:
        lab.ingest_path(path, format="text")
    lab.ingest(*ENDS["either"], *CHART)
    if not text_first:
        lab.ingest_path(path, format="text")
    catalog, iri = lab.snapshot().catalog, lab.iri("Patient", "new")
    assert [(one.id, one.type) for one in catalog.documents_of_patient(iri) if one.kind == "Text"] == [(lab.iri("Text", "t1"), "Text")]
    assert catalog.patient_overviews()[0].documents == 3
    for name in ("old", "new"):
        result = lab.snapshot().retriever.search(SearchRequest("letter", Filters(patients=(lab.iri("Patient", name),))))
        assert result.hits[0].title.startswith("A letter")
        assert {value.value for value in result.facets["patient"]} == {iri}
    assert about(lab) == [iri]
    assert lab.snapshot().graph.neighbours(lab.iri("Patient", "old"), relation=SUBJECT, direction="in").total == 0
    lab.ingest(old(), new())
    assert about(lab) == [lab.iri("Patient", "old")]
    assert lab.ingest_path(path, format="text").records["changed"] == 0


def about(lab):
    """Whom the graph says the letter is about."""
    found = lab.snapshot().graph.neighbours(lab.iri("Text", "t1"), relation=SUBJECT, direction="out").neighbours
    return [edge.target for _, edge in found]


def test_a_generation_that_is_made_anew_has_the_same_persons(lab):
    from ingest.pipeline import repair
    from ingest.progress import Silent

    lab.ingest(*ENDS["either"], *CHART)
    (lab.workspace.generation_folder(lab.workspace.current()) / "search" / "catalog.sqlite").write_bytes(b"")
    repair(lab.workspace, lab.tools, 0, Silent())
    assert is_one(lab)


def test_a_data_folder_of_an_earlier_version_knows_no_merges_and_takes_them_in(lab):
    """A catalog without the table, as earlier versions wrote it."""
    import sqlite3
    from contextlib import closing

    lab.ingest(old(), new(), *CHART)
    path = lab.workspace.generation_folder(lab.workspace.current()) / "search" / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE former")
        db.commit()
    assert not is_one(lab)
    lab.ingest(old(**link("new")))
    assert is_one(lab)
