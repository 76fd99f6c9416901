"""Every REST operation, asked by a reader of some datasets, answers as if nothing else had ever been ingested.

Two data folders: one holds the reader's datasets alone, the other also those of others, taken in before and between. The others say nearly
the same: the same patients' records, the same notes, the same images and workers, so that every list, count and suggestion has something
to give away. What the reader is told must be the same from both.
"""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from commissure.assemble import DataLibrary
from commissure.settings import load
from graph.identifiers import dataset_iri
from graph.scope import EVERYTHING, Scope
from graph.vocabulary import LABEL
from tests.ingest.exports import Lab
from tests.webapp import streets
from tests.webapp import two_patients as chart
from tests.webapp.fixtures import Shelf, folder, ingesting
from tests.webapp.test_scope import reading
from webapp.api.operation import PREFIX, Operation
from webapp.api.registry import operations

OURS = (chart.DATASET, streets.DATASET)
THEIR_RUN = "20240502T080000Z-5c6d7e"
OUR_LABELS, THEIR_LABELS = "20240503T080000Z-aaaaaa", "20240504T080000Z-bbbbbb"
OUR_ANSWERS, LETTERS = "20240505T080000Z-cccccc", "20240506T080000Z-dddddd"
CAR, HOSTILE = streets.class_iri("boxes", "car"), streets.HOSTILE


def theirs(iri: str) -> str:
    """What stands for one of our records in another dataset."""
    return iri.replace(dataset_iri(chart.DATASET), dataset_iri("theirs")).replace(dataset_iri(streets.DATASET), dataset_iri("lanes"))


@lru_cache(maxsize=1)
def sources() -> Path:
    """The files of both; those of others differ in the names of patients and in a condition that ours do not have."""
    made = folder("walk")
    ours, others = chart.write_export(made / "ours"), made / "theirs"
    shutil.copytree(ours, others)
    for file in others.iterdir():
        text = (
            file.read_text()
            .replace("Lindqvist", "Otherwise")
            .replace("44054006", "73211009")
            .replace("Diabetes", "Diabolic")
            .replace("numbness", "tingling")
        )
        file.write_text(text)
    chart.write_broken(made / "broken")
    chart.write_letters(made)
    return made


@lru_cache(maxsize=2)
def library(everyone: bool) -> DataLibrary:
    """Our datasets, and in between, where `everyone`, those of others."""
    files, drawn = sources(), streets.streets().lab.folder / "street"
    lab = Lab(folder("walked"))
    runs = [
        ("theirs", files / "theirs", {"run": THEIR_RUN}),
        (chart.DATASET, files / "ours", {"run": chart.RUN}),
        ("letters", files / "letters.jsonl", {"run": LETTERS, "format": "text"}),
        ("lanes", drawn / streets.MANIFEST, {"run": THEIR_LABELS, "format": "manifest"}),
        ("lanes", drawn / "annotations", {"run": "20240507T080000Z-eeeeee", "format": "responses"}),
        (streets.DATASET, drawn / streets.MANIFEST, {"run": OUR_LABELS, "format": "manifest"}),
        (streets.DATASET, drawn / "annotations", {"run": OUR_ANSWERS, "format": "responses"}),
    ]
    with ingesting():
        for dataset, path, options in runs:
            if everyone or dataset in OURS:
                lab.ingest_path(path, dataset, **options)
    settings = load({"data": str(lab.folder / "data"), **({"loader_sources": str(files)} if everyone else {})}, environment={})
    return DataLibrary(lab.workspace, lab.embedder, settings)


class Ask(NamedTuple):
    """One request of an operation: its parts of the address, and its parameters (GET, DELETE) or body (POST)."""

    asked: Mapping[str, Any] = {}
    address: Mapping[str, str] = {}


def about(*iris: str, **more: Any) -> list[Ask]:
    """A request about each record, ours, the one that stands for it with others, and one that nobody has."""
    return [Ask({"id": iri, **more}) for one in iris for iri in dict.fromkeys((one, theirs(one), one + "-none"))]


def by_path(*iris: str) -> list[Ask]:
    return [Ask(address=ask.asked) for ask in about(*iris)]


def of_datasets(**more: Any) -> list[Ask]:
    return [Ask({"dataset": name, **more}) for name in (streets.DATASET, "lanes", "none")]


