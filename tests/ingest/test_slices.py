"""However content comes in, in whatever order and slices, with changes, removals and folding on the way: the answers are those of one load.

`COMMISSURE_HISTORIES=100 pytest tests/ingest/test_slices.py` tries as many histories.
"""

import os
import random
from dataclasses import fields, is_dataclass, replace

import pytest

from ingest.pipeline import compact
from ingest.progress import Silent
from search.model import Filters, Mode, SearchRequest
from search.tables import catalog_file
from tests.ingest.exports import Lab, condition, deleted, note, patient, write
from tests.labels.groundtruth.data import boxed, classified

NUMBER = int(os.environ.get("COMMISSURE_HISTORIES", "3"))
DISEASES = (("38341003", "Hypertension"), ("44054006", "Diabetes"), ("195967001", "Asthma"), ("254837009", "Breast cancer"))
SENTENCES = (
    "Patient presents with cough and wheezing.",
    "No asthma, no fever.",
    "Mother had hypertension.",
    "Started cisplatin for breast cancer.",
    "Continues metformin; diabetes is well controlled.",
    "Denies chest pain.",
    "Uric acid was high and the toe was swollen.",
)
QUERIES = ("", "cough", "patients with asthma", "patients without hypertension", "cisplatin for cancer", "cars", "swollen toe", "metfromin")
RESULTS = ("4548-4", "17856-6")
CODES = {"clinic": (DISEASES[:2], RESULTS[0]), "other": (DISEASES[2:], RESULTS[1])}
"""Each dataset has its own: of a concept that it no longer uses its name stays in its graph as long as another one refers to it."""
MISTAKEN = 0.3
"""The share of records that first come in otherwise than they are in the end, and of further ones that go again."""


def records(name, drawn):
    """(kind, id) → resource, of two to five patients with visits, diagnoses, results and notes."""
    (diseases, result), found = CODES[name], []
    for person in (f"p{number}" for number in range(drawn.randint(2, 5))):
        subject = f"Patient/{person}"
        found.append(patient(person, family=drawn.choice("ABC"), birthDate=drawn.choice(("1950", "1980-02-03"))))
        for visit in (f"{person}-{number}" for number in range(drawn.randint(0, 3))):
            encounter = {"encounter": {"reference": f"Encounter/{visit}"}}
            status = {"status": "finished", "class": {"code": "AMB"}, "subject": {"reference": subject}}
            found.append({"resourceType": "Encounter", "id": visit, **status})
            code, display = drawn.choice(diseases)
            dated = {"onsetDateTime": drawn.choice(("2019", "2020-01-05", "2021-03-04"))}
            found.append(condition(f"c{visit}", subject, code, display, **encounter, **dated))
            found.append(_result(result, visit, subject, encounter, drawn))
            told = {
                "context": {"encounter": [encounter["encounter"]]},
                "date": drawn.choice(("2020-01-05T00:00:00Z", "2021-03-04T00:00:00Z")),
            }
            found.append(note(f"n{visit}", _text(drawn), subject, **told))
    return {(each["resourceType"], each["id"]): each for each in found}


