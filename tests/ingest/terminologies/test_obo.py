"""Ontologies in OBO: which synonyms, parents and references are taken."""

import gzip
from pathlib import Path

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies import hpo, obo
from ingest.terminologies.formats import format_of
from tests.ingest.terminologies.said import said

DISEASES = r"""format-version: 1.2
data-version: releases/2026-03-01
ontology: doid

[Term]
id: DOID:4
name: disease

[Term]
id: DOID:9351
name: diabetes mellitus {source="x"}
alt_id: DOID:10182
synonym: "sugar \"disease\"" EXACT []
synonym: "juvenile diabetes" NARROW [DOID:1]
synonym: "metabolic disease" BROAD []
synonym: "polyuria" RELATED []
synonym: "diabetus" EXACT obsolete_synonym []
xref: SNOMEDCT_US_2023_03_01:73211009
xref: SNOMEDCT_US:73211009
xref: UMLS:C0011849
xref: MESH:D003920 {source="MONDO:equivalentTo"}
xref: MESH:D999999 {source="MONDO:relatedTo"}
xref: ICD10CM:E08
xref: ICD10CM:E13
xref: ICD9CM:250
is_a: DOID:4 {source="x"} ! disease

[Term]
id: DOID:11
name: old name
is_obsolete: true
replaced_by: DOID:9351

[Term]
id: DOID:12
name: circle one
is_a: DOID:13

[Term]
id: DOID:13
name: circle two
is_a: DOID:12
is_a: DOID:13 ! itself

[Typedef]
id: part_of
name: part of
"""
PHENOTYPES = """format-version: 1.2
ontology: hp

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0001250
name: Seizure
is_a: HP:0012638 ! later

[Term]
id: HP:0012638
name: Abnormal nervous system physiology
is_a: HP:0000118

[Term]
id: HP:0012824
name: Severity
is_a: HP:0000001

[Term]
id: HP:0012828
name: Severe
is_a: HP:0012824
"""


def test_an_ontology_of_diseases(tmp_path: Path) -> None:
    file = tmp_path / "doid.obo"
    file.write_bytes(DISEASES.replace("\n", "\r\n").encode("utf-8-sig"))
    found = said(obo.read, file)
    assert found.labels == {"DOID:4": "disease", "DOID:9351": "diabetes mellitus", "DOID:12": "circle one", "DOID:13": "circle two"}
    assert found.names == {("DOID:9351", 'sugar "disease"'), ("DOID:9351", "juvenile diabetes")}
    assert found.broader == {("DOID:9351", "DOID:4"), ("DOID:12", "DOID:13"), ("DOID:13", "DOID:12")}
    assert found.maps == {
        ("DOID:9351", "equivalent", "73211009"),
        ("DOID:9351", "equivalent", "C0011849"),
        ("DOID:9351", "equivalent", "D003920"),
        ("DOID:9351", "equivalent", "250"),
        ("DOID:10182", "equivalent", "DOID:9351"),
        ("DOID:11", "equivalent", "DOID:9351"),
    }
    assert set(found.kinds.values()) == {"disorder"} and found.told == [
        ("doid.obo", DISEASES[: DISEASES.index("is_a: DOID:13 !")].count("\n") + 1)
    ]
    assert format_of(file).name == "obo" and obo.version(file) == "releases/2026-03-01"


def test_of_phenotypes_only_the_branch_of_abnormalities_is_taken(tmp_path: Path) -> None:
    (tmp_path / "hp.obo.gz").write_bytes(gzip.compress(PHENOTYPES.encode()))
    found = said(hpo.read, tmp_path)
    assert found.labels == {"HP:0001250": "Seizure", "HP:0012638": "Abnormal nervous system physiology"}
    assert found.broader == {("HP:0001250", "HP:0012638")} and set(found.kinds.values()) == {"finding"}
    assert set(found.systems.values()) == {"http://human-phenotype-ontology.org"} and format_of(tmp_path).name == "hpo"


def test_bad_lines_are_told(tmp_path: Path) -> None:
    file = tmp_path / "bad.obo"
    file.write_bytes(
        DISEASES.encode()
        + b"\n[Term]\nname: secret without id\n\n[Term]\nid: DOID:20\nname: A\n\n[Term]\nid: DOID:21\nname: caf\xe9 secret\nsynon"
    )
    found = said(obo.read, file)
    start = DISEASES.count("\n")
    assert [line for _, line in found.told[1:]] == [start + 2, start + 5, start + 9, start + 11, start + 12] and "secret" not in repr(
        found.rejects
    )
    file.write_text("nothing of the kind")
    with pytest.raises(TerminologyUnreadable, match="is no OBO"):
        said(obo.read, file)
    with pytest.raises(TerminologyUnreadable, match=r"no hp\.obo"):
        said(hpo.read, file)
