"""A result from its record to everything that shows it: facts, parts of earlier versions, exports."""

import csv
import gzip
from contextlib import closing
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.exporting import export
from ingest.fhir import mapping
from ingest.staging import Part
from search.tables.catalog_file import read_only
from tests.ingest.exports import note, patient


def result(identifier="o1", **rest):
    about = {"subject": {"reference": "Patient/p1"}, "effectiveDateTime": "2023-02-03", **rest}
    return {"resourceType": "Observation", "id": identifier, "status": "final", "code": {"text": "Glucose"}, **about}


def below(number):
    return {"value": number, "unit": "mg/dL", "comparator": "<"}


def facts_of(lab):
    return {fact.record.rpartition("/")[2]: fact for fact in lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", "p1"))}


def part_of(lab):
    return next(Part(path.parent) for path in (lab.workspace.folder / "parts").rglob("part.json"))


def vertices(lab, folder):
    export("d", folder, "neptune-csv", lab.workspace, lab.tools)
    with gzip.open(next(folder.glob("*vertices*")), "rt", newline="") as file:
        return {row["~id"]: row for row in csv.DictReader(file)}


def test_a_bound_is_a_bound_in_the_catalog_and_in_a_property_graph(lab, tmp_path):
    lab.ingest(patient(), result(valueQuantity=below(5)), result("o2", valueQuantity={"value": 5, "unit": "mg/dL"}))
    found = facts_of(lab)
    assert [(found[each].number, found[each].comparator) for each in ("o1", "o2")] == [(5, "<"), (5, "")]
    rows = vertices(lab, tmp_path / "csv")
    held = {each: [value for key, value in rows[lab.iri("Observation", each)].items() if "comparator" in key] for each in ("o1", "o2")}
    assert held == {"o1": ["<"], "o2": [""]}


def test_facts_of_a_part_that_an_earlier_version_wrote_are_read(lab):
    lab.ingest(patient(), result(valueQuantity={"value": 5}), result("o2", valueQuantity=below(5)))
    part = part_of(lab)
    table = pq.read_table(part.folder / "facts.parquet")
    said = pa.array(["category: laboratory\nstart: issued", "category: laboratory\ncomparator: <\nlow: 3\ninterpretation: L"])
    since = table.schema.names[table.schema.names.index("comparator") :]
    table = table.drop_columns(since).set_column(table.schema.get_field_index("attributes"), "attributes", said)
    pq.write_table(table, part.folder / "facts.parquet")
    assert [(fact.number, fact.comparator, fact.category, fact.started, fact.interpretation, fact.attributes) for fact in part.facts()] == [
        (5, "", "laboratory", "issued", "", ""),
        (5, "<", "laboratory", "", "L", "low: 3"),
    ]


def test_patients_of_a_part_that_an_earlier_version_wrote_are_read(lab):
    lab.ingest(patient())
    part = part_of(lab)
    (now,) = part.patients()
    table = pq.read_table(part.folder / "patients.parquet")
    pq.write_table(table.drop_columns(["race", "race_codes", "ethnicity", "ethnicity_codes"]), part.folder / "patients.parquet")
    assert list(part.patients()) == [now]


def test_documents_of_a_part_that_an_earlier_version_wrote_are_read(lab):
    lab.ingest(patient(), note(date="2023-05-01T08:00:00Z"))
    part = part_of(lab)
    (now,) = part.documents()
    table = pq.read_table(part.folder / "documents.parquet")
    pq.write_table(table.drop_columns(["dated"]), part.folder / "documents.parquet")
    assert now.dated == "date"
    assert list(part.documents()) == [replace(now, dated="")]


def test_what_an_earlier_version_mapped_is_mapped_again_by_the_next_ingest(lab, monkeypatch):
    export_ = (patient(), result(valueQuantity=below(5)), order("s1", "revoked"))
    with monkeypatch.context() as earlier:
        earlier.setattr(mapping, "MAPPING_VERSION", "fhir-6.2")
        earlier.setattr(mapping, "withheld", lambda *_: ())
        lab.ingest(*export_)
    one = lab.iri("ServiceRequest", "s1")
    assert lab.snapshot().catalog.uncounted([one]) == {}
    lab._count = 0
    again = lab.ingest(*export_)
    assert (again.records["changed"], again.records.get("unchanged", 0)) == (3, 0)
    assert list(lab.snapshot().catalog.uncounted([one])) == [one]
    lab._count = 0
    assert lab.ingest(*export_).records["unchanged"] == 3


def order(identifier, status):
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "77477000", "display": "CT"}]}
    about = {"intent": "order", "code": code, "subject": {"reference": "Patient/p1"}}
    return {"resourceType": "ServiceRequest", "id": identifier, "status": status, **about}