MILANS_DIABETES = chart.concept_iri(chart.SNOMED, "73211009")
CONCEPTS = (chart.DIABETES, MILANS_DIABETES, chart.CISPLATIN, CAR)
RECORDS = (chart.ROSA, chart.ROSA_VISIT, chart.ONCOLOGY_NOTE, *CONCEPTS)
VIEW = {"resource": "Condition", "select": [{"column": [{"name": "code", "path": "code.coding.code.first()"}]}]}
SEARCHES: list[Ask] = [
    *(
        Ask({"q": query, "mode": mode})
        for query in ("cisplatin", "numbness of feet", "diabolic colleague")
        for mode in ("hybrid", "lexical", "semantic")
    ),
    Ask({"q": ""}),
    Ask({"q": "", "limit": 2, "offset": 1}),
    Ask({"q": "cisplatn"}),
    *(Ask({"q": "", "dataset": name}) for name in ("theirs", "letters", chart.DATASET)),
    *(Ask({"q": "", "patient": one}) for one in (chart.ROSA, theirs(chart.ROSA))),
    *(Ask({"q": "cisplatin", "concept": one}) for one in CONCEPTS),
]
COHORTS: list[dict[str, Any]] = [
    {"format": "commissure-cohort/1", "sets": {"a": [{"code": code, "descendants": True}]}, "entry": {"any": [entry]}}
    for code in (chart.DIABETES, MILANS_DIABETES, "73211009")
    for entry in ({"event": "condition", "in": "a"}, {"event": "patient"}, {"note": {"text": "diabolic OR cisplatin"}})
]
REQUESTS: dict[str, list[Ask]] = {
    "search": SEARCHES,
    "searchByPost": [Ask({"q": "cisplatin"}), Ask({"q": "metformin", "limit": 1})],
    "getFacet": [
        Ask({"q": query, "limit": limit}, {"facet": facet})
        for facet in ("agent", "attribute", "concept", "dataset", "job", "patient", "state", "type", "year")
        for query, limit in (("", 100), ("cisplatin", 1))
    ],
    "searchTable": [*(Ask({"q": query}) for query in ("cisplatin", "")), Ask({"q": "cisplatin", "rows": "patients"})],
    "getDocument": about(chart.ONCOLOGY_NOTE, chart.FOLLOW_UP_NOTE, chart.LETTER),
    "getDocumentByPath": by_path(chart.ONCOLOGY_NOTE, chart.LETTER),
    "getRecord": about(chart.ROSA, chart.ONCOLOGY_NOTE, chart.LETTER),
    "getRecordByPath": by_path(chart.ROSA, chart.LETTER),
    "getNode": about(*RECORDS),
    "getNodeByPath": by_path(*RECORDS),
    "getNeighbours": [*about(*RECORDS, limit=100), *about(chart.ROSA, chart.CISPLATIN, limit=2)],
    "countNeighbours": about(*RECORDS),
    "getNeighbourhood": about(*RECORDS),
    "getNeighbourhoodByRules": [
        Ask({"ids": [one], "hops": [[{"direction": "in", "limit": 50}], [{"direction": "out", "limit": 50}]]})
        for one in (chart.CISPLATIN, theirs(chart.ROSA))
    ],
    "suggestConcepts": [Ask({"q": word, "limit": limit}) for word in ("d", "diab", "cis", "car", "veh", "9") for limit in (3, 50)],
    "getConcept": about(*CONCEPTS),
    "getConceptsByName": [
        Ask({"q": word}) for word in ("diabolic", "cisplatin", "T2DM", "73211009", "cisplatn", chart.DIABETES, "diabetes")
    ],
    "getConceptByPath": by_path(*CONCEPTS),
    "getSimilarDocuments": [*about(chart.ONCOLOGY_NOTE, chart.DIABETES_NOTE, chart.LETTER), *about(chart.ONCOLOGY_NOTE, limit=1)],
    "getSimilarPatients": about(chart.ROSA, chart.MILAN),
    "countCohort": [Ask({"definition": definition}) for definition in COHORTS],
    "runCohort": [*(Ask({"definition": definition}) for definition in COHORTS), Ask({"definition": COHORTS[0], "limit": 1})],
    "exportCohort": [Ask({"definition": one, "format": format}) for one in COHORTS for format in ("csv", "omop", "group")],
    "compareCohorts": [
        *(Ask({"first": definition}) for definition in COHORTS),
        Ask({"first": COHORTS[0], "second": COHORTS[-1], "outcome": COHORTS[0]}),
    ],
    "getCohortSchema": [Ask()],
    "getCooccurrence": [
        Ask({"concept": one, "unit": unit, "least": 1, **more})
        for one in (chart.CISPLATIN, chart.DIABETES)
        for unit in ("patient", "note")
        for more in ({}, {"dataset": [chart.DATASET]}, {"dataset": ["theirs"]})
    ],
    "readText": [
        Ask({"text": "No type 2 diabolic mellitus, no diabolic, no diabetes. Takes cisplatin for ovarian cancer.", **more})
        for more in ({}, {"dataset": ["theirs"]}, {"dataset": [chart.DATASET]}, {"dataset": ["none"]})
    ],
    "judgeSpans": [Ask({"spans": [{"id": "1", "text": "No fever.", "start": 3, "end": 8}]})],
    "getPatientsWithConcept": [*about(*CONCEPTS), *about(chart.CISPLATIN, limit=1)],
    "listPatients": [
        Ask(),
        Ask({"limit": 1}),
        Ask({"q": "otherwise"}),
        Ask({"q": "a"}),
        Ask({"concept": MILANS_DIABETES}),
        Ask({"dataset": "theirs"}),
    ],
    "listConditions": [Ask(), Ask({"prefix": "diab"}), Ask({"limit": 1})],
    "getPatient": about(chart.ROSA),
    "getPatientByPath": by_path(chart.ROSA),
    "getFactsOfPatient": about(chart.ROSA, chart.MILAN),
    "getDocumentsOfPatient": about(chart.ROSA, chart.MILAN),
    "listSaved": [Ask()],
    "getSaved": [Ask(address={"thing": "0" * 12})],
    "listVersions": [Ask(address={"thing": "0" * 12})],
    "saveThing": [Ask({"kind": "concepts", "name": "codes", "content": {"codes": []}})],
    "dropSaved": [Ask({"version": 1}, {"thing": "0" * 12})],
    "countSaved": [Ask({"id": "0" * 12})],
    "combineSaved": [Ask({"ids": ["0" * 12, "1" * 12]})],
    "listQuestions": [Ask()],
    "forgetQuestions": [Ask()],
    "listLabels": [Ask(), *of_datasets()],
    "listItems": [Ask(), Ask({"limit": 2}), *of_datasets(), Ask({"concept": CAR}), Ask({"agent": "human"})],
    "getReport": [Ask({"dataset": ask.asked["dataset"]}, {"report": name}) for name in ("annotations", "workers") for ask in of_datasets()],
    "review": of_datasets(below=0.99),
    "consolidate": of_datasets(),
    "selectLines": of_datasets(query="select count(*) as n from s3object s"),
    "exportLines": of_datasets(),
    "listDatasets": [Ask()],
    "listTerminologies": (Ask(),),
    "getCompleteness": [Ask(address={"dataset": name}) for name in (chart.DATASET, "theirs", "none")],
    "exportRecords": [Ask(address={"dataset": name}) for name in (chart.DATASET, "theirs", "none")],
    "runView": [
        Ask({"view": VIEW}),
        *(Ask({"view": VIEW, "cohort": one}) for one in COHORTS),
        *(Ask({"view": VIEW, "dataset": name}) for name in (chart.DATASET, "theirs", "none")),
    ],
    "listRuns": [Ask(), Ask({"limit": 1})],
    "getRun": [Ask(address={"run": run}) for run in (chart.RUN, THEIR_RUN, LETTERS, OUR_LABELS)],
    "listIssues": [Ask(address={"run": run}) for run in (chart.RUN, THEIR_RUN, OUR_LABELS, THEIR_LABELS)],
    "startLoad": [Ask({"source": "/nowhere", "format": "fhir"})],
    "listLoads": [Ask()],
    "getLoad": [Ask(address={"loadId": THEIR_RUN})],
    "cancelLoad": [Ask(address={"loadId": THEIR_RUN})],
    "cancelLoadById": [Ask({"loadId": THEIR_RUN})],
}
NAMES_OF_LOADS = {name for name in REQUESTS if "Load" in name}
"""A load is of no dataset before it has run: a reader of some datasets sees no loader at all."""
NAMES_OF_WHAT_IS_SAVED = {name for name in REQUESTS if "Saved" in name or "Questions" in name or name in ("saveThing", "listVersions")}
"""What people save lies in no generation: tests/webapp/test_api_saved.py says who sees what of it."""
NAMES_OF_NOTHING_HELD = {"judgeSpans", "getCohortSchema", "listTerminologies"}
"""What is answered from the request alone, or is of no dataset."""
QUERIES = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    f"SELECT DISTINCT ?label {{ ?s <{LABEL}> ?label }}",
    f"ASK {{ <{theirs(chart.ROSA)}> ?p ?o }}",
    f"SELECT ?s {{ GRAPH <{theirs(chart.ROSA)}> {{ ?s ?p ?o }} }}",
    f"SELECT ?s FROM <{theirs(chart.ROSA)}> {{ ?s ?p ?o }}",
    f"CONSTRUCT {{ ?s ?p <{chart.CISPLATIN}> }} {{ ?s ?p <{chart.CISPLATIN}> }}",
)


