"""Abbreviations and everyday words that clinicians write for concepts: curated, and as a text defines them itself.

An entry stands for whatever concept bears one of the full names. Those with several readings (`MS`, `RA`, `PE`) count only where the text
decides: where it says the full name too, or speaks of the field that the entry names.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from concepts.tokens import Tokens, places_of
from concepts.wordbook import are


class Abbreviation(NamedTuple):
    """`short` stands for any of the full names; `field` are words one of which must stand near it ('' for a plain one)."""

    short: str
    names: tuple[str, ...]
    field: tuple[str, ...] = ()


_PLAIN: Final = """
T2DM = type 2 diabetes mellitus | diabetes mellitus type 2 | type 2 diabetes
DM2 = type 2 diabetes mellitus | diabetes mellitus type 2 | type 2 diabetes
DMII = type 2 diabetes mellitus | diabetes mellitus type 2 | type 2 diabetes
DM type 2 = type 2 diabetes mellitus | diabetes mellitus type 2 | type 2 diabetes
NIDDM = type 2 diabetes mellitus | diabetes mellitus type 2 | type 2 diabetes
type 2 diabetic = type 2 diabetes mellitus | diabetes mellitus type 2 | type 2 diabetes
T1DM = type 1 diabetes mellitus | diabetes mellitus type 1 | type 1 diabetes
DM1 = type 1 diabetes mellitus | diabetes mellitus type 1 | type 1 diabetes
IDDM = type 1 diabetes mellitus | diabetes mellitus type 1 | type 1 diabetes
diabetic = diabetes mellitus | diabetes
sugar diabetes = diabetes mellitus | diabetes
GDM = gestational diabetes mellitus | gestational diabetes
HTN = hypertension | hypertensive disorder | essential hypertension | essential (primary) hypertension
  | hypertensive disorder, systemic arterial
high blood pressure = hypertension | hypertensive disorder | essential hypertension | essential (primary) hypertension
  | hypertensive disorder, systemic arterial
hypertensive = hypertension | hypertensive disorder | essential hypertension | essential (primary) hypertension
  | hypertensive disorder, systemic arterial
HLD = hyperlipidemia | hyperlipidemia, unspecified
high cholesterol = hypercholesterolemia | pure hypercholesterolemia | hyperlipidemia
heart attack = myocardial infarction | acute myocardial infarction
NSTEMI = non-ST elevation myocardial infarction | acute non-ST segment elevation myocardial infarction
  | non-ST elevation (NSTEMI) myocardial infarction
