"""What datasets lack, over REST and on the page."""

from typing import Any

from flask.testing import FlaskClient

from tests.webapp.fixtures import DATASET, GENERATION, Shelf, empty


def test_a_dataset_tells_what_it_lacks(client: FlaskClient) -> None:
    found: Any = client.get(f"/api/v1/datasets/{DATASET}/completeness").json
    assert (found["dataset"], found["patients"], found["generation"]) == (DATASET, 2, GENERATION)
    held = {one["group"]: one["records"] for one in found["groups"]}
    assert held["encounter"] and held["document"] and not set(held) & set(found["missing"])
    assert "There are no immunizations: questions about them find nobody." in found["warnings"]
    assert found["unresolved_references"] == client.get("/api/v1/datasets").json["datasets"][0]["unresolved_references"]


def test_a_dataset_that_is_not_there(client: FlaskClient) -> None:
    problem = client.get("/api/v1/datasets/none/completeness")
    assert (problem.status_code, problem.json["type"].rpartition("/")[2]) == (404, "not-found")
    assert client.get("/data/completeness?dataset=none").status_code == 404


def test_the_page_tells_it_of_all_datasets_or_of_one(client: FlaskClient) -> None:
    everything: Any = client.get("/data/completeness").text
    one: Any = client.get(f"/data/completeness?dataset={DATASET}").text
    names = [each["dataset"] for each in client.get("/api/v1/datasets").json["datasets"]]
    assert len(names) > 1 and all(f'id="{name}"' in everything for name in names)
    assert [f'id="{name}"' in one for name in names] == [name == DATASET for name in names]
    assert "There are no immunizations" in one and "notes and reports" in one
    data: Any = client.get("/data").text
    assert 'href="/data/completeness"' in data and f'href="/data/completeness?dataset={DATASET}"' in data


def test_nothing_published_is_said(client: FlaskClient, library: Shelf) -> None:
    library.show(empty())
    page = client.get("/data/completeness")
    assert page.status_code == 200 and "Nothing is published yet" in page.text
