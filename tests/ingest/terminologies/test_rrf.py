"""UMLS and RxNorm in RRF, with all columns and traps."""

import zipfile
from pathlib import Path

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies import rrf, rxnorm
from ingest.terminologies.formats import format_of
from tests.ingest.terminologies.said import said


def conso(cui: str, source: str, kind: str, code: str, text: str, more: str = "ENG P PF Y N") -> str:
    language, status, string, preferred, suppressed = more.split()
    return "|".join(
        [cui, language, status, "L1", string, "S1", preferred, "A1", "", "M1", "D1", source, kind, code, text, "0", suppressed, "256", ""]
    )


def rel(first: str, relation: str, second: str, rela: str = "", source: str = "SNOMEDCT_US", suppressed: str = "N") -> str:
    return "|".join([first, "A1", "AUI", relation, second, "A2", "AUI", rela, "R1", "", source, source, "", "", suppressed, "", ""])


def write_umls(folder: Path) -> Path:
    (folder / "META").mkdir(parents=True, exist_ok=True)
    rows = [
        conso("C0011849", "SNOMEDCT_US", "PT", "73211009", "Diabetes mellitus"),
        conso("C0011860", "SNOMEDCT_US", "SY", "44054006", "Type II diabetes mellitus", "ENG S VO N N"),
        conso("C0011860", "SNOMEDCT_US", "PT", "44054006", "Diabetes mellitus type 2", "ENG S PF Y N"),
        conso("C0011860", "ICD10CM", "PT", "E11", "Type 2 diabetes mellitus"),
        conso("C0011860", "ICD10CM", "ET", "E11.9", "Adult-onset diabetes", "ENG S PF Y N"),
        conso("C0011860", "MSHSPA", "MH", "D003924", "Diabetes tipo 2", "SPA P PF Y N"),
        conso("C0011860", "MTH", "PN", "NOCODE", 'Maturity "onset" diabetes', "ENG S PF N N"),
        conso("C0011860", "XX", "PT", "1", "Obsolete diabetes", "ENG S PF N O"),
        conso("C0025598", "RXNORM", "IN", "6809", "metformin"),
        conso("C0591573", "RXNORM", "BN", "151827", "Glucophage"),
        conso("C0030705", "MTH", "PN", "NOCODE", "Patients"),
    ]
    types = [
        ("C0011849", "T047"),
        ("C0011860", "T047"),
        ("C0025598", "T109"),
        ("C0025598", "T121"),
        ("C0591573", "T121"),
        ("C0030705", "T101"),
    ]
    related = [
        rel("C0011860", "PAR", "C0011849"),
        rel("C0011849", "CHD", "C0011860", "isa"),
        rel("C0011849", "SIB", "C0025598"),
        rel("C0011849", "PAR", "C0030705"),
        rel("C0025598", "PAR", "C0011849", "part_of"),
        rel("C0011849", "PAR", "C0011860", suppressed="O"),
        rel("C0025598", "RO", "C0591573", "tradename_of", "RXNORM"),
        rel("C0591573", "RO", "C0025598", "has_tradename", "RXNORM"),
    ]
    write(folder / "META/MRCONSO.RRF", rows)
    write(folder / "META/MRSTY.RRF", ["|".join([cui, kind, "A1.2", "Some type", "AT1", "256", ""]) for cui, kind in types])
    write(folder / "META/MRREL.RRF", related)
    return folder


def write(file: Path, rows: list[str]) -> None:
    file.write_text("".join(f"{row}\n" for row in rows), "utf-8")


UMLS_LABELS = {
    "C0011849": "Diabetes mellitus",
    "C0011860": "Type 2 diabetes mellitus",
    "C0025598": "metformin",
    "C0591573": "Glucophage",
    "73211009": "Diabetes mellitus",
    "44054006": "Diabetes mellitus type 2",
    "E11": "Type 2 diabetes mellitus",
    "6809": "metformin",
    "151827": "Glucophage",
}


def test_umls_is_read_with_its_traps(tmp_path: Path) -> None:
    found = said(rrf.read, write_umls(tmp_path))
    assert found.labels == UMLS_LABELS
    assert found.kinds["C0011860"] == found.kinds["E11"] == "disorder" and found.kinds["6809"] == "drug"
    assert found.systems["C0011860"] == "http://www.nlm.nih.gov/research/umls" and found.systems["44054006"] == "http://snomed.info/sct"
    assert found.names == {
        ("C0011860", "Type II diabetes mellitus"),
        ("C0011860", "Diabetes mellitus type 2"),
        ("C0011860", "Adult-onset diabetes"),
        ("C0011860", 'Maturity "onset" diabetes'),
    }
    assert found.broader == {("C0011860", "C0011849")}
    assert found.maps == {
        ("C0011849", "equivalent", "73211009"),
        ("C0011860", "equivalent", "44054006"),
        ("C0011860", "equivalent", "E11"),
        ("C0025598", "equivalent", "6809"),
        ("C0591573", "equivalent", "151827"),
        ("C0591573", "ingredient", "C0025598"),
    }
    assert found.rejects.count == 0 and format_of(tmp_path).name == "rrf"


def test_unsorted_rows_say_the_same(tmp_path: Path) -> None:
    straight = said(rrf.read, write_umls(tmp_path))
    file = tmp_path / "META/MRCONSO.RRF"
    rows = file.read_text().splitlines()
    write(file, rows[::-2] + rows[-2::-2] + rows)
    mixed = said(rrf.read, tmp_path)
    assert set(mixed.labels) == set(straight.labels) and (mixed.maps, mixed.broader) == (straight.maps, straight.broader)
    every = {text for _, text in straight.names} | set(straight.labels.values())
    assert {text for _, text in mixed.names} | set(mixed.labels.values()) == every


