"""What is compiled of statements: numbers, hierarchy and maps; circles, loose ends and doubles are left out and counted."""

from pathlib import Path

import pytest

from concepts.compiled import About, Terminology, open_terminology
from concepts.reader import Reader
from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from ingest.terminologies.compiling import compile_terminology

SCT, ICD, HPO, UMLS = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm", "http://human-phenotype-ontology.org", "urn:umls"
NOTHING = About("t", "csv", "", 1, "", "", (), 0, 0, 0, 0, 0, 0, 0, 0, 0, "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "compiled"
    made.mkdir()
    return made


def compiled(folder: Path, *statements: Statement) -> Terminology:
    about = compile_terminology(statements, folder, NOTHING)
    found = open_terminology(folder)
    assert found.about == about
    return found


def same(of: Terminology, system: str, code: str) -> list[str]:
    number = of.number(system, code)
    return [of.vocabulary.codes[other] for other in of.same.values[of.same.offsets[number] : of.same.offsets[number + 1]]]


def above(of: Terminology, system: str, code: str) -> list[str]:
    number = of.number(system, code)
    return [of.vocabulary.codes[other] for other in of.broader.values[of.broader.offsets[number] : of.broader.offsets[number + 1]]]


def test_concepts_are_found_by_system_and_code_and_keep_their_names(folder: Path) -> None:
    of = compiled(
        folder,
        Broader(ICD, "E119", "E11"),
        ConceptName(ICD, "E119", "sweet blood"),
        Concept(ICD, "E119", "Type 2 diabetes", Kind.DISORDER),
        Concept(ICD, "E119", "said twice", Kind.DISORDER),
        Concept(ICD, "E11", "Diabetes, type 2", Kind.DISORDER),
        ConceptName(ICD, "E119", "T2DM proper", preferred=True),
        ConceptName(ICD, "E119", "Type 2 diabetes"),
        ConceptName(ICD, "Z99", "of nothing"),
    )
    number = of.number(ICD, "E11.9")  # codes as their scheme spells them
    assert of.vocabulary.concept(number) == Concept(ICD, "E11.9", "Type 2 diabetes", Kind.DISORDER)
    assert of.names(number) == ["T2DM proper", "sweet blood"]
    assert above(of, ICD, "E11.9") == ["E11"]
    assert of.number(ICD, "E11.8") == of.number(SCT, "E11.9") == of.number(ICD, "Z99") == -1
    assert [mention.concept.code for mention in Reader([of.vocabulary]).read("Has sweet blood.")] == ["E11.9"]


def test_circles_and_loose_ends_are_left_out_and_counted(folder: Path) -> None:
    named = [Concept(SCT, code, f"thing {code}x") for code in "abcd"]
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("d", "nowhere"), ("d", "d")]
    of = compiled(folder, *named, *(Broader(SCT, low, high) for low, high in pairs))
    assert (of.about.circles, of.about.dangling, of.about.links) == (4, 1, 1)
    assert above(of, SCT, "d") == ["a"] and above(of, SCT, "a") == []


def test_what_is_the_same_as_several_of_one_scheme_is_wider(folder: Path) -> None:
    maps = [(HPO, "1", SCT, "11"), (HPO, "1", SCT, "12"), (SCT, "11", ICD, "A11"), (HPO, "1", UMLS, "C1")]
    crossed = [(HPO, "8", SCT, "81"), (HPO, "8", SCT, "82"), (HPO, "9", SCT, "81"), (HPO, "9", SCT, "82")]
    of = compiled(folder, *(Mapping(a, b, Relation.EQUIVALENT, c, d) for a, b, c, d in (*maps, *crossed)))
    assert above(of, SCT, "11") == above(of, SCT, "12") == ["1"]
    assert same(of, SCT, "11") == ["A11"] and same(of, ICD, "A11") == ["11"] and same(of, HPO, "1") == ["C1"]
    assert above(of, SCT, "81") == above(of, HPO, "8") == same(of, HPO, "8") == []  # nothing can be said


def test_former_codes_of_one_scheme_are_all_the_same_as_what_took_their_place(folder: Path) -> None:
    """Whichever code comes first: 50 took the place of 10 and 90; what is the same as several, or of such a one, is not the same."""
    succeeded = [("10", "50"), ("90", "50"), ("90", "50"), ("20", "61"), ("20", "62"), ("30", "20"), ("71", "72"), ("72", "71")]
    crossed = [("81", "83"), ("81", "84"), ("82", "81"), ("81", "85"), ("85", "83"), ("85", "84")]
    of = compiled(folder, *(Mapping(SCT, a, Relation.EQUIVALENT, SCT, b) for a, b in (*succeeded, *crossed)))
    assert same(of, SCT, "50") == ["10", "90"] and same(of, SCT, "10") == same(of, SCT, "90") == ["50"]
    assert above(of, SCT, "10") == above(of, SCT, "90") == above(of, SCT, "50") == []
    assert above(of, SCT, "61") == above(of, SCT, "62") == ["20"] and same(of, SCT, "20") == same(of, SCT, "30") == []
    assert above(of, SCT, "30") == ["20"] and same(of, SCT, "71") == ["72"] and above(of, SCT, "71") == []
    assert above(of, SCT, "83") == ["81", "85"] and same(of, SCT, "83") == same(of, SCT, "81") == same(of, SCT, "85") == []


def test_names_of_every_kind(folder: Path) -> None:
    of = compiled(
        folder,
        Concept(SCT, "1", "x"),
        Concept(SCT, "2", "word " * 1000),
        Concept(SCT, "3", "<b>Bold</b> claim \ud800 İstanbul fever"),
        Concept(SCT, "4", ""),
        *(ConceptName(SCT, "4", f"name number {number}") for number in range(20)),
    )
    assert (of.about.concepts, of.about.names, of.about.unfit) == (4, 24, 2)
    assert of.vocabulary.concept(of.number(SCT, "4")).label == "name number 0"
