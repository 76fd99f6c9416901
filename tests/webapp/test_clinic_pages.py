"""What a chart says and does not say, on the pages of a real generation: denials, relatives, two codings, ranges."""

import re

import pytest
from flask.testing import FlaskClient

from tests.webapp.clinic import clinic


@pytest.fixture
def pages() -> FlaskClient:
    return clinic().client()


def patient_page(pages: FlaskClient, identifier: str = "p1", more: str = "") -> str:
    return pages.get(f"/patient?id={clinic().iri('Patient', identifier)}{more}").text


def section(html: str, title: str) -> str:
    """The part of the glance under a heading."""
    start = html.index(f"{title} <span")
    return html[start : html.index("</section>", start)]


def row_of(html: str, words: str) -> str:
    return next(row for row in html[html.index('id="table"') :].split("<tr")[1:] if words in row)


def test_no_known_allergies_stands_plain_under_allergies(pages: FlaskClient) -> None:
    html = patient_page(pages)
    allergies = section(html, "Allergies")
    assert "No known allergies" in allergies and "recorded as none known" in allergies
    assert "uncounted" not in allergies
    row = row_of(html, "No known allergies")
    assert "uncounted" not in row and "not counted" not in row
    drawn = re.findall(r"<title>[^<]*No known allergies[^<]*</title><use [^>]*>", html)
    assert drawn and "hollow" not in drawn[0]


def test_a_refuted_allergy_is_struck_and_no_allergy(pages: FlaskClient) -> None:
    html = patient_page(pages, "p2")
    assert "Allergies <span" not in html
    assert "Penicillin" in section(html, "Not counted as the patient’s")
    assert "uncounted" in row_of(html, "Penicillin") and "refuted" in row_of(html, "Penicillin")


def test_a_relatives_illness_has_its_own_lane_and_is_never_struck(pages: FlaskClient) -> None:
    html = patient_page(pages)
    family = section(html, "Family history")
    assert "Cancer of the breast" in family and "mother" in family and "uncounted" not in family
    assert "Cancer of the breast" not in section(html, "Problems")
    row = row_of(html, "Cancer of the breast")
    assert "uncounted" not in row and "k-family" in row and "k-condition" not in row
    (mark,) = re.findall(r"<title>[^<]*Cancer of the breast[^<]*</title><use ([^>]*)>", html)
    assert "#t-family" in mark and "hollow" not in mark
    only = patient_page(pages, more="&kind=condition")
    assert "Cancer of the breast" not in only[only.index('id="table"') :]
    only = patient_page(pages, more="&kind=family")
    assert "Cancer of the breast" in only[only.index('id="table"') :]


def test_what_was_not_done_is_struck_everywhere(pages: FlaskClient) -> None:
    html = patient_page(pages)
    assert "uncounted" in row_of(html, "Colonoscopy")
    (mark,) = re.findall(r"<title>[^<]*Colonoscopy[^<]*</title><use ([^>]*)>", html)
    assert "hollow" in mark


def test_two_codings_of_a_record_are_one_thing_with_both_codes(pages: FlaskClient) -> None:
    html = patient_page(pages, more="&kind=condition")
    table = html[html.index('id="table"') :]
    assert table.count("Sugar diabetes") == 1
    assert "44054006" in table and "E11.9" in table and "Diabetes mellitus type 2" in table
    assert 'Problems <span class="quiet">1</span>' in html
    document = pages.get(f"/document?id={clinic().iri('DocumentReference', 'd1')}").text
    charted = document[document.index("Charted in the encounter") :]
    assert charted.count("Sugar diabetes") == 1
    assert "44054006" in charted and "E11.9" in charted


def test_names_lead_with_the_words_of_the_record(pages: FlaskClient) -> None:
    row = row_of(patient_page(pages), "Glucophage 500")
    assert row.index("Glucophage 500") < row.index("metformin hydrochloride") < row.index("<bdi>861007</bdi>")


def test_laboratory_values_come_before_vital_signs_and_say_what_is_out_of_range(pages: FlaskClient) -> None:
    html = patient_page(pages)
    results = section(html, "Latest results")
    assert results.index("Laboratory") < results.index("Potassium") < results.index("Vital signs") < results.index("Heart rate")
    potassium = results[results.index("Potassium") : results.index("Sodium")]
    assert "↑ high" in potassium and "usual <bdi>3.5 – 5.1</bdi>" in potassium
    assert "↓ low" in results[results.index("Sodium") : results.index("Vital signs")]
    assert "level" not in results[results.index("Heart rate") :]
    assert "↑ high" in row_of(html, "Potassium")


def test_a_mark_of_several_events_leads_to_them(pages: FlaskClient) -> None:
    html = patient_page(pages)
    (url,) = re.findall(r'<a href="([^"]+on=2023-01-01[^"]*)"', html)
    table = pages.get(url.replace("&amp;", "&")).text
    assert table[table.index('id="table"') :].count("<tr class=") == 3
