"""Procedures, vaccines, allergies, kinds of note and services of the sample."""

PROCEDURES = {
    "chemotherapy": ("367336001", "Chemotherapy (procedure)", "chemotherapy"),
    "radiotherapy": ("33195004", "External beam radiation therapy procedure (procedure)", "external beam radiotherapy"),
    "ct-chest": ("418023006", "Computed tomography of chest, abdomen and pelvis (procedure)", "CT of chest, abdomen and pelvis"),
    "ct-head": ("303653007", "Computed tomography of head (procedure)", "CT of the head"),
    "mri-spine": ("241645008", "Magnetic resonance imaging of spine (procedure)", "MRI of the spine"),
    "chest-x-ray": ("399208008", "Plain chest X-ray (procedure)", "chest X-ray"),
    "mammography": ("71651007", "Mammography (procedure)", "mammography"),
    "breast-biopsy": ("122548005", "Biopsy of breast (procedure)", "core biopsy of the breast"),
    "lumpectomy": ("392021009", "Lumpectomy of breast (procedure)", "lumpectomy"),
    "sentinel-node": ("396487001", "Sentinel lymph node biopsy (procedure)", "sentinel lymph node biopsy"),
    "debulking": ("387713003", "Surgical procedure (procedure)", "primary debulking surgery"),
    "lobectomy": ("359615001", "Partial lobectomy of lung (procedure)", "lobectomy"),
    "bronchoscopy": ("85765000", "Fiberoptic bronchoscopy (procedure)", "bronchoscopy"),
    "colonoscopy": ("73761001", "Colonoscopy (procedure)", "colonoscopy"),
    "colectomy": ("43075005", "Partial resection of colon (procedure)", "sigmoid colectomy"),
    "endoscopy": ("76009000", "Esophagogastroduodenoscopy (procedure)", "upper endoscopy"),
    "skin-biopsy": ("240977001", "Biopsy of skin (procedure)", "skin biopsy"),
    "echo": ("40701008", "Echocardiography (procedure)", "echocardiography"),
    "tee": ("105376000", "Transesophageal echocardiography (procedure)", "transesophageal echocardiography"),
    "ecg": ("268400002", "12 lead electrocardiogram (procedure)", "12-lead ECG"),
    "angiography": ("33367005", "Angiography of coronary artery (procedure)", "coronary angiography"),
    "pci": ("415070008", "Percutaneous coronary intervention (procedure)", "percutaneous coronary intervention"),
    "tavr": ("725351001", "Transcatheter aortic valve replacement (procedure)", "transcatheter aortic valve replacement"),
    "cardioversion": ("180325003", "Direct current cardioversion (procedure)", "direct current cardioversion"),
    "spirometry": ("127783003", "Spirometry (procedure)", "spirometry"),
    "dialysis": ("302497006", "Hemodialysis (procedure)", "hemodialysis"),
    "transfusion": ("116863004", "Transfusion of red blood cells (procedure)", "transfusion of red cells"),
    "thoracentesis": ("91602002", "Thoracentesis (procedure)", "thoracentesis"),
    "paracentesis": ("86088003", "Abdominal paracentesis (procedure)", "paracentesis"),
    "lumbar-puncture": ("277762005", "Lumbar puncture (procedure)", "lumbar puncture"),
    "eeg": ("54550000", "Electroencephalogram (procedure)", "EEG"),
    "hip-arthroplasty": ("52734007", "Total replacement of hip (procedure)", "hip arthroplasty"),
    "knee-arthroplasty": ("609588000", "Total knee replacement (procedure)", "total knee replacement"),
    "cesarean": ("11466000", "Cesarean section (procedure)", "cesarean section"),
    "induction": ("31208007", "Medical induction of labor (procedure)", "induction of labor"),
    "bone-density": ("312681000", "Bone density scan (procedure)", "bone density scan"),
    "physiotherapy": ("91251008", "Physical therapy procedure (regime/therapy)", "physiotherapy"),
    "cbt": ("228557008", "Cognitive and behavioral therapy (regime/therapy)", "cognitive behavioral therapy"),
    "appendectomy": ("80146002", "Appendectomy (procedure)", "appendectomy"),
    "cholecystectomy": ("38102005", "Cholecystectomy (procedure)", "laparoscopic cholecystectomy"),
    "blood-culture": ("30088009", "Blood culture (procedure)", "blood cultures"),
    "wound-care": ("225358003", "Wound care (regime/therapy)", "wound care"),
    "polysomnography": ("60554003", "Polysomnography (procedure)", "polysomnography"),
}
"""Key → SNOMED CT code, display, what notes call it."""

VACCINES = {
    "influenza": ("140", "Influenza, seasonal, injectable, preservative free"),
    "covid": ("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose"),
    "tdap": ("115", "Tdap"),
    "pcv13": ("133", "Pneumococcal conjugate PCV 13"),
    "ppsv23": ("33", "pneumococcal polysaccharide vaccine, 23 valent"),
    "zoster": ("187", "zoster vaccine recombinant"),
    "mmr": ("03", "MMR"),
    "dtap": ("20", "DTaP"),
    "ipv": ("10", "IPV"),
    "varicella": ("21", "varicella"),
    "hepb": ("43", "Hep B, adult"),
}
"""Key → CVX code and display."""

