""" "And" and "not" beside what pages name, and a search as a cohort: each adds the condition it says, and names what it cannot say."""

import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from search.questions.question import Asked, Kind, Part, Question
from tests.webapp import fixtures as f
from tests.webapp.page import get, query
from webapp.pages.as_cohort import carried
from webapp.pages.state import State


def adds(page_links: list[str]) -> list[str]:
    return [link for link in page_links if link.startswith("/cohort/with?")]


def follow(client: FlaskClient, url: str) -> dict[str, list[str]]:
    """The conditions of the cohort page that a link leads to, looked at so that the next link adds to them."""
    answer = client.get(url)
    assert answer.status_code == 303
    there = answer.headers["Location"]
    get(client, there)
    return query(there)


def test_each_link_adds_one_condition_to_the_cohort_that_was_looked_at(client: FlaskClient) -> None:
    first = follow(client, "/cohort/with?" + urlencode({"in": f.OVARIAN_CANCER}))
    assert first == {"1.what": ["condition"], "1.in": [f.OVARIAN_CANCER]}
    second = follow(client, "/cohort/with?" + urlencode({"how": "denied", "in": f.DIABETES, "not": "1"}))
    assert {name: value for name, value in second.items() if name.startswith("2.")} == {
        "2.what": ["said"],
        "2.in": [f.DIABETES],
        "2.how": ["denied"],
        "2.not": ["1"],
    }
    assert follow(client, "/cohort/with?" + urlencode({"in": f.OVARIAN_CANCER})) == second, "what is there already is not there twice"
    assert "3.sex" in follow(client, "/cohort/with?what=sex&sex=female")
    get(client, "/cohort")
    assert list(follow(client, "/cohort/with?what=sex&sex=female")) == ["1.what", "1.sex"], "begun anew"


def test_datasets_of_the_cohort_stay(client: FlaskClient) -> None:
    get(client, "/cohort?1.what=death&dataset=demo")
    assert follow(client, "/cohort/with?what=sex&sex=male")["dataset"] == ["demo"]


def test_what_names_nothing_or_one_too_many_is_refused_in_words(client: FlaskClient) -> None:
    assert "names nothing" in get(client, "/cohort/with", 400).text
    assert "names nothing" in get(client, "/cohort/with?what=nonsense&in=x", 400).text
    get(client, "/cohort?" + urlencode([(f"{n}.what", "death") for n in range(1, 31)]))
    assert "30 conditions at most" in get(client, "/cohort/with?what=sex&sex=male", 400).text


def test_a_cookie_that_is_no_cohort_is_none(client: FlaskClient) -> None:
    client.set_cookie("cohort", "1.what=<script>&%00&&=", path="/cohort")
    assert follow(client, "/cohort/with?what=sex&sex=male") == {"1.what": ["sex"], "1.sex": ["male"]}


def test_chips_facets_shared_things_and_concepts_have_both_links(client: FlaskClient) -> None:
    page = get(client, "/search?q=cisplatin+metformin")
    links = adds(page.links())
    asked = [query(link) for link in links]
    assert {"how": ["affirmed"], "in": [f.CISPLATIN]} in asked
    assert {"in": [f.CISPLATIN]} in asked, "a value of a facet"
    assert {"what": ["sex"], "sex": ["female"]} in asked
    assert {"what": ["sex"], "sex": ["female"], "not": ["1"]} not in asked
    assert [one for one in asked if one.get("not") == ["1"]]
    labels = [given["aria-label"] for tag, given in page.elements if tag == "a" and given.get("href", "").startswith("/cohort/with")]
    assert len(labels) == len(links) and all(label.startswith(("Cohort: and ", "Cohort: not ")) for label in labels)
    concept = get(client, f"/node?id={quote(f.CISPLATIN)}")
    assert len(adds(concept.links())) == 2


def test_a_question_becomes_conditions_and_what_they_do_not_say_is_named(client: FlaskClient) -> None:
    page = get(client, "/search/cohort?" + urlencode([("q", "women with cisplatin"), ("type", "Progress note"), ("from", "2020")]))
    (link,) = [link for link in page.links() if link.startswith("/cohort?")]
    asked = query(link)
    assert asked["1.in"] == [f.CISPLATIN] and asked["1.what"] == ["medication"]
    assert ["female"] in asked.values()
    (rule,) = [json.loads(values[0]) for name, values in asked.items() if name.endswith(".rule")]
    assert rule == {"part": {"note": {"filters": {"type": ["Progress note"], "from": "2020"}}}}
    assert "type Progress note, from 2020" in get(client, link).text and "Progress note" not in page.text


@pytest.mark.parametrize(
    "given",
    [
        [("type", "Progress note"), ("from", "2020")],
        [("type", "Progress note"), ("concept", f.CISPLATIN)],
        [("type", "Progress note"), ("denied", f.DIABETES)],
        [("to", "2024-02"), ("sex", "female"), ("sex", "male")],
        [("type", "Progress note"), ("age_from", "50"), ("sex", "female")],
        [("q", '"cisplatin"'), ("from", "2024"), ("to", "2024-03-20")],
        [("patient", f.ROSA)],
    ],
)
def test_filters_of_a_search_become_a_note_that_they_leave(client: FlaskClient, given: list[tuple[str, str]]) -> None:
    answer = client.get("/search/cohort?" + urlencode(given))
    listed = [] if answer.status_code == 303 else get(client, "/search/cohort?" + urlencode(given)).links()
    page = get(client, next(link for link in (answer.headers.get("Location", ""), *listed) if link.startswith("/cohort?")))
    (found,) = page.having("class", "found")
    hits = client.get("/api/v1/search?" + urlencode([("q", ""), *given] if given[0][0] != "q" else given)).json["hits"]
    assert int(found["data-total"]) == len({hit["patient"] for hit in hits})


def test_what_conditions_say_whole_leads_there_at_once(client: FlaskClient) -> None:
    answer = client.get("/search/cohort?" + urlencode({"denied": f.DIABETES, "dataset": "demo"}))
    assert answer.status_code == 303
    assert query(answer.headers["Location"]) == {"1.what": ["said"], "1.in": [f.DIABETES], "1.how": ["denied"], "dataset": ["demo"]}


def test_nothing_to_carry_is_said(client: FlaskClient) -> None:
    assert "Nothing of this search" in get(client, "/search/cohort").text
    assert get(client, "/search/cohort?age_from=old", 400)


def test_a_value_is_a_comparison_and_ages_a_condition_of_their_own() -> None:
    part = Part(0, 5, "HbA1c", "HbA1c", next(iter(Kind)), ("iri",), None, value=Asked(">", 9.0, "%"))
    question = Question("HbA1c > 9 %", (part,))
    made = carried(State("HbA1c > 9 %", (("age_from", ("50",)),)), question, lambda _: "observation", {})
    assert [(row.what, row.comparison, row.number, row.unit) for row in made.rows[:1]] == [("observation", "gt", "9", "%")]
    assert made.rows[1].low == "50" and made.left_out == []
    refused = carried(State("x"), question, lambda _: "condition", {})
    assert refused.rows == [] and "HbA1c > 9 %" in refused.left_out[0][0]
