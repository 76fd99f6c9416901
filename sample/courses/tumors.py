"""Cancer of lung, colon and lymph nodes."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

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
            stops={
                "fluorouracil": "adjuvant treatment completed",
                "leucovorin": "adjuvant treatment completed",
                "ferrous-sulfate": "iron stores restored",
            },
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

COURSES = (LUNG, COLON, LYMPHOMA)
