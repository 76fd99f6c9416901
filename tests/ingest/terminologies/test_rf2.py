"""SNOMED CT in RF2, with all columns and traps of a release."""

import shutil
import zipfile
from pathlib import Path

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies import rf2
from ingest.terminologies.formats import format_of
from tests.ingest.terminologies.said import said

CONCEPT = "id effectiveTime active moduleId definitionStatusId"
DESCRIPTION = "id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId"
RELATIONSHIP = "id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId characteristicTypeId modifierId"
LANGUAGE = "id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId"
MAP = f"{LANGUAGE.rpartition(' ')[0]} mapGroup mapPriority mapRule mapAdvice mapTarget correlationId mapCategoryId"
FSN, SYNONYM, IS_A, FINDING_SITE = "900000000000003001", "900000000000013009", "116680003", "363698007"
US, GB, PREFERRED, ACCEPTABLE = "900000000000509007", "900000000000508004", "900000000000548007", "900000000000549004"
LONG = "999000041000000102"
"""An id of 18 digits, which no floating point number holds."""


def table(file: Path, header: str, rows: list[list[str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(header.split()), *("\t".join(row) for row in rows)]
    file.write_bytes("".join(f"{line}\r\n" for line in lines).encode())


def write_release(folder: Path, kind: str = "Snapshot") -> Path:
    """A release with concepts, terms in two languages, hierarchy, the preferences of two countries and the map to ICD-10-CM."""
    base, end = folder / kind, f"{kind}_US1000124_20260301.txt"
    concepts = [
        ["64572001", "1"],
        ["73211009", "1"],
        ["44054006", "1"],
        ["255604002", "1"],
        ["22298006", "1"],
        ["10000006", "0"],
        [LONG, "1"],
    ]
    table(
        base / f"Terminology/sct2_Concept_{end}",
        CONCEPT,
        [[c, "20260301", active, "731000124108", "900000000000074008"] for c, active in concepts],
    )
    terms = [
        ("101013", "1", "64572001", "en", FSN, "Disease (disorder)"),
        ("101023", "1", "73211009", "en", FSN, "Diabetes mellitus (disorder)"),
        ("101033", "1", "73211009", "en", SYNONYM, 'Sugar disease "proper'),
        ("101043", "1", "73211009", "en", SYNONYM, "Diabetes mellitus"),
        ("101053", "1", "73211009", "es", SYNONYM, "Diabetes sacarina"),
        ("101063", "0", "73211009", "en", SYNONYM, "Diabetes of old"),
        ("101073", "1", "44054006", "en", SYNONYM, "Type 2 diabetes mellitus"),
        ("101083", "1", "44054006", "en", SYNONYM, "Type II diabetes mellitus"),
        ("101093", "1", "44054006", "en", FSN, "Diabetes mellitus type 2 (disorder)"),
        ("101103", "1", "255604002", "en", FSN, "Mild (qualifier value)"),
        ("101113", "1", "22298006", "en", FSN, "Myocardial infarction (disorder)"),
        ("101123", "1", "10000006", "en", FSN, "Gone (disorder)"),
        ("101133", "1", LONG, "en", SYNONYM, "Bleeding of the nose"),
    ]
    table(
        base / f"Terminology/sct2_Description_{end.replace('_US', '-en_US')}",
        DESCRIPTION,
        [[i, "20260301", active, "731000124108", c, lang, kind_, term, "900000000000448009"] for i, active, c, lang, kind_, term in terms],
    )
    related = [
        ("1", "73211009", "64572001", IS_A),
        ("1", "44054006", "73211009", IS_A),
        ("0", "22298006", "73211009", IS_A),
        ("1", "22298006", "64572001", IS_A),
        ("1", "22298006", "80891009", FINDING_SITE),
        ("1", "10000006", "64572001", IS_A),
        ("1", "44054006", "44054006", IS_A),
    ]
    table(
        base / f"Terminology/sct2_Relationship_{end}",
        RELATIONSHIP,
        [
            [f"20{n}027", "20260301", on, "1", a, b, "0", kind_, "900000000000011006", "900000000000451002"]
            for n, (on, a, b, kind_) in enumerate(related)
        ],
    )
    preferred = [
        (US, "101043", PREFERRED),
        (US, "101033", ACCEPTABLE),
        (US, "101083", ACCEPTABLE),
        (US, "101073", PREFERRED),
        (GB, "101083", PREFERRED),
    ]
    table(
        base / f"Refset/Language/der2_cRefset_Language{end.replace('_US', '-en_US')}",
        LANGUAGE,
        [[f"uuid-{n}", "20260301", "1", "1", refset, of, how] for n, (refset, of, how) in enumerate(preferred)],
    )
    maps = [
        ("1", "6011000124106", "44054006", "TRUE", "E11.9"),
        ("1", "6011000124106", "22298006", "OTHERWISE TRUE", "I21.9"),
        ("1", "6011000124106", "22298006", "IFA 248152002 | Female (finding) |", "I21.3"),
        ("0", "6011000124106", "73211009", "TRUE", "E14"),
        ("1", "6011000124106", "73211009", "TRUE", ""),
        ("1", "6011000124106", LONG, "TRUE", "R04.0??"),
        ("1", "447562003", "44054006", "TRUE", "E11"),
    ]
    table(
        base / f"Refset/Map/der2_iisssccRefset_ExtendedMap{end}",
        MAP,
        [
            [f"m-{n}", "20260301", on, "1", r, c, "1", "1", rule, "ALWAYS", to, "447561005", "447637006"]
            for n, (on, r, c, rule, to) in enumerate(maps)
        ],
    )
    return folder


def test_a_release_is_read_with_its_traps(tmp_path: Path) -> None:
    found = said(rf2.read, write_release(tmp_path))
    assert found.labels == {
        "64572001": "Disease (disorder)",
        "73211009": "Diabetes mellitus",
        "44054006": "Type 2 diabetes mellitus",
        "22298006": "Myocardial infarction (disorder)",
        LONG: "Bleeding of the nose",
    }
    assert set(found.systems.values()) == {"http://snomed.info/sct"} and found.kinds["44054006"] == "disorder"
    assert found.names == {
        ("73211009", "Diabetes mellitus (disorder)"),
        ("73211009", 'Sugar disease "proper'),
        ("44054006", "Type II diabetes mellitus"),
        ("44054006", "Diabetes mellitus type 2 (disorder)"),
    }
    assert found.broader == {("73211009", "64572001"), ("44054006", "73211009"), ("22298006", "64572001")}
    assert found.maps == {
        ("44054006", "broader", "E11.9"),
        ("22298006", "broader", "I21.9"),
        (LONG, "broader", "R04.0"),
        ("44054006", "broader", "E11"),
    }
    assert found.told == [("sct2_Relationship_Snapshot_US1000124_20260301.txt", 8)]
    assert rf2.version(tmp_path) == "20260301" and format_of(tmp_path).name == "rf2"


def test_an_archive_is_read_as_it_is_shipped(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "SnomedCT_US")
    write_release(folder, "Full")
    archive = tmp_path / "SnomedCT.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*.txt")):
            packed.write(file, file.relative_to(tmp_path))
    assert format_of(archive).name == "rf2"
    assert said(rf2.read, archive) == said(rf2.read, folder)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TerminologyUnreadable, match=r"SnomedCT\.zip: is no whole ZIP archive"):
        said(rf2.read, archive)


