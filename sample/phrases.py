"""What every note may say beside its course: headings, reviews of systems, normal findings, ways to put the same fact."""

# ruff: noqa: E501 - one entry to a line
HEADINGS = {
    "complaint": ("Chief Complaint", "Presenting Complaint", "Reason for Visit"),
    "story": ("History of Present Illness", "History of Presenting Complaint", "HPI"),
    "interval": ("Interval History", "Subjective", "Since Last Visit"),
    "past": ("Past Medical History", "Medical History", "Background"),
    "medications": ("Medications", "Current Medications", "Home Medications"),
    "allergies": ("Allergies", "Allergies and Intolerances"),
    "family": ("Family History",),
    "social": ("Social History", "Social and Occupational History"),
    "ros": ("Review of Systems", "Systems Review"),
    "exam": ("Physical Examination", "Examination", "Objective"),
    "results": ("Results", "Laboratory Data", "Data Reviewed"),
    "assessment": ("Assessment", "Impression", "Assessment and Diagnosis"),
    "plan": ("Plan", "Plan and Recommendations", "Recommendations"),
    "both": ("Assessment and Plan", "Impression and Plan", "A/P"),
    "course": ("Hospital Course", "Course in Hospital", "Clinical Course"),
    "diagnoses": ("Discharge Diagnoses", "Principal and Secondary Diagnoses"),
    "changes": ("Medication Changes", "Changes to Medications"),
    "discharge_medications": ("Discharge Medications", "Medications on Discharge"),
    "followup": ("Follow-up", "Discharge Instructions", "Instructions and Follow-up"),
    "procedures": ("Procedures", "Procedures Performed"),
    "study": ("Examination", "Study"),
    "indication": ("Indication", "Clinical Indication", "Clinical History"),
    "comparison": ("Comparison",),
    "findings": ("Findings",),
    "impression": ("Impression", "Conclusion"),
    "specimen": ("Specimen", "Specimen Submitted"),
    "description": ("Gross and Microscopic Description", "Microscopic Description"),
    "diagnosis": ("Final Diagnosis", "Pathologic Diagnosis"),
    "operation": ("Procedure", "Operation Performed"),
    "details": ("Description of Procedure", "Operative Details", "Findings and Technique"),
    "ed_course": ("Emergency Department Course", "ED Course"),
    "disposition": ("Disposition",),
    "call": ("Reason for Call", "Caller's Concern"),
    "advice": ("Advice Given", "Advice and Outcome"),
    "nursing": ("Nursing Note", "Nursing Assessment"),
    "nursing_plan": ("Nursing Plan", "Interventions and Plan"),
    "vitals": ("Vital Signs", "Vitals"),
}
"""Part of a note → headings it may carry."""

SYMPTOMS = (
    ("chest pain", ("chest", "angina")),
    (
        "shortness of breath",
        ("breath", "dyspn", "wheez", "hypox", "respir", "oxygen", "asthma", "copd", "pneumon", "embol", "heart failure"),
    ),
    ("palpitations", ("palpit", "fibrillation", "rhythm", "tachy")),
    ("fever", ("fever", "febrile", "chills", "temperature", "rigor", "infect", "sepsis", "tubercul")),
    ("night sweats", ("sweat", "lymphoma", "tubercul", "endocard")),
    ("unintended weight loss", ("weight", "appetite", "cachex", "anorex")),
    ("abdominal pain", ("abdom", "epigastr", "belly", "stomach", "pelvic", "bloat", "crohn", "pancrea", "flank")),
    ("nausea or vomiting", ("nause", "vomit", "emes", "sick", "hematemesis")),
    ("diarrhea", ("diarrh", "stool", "bowel", "colitis", "crohn")),
    ("blood in the stool", ("stool", "melena", "bleed", "rectal", "colon", "crohn")),
    ("dysuria", ("dysuri", "urin", "bladder", "prostate", "catheter")),
    ("headache", ("headache", "migraine", "head", "visual")),
    ("visual disturbance", ("visual", "vision", "eye", "aura", "diplop", "optic", "ptosis")),
    ("focal weakness", ("weak", "stroke", "numb", "seizure", "paralys", "hemipar", "sclerosis")),
    ("joint pain", ("joint", "arthr", "knee", "hip", "gout", "stiff", "ankle", "wrist", "lupus")),
    ("rash", ("rash", "skin", "lesion", "plaque", "erupt", "mole", "hives", "eczema", "psoria", "dermat")),
    ("low mood", ("mood", "depress", "suicid", "sad", "anxi", "mania", "bipolar", "psych")),
    ("leg swelling", ("leg", "edema", "swell", "ankle", "calf")),
    ("easy bruising", ("bruis", "bleed", "platelet", "anticoag", "apixaban", "warfarin")),
    ("polyuria", ("polyuri", "urin", "diabet", "glucose", "thirst")),
)
"""A symptom a review of systems may deny, and stems whose presence in the note forbids it."""

NORMAL = (
    (
        ("lung", "chest", "breath", "crackle", "wheez", "air entry"),
        ("Lungs clear to auscultation bilaterally.", "Chest clear, no wheeze or crackles."),
    ),
    (
        ("heart", "murmur", "s1", "rhythm", "jugular", "jvp"),
        ("Heart sounds normal, no murmur.", "Regular rate and rhythm without murmurs, rubs or gallops."),
    ),
    (("abdom", "belly", "liver", "spleen", "fundus", "gravid"), ("Abdomen soft, non-tender, no organomegaly.", "Abdomen benign.")),
    (("edema", "leg", "calf", "calves", "foot", "feet", "extremit"), ("No peripheral edema.", "Extremities warm, no edema.")),
    (("alert", "orient", "confus", "drows", "gcs", "neuro"), ("Alert and oriented.", "Alert, answers appropriately, no focal deficit.")),
)
"""Stems of an examined system, and what is said of it where the course says nothing."""

