"""Laboratory results, vital signs and scores of the sample, with LOINC codes, UCUM units and adult reference ranges."""

from sample.model import LabEntry

LABS = {
    "hgb": LabEntry("hemoglobin", "718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12.0, 16.0, 1, "cbc"),
    "wbc": LabEntry("white cell count", "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 4.0, 11.0, 1, "cbc"),
    "plt": LabEntry("platelets", "777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 150, 400, 0, "cbc"),
    "anc": LabEntry("absolute neutrophil count", "751-8", "Neutrophils [#/volume] in Blood by Automated count", "10*3/uL", 1.8, 7.7, 1),
    "na": LabEntry("sodium", "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 135, 145, 0, "bmp"),
    "k": LabEntry("potassium", "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3.5, 5.1, 1, "bmp"),
    "cr": LabEntry("creatinine", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.6, 1.2, 2, "bmp"),
    "bun": LabEntry("urea nitrogen", "3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", 7, 20, 0, "bmp"),
    "gluc": LabEntry("glucose", "2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 70, 140, 0, "bmp"),
    "hco3": LabEntry("bicarbonate", "1963-8", "Bicarbonate [Moles/volume] in Serum or Plasma", "mmol/L", 22, 29, 0, "bmp"),
    "egfr": LabEntry(
        "eGFR",
        "33914-3",
        "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum or Plasma",
        "mL/min/{1.73_m2}",
        60,
        None,
        0,
    ),
    "mg": LabEntry("magnesium", "19123-9", "Magnesium [Mass/volume] in Serum or Plasma", "mg/dL", 1.7, 2.3, 1),
    "ca": LabEntry("calcium", "17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 8.6, 10.3, 1),
    "phos": LabEntry("phosphate", "2777-1", "Phosphate [Mass/volume] in Serum or Plasma", "mg/dL", 2.5, 4.5, 1),
    "alb": LabEntry("albumin", "1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 3.5, 5.0, 1, "liver"),
    "alt": LabEntry("ALT", "1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 7, 40, 0, "liver"),
    "ast": LabEntry("AST", "1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 8, 40, 0, "liver"),
    "bili": LabEntry("total bilirubin", "1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.2, 1.2, 1, "liver"),
    "alp": LabEntry(
        "alkaline phosphatase", "6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 40, 130, 0, "liver"
    ),
    "inr": LabEntry("INR", "6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 0.9, 1.2, 1),
    "ammonia": LabEntry("ammonia", "16362-6", "Ammonia [Moles/volume] in Plasma", "umol/L", 11, 35, 0),
    "lipase": LabEntry("lipase", "3040-3", "Lipase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 10, 60, 0),
    "crp": LabEntry("C-reactive protein", "1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "mg/L", None, 5.0, 1),
    "esr": LabEntry("ESR", "4537-7", "Erythrocyte sedimentation rate by Westergren method", "mm/h", None, 20, 0),
    "lactate": LabEntry("lactate", "32693-4", "Lactate [Moles/volume] in Blood", "mmol/L", 0.5, 2.0, 1),
    "troponin": LabEntry(
        "high-sensitivity troponin I",
        "89579-7",
        "Troponin I.cardiac [Mass/volume] in Serum or Plasma by High sensitivity method",
        "ng/L",
        None,
        20,
        0,
    ),
    "bnp": LabEntry(
        "NT-proBNP", "33762-6", "Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma", "pg/mL", None, 300, 0
    ),
    "ef": LabEntry("left ventricular ejection fraction", "10230-1", "Left ventricular Ejection fraction", "%", 52, 72, 0, "", "procedure"),
    "ldl": LabEntry(
        "LDL cholesterol", "13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "mg/dL", None, 100, 0, "lipid"
    ),
    "hdl": LabEntry("HDL cholesterol", "2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", 40, None, 0, "lipid"),
    "chol": LabEntry("total cholesterol", "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", None, 200, 0, "lipid"),
    "tg": LabEntry("triglycerides", "2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", None, 150, 0, "lipid"),
    "a1c": LabEntry("hemoglobin A1c", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 4.0, 5.6, 1),
    "acr": LabEntry("urine albumin/creatinine ratio", "9318-7", "Albumin/Creatinine [Mass Ratio] in Urine", "mg/g", None, 30, 0),
    "upcr": LabEntry("urine protein/creatinine ratio", "2890-2", "Protein/Creatinine [Mass Ratio] in Urine", "mg/mg", None, 0.2, 1),
    "tsh": LabEntry("TSH", "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 0.4, 4.0, 2),
    "ft4": LabEntry("free T4", "3024-7", "Thyroxine (T4) free [Mass/volume] in Serum or Plasma", "ng/dL", 0.8, 1.8, 1),
    "ferritin": LabEntry("ferritin", "2276-4", "Ferritin [Mass/volume] in Serum or Plasma", "ng/mL", 15, 200, 0),
    "urate": LabEntry("uric acid", "3084-1", "Urate [Mass/volume] in Serum or Plasma", "mg/dL", 3.5, 7.0, 1),
    "ca125": LabEntry("CA-125", "10334-1", "Cancer Ag 125 [Units/volume] in Serum or Plasma", "U/mL", None, 35, 0),
    "cea": LabEntry("CEA", "2039-6", "Carcinoembryonic Ag [Mass/volume] in Serum or Plasma", "ng/mL", None, 5.0, 1),
    "psa": LabEntry("PSA", "2857-1", "Prostate specific Ag [Mass/volume] in Serum or Plasma", "ng/mL", None, 4.0, 1),
    "ldh": LabEntry("LDH", "2532-0", "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 120, 246, 0),
    "cd4": LabEntry("CD4 count", "24467-3", "CD3+CD4+ (T4 helper) cells [#/volume] in Blood", "/uL", 500, 1500, 0),
    "vl": LabEntry(
        "HIV-1 RNA",
        "20447-9",
        "HIV 1 RNA [#/volume] (viral load) in Serum or Plasma by NAA with probe detection",
        "{copies}/mL",
        None,
        20,
        0,
    ),
    "ddimer": LabEntry("D-dimer", "48065-7", "Fibrin D-dimer FEU [Mass/volume] in Platelet poor plasma", "ug/mL{FEU}", None, 0.5, 1),
    "lithium": LabEntry("lithium level", "14334-7", "Lithium [Moles/volume] in Serum or Plasma", "mmol/L", 0.6, 1.2, 1),
    "phq9": LabEntry(
        "PHQ-9 score", "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]", "{score}", None, 4, 0, "", "survey"
    ),
    "gad7": LabEntry(
        "GAD-7 score",
        "70274-6",
        "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]",
        "{score}",
        None,
        4,
        0,
        "",
        "survey",
    ),
    "fev1": LabEntry("FEV1 (% predicted)", "20152-5", "FEV1 measured/predicted", "%", 80, None, 0, "", "procedure"),
    "spo2": LabEntry(
        "oxygen saturation", "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", 94, None, 0, "", "vital-signs"
    ),
    "temp": LabEntry("temperature", "8310-5", "Body temperature", "Cel", 36.1, 37.5, 1, "", "vital-signs"),
    "hr": LabEntry("heart rate", "8867-4", "Heart rate", "/min", 60, 100, 0, "", "vital-signs"),
    "rr": LabEntry("respiratory rate", "9279-1", "Respiratory rate", "/min", 12, 20, 0, "", "vital-signs"),
    "sbp": LabEntry("systolic pressure", "8480-6", "Systolic blood pressure", "mm[Hg]", 90, 140, 0, "", "vital-signs"),
    "dbp": LabEntry("diastolic pressure", "8462-4", "Diastolic blood pressure", "mm[Hg]", 60, 90, 0, "", "vital-signs"),
    "weight": LabEntry("weight", "29463-7", "Body weight", "kg", None, None, 1, "", "vital-signs"),
    "height": LabEntry("height", "8302-2", "Body height", "cm", None, None, 0, "", "vital-signs"),
    "bmi": LabEntry("BMI", "39156-5", "Body mass index (BMI) [Ratio]", "kg/m2", 18.5, 25.0, 1, "", "vital-signs"),
}
"""Key → measurement. Vital signs that a stage does not name are drawn around what is normal for the patient."""

PANELS = {
    "cbc": ("58410-2", "Complete blood count (hemogram) panel - Blood by Automated count", "Complete blood count"),
    "bmp": ("51990-0", "Basic metabolic panel - Blood", "Basic metabolic panel"),
    "liver": ("24325-3", "Hepatic function 2000 panel - Serum or Plasma", "Liver panel"),
    "lipid": ("24331-1", "Lipid 1996 panel - Serum or Plasma", "Lipid panel"),
}

UNIT_WORDS = {
    "10*3/uL": "x10^9/L",
    "m[IU]/L": "mIU/L",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m2",
    "{INR}": "",
    "{score}": "",
    "{copies}/mL": "copies/mL",
    "ug/mL{FEU}": "ug/mL FEU",
    "Cel": "°C",
    "/uL": "cells/uL",
    "/min": "/min",
}
"""UCUM → how notes write it, where they differ."""