@pytest.fixture(scope="module")
def readers() -> Iterator[tuple[FlaskClient, FlaskClient, FlaskClient]]:
    """One who may read our datasets among others, one who reads all of a folder with ours alone, and one who reads all of everything."""
    scoped, alone, whole = (
        reading(Shelf(library(everyone)), scope) for everyone, scope in ((True, Scope.of(OURS)), (False, EVERYTHING), (True, EVERYTHING))
    )
    yield scoped, alone, whole


def answer(client: FlaskClient, operation: Operation[Any], ask: Ask) -> tuple[int, Any]:
    address = PREFIX + operation.path.format_map(ask.address)
    how = {"json": ask.asked} if operation.method == "POST" else {"query_string": ask.asked}
    return told(client.open(address, method=operation.method, **how))  # type: ignore[arg-type]


def told(response: TestResponse) -> tuple[int, Any]:
    """The status and what is told, less what is of the whole folder: the generation's number, when it was made, how long it took."""
    text = re.sub(r"/[\w/.-]*walked-\w+", "FOLDER", unpacked(response))
    return response.status_code, _plain(json.loads(text)) if response.is_json else text


def unpacked(response: TestResponse) -> str:
    """What an answer holds, whether or not it is packed."""
    if response.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(response.data)) as files:
            held = "".join(f"{name}: {files.read(name).decode()}" for name in files.namelist())
        return re.sub(r'(generation",\s*"value":\s*)"\d+"', r"\1null", held)
    return response.get_data(as_text=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in _OF_THE_FOLDER}
    return [_plain(one) for one in value] if isinstance(value, list) else value


