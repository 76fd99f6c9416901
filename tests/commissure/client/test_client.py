"""The client over the application: what it answers is what the server says, with and without asyncio."""

import asyncio
import inspect
import json
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from flask import Flask

from access.roles import Role
from cohorts.protection import Protection
from commissure.assemble import DataLibrary
from commissure.client import (
    AsyncClient,
    AsyncCohort,
    AsyncLoad,
    AsyncPages,
    Client,
    Cohort,
    LibraryMissing,
    Load,
    LoadFailed,
    NotFound,
    NotGranted,
    NotSignedIn,
    Pages,
    Progress,
    PublishedMeanwhile,
    Refused,
)
from commissure.loading import LoadWorker, queue
from commissure.settings import load as load_settings
from ingest.workspace import Workspace
from tests.commissure.client.servers import async_client_of, client_of
from tests.webapp import two_patients as chart
from tests.webapp.authorized import guarded, token
from tests.webapp.fixtures import Shelf, newer
from tests.webapp.streets import DATASET as STREETS
from tests.webapp.streets import streets
from webapp.app import create_app
from webapp.settings import WebSettings

DIABETICS = {
    "format": "commissure-cohort/1",
    "sets": {"diabetes": [{"code": chart.DIABETES, "descendants": True}]},
    "entry": {"any": [{"event": "condition", "in": "diabetes", "first": True}]},
    "rules": [{"name": "adult", "age": [18, None]}],
}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def app(shelf: Shelf) -> Flask:
    return create_app(shelf)


@pytest.fixture
def study(app: Flask) -> Client:
    return client_of(app)


def test_a_search_gives_hits_and_tables(study: Client) -> None:
    hits = study.search("cisplatin", dataset=chart.DATASET, date_from="1990", concept=[chart.CISPLATIN])
    assert len(hits) == hits.total > 0 and hits[0]["document"] == chart.ONCOLOGY_NOTE
    assert hits.answer["facets"] and hits.notices == []
    frame = hits.to_pandas()
    assert len(frame) == len(hits)
    assert frame["passage.text"][0] == hits[0]["passage"]["text"] and frame["evidence.line"][0] == hits[0]["evidence"]["line"]
    table = hits.to_arrow()
    assert isinstance(table, pyarrow.Table) and table.column_names == list(frame.columns)
    assert table["document"].to_pylist() == [hit["document"] for hit in hits]
    assert [hit["document"] for hit in hits[:1]] == [chart.ONCOLOGY_NOTE]
    assert "cisplatin" not in repr(hits).lower()


def test_an_empty_answer_is_an_empty_table(study: Client) -> None:
    hits = study.search("cisplatin", date_from="2999")
    assert len(hits) == 0 and hits.to_pandas().empty and hits.to_arrow().num_rows == 0


