"""A thing that records code in two terminologies is listed once, and found by either code."""

import random
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.columns.codings import derive_codings, grouped, once
from search.columns.extract import EVERYTHING, carry_over, nothing
from search.generation import Generation
from search.model import SNOMED, Fact, Filters, SearchRequest
from search.retriever import Retriever
from search.tables.schema import DERIVED, TABLES
from tests.search.clinic import FakeEmbedder, build, make_clinic, opened

GOUT, GOUT_ICD, PART = "http://snomed.info/id/90560007", "http://purl.bioontology.org/ontology/ICD10CM/M10.9", "http://example.org/part"


def coded(folder: Path) -> Path:
    """Every fact of the clinic is gout in two codings; one is coded in a third way as well, and a result has two codes of its own."""
    clinic = make_clinic(patients=4)
    note = clinic.documents[0]
    clinic.facts[:] = []
    for number, document in enumerate(clinic.documents):
        fact = Fact(f"r{number}", "clinic", document.patient or "", "condition", GOUT, "Gout", encounter=document.encounter)
        clinic.facts += [fact, replace(fact, concept=GOUT_ICD)]
    clinic.facts.append(replace(clinic.facts[0], concept=PART))
    pressure = Fact("bp", "clinic", note.patient or "", "observation", "http://loinc.org/rdf/8480-6", "Pressure", encounter=note.encounter)
    clinic.facts += [pressure, replace(pressure, concept="http://loinc.org/rdf/8462-4")]
    build(clinic, folder, embedder=FakeEmbedder())
    return folder / "g1"


def test_one_thing_is_listed_once_and_found_by_either_code(tmp_path: Path) -> None:
    with opened(coded(tmp_path)) as generation:
        retriever, catalog = Retriever(generation, None, FakeEmbedder()), generation.catalog
        result = retriever.search(SearchRequest("", join=False))
        listed = [value.value for value in result.facets["concept"]]
        assert GOUT in listed and GOUT_ICD not in listed
        assert {PART, "http://loinc.org/rdf/8480-6", "http://loinc.org/rdf/8462-4"} <= set(listed), "other things with records in common"
        assert [one.concept for one in catalog.coded_alike(GOUT_ICD)] == [GOUT, GOUT_ICD]
        assert [one.concept for one in catalog.coded_alike(PART)] == [PART]
        assert catalog.coded_alike("http://example.org/none") == ()
        for concepts in ((GOUT,), (GOUT_ICD,), (GOUT, GOUT_ICD)):
            found = retriever.search(SearchRequest("", Filters(concepts=concepts), join=False))
            assert found.total == result.total
            assert set(concepts) <= {value.value for value in found.facets["concept"]}, "what is chosen is listed"


def test_a_generation_of_an_earlier_version_knows_no_codings(tmp_path: Path) -> None:
    folder = coded(tmp_path)
    with sqlite3.connect(folder / "catalog.sqlite") as db:
        db.execute("DROP TABLE codings")
    db.close()
    generation = Generation.open(folder)
    values = Retriever(generation, None, None).search(SearchRequest("", join=False)).facets["concept"]
    assert {GOUT, GOUT_ICD} <= {value.value for value in values}
    generation.close()


def test_each_thing_once() -> None:
    codings = grouped([(1, 3), (3, 3), (4, 5), (5, 5)])
    assert codings == {1: (3, 1), 3: (3, 1), 4: (5, 4), 5: (5, 4)}
    counts = np.array([9, 7, 0, 6, 2, 2])
    assert list(once([0, 1, 3, 4, 5], codings, counts)) == [0, 1, 5]
    assert list(once([0, 1, 3, 4, 5], codings, counts, chosen=[3])) == [0, 3, 5]


