"""Diagnoses of the sample, as they are coded and as notes call them.

Longer than most because it is one table.
"""

# ruff: noqa: E501 - one entry to a line
from sample.model import ConditionEntry

CONDITIONS = {
    "ovarian-cancer": ConditionEntry(
        "high-grade serous ovarian carcinoma", "363443007", "Malignant tumor of ovary", "C56.9", "Malignant neoplasm of unspecified ovary"
    ),
    "breast-cancer": ConditionEntry(
        "invasive ductal carcinoma of the breast",
        "254837009",
        "Malignant neoplasm of breast (disorder)",
        "C50.912",
        "Malignant neoplasm of unspecified site of left female breast",
    ),
    "lung-cancer": ConditionEntry(
        "non-small cell lung cancer",
        "254637007",
        "Non-small cell lung cancer (disorder)",
        "C34.11",
        "Malignant neoplasm of upper lobe, right bronchus or lung",
    ),
    "colon-cancer": ConditionEntry(
        "adenocarcinoma of the sigmoid colon", "363406005", "Malignant tumor of colon", "C18.7", "Malignant neoplasm of sigmoid colon"
    ),
    "lymphoma": ConditionEntry(
        "diffuse large B-cell lymphoma",
        "118600007",
        "Malignant lymphoma (disorder)",
        "C83.38",
        "Diffuse large B-cell lymphoma, lymph nodes of multiple sites",
    ),
    "prostate-cancer": ConditionEntry(
        "prostate cancer", "399068003", "Malignant tumor of prostate (disorder)", "C61", "Malignant neoplasm of prostate"
    ),
    "melanoma": ConditionEntry(
        "malignant melanoma of the back",
        "93655004",
        "Malignant melanoma of skin (disorder)",
        "C43.59",
        "Malignant melanoma of other part of trunk",
    ),
    "liver-metastases": ConditionEntry(
        "liver metastases",
        "94381002",
        "Secondary malignant neoplasm of liver (disorder)",
        "C78.7",
        "Secondary malignant neoplasm of liver and intrahepatic bile duct",
    ),
    "bone-metastases": ConditionEntry(
        "bone metastases", "94222008", "Secondary malignant neoplasm of bone (disorder)", "C79.51", "Secondary malignant neoplasm of bone"
    ),
    "brain-metastases": ConditionEntry(
        "brain metastases",
        "94225005",
        "Secondary malignant neoplasm of brain (disorder)",
        "C79.31",
        "Secondary malignant neoplasm of brain",
    ),
    "febrile-neutropenia": ConditionEntry(
        "febrile neutropenia", "409089005", "Febrile neutropenia (disorder)", "D70.1", "Agranulocytosis secondary to cancer chemotherapy"
    ),
    "chemo-neuropathy": ConditionEntry(
        "chemotherapy-induced peripheral neuropathy",
        "302226006",
        "Peripheral nerve disease (disorder)",
        "G62.0",
        "Drug-induced polyneuropathy",
    ),
    "pneumonitis": ConditionEntry(
        "immune-mediated pneumonitis", "205237003", "Pneumonitis (disorder)", "J70.2", "Acute drug-induced interstitial lung disorders"
    ),
    "hfref": ConditionEntry(
        "heart failure with reduced ejection fraction",
        "703272007",
        "Heart failure with reduced ejection fraction (disorder)",
        "I50.22",
        "Chronic systolic (congestive) heart failure",
    ),
    "af": ConditionEntry("atrial fibrillation", "49436004", "Atrial fibrillation (disorder)", "I48.91", "Unspecified atrial fibrillation"),
    "nstemi": ConditionEntry(
        "non-ST-elevation myocardial infarction",
        "401314000",
        "Acute non-ST segment elevation myocardial infarction (disorder)",
        "I21.4",
        "Non-ST elevation (NSTEMI) myocardial infarction",
    ),
    "cad": ConditionEntry(
        "coronary artery disease",
        "53741008",
        "Coronary arteriosclerosis (disorder)",
        "I25.10",
        "Atherosclerotic heart disease of native coronary artery without angina pectoris",
    ),
    "aortic-stenosis": ConditionEntry(
        "severe aortic stenosis", "60573004", "Aortic valve stenosis (disorder)", "I35.0", "Nonrheumatic aortic (valve) stenosis"
    ),
    "hypertension": ConditionEntry(
        "hypertension", "59621000", "Essential hypertension (disorder)", "I10", "Essential (primary) hypertension"
    ),
    "hyperlipidemia": ConditionEntry("hyperlipidemia", "55822004", "Hyperlipidemia", "E78.5", "Hyperlipidemia, unspecified"),
    "syncope": ConditionEntry("syncope", "271594007", "Syncope (disorder)", "R55", "Syncope and collapse"),
    "t2dm": ConditionEntry(
        "type 2 diabetes mellitus",
        "44054006",
        "Diabetes mellitus type 2 (disorder)",
        "E11.9",
        "Type 2 diabetes mellitus without complications",
    ),
    "t1dm": ConditionEntry(
        "type 1 diabetes mellitus",
        "46635009",
        "Diabetes mellitus type 1 (disorder)",
        "E10.9",
        "Type 1 diabetes mellitus without complications",
    ),
    "dka": ConditionEntry(
        "diabetic ketoacidosis",
        "420422005",
        "Ketoacidosis due to diabetes mellitus (disorder)",
        "E10.10",
        "Type 1 diabetes mellitus with ketoacidosis without coma",
    ),
    "diabetic-neuropathy": ConditionEntry(
        "diabetic polyneuropathy",
        "230572002",
        "Neuropathy due to diabetes mellitus (disorder)",
        "E11.42",
        "Type 2 diabetes mellitus with diabetic polyneuropathy",
    ),
    "foot-ulcer": ConditionEntry(
        "diabetic foot ulcer",
        "371087003",
        "Ulcer of foot due to diabetes mellitus (disorder)",
        "E11.621",
        "Type 2 diabetes mellitus with foot ulcer",
    ),
    "osteomyelitis": ConditionEntry(
        "osteomyelitis of the foot", "60168000", "Osteomyelitis (disorder)", "M86.9", "Osteomyelitis, unspecified"
    ),
    "hypothyroidism": ConditionEntry("hypothyroidism", "40930008", "Hypothyroidism (disorder)", "E03.9", "Hypothyroidism, unspecified"),
    "graves": ConditionEntry(
        "Graves disease",
        "353295004",
        "Graves' disease (disorder)",
        "E05.00",
        "Thyrotoxicosis with diffuse goiter without thyrotoxic crisis or storm",
    ),
    "copd": ConditionEntry(
        "chronic obstructive pulmonary disease",
        "13645005",
        "Chronic obstructive lung disease (disorder)",
        "J44.9",
        "Chronic obstructive pulmonary disease, unspecified",
    ),
    "copd-exacerbation": ConditionEntry(
        "acute exacerbation of COPD",
        "195951007",
        "Acute exacerbation of chronic obstructive airways disease (disorder)",
        "J44.1",
        "Chronic obstructive pulmonary disease with (acute) exacerbation",
    ),
    "asthma": ConditionEntry("asthma", "195967001", "Asthma", "J45.909", "Unspecified asthma, uncomplicated"),
    "asthma-exacerbation": ConditionEntry(
        "acute asthma exacerbation",
        "281239006",
        "Exacerbation of asthma (disorder)",
        "J45.901",
        "Unspecified asthma with (acute) exacerbation",
    ),
    "childhood-asthma": ConditionEntry(
        "childhood asthma", "233678006", "Childhood asthma", "J45.30", "Mild persistent asthma, uncomplicated"
    ),
    "pe": ConditionEntry(
        "acute pulmonary embolism",
        "706870000",
        "Acute pulmonary embolism (disorder)",
        "I26.99",
        "Other pulmonary embolism without acute cor pulmonale",
    ),
    "dvt": ConditionEntry(
        "deep vein thrombosis of the leg",
        "128053003",
        "Deep venous thrombosis (disorder)",
        "I82.409",
        "Acute embolism and thrombosis of unspecified deep veins of unspecified lower extremity",
    ),
    "pneumonia": ConditionEntry(
        "community-acquired pneumonia", "385093006", "Community acquired pneumonia (disorder)", "J18.9", "Pneumonia, unspecified organism"
    ),
    "ckd3": ConditionEntry(
        "chronic kidney disease stage 3",
        "433144002",
        "Chronic kidney disease stage 3 (disorder)",
        "N18.30",
        "Chronic kidney disease, stage 3 unspecified",
    ),
    "ckd4": ConditionEntry(
        "chronic kidney disease stage 4",
        "431857002",
        "Chronic kidney disease stage 4 (disorder)",
        "N18.4",
        "Chronic kidney disease, stage 4 (severe)",
    ),
    "esrd": ConditionEntry("end-stage renal disease", "46177005", "End-stage renal disease (disorder)", "N18.6", "End stage renal disease"),
    "diabetic-nephropathy": ConditionEntry(
        "diabetic kidney disease",
        "127013003",
        "Disorder of kidney due to diabetes mellitus (disorder)",
        "E11.22",
        "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    ),
    "aki": ConditionEntry(
        "acute kidney injury", "14669001", "Acute renal failure syndrome (disorder)", "N17.9", "Acute kidney failure, unspecified"
    ),
    "hyperkalemia": ConditionEntry("hyperkalemia", "14140009", "Hyperkalemia (disorder)", "E87.5", "Hyperkalemia"),
    "hyponatremia": ConditionEntry("hyponatremia", "89627008", "Hyponatremia (disorder)", "E87.1", "Hypo-osmolality and hyponatremia"),
    "renal-anemia": ConditionEntry("anemia of chronic kidney disease", "", "", "D63.1", "Anemia in chronic kidney disease"),
    "ra": ConditionEntry(
        "seropositive rheumatoid arthritis",
        "69896004",
        "Rheumatoid arthritis",
        "M05.79",
        "Rheumatoid arthritis with rheumatoid factor of multiple sites without organ or systems involvement",
    ),
    "sle": ConditionEntry(
        "systemic lupus erythematosus",
        "55464009",
        "Systemic lupus erythematosus (disorder)",
        "M32.9",
        "Systemic lupus erythematosus, unspecified",
    ),
    "lupus-nephritis": ConditionEntry(
        "lupus nephritis",
        "68815009",
        "Systemic lupus erythematosus glomerulonephritis syndrome (disorder)",
        "M32.14",
        "Glomerular disease in systemic lupus erythematosus",
    ),
    "gout": ConditionEntry("gout", "90560007", "Gout", "M10.9", "Gout, unspecified"),
    "hiv": ConditionEntry(
        "HIV infection",
        "86406008",
        "Human immunodeficiency virus infection (disorder)",
        "B20",
        "Human immunodeficiency virus [HIV] disease",
    ),
    "pjp": ConditionEntry("Pneumocystis pneumonia", "", "", "B59", "Pneumocystosis"),
    "tb": ConditionEntry("pulmonary tuberculosis", "154283005", "Pulmonary tuberculosis (disorder)", "A15.0", "Tuberculosis of lung"),
    "endocarditis": ConditionEntry(
        "infective endocarditis of the mitral valve",
        "233850007",
        "Infective endocarditis (disorder)",
        "I33.0",
        "Acute and subacute infective endocarditis",
    ),
    "c-difficile": ConditionEntry(
        "Clostridioides difficile colitis",
        "186431008",
        "Clostridioides difficile infection (disorder)",
        "A04.72",
        "Enterocolitis due to Clostridium difficile, not specified as recurrent",
    ),
    "pyelonephritis": ConditionEntry("acute pyelonephritis", "45816000", "Pyelonephritis", "N10", "Acute pyelonephritis"),
    "sepsis": ConditionEntry(
        "sepsis due to Escherichia coli", "91302008", "Sepsis (disorder)", "A41.51", "Sepsis due to Escherichia coli [E. coli]"
    ),
    "preeclampsia": ConditionEntry("pre-eclampsia", "398254007", "Preeclampsia", "O14.13", "Severe pre-eclampsia, third trimester"),
    "gdm": ConditionEntry(
        "gestational diabetes",
        "11687002",
        "Gestational diabetes mellitus (disorder)",
        "O24.419",
        "Gestational diabetes mellitus in pregnancy, unspecified control",
    ),
    "pregnancy": ConditionEntry(
        "normal pregnancy",
        "72892002",
        "Normal pregnancy",
        "Z34.90",
        "Encounter for supervision of normal pregnancy, unspecified, unspecified trimester",
    ),
    "pph": ConditionEntry(
        "postpartum hemorrhage", "47821001", "Postpartum hemorrhage (disorder)", "O72.1", "Other immediate postpartum hemorrhage"
    ),
    "depression": ConditionEntry(
        "major depressive disorder", "370143000", "Major depression disorder", "F33.1", "Major depressive disorder, recurrent, moderate"
    ),
    "bipolar": ConditionEntry("bipolar I disorder", "13746004", "Bipolar disorder (disorder)", "F31.9", "Bipolar disorder, unspecified"),
    "lithium-toxicity": ConditionEntry(
        "lithium toxicity", "", "", "T56.891A", "Toxic effect of other metals, accidental (unintentional), initial encounter"
    ),
    "anxiety": ConditionEntry(
        "generalized anxiety disorder", "21897009", "Generalized anxiety disorder (disorder)", "F41.1", "Generalized anxiety disorder"
    ),
    "alcohol-use": ConditionEntry("alcohol use disorder", "7200002", "Alcoholism", "F10.20", "Alcohol dependence, uncomplicated"),
    "alcohol-withdrawal": ConditionEntry(
        "alcohol withdrawal",
        "85561006",
        "Uncomplicated alcohol withdrawal (disorder)",
        "F10.230",
        "Alcohol dependence with withdrawal, uncomplicated",
    ),
    "hip-fracture": ConditionEntry(
        "fracture of the right femoral neck",
        "359817006",
        "Closed fracture of hip",
        "S72.001A",
        "Fracture of unspecified part of neck of right femur, initial encounter for closed fracture",
    ),
    "knee-oa": ConditionEntry(
        "osteoarthritis of the knee", "239873007", "Osteoarthritis of knee", "M17.11", "Unilateral primary osteoarthritis, right knee"
    ),
    "osteoporosis": ConditionEntry(
        "osteoporosis", "64859006", "Osteoporosis (disorder)", "M81.0", "Age-related osteoporosis without current pathological fracture"
    ),
    "delirium": ConditionEntry(
        "postoperative delirium", "2776000", "Delirium (disorder)", "F05", "Delirium due to known physiological condition"
    ),
    "stroke": ConditionEntry("ischemic stroke", "422504002", "Ischemic stroke (disorder)", "I63.9", "Cerebral infarction, unspecified"),
    "migraine": ConditionEntry(
        "migraine with aura",
        "4473006",
        "Migraine with aura (disorder)",
        "G43.109",
        "Migraine with aura, not intractable, without status migrainosus",
    ),
    "ms": ConditionEntry(
        "relapsing-remitting multiple sclerosis", "24700007", "Multiple sclerosis (disorder)", "G35", "Multiple sclerosis"
    ),
    "optic-neuritis": ConditionEntry("optic neuritis", "66760008", "Optic neuritis (disorder)", "H46.9", "Unspecified optic neuritis"),
    "epilepsy": ConditionEntry(
        "focal epilepsy",
        "84757009",
        "Epilepsy (disorder)",
        "G40.209",
        "Localization-related (focal) (partial) symptomatic epilepsy and epileptic syndromes with complex partial seizures, not intractable, without status epilepticus",
    ),
    "parkinson": ConditionEntry(
        "Parkinson disease",
        "49049000",
        "Parkinson's disease (disorder)",
        "G20.A1",
        "Parkinson's disease without dyskinesia, without mention of fluctuations",
    ),
    "crohn": ConditionEntry(
        "Crohn disease of the terminal ileum",
        "34000006",
        "Crohn's disease (disorder)",
        "K50.00",
        "Crohn's disease of small intestine without complications",
    ),
    "cirrhosis": ConditionEntry(
        "alcohol-related cirrhosis", "420054005", "Alcoholic cirrhosis (disorder)", "K70.30", "Alcoholic cirrhosis of liver without ascites"
    ),
    "varices": ConditionEntry(
        "bleeding esophageal varices",
        "17709002",
        "Bleeding esophageal varices (disorder)",
        "I85.11",
        "Secondary esophageal varices with bleeding",
    ),
    "ascites": ConditionEntry("ascites", "389026000", "Ascites (disorder)", "R18.8", "Other ascites"),
    "encephalopathy": ConditionEntry(
        "hepatic encephalopathy", "13920009", "Hepatic encephalopathy (disorder)", "K76.82", "Hepatic encephalopathy"
    ),
    "gastric-ulcer": ConditionEntry(
        "bleeding gastric ulcer", "397825006", "Gastric ulcer (disorder)", "K25.4", "Chronic or unspecified gastric ulcer with hemorrhage"
    ),
    "h-pylori": ConditionEntry(
        "Helicobacter pylori gastritis", "", "", "B96.81", "Helicobacter pylori [H. pylori] as the cause of diseases classified elsewhere"
    ),
    "iron-deficiency": ConditionEntry(
        "iron deficiency anemia", "87522002", "Iron deficiency anemia (disorder)", "D50.9", "Iron deficiency anemia, unspecified"
    ),
    "pancreatitis": ConditionEntry(
        "acute gallstone pancreatitis",
        "197456007",
        "Acute pancreatitis (disorder)",
        "K85.10",
        "Biliary acute pancreatitis without necrosis or infection",
    ),
    "gallstones": ConditionEntry(
        "gallstones", "235919008", "Cholelithiasis", "K80.20", "Calculus of gallbladder without cholecystitis without obstruction"
    ),
    "psoriasis": ConditionEntry("plaque psoriasis", "9014002", "Psoriasis (disorder)", "L40.0", "Psoriasis vulgaris"),
    "psoriatic-arthritis": ConditionEntry(
        "psoriatic arthritis", "156370009", "Psoriatic arthritis (disorder)", "L40.50", "Arthropathic psoriasis, unspecified"
    ),
    "drug-rash": ConditionEntry(
        "drug eruption",
        "28926001",
        "Eruption caused by drug (disorder)",
        "L27.0",
        "Generalized skin eruption due to drugs and medicaments taken internally",
    ),
    "otitis": ConditionEntry(
        "acute otitis media", "3110003", "Acute otitis media (disorder)", "H66.90", "Otitis media, unspecified, unspecified ear"
    ),
    "febrile-seizure": ConditionEntry(
        "simple febrile seizure", "41497008", "Febrile convulsion (disorder)", "R56.00", "Simple febrile convulsions"
    ),
    "kawasaki": ConditionEntry(
        "Kawasaki disease", "75053002", "Kawasaki disease (disorder)", "M30.3", "Mucocutaneous lymph node syndrome [Kawasaki]"
    ),
    "peanut-anaphylaxis": ConditionEntry(
        "anaphylaxis to peanut",
        "241933001",
        "Peanut-induced anaphylaxis (disorder)",
        "T78.01XA",
        "Anaphylactic reaction due to peanuts, initial encounter",
    ),
    "atopic-dermatitis": ConditionEntry("atopic dermatitis", "24079001", "Atopic dermatitis", "L20.9", "Atopic dermatitis, unspecified"),
    "gerd": ConditionEntry(
        "gastro-esophageal reflux disease",
        "235595009",
        "Gastresophageal reflux disease (disorder)",
        "K21.9",
        "Gastro-esophageal reflux disease without esophagitis",
    ),
    "obesity": ConditionEntry("obesity", "414916001", "Obesity (disorder)", "E66.9", "Obesity, unspecified"),
    "osa": ConditionEntry(
        "obstructive sleep apnea",
        "78275009",
        "Obstructive sleep apnea syndrome (disorder)",
        "G47.33",
        "Obstructive sleep apnea (adult) (pediatric)",
    ),
    "bph": ConditionEntry(
        "benign prostatic hyperplasia",
        "266569009",
        "Benign prostatic hyperplasia (disorder)",
        "N40.1",
        "Benign prostatic hyperplasia with lower urinary tract symptoms",
    ),
    "uti": ConditionEntry(
        "urinary tract infection",
        "68566005",
        "Urinary tract infectious disease (disorder)",
        "N39.0",
        "Urinary tract infection, site not specified",
    ),
    "influenza": ConditionEntry(
        "influenza A",
        "6142004",
        "Influenza (disorder)",
        "J10.1",
        "Influenza due to other identified influenza virus with other respiratory manifestations",
    ),
    "covid": ConditionEntry(
        "COVID-19", "840539006", "Disease caused by severe acute respiratory syndrome coronavirus 2 (disorder)", "U07.1", "COVID-19"
    ),
    "cellulitis": ConditionEntry(
        "cellulitis of the left leg", "128045006", "Cellulitis (disorder)", "L03.116", "Cellulitis of left lower limb"
    ),
    "back-pain": ConditionEntry("mechanical low back pain", "279039007", "Low back pain (finding)", "M54.50", "Low back pain, unspecified"),
    "ankle-sprain": ConditionEntry(
        "ankle sprain", "44465007", "Sprain of ankle", "S93.401A", "Sprain of unspecified ligament of right ankle, initial encounter"
    ),
    "wrist-fracture": ConditionEntry(
        "fracture of the distal radius",
        "263102004",
        "Fracture subluxation of wrist",
        "S52.501A",
        "Unspecified fracture of the lower end of right radius, initial encounter for closed fracture",
    ),
    "contact-dermatitis": ConditionEntry(
        "contact dermatitis", "40275004", "Contact dermatitis", "L23.9", "Allergic contact dermatitis, unspecified cause"
    ),
    "strep": ConditionEntry(
        "streptococcal pharyngitis", "43878008", "Streptococcal sore throat (disorder)", "J02.0", "Streptococcal pharyngitis"
    ),
    "uri": ConditionEntry(
        "viral upper respiratory infection",
        "54150009",
        "Upper respiratory infection (disorder)",
        "J06.9",
        "Acute upper respiratory infection, unspecified",
    ),
    "sinusitis": ConditionEntry(
        "acute bacterial sinusitis", "75498004", "Acute bacterial sinusitis (disorder)", "J01.90", "Acute sinusitis, unspecified"
    ),
    "shingles": ConditionEntry("shingles", "4740000", "Herpes zoster (disorder)", "B02.9", "Zoster without complications"),
    "bppv": ConditionEntry(
        "benign paroxysmal positional vertigo",
        "111541001",
        "Benign paroxysmal positional vertigo (disorder)",
        "H81.10",
        "Benign paroxysmal vertigo, unspecified ear",
    ),
    "kidney-stone": ConditionEntry("kidney stone", "95570007", "Kidney stone (disorder)", "N20.0", "Calculus of kidney"),
    "gastroenteritis": ConditionEntry(
        "acute gastroenteritis",
        "69776003",
        "Acute gastroenteritis (disorder)",
        "K52.9",
        "Noninfective gastroenteritis and colitis, unspecified",
    ),
    "plantar-fasciitis": ConditionEntry(
        "plantar fasciitis", "202882003", "Plantar fasciitis (disorder)", "M72.2", "Plantar fascial fibromatosis"
    ),
    "carpal-tunnel": ConditionEntry(
        "carpal tunnel syndrome", "57406009", "Carpal tunnel syndrome (disorder)", "G56.01", "Carpal tunnel syndrome, right upper limb"
    ),
    "conjunctivitis": ConditionEntry("conjunctivitis", "9826008", "Conjunctivitis (disorder)", "H10.9", "Unspecified conjunctivitis"),
    "vitamin-d": ConditionEntry(
        "vitamin D deficiency", "34713006", "Vitamin D deficiency (disorder)", "E55.9", "Vitamin D deficiency, unspecified"
    ),
    "prediabetes": ConditionEntry("prediabetes", "15777000", "Prediabetes", "R73.03", "Prediabetes"),
    "rhinitis": ConditionEntry(
        "seasonal allergic rhinitis", "367498001", "Seasonal allergic rhinitis", "J30.2", "Other seasonal allergic rhinitis"
    ),
    "appendicitis": ConditionEntry(
        "acute appendicitis", "85189001", "Acute appendicitis (disorder)", "K35.80", "Unspecified acute appendicitis"
    ),
    "myasthenia": ConditionEntry(
        "myasthenia gravis", "91637004", "Myasthenia gravis (disorder)", "G70.00", "Myasthenia gravis without (acute) exacerbation"
    ),
    "sarcoidosis": ConditionEntry("pulmonary sarcoidosis", "31541009", "Sarcoidosis (disorder)", "D86.0", "Sarcoidosis of lung"),
    "gca": ConditionEntry("giant cell arteritis", "414341000", "Giant cell arteritis (disorder)", "M31.6", "Other giant cell arteritis"),
    "sickle": ConditionEntry(
        "sickle cell disease",
        "417357006",
        "Sickling disorder due to hemoglobin S (disorder)",
        "D57.1",
        "Sickle-cell disease without crisis",
    ),
    "sickle-crisis": ConditionEntry("vaso-occlusive crisis", "", "", "D57.00", "Hb-SS disease with crisis, unspecified"),
}