def _result(code, visit, subject, encounter, drawn):
    value = {"value": drawn.choice((5.5, 7, 9.25)), "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    coded = {"coding": [{"system": "http://loinc.org", "code": code, "display": "HbA1c"}]}
    told = {"status": "final", "subject": {"reference": subject}, "code": coded, "valueQuantity": value, **encounter}
    return {"resourceType": "Observation", "id": f"o{visit}", "effectiveDateTime": "2020-01-05", **told}


def _text(drawn):
    return "# Plan\n" + " ".join(drawn.sample(SENTENCES, drawn.randint(1, 3))) + "\n"


def items(drawn):
    """Lines of a manifest, by item."""
    found = {}
    for number in range(drawn.randint(1, 5)):
        boxes = boxed("boxes", drawn.choice(("car", "bus")), scores=(drawn.choice((0.4, 0.9)),)) if drawn.random() < 0.6 else {}
        line = {"source-ref": f"s3://demo/{number}.jpg", **classified("scene", drawn.choice(("vehicles", "animals")), 1, "2024-01-01")}
        found[number] = {**line, **boxes}
    return found


def mistaken(resource, name, drawn):
    """A record as it came in first."""
    if resource["resourceType"] == "Patient":
        return {**resource, "name": [{"family": "Zyx", "given": ["Bob"]}], "gender": "male"}
    if resource["resourceType"] == "Condition":
        return condition(resource["id"], resource["subject"]["reference"], *drawn.choice(CODES[name][0]))
    if resource["resourceType"] == "DocumentReference":
        return note(resource["id"], _text(drawn), resource["subject"]["reference"])
    return {**resource, "status": "entered-in-error"}


def history(name, held, drawn):
    """Slices that end with what is held: each what comes in, and the references of what goes."""
    extra = {key: each for key, each in records(name, drawn).items() if key not in held and drawn.random() < MISTAKEN}
    first = {key: mistaken(each, name, drawn) for key, each in held.items() if drawn.random() < MISTAKEN} | extra
    last = list(held)
    drawn.shuffle(last)
    early = drawn.sample(list(first), len(first))
    cuts = sorted(drawn.randrange(len(last) + 1) for _ in range(drawn.randint(1, 3)))
    slices = [([first[key] for key in early], [])] if early else []
    for start, stop in zip([0, *cuts], [*cuts, len(last)], strict=True):
        slices.append(([held[key] for key in last[start:stop]], []))
    for key in extra:
        slices[drawn.randrange(1, len(slices))][1].append("/".join(key))
    return [each for each in slices if any(each)]


def bring(lab, dataset, slice_):
    """Ingest a slice of records."""
    lab.slices = getattr(lab, "slices", 0) + 1
    folder = lab.folder / f"{dataset}-{lab.slices}"
    coming, going = slice_
    if coming:
        write(folder / "x.ndjson", *coming)
    if going:
        write(folder / "deleted" / "x.ndjson", deleted(*going))
    lab.ingest_path(folder, dataset)


def label(lab, path, lines):
    """Ingest a manifest in place of the one before. Its place tells who its items are."""
    lab.ingest_path(write(path, *lines), "streets", format="manifest")


def answers(lab):
    """What searches, filters, counts and neighbourhoods say, but for where sources lie and how long it took."""
    snapshot = lab.snapshot()
    catalog, retriever = snapshot.catalog, snapshot.retriever
    concepts = sorted({one.concept for letter in "abchdstmv" for one in catalog.suggest_concepts(letter, 100)})
    patients = [one.id for one in catalog.patients(limit=100)]
    asked = [
        *(SearchRequest(query, limit=50) for query in QUERIES),
        *(SearchRequest(query, limit=50, mode=mode) for query in QUERIES[1:] for mode in (Mode.LEXICAL, Mode.SEMANTIC)),
        *(SearchRequest("", Filters(**chosen), limit=50) for chosen in filters(concepts, patients)),
    ]
    found = {str(one): plain(retriever.search(one)) for one in asked}
    standing = {concept: (catalog.concept(concept), catalog.concept_standing(concept)) for concept in concepts}
    told = {one: [replace(fact, source="", line=0) for fact in catalog.facts_of_patient(one)] for one in patients}
    people = [replace(one, source="", line=0) for one in catalog.patients(limit=100)]
    nodes = {one: unplaced(snapshot.graph.node(one)) for one in (*concepts, *patients)}
    return {"found": found, "standing": standing, "facts": told, "patients": people, "datasets": catalog.datasets(), "nodes": nodes}


def filters(concepts, patients):
    """What may be asked for, of charts, texts and labels."""
    yield from ({"concepts": (concept,)} for concept in concepts)
    yield from ({way: (concept,)} for way in ("denied", "family") for concept in concepts)
    yield from ({"patients": (one,)} for one in patients)
    yield from ({"datasets": (one,)} for one in ("clinic", "other", "streets"))
    yield from ({"results": (f"https://loinc.org/rdf/{code}|{bound}|%",)} for code in RESULTS for bound in (">6", "<=7"))
    yield from ({"confidence_to": 0.6}, {"confidence_from": 0.6}, {"states": ("labeled",)}, {"sexes": ("female",)}, {"age_from": 50})


def plain(result):
    """A result without its time, its generation, and the places of sources."""
    hits = [replace(hit, evidence=replace(hit.evidence, source="", line=0, run="")) for hit in result.hits]
    return replace(result, hits=tuple(hits), uncounted={}, seconds=0, timings={}, generation=0)


def unplaced(node):
    """A node without where it comes from."""
    return replace(node, properties={name: values for name, values in node.properties.items() if "/prov#" not in name})


@pytest.mark.parametrize("seed", range(NUMBER))
def test_answers_are_those_of_one_load(seed, tmp_path, lab, monkeypatch):
    drawn = random.Random(seed)
    if seed % 2:  # logs are folded into files at once, so that whole and shared files take turns
        monkeypatch.setattr(catalog_file, "_LEAST", 1 << 14)
    held = {name: records(name, drawn) for name in ("clinic", "other")}
    lines = items(drawn)
    manifest, whole = tmp_path / "streets" / "output.manifest", Lab(tmp_path / "whole")
    for name, content in held.items():
        bring(whole, name, (content.values(), ()))
    label(whole, manifest, lines.values())

    turns = {name: iter(history(name, content, drawn)) for name, content in held.items()}
    before = {**lines[0], **classified("scene", "animals", 1, "2023-01-01")}
    turns["streets"] = iter(([before, {**before, "source-ref": "s3://demo/gone.jpg"}], list(lines.values())))
    while turns:
        name = drawn.choice(list(turns))
        if (slice_ := next(turns[name], None)) is None:
            del turns[name]
        elif name == "streets":
            label(lab, manifest, slice_)
        else:
            bring(lab, name, slice_)
        if drawn.random() < 0.15:
            compact(lab.workspace, lab.tools, 0, Silent())
    assert_alike(answers(lab), answers(whole))
    assert lab.quads() == whole.quads()


def assert_alike(one, other, *where):
    """Values that are equal, told apart as closely as they differ."""
    if isinstance(other, dict):
        assert one.keys() == other.keys(), where
        for key, each in other.items():
            assert_alike(one[key], each, *where, key)
    elif isinstance(other, (tuple, list)):
        assert len(one) == len(other), where
        for place, (each, expected) in enumerate(zip(one, other, strict=True)):
            assert_alike(each, expected, *where, place)
    elif is_dataclass(other) and one != other:
        for field in fields(other):
            assert_alike(getattr(one, field.name), getattr(other, field.name), *where, field.name)
    else:
        assert one == other, where