@pytest.mark.parametrize("kind", ["Full", "Delta"])
def test_full_and_delta_are_told(tmp_path: Path, kind: str) -> None:
    assert format_of(write_release(tmp_path, kind)).name == "rf2"
    with pytest.raises(TerminologyUnreadable, match=r"Full or Delta.*give the folder Snapshot"):
        said(rf2.read, tmp_path)


def test_a_full_release_under_another_name_is_told_row_by_row(tmp_path: Path) -> None:
    file = write_release(tmp_path) / "Snapshot/Terminology/sct2_Concept_Snapshot_US1000124_20260301.txt"
    file.write_bytes(file.read_bytes() + b"44054006\t20020131\t0\t1\t1\r\n7.3211E+07\t20020131\t1\t1\t1\r\n44054006\t2002")
    found = said(rf2.read, tmp_path)
    assert [line for name, line in found.told if "Concept" in name] == [9, 10, 11]
    assert any("spreadsheet" in why for why in found.rejects.by_reason) and "44054006" in found.labels


def test_without_preferences_a_country_or_none_decides(tmp_path: Path) -> None:
    write_release(tmp_path)
    language = next((tmp_path / "Snapshot/Refset/Language").iterdir())
    language.write_text(language.read_text().replace(US, "777"))
    assert said(rf2.read, tmp_path).labels["44054006"] == "Type II diabetes mellitus"
    shutil.rmtree(language.parent)
    assert said(rf2.read, tmp_path).labels["44054006"] == "Diabetes mellitus type 2 (disorder)"
