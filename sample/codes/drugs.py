"""Medicines of the sample: RxNorm codes of clinical drugs where a strength is meant, of ingredients elsewhere."""

from sample.model import DrugEntry

DRUGS = {
    "cisplatin": DrugEntry(
        "cisplatin", "1736854", "Cisplatin 50 MG Injection", "75 mg/m2 intravenously on day 1 of each 21-day cycle", given=True
    ),
    "paclitaxel": DrugEntry(
        "paclitaxel",
        "583214",
        "PACLitaxel 100 MG Injection",
        "175 mg/m2 intravenously over 3 hours on day 1 of each 21-day cycle",
        given=True,
    ),
    "carboplatin": DrugEntry(
        "carboplatin", "597195", "Carboplatin 10 MG/ML Injectable Solution", "AUC 5 intravenously on day 1 of each 21-day cycle", given=True
    ),
    "doxorubicin": DrugEntry(
        "doxorubicin", "1790099", "10 ML Doxorubicin Hydrochloride 2 MG/ML Injection", "60 mg/m2 intravenously every 14 days", given=True
    ),
    "cyclophosphamide": DrugEntry(
        "cyclophosphamide", "1734919", "Cyclophosphamide 1000 MG Injection", "600 mg/m2 intravenously every 14 days", given=True
    ),
    "trastuzumab": DrugEntry(
        "trastuzumab",
        "2119714",
        "5 ML hyaluronidase-oysk 2000 UNT/ML / trastuzumab 120 MG/ML Injection",
        "600 mg subcutaneously every 21 days",
        given=True,
    ),
    "pembrolizumab": DrugEntry("pembrolizumab", "1547545", "pembrolizumab", "200 mg intravenously every 21 days", given=True),
    "pemetrexed": DrugEntry("pemetrexed", "68446", "pemetrexed", "500 mg/m2 intravenously every 21 days", given=True),
    "oxaliplatin": DrugEntry(
        "oxaliplatin", "1736776", "10 ML oxaliplatin 5 MG/ML Injection", "85 mg/m2 intravenously every 14 days", given=True
    ),
    "fluorouracil": DrugEntry(
        "fluorouracil", "1791701", "10 ML Fluorouracil 50 MG/ML Injection", "2400 mg/m2 by 46-hour infusion every 14 days", given=True
    ),
    "leucovorin": DrugEntry("leucovorin", "1803932", "Leucovorin 100 MG Injection", "400 mg/m2 intravenously every 14 days", given=True),
    "rituximab": DrugEntry("rituximab", "121191", "rituximab", "375 mg/m2 intravenously on day 1 of each cycle", given=True),
    "vincristine": DrugEntry(
        "vincristine", "11202", "vincristine", "1.4 mg/m2 (capped at 2 mg) intravenously on day 1 of each cycle", given=True
    ),
    "bevacizumab": DrugEntry("bevacizumab", "253337", "bevacizumab", "15 mg/kg intravenously every 21 days", given=True),
    "docetaxel": DrugEntry("docetaxel", "1860480", "1 ML DOCEtaxel 20 MG/ML Injection", "75 mg/m2 intravenously every 21 days", given=True),
    "leuprolide": DrugEntry(
        "leuprolide", "752899", "0.25 ML Leuprolide Acetate 30 MG/ML Prefilled Syringe", "30 mg intramuscularly every 4 months", given=True
    ),
    "nivolumab": DrugEntry("nivolumab", "1597876", "nivolumab", "480 mg intravenously every 4 weeks", given=True),
    "olaparib": DrugEntry("olaparib", "1597582", "olaparib", "300 mg by mouth twice daily"),
    "enzalutamide": DrugEntry("enzalutamide", "1307298", "enzalutamide", "160 mg by mouth once daily"),
    "letrozole": DrugEntry("letrozole", "200064", "letrozole 2.5 MG Oral Tablet", "2.5 mg by mouth once daily"),
    "tamoxifen": DrugEntry("tamoxifen", "198240", "Tamoxifen 10 MG Oral Tablet", "20 mg by mouth once daily"),
    "dexamethasone": DrugEntry("dexamethasone", "3264", "dexamethasone", "8 mg by mouth on the days after chemotherapy"),
    "ondansetron": DrugEntry("ondansetron", "26225", "ondansetron", "8 mg by mouth every 8 hours as needed for nausea"),
    "filgrastim": DrugEntry("filgrastim", "68442", "filgrastim", "300 mcg subcutaneously once daily for 5 days"),
    "duloxetine": DrugEntry("duloxetine", "596926", "duloxetine 20 MG Delayed Release Oral Capsule", "60 mg by mouth once daily"),
    "gabapentin": DrugEntry("gabapentin", "25480", "gabapentin", "300 mg by mouth three times daily"),
    "morphine": DrugEntry("morphine", "7052", "morphine", "10 mg by mouth every 4 hours as needed for pain"),
    "oxycodone": DrugEntry("oxycodone", "7804", "oxycodone", "5 mg by mouth every 6 hours as needed for pain"),
    "acetaminophen": DrugEntry("acetaminophen", "198440", "Acetaminophen 500 MG Oral Tablet", "1000 mg by mouth every 8 hours as needed"),
    "ibuprofen": DrugEntry("ibuprofen", "5640", "Ibuprofen", "400 mg by mouth three times daily with food"),
    "naproxen": DrugEntry("naproxen", "198014", "Naproxen 500 MG Oral Tablet", "500 mg by mouth twice daily with food"),
    "carvedilol": DrugEntry("carvedilol", "200031", "carvedilol 6.25 MG Oral Tablet", "6.25 mg by mouth twice daily"),
    "metoprolol": DrugEntry(
        "metoprolol succinate", "866436", "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet", "50 mg by mouth once daily"
    ),
    "metoprolol-low": DrugEntry("metoprolol tartrate", "866924", "metoprolol tartrate 25 MG Oral Tablet", "25 mg by mouth twice daily"),
    "bisoprolol": DrugEntry("bisoprolol", "854905", "bisoprolol fumarate 5 MG Oral Tablet", "5 mg by mouth once daily"),
    "sacubitril": DrugEntry(
        "sacubitril/valsartan", "1656346", "sacubitril 24 MG / valsartan 26 MG Oral Tablet [Entresto]", "24/26 mg by mouth twice daily"
    ),
    "spironolactone": DrugEntry("spironolactone", "313096", "spironolactone 25 MG Oral Tablet", "25 mg by mouth once daily"),
    "empagliflozin": DrugEntry("empagliflozin", "1545653", "empagliflozin", "10 mg by mouth once daily"),
    "furosemide": DrugEntry("furosemide", "313988", "Furosemide 40 MG Oral Tablet", "40 mg by mouth twice daily"),
    "furosemide-iv": DrugEntry(
        "intravenous furosemide", "1719286", "10 ML Furosemide 10 MG/ML Injection", "80 mg intravenously twice daily", given=True
    ),
    "digoxin": DrugEntry("digoxin", "197604", "Digoxin 0.125 MG Oral Tablet", "0.125 mg by mouth once daily"),
    "apixaban": DrugEntry("apixaban", "1364430", "apixaban", "5 mg by mouth twice daily"),
    "rivaroxaban": DrugEntry("rivaroxaban", "1114195", "rivaroxaban", "20 mg by mouth once daily with food"),
    "warfarin": DrugEntry("warfarin", "855332", "Warfarin Sodium 5 MG Oral Tablet", "5 mg by mouth once daily, adjusted to INR"),
    "enoxaparin": DrugEntry(
        "enoxaparin", "854252", "1 ML Enoxaparin sodium 150 MG/ML Prefilled Syringe", "1 mg/kg subcutaneously every 12 hours"
    ),
    "heparin": DrugEntry(
        "heparin",
        "1361226",
        "heparin sodium, porcine 1000 UNT/ML Injectable Solution",
        "intravenous infusion, adjusted to aPTT",
        given=True,
    ),
    "amiodarone": DrugEntry("amiodarone", "703", "amiodarone", "200 mg by mouth once daily"),
    "diltiazem": DrugEntry("diltiazem", "3443", "diltiazem", "180 mg extended release by mouth once daily"),
    "aspirin": DrugEntry("aspirin", "243670", "Aspirin 81 MG Oral Tablet", "81 mg by mouth once daily"),
    "clopidogrel": DrugEntry("clopidogrel", "309362", "Clopidogrel 75 MG Oral Tablet", "75 mg by mouth once daily"),
    "ticagrelor": DrugEntry("ticagrelor", "1116635", "ticagrelor 90 MG Oral Tablet", "90 mg by mouth twice daily"),
    "atorvastatin": DrugEntry("atorvastatin", "617311", "atorvastatin 40 MG Oral Tablet", "40 mg by mouth at bedtime"),
    "atorvastatin-80": DrugEntry("high-dose atorvastatin", "259255", "atorvastatin 80 MG Oral Tablet", "80 mg by mouth at bedtime"),
    "rosuvastatin": DrugEntry("rosuvastatin", "859424", "rosuvastatin calcium 5 MG Oral Tablet", "5 mg by mouth once daily"),
    "ezetimibe": DrugEntry("ezetimibe", "341248", "ezetimibe", "10 mg by mouth once daily"),
    "nitroglycerin": DrugEntry(
        "nitroglycerin", "198039", "nitroglycerin 0.4 MG Sublingual Tablet", "0.4 mg under the tongue as needed for chest pain"
    ),
    "lisinopril": DrugEntry("lisinopril", "314076", "lisinopril 10 MG Oral Tablet", "10 mg by mouth once daily"),
    "lisinopril-20": DrugEntry("lisinopril", "314077", "lisinopril 20 MG Oral Tablet", "20 mg by mouth once daily"),
    "losartan": DrugEntry("losartan", "979492", "losartan potassium 50 MG Oral Tablet", "50 mg by mouth once daily"),
    "amlodipine": DrugEntry("amlodipine", "17767", "amlodipine", "5 mg by mouth once daily"),
    "hydrochlorothiazide": DrugEntry("hydrochlorothiazide", "310798", "Hydrochlorothiazide 25 MG Oral Tablet", "25 mg by mouth once daily"),
    "metformin": DrugEntry(
        "metformin", "860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", "1000 mg by mouth twice daily"
    ),
    "glipizide": DrugEntry("glipizide", "4821", "glipizide", "5 mg by mouth before breakfast"),
    "semaglutide": DrugEntry("semaglutide", "1991302", "semaglutide", "0.5 mg subcutaneously once weekly"),
    "insulin-glargine": DrugEntry("insulin glargine", "274783", "insulin glargine", "20 units subcutaneously at bedtime"),
    "insulin-lispro": DrugEntry("insulin lispro", "86009", "insulin lispro", "with meals according to carbohydrate count"),
    "insulin-iv": DrugEntry(
        "intravenous insulin",
        "311034",
        "insulin, regular, human 100 UNT/ML Injectable Solution",
        "0.1 units/kg/hour by infusion",
        given=True,
    ),
    "levothyroxine": DrugEntry(
        "levothyroxine", "966222", "Levothyroxine Sodium 0.075 MG Oral Tablet", "75 mcg by mouth once daily on an empty stomach"
    ),
    "methimazole": DrugEntry("methimazole", "6835", "methimazole", "20 mg by mouth once daily"),
    "propranolol": DrugEntry("propranolol", "856457", "propranolol hydrochloride 20 MG Oral Tablet", "20 mg by mouth three times daily"),
    "tiotropium": DrugEntry("tiotropium", "69120", "tiotropium", "18 mcg inhaled once daily"),
    "fluticasone-salmeterol": DrugEntry(
        "fluticasone/salmeterol",
        "896209",
        "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler",
        "1 inhalation twice daily",
    ),
    "albuterol": DrugEntry(
        "albuterol inhaler",
        "2123111",
        "NDA020503 200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
        "2 puffs every 4 hours as needed",
    ),
    "fluticasone": DrugEntry(
        "fluticasone inhaler",
        "895996",
        "120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler [Flovent]",
        "1 puff twice daily with a spacer",
    ),
    "montelukast": DrugEntry("montelukast", "88249", "montelukast", "5 mg by mouth at bedtime"),
    "prednisone": DrugEntry("prednisone", "312615", "predniSONE 20 MG Oral Tablet", "40 mg by mouth once daily for 5 days"),
    "prednisone-taper": DrugEntry("prednisone", "312617", "predniSONE 5 MG Oral Tablet", "tapered over several weeks as directed"),
    "azithromycin": DrugEntry(
        "azithromycin", "308460", "Azithromycin 250 MG Oral Tablet", "500 mg on day 1, then 250 mg once daily for 4 days"
    ),
    "amoxicillin": DrugEntry("amoxicillin", "308182", "Amoxicillin 250 MG Oral Capsule", "500 mg by mouth three times daily"),
    "amoxicillin-clavulanate": DrugEntry(
        "amoxicillin/clavulanate", "562508", "amoxicillin 875 MG / clavulanate 125 MG Oral Tablet", "875/125 mg by mouth twice daily"
    ),
    "penicillin-v": DrugEntry("penicillin V", "834102", "Penicillin V Potassium 500 MG Oral Tablet", "500 mg by mouth twice daily"),
    "ceftriaxone": DrugEntry("ceftriaxone", "1665021", "ceftriaxone 1000 MG Injection", "1 to 2 g intravenously once daily", given=True),
    "cefazolin": DrugEntry("cefazolin", "1665060", "cefazolin 2000 MG Injection", "2 g intravenously every 8 hours", given=True),
    "vancomycin": DrugEntry("vancomycin", "1807513", "vancomycin 1000 MG Injection", "intravenously, dosed to levels", given=True),
    "vancomycin-oral": DrugEntry("oral vancomycin", "11124", "vancomycin", "125 mg by mouth four times daily for 10 days"),
    "piperacillin": DrugEntry(
        "piperacillin/tazobactam",
        "1659149",
        "Piperacillin 4000 MG / tazobactam 500 MG Injection",
        "4.5 g intravenously every 8 hours",
        given=True,
    ),
    "cefepime": DrugEntry("cefepime", "20481", "cefepime", "2 g intravenously every 8 hours", given=True),
    "ciprofloxacin": DrugEntry("ciprofloxacin", "309309", "ciprofloxacin 500 MG Oral Tablet", "500 mg by mouth twice daily"),
    "nitrofurantoin": DrugEntry(
        "nitrofurantoin",
        "1648755",
        "nitrofurantoin, macrocrystals 25 MG / nitrofurantoin, monohydrate 75 MG Oral Capsule",
        "100 mg by mouth twice daily for 5 days",
    ),
    "cephalexin": DrugEntry("cephalexin", "197454", "cephalexin 500 MG Oral Tablet", "500 mg by mouth four times daily"),
    "tmp-smx": DrugEntry(
        "trimethoprim/sulfamethoxazole",
        "198335",
        "sulfamethoxazole 800 MG / trimethoprim 160 MG Oral Tablet",
        "one double-strength tablet by mouth as directed",
    ),
    "doxycycline": DrugEntry("doxycycline", "1650142", "Doxycycline Monohydrate 100 MG Oral Tablet", "100 mg by mouth twice daily"),
    "oseltamivir": DrugEntry("oseltamivir", "260101", "oseltamivir", "75 mg by mouth twice daily for 5 days"),
    "valacyclovir": DrugEntry("valacyclovir", "73645", "valacyclovir", "1 g by mouth three times daily for 7 days"),
    "bictegravir": DrugEntry(
        "bictegravir/emtricitabine/tenofovir alafenamide",
        "1999667",
        "bictegravir 50 MG / emtricitabine 200 MG / tenofovir alafenamide 25 MG Oral Tablet",
        "one tablet by mouth once daily",
    ),
    "rifampin": DrugEntry("rifampin", "9384", "rifampin", "600 mg by mouth once daily"),
    "isoniazid": DrugEntry("isoniazid", "6038", "isoniazid", "300 mg by mouth once daily"),
    "pyrazinamide": DrugEntry("pyrazinamide", "8987", "pyrazinamide", "1500 mg by mouth once daily"),
    "ethambutol": DrugEntry("ethambutol", "4110", "ethambutol", "1200 mg by mouth once daily"),
    "epoetin": DrugEntry("epoetin alfa", "105694", "epoetin alfa", "4000 units subcutaneously three times a week"),
    "sevelamer": DrugEntry("sevelamer", "214824", "sevelamer", "800 mg by mouth with meals"),
    "calcitriol": DrugEntry("calcitriol", "1894", "calcitriol", "0.25 mcg by mouth once daily"),
    "methotrexate": DrugEntry("methotrexate", "105585", "Methotrexate 2.5 MG Oral Tablet", "15 mg by mouth once weekly"),
    "folic-acid": DrugEntry("folic acid", "4511", "folic acid", "1 mg by mouth once daily"),
    "adalimumab": DrugEntry("adalimumab", "327361", "adalimumab", "40 mg subcutaneously every 2 weeks"),
    "hydroxychloroquine": DrugEntry(
        "hydroxychloroquine", "979092", "Hydroxychloroquine Sulfate 200 MG Oral Tablet", "200 mg by mouth twice daily"
    ),
    "mycophenolate": DrugEntry("mycophenolate mofetil", "68149", "mycophenolate mofetil", "1000 mg by mouth twice daily"),
    "methylprednisolone": DrugEntry("methylprednisolone", "6902", "methylprednisolone", "1 g intravenously daily for 3 days", given=True),
    "colchicine": DrugEntry("colchicine", "197541", "Colchicine 0.6 MG Oral Tablet", "0.6 mg by mouth twice daily"),
    "allopurinol": DrugEntry("allopurinol", "197319", "Allopurinol 100 MG Oral Tablet", "100 mg by mouth once daily"),
    "febuxostat": DrugEntry("febuxostat", "73689", "febuxostat", "40 mg by mouth once daily"),
    "tocilizumab": DrugEntry("tocilizumab", "1657981", "20 ML tocilizumab 20 MG/ML Injection", "162 mg subcutaneously once weekly"),
    "labetalol": DrugEntry("labetalol", "896762", "labetalol hydrochloride 200 MG Oral Tablet", "200 mg by mouth twice daily"),
    "magnesium": DrugEntry("magnesium sulfate", "6585", "magnesium sulfate", "4 g intravenous load, then 1 g/hour", given=True),
    "nifedipine": DrugEntry("nifedipine", "7417", "nifedipine", "30 mg extended release by mouth once daily"),
    "prenatal": DrugEntry("prenatal vitamins", "4511", "folic acid", "one tablet by mouth once daily"),
    "oxytocin": DrugEntry("oxytocin", "7824", "oxytocin", "intravenous infusion", given=True),
    "sertraline": DrugEntry("sertraline", "312938", "Sertraline 100 MG Oral Tablet", "100 mg by mouth once daily"),
    "escitalopram": DrugEntry("escitalopram", "321988", "escitalopram", "10 mg by mouth once daily"),
    "fluoxetine": DrugEntry("fluoxetine", "310385", "FLUoxetine 20 MG Oral Capsule", "20 mg by mouth once daily"),
    "mirtazapine": DrugEntry("mirtazapine", "15996", "mirtazapine", "15 mg by mouth at bedtime"),
    "bupropion": DrugEntry("bupropion", "42347", "bupropion", "150 mg extended release by mouth once daily"),
    "lithium": DrugEntry("lithium carbonate", "42351", "lithium carbonate", "300 mg by mouth three times daily"),
    "quetiapine": DrugEntry("quetiapine", "51272", "quetiapine", "200 mg by mouth at bedtime"),
    "lamotrigine": DrugEntry("lamotrigine", "28439", "lamotrigine", "100 mg by mouth twice daily"),
    "naltrexone": DrugEntry("naltrexone", "1483744", "Naltrexone hydrochloride 50 MG Oral Tablet", "50 mg by mouth once daily"),
    "thiamine": DrugEntry("thiamine", "10454", "thiamine", "100 mg by mouth once daily"),
    "chlordiazepoxide": DrugEntry("chlordiazepoxide", "2356", "chlordiazepoxide", "symptom-triggered by CIWA score", given=True),
    "lorazepam": DrugEntry("lorazepam", "6470", "lorazepam", "2 mg intravenously for seizures", given=True),
    "levetiracetam": DrugEntry("levetiracetam", "114477", "levetiracetam", "500 mg by mouth twice daily"),
    "alteplase": DrugEntry("alteplase", "1804799", "Alteplase 100 MG Injection", "0.9 mg/kg intravenously over 60 minutes", given=True),
    "alendronate": DrugEntry("alendronic acid", "904419", "Alendronic acid 10 MG Oral Tablet", "70 mg by mouth once weekly"),
    "calcium-d": DrugEntry("vitamin D", "11253", "vitamin D", "1000 units by mouth once daily"),
    "sumatriptan": DrugEntry("sumatriptan", "37418", "sumatriptan", "50 mg by mouth at onset of headache"),
    "topiramate": DrugEntry("topiramate", "38404", "topiramate", "50 mg by mouth twice daily"),
    "erenumab": DrugEntry("erenumab", "2045613", "erenumab", "70 mg subcutaneously once monthly"),
    "natalizumab": DrugEntry("natalizumab", "354770", "natalizumab", "300 mg intravenously every 4 weeks", given=True),
    "dimethyl-fumarate": DrugEntry("dimethyl fumarate", "1373478", "dimethyl fumarate", "240 mg by mouth twice daily"),
    "carbidopa-levodopa": DrugEntry("carbidopa/levodopa", "103990", "carbidopa / levodopa", "25/100 mg by mouth three times daily"),
    "pyridostigmine": DrugEntry("pyridostigmine", "9000", "pyridostigmine", "60 mg by mouth four times daily"),
    "infliximab": DrugEntry("infliximab", "191831", "infliximab", "5 mg/kg intravenously every 8 weeks", given=True),
    "azathioprine": DrugEntry("azathioprine", "1256", "azathioprine", "100 mg by mouth once daily"),
    "budesonide": DrugEntry("budesonide", "19831", "budesonide", "9 mg by mouth once daily"),
    "lactulose": DrugEntry("lactulose", "6218", "lactulose", "20 g by mouth three times daily"),
    "rifaximin": DrugEntry("rifaximin", "35619", "rifaximin", "550 mg by mouth twice daily"),
    "nadolol": DrugEntry("nadolol", "7226", "nadolol", "40 mg by mouth once daily"),
    "octreotide": DrugEntry("octreotide", "7617", "octreotide", "50 mcg/hour by intravenous infusion", given=True),
    "pantoprazole": DrugEntry("pantoprazole", "40790", "pantoprazole", "40 mg by mouth twice daily"),
    "omeprazole": DrugEntry("omeprazole", "7646", "omeprazole", "20 mg by mouth once daily before breakfast"),
    "clarithromycin": DrugEntry("clarithromycin", "197517", "clarithromycin 500 MG Oral Tablet", "500 mg by mouth twice daily for 14 days"),
    "ferrous-sulfate": DrugEntry("ferrous sulfate", "310325", "ferrous sulfate 325 MG Oral Tablet", "325 mg by mouth every other day"),
    "clobetasol": DrugEntry("clobetasol ointment", "2590", "clobetasol", "thin layer twice daily for up to 2 weeks"),
    "secukinumab": DrugEntry("secukinumab", "1599788", "secukinumab", "300 mg subcutaneously every 4 weeks"),
    "hydrocortisone-cream": DrugEntry("hydrocortisone cream", "106258", "Hydrocortisone 10 MG/ML Topical Cream", "thin layer twice daily"),
    "epinephrine": DrugEntry(
        "epinephrine auto-injector",
        "1870230",
        "NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector",
        "0.3 mg into the thigh for anaphylaxis",
    ),
    "cetirizine": DrugEntry("cetirizine", "1014678", "cetirizine hydrochloride 10 MG Oral Tablet", "10 mg by mouth once daily"),
    "diphenhydramine": DrugEntry(
        "diphenhydramine", "1049630", "diphenhydrAMINE Hydrochloride 25 MG Oral Tablet", "25 mg by mouth every 6 hours as needed"
    ),
    "immunoglobulin": DrugEntry("intravenous immunoglobulin", "5666", "immunoglobulin G", "2 g/kg intravenously once", given=True),
    "hydroxyurea": DrugEntry("hydroxyurea", "5552", "hydroxyurea", "500 mg by mouth once daily"),
    "tamsulosin": DrugEntry("tamsulosin", "77492", "tamsulosin", "0.4 mg by mouth at bedtime"),
    "cyclobenzaprine": DrugEntry("cyclobenzaprine", "21949", "cyclobenzaprine", "5 mg by mouth at bedtime as needed"),
    "ketorolac": DrugEntry("ketorolac", "35827", "ketorolac", "15 mg intravenously every 6 hours", given=True),
}
