"""Cancer of ovary and breast: presentation, staging, chemotherapy and what it does, follow-up."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

OVARIAN = Course(
    "ovarian",
    "oncology",
    (49, 72),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="{He} noticed [a swollen belly|tight waistbands] and feeling full after a few bites over the past {#2-4} months[, with a dull pelvic ache|]. Bowels are [slower than usual|unchanged]. Weight is [up|unchanged] although {he} eats less. No vaginal bleeding. Denies leg swelling.",
                    exam="Abdomen distended with shifting dullness. A firm, fixed mass is felt in the {side} adnexa, about {#7-12} cm. No inguinal or supraclavicular nodes.",
                    assessment="Complex adnexal mass with ascites and a CA-125 of {ca125} in a {aged} {man}: advanced ovarian cancer until proven otherwise.",
                    plan="CT of chest, abdomen and pelvis this week. Discuss at the gynecologic tumor board. Genetic counseling for BRCA testing. Paracentesis for comfort if tense.",
                ),
                Note(
                    "radiology",
                    study="CT chest, abdomen and pelvis with contrast",
                    story="Adnexal mass, ascites, raised CA-125.",
                    exam="Solid and cystic mass of the {side} ovary measuring {#8-13}.{#1-9} cm. Omental caking and peritoneal nodularity along the [right hemidiaphragm|paracolic gutters]. Moderate ascites. Liver parenchyma without focal lesion. No pleural effusion. No enlarged retroperitoneal nodes.",
                    assessment="Findings highly suspicious for primary ovarian malignancy with peritoneal carcinomatosis (stage III). No evidence of liver or lung metastasis.",
                ),
            ),
            labs={"ca125": (410, 1980), "hgb": (10.6, 12.4), "alb": (3.1, 3.7)},
            procedures=("ct-chest",),
        ),
        Stage(
            (12, 24),
            "ward",
            (
                Note(
                    "operative",
                    study="Exploratory laparotomy, total hysterectomy, bilateral salpingo-oophorectomy, omentectomy and tumor debulking.",
                    story="Suspected stage III ovarian carcinoma.",
                    exam="{#2-4} liters of straw-colored ascites drained. {side} ovarian mass adherent to the sigmoid colon, freed by sharp dissection. Omental cake removed entirely. Diaphragmatic implants ablated. No residual disease larger than [5 mm|1 cm] at closure.",
                    plan="Intensive monitoring overnight, early walking, enoxaparin for four weeks. Adjuvant platinum chemotherapy once healed.",
                ),
                Note(
                    "pathology",
                    study="Uterus, both tubes and ovaries, omentum, peritoneal biopsies",
                    story="Ovarian mass with carcinomatosis.",
                    exam="The {side} ovary is replaced by a friable gray-tan tumor. Sections show papillary and solid growth with slit-like spaces, marked nuclear atypia and {#18-40} mitoses per ten fields. Tumor cells express PAX8, WT1 and aberrant p53. The contralateral ovary contains microscopic deposits. Omentum positive.",
                    assessment="High-grade serous ovarian carcinoma, FIGO stage IIIC. Endometrium benign.",
                ),
                Note(
                    "discharge",
                    course="{Mr} underwent optimal debulking. Recovery was slowed by [an ileus that settled with bowel rest|low-grade fever on day two without a source]. {He} received [one unit|two units] of red cells. Pathology confirmed high-grade serous carcinoma.",
                    assessment="Walking the hallway, eating a soft diet, wound clean.",
                    plan="Oncology in two weeks to start carboplatin or cisplatin with paclitaxel. Staples out on day 12. Call for fever, wound redness or vomiting.",
                ),
            ),
            labs={"hgb": (8.6, 10.2), "wbc": (8.2, 12.8), "plt": (240, 420)},
            conditions=("ovarian-cancer",),
            starts=("enoxaparin", "acetaminophen"),
            procedures=("debulking", "transfusion"),
            service="surgery",
            stay=(6, 9),
        ),
        Stage(
            (18, 28),
            "infusion",
            (
                Note(
                    "progress",
                    story="First cycle of cisplatin and paclitaxel today. {He} has healed well after surgery and eats small meals. [Anxious about hair loss; met the social worker.|Brought {his} sister for support.] Baseline hearing is normal; no tingling in hands or feet before treatment.",
                    exam="Midline scar healed. Abdomen soft, no ascites. Port in the [right|left] chest, site clean. Vibration sense intact at both great toes.",
                    assessment="Stage IIIC high-grade serous ovarian carcinoma, ready for adjuvant cisplatin 75 mg/m2 and paclitaxel 175 mg/m2. CA-125 {ca125} after surgery, down from {ca125_was}. ECOG 1.",
                    plan="Premedicate with dexamethasone and ondansetron. Two liters of saline with magnesium around cisplatin. Check blood count in ten days. Cycle two in three weeks.",
                ),
                Note(
                    "nursing",
                    story="Chemotherapy day 1. Port accessed with good blood return. Paclitaxel over three hours after premedication, no flushing, itching or chest tightness. Cisplatin followed with pre- and post-hydration; urine output {#120-190} mL/hour.",
                    plan="Antiemetic schedule reviewed with teach-back. Number of the oncology nurse line given. Return in three weeks.",
                ),
            ),
            labs={"ca125": (88, 240), "cr": (0.62, 0.86), "mg": (1.9, 2.2), "wbc": (5.2, 8.2), "anc": (3.1, 5.8), "plt": (260, 390)},
            starts=("cisplatin", "paclitaxel", "dexamethasone", "ondansetron"),
            procedures=("chemotherapy",),
        ),
        Stage(
            (9, 13),
            "phone",
            (
                Note(
                    "telephone",
                    story="{Mr} calls on day {#4-9} after cisplatin and paclitaxel: nausea since day three in spite of ondansetron, vomited [twice|three times] yesterday, drinking about a liter. No fever. Aching thighs for two days, now better.",
                    assessment="Delayed nausea after cisplatin, grade 2. Paclitaxel myalgia resolving.",
                    plan="Add olanzapine at bedtime for four nights, take ondansetron on schedule, small cold meals. Come for fluids if not drinking by tomorrow. Temperature above 38.0 °C means come in at once.",
                ),
            ),
            chance=0.8,
        ),
        Stage(
            (42, 58),
            "infusion",
            (
                Note(
                    "progress",
                    story="Here for cycle {#3-4}. [Fingertips tingle for a few days after each dose.|Numb toes at night, still buttons {his} own blouse.] [Mild ringing in the ears after the last cycle, gone within a week.|Hearing unchanged.] Appetite fair. Hair loss complete. Denies fever since the last cycle.",
                    exam="No palpable mass, no ascites. Reduced pinprick in the toes. Ankle jerks present.",
                    assessment="Responding well: CA-125 {ca125} (was {ca125_was}). Grade 1 sensory neuropathy from paclitaxel and cisplatin. Magnesium {mg}, [replaced|supplement started]. Creatinine {cr}.",
                    plan="Continue cisplatin and paclitaxel at full dose this cycle; reduce paclitaxel if numbness reaches the ankles. Oral magnesium. Audiogram before the next cycle.",
                ),
            ),
            labs={"ca125": (19, 44), "cr": (0.78, 1.08), "mg": (1.4, 1.7), "hgb": (9.4, 10.8), "anc": (1.9, 3.4), "plt": (150, 260)},
            conditions=("chemo-neuropathy",),
            procedures=("chemotherapy",),
        ),
        Stage(
            (28, 44),
            "ward",
            (
                Note(
                    "admission",
                    complaint="fever after chemotherapy",
                    story="{#9-12} days after {his} last chemotherapy {he} woke with shaking chills and a temperature of {#38.4-39.6} °C. [Mouth sores since yesterday.|No cough, no sore throat, no diarrhea.] Denies dysuria. Port flushed last week without trouble.",
                    exam="Looks ill but talks clearly. Port site without redness. Mucositis grade 1. Lungs clear. Abdomen soft. No perianal tenderness on inspection.",
                    assessment="Febrile neutropenia: absolute neutrophil count {anc}, day {#9-12} after cisplatin and paclitaxel. No focus found so far. MASCC score low risk is not met because of hypotension at triage.",
                    plan="Two sets of blood cultures, then cefepime within the hour. Fluids. Filgrastim. No vancomycin unless unstable. Chemotherapy on hold.",
                ),
                Note(
                    "discharge",
                    course="Fever settled within 36 hours on cefepime. Blood cultures [remained negative|grew Klebsiella in one of two sets, sensitive to cefepime]. Neutrophils recovered to above 1.5 by day four. Chest film without infiltrate.",
                    assessment="Afebrile for 48 hours, eating.",
                    plan="Remaining cycles with 20% dose reduction and filgrastim support. Oncology next week.",
                ),
            ),
            labs={
                "temp": (38.5, 39.5),
                "hr": (104, 124),
                "wbc": (0.6, 1.2),
                "anc": (0.1, 0.4),
                "hgb": (8.4, 9.6),
                "plt": (68, 120),
                "lactate": (1.4, 2.4),
            },
            conditions=("febrile-neutropenia",),
            starts=("cefepime", "filgrastim"),
            stops={"enoxaparin": "planned course completed"},
            procedures=("blood-culture",),
            service="hospital medicine",
            stay=(4, 6),
            chance=0.6,
        ),
        Stage(
            (40, 70),
            "clinic",
            (
                Note(
                    "progress",
                    story="End-of-treatment visit after six cycles. {He} is tired but cooks again. Numbness of fingertips and soles is [steady|slowly fading]; drops small coins. [Sleeps poorly from hot flashes.|Hair is coming back.] Denies abdominal pain, bloating or bleeding.",
                    exam="Abdomen soft, no mass. Vaginal cuff smooth. Absent vibration sense at the toes. No edema.",
                    assessment="Complete response of ovarian carcinoma: CA-125 {ca125}, CT without measurable disease. Persistent grade 2 chemotherapy neuropathy.",
                    plan="Start olaparib maintenance given the pathogenic BRCA1 variant. Duloxetine for neuropathic pain. Cisplatin and paclitaxel finished. Visits every three months with CA-125.",
                ),
                Note(
                    "radiology",
                    study="CT abdomen and pelvis with contrast",
                    story="Ovarian carcinoma after six cycles of cisplatin and paclitaxel. Response?",
                    exam="Status after hysterectomy, bilateral salpingo-oophorectomy and omentectomy. No ascites. Previously seen peritoneal nodules are no longer visible. Liver, spleen and kidneys unremarkable.",
                    assessment="No evidence of residual or recurrent disease.",
                ),
            ),
            labs={"ca125": (7, 18), "hgb": (10.4, 11.8), "cr": (0.8, 1.05), "mg": (1.6, 1.9)},
            starts=("olaparib", "duloxetine"),
            stops={"cisplatin": "planned six cycles completed", "paclitaxel": "planned six cycles completed"},
            procedures=("ct-chest",),
        ),
        Stage(
            (170, 290),
            "clinic",
            (
                Note(
                    "progress",
                    story="{interval} since the last visit. On olaparib with [some fatigue in the afternoon|occasional nausea, managed with food]. Tingling of the feet is less with duloxetine. Walks [two miles|half an hour] a day. No bloating, no change of bowel habit. [Worries before each scan.|Back at work part-time as a {trade}.]",
                    exam="No lymphadenopathy. Abdomen soft without fluid. Pelvic examination unremarkable.",
                    assessment="Ovarian carcinoma in remission. CA-125 {ca125}, stable. Mild anemia on olaparib, hemoglobin {hgb}.",
                    plan="Continue olaparib; monthly blood count. {His} [daughter|niece|sister] was referred for BRCA testing. Return in three months. If CA-125 doubles, repeat CT.",
                ),
            ),
            labs={"ca125": (8, 21), "hgb": (9.8, 11.2), "plt": (140, 220)},
        ),
    ),
    ("female",),
    family=(("mother", "ovarian cancer", 58), ("maternal aunt", "breast cancer", 44), ("sister", "breast cancer", 47)),
    avoid=("uti", "appendicitis", "iron-deficiency"),
)

BREAST = Course(
    "breast",
    "oncology",
    (38, 68),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    complaint="breast lump",
                    story="{He} found a lump in the left breast [in the shower|while dressing] {#2-6} weeks ago. It does not hurt and has not changed with the cycle. No nipple discharge, no skin change. [Last mammogram was {#2-4} years ago and normal.|Never had a mammogram.]",
                    exam="Firm, irregular {#2-3} cm mass in the upper outer quadrant of the left breast, mobile, no dimpling. One soft node in the left axilla. Right breast normal.",
                    assessment="Suspicious left breast mass.",
                    plan="Diagnostic mammogram and ultrasound with core biopsy this week. [Explained that most lumps are benign, but this one needs tissue.|Support offered while waiting for results.]",
                ),
                Note(
                    "radiology",
                    study="Bilateral diagnostic mammogram and left breast ultrasound",
                    story="Palpable left breast lump.",
                    exam="Spiculated mass of {#18-29} mm at two o'clock in the left breast with fine pleomorphic calcifications. Hypoechoic and taller than wide on ultrasound. One left axillary node with thickened cortex. No suspicious finding on the right.",
                    assessment="BI-RADS 5, highly suggestive of malignancy. Biopsy of mass and node recommended.",
                ),
                Note(
                    "pathology",
                    study="Left breast, core biopsy",
                    story="BI-RADS 5 mass.",
                    exam="Invasive carcinoma in nests and cords with moderate tubule formation, Nottingham grade [2|3]. Estrogen receptor 90 percent, progesterone receptor 60 percent, HER2 [3+ by immunohistochemistry|amplified by FISH]. Ki-67 {#22-45} percent. No lymphovascular invasion seen.",
                    assessment="Invasive ductal carcinoma of the breast, hormone receptor positive, HER2 positive.",
                ),
            ),
            conditions=("breast-cancer",),
            procedures=("mammography", "breast-biopsy"),
            service="primary care",
        ),
        Stage(
            (10, 21),
            "clinic",
            (
                Note(
                    "consult",
                    story="Newly diagnosed HER2-positive invasive ductal carcinoma of the left breast, clinically T2 N1. {He} is [frightened|composed] and came with {his} [partner|best friend]. Denies bone pain, headache, cough or weight loss. Menopause at {#48-53}[; no hormone therapy|].",
                    exam="Palpable left breast mass with biopsy bruise. Small mobile axillary node. No supraclavicular node. Spine not tender.",
                    assessment="Stage II breast cancer, ER positive and HER2 positive. Staging CT shows no evidence of metastasis. Ejection fraction {ef} before anthracycline and trastuzumab.",
                    plan="Neoadjuvant doxorubicin and cyclophosphamide, then paclitaxel with trastuzumab, then surgery. Fertility and hair loss discussed. Genetic testing because of [family history|age]. Port placement.",
                ),
            ),
            labs={"ef": (58, 66), "hgb": (12.2, 13.9), "alt": (14, 32), "alp": (58, 98)},
            procedures=("echo", "ct-chest"),
        ),
        Stage(
            (12, 20),
            "infusion",
            (
                Note(
                    "nursing",
                    story="Cycle 1 of doxorubicin and cyclophosphamide. Consent on file, two-nurse check done. Doxorubicin pushed through a freely running line with blood return every 2 mL, no burning. Red urine explained.",
                    plan="Pegfilgrastim appointment tomorrow. {Mr} knows to call for temperature over 38.0 °C. Wig prescription given.",
                ),
                Note(
                    "progress",
                    story="Starts dose-dense AC today. Slept poorly. No infection symptoms, no chest pain.",
                    exam="Breast mass {#2-3} cm, unchanged. Port clean.",
                    assessment="Breast cancer, cycle 1 of 4 doxorubicin/cyclophosphamide. Blood counts adequate: neutrophils {anc}, platelets {plt}.",
                    plan="Dexamethasone and ondansetron. Blood count before cycle 2. Ejection fraction every three months on trastuzumab.",
                ),
            ),
            labs={"anc": (3.0, 5.6), "plt": (210, 340), "hgb": (11.8, 13.2)},
            starts=("doxorubicin", "cyclophosphamide", "dexamethasone", "ondansetron"),
            procedures=("chemotherapy",),
        ),
        Stage(
            (56, 72),
            "infusion",
            (
                Note(
                    "progress",
                    story="Switches to weekly paclitaxel with trastuzumab. AC was [hard: fatigue and mouth sores|tolerated with moderate fatigue]. [Periods stopped.|Hot flashes at night.] {He} feels the lump has softened. No shortness of breath, no ankle swelling.",
                    exam="Breast mass barely palpable. Axilla clear. Heart regular, no gallop. Nails ridged.",
                    assessment="Good clinical response of HER2-positive breast cancer. Ejection fraction {ef} after anthracycline, preserved (was {ef_was}). Anemia of chemotherapy, hemoglobin {hgb}.",
                    plan="Paclitaxel weekly for 12 weeks with trastuzumab. Cryotherapy gloves to protect from neuropathy. Surgery consult in ten weeks.",
                ),
            ),
            labs={"ef": (55, 62), "hgb": (9.6, 10.9), "anc": (2.2, 4.0)},
            starts=("paclitaxel", "trastuzumab"),
            stops={"doxorubicin": "planned four cycles completed", "cyclophosphamide": "planned four cycles completed"},
            procedures=("echo",),
        ),
        Stage(
            (98, 125),
            "ward",
            (
                Note(
                    "operative",
                    study="Left lumpectomy with sentinel lymph node biopsy.",
                    story="Breast cancer after neoadjuvant chemotherapy.",
                    exam="Wire-localized excision with margins inked. Three sentinel nodes found with dual tracer, frozen section negative. Cavity marked with clips for radiotherapy.",
                    plan="Home the next morning. No blood pressure cuff on the left arm.",
                ),
                Note(
                    "discharge",
                    course="Uncomplicated lumpectomy and sentinel node biopsy. Drain not needed. Final pathology: pathologic complete response in breast and nodes.",
                    assessment="Comfortable on acetaminophen.",
                    plan="Radiotherapy in four weeks. Trastuzumab to a full year. Letrozole starts after radiotherapy.",
                ),
            ),
            starts=("acetaminophen",),
            stops={"paclitaxel": "planned twelve weeks completed"},
            procedures=("lumpectomy", "sentinel-node"),
            service="surgery",
            stay=(1, 1),
        ),
        Stage(
            (150, 220),
            "clinic",
            (
                Note(
                    "progress",
                    story="Finished whole-breast radiotherapy. On letrozole for {#3-6} months: stiff fingers in the morning for half an hour, [hot flashes|vaginal dryness]. Energy returning, back at work. Denies bone pain, cough, headache.",
                    exam="Well-healed scar, mild radiation hyperpigmentation. No mass, no nodes. Left arm without lymphedema.",
                    assessment="Breast cancer in complete remission. Aromatase inhibitor arthralgia. Ejection fraction {ef} on trastuzumab.",
                    plan="Continue letrozole for at least five years; exercise and duloxetine if joint pain limits {him}. Mammogram yearly. Bone density test. Last trastuzumab next month.",
                ),
            ),
            labs={"ef": (54, 63)},
            starts=("letrozole",),
            stops={"trastuzumab": "one year completed"},
            procedures=("radiotherapy", "bone-density"),
        ),
        Stage(
            (200, 330),
            "phone",
            (
                Note(
                    "telephone",
                    story="{Mr} calls about a new ache in the lower back for two weeks and is afraid that the breast cancer is back. Started after [moving furniture|a long flight]. No night pain, no weight loss, no weakness.",
                    assessment="Probably mechanical, but {he} has a history of breast cancer.",
                    plan="Spine film and alkaline phosphatase this week; bone scan if not better in two weeks. Reassured that prompt checking is the plan, not that nothing is wrong.",
                ),
            ),
            chance=0.7,
        ),
    ),
    ("female",),
    family=(("mother", "breast cancer", 52), ("sister", "breast cancer", 45), ("maternal grandmother", "ovarian cancer", 61)),
    avoid=("osteoporosis",),
)

COURSES = (OVARIAN, BREAST)
