"""Formats of terminologies are recognised and read, with their traps; a bad row is told by file and line, never by its words."""

from pathlib import Path

import pytest

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation
from ingest.errors import TerminologyMissing, TerminologyRefused, TerminologyUnreadable
from ingest.terminologies import omop, plain
from ingest.terminologies.formats import format_named, format_of
from ingest.terminologies.rejects import Reject, Rejects
from ingest.terminologies.rows import MOST_BYTES
from tests.ingest.terminologies.omop_folder import write_omop

SCT, ICD, RX = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm"


def test_omop_with_all_its_traps(tmp_path: Path) -> None:
    folder, rejects = write_omop(tmp_path / "athena"), Rejects()
    said = set(omop.read(folder, rejects))
    assert rejects.count == 0
    assert Concept(SCT, "44054006", "Type 2 diabetes mellitus", Kind.DISORDER) in said
    assert Concept(SCT, "11111111", 'Sugar disease "proper"', Kind.DISORDER) in said  # a quote is data
    codes = {each.code for each in said if isinstance(each, Concept)}
    assert "22222222" not in codes and "M" not in codes  # no longer valid; no clinical domain
    names = {each.text for each in said if isinstance(each, ConceptName)}
    assert names == {"Adult-onset diabetes", "T2DM disorder", "Bronchial asthma"}  # English, of concepts that are taken
    broader = {(each.code, each.broader) for each in said if isinstance(each, Broader)}
    assert broader == {("73211009", "75934005"), ("44054006", "73211009"), ("E11.9", "E11")}
    maps = {(each.code, each.relation, each.other_code) for each in said if isinstance(each, Mapping)}
    assert maps == {
        ("E11", Relation.EQUIVALENT, "44054006"),  # of two the one of the same name
        ("E11.9", Relation.BROADER, "44054006"),
        ("J45.909", Relation.EQUIVALENT, "195967001"),
        ("E99.1", Relation.BROADER, "73211009"),  # of one concept that is two the parts are broader
        ("E99.1", Relation.BROADER, "414916001"),
        ("861007", Relation.INGREDIENT, "6809"),
        ("151827", Relation.INGREDIENT, "6809"),
    }
    assert omop.version(folder) == "v5.0 31-AUG-26"
    assert format_of(folder).name == format_of(folder / "CONCEPT.csv").name == "omop"


def test_bad_rows_are_told_by_file_and_line(tmp_path: Path) -> None:
    folder, rejects = write_omop(tmp_path), Rejects()
    with (folder / "CONCEPT.csv").open("ab") as file:
        file.write(b"20\tTruncated secret")
    with (folder / "CONCEPT_SYNONYM.csv").open("ab") as file:
        file.write(b"3\t\xff\xfe\t4180186\nx3\tsecret\t4180186\n3\t" + b"y" * (MOST_BYTES + 10) + b"\t4180186\n3\tSugar\t4180186\n")
    said = list(omop.read(folder, rejects))
    assert ConceptName(SCT, "44054006", "Sugar") in said
    assert {(each.file, each.line) for each in rejects.told} == {
        ("CONCEPT.csv", 18),
        ("CONCEPT_SYNONYM.csv", 7),
        ("CONCEPT_SYNONYM.csv", 8),
        ("CONCEPT_SYNONYM.csv", 9),
    }
    assert rejects.count == 4 and "secret" not in repr(rejects)


@pytest.mark.parametrize(
    ("content", "why"), [(b"\xff\xfec\x00", "UTF-16"), (b"PK\x03\x04", "ZIP"), (b"concept_id\tname\n1\tx\n", "no column")]
)
def test_foreign_files_are_errors_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "CONCEPT.csv").write_bytes(content)
    with pytest.raises(TerminologyUnreadable, match=f"CONCEPT.csv.*{why}"):
        list(omop.read(tmp_path, Rejects()))


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "Our Words.csv"
    file.write_text(
        "code,system,label,synonyms,broader,maps,kind\n"
        '1,ICD10CM,"Sugar, much of it",sweet blood|high sugar,,snomed:73211009|broader http://snomed.info/sct#75934005,disorder\n'
        "2,,Foot,,1|3,,\n2,,,tootsie,,nobody:7,\n,,x,,,,\n4,,short\n",
        encoding="utf-8-sig",
    )
    rejects, own = Rejects(), "urn:terminology:our%20words"
    said = list(plain.read(file, rejects))
    assert said == [
        Concept(ICD, "1", "Sugar, much of it", Kind.DISORDER),
        ConceptName(ICD, "1", "sweet blood"),
        ConceptName(ICD, "1", "high sugar"),
        Mapping(ICD, "1", Relation.EQUIVALENT, SCT, "73211009"),
        Mapping(ICD, "1", Relation.BROADER, SCT, "75934005"),
        Concept(own, "2", "Foot"),
        Broader(own, "2", "1"),
        Broader(own, "2", "3"),
        ConceptName(own, "2", "tootsie"),
    ]
    assert [(each.line, each.why[:10]) for each in rejects.told] == [(4, "a map is n"), (5, "the code i"), (6, "the row ha")]
    assert rejects.told[1] == Reject("Our Words.csv", 5, "the code is empty")
    assert format_of(file).name == "csv"


def test_a_quote_that_is_not_closed_loses_no_more_than_it_must(tmp_path: Path) -> None:
    file, rejects = tmp_path / "t.csv", Rejects()
    file.write_text('code,label\n1,"open\n' + "2,xxxxxxxxxxxxxxxxxxxx\n" * 10_000 + "3,Last\n")
    assert Concept("urn:terminology:t", "3", "Last") in list(plain.read(file, rejects))
    assert rejects.told[0].line == 2


def test_what_no_format_owns(tmp_path: Path) -> None:
    with pytest.raises(TerminologyMissing, match="no such file"):
        format_of(tmp_path / "nowhere")
    (tmp_path / "x.csv").write_text("a,b\n")
    with pytest.raises(TerminologyRefused, match="--format: omop"):
        format_of(tmp_path / "x.csv")
    with pytest.raises(TerminologyRefused, match="omop, "):
        format_named("oboe")
