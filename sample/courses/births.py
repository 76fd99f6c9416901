"""Pregnancy: pre-eclampsia, gestational diabetes."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

PREECLAMPSIA = Course(
    "preeclampsia",
    "obstetrics",
    (24, 39),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    story="First prenatal visit at {#9-11} weeks, planned pregnancy, first baby. Nausea in the mornings. No bleeding. Taking prenatal vitamins. {His} mother had high blood pressure in pregnancy.",
                    exam="Uterus as for dates, heartbeat seen on ultrasound at {#160-175}. Breasts normal.",
                    assessment="Single pregnancy, first trimester, moderate risk of pre-eclampsia.",
                    plan="Aspirin 81 mg from week 12. Booking labs, genetic screening discussed. Prenatal vitamins. Return in four weeks.",
                ),
            ),
            labs={"hgb": (11.8, 13.2), "plt": (210, 310), "cr": (0.5, 0.7)},
            conditions=("pregnancy",),
            starts=("prenatal", "aspirin"),
        ),
        Stage(
            (120, 140),
            "clinic",
            (
                Note(
                    "progress",
                    story="At {#28-30} weeks. Baby moves well. Rings feel tight. No headache, no spots before the eyes, no pain under the ribs.",
                    exam="Fundal height as expected. Ankle edema 1+. Reflexes normal.",
                    assessment="Third trimester, blood pressure borderline. Glucose test normal. Hemoglobin {hgb}.",
                    plan="Home cuff twice a day, visits every two weeks, growth scan. Tdap given. Call for readings of 150 or more, headache or reduced movement.",
                ),
            ),
            labs={"sbp": (132, 139), "dbp": (84, 89), "hgb": (10.8, 11.9), "plt": (180, 250)},
        ),
        Stage(
            (30, 46),
            "ward",
            (
                Note(
                    "admission",
                    complaint="severe headache in late pregnancy",
                    story="{#34-36} weeks pregnant. Throbbing headache since last night not helped by acetaminophen, sees flickering spots, ache under the right ribs. Home pressure {#164-178} over {#104-112}. No contractions, no bleeding, baby moving.",
                    exam="Brisk reflexes with two beats of clonus. Right upper quadrant tender. Cervix closed. Fetal heart tracing reassuring.",
                    assessment="Pre-eclampsia with severe features: platelets {plt}, AST {ast}, urine protein {upcr}.",
                    plan="Labetalol, magnesium sulfate, betamethasone. Deliver after steroids or sooner if worse. Neonatal team informed.",
                ),
                Note(
                    "operative",
                    study="Cesarean section, low transverse.",
                    story="Pre-eclampsia with severe features, failed induction and non-reassuring fetal tracing.",
                    exam="Spinal anesthesia. Live {#1900-2500} g infant, Apgar 8 and 9. Uterus boggy, oxytocin and massage; blood loss {#900-1300} mL. Layers closed.",
                    plan="Magnesium for 24 hours. Hemoglobin in six hours. Skin-to-skin in recovery.",
                ),
                Note(
                    "nursing",
                    story="Magnesium at 1 g/hour, reflexes present, respirations 16, urine 60 mL/hour. Headache gone. Expressed first milk for the baby in the nursery.",
                    plan="Reflexes hourly. Calcium gluconate at the bedside. Pads weighed. Partner shown how to cup-feed.",
                ),
                Note(
                    "discharge",
                    course="Delivered by cesarean for severe pre-eclampsia. Postpartum hemorrhage treated with oxytocin and iron, no transfusion. Platelets rising, pressure {#128-142} systolic on nifedipine.",
                    assessment="Walking, no headache, baby feeding and growing in the nursery.",
                    plan="Blood pressure check in three days and daily at home. Nifedipine continues. Next pregnancy: aspirin early, risk of recurrence one in four.",
                ),
            ),
            labs={
                "sbp": (162, 178),
                "dbp": (104, 114),
                "plt": (78, 104),
                "ast": (88, 210),
                "alt": (76, 190),
                "upcr": (0.9, 3.8),
                "cr": (0.9, 1.2),
                "hgb": (9.4, 11.6),
            },
            conditions=("preeclampsia", "pph"),
            resolved=("pregnancy",),
            starts=("labetalol", "magnesium", "oxytocin", "nifedipine", "ferrous-sulfate"),
            stops={"aspirin": "delivery"},
            procedures=("induction", "cesarean"),
            stay=(4, 6),
        ),
        Stage(
            (38, 48),
            "clinic",
            (
                Note(
                    "progress",
                    story="Six weeks after cesarean. Baby gained well, breastfeeding. Stopped nifedipine ten days ago. Cries some evenings, sleeps in pieces; no thoughts of harming {himself} or the baby.",
                    exam="Incision healed. Uterus involuted. Pressure normal as recorded.",
                    assessment="Recovered from pre-eclampsia. PHQ-9 score {phq9}: baby blues, watch for depression. Hemoglobin {hgb}.",
                    plan="Yearly blood pressure and lipids for life because of higher heart risk. Contraception: progestin implant. Phone check of mood in two weeks.",
                ),
            ),
            labs={"phq9": (5, 9), "hgb": (11.4, 12.6), "plt": (220, 330)},
            resolved=("preeclampsia",),
            stops={
                "nifedipine": "blood pressure normal",
                "labetalol": "blood pressure normal",
                "ferrous-sulfate": "anemia corrected",
                "prenatal": "no longer pregnant",
            },
        ),
    ),
    ("female",),
    smoking="never",
    family=(("mother", "hypertension", 39),),
    avoid=(
        "uti",
        "anxiety",
        "migraine",
        "iron-deficiency",
        "hypertension",
        "kidney-stone",
        "appendicitis",
        "influenza",
        "covid",
        "back-pain",
        "sinusitis",
        "ankle-sprain",
    ),
)

GESTATIONAL = Course(
    "gestational-diabetes",
    "obstetrics",
    (26, 40),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "progress",
                    story="{#25-27} weeks, second pregnancy; the first baby weighed {#4050-4400} g. Thirsty. Baby active. No bleeding, no fluid loss.",
                    exam="Fundal height two centimeters ahead of dates. No edema.",
                    assessment="Gestational diabetes by three-hour glucose test, fasting glucose {gluc}, A1c {a1c}.",
                    plan="Meter and dietitian this week, walk after meals. Targets below 95 fasting and 140 at one hour. Growth scan at 32 weeks.",
                ),
            ),
            labs={"gluc": (98, 118), "a1c": (5.5, 6.1), "hgb": (11.0, 12.2)},
            conditions=("pregnancy", "gdm"),
            starts=("prenatal",),
        ),
        Stage(
            (20, 34),
            "video",
            (
                Note(
                    "progress",
                    story="Log shared on screen: fasting {#101-112} on most days despite diet, after meals fine. Eats a late snack of nuts. Tired of pricking {his} fingers.",
                    exam="Looks well on video, cuff reading normal.",
                    assessment="Gestational diabetes, fasting sugars above target on diet.",
                    plan="Insulin glargine 10 units at bedtime, raise by two every three days. Nonstress test weekly from 34 weeks.",
                ),
            ),
            starts=("insulin-glargine",),
        ),
        Stage(
            (60, 75),
            "ward",
            (
                Note(
                    "admission",
                    complaint="induction of labor",
                    story="39 weeks with insulin-treated gestational diabetes, here for induction. Movements good. No headache. Estimated weight {#3600-4000} g.",
                    exam="Cervix 2 cm, soft. Head engaged. Tracing reactive.",
                    assessment="Term pregnancy with gestational diabetes for induction. Glucose {gluc}.",
                    plan="Balloon then oxytocin. Hourly glucose in labor. Epidural when wanted. Team alert for shoulder dystocia.",
                ),
                Note(
                    "discharge",
                    course="Vaginal birth of a {#3500-3950} g baby after {#9-14} hours, no shoulder dystocia, first-degree tear. Newborn glucose normal. Insulin stopped at delivery.",
                    assessment="Bleeding light, breastfeeding.",
                    plan="Glucose test at six weeks, then yearly: half develop type 2 diabetes within ten years. Contraception discussed.",
                ),
            ),
            labs={"gluc": (82, 112), "hgb": (10.6, 12.0), "plt": (170, 260)},
            resolved=("pregnancy", "gdm"),
            starts=("oxytocin",),
            stops={"insulin-glargine": "delivery", "prenatal": "delivery"},
            procedures=("induction",),
            stay=(2, 3),
        ),
        Stage(
            (42, 70),
            "clinic",
            (
                Note(
                    "progress",
                    story="Postpartum check. Sleeps four hours at a stretch. No leaking of urine. Diet has slipped back to takeout.",
                    exam="Perineum healed. Abdomen soft.",
                    assessment="Glucose tolerance after gestational diabetes is normal; A1c {a1c}.",
                    plan="Lose {#4-7} kg, walk with the stroller. A1c yearly. Copper IUD placed today.",
                ),
            ),
            labs={"a1c": (5.2, 5.6), "gluc": (82, 98)},
        ),
    ),
    ("female",),
    smoking="never",
    family=(("mother", "type 2 diabetes", 46), ("father", "type 2 diabetes", 52)),
    avoid=(
        "uti",
        "prediabetes",
        "iron-deficiency",
        "hypertension",
        "kidney-stone",
        "appendicitis",
        "influenza",
        "covid",
        "back-pain",
        "sinusitis",
        "ankle-sprain",
    ),
)

COURSES = (PREECLAMPSIA, GESTATIONAL)
