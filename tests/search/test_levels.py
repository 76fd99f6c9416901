"""Results that are asked to be low, high, abnormal or normal: by what records say of them, or by their reference range."""

import pytest

from search.levels import Level, asked_level, level_of, ranges_of
from search.model import Match, SearchRequest
from tests.ingest.exports import InlinePool, Lab, note, patient


@pytest.mark.parametrize(
    ("question", "named", "level", "spans"),
    [
        ("low potassium", "potassium", Level.LOW, "low potassium"),
        ("patients with elevated serum potassium", "potassium", Level.HIGH, "elevated serum potassium"),
        ("critically high fasting glucose", "glucose", Level.HIGH, "critically high fasting glucose"),
        ("whose potassium is low", "potassium", Level.LOW, "potassium is low"),
        ("platelet count reduced", "platelet", Level.LOW, "platelet count reduced"),
        ("Abnormal TSH", "TSH", Level.ABNORMAL, "Abnormal TSH"),
        ("normal TSH", "TSH", Level.USUAL, "normal TSH"),
        ("low sodium and high potassium", "potassium", Level.HIGH, "high potassium"),
        ("low potassium diet", "potassium", Level.UNKNOWN, "potassium"),
        ("high potassium foods", "potassium", Level.UNKNOWN, "potassium"),
        ("drugs that reduced LDL", "LDL", Level.UNKNOWN, "LDL"),
        ("above normal potassium", "potassium", Level.UNKNOWN, "potassium"),
        ("low or normal potassium", "potassium", Level.UNKNOWN, "potassium"),
        ("potassium low or normal", "potassium", Level.UNKNOWN, "potassium"),
        ("low mood and potassium", "potassium", Level.UNKNOWN, "potassium"),
        ("potassium in low risk patients", "potassium", Level.UNKNOWN, "potassium"),
        ("slow potassium", "potassium", Level.UNKNOWN, "potassium"),
        ("potassium lowest", "potassium", Level.UNKNOWN, "potassium"),
    ],
)
def test_how_a_question_asks_a_result(question, named, level, spans):
    start = question.index(named)
    found, begin, end = asked_level(question, start, start + len(named))
    assert (found, question[begin:end]) == (level, spans)


@pytest.mark.parametrize(
    ("interpretation", "number", "comparator", "attributes", "level"),
    [
        ("LL", 9.0, "", "low: 3.5\nhigh: 5.1", Level.LOW),  # the record's own word goes before its range
        ("n", 9.0, "", "high: 5.1", Level.USUAL),
        ("A", None, "", "", Level.ABNORMAL),
        ("A", 3.4, "", "low: 3.5\nhigh: 5.1", Level.LOW),  # in which way, the range tells
        ("A", 4.0, "", "low: 3.5\nhigh: 5.1", Level.ABNORMAL),
        ("High", 4.0, "", "low: 3.5\nhigh: 5.1", Level.HIGH),
        ("POS", 4.0, "", "low: 3.5\nhigh: 5.1", Level.UNKNOWN),
        ("POS", 9.0, "", "low: 3.5\nhigh: 5.1", Level.HIGH),
        ("", 3.4, "", "low: 3.5\nhigh: 5.1", Level.LOW),
        ("", 3.5, "", "low: 3.5\nhigh: 5.1", Level.USUAL),
        ("", 5.2, "", "low: 3.5\nhigh: 5.1", Level.HIGH),
        ("<", 5.2, "", "low: 3.5\nhigh: 5.1", Level.HIGH),  # off the scale says nothing of what is usual
        ("", 3.5, "<", "low: 3.5", Level.LOW),
        ("", 5.0, "<", "low: 3.5", Level.UNKNOWN),
        ("", 5.1, ">", "high: 5.1", Level.HIGH),
        ("", 4.0, "", "range: as told", Level.UNKNOWN),
        ("", 4.0, "", "", Level.UNKNOWN),
        ("", None, "", "low: 3.5", Level.UNKNOWN),
    ],
)
def test_how_a_result_lies_to_what_is_usual(interpretation, number, comparator, attributes, level):
    assert level_of(interpretation, number, comparator, ranges_of(attributes)) is level