ALLERGIES = (
    (
        "penicillin",
        "91936005",
        "Allergy to Penicillin",
        "medication",
        ("hives as a child", "an urticarial rash", "facial swelling in {#1988-2009}"),
    ),
    ("sulfonamides", "91939003", "Allergy to sulfonamide (finding)", "medication", ("a widespread rash", "fever and rash in {#1995-2012}")),
    ("latex", "300916003", "Latex allergy", "environment", ("contact urticaria", "itching and wheals")),
    ("peanuts", "91935009", "Allergy to peanuts", "food", ("throat tightness", "lip swelling and hives")),
    ("shellfish", "300913006", "Shellfish allergy", "food", ("hives within an hour", "vomiting and flushing")),
    ("eggs", "91930004", "Allergy to eggs", "food", ("an itchy rash in infancy",)),
    ("grass pollen", "418689008", "Allergy to grass pollen", "environment", ("sneezing and itchy eyes each spring",)),
)
"""What notes call it, SNOMED CT code and display, FHIR category, reactions."""

NO_KNOWN_ALLERGY = ("716186003", "No Known Allergy (situation)")

NOTE_KINDS = {
    "admission": ("34117-2", "History and physical note"),
    "progress": ("11506-3", "Progress note"),
    "consult": ("11488-4", "Consult note"),
    "discharge": ("18842-5", "Discharge summary"),
    "emergency": ("34111-5", "Emergency department Note"),
    "nursing": ("34746-8", "Nurse Note"),
    "telephone": ("34748-4", "Telephone encounter Note"),
    "operative": ("11504-8", "Surgical operation note"),
    "procedure": ("28570-0", "Procedure note"),
    "radiology": ("18748-4", "Diagnostic imaging study"),
    "pathology": ("11526-1", "Pathology study"),
    "wellness": ("11506-3", "Progress note"),
}
"""Kind of note → LOINC document type."""

SETTINGS = {
    "clinic": ("AMB", "ambulatory", "185349003", "Encounter for check up (procedure)"),
    "video": ("VR", "virtual", "448337001", "Telemedicine consultation with patient (procedure)"),
    "phone": ("VR", "virtual", "185317003", "Telephone encounter (procedure)"),
    "home": ("HH", "home health", "439708006", "Home visit (procedure)"),
    "infusion": ("AMB", "ambulatory", "390906007", "Follow-up encounter (procedure)"),
    "emergency": ("EMER", "emergency", "4525004", "Emergency department patient visit (procedure)"),
    "ward": ("IMP", "inpatient encounter", "32485007", "Hospital admission (procedure)"),
}
"""Setting of a stage → encounter class of HL7 ActEncounterCode and SNOMED CT encounter type."""

RELATIONS = {
    "mother": ("MTH", "mother"),
    "father": ("FTH", "father"),
    "sister": ("SIS", "sister"),
    "brother": ("BRO", "brother"),
    "maternal aunt": ("MAUNT", "maternal aunt"),
    "maternal grandmother": ("MGRMTH", "maternal grandmother"),
    "paternal grandfather": ("PGRFTH", "paternal grandfather"),
    "paternal uncle": ("PUNCLE", "paternal uncle"),
}
"""Relative → HL7 RoleCode."""

RELATIVES_CONDITIONS = {
    "breast cancer": ("254837009", "Malignant neoplasm of breast (disorder)"),
    "ovarian cancer": ("363443007", "Malignant tumor of ovary"),
    "colon cancer": ("363406005", "Malignant tumor of colon"),
    "lung cancer": ("363358000", "Malignant tumor of lung (disorder)"),
    "melanoma": ("93655004", "Malignant melanoma of skin (disorder)"),
    "prostate cancer": ("399068003", "Malignant tumor of prostate (disorder)"),
    "a myocardial infarction": ("22298006", "Myocardial infarction (disorder)"),
    "a stroke": ("230690007", "Stroke"),
    "type 2 diabetes": ("44054006", "Diabetes mellitus type 2 (disorder)"),
    "heart failure": ("84114007", "Heart failure (disorder)"),
    "rheumatoid arthritis": ("69896004", "Rheumatoid arthritis"),
    "migraine": ("37796009", "Migraine (disorder)"),
    "epilepsy": ("84757009", "Epilepsy (disorder)"),
    "depression": ("35489007", "Depressive disorder (disorder)"),
    "bipolar disorder": ("13746004", "Bipolar disorder (disorder)"),
    "asthma": ("195967001", "Asthma"),
    "polycystic kidney disease": ("28728008", "Polycystic kidney disease (disorder)"),
    "Crohn disease": ("34000006", "Crohn's disease (disorder)"),
    "psoriasis": ("9014002", "Psoriasis (disorder)"),
    "gout": ("90560007", "Gout"),
    "Graves disease": ("353295004", "Graves' disease (disorder)"),
    "Parkinson disease": ("49049000", "Parkinson's disease (disorder)"),
    "osteoporosis": ("64859006", "Osteoporosis (disorder)"),
    "Alzheimer disease": ("26929004", "Alzheimer's disease (disorder)"),
    "hypertension": ("59621000", "Essential hypertension (disorder)"),
}
"""What notes call a relative's condition → SNOMED CT code and display."""
