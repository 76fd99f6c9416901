"""The sample export: the same bytes for the same arguments, valid, and holding what the demonstration needs."""

import hashlib
import json
from collections import Counter

import pytest

from sample import EXAMPLE_QUESTIONS, write_sample


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "export"
    summary = write_sample(folder, patients=24)
    resources = [json.loads(line) for path in folder.glob("*.ndjson") for line in path.read_bytes().splitlines()]
    return folder, summary, resources


def test_the_same_arguments_write_the_same_bytes(sample, tmp_path):
    write_sample(tmp_path, patients=24)
    assert digests(tmp_path) == digests(sample[0])


def test_another_seed_writes_other_patients(sample, tmp_path):
    write_sample(tmp_path, patients=24, seed=8)
    assert digests(tmp_path)["Patient.000.ndjson"] != digests(sample[0])["Patient.000.ndjson"]


def test_the_summary_and_the_manifest_count_what_was_written(sample):
    folder, summary, resources = sample
    kinds = Counter(resource["resourceType"] for resource in resources)
    assert summary.kinds == dict(kinds) and summary.resources == len(resources) and summary.patients == kinds["Patient"] == 24
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert {output["type"]: output["count"] for output in manifest["output"]} == dict(kinds)
    assert {output["url"] for output in manifest["output"]} | {"manifest.json"} == set(digests(folder)) == set(summary.files)


def test_every_reference_leads_to_a_resource_of_the_sample(sample):
    resources = sample[2]
    ids = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
    assert len(ids) == len(resources)
    conditional = {
        f"{resource['resourceType']}?identifier={identifier.get('system', '')}|{identifier['value']}"
        for resource in resources
        for identifier in resource.get("identifier", ())
        if isinstance(identifier, dict) and "value" in identifier
    }
    references = [reference for resource in resources for reference in references_of(resource)]
    assert len(references) > len(resources)
    assert {reference for reference in references if not reference.startswith("#")} <= ids | conditional
    assert conditional & set(references)


def references_of(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references_of(inner)


def test_it_holds_what_real_exports_hold_beside_facts(sample):
    resources = sample[2]
    assert {"text/plain", "text/html", "application/pdf", "text/rtf"} & set(sample[1].media) >= {"text/plain", "text/html"}
    verification = {
        coding["code"]
        for resource in resources
        for coding in (resource.get("verificationStatus") or {}).get("coding", ())
        if isinstance(coding, dict)
    }
    assert {"confirmed", "refuted", "entered-in-error"} <= verification
    assert "not-done" in {resource.get("status") for resource in resources}
    assert any(resource["resourceType"] == "FamilyMemberHistory" for resource in resources)


def test_questions_are_questions_in_words():
    assert len(set(EXAMPLE_QUESTIONS)) == len(EXAMPLE_QUESTIONS) >= 5
    assert all(len(question.split()) >= 5 for question in EXAMPLE_QUESTIONS)
