"""Which records are represented, and which count."""

import pytest

from tests.ingest.mapping.reading import PATIENT, SNOMED, concept, mapped, said, warnings

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CODE = concept(SNOMED, "1", "something")


def condition(verification="", **rest):
    stated = {"verificationStatus": concept(VERIFICATION, verification)} if verification else {}
    return {"resourceType": "Condition", "code": CODE, "subject": PATIENT, **stated, **rest}


def of(kind, status, **rest):
    code = {"Immunization": "vaccineCode", "Procedure": "code", "Observation": "code"}.get(kind, "medicationCodeableConcept")
    subject = "patient" if kind == "Immunization" else "subject"
    extra = {"MedicationRequest": {"intent": "order"}, "Immunization": {"occurrenceString": "then"}}.get(kind, {})
    if kind == "MedicationAdministration":
        extra = {"effectiveDateTime": "2020"}
    return {"resourceType": kind, "status": status, code: CODE, subject: PATIENT, **extra, **rest}


@pytest.mark.parametrize(
    ("resource", "counted", "assertion"),
    [
        (condition(), True, "affirmed"),
        (condition("confirmed"), True, "affirmed"),
        (condition("refuted"), False, "negated"),
        (condition("provisional"), False, "hypothetical"),
        (condition("differential"), False, "hypothetical"),
        (condition(clinicalStatus=concept("urn:c", "resolved")), True, "affirmed"),
        (of("Procedure", "completed"), True, "affirmed"),
        (of("Procedure", "not-done"), False, "negated"),
        (of("Procedure", "preparation"), False, "hypothetical"),
        (of("Procedure", "unknown"), False, "affirmed"),
        (of("MedicationRequest", "active"), True, "affirmed"),
        (of("MedicationRequest", "stopped"), True, "affirmed"),
        (of("MedicationRequest", "cancelled"), False, "affirmed"),
        (of("MedicationRequest", "active", intent="proposal"), False, "hypothetical"),
        (of("MedicationRequest", "active", doNotPerform=True), False, "negated"),
        (of("MedicationRequest", "active", doNotPerform=False), True, "affirmed"),
        (of("MedicationStatement", "not-taken"), False, "negated"),
        (of("MedicationStatement", "intended"), False, "hypothetical"),
        (of("MedicationStatement", "active"), True, "affirmed"),
        (of("MedicationAdministration", "not-done"), False, "negated"),
        (of("MedicationDispense", "declined"), False, "negated"),
        (of("Immunization", "not-done"), False, "negated"),
        (of("Immunization", "completed"), True, "affirmed"),
        (of("Observation", "preliminary", valueString="x"), False, "affirmed"),
        (of("Observation", "amended", valueString="x"), True, "affirmed"),
        (of("Observation", "final", dataAbsentReason=concept("urn:r", "unknown")), False, "affirmed"),
    ],
)
def test_what_counts(resource, counted, assertion):
    result = mapped(resource)
    (fact,) = result.facts
    assert (fact.counted, fact.assertion) == (counted, assertion)
    linked = any(predicate.startswith("kg:has") for predicate in said(result, "Patient/p"))
    assert linked == (counted and resource["resourceType"] != "Observation")
    assert said(result).get("kg:counted", ["true"]) == [str(counted).lower()]


@pytest.mark.parametrize(
    "resource",
    [
        condition("entered-in-error"),
        of("Procedure", "entered-in-error"),
        of("Observation", "entered-in-error"),
        {"resourceType": "DocumentReference", "status": "current", "docStatus": "entered-in-error", "content": []},
        {"resourceType": "Observation", "status": "entered-in-error"},
    ],
)
def test_entered_in_error_is_never_represented(resource):
    result = mapped(resource)
    assert (result.skipped, result.quads, result.facts, result.documents) == ("entered-in-error", "", (), ())


@pytest.mark.parametrize(
    "code",
    [
        concept(SNOMED, "716186003"),
        concept(SNOMED, "409137002", "No known drug allergy"),
        {"text": "No Known Allergies"},
        {"text": "NKDA"},
        concept("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-known-allergies"),
    ],
)
def test_no_known_allergy_denies(code):
    result = mapped({"resourceType": "AllergyIntolerance", "patient": PATIENT, "code": code})
    (fact,) = result.facts
    assert (fact.relation, fact.counted, fact.assertion) == ("allergy", False, "negated")
    assert said(result, "Patient/p") == {}


def test_a_relatives_condition_is_never_the_patients():
    result = mapped(
        {
            "resourceType": "FamilyMemberHistory",
            "status": "completed",
            "patient": PATIENT,
            "relationship": {"text": "father"},
            "condition": [{"code": concept(SNOMED, "22298006", "Heart attack"), "onsetAge": {"value": 74, "unit": "years"}}],
        }
    )
    (fact,) = result.facts
    assert (fact.assertion, fact.counted, fact.status, fact.value) == ("family", False, "family history: father", "at 74 years")
    assert (fact.concept, fact.label) == ("http://snomed.info/id/22298006", "Heart attack")
    assert said(result)["kg:relativeCondition"] == ["http://snomed.info/id/22298006"]
    assert said(result, "Patient/p") == {}


