"""A patient whose records were merged: one in lists, on the page and over REST; the old record says who took its place."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote

import pytest

from tests.ingest.test_merged import CHART, link, new, old
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import Shelf, changed

IRI = "https://w3id.org/commissure/data/d/Patient/"
NEW, OLD = f"{IRI}new", f"{IRI}old"


@lru_cache(maxsize=1)
def shown() -> Any:
    return changed(lambda lab: lab.ingest(old(**link("new")), new(), *CHART))


@pytest.fixture
def client() -> Any:
    library = Shelf()
    library.show(shown())
    return make_client(library)


def test_the_list_has_one_person_who_is_found_by_either_name(client: Any) -> None:
    for words in ("jones", "smith", "old", quote(OLD)):
        html = client.get(f"/patients?q={words}").text
        assert html.count('<th scope="row">') == 1
        assert quote(NEW, safe="") in html or NEW in html
        assert "Gout" in html and "Asthma" in html
        answer = client.get(f"/api/v1/patients?q={words}").json
        assert answer["total"] == 1
        (row,) = answer["patients"]
        assert (row["id"], row["documents"], row["facts"]) == (NEW, 2, 2)
        assert [(one["id"], one["patient"], one["label"]) for one in row["former"]] == [(OLD, NEW, "Ann Smith")]


def test_the_page_says_what_else_the_person_is_recorded_as(client: Any) -> None:
    html = client.get(f"/patient?id={quote(NEW)}").text
    said = html[html.index("Also recorded as") :]
    assert "Ann Smith" in said[:300] and "x.ndjson" in said[:400]
    assert "Gout" in html and "Asthma" in html


def test_the_old_address_leads_to_the_person(client: Any) -> None:
    answer = client.get(f"/patient?id={quote(OLD)}&kind=condition")
    assert answer.status_code == 302
    assert "Patient/new" in answer.location.replace("%2F", "/") and "kind=condition" in answer.location


def test_the_old_record_is_a_node_that_says_who_took_its_place(client: Any) -> None:
    html = client.get(f"/node?id={quote(OLD)}").text
    assert "<h1><bdi>Ann Smith</bdi></h1>" in html
    said = html[html.index("This record was merged") :][:400]
    assert "Ann Jones" in said and "/patient?id=" in said
    assert "This record was merged" not in client.get(f"/node?id={quote(NEW)}").text
    assert client.get(f"/record?id={quote(OLD)}").status_code == 200


@pytest.mark.parametrize("iri", [OLD, NEW])
def test_rest_answers_of_the_person_by_either_iri(client: Any, iri: str) -> None:
    who = client.get(f"/api/v1/patients/one?id={quote(iri)}").json
    assert (who["id"], who["facts"], [one["id"] for one in who["former"]]) == (NEW, 2, [OLD])
    facts = client.get(f"/api/v1/patients/facts?id={quote(iri)}").json
    assert (facts["patient"], facts["total"], {one["label"] for one in facts["facts"]}) == (NEW, 2, {"Gout", "Asthma"})
    assert len(client.get(f"/api/v1/patients/documents?id={quote(iri)}").json["documents"]) == 2
    search = client.get(f"/api/v1/search?q=&patient={quote(iri)}").json
    assert search["total"] == 2
    assert [(one["value"], one["count"]) for one in search["facets"]["patient"]] == [(NEW, 2)]


def test_a_search_of_the_old_patient_names_the_person(client: Any) -> None:
    html = client.get(f"/search?q=&patient={quote(OLD)}").text
    assert "Ann Jones" in html and "Gout since spring" in html and "Asthma is quiet" in html
