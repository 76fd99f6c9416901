"""The form that asks for results: name, comparison, number and unit become a filter, without any script."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.webapp.clinic import clinic


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return clinic().client()


def given(client: FlaskClient, **form: str) -> dict[str, list[str]]:
    answer = client.get("/search/result", query_string=form)
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def test_a_name_becomes_the_filter_beside_what_was_chosen(client: FlaskClient) -> None:
    made = given(client, q="potassium", sex="female", of="potassium", comparator=">", number="5,5", unit="mmol/L")
    (value,) = made["result"]
    assert value.endswith("2823-3|>5.5|mmol/L") and made["q"] == ["potassium"] and made["sex"] == ["female"]
    assert given(client, of="Sodium", comparator="<", number="130")["result"][0].endswith("|<130")
    concept = value.partition("|")[0]
    assert given(client, of=concept, comparator="=", number="5.9", result=value)["result"] == [value, f"{concept}|=5.9"]


def test_several_meanings_are_listed_and_none_is_said(client: FlaskClient) -> None:
    answer = client.get("/search/result", query_string={"of": "zzz", "comparator": ">", "number": "9"})
    assert answer.status_code == 400 and "No result of the data is called" in answer.text
    wrong = client.get("/search/result", query_string={"of": "Sodium", "comparator": ">", "number": "many"})
    assert wrong.status_code == 400 and "are no number and unit" in wrong.text
    assert client.get("/search/result", query_string={"of": "Colonoscopy", "comparator": ">", "number": "1"}).status_code == 400


def test_the_search_page_has_the_form_and_the_chip_in_words(client: FlaskClient) -> None:
    html = client.get("/search?q=potassium").text
    form = html[html.index("result-form") : html.index("</form>", html.index("result-form"))]
    assert '<input type="hidden" name="q" value="potassium">' in form and "<option>&gt;=</option>" in form
    chosen = client.get("/search/result?of=Sodium&comparator=%3C&number=130&unit=mmol/L").headers["Location"]
    page = client.get(chosen).text
    assert re.search(r"Sodium</?[^<]*.{0,40}&lt; 130 mmol/L", unescape(page).replace("<", "&lt;")) or "Sodium &lt; 130 mmol/L" in page
