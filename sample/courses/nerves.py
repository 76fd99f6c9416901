"""Neurology: stroke, migraine, multiple sclerosis, epilepsy."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

STROKE = Course(
    "stroke",
    "neurology",
    (56, 84),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="sudden weakness and trouble speaking",
                    story="At breakfast, {#40-95} minutes before arrival, the right arm dropped the cup and speech turned to single words. Last known well established by {his} [spouse|son]. No headache, no seizure. Takes no blood thinner. Skipped pressure tablets for months.",
                    exam="NIHSS {#9-15}: right facial droop, right arm 1/5, leg 3/5, expressive aphasia, gaze to the left. Pulse irregular.",
                    assessment="Left middle cerebral artery ischemic stroke within the thrombolysis window; glucose {gluc}, INR {inr}. New atrial fibrillation on the monitor.",
                    plan="Alteplase after pressure lowered below 185/110. CT angiogram for thrombectomy. No antithrombotic for 24 hours. Swallow test.",
                ),
                Note(
                    "radiology",
                    study="CT head without contrast and CT angiogram",
                    story="Acute right hemiparesis and aphasia.",
                    exam="No hemorrhage. Early loss of the left insular ribbon, ASPECTS {#8-9}. Occlusion of a left M2 branch. Mild carotid plaque without stenosis over 50 percent.",
                    assessment="Left M2 occlusion with small early infarct. No intracranial hemorrhage.",
                ),
                Note(
                    "nursing",
                    story="Neuro checks every 15 minutes after alteplase. At three hours lifts the right arm off the bed and says {his} name. No bleeding, gums clean. Pressure {#148-172} systolic.",
                    plan="Nothing by mouth until swallow screen. Head of bed 30 degrees. No catheter, no needle sticks.",
                ),
                Note(
                    "discharge",
                    course="Thrombolysis with good recovery: NIHSS {#2-4} at day three. MRI: small left insular infarct. Apixaban started on day four. LDL {ldl}.",
                    assessment="Walks with a cane, finds most words, right hand clumsy.",
                    plan="Acute rehabilitation. Apixaban for life, atorvastatin. Pressure target below 130/80. No driving for now. Speech therapy.",
                ),
            ),
            labs={
                "gluc": (102, 168),
                "inr": (0.9, 1.1),
                "ldl": (112, 168),
                "sbp": (172, 198),
                "dbp": (94, 108),
                "ef": (52, 60),
                "a1c": (5.4, 6.2),
            },
            conditions=("stroke", "af"),
            refuted=("epilepsy",),
            starts=("alteplase", "apixaban", "atorvastatin"),
            procedures=("ct-head", "echo"),
            stay=(5, 7),
        ),
        Stage(
            (50, 90),
            "clinic",
            (
                Note(
                    "progress",
                    story="Home from rehabilitation. Dresses alone, buttons are slow. Reads headlines. Cries easily at small things and is embarrassed by it. No falls, no bleeding.",
                    exam="Right pronator drift, grip 4/5. Naming 8 of 10. Gait with cane steady.",
                    assessment="Recovering left hemisphere stroke. Emotional lability, PHQ-9 score {phq9}: post-stroke depression likely.",
                    plan="Escitalopram. Continue apixaban and statin; LDL {ldl}. Driving assessment in three months. Caregiver support group.",
                ),
            ),
            labs={"phq9": (10, 15), "ldl": (54, 82), "cr": (0.8, 1.2)},
            conditions=("depression",),
            starts=("escitalopram",),
            procedures=("physiotherapy",),
        ),
        Stage(
            (120, 250),
            "clinic",
            (
                Note(
                    "progress",
                    story="{interval} later. Mood lighter. Passed the driving test. Right shoulder aches at night. Never misses apixaban.",
                    exam="Grip nearly equal. Speech fluent with pauses.",
                    assessment="Ischemic stroke with good functional recovery, modified Rankin 2. No recurrence. PHQ-9 score {phq9}.",
                    plan="Shoulder therapy. Blood pressure diary at goal. Escitalopram until a year after the stroke.",
                ),
            ),
            labs={"phq9": (3, 6), "ldl": (48, 70)},
        ),
    ),
    history=("hypertension",),
    drugs=("amlodipine",),
    family=(("father", "a stroke", 66), ("mother", "hypertension", 50)),
    avoid=("hypertension", "hyperlipidemia", "anxiety", "bppv"),
)

MIGRAINE = Course(
    "migraine",
    "neurology",
    (22, 50),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Headaches since {#14-18}. A shimmering zigzag grows over 20 minutes, then throbbing on the {side} with nausea, {he} lies in the dark. {#6-10} days a month, {#10-14} days with pain pills. Triggers: [periods and red wine|skipped meals and poor sleep|bright light]. No weakness, no fever, no change with cough.",
                    exam="Fundi sharp. Cranial nerves, strength, gait normal. Neck muscles tight.",
                    assessment="Migraine with aura and medication overuse. No red flags, imaging not needed.",
                    plan="Stop daily analgesics. Topiramate as preventive, sumatriptan for attacks at most nine days a month. No estrogen-containing contraception because of aura. Diary.",
                ),
            ),
            conditions=("migraine",),
            starts=("topiramate", "sumatriptan"),
        ),
        Stage(
            (60, 100),
            "video",
            (
                Note(
                    "progress",
                    story="Half as many attacks but loses words in meetings and fingers tingle on topiramate; lost {#3-5} kg. Sumatriptan works within an hour.",
                    exam="Speech slow in finding words, otherwise normal on video.",
                    assessment="Migraine improved; cognitive side effects of topiramate.",
                    plan="Taper topiramate over three weeks. Erenumab monthly, approval requested. Magnesium. Keep the diary.",
                ),
            ),
            starts=("erenumab",),
            stops={"topiramate": "word-finding difficulty"},
        ),
        Stage(
            (60, 130),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="worst headache in months",
                    story="Migraine for three days, vomiting, sumatriptan twice without relief. Built up over hours like {his} others, not a thunderclap. No fever, no stiff neck, no weakness.",
                    exam="Lies in the dark. No meningism, no focal deficit. Fundi normal.",
                    course="Fluids, prochlorperazine, ketorolac, dexamethasone. Pain from 9 to 2 in two hours.",
                    assessment="Status migrainosus. Subarachnoid hemorrhage not suspected.",
                    plan="Home to sleep. Neurology this week. Return for a sudden explosive headache, fever or weakness.",
                ),
            ),
            starts=("ketorolac",),
            service="emergency medicine",
            chance=0.7,
        ),
        Stage(
            (90, 200),
            "clinic",
            (
                Note(
                    "progress",
                    story="On erenumab for {interval}: two migraine days last month, aura once. Mild constipation. Clear-headed. Back to [evening classes|running].",
                    exam="Neurologic examination normal.",
                    assessment="Migraine with aura, excellent response to erenumab.",
                    plan="Continue for a year, then pause. Stop six months before a planned pregnancy. Fiber and water.",
                ),
            ),
        ),
    ),
    ("female", "female", "male"),
    family=(("mother", "migraine", 24), ("sister", "migraine", 19)),
    avoid=("migraine", "bppv", "sinusitis", "kidney-stone"),
)

SCLEROSIS = Course(
    "sclerosis",
    "neurology",
    (24, 48),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Pain on moving the {side} eye for a week, colors washed out, sees as through frosted glass. Three years ago {his} legs were numb for a month and nobody found a cause. Worse in a hot bath.",
                    exam="{side} relative afferent pupillary defect, acuity 20/{#60-200}. Brisk leg reflexes, up-going left toe. Gait normal, tandem unsteady.",
                    assessment="Optic neuritis, {side}, with an earlier myelitis: multiple sclerosis likely.",
                    plan="Methylprednisolone for three days. MRI brain and spine. Lumbar puncture if dissemination is not proven. Aquaporin-4 antibody.",
                ),
                Note(
                    "radiology",
                    study="MRI brain and cervical spine with and without gadolinium",
                    story="Optic neuritis.",
                    exam="{#9-16} ovoid periventricular and juxtacortical T2 lesions, two enhance. Lesion in the dorsal cord at C{#3-5}. {side} optic nerve enhances. No mass.",
                    assessment="Demyelinating lesions disseminated in space and time, consistent with multiple sclerosis. No evidence of tumor.",
                ),
            ),
            conditions=("optic-neuritis", "ms"),
            starts=("methylprednisolone",),
            procedures=("mri-spine", "lumbar-puncture"),
        ),
        Stage(
            (30, 50),
            "infusion",
            (
                Note(
                    "nursing",
                    story="First natalizumab infusion, JC virus antibody negative. One hour, then an hour of observation, no flushing. Vision of the {side} eye nearly back, reds still pale.",
                    plan="Next in four weeks. Card with infection signs. Heat tips: cool vest for summer work.",
                ),
                Note(
                    "progress",
                    story="Sight returned to reading newspaper print. Tired by afternoon. Chose natalizumab after discussing risk of PML. No pregnancy planned this year.",
                    exam="Acuity 20/{#20-30}. Reflexes brisk.",
                    assessment="Relapsing-remitting multiple sclerosis, highly active at onset.",
                    plan="Natalizumab every four weeks, JC antibody every six months. Vitamin D. Physiotherapy for balance.",
                ),
            ),
            labs={"alt": (14, 30), "wbc": (5.2, 8.4)},
            resolved=("optic-neuritis",),
            starts=("natalizumab", "calcium-d"),
        ),
        Stage(
            (150, 260),
            "clinic",
            (
                Note(
                    "progress",
                    story="No relapse. Bladder urgency when cold. JC virus antibody has turned positive and {he} worries about brain infection.",
                    exam="EDSS 2.0. Walks 500 meters. No new sign.",
                    assessment="Multiple sclerosis without disease activity; JC antibody now positive, index {#1-2}.{#1-8}.",
                    plan="Switch from natalizumab to dimethyl fumarate after MRI. Lymphocytes every three months. Watch for flushing.",
                ),
            ),
            labs={"wbc": (5.8, 9.0), "alt": (16, 32)},
            starts=("dimethyl-fumarate",),
            stops={"natalizumab": "JC virus antibody positive"},
        ),
        Stage(
            (60, 160),
            "phone",
            (
                Note(
                    "telephone",
                    story="Legs heavier for two days with a bladder infection and 38.1 °C. No new numbness, vision fine.",
                    assessment="Pseudo-relapse with urinary infection rather than a true relapse.",
                    plan="Treat the infection first, no steroids. Call if not back to usual a week after fever ends.",
                ),
            ),
            conditions=("uti",),
            starts=("nitrofurantoin",),
        ),
    ),
    ("female", "female", "male"),
    avoid=("migraine", "vitamin-d", "carpal-tunnel", "uti", "bppv"),
)

EPILEPSY = Course(
    "epilepsy",
    "neurology",
    (19, 55),
    (
        Stage(
            (0, 0),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="convulsion at work",
                    story="Colleagues saw a blank stare, lip smacking, then stiffening and jerking for two minutes; bit the side of the tongue. Has had spells of déjà vu with a rising stomach for {#1-2} years, thought to be panic. Slept badly. No alcohol, no fever, no head injury.",
                    exam="Drowsy, then clear. Lateral tongue bite. No focal weakness, neck supple.",
                    course="CT head normal. Lactate {lactate}, glucose {gluc}. No further seizure in four hours.",
                    assessment="First convulsion with earlier focal seizures. Syncope unlikely.",
                    plan="Levetiracetam 500 mg twice daily. No driving, no ladders, no bathing alone. EEG and MRI, first-seizure clinic.",
                ),
            ),
            labs={"lactate": (3.2, 6.8), "gluc": (92, 128), "na": (137, 142)},
            conditions=("epilepsy",),
            refuted=("syncope",),
            starts=("levetiracetam",),
            procedures=("ct-head", "ecg"),
            service="emergency medicine",
        ),
        Stage(
            (14, 30),
            "clinic",
            (
                Note(
                    "consult",
                    story="One déjà vu spell since, on levetiracetam. Partner finds {him} short-tempered. Misses driving to work as a {trade}.",
                    exam="Normal neurologic examination. EEG: left temporal sharp waves. MRI: left hippocampal sclerosis.",
                    assessment="Focal epilepsy of the left temporal lobe. Irritability from levetiracetam.",
                    plan="Cross over to lamotrigine slowly. Driving law explained. Rescue plan for a seizure over five minutes. Surgery evaluation if two drugs fail.",
                ),
            ),
            starts=("lamotrigine",),
            procedures=("eeg",),
        ),
        Stage(
            (70, 120),
            "clinic",
            (
                Note(
                    "progress",
                    story="Temper back to normal off levetiracetam. No convulsion; two brief déjà vu spells in {interval}, both after short nights. No rash.",
                    exam="No nystagmus, no ataxia.",
                    assessment="Temporal lobe epilepsy, much improved on lamotrigine.",
                    plan="Lamotrigine raised. Sleep before everything. Folic acid if pregnancy is possible. Driving again after six months without impairment.",
                ),
            ),
            starts=("folic-acid",),
            stops={"levetiracetam": "irritability"},
        ),
        Stage(
            (150, 260),
            "video",
            (
                Note(
                    "progress",
                    story="Seizure-free for {interval}. Drives again. No side effects. Asks if the tablets are for life.",
                    exam="Cheerful, speech clear.",
                    assessment="Focal epilepsy, seizure-free on lamotrigine.",
                    plan="Stay on treatment at least two years; hippocampal sclerosis makes relapse likely without it. Yearly review.",
                ),
            ),
        ),
    ),
    family=(("brother", "epilepsy", 16),),
    avoid=("anxiety", "bppv", "ankle-sprain", "migraine"),
)

COURSES = (STROKE, MIGRAINE, SCLEROSIS, EPILEPSY)
