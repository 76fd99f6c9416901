"""Symptoms of the sample, as they are coded and as notes call them; and how notes shorten diagnoses and measurements."""

from sample.model import ConditionEntry

FINDINGS = {
    "chest-pain": ConditionEntry("chest pain", "29857009", "Chest pain (finding)", "R07.9", "Chest pain, unspecified"),
    "dyspnea": ConditionEntry("shortness of breath", "267036007", "Dyspnea (finding)", "R06.02", "Shortness of breath"),
    "palpitations": ConditionEntry("palpitations", "80313002", "Palpitations (finding)", "R00.2", "Palpitations"),
    "fever": ConditionEntry("fever", "386661006", "Fever (finding)", "R50.9", "Fever, unspecified"),
    "cough": ConditionEntry("cough", "49727002", "Cough (finding)", "R05.9", "Cough, unspecified"),
    "night-sweats": ConditionEntry("night sweats", "42984000", "Night sweats (finding)", "R61", "Generalized hyperhidrosis"),
    "abdominal-pain": ConditionEntry("abdominal pain", "21522001", "Abdominal pain (finding)", "R10.9", "Unspecified abdominal pain"),
    "nausea": ConditionEntry("nausea", "422587007", "Nausea (finding)", "R11.0", "Nausea"),
    "diarrhea": ConditionEntry("diarrhea", "62315008", "Diarrhea (finding)", "R19.7", "Diarrhea, unspecified"),
    "dysuria": ConditionEntry("dysuria", "49650001", "Dysuria (finding)", "R30.0", "Dysuria"),
    "headache": ConditionEntry("headache", "25064002", "Headache (finding)", "R51.9", "Headache, unspecified"),
    "joint-pain": ConditionEntry("joint pain", "57676002", "Joint pain (finding)", "M25.50", "Pain in unspecified joint"),
    "rash": ConditionEntry("rash", "271807003", "Eruption of skin (disorder)", "R21", "Rash and other nonspecific skin eruption"),
    "fatigue": ConditionEntry("fatigue", "84229001", "Fatigue (finding)", "R53.83", "Other fatigue"),
    "suicidal-ideation": ConditionEntry("suicidal ideation", "6471006", "Suicidal thoughts (finding)", "R45.851", "Suicidal ideations"),
    "old-mi": ConditionEntry("old heart attack", "22298006", "Myocardial infarction (disorder)", "I25.2", "Old myocardial infarction"),
}

BROUGHT_BY = {
    "cad": ("chest-pain",),
    "nstemi": ("chest-pain", "dyspnea"),
    "aortic-stenosis": ("chest-pain", "dyspnea"),
    "hfref": ("dyspnea", "fatigue"),
    "af": ("palpitations",),
    "copd": ("dyspnea", "cough"),
    "asthma": ("dyspnea", "cough"),
    "pe": ("chest-pain", "dyspnea"),
    "pneumonia": ("cough", "fever"),
    "covid": ("cough", "fever"),
    "influenza": ("cough", "fever"),
    "pyelonephritis": ("fever", "dysuria"),
    "uti": ("dysuria",),
    "tb": ("cough", "night-sweats"),
    "lymphoma": ("night-sweats", "fatigue"),
    "gastroenteritis": ("nausea", "diarrhea"),
    "crohn": ("abdominal-pain", "diarrhea"),
    "gallstones": ("abdominal-pain", "nausea"),
    "pancreatitis": ("abdominal-pain", "nausea"),
    "migraine": ("headache",),
    "ra": ("joint-pain",),
    "psoriatic-arthritis": ("joint-pain",),
    "sle": ("joint-pain", "rash"),
    "contact-dermatitis": ("rash",),
    "iron-deficiency": ("fatigue",),
    "hypothyroidism": ("fatigue",),
    "depression": ("suicidal-ideation", "fatigue"),
    "bipolar": ("suicidal-ideation",),
}
"""Diagnosis → symptoms that may be told beside it."""

SAID = {
    "chest-pain": ("chest pain on exertion", "chest pain"),
    "dyspnea": ("SOB", "shortness of breath", "dyspnea"),
    "suicidal-ideation": ("passive suicidal ideation", "suicidal ideation"),
}
"""Symptom → ways to write it; of "chest pain on exertion" the name is what comes first in NAMED."""

NAMED = ("chest pain", "suicidal ideation")
"""Names within longer ways to write a symptom."""

SHORT = {
    "hypertension": "HTN",
    "hyperlipidemia": "HLD",
    "t2dm": "T2DM",
    "t1dm": "T1DM",
    "gdm": "GDM",
    "copd": "COPD",
    "cad": "CAD",
    "nstemi": "NSTEMI",
    "af": "AFib",
    "hfref": "HFrEF",
    "gerd": "GERD",
    "osa": "OSA",
    "bph": "BPH",
    "dvt": "DVT",
    "sle": "SLE",
    "uti": "UTI",
    "aki": "AKI",
    "esrd": "ESRD",
    "hiv": "HIV",
}
"""Diagnosis → its abbreviation."""

MISSPELLED = {"hypertension": "hypertention", "asthma": "asthmma", "pneumonia": "pnuemonia", "migraine": "migrane", "gout": "gowt"}
"""Diagnosis → how it is mistyped now and then."""

LAB_SHORT = {"a1c": "HbA1c", "ef": "EF", "tsh": "TSH", "ldl": "LDL", "hgb": "Hgb", "egfr": "eGFR", "crp": "CRP", "bnp": "BNP", "inr": "INR"}
"""Measurement → its abbreviation."""
