"""Skin: psoriasis, melanoma."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

PSORIASIS = Course(
    "psoriasis",
    "dermatology",
    (26, 64),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Scaly plaques on elbows, knees and scalp for {#5-14} years, now spreading after [a sore throat|a hard winter|stress at work]. Itches, bleeds on clothes; wears long sleeves as a {trade}. Fingers stiff in the morning for {#4-10} weeks. No fever.",
                    exam="Well-marked silvery plaques, {#9-15} percent of body surface. Nail pits. {side} index finger swollen like a sausage.",
                    assessment="Plaque psoriasis, moderate to severe, with early psoriatic arthritis. C-reactive protein {crp}.",
                    plan="Clobetasol for four weeks. Rheumatology opinion. Secukinumab after tuberculosis and hepatitis tests. Weight and alcohol discussed.",
                ),
            ),
            labs={"crp": (8, 26), "urate": (5.2, 7.4), "alt": (18, 40)},
            conditions=("psoriasis", "psoriatic-arthritis"),
            starts=("clobetasol", "secukinumab"),
        ),
        Stage(
            (80, 110),
            "clinic",
            (
                Note(
                    "progress",
                    story="Wore short sleeves for the first time in years. Finger no longer hurts. One bout of thrush treated with tablets. No bowel symptoms.",
                    exam="Flat pink patches only, under {#1-3} percent. Dactylitis gone.",
                    assessment="Psoriasis nearly clear on secukinumab, psoriatic arthritis quiet. C-reactive protein {crp} (was {crp_was}).",
                    plan="Continue every four weeks. No clobetasol needed. Blood pressure and lipids yearly.",
                ),
            ),
            labs={"crp": (1.0, 4.0), "ldl": (98, 142)},
        ),
        Stage(
            (100, 200),
            "video",
            (
                Note(
                    "progress",
                    complaint="photo visit",
                    story="Uploaded photos of a new red patch under the belly fold. Missed one injection because of insurance. Joints fine.",
                    exam="Photos: smooth red patch in the fold without scale, no satellite spots.",
                    assessment="Inverse psoriasis flare after a missed dose; candida less likely.",
                    plan="Hydrocortisone cream for two weeks. Injection delivered today. Keep the fold dry.",
                ),
            ),
            starts=("hydrocortisone-cream",),
        ),
        Stage(
            (90, 200),
            "clinic",
            (
                Note(
                    "progress",
                    story="Skin clear for {interval}. {He} wonders about stopping. Mood better; joined a [pool|bowling] club.",
                    exam="No plaques. Nails smooth. No swollen joint.",
                    assessment="Psoriasis and psoriatic arthritis in remission on secukinumab.",
                    plan="Stay on treatment because of the joints; try every six weeks. Yearly tuberculosis test.",
                ),
            ),
        ),
    ),
    family=(("father", "psoriasis", 33),),
    avoid=("contact-dermatitis", "strep", "gout"),
)

MELANOMA = Course(
    "melanoma",
    "dermatology",
    (36, 74),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="{His} [spouse|barber|sister] noticed a mole on the back that grew and darkened over the summer; it bled once on a towel. Many sunburns as a youth. No lumps, no weight loss.",
                    exam="Asymmetric {#9-14} mm plaque on the {side} upper back, blue-black with a pink edge; dermoscopy with irregular streaks. No axillary nodes. {#40-90} ordinary moles elsewhere.",
                    assessment="Pigmented lesion highly suspicious for melanoma.",
                    plan="Excision with 2 mm margin today. Photograph of all moles. Results in a week, in person.",
                ),
                Note(
                    "pathology",
                    study="Skin of back, excision",
                    story="Changing mole.",
                    exam="Asymmetric proliferation of atypical melanocytes with pagetoid spread and dermal nests, {#3-6} mitoses per mm2. Breslow thickness {#1-2}.{#2-9} mm, no ulceration. BRAF V600E mutation present.",
                    assessment="Malignant melanoma, superficial spreading, pT2a. Margins clear.",
                ),
            ),
            conditions=("melanoma",),
            procedures=("skin-biopsy",),
        ),
        Stage(
            (18, 35),
            "ward",
            (
                Note(
                    "operative",
                    study="Wide excision of melanoma of the back with sentinel lymph node biopsy.",
                    story="Melanoma pT2a.",
                    exam="2 cm margins to the fascia, primary closure. Lymphatic mapping to the {side} axilla, two blue and hot nodes removed.",
                    plan="Home tonight. Sutures out in two weeks. No heavy lifting.",
                ),
                Note(
                    "discharge",
                    course="Wide excision and sentinel node biopsy as a day case. One of two nodes holds a {#0.3-1.4} mm deposit: stage IIIA.",
                    assessment="Comfortable.",
                    plan="Oncology for adjuvant treatment. Full skin check of parents, siblings and children advised.",
                ),
            ),
            procedures=("sentinel-node",),
            service="surgery",
            stay=(0, 1),
        ),
        Stage(
            (25, 45),
            "infusion",
            (
                Note(
                    "progress",
                    story="Begins adjuvant nivolumab for stage III melanoma. Scar itches. Sleeps badly before scans. No headache, no cough.",
                    exam="Scar healed, no satellite. Axilla soft.",
                    assessment="Resected stage III melanoma. CT and brain MRI without metastasis. TSH {tsh}, cortisol normal.",
                    plan="Nivolumab every four weeks for a year. Report diarrhea, cough, rash or deep fatigue early.",
                ),
            ),
            labs={"tsh": (1.2, 3.0), "alt": (14, 34), "ldh": (140, 210)},
            starts=("nivolumab",),
            procedures=("ct-chest",),
            service="oncology",
        ),
        Stage(
            (90, 150),
            "clinic",
            (
                Note(
                    "progress",
                    story="Cold, constipated and tired for a month on nivolumab, {#3-5} kg heavier. No headache, no visual change. Skin self-check monthly.",
                    exam="Slow reflexes, dry skin. No new mole, no nodes.",
                    assessment="Immune-related hypothyroidism: TSH {tsh}, free T4 {ft4}. Pituitary function normal. No recurrence of melanoma.",
                    plan="Levothyroxine, nivolumab continues. TSH every six weeks. Lifelong replacement expected.",
                ),
            ),
            labs={"tsh": (28, 64), "ft4": (0.3, 0.6), "ldh": (150, 220)},
            conditions=("hypothyroidism",),
            starts=("levothyroxine",),
            service="oncology",
        ),
        Stage(
            (150, 280),
            "clinic",
            (
                Note(
                    "progress",
                    story="Finished nivolumab. Warm again on levothyroxine. Wears a hat and long sleeves, no burns. One spot on the calf worries {him}.",
                    exam="Calf: seborrheic keratosis. Scars soft. No nodes in neck, axilla or groin.",
                    assessment="Stage III melanoma, no evidence of disease. TSH {tsh}.",
                    plan="Skin and node check every three months, scans every six. Reassured about the calf.",
                ),
            ),
            labs={"tsh": (1.0, 3.6), "ft4": (1.0, 1.5), "ldh": (140, 205)},
            stops={"nivolumab": "one year completed"},
        ),
    ),
    family=(("father", "melanoma", 58), ("brother", "melanoma", 49)),
    avoid=("hypothyroidism",),
)

COURSES = (PSORIASIS, MELANOMA)
