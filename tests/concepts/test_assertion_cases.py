"""How clinicians write: one row a case, the mention in [brackets]. None of the sentences comes from a collection."""

import pytest

from concepts.assertion import judge
from concepts.model import Assertion

CASES = """
affirmed
    Meds: -[metformin] -lisinopril -aspirin
    Meds: -metformin -lisinopril -[aspirin]
    Discharge medications: -metformin 500 mg, -[lisinopril] 10 mg
    Problems: -HTN; -[DM]
    Diagnoses: -[pneumonia], -sepsis
    Plan: -[hypertension] continue meds -diabetes recheck
    Plan: -hypertension continue meds -[diabetes] recheck
    CAD, -[CABG] 2010, -stent 2012
    metformin -[diabetes], lisinopril -hypertension
    Symptoms: -[cough] -fever
    Problems:
    [Hypertension] -
    Diabetes -
    Gout -
    Problems:
    Hypertension -
    [Diabetes] -
    Gout -
    Admitted for [pneumonia] –
    Admitted for [pneumonia] -
    Found [pneumonia] -, effusion small.
    [HTN] -, DM - diet controlled
    [Chest pain] not completely resolved with nitroglycerin.
    [Chest pain] not fully resolved after morphine.
    [Chest pain] partially resolved with morphine.
    [Chest pain] has partially resolved.
    [Dyspnea] incompletely resolved with oxygen.
    [Edema] nearly resolved by discharge.
    [Infection] almost cleared by discharge.
    [HIV] thrush resolved with fluconazole.
    Her [cancer] pain resolved with morphine.
    [Diabetes] DKA resolved with insulin.
    [Pneumonia] hypoxia resolved overnight.
    [Asthma] inhaler stopped in May.
    [Diabetes] medication stopped in May.
    Was treated with prednisone for [asthma] until tapered.
    Was on heparin for [DVT] until discharge.
    [Anemia] stable vs prior.
    [Anemia] vs prior.
    [Asthma] worse vs last year.
    [Fracture] displacement vs prior film unchanged.
    Knee [pain] right vs left.
    [Pneumonia] treatment vs observation.
    [Pneumonia] vs prior film unchanged.
    DVT on [warfarin] vs heparin.
    [Diabetes] pump is being considered.
    [Osteoarthritis] knee replacement is being considered.
    [Psoriasis] biologic being considered.
    [Fever] due to pneumonia vs bronchitis.
    [Chest pain], MI vs GERD.
    [Weight] 80 kg vs 82 kg.
    The patient with [diabetes] stopped metformin.
    [Metformin] should be stopped before surgery.
    [Warfarin] will be discontinued if she bleeds.
    Rash from [amoxicillin] resolved with steroids.
    Bleeding has stopped, [pain] has not.
    - [Hypertension]
    [Fever] - 3 days
    [Pneumonia] - improving
    Plan: -[hypertension] continue meds
    Gram neg [sepsis]
    Neg fever, + [cough]
    fever -, [cough] +
    -CP, -SOB, +[palpitations]
    ROS: -CP, -SOB, +[palpitations]
    No pneumonia on [chest x-ray].
    [CT] without evidence of bleed.
    No bleed on head [CT], no fracture.
    No DVT on CT or [ultrasound].
    Effusion is not seen on [echocardiogram].
    No edema per [echo].
    No [CT] evidence of appendicitis.
    Possible pneumonia on [chest x-ray].
    Hip [fracture], being considered for replacement.
    The patient with [diabetes] has not been seen for a year.
    She was on [lithium] without complaint.
    She does not deny [alcohol use].
    PMH: gout. Meds: [metformin] 500 mg twice a day.
    Stopped: aspirin. Started: [apixaban].
    STOP TAKING:
    - aspirin
    CONTINUE TAKING:
    - [metformin]
    Discontinued: lisinopril (cough).
    [Atorvastatin] 40 mg daily
    [Hypertension]: risk reduction was explained.
    [Hypertension], risk of stroke discussed.
    Stroke prevention with [aspirin].
    Cough: yes, fever: no, [dyspnea]: yes
    Returns for follow-up of [hypertension].
    Patient returns to the emergency department with [abdominal pain].
    The clinic calls for [anemia] were answered.
    Wife noticed [jaundice] last week.
    (-) fever, (+) [cough]
    [ ] fever [x] [cough]
    Complains of: [nausea], vomiting
    Denies: fever, chills. [Cough] for three days.
    Chest pain: no. [Dyspnea]: yes, on stairs.
    Insomnia as well as [anxiety].
    Known [asthma], stable on inhaler.
    He denies chest pain, dyspnea or syncope but reports [palpitations].
    Denies fever and chills. [Cough] for three days.
    No fever, chills; complains of [dysuria].
    Patient without fever but with [productive cough].
    + [cough]
    (+) [wheezing]
    ROS: +[nausea]
    Positive for [hematuria].
    Chest pain: yes. [Dyspnea]: yes
    [x] [chest pain]
    [Cough]: present
    [Rash] (+)
    No change in [headache] since last visit.
    No improvement in [back pain] with ibuprofen.
    The [pain] has not resolved.
    The [edema] has not gone away.
    Her [weight] has gone up.
    Fever, which has resolved, and [cough], which has not.
    Gout, [hypertension], fever resolved.
    Never stop [basal insulin], even when not eating.
    Do not skip doses of [warfarin].
    [Warfarin] should not be stopped without asking.
    He did not stop [smoking].
    [Edema] has not improved.
    She can no longer work because of [fatigue].
    Not only [nausea] but also vomiting.
    She should have an x-ray for [cough].
    Call the clinic; she should return because of [hypertension].
    There were signs of [heart failure].
    No change in the effusion, [atelectasis].
    No change in [vision], diplopia or eye pain.
    Family history: no stroke.
    [Cough] today.
    Allergies: penicillin
    [Hypertension], stable.
    She had developed [fever].
    No cough, had [fever].
    No change in [headache], nausea or vomiting.
    [Diabetes] not well controlled.
    Gram-negative [bacteremia] on culture.
    HISTORY OF PRESENT ILLNESS: 55-year-old man with [dyspnea] for two weeks.
    HPI: [Vomiting] since yesterday.
    Presents with a two week history of [weight loss].
    He has no known allergies. [Eczema] on both hands.
    No murmurs. [Crackles] at both bases.
    [Hypertension]: continue lisinopril, no side effects.
    [Pneumonia] on chest x-ray, treated with amoxicillin.
    Fever resolved; [cough] persists.
    PAST MEDICAL HISTORY: gout

    ASSESSMENT AND PLAN:
    1. [Heart failure], worse than last month.
    FAMILY HISTORY: Mother had gout.
    ALLERGIES: none
    IMPRESSION: [Cellulitis] of left leg.
    Her husband brought her in for [confusion].
    His mother reports that he has had [seizures] at school.
    She lives with her daughter. [Anxiety] is worse.
    Cannot walk due to [knee pain].
    Diagnosed with [sarcoidosis] today.
    The patient is anxious that her [chest pain] returns.
    [Obesity] without other complaints.
    [Migraine] without aura.
    Neither parent is alive. [Depression] since 2019.
    Low back pain for which she takes [tramadol].
    Started on [metformin] for diabetes.
    Takes [aspirin] daily.
    Allergic rhinitis; uses [fluticasone].
    [Shortness of breath], worse at night; no chest pain.
negated
    Neg [fever], chills
    Neg fever, [chills]
    Neg for [fever].
    [Fever] -
    [Fever] -, cough +
    [fever] -
    cough +
    ROS: -[CP], -SOB, +palpitations
    ROS: -CP, -[SOB], +palpitations
    -CP, -[SOB], +palpitations
    +palpitations, -[SOB]
    No [pneumonia] on chest x-ray.
    No infiltrate on CXR, [effusion] or pneumothorax.
    No [CT] was done.
    Not on [oxygen].
    Denies ever being on [dialysis].
    No longer on [oxygen].
    [Fracture] is not identified on these views.
    [Psychosis] was not evident.
    [Stones] could not be visualized.
    She was not found to have [pneumonia].
    Does not currently take [aspirin].
    Gallbladder absent, no [stones].
    Low concern for [sepsis].
    Nothing to suggest [meningitis].
    [Pulmonary embolism] unlikely given a normal D-dimer.
    [Metformin] was never started.
    Was never given [oxycodone].
    She was never prescribed [warfarin].
    [Warfarin] never filled.
    No change in vision, [diplopia].
    Denies any change in appetite, nausea or [vomiting].
    Mother died last week, denies [suicidal ideation].
    Lives with her husband, no [chest pain].
    Patient denies: [chest pain], palpitations
    Patient denies: chest pain, [palpitations]
    Negative for: [fever], chills
    Denies:
    - fever
    - [chills]
    Fever: no, [chills]: no
    cough (-), [fever] (-)
    Reports cough, no [fever].
    His wife denies [snoring].
    ☐ [headache]
    [ ] fever [ ] [cough] [x] rash
    No [chest pain].
    Denies [chest pain], dyspnea, or syncope but reports palpitations.
    Denies chest pain, dyspnea, or [syncope] but reports palpitations.
    He has never had a [seizure].
    There is no [rash], no fever.
    Lungs are clear without [wheezes] or crackles.
    Free of [pain].
    The patient is [chest pain] free.
    [Chest pain]: no
    [Dyspnea]: denies
    [Fever]: absent
    [Cough] (-)
    [Nausea] -ve
    (-) [fever]
    - [ ] [chest pain]
    [ ] [chest pain]
    ROS: negative for [fever], chills, and weight loss.
    ROS: negative for fever, chills, and [weight loss].
    [Deep vein thrombosis] was ruled out by ultrasound.
    Ultrasound ruled out [deep vein thrombosis].
    CT negative for [pulmonary embolism].
    [Pulmonary embolism] has been excluded.
    Without evidence of [metastasis].
    He was not dizzy, nor was he in [atrial flutter].
    She has no fever, nor has she had [chills].
    No cough, nor did the patient have [night sweats].
    No signs of [infection] at the wound.
    No history of [stroke].
    There is no personal or family history of [breast cancer].
    Denies any personal or family history of [breast cancer].
    Lives with her husband, no [chest pain].
    Lives with wife; denies [chest pain].
    His partner works; he has no [cough].
    Seen with his mother, denies [fever].
    Wife is a nurse, no [cough].
    Cared for by his mother: no [fever].
    FAMILY HISTORY: Mother had gout. The patient denies [joint pain].
    Neither [fever] nor chills.
    Neither fever nor [chills].
    She was not prescribed [Advil].
    Tom is not prescribed [Advil].
    He no longer takes [warfarin].
    He does not have [diabetes].
    He doesn't have [diabetes].
    Not a [smoker].
    He is not [diabetic].
    No [edema], cyanosis, or clubbing.
    No edema, cyanosis, or [clubbing].
    Abdomen soft, no [tenderness], no masses.
    [Suicidal ideation] is denied.
    She is not [suicidal].
    Absence of [jaundice].
    Denies [suicidal ideation], plan or intent.
    [Ketones] not detected.
    Mother denies [fever] in the child.
    Patient denied having [headache]
    ALLERGIES: No known [drug allergies].
    Pain is controlled, no [nausea] or vomiting overnight.
    Non-[diabetic].
    [Insulin]-naive patient.
    No complaints of [dizziness] today.
    Unremarkable for [fracture].
    Low back pain, not treated with [opioids].
    Declined [influenza vaccine].
not-in-family
    Parents healthy, no [diabetes].
    Mother died of stroke; no [diabetes] known.
    Both parents alive and well without [hypertension].
    FHx: no [breast cancer].
    Family history: negative for [breast cancer].
    No family history of [breast cancer].
    No family history of breast cancer or [ovarian cancer].
    Denies any family history of [stroke].
    No relatives known to have [breast cancer].
    No relatives are known to have [breast cancer].
    Nobody in the family has [gout].
    Neither of his parents had [diabetes].
    Family history is negative for [breast cancer], ovarian cancer and stroke.
    His father does not smoke and does not have [copd].
    No [breast cancer] in the family.
    No [diabetes] in her mother or father.
    Mother does not have [asthma].
    Her mother never had [breast cancer].
    Patient's father is not [diabetic].
    Father: no gout, no [diabetes].
    Mother with breast cancer, no [ovarian cancer].
    Sister negative for [colon cancer].
    FAMILY HISTORY:
    Mother: diabetes. No [stroke], no gout.
possible
    [Pneumonia] vs bronchitis.
    [Stroke] versus migraine.
    [Fracture] of the wrist vs sprain.
    Fever due to [pneumonia] vs bronchitis.
    Appearance favors [abscess].
    Not sure whether this is [gout] or cellulitis.
    Unclear if [asthma].
    [Lupus] is being considered.
    [Lymphoma] remains in the differential.
    +/- [edema]
    Doubt [pneumonia].
    Less likely [pulmonary embolism].
    [Lymphoma] is less likely.
    Working diagnosis is [polymyalgia].
    Rule out: [pulmonary embolism]
    Pneumonia, ?[empyema]
    Rule out [myocardial infarction].
    R/o [sepsis].
    Cannot rule out [pneumonia].
    [Pneumonia] cannot be excluded.
    [Appendicitis] not ruled out.
    Likely [viral infection].
    Probable [pneumonia].
    Findings are suspicious for [malignancy].
    Concern for [meningitis].
    ?[pulmonary embolism]
    [Fracture]?
    Suspected [deep vein thrombosis].
    Differential includes [pancreatitis] and cholecystitis.
    Possible [stroke] versus migraine.
    This may represent [cellulitis].
    Questionable [infiltrate] at the left base.
    No fever, possible [pneumonia].
hypothetical
    We discussed its risks, including [agranulocytosis].
    Side effects, such as [nausea], were explained.
    [Statin] discussion next visit.
    The [stroke] risk was explained.
    Risk factors for [stroke] were reviewed.
    We discussed starting [metformin].
    Counselled about smoking and [statin therapy].
    Advised to avoid [ibuprofen].
    She avoids [peanuts].
    Had she developed [fever], she would have been admitted.
    The scan would have been repeated, had the patient had [seizures].
    Return for [fever], chills or redness.
    If any [swelling] occurs, stop the drug.
    Call your doctor when you notice [bleeding].
    Return if:
    - vomiting
    - [fever]
    Return if [fever] or worsening pain.
    Return should [fever] or breathlessness develop.
    Return should fever or [breathlessness] develop.
    Return to clinic should [chest pain] recur.
    Should [bleeding] occur, call the office.
    Were she to develop [jaundice], stop the drug.
    Were [chest pain] to recur, call 911.
    Return to the emergency department if you have [chest pain].
    Call the clinic for [fever], redness or drainage.
    Call if any [bleeding].
    Seek care immediately should [shortness of breath] occur.
    Ibuprofen 400 mg as needed for [pain].
    Acetaminophen prn [headache].
    Tylenol PRN for [fever].
    Screening for [colon cancer].
    Colonoscopy for [colon cancer] screening.
    At risk for [falls].
    Watch for signs of [infection].
    Prophylaxis for [deep vein thrombosis].
    If [hypotension] develops, stop the infusion.
    Take nitroglycerin if you develop [chest pain].
    Discussed risks of surgery including [bleeding] and infection.
    RETURN PRECAUTIONS: [Fever], vomiting
    Come back to the hospital when you notice [confusion].
    In case of [hypoglycemia] drink juice.
    Vaccination against [influenza] was discussed.
    Educated on symptoms of [stroke].
historical
    PMH: -HTN -[DM] -CAD
    PMH: -[HTN] -DM -CAD
    [Fever] and chills resolved with acetaminophen.
    [Swelling] of the left leg resolved by discharge.
    [Chest pain] quickly resolved with nitroglycerin.
    Stopped: insulin, [glipizide] (delivery).
    Discontinued medications: [warfarin]
    STOP TAKING:
    - aspirin
    - [ibuprofen]
    Stopped [metformin] last month.
    [Metformin] stopped last month.
    [Metformin] stopped last month because of nausea.
    D/c'd [lisinopril] in May.
    [Lisinopril] d/c'd.
    [Lisinopril] d/c'd in May.
    [Heparin] drip stopped at 0600.
    Discontinued [fluoxetine] two months ago.
    We have stopped your [ramipril].
    She stopped taking [aspirin].
    [Warfarin] was replaced by apixaban.
    Switched from [warfarin] to apixaban.
    Did not tolerate [lisinopril] because of cough.
    Was on [lithium] until 2018.
    She had been taking [prednisone] until two weeks ago.
    [Fever] resolved with acetaminophen.
    [Delirium] cleared and he was discharged.
    [Bleeding] stopped after pressure was held.
    The [mass] is no longer seen.
    Gallbladder absent, status post [cholecystectomy].
    He used to take [warfarin].
    She used to have [migraine].
    [Asthma], resolved in childhood.
    [Asthma] resolved as a child.
    Muscle pain gone two weeks after stopping [atorvastatin].
    Dizziness is better since discontinuing [amlodipine].
    History of [stroke].
    H/o [myocardial infarction].
    Past medical history: [gout].
    PMH: [asthma], hypertension
    PMH: asthma, [hypertension]
    PAST MEDICAL HISTORY
    [Gout]
    Status post [appendectomy].
    S/p [cholecystectomy] in 2010.
    [Pneumonia] two years ago, treated as inpatient.
    Previous [deep vein thrombosis].
    [Pneumonia] resolved.
    The [rash] has resolved.
    He had a [tremor], but it resolved overnight.
    He did have some [dizziness], although that seemed to have resolved.
    Her [hypokalemia] appears to have resolved.
    The [rash] is gone.
    She had a [headache] on Monday, now gone.
    Fever and [chills] have since resolved.
    [Vomiting], which went away by itself.
    The [swelling] has gone away.
    [Numbness] of the hand, which has resolved.
    [Asthma] as a teenager.
    She was taken off [methotrexate] in May.
    Now off [oxygen].
    Childhood [asthma].
    History of type 2 diabetes as well as [depression].
    Prior [suicide attempt] at age 17.
    PAST SURGICAL HISTORY: [Appendectomy] 1998
    [Warfarin] was discontinued.
    [Metformin] was stopped because of diarrhea.
    Resolved [pneumonia].
    [Breast cancer], in remission.
    Remote history of [tuberculosis].
family
    FAMILY HISTORY:
    No stroke.
    [Diabetes].
    Family history: mother had gout,
    - [stroke]
    Mother:
    - [breast cancer]
    Family history of: [glaucoma]
    Family history of [breast cancer].
    Family history significant for [colon cancer] and heart disease.
    Mother with [breast cancer].
    Her mother died of [breast cancer] at 52.
    Father: [myocardial infarction] at 60
    FAMILY HISTORY:
    Mother - [hypertension]
    FAMILY HISTORY: [Breast cancer] in mother.
    FH: [diabetes]
    [Colon cancer] in his father and brother.
    Her sister was recently diagnosed with [lupus].
    Maternal grandmother had [stroke].
    Strong family history of [heart disease].
    Two brothers have [hypertension].
    Son has [autism].
    Patient's father had [prostate cancer].
"""


