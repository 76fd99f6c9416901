"""Psychiatry: depression, bipolar disorder with lithium poisoning, alcohol."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

DEPRESSION = Course(
    "depression",
    "psychiatry",
    (20, 62),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Low for {#3-6} months since [a divorce|losing the job|{his} father's death]. Wakes at four, no pleasure in [music|the garden|{his} children's games], eats little, cannot concentrate at work as a {trade}. Wishes not to wake up some mornings; denies a plan or intent, names {his} [sister|children] as reasons to live. No past mania, no voices.",
                    exam="Slow speech, little eye contact, tearful. Thought linear. No psychotic features. Insight good.",
                    assessment="Major depressive disorder, moderate to severe, PHQ-9 score {phq9}. Passive death wish without suicidal intent. TSH {tsh}.",
                    plan="Sertraline 50 rising to 100 mg, weekly cognitive behavioral therapy. Safety plan written, crisis line saved in the phone. Means safety: no firearms at home.",
                ),
            ),
            labs={"phq9": (17, 22), "gad7": (8, 13), "tsh": (1.1, 3.2)},
            conditions=("depression",),
            starts=("sertraline",),
            procedures=("cbt",),
        ),
        Stage(
            (14, 24),
            "phone",
            (
                Note(
                    "telephone",
                    story="Two weeks on sertraline: jittery and queasy for the first days, now settling. Sleep still broken. No suicidal thoughts this week.",
                    assessment="Early side effects, tolerable. Too soon to judge benefit.",
                    plan="Take it in the morning with food. Increase to 100 mg. Visit in four weeks. Safety plan still in place.",
                ),
            ),
        ),
        Stage(
            (30, 50),
            "video",
            (
                Note(
                    "progress",
                    story="Mornings lighter, back to [walking|choir]. Sex drive gone, which bothers {him}. Works four days. Therapy homework done most weeks.",
                    exam="More animated, smiles. No suicidal ideation.",
                    assessment="Depression responding, PHQ-9 score {phq9} (was {phq9_was}). Sexual side effect of sertraline.",
                    plan="Options weighed: add bupropion rather than switch. Continue therapy. Return in six weeks.",
                ),
            ),
            labs={"phq9": (8, 11), "gad7": (4, 7)},
            starts=("bupropion",),
        ),
        Stage(
            (150, 250),
            "clinic",
            (
                Note(
                    "progress",
                    story="Well for {interval}. Sleeps seven hours. Libido recovered on bupropion. Planning [a trip|night classes]. No alcohol. Wants to stop medicine.",
                    exam="Bright affect, future oriented. No thoughts of death.",
                    assessment="Major depressive disorder in remission, PHQ-9 score {phq9}. Second episode in life.",
                    plan="Stay on sertraline for a year from remission, taper over two months after that. Relapse signs listed with therapist.",
                ),
            ),
            labs={"phq9": (1, 4), "gad7": (1, 3)},
        ),
    ),
    family=(("mother", "depression", 38), ("sister", "depression", 27)),
    avoid=("anxiety", "bppv"),
)

BIPOLAR = Course(
    "bipolar",
    "psychiatry",
    (26, 60),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="brought by family, not sleeping for a week",
                    story="Seven nights with two hours of sleep, talks without pause, spent {#4-9} thousand dollars on [musical instruments|plane tickets|tools], believes {he} will [advise the governor|open ten restaurants]. Stopped quetiapine in the spring. Denies suicidal thoughts, denies drugs; screen negative.",
                    exam="Pressured, distractible, expansive, irritable when interrupted. No hallucinations. Oriented.",
                    assessment="Bipolar I disorder, manic episode after stopping treatment.",
                    plan="Voluntary admission. Quetiapine at night, lithium started. Low stimulation. Kidney and thyroid baseline: creatinine {cr}, TSH {tsh}.",
                ),
                Note(
                    "nursing",
                    story="Paced the hall until 02:00, sang at the window, redirectable. Slept {#3-5} hours after quetiapine. Gave away {his} watch to another patient; returned.",
                    plan="Quiet room, short sentences, bank cards kept by sister. Lithium level on day five.",
                ),
                Note(
                    "discharge",
                    course="Mania settled over two weeks on lithium and quetiapine. Level {lithium}. Family meeting on early signs.",
                    assessment="Sleeps seven hours, calm, regrets the spending.",
                    plan="Lithium three times daily, no ibuprofen or diuretics without asking, steady salt and water. Level in one week.",
                ),
            ),
            labs={"lithium": (0.7, 0.9), "cr": (0.7, 0.95), "tsh": (1.2, 2.6), "na": (137, 142)},
            conditions=("bipolar",),
            starts=("lithium", "quetiapine"),
            stay=(12, 17),
        ),
        Stage(
            (60, 120),
            "clinic",
            (
                Note(
                    "progress",
                    story="Mood even. Hand tremor when writing, drinks {#2-3} liters a day. Gained {#3-5} kg on quetiapine. Back at work as a {trade} part-time.",
                    exam="Euthymic. Fine tremor. Gait steady.",
                    assessment="Bipolar disorder, stable. Lithium level {lithium}, in range.",
                    plan="Quetiapine halved. Lithium once at night. Sleep diary. Labs every three months.",
                ),
            ),
            labs={"lithium": (0.7, 0.9), "cr": (0.75, 1.0), "tsh": (2.2, 4.0)},
        ),
        Stage(
            (90, 200),
            "ward",
            (
                Note(
                    "admission",
                    complaint="unsteady and shaking",
                    story="Four days of coarse tremor, unsteady gait, slurred speech and vomiting. Urgent care prescribed ibuprofen and a water pill for a swollen knee ten days ago. Kept taking lithium. Denies overdose; tablets counted and correct.",
                    exam="Coarse tremor, ataxia, brisk reflexes, slow answers. Dry.",
                    assessment="Lithium toxicity, level {lithium}, chronic type, from ibuprofen and dehydration. Creatinine {cr}. Stroke unlikely.",
                    plan="Stop lithium and ibuprofen. Saline, sodium watched. Dialysis if level above 4 or consciousness falls. Level every six hours.",
                ),
                Note(
                    "discharge",
                    course="Level fell to 0.5 in {#36-60} hours on saline without dialysis. Tremor and gait back to normal. Kidney function recovered.",
                    assessment="Clear, steady, mood even.",
                    plan="Lamotrigine started slowly in place of lithium; quetiapine covers meanwhile. Any rash: stop and call. No NSAIDs on record.",
                ),
            ),
            labs={"lithium": (2.3, 3.1), "cr": (1.6, 2.2), "na": (141, 147), "hr": (52, 62)},
            conditions=("lithium-toxicity", "aki"),
            refuted=("stroke",),
            starts=("lamotrigine",),
            stops={"lithium": "toxicity"},
            service="hospital medicine",
            stay=(3, 5),
        ),
        Stage(
            (70, 160),
            "video",
            (
                Note(
                    "progress",
                    story="On lamotrigine {interval}. No rash. One week of low energy, no despair. Sister holds the savings account by agreement.",
                    exam="Calm on video, humor intact.",
                    assessment="Bipolar I disorder, stable without lithium. PHQ-9 score {phq9}.",
                    plan="Lamotrigine 100 mg twice daily, quetiapine low dose. Early sign list on the fridge. Return in two months.",
                ),
            ),
            labs={"phq9": (3, 7)},
        ),
    ),
    family=(("mother", "bipolar disorder", 29), ("father", "depression", 44)),
    avoid=("anxiety", "back-pain", "hypertension", "ankle-sprain", "kidney-stone"),
)

ALCOHOL = Course(
    "alcohol",
    "hospital medicine",
    (36, 62),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="tremor and sweating",
                    story="Stopped drinking {#30-48} hours ago on {his} own after two years of a pint of vodka a day. Shaking, sweating, saw insects on the wall last night. One seizure in [2019|2021] when stopping. Denies head injury. Wants help this time.",
                    exam="Tremulous, sweating, tongue fasciculations. Oriented but startles. No asterixis, no jaundice. Gait wide.",
                    assessment="Severe alcohol withdrawal with hallucinations, CIWA {#19-26}. Alcohol use disorder. AST {ast}, ALT {alt}.",
                    plan="Chlordiazepoxide by CIWA, thiamine before glucose, magnesium {mg} replaced. Seizure precautions. Addiction consult.",
                ),
                Note(
                    "nursing",
                    story="CIWA {#8-14} at 06:00 after three doses. No insects seen since midnight. Ate toast. Held the hand of the nurse and asked whether {his} kids can visit.",
                    plan="CIWA every two hours, side rails padded. Fluids, vitamins. Chaplain at {his} request.",
                ),
                Note(
                    "discharge",
                    course="Withdrawal treated over four days, no seizure, no delirium tremens. Liver ultrasound: fatty liver, no cirrhosis.",
                    assessment="Steady hands, sleeping, motivated.",
                    plan="Naltrexone daily, intensive outpatient program from Monday, mutual-help meeting with {his} brother. Thiamine. No driving for now.",
                ),
            ),
            labs={
                "ast": (96, 220),
                "alt": (48, 110),
                "mg": (1.2, 1.6),
                "k": (3.0, 3.5),
                "plt": (98, 148),
                "hr": (108, 126),
                "sbp": (152, 174),
                "dbp": (92, 104),
                "bili": (0.8, 1.6),
            },
            conditions=("alcohol-use", "alcohol-withdrawal"),
            refuted=("encephalopathy",),
            starts=("chlordiazepoxide", "thiamine", "naltrexone"),
            stay=(4, 5),
        ),
        Stage(
            (25, 50),
            "clinic",
            (
                Note(
                    "progress",
                    story="{#24-44} days without alcohol. Cravings at five o'clock, passes them with a walk and a phone call. Naltrexone gives mild headache. Sleep poor. Mood flat; no suicidal thoughts.",
                    exam="Clear eyes, no tremor. Liver edge not felt.",
                    assessment="Alcohol use disorder in early remission. ALT {alt} (was {alt_was}), platelets {plt}. PHQ-9 score {phq9}.",
                    plan="Continue naltrexone. Mirtazapine for sleep and mood. Meeting attendance praised. Labs in two months.",
                ),
            ),
            labs={"alt": (24, 42), "ast": (22, 46), "plt": (170, 260), "phq9": (8, 12)},
            starts=("mirtazapine",),
            service="primary care",
        ),
        Stage(
            (50, 110),
            "phone",
            (
                Note(
                    "telephone",
                    story="Caller cries: drank for a weekend after a funeral, stopped yesterday by {himself}. No shakes so far, no hallucinations. Ashamed, considered not calling.",
                    assessment="Lapse in alcohol use disorder, low withdrawal risk after two days of drinking.",
                    plan="Thanked for calling. Back on naltrexone today, sponsor tonight, visit tomorrow. Emergency department for shaking or seeing things.",
                ),
            ),
            chance=0.8,
            service="primary care",
        ),
        Stage(
            (120, 260),
            "clinic",
            (
                Note(
                    "progress",
                    story="No drink in {interval}. Works again as a {trade}, sees {his} children on weekends. Sleeps without pills.",
                    exam="Weight up, skin clear. Reflexes normal.",
                    assessment="Alcohol use disorder in sustained remission. Liver tests normal, ALT {alt}.",
                    plan="Stop mirtazapine. Naltrexone for a full year. Sleep and stress plan. Hepatitis A and B vaccines.",
                ),
            ),
            labs={"alt": (14, 30), "ast": (16, 32), "plt": (200, 300), "phq9": (2, 5)},
            stops={"mirtazapine": "sleep and mood recovered"},
            service="primary care",
        ),
    ),
    family=(("father", "depression", 50),),
    avoid=("anxiety", "wrist-fracture", "gout"),
)

COURSES = (DEPRESSION, BIPOLAR, ALCOHOL)
