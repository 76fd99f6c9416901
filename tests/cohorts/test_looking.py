"""What finds the notes and patients that a definition asks for: words by the index, meanings by vectors, patterns in the graph."""

import re
from dataclasses import replace
from typing import Any

import pytest

from cohorts.duck import Tables
from cohorts.errors import InvalidDefinition
from cohorts.reading import definition_of
from cohorts.results import Counted, Frozen
from cohorts.study import Cohorts
from cohorts.words import saying, texts_of
from commissure.assemble import DataLibrary
from graph.scope import Scope
from search.errors import ModelUnavailable
from search.filters import Filters
from search.generation import Generation
from search.model import SearchRequest
from tests.ingest.exports import HashEmbedder, Lab, condition, note, patient
from tests.webapp.fixtures import folder, ingesting

TEXTS = (
    "She denies chest pain. Haemoglobin was low, no malignancies.",
    "# Plan\nStart_cisplatin, re-check the tumour-marker CA19-9 in May 2019. Chest-pain free.",
    "CHEST  PAIN since Monday; anaemia, café-au-lait spots. Malignant?",
    "Hopefulness and organisation of care: the patient cannot afford medication.",
)
ASKED = (
    *("chest", '"chest pain"', "malignan*", "malignant", "haemoglobin", "haem*", "anae*", "ana*", "tumour", "tumo*", "cisplatin", "start"),
    *("CA19", '"CA19 9"', "19", "May", "2019", "hope*", "hopeful*", "organis*", "the", '"of care"', "café", "caf*", "cafe", "afford pain"),
    *("pain OR care", "patient* cannot", "nowhere", "m*", "re", "check", '"re check"', "medications"),
)


@pytest.fixture(scope="module")
def lab() -> Lab:
    lab = Lab(folder("looking"))
    with ingesting():
        notes = [note(f"d{number}", text, f"Patient/p{number}", date=f"2020-01-0{number + 1}") for number, text in enumerate(TEXTS)]
        lab.ingest(*(patient(f"p{number}") for number in range(4)), *notes, condition(subject="Patient/p1", onsetDateTime="2020-01-01"))
        lab.ingest(patient("p9"), condition("c9", "Patient/p9"), dataset="other")
    return lab


@pytest.fixture(scope="module")
def library(lab: Lab) -> DataLibrary:
    return lab.library()


class Missing(HashEmbedder):
    """A model that cannot be loaded."""

    def encode_query(self, text: str) -> Any:
        raise ModelUnavailable("no such file")


def counted(cohorts: Cohorts, event: dict[str, Any], **more: Any) -> Counted:
    return cohorts.count(definition_of({"format": "commissure-cohort/1", "entry": {"any": [event]}, **more}))


def patients(cohorts: Cohorts, event: dict[str, Any], **more: Any) -> list[str]:
    return [member.patient.rpartition("/")[2] for member in cohorts.members(counted(cohorts, event, **more))]


@pytest.mark.parametrize("text", ASKED)
def test_words_are_found_by_the_index_as_in_all_texts(library: DataLibrary, text: str) -> None:
    cohorts = library.current().cohorts
    (event,) = definition_of({"format": "commissure-cohort/1", "entry": {"any": [{"note": {"text": text}}]}}).entry.any
    assert event.words is not None
    everywhere = saying(texts_of(cohorts.query), event.words, ())
    documents = cohorts.resolved(definition_of({"format": "commissure-cohort/1", "entry": {"any": [{"note": {"text": text}}]}})).documents
    assert documents["entry.any[0]"].tolist() == everywhere.tolist()


def test_every_word_of_the_texts_is_found_where_it_stands(library: DataLibrary) -> None:
    index = library.current().retriever._generation.lexical
    assert index is not None
    for word in {word for text in TEXTS for word in re.findall(r"[^\W\d_]+", text)}:
        for piece, begins in ((word, False), (word[:5], True)):
            said = index.may_say(piece, begins=begins)
            assert said is None or said.any(), piece


