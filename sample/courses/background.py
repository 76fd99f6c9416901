"""What happens beside a course: conditions people simply have, and check-ups."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from dataclasses import dataclass

from sample.model import Note, Stage

BOTH = ("female", "male")


@dataclass(frozen=True, slots=True)
class Background:
    """A condition somebody has had for years, with its medicine."""

    condition: str
    drugs: tuple[str, ...]
    age: int
    sexes: tuple[str, ...] = BOTH


BACKGROUND = (
    Background("hypertension", ("amlodipine",), 40),
    Background("hypertension", ("lisinopril",), 45),
    Background("hyperlipidemia", ("atorvastatin",), 42),
    Background("hypothyroidism", ("levothyroxine",), 30),
    Background("gerd", ("omeprazole",), 25),
    Background("osa", (), 35),
    Background("obesity", (), 25),
    Background("anxiety", ("escitalopram",), 20),
    Background("bph", ("tamsulosin",), 58, ("male",)),
    Background("vitamin-d", ("calcium-d",), 30),
    Background("rhinitis", ("cetirizine",), 6),
    Background("prediabetes", (), 40),
    Background("osteoporosis", ("alendronate",), 66, ("female",)),
    Background("migraine", ("sumatriptan",), 22, ("female",)),
    Background("iron-deficiency", ("ferrous-sulfate",), 20, ("female",)),
)

_LIPIDS = {"chol": (158, 236), "ldl": (82, 152), "hdl": (38, 66), "tg": (76, 190)}
_BASIC = {"na": (136, 143), "k": (3.8, 4.8), "cr": (0.68, 1.08), "gluc": (82, 118)}
_BLOOD = {"hgb": (12.6, 15.4), "wbc": (4.6, 8.9), "plt": (178, 340)}

WELLNESS: tuple[tuple[tuple[int, int], tuple[str, ...], Stage], ...] = (
    (
        (30, 95),
        BOTH,
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="[Here for {his} yearly visit.|Comes in for an annual physical.|Routine health maintenance visit.] [Feels well overall.|No new concerns today.|Has [a short list of|two] questions, otherwise well.] [Walks most days.|Has been less active over the winter.|Joined a [swimming|walking] group {#2-6} months ago.] [Sleeps {#5-8} hours a night.|Sleep is [fair|good].]",
                    exam="[Ears and throat unremarkable.|Thyroid not enlarged.|No lymphadenopathy.] [Skin without suspicious lesions.|Gait steady.]",
                    assessment="[Health maintenance visit, doing well.|Adult preventive visit.] LDL cholesterol {ldl}[, [acceptable|discussed] in light of overall risk|].",
                    plan="[Age-appropriate screening reviewed.|Screening up to date.] [Diet and exercise discussed.|Encouraged {#20-40} minutes of brisk walking daily.] Repeat lipids in a year.",
                ),
            ),
            labs={**_LIPIDS},
        ),
    ),
    (
        (40, 95),
        BOTH,
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="[Follow-up of chronic conditions|Six-monthly check]. [Takes {his} medicines [faithfully|most days, forgets about once a week].|Brought all pill bottles today.] [Home blood pressure readings average {#118-138}/{#70-84}.|Does not check {his} pressure at home.] [Appetite good.|Energy is about the same as last year.]",
                    exam="[Carotids without bruits.|Pulses full and equal.] [No thyroid nodule felt.|Feet examined, sensation preserved to monofilament.]",
                    assessment="[Stable chronic conditions.|Chronic conditions reasonably controlled.] Creatinine {cr}, potassium {k}.",
                    plan="[Continue current medicines.|No changes to medicines today.] [Refills sent for 90 days.|Refilled through next year.] [Return in six months.|See again in the fall.]",
                ),
            ),
            labs={**_BASIC},
        ),
    ),
    (
        (50, 95),
        BOTH,
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="[Medicare wellness visit|Preventive visit]. [One fall on ice last winter without injury.|No falls in the past year.] [Manages {his} own finances and shopping.|A [neighbor|relative] helps with heavy shopping.] [Hearing a little worse on the left.|Reads with glasses, last eye examination [two|three] years ago.]",
                    exam="[Timed up-and-go {#8-13} seconds.|Clock drawing correct.] [Three of three words recalled.|Mini-Cog negative.]",
                    assessment="[Independent in daily living.|Functionally independent.] Hemoglobin {hgb}. [No concern about memory today.|Fall risk low.]",
                    plan="[Advance directive discussed and [completed|form given].|Health care proxy confirmed.] [Hearing test offered.|Eye examination advised.] [Bone density when due.|]",
                ),
            ),
            labs={**_BLOOD},
        ),
    ),
    (
        (21, 64),
        ("female",),
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="Well-woman visit. [Cycles regular|Periods every {#26-31} days|No bleeding problems]. [Cervical screening was normal {#2-4} years ago.|No abnormal cervical screening in the past.] [{He} asks about breast cancer screening because a coworker was diagnosed.|{He} has no breast complaints and has felt no lump.]",
                    exam="[Breasts without mass or discharge.|No breast mass, no axillary nodes.] [Pelvic examination unremarkable.|Cervix normal in appearance, sample taken.]",
                    assessment="Healthy {aged} {man}, [screening addressed|well-woman examination completed].",
                    plan="[Cervical cytology with HPV testing sent.|Mammogram ordered when age-appropriate.] [Contraception reviewed, no change.|Folate advised should {he} plan a pregnancy.]",
                ),
            ),
        ),
    ),
    (
        (18, 55),
        BOTH,
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="[Establishing care|New-patient physical|Work physical]. [Works long hours as a {trade} and eats [on the run|late].|Describes stress at work but copes.] [Exercises {#1-4} times a week.|No regular exercise.] [PHQ-9 filled in today.|Screening questionnaire completed.]",
                    exam="[General examination normal.|Healthy appearance.] [Full range of motion of neck and back.|Skin clear.]",
                    assessment="[Generally healthy.|No acute problem.] PHQ-9 score {phq9}, [not suggestive of depression|negative screen].",
                    plan="[Sleep hygiene and stress reduction discussed.|Lifestyle advice given.] [Return in a year.|Come back as needed.]",
                ),
            ),
            labs={"phq9": (0, 4), **_BLOOD},
        ),
    ),
    (
        (0, 5),
        BOTH,
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="Well-child visit with {his} {carer}. [Eats a varied diet.|Picky eater, milk {#12-20} ounces a day.] [Sleeps through the night.|Wakes once a night.] [Runs, climbs and [stacks blocks|scribbles].|Says {#10-40} words and understands more.] No concerns about hearing or vision.",
                    exam="[Growth along the {#30-75}th percentile.|Height and weight tracking well.] Fontanelle and hips as expected for age. [Red reflex present.|Teeth in good order.]",
                    assessment="Healthy {aged} {man}, [growth and development on track|meeting milestones].",
                    plan="[Vaccines given as scheduled.|Immunizations updated.] [Car seat and choking hazards discussed.|Reading together encouraged.] [Fluoride varnish applied.|]",
                ),
            ),
        ),
    ),
    (
        (6, 17),
        BOTH,
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "wellness",
                    story="[School physical|Check-up before the season]. [{first} is in [good spirits|a new school] and plays [soccer|the clarinet|basketball].|Doing well in class, likes [math|art|science].] [Screen time about {#2-4} hours a day.|Bedtime is {#8-10} pm.] [Seen partly alone, no concerns.|{carer_cap} has no worries.]",
                    exam="[Spine straight.|Normal gait and posture.] [Vision 20/20 both eyes.|Heart sounds normal, no murmur sitting or standing.]",
                    assessment="Healthy {aged}, [cleared for sports|no restrictions].",
                    plan="[Sports form completed.|School form signed.] [Helmet and seat belt use discussed.|Nutrition discussed.] See in a year.",
                ),
            ),
        ),
    ),
)
"""(ages, sexes, stage) of check-ups; a person meets each at most once."""