LOINC = "http://loinc.org"
CHARTED = {
    "told": {"valueQuantity": {"value": 3.1, "unit": "mmol/L"}, "interpretation": [{"coding": [{"code": "L"}]}]},
    "ranged": {"valueQuantity": {"value": 3.2, "unit": "mmol/L"}, "referenceRange": [{"low": {"value": 3.5}, "high": {"value": 5.1}}]},
    "usual": {"valueQuantity": {"value": 4.0, "unit": "mmol/L"}, "referenceRange": [{"low": {"value": 3.5}, "high": {"value": 5.1}}]},
    "high": {"valueQuantity": {"value": 6.0, "unit": "mmol/L"}, "interpretation": [{"coding": [{"code": "HH"}]}]},
    "abnormal": {"valueQuantity": {"value": 3.0, "unit": "mmol/L"}, "interpretation": [{"coding": [{"code": "A"}]}]},
    "nothing": {"valueQuantity": {"value": 3.0, "unit": "mmol/L"}},
}
TOLD = {"denied": "Seen. No elevated potassium.", "family": "Seen. Mother had high potassium.", "text": "Seen. Potassium drawn."}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("levels"))
        code = {"coding": [{"system": LOINC, "code": "2823-3", "display": "Potassium"}]}
        results = [
            {"resourceType": "Observation", "id": f"o-{who}", "status": "final", "code": code, "effectiveDateTime": "2024-02-01"}
            | {"subject": {"reference": f"Patient/{who}"}}
            | rest
            for who, rest in CHARTED.items()
        ]
        texts = dict.fromkeys(CHARTED, "Seen. Potassium drawn.") | TOLD
        notes = [note(f"n-{who}", text, f"Patient/{who}", date="2024-02-01T10:00:00Z") for who, text in texts.items()]
        lab.ingest(*map(patient, texts), *results, *notes)
        yield lab.snapshot().retriever


@pytest.mark.parametrize(
    ("question", "first", "never"),
    [
        ("low potassium", {"told", "ranged"}, {"usual", "high"}),
        ("elevated potassium", {"high"}, {"told", "ranged", "usual"}),
        ("abnormal potassium", {"told", "ranged", "high", "abnormal"}, {"usual"}),
        ("normal potassium", {"usual"}, {"told", "ranged", "high", "abnormal"}),
    ],
)
def test_what_is_known_to_lie_so_leads_and_what_lies_otherwise_does_not_match_well(retriever, question, first, never):
    result = retriever.search(SearchRequest(question))
    well = [hit.document.rpartition("n-")[2] for hit in result.hits if hit.match is Match.WELL]
    assert set(well[: len(first)]) == first
    assert not never & set(well)
    assert {"nothing", "text"} <= set(well), "of what nothing is known may be as asked, and stands behind"
    head = next(one for one in result.head if one.way == "concept")
    assert (head.patients, head.documents) == (len(first), len(first))


@pytest.mark.parametrize("question", ["no elevated potassium", "patients without high potassium", "no potassium above 5 mmol/L"])
def test_who_has_it_otherwise_answers_a_denial_and_who_has_it_so_does_not(retriever, question):
    result = retriever.search(SearchRequest(question))
    well = {hit.document.rpartition("n-")[2] for hit in result.hits if hit.match is Match.WELL}
    assert {"denied", "usual", "told", "ranged"} <= well
    assert "high" not in well
    said = {hit.document.rpartition("n-")[2]: hit.said[0].agrees for hit in result.hits if hit.said}
    assert said["usual"]
    assert said["denied"]
    assert not said.get("high", False)
    (usual,) = (hit.answer.text for hit in result.hits if hit.document.endswith("n-usual"))
    assert usual == "Potassium drawn."


def test_what_is_asked_of_the_family_is_not_answered_by_a_result_of_the_patient(retriever):
    result = retriever.search(SearchRequest("mother with high potassium"))
    assert {hit.document.rpartition("n-")[2] for hit in result.hits if hit.match is Match.WELL} == {"family"}


def test_a_level_is_told_as_it_was_read(retriever):
    (part,) = retriever.search(SearchRequest("low potassium")).question.parts
    assert (part.of_result, part.text) == ("low", "potassium")
