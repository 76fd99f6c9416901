"""Records as public reports describe them: bounded values, dates of issue only, odd ids and references, reported medication."""

import pytest

from ingest.fhir.reader import read
from ingest.mapping.references import key_of
from sources.blocks import Block
from sources.files import SourceFile
from tests.ingest.exports import write
from tests.ingest.mapping.reading import PATIENT, mapped, said, warnings

RESULT = {"resourceType": "Observation", "status": "final", "code": {"text": "Glucose"}, "subject": PATIENT}


def bounded(comparator):
    return {"value": 5, "unit": "mg/dL", **({"comparator": comparator} if comparator else {})}


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">", "ad", "sa"])
def test_a_bound_is_told_from_the_number(comparator):
    result = mapped({**RESULT, "valueQuantity": bounded(comparator), "component": [{"code": {"text": "x"}, "valueQuantity": bounded(">")}]})
    assert (said(result)["kg:bound"], said(result)["kg:comparator"]) == (["5"], [comparator])
    assert "kg:value" not in said(result), "an average over values would take the bound for one"
    assert said(result, "#component-0")["kg:comparator"] == [">"]
    assert [(fact.number, fact.comparator, fact.exact) for fact in result.facts] == [(5, comparator, None), (5, ">", None)]
    assert [fact.attributes for fact in result.facts] == ["", ""]
    exact = mapped({**RESULT, "valueQuantity": bounded("")})
    assert not {"kg:comparator", "kg:bound"} & said(exact).keys()
    assert [(fact.comparator, fact.exact) for fact in exact.facts] == [("", 5)]


@pytest.mark.parametrize(("spelled", "meant"), [("≤", "<="), ("≥", ">="), ("=", "")])
def test_a_bound_may_be_spelled_otherwise(spelled, meant):
    (fact,) = mapped({**RESULT, "valueQuantity": bounded(spelled)}).facts
    assert (fact.comparator, fact.value) == (meant, f"{meant}5 mg/dL")


def test_a_bound_in_words_is_words():
    (fact,) = mapped({**RESULT, "valueString": "<5"}).facts
    assert (fact.value, fact.number, fact.comparator) == ("<5", None, "")


def test_a_range_that_is_bounded_itself_is_told_in_words():
    ranged = [{"low": {"value": 3}, "high": {"value": 10, "unit": "mg/dL", "comparator": "<"}}]
    (fact,) = mapped({**RESULT, "valueQuantity": bounded(""), "referenceRange": ranged}).facts
    assert fact.attributes == "range: 3 – <10 mg/dL"


@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
def test_a_date_of_issue_is_in_the_graph(kind):
    issue = {"issued": "2023-05-03T08:00:00Z"}
    told = said(mapped({**RESULT, "resourceType": kind, **issue}))
    assert (told["kg:issued"], told["kg:start"], told["kg:startFrom"]) == ([issue["issued"]], [issue["issued"]], ["issued"])
    for held in ({"effectiveDateTime": "2023-05-02"}, {"effectivePeriod": {"end": "2023-05-02"}}):
        told = said(mapped({**RESULT, "resourceType": kind, **issue, **held}))
        assert (told["kg:issued"], "kg:startFrom" in told) == ([issue["issued"]], False)
        assert told.get("kg:start") == ([held["effectiveDateTime"]] if "effectiveDateTime" in held else None)


def test_facts_say_that_they_are_dated_by_issue():
    component = {"code": {"text": "x"}, "valueQuantity": bounded("")}
    found = mapped({**RESULT, "issued": "2023-05-03T08:00:00Z", "valueQuantity": bounded(""), "component": [component]}).facts
    assert [(fact.start, fact.started) for fact in found] == [("2023-05-03T08:00:00Z", "issued")] * 2
    (fact,) = mapped({**RESULT, "issued": "2023-05-03T08:00:00Z", "effectiveDateTime": "2023-05-02", "valueQuantity": bounded("")}).facts
    assert (fact.start, fact.started, fact.recorded) == ("2023-05-02", "effective", "2023-05-03T08:00:00Z")


def test_an_id_with_odd_characters_is_a_doubt():
    result = mapped({"resourceType": "Patient", "id": "p_1"})
    assert (result.rejected, warnings(result)) == (False, [("bad-id", "Patient.id")])
    assert mapped({"resourceType": "Patient", "id": "p_1"}, strict=True).rejected


@pytest.mark.parametrize(
    "reference",
    ["Patient/p", " Patient/p ", "Patient/p/", "patient/p", "/Patient/p", "https://else.where/r4/Patient/p", "Patient/p/_history/2"],
)
def test_references_spelled_oddly_lead_to_the_same_record(reference):
    assert key_of(reference) == "Patient/p"
    assert said(mapped({**RESULT, "subject": {"reference": reference}}))["kg:subject"] == ["Patient/p"]


def test_what_names_no_type_is_no_record():
    assert [key_of(each) for each in ("persons/p", "Patient", "urn:uuid:1", "")] == [""] * 4


@pytest.mark.parametrize("narrative", [{"status": "generated"}, {"status": "generated", "div": 5}, "words"])
def test_a_record_with_a_broken_narrative_is_kept(narrative):
    result = mapped({**RESULT, "text": narrative, "valueQuantity": bounded("")})
    assert (result.rejected, warnings(result)) == (False, [("bad-narrative", "Observation.text")])
    assert result.facts[0].number == 5


