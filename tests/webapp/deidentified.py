"""A data folder with de-identified copies, and what of the people in it must not be told."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from graph.identifiers import dataset_iri
from ingest import bulk
from ingest.deidentifying import Copied, deidentify
from ingest.progress import Silent
from ingest.run import Options
from privacy.pseudonyms import Pseudonyms
from sample import write_sample
from tests.ingest.exports import Lab
from tests.webapp import two_patients as chart
from tests.webapp.fixtures import folder, ingesting

KEY = b"a secret of tests that nobody else holds"
SAMPLE = "sample"


def copied(lab: Lab, dataset: str) -> Copied:
    """The dataset of the folder, copied without what identifies."""
    with ingesting():
        return deidentify(dataset, lab.workspace, KEY, lab.tools, Options(), Silent(), date(2026, 1, 1))


@lru_cache(maxsize=1)
def hospital() -> Lab:
    """The two patients, and some of the sample, each with its copy."""
    lab = Lab(folder("copied"))
    write_sample(lab.folder / "sample", patients=5, seed=3)
    with ingesting():
        lab.ingest_path(chart.write_export(lab.folder / "demo"), chart.DATASET)
        lab.ingest_path(lab.folder / "sample", SAMPLE)
    for dataset in (chart.DATASET, SAMPLE):
        copied(lab, dataset)
    return lab


_NAMES = {"family", "given", "line", "city", "postalCode"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@lru_cache(maxsize=1)
def secrets() -> frozenset[str]:
    """What identifies the people of the hospital: names, identifiers, contacts, addresses, ids, and moments that no copy has."""
    found: set[str] = set()
    moments: set[str] = set()
    for dataset in (chart.DATASET, SAMPLE):
        for line in bulk.ndjson(dataset, hospital().workspace):
            record = orjson.loads(line)
            moments |= set(_MOMENT.findall(line.decode()))
            found.add(f"{record['resourceType']}/{record['id']}")
            if record["resourceType"] in ("Patient", "Practitioner"):
                found |= set(_identifying(record))
    for dataset in (chart.DATASET, SAMPLE):
        moments -= {one for line in bulk.ndjson(dataset, hospital().workspace.deidentified) for one in _MOMENT.findall(line.decode())}
    assert len(moments) > 100 and "Lindqvist" in found
    return frozenset(found | moments)


def _identifying(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str) and (key in _NAMES or (key == "value" and len(value) > 4)):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _identifying(one, key)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _identifying(one, name)


_WORD = re.compile(r"[\w][\w'’-]*")


def told(text: str) -> list[str]:
    """What of the secrets a text tells."""
    words = set(_WORD.findall(text))
    return [one for one in secrets() if (one in words if _WORD.fullmatch(one) else one in text)]


def pseudonymous(said: str) -> str:
    """The same, with the addresses of records by their pseudonyms."""
    names = Pseudonyms(KEY)

    def named(found: re.Match[str]) -> str:
        return f"{dataset_iri(found[1])}/{found[2]}/{names.of(found[1], found[2], found[3])}"

    return re.sub(rf"{re.escape(dataset_iri(''))}(\w+)/([A-Za-z]+)/([\w.-]+)", named, said)
