"""Therapies as clinicians name them by their class ("anticoagulated", "on a statin"), and what is of each class: curated.

A class is a concept of its own, for a text that says "statin" names no drug; who asks for it means every drug of it too. A drug is of a
class by its ingredient, or by the stem that its international name has (the stems of the WHO: -vastatin, -sartan), so that drugs that
are new, or that no list here has, belong to theirs.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from concepts.terminology import Concept, Kind, spellings
from concepts.tokens import tokens

SYSTEM: Final = "urn:commissure:therapy"
"""The scheme of these classes: no published one has just these."""

_CLASSES: Final = """
anticoagulants = anticoagulation; anticoagulated; anticoagulation therapy; blood thinner; oral anticoagulant; DOAC; NOAC : warfarin
  acenocoumarol phenprocoumon fondaparinux argatroban bivalirudin -xaban -gatran heparin -parin
antiplatelets = antiplatelet agent; antiplatelet therapy; dual antiplatelet therapy; DAPT : aspirin clopidogrel ticlopidine dipyridamole
  cilostazol vorapaxar -grel -grelor
statins = statin therapy; HMG CoA reductase inhibitor : -vastatin
beta blockers = beta-blocker; beta blockade; beta adrenergic blocker : -olol carvedilol labetalol
ACE inhibitors = ACEI; ACE-I; angiotensin converting enzyme inhibitor; angiotensin-converting enzyme inhibitor : -pril -prilat
angiotensin receptor blockers = angiotensin II receptor blocker; sartan : -sartan
calcium channel blockers = CCB; calcium antagonist : -dipine diltiazem verapamil
diuretics = diuretic therapy; water pill; diuresed : diuretic -thiazide -semide bumetanide chlorthalidone indapamide metolazone
  spironolactone eplerenone amiloride triamterene acetazolamide
loop diuretics = high-ceiling diuretic : -semide bumetanide ethacrynic
thiazide diuretics = thiazide; thiazide-like diuretic : -thiazide chlorthalidone indapamide metolazone
nitrates = long-acting nitrate; oral nitrate; nitrate therapy : nitroglycerin isosorbide
insulins = insulin therapy; basal insulin; bolus insulin; long-acting insulin; sliding scale insulin : insulin
sulfonylureas = sulphonylurea : glyburide glibenclamide glipizide glimepiride gliclazide tolbutamide chlorpropamide
SGLT2 inhibitors = SGLT-2 inhibitor; gliflozin : -gliflozin
GLP-1 receptor agonists = GLP-1 agonist; GLP-1 RA : -glutide exenatide lixisenatide tirzepatide
DPP-4 inhibitors = DPP4 inhibitor; gliptin : -gliptin
proton pump inhibitors = PPI; acid suppression : omeprazole esomeprazole lansoprazole dexlansoprazole pantoprazole rabeprazole
antibiotics = antibiotic therapy; antibacterial; antimicrobial; abx : -cillin cef- -floxacin -oxacin -cycline -thromycin -micin -penem
  vancomycin clindamycin sulfamethoxazole trimethoprim nitrofurantoin metronidazole linezolid daptomycin amikacin tobramycin neomycin
  aztreonam rifampin rifampicin rifaximin fosfomycin colistin cephalexin cephalothin isoniazid
corticosteroids = steroid; steroid therapy; glucocorticoid; oral steroid; systemic steroid : steroid prednisone -isolone -asone
  hydrocortisone cortisone budesonide triamcinolone fluticasone ciclesonide fluocinonide flunisolide
inhaled corticosteroids = inhaled steroid; ICS : beclomethasone ciclesonide
opioids = opiate; narcotic; opioid therapy; opioid analgesic : morphine codeine -codone -morphone fentanyl -entanil tramadol tapentadol
  methadone meperidine buprenorphine
NSAIDs = nonsteroidal anti-inflammatory drug; non-steroidal anti-inflammatory drug; anti-inflammatory : ibuprofen naproxen -profen -coxib
  diclofenac -fenac indomethacin ketorolac meloxicam piroxicam nabumetone etodolac sulindac
antidepressants = antidepressant therapy : antidepressant ssri snri -oxetine sertraline citalopram escitalopram fluvoxamine -faxine
  -triptyline -ipramine bupropion mirtazapine trazodone vilazodone doxepin
SSRIs = selective serotonin reuptake inhibitor : fluoxetine paroxetine sertraline citalopram escitalopram fluvoxamine
SNRIs = serotonin norepinephrine reuptake inhibitor : -faxine duloxetine milnacipran levomilnacipran
tricyclic antidepressants = tricyclic : -triptyline -ipramine doxepin
antipsychotics = neuroleptic : haloperidol quetiapine olanzapine clozapine aripiprazole brexpiprazole cariprazine risperidone paliperidone
  ziprasidone lurasidone chlorpromazine fluphenazine perphenazine