SMOKING = {
    "never": ("Never smoked.", "Lifelong non-smoker.", "No history of tobacco use."),
    "former": (
        "Former smoker with a {packs} pack-year history.",
        "Quit smoking years ago ({packs} pack-years).",
        "Ex-smoker, about {packs} pack-years.",
    ),
    "current": (
        "Continues to smoke; {packs} pack-years so far.",
        "Current smoker ({packs} pack-years), cessation discussed.",
        "Still smoking, {packs} pack-years, [not ready to quit|thinking about quitting].",
    ),
}
ALCOHOL = {
    "none": ("Does not drink alcohol.", "No alcohol."),
    "rare": ("Drinks alcohol on rare occasions.", "Alcohol only at holidays."),
    "social": ("Drinks socially, [one to three|two or three] drinks a week.", "[A glass of wine|A beer or two] on weekends."),
    "heavy": ("Drinks about {#6-10} units a day.", "Daily alcohol, roughly a pint of spirits."),
}
RELATIVE = (
    "{Relation} had {condition} at {age}.",
    "{Relation} with {condition}, diagnosed at age {age}.",
    "{Relation} was found to have {condition} in {theirs} {decade}.",
    "There is a family history of {condition} ({relation}, age {age}).",
)
RELATIVE_EVENT = (
    "{Relation} had {condition} at {age}.",
    "{Relation} had {condition} in {theirs} {decade}.",
    "{Relation} survived {condition} at age {age}.",
)
NO_RELATIVE = (
    "No family history of {condition}.",
    "Denies any family history of {condition}.",
    "No relatives known to have {condition}.",
)
NO_FAMILY = ("Family history is noncontributory.", "No significant family history.", "Adopted as an infant; family history unknown.")

DENIALS = (
    "Denies {list}.",
    "No {list}.",
    "Negative for {list}.",
    "{He} denies {list}.",
    "There has been no {list}.",
    "Specifically denies {list}.",
)
OTHERWISE = ("Remaining systems reviewed and negative.", "All other systems negative.", "Otherwise as above.", "")

VITALS = (
    "Temperature {temp}, heart rate {hr}, blood pressure {bp}, respiratory rate {rr}, oxygen saturation {spo2} on {air}.",
    "T {temp}, HR {hr}, BP {bp}, RR {rr}, SpO2 {spo2} ({air}).",
    "Vitals: BP {bp}, pulse {hr}, temp {temp}, RR {rr}, sats {spo2} on {air}. Weight {weight}.",
    "BP {bp} mmHg, pulse {hr}, weight {weight}, SpO2 {spo2}.",
)

INTROS = (
    "{Mr} is a {aged} {man} with [a history of|known] {background}.",
    "This {aged} {man} has a background of {background}.",
    "{aged} {man}, past history of {background}.",
    "{name} is {age} years old and carries diagnoses of {background}.",
)
LETTER = (
    "Thank you for [asking us to see|referring] {Mr}[, a {aged} {man}|]. [Our findings are set out below.|I saw {him} in clinic today.|I reviewed {him} together with our fellow.]",
    "I had the pleasure of meeting {Mr} today at your request.",
    "We were asked by {sender} to give an opinion on this {aged} {man}.",
)
CLOSING = (
    "[Findings and plan|The plan] [discussed|reviewed] with {Mr}, who [agrees|is in agreement|is comfortable with this].",
    "All questions were answered.",
    "{Mr} [understands|can repeat back] when to [call|seek care] [sooner|before the next visit].",
    "Time spent [face to face|in direct care and coordination]: {#15-55} minutes.",
    "Written information was given.",
    "Interpreter [not needed|offered and declined].",
    "Copy of this note sent to [the primary care office|{his} primary care physician].",
)
CHILD_CLOSING = (
    "Plan discussed with {his} {carer}, who [agrees|is in agreement|is comfortable with this].",
    "{carer_cap} knows [when to call|the warning signs that should prompt a visit].",
    "Written instructions went home with the family.",
    "School [note provided|letter completed].",
)
SIGNED = ("{author}", "Electronically signed by {author}", "Dictated and reviewed by {author}", "— {author}, {service}")

ORIENTATION = (
    "[Pleasant|Comfortable|Well groomed|Tired-looking but comfortable], in no acute distress.",
    "[Sitting up|Resting quietly] on the examination table.",
    "[Looks well.|Looks {his} stated age.]",
    "",
)
NURSING = (
    "[Skin intact, no pressure areas.|Skin warm and dry.|Peripheral line in the [left|right] forearm, site clean.]",
    "[Slept {#3-8} hours in total.|Slept in short stretches.|Awake most of the night.|Rested comfortably between rounds.]",
    "Pain [scored|rated] {#0-3} of 10 [at rest|after repositioning].",
    "[Walked to the bathroom with one assist.|Independent with transfers.|Up in the chair for meals.|Needs standby help with walking.]",
    "Ate {#25-100} percent of the tray, fluids encouraged.",
    "[Call light within reach, bed low.|Fall precautions in place.|Family at the bedside, questions answered.|Room quiet, lights dimmed.]",
    "[Intake and output on the chart.|Voiding without difficulty.|Bowels opened [this morning|yesterday].|Oral care given.]",
)
TECHNIQUES = ("Standard departmental protocol.", "Image quality is [good|adequate|mildly degraded by motion].")
COMPARISONS = ("None available.", "Prior outside study, report only.", "Previous examination of {earlier}.", "No relevant priors.")