@pytest.mark.parametrize("place", ["top", "inside"])
def test_an_unknown_modifier_keeps_the_fact_from_counting(place):
    modifier = [{"url": "http://example.org/not", "valueBoolean": True}]
    resource = condition(modifierExtension=modifier) if place == "top" else condition(stage=[{"modifierExtension": modifier}])
    result = mapped(resource)
    field = "Condition.modifierExtension" if place == "top" else "Condition.stage[0].modifierExtension"
    assert warnings(result) == [("unknown-modifier", field)]
    assert [fact.counted for fact in result.facts] == [False]
    assert mapped(resource, strict=True).rejected


def test_another_patients_or_a_groups_record_states_no_fact():
    assert mapped(condition(subject={"reference": "Group/g"})).facts == ()


def about(kind, **rest):
    text = {"text": "something"}
    needed = {
        "Appointment": {"participant": [{"status": "accepted"}]},
        "AdverseEvent": {"event": CODE},
        "Goal": {"description": CODE},
        "CarePlan": {"intent": "plan"},
        "Communication": {"topic": text},
        "CommunicationRequest": {},
        "Consent": {"scope": text, "category": [text], "policyRule": text},
        "ServiceRequest": {"intent": "order", "code": CODE},
        "Task": {"intent": "plan", "code": text},
    }.get(kind, {"code": CODE})
    whom = {} if kind == "Appointment" else {{"Consent": "patient", "Task": "for"}.get(kind, "subject"): PATIENT}
    return {"resourceType": kind, **needed, **whom, **rest}


@pytest.mark.parametrize(
    ("resource", "status", "assertion"),
    [
        (about("ServiceRequest", status="revoked"), "ordered (revoked)", "affirmed"),
        (about("ServiceRequest", status="draft"), "ordered (draft)", "hypothetical"),
        (about("ServiceRequest", status="active", intent="proposal"), "proposal (active)", "hypothetical"),
        (about("ServiceRequest", status="active", doNotPerform=True), "not to be done (active)", "negated"),
        (about("DiagnosticReport", status="cancelled"), "cancelled", "affirmed"),
        (about("DiagnosticReport", status="preliminary"), "preliminary", "affirmed"),
        (about("Goal", lifecycleStatus="rejected"), "rejected", "negated"),
        (about("Goal", lifecycleStatus="cancelled"), "cancelled", "affirmed"),
        (about("Goal", lifecycleStatus="proposed"), "proposed", "hypothetical"),
        (about("CarePlan", status="revoked"), "revoked", "affirmed"),
        (about("CarePlan", status="active", intent="option"), "option (active)", "hypothetical"),
        (about("Appointment", status="cancelled"), "cancelled", "negated"),
        (about("Appointment", status="noshow"), "noshow", "negated"),
        (about("AdverseEvent", actuality="potential"), "potential", "hypothetical"),
        (about("Communication", status="not-done"), "not-done", "negated"),
        (about("CommunicationRequest", status="revoked"), "revoked", "affirmed"),
        (about("Consent", status="rejected"), "rejected", "negated"),
        (about("Task", status="rejected"), "rejected", "negated"),
        (of("Procedure", "not-done", subject={"reference": "Group/g"}), "not-done", "negated"),
    ],
)
def test_a_record_without_facts_that_does_not_hold_says_so_itself(resource, status, assertion):
    result = mapped(resource)
    assert not result.rejected, result.issues
    told = {(fact.relation, fact.subject, fact.counted, fact.status, fact.assertion) for fact in result.facts}
    assert told == {("record", result.record, False, status, assertion)}
    assert said(result)["kg:counted"] == ["false"]


@pytest.mark.parametrize(
    "resource",
    [
        *(about("ServiceRequest", status=status) for status in ("active", "completed", "on-hold")),
        about("ServiceRequest", status="active", intent="directive"),
        about("DiagnosticReport", status="final"),
        about("Goal", lifecycleStatus="completed"),
        about("CarePlan", status="active"),
        about("Appointment", status="fulfilled"),
        about("AdverseEvent", actuality="actual"),
        about("Task", status="requested"),
        {"resourceType": "DocumentReference", "status": "superseded", "content": [{"attachment": {"title": "x"}}]},
        {"resourceType": "Device", "status": "inactive"},
        {"resourceType": "Medication", "code": CODE},
    ],
)
def test_a_record_that_holds_says_nothing_of_it(resource):
    result = mapped(resource)
    assert (result.rejected, result.facts, "kg:counted" in said(result)) == (False, (), False)


def test_a_patient_with_an_unknown_modifier_charts_nothing_of_themselves():
    result = mapped({"resourceType": "Patient", "modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}]})
    assert (result.facts, said(result)["kg:counted"]) == ((), ["false"])


def test_a_goal_entered_in_error_is_not_represented():
    assert mapped(about("Goal", lifecycleStatus="entered-in-error")).skipped == "entered-in-error"


def test_a_contained_record_that_does_not_hold_says_so_in_the_graph():
    inner = {**about("ServiceRequest", status="revoked"), "id": "order"}
    result = mapped(about("DiagnosticReport", status="final", contained=[inner], basedOn=[{"reference": "#order"}]))
    assert (said(result, "#order")["kg:counted"], "kg:counted" in said(result)) == (["false"], False)


def test_a_relatives_history_is_the_familys_in_the_graph():
    told = said(mapped({"resourceType": "FamilyMemberHistory", "status": "completed", "patient": PATIENT, "relationship": {"text": "x"}}))
    assert (told["kg:counted"], told["kg:assertion"]) == (["false"], ["family"])
