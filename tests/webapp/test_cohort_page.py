"""The cohort page, what is found together, and a cohort beside everybody else: counts, evidence, links, and bad addresses."""

import csv
import io
import json
import re
import zipfile
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from cohorts.exporting import FORMATS
from cohorts.reading import definition_of
from tests.cohorts.test_together import ASTHMA, FIBRILLATION, STROKE, world
from tests.ingest.exports import InlinePool, Lab
from tests.webapp.page import Page, get, query
from webapp.app import create_app

FIB = (("1.what", "condition"), ("1.in", FIBRILLATION))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    patched = pytest.MonkeyPatch()
    patched.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path_factory.mktemp("cohort"))
    lab.ingest(*world(), dataset="d")
    patched.undo()
    return create_app(lab.library()).test_client()


def cohort(client: FlaskClient, *given: tuple[str, str], path: str = "/cohort") -> Page:
    return get(client, f"{path}?{urlencode(given)}")


def total(page: Page) -> int:
    (found,) = page.having("class", "found")
    return int(found["data-total"])


def test_an_empty_page_says_how_to_begin_and_its_examples_can_be_counted(client: FlaskClient) -> None:
    page = get(client, "/cohort")
    examples = [link for link in page.links() if link.startswith("/cohort?")]
    assert len(examples) == 3
    for link in examples:
        assert "of 12" in get(client, link).text


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (FIB, 6),
        ((*FIB, ("2.what", "condition"), ("2.in", STROKE)), 2),
        ((*FIB, ("2.what", "condition"), ("2.in", STROKE), ("2.not", "1")), 4),
        ((*FIB, ("2.what", "condition"), ("2.in", STROKE), ("2.when", "before")), 2),
        ((*FIB, ("2.what", "condition"), ("2.in", STROKE), ("2.when", "after")), 0),
        ((*FIB, ("2.what", "sex"), ("2.sex", "female")), 3),
        ((*FIB, ("2.what", "age"), ("2.from", "78")), 3),
        ((*FIB, ("2.what", "said"), ("2.in", STROKE), ("2.how", "denied")), 6),
        ((*FIB, ("2.what", "said"), ("2.in", STROKE)), 0),
        ((*FIB, ("2.what", "words"), ("2.words", '"on warfarin"')), 6),
        ((("1.what", "sex"), ("1.sex", "male")), 6),
        ((("1.what", "condition"), ("1.in", FIBRILLATION), ("1.in", ASTHMA)), 8),
    ],
)
def test_conditions_are_counted(client: FlaskClient, given: tuple[tuple[str, str], ...], count: int) -> None:
    page = cohort(client, *given)
    assert total(page) == count
    assert len([row for row in page.links() if row.startswith("/patient?")]) == count
    answer = client.get(f"/cohort/patients.csv?{urlencode(given)}")
    assert len(list(csv.DictReader(io.StringIO(answer.text)))) == count
    definition = json.loads(client.get(f"/cohort/definition?{urlencode(given)}").text)
    assert definition_of(definition).rules is not None
    if count:
        rest = cohort(client, *given, path="/cohort/rest").text
        assert f"{count} patient" in rest
        assert f"{12 - count} who are not in it" in rest


def test_each_condition_is_shown_by_its_record_or_its_sentence(client: FlaskClient) -> None:
    page = cohort(client, *FIB, ("2.what", "said"), ("2.in", STROKE), ("2.how", "denied"))
    assert page.text.count("No stroke.") == 6
    marked = [link for link in page.links() if link.startswith("/document?")]
    assert len(marked) == 6
    assert {tuple(query(link)) for link in marked} == {("id", "start", "end")}
    assert len([link for link in page.links() if link.startswith("/node?") and "Condition" in link]) == 6


def test_what_the_data_lacks_stands_beside_the_counts(client: FlaskClient) -> None:
    page = cohort(client, *FIB)
    assert "There are no visits" in page.text or "There are no encounters" in page.text
    assert "/data/completeness" in page.links()


def test_what_was_typed_is_found_without_a_script(client: FlaskClient) -> None:
    page = cohort(client, ("1.what", "condition"), ("1.find", "fibril"))
    chosen = next(link for link in page.links() if query(link).get("1.in") == [FIBRILLATION])
    assert total(get(client, chosen)) == 6
    assert "Nothing in the data is called" in cohort(client, ("1.what", "condition"), ("1.find", "zebra")).text


