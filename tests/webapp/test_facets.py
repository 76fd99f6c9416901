"""Facets open whole: every value over REST and on a page of its own, found by how its words begin, each with the number it lists."""

from datetime import date
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.webapp import fixtures as f
from tests.webapp.clinic import E11, clinic
from tests.webapp.conftest import make_client
from tests.webapp.page import get


def choices(client: FlaskClient, url: str) -> list[tuple[str, int]]:
    """(address, number) of the values of a page."""
    return [
        (unescape(given["href"]), int(given["data-count"]))
        for tag, given in get(client, url).elements
        if tag == "a" and "data-count" in given
    ]


def removable(client: FlaskClient, url: str) -> list[str]:
    """What the chips of a page say."""
    return [given.get("aria-label", "") for _, given in get(client, url).elements]


def total(client: FlaskClient, url: str) -> int:
    return int(next(given["data-total"] for _, given in get(client, url).elements if "data-total" in given))


@pytest.mark.parametrize("facet", ["dataset", "type", "patient", "sex", "age", "concept", "year"])
@pytest.mark.parametrize("asked", ["", "q=cisplatin+paclitaxel&mode=lexical", "dataset=demo&type=Progress+note"])
def test_rest_gives_every_value_page_by_page(client: FlaskClient, facet: str, asked: str) -> None:
    whole = client.get(f"/api/v1/facets/{facet}?{asked}").json
    assert len(whole["values"]) == whole["total"] > 0
    found, cursor = [], None
    while True:
        page = client.get(f"/api/v1/facets/{facet}?{asked}&limit=2{f'&cursor={quote(cursor)}' if cursor else ''}").json
        found += page["values"]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert found == whole["values"]


def test_rest_finds_values_by_how_their_words_begin(client: FlaskClient) -> None:
    assert [one["value"] for one in client.get("/api/v1/facets/concept?prefix=taxol").json["values"]] == [f.PACLITAXEL], "by a synonym"
    assert [one["value"] for one in client.get("/api/v1/facets/concept?prefix=DIAB").json["values"]][:1] == [f.DIABETES]
    assert [one["value"] for one in client.get("/api/v1/facets/patient?prefix=lind+ros").json["values"]] == [f.ROSA]
    assert client.get("/api/v1/facets/patient?prefix=indqvist").json["total"] == 0, "no beginning of a word"


@pytest.mark.parametrize("wrong", ["facets/shoe", "facets/concept?cursor=x", "facets/concept?limit=0", "facets/year?from=yesterday"])
def test_rest_refuses_what_it_does_not_know(client: FlaskClient, wrong: str) -> None:
    assert client.get(f"/api/v1/{wrong}").status_code == 400


def test_a_page_lists_all_values_of_a_facet_and_each_lists_what_it_counts(client: FlaskClient) -> None:
    for facet in ("type", "concept", "patient", "sex", "age", "year"):
        for asked in ("", "?q=metformin&mode=lexical", "?from=2019&to=2024&age_from=3"):
            found = choices(client, f"/search/facets/{facet}{asked}")
            assert found, (facet, asked)
            for url, number in found:
                assert total(client, url) == number, url


def test_alternatives_are_offered_in_place_of_the_chosen_one_or_beside_it(client: FlaskClient) -> None:
    page = get(client, "/search?dataset=demo")
    (whole,) = [given["href"] for given in page.having("data-whole", "Dataset")]
    others = get(client, whole)
    (instead,) = [given["href"] for tag, given in others.elements if tag == "a" and "data-count" in given]
    assert parse_qs(urlsplit(instead).query)["dataset"] == ["letters"]
    (beside,) = [given["href"] for given in others.having("class", "also")]
    assert parse_qs(urlsplit(beside).query)["dataset"] == ["demo", "letters"]


def test_the_box_of_a_facet_works_without_a_script(client: FlaskClient) -> None:
    page = get(client, "/search/facets/concept?q=metformin&mode=lexical&prefix=diab")
    assert {given["name"]: given["value"] for given in page.having("type", "hidden") if given["name"] != "prefix"} == {
        "q": "metformin",
        "mode": "lexical",
    }
    assert [given["value"] for given in page.having("name", "prefix")] == ["diab"]
    assert "Diabetes" in page.text or "diabetes" in page.text
    assert "None begins so" in get(client, "/search/facets/concept?prefix=zzyzx").text
    rows = client.get("/search/facets/concept?fragment=1&prefix=diab").text
    assert rows.strip().startswith("<li>") and "<html" not in rows
    get(client, "/search/facets/shoe", 404)
    get(client, "/search/facets/concept?from=yesterday", 400)


