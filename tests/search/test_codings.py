"""A thing that records code in two terminologies is listed once, and found by either code."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from search.codings import grouped, once
from search.generation import Generation
from search.model import Fact, Filters, SearchRequest
from search.retriever import Retriever
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
    import sqlite3

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