@pytest.mark.parametrize("reported", [{"reportedBoolean": True}, {"reportedReference": PATIENT}])
def test_medication_that_the_patient_reports_is_neither_ordered_nor_lost(reported):
    request = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "subject": PATIENT,
        "medicationCodeableConcept": {"text": "Aspirin"},
    }
    (fact,) = mapped({**request, "intent": "plan", **reported}).facts
    assert (fact.counted, fact.assertion, fact.status) == (True, "affirmed", "reported by the patient (active)")
    (planned,) = mapped({**request, "intent": "plan", "reportedBoolean": False}).facts
    assert (planned.counted, planned.assertion) == (False, "hypothetical")
    (forbidden,) = mapped({**request, "intent": "plan", "doNotPerform": True, **reported}).facts
    assert (forbidden.counted, forbidden.assertion) == (False, "negated")


@pytest.mark.parametrize(
    ("reported", "status"),
    [
        ({"reportedReference": {"reference": "Practitioner/x"}}, "reported by another person (active)"),
        ({"reportedReference": {"reference": "https://ehr/RelatedPerson/r"}}, "reported by another person (active)"),
        ({"reportedReference": {"display": "somebody"}}, "reported (active)"),
        ({"reportedReference": {"display": "Ann", "type": "Patient"}}, "reported by the patient (active)"),
        ({"reportedReference": {"reference": "urn:uuid:1"}, "subject": {"reference": "urn:uuid:1"}}, "reported by the patient (active)"),
        ({"reportedBoolean": "true"}, "reported by the patient (active)"),
    ],
)
def test_who_reported_a_medication_is_said_as_far_as_it_is_known(reported, status):
    request = {"resourceType": "MedicationRequest", "status": "active", "intent": "plan", "medicationCodeableConcept": {"text": "Aspirin"}}
    (fact,) = mapped({"subject": PATIENT, **request, **reported}, urns={"urn:uuid:1": "Patient/p"}).facts
    assert (fact.counted, fact.status) == (True, status)


def test_a_document_keeps_its_sections_where_the_narrative_of_one_is_broken():
    div = {"status": "generated", "div": "<div>Start insulin.</div>"}
    inner = {"title": "Inner", "section": [{"title": "Deep", "text": {"status": "generated"}}], "text": div}
    composition = {
        **{"resourceType": "Composition", "status": "final", "type": {"text": "Discharge"}, "date": "2023-01-01", "title": "T"},
        **{"author": [{"display": "x"}], "subject": PATIENT, "section": [{"title": "A", "text": {"status": "generated"}}, inner]},
    }
    result = mapped(composition)
    places = ["Composition.section[0].text", "Composition.section[1].section[0].text"]
    assert warnings(result) == [("bad-narrative", place) for place in places]
    assert [document.text.strip() for document in result.documents] == ["Start insulin."]


@pytest.mark.parametrize(
    ("ranges", "low", "high"),
    [
        ([{"low": {"value": 3, "unit": "mg"}, "high": {"value": 5, "unit": "mg"}}], ["3"], ["5"]),
        ([{"low": {"value": 3}, "age": {"low": {"value": 18}}}], [], []),
        ([{"low": {"value": 3}}, {"high": {"value": 9}}], [], []),
        ([{"low": {"value": 3}}, {"high": {"value": 9}, "type": {"coding": [{"code": "therapeutic"}]}}], ["3"], []),
        ([{"high": {"value": 9, "comparator": "<"}}], [], []),
        ([{"high": {"value": 9, "unit": "g"}}], [], []),
    ],
)
def test_the_graph_has_the_range_that_the_facts_have(ranges, low, high):
    value = {"valueQuantity": {"value": 4, "unit": "mg"}, "referenceRange": ranges}
    result = mapped({**RESULT, **value, "component": [{"code": {"text": "part"}, **value}]})
    for subject, fact in zip(("", "#component-0"), result.facts, strict=True):
        statements = said(result, subject)
        assert (statements.get("kg:referenceLow", []), statements.get("kg:referenceHigh", [])) == (low, high)
        assert [line for line in fact.attributes.split("\n") if line[:4] in ("low:", "high")] == [
            *(f"low: {number}" for number in low),
            *(f"high: {number}" for number in high),
        ]


@pytest.mark.parametrize(
    ("element", "value", "words"),
    [
        ("onsetAge", {"value": 40, "unit": "years", "code": "a"}, "40 years"),
        ("onsetAge", {"value": 40, "comparator": "<", "unit": "a", "code": "a"}, "<40 a"),
        ("abatementAge", {"value": 41.5, "unit": "years"}, "41.5 years"),
        ("onsetRange", {"low": {"value": 40}, "high": {"value": 50, "unit": "years"}}, "40–50 years"),
        ("abatementRange", {"high": {"value": 50, "unit": "years"}}, "≤50 years"),
        ("onsetString", "in childhood", "in childhood"),
    ],
)
def test_an_age_at_onset_is_said_with_its_number(element, value, words):
    result = mapped({"resourceType": "Condition", "subject": PATIENT, "code": {"text": "Gout"}, element: value})
    assert said(result)[f"kg:{element.removesuffix('Age').removesuffix('Range').removesuffix('String')}"] == [words]


@pytest.mark.parametrize("empty", [{"resourceType": "Parameters", "parameter": []}, {"resourceType": "Bundle", "type": "collection"}])
def test_what_servers_only_exchange_is_passed_over_and_told(tmp_path, empty):
    path = write(tmp_path / "x.ndjson", empty, {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": empty}]})
    found = list(read(Block(SourceFile(str(path), path.stat().st_size))))
    assert [(each.severity, each.code) for each in found] == [("warning", "no-record")] * 2
