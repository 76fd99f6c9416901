"""Infections: HIV, tuberculosis, endocarditis, urosepsis and what antibiotics bring after it."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

HIV = Course(
    "hiv",
    "infectious disease",
    (28, 58),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="dry cough and breathlessness",
                    story="Six weeks of dry cough, fevers and breathlessness on talking; {#7-11} kg lost in half a year. White coating in the mouth. Antibiotics from urgent care did not help. Never tested for HIV before.",
                    exam="Oral thrush. Few crackles in spite of marked hypoxia. Seborrheic rash of the face.",
                    assessment="Pneumocystis pneumonia with new HIV infection: CD4 {cd4}, viral load {vl}. LDH {ldh}. Tuberculosis excluded by three sputum tests.",
                    plan="Trimethoprim/sulfamethoxazole with prednisone. Start antiretrovirals within two weeks. Partner services offered; confidentiality explained.",
                ),
                Note(
                    "radiology",
                    study="CT chest without contrast",
                    story="Hypoxia, HIV positive.",
                    exam="Diffuse perihilar ground-glass opacities with sparing of the periphery, small cysts in the upper lobes. No cavity, no nodes, no effusion.",
                    assessment="Typical of Pneumocystis pneumonia. No evidence of tuberculosis.",
                ),
                Note(
                    "discharge",
                    course="Oxygen requirement fell from 6 L to none over nine days. Bictegravir/emtricitabine/tenofovir started on day ten without immune reconstitution.",
                    assessment="Saturation 94% walking. Mood shaken but hopeful.",
                    plan="Finish 21 days of treatment, then one double-strength tablet daily until CD4 above 200. HIV clinic next week. Peer navigator.",
                ),
            ),
            labs={
                "cd4": (18, 96),
                "vl": (142000, 890000),
                "ldh": (410, 720),
                "spo2": (82, 88),
                "rr": (26, 34),
                "temp": (38.1, 39.0),
                "hgb": (9.6, 11.4),
                "weight_change": (-8, -5),
            },
            conditions=("hiv", "pjp"),
            refuted=("tb",),
            starts=("tmp-smx", "prednisone-taper", "bictegravir"),
            stay=(9, 12),
        ),
        Stage(
            (30, 55),
            "clinic",
            (
                Note(
                    "progress",
                    story="Takes the tablet every evening, missed one dose. Breathing normal. [Told {his} sister; she was kind.|Has told nobody yet.] Itchy rash faded.",
                    exam="No thrush. Chest clear. Weight up.",
                    assessment="HIV on treatment: viral load {vl} (was {vl_was}), CD4 {cd4}. No drug resistance.",
                    plan="Continue bictegravir combination and prophylaxis. Hepatitis B vaccine. Undetectable means untransmittable explained.",
                ),
            ),
            labs={"cd4": (110, 180), "vl": (48, 420), "cr": (0.9, 1.2)},
            stops={"prednisone-taper": "pneumonia treated"},
        ),
        Stage(
            (150, 240),
            "clinic",
            (
                Note(
                    "progress",
                    story="Feels as before the illness. Works as a {trade}. New [partner|relationship], partner takes PrEP. No missed doses.",
                    exam="No adenopathy, skin clear.",
                    assessment="HIV suppressed, viral load below {vl}, CD4 {cd4}.",
                    plan="Stop trimethoprim/sulfamethoxazole. Viral load every six months. Anal or cervical cytology. Statin discussion next visit.",
                ),
            ),
            labs={"cd4": (240, 410), "vl": (20, 20), "ldl": (92, 138)},
            stops={"tmp-smx": "CD4 count above 200"},
        ),
        Stage(
            (170, 260),
            "video",
            (
                Note(
                    "progress",
                    story="Routine check by video. Six kilograms heavier since starting treatment. Sleeps well. No low mood.",
                    exam="Looks well on screen.",
                    assessment="HIV, undetectable for over a year. Weight gain on integrase inhibitor.",
                    plan="Same regimen; diet and walking group. Flu and COVID vaccines. Labs at the local draw station.",
                ),
            ),
        ),
    ),
    avoid=("sulfonamides", "covid", "influenza", "prediabetes", "obesity"),
)

TUBERCULOSIS = Course(
    "tuberculosis",
    "infectious disease",
    (26, 64),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="cough for two months",
                    story="Cough for {#8-12} weeks with blood-streaked sputum, night sweats, evening fever and {#5-8} kg weight loss. Shared a room abroad with a coughing cousin last year. HIV test negative. Not a smoker.",
                    exam="Thin. Bronchial breathing over the {side} apex. No neck nodes. No meningism.",
                    assessment="Smear-positive pulmonary tuberculosis, rifampin resistance not detected. C-reactive protein {crp}.",
                    plan="Airborne isolation. Rifampin, isoniazid with pyridoxine, pyrazinamide, ethambutol. Report to public health, contacts traced. Baseline liver tests and color vision.",
                ),
                Note(
                    "radiology",
                    study="XR chest, two views",
                    story="Hemoptysis, weight loss.",
                    exam="Cavitating consolidation of the {side} upper lobe with a 3 cm cavity and satellite nodules. No effusion. Contralateral lung clear.",
                    assessment="Appearances of active post-primary tuberculosis. Malignancy less likely.",
                ),
                Note(
                    "discharge",
                    course="Four drugs tolerated. Fever settled after nine days. Sent home with directly observed therapy once smears declined and the household had no small children.",
                    assessment="Coughing less, eating.",
                    plan="Directly observed treatment daily. Stay home until three smears are negative. Stop tablets and call for jaundice, vomiting or blurred vision.",
                ),
            ),
            labs={
                "crp": (38, 96),
                "alt": (14, 34),
                "hgb": (10.2, 12.2),
                "temp": (37.8, 38.7),
                "weight_change": (-6, -4),
                "alb": (2.9, 3.5),
            },
            conditions=("tb",),
            refuted=("lung-cancer",),
            starts=("rifampin", "isoniazid", "pyrazinamide", "ethambutol"),
            stay=(10, 16),
        ),
        Stage(
            (18, 32),
            "phone",
            (
                Note(
                    "telephone",
                    story="Outreach nurse reports poor appetite and dark urine since Monday. No vomiting, no yellow eyes. Urine is orange anyway from rifampin.",
                    assessment="Possible hepatotoxicity; ALT {alt} today, bilirubin {bili}.",
                    plan="ALT below five times normal without symptoms of hepatitis: continue with weekly tests. No alcohol, no acetaminophen.",
                ),
            ),
            labs={"alt": (72, 128), "bili": (0.7, 1.1)},
        ),
        Stage(
            (40, 55),
            "clinic",
            (
                Note(
                    "progress",
                    story="Two months of treatment observed. No cough, gained {#3-5} kg. Itching in the evening. Allowed back to work as a {trade}. Colors look normal.",
                    exam="Chest clear. No jaundice.",
                    assessment="Pulmonary tuberculosis, culture converted, fully susceptible. ALT {alt}, falling.",
                    plan="Stop pyrazinamide and ethambutol; rifampin and isoniazid for seven more months because of the cavity.",
                ),
            ),
            labs={"alt": (26, 44), "weight_change": (3, 5)},
        ),
        Stage(
            (200, 240),
            "clinic",
            (
                Note(
                    "progress",
                    story="End of treatment after nine months. No doses missed. Feels strong. Wife and children had preventive treatment.",
                    exam="Apex clear.",
                    assessment="Pulmonary tuberculosis, cured. Residual scar on film.",
                    plan="Stop all drugs. Film in a year. Come back with cough over two weeks or sweats.",
                ),
            ),
            resolved=("tb",),
            stops={"rifampin": "treatment completed", "isoniazid": "treatment completed"},
            procedures=("chest-x-ray",),
        ),
    ),
    ("male",),
    smoking="never",
    avoid=("obesity", "osa"),
)

ENDOCARDITIS = Course(
    "endocarditis",
    "infectious disease",
    (32, 70),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="fever and weakness",
                    story="Three weeks of fever, sweats and aching back; [tooth pulled two months ago|a boil on the thigh last month]. Sudden blurred patch in the left visual field this morning. Known mitral prolapse. No injected drugs.",
                    exam="New pansystolic murmur at the apex. Splinter hemorrhages, a tender red spot on a finger pad. Spleen palpable. Left lower quadrant field cut.",
                    assessment="Infective endocarditis of the mitral valve with septic emboli. C-reactive protein {crp}, three of three cultures growing gram-positive cocci.",
                    plan="Vancomycin and ceftriaxone until species known. Transesophageal echocardiogram. MRI brain. Cardiac surgery and dental review.",
                ),
                Note(
                    "procedure",
                    study="Transesophageal echocardiogram.",
                    story="Bacteremia with new murmur.",
                    exam="Mobile vegetation of {#9-14} mm on the atrial side of the posterior mitral leaflet. Moderate regurgitation. No abscess. Left ventricle normal.",
                    plan="Repeat in a week or with any conduction change.",
                ),
                Note(
                    "progress",
                    story="Day {#5-7}. Afebrile for two days, cultures clear since day three. Streptococcus [mitis|gallolyticus|sanguinis], penicillin susceptible. No new deficit.",
                    exam="Murmur unchanged. PR interval normal on ECG. No edema.",
                    assessment="Endocarditis responding. Embolic occipital stroke, small. No indication for urgent surgery.",
                    plan="Ceftriaxone alone for four weeks. PICC line. Colonoscopy if gallolyticus. Weekly counts.",
                ),
                Note(
                    "discharge",
                    course="Streptococcal mitral endocarditis with small embolic stroke. Ceftriaxone well tolerated. Two teeth extracted.",
                    assessment="Walking, small visual field defect, no fever.",
                    plan="Home infusion of ceftriaxone. Echocardiogram at four weeks. Antibiotic prophylaxis before dental work for life. Return for fever, breathlessness or weakness.",
                ),
            ),
            labs={
                "crp": (92, 210),
                "esr": (64, 108),
                "wbc": (12.2, 17.6),
                "hgb": (9.2, 10.8),
                "temp": (38.5, 39.6),
                "hr": (98, 116),
                "ef": (58, 66),
            },
            conditions=("endocarditis", "stroke"),
            starts=("vancomycin", "ceftriaxone"),
            procedures=("tee", "blood-culture"),
            stay=(10, 14),
        ),
        Stage(
            (25, 40),
            "clinic",
            (
                Note(
                    "progress",
                    story="Finished four weeks of ceftriaxone. Line out. Gains strength, reads with the page tilted. No fever, no night sweats.",
                    exam="Soft apical murmur. Dental sockets healed. Field defect smaller.",
                    assessment="Mitral endocarditis cured microbiologically, C-reactive protein {crp}. Moderate mitral regurgitation, ejection fraction {ef}.",
                    plan="Cardiology follow-up with echocardiogram every six months. Prophylaxis card given. Blood cultures before any antibiotic for fever.",
                ),
            ),
            labs={"crp": (1.2, 4.4), "ef": (57, 64), "hgb": (11.0, 12.6)},
            resolved=("endocarditis",),
            procedures=("echo",),
        ),
        Stage(
            (150, 260),
            "phone",
            (
                Note(
                    "telephone",
                    story="Dentist's office asks about antibiotics before a crown. {Mr} is well, no fever.",
                    assessment="History of endocarditis: prophylaxis needed.",
                    plan="Amoxicillin 2 g once an hour before the procedure. No other change.",
                ),
            ),
        ),
    ),
    avoid=("penicillin", "strep", "back-pain"),
)

UROSEPSIS = Course(
    "urosepsis",
    "hospital medicine",
    (46, 84),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="shaking chills and flank pain",
                    story="Burning urination for three days, then rigors, {side} flank pain and vomiting. Confused at home according to {his} [spouse|son]. No stones before. No catheter.",
                    exam="Mottled knees, capillary refill four seconds. {side} flank very tender. Lungs clear. Neck supple.",
                    assessment="Sepsis from {side} pyelonephritis: lactate {lactate}, white cell count {wbc}, creatinine {cr}.",
                    plan="30 mL/kg of balanced fluid, blood and urine cultures, ceftriaxone within the hour. Ultrasound for obstruction. Intensive care if pressure stays low.",
                ),
                Note(
                    "nursing",
                    story="After the second liter pressure {#102-114} systolic without vasopressors. Urine {#40-70} mL an hour. Confusion clearing, knows the month. Shivering stopped.",
                    plan="Lactate at six hours. Hourly vitals. Family updated.",
                ),
                Note(
                    "discharge",
                    course="Escherichia coli in blood and urine, resistant to ampicillin, sensitive to ceftriaxone and ciprofloxacin. Kidney function back to baseline. No hydronephrosis on ultrasound.",
                    assessment="Afebrile for two days, clear-headed.",
                    plan="Ciprofloxacin to complete ten days. Warned about tendon pain and diarrhea. Primary care in a week.",
                ),
            ),
            labs={
                "lactate": (2.8, 4.6),
                "wbc": (17.4, 25.2),
                "cr": (1.7, 2.6),
                "temp": (38.9, 40.1),
                "hr": (114, 132),
                "sbp": (82, 94),
                "dbp": (44, 54),
                "rr": (24, 30),
                "plt": (112, 160),
            },
            conditions=("sepsis", "pyelonephritis", "aki"),
            refuted=("kidney-stone",),
            starts=("ceftriaxone", "ciprofloxacin"),
            procedures=("blood-culture",),
            stay=(4, 6),
        ),
        Stage(
            (12, 24),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="diarrhea",
                    story="Eight to twelve watery, foul stools a day since finishing ciprofloxacin, cramps, low fever. No blood. Ate nothing unusual, nobody else ill.",
                    exam="Dry mouth. Abdomen mildly distended and tender in the left lower quadrant, no rebound.",
                    course="Saline two liters. Stool toxin and PCR positive for Clostridioides difficile. White cell count {wbc}.",
                    assessment="Clostridioides difficile colitis after ciprofloxacin and ceftriaxone, non-severe.",
                    plan="Oral vancomycin for ten days. Contact precautions, bleach in the bathroom. Stop omeprazole if not needed. No loperamide.",
                ),
            ),
            labs={"wbc": (12.4, 14.8), "cr": (1.0, 1.4), "k": (3.1, 3.6), "temp": (37.6, 38.3)},
            conditions=("c-difficile",),
            starts=("vancomycin-oral",),
            service="emergency medicine",
        ),
        Stage(
            (14, 30),
            "phone",
            (
                Note(
                    "telephone",
                    story="Two formed stools a day now. Finished vancomycin on Sunday. Tired. Asks about yogurt.",
                    assessment="Clostridioides difficile colitis resolved clinically. No test of cure.",
                    plan="Call if three loose stools in a day; one in five relapse. Tell every prescriber before antibiotics.",
                ),
            ),
        ),
        Stage(
            (60, 140),
            "clinic",
            (
                Note(
                    "progress",
                    story="Well for {interval}. No urinary symptoms. Drinks more water. Bowels regular.",
                    exam="No flank tenderness. Bladder not palpable.",
                    assessment="Recovered from urosepsis and Clostridioides difficile colitis. Creatinine {cr}.",
                    plan="No antibiotics for bacteria in the urine without symptoms. Pneumococcal vaccine.",
                ),
            ),
            labs={"cr": (0.8, 1.1)},
            service="primary care",
        ),
    ),
    avoid=("uti", "gastroenteritis", "kidney-stone", "gerd"),
)

COURSES = (HIV, TUBERCULOSIS, ENDOCARDITIS, UROSEPSIS)
