"""The page of a document: marks, spans, labels and copies, hostile and long texts."""

import re
from dataclasses import replace
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient

from graph.vocabulary import KG
from tests.ingest.exports import Lab, write
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Shelf
from tests.webapp.page import get
from tests.webapp.two_patients import note
from webapp.app import create_app


def test_document_marks_mentions_by_assertion(client: FlaskClient) -> None:
    page = get(client, f"/document?id={quote(f.ONCOLOGY_NOTE)}")
    html = client.get(f"/document?id={quote(f.ONCOLOGY_NOTE)}").text
    note = html[html.index('id="text"') :]
    assert re.search(r'<mark class="m m-affirmed mk-medication first last" id="m\d"[^>]*>cisplatin</mark>', note)
    assert re.search(r'<mark class="m m-negated mk-[a-z]+ first last"[^>]*><span class="sr">not </span>neuropathy</mark>', note)
    assert re.search(r'<mark class="m m-family mk-[a-z]+ first last"[^>]*><span class="sr">in the family </span>hypertension</mark>', note)
    assert "demo/DocumentReference.ndjson:1" in page.text
    assert re.findall(r'<li><a href="#s\d+"><bdi>(.*?)</bdi>', html) == ["History of present illness", "Plan"]


SECOND_NOTE = f"{f.ONCOLOGY_NOTE}-2"


def _label_and_copy(lab: Lab) -> None:
    """Twenty-two labeled texts about the note, one of them the whole of it, and the note once more under another name."""
    named = {"record": f.ONCOLOGY_NOTE, "patient": f.ROSA}
    texts = [f.ONCOLOGY_TEXT, *(f"Part {number} of the note." for number in range(21))]
    about = {"job-name": "labeling-job/tone", "type": "groundtruth/text-classification", "human-annotated": "yes", "class-name": "calm"}
    about |= {"creation-date": "2024-03-01T10:00:00", "confidence": 0.9}
    lines = [{"source": text, **named, "tone": 0, "tone-metadata": about} for text in texts]
    lab.ingest_path(write(lab.folder / "tone.manifest", *lines), "tones", format="manifest")
    again = note(SECOND_NOTE, f.ROSA, f.ROSA_VISIT, "Oncology note", "A <second> note", "2024-03-18", f.ONCOLOGY_TEXT)
    lab.ingest_path(write(lab.folder / "again" / "DocumentReference.ndjson", again).parent, f.DATASET)


def test_document_leads_to_its_labels_and_copies(library: Shelf, client: FlaskClient) -> None:
    url = f"/document?id={quote(f.ONCOLOGY_NOTE)}"
    assert not {"Labeled as", "With the same text"} & set(get(client, url).text.splitlines())
    library.show(f.changed(_label_and_copy))
    items = sorted(one.id for one, _ in library.current().graph.neighbours(f.ONCOLOGY_NOTE, relation=f"{KG}about", limit=50).neighbours)
    assert len(items) == 22
    html = client.get(url).text
    about = html[html.index("Labeled as") : html.index("With the same text")]
    assert [unquote(one) for one in re.findall(r'href="/item\?id=([^"&]+)"', about)] == items[:20]
    assert "2 more in the graph" in about
    copies = html[html.index('id="copies"') :]
    assert "/item?" not in copies and SECOND_NOTE in unquote(copies) and "A &lt;second&gt; note" in copies
    answer = client.get(f"/api/v1/documents?id={quote(f.ONCOLOGY_NOTE)}").json
    assert answer is not None and [one["id"] for one in answer["copies"]] == [SECOND_NOTE]
    library.lose_graph()
    assert "Labeled as" not in get(client, url).text


def test_document_opens_at_a_span(client: FlaskClient) -> None:
    html = client.get(f"/document?id={quote(f.ONCOLOGY_NOTE)}&start=29&end=62").text
    text = f.ONCOLOGY_TEXT
    marked = "".join(re.findall(r'<mark class="[^"]*\bspan\b[^"]*"[^>]*>(.*?)</mark>', html))
    assert marked == text[29:62]
    assert html.count('id="span"') == 1


@pytest.mark.parametrize("span", ["start=-5&end=3", "start=9999&end=10000", "start=5&end=2", "start=x&end=y", "start=3"])
def test_impossible_spans_do_no_harm(client: FlaskClient, span: str) -> None:
    get(client, f"/document?id={quote(f.ONCOLOGY_NOTE)}&{span}")


def test_hostile_text_is_shown_as_text(client: FlaskClient) -> None:
    for url in (f"/document?id={quote(f.HOSTILE_NOTE)}", "/search?q=metformin+continued", f"/patient?id={quote(f.MILAN)}"):
        html = client.get(url).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html
        assert "\x00" not in html
    page = get(client, f"/document?id={quote(f.HOSTILE_NOTE)}")
    note = page.text
    assert "<script>alert('note')</script> </textarea></pre><b>bold</b> &amp; &lt;" in note
    assert "U+202E" in note
    assert "{{ 7 * 7 }} ${7*7}" in note
    assert "\U0001f468\u200d\U0001f469\u200d\U0001f467" in note


def test_long_text_comes_in_parts_and_links_find_theirs(library: Shelf) -> None:
    catalog = f.real().current().catalog
    long = "word " * 100_000 + "metformin " + "x" * 500_000
    place = long.index("metformin")
    noted = catalog.document(f.DIABETES_NOTE)
    assert noted is not None
    mention = replace(noted.mentions[1], start=place, end=place + 9)
    grown = replace(noted, text=long, mentions=(mention,), passages=())
    library.catalog = f.Part(catalog, document=lambda _: grown)
    client = create_app(library).test_client()
    first = get(client, f"/document?id={quote(f.DIABETES_NOTE)}")
    assert "shown in 5 parts" in first.text
    there = next(link for link in first.links() if link.endswith("#m1"))
    assert 'id="m1"' in client.get(there.split("#")[0]).text
    at_span = client.get(f"/document?id={quote(f.DIABETES_NOTE)}&start={place}&end={place + 9}").text
    assert 'id="span"' in at_span or "span" in at_span
    assert len(at_span) < 300_000
