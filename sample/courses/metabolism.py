"""Diabetes and the thyroid."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

FOOT_ULCER = Course(
    "foot-ulcer",
    "endocrinology",
    (50, 76),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    story="Diabetes for {#9-15} years. Sugars at home {#170-260} fasting. Forgets metformin when working late as a {trade}. Burning soles at night for {#6-14} months. Thirsty, up {#2-4} times to urinate. Denies visual loss.",
                    exam="Monofilament not felt at {#4-7} of 10 sites. Foot pulses present. Skin dry, callus under the first metatarsal head of the {side} foot.",
                    assessment="Type 2 diabetes, poorly controlled, hemoglobin A1c {a1c}. Painful diabetic polyneuropathy. Urine albumin {acr}.",
                    plan="Add semaglutide and insulin glargine at night. Gabapentin for the burning. Podiatry, protective footwear. Eye examination is overdue.",
                ),
            ),
            labs={"a1c": (9.4, 11.8), "acr": (44, 180), "cr": (0.9, 1.2), "gluc": (210, 320), "ldl": (92, 140)},
            conditions=("diabetic-neuropathy",),
            starts=("semaglutide", "insulin-glargine", "gabapentin"),
        ),
        Stage(
            (70, 130),
            "ward",
            (
                Note(
                    "admission",
                    complaint="infected foot wound",
                    story="Noticed blood on the sock {#5-10} days ago; felt no pain. Now the {side} foot smells, is red to the ankle and {he} shivered last night. New shoes three weeks ago.",
                    exam="Ulcer of {#2-4} cm under the first metatarsal head of the {side} foot with pus; probe reaches bone. Redness 4 cm around. Dorsalis pedis palpable.",
                    assessment="Diabetic foot ulcer with osteomyelitis of the first metatarsal. C-reactive protein {crp}, ESR {esr}. A1c {a1c}.",
                    plan="Bone biopsy then piperacillin/tazobactam and vancomycin. MRI. Surgical debridement, vascular studies. Insulin by sliding scale.",
                ),
                Note(
                    "radiology",
                    study="MRI of the foot with and without contrast",
                    story="Probe-to-bone positive ulcer.",
                    exam="Marrow edema and cortical loss of the first metatarsal head with overlying ulcer. No abscess. Second ray spared.",
                    assessment="Osteomyelitis of the first metatarsal head. No drainable collection.",
                ),
                Note(
                    "nursing",
                    story="Wound packed with alginate, moderate serous drainage, odor less. Fingersticks {#140-220}. Patient still cannot feel the dressing change. Worried about losing the foot.",
                    plan="Offload with boot, dressing daily. Wound photo uploaded. Diabetes educator to see before discharge.",
                ),
                Note(
                    "discharge",
                    course="Debrided in the operating room, resection of the metatarsal head was not needed. Bone culture grew methicillin-susceptible Staphylococcus aureus; changed to cefazolin by PICC.",
                    assessment="Afebrile, wound granulating.",
                    plan="Six weeks of cefazolin with weekly labs. Total contact cast. No weight on the forefoot. Infectious disease and podiatry clinics.",
                ),
            ),
            labs={"crp": (88, 190), "esr": (70, 112), "wbc": (12.8, 18.4), "temp": (37.9, 38.8), "a1c": (8.6, 9.6), "gluc": (240, 360)},
            conditions=("foot-ulcer", "osteomyelitis"),
            starts=("piperacillin", "vancomycin", "cefazolin"),
            procedures=("wound-care", "blood-culture"),
            service="hospital medicine",
            stay=(6, 9),
        ),
        Stage(
            (40, 55),
            "clinic",
            (
                Note(
                    "progress",
                    story="Finished cefazolin last week. Ulcer is the size of a [dime|lentil]. No fever. Line removed. Checks both feet with a mirror.",
                    exam="Clean {#3-8} mm ulcer, no bone exposed, no redness.",
                    assessment="Osteomyelitis treated, C-reactive protein {crp}. Foot ulcer healing. A1c {a1c}.",
                    plan="Cast for three more weeks, then custom insoles. No further antibiotics. Call at once for redness or drainage.",
                ),
            ),
            labs={"crp": (2.0, 7.5), "esr": (18, 34), "a1c": (7.6, 8.3)},
            resolved=("osteomyelitis",),
            procedures=("wound-care",),
            service="infectious disease",
        ),
        Stage(
            (120, 220),
            "clinic",
            (
                Note(
                    "progress",
                    story="{He} lost {#6-9} kg on semaglutide, [some nausea at first|no nausea]. Fasting sugars {#95-130}. Two mild lows after yard work, treated with juice. Foot closed since spring.",
                    exam="Healed scar of the {side} forefoot. Pulses palpable. Monofilament absent on both feet as before.",
                    assessment="Type 2 diabetes, much better: A1c {a1c} (was {a1c_was}). Healed ulcer, high-risk foot.",
                    plan="Glargine down by four units. Continue semaglutide, metformin. Podiatry every two months for life.",
                ),
            ),
            labs={"a1c": (6.6, 7.2), "acr": (28, 90), "cr": (0.9, 1.2), "weight_change": (-8, -5)},
            resolved=("foot-ulcer",),
        ),
    ),
    history=("t2dm", "obesity"),
    drugs=("metformin",),
    family=(("mother", "type 2 diabetes", 54), ("brother", "type 2 diabetes", 49)),
    avoid=("prediabetes", "obesity", "cellulitis"),
)

KETOACIDOSIS = Course(
    "ketoacidosis",
    "endocrinology",
    (17, 34),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="vomiting and deep breathing",
                    story="{#2-4} weeks of thirst, {#5-8} kg weight loss and bedwetting-like nights of urination; vomiting since yesterday, drowsy today. No prior diagnosis of diabetes. No alcohol, no pills taken.",
                    exam="Dry tongue, deep sighing respirations with a fruity smell. Abdomen diffusely tender without guarding. Drowsy, answers correctly.",
                    assessment="Diabetic ketoacidosis as first presentation of type 1 diabetes: glucose {gluc}, bicarbonate {hco3}, potassium {k}. No trigger infection found.",
                    plan="Saline, insulin infusion at 0.1 units/kg/hour, potassium replacement, hourly glucose. Switch to basal-bolus once the gap is closed.",
                ),
                Note(
                    "nursing",
                    story="Anion gap closed at 05:30. First subcutaneous glargine given two hours before stopping the drip. Patient injected {himself} today with supervision and counted carbohydrates at lunch.",
                    plan="Survival skills list: lows, ketones, sick days. Sensor training tomorrow with [mother|a roommate] present.",
                ),
                Note(
                    "discharge",
                    course="Ketoacidosis resolved in {#14-22} hours without cerebral edema or hypokalemia. GAD antibodies strongly positive. Glucose {#110-190} on basal-bolus insulin.",
                    assessment="Eating, independent with injections.",
                    plan="Diabetes clinic in five days, daily phone contact until then. Ketone strips. Never stop basal insulin, even when not eating.",
                ),
            ),
            labs={
                "gluc": (412, 690),
                "hco3": (6, 11),
                "k": (4.9, 5.8),
                "na": (128, 134),
                "a1c": (11.2, 13.8),
                "hr": (112, 132),
                "rr": (26, 34),
                "weight_change": (-6, -4),
            },
            conditions=("t1dm", "dka"),
            refuted=("appendicitis",),
            starts=("insulin-iv", "insulin-glargine", "insulin-lispro"),
            stay=(3, 4),
        ),
        Stage(
            (20, 40),
            "clinic",
            (
                Note(
                    "progress",
                    story="Needs less insulin each week, honeymoon phase. Three lows to {#52-62} mg/dL during [soccer|night shifts]. Wears a sensor. Sad some evenings about never having a day off from it.",
                    exam="Injection sites soft. Weight regained. Thyroid normal.",
                    assessment="Type 1 diabetes, one month in. TSH {tsh}, celiac screen negative. Diabetes distress without depression, PHQ-9 score {phq9}.",
                    plan="Glargine down by 20 percent. Glucagon spray. Peer group. Dietitian for exercise snacks.",
                ),
            ),
            labs={"tsh": (1.2, 3.4), "phq9": (3, 8)},
        ),
        Stage(
            (160, 260),
            "phone",
            (
                Note(
                    "telephone",
                    story="Stomach bug since last night, sugar {#240-310}, ketones {#1-2}.{#1-9} mmol/L, keeping sips down. Skipped lunch insulin because {he} was not eating.",
                    assessment="Sick day with early ketosis in type 1 diabetes, no sign of ketoacidosis yet.",
                    plan="Extra 10 percent insulin every three hours, sugary fluids, recheck ketones in two hours. Emergency department if above 3 or vomiting continues. Called back at 18:00: ketones falling.",
                ),
            ),
            chance=0.8,
        ),
        Stage(
            (90, 200),
            "clinic",
            (
                Note(
                    "progress",
                    story="Now on an insulin pump with closed loop. Time in range {#68-82} percent. One low a week. Back to [college|full shifts].",
                    exam="Pump site clean. Retinal photo without retinopathy.",
                    assessment="Type 1 diabetes, A1c {a1c} (was {a1c_was}). No complications.",
                    plan="Settings adjusted for dawn rise. Urine albumin yearly. Contraception and driving rules discussed.",
                ),
            ),
            labs={"a1c": (6.7, 7.6), "acr": (5, 19)},
        ),
    ),
    family=(("maternal aunt", "Graves disease", 33),),
    avoid=("obesity", "prediabetes", "gastroenteritis", "appendicitis"),
)

GRAVES = Course(
    "graves",
    "endocrinology",
    (24, 52),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Lost {#5-8} kg over {#2-4} months while eating more. Heart races at rest, hands shake, cannot stand heat, loose stools. Eyes feel gritty. Irritable with coworkers. Not pregnant; no recent contrast or amiodarone.",
                    exam="Smooth, diffuse goiter with bruit. Lid lag, mild proptosis, no double vision. Warm moist skin, fine tremor.",
                    assessment="Graves disease: TSH {tsh}, free T4 {ft4}, receptor antibodies positive. Mild orbitopathy.",
                    plan="Methimazole 20 mg, propranolol for symptoms. Told to stop methimazole and get a blood count with any fever or sore throat. Selenium; stop smoking.",
                ),
            ),
            labs={"tsh": (0.01, 0.03), "ft4": (3.6, 6.2), "hr": (108, 126), "weight_change": (-5, -3), "alt": (22, 54)},
            conditions=("graves",),
            starts=("methimazole", "propranolol"),
        ),
        Stage(
            (35, 50),
            "clinic",
            (
                Note(
                    "progress",
                    story="Calmer, sleeps again. Heart no longer races. Itchy skin for the first week, gone. No fever, no sore throat.",
                    exam="Goiter smaller. Pulse {hr}. Tremor barely visible. Eyes unchanged.",
                    assessment="Graves disease responding, free T4 {ft4} (was {ft4_was}).",
                    plan="Taper propranolol off. Methimazole to 10 mg. Labs every six weeks.",
                ),
            ),
            labs={"tsh": (0.01, 0.06), "ft4": (1.3, 1.9), "hr": (70, 86)},
            stops={"propranolol": "no longer needed"},
        ),
        Stage(
            (60, 120),
            "phone",
            (
                Note(
                    "telephone",
                    story="Sore throat and 38.4 °C since this morning, on methimazole. No rash. Drinks fluids.",
                    assessment="Must exclude agranulocytosis on methimazole. Blood count today: neutrophils {anc}.",
                    plan="Count is normal, so methimazole may continue; viral pharyngitis. Same rule next time: fever means a blood count first.",
                ),
            ),
            labs={"anc": (3.2, 6.1), "wbc": (5.9, 9.8)},
            chance=0.7,
        ),
        Stage(
            (300, 420),
            "clinic",
            (
                Note(
                    "progress",
                    story="Eighteen months of methimazole completed. No heat intolerance, weight stable. Eyes comfortable. [Planning a pregnancy.|Wants to stop tablets.]",
                    exam="No goiter, no tremor. No proptosis.",
                    assessment="Graves disease in remission, TSH {tsh}, antibodies negative.",
                    plan="Stop methimazole. Thyroid tests at 6, 12 and 24 weeks; half of patients relapse within a year. Radioiodine or surgery if it returns.",
                ),
            ),
            labs={"tsh": (0.9, 2.8), "ft4": (1.0, 1.4)},
            stops={"methimazole": "remission after eighteen months"},
        ),
    ),
    family=(("mother", "Graves disease", 41),),
    avoid=("hypothyroidism", "anxiety", "obesity", "strep"),
)

COURSES = (FOOT_ULCER, KETOACIDOSIS, GRAVES)
