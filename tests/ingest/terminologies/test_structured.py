"""Formats that are one document: FHIR JSON, SKOS, MeSH and ICD-10-CM in XML."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies import codesystem, conceptmap, icd10cm, mesh, skos
from ingest.terminologies.formats import format_of
from tests.ingest.terminologies.said import said

SYSTEM = "http://example.org/wards"
CODES: dict[str, Any] = {
    "concept": [
        {
            "concept": [
                {"code": "b", "display": "Beta ward", "property": [{"code": "parent", "valueCode": "c"}]},
                {"code": "old", "display": "Old ward", "property": [{"code": "inactive", "valueBoolean": True}]},
            ],
            "code": "a",
            "display": "Alpha ward",
            "designation": [
                {"language": "en-GB", "value": "Ward one"},
                {"language": "de", "value": "Station eins"},
                {"value": "First ward"},
            ],
        },
        {
            "code": "c",
            "display": "Gamma ward",
            "property": [{"code": "child", "valueCode": "d"}, {"code": "status", "valueCode": "active"}],
        },
        {"code": "d", "designation": [{"value": "Delta ward"}]},
        {"code": "e", "display": "Gone", "property": [{"code": "status", "valueCode": "retired"}]},
    ],
    "url": SYSTEM,
    "version": "7",
    "resourceType": "CodeSystem",
}
VALUES: dict[str, Any] = {
    "resourceType": "ValueSet",
    "url": "http://example.org/vs",
    "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "4548-4", "display": "HbA1c"}]}]},
    "expansion": {
        "contains": [
            {
                "display": "Heading only",
                "contains": [{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "44054006", "display": "Type 2 diabetes"}],
            },
            {"system": "http://snomed.info/sct", "code": "1", "display": "Gone", "inactive": True},
        ]
    },
}


def test_code_systems_whatever_the_order_of_their_elements(tmp_path: Path) -> None:
    file = tmp_path / "CodeSystem-wards.json"
    file.write_text(json.dumps(CODES, indent=1))
    found = said(codesystem.read, file)
    assert found.labels == {"a": "Alpha ward", "b": "Beta ward", "c": "Gamma ward", "d": "Delta ward"}
    assert found.names == {("a", "Ward one"), ("a", "First ward")} and set(found.systems.values()) == {SYSTEM}
    assert found.broader == {("b", "a"), ("b", "c"), ("d", "c")}
    assert not found.rejects.count and format_of(file).name == "codesystem" and format_of(file).version(file) == "7"
    file.write_text(json.dumps({**CODES, "hierarchyMeaning": "part-of"}))
    assert said(codesystem.read, file).broader == {("b", "c"), ("d", "c")}


def test_value_sets_bundles_and_lines(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": CODES}, {"resource": VALUES}]}))
    (tmp_path / "b.ndjson").write_text(json.dumps(VALUES) + "\n" + json.dumps({"resourceType": "Patient", "id": "x"}) + "\n")
    bundle = said(codesystem.read, tmp_path / "a.json")
    lines = said(codesystem.read, tmp_path / "b.ndjson")
    assert lines.labels == {"4548-4": "HbA1c", "44054006": "Type 2 diabetes"} and not lines.broader and not lines.rejects.count
    assert lines.systems == {"4548-4": "http://loinc.org", "44054006": "http://snomed.info/sct"}
    assert bundle.labels == {**said(codesystem.read, tmp_path).labels, **lines.labels} and len(bundle.labels) == 6


def test_bad_concepts_and_bad_json(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    whole = json.dumps(
        {"resourceType": "CodeSystem", "url": SYSTEM, "concept": [{"display": "secret"}, {"code": "x", "display": "<i>secret</i>"}]},
        indent=0,
    )
    file.write_text(whole)
    found = said(codesystem.read, file)
    assert found.told == [("c.json", 5), ("c.json", 8)] and "secret" not in repr(found.rejects)
    for bad in (
        whole[:-20],
        "{" + whole,
        "[" * 100_000,
        '{"resourceType":"CodeSystem","concept":' * 5_000,
        whole.encode("utf-16").decode("latin-1"),
    ):
        file.write_text(bad)
        with pytest.raises(TerminologyUnreadable, match=r"c\.json, line \d+: "):
            said(codesystem.read, file)


@pytest.mark.parametrize("r5", [False, True])
def test_concept_maps_of_both_releases(tmp_path: Path, r5: bool) -> None:
    words = {
        "wider": "source-is-narrower-than-target",
        "narrower": "source-is-broader-than-target",
        "relatedto": "related-to",
    }
    key, name = ("relationship", lambda word: words.get(word, word)) if r5 else ("equivalence", lambda word: word)

    def target(code: str, word: str) -> dict[str, str]:
        return {"code": code, key: name(word), "display": f"Target {code}"}

    group = {
        "element": [
            {"code": "1", "display": "Source one", "target": [target("E11", "equivalent"), target("E10-E14", "wider")]},
            {"code": "2", "target": [target("E11.9", "narrower"), target("Z1", "relatedto")]},
            {"code": "3", "noMap": True},
            {"code": "4", "target": [target("Z2", "likely")]},
        ],
        "source": "http://snomed.info/sct|2026",
        "target": "http://hl7.org/fhir/sid/icd-10-cm",
    }
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"resourceType": "ConceptMap", "url": "x", "group": [group]}, indent=1))
    found = said(conceptmap.read, file)
    assert found.maps == {("1", "equivalent", "E11"), ("1", "broader", "E10-E14"), ("E11.9", "broader", "2")}
    assert (
        found.labels["1"] == "Source one"
        and found.systems["E11"] == "http://hl7.org/fhir/sid/icd-10-cm"
        and found.systems["1"] == "http://snomed.info/sct"
    )
    assert found.rejects.count == 1 and format_of(file).name == "conceptmap"


TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix w: <http://example.org/wards/> .
w:b skos:broader w:a ; skos:prefLabel "Beta ward"@en, "Beta-Station"@de ; skos:altLabel "Second ward" ; skos:hiddenLabel "Betta" .
w:a a skos:Concept ; skos:notation "W-A" ; skos:prefLabel "Alpha ward"@en-GB ; skos:narrower w:c ;
    skos:inScheme <http://example.org/scheme> .
w:c skos:prefLabel "Gamma ward" ; skos:exactMatch <http://snomed.info/id/44054006> ; skos:closeMatch <http://snomed.info/id/1> ;
    skos:broadMatch <http://purl.obolibrary.org/obo/HP_0000118> .
"""


