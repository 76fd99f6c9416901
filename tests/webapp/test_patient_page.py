"""The page of a patient: what is charted, its values at a glance, the timeline."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from concepts.model import Assertion
from search.model import Fact
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Shelf
from tests.webapp.page import get, query
from webapp.pages.charted import charted, level_words
from webapp.pages.curves import curve_of, ticks_of
from webapp.pages.flowsheet import flowsheet_of
from webapp.pages.glance import Glance, glance_of
from webapp.pages.patient import _event_of_thing
from webapp.pages.patient_view import View
from webapp.pages.timeline import Scale, timeline_of
from webapp.pages.visit import visit_of
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
    assert drawn.count("no end stated") == 3, "a problem and active orders go on; what is dated to the month does not last for a month"
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
    events = [_event_of_thing(thing) for thing in things]
    rows = timeline_of(events, View("pat"), Scale.of(events)).rows
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
    assert level_words(fact) == level


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


def test_a_pinned_result_has_a_curve_and_a_pinned_drug_a_lane_with_what_is_narrower(client: FlaskClient) -> None:
    url = f"/patient?id={quote(f.ROSA)}"
    plain = get(client, url)
    pins = [link for given in plain.having("class", "pin") if (link := given["href"])]
    assert {tuple(query(link)["pin"]) for link in pins} >= {(f.CISPLATIN,)}
    lane = get(client, f"{url}&pin={quote(f.CISPLATIN)}")
    assert [given["aria-pressed"] for given in lane.having("class", "pin") if "isplatin" in given["aria-label"]][:1] == ["true"]
    assert "Pinned" in lane.text
    gone = get(client, f"{url}&pin={quote(f.DIABETES)}")
    assert "Nothing of" in gone.text and "is charted" in gone.text


def test_a_curve_has_a_round_scale_its_range_and_hollow_bounds() -> None:
    low_high = {"attributes": "low: 0.6\nhigh: 1.2"}
    things = charted(
        [
            _result_of(0.9, "2020-01-01", **low_high),
            _result_of(1.6, "2021-01-01", **low_high),
            replace(_result_of(5.0, "2022-01-01"), comparator="<", **low_high),
            replace(_result_of(80.0, "2022-02-01"), unit="umol/L"),
        ]
    )
    scale = Scale.over(date(2020, 1, 1), date(2022, 1, 1))
    curve = curve_of(things, "Creatinine", 26, scale, "/without")
    assert curve is not None
    assert [one.bound for one in curve.readings] == [False, False, True] and curve.readings[1].out
    assert len(curve.lines) == 1, "a bound is joined with nothing"
    assert curve.usual == "0.6 – 1.2" and curve.band is not None
    assert "1 in another unit" in curve.left_out and "from 0.9 to 1.6" in curve.spoken
    assert curve_of([], "x", 0, scale, "") is None


@pytest.mark.parametrize(("low", "high"), [(0, 1), (4.1, 10.6), (98, 98), (-3, 7), (0.0001, 0.0002), (1e9, 3e9)])
def test_scales_hold_their_values_between_few_round_numbers(low: float, high: float) -> None:
    ticks = ticks_of(low, high)
    assert 3 <= len(ticks) <= 7 and ticks[0] <= low and ticks[-1] >= high
    assert ticks == sorted(set(ticks))


def test_visits_are_walked_and_cut_the_table(client: FlaskClient) -> None:
    url = f"/patient?id={quote(f.ROSA)}"
    page = get(client, f"{url}&encounter={quote(f.ROSA_VISIT)}")
    assert "Visit 1 of" in page.text and "Of this visit" in page.text
    assert "is not among the patient's" in get(client, f"{url}&encounter={quote(f.MILAN_VISIT)}").text


def test_a_visit_holds_what_was_charted_in_it_and_leads_to_those_before_and_after() -> None:
    visits = [Fact(f"v{n}", "demo", "pat", "encounter", None, "Visit", f"2020-01-0{n}") for n in (1, 2, 3)]
    inside, outside = _result_of(1.0, "2020-01-02", encounter="v2"), _result_of(2.0, "2020-01-03", encounter="v3")
    events = [_event_of_thing(thing) for thing in charted([*visits, inside, outside])]
    catalog = f.Part(f.real().current().catalog, documents_of_encounter=lambda _: ())
    found = visit_of(View("pat", encounter="v2"), events, catalog)  # type: ignore[arg-type]
    assert found is not None and (found.place, found.visits) == (2, 3)
    assert [event.record for event in events if found.holds(event)] == ["v2", "r2020-01-02"]
    assert query(found.earlier.partition("#")[0])["encounter"] == ["v1"] and query(found.later.partition("#")[0])["encounter"] == ["v3"]
    assert dict(found.groups) == {"observation": 1}


def test_a_note_opens_beside_and_says_that_one_came_from_it(client: FlaskClient) -> None:
    url = f"/patient?id={quote(f.ROSA)}"
    page = get(client, f"{url}&note={quote(f.ONCOLOGY_NOTE)}&from={quote(f.ONCOLOGY_NOTE)}")
    assert "You came from" in page.text and f.ONCOLOGY_TEXT.split()[0] in page.text
    assert page.having("class", "came-from") and page.having("id", "beside")
    hostile = client.get(f"/patient?id={quote(f.ROSA)}&note={quote(f.DIABETES_NOTE)}")
    assert "is not among the patient&#39;s" in hostile.text
    links = get(client, f"/document?id={quote(f.ONCOLOGY_NOTE)}").links()
    assert any(query(link).get("from") == [f.ONCOLOGY_NOTE] for link in links if link.startswith("/patient"))


def test_words_cut_lanes_and_table_and_stay_in_the_links(client: FlaskClient) -> None:
    page = get(client, f"/patient?id={quote(f.ROSA)}&find=paclitaxel")
    assert "paclitaxel" in page.text and int(page.having("id", "table")[0]["data-total"]) >= 1
    kinds = [query(given["href"]) for given in page.having("role", "button") if "kind" in query(given["href"])]
    assert kinds and all(one["find"] == ["paclitaxel"] for one in kinds)
    assert get(client, f"/patient?id={quote(f.ROSA)}&find=zzzz").having("id", "table")[0]["data-total"] == "0"


def test_results_by_test_have_a_column_a_day() -> None:
    days = [f"2020-01-{day:02}" for day in range(1, 12)]
    things = charted([_result_of(float(n), day) for n, day in enumerate(days)])
    sheet = flowsheet_of(things, 1, lambda _: None)
    assert sheet.days == tuple(reversed(days))[:8] and sheet.pages == 2 and sheet.total == 11
    assert [cell.values[0][0] for cell in sheet.rows[0].cells] == [f"{n:.1f} mg/dL" for n in range(10, 2, -1)]
    assert len(flowsheet_of(things, 9, lambda _: None).days) == 3, "a page beyond the last is the last"


def test_patients_of_a_cohort_open_with_its_concepts_pinned(client: FlaskClient) -> None:
    page = get(client, f"/cohort?1.what=medication&1.in={quote(f.CISPLATIN)}&2.what=observation&2.in={quote(f.DIABETES)}&2.not=1")
    (link,) = [link for link in page.links() if link.startswith("/patient?")]
    assert query(link.partition("#")[0])["pin"] == [f.CISPLATIN]