def cases():
    """(assertion, text with the mention in brackets)."""
    assertion, held = "", ""
    for line in CASES.strip("\n").splitlines():
        if line and not line.startswith(" "):
            assertion = line
            continue
        held = f"{held}\n{line.strip()}" if held else line.strip()
        if "][" in line.replace(" ", "") or marked(held):
            yield assertion, held
            held = ""


def marked(text):
    """Whether a mention stands in brackets; `[ ]` and `[x]` are boxes of a form."""
    return any(len(piece.partition("]")[0].strip()) > 1 for piece in text.split("[")[1:])


@pytest.mark.parametrize(("assertion", "text"), cases())
def test_a_mention_is_meant_as_a_clinician_reads_it(assertion, text):
    start = next(
        place for place, mark in enumerate(text) if mark == "[" and text[place + 1 : place + 3].strip(" ]x") and text[place + 2] != "]"
    )
    end = text.index("]", start)
    plain = text[:start] + text[start + 1 : end] + text[end + 1 :]
    assert judge(plain, [(start, end - 1)])[0].assertion is Assertion(assertion)


def test_there_are_many_cases_of_each_assertion():
    found = list(cases())
    assert {assertion for assertion, _ in found} == set(Assertion) - {
        Assertion.ALLERGY,
        Assertion.NO_ALLERGY,
    }  # which names make, not sentences alone
    assert len(found) > 200
