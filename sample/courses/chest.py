"""Lungs: chronic obstruction, embolism."""

# ruff: noqa: E501 - each text is one sentence group, kept on its line
from sample.model import Course, Note, Stage

COPD = Course(
    "copd",
    "pulmonology",
    (58, 80),
    (
        Stage(
            (0, 0),
            "clinic",
            (
                Note(
                    "consult",
                    story="Morning cough with a teaspoon of white sputum for years, breathless on hills. [Two|Three] courses of antibiotics last winter. No hemoptysis. Weight steady.",
                    exam="Barrel chest, hyperresonant, distant breath sounds, scattered wheeze. No clubbing.",
                    assessment="Chronic obstructive pulmonary disease, FEV1 {fev1} predicted, group E. Alpha-1 level normal.",
                    plan="Tiotropium, rescue albuterol, inhaler technique. Nicotine replacement. Pulmonary rehabilitation, vaccines, low-dose CT screening.",
                ),
            ),
            labs={"fev1": (42, 56), "spo2": (92, 95)},
            conditions=("copd",),
            starts=("tiotropium", "albuterol"),
            procedures=("spirometry",),
        ),
        Stage(
            (90, 190),
            "ward",
            (
                Note(
                    "admission",
                    complaint="increasing breathlessness and green sputum",
                    story="Cold {#6-9} days ago, then more cough, sputum turned green, wheeze and breathlessness at rest. Albuterol every hour. No chest pain, no leg swelling. Grandchild had a cold.",
                    exam="Pursed-lip breathing, accessory muscles in use. Widespread wheeze, no focal crackles. No asterixis.",
                    assessment="Acute exacerbation of COPD with hypoxia. Chest film without pneumonia. White cell count {wbc}.",
                    plan="Controlled oxygen to 88 to 92 percent, nebulizers, prednisone 40 mg for five days, azithromycin. Blood gas in an hour; BiPAP if the pH falls.",
                ),
                Note(
                    "nursing",
                    story="On 2 L by nasal cannula, saturation 90%. Peak of anxiety at 02:00, sat on the edge of the bed, settled with a fan and breathing coaching. Coughs up thick yellow-green sputum.",
                    plan="Keep saturation 88 to 92. Spacer teaching. Smoking cessation nurse in the morning.",
                ),
                Note(
                    "discharge",
                    course="Improved on steroids, azithromycin and bronchodilators; BiPAP was not required. Off oxygen at rest by day three. Admitted to smoking again since the summer.",
                    assessment="Walks 60 meters with saturation 91%.",
                    plan="Add fluticasone/salmeterol. Rehabilitation within four weeks. Action plan with rescue prednisone pack.",
                ),
            ),
            labs={"spo2": (84, 88), "rr": (26, 32), "hr": (102, 118), "wbc": (11.2, 15.6), "crp": (18, 62), "hco3": (28, 33)},
            conditions=("copd-exacerbation",),
            refuted=("pneumonia",),
            starts=("prednisone", "azithromycin", "fluticasone-salmeterol"),
            procedures=("chest-x-ray",),
            service="hospital medicine",
            stay=(3, 5),
        ),
        Stage(
            (30, 60),
            "clinic",
            (
                Note(
                    "progress",
                    story="Finishing rehabilitation, walks {#300-420} meters in six minutes. [Has not smoked for five weeks with the patch.|Smokes two cigarettes a day, down from a pack.] Sleeps flat. Hoarse from the inhaler.",
                    exam="Quiet chest, prolonged expiration. White patches absent from the mouth.",
                    assessment="COPD, recovering from exacerbation. FEV1 {fev1}. Resting saturation {spo2}; no home oxygen needed.",
                    plan="Rinse mouth after inhaler. Continue triple therapy. Lung nodule of 4 mm on CT: repeat in a year.",
                ),
            ),
            labs={"fev1": (40, 52), "spo2": (92, 94)},
            procedures=("spirometry",),
        ),
        Stage(
            (140, 300),
            "phone",
            (
                Note(
                    "telephone",
                    story="More breathless since yesterday with yellow sputum; no fever. Home saturation {#89-91} percent. Has the rescue pack.",
                    assessment="Mild exacerbation of COPD handled at home.",
                    plan="Start the prednisone pack, antibiotics only if sputum turns green. Nurse calls tomorrow at ten. Ambulance for drowsiness or saturation under 86.",
                ),
            ),
            conditions=("copd-exacerbation",),
            starts=("prednisone",),
        ),
        Stage(
            (100, 250),
            "home",
            (
                Note(
                    "nursing",
                    story="Home visit. Oxygen concentrator delivered after saturation of 86% on walking. Dresses in stages with rests. Says {he} fears suffocating more than dying and would not want a breathing tube.",
                    plan="Message to physician about advance directive. Energy-saving techniques. No smoking signs and fire safety reviewed.",
                ),
            ),
            chance=0.7,
        ),
    ),
    smoking="current",
    family=(("father", "lung cancer", 69),),
    avoid=("uri", "sinusitis", "rhinitis", "covid"),
)

