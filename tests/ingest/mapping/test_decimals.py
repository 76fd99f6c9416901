"""Decimals keep their digits from the file to the fact, however the record comes: a line, a Bundle, a Bundle too large for memory."""

import json
from decimal import Decimal

import orjson
import pytest

from ingest.fhir import reader
from ingest.fhir.decimals import exactly, written
from ingest.fhir.mapping import map_record
from ingest.model import MappingContext
from sources.blocks import Block
from sources.files import SourceFile
from tests.ingest.mapping.reading import PATIENT, said

CONTEXT = MappingContext("d", "run", lambda kind, system, value: ())


def observation(value, more=""):
    return (
        '{"resourceType":"Observation","id":"x","status":"final","code":{"text":"Creatinine"},"subject":{"reference":"Patient/p"},'
        f'"valueQuantity":{{"value":{value},"unit":"mg/dL"}}{more}}}'
    )


def read(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    return [record for record in reader.read(Block(SourceFile(str(path), path.stat().st_size))) if hasattr(record, "raw")]


BUNDLE = '{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{}}}]}}'
FORMS = {
    "line": "{}\n",
    "document": "\n{}",
    "list": "[{}]",
    "bundle": BUNDLE,
    "large bundle": BUNDLE,
    "bundle in a bundle": BUNDLE.replace("{}", BUNDLE),
}
NUMBERS = {"1.50": 1.5, "5.0": 5.0, "0.0070": 0.007, "120": 120.0, "6.1": 6.1, "-1.20": -1.2, "12345678.123456789012": 12345678.123456789}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", NUMBERS)
def test_digits_are_kept(tmp_path, monkeypatch, form, number):
    if form == "large bundle":
        monkeypatch.setattr(reader, "read_source", lambda *_: (_ for _ in ()).throw(EOFError))
    (record,) = read(tmp_path, FORMS[form].format(observation(number)))
    assert f'"value":{number},'.encode() in record.raw.replace(b" ", b"")
    result = map_record(record, CONTEXT)
    (fact,) = result.facts
    assert (fact.value, fact.number) == (f"{number} mg/dL", NUMBERS[number])
    assert said(result).get("kg:valueDigits") == ([number] if number.endswith("0") and "." in number else None)
    assert said(result)["rdfs:label"] == [f"Creatinine {number} mg/dL"]


@pytest.mark.parametrize(("number", "shown"), [("1e2", "100"), ("1.5E1", "15"), ("2.50e-2", "0.0250")])
def test_an_exponent_is_written_out(tmp_path, number, shown):
    (record,) = read(tmp_path, observation(number))
    assert map_record(record, CONTEXT).facts[0].value == f"{shown} mg/dL"


def test_bounds_of_a_range_and_components_keep_theirs(tmp_path):
    more = (
        ',"referenceRange":[{"low":{"value":0.60},"high":{"value":1.20}}],"component":[{"code":{"text":"x"},"valueQuantity":{"value":2.0}}]'
    )
    (record,) = read(tmp_path, observation("0.9", more))
    whole, part = map_record(record, CONTEXT).facts
    assert (whole.value, whole.attributes, part.value) == ("0.9 mg/dL", "low: 0.60\nhigh: 1.20", "2.0")


def test_only_what_needs_it_is_read_twice():
    for text in (observation("1.5"), observation("100"), observation("10.05"), observation("120.001")):
        parsed = orjson.loads(text)
        assert exactly(parsed, text.encode()) is parsed
    assert exactly(None, observation("1.50").encode())["valueQuantity"]["value"] == Decimal("1.50")
    assert exactly("as it was", b'{"value": 1.50' + b"[" * 5000) == "as it was"


def test_what_is_written_is_json():
    assert json.loads(written({"a": [Decimal("1.50"), 2.5, "é"], "b": Decimal("1E+2")})) == {"a": [1.5, 2.5, "é"], "b": 100}
    with pytest.raises(TypeError):
        written({"a": PATIENT.keys()})