STEMI = ST elevation myocardial infarction | acute ST segment elevation myocardial infarction | ST elevation (STEMI) myocardial infarction
CAD = coronary artery disease | coronary arteriosclerosis | coronary heart disease | disorder of coronary artery
CHF = congestive heart failure | heart failure | heart failure, unspecified | chronic congestive heart failure
HFrEF = heart failure with reduced ejection fraction | systolic heart failure
HFpEF = heart failure with preserved ejection fraction | diastolic heart failure
AFib = atrial fibrillation | unspecified atrial fibrillation
A-fib = atrial fibrillation | unspecified atrial fibrillation
Afib = atrial fibrillation | unspecified atrial fibrillation
PAF = paroxysmal atrial fibrillation
SVT = supraventricular tachycardia
DVT = deep vein thrombosis | deep venous thrombosis
VTE = venous thromboembolism
CVA = cerebrovascular accident | stroke | cerebral infarction
TIA = transient ischemic attack | transient cerebral ischemic attack, unspecified
PCN allergy = allergy to penicillin
allergy to PCN = allergy to penicillin
allergic to PCN = allergy to penicillin
sulfa allergy = allergy to sulfonamide | allergy to sulfonamide antibiotic
allergy to sulfa = allergy to sulfonamide | allergy to sulfonamide antibiotic
allergic to sulfa = allergy to sulfonamide | allergy to sulfonamide antibiotic
allergy to sulfa drug = allergy to sulfonamide | allergy to sulfonamide antibiotic
PVD = peripheral vascular disease | peripheral arterial disease
PAD = peripheral arterial disease | peripheral vascular disease
AAA = abdominal aortic aneurysm
COPD = chronic obstructive pulmonary disease | chronic obstructive lung disease | chronic obstructive pulmonary disease, unspecified
OSA = obstructive sleep apnea | obstructive sleep apnea syndrome
SOB = shortness of breath | dyspnea
DOE = dyspnea on exertion
short of breath = shortness of breath | dyspnea
breathlessness = shortness of breath | dyspnea
difficulty breathing = dyspnea | shortness of breath
URI = upper respiratory infection | upper respiratory tract infection | acute upper respiratory infection, unspecified
URTI = upper respiratory tract infection | upper respiratory infection
ARDS = acute respiratory distress syndrome
TB = tuberculosis
GERD = gastroesophageal reflux disease | gastro-esophageal reflux disease | gastro-esophageal reflux disease without esophagitis
acid reflux = gastroesophageal reflux disease | gastro-esophageal reflux disease
IBS = irritable bowel syndrome
IBD = inflammatory bowel disease
GIB = gastrointestinal hemorrhage | gastrointestinal bleeding
GI bleed = gastrointestinal hemorrhage | gastrointestinal bleeding
NASH = nonalcoholic steatohepatitis
NAFLD = nonalcoholic fatty liver disease
HCC = hepatocellular carcinoma
CKD = chronic kidney disease | chronic kidney disease, unspecified
ESRD = end stage renal disease | end-stage renal disease
AKI = acute kidney injury | acute renal failure | acute kidney failure, unspecified
UTI = urinary tract infection | urinary tract infectious disease | urinary tract infection, site not specified
BPH = benign prostatic hyperplasia | benign prostatic hypertrophy
RCC = renal cell carcinoma
OA = osteoarthritis | unspecified osteoarthritis, unspecified site
SLE = systemic lupus erythematosus
ALS = amyotrophic lateral sclerosis
PTSD = posttraumatic stress disorder | post-traumatic stress disorder
ADHD = attention deficit hyperactivity disorder | attention-deficit hyperactivity disorder
OCD = obsessive-compulsive disorder
GAD = generalized anxiety disorder
MDD = major depressive disorder | major depression
ETOH abuse = alcohol abuse
SI = suicidal ideation | suicidal thoughts | suicidal ideations
suicidal thoughts = suicidal ideation | suicidal ideations
suicidal = suicidal ideation | suicidal ideations
HIV = human immunodeficiency virus infection | HIV infection | human immunodeficiency virus [HIV] disease
HCV = hepatitis C | viral hepatitis C
HBV = hepatitis B | viral hepatitis B
MRSA = methicillin resistant staphylococcus aureus infection | methicillin resistant staphylococcus aureus
CLL = chronic lymphocytic leukemia | chronic lymphoid leukemia
CML = chronic myelogenous leukemia | chronic myeloid leukemia
AML = acute myeloid leukemia | acute myelogenous leukemia
NSCLC = non-small cell lung cancer | non-small cell carcinoma of lung | non-small cell lung carcinoma
SCLC = small cell lung cancer | small cell carcinoma of lung
BCC = basal cell carcinoma
DKA = diabetic ketoacidosis
DJD = degenerative joint disease | osteoarthritis
LBP = low back pain
lower back pain = low back pain | mechanical low back pain | lumbago
HA = headache
N/V = nausea and vomiting
SBO = small bowel obstruction
ICH = intracranial hemorrhage | intracerebral hemorrhage
SAH = subarachnoid hemorrhage
SDH = subdural hematoma
TBI = traumatic brain injury
PNA = pneumonia
CABG = coronary artery bypass graft | coronary artery bypass grafting
PCI = percutaneous coronary intervention
TURP = transurethral resection of prostate
EGD = esophagogastroduodenoscopy
ERCP = endoscopic retrograde cholangiopancreatography
LVH = left ventricular hypertrophy
PCOS = polycystic ovary syndrome | polycystic ovarian syndrome
HPV = human papillomavirus infection
HSV = herpes simplex | herpes simplex virus infection
VRE = vancomycin resistant enterococcus infection
FUO = fever of unknown origin
LOC = loss of consciousness
JVD = jugular venous distension
DOB = date of birth
HbA1c = hemoglobin A1c | glycated hemoglobin | hemoglobin A1c/hemoglobin.total in blood | HbA1c
A1c = hemoglobin A1c | glycated hemoglobin | hemoglobin A1c/hemoglobin.total in blood | HbA1c
hgb a1c = hemoglobin A1c | glycated hemoglobin | hemoglobin A1c/hemoglobin.total in blood | HbA1c
hgba1c = hemoglobin A1c | glycated hemoglobin | hemoglobin A1c/hemoglobin.total in blood | HbA1c
glycosylated hemoglobin = hemoglobin A1c | glycated hemoglobin | hemoglobin A1c/hemoglobin.total in blood | HbA1c
BP = blood pressure
EF = ejection fraction | left ventricular ejection fraction
LVEF = left ventricular ejection fraction | ejection fraction
BMI = body mass index
HR = heart rate
RR = respiratory rate
SpO2 = oxygen saturation
O2 sat = oxygen saturation
WBC = leukocytes | white blood cell count
Hgb = hemoglobin
Hct = hematocrit
Plt = platelets
BUN = urea nitrogen | blood urea nitrogen
eGFR = glomerular filtration rate | estimated glomerular filtration rate | glomerular filtration rate/1.73 sq M.predicted
GFR = glomerular filtration rate | estimated glomerular filtration rate
INR = INR | international normalized ratio
PSA = prostate specific antigen | prostate specific ag
TSH = thyrotropin | thyroid stimulating hormone
LDL = cholesterol in LDL | low density lipoprotein cholesterol
HDL = cholesterol in HDL | high density lipoprotein cholesterol
CRP = C reactive protein
BNP = brain natriuretic peptide | natriuretic peptide B
CEA = carcinoembryonic antigen | carcinoembryonic ag
ASA = aspirin
acetylsalicylic acid = aspirin
paracetamol = acetaminophen
tylenol = acetaminophen
HCTZ = hydrochlorothiazide
MTX = methotrexate
NTG = nitroglycerin
APAP = acetaminophen
TMP-SMX = sulfamethoxazole / trimethoprim | trimethoprim-sulfamethoxazole
bactrim = sulfamethoxazole / trimethoprim | trimethoprim-sulfamethoxazole
lasix = furosemide
coumadin = warfarin
advil = ibuprofen
motrin = ibuprofen
aleve = naproxen
plavix = clopidogrel
lipitor = atorvastatin
zocor = simvastatin
crestor = rosuvastatin
glucophage = metformin
zestril = lisinopril
prinivil = lisinopril
norvasc = amlodipine
lopressor = metoprolol
toprol = metoprolol
prilosec = omeprazole
nexium = esomeprazole
protonix = pantoprazole
zoloft = sertraline
prozac = fluoxetine
lexapro = escitalopram
celexa = citalopram
xanax = alprazolam
ativan = lorazepam
valium = diazepam
ambien = zolpidem
neurontin = gabapentin
synthroid = levothyroxine
eliquis = apixaban
xarelto = rivaroxaban
lovenox = enoxaparin
keppra = levetiracetam
lantus = insulin glargine
ventolin = albuterol
proventil = albuterol
salbutamol = albuterol
zofran = ondansetron
percocet = acetaminophen / oxycodone | oxycodone
vicodin = acetaminophen / hydrocodone | hydrocodone
augmentin = amoxicillin / clavulanate
zithromax = azithromycin
cipro = ciprofloxacin
keytruda = pembrolizumab
herceptin = trastuzumab
gleevec = imatinib
humira = adalimumab
"""

_AMBIGUOUS: Final = """
MI = myocardial infarction | acute myocardial infarction : heart, cardiac, coronary, troponin, stent, chest, infarction, aspirin,
  cad, ischemic, prior, history, old, acute, anterior, inferior
