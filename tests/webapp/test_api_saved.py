"""Saved things over REST: who saves, sees and changes what, what is counted, and what is told where numbers are protected."""

import itertools
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient

from access.control import AccessControl
from access.roles import Role
from cohorts.protection import Protection
from cohorts.saved.database import FILE
from cohorts.saved.model import WHOEVER_SITS_HERE
from cohorts.saved.things import SavedThings
from tests.webapp.authorized import PASSWORD, control, token
from tests.webapp.conftest import CheckedClient
from tests.webapp.fixtures import DATASET, OTHER_DATASET, Shelf, newer, real
from tests.webapp.test_api_cohorts import DEFINITION
from webapp.app import WebSettings, create_app

SAVED = "/api/v1/saved"
EVERYBODY = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}}
WORDS = {"format": "commissure-cohort/1", "entry": {"any": [{"note": {"text": "cisplatin"}}]}}


def application(shelf: Shelf, folder: Path, access: AccessControl | None = None, **settings: Any) -> FlaskClient:
    app = create_app(shelf, settings=WebSettings(**settings), access=access, saved=SavedThings(folder))
    app.test_client_class = CheckedClient
    return app.test_client()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(real())


@pytest.fixture
def client(shelf: Shelf, tmp_path: Path) -> FlaskClient:
    return application(shelf, tmp_path)


def save(client: FlaskClient, name: str, content: Any = DEFINITION, status: int = 200, **more: Any) -> Any:
    kind = {} if "id" in more else {"kind": more.pop("kind", "cohort"), "name": name, "content": content}
    told = client.post(SAVED, json={**kind, **more})
    assert told.status_code == status, told.text
    return told.json


def test_a_thing_is_saved_changed_listed_and_dropped(client: FlaskClient) -> None:
    assert client.get(SAVED).json == {"saved": [], "generation": 2}
    made = save(client, "diabetics", description="as charted")
    assert (made["version"], made["owner"], made["mine"], made["sharing"], made["result"]) == (1, "", True, "private", None)
    assert made["content"] == DEFINITION and made["datasets"] == [DATASET, OTHER_DATASET]
    further = save(client, "", id=made["id"], version=1, description="of charts", sharing="readers")
    assert (further["version"], further["description"], further["content"]) == (2, "of charts", DEFINITION)
    assert [one["version"] for one in client.get(f"{SAVED}/{made['id']}/versions").json["versions"]] == [2, 1]
    assert [one["name"] for one in client.get(SAVED, query_string={"kind": "view"}).json["saved"]] == []
    assert client.delete(f"{SAVED}/{made['id']}", query_string={"version": 1}).status_code == 409
    assert client.delete(f"{SAVED}/{made['id']}", query_string={"version": 2}).json == {"id": made["id"], "name": "diabetics"}
    for path in ("", "/versions"):
        assert client.get(f"{SAVED}/{made['id']}{path}").status_code == 404


def test_words_beside_identifiers_are_none(client: FlaskClient) -> None:
    for path, allowed in (("count", {"POST", "OPTIONS"}), ("combine", {"POST", "OPTIONS"})):
        refused = FlaskClient(client.application).delete(f"{SAVED}/{path}?version=1")
        assert refused.status_code == 405 and set(refused.headers["Allow"].split(", ")) == allowed
    assert FlaskClient(client.application).get(f"{SAVED}/short").status_code == 404


def test_who_writes_second_is_told_so(client: FlaskClient) -> None:
    made = save(client, "a")
    save(client, "", id=made["id"], version=1, description="first")
    refused = save(client, "", 409, 409, id=made["id"], version=1, description="second")
    assert refused["title"] == "It was changed meanwhile" and "is at version 2" in refused["detail"]
    assert client.get(f"{SAVED}/{made['id']}").json["description"] == "first"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "cohort", "name": "two words", "content": EVERYBODY}, "name"),
        ({"kind": "cohort", "content": EVERYBODY}, "name"),
        ({"kind": "cohort", "name": "a", "content": {**EVERYBODY, "rules": [{"cohort": "a"}]}}, "definition.cohorts.a.rules[0].cohort"),
        ({"kind": "cohort", "name": "a", "content": EVERYBODY, "version": 1}, "version"),
        ({"id": "0" * 12}, "version"),
        ({"kind": "concepts", "name": "a", "content": {"codes": []}}, "definition.codes"),
        ({"kind": "view", "name": "a", "content": {"resource": "Patient"}}, "view.select"),
        ({"kind": "search", "name": "a", "content": {"parameters": {"q": 1}}}, "content.parameters"),
    ],
)
def test_what_cannot_be_saved_is_told_by_its_place(client: FlaskClient, body: dict[str, Any], field: str) -> None:
    told = client.post(SAVED, json=body)
    assert told.status_code == 400
    assert [one["field"] for one in told.json["errors"]] == [field]


