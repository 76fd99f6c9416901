"""Heart disease: failure, rhythm, infarction, and a beta blocker that narrowed the airways."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

HEART_FAILURE = Course(
    "heart-failure",
    "cardiology",
    (54, 82),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="shortness of breath and swollen legs",
                    story="Over {#2-5} weeks {he} has become short of breath [walking to the bathroom|climbing half a flight], sleeps on {#3-4} pillows and wakes gasping. Ankles swollen, {#4-8} kg gained. [Ran out of {his} water pill.|Ate salty takeout over the holidays.] Denies chest pain, fever or palpitations.",
                    exam="Jugular veins distended to the jaw. Displaced apex, S3 gallop. Crackles to the mid zones. Pitting edema to the knees.",
                    assessment="New acute decompensated heart failure. NT-proBNP {bnp}; echocardiogram with ejection fraction {ef}, global hypokinesis. No acute ischemia, troponin {troponin}.",
                    plan="Intravenous furosemide with daily weights and fluid restriction. Lisinopril at low dose. Coronary angiography once dry. Check potassium twice daily.",
                ),
                Note(
                    "radiology",
                    study="XR chest, portable",
                    story="Acute dyspnea.",
                    exam="Cardiomegaly. Upper lobe venous diversion, interstitial edema with Kerley B lines, small bilateral effusions. No consolidation.",
                    assessment="Pulmonary edema with effusions. No pneumonia.",
                ),
                Note(
                    "nursing",
                    story="Diuresing well: {#2200-3600} mL out since the morning dose, weight down {#1-2} kg. Breathing easier, slept on two pillows. Feet elevated. Asked twice for salt.",
                    plan="Daily weight at 06:00, 1.5 liter fluid limit, low-sodium tray. Teach-back on weighing at home.",
                ),
                Note(
                    "discharge",
                    course="Diuresed {#6-10} liters. Angiography without obstructive disease: non-ischemic cardiomyopathy. Carvedilol started at low dose before discharge and well tolerated. Kidney function stable.",
                    assessment="Euvolemic, walks the corridor without stopping.",
                    plan="Heart failure clinic in ten days. Weigh every morning; call for a gain of 2 kg in three days. Two grams of sodium a day.",
                ),
            ),
            labs={
                "bnp": (3400, 9200),
                "ef": (20, 28),
                "troponin": (14, 42),
                "cr": (1.05, 1.4),
                "k": (3.8, 4.6),
                "na": (131, 137),
                "spo2": (88, 91),
                "hr": (98, 118),
                "rr": (22, 28),
            },
            conditions=("hfref",),
            refuted=("nstemi",),
            starts=("furosemide-iv", "furosemide", "lisinopril", "carvedilol"),
            procedures=("echo", "angiography", "ecg"),
            stay=(5, 8),
        ),
        Stage(
            (10, 18),
            "clinic",
            (
                Note(
                    "progress",
                    story="Ten days home. Weight steady, one pillow. Dizzy for an hour after the morning pills. Walks the dog around the block. Keeps a weight diary.",
                    exam="Jugular venous pressure not raised. No gallop. Lungs clear. Trace ankle edema.",
                    assessment="Heart failure with reduced ejection fraction, NYHA II, euvolemic. Blood pressure allows one change at a time. Creatinine {cr}, potassium {k}.",
                    plan="Stop lisinopril, wait 36 hours, start sacubitril/valsartan. Add spironolactone in two weeks if potassium stays below 5. Furosemide down to once daily.",
                ),
            ),
            labs={"cr": (1.0, 1.35), "k": (4.2, 4.8), "bnp": (1200, 2600)},
            starts=("sacubitril",),
            stops={"lisinopril": "replaced by sacubitril/valsartan"},
        ),
        Stage(
            (25, 45),
            "phone",
            (
                Note(
                    "telephone",
                    story="Nurse titration call. Blood pressure {#98-112} over {#58-70} at home, no dizziness now. Weight within a kilogram. Potassium from yesterday {k}.",
                    assessment="Tolerating sacubitril/valsartan. Room for spironolactone.",
                    plan="Start spironolactone 25 mg and empagliflozin 10 mg. Repeat potassium in one week. Sick-day rules explained.",
                ),
            ),
            labs={"k": (4.3, 4.9)},
            starts=("spironolactone", "empagliflozin"),
        ),
        Stage(
            (110, 170),
            "clinic",
            (
                Note(
                    "progress",
                    story="On full medical therapy for {interval}. [Mows the lawn again.|Took a bus trip to see {his} sister.] No night-time breathlessness, no swelling. [Breast tenderness on spironolactone.|No side effects.] Denies fainting.",
                    exam="Warm, well perfused. No edema, no gallop.",
                    assessment="Marked improvement of heart failure: ejection fraction {ef} (was {ef_was}) after sacubitril/valsartan, carvedilol, spironolactone and empagliflozin. NT-proBNP {bnp}. A defibrillator is no longer indicated.",
                    plan="Continue all four pillars; do not stop because the heart has recovered. Cardiac rehabilitation finished. Echocardiogram in a year.",
                ),
            ),
            labs={"ef": (41, 50), "bnp": (210, 620), "cr": (1.0, 1.3), "k": (4.4, 5.0)},
            procedures=("echo",),
        ),
        Stage(
            (120, 240),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="weakness",
                    story="Three days of vomiting and diarrhea; kept taking all tablets. Now weak with muscle cramps. No chest pain, no worse breathlessness.",
                    exam="Dry mouth, flat neck veins, pulse regular. No edema.",
                    course="ECG with peaked T waves. Calcium gluconate, insulin with dextrose and saline given; potassium fell to {#4-5}.{#1-9} within four hours.",
                    assessment="Hyperkalemia {k} and acute kidney injury, creatinine {cr}, from dehydration on spironolactone and sacubitril/valsartan.",
                    plan="Observation unit overnight. Spironolactone stopped for now, sick-day rules repeated. Heart failure clinic in a week.",
                ),
            ),
            labs={"k": (6.1, 6.8), "cr": (1.9, 2.7), "bun": (42, 68), "sbp": (88, 102), "dbp": (52, 62)},
            conditions=("hyperkalemia", "aki"),
            stops={"spironolactone": "hyperkalemia"},
            procedures=("ecg",),
            service="emergency medicine",
            chance=0.6,
        ),
    ),
    history=("hypertension",),
    family=(("father", "heart failure", 67), ("brother", "a myocardial infarction", 55)),
    avoid=("hypertension",),
)

FIBRILLATION = Course(
    "fibrillation",
    "cardiology",
    (60, 84),
    (
        Stage(
            (0, 0),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="racing heart",
                    story="Woke at {#2-5} am with a pounding, irregular heartbeat and lightheadedness. [Two glasses of wine the evening before.|Had coughed for a week.] No chest pain, no syncope, no stroke symptoms.",
                    exam="Irregularly irregular pulse. No murmur. Lungs clear. No goiter.",
                    course="ECG: atrial fibrillation at {hr}, no ischemia. Diltiazem slowed the rate. Thyroid function normal.",
                    assessment="New-onset atrial fibrillation, onset uncertain, CHA2DS2-VASc {#3-4}.",
                    plan="Start apixaban and metoprolol. Cardiology within a week. Return for fainting, chest pain, or any face, arm or speech trouble.",
                ),
            ),
            labs={"hr": (128, 152), "tsh": (1.0, 3.1), "troponin": (6, 17), "k": (3.7, 4.4)},
            conditions=("af",),
            starts=("apixaban", "metoprolol"),
            procedures=("ecg",),
            service="emergency medicine",
        ),
        Stage(
            (6, 14),
            "clinic",
            (
                Note(
                    "consult",
                    story="First episode of symptomatic atrial fibrillation. Still feels skipped beats when climbing stairs. Taking apixaban twice daily without missing a dose. Snores loudly.",
                    exam="Irregular pulse around 90. No edema.",
                    assessment="Persistent atrial fibrillation. Ejection fraction {ef}, left atrium mildly enlarged. Stroke risk justifies lifelong anticoagulation; HAS-BLED 1.",
                    plan="Cardioversion after four weeks of uninterrupted apixaban. Sleep study. Cut alcohol.",
                ),
            ),
            labs={"ef": (53, 62), "hr": (84, 102)},
            procedures=("echo",),
        ),
        Stage(
            (28, 42),
            "ward",
            (
                Note(
                    "procedure",
                    study="Direct current cardioversion.",
                    story="Persistent symptomatic atrial fibrillation, anticoagulated for over three weeks.",
                    exam="Transesophageal echocardiogram without thrombus in the left atrial appendage. Propofol sedation. One biphasic shock of 200 J restored sinus rhythm at {#58-72}.",
                    plan="Continue apixaban without a gap. Amiodarone for three months to hold the rhythm. No driving today.",
                ),
            ),
            starts=("amiodarone",),
            procedures=("tee", "cardioversion"),
            stay=(0, 0),
        ),
        Stage(
            (90, 150),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="black stools",
                    story="Tarry stools for two days and dizzy on standing. Took naproxen for a sore shoulder for a week on top of apixaban. No vomiting of blood, no abdominal pain.",
                    exam="Pale. Abdomen soft. Melena on rectal examination. Pulse regular.",
                    course="Two units of red cells. Pantoprazole infusion. Apixaban last taken {#10-14} hours ago, no reversal needed as bleeding slowed.",
                    assessment="Upper gastrointestinal bleeding on apixaban and an NSAID, hemoglobin {hgb}.",
                    plan="Admit for endoscopy in the morning. Naproxen never again. Decide on restarting apixaban after endoscopy.",
                ),
            ),
            labs={"hgb": (7.1, 8.6), "bun": (34, 52), "hr": (102, 118), "sbp": (94, 106), "dbp": (54, 64), "inr": (1.2, 1.4)},
            conditions=("gastric-ulcer",),
            starts=("pantoprazole",),
            procedures=("transfusion", "endoscopy"),
            service="emergency medicine",
            chance=0.7,
        ),
        Stage(
            (40, 100),
            "clinic",
            (
                Note(
                    "progress",
                    story="No palpitations since the cardioversion. [Uses CPAP most nights.|Lost {#4-6} kg and sleeps better.] No bruising, stools brown.",
                    exam="Regular pulse at {hr}. No tremor. Thyroid not enlarged.",
                    assessment="Sinus rhythm maintained. Hemoglobin {hgb}. TSH {tsh} on amiodarone.",
                    plan="Stop amiodarone. Apixaban continues for life; ablation if fibrillation returns. No NSAIDs.",
                ),
            ),
            labs={"hgb": (11.8, 13.4), "tsh": (1.8, 4.6)},
            stops={"amiodarone": "sinus rhythm stable, to spare the thyroid"},
        ),
    ),
    history=("hypertension",),
    drugs=("lisinopril",),
    family=(("father", "a stroke", 71),),
    avoid=("hypertension", "back-pain"),
)

INFARCTION = Course(
    "infarction",
    "cardiology",
    (48, 74),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="chest pressure",
                    story="Pressure behind the breastbone [while shoveling snow|at rest after dinner] for {#40-120} minutes, spreading to the left arm and jaw, with sweating and nausea. [Shorter spells over the past week.|Never before.] No tearing pain, no pleurisy, no fever.",
                    exam="Clammy. Heart sounds normal. Lungs clear. Pulses equal in both arms.",
                    assessment="Non-ST-elevation myocardial infarction: troponin {troponin}, ST depression in V4 to V6. LDL {ldl}.",
                    plan="Aspirin, ticagrelor, heparin, high-dose atorvastatin. Coronary angiography within 24 hours. Metoprolol if pressure allows.",
                ),
                Note(
                    "procedure",
                    study="Coronary angiography and percutaneous coronary intervention.",
                    story="Non-ST-elevation myocardial infarction.",
                    exam="Right radial access. 90% stenosis of the mid left anterior descending artery with thrombus. One drug-eluting stent 3.0 x {#18-28} mm, TIMI 3 flow. Circumflex and right coronary arteries with mild irregularities.",
                    plan="Ticagrelor and aspirin for a year. Radial band off in two hours.",
                ),
                Note(
                    "discharge",
                    course="Successful stenting of the left anterior descending artery. No arrhythmia on telemetry. Ejection fraction {ef}.",
                    assessment="Pain-free, walks stairs.",
                    plan="Cardiac rehabilitation. Do not miss ticagrelor. Nitroglycerin for chest pain and emergency call if it lasts five minutes. Smoking cessation support.",
                ),
            ),
            labs={"troponin": (480, 4200), "ldl": (128, 186), "hdl": (32, 44), "ef": (46, 55), "hr": (84, 104)},
            conditions=("nstemi", "cad"),
            refuted=("pe",),
            starts=("aspirin", "ticagrelor", "heparin", "atorvastatin-80", "metoprolol-low", "nitroglycerin"),
            procedures=("angiography", "pci", "ecg"),
            stay=(2, 4),
        ),
        Stage(
            (30, 50),
            "clinic",
            (
                Note(
                    "progress",
                    story="In cardiac rehabilitation three times a week. No chest pain. Brief air hunger at rest that {he} noticed after starting ticagrelor, not exertional. [Thighs ache since the statin, worst after walking.|Muscles feel sore and heavy.] Low in spirits but sleeping.",
                    exam="Regular rhythm. Thigh muscles tender, strength full.",
                    assessment="Coronary disease after stent. Ticagrelor-related dyspnea, benign. Statin myalgia likely. LDL {ldl}.",
                    plan="Switch ticagrelor to clopidogrel with a loading dose. Stop atorvastatin for three weeks, then rosuvastatin 5 mg. Creatine kinase normal.",
                ),
            ),
            labs={"ldl": (58, 82)},
            starts=("clopidogrel",),
            stops={"ticagrelor": "breathlessness", "atorvastatin-80": "muscle pain"},
        ),
        Stage(
            (25, 45),
            "phone",
            (
                Note(
                    "telephone",
                    story="Muscle pain gone two weeks after stopping atorvastatin. Breathes freely since the change to clopidogrel. Asks whether {he} needs a statin at all.",
                    assessment="Statin-associated muscle symptoms, resolved. High risk without treatment.",
                    plan="Start rosuvastatin 5 mg every day with ezetimibe. Lipids in eight weeks. Call if aches return.",
                ),
            ),
            starts=("rosuvastatin", "ezetimibe"),
        ),
        Stage(
            (180, 320),
            "clinic",
            (
                Note(
                    "progress",
                    story="{interval} on. Walks {#3-6} km without chest pain. Tolerates rosuvastatin. [Has not smoked since the infarction.|Vapes but does not smoke.] No bleeding.",
                    exam="Pulse {hr}, regular. Lungs clear, no edema.",
                    assessment="Stable coronary artery disease. LDL {ldl} on rosuvastatin and ezetimibe, at goal. Ejection fraction {ef}.",
                    plan="Stop clopidogrel at twelve months, aspirin for life. Metoprolol can be stopped since the heart function is normal. Yearly visit.",
                ),
            ),
            labs={"ldl": (42, 62), "ef": (54, 61), "hr": (58, 68)},
            stops={"metoprolol-low": "normal heart function a year after infarction"},
            procedures=("echo",),
        ),
    ),
    drugs=(),
    smoking="former",
    family=(("father", "a myocardial infarction", 51), ("mother", "type 2 diabetes", 60)),
    avoid=("hyperlipidemia",),
)

BETA_BLOCKER = Course(
    "beta-blocker",
    "primary care",
    (38, 66),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    complaint="tremor and palpitations",
                    story="Bothersome [hand tremor when holding a cup|palpitations before meetings] for years, and {#2-4} migraine days a month. Asks about a preventive. Had wheezing as a child, none since {#14-18}. Not on an inhaler.",
                    exam="Fine postural tremor. Heart regular. Lungs clear, no wheeze.",
                    assessment="Essential tremor with palpitations. TSH normal at {tsh}.",
                    plan="Propranolol 20 mg three times daily. Warned about fatigue and breathing; stop and call should wheeze occur given the childhood history.",
                ),
            ),
            labs={"tsh": (1.0, 2.8)},
            starts=("propranolol",),
        ),
        Stage(
            (7, 14),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="shortness of breath without fever",
                    story="Shortness of breath and chest tightness that began {#3-6} days after starting the beta blocker propranolol and is worst at night. No fever, no sputum, no calf pain. Used a roommate's albuterol with little effect.",
                    exam="Prolonged expiration, diffuse wheeze. No crackles. No leg swelling. Speaks in phrases.",
                    course="Ipratropium and albuterol nebulizers, prednisone. Peak flow rose from {#180-230} to {#320-380} L/min. Chest film clear. D-dimer {ddimer}, so no CT.",
                    assessment="Bronchospasm triggered by a nonselective beta blocker in a {man} with a history of childhood asthma. No evidence of pneumonia or pulmonary embolism.",
                    plan="Stop propranolol today. Prednisone for five days, albuterol inhaler. Listed as an intolerance. Primary care in three days.",
                ),
            ),
            labs={"spo2": (90, 93), "rr": (24, 30), "temp": (36.4, 36.9), "ddimer": (0.1, 0.4), "wbc": (5.8, 9.4), "bnp": (30, 110)},
            conditions=("asthma", "asthma-exacerbation"),
            refuted=("pneumonia", "pe"),
            starts=("prednisone", "albuterol"),
            stops={"propranolol": "bronchospasm"},
            procedures=("chest-x-ray",),
            service="emergency medicine",
        ),
        Stage(
            (20, 40),
            "clinic",
            (
                Note(
                    "consult",
                    story="Sent after bronchospasm on propranolol. Since it was stopped {he} wheezes only when running in cold air. Wakes with cough [once|twice] a month.",
                    exam="Chest clear at rest. Nasal turbinates pale.",
                    assessment="Adult asthma unmasked by a beta blocker. FEV1 {fev1} predicted, rising by 14 percent after bronchodilator.",
                    plan="Fluticasone/salmeterol, spacer technique taught. Avoid all nonselective beta blockers, eye drops included. For tremor, primidone could be tried.",
                ),
            ),
            labs={"fev1": (68, 79)},
            starts=("fluticasone-salmeterol",),
            procedures=("spirometry",),
            service="pulmonology",
        ),
        Stage(
            (150, 260),
            "clinic",
            (
                Note(
                    "progress",
                    story="No attack in {interval}. Uses the rescue inhaler [before exercise only|less than once a week]. Tremor is a nuisance but {he} prefers no medicine for it.",
                    exam="Lungs clear, no wheeze on forced expiration.",
                    assessment="Well-controlled asthma, FEV1 {fev1}. No beta blocker since the event.",
                    plan="Step down to once daily. Flu vaccine. Medical alert card updated.",
                ),
            ),
            labs={"fev1": (84, 96)},
        ),
    ),
    smoking="never",
    family=(("mother", "asthma", 30),),
    avoid=("osa", "uri", "covid", "influenza"),
)

COURSES = (HEART_FAILURE, BETA_BLOCKER, FIBRILLATION, INFARCTION)