PE = pulmonary embolism | pulmonary thromboembolism : dvt, embolism, anticoagulation, heparin, warfarin, dyspnea, ct, pulmonary,
  clot, vte, bilateral, acute
MS = multiple sclerosis : sclerosis, neurology, relapsing, relapse, lesions, interferon, demyelinating, neurologist, optic, ocrelizumab
RA = rheumatoid arthritis : arthritis, rheumatoid, methotrexate, joint, rheumatology, rheumatologist
DM = diabetes mellitus | diabetes : diabetes, insulin, metformin, glucose, type, htn, a1c, hba1c, hypertension, cad, neuropathy
AF = atrial fibrillation : atrial, fibrillation, warfarin, rate, anticoagulation, ablation, flutter, apixaban
CP = chest pain : chest, sob, troponin, ekg, exertion, pain
HF = heart failure : heart, ejection, diuretic, furosemide, edema, cardiomyopathy, ef
AS = aortic stenosis : aortic, valve, stenosis, murmur, tavr
MR = mitral regurgitation : mitral, valve, regurgitation, murmur
PD = parkinson's disease : parkinson, levodopa, tremor, carbidopa
CF = cystic fibrosis : fibrosis, cystic, sweat, pancreatic
ALL = acute lymphoblastic leukemia | acute lymphoid leukemia : leukemia, lymphoblastic, blasts, chemotherapy, marrow
RSV = respiratory syncytial virus infection : bronchiolitis, syncytial, respiratory, wheezing
CRF = chronic renal failure : renal, dialysis, kidney, creatinine
Cr = creatinine : bun, renal, kidney, creatinine, mg
K = potassium : na, sodium, electrolytes, potassium, meq
Na = sodium : k, potassium, electrolytes, sodium, meq
"""
_OPENING: Final = are(("(",))
_CLOSING: Final = frozenset(");,")
"""What ends a short form in a bracket."""
_MOST_SAID: Final = 8
"""Tokens that a bracket says besides at most to be read over."""
_ALLOWED_SMALL: Final = 4
"""Letters that an abbreviation has at least to be taken in small letters too."""


_NARROWER: Final = """
heart attack = NSTEMI | STEMI | non-ST elevation (NSTEMI) myocardial infarction | acute non-ST segment elevation myocardial infarction
  | ST elevation (STEMI) myocardial infarction | acute ST segment elevation myocardial infarction | old myocardial infarction
  | acute myocardial infarction, unspecified
