"""LOINC and MedDRA: tables by header name, and tables without one."""

import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies import loinc, meddra
from ingest.terminologies.formats import format_of
from tests.ingest.terminologies.said import said

CORE = (
    "LOINC_NUM,COMPONENT,PROPERTY,TIME_ASPCT,SYSTEM,SCALE_TYP,METHOD_TYP,CLASS,CLASSTYPE,LONG_COMMON_NAME,SHORTNAME,"
    "EXTERNAL_COPYRIGHT_NOTICE,STATUS,VersionFirstReleased,VersionLastChanged"
)


def core(code: str, long: str, short: str, status: str = "ACTIVE", kind: str = "1") -> str:
    axes = '"Hemoglobin A1c/Hemoglobin.total","MFr","Pt","Bld","Qn","","HEM/BC"'
    return f'"{code}",{axes},"{kind}","{long}","{short}","","{status}","1.0","2.73"'


def write_loinc(folder: Path) -> Path:
    rows = [
        core("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "HbA1c MFr Bld"),
        core("8480-6", "Systolic, intra arterial pressure".replace('"', '""'), "BP sys", kind="2"),
        core("1000-9", "Old test", "Old", status="DEPRECATED"),
        core("44249-1", "PHQ-9 quick depression assessment panel", "PHQ-9", kind="4"),
    ]
    file = folder / "LoincTableCore/LoincTableCore.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(("\ufeff" + "\r\n".join([CORE, *rows]) + "\r\n").encode())
    return folder


def test_loinc_core(tmp_path: Path) -> None:
    found = said(loinc.read, write_loinc(tmp_path))
    assert found.labels == {"4548-4": "Hemoglobin A1c/Hemoglobin.total in Blood", "8480-6": "Systolic, intra arterial pressure"}
    assert found.names == {("4548-4", "HbA1c MFr Bld"), ("8480-6", "BP sys")}
    assert found.systems["4548-4"] == "http://loinc.org" and set(found.kinds.values()) == {"measurement"} and not found.rejects.count
    assert format_of(tmp_path).name == format_of(tmp_path / "LoincTableCore/LoincTableCore.csv").name == "loinc"


def test_the_whole_table_has_more_columns_in_another_order_and_a_hierarchy_of_parts(tmp_path: Path) -> None:
    write_loinc(tmp_path)
    whole = tmp_path / "LoincTable/Loinc.csv"
    whole.parent.mkdir()
    whole.write_text(
        "STATUS,CONSUMER_NAME,RELATEDNAMES2,LOINC_NUM,COMPONENT,LONG_COMMON_NAME,CLASSTYPE\n"
        'ACTIVE,A1c test,"A1c; Point in time; Blood",4548-4,Hemoglobin A1c,HbA1c in Blood,1\n'
    )
    parts = tmp_path / "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv"
    parts.parent.mkdir(parents=True)
    parts.write_text(
        "PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n,1,,LP31388-9,Hemoglobin\nLP31388-9,1,LP31388-9,4548-4,HbA1c\n"
    )
    archive = tmp_path / "Loinc.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in tmp_path.rglob("*.csv"):
            packed.write(file, file.relative_to(tmp_path))
    for path in (tmp_path, archive):
        found = said(loinc.read, path)
        assert found.labels == {"4548-4": "HbA1c in Blood", "LP31388-9": "Hemoglobin"}
        assert found.names == {("4548-4", "A1c test")} and found.broader == {("4548-4", "LP31388-9")}


def test_bad_rows_of_loinc(tmp_path: Path) -> None:
    file = write_loinc(tmp_path) / "LoincTableCore/LoincTableCore.csv"
    bad = [core("4548-4", "Twice secret", "x"), core("4-May", "secret", "x"), core("9999-9", "x", ""), '"718-7","cut of'.replace('"', "")]
    file.write_bytes(file.read_bytes() + "\r\n".join(bad).encode())
    found = said(loinc.read, tmp_path)
    assert [line for _, line in found.told] == [6, 7, 8, 9] and "secret" not in repr(found.rejects)
    file.write_text(CORE.replace("STATUS", "STATE") + "\n")
    with pytest.raises(TerminologyUnreadable, match="names STATUS"):
        said(loinc.read, tmp_path)


def write_meddra(folder: Path) -> Path:
    folder = folder / "MedAscii"
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "llt.asc": [
            "10019211$Headache$10019211$$$$$$$Y$$",
            "10019198$Head pain$10019211$$$$$$$Y$$",
            "10000001$Not current ache$10019211$$$$$$$N$$",
        ],
        "pt.asc": ["10019211$Headache$$10029205$$$$$$$$"],
        "hlt.asc": ["10019233$Headaches NEC$$$$$$$$"],
        "hlgt.asc": ["10019231$Headaches$$$$$$$$"],
        "soc.asc": ["10029205$Nervous system disorders$Nerv$$$$$$$$"],
        "mdhier.asc": [
            "10019211$10019233$10019231$10029205$Headache$Headaches NEC$Headaches$Nervous system disorders$Nerv$$10029205$Y$",
        ],
    }
    for name, rows in tables.items():
        (folder / name).write_bytes("".join(f"{row}\r\n" for row in rows).encode())
    return folder


def test_meddra(tmp_path: Path) -> None:
    folder = write_meddra(tmp_path)
    found = said(meddra.read, folder)
    assert found.labels == {
        "10019211": "Headache",
        "10019198": "Head pain",
        "10019233": "Headaches NEC",
        "10019231": "Headaches",
        "10029205": "Nervous system disorders",
    }
    chain = ["10019198", "10019211", "10019233", "10019231", "10029205"]
    assert found.broader == set(pairwise(chain)) and not found.rejects.count
    assert set(found.systems.values()) == {"https://www.meddra.org"}
    assert format_of(folder).name == format_of(folder / "llt.asc").name == "meddra"


def test_bad_rows_of_meddra(tmp_path: Path) -> None:
    folder = write_meddra(tmp_path)
    for name, more in {"llt.asc": b"10000002$M\xe9ni\xe8re secret$10019211$$$$$$$Y$$\r\n1$cut", "mdhier.asc": b"x$y$z$w$\r\n"}.items():
        (folder / name).write_bytes((folder / name).read_bytes() + more)
    found = said(meddra.read, folder)
    assert found.told == [("llt.asc", 4), ("llt.asc", 5), ("mdhier.asc", 2)]
    assert any("Latin-1" in why for why in found.rejects.by_reason) and "secret" not in repr(found.rejects)
    (folder / "pt.asc").unlink()
    with pytest.raises(TerminologyUnreadable, match=r"no pt\.asc"):
        said(meddra.read, folder)
