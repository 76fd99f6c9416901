"""Saved things on pages: saved from a search and a cohort, listed, opened, counted, changed, put together; and the history of questions."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.roles import Role
from cohorts.protection import Protection
from cohorts.saved.model import WHOEVER_SITS_HERE
from cohorts.saved.things import SavedThings
from tests.webapp.authorized import PASSWORD, control, guarded, somebody
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import CISPLATIN, Shelf, newer
from tests.webapp.kept import IDS
from tests.webapp.page import get

TAKERS, DIABETICS, WOMEN, EVERYBODY, CHEST_PAIN, CODES, VIEW = IDS


def things_of(client: FlaskClient) -> SavedThings:
    found = client.application.extensions["commissure_saved"]
    assert isinstance(found, SavedThings)
    return found


def total(client: FlaskClient, url: str) -> int:
    (found,) = get(client, url).having("class", "found")
    return int(found["data-total"])


def keep(client: FlaskClient, **form: str) -> TestResponse:
    return client.post("/saved/keep", data={"kind": "cohort", "sharing": "private", **form})


def test_a_cohort_is_saved_from_its_page_and_opens_there_again(client: FlaskClient) -> None:
    cohort = f"/cohort?1.what=medication&1.in={quote(CISPLATIN)}&2.what=sex&2.sex=female"
    (form,) = [link for link in get(client, cohort).links() if link.startswith("/saved/new/cohort?")]
    content = get(client, form).text
    made = keep(client, name="women on cisplatin", description="both", content=_content_of(client, form))
    assert made.status_code == 303 and "on cisplatin" not in content
    page = get(client, made.location)
    assert "women-on-cisplatin" in page.text and "Not counted yet" in page.text
    (opens,) = {link for link in page.links() if link.startswith("/saved/open?")}
    assert total(client, client.get(opens).location) == total(client, cohort)
    id = made.location.rpartition("=")[2]
    assert client.post("/saved/change", data={"id": id, "do": "count"}).status_code == 303
    assert total(client, made.location) == total(client, cohort)


def _content_of(client: FlaskClient, form: str) -> str:
    from html import unescape

    return unescape(client.get(form).text.partition('spellcheck="false">')[2].partition("</textarea>")[0])


def test_a_search_is_saved_with_its_filters_and_opens_again(client: FlaskClient) -> None:
    search = "/search?q=cisplatin&sex=female&mode=lexical&page=1"
    (form,) = [link for link in get(client, search).links() if link.startswith("/saved/new/search?")]
    made = keep(client, kind="search", name="cisplatin", content=_content_of(client, form))
    opened = client.get(f"/saved/open?id={made.location.rpartition('=')[2]}").location
    assert opened == "/search?q=cisplatin&sex=female&mode=lexical"
    assert client.get(f"/saved/open?id={CODES}").location == f"/saved/thing?id={CODES}"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"name": "a", "content": "{"}, "The content is no JSON."),
        ({"name": "a", "content": "[" * 100_000}, "The content is no JSON."),
        ({"name": "", "content": "{}"}, "name: must have 1 to 100 characters"),
        ({"name": "a", "content": "{}"}, "format: must be"),
        ({"name": "women", "content": "{}"}, "format: must be"),
        ({"name": "a:b", "content": "{}"}, "name: must have 1 to 100 characters"),
        ({"kind": "view", "name": "a", "content": "{}"}, "resource"),
        ({"kind": "pictures", "name": "a", "content": "{}"}, "kind: must be one of"),
        ({"into": f"{WOMEN} 7", "name": "", "content": "{}"}, "is at version 1"),
        ({"into": f"{WOMEN} x", "name": "", "content": "{}"}, "is at version 1"),
    ],
)
def test_what_is_wrong_is_told_beside_what_was_written(client: FlaskClient, form: dict[str, str], told: str) -> None:
    answer = keep(client, **form)
    assert answer.status_code in (400, 409)
    assert told in answer.text and form["content"][:50] in answer.text
    assert len(things_of(client).listed(WHOEVER_SITS_HERE)) == len(IDS)


def test_a_further_version_keeps_what_is_not_said(client: FlaskClient) -> None:
    content = json.dumps({"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient", "sex": ["male"]}]}})
    made = keep(client, into=f"{WOMEN} 1", name="", content=content)
    page = get(client, made.location)
    assert "version 2" in page.text and "Women, as their records have it" in page.text and "the definition is newer" in page.text.lower()
    former = get(client, f"/saved/thing?id={WOMEN}&version=1")
    assert "This is a former version." in former.text and "female" in former.text


def test_the_list_tells_kinds_counts_and_what_is_newer(library: Shelf) -> None:
    client = make_client(library)
    page = get(client, "/saved")
    assert all(f"/saved/thing?id={one}" in page.links() for one in IDS)
    assert "data are newer" in page.text and "not yet" in page.text
    assert {link for link in get(client, "/saved?kind=view").links() if "/saved/thing" in link} == {f"/saved/thing?id={VIEW}"}
    for id in (WOMEN, EVERYBODY):
        client.post("/saved/change", data={"id": id, "do": "count"})
    assert "data are newer" not in get(client, "/saved").text
    library.show(newer())
    assert get(client, "/saved").text.count("data are newer") == 2


def test_things_are_changed_and_dropped(client: FlaskClient) -> None:
    changed = {"id": VIEW, "version": "1", "do": "change", "name": "the ids", "description": "of all", "sharing": "readers"}
    assert client.post("/saved/change", data=changed).status_code == 303
    assert "the-ids" in get(client, "/saved").text
    refused = client.post("/saved/change", data=changed)
    assert refused.status_code == 409 and "is at version 2" in refused.text
    assert client.post("/saved/change", data={"id": VIEW, "version": "1", "do": "drop"}).status_code == 409
    assert client.post("/saved/change", data={"id": VIEW, "version": "2", "do": "drop"}).location == "/saved"
    assert client.get(f"/saved/thing?id={VIEW}").status_code == 404
    assert client.post("/saved/change", data={"id": CODES, "do": "count"}).status_code == 400


def test_no_page_elsewhere_saves_or_changes_anything(client: FlaskClient) -> None:
    for address in ("/saved/keep", "/saved/change", "/saved/questions"):
        told = client.post(address, data={"id": VIEW, "version": "1", "do": "drop"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert told.status_code == 403
    assert len(things_of(client).listed(WHOEVER_SITS_HERE)) == len(IDS)


def sets(*ids: str, how: str = "and") -> str:
    return "/saved/sets?" + "&".join(f"id={one}" for one in ids) + f"&how={how}"


@pytest.mark.parametrize("ids", [(TAKERS, WOMEN), (TAKERS, DIABETICS, WOMEN), IDS[:4]])
@pytest.mark.parametrize("how", ["and", "or", "without"])
def test_every_number_opens_its_patients(client: FlaskClient, ids: tuple[str, ...], how: str) -> None:
    page = get(client, sets(*ids, how=how))
    (found,) = page.having("class", "found")
    links = [link for link in page.links() if link.startswith("/cohort?")]
    assert total(client, links[0]) == int(found["data-total"])
    told = client.post("/api/v1/saved/combine", json={"ids": ids, "how": how}).json
    assert [total(client, link) for link in dict.fromkeys(links[1:])] == [one["count"] for one in told["regions"]]
    (form,) = [link for link in page.links() if link.startswith("/saved/new/sets?")]
    made = keep(client, name="together", content=_content_of(client, form))
    assert total(client, client.get(f"/saved/open?id={made.location.rpartition('=')[2]}").location) == int(found["data-total"])


def test_a_cohort_stands_beside_a_saved_one(client: FlaskClient) -> None:
    page = get(client, f"/cohort/compare?1.what=medication&1.in={quote(CISPLATIN)}")
    offered = [given["value"] for tag, given in page.elements if tag == "option"]
    assert DIABETICS in offered and CODES not in offered and VIEW not in offered
    two = get(client, f"/cohort/compare?1.what=medication&1.in={quote(CISPLATIN)}&against={DIABETICS}").text
    assert "everybody else" in two and "are in both" not in two
    (definition,) = [one for one in things_of(client).listed(WHOEVER_SITS_HERE, "cohort") if one.id == DIABETICS]
    rest = client.post("/api/v1/cohorts/compare", json={"first": _takers(client), "second": definition.current.content}).json
    assert (rest["first"]["compared"], rest["second"]["compared"]) == (1, 1)
    assert f"1 cohort, 1 {definition.name}" in re.sub(r"\s+", " ", two)


def _takers(client: FlaskClient) -> Any:
    return client.get(f"/cohort/definition?1.what=medication&1.in={quote(CISPLATIN)}").json


def test_two_saved_cohorts_stand_side_by_side(client: FlaskClient) -> None:
    for page in (f"/saved/thing?id={DIABETICS}", sets(DIABETICS, WOMEN), "/cohort/compare"):
        found = get(client, page)
        assert [link for link in found.links() if link.startswith("/cohort/compare?first=")] or 'name="first"' in client.get(page).text, (
            page
        )
    page = get(client, f"/cohort/compare?first={DIABETICS}&against={WOMEN}")
    assert f"/saved/thing?id={DIABETICS}" in page.links()
    numbers = [link for link in page.links() if link.startswith("/cohort/open?")]
    assert numbers
    for link in numbers[:4]:
        assert client.get(link).status_code == 303
    assert get(client, f"/cohort/compare?first={DIABETICS}&against=sex").text
    assert "everybody else" in get(client, f"/cohort/compare?first={DIABETICS}&against={'0' * 12}").text
    assert "Put a cohort together" in get(client, f"/cohort/compare?first={'0' * 12}").text


def test_what_cannot_be_put_together_is_told(client: FlaskClient) -> None:
    for ids, told in (((WOMEN,), "two to 8"), ((WOMEN, CODES), "is no cohort"), ((WOMEN, "none"), "nothing is saved")):
        refused = client.get(sets(*ids))
        assert refused.status_code == 400 and told in refused.text


def test_protected_numbers_stay_hidden_on_pages(library: Shelf) -> None:
    client = make_client(library, protection=Protection(least=11))
    for url in ("/saved", f"/saved/thing?id={WOMEN}"):
        assert "&lt;11 patients" in client.get(url).text
    page = client.get(sets(TAKERS, WOMEN)).text
    assert "hidden" in page and 'data-total="hidden"' in page and "&lt;11" in page


# --- questions ---


def asked(client: FlaskClient) -> list[str]:
    return [one["said"] for one in client.get("/api/v1/saved/questions").json["questions"]]


def test_searches_and_counts_are_remembered_until_they_are_cleared(client: FlaskClient) -> None:
    client.get("/search?q=cisplatin&sex=female&page=2")
    client.get("/search?q=")
    client.get(f"/cohort?1.what=medication&1.in={quote(CISPLATIN)}")
    client.get(f"/cohort?1.what=medication&1.in={quote(CISPLATIN)}&2.what=sex&2.sex=female")
    client.get("/cohort?1.what=medication")
    first, second, *_ = asked(client)
    assert (
        first.startswith("with ") and first.endswith(" · with sex female") and second.startswith("cisplatin (") and len(asked(client)) == 3
    )
    links = [link for link in get(client, "/saved/questions").links() if link.startswith(("/search?", "/cohort?"))]
    assert len(links) == 3 and "page" not in links[1]
    assert total(client, links[0]) >= 0
    client.post("/saved/questions", data={"do": "off"})
    client.get("/search?q=paclitaxel")
    assert len(asked(client)) == 3 and "Keep them from now on" in get(client, "/saved/questions").text
    client.post("/saved/questions", data={"do": "clear"})
    assert asked(client) == [] and "Questions are not kept." in get(client, "/saved/questions").text
    client.post("/saved/questions", data={"do": "on"})
    client.get("/search?q=paclitaxel")
    assert asked(client) == ["paclitaxel"]


def test_the_text_of_questions_is_in_no_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        client.get("/search?q=paclitaxel")
        client.get("/saved/questions")
    assert asked(client)[0] == "paclitaxel" and "paclitaxel" not in caplog.text


def test_a_signed_in_person_sends_the_secret_of_the_session(library: Shelf) -> None:
    app = guarded(library)
    control().accounts.add("keeper", PASSWORD)
    control().accounts.grant("user", "keeper", "reader", None)
    form = {"kind": "concepts", "name": "mine", "content": '{"codes": ["1"]}', "sharing": "private"}
    browser = app.test_client()
    page = browser.get("/sign-in").text
    ticket = page.partition('name="ticket" value="')[2].partition('"')[0]
    browser.post("/sign-in", data={"name": "keeper", "password": PASSWORD, "ticket": ticket, "next": "/"})
    assert browser.post("/saved/keep", data=form).status_code == 403
    csrf = browser.get("/saved/new/concepts").text.partition('name="csrf" value="')[2].partition('"')[0]
    made = browser.post("/saved/keep", data={**form, "csrf": csrf})
    assert made.status_code == 303 and "keeper" in browser.get(made.location).text
    assert somebody(app, Role.READER).get(made.location).status_code == 404