myocardial infarction = NSTEMI | STEMI | non-ST elevation (NSTEMI) myocardial infarction
  | acute non-ST segment elevation myocardial infarction | ST elevation (STEMI) myocardial infarction
  | acute ST segment elevation myocardial infarction | old myocardial infarction | acute myocardial infarction
diabetes = type 2 diabetes mellitus | diabetes mellitus type 2 | type 1 diabetes mellitus | diabetes mellitus type 1
  | gestational diabetes mellitus | gestational diabetes | diabetes mellitus
diabetic = type 2 diabetes mellitus | diabetes mellitus type 2 | type 1 diabetes mellitus | diabetes mellitus type 1
  | secondary diabetes mellitus | latent autoimmune diabetes mellitus in adult | drug-induced diabetes mellitus
pneumonia = community-acquired pneumonia | community acquired pneumonia | bacterial pneumonia | viral pneumonia | aspiration pneumonia
  | pneumocystosis | pneumocystis pneumonia | pneumonia, unspecified organism | lobar pneumonia
stroke = ischemic stroke | hemorrhagic stroke | cerebral infarction | cerebrovascular accident | cerebral infarction, unspecified
heart failure = congestive heart failure | chronic congestive heart failure | systolic heart failure | diastolic heart failure
  | heart failure with reduced ejection fraction | heart failure with preserved ejection fraction | heart failure, unspecified
kidney disease = chronic kidney disease | chronic kidney disease stage 1 | chronic kidney disease stage 2 | chronic kidney disease stage 3
  | chronic kidney disease stage 4 | chronic kidney disease stage 5 | diabetic renal disease