def test_a_saved_cohort_is_counted_and_tells_what_is_newer(client: FlaskClient, shelf: Shelf) -> None:
    save(client, "diabetics")
    women = {**EVERYBODY, "entry": {"any": [{"cohort": "diabetics"}]}}
    made = save(client, "again", women)
    counted = client.post(f"{SAVED}/count", json={"id": made["id"]}).json
    assert counted["count"] == 1 and counted == client.post("/api/v1/cohorts/count", json={"definition": women}).json
    result = client.get(f"{SAVED}/{made['id']}").json["result"]
    assert (result["count"], result["generation"], result["version"], result["newer"]) == (1, 2, 1, [])
    of = next(one for one in client.get(SAVED).json["saved"] if one["name"] == "diabetics")
    assert client.post(SAVED, json={"id": of["id"], "version": 1, "content": EVERYBODY}).status_code == 200
    shelf.show(newer())
    result = client.get(f"{SAVED}/{made['id']}").json["result"]
    assert result["newer"] == ["data", "definition"]
    assert client.post(f"{SAVED}/count", json={"id": made["id"]}).json["count"] == 2
    assert client.get(f"{SAVED}/{made['id']}").json["result"]["newer"] == []
    codes = save(client, "codes", {"codes": ["1"]}, kind="concepts")
    assert client.post(f"{SAVED}/count", json={"id": codes["id"]}).status_code == 400


def test_cohorts_are_put_together(client: FlaskClient) -> None:
    diabetics, everybody, words = (save(client, name, one)["id"] for name, one in (("d", DEFINITION), ("e", EVERYBODY), ("w", WORDS)))
    told = client.post(f"{SAVED}/combine", json={"ids": [everybody, diabetics], "how": "without"}).json
    assert told["count"] == 1 and told["everyone"] == 2
    assert [one["count"] for one in told["cohorts"]] == [2, 1]
    assert [(one["inside"], one["count"]) for one in told["regions"]] == [([everybody], 1), ([diabetics], 0), ([everybody, diabetics], 1)]
    for region in (told, *told["regions"]):
        assert client.post("/api/v1/cohorts/count", json={"definition": region["definition"]}).json["count"] == region["count"]
    assert save(client, "without", told["definition"])["content"] == told["definition"]
    assert client.post(f"{SAVED}/combine", json={"ids": [diabetics, everybody, words]}).json["count"] in (0, 1)
    for ids, status in (([diabetics, diabetics], 400), ([diabetics, "0" * 12], 404), ([diabetics], 400)):
        assert client.post(f"{SAVED}/combine", json={"ids": ids}).status_code == status


def test_where_numbers_are_protected_small_ones_are_hidden(shelf: Shelf, tmp_path: Path) -> None:
    client = application(shelf, tmp_path, protection=Protection(least=11))
    one, other = save(client, "d")["id"], save(client, "e", EVERYBODY)["id"]
    assert client.post(f"{SAVED}/count", json={"id": one}).json["count"] == "<11"
    for told in (client.get(f"{SAVED}/{one}").json, client.get(SAVED).json["saved"][0]):
        assert (told["result"]["count"], told["result"]["events"]) == ("<11", "<11")
    told = client.post(f"{SAVED}/combine", json={"ids": [one, other]}).json
    assert (told["count"], told["everyone"]) == ("hidden", "<11")
    assert {one["count"] for one in told["cohorts"]} == {"<11"} and {one["count"] for one in told["regions"]} == {"hidden"}
    assert SavedThings(tmp_path).result(WHOEVER_SITS_HERE, SavedThings(tmp_path).get(WHOEVER_SITS_HERE, one)).count == 1


