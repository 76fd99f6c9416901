"""Children: asthma, Kawasaki disease, febrile seizure, peanut."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

ASTHMA = Course(
    "child-asthma",
    "pediatrics",
    (7, 14),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    story="{first} coughs at night [three|four] times a week and stops in gym class. {carer_cap} hears whistling with every cold. Eczema as a baby. A cat at home since last year. No choking episode, growing well.",
                    exam="Scattered end-expiratory wheeze, no retractions. Allergic shiners. Flexures with dry patches.",
                    assessment="Childhood asthma, mild persistent, with atopic dermatitis.",
                    plan="Fluticasone with spacer twice daily, albuterol as needed. Cat out of the bedroom. Written action plan for school.",
                ),
            ),
            conditions=("childhood-asthma", "atopic-dermatitis"),
            starts=("fluticasone", "albuterol"),
        ),
        Stage(
            (90, 200),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="trouble breathing",
                    story="{aged} with asthma, cold since Tuesday, worse after a sleepover at a house with [dogs|smokers]. Albuterol eight times since midnight. Ran out of fluticasone a month ago. No fever.",
                    exam="Sits forward, intercostal retractions, wheeze on both sides, short sentences. No stridor.",
                    course="Three albuterol/ipratropium nebulizers, oral prednisone. After two hours saturation {#95-97}%, wheeze soft. X-ray not needed.",
                    assessment="Acute asthma exacerbation, moderate, after stopping controller medicine.",
                    plan="Home with prednisone for five days. Fluticasone restarted, refills sent. Pediatrics in two days. Back if albuterol is needed before four hours.",
                ),
            ),
            labs={"spo2": (90, 93), "rr": (32, 42), "hr": (122, 144)},
            conditions=("asthma-exacerbation",),
            refuted=("pneumonia",),
            starts=("prednisone",),
            service="emergency medicine",
        ),
        Stage(
            (2, 5),
            "clinic",
            (
                Note(
                    "progress",
                    story="Slept through last night. Albuterol twice yesterday. {carer_cap} now keeps the inhaler beside the toothbrush.",
                    exam="Lungs clear, good air entry. Spacer technique corrected.",
                    assessment="Recovering from an asthma exacerbation.",
                    plan="Finish prednisone. Fluticasone every day even when well. Montelukast at bedtime for the spring. School nurse has the plan.",
                ),
            ),
            starts=("montelukast",),
        ),
        Stage(
            (60, 120),
            "phone",
            (
                Note(
                    "telephone",
                    story="{carer_cap} reports nightmares and crying spells since starting montelukast; teachers say {first} is not {himself}. Breathing is fine.",
                    assessment="Possible neuropsychiatric effect of montelukast.",
                    plan="Stop montelukast today. Continue fluticasone. Call in a week; urgent visit for any talk of self-harm.",
                ),
            ),
            stops={"montelukast": "nightmares and mood change"},
        ),
        Stage(
            (120, 240),
            "clinic",
            (
                Note(
                    "progress",
                    story="Nightmares went away within days of stopping montelukast. Plays [soccer|hockey] again, albuterol only before games. No night cough.",
                    exam="Chest clear. Skin soft, one patch behind the knee.",
                    assessment="Well-controlled childhood asthma, FEV1 {fev1} predicted.",
                    plan="Continue low-dose fluticasone. Flu vaccine. Emollients. See in six months.",
                ),
            ),
            labs={"fev1": (88, 101)},
            procedures=("spirometry",),
        ),
    ),
    family=(("mother", "asthma", 12), ("brother", "asthma", 6)),
    avoid=("rhinitis", "influenza", "uri"),
)

KAWASAKI = Course(
    "kawasaki",
    "pediatrics",
    (3, 8),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="fever for five days",
                    story="{#5-6} days of fever up to {#39.2-40.1} °C that antibiotics for a presumed throat infection did not touch. Red eyes without pus since day two, cracked red lips, rash on the trunk, swollen hands. Irritable, refuses to walk. No cough. Vaccines up to date.",
                    exam="Miserable {man}. Bilateral conjunctival redness sparing the limbus, strawberry tongue, polymorphous rash, indurated palms, one {#18-24} mm neck node.",
                    assessment="Kawasaki disease, complete form, day {#5-6}: C-reactive protein {crp}, ALT {alt}, albumin {alb}. Measles and scarlet fever excluded.",
                    plan="Immunoglobulin 2 g/kg over twelve hours and aspirin. Echocardiogram. No live vaccines for eleven months.",
                ),
                Note(
                    "procedure",
                    study="Transthoracic echocardiogram, pediatric.",
                    story="Kawasaki disease, coronary arteries?",
                    exam="Left main z-score 1.8, left anterior descending z-score {#2-3}.{#1-4}: small dilation. Function normal, ejection fraction {ef}. Trace effusion.",
                    plan="Repeat at two and six weeks.",
                ),
                Note(
                    "nursing",
                    story="Immunoglobulin running at 40 mL/hour since 20:00. First smile at breakfast, temperature 37.1. Skin peeling at the fingertips. {carer_cap} slept in the cot-side chair.",
                    plan="Vitals every 30 minutes during infusion. Aspirin with food. Explained flu vaccine and Reye syndrome.",
                ),
                Note(
                    "discharge",
                    course="Fever gone 18 hours after immunoglobulin and did not return in two days. Fingertips peel.",
                    assessment="Playing, eats ice cream.",
                    plan="Low-dose aspirin until the six-week echocardiogram. Check temperature daily for a week. Influenza contact: call.",
                ),
            ),
            labs={
                "temp": (39.0, 40.0),
                "hr": (138, 160),
                "crp": (88, 180),
                "wbc": (15.8, 22.4),
                "plt": (390, 560),
                "alt": (52, 118),
                "alb": (2.6, 3.1),
                "ef": (60, 68),
                "hgb": (9.8, 11.0),
            },
            conditions=("kawasaki",),
            starts=("immunoglobulin", "aspirin"),
            procedures=("echo",),
            stay=(3, 4),
        ),
        Stage(
            (40, 50),
            "clinic",
            (
                Note(
                    "progress",
                    story="Six weeks after Kawasaki disease. Energetic, new nails growing. No fever. {carer_cap} asks about swimming.",
                    exam="Heart sounds normal. Fingers healed.",
                    assessment="Kawasaki disease, coronary arteries back to normal on echocardiogram. Platelets {plt}.",
                    plan="Stop aspirin. No restriction of play. MMR and varicella at eleven months after immunoglobulin. Cardiology in a year.",
                ),
            ),
            labs={"plt": (250, 390), "ef": (62, 68)},
            resolved=("kawasaki",),
            stops={"aspirin": "coronary arteries normal"},
            procedures=("echo",),
        ),
    ),
    avoid=("strep", "conjunctivitis", "influenza"),
)

SEIZURE = Course(
    "febrile-seizure",
    "pediatrics",
    (3, 6),
    (
        Stage(
            (0, 0),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="seizure with fever",
                    story="Stiffened, then shook all four limbs for about {#2-4} minutes at home, eyes rolled up, slept after. Runny nose since yesterday, pulled at the {side} ear, 39.3 °C. First seizure. No head injury, no poison. An uncle had fits with fever as a toddler.",
                    exam="Awake, cross, consolable. Neck supple, no petechiae. {side} eardrum red and bulging. Moves all limbs.",
                    course="Acetaminophen, watched three hours, drank juice, walked to the fish tank.",
                    assessment="Simple febrile seizure with acute otitis media, {side}. No evidence of meningitis; lumbar puncture not needed.",
                    plan="Amoxicillin for ten days. Told the {carer} that one in three has another and that it does not mean epilepsy. Call an ambulance if over five minutes.",
                ),
            ),
            labs={"temp": (38.9, 40.0), "hr": (134, 156), "gluc": (84, 118)},
            conditions=("febrile-seizure", "otitis"),
            starts=("amoxicillin", "acetaminophen"),
            service="emergency medicine",
        ),
        Stage(
            (2, 4),
            "phone",
            (
                Note(
                    "telephone",
                    story="{carer_cap} checks {first}'s breathing every hour at night. Fever gone since yesterday. Eats. Loose stools on amoxicillin, no rash.",
                    assessment="Recovering from otitis; parental anxiety after febrile seizure.",
                    plan="Reassurance, first-aid steps repeated, video link sent. Finish amoxicillin. Ear check in four weeks.",
                ),
            ),
        ),
        Stage(
            (60, 140),
            "clinic",
            (
                Note(
                    "progress",
                    story="Third ear infection this year. {side} ear again for two days, 38.6 °C, no seizure this time. Talks in short sentences; {carer} wonders about hearing.",
                    exam="Bulging {side} eardrum with pus level. Other side fluid behind the drum. Lungs clear.",
                    assessment="Recurrent acute otitis media.",
                    plan="Amoxicillin/clavulanate. Hearing test, ENT referral for tubes. Smoke-free home.",
                ),
            ),
            labs={"temp": (38.2, 38.9)},
            conditions=("otitis",),
            starts=("amoxicillin-clavulanate",),
        ),
        Stage(
            (50, 110),
            "clinic",
            (
                Note(
                    "progress",
                    story="Tubes placed last month. New words every day. No ear discharge. Nursery says {first} listens better.",
                    exam="Tubes in place, dry. Speech clear.",
                    assessment="Tympanostomy tubes for recurrent otitis, hearing normal. No further seizures.",
                    plan="No ear plugs needed in the bath. Tubes fall out by themselves. See at the next well visit.",
                ),
            ),
        ),
    ),
    family=(("maternal aunt", "epilepsy", 11),),
    avoid=("penicillin", "conjunctivitis", "strep"),
)

PEANUT = Course(
    "peanut",
    "pediatrics",
    (6, 16),
    (
        Stage(
            (0, 0),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="swollen lips after a cookie",
                    story="Ten minutes after a cookie at [a birthday party|school] lips swelled, hives spread, hoarse voice and vomiting. Eczema as an infant. Ate peanut butter once at age one and refused it since.",
                    exam="Hives over trunk, lip edema, wheeze, voice hoarse. Pressure normal.",
                    course="Epinephrine into the thigh at 12 minutes, second dose at 20; nebulized albuterol. Symptoms gone in an hour. Watched six hours, no second wave.",
                    assessment="Anaphylaxis to peanut, first episode.",
                    plan="Two epinephrine auto-injectors with training, cetirizine. Strict peanut avoidance. Allergy clinic. School plan signed.",
                ),
            ),
            labs={"spo2": (91, 94), "hr": (118, 140), "rr": (24, 34)},
            conditions=("peanut-anaphylaxis", "atopic-dermatitis"),
            starts=("epinephrine", "cetirizine", "hydrocortisone-cream"),
            service="emergency medicine",
        ),
        Stage(
            (25, 60),
            "clinic",
            (
                Note(
                    "consult",
                    story="Referred after anaphylaxis. Reads labels with {his} {carer}. Frightened of the school canteen. No reactions to egg, milk or tree nuts.",
                    exam="Dry skin, flexural eczema. Chest clear. Skin prick: peanut {#9-14} mm, almond and cashew negative.",
                    assessment="IgE-mediated peanut allergy with atopic dermatitis. Tree nuts may be eaten.",
                    plan="Oral immunotherapy discussed, family will think. Carry two injectors always. Emollients; treat eczema well.",
                ),
            ),
            service="dermatology",
        ),
        Stage(
            (200, 380),
            "clinic",
            (
                Note(
                    "progress",
                    story="No reaction for {interval}. Used the trainer pen with classmates. Sleeps over at friends again. Eczema calm.",
                    exam="Skin soft, no wheeze.",
                    assessment="Peanut allergy, no accidental exposure. Growth on track.",
                    plan="New injectors, expiry dates noted. Repeat testing next year. Flu vaccine may be given.",
                ),
            ),
        ),
    ),
    family=(("mother", "asthma", 15),),
    avoid=("peanuts", "contact-dermatitis", "rhinitis"),
)

COURSES = (ASTHMA, KAWASAKI, SEIZURE, PEANUT)
