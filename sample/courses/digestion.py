"""Digestion: Crohn disease, cirrhosis, gallstone pancreatitis."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

CROHN = Course(
    "crohn",
    "gastroenterology",
    (19, 46),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "procedure",
                    study="Colonoscopy with ileoscopy and biopsies.",
                    story="{#4-9} months of cramping right-sided pain, {#4-7} loose stools a day, {#5-8} kg lost, mouth ulcers. Stool cultures negative.",
                    exam="Deep linear ulcers and cobblestones of the last {#15-25} cm of ileum, stricture passable. Skip lesion in the cecum. Rectum spared. Biopsies taken.",
                    plan="Crohn disease explained to {Mr}. MR enterography. Tuberculosis and hepatitis screen before biologics.",
                ),
                Note(
                    "pathology",
                    study="Terminal ileum and cecum, biopsies",
                    story="Ulcers, skip lesions.",
                    exam="Chronic active ileitis with crypt distortion, patchy transmural-type lymphoid aggregates and a non-caseating granuloma. No dysplasia. Acid-fast stain negative.",
                    assessment="Consistent with Crohn disease. No evidence of tuberculosis or malignancy.",
                ),
            ),
            labs={"crp": (28, 72), "hgb": (9.8, 11.6), "ferritin": (6, 14), "alb": (2.9, 3.5), "weight_change": (-6, -4)},
            conditions=("crohn", "iron-deficiency"),
            refuted=("tb",),
            starts=("budesonide", "ferrous-sulfate"),
            procedures=("colonoscopy",),
        ),
        Stage(
            (40, 70),
            "infusion",
            (
                Note(
                    "progress",
                    story="Budesonide helped for three weeks only. Back to five stools and night pain. No fistula, no fever. [Smokes six cigarettes a day.|Quit smoking last month.]",
                    exam="Tender right lower quadrant with a sausage-shaped fullness. Perianal skin normal.",
                    assessment="Active ileocecal Crohn disease. C-reactive protein {crp}, hemoglobin {hgb}.",
                    plan="Infliximab with azathioprine. TPMT normal. Quit smoking: it doubles the chance of surgery. Dietitian.",
                ),
                Note(
                    "nursing",
                    story="First infliximab, two hours. Mild headache at 60 minutes, slowed, settled. Vitals stable.",
                    plan="Next at two and six weeks. Report fever, rash, joint swelling. No live vaccines.",
                ),
            ),
            labs={"crp": (22, 54), "hgb": (10.0, 11.4), "wbc": (7.8, 11.2), "alt": (14, 32)},
            starts=("infliximab", "azathioprine"),
            stops={"budesonide": "no lasting benefit"},
        ),
        Stage(
            (130, 220),
            "clinic",
            (
                Note(
                    "progress",
                    story="Two formed stools, no pain, {#4-7} kg regained. Missed no infusion. Sunburned easily on azathioprine.",
                    exam="Abdomen soft, no mass.",
                    assessment="Crohn disease in clinical remission, C-reactive protein {crp}; infliximab level adequate. White cells {wbc}.",
                    plan="Continue both. Skin protection. Colonoscopy in six months for healing. Stop iron when ferritin over 50.",
                ),
            ),
            labs={"crp": (0.9, 4.2), "hgb": (12.4, 13.8), "ferritin": (38, 84), "wbc": (4.2, 6.1)},
            resolved=("iron-deficiency",),
            stops={"ferrous-sulfate": "iron stores restored"},
        ),
        Stage(
            (90, 240),
            "phone",
            (
                Note(
                    "telephone",
                    story="Cramps and no stool since last night after a bowl of popcorn, vomited once. No fever. Has the known narrow stretch of ileum.",
                    assessment="Partial obstruction at the ileal stricture, settling.",
                    plan="Clear fluids today. Emergency department if vomiting continues or the belly swells. MR enterography booked; avoid nuts, popcorn and raw vegetables.",
                ),
            ),
        ),
    ),
    family=(("sister", "Crohn disease", 23),),
    avoid=("appendicitis", "gastroenteritis", "iron-deficiency", "obesity"),
)

CIRRHOSIS = Course(
    "cirrhosis",
    "gastroenterology",
    (44, 68),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="vomiting blood",
                    story="Vomited a basin of bright blood [at dinner|in the night], black stool since. Belly growing for two months. {#4-6} beers a day for twenty years, last drink this week. Never told of liver disease. No NSAIDs.",
                    exam="Jaundiced, spider nevi, palmar redness. Tense ascites, spleen palpable. Melena. Drowsy but oriented.",
                    assessment="Bleeding esophageal varices with alcohol-related cirrhosis, Child-Pugh C, MELD {#17-23}. Hemoglobin {hgb}, INR {inr}, bilirubin {bili}.",
                    plan="Octreotide, ceftriaxone, red cells to a hemoglobin of 7 to 8, endoscopy within twelve hours. Thiamine. Lactulose.",
                ),
                Note(
                    "procedure",
                    study="Upper endoscopy with variceal band ligation.",
                    story="Hematemesis, suspected varices.",
                    exam="Three columns of large esophageal varices with a white nipple sign at 36 cm. {#5-7} bands, hemostasis. Portal gastropathy. No ulcer.",
                    plan="Octreotide for three days, nadolol afterwards. Repeat banding in three weeks.",
                ),
                Note(
                    "nursing",
                    story="Oriented in the evening, by 04:00 day and night reversed and hands flapping. Three soft stools after lactulose, clearer by noon. No more blood.",
                    plan="Stools charted, aim for three. Aspiration precautions. Weight and girth daily.",
                ),
                Note(
                    "discharge",
                    course="Varices banded, no rebleeding. Paracentesis of {#4-6} liters with albumin, no infection in the fluid. Encephalopathy cleared with lactulose.",
                    assessment="Awake, ascites small, hemoglobin stable.",
                    plan="Nadolol, spironolactone, furosemide, lactulose. No alcohol ever; addiction clinic. Liver ultrasound every six months. Banding in three weeks.",
                ),
            ),
            labs={
                "hgb": (6.6, 7.9),
                "inr": (1.6, 2.1),
                "bili": (3.1, 5.8),
                "alb": (2.2, 2.8),
                "plt": (52, 88),
                "na": (128, 134),
                "cr": (0.9, 1.3),
                "ammonia": (62, 118),
                "hr": (108, 128),
                "sbp": (90, 102),
                "dbp": (50, 60),
            },
            conditions=("cirrhosis", "varices", "ascites", "encephalopathy"),
            refuted=("gastric-ulcer",),
            starts=("octreotide", "ceftriaxone", "lactulose", "nadolol", "spironolactone", "furosemide", "thiamine"),
            procedures=("endoscopy", "paracentesis", "transfusion"),
            stay=(6, 9),
        ),
        Stage(
            (30, 60),
            "clinic",
            (
                Note(
                    "progress",
                    story="{#35-60} days sober. Belly flatter, ankles thin. Two stools a day, mind clear; wife counts the lactulose. Breast tenderness.",
                    exam="Sclera faintly yellow. Small ascites. No flap.",
                    assessment="Alcohol-related cirrhosis, improving: bilirubin {bili} (was {bili_was}), sodium {na}. Potassium {k} on spironolactone.",
                    plan="Change spironolactone to a lower dose. Second banding done last week. Coffee, protein at bedtime. Transplant talk at six months of sobriety.",
                ),
            ),
            labs={
                "bili": (1.8, 2.9),
                "inr": (1.4, 1.6),
                "alb": (2.7, 3.2),
                "na": (132, 137),
                "k": (4.6, 5.2),
                "plt": (58, 92),
                "hgb": (9.4, 10.8),
            },
        ),
        Stage(
            (80, 160),
            "emergency",
            (
                Note(
                    "emergency",
                    complaint="confusion",
                    story="Found in pajamas at noon, answered with the wrong year. Constipated for four days after running out of lactulose. No fall, no fever, no black stool, no alcohol by breath test.",
                    exam="Asterixis, oriented to name only. Mild ascites, not tender. No bruise of the head.",
                    course="Lactulose by mouth and enema; knew the date by evening. Diagnostic tap without infection. CT head normal.",
                    assessment="Hepatic encephalopathy grade 2 from constipation. No spontaneous peritonitis, no bleeding. Ammonia {ammonia}.",
                    plan="Observation overnight. Rifaximin added. Lactulose on automatic refill.",
                ),
            ),
            labs={"ammonia": (88, 152), "na": (133, 138), "k": (3.4, 4.2), "hgb": (10.2, 11.4), "wbc": (4.0, 6.8)},
            conditions=("encephalopathy",),
            starts=("rifaximin",),
            procedures=("ct-head",),
            service="emergency medicine",
            chance=0.8,
        ),
        Stage(
            (90, 200),
            "clinic",
            (
                Note(
                    "progress",
                    story="A year near. Not a drop of alcohol. Gardening, eats well. No confusion on rifaximin. Itches a little.",
                    exam="No ascites, no flap. Spleen tip.",
                    assessment="Compensating cirrhosis. Bilirubin {bili}, platelets {plt}. Ultrasound without liver lesion; no evidence of hepatocellular carcinoma.",
                    plan="Stop furosemide. Nadolol stays. Ultrasound every six months. Hepatitis vaccines done.",
                ),
            ),
            labs={"bili": (1.2, 1.9), "inr": (1.2, 1.4), "alb": (3.2, 3.7), "plt": (70, 110), "na": (136, 140)},
            resolved=("ascites",),
            stops={"furosemide": "ascites gone"},
        ),
    ),
    ("male",),
    history=("alcohol-use",),
    family=(("father", "hypertension", 50),),
    avoid=("gerd", "hyperlipidemia", "iron-deficiency", "hypertension", "back-pain", "gastroenteritis"),
)

PANCREATITIS = Course(
    "pancreatitis",
    "surgery",
    (36, 70),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="severe upper abdominal pain",
                    story="Steady pain below the breastbone boring into the back since [midnight|a heavy lunch], better leaning forward, vomited five times. Had short spells after fatty meals all year. Drinks hardly any alcohol. No new medicine.",
                    exam="Epigastrium very tender with guarding, bowel sounds faint. No bruising of flanks. Not jaundiced.",
                    assessment="Acute gallstone pancreatitis, lipase {lipase}, ALT {alt}. No organ failure. Heart attack excluded, troponin {troponin}.",
                    plan="Ringer's lactate, pain relief, early oral feeding. Ultrasound. Gallbladder out this admission if mild. No antibiotics.",
                ),
                Note(
                    "radiology",
                    study="US abdomen",
                    story="Epigastric pain, raised lipase.",
                    exam="Several mobile gallstones up to {#6-12} mm, no wall thickening. Common duct {#4-6} mm without stone. Pancreas swollen, tail hidden by gas. No free fluid.",
                    assessment="Cholelithiasis. Findings of pancreatitis. No biliary dilation.",
                ),
                Note(
                    "operative",
                    study="Laparoscopic cholecystectomy with intraoperative cholangiogram.",
                    story="Mild gallstone pancreatitis.",
                    exam="Critical view of safety obtained. Cholangiogram: no filling defect, free flow to the duodenum. Gallbladder removed intact.",
                    plan="Diet tonight, home tomorrow.",
                ),
                Note(
                    "discharge",
                    course="Pain settled within two days, ate on day two. Gallbladder removed on day four without complication.",
                    assessment="Pain 2 of 10, eating.",
                    plan="Low-fat diet for two weeks. No lifting. Return for fever, jaundice or renewed pain.",
                ),
            ),
            labs={
                "lipase": (1240, 4800),
                "alt": (160, 420),
                "bili": (1.1, 2.4),
                "alp": (130, 240),
                "wbc": (11.8, 16.4),
                "ca": (8.4, 9.2),
                "troponin": (3, 12),
                "crp": (34, 120),
            },
            conditions=("pancreatitis", "gallstones"),
            refuted=("nstemi",),
            starts=("acetaminophen", "morphine"),
            procedures=("cholecystectomy",),
            stay=(5, 6),
        ),
        Stage(
            (14, 24),
            "clinic",
            (
                Note(
                    "progress",
                    story="Two weeks after gallbladder surgery. Loose stools after fried food. No pain, no fever. Back at the desk.",
                    exam="Four port sites healed. No jaundice.",
                    assessment="Recovered from gallstone pancreatitis. Lipase {lipase}, ALT {alt}.",
                    plan="Normal diet step by step. No follow-up imaging. Pathology: chronic cholecystitis, no dysplasia.",
                ),
            ),
            labs={"lipase": (22, 48), "alt": (16, 36), "bili": (0.4, 0.9)},
            resolved=("gallstones",),
        ),
        Stage(
            (60, 150),
            "phone",
            (
                Note(
                    "telephone",
                    story="Wonders whether a glass of wine at a wedding is allowed. No pain since surgery. Urgent stools twice a week.",
                    assessment="Gallstone pancreatitis cured by cholecystectomy; bile acid diarrhea, mild.",
                    plan="Occasional wine is fine. Fiber; cholestyramine if it bothers {him}.",
                ),
            ),
        ),
    ),
    history=("obesity",),
    avoid=("obesity", "gerd", "kidney-stone", "appendicitis"),
)

COURSES = (CROHN, CIRRHOSIS, PANCREATITIS)
