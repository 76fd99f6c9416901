"""Drugs that are only talked of, or stopped together, or taken while other things are denied: what a reader makes of them.

One row a sentence: drugs in {braces}, tests in <angles>, all else in [brackets], each with how it is meant.
"""

import re

import pytest

from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.therapies import therapies
from concepts.vocabulary import Named, compile_vocabulary

CASES = """
    Discussed {statin therapy|hypothetical}.
    {Anticoagulation|hypothetical} was discussed.
    {Statin|hypothetical} discussed at length.
    We talked about starting {insulin|hypothetical}; she would like to wait.
    Will hold off on {statins|hypothetical} until spring.
    Considering {allopurinol|hypothetical} if another attack occurs.
    {Insulin|hypothetical} was offered but she declined.
    Discussed options including {methotrexate|hypothetical} and {adalimumab|hypothetical}.
    She may benefit from a {diuretic|hypothetical}.
    Discussed {aspirin|hypothetical} with the patient.
    <Dialysis|hypothetical> was discussed with the family.
    Discussed her [diabetes|affirmed].
    [Diabetes|affirmed] was discussed.
    Discussed her {metformin|affirmed}.
    Discussed increasing {lisinopril|affirmed}.
    Discussed stopping {aspirin|affirmed}.
    Discussed side effects of {lithium|affirmed}.
    Discussed {methotrexate|affirmed} dose and monitoring.
    {Methotrexate|hypothetical} could be considered.
    Told not to stop {lithium|affirmed} suddenly.
    On {metformin|affirmed}, discussed diet.
    Patient on {warfarin|affirmed} discussed falls.
    {Metformin|affirmed} 500 mg daily. Discussed diet.
    Discussed diet, continue {metformin|affirmed}.
    Discussed weight, {metformin|affirmed} 500 mg daily.
    She is taking {warfarin|affirmed}, which was discussed.
    Recommend {aspirin|affirmed} 81 mg daily.
    This is considered a failure of {insulin|affirmed}.
    Discussed {aspirin|hypothetical}; {clopidogrel|affirmed} was started.
    We stopped {aspirin|historical} and {clopidogrel|historical}.
    Stopped {aspirin|historical}, {clopidogrel|historical} and {warfarin|historical}.
    Stopped {aspirin|historical} and {clopidogrel|affirmed} was started.
    Stopped {aspirin|historical}, {metformin|affirmed} 500 mg daily.
    Stopped {aspirin|historical} and started {clopidogrel|affirmed}.
    No [bleeding|negated] on {warfarin|affirmed}.
    Denies [hypoglycemia|negated] on {insulin|affirmed}.
    Not on {warfarin|negated}.
    I will not start her on {steroids|negated}.
    No [arrhythmia|negated] on <loop recorder|affirmed>.
    Rash likely due to {amoxicillin|affirmed}.
    [Bleeding|affirmed] possibly from {warfarin|affirmed}.
    Possibly on {warfarin|possible}.
    He is not [diabetic|negated] or on {insulin|negated}.
    Denies alcohol or being on {warfarin|negated}.
    She is not in [pain|negated] or on {warfarin|negated}.
    Denies alcohol, tobacco or being on {opioids|negated}.
    Denies alcohol, being on {opioids|negated}.
    Patient is not [hypoxic|negated] or on <dialysis|negated>.
    No [chest pain|negated], on {warfarin|affirmed}.
    ROS: -[syncope|negated], -{aspirin|affirmed}, +[cough|affirmed]
    Continues to benefit from {prednisone|affirmed}.
    Indication for {anticoagulation|affirmed}: AF.
    Indication for {warfarin|affirmed} is AF, INR 2.5.
    Offered {acetaminophen|affirmed} with good relief.
    {Metformin|affirmed} was discussed and refilled.
    {Metformin|affirmed} was discussed and started.
    {Aspirin|affirmed} discussed and patient agrees to continue.
    She recommended {aspirin|affirmed} which he takes.
    Clear benefit from {methotrexate|affirmed}, no flares.
    We considered {warfarin|affirmed} the cause of the bleed.
    Bleeding considered due to {warfarin|affirmed}.
    {Lisinopril|affirmed} is suggested as the cause of cough.
    {Tamoxifen|affirmed} was recommended and patient takes it daily.
    {Statin|hypothetical} discussed but she declined to take it.
    Discussed {aspirin|hypothetical} and {clopidogrel|affirmed} was started.
    Would likely benefit from {insulin|hypothetical}.
    Probably due for {flu vaccine|possible}.
    May have bled from ulcer and need {omeprazole|possible}.
    Concern for infection from line that might need {vancomycin|possible}.
    Possible transition from pump to {insulin|possible} pens.
    Probably better to take him from ICU and start {heparin|possible}.
"""
MARKED = re.compile(r"[\[{<]([^|]+)\|([a-z]+)[\]}>]")
KINDS = {"{": Kind.DRUG, "[": Kind.DISORDER, "<": Kind.PROCEDURE}
CLASSES = {name.lower() for each in therapies() for name in (each.concept.label, *each.names)}


@pytest.fixture(scope="module")
def reader():
    found = {marked[1].lower(): KINDS[marked[0][0]] for marked in MARKED.finditer(CASES)}
    named = [Named(Concept("", name, name, kind)) for name, kind in found.items() if name not in CLASSES]
    return Reader([compile_vocabulary([*named, *(Named(each.concept, each.names) for each in therapies())])[0]])


@pytest.mark.parametrize("row", CASES.strip().splitlines())
def test_what_is_said_of_a_drug_beside_its_being_taken(reader, row):
    asked = [(marked[1], marked[2]) for marked in MARKED.finditer(row)]
    found = {each.text: each.assertion.value for each in reader.read(MARKED.sub(r"\1", row.strip()))}
    assert [(text, found[text]) for text, _ in asked] == asked


def test_a_question_talks_of_nothing(reader):
    asking = Reader([compile_vocabulary([Named(Concept("", "aspirin", "aspirin", Kind.DRUG))])[0]], asking=True)
    assert [each.assertion.value for each in asking.read("who discussed aspirin")] == ["affirmed"]