def test_conditions_can_be_taken_out(client: FlaskClient) -> None:
    page = cohort(client, *FIB, ("2.what", "sex"), ("2.sex", "female"))
    without = [given["href"] for tag, given in page.elements if tag == "a" and given.get("class") == "drop"]
    assert [total(get(client, link)) for link in without] == [6, 6]
    assert {tuple(sorted(query(link))) for link in without} == {("1.sex", "1.what"), ("1.in", "1.what")}


@pytest.mark.parametrize(
    "given",
    [
        (("1.what", "nonsense"),),
        (("1.what", "condition"), ("1.in", "no such concept")),
        (("1.what", "age"), ("1.from", "90"), ("1.to", "10")),
        (*FIB, ("2.what", "words"), ("2.words", "  ... ")),
        (*FIB, ("1.times", "9" * 50), ("1.days", "-1"), ("page", "x")),
        (("1.what", "observation"), ("1.in", FIBRILLATION), ("1.op", "gt"), ("1.number", "nan")),
        (*FIB, ("dataset", "no such dataset")),
        tuple((f"{number}.what", "sex") for number in range(1, 60)),
    ],
)
def test_bad_addresses_are_answered_in_words(client: FlaskClient, given: tuple[tuple[str, str], ...]) -> None:
    for path in ("/cohort", "/cohort/patients.csv", "/cohort/definition", "/cohort/rest", "/cooccurrence"):
        answer = client.get(f"{path}?{urlencode(given)}", headers={"Accept": "text/html"})
        assert answer.status_code in (200, 400, 404), (path, answer.status_code)


def test_what_turns_back_is_told_with_its_place(client: FlaskClient) -> None:
    assert "turns back" in cohort(client, ("1.what", "age"), ("1.from", "90"), ("1.to", "10")).text


def test_what_is_found_together_leads_to_those_who_have_both(client: FlaskClient) -> None:
    page = cohort(client, ("concept", FIBRILLATION), path="/cooccurrence")
    assert "6 of 12 patients have it" in page.text
    both = [link for link in page.links() if link.startswith("/cohort?") and "2.what" in query(link)]
    assert [total(get(client, link)) for link in both] == [4, 2, 2]
    narrowed = cohort(client, ("concept", FIBRILLATION), ("1.what", "condition"), ("1.in", STROKE), path="/cooccurrence")
    assert "2 of 2 patients have it" in narrowed.text
    assert get(client, "/cooccurrence?concept=https://example.org/nothing", status=404)


def test_rest_tells_what_is_found_together(client: FlaskClient) -> None:
    answer = client.get("/api/v1/cooccurrence", query_string={"concept": FIBRILLATION, "relation": "medication"}).get_json()
    assert (answer["having"], answer["pairs"]) == (0, [])
    answer = client.get("/api/v1/cooccurrence", query_string={"concept": FIBRILLATION}).get_json()
    assert [(pair["thing"]["label"], pair["both"]) for pair in answer["pairs"]] == [("Warfarin", 4), ("Stroke", 2), ("Asthma", 2)]
    assert answer["pairs"][0]["odds"]["high"] is None, "infinite"
    assert client.get("/api/v1/cooccurrence", query_string={"concept": "https://example.org/x"}).status_code == 404


def test_the_page_offers_the_cohort_as_files(client: FlaskClient) -> None:
    given = dict(FIB)
    page = client.get("/cohort", query_string=given).text
    offered = re.findall(r'<button class="button small" name="format" value="([\w-]+)"', page)
    assert offered == ["csv", "parquet", "group", "omop", "omop-parquet"] == list(FORMATS)
    for format_name in offered:
        answer = client.get("/cohort/export", query_string={**given, "format": format_name})
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment"), format_name
        if format_name == "group":
            assert answer.mimetype == "application/fhir+json" and answer.get_json(force=True)["resourceType"] == "Group"
        else:
            assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert client.get("/cohort/export", query_string={**given, "format": "xlsx"}).status_code == 400
    assert "/cohort/export" not in client.get("/cohort").text


def test_files_of_a_concept_typed_over_lines_come_with_a_notice_of_one(client: FlaskClient) -> None:
    answer = client.get("/cohort/export", query_string={"1.what": "condition", "1.in": "https://example.org/a\nb"})
    assert answer.status_code == 200, answer.text
    assert any("https://example.org/a b" in notice for notice in answer.headers.getlist("Commissure-Notice"))