PAIRS = """
SELECT a.concept, b.concept, count(DISTINCT a.record) FROM facts a
JOIN facts b ON b.record = a.record AND b.relation = a.relation AND b.label = a.label AND b.concept > a.concept
WHERE a.relation IN ('condition', 'medication', 'procedure', 'allergy', 'immunization')
GROUP BY a.concept, b.concept ORDER BY a.concept, b.concept
"""
RECORDS = """
SELECT concept, count(DISTINCT record) FROM facts
WHERE relation IN ('condition', 'medication', 'procedure', 'allergy', 'immunization') AND concept IS NOT NULL GROUP BY concept
"""
SEVERAL = """
SELECT DISTINCT record, concept FROM facts f
WHERE concept IS NOT NULL AND relation NOT IN ('label', 'answer', 'broader', 'record', 'observation') AND (
    SELECT count(DISTINCT concept) FROM facts o
    WHERE o.record = f.record AND concept IS NOT NULL AND relation NOT IN ('label', 'answer', 'broader', 'record', 'observation')) > 1
ORDER BY 1, 2
"""


@pytest.mark.parametrize("seed", range(12))
def test_what_is_coded_together_is_what_the_facts_say(seed: int) -> None:
    """The pass over the facts finds what joins of them with themselves find."""
    drawn = random.Random(seed)
    db = sqlite3.connect(":memory:")
    for statement in TABLES.split(";"):
        db.execute(statement)
    for statement in DERIVED.split(";"):
        if "codings" in statement or "coded_together" in statement:
            db.execute(statement)
    for _ in range(120):
        relation = drawn.choice(["condition", "condition", "procedure", "observation", "encounter", "label"])
        concept = drawn.choice([None, *(f"{SNOMED if n % 2 else 'urn:'}{n // 2}" for n in range(6))])
        row = (f"r{drawn.randrange(25)}", "d", "s", relation, concept, drawn.choice(["a", "b"]), "", "affirmed", 1, "x", 1)
        db.execute(
            "INSERT INTO facts (batch, record, dataset, subject, relation, concept, label, status, assertion, counted, source, line)"
            " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    ordinals = {concept: n for n, (concept,) in enumerate(db.execute("SELECT DISTINCT concept FROM facts ORDER BY 1").fetchall())}
    derive_codings(db, carry_over(db, nothing(), EVERYTHING), ordinals)
    records, things = dict(db.execute(RECORDS).fetchall()), dict[str, set[str]]()
    for one, other, together in db.execute(PAIRS):
        if together == records[one] == records[other]:
            thing = things.setdefault(one, {one})
            thing.add(other)
            things[other] = thing
    first = {concept: min(thing, key=lambda each: (not each.startswith(SNOMED), each)) for concept, thing in things.items()}
    expected = sorted((ordinals[concept], ordinals[thing]) for concept, thing in first.items())
    assert sorted(db.execute("SELECT * FROM codings").fetchall()) == expected
    assert db.execute("SELECT * FROM coded_together ORDER BY 1, 2").fetchall() == db.execute(SEVERAL).fetchall()
    db.close()


def test_charts_tell_what_stands_behind_what_whether_or_not_the_generation_keeps_it(tmp_path: Path) -> None:
    folder = coded(tmp_path)

    def told() -> tuple[object, ...]:
        with opened(folder) as generation:
            catalog = generation.catalog
            patients = sorted({one.id for one in catalog.patients()})
            records = [f"r{number}" for number in range(8)]
            asked = [GOUT, GOUT_ICD, PART, "http://loinc.org/rdf/8480-6", "urn:none"]
            return catalog.codings([*records, "bp", "none"]), catalog.leads(asked, patients), catalog.leads(asked, ["urn:nobody"])

    kept = told()
    assert kept[0] and kept[1] == {GOUT_ICD: GOUT, PART: GOUT} and kept[2] == {}
    with sqlite3.connect(folder / "catalog.sqlite") as db:
        db.execute("DROP TABLE coded_together")
    db.close()
    older = told()
    assert older[1:] == kept[1:]
    assert isinstance(older[0], dict) and {**older[0], "bp": None} == {**kept[0], "bp": None}