@pytest.mark.parametrize("content", [b"no database" * 100])
def test_a_damaged_file_is_a_problem_without_its_path(shelf: Shelf, tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    client = application(shelf, tmp_path)
    for told in (client.get(SAVED), client.post(SAVED, json={"kind": "cohort", "name": "a", "content": EVERYBODY})):
        assert told.status_code == 503 and told.json["title"] == "What is saved cannot be used" and str(tmp_path) not in told.text
    assert client.get("/api/v1/search", query_string={"q": "cisplatin"}).status_code == 200


def test_nothing_is_kept_where_the_application_keeps_nothing(shelf: Shelf) -> None:
    app = create_app(shelf)
    assert app.test_client().get(SAVED).status_code == 404
    assert app.test_client().post("/api/v1/cohorts/count", json={"definition": EVERYBODY}).status_code == 200


# --- with access control ---

NUMBERS = itertools.count()


def person(app: FlaskClient, role: Role, *datasets: str) -> FlaskClient:
    """A client of somebody new who holds the role for these datasets."""
    name = f"saver{next(NUMBERS)}"
    control().accounts.add(name, PASSWORD)
    for dataset in datasets or (None,):
        control().accounts.grant("user", name, role.word, dataset)
    client = app.application.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {control().credentials.create_token(name, (), (), 1)[1]}"
    client.user = name  # type: ignore[attr-defined]
    return client


@pytest.fixture
def hospital(shelf: Shelf, tmp_path: Path) -> FlaskClient:
    return application(shelf, tmp_path, control())


def test_what_is_saved_of_datasets_is_seen_by_those_who_may_read_them(hospital: FlaskClient) -> None:
    anna, ben, counter = person(hospital, Role.READER), person(hospital, Role.READER, OTHER_DATASET), person(hospital, Role.COUNTS, DATASET)
    private = save(anna, "private", {**DEFINITION, "datasets": [DATASET]})
    shared = save(anna, "shared", {**DEFINITION, "datasets": [DATASET]}, sharing="readers")
    whole = save(anna, "whole", sharing="readers")
    letters = save(anna, "letters", {**EVERYBODY, "datasets": [OTHER_DATASET]}, sharing="readers")
    anna.post(f"{SAVED}/count", json={"id": shared["id"]})

    def names(client: FlaskClient) -> list[str]:
        return [one["name"] for one in client.get(SAVED).json["saved"]]

    assert names(anna) == ["letters", "private", "shared", "whole"]
    assert names(ben) == ["letters"] and names(counter) == ["shared"]
    assert counter.get(f"{SAVED}/{shared['id']}").json["result"]["count"] == "<11"
    assert not counter.get(f"{SAVED}/{shared['id']}").json["mine"]
    for client, hidden in itertools.product((ben, counter), (private, whole)):
        asked = [client.get(f"{SAVED}/{hidden['id']}{path}") for path in ("", "/versions")]
        asked += [client.post(f"{SAVED}/count", json={"id": hidden["id"]}), client.delete(f"{SAVED}/{hidden['id']}?version=1")]
        asked += [client.post(f"{SAVED}/combine", json={"ids": [hidden["id"], letters["id"]]})]
        asked += [client.post(SAVED, json={"id": hidden["id"], "version": 1, "description": "mine"})]
        assert {one.status_code for one in asked} == {404}
    for name in ("private", "whole", f"{anna.user}:whole"):
        refused = ben.post("/api/v1/cohorts/count", json={"definition": {**EVERYBODY, "rules": [{"cohort": name}]}})
        assert refused.status_code == 400 and "there is no cohort" in refused.json["detail"]
    assert ben.post(SAVED, json={"id": letters["id"], "version": 1, "description": "mine"}).status_code == 400
    assert ben.delete(f"{SAVED}/{letters['id']}?version=1").status_code == 400


def test_results_are_of_what_was_seen(hospital: FlaskClient) -> None:
    anna, ben = person(hospital, Role.READER), person(hospital, Role.READER, OTHER_DATASET)
    made = save(ben, "everybody", EVERYBODY, sharing="readers")
    assert made["datasets"] == [OTHER_DATASET]
    assert anna.post(f"{SAVED}/count", json={"id": made["id"]}).json["count"] == 2
    assert ben.get(f"{SAVED}/{made['id']}").json["result"] is None, "it was counted in what he may not see"
    assert ben.post(f"{SAVED}/count", json={"id": made["id"]}).json["count"] == 0
    assert ben.get(f"{SAVED}/{made['id']}").json["result"]["datasets"] == [OTHER_DATASET]


def test_a_token_is_for_what_is_saved_or_not(hospital: FlaskClient) -> None:
    client = FlaskClient(hospital.application)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token(Role.READER, None, frozenset({'cohorts'}))}"
    assert client.get(SAVED).status_code == 403


def test_nobody_is_told_what_others_asked(hospital: FlaskClient) -> None:
    anna, ben = person(hospital, Role.READER), person(hospital, Role.READER)
    assert anna.get("/search?q=cisplatin").status_code == 200
    assert [one["said"] for one in anna.get(f"{SAVED}/questions").json["questions"]] == ["cisplatin"]
    assert ben.get(f"{SAVED}/questions").json == {"kept": True, "questions": []}
    assert ben.delete(f"{SAVED}/questions").json == {"forgotten": 0}
    assert anna.delete(f"{SAVED}/questions").json == {"forgotten": 1}


def test_a_server_may_keep_no_history(shelf: Shelf, tmp_path: Path) -> None:
    client = application(shelf, tmp_path, history=False)
    client.get("/search?q=cisplatin")
    assert client.get(f"{SAVED}/questions").json == {"kept": False, "questions": []}
    assert client.delete(f"{SAVED}/questions").json == {"forgotten": 0}
    assert not (tmp_path / FILE).exists()


def test_a_history_that_cannot_be_written_keeps_nobody_from_an_answer(client: FlaskClient, tmp_path: Path) -> None:
    with patch("cohorts.saved.database.Database._make", side_effect=OSError(30, "Read-only file system")):
        assert client.get("/search?q=cisplatin").status_code == 200
