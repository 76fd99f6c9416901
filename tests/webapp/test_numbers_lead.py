"""Numbers that stand beside a name lead to what they count: on the patient's chart in short, a concept's place among others, a run's
reasons, and what a list names only some of."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from unittest.mock import patch
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from concepts.model import Assertion
from search.model import SearchRequest, SearchResult, Surroundings
from tests.ingest.exports import InlinePool, Lab, condition, patient
from tests.webapp import fixtures as f
from tests.webapp.clinic import DIABETES, POTASSIUM, clinic, result
from tests.webapp.fixtures import Part, Shelf
from tests.webapp.test_counts import Counts
from webapp.app import create_app
from webapp.pages.labels_drawing import LabelChip


def medication(identifier: str, day: str, status: str = "completed") -> dict:
    return {
        "resourceType": "MedicationRequest",
        "id": identifier,
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "authoredOn": day,
        "medicationCodeableConcept": {"text": "Aspirin"},
    }


@pytest.fixture(scope="module")
def charted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A patient with things that are charted several times, and once so that it does not count."""
    with patch("ingest.pipeline.Pool", InlinePool):
        lab = Lab(tmp_path_factory.mktemp("charted"))
        lab.ingest(
            patient("p1", "Baker", birthDate="1960-02-03"),
            *(result(f"k{day}", POTASSIUM, 4 + day / 10, "mmol/L", f"2024-05-0{day}", "laboratory") for day in range(1, 4)),
            *(condition(f"c{year}", onsetDateTime=str(year)) for year in (2015, 2019)),
            medication("m1", "2024-01-02"),
            medication("m2", "2024-02-02"),
            medication("m3", "2024-03-02", "entered-in-error"),
        )
        yield create_app(lab.library()).test_client()


def test_how_often_a_thing_is_charted_leads_to_each_time(charted: FlaskClient) -> None:
    page = charted.get("/patients").text
    url = unescape(re.search(r'<th scope="row"><a href="([^"]+)"', page)[1])  # type: ignore[index]
    counts = [(link, number) for link, number in Counts(charted.get(url).text).counts if "called=" in link]
    assert sorted(number for _, number in counts) == [2, 2, 3]
    for link, number in counts:
        html = charted.get(link).text
        table = html[html.index('<table class="events">') :]
        names = re.findall(r'<td class="what"><a href="[^"]+"><bdi>([^<]+)</bdi>', table)
        assert len(names) == number == Counts(html).totals["table"], link
        assert {name.casefold() for name in names} == {parse_qs(urlsplit(link).query)["called"][0].casefold()}
        assert "not counted" not in table, "what does not count is told apart in the chart in short too"
        assert "Remove the name" in html


def test_a_name_that_nothing_is_called_finds_nothing(charted: FlaskClient) -> None:
    page = charted.get(unescape(re.search(r'href="(/patient\?[^"]+)"', charted.get("/patients").text)[1]) + "&kind=observation&called=<b>")  # type: ignore[index]
    assert page.status_code == 200
    assert Counts(page.text).totals["table"] == 0
    assert "<b>" not in page.text.split("</header>", 2)[-1].replace("<b>0</b>", "").split("Remove the name")[1][:80]


def test_the_numbers_of_a_concepts_place_are_lists_and_all_below_it_is_found(library: Shelf) -> None:
    catalog = f.real().current().catalog
    above, known = catalog.concept(f.CISPLATIN), catalog.concept(f.METFORMIN)
    assert above is not None and known is not None
    below = tuple(replace(known, label=f"Metformin {number}", code=str(number)) for number in range(120))
    given = Part(catalog, surroundings=lambda concept, limit=50: Surroundings((above,), (), below[:limit], len(below)))
    library.catalog = given
    client = create_app(library).test_client()
    page = Counts(client.get(f"/node?id={quote(f.CISPLATIN)}").text)
    whole = next(link for link, number in page.counts if number == 120)
    assert whole.startswith("/concept/narrower?")
    first, last = client.get(whole), client.get(f"{whole}&part=2")
    assert Counts(first.text).totals[""] == 120
    assert first.text.count("/search?concept=") == 100 and last.text.count("/search?concept=") == 20
    assert client.get(f"{whole}&prefix=metf 119").text.count("/search?concept=") == 1
    assert "None begins so." in client.get(f"{whole}&prefix=zzz").text
    link, number = next((link, number) for link, number in Counts(first.text).counts)
    assert Counts(client.get(link).text).totals[""] == number
    assert client.get("/concept/narrower?id=urn:x").status_code == 404


