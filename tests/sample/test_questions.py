"""Questions that a clinician asks of the demo, and what must answer them: words and concepts alone rank here, without the model."""

import pytest

from concepts.model import Assertion
from sample import write_sample
from search.model import Match, Mode, SearchRequest
from tests.ingest.exports import InlinePool, Lab

PATIENTS, SEED = 72, 7
"""What `make demo` shows."""


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("questions"))
        export = lab.folder / "export"
        write_sample(export, PATIENTS, SEED)
        lab.ingest_path(export, "demo", embed=False)
        yield lab.snapshot().retriever


def asked(retriever, question, **request):
    return retriever.search(SearchRequest(question, mode=Mode.LEXICAL, limit=10, join=False, facets=False, **request))


def answers(result):
    return [(hit.answer or hit.passage).text for hit in result.hits if hit.match is Match.WELL]


@pytest.mark.parametrize(
    ("question", "assertion"),
    [
        ("T2DM", Assertion.AFFIRMED),
        ("heart attack", Assertion.AFFIRMED),
        ("mi", Assertion.AFFIRMED),
        ("patients with breast cancer", Assertion.AFFIRMED),
        ("family history of breast cancer", Assertion.FAMILY),
        ("no family history of breast cancer", Assertion.NOT_IN_FAMILY),
        ("copd", Assertion.AFFIRMED),
        ("blood pressure above 160", Assertion.AFFIRMED),
        ("hypertension", Assertion.AFFIRMED),
    ],
)
def test_the_first_hits_mean_a_concept_as_it_is_asked(retriever, question, assertion):
    result = asked(retriever, question)
    assert result.question.parts and result.question.parts[0].assertion is assertion
    good = [hit for hit in result.hits[:5] if any(said.agrees for said in hit.said)]
    assert len(good) == len(result.hits[:5]) > 0, [hit.said for hit in result.hits[:5]]


@pytest.mark.parametrize(
    ("question", "never"),
    [
        ("chest pain on exertion", ("no chest pain", "denies chest pain", "without chest pain", "no exertional chest pain")),
        ("chest pain", ("no chest pain", "denies chest pain", "without chest pain")),
        ("suicidal ideation", ("no suicidal", "denies suicidal", "without suicidal")),
        ("heart attack", ("no attack in",)),
    ],
)
def test_a_denial_answers_nobody_who_asks_who_has_it(retriever, question, never):
    found = answers(asked(retriever, question))
    assert found
    assert not [text for text in found if any(words in text.lower() for words in never)], found


@pytest.mark.parametrize("question", ["no shortness of breath", "patients without chest pain"])
def test_a_denial_answers_who_asks_for_it(retriever, question):
    (first, *_) = answers(asked(retriever, question))
    assert any(word in first.lower() for word in ("no ", "denies", "without", "not "))


def test_a_value_is_compared(retriever):
    result = asked(retriever, "hba1c above 9")
    (part,) = result.question.parts
    assert (part.value.comparator, part.value.number) == (">", 9)
    found = answers(result)
    assert found and not [text for text in found if "PHQ" in text and "A1c" not in text]


def test_a_drug_is_asked_by_its_ingredient(retriever):
    result = asked(retriever, "metformin")
    assert result.question.parts
    assert all("metformin" in hit.passage.text.lower() for hit in result.hits if hit.match is Match.WELL)


def test_what_is_denied_of_relatives_is_denied_of_no_patient(retriever):
    heads = {head.way: head.documents for head in asked(retriever, "breast cancer").head}
    assert heads["family"] and heads["concept"] and not heads["denied"]
    (first, *_) = answers(asked(retriever, "no family history of breast cancer"))
    assert any(words in first.lower() for words in ("no family history", "denies any family history", "no relatives"))