insulin = insulin glargine | insulin lispro | insulin aspart | insulin detemir | insulin degludec | insulin glulisine
  | insulin isophane | insulin, isophane | insulin human, isophane | insulin isophane, human | insulin, regular, human | insulin human
  | regular insulin, human | insulin human, rDNA origin | insulin, human | insulin human, isophane / insulin human, regular
  | insulin isophane, human / insulin, regular, human | NPH insulin, human
pregnant = pregnancy | normal pregnancy | patient currently pregnant | high risk pregnancy | intrauterine pregnancy
pregnancy = normal pregnancy | patient currently pregnant | high risk pregnancy | intrauterine pregnancy
asthmatic = asthma | childhood asthma
epileptic = epilepsy | seizure disorder
anemic = anemia | iron deficiency anemia
depression = major depressive disorder | major depression | recurrent major depression | depressive disorder
"""
"""A question for the one asks for the others too; a text that says the one does not say the others."""


def narrower() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names, and those that a question for them asks for too."""
    for line in _lines(_NARROWER):
        name, _, names = line.partition(" = ")
        yield name, tuple(each.strip() for each in names.split("|"))


def abbreviations() -> Iterator[Abbreviation]:
    """The curated entries."""
    for line in _lines(_PLAIN):
        short, _, names = line.partition(" = ")
        yield Abbreviation(short, tuple(name.strip() for name in names.split("|")))
    for line in _lines(_AMBIGUOUS):
        short, _, rest = line.partition(" = ")
        names, _, field = rest.partition(" : ")
        yield Abbreviation(short, tuple(name.strip() for name in names.split("|")), tuple(word.strip() for word in field.split(",")))


def _lines(listed: str) -> list[str]:
    """The entries; a line that begins with blanks goes on with the one before."""
    return listed.strip().replace("\n  ", " ").splitlines()


def needs_capitals(short: str) -> bool:
    """Whether a short form counts only as it is written: `SI` is not "si", but "copd" is COPD."""
    return short.isalpha() and short.isupper() and len(short) < _ALLOWED_SMALL


_SHORT = re.compile(r"[A-Za-z0-9](?:[\w-]|/(?=[A-Z])){1,9}\Z")
_MOST_PIECES: Final = 5
"""Tokens of a short form: "X-ALD" is three."""


class Definition(NamedTuple):
    """`short`, as the text writes it, stands for its tokens `first` to before `last`; its bracket goes from there to before `behind`."""

    short: str
    first: int
    last: int
    behind: int


def definitions(text: Tokens) -> Iterator[Definition]:
    """What a text abbreviates itself: "chronic obstructive pulmonary disease (COPD)", after Schwartz and Hearst (PSB 2003).

    A bracket may say more behind a comma: "ataxia telangiectasia (A-T; MIM 208900)".
    """
    norms = text.norms
    for place in places_of(text, _OPENING):
        end = place + 1
        while end < len(norms) and end - place <= _MOST_PIECES and norms[end] not in _CLOSING:
            end += 1
        if end == place + 1 or end >= len(norms) or norms[end] not in _CLOSING:
            continue
        short = text.text[text.starts[place + 1] : text.ends[end - 1]]
        if not _SHORT.match(short) or sum(map(str.isupper, short)) < max(1, len(short) // 2):
            continue
        first = _long_form(text, place, short)
        if first is not None:
            closed = next((at for at in range(end, min(end + _MOST_SAID, len(norms))) if norms[at] == ")"), place - 1)
            yield Definition(short, first, place, closed + 1)


def _long_form(text: Tokens, place: int, short: str) -> int | None:
    """The token at which the words before a bracket begin that give its letters: each in order, the first at the beginning of a word."""
    letters = [letter for letter in short.lower() if letter.isalnum()]
    lowest = max(0, place - min(len(letters) + 5, len(letters) * 2))
    at = len(letters) - 1
    for token in range(place - 1, lowest - 1, -1):
        word = text.text[text.starts[token] : text.ends[token]].lower()
        if word in ".;:\n()":
            return None
        for position in range(len(word) - 1, -1, -1):
            if word[position] == letters[at] and (at > 0 or position == 0):
                at -= 1
                if at < 0:
                    return token
    return None
