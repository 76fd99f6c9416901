"""Cancer: presentation, staging, chemotherapy and what it does, follow-up."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from ingest.sample.model import Course, Note, Stage

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
            labs={"temp": (38.5, 39.5), "hr": (104, 124), "wbc": (0.6, 1.2), "anc": (0.1, 0.4), "hgb": (8.4, 9.6), "plt": (68, 120), "lactate": (1.4, 2.4)},
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
                    story="Newly diagnosed HER2-positive invasive ductal carcinoma of the left breast, clinically T2 N1. {He} is [frightened|composed] and came with {his} [partner|best friend]. Denies bone pain, headache, cough or weight loss. Menopause at {#48-53}[; no hormone therapy|]." ,
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

LUNG = Course(
    "lung",
    "oncology",
    (58, 76),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    complaint="cough with blood",
                    story="Cough for {#2-4} months, [streaks of blood in the sputum|rusty sputum] since last week, {#5-9} kg lost without trying. Breathless on one flight of stairs. No fever. No chest pain.",
                    exam="Finger clubbing. Reduced breath sounds over the right upper zone. No wheeze. No neck nodes.",
                    assessment="Hemoptysis and weight loss in a smoker: lung cancer has to be excluded.",
                    plan="Chest X-ray today, CT and pulmonary referral within a week.",
                ),
                Note(
                    "radiology",
                    study="XR chest, two views",
                    story="Hemoptysis, weight loss, smoker.",
                    exam="Spiculated opacity of {#3-5} cm in the right upper lobe. Right hilum bulky. No effusion, no pneumothorax. Heart size normal.",
                    assessment="Right upper lobe mass suspicious for primary malignancy. CT recommended.",
                ),
            ),
            labs={"weight_change": (-7, -4), "hgb": (11.4, 13.2), "na": (131, 137), "ca": (9.2, 10.6)},
            procedures=("chest-x-ray",),
            service="primary care",
        ),
        Stage(
            (9, 16),
            "clinic",
            (
                Note(
                    "procedure",
                    study="Flexible bronchoscopy with biopsy.",
                    story="Right upper lobe mass.",
                    exam="Irregular, friable tumor narrowing the anterior segment of the right upper lobe. Six biopsies, brushings. Slight oozing controlled with cold saline. Stations 4R and 7 sampled by ultrasound.",
                    plan="Nothing by mouth for two hours. Results in five days, molecular panel sent.",
                ),
                Note(
                    "pathology",
                    study="Right upper lobe, endobronchial biopsy",
                    story="Right upper lobe mass.",
                    exam="Acinar and solid adenocarcinoma, TTF-1 positive, p40 negative. PD-L1 tumor proportion score {#55-85} percent. No EGFR, ALK, ROS1 or BRAF alteration; KRAS G12C present. Node 4R positive.",
                    assessment="Non-small cell lung cancer, adenocarcinoma.",
                ),
            ),
            conditions=("lung-cancer",),
            refuted=("tb",),
            procedures=("bronchoscopy", "ct-chest"),
            service="pulmonology",
        ),
        Stage(
            (14, 25),
            "infusion",
            (
                Note(
                    "consult",
                    story="Stage IV adenocarcinoma of the lung with [two small liver deposits|a single adrenal metastasis]; MRI brain shows no metastasis. {He} wants treatment but also to keep [fishing|working in the garden]. ECOG 1. [Stopped smoking the day of the diagnosis.|Down to three cigarettes a day.]",
                    exam="Thin. Clubbing. Lungs with reduced air entry right upper zone. No liver edge felt.",
                    assessment="Metastatic non-small cell lung cancer, PD-L1 high, no targetable first-line alteration.",
                    plan="Carboplatin, pemetrexed and pembrolizumab every 21 days. Folic acid and B12. Palliative care introduced early. Thyroid function each cycle.",
                ),
            ),
            labs={"tsh": (1.1, 2.9), "cr": (0.8, 1.1), "alt": (16, 38), "plt": (220, 410)},
            conditions=("liver-metastases",),
            starts=("carboplatin", "pemetrexed", "pembrolizumab", "folic-acid", "dexamethasone"),
            procedures=("chemotherapy",),
        ),
        Stage(
            (80, 110),
            "ward",
            (
                Note(
                    "admission",
                    complaint="worsening breathlessness",
                    story="After four cycles {he} developed dry cough and shortness of breath over {#5-9} days. No sputum, no fever, no leg swelling. No sick contacts.",
                    exam="Oxygen needed to keep saturation above 92%. Fine crackles at both bases. No wheeze. Calves soft.",
                    assessment="Ground-glass opacities on CT without embolism: immune-mediated pneumonitis from pembrolizumab, grade 3. Infection less likely, C-reactive protein {crp}.",
                    plan="Hold pembrolizumab. Methylprednisolone, then a slow prednisone taper over six weeks. Bronchoscopy if no improvement in 48 hours. Pneumocystis prophylaxis.",
                ),
                Note(
                    "radiology",
                    study="CT chest with contrast, pulmonary embolism protocol",
                    story="Breathless on pembrolizumab.",
                    exam="No filling defect in the pulmonary arteries. New patchy ground-glass opacities in both lower lobes. Right upper lobe mass has shrunk to {#18-26} mm. Liver lesions smaller.",
                    assessment="No pulmonary embolism. Bilateral ground-glass opacities, favor drug-related pneumonitis. Partial response of the tumor.",
                ),
                Note(
                    "discharge",
                    course="Oxygen weaned off over five days on steroids. Cultures and viral panel negative. Tumor shows partial response.",
                    assessment="Saturating 95% on room air at rest, 91% on stairs.",
                    plan="Prednisone taper with weekly calls. Pembrolizumab permanently stopped. Return for fever or more breathlessness.",
                ),
            ),
            labs={"spo2": (85, 89), "rr": (24, 30), "hr": (98, 116), "crp": (28, 74), "wbc": (8.4, 12.6)},
            conditions=("pneumonitis",),
            refuted=("pe",),
            starts=("methylprednisolone", "prednisone-taper", "tmp-smx"),
            stops={"pembrolizumab": "immune-mediated pneumonitis", "carboplatin": "planned four cycles completed"},
            service="hospital medicine",
            stay=(6, 9),
        ),
        Stage(
            (70, 120),
            "clinic",
            (
                Note(
                    "progress",
                    story="Off prednisone for {#2-4} weeks. Breathing is back to [walking to the mailbox|gentle hills]. On pemetrexed alone. New headache in the mornings with [clumsiness of the left hand|word-finding trouble].",
                    exam="Left pronator drift. Gait slightly wide. Lungs clear.",
                    assessment="Progression in the brain: MRI shows {#2-4} metastases, the largest {#12-19} mm, with edema. Chest disease stable.",
                    plan="Dexamethasone today. Stereotactic radiotherapy next week. Stop driving. Goals of care revisited; {he} prefers quality over length.",
                ),
            ),
            conditions=("brain-metastases",),
            starts=("dexamethasone",),
            stops={"prednisone-taper": "taper finished", "tmp-smx": "prophylaxis no longer needed"},
            procedures=("radiotherapy",),
        ),
        Stage(
            (60, 130),
            "home",
            (
                Note(
                    "nursing",
                    story="Hospice home visit. In bed most of the day, comfortable with morphine [every four hours|twice a day]. Family taking turns. Eats ice cream and soup. Short apneas while asleep, no distress.",
                    plan="Comfort kit explained. No hospital transfer wanted. Chaplain visit arranged. Call at any hour.",
                ),
            ),
            starts=("morphine",),
            stops={"pemetrexed": "comfort care only"},
            outcome="died",
            stay=(4, 16),
            chance=0.7,
        ),
    ),
    smoking="current",
    family=(("father", "lung cancer", 66),),
    avoid=("obesity", "osa"),
)

COLON = Course(
    "colon",
    "oncology",
    (50, 74),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "procedure",
                    study="Colonoscopy with biopsy.",
                    story="Iron deficiency anemia and a positive stool test. No abdominal pain, bowel habit [looser|narrower] for {#2-4} months.",
                    exam="Preparation good. Ulcerated, half-circumferential mass at {#22-32} cm in the sigmoid colon, biopsied and tattooed. Two small polyps removed from the transverse colon. Cecum reached. Terminal ileum normal.",
                    plan="CT staging and CEA. Surgical clinic this week. {Mr} told of the likely diagnosis in the presence of {his} family.",
                ),
                Note(
                    "pathology",
                    study="Sigmoid colon mass, biopsy; transverse colon polyps",
                    story="Ulcerated sigmoid mass.",
                    exam="A: irregular cribriform glands with dirty necrosis infiltrating desmoplastic stroma. Mismatch repair proteins retained. B: tubular adenomas without high-grade dysplasia.",
                    assessment="A: moderately differentiated adenocarcinoma. B: tubular adenomas.",
                ),
            ),
            labs={"hgb": (8.6, 10.4), "ferritin": (4, 11), "cea": (6.2, 21.5)},
            conditions=("colon-cancer", "iron-deficiency"),
            starts=("ferrous-sulfate",),
            procedures=("colonoscopy",),
            service="gastroenterology",
        ),
        Stage(
            (14, 26),
            "ward",
            (
                Note(
                    "operative",
                    study="Laparoscopic sigmoid colectomy with primary anastomosis.",
                    story="Adenocarcinoma of the sigmoid colon, no distant metastasis on CT.",
                    exam="No peritoneal or liver deposits. High ligation of the inferior mesenteric artery, splenic flexure mobilized, stapled anastomosis, negative air leak test.",
                    plan="Enhanced recovery pathway. Sips tonight, out of bed tomorrow.",
                ),
                Note(
                    "discharge",
                    course="Laparoscopic sigmoid colectomy. Passed gas on day two. Pathology: pT3 pN1b, {#2-3} of {#18-27} nodes positive, margins clear. No anastomotic leak.",
                    assessment="Tolerating a low-residue diet.",
                    plan="Oncology in three weeks for adjuvant FOLFOX. Wound check in ten days. Watch for fever or belly pain, which could mean a leak.",
                ),
            ),
            labs={"hgb": (8.9, 10.2), "wbc": (8.8, 12.5), "cr": (0.7, 1.1)},
            starts=("acetaminophen", "enoxaparin"),
            procedures=("colectomy",),
            service="surgery",
            stay=(4, 6),
        ),
        Stage(
            (28, 42),
            "infusion",
            (
                Note(
                    "progress",
                    story="Begins adjuvant FOLFOX for stage III colon cancer. Scar comfortable, two formed stools a day. No numbness. Warned about cold-induced tingling.",
                    exam="Abdomen soft, port sites healed. Sensation normal.",
                    assessment="Resected stage IIIB adenocarcinoma of the colon. CEA {cea} after surgery (before: {cea_was}).",
                    plan="Oxaliplatin, leucovorin, fluorouracil every two weeks, twelve cycles planned. Pump disconnect on day three.",
                ),
                Note(
                    "nursing",
                    story="Pump of fluorouracil connected at 14:20 through the port. Oxaliplatin over two hours, tingling of lips when {he} drank cold water despite the warning; settled with a warm drink.",
                    plan="No ice, gloves for the freezer. Return in 46 hours for disconnection. Diarrhea plan reviewed.",
                ),
            ),
            labs={"cea": (1.4, 3.6), "anc": (2.8, 5.1), "plt": (190, 320)},
            starts=("oxaliplatin", "fluorouracil", "leucovorin", "ondansetron"),
            procedures=("chemotherapy",),
        ),
        Stage(
            (95, 130),
            "infusion",
            (
                Note(
                    "progress",
                    story="Before cycle {#8-9}. Tingling in fingers now lasts between cycles; trouble with [buttons|guitar strings|small screws]. [Two loose stools after each pump.|Bowels fine.] No fever.",
                    exam="Pinprick reduced to the wrists. Hand-foot skin mildly red. Abdomen soft.",
                    assessment="Grade 2 oxaliplatin neuropathy. Platelets {plt}. No sign of recurrence.",
                    plan="Stop oxaliplatin, continue fluorouracil with leucovorin to complete six months. Duloxetine offered. Blood count before each cycle.",
                ),
            ),
            labs={"plt": (88, 132), "anc": (1.6, 2.6), "cea": (1.2, 3.0)},
            conditions=("chemo-neuropathy",),
            starts=("duloxetine",),
            stops={"oxaliplatin": "peripheral neuropathy"},
            procedures=("chemotherapy",),
        ),
        Stage(
            (210, 330),
            "clinic",
            (
                Note(
                    "progress",
                    story="Surveillance visit, {interval} after the last. Feels well, weight regained. Feet still numb on cold mornings. Surveillance colonoscopy clear. No rectal bleeding.",
                    exam="No nodes. Liver not enlarged. Scars soft without hernia.",
                    assessment="No evidence of recurrent colon cancer. CEA {cea}. Anemia resolved, hemoglobin {hgb}.",
                    plan="CEA every three months, CT yearly. Children advised to begin colonoscopy at 40. Stop iron.",
                ),
            ),
            labs={"cea": (1.1, 2.6), "hgb": (12.9, 14.6), "ferritin": (48, 120)},
            resolved=("iron-deficiency",),
            stops={"fluorouracil": "adjuvant treatment completed", "leucovorin": "adjuvant treatment completed", "ferrous-sulfate": "iron stores restored"},
            procedures=("colonoscopy",),
        ),
    ),
    family=(("father", "colon cancer", 59), ("brother", "colon cancer", 48)),
    avoid=("iron-deficiency",),
)

LYMPHOMA = Course(
    "lymphoma",
    "hematology",
    (34, 72),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Painless lumps in the neck for {#6-12} weeks, drenching night sweats that force {him} to change sheets, and {#5-8} kg of weight loss. Fevers to 38.2 °C in the evenings. [Itching without rash.|No itching.] No cough. No travel, no contact with tuberculosis.",
                    exam="Rubbery nodes in both sides of the neck up to {#3-5} cm and in the left axilla. Spleen tip felt two finger-breadths below the rib. No tonsillar mass.",
                    assessment="Lymphadenopathy with B symptoms, LDH {ldh}. Lymphoma suspected; excisional biopsy arranged.",
                    plan="Excision of a left cervical node. PET-CT. HIV, hepatitis B and C before treatment. No steroids until the biopsy is done.",
                ),
                Note(
                    "pathology",
                    study="Left cervical lymph node, excision",
                    story="Generalized lymphadenopathy with B symptoms.",
                    exam="Architecture effaced by sheets of large atypical lymphoid cells, CD20, CD79a and BCL6 positive, CD10 negative, MUM1 positive. Ki-67 {#70-90} percent. MYC rearrangement not detected.",
                    assessment="Diffuse large B-cell lymphoma, non-germinal center type.",
                ),
            ),
            labs={"ldh": (380, 820), "hgb": (10.2, 12.4), "weight_change": (-6, -4), "temp": (37.3, 38.1), "urate": (6.4, 8.8)},
            conditions=("lymphoma",),
            refuted=("tb",),
        ),
        Stage(
            (10, 18),
            "infusion",
            (
                Note(
                    "nursing",
                    story="R-CHOP cycle 1. Forty minutes into rituximab {he} had rigors, a flushed face and a temperature of {#38.0-38.7} °C. Infusion stopped, hydrocortisone and diphenhydramine given, restarted at half rate after 45 minutes without further reaction. Blood pressure never below 104 systolic.",
                    plan="Slow titration for the next cycle. Observe one hour. {Mr} and family know the reaction was expected in a first dose and not an allergy.",
                ),
                Note(
                    "progress",
                    story="Stage III diffuse large B-cell lymphoma, starting R-CHOP. Neck nodes more tense this week. No breathing trouble lying flat.",
                    exam="Bulky cervical nodes. Spleen palpable. No edema of the face.",
                    assessment="Diffuse large B-cell lymphoma, IPI 2. Ejection fraction {ef}. Hepatitis B negative. Tumor lysis risk intermediate, uric acid {urate}.",
                    plan="Rituximab, cyclophosphamide, doxorubicin, vincristine, prednisone. Allopurinol for two weeks. Filgrastim support.",
                ),
            ),
            labs={"ef": (57, 66), "urate": (5.9, 8.4), "ldh": (360, 790), "anc": (3.2, 6.2)},
            starts=("rituximab", "cyclophosphamide", "doxorubicin", "vincristine", "prednisone-taper", "allopurinol"),
            procedures=("chemotherapy", "echo"),
        ),
        Stage(
            (44, 60),
            "clinic",
            (
                Note(
                    "progress",
                    story="Interim visit after cycle 3. Sweats and fevers stopped after the first cycle. Constipated for days after vincristine. Fingertips tingle. Appetite strong on prednisone days, [irritable|sleepless] too.",
                    exam="No palpable nodes. Spleen no longer felt. Ankle reflexes absent.",
                    assessment="Complete metabolic response on interim PET. LDH normal at {ldh}. Vincristine neuropathy grade 1, constipation.",
                    plan="Three more cycles. Senna and polyethylene glycol from day one. Vincristine dose halved. No live vaccines.",
                ),
            ),
            labs={"ldh": (150, 225), "hgb": (10.0, 11.6), "anc": (1.6, 3.1)},
            stops={"allopurinol": "tumor lysis risk over"},
        ),
        Stage(
            (80, 120),
            "clinic",
            (
                Note(
                    "progress",
                    story="End of treatment. Working half days as a {trade}. No sweats, no lumps. Tingling nearly gone.",
                    exam="No adenopathy, no hepatosplenomegaly.",
                    assessment="Diffuse large B-cell lymphoma in complete remission after six cycles of R-CHOP.",
                    plan="Visits every three months for two years. Vaccinate against pneumococcus and influenza. Ejection fraction in a year.",
                ),
            ),
            labs={"ldh": (148, 218), "hgb": (12.0, 13.8), "plt": (170, 280)},
            stops={
                "rituximab": "six cycles completed",
                "cyclophosphamide": "six cycles completed",
                "doxorubicin": "six cycles completed",
                "vincristine": "six cycles completed",
                "prednisone-taper": "six cycles completed",
            },
        ),
        Stage(
            (90, 200),
            "phone",
            (
                Note(
                    "telephone",
                    story="{Mr} felt a pea-sized lump under the jaw this morning after a sore throat last week. No sweats, no fever, weight stable.",
                    assessment="Most likely a reactive node. Lymphoma in remission for {interval}.",
                    plan="Recheck in clinic in two weeks; ultrasound and biopsy should it grow or persist.",
                ),
            ),
            chance=0.6,
        ),
    ),
    avoid=("strep", "gout"),
)

COURSES = (OVARIAN, BREAST, LUNG, COLON, LYMPHOMA)