def test_conditions_of_patients_open_whole() -> None:
    pages = clinic().client()
    assert choices(pages, "/patients/conditions?prefix=sugar")
    for url, number in choices(pages, "/patients/conditions"):
        assert total(pages, url) == number
    assert "None begins so" in pages.get("/patients/conditions?prefix=zzyzx").text
    client = make_client(clinic().lab.library())
    whole = client.get("/api/v1/patients/conditions").json
    assert whole["total"] == len(whole["conditions"]) == 2 and whole["cursor"] is None
    first = client.get("/api/v1/patients/conditions?limit=1").json
    rest = client.get(f"/api/v1/patients/conditions?limit=1&cursor={first['cursor']}").json
    assert first["conditions"] + rest["conditions"] == whole["conditions"]
    assert [one["label"] for one in client.get("/api/v1/patients/conditions?prefix=sug").json["conditions"]] == ["Sugar diabetes"]
    assert client.get(f"/api/v1/patients/conditions?condition={quote(E11)}").json["total"] == 1
    assert client.get("/api/v1/patients/conditions?dataset=nowhere").status_code == 400


def test_what_is_said_otherwise_is_counted_apart_and_finds_as_many(client: FlaskClient) -> None:
    for way in ("denied", "possible", "history", "family"):
        values = client.get(f"/api/v1/facets/{way}").json["values"]
        assert values
        for one in values:
            assert client.get(f"/api/v1/search?{way}={quote(one['value'])}").json["total"] == one["count"]
    hypertension = next(one["value"] for one in client.get("/api/v1/facets/denied").json["values"] if one["label"] == "Hypertension")
    assert "Remove the filter Denied: Hypertension" in removable(client, f"/search?denied={quote(hypertension)}")
    assert client.get("/api/v1/search?denied=urn:none").json["notices"] == ["Nothing published has the concept 'urn:none'."]


def test_suggested_concepts_say_how_many_documents_speak_of_them_how(client: FlaskClient) -> None:
    found = {one["label"]: one for one in client.get("/api/v1/concepts?q=hypert").json["concepts"]}
    one = found["Hypertension"]
    for way in ("denied", "possible", "history", "family"):
        values = {each["value"]: each["count"] for each in client.get(f"/api/v1/facets/{way}").json["values"]}
        assert one[way] == values.get(one["concept"], 0)
    assert one["denied"] and one["family"]


def test_it_is_said_what_is_read_and_with_which_lexicon() -> None:
    client = clinic().client()
    (published,) = [one["published"] for one in client.get("/api/v1/datasets").json["datasets"]]
    assert published["read"] == published["documents"] == 1
    assert date.fromisoformat(published["lexicon"])
    assert f"1 of 1 document, lexicon of {published['lexicon']}" in client.get("/data").text


def test_a_result_is_a_filter_that_says_where_it_looks(client: FlaskClient) -> None:
    a1c = "https://loinc.org/rdf/4548-4"
    asked = (">7", ">7|%", ">7|mmol/mol", "<1|%")
    found = {each: client.get(f"/api/v1/search?result={quote(f'{a1c}|{each}')}").json["total"] for each in asked}
    assert found[">7"] == found[">7|%"] > 0 == found[">7|mmol/mol"] == found["<1|%"]
    words = "Remove the filter Result: Haemoglobin A1c > 7 %, charted in the encounter or said in the text"
    assert words in removable(client, f"/search?result={quote(f'{a1c}|>7|%')}")
    wrong = client.get("/api/v1/search?result=a1c%3E7")
    assert wrong.status_code == 400 and "must be CONCEPT|COMPARISON|UNIT" in wrong.json["detail"]
    assert "must be CONCEPT|COMPARISON|UNIT" in get(client, "/search?result=a1c%3E7", 400).text
    assert client.get(f"/api/v1/search?result={quote(a1c)}x|1").json["notices"] == [f"Nothing published has the concept '{a1c}x'."]
