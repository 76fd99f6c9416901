"""Hits put together by patient: on the page, over REST and as a table the same patients, counted."""

import csv
import io
import re
from html import unescape

from flask.testing import FlaskClient

from tests.webapp.fixtures import ROSA

QUERY = ""
"""Everything there is: documents of patients and of nobody."""


def asked(client: FlaskClient, **parameters: object) -> dict:
    answer = client.get("/api/v1/search", query_string={"q": QUERY, "group": "patient", **parameters}).json
    assert isinstance(answer, dict)
    return answer


def test_patients_are_counted_and_named(client: FlaskClient) -> None:
    answer = asked(client)
    found = answer["by_patient"]
    listed = client.get("/api/v1/search", query_string={"q": QUERY, "limit": 100}).json
    patients = {hit["patient"] for hit in listed["hits"] if hit["patient"]}
    nobody = sum(hit["patient"] is None for hit in listed["hits"])
    assert found["patients"] == len(patients) > 0 and found["total"] == len(patients) + nobody > len(patients)
    assert sum(one["documents"] for one in found["page"]) == listed["total"] == answer["total"]
    assert ROSA in {one["patient"] for one in found["page"]}
    assert listed["by_patient"] is None


def test_limit_and_offset_count_patients(client: FlaskClient) -> None:
    whole = asked(client)["by_patient"]["page"]
    pages = [asked(client, limit=1, offset=place)["by_patient"]["page"] for place in range(len(whole))]
    assert [one for page in pages for one in page] == whole
    assert asked(client, offset=len(whole))["by_patient"]["page"] == []
    assert client.get("/api/v1/search?q=x&group=dataset").status_code == 400


def test_tables_have_the_same_patients(client: FlaskClient) -> None:
    page = asked(client)["by_patient"]["page"]
    by_hit = client.get("/api/v1/search.csv", query_string={"q": QUERY, "group": "patient"}).text
    rows = [*csv.DictReader(io.StringIO(by_hit))]
    assert [*dict.fromkeys(row["patient_id"] for row in rows if row["patient_id"])] == [one["patient"] for one in page if one["patient"]]
    by_patient = client.get("/api/v1/search.csv", query_string={"q": QUERY, "rows": "patients"}).text
    counted = {row["patient_id"]: int(row["hits"]) for row in csv.DictReader(io.StringIO(by_patient))}
    assert all(counted[one["patient"]] == one["documents"] for one in page if one["patient"])


def test_the_page_lists_patients_with_their_hits(client: FlaskClient) -> None:
    html = client.get(f"/search?q={QUERY}&group=patient").text
    found = asked(client)["by_patient"]
    assert f'data-patients="{found["patients"]}"' in html and "of no patient" in html
    assert html.count('class="patient-hits"') == found["patients"]
    for url, number in re.findall(r'<p class="meta"><a href="([^"]*)" data-count="(\d+)"', html):
        assert f'data-total="{number}"' in client.get(unescape(url)).text, "a patient's number of documents is a list of them"
    assert 'aria-current="true">Patients</a>' in html and "group=patient" in html[html.index("hits as CSV") - 200 :]
    assert 'class="patient-hits"' not in client.get(f"/search?q={QUERY}").text
    assert client.get(f"/search?q={QUERY}&group=nonsense").status_code == 200


def test_other_controls_keep_the_grouping(client: FlaskClient) -> None:
    html = client.get(f"/search?q={QUERY}&group=patient").text
    modes = re.search(r'aria-label="Ranking">(.*?)</nav>', html, re.DOTALL)
    assert modes and modes[1].count("group=patient") == 3
    assert '<input type="hidden" name="group" value="patient">' in html, "another question is put together too"