def test_bad_rows_of_umls(tmp_path: Path) -> None:
    file = write_umls(tmp_path) / "META/MRCONSO.RRF"
    bad = [conso("X12", "MTH", "PN", "1", "secret"), "C0011860|ENG|secret", conso("C0011860", "MTH", "PN", "1", "<b>secret</b>")]
    file.write_text(file.read_text() + "\n".join(bad))
    found = said(rrf.read, tmp_path)
    assert found.labels == UMLS_LABELS and found.told == [("MRCONSO.RRF", 12), ("MRCONSO.RRF", 13), ("MRCONSO.RRF", 14)]
    (tmp_path / "META/MRSTY.RRF").unlink()
    assert said(rrf.read, tmp_path).labels["C0030705"] == "Patients"
    file.unlink()
    with pytest.raises(TerminologyUnreadable, match="no MRCONSO"):
        said(rrf.read, tmp_path)


def write_rxnorm(folder: Path) -> Path:
    (folder / "rrf").mkdir(parents=True, exist_ok=True)
    rows = [
        conso("6809", "RXNORM", "IN", "6809", "metformin"),
        conso("6809", "MTHSPL", "SU", "X", "METFORMIN SPL"),
        conso("235743", "RXNORM", "PIN", "235743", "metformin hydrochloride"),
        conso("151827", "RXNORM", "BN", "151827", "Glucophage"),
        conso("861007", "RXNORM", "SCD", "861007", "metformin hydrochloride 500 MG Oral Tablet"),
        conso("861007", "RXNORM", "PSN", "861007", "metFORMIN HCl 500 MG Oral Tablet"),
        conso("861007", "RXNORM", "SY", "861007", "metformin 500 mg tablet"),
        conso("861008", "RXNORM", "SBD", "861008", "metformin hydrochloride 500 MG Oral Tablet [Glucophage]"),
        conso("860974", "RXNORM", "SCDC", "860974", "metformin hydrochloride 500 MG"),
        conso("860974", "RXNORM", "SY", "860974", "component's synonym"),
        conso("317541", "RXNORM", "DF", "317541", "Oral Tablet"),
        conso("9999", "RXNORM", "IN", "9999", "withdrawn", "ENG P PF Y O"),
        conso("614348", "RXNORM", "MIN", "614348", "metformin / sitagliptin"),
    ]
    related = [
        rel("860974", "RO", "861007", "consists_of", "RXNORM"),
        rel("6809", "RO", "860974", "has_ingredient", "RXNORM"),
        rel("235743", "RO", "860974", "has_precise_ingredient", "RXNORM"),
        rel("860974", "RO", "6809", "ingredient_of", "RXNORM"),
        rel("6809", "RN", "235743", "form_of", "RXNORM"),
        rel("6809", "RO", "151827", "tradename_of", "RXNORM"),
        rel("861007", "RO", "861008", "tradename_of", "RXNORM"),
        rel("151827", "RO", "861008", "has_ingredient", "RXNORM"),
        rel("860974", "RO", "861008", "consists_of", "RXNORM"),
        rel("317541", "RO", "861007", "has_dose_form", "RXNORM"),
        rel("6809", "RO", "614348", "has_part", "RXNORM"),
        rel("6809", "RO", "151827", "tradename_of", "MTHSPL"),
        rel("", "RO", "", "has_ingredient", "RXNORM"),
    ]
    write(folder / "rrf/RXNCONSO.RRF", rows)
    write(folder / "rrf/RXNREL.RRF", related)
    return folder


def test_rxnorm_leads_products_and_brands_to_ingredients(tmp_path: Path) -> None:
    found = said(rxnorm.read, write_rxnorm(tmp_path))
    assert set(found.labels) == {"6809", "235743", "151827", "861007", "861008", "614348"} and set(found.kinds.values()) == {"drug"}
    assert found.names == {("861007", "metFORMIN HCl 500 MG Oral Tablet"), ("861007", "metformin 500 mg tablet")}
    assert found.maps == {
        ("861007", "ingredient", "6809"),
        ("861007", "ingredient", "235743"),
        ("861008", "ingredient", "6809"),
        ("861008", "ingredient", "235743"),
        ("151827", "ingredient", "6809"),
        ("614348", "ingredient", "6809"),
    }
    assert found.broader == {("235743", "6809"), ("861008", "861007"), ("861008", "151827")}
    assert found.rejects.count == 0 and format_of(tmp_path).name == "rxnorm"


def test_rxnorm_is_read_from_its_archive_and_its_bad_rows_are_told(tmp_path: Path) -> None:
    folder = write_rxnorm(tmp_path / "release")
    archive = tmp_path / "RxNorm_full.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in (folder / "rrf").iterdir():
            packed.write(file, f"rrf/{file.name}")
    assert said(rxnorm.read, archive) == said(rxnorm.read, folder) and format_of(archive).name == "rxnorm"
    file = folder / "rrf/RXNCONSO.RRF"
    file.write_text(file.read_text() + "six|ENG|P\n" + conso("six", "RXNORM", "IN", "6", "secret"))
    found = said(rxnorm.read, folder)
    assert found.told == [("RXNCONSO.RRF", 14), ("RXNCONSO.RRF", 15)] and "secret" not in repr(found.rejects)
