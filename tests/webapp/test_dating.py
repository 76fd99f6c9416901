"""A document that has no date but that of its issue says so, among the hits and on its page."""

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