def test_a_revoked_order_does_not_count_and_is_no_fact_of_its_patient(lab):
    lab.ingest(patient(), order("s1", "revoked"), order("s2", "active"), result(valueQuantity={"value": 5}))
    snapshot = lab.snapshot()
    catalog, one, two = snapshot.catalog, lab.iri("ServiceRequest", "s1"), lab.iri("ServiceRequest", "s2")
    concept = "http://snomed.info/id/77477000"
    assert {record: fact.status for record, fact in catalog.uncounted([one, two]).items()} == {one: "ordered (revoked)"}
    assert catalog.uncounted_with(concept, "ServiceRequest") == 1
    assert catalog.only_uncounted(concept) == ()
    assert [fact.relation for fact in catalog.facts_of_patient(lab.iri("Patient", "p1"))] == ["observation"]
    (overview,) = catalog.patient_overviews()
    assert overview.facts == 1
    assert catalog.datasets()[0].facts == 1
    assert set(catalog.values("patient", [0, 1])) == {0}, "a record is no patient"


def test_the_catalog_keeps_what_facts_tell_and_has_their_days_as_numbers(lab):
    drug = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1"}]}
    order = {"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order", "medicationCodeableConcept": drug}
    asked = {"validityPeriod": {"end": "2021"}, "expectedSupplyDuration": {"value": 30, "unit": "d"}}
    until = [{"timing": {"repeat": {"boundsPeriod": {"end": "2020-03"}}}}]
    answer = {"coding": [{"system": "http://snomed.info/sct", "code": "10828004"}]}
    lab.ingest(
        patient(),
        {
            **order,
            "subject": {"reference": "Patient/p1"},
            "authoredOn": "2020-02-28T23:30:00-05:00",
            "dispenseRequest": asked,
            "dosageInstruction": until,
        },
        result(effectiveDateTime="2019", issued="2020-01-05T00:00:00Z", valueQuantity={"value": 180, "unit": "mg/dL"}),
        {**result("o2", valueCodeableConcept=answer), "effectiveDateTime": "2023-02-03T00:30:00+14:00"},
    )
    (found,) = [fact for fact in part_of(lab).facts() if fact.relation == "medication"]
    assert (found.supply, found.end, found.intent, found.stated, found.started) == (30, "2020-03", "order", "active", "authoredOn")
    assert replace(found, source="") in [replace(fact, source="") for fact in lab.snapshot().catalog.facts_of_patient(found.subject)]
    with closing(read_only(next(lab.workspace.folder.rglob("catalog.sqlite")))) as db:
        rows = {record.rpartition("/")[2]: row for record, *row in db.execute(f"SELECT record, {DAYS} FROM facts")}
        coded = dict(db.execute("SELECT canonical_unit, canonical FROM facts WHERE relation = 'observation'"))
        answers = [found for (found,) in db.execute("SELECT answer FROM facts WHERE answer <> ''")]
    assert rows["m1"] == [18_320, 18_320, 18_322, 18_352, None]
    assert rows["o1"] == [17_897, 18_261, None, None, 18_266]
    assert rows["o2"] == [19_391, 19_391, None, None, None]
    assert (coded["g/L"], answers) == (1.8, ["http://snomed.info/id/10828004"])


DAYS = "day, last_day, end_day, last_end_day, recorded_day"