_OF_THE_FOLDER = {
    "generation",
    "published",
    "started",
    "finished",
    "took",
    "seconds",
    "cursor",
    "updated",
    "instance",
    "timings",
    "requestId",
}
NAMED = {operation.name: operation for operation in operations()}


def test_every_operation_is_walked() -> None:
    assert set(REQUESTS) == set(NAMED), "a new operation is to be asked here too, as a reader of some datasets"


@pytest.mark.parametrize("name", [name for name in REQUESTS if name not in NAMES_OF_WHAT_IS_SAVED])
def test_a_reader_of_some_datasets_is_answered_as_if_there_were_no_others(readers: tuple[FlaskClient, ...], name: str) -> None:
    scoped, alone, whole = readers
    differs, found = 0, False
    for ask in REQUESTS[name]:
        expected = answer(alone, NAMED[name], ask)
        assert answer(scoped, NAMED[name], ask) == expected, ask
        found = found or expected[0] == 200
        differs += answer(whole, NAMED[name], ask) != expected
    assert differs or name in NAMES_OF_NOTHING_HELD, "there was nothing to give away"
    assert found or name in NAMES_OF_LOADS, "nothing of ours was asked for"


def test_no_answer_says_where_on_the_machine_files_lie(readers: tuple[FlaskClient, ...]) -> None:
    """But of runs, which are told to those who ingest."""
    folders = str(sources()), str(streets.streets().lab.folder)
    telling = {
        name
        for name, asks in REQUESTS.items()
        for ask in asks
        if any(folder in json.dumps(answer(readers[0], NAMED[name], ask)) for folder in folders)
    }
    assert telling == {"listRuns", "getRun", "listIssues"}


@pytest.mark.parametrize("query", QUERIES)
def test_sparql_knows_no_others(readers: tuple[FlaskClient, ...], query: str) -> None:
    address = {"query": query, "format": "ntriples" if query.startswith("CONSTRUCT") else "csv"}
    if query.startswith("ASK"):
        address = {"query": query}
    answers = [reader.get(f"{PREFIX}/sparql", query_string=address) for reader in readers]
    assert {answer.status_code for answer in answers} == {200}
    scoped, alone, whole = (sorted(answer.get_data(as_text=True).splitlines()) for answer in answers)
    assert scoped == alone != whole
