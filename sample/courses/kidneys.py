"""Kidneys: diabetic disease on its way to dialysis, lupus nephritis."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

DIALYSIS = Course(
    "dialysis",
    "nephrology",
    (52, 74),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Kidney function has fallen from an eGFR of 48 to {egfr} over {#2-3} years. Foamy urine. Swollen feet at day's end. Diabetes for over {#14-20} years with laser treatment of both eyes. Takes ibuprofen for {his} back [most weekends|now and then].",
                    exam="Blood pressure as recorded. Fundi with laser scars. Trace ankle edema. No flank bruit.",
                    assessment="Diabetic kidney disease, stage 4, heavy albuminuria {acr}. Hemoglobin {hgb}.",
                    plan="Stop ibuprofen for good. Losartan up, empagliflozin added. Low-salt diet. Vein preservation on the left arm. Kidney education class.",
                ),
            ),
            labs={
                "egfr": (22, 28),
                "cr": (2.3, 2.9),
                "k": (4.7, 5.3),
                "acr": (1400, 3600),
                "hgb": (10.0, 11.2),
                "a1c": (7.2, 8.4),
                "sbp": (146, 168),
            },
            conditions=("ckd4", "diabetic-nephropathy"),
            starts=("losartan", "empagliflozin", "furosemide"),
        ),
        Stage(
            (120, 200),
            "clinic",
            (
                Note(
                    "progress",
                    story="Tired, colder than others. Itches at night. Appetite less. Chose home peritoneal dialysis at first, then hemodialysis because {he} has no storage space. [Daughter is being tested as a donor.|No donor so far.]",
                    exam="Pale conjunctivae. Left forearm fistula with thrill, two months old. No rub.",
                    assessment="Chronic kidney disease stage 4 progressing, eGFR {egfr}. Renal anemia, hemoglobin {hgb}, ferritin {ferritin}. Phosphate {phos}.",
                    plan="Epoetin and sevelamer. Transplant work-up. Bicarbonate tablets. Monthly labs.",
                ),
            ),
            labs={
                "egfr": (12, 16),
                "cr": (3.8, 4.7),
                "hgb": (8.6, 9.6),
                "ferritin": (110, 260),
                "phos": (5.2, 6.4),
                "k": (4.9, 5.5),
                "hco3": (17, 20),
            },
            conditions=("renal-anemia",),
            starts=("epoetin", "sevelamer", "calcitriol"),
            stops={"empagliflozin": "kidney function too low"},
        ),
        Stage(
            (90, 170),
            "ward",
            (
                Note(
                    "admission",
                    complaint="nausea, hiccups and swelling",
                    story="A week of nausea, metallic taste and hiccups; sleeps in a chair for breath. Urine about a cup a day. No chest pain, no fever.",
                    exam="Edema to the thighs, crackles at both bases, asterixis. Fistula with good thrill. No pericardial rub.",
                    assessment="End-stage renal disease with uremia and volume overload. Potassium {k}, urea nitrogen {bun}.",
                    plan="Start hemodialysis today through the fistula, short first session. Telemetry. Stop losartan until potassium settles.",
                ),
                Note(
                    "nursing",
                    story="First hemodialysis, two hours, blood flow 200, two 17-gauge needles in the left fistula. 1.5 L removed. Cramp in the right calf relieved by saline. Pressure lowest {#96-104} systolic. Hiccups stopped.",
                    plan="Hold pressure on needle sites ten minutes. Next session tomorrow, three hours. Fluid limit one liter.",
                ),
                Note(
                    "discharge",
                    course="Three dialysis sessions, {#5-7} kg removed. Nausea and asterixis gone.",
                    assessment="Breathes easily lying flat.",
                    plan="Hemodialysis Monday, Wednesday, Friday at the Granite Ferry unit. Renal diet. Hepatitis B vaccine series.",
                ),
            ),
            labs={
                "k": (5.9, 6.6),
                "bun": (98, 142),
                "cr": (7.2, 10.4),
                "hco3": (13, 16),
                "hgb": (8.8, 9.8),
                "spo2": (89, 92),
                "sbp": (158, 182),
            },
            conditions=("esrd",),
            resolved=("ckd4",),
            stops={"losartan": "hyperkalemia", "metformin": "kidney failure"},
            procedures=("dialysis",),
            stay=(4, 6),
        ),
        Stage(
            (60, 140),
            "clinic",
            (
                Note(
                    "progress",
                    story="Dialysis three times a week, never misses. Gains {#1-3} kg between sessions. Less itching. Works [mornings|half-time] as a {trade}. On the transplant list. Low spirits on dialysis days.",
                    exam="Fistula soft, thrill to the elbow. No edema. Dry weight {weight}.",
                    assessment="End-stage renal disease on hemodialysis, adequate. Hemoglobin {hgb} on epoetin. Phosphate {phos}.",
                    plan="Sevelamer with every meal, snacks too. Social worker for transport. Transplant clinic next month.",
                ),
            ),
            labs={"hgb": (10.2, 11.4), "phos": (4.4, 5.4), "k": (4.6, 5.2), "ferritin": (240, 480)},
            procedures=("dialysis",),
        ),
    ),
    history=("t2dm", "hypertension"),
    drugs=("amlodipine", "insulin-glargine"),
    family=(("father", "type 2 diabetes", 50), ("mother", "hypertension", 48)),
    avoid=("prediabetes", "hypertension", "back-pain", "kidney-stone"),
)

LUPUS = Course(
    "lupus",
    "rheumatology",
    (21, 42),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Since the summer {he} has had a rash on both cheeks after sun, aching small joints with an hour of morning stiffness, mouth ulcers and hair in the brush. Fingers turn white in the cold. Swollen eyelids for two weeks. One miscarriage at {#8-11} weeks.",
                    exam="Malar rash sparing the nasolabial folds. Tender wrists and knuckles without deformity. Painless palate ulcer. Ankle edema.",
                    assessment="Systemic lupus erythematosus: ANA 1:1280, anti-dsDNA high, low complement. Protein in urine {upcr} suggests nephritis. Platelets {plt}.",
                    plan="Hydroxychloroquine, prednisone. Kidney biopsy. Sun protection. Antiphospholipid antibodies. Eye baseline.",
                ),
            ),
            labs={
                "upcr": (2.4, 4.6),
                "cr": (0.7, 1.1),
                "plt": (96, 140),
                "wbc": (2.8, 3.9),
                "hgb": (9.8, 11.2),
                "alb": (2.4, 3.0),
                "esr": (58, 94),
            },
            conditions=("sle",),
            starts=("hydroxychloroquine", "prednisone-taper"),
        ),
        Stage(
            (10, 18),
            "ward",
            (
                Note(
                    "procedure",
                    study="Ultrasound-guided left kidney biopsy.",
                    story="Lupus with nephrotic-range proteinuria.",
                    exam="Two passes with a 16-gauge needle under local anesthesia. {#18-26} glomeruli. Small perinephric hematoma of 1 cm on check.",
                    plan="Flat for six hours, urine watched for blood.",
                ),
                Note(
                    "pathology",
                    study="Left kidney, needle biopsy",
                    story="SLE, proteinuria.",
                    exam="Endocapillary hypercellularity in {#55-70} percent of glomeruli, wire loops, cellular crescents in two. Full-house immunofluorescence. Activity index {#9-13}, chronicity index 2.",
                    assessment="Lupus nephritis, ISN/RPS class IV.",
                ),
                Note(
                    "discharge",
                    course="Biopsy without bleeding. Three pulses of methylprednisolone; mycophenolate chosen over cyclophosphamide to preserve fertility.",
                    assessment="Blood pressure controlled, no hematuria.",
                    plan="Mycophenolate to target, prednisone taper, trimethoprim/sulfamethoxazole prophylaxis. Reliable contraception while on mycophenolate. Labs every two weeks.",
                ),
            ),
            labs={"upcr": (3.0, 5.4), "cr": (1.0, 1.5), "sbp": (138, 152), "hgb": (9.4, 10.8)},
            conditions=("lupus-nephritis",),
            starts=("methylprednisolone", "mycophenolate", "tmp-smx", "losartan"),
            service="nephrology",
            stay=(3, 4),
        ),
        Stage(
            (85, 130),
            "clinic",
            (
                Note(
                    "progress",
                    story="Face is rounder from prednisone, moods up and down. Joints quiet, rash faded. No foamy urine. Diarrhea when mycophenolate was raised, better split in three doses.",
                    exam="No synovitis. Faint cheek erythema. No edema.",
                    assessment="Lupus nephritis class IV, partial response: urine protein {upcr} (was {upcr_was}), creatinine {cr}.",
                    plan="Prednisone to 7.5 mg. Continue mycophenolate and hydroxychloroquine. Shingles and pneumococcal vaccine.",
                ),
            ),
            labs={"upcr": (0.8, 1.4), "cr": (0.8, 1.1), "plt": (170, 240), "wbc": (4.1, 6.2), "hgb": (10.8, 12.0)},
        ),
        Stage(
            (200, 330),
            "clinic",
            (
                Note(
                    "progress",
                    story="Works full time as a {trade}. No flare in {interval}. Wants a pregnancy in about a year. No chest pain, no clots.",
                    exam="Skin clear, joints full range.",
                    assessment="Lupus nephritis in complete remission, urine protein {upcr}. Antiphospholipid antibodies negative.",
                    plan="Change mycophenolate to azathioprine for pregnancy, wait six months of stability. Stop losartan at conception. Aspirin from week 12. Hydroxychloroquine stays.",
                ),
            ),
            labs={"upcr": (0.1, 0.2), "cr": (0.7, 0.9), "plt": (190, 280), "hgb": (11.8, 12.9)},
            starts=("azathioprine",),
            stops={"mycophenolate": "pregnancy planned", "prednisone-taper": "remission", "tmp-smx": "prophylaxis no longer needed"},
        ),
    ),
    ("female",),
    family=(("mother", "rheumatoid arthritis", 47),),
    avoid=("sulfonamides", "contact-dermatitis", "anxiety"),
)

COURSES = (DIALYSIS, LUPUS)