EMBOLISM = Course(
    "embolism",
    "hospital medicine",
    (28, 68),
    (
        Stage(
            (0, 0),
            "ward",
            (
                Note(
                    "admission",
                    complaint="sudden chest pain on breathing in",
                    story="Sharp {side}-sided chest pain and breathlessness since [this morning|last evening], {#6-12} days after [a long-haul flight|knee arthroscopy|a week in bed with flu]. {side} calf sore for two days. One streak of blood in sputum. No prior clots. No fever.",
                    exam="Tachypneic. Pleural rub at the {side} base. {side} calf 3 cm larger and tender.",
                    assessment="Acute pulmonary embolism with deep vein thrombosis, intermediate-low risk: troponin {troponin}, right ventricle normal. D-dimer {ddimer}.",
                    plan="Enoxaparin now, then apixaban. Telemetry. Provoked event; no thrombophilia testing. Age-appropriate cancer screening only.",
                ),
                Note(
                    "radiology",
                    study="CT pulmonary angiogram",
                    story="Pleuritic pain, raised D-dimer.",
                    exam="Filling defects in the {side} lower lobar artery and segmental branches. Small wedge opacity at the {side} base. Ratio of right to left ventricle 0.8. No mass.",
                    assessment="Acute pulmonary emboli in the {side} lower lobe with small infarct. No right heart strain.",
                ),
                Note(
                    "discharge",
                    course="Stable throughout. Pain controlled with acetaminophen. Changed from enoxaparin to apixaban.",
                    assessment="Room air, heart rate in the 80s.",
                    plan="Apixaban 10 mg twice daily for a week, then 5 mg twice daily for at least three months. Thrombosis clinic. Return for bleeding or worse breathing.",
                ),
            ),
            labs={"ddimer": (2.4, 9.8), "troponin": (4, 18), "bnp": (60, 260), "spo2": (89, 93), "hr": (104, 122), "rr": (22, 28)},
            conditions=("pe", "dvt"),
            refuted=("pneumonia", "nstemi"),
            starts=("enoxaparin", "apixaban"),
            stay=(2, 3),
        ),
        Stage(
            (80, 110),
            "clinic",
            (
                Note(
                    "progress",
                    story="Three months of apixaban without missed doses. Breathing back to normal; {side} calf aches by evening. Heavier [periods|nosebleeds] at first, better now.",
                    exam="Chest clear. {side} calf 1 cm larger, no skin change.",
                    assessment="Provoked pulmonary embolism, treated. Hemoglobin {hgb}. No sign of chronic thromboembolic disease.",
                    plan="Stop apixaban. Compression stocking if it helps. Prophylaxis for flights over six hours and any surgery. Estrogen-free contraception where relevant.",
                ),
            ),
            labs={"hgb": (12.0, 14.6), "plt": (190, 310), "ddimer": (0.1, 0.4)},
            resolved=("pe", "dvt"),
            stops={"apixaban": "three months completed for a provoked embolism"},
            service="hematology",
        ),
        Stage(
            (120, 300),
            "video",
            (
                Note(
                    "progress",
                    story="Asks before [a flight to see family|hip injections] whether clots could return. No breathlessness, no swelling.",
                    exam="Looks well on screen. Shows both legs, no visible difference.",
                    assessment="History of provoked pulmonary embolism, off anticoagulation for {interval}. Recurrence risk low.",
                    plan="One prophylactic dose before the journey, walking in the aisle. Knows warning signs. No imaging needed without symptoms.",
                ),
            ),
        ),
    ),
    avoid=("kidney-stone",),
)

COURSES = (COPD, EMBOLISM)
