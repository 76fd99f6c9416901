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


SAME_AS, REPLACED_BY, POSSIBLY, WAS_A = (f"9000000000005{number}" for number in ("27005", "26001", "23009", "28000"))
ASSOCIATION = f"{LANGUAGE.rpartition(' ')[0]} targetComponentId"


def with_history(folder: Path, rows: list[tuple[str, ...]], name: str = "Association") -> Path:
    """The release with historical associations (active, reference set, former concept, target), whose former concepts are inactive."""
    write_release(folder)
    base, end = folder / "Snapshot", "Snapshot_US1000124_20260301.txt"
    active = {"64572001", "73211009", "44054006", "255604002", "22298006", "10000006", LONG}
    formers = dict.fromkeys(former for _, _, former, _ in rows if former.startswith("3") and former not in active)
    with (base / f"Terminology/sct2_Concept_{end}").open("a", newline="") as file:
        file.writelines(f"{former}\t20250301\t0\t1\t900000000000074008\r\n" for former in formers)
    lines = [[f"h-{n}", "20260301", on, "1", refset, former, target] for n, (on, refset, former, target) in enumerate(rows)]
    table(base / f"Refset/Content/der2_cRefset_{name}{end}", ASSOCIATION, lines)
    return folder


@pytest.mark.parametrize("name", ["Association", "AssociationReference"])
def test_former_codes_lead_to_what_took_their_place(tmp_path: Path, name: str) -> None:
    rows = [
        ("1", SAME_AS, "30000001", "44054006"),
        ("1", REPLACED_BY, "30000002", "44054006"),  # any number of former codes are the same
        ("1", REPLACED_BY, "30000003", "30000001"),  # over one that is no longer active either
        ("1", SAME_AS, "30000004", "22298006"),
        ("1", REPLACED_BY, "30000004", "22298006"),  # said twice
        ("1", WAS_A, "30000005", "73211009"),
        ("1", WAS_A, "30000006", "30000003"),  # was one of what has been replaced since
        ("1", WAS_A, "30000001", "44054006"),  # is the same already
    ]
    found = said(rf2.read, with_history(tmp_path, rows, name))
    assert {each for each in found.maps if each[0].startswith("3")} == {
        ("30000001", "equivalent", "44054006"),
        ("30000002", "equivalent", "44054006"),
        ("30000003", "equivalent", "44054006"),
        ("30000004", "equivalent", "22298006"),
        ("30000005", "broader", "73211009"),
        ("30000006", "broader", "44054006"),
    }
    assert "30000001" not in found.labels and [name for name, _ in found.told if "Association" in name] == []


def test_what_nobody_knows_of_former_codes_is_not_said(tmp_path: Path) -> None:
    rows = [
        ("0", SAME_AS, "30000001", "44054006"),  # withdrawn
        ("1", POSSIBLY, "30000002", "44054006"),  # had several meanings
        ("1", SAME_AS, "30000003", "44054006"),  # several targets
        ("1", REPLACED_BY, "30000003", "22298006"),
        ("1", SAME_AS, "30000004", "30000003"),  # ends at these
        ("1", SAME_AS, "30000005", "39999999"),  # a target that the release does not hold
        ("1", SAME_AS, "30000006", "10000006"),  # one that is gone itself
        ("1", SAME_AS, "30000006", "44054006"),
        ("1", SAME_AS, "30000007", "30000008"),  # a circle
        ("1", REPLACED_BY, "30000008", "30000007"),
        ("1", SAME_AS, "30000009", "255604002"),  # a qualifier, which is not taken
        ("1", SAME_AS, "73211009", "22298006"),  # is active
        ("1", SAME_AS, "59999999", "22298006"),  # the release does not hold it
        ("1", SAME_AS, "30000010", "30000010"),  # itself
        ("1", SAME_AS, "30000011", "4.4E+07"),
        ("1", "900000000000531004", "101033", "44054006"),  # of a description
    ]
    found = said(rf2.read, with_history(tmp_path, rows))
    assert found.maps == said(rf2.read, write_release(tmp_path / "without")).maps
    assert [line for name, line in found.told if "Association" in name] == [15, 16]


def test_a_chain_as_long_as_the_file_is_followed_to_its_end(tmp_path: Path) -> None:
    count = 50_000
    rows = [("1", REPLACED_BY, str(number), str(number + 1)) for number in range(300_000_000, 300_000_000 + count)]
    found = said(rf2.read, with_history(tmp_path, [*rows, ("1", SAME_AS, str(300_000_000 + count), "22298006")]))
    assert {now for former, _, now in found.maps if former.startswith("3")} == {"22298006"}
    assert sum(former.startswith("3") for former, _, _ in found.maps) == count + 1


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
