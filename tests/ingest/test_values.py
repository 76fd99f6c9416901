"""A result from its record to everything that shows it: facts, parts of earlier versions, exports."""

import csv
import gzip

import pyarrow.parquet as pq

from ingest.exporting import export
from ingest.staging import Part
from tests.ingest.exports import patient


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
    lab.ingest(patient(), result(valueQuantity={"value": 5}))
    part = part_of(lab)
    table = pq.read_table(part.folder / "facts.parquet")
    pq.write_table(table.drop_columns(["comparator"]), part.folder / "facts.parquet")
    (fact,) = part.facts()
    assert (fact.number, fact.comparator) == (5, "")
