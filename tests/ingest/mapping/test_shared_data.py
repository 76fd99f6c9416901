"""The real exports beside the repository, mapped whole."""

from collections import Counter
from pathlib import Path

import pytest

from ingest import formats
from ingest.model import MappingContext
from sources.blocks import Block
from sources.files import expand
from sources.model import SourceRecord
from tests.ingest.mapping.reading import unresolved

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "fhir"


def export(name):
    """Every record of an export as mapped, with references resolved over all its files."""
    folder = DATA / name
    if not folder.exists():
        pytest.skip(f"{name} is not beside the repository")
    form = formats.find("fhir")
    files = expand([str(folder)], form.suffixes).files
    records = [item for file in files for item in form.read(Block(file)) if isinstance(item, SourceRecord)]
    named, values = {}, {}
    for record in records:
        for system, value in form.identifiers(record) if record.id else ():
            named.setdefault((system, value), set()).add(f"{record.kind}/{record.id}")
            values.setdefault(system, set()).add(value)

    def find(kind, system, value):
        return tuple(sorted(key for key in named.get((system, value), ()) if kind in ("", "Resource", key.partition("/")[0])))

    context = MappingContext("d", "r", find, values=lambda system: tuple(sorted(values.get(system, ()))))
    return [form.map(record, context) for record in records]


def issues(results, severity):
    return Counter(issue.code for result in results for issue in result.issues if issue.severity == severity)


def test_bulk_10_patients():
    results = export("bulk-10-patients")
    assert len(results) == 7160
    assert [result for result in results if result.issues or result.skipped or result.rejected or unresolved(result)] == []
    records = {result.record for result in results}
    assert {target.iri for result in results for target in result.targets} - records == set()
    assert Counter(document.kind for result in results for document in result.documents) == {"DocumentReference": 1215}
    facts = Counter(fact.relation for result in results for fact in result.facts if fact.counted)
    assert facts == {"procedure": 2056, "medication": 1745, "encounter": 1215, "condition": 555, "immunization": 161, "allergy": 11}


def test_medications_by_reference_give_the_same_facts_as_in_line():
    in_line, referenced = (
        {
            fact.record: (fact.concept, fact.label, fact.status)
            for result in export(name)
            for fact in result.facts
            if fact.relation == "medication"
        }
        for name in ("bulk-10-patients", "bulk-10-patients-medication-variant")
    )
    assert len(referenced) == 1745
    assert referenced == in_line


def test_the_examples_of_hl7():
    results = export("hl7-r4-examples")
    assert not issues(results, "reject")["mapping-failed"]
    rejected = [result for result in results if result.rejected]
    assert [(result.kind, {issue.code for issue in result.issues}) for result in rejected] == [
        ("Questionnaire", {"missing-element"}),
    ]
    assert all(issue.reason and issue.source and issue.line for result in results for issue in result.issues)
    skipped = Counter(result.skipped for result in results if result.skipped)
    assert skipped["entered-in-error"] == 5
    by_name = {result.record.partition("/d/")[2]: result for result in results}
    (no_allergy,) = by_name["AllergyIntolerance/nka"].facts
    assert (no_allergy.assertion, no_allergy.counted) == ("negated", False)
    assert {fact.assertion for fact in by_name["FamilyMemberHistory/father"].facts} == {"family"}
    assert [fact.counted for fact in by_name["Immunization/notGiven"].facts] == [False]


def test_healthlake():
    results = export("healthlake-selfmade")
    notes = [document for result in results for document in result.documents]
    for document in notes:
        assert [(m.text, document.text[m.start : m.end], m.assertion, m.concept.rpartition("/")[2]) for m in document.mentions] == [
            ("otitis media", "otitis media", "affirmed", "H66.90"),
            ("fever", "fever", "negated", "R50.9"),
            ("amoxicillin", "amoxicillin", "affirmed", "308182"),
        ]
    assert len(notes) == 2
    assert [fact for result in results for fact in result.facts] == []
