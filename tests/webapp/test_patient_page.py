"""The page of a patient: what is charted, its values at a glance, the timeline."""

import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from concepts.model import Assertion
from search.model import Fact
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Shelf
from tests.webapp.page import get, query
from webapp.pages.charted import charted, level_of
from webapp.pages.glance import Glance, glance_of
from webapp.pages.patient import _event_of_thing
from webapp.pages.timeline import timeline_of
from webapp.pages.wording import measured


def test_what_has_two_codes_is_charted_once(library: Shelf, client: FlaskClient) -> None:
    url = f"/document?id={quote(f.ONCOLOGY_NOTE)}"
    before = client.get(url).text
    assert "Charted in the encounter" in before
    catalog = f.real().current().catalog

    def coded_twice(encounter: str) -> tuple[Fact, ...]:
        facts = catalog.facts_of_encounter(encounter)
        return facts + tuple(replace(fact, concept="http://other.example/code") for fact in facts if fact.concept)

    library.catalog = f.Part(catalog, facts_of_encounter=coded_twice)
    assert client.get(url).text == before


@pytest.mark.parametrize(
    ("value", "number", "unit", "shown"),
    [
        ("36.5 °C", 36.5, "°C", "36.5 °C"),
        ("98%", 98.0, "%", "98%"),
        ("98", 98.0, "%", "98 %"),
        ("1234567.5", 1234567.5, None, "1234567.5"),
        (None, 1234567.5, "g", "1234567.5 g"),
        ("positive", None, None, "positive"),
        (None, None, "g", ""),
    ],
)
def test_values_are_shown_with_their_unit_once(value: str | None, number: float | None, unit: str | None, shown: str) -> None:
    assert measured(value, number, unit) == shown


def test_patient_page_marks_what_does_not_count(client: FlaskClient) -> None:
    html = client.get(f"/patient?id={quote(f.ROSA)}").text
    row = next(row for row in html[html.index('id="table"') :].split("<tr") if "Neuropathy" in row)
    assert 'class="uncounted"' in row
    assert "not counted: <bdi>negated (refuted)</bdi>" in row
    page = get(client, f"/patient?id={quote(f.ROSA)}")
    assert "died at 63 on 2025-01-05" in page.text
    assert "born 1961-04" in page.text


def test_patient_lanes_filter(client: FlaskClient) -> None:
    page = get(client, f"/patient?id={quote(f.ROSA)}&kind=medication")
    table = page.text[page.text.index("Everything, newest first") :]
    assert "paclitaxel" in table
    assert "Neuropathy" not in table
    lanes = page.having("aria-pressed", "true")
    assert [query(given["href"]) for given in lanes] == [{"id": [f.ROSA]}]


def test_timeline_is_drawn_by_the_server(client: FlaskClient) -> None:
    html = client.get(f"/patient?id={quote(f.ROSA)}").text
    drawn = html[html.index('id="lanes"') : html.index("</svg>", html.index('id="lanes"'))]
    assert 'data-drawn="8"' in html
    assert len(re.findall(r"<(?:rect|use) [^>]*class=\"t-", drawn)) == 7
    assert drawn.count("no end stated") == 1, "a problem goes on; what is dated to the month does not last for a month"
    assert "2 documents" in drawn, "what stands at one place is one mark"
    (refuted,) = re.findall(r"<title>[^<]*Neuropathy[^<]*</title><\w+ [^>]*>", drawn)
    assert "hollow" in refuted and "not counted: negated (refuted)" in refuted
    only = client.get(f"/patient?id={quote(f.ROSA)}&kind=medication").text
    assert 'data-drawn="2"' in only and "Neuropathy" not in only[only.index('id="lanes"') :]


def _result_of(number: float, day: str, **rest: object) -> Fact:
    return Fact(f"r{day}", "demo", "pat", "observation", "loinc", "Creatinine", day, value=str(number), number=number, unit="mg/dL", **rest)  # type: ignore[arg-type]


def _glance(*facts: Fact) -> Glance:
    return glance_of(charted(facts), lambda _: None)


def test_glance_keeps_the_newest_value_and_its_course() -> None:
    glance = _glance(_result_of(1.9, "2024-03-01"), _result_of(0.9, "2023-01"), _result_of(1.2, "2023-06-01"))
    (series,) = glance.results
    assert (series.value, series.date, series.times) == ("1.9 mg/dL", "2024-03-01", 3)
    assert series.spoken == "from 0.9 to 1.9, lowest 0.9, highest 1.9"
    assert series.line.count("L") == 2


def test_a_date_of_issue_is_named_where_it_is_shown() -> None:
    things = charted([_result_of(5, "2024-05-01", started="issued"), _result_of(5, "2024-04-01", started="effective")])
    assert [thing.dated for thing in things] == ["issued", ""]
    assert glance_of(things, lambda _: None).results[0].dated == "issued"
    rows = timeline_of([_event_of_thing(thing) for thing in things], "pat").rows
    assert {dot.said.splitlines()[0] for row in rows for dot in row.dots} == {"issued 2024-05-01", "2024-04-01"}


def test_glance_draws_a_bound_as_a_bound() -> None:
    below = replace(_result_of(5, "2024-05-01"), value="<5 mg/dL", comparator="<")
    glance = _glance(_result_of(9, "2024-03-01"), _result_of(8, "2024-04-01"), below, _result_of(7, "2024-06-01"))
    (series,) = glance.results
    assert series.spoken == "from 9 to 7, lowest 7, highest 9; bounds only: <5 mg/dL"
    assert [words for _, _, words in series.bounds] == ["<5 mg/dL"]
    assert (series.line.count("M"), series.line.count("L")) == (2, 1), "the line breaks at the bound"
    assert series.bounds[0][1] == "16.0"


@pytest.mark.parametrize(
    ("number", "comparator", "level"),
    [
        *((5, "<", ""), (5, "", ""), (3, "<", "low"), (3, "<=", ""), (2, "<=", "low"), (10, ">", "high"), (10, ">=", ""), (5, ">", "")),
        *((20, "<", ""), (1, ">", ""), (20, "ad", ""), (20, "", "high"), (1, "", "low")),
    ],
)
def test_a_bound_is_high_or_low_only_where_that_is_sure(number: float, comparator: str, level: str) -> None:
    fact = replace(_result_of(number, "2024"), comparator=comparator, interpretation="<", attributes="low: 3\nhigh: 10")
    assert level_of(fact) == level


def test_glance_tells_a_relatives_condition_apart() -> None:
    own = Fact("c1", "demo", "pat", "condition", "x", "Asthma", "2019", status="active")
    resolved = Fact("c2", "demo", "pat", "condition", "y", "Shingles", "2021-06-22", "2021-07-20", status="resolved")
    mother = Fact("f1", "demo", "pat", "condition", "z", "Breast cancer", assertion=Assertion.FAMILY, counted=False)
    glance = _glance(resolved, own, mother)
    assert [(c.label, c.first, c.last) for c in glance.problems] == [("Asthma", "2019", ""), ("Shingles", "2021-06-22", "2021-07-20")]
    assert [(one.label, one.why) for one in glance.family] == [("Breast cancer", "a relative's")]
    assert glance.told == ()


def test_a_record_with_two_codes_is_one_event() -> None:
    once = f.real().current().catalog.facts_of_patient(f.ROSA)
    twice = charted((*once, *(replace(fact, concept="http://other.example/code") for fact in once)))
    assert [thing.fact for thing in twice] == [thing.fact for thing in charted(once)]
    assert all("http://other.example/code" in thing.concepts for thing in twice)
