"""Joints and bones: rheumatoid arthritis, gout, a broken hip, a worn knee."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

RHEUMATOID = Course(
    "rheumatoid",
    "rheumatology",
    (34, 66),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="{#3-6} months of painful, swollen knuckles and balls of the feet, stiff for two hours every morning, [needs help with jar lids|drops coffee cups]. No psoriasis, no bowel trouble, no back pain at night. Tired out by noon.",
                    exam="Boggy swelling of {#6-11} joints: second and third knuckles, both wrists, forefeet squeeze-tender. No nodules.",
                    assessment="Early seropositive rheumatoid arthritis, CCP high, C-reactive protein {crp}. Hand films without erosions.",
                    plan="Methotrexate 15 mg weekly with folic acid, short prednisone bridge. Hepatitis screen and chest film first. No alcohol binges; contraception discussed.",
                ),
            ),
            labs={"crp": (22, 58), "esr": (38, 72), "alt": (14, 30), "hgb": (11.2, 12.6)},
            conditions=("ra",),
            starts=("methotrexate", "folic-acid", "prednisone-taper"),
        ),
        Stage(
            (80, 110),
            "clinic",
            (
                Note(
                    "progress",
                    story="Half better. Stiff for 40 minutes. Nausea the day after methotrexate, [mouth sores twice|none with the injections]. Still cannot make a fist on the right.",
                    exam="{#4-6} swollen joints. DAS28 {#3-4}.{#2-9}.",
                    assessment="Rheumatoid arthritis, moderate activity despite methotrexate. ALT {alt}, C-reactive protein {crp}.",
                    plan="Adalimumab every two weeks added after negative tuberculosis test. Methotrexate by injection. Stop prednisone.",
                ),
            ),
            labs={"crp": (11, 22), "alt": (28, 58), "wbc": (4.8, 7.2)},
            starts=("adalimumab",),
            stops={"prednisone-taper": "bridge finished"},
        ),
        Stage(
            (60, 150),
            "phone",
            (
                Note(
                    "telephone",
                    story="Fever of 38.3 °C and productive cough for two days on adalimumab and methotrexate. Not breathless. Asks whether to inject tomorrow.",
                    assessment="Lower respiratory infection on immunosuppression.",
                    plan="Skip adalimumab and methotrexate this week. Seen same day in urgent care. Restart when off antibiotics for three days.",
                ),
            ),
            chance=0.7,
        ),
        Stage(
            (120, 260),
            "clinic",
            (
                Note(
                    "progress",
                    story="Morning stiffness ten minutes. [Knits|Plays the organ|Types] all day again. No infections in {interval}. Injects {himself}.",
                    exam="No swollen joints, one tender. Full fist both hands.",
                    assessment="Rheumatoid arthritis in remission on adalimumab and methotrexate. C-reactive protein {crp}.",
                    plan="Stretch adalimumab to every three weeks. Blood tests every three months. Bone density, shingles vaccine.",
                ),
            ),
            labs={"crp": (0.8, 3.8), "alt": (16, 34), "hgb": (12.4, 13.6)},
        ),
    ),
    family=(("maternal aunt", "rheumatoid arthritis", 45),),
    avoid=("carpal-tunnel",),
)

GOUT = Course(
    "gout",
    "primary care",
    (44, 72),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    complaint="painful toe",
                    story="Woke at 3 am with the {side} big toe on fire; the bed sheet hurts. [Crab dinner and beer the evening before.|Began hydrochlorothiazide two months ago.] Third attack in a year. No fever, no injury.",
                    exam="Red, hot, exquisitely tender first metatarsophalangeal joint, {side}. Small tophus on the ear.",
                    assessment="Acute gout. Uric acid {urate}. Infection unlikely.",
                    plan="Colchicine for the attack. Stop hydrochlorothiazide. Start allopurinol in two weeks, increasing to a uric acid below 6.",
                ),
            ),
            labs={"urate": (8.8, 11.2), "cr": (1.0, 1.4), "crp": (12, 44)},
            conditions=("gout",),
            starts=("colchicine", "allopurinol"),
            stops={"hydrochlorothiazide": "gout"},
        ),
        Stage(
            (18, 35),
            "clinic",
            (
                Note(
                    "progress",
                    complaint="rash",
                    story="Itchy rash on trunk and arms {#10-18} days into allopurinol. No mouth sores, no eye redness, no fever, no skin pain.",
                    exam="Maculopapular rash of trunk and arms, mucosa spared, no blisters, no facial swelling.",
                    assessment="Mild allopurinol drug eruption; no sign of Stevens-Johnson syndrome. Eosinophils and liver tests normal, ALT {alt}.",
                    plan="Stop allopurinol for good, listed as allergy. Cetirizine. Febuxostat once the skin is clear.",
                ),
            ),
            labs={"alt": (18, 42), "cr": (1.0, 1.4), "wbc": (5.6, 9.2)},
            conditions=("drug-rash",),
            starts=("cetirizine",),
            stops={"allopurinol": "drug eruption"},
            chance=0.6,
        ),
        Stage(
            (40, 90),
            "phone",
            (
                Note(
                    "telephone",
                    story="Skin is fine. One short flare in the ankle handled with colchicine. Asks if {he} must give up beer altogether.",
                    assessment="Gout between attacks, uric acid still above target at {urate}.",
                    plan="Febuxostat 40 mg daily with colchicine cover. Beer and shellfish sparingly, coffee is fine. Repeat uric acid in six weeks.",
                ),
            ),
            labs={"urate": (7.2, 8.6)},
            starts=("febuxostat", "colchicine"),
        ),
        Stage(
            (150, 300),
            "clinic",
            (
                Note(
                    "progress",
                    story="No attack in {interval}. Lost {#4-7} kg. Takes febuxostat every day. No chest pain.",
                    exam="Toe normal. Ear tophus smaller.",
                    assessment="Gout controlled, uric acid {urate} (was {urate_was}).",
                    plan="Continue febuxostat indefinitely, stop colchicine. Losartan preferred for pressure.",
                ),
            ),
            labs={"urate": (4.6, 5.8), "cr": (1.0, 1.3)},
        ),
    ),
    ("male",),
    history=("hypertension",),
    drugs=("hydrochlorothiazide", "amlodipine"),
    family=(("father", "gout", 46),),
    avoid=("hypertension", "ankle-sprain", "plantar-fasciitis"),
)

HIP = Course(
    "hip",
    "orthopedics",
    (74, 91),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="hip pain after a fall",
                    story="Slipped on [the bathroom tiles|a wet porch] and could not stand. Lay for {#1-4} hours until a [neighbor|daughter] came. Did not strike the head, no loss of consciousness, no dizziness before. Uses a cane outdoors.",
                    exam="Right leg shortened and externally rotated. Pulses and sensation intact. Skin dry.",
                    assessment="Displaced fracture of the right femoral neck. Hemoglobin {hgb}, creatinine {cr}. Fragility fracture.",
                    plan="Fascia iliaca block. Hemiarthroplasty within 24 hours. Enoxaparin after surgery. Delirium precautions, avoid sedatives.",
                ),
                Note(
                    "radiology",
                    study="XR pelvis and right hip",
                    story="Fall, cannot bear weight.",
                    exam="Displaced subcapital fracture of the right femoral neck, Garden IV. Diffuse osteopenia. No pelvic ring fracture. Old wedge deformity of L{#1-4} at the edge.",
                    assessment="Acute displaced right femoral neck fracture.",
                ),
                Note(
                    "operative",
                    study="Right hip arthroplasty, cemented.",
                    story="Displaced femoral neck fracture.",
                    exam="Spinal anesthesia. Posterolateral approach, head removed and sized, cemented stem, stable through range. Capsule repaired.",
                    plan="Full weight bearing tomorrow. Hip precautions for six weeks. Hemoglobin in the morning.",
                ),
                Note(
                    "nursing",
                    story="Second night after surgery. At 01:40 {he} pulled at the drip, called for {his} late [wife|husband|sister] and did not know the place. CAM positive. Glasses and hearing aids put on, daughter sat with {him}, calm by 03:00 without drugs. Bladder scan {#90-240} mL.",
                    plan="Lights on in daytime, bowels, fluids, pain schedule. No restraints. Family visiting hours extended.",
                ),
                Note(
                    "discharge",
                    course="Hip arthroplasty on day one. Postoperative delirium for three days without infection found; cleared. One unit of red cells.",
                    assessment="Walks {#10-25} meters with a frame, oriented.",
                    plan="Inpatient rehabilitation. Vitamin D and alendronate to start at six weeks. Enoxaparin for four weeks. Home safety check.",
                ),
            ),
            labs={"hgb": (8.4, 11.0), "cr": (0.9, 1.4), "na": (133, 140), "alb": (2.9, 3.5)},
            conditions=("hip-fracture", "delirium"),
            refuted=("uti",),
            starts=("enoxaparin", "acetaminophen", "calcium-d"),
            procedures=("hip-arthroplasty", "transfusion"),
            stay=(6, 9),
        ),
        Stage(
            (40, 60),
            "clinic",
            (
                Note(
                    "progress",
                    story="Six weeks after the hip. Walks with a cane indoors, climbs five steps. No confusion since discharge. Afraid of falling and goes out less. Groin ache after exercises.",
                    exam="Wound healed. Leg lengths equal. Abductors 4/5. No calf tenderness.",
                    assessment="Right hip arthroplasty, healing well. Osteoporosis proven by fragility fracture; T-score -{#2-3}.{#1-9}.",
                    plan="Alendronate weekly, sitting upright with water. Balance class. Hip precautions lifted. Dental check first.",
                ),
            ),
            labs={"hgb": (10.8, 12.4), "ca": (8.9, 9.8)},
            conditions=("osteoporosis",),
            resolved=("hip-fracture",),
            starts=("alendronate",),
            procedures=("physiotherapy", "bone-density"),
        ),
        Stage(
            (150, 320),
            "home",
            (
                Note(
                    "nursing",
                    story="Home visit. Walks to the mailbox with a cane. One stumble on the rug, no injury; rug removed. Takes alendronate on Sundays. Memory: recalls two of three words.",
                    plan="Grab bars fitted. Vision check. Vitamin D continues. Physician asked about memory testing.",
                ),
            ),
        ),
    ),
    history=("hypertension",),
    drugs=("amlodipine",),
    family=(("mother", "osteoporosis", 72),),
    avoid=("osteoporosis", "vitamin-d", "hypertension", "wrist-fracture"),
)

KNEE = Course(
    "knee",
    "orthopedics",
    (56, 80),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Right knee pain for {#4-9} years, worse on stairs and after sitting. Gave up [dancing|hiking|tennis]. Physical therapy, naproxen and two steroid injections each helped for weeks. Night pain now. No locking.",
                    exam="Varus of {#5-9} degrees, flexion {#95-112}, crepitus, small effusion. Ligaments stable. Hip rotation free.",
                    assessment="End-stage medial osteoarthritis of the right knee.",
                    plan="Total knee replacement offered after prehabilitation and weight loss of {#3-5} kg. Stop naproxen a week before. Dental clearance.",
                ),
                Note(
                    "radiology",
                    study="XR right knee, weight bearing",
                    story="Chronic knee pain.",
                    exam="Bone-on-bone medial compartment, osteophytes, subchondral sclerosis and cysts. Patellofemoral narrowing. No fracture, no loose body.",
                    assessment="Severe medial compartment osteoarthritis, Kellgren-Lawrence 4.",
                ),
            ),
            conditions=("knee-oa",),
            starts=("naproxen",),
        ),
        Stage(
            (60, 110),
            "ward",
            (
                Note(
                    "operative",
                    study="Right total knee replacement, cemented, posterior stabilized.",
                    story="End-stage osteoarthritis of the right knee.",
                    exam="Medial parapatellar approach, tourniquet {#58-82} minutes. Gaps balanced, patella tracked centrally. Range 0 to 125 at closure. Tranexamic acid given.",
                    plan="Aspirin twice daily as prophylaxis. Walk today. Home when stairs are safe.",
                ),
                Note(
                    "nursing",
                    story="Walked {#20-45} meters with a frame four hours after surgery. Block wearing off, pain 5 of 10, oxycodone given. Dressing dry.",
                    plan="Ice and elevation. Ankle pumps. Discharge teaching on constipation and clot signs.",
                ),
                Note(
                    "discharge",
                    course="Uneventful knee replacement. Flexion 85 degrees, safe on stairs with a crutch.",
                    assessment="Pain 3 of 10 on acetaminophen and occasional oxycodone.",
                    plan="Physical therapy three times a week. Oxycodone for two weeks at most. Call for calf pain, fever, drainage.",
                ),
            ),
            labs={"hgb": (10.2, 12.2), "cr": (0.7, 1.1)},
            starts=("aspirin", "oxycodone", "acetaminophen"),
            procedures=("knee-arthroplasty", "physiotherapy"),
            stay=(1, 2),
        ),
        Stage(
            (12, 20),
            "phone",
            (
                Note(
                    "telephone",
                    story="Knee warm and swollen after therapy, worried about infection. No fever, wound dry and closed. Calf not tender. Off oxycodone since Friday.",
                    assessment="Expected warmth two to three weeks after knee replacement; nothing suggests infection or a clot.",
                    plan="Ice after exercise, photograph sent and reviewed. Same-day visit for drainage, fever or new calf pain.",
                ),
            ),
        ),
        Stage(
            (280, 380),
            "clinic",
            (
                Note(
                    "progress",
                    story="One year after knee replacement. Walks {#4-8} km, kneeling uncomfortable, skin numb beside the scar. No regrets. Left knee starts to ache.",
                    exam="Range 0 to {#115-125}. Stable, no effusion.",
                    assessment="Excellent result of right knee replacement. Early osteoarthritis on the left.",
                    plan="Films unchanged. Strength work for the left. Return in five years or if problems.",
                ),
            ),
        ),
    ),
    history=("obesity",),
    avoid=("obesity", "ankle-sprain"),
)

COURSES = (RHEUMATOID, GOUT, HIP, KNEE)