benzodiazepines = benzo : -azolam -azepam chlordiazepoxide diazepam clorazepate
antiepileptics = anticonvulsant; antiepileptic drug; antiseizure medication; antiseizure medicine : -racetam phenytoin fosphenytoin
  carbamazepine oxcarbazepine valproate valproic lamotrigine topiramate zonisamide lacosamide phenobarbital ethosuximide gabapentin
  pregabalin perampanel cenobamate
bisphosphonates = bisphosphonate therapy : -dronate -dronic
antivirals = antiviral therapy : -vir antiretroviral
antiretrovirals = antiretroviral therapy; HAART : tenofovir efavirenz lamivudine zidovudine abacavir emtricitabine dolutegravir
  bictegravir raltegravir darunavir atazanavir ritonavir lopinavir rilpivirine
antifungals = antifungal therapy : -conazole terbinafine amphotericin nystatin -fungin griseofulvin
bronchodilators = inhaled bronchodilator; short-acting beta agonist; long-acting beta agonist : albuterol levalbuterol salbutamol -meterol
  -moterol indacaterol vilanterol olodaterol -tropium theophylline
chemotherapy = chemo; antineoplastic; cytotoxic chemotherapy; systemic chemotherapy : -platin -taxel -rubicin gemcitabine capecitabine
  decitabine azacitidine fluorouracil cyclophosphamide ifosfamide methotrexate pemetrexed etoposide irinotecan topotecan vincristine
  vinblastine vinorelbine bleomycin mitomycin dacarbazine temozolomide procarbazine bendamustine chlorambucil melphalan mercaptopurine
  cytarabine eribulin
dialysis = renal dialysis; chronic dialysis : -dialysis
"""
"""Label = further names : ingredients, stems at the end of a name (-pril) and at its beginning (cef-)."""
_PROCEDURES: Final = frozenset({"dialysis"})
_LEAST: Final = 2
"""Letters that a word has besides a stem at least."""
_OTHERWISE_BEFORE: Final = frozenset({"lupus"})
_OTHERWISE_BEHIND: Final = frozenset({"resistance", "resistant", "sensitivity"})
"""What makes another thing of a class: "lupus anticoagulant", "insulin resistance"."""


class Therapy(NamedTuple):
    """A class with its names, and by what its members are known."""

    concept: Concept
    names: tuple[str, ...]
    words: frozenset[str]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Whether a word of a name is one of its ingredients, or has one of its stems."""
        if word in self.words:
            return True
        if not word.endswith(self.endings) and not word.startswith(self.beginnings):
            return False
        stems = [stem for stem in self.endings if word.endswith(stem)] + [stem for stem in self.beginnings if word.startswith(stem)]
        return any(len(word) >= len(stem) + _LEAST for stem in stems)


@cache
def therapies() -> tuple[Therapy, ...]:
    """All classes."""
    found = []
    for line in _CLASSES.strip().replace("\n  ", " ").splitlines():
        label, _, rest = line.partition(" = ")
        names, _, members = rest.partition(" : ")
        kind = Kind.PROCEDURE if label in _PROCEDURES else Kind.DRUG
        of = members.split()
        endings = tuple(each[1:] for each in of if each.startswith("-"))
        beginnings = tuple(each[:-1] for each in of if each.endswith("-"))
        words = frozenset(each for each in of if "-" not in each)
        concept = Concept(SYSTEM, label.replace(" ", "-").lower(), label, kind)
        found.append(Therapy(concept, tuple(name.strip() for name in names.split(";")), words, endings, beginnings))
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def classes_of(name: str, kind: Kind) -> tuple[Concept, ...]:
    """The classes that a drug or procedure is of, by one of its names."""
    words: set[str] = set()
    for spelling in spellings(name, kind):
        norms = [norm for norm in tokens(spelling).norms if norm[0].isalpha()]
        words.update(norms if kind is Kind.DRUG else norms[-1:])
    having = frozenset().union(*map(_having, words))
    return tuple(each.concept for place, each in enumerate(therapies()) if place in having and each.concept.kind is kind)


@lru_cache(maxsize=1 << 14)
def _having(word: str) -> frozenset[int]:
    """The places of the classes that have a word: names share most of theirs (MG, tablet)."""
    return frozenset(place for place, each in enumerate(therapies()) if each.has(word))


def is_otherwise(norms: Sequence[str], first: int, last: int) -> bool:
    """Whether the name of a class, from token `first` to before `last`, is only a part of what something else is called."""
    behind = next((norm for norm in norms[last : last + 2] if norm != "-"), "")
    return (first > 0 and norms[first - 1] in _OTHERWISE_BEFORE) or behind in _OTHERWISE_BEHIND