def test_only_texts_that_may_say_the_words_are_read(library: DataLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def watched(texts: Any, *others: Any) -> Any:
        kept = list(texts)
        read.append(len(kept))
        return saying(kept, *others)

    monkeypatch.setattr("cohorts.looking.saying", watched)
    assert patients(library.current().cohorts, {"note": {"text": "cisplatin"}}) == ["p1"]
    assert read == [1]


def test_meanings_are_found_by_vectors_and_frozen_with_their_model(library: DataLibrary) -> None:
    cohorts = library.current().cohorts

    def meaning(at_least: float) -> dict[str, Any]:
        return {"note": {"text": "the patient cannot afford medication", "mode": "semantic", "at_least": at_least}}

    found = counted(cohorts, meaning(0.5))
    assert found.frozen == {"entry.any[0]": Frozen("meaning", 1, "hash", 0.5)}
    assert patients(cohorts, meaning(0.5)) == ["p3"]
    assert counted(cohorts, meaning(0.01)).patients > 1
    assert counted(cohorts, meaning(1)).patients == 0


def test_without_a_model_meanings_are_refused_in_words(lab: Lab) -> None:
    generation = Generation.open(lab.workspace.generation_folder(lab.workspace.current()) / "search")
    other = HashEmbedder()
    other.name = "other"
    asked = {"note": {"text": "pain", "mode": "semantic", "at_least": 0.5}}
    for embedder, why in ((None, "no embedding model is loaded"), (other, "are embedded with hash, the text would be with other")):
        with pytest.raises(InvalidDefinition, match=why) as error:
            counted(Cohorts(generation, embedder), asked)
        assert error.value.path == "entry.any[0].note.mode"
    with pytest.raises(InvalidDefinition, match="cannot be loaded here"):
        counted(Cohorts(generation, Missing()), asked)
    generation = Generation.open(generation.path)
    generation.meta = replace(generation.meta, vectors=0)
    with pytest.raises(InvalidDefinition, match="is embedded yet"):
        counted(Cohorts(generation, HashEmbedder()), asked)


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ({"filters": {"from": "2020-01-02", "to": "2020-01-03"}}, ["p1", "p2"]),
        ({"filters": {"type": ["Progress note"]}}, ["p0", "p1", "p2", "p3"]),
        ({"filters": {"type": ["Letter"]}}, []),
        ({"text": "pain", "filters": {"to": "2020-01-01"}}, ["p0"]),
        ({"text": "pain", "assertion": ["affirmed"], "filters": {"to": "2020-01-03"}}, ["p2"]),
        ({"text": "cannot afford", "mode": "semantic", "at_least": 0.01, "filters": {"from": "2020-01-04"}}, ["p3"]),
    ],
)
def test_notes_are_those_that_the_filters_of_a_search_leave(library: DataLibrary, note: dict[str, Any], found: list[str]) -> None:
    cohorts = library.current().cohorts
    definition = definition_of({"format": "commissure-cohort/1", "entry": {"any": [{"note": note}]}})
    counts = cohorts.count(definition)
    assert [member.patient.rpartition("/")[2] for member in cohorts.members(counts)] == found
    (frozen,) = counts.frozen.values()
    assert frozen.by == ("meaning" if "mode" in note else "words" if "text" in note else "filters")
    with Tables(cohorts.exported()) as tables:
        names = cohorts.resolved(definition)
        assert tables.count(definition, names).steps == counts.steps


def test_filters_leave_what_a_search_finds(library: DataLibrary) -> None:
    opened = library.current()
    filters = {"from": "2020-01-02", "type": ["Progress note"]}
    hits = opened.retriever.search(SearchRequest("", filters=Filters.named(filters))).hits
    assert counted(opened.cohorts, {"note": {"filters": filters}}).patients == len({hit.patient for hit in hits}) == 3
    strange = counted(opened.cohorts, {"note": {"filters": {"type": ["Nowhere"]}}})
    assert strange.patients == 0 and strange.notices == ("entry.any[0].note.filters: Nothing published has the type 'Nowhere'.",)
    with pytest.raises(InvalidDefinition, match="no dataset") as error:
        counted(opened.cohorts, {"note": {"filters": {"dataset": ["nowhere"]}}})
    assert error.value.path == "entry.any[0].note.filters"


def test_patterns_find_patients_and_their_days_in_the_graph(library: DataLibrary) -> None:
    cohorts = library.current().cohorts
    having = "?patient kg:hasCondition ?concept . ?concept skos:prefLabel ?label"
    assert patients(cohorts, {"graph": having}) == ["p1", "p9"]
    assert counted(cohorts, {"graph": having}).frozen == {"entry.any[0]": Frozen("graph", 2)}
    assert patients(cohorts, {"graph": having}, datasets=["other"]) == ["p9"]
    dated = {"graph": "?record kg:subject ?patient ; kg:date ?date"}
    members = list(cohorts.members(counted(cohorts, dated)))
    assert [member.index for member in members] == ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]
    later = {"graph": "?patient a ?kind", "having": {"note": {}, "count": {"eq": 0}}}
    assert patients(cohorts, later) == ["p9"]


def test_patterns_see_what_a_reader_may_see(library: DataLibrary) -> None:
    narrow = library.current().within(Scope.of(["other"])).cohorts
    assert patients(narrow, {"graph": "?patient kg:hasCondition ?concept"}) == ["p9"]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("?patient a", "cannot be asked"),
        ("?patient a ?kind } INSERT DATA { <a:a> <a:b> <a:c>", "cannot be asked"),
        ("SERVICE <http://example.org/> { ?patient a ?kind }", "SERVICE is refused"),
    ],
)
def test_patterns_that_cannot_be_asked_are_told_by_their_path(library: DataLibrary, pattern: str, why: str) -> None:
    with pytest.raises(InvalidDefinition, match=why) as error:
        counted(library.current().cohorts, {"graph": pattern})
    assert error.value.path == "entry.any[0].graph"


def test_without_sparql_patterns_are_refused_in_words(lab: Lab) -> None:
    library = DataLibrary(lab.workspace, None, {"sparql": False, "store": ""})
    with pytest.raises(InvalidDefinition, match="does not answer SPARQL"):
        counted(library.current().cohorts, {"graph": "?patient a ?kind"})