def test_reasons_of_a_run_lead_to_their_issues(client: FlaskClient) -> None:
    page = Counts(client.get(f"/data/runs/{f.RUN}").text)
    reasons = [(link, number) for link, number in page.counts if "code=" in link]
    assert reasons
    for link, number in reasons:
        html = client.get(link.partition("#")[0]).text
        code = parse_qs(urlsplit(link).query)["code"][0]
        assert Counts(html).totals["issues"] == number
        assert html.count(f'<td class="nowrap"><bdi>{code}</bdi></td>') == number
        assert "Remove the reason" in html
    assert "Remove the reason" not in client.get(f"/data/runs/{f.RUN}?code=nothing").text


def test_kinds_of_records_lead_to_the_records_as_they_came_in(client: FlaskClient) -> None:
    found = re.findall(r'<a href="(/api/v1/datasets/demo/records\?kind=\w+)"[^>]*>(\d+)</a>', client.get("/data").text)
    assert len(found) > 2
    for link, number in found:
        assert len(client.get(link).text.splitlines()) == int(number), link


def test_what_is_named_only_in_part_leads_to_the_rest(library: Shelf) -> None:
    many = tuple((f"urn:c{number}", f"Concept {number}", Assertion.AFFIRMED) for number in range(10))

    def answer(search: Callable[[SearchRequest], SearchResult], request: SearchRequest) -> SearchResult:
        found = search(request)
        return replace(found, hits=tuple(replace(hit, concepts=many) for hit in found.hits))

    library.answer = answer
    app = create_app(library)
    more = re.findall(r'<li class="more">(.*?)</li>', app.test_client().get("/search").text)
    assert more and all(one.startswith('<a href="/document?') and "#mentions" in one and "+4 more" in one for one in more)
    parts = app.jinja_env.get_template("labels_parts.html").module
    chips = parts.label_chips([LabelChip("car", None, "human", "job", 1)] * 5, 2, "/item?id=x")  # type: ignore[attr-defined]
    assert '<li class="more"><a href="/item?id=x">+3 more</a></li>' in chips


def test_facts_that_do_not_count_are_told_beside_those_that_do() -> None:
    html = clinic().client().get(f"/node?id={quote('http://snomed.info/id/254837009')}").text
    charted = re.search(r"<b>(\d+)</b> charted facts?, (\d+) of them not as theirs or as true", html)
    assert charted and charted[1] >= charted[2] > "0"
    assert "of them not as theirs" not in clinic().client().get(f"/node?id={quote(DIABETES)}").text


def test_a_name_that_patients_are_chosen_by_is_a_chip() -> None:
    client = clinic().client()
    html = client.get("/patients?q=carv&sex=female").text
    (without,) = re.findall(r'<a href="([^"]+)" aria-label="Remove the filter Name or id: carv"', html)
    assert Counts(client.get(unescape(without)).text).totals[""] == 2


def test_the_way_back_to_the_hits_leads_through_the_lists_of_a_concept(client: FlaskClient) -> None:
    state = quote("q=cisplatin&match=well")
    standing = next(
        link for link in Counts(client.get(f"/node?id={quote(f.CISPLATIN)}&hits={state}").text).links if link.startswith("/standing?")
    )
    onward = next(link for link in Counts(client.get(standing).text).links if link.startswith(("/document?", "/patient?")))
    assert "← Hits for “cisplatin”" in unescape(client.get(onward).text).replace("<bdi>", "").replace("</bdi>", "")


def test_hits_as_a_table_say_how_well_they_match(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/search.csv?q=cisplatin").text)))
    found = client.get("/api/v1/search?q=cisplatin&limit=100").json
    assert [row["match"] for row in rows] == [hit["match"] for hit in found["hits"]]
    assert {row["match"] for row in csv.DictReader(io.StringIO(client.get("/api/v1/search.csv").text))} == {""}