def test_a_list_is_fetched_page_by_page(study: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [one["document"] for one in study.hits()]
    patients = study.patients().all()
    facts = [each["record"] for each in study.facts(chart.ROSA)]
    neighbours = [each["node"]["id"] for each in study.neighbours(chart.ROSA)]
    assert len(whole) == study.search().total == len(set(whole)) > 2 and len(patients) == 2 and len(neighbours) > 3
    monkeypatch.setattr("commissure.client.operations.PAGE", 1)
    assert [one["document"] for one in study.hits()] == whole
    assert list(study.patients()) == list(patients)
    assert [each["record"] for each in study.facts(chart.ROSA)] == facts
    assert [each["node"]["id"] for each in study.neighbours(chart.ROSA)] == neighbours
    assert len(study.patients().to_pandas()) == study.patients().to_arrow().num_rows == 2


def test_a_list_that_changes_on_the_way_is_no_list(study: Client, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commissure.client.operations.PAGE", 1)
    going = iter(study.hits())
    next(going)
    shelf.show(newer())
    with pytest.raises(PublishedMeanwhile, match="from its beginning"):
        list(going)


def test_documents_patients_concepts_and_the_graph(study: Client) -> None:
    assert study.document(chart.ONCOLOGY_NOTE)["text"] == chart.ONCOLOGY_TEXT
    assert study.patient(chart.ROSA)["id"] == chart.ROSA
    assert study.record(chart.ROSA)["kind"] == "Patient"
    assert {one["patient"] for one in study.documents(chart.ROSA)} == {chart.ROSA}
    assert study.concept(chart.DIABETES)["concept"] == chart.DIABETES
    assert [one["concept"] for one in study.concepts("metformin")] == [chart.METFORMIN]
    assert study.cooccurrence(chart.DIABETES, least=1).answer["of"]["concept"] == chart.DIABETES
    assert len(study.similar(chart.ONCOLOGY_NOTE)) == len(study.similar(chart.ONCOLOGY_NOTE).to_pandas())
    assert all(one["patient"] != chart.ROSA for one in study.similar(chart.ROSA, among="patients"))
    around = study.neighbourhood([chart.ROSA, chart.CISPLATIN], hops=2)
    assert {chart.ROSA, chart.CISPLATIN} < {node["id"] for node in around["nodes"]}
    assert [mention["concept"] for mention in study.read("Takes metformin.")] == [chart.METFORMIN]
    assert {one["dataset"] for one in study.datasets()} == {chart.DATASET, chart.OTHER_DATASET}


def test_a_cohort_is_counted_once(study: Client) -> None:
    cohort = study.cohort(DIABETICS)
    assert cohort.count() == 1 and cohort.answer is cohort.answer
    assert [step["patients"] for step in cohort.attrition][-1] == 1
    assert [one["patient"] for one in cohort.patients()] == [chart.MILAN]


def test_protected_numbers_are_words_and_lists_are_refused(shelf: Shelf) -> None:
    study = client_of(create_app(shelf, settings=WebSettings(protection=Protection(least=11))))
    cohort = study.cohort(DIABETICS)
    assert cohort.count() == "<11"
    assert cohort.attrition.to_arrow()["patients"].to_pylist() == [step["patients"] for step in cohort.attrition]
    with pytest.raises(NotGranted, match="protected"):
        list(cohort.patients())


def test_sparql_gives_values_of_python(study: Client) -> None:
    kinds = study.sparql(
        "SELECT ?type ?n ?none { { SELECT ?type (COUNT(*) AS ?n) { ?s a ?type } GROUP BY ?type } OPTIONAL { ?type <urn:none> ?none } }"
    )
    assert kinds.variables == ("type", "n", "none") and kinds[0]["none"] is None
    assert isinstance(kinds[0]["n"], int) and kinds.to_pandas()["n"].sum() == sum(row["n"] for row in kinds)
    assert study.sparql("ASK { ?s ?p ?o }").truth is True
    assert study.graph("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 1").strip()
    values = study.sparql('SELECT (1.5 AS ?d) (2e0 AS ?f) (true AS ?b) ("x"@en AS ?t) WHERE {}')[0]
    assert [str(values[name]) for name in "dfbt"] == ["1.5", "2.0", "True", "x"]
    with pytest.raises(Refused, match="parse"):
        study.sparql("SELECT")


def test_labels_and_reports() -> None:
    study = client_of(create_app(streets().library()))
    assert study.labels(STREETS)[0]["classes"]
    assert study.report(STREETS)["tables"]
    assert study.hits(dataset=STREETS, state="labeled").all()


def test_errors_repeat_the_words_of_the_server(study: Client) -> None:
    with pytest.raises(Refused) as refused:
        study.search("x", limit=1000)
    error = refused.value
    assert error.status == 400 and [fault.field for fault in error.errors] == ["limit"]
    assert "limit: " in str(error) and error.detail in str(error) and error.instance.startswith("urn:uuid:")
    with pytest.raises(Refused, match="did you mean 'concept'"):
        study.search("x", concpt="y")  # type: ignore[call-arg]
    with pytest.raises(NotFound, match="holds no document of this IRI"):
        study.document("urn:nothing")
    with pytest.raises(Refused) as refused:
        study.cohort({**DIABETICS, "rules": [{"name": "x", "age": "old"}]}).count()
    assert refused.value.errors[0].field.startswith("definition.rules[0]")


def test_a_token_says_who_asks(shelf: Shelf) -> None:
    app = guarded(shelf)
    with pytest.raises(NotSignedIn, match="Say who is asking"):
        client_of(app).search("cisplatin")
    secret = token(Role.READER, frozenset({chart.OTHER_DATASET}))
    study = client_of(app, token=secret)
    assert {hit["dataset"] for hit in study.hits()} == {chart.OTHER_DATASET}
    assert secret not in repr(study) + repr(vars(study))
    with pytest.raises(NotGranted, match="commissure grant"):
        study.load("any").status()


def test_no_log_holds_a_question(study: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        study.search("cisplatin for Rosa")
        study.concepts("diabetes")
        study.patients("Rosa").all()
        study.read("Cisplatin for Rosa.")
    said = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records if record.name.startswith("http")).lower()
    assert said, "httpx logs its requests"
    assert not [word for word in ("rosa", "cisplatin", "diabetes") if word in said]


@pytest.mark.parametrize("library", ["pandas", "pyarrow"])
def test_a_missing_library_is_named_when_a_table_is_asked_for(study: Client, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    hits = study.search("cisplatin")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(LibraryMissing, match=f"pip install {library}"):
        hits.to_pandas() if library == "pandas" else hits.to_arrow()


# --- asyncio ---


def test_the_same_under_asyncio(app: Flask, study: Client) -> None:
    async def ask() -> tuple[Any, ...]:
        async with async_client_of(app) as other:
            hits = await other.search("cisplatin")
            cohort = other.cohort(DIABETICS)
            steps = await cohort.attrition
            frame = await other.patients().to_pandas()
            members = [one async for one in cohort.patients()]
            rows = await other.sparql("SELECT ?s { ?s a ?t } LIMIT 2")
            with pytest.raises(NotFound):
                await other.document("urn:nothing")
            answers = [await each for each in (other.concepts("diabetes"), other.datasets(), other.similar(chart.ONCOLOGY_NOTE))]
            return hits[0]["document"], await cohort.count(), len(steps), len(frame), members, len(rows), [len(each) for each in answers]

    cohort = study.cohort(DIABETICS)
    answers = (study.concepts("diabetes"), study.datasets(), study.similar(chart.ONCOLOGY_NOTE))
    lengths = [len(each) for each in answers]
    assert asyncio.run(ask()) == (chart.ONCOLOGY_NOTE, 1, len(cohort.attrition), 2, list(cohort.patients()), 2, lengths)


@pytest.mark.parametrize(("one", "other"), [(Client, AsyncClient), (Cohort, AsyncCohort), (Load, AsyncLoad), (Pages, AsyncPages)])
def test_both_have_the_same_methods(one: type, other: type) -> None:
    def surface(kind: type) -> dict[str, tuple[str, list[str]]]:
        found = {name: each.fget if isinstance(each, property) else each for name, each in vars(kind).items() if not name.startswith("_")}
        return {name: (each.__doc__ or "", [str(one).partition(":")[0] for one in _parameters(each)]) for name, each in found.items()}

    assert surface(one) == surface(other)


def _parameters(method: Any) -> list[inspect.Parameter]:
    return list(inspect.signature(method).parameters.values())


# --- loading ---


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "exports").mkdir()
    sources = str(tmp_path / "exports")
    return load_settings({"data": str(tmp_path / "data"), "loader_sources": sources, "workers": 1}, environment={})


def test_a_folder_is_ingested_with_progress(settings: dict[str, Any], tmp_path: Path) -> None:
    patients = [{"resourceType": "Patient", "id": f"p{number}", "gender": "female"} for number in range(3)]
    (tmp_path / "exports" / "good.ndjson").write_text("".join(json.dumps(one) + "\n" for one in patients))
    (tmp_path / "exports" / "bad.ndjson").write_text('{"resourceType": "Patient", "id": "q", "birthDate": "yesterday"}\n')
    loads = queue(settings)
    assert loads is not None
    worker = LoadWorker(loads, settings)
    study = client_of(create_app(DataLibrary(Workspace(Path(settings["data"])), None, settings)))
    threading.Thread(target=worker.work, daemon=True).start()
    try:
        told: list[Progress] = []
        done = study.ingest(tmp_path / "exports" / "good.ndjson", dataset="study", progress=told.append)
        assert told[-1].state == "LOAD_COMPLETED" and told[-1].records == 3 and told[-1].rejected == 0
        assert study.datasets()[0]["dataset"] == "study" and len(done) == 1 and not done[0].rejected()
        with pytest.raises(LoadFailed, match=r"bad\.ndjson:1: .*birthDate"):
            study.ingest([tmp_path / "exports" / "bad.ndjson"], dataset="study", progress=None, fail_on_error=True)
        with pytest.raises(Refused, match="places"):
            study.ingest(tmp_path / "elsewhere", dataset="study")
    finally:
        worker.stop()
