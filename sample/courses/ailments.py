"""Ailments that come and go beside a course.

Longer than most because it is one table of what notes say.
"""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from dataclasses import dataclass

from sample.model import Note, Stage

BOTH = ("female", "male")


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that comes and goes."""

    condition: str
    ages: tuple[int, int]
    stages: tuple[Stage, ...]
    sexes: tuple[str, ...] = BOTH


ACUTE = (
    Ailment(
        "uri",
        (2, 90),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="cold symptoms",
                        story="[{#3-6} days of runny nose, sore throat and a dry cough.|Cold symptoms since the weekend, everyone at home has it.] [No fever at home.|Low-grade temperature on the first day only.] No ear pain, no shortness of breath.",
                        exam="Nasal mucosa swollen, [clear discharge|no sinus tenderness]. Throat pink without exudate. Lungs clear.",
                        assessment="Viral upper respiratory infection. No sign of bacterial sinusitis or pneumonia.",
                        plan="[Fluids, rest, saline rinses.|Supportive care.] Antibiotics would not help and were not prescribed. Return should fever or breathlessness develop.",
                    ),
                ),
                conditions=("uri",),
            ),
        ),
    ),
    Ailment(
        "uti",
        (18, 90),
        (
            Stage(
                (0, 0),
                "phone",
                (
                    Note(
                        "telephone",
                        story="{Mr} reports [two|three] days of burning with urination and frequency. Denies fever, flank pain, vaginal discharge or blood in the urine. [Similar episode [two|three] years ago.|Never had this before.]",
                        assessment="Uncomplicated urinary tract infection, treated without an office visit per protocol.",
                        plan="Nitrofurantoin for five days sent to the pharmacy. Come in if fever, vomiting or back pain develop.",
                    ),
                ),
                conditions=("uti",),
                starts=("nitrofurantoin",),
            ),
        ),
        ("female",),
    ),
    Ailment(
        "back-pain",
        (22, 80),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="low back pain",
                        story="Low back pain since [lifting [a washing machine|boxes|a grandchild]|raking leaves|a long drive] {#3-14} days ago. Pain is [dull|achy] and stays in the [left|right] lumbar area, {#4-7} of 10. No radiation below the knee, no numbness, no bladder or bowel trouble, no history of cancer or steroid use.",
                        exam="Tender paraspinal muscles, [forward flexion limited by pain|painful extension]. Straight leg raise negative both sides. Strength and reflexes normal.",
                        assessment="Mechanical low back pain without red flags.",
                        plan="Stay active, heat. Naproxen with food for two weeks, cyclobenzaprine at night. Imaging not indicated. Physical therapy if no better in four weeks.",
                    ),
                ),
                conditions=("back-pain",),
                starts=("naproxen", "cyclobenzaprine"),
            ),
        ),
    ),
    Ailment(
        "ankle-sprain",
        (8, 60),
        (
            Stage(
                (0, 0),
                "emergency",
                (
                    Note(
                        "emergency",
                        complaint="twisted ankle",
                        story="{Mr} rolled the {side} ankle [stepping off a curb|playing basketball|on wet stairs] [this morning|last night]. Could take [four|a few] steps afterwards with pain.",
                        exam="Swelling and bruising over the lateral malleolus of the {side} ankle. No tenderness of the posterior edge of either malleolus or the base of the fifth metatarsal. Neurovascularly intact.",
                        assessment="Ankle sprain, {side}. Ottawa rules negative, no X-ray needed.",
                        plan="Rest, ice, compression, elevation. Crutches for comfort. Discharged home. Early range-of-motion exercises from day three.",
                    ),
                ),
                conditions=("ankle-sprain",),
                starts=("ibuprofen",),
            ),
        ),
    ),
    Ailment(
        "contact-dermatitis",
        (12, 80),
        (
            Stage(
                (0, 0),
                "video",
                (
                    Note(
                        "progress",
                        complaint="itchy rash",
                        story="Itchy streaks on both forearms [two days after clearing brush|after weekend gardening]. [Knows poison ivy grows there.|Wore short sleeves.] No facial swelling, no fever, no trouble breathing.",
                        exam="On video: linear red papules and small vesicles on both forearms, no crusting.",
                        assessment="Contact dermatitis, most likely from poison ivy.",
                        plan="Hydrocortisone cream twice daily, cool compresses, cetirizine at night. Wash tools and clothes. Oral steroid only if it spreads to the face.",
                    ),
                ),
                conditions=("contact-dermatitis",),
                starts=("hydrocortisone-cream", "cetirizine"),
            ),
            Stage(
                (20, 40),
                "phone",
                (
                    Note(
                        "telephone",
                        story="Follow-up call. The rash dried up within [ten days|two weeks]; no new spots. {He} has stopped the cream.",
                        assessment="Contact dermatitis resolved.",
                        plan="No further treatment. Long sleeves and gloves for yard work.",
                    ),
                ),
                stops={"hydrocortisone-cream": "rash resolved"},
                chance=0.8,
            ),
        ),
    ),
    Ailment(
        "strep",
        (4, 40),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="sore throat and fever",
                        story="Sore throat for two days with fever to {#38.2-39.4} °C, no cough and no runny nose. [A classmate|A coworker|A sibling] has strep.",
                        exam="Tonsils large with white exudate, tender anterior cervical nodes. No rash. Lungs clear.",
                        assessment="Streptococcal pharyngitis, rapid antigen test positive.",
                        plan="Penicillin V for ten days. Stay home for 24 hours. Call if unable to swallow fluids or if the neck becomes stiff.",
                    ),
                ),
                labs={"temp": (38.1, 39.2)},
                conditions=("strep",),
                starts=("penicillin-v",),
            ),
        ),
    ),
    Ailment(
        "influenza",
        (5, 90),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="fever and body aches",
                        story="Sudden fever, shaking chills, headache and muscle aches since [yesterday|the night before last]; dry cough. [Did not get a flu shot this season.|Had the flu vaccine in October.] Denies shortness of breath, chest pain or confusion.",
                        exam="Flushed, [tired|uncomfortable]. Throat red, no exudate. Lungs clear, no wheeze.",
                        assessment="Influenza A, rapid test positive, within 48 hours of onset. No clinical evidence of pneumonia.",
                        plan="Oseltamivir for five days. Fluids, acetaminophen. Stay home until a day after the fever ends. Return if breathing becomes difficult.",
                    ),
                ),
                labs={"temp": (38.4, 39.8), "hr": (92, 112)},
                conditions=("influenza",),
                starts=("oseltamivir",),
            ),
        ),
    ),
    Ailment(
        "covid",
        (16, 90),
        (
            Stage(
                (0, 0),
                "video",
                (
                    Note(
                        "progress",
                        complaint="positive COVID-19 home test",
                        story="Home test positive [this morning|yesterday]. [two|three|four] days of congestion, scratchy throat and fatigue, loss of smell since [today|last night]. [Fully vaccinated|Vaccinated twice, no booster]. Home oximeter reads {#95-98}%. Not short of breath at rest or on stairs.",
                        exam="Speaks in full sentences on video, no cough during the visit.",
                        assessment="COVID-19, mild illness, no hypoxia.",
                        plan="Isolate for five days. Check oxygen twice daily and go to the emergency department below 92%. No antiviral after discussion of benefit.",
                    ),
                ),
                conditions=("covid",),
            ),
        ),
    ),
    Ailment(
        "shingles",
        (45, 90),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="painful rash",
                        story="Burning pain on the {side} side of the chest for three days, then a blistering rash. Had chickenpox as a child. No eye involvement, no fever.",
                        exam="Grouped vesicles on a red base in the {side} T{#4-7} dermatome, not crossing the midline.",
                        assessment="Shingles, within 72 hours of the rash.",
                        plan="Valacyclovir three times a day for a week. Gabapentin offered for pain and declined. Keep covered; avoid pregnant women and infants until crusted.",
                    ),
                ),
                conditions=("shingles",),
                starts=("valacyclovir",),
            ),
        ),
    ),
    Ailment(
        "bppv",
        (35, 85),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="spinning when turning in bed",
                        story="Brief spinning lasting under a minute when [rolling over in bed|looking up to a shelf] for {#4-12} days. Nausea but no vomiting. No hearing loss, no ringing, no double vision, no weakness.",
                        exam="Dix-Hallpike positive on the {side} with upbeating torsional nystagmus after a short latency. Gait and finger-to-nose normal.",
                        assessment="Benign paroxysmal positional vertigo, {side} posterior canal. Nothing to suggest a stroke.",
                        plan="Epley maneuver done with relief. Home exercises taught. No meclizine.",
                    ),
                ),
                conditions=("bppv",),
            ),
        ),
    ),
    Ailment(
        "kidney-stone",
        (25, 70),
        (
            Stage(
                (0, 0),
                "emergency",
                (
                    Note(
                        "emergency",
                        complaint="flank pain",
                        story="Sudden severe {side} flank pain radiating to the groin since [3 am|this afternoon], with nausea and two episodes of vomiting. Cannot find a comfortable position. No fever or chills.",
                        exam="Restless. Costovertebral angle tender on the {side}. Abdomen without guarding.",
                        course="Ketorolac and fluids brought the pain from 9 to 2 of 10. CT without contrast: {#3-6} mm stone in the distal {side} ureter with mild hydronephrosis. Urine without infection.",
                        assessment="Kidney stone, {side} distal ureter, likely to pass. Creatinine {cr}.",
                        plan="Home with tamsulosin and ibuprofen, urine strainer. Urology in two weeks. Return for fever or uncontrolled pain.",
                    ),
                ),
                labs={"cr": (0.9, 1.3), "wbc": (7.0, 11.5)},
                conditions=("kidney-stone",),
                starts=("ketorolac", "ibuprofen"),
            ),
        ),
    ),
    Ailment(
        "gastroenteritis",
        (3, 80),
        (
            Stage(
                (0, 0),
                "phone",
                (
                    Note(
                        "telephone",
                        story="Caller reports {#12-36} hours of vomiting and watery stools after [a family party|eating at a buffet|a sick contact at home]. Keeping down sips. No blood in the stool, no severe belly pain, urine output reduced but present.",
                        assessment="Acute gastroenteritis, no dehydration by history.",
                        plan="Oral rehydration in small sips, bland food. Call back if no urine in eight hours, blood appears or vomiting lasts beyond tomorrow.",
                    ),
                ),
                conditions=("gastroenteritis",),
            ),
        ),
    ),
    Ailment(
        "carpal-tunnel",
        (28, 70),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="numb fingers at night",
                        story="Tingling of the thumb, index and middle finger of the right hand that wakes {him} {#2-5} nights a week; shakes the hand out. Work as a {trade} makes it worse. No neck pain, no dropping of objects.",
                        exam="Phalen positive at {#15-40} seconds, Tinel positive on the right. No thenar wasting.",
                        assessment="Carpal tunnel syndrome, right, mild.",
                        plan="Neutral wrist splint at night for six weeks. Ergonomic advice. Nerve conduction study if it persists; injection discussed as a next step.",
                    ),
                ),
                conditions=("carpal-tunnel",),
            ),
        ),
    ),
    Ailment(
        "wrist-fracture",
        (50, 88),
        (
            Stage(
                (0, 0),
                "emergency",
                (
                    Note(
                        "emergency",
                        complaint="wrist injury after a fall",
                        story="Tripped over [a rug|the dog|a garden hose] and landed on the outstretched right hand. Did not hit {his} head, no loss of consciousness, no dizziness beforehand.",
                        exam="Dinner-fork deformity of the right wrist, closed. Radial pulse present, sensation of the fingers intact, elbow non-tender.",
                        course="X-ray: dorsally angulated fracture of the distal radius. Closed reduction under hematoma block, sugar-tong splint, post-reduction alignment acceptable.",
                        assessment="Fracture of the distal radius, right, closed, low-energy.",
                        plan="Home with splint, elevation, acetaminophen. Orthopedics in one week. Bone density should be checked.",
                    ),
                    Note(
                        "radiology",
                        study="XR right wrist, three views",
                        story="Fall on outstretched hand. Evaluate for fracture.",
                        exam="Transverse fracture of the distal radial metaphysis with {#15-30} degrees of dorsal angulation. No intra-articular extension. Ulnar styloid intact. Bones appear osteopenic.",
                        assessment="Acute extra-articular distal radius fracture. No carpal dislocation.",
                    ),
                ),
                conditions=("wrist-fracture",),
                starts=("acetaminophen",),
            ),
        ),
    ),
    Ailment(
        "sinusitis",
        (16, 75),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="facial pressure",
                        story="Cold {#12-18} days ago that got better and then worse. Now thick nasal discharge, {side} cheek pressure and upper tooth pain. Temperature {#37.6-38.4} °C at home. No swelling around the eye, no stiff neck.",
                        exam="Tender over the {side} maxillary sinus, purulent discharge in the middle meatus. Eyes move fully.",
                        assessment="Acute bacterial sinusitis (double worsening).",
                        plan="Amoxicillin/clavulanate for ten days, saline irrigation, nasal steroid. Return at once for eye swelling or severe headache.",
                    ),
                ),
                conditions=("sinusitis",),
                starts=("amoxicillin-clavulanate",),
            ),
        ),
    ),
    Ailment(
        "plantar-fasciitis",
        (30, 70),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="heel pain",
                        story="Stabbing pain under the {side} heel with the first steps in the morning for {#2-5} months, easing after a few minutes and back at the end of the day. Stands on hard floors at work. No trauma.",
                        exam="Point tender at the medial calcaneal tubercle, {side}. Tight calf. Squeeze test negative.",
                        assessment="Plantar fasciitis, {side}. Stress fracture unlikely.",
                        plan="Calf and fascia stretching, cushioned shoes, night splint. Ice bottle rolling. Recheck in eight weeks if needed.",
                    ),
                ),
                conditions=("plantar-fasciitis",),
            ),
        ),
    ),
    Ailment(
        "appendicitis",
        (9, 45),
        (
            Stage(
                (0, 0),
                "ward",
                (
                    Note(
                        "admission",
                        complaint="right lower abdominal pain",
                        story="Pain began around the navel {#14-30} hours ago and moved to the right lower abdomen. Loss of appetite, vomited once. Hurts to cough and over bumps on the ride in.",
                        exam="Tender with guarding at McBurney's point, rebound present, Rovsing sign positive.",
                        assessment="Acute appendicitis; ultrasound shows a non-compressible appendix of {#8-12} mm without abscess. White cell count {wbc}.",
                        plan="Nil by mouth, fluids, ceftriaxone. To the operating room tonight for laparoscopic appendectomy. Consent obtained.",
                    ),
                    Note(
                        "operative",
                        study="Laparoscopic appendectomy.",
                        story="Acute appendicitis.",
                        exam="Three ports. Inflamed, unperforated appendix with a little clear fluid. Mesoappendix divided, base stapled, specimen removed in a bag. Terminal ileum looked normal.",
                        plan="Clear fluids tonight, home tomorrow if comfortable. No further antibiotics.",
                    ),
                    Note(
                        "discharge",
                        course="Laparoscopic appendectomy without complication. Tolerated diet and walked on the first day. Pain controlled with acetaminophen alone.",
                        assessment="Good. Wounds dry, no fever.",
                        plan="No lifting over ten pounds for two weeks. Surgical clinic in two to three weeks. Call for fever or wound drainage.",
                    ),
                ),
                labs={"wbc": (12.4, 17.8), "crp": (24, 88), "temp": (37.8, 38.6)},
                conditions=("appendicitis",),
                starts=("ceftriaxone",),
                procedures=("appendectomy",),
                service="surgery",
                stay=(1, 2),
            ),
        ),
    ),
    Ailment(
        "conjunctivitis",
        (1, 40),
        (
            Stage(
                (0, 0),
                "phone",
                (
                    Note(
                        "telephone",
                        story="Red, watery {side} eye since yesterday with crusting in the morning. No pain, no change in vision, no contact lenses, no light sensitivity.",
                        assessment="Conjunctivitis, probably viral.",
                        plan="Warm compresses, hand washing, no shared towels. In person if the eye hurts or vision blurs.",
                    ),
                ),
                conditions=("conjunctivitis",),
            ),
        ),
    ),
    Ailment(
        "cellulitis",
        (35, 88),
        (
            Stage(
                (0, 0),
                "clinic",
                (
                    Note(
                        "progress",
                        complaint="red, warm leg",
                        story="Redness of the left shin spreading for {#2-4} days after [a scratch from the garden|an insect bite|a small cut]. Tender and warm. No fever or rigors, walking is fine.",
                        exam="Left lower leg with a warm, tender red area {#8-16} by {#5-9} cm, edge marked with pen. No fluctuance, no crepitus. Calf soft and pulses present.",
                        assessment="Cellulitis of the left leg, non-purulent. Deep vein thrombosis considered unlikely.",
                        plan="Cephalexin for seven days, elevate. Return if redness passes the line or fever starts. Recheck in 48 hours by phone.",
                    ),
                ),
                conditions=("cellulitis",),
                refuted=("dvt",),
                starts=("cephalexin",),
            ),
            Stage(
                (2, 3),
                "phone",
                (
                    Note(
                        "telephone",
                        story="Recheck call as planned. The redness has pulled back from the pen line and the leg hurts less. No fever. Taking the capsules without stomach upset.",
                        assessment="Cellulitis improving on cephalexin.",
                        plan="Finish the seven days. Moisturize the skin. No visit needed if it keeps improving.",
                    ),
                ),
            ),
        ),
    ),
)
"""An ailment is met by at most a few patients, at an age it fits."""
