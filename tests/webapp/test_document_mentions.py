"""Mentions on the page of a document: their marks, what decides them, who read them otherwise, and which are shown."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from concepts.model import READ, Assertion, Mention
from tests.webapp import fixtures as f
from tests.webapp.fixtures import Part, Shelf
from webapp.app import create_app
from webapp.pages.asserting import STANCES, stance_of
from webapp.pages.marking import marked
from webapp.pages.mention_filter import Chosen
from webapp.pages.mentions import Named, differences_of, group_of, marks_of, rows_of, trigger_places

TEXT = "No cough. She denies fever, chills and chest pain. Troponin 0.9 ng/mL, fever chart attached."
URL = f"/document?id={quote(f.ONCOLOGY_NOTE)}"


def mention(words: str, assertion: Assertion, source: str = READ, trigger: str = "", concept: str = "", **more: str) -> Mention:
    start = TEXT.index(words)
    more = {"label": words, **more}
    end = start + len(words)
    return Mention(
        f"{source}-{words}", start, end, words, concept or f"urn:{words}", more.pop("label"), assertion, None, None, source, trigger, **more
    )


def drawn(*mentions: Mention) -> str:
    each = [Named(one, "condition", "") for one in mentions]
    return str(marked(TEXT, marks_of(TEXT, each, 0, len(TEXT))))


def test_a_mark_names_the_words_that_decide_it() -> None:
    cough, pain = (
        mention("cough", Assertion.NEGATED, trigger="No"),
        mention("chest pain", Assertion.NEGATED, trigger="denies", section="ROS"),
    )
    html = drawn(cough, pain)
    assert '<span class="by t1">No</span>' in html and '<span class="by t2">denies</span>' in html
    assert 'because of: denies\nsection: ROS\nread by: our reading" data-g="2" data-t="t2"' in html
    assert html.count('class="by') == 2, "each of the words once, however many it decides"


def test_the_words_are_those_of_the_sentence_and_not_the_nearest_that_read_alike() -> None:
    text = "She has no fever, chills or cough, no rash."
    start = text.index("cough")
    cough = replace(mention("cough", Assertion.NEGATED), start=start, end=start + 5, trigger="no")
    assert trigger_places(text, [cough], 0, len(text)) == {cough.id: (8, 10)}
    assert trigger_places(text, [replace(cough, trigger="without")], 0, len(text)) == {}, "what was read by other rules has no place"


def test_a_heading_decides_from_above() -> None:
    text = "FAMILY HISTORY: asthma, gout.\n"
    gout = replace(mention("fever", Assertion.FAMILY), start=24, end=28, trigger="FAMILY HISTORY", section="FAMILY HISTORY")
    assert trigger_places(text, [gout], 0, len(text)) == {gout.id: (0, 14)}


def test_readings_of_one_place_stand_side_by_side() -> None:
    ours = mention("chest pain", Assertion.NEGATED, trigger="denies")
    theirs = mention("pain", Assertion.AFFIRMED, source="healthlake:infer-icd10")
    html = drawn(ours, theirs)
    assert html.count("m-differ") == 2
    piece = html[html.index('data-g="1 2"') - 400 :] if 'data-g="1 2"' in html else ""
    assert "denied condition: chest pain" in piece and "affirmed condition: pain" in piece, "the piece under both says both"
    (one,) = differences_of([Named(ours, "condition", ""), Named(theirs, "condition", "")], lambda anchor, _: f"#{anchor}")
    assert one.text == "chest pain"
    assert one.readings == (("HealthLake (infer-icd10)", Assertion.AFFIRMED), ("our reading", Assertion.NEGATED))


@pytest.mark.parametrize("source", ["human:tone", READ])
def test_what_only_names_or_agrees_is_no_difference(source: str) -> None:
    ours = mention("chest pain", Assertion.NEGATED)
    assert not differences_of([Named(one, "", "") for one in (ours, mention("pain", Assertion.AFFIRMED, source=source))], lambda *_: "")


def test_a_place_read_twice_is_one_place_of_its_row() -> None:
    pair = (
        mention("fever", Assertion.NEGATED, concept="urn:f"),
        mention("fever", Assertion.NEGATED, source="healthlake:x", concept="urn:f"),
    )
    (row,) = rows_of([Named(one, "condition", "") for one in pair], lambda anchor, _: f"#{anchor}")
    assert row.count == 1 and len(row.places) == 1 and row.sources == ("our reading", "HealthLake (x)")


def test_values_are_told_with_their_unit() -> None:
    assert "value: 0.9 ng/mL" in drawn(mention("Troponin", Assertion.AFFIRMED, value="0.9", unit="ng/mL"))


@pytest.mark.parametrize(
    ("label", "concept", "charted", "group"),
    [
        ("Asthma (disorder)", "urn:a", "", "condition"),
        ("Appendectomy (procedure)", "urn:a", "", "procedure"),
        ("Asthma", "http://purl.bioontology.org/ontology/ICD10CM/J45", "", "condition"),
        ("Asthma", "urn:a", "observation", "observation"),
        ("Tetanus", "urn:a", "immunization", "medication"),
        ("Asthma", "urn:a", "", "concept"),
    ],
)
def test_a_mention_is_drawn_as_its_concept_is_charted_or_named(label: str, concept: str, charted: str, group: str) -> None:
    one = replace(mention("cough", Assertion.AFFIRMED), label=label, concept=concept)
    assert group_of(one, {concept: charted} if charted else {}) == group


def test_every_assertion_can_be_chosen_once() -> None:
    assert sorted(one for held in STANCES.values() for one in held) == sorted(Assertion)
    assert stance_of(Assertion.HYPOTHETICAL) == "possible"
    assert Chosen(assertion="possible").takes(Named(mention("cough", Assertion.HYPOTHETICAL), "condition", ""))


def test_mentions_are_chosen_by_links(client: FlaskClient) -> None:
    html = client.get(URL).text
    assert f'href="{URL.replace("%3A", ":")}&amp;assertion=denied#text" data-choice="assertion:denied" data-count="2"' in html
    denied = client.get(f"{URL}&assertion=denied").text
    note = denied[denied.index('id="text"') : denied.index("</article>")]
    assert note.count("<mark") == 1 and "neuropathy</mark>" in note
    assert "2 of 9" in denied and 'aria-current="true"' in denied
    none = client.get(f"{URL}&assertion=denied&kind=drugs").text
    assert "No mention is of this kind" in none and "<mark" not in none[none.index('id="text"') : none.index("</article>")]
    assert client.get(f"{URL}&assertion=nonsense&kind=%00&reader=x").text.count("<mark") == html.count("<mark")


def test_all_headings_are_in_the_outline(library: Shelf) -> None:
    catalog = f.real().current().catalog
    noted = catalog.document(f.ONCOLOGY_NOTE)
    assert noted is not None
    text = "HPI: fine.\n\nPast Medical History:\nnone\n\nPLAN: rest.\n"
    library.catalog = Part(catalog, document=lambda _: replace(noted, text=text, mentions=(), passages=()))
    html = create_app(library).test_client().get(URL).text
    outline = html[html.index('class="outline"') : html.index('class="reading"')]
    assert [title in outline for title in ("HPI", "Past Medical History", "PLAN")] == [True] * 3
    assert "No concepts are marked in this text" in html and 'id="choices"' not in html