def in_other_ways(folder: Path) -> list[Path]:
    from pyoxigraph import RdfFormat, parse, serialize

    triples = list(parse(TURTLE, RdfFormat.TURTLE))
    (folder / "w.ttl").write_text(TURTLE)
    for suffix, form in {"nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML, "nq": RdfFormat.N_QUADS}.items():
        serialize((each.triple for each in triples), str(folder / f"w.{suffix}"), form)
    return sorted(folder.iterdir())


def test_skos_in_every_syntax(tmp_path: Path) -> None:
    for file in in_other_ways(tmp_path):
        found = said(skos.read, file)
        assert found.labels == {"W-A": "Alpha ward", "b": "Beta ward", "c": "Gamma ward"}, file.name
        assert (
            found.names == {("b", "Second ward")}
            and found.systems["b"] == "http://example.org/wards"
            and found.systems["W-A"] == "http://example.org/scheme"
        )
        assert found.maps == {
            ("c", "equivalent", "44054006"),
            ("c", "broader", "HP:0000118"),
            ("b", "broader", "W-A"),
            ("c", "broader", "W-A"),
        }
        assert format_of(file).name == "skos" and not found.rejects.count


def test_bad_skos(tmp_path: Path) -> None:
    in_other_ways(tmp_path)
    lines = tmp_path / "w.nt"
    count = lines.read_text().count("\n")
    lines.write_text(
        lines.read_text() + 'secret\n<http://e/x> <http://www.w3.org/2004/02/skos/core#prefLabel> "More" .\n<http://e/y> <secr'
    )
    found = said(skos.read, lines)
    assert found.told == [("w.nt", count + 1), ("w.nt", count + 3)] and found.labels["x"] == "More"
    (tmp_path / "w.ttl").write_text(TURTLE + "w:d skos:prefLabel secret")
    with pytest.raises(TerminologyUnreadable, match=r"w\.ttl, line 8: is no Turtle") as told:
        said(skos.read, tmp_path / "w.ttl")
    assert "secret" not in str(told.value)
    laughs = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    (tmp_path / "w.rdf").write_text((tmp_path / "w.rdf").read_text().replace("?>", f"?>{laughs}", 1))
    with pytest.raises(TerminologyUnreadable, match="declares entities"):
        said(skos.read, tmp_path / "w.rdf")


DESCRIPTORS = """<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20260101.dtd">
<DescriptorRecordSet LanguageCode="eng">
<DescriptorRecord DescriptorClass="1">
<DescriptorUI>D008175</DescriptorUI>
<DescriptorName><String>Lung Neoplasms</String></DescriptorName>
<AllowableQualifiersList><AllowableQualifier><QualifierReferredTo><QualifierUI>Q000097</QualifierUI></QualifierReferredTo></AllowableQualifier></AllowableQualifiersList>
<TreeNumberList><TreeNumber>C04.588.894</TreeNumber><TreeNumber>C08.785</TreeNumber></TreeNumberList>
<ConceptList>
<Concept PreferredConceptYN="Y"><ConceptUI>M1</ConceptUI><ConceptName><String>Lung Neoplasms</String></ConceptName>
<ConceptRelationList><ConceptRelation RelationName="NRW"><Concept1UI>M1</Concept1UI><Concept2UI>M2</Concept2UI></ConceptRelation>
<ConceptRelation RelationName="BRD"><Concept1UI>M1</Concept1UI><Concept2UI>M3</Concept2UI></ConceptRelation></ConceptRelationList>
<TermList><Term><TermUI>T1</TermUI><String>Lung Neoplasms</String></Term><Term><TermUI>T2</TermUI><String>Neoplasms, Lung</String></Term>
<Term><TermUI>T3</TermUI><String>Neoplasms, Pulmonary</String></Term></TermList></Concept>
<Concept PreferredConceptYN="N"><ConceptUI>M2</ConceptUI>
<TermList><Term><TermUI>T4</TermUI><String>Cancer of Lung</String></Term></TermList></Concept>
<Concept PreferredConceptYN="N"><ConceptUI>M3</ConceptUI>
<TermList><Term><TermUI>T5</TermUI><String>Thoracic Tumor</String></Term></TermList></Concept>
</ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass="1"><DescriptorUI>D013899</DescriptorUI>
<DescriptorName><String>Thoracic Neoplasms</String></DescriptorName>
<TreeNumberList><TreeNumber>C04.588</TreeNumber></TreeNumberList></DescriptorRecord>
<DescriptorRecord DescriptorClass="1"><DescriptorUI>D008168</DescriptorUI><DescriptorName><String>Lung</String></DescriptorName>
<TreeNumberList><TreeNumber>A04.411</TreeNumber></TreeNumberList></DescriptorRecord>
</DescriptorRecordSet>
"""


def test_mesh(tmp_path: Path) -> None:
    file = tmp_path / "desc2026.xml"
    file.write_text(DESCRIPTORS)
    (tmp_path / "supp2026.xml").write_text(
        '<SupplementalRecordSet><SupplementalRecord SCRClass="3"><SupplementalRecordUI>C538231</SupplementalRecordUI>'
        "<SupplementalRecordName><String>Rare lung tumor</String></SupplementalRecordName>"
        "<HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo>"
        "<DescriptorUI>*D008175</DescriptorUI></DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList></SupplementalRecord></SupplementalRecordSet>"
    )
    found = said(mesh.read, tmp_path)
    assert found.labels == {"D008175": "Lung Neoplasms", "D013899": "Thoracic Neoplasms", "C538231": "Rare lung tumor"}
    assert {name for _, name in found.names} == {"Neoplasms, Lung", "Neoplasms, Pulmonary", "Pulmonary Neoplasms", "Cancer of Lung"}
    assert found.broader == {("D008175", "D013899"), ("C538231", "D008175")} and found.systems["D008175"] == "https://www.nlm.nih.gov/mesh"
    assert format_of(file).name == format_of(tmp_path).name == "mesh" and not found.rejects.count


def test_bad_xml(tmp_path: Path) -> None:
    file = tmp_path / "desc2026.xml"
    file.write_text(DESCRIPTORS.replace("D013899</DescriptorUI>", "secret</DescriptorUI>"))
    found = said(mesh.read, file)
    assert found.told == [("desc2026.xml", 21)] and "secret" not in repr(found.rejects)
    half = DESCRIPTORS[: DESCRIPTORS.index("Cancer of")]
    laughs = DESCRIPTORS.replace('dtd">', 'dtd" [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>').replace("Cancer of", "&b;")
    outside = DESCRIPTORS.replace('dtd">', 'dtd" [<!ENTITY a SYSTEM "file:///etc/passwd">]>').replace("Cancer of", "&a;")
    deep = DESCRIPTORS.replace("<ConceptList>", "<a>" * 300 + "</a>" * 300 + "<ConceptList>")
    for bad, why in ((half, "is cut off"), (laughs, "declares entities"), (outside, "declares entities"), (deep, "more than 200 deep")):
        file.write_text(bad)
        with pytest.raises(TerminologyUnreadable, match=rf"desc2026\.xml, line \d+: .*{why}"):
            said(mesh.read, file)


TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>9</name><desc>Diseases of the circulatory system (I00-I99)</desc>
<includes><note>everything here</note></includes>
<section id="I10-I1A"><desc>Hypertensive diseases (I10-I1A)</desc>
<diag><name>I10</name><desc>Essential (primary) hypertension</desc>
<includes><note>high blood pressure</note><note>hypertension (arterial) (benign) (essential)</note>
<note>any condition in I50.- due to it</note></includes>
<excludes1><note>hypertensive disease complicating pregnancy (O10-O11)</note></excludes1></diag>
<diag><name>I11</name><desc>Hypertensive heart disease</desc>
<diag><name>I11.9</name><desc>Hypertensive heart disease without failure</desc>
<inclusionTerm><note>Hypertensive heart disease NOS</note></inclusionTerm></diag></diag>
</section></chapter>
<chapter><name>19</name><desc>Injury (S00-T88)</desc><section id="S00-S09"><desc>Injuries to the head (S00-S09)</desc>
<diag><name>S06</name><desc>Intracranial injury</desc>
<notes><note>7th characters D and S do not apply to codes in category S06 with 6th character 7 - death, or 8 - death.</note></notes>
<sevenChrDef><extension char="A">initial encounter</extension><extension char="D">subsequent encounter</extension></sevenChrDef>
<diag><name>S06.0X7</name><desc>Concussion with death</desc></diag>
<diag><name>S06.1</name><desc>Traumatic edema</desc></diag></diag></section></chapter>
</ICD10CM.tabular>
"""


def test_icd10cm(tmp_path: Path) -> None:
    file = tmp_path / "icd10c-tabular.xml"
    file.write_text(TABULAR)
    found = said(icd10cm.read, tmp_path)
    assert found.labels["I10"] == "Essential (primary) hypertension" and found.labels["I10-I1A"] == "Hypertensive diseases"
    assert found.names == {
        ("I10", "high blood pressure"),
        ("I10", "hypertension (arterial) (benign) (essential)"),
        ("I10", "hypertension"),
        ("I11.9", "Hypertensive heart disease NOS"),
    }
    assert found.labels["S06.1XXD"] == "Traumatic edema, subsequent encounter"
    assert {code for code in found.labels if code.startswith("S06")} == {"S06", "S06.0X7", "S06.0X7A", "S06.1", "S06.1XXA", "S06.1XXD"}
    assert {("I11.9", "I11"), ("I11", "I10-I1A"), ("I10-I1A", "9"), ("S06.1XXD", "S06.1"), ("S06.1", "S06")} <= found.broader
    assert format_of(file).name == "icd10cm" and icd10cm.version(tmp_path) == "2026" and not found.rejects.count
    file.write_text(TABULAR[:-40])
    with pytest.raises(TerminologyUnreadable, match=r"line \d+: is no well-formed XML, or is cut off"):
        said(icd10cm.read, file)
