"""A document that has no date but that of its issue says so, among the hits, on its page, in REST and in tables."""

import csv
import re
from functools import lru_cache
from urllib.parse import quote

import pytest

from tests.ingest.exports import Lab, patient
from tests.webapp import fixtures as f
from tests.webapp.conftest import make_client

ISSUED = "2023-05-03T08:00:00Z"


def report(identifier: str, conclusion: str, **dates: str) -> dict:
    words = {"code": {"text": "Scan"}, "conclusion": conclusion, "subject": {"reference": "Patient/p1"}}
    return {"resourceType": "DiagnosticReport", "id": identifier, "status": "final", **words, **dates}


@lru_cache(maxsize=1)
def ward() -> Lab:
    lab = Lab(f.folder("dating"))
    with f.ingesting():
        lab.ingest(
            patient(),
            report("given", "Nodule of the left lung.", issued=ISSUED),
            report("taken", "Cyst of the left kidney.", issued=ISSUED, effectiveDateTime="2023-05-01"),
        )
    return lab


@pytest.mark.parametrize(("identifier", "question", "said"), [("given", "nodule", "issued 2023-05-03"), ("taken", "cyst", "2023-05-01")])
def test_a_date_of_issue_is_called_so(identifier: str, question: str, said: str) -> None:
    client = make_client(ward().library())
    iri = ward().iri("DiagnosticReport", identifier)
    hits = re.sub("<[^>]+>", "", client.get(f"/search?q={question}&mode=lexical").text)
    page = re.sub(
        "<[^>]+>", "", client.get(f"/document?id={quote(iri)}").text.partition('class="outline"')[0].partition('class="reading"')[0]
    )
    for words in (hits, page):
        assert said in " ".join(words.split())
        assert ("issued" in words) is said.startswith("issued")


@pytest.mark.parametrize(("identifier", "question", "dated"), [("given", "nodule", "issued"), ("taken", "cyst", "effective")])
def test_answers_and_tables_say_what_a_date_is_of(identifier: str, question: str, dated: str) -> None:
    client = make_client(ward().library())
    iri, api = ward().iri("DiagnosticReport", identifier), "/api/v1"
    (hit,) = client.get(f"{api}/search?q={question}&mode=lexical").get_json()["hits"]
    (row,) = csv.DictReader(client.get(f"{api}/search.csv?q={question}&mode=lexical").text.splitlines())
    document = client.get(f"{api}/documents/{quote(iri, safe='')}").get_json()
    listed = client.get(f"{api}/patients/documents?id={quote(ward().iri('Patient', 'p1'), safe='')}").get_json()["documents"]
    (summary,) = [one for one in listed if one["id"] == iri]
    for found in (hit, row, document, summary):
        assert (found["dated"], found["date"]) == (dated, ISSUED if dated == "issued" else "2023-05-01")


def test_lists_of_documents_say_it_too() -> None:
    client = make_client(ward().library())
    for page in (f"/node?id={quote(ward().iri('DiagnosticReport', 'given'))}", f"/patient?id={quote(ward().iri('Patient', 'p1'))}"):
        words = " ".join(re.sub("<[^>]+>", "", client.get(page).text).split())
        assert "issued 2023-05-03" in words and "issued 2023-05-01" not in words
