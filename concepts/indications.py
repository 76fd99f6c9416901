"""What a drug is given for, where nobody says that it is there: "nitroglycerin for chest pain", "take ibuprofen for fever".

A drug for a lasting disease tells of the disease ("lisinopril for hypertension"), and so does one that was given or is taken for a
complaint ("given morphine for chest pain"). A list of drugs, or an order how to take one, names complaints that may come.
"""

from collections.abc import Sequence
from typing import Final

from concepts.tokens import Tokens


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_FARTHEST: Final = 6
"""Words between "for" and what it names, as in "for fever, headache or pain"."""
_LONGEST_DOSE: Final = 14
_COMPLAINTS: Final = _words(
    """
    pain ache headache fever nausea vomiting wheeze wheezing dyspnea breathlessness breath cough itch itching pruritus tightness heartburn
    discomfort cramp cramping hypoglycemia indigestion congestion chill bloating
    """
)
"""Complaints that come and go, which drugs are kept ready for."""
_ILLNESSES: Final = _words(
    """
    asthma copd emphysema arthritis osteoarthritis gout migraine gerd eczema psoriasis dermatitis rhinitis colitis hypertension diabetes
    epilepsy
    """
)
"""Lasting illnesses: who has a drug ready for one has it."""
_BOUTS: Final = _words("attack exacerbation flare flareup symptom crisis")
"""What of a lasting illness comes and goes."""
_LASTING: Final = _words(
    "his her their my your this these chronic known ongoing persistent recurrent severe worsening neuropathic current presumed"
)
"""Words by which a complaint is there."""
_DOSE: Final = _words(
    """
    mg mcg g gram ml unit units meq puff puffs tablet tablets tab tabs capsule capsules cap drop spray patch dose doses inhaler spray
    suppository syrup solution oral tablet by mouth po sl iv im sc pr inh neb nebulizer sublingual sublingually orally rectally topically
    every each q hour hr minute day daily once twice three four times a time bid tid qid qhs hs at bedtime or and to up one two as directed
    total x per in the morning evening night with food if needed prn - / , ( ) . max maximum
    """
)
"""How a drug is given, between its name and what for."""
_AMOUNTS: Final = _words("mg mcg gram unit puff tablet tab capsule cap drop ml")
_ORDERS: Final = _words("take use give apply inhale try may can")
_LISTING: Final = frozenset([":", ",", ";", "-", "*", "•", ".", ")", "\n", "and", "or", "+", "]", "plan", "rx"])
_TOLD: Final = _words(
    """
    given gave give receive received take took taken taking use used using start started continue continued treat treated improved relieved
    is was were be been has had have got get on require required need needed he she patient who
    """
)
"""Words of a sentence that tells what was done."""
_AS_NEEDED: Final = (("prn",), ("as", "needed"), ("if", "needed"), ("when", "needed"), ("as", "required"))


def indication(of: Tokens, sentence: tuple[int, int], first: int, last: int, drug: tuple[int, int] | None) -> tuple[int, int] | None:
    """The tokens that say what a drug may be taken for, where they name the mention `first` to before `last`; None where they do not.

    `drug` are the tokens of the last drug before the mention.
    """
    begin, end = sentence
    if is_illness(of.norms, first, last):
        return None
    place = _for(of.norms, max(begin, first - _FARTHEST), first)
    if place is None or not _LASTING.isdisjoint(of.norms[place:last]):
        return None
    start = _given(of, begin, place, drug)
    if start is None:
        return None
    if _follows(of.norms, last, end) or (_is_complaint(of.norms[first:last]) and _only_listed(of, begin, start)):
        return place, place + 1
    return None


def keeps_ready(words: Sequence[str]) -> bool:
    """Whether words say that a drug is taken as needed for what follows."""
    return tuple(words[:-1] if words[-1] == "for" else words) in _AS_NEEDED


def is_illness(norms: Sequence[str], first: int, last: int) -> bool:
    """Whether a mention names a lasting illness, and no bout of it ("asthma attacks")."""
    return not _ILLNESSES.isdisjoint(norms[first:last]) and _BOUTS.isdisjoint(norms[first : last + 1])


def _for(norms: Sequence[str], low: int, first: int) -> int | None:
    """The "for" that names a mention, perhaps among other things."""
    for place in range(first - 1, low - 1, -1):
        if norms[place] == "for":
            return place
        if norms[place] in (".", ";", ":", "\n"):
            return None
    return None


def _given(of: Tokens, begin: int, place: int, drug: tuple[int, int] | None) -> int | None:
    """The token at which what is given begins: a drug and how much of it, or an amount alone behind a word."""
    if (
        drug is not None
        and begin <= drug[0]
        and drug[1] <= place
        and place - drug[1] <= _LONGEST_DOSE
        and all(map(_of_dose, of.norms[drug[1] : place]))
    ):
        return drug[0]
    at = place
    while at > begin and place - at <= _LONGEST_DOSE and _of_dose(of.norms[at - 1]):
        at -= 1
    return max(begin, at - 1) if at > begin and not _AMOUNTS.isdisjoint(of.norms[at:place]) else None


def _of_dose(word: str) -> bool:
    return word in _DOSE or word[0].isdigit() or (word[0] == "q" and len(word) < 5)


def _follows(norms: Sequence[str], last: int, end: int) -> bool:
    """Whether what stands right behind says that it is taken as needed."""
    return any(tuple(norms[last : min(last + len(words), end)]) == words for words in _AS_NEEDED)


def _is_complaint(words: Sequence[str]) -> bool:
    return not _COMPLAINTS.isdisjoint(words)


def _only_listed(of: Tokens, begin: int, start: int) -> bool:
    """Whether a drug stands at the head of its sentence, in a list, or behind an order; not behind what tells that it was given."""
    before = of.norms[begin:start]
    if not before or before[-1][0].isdigit():
        return True
    if before[-1] in _ORDERS:
        return of.text[of.ends[start - 1] - 1] not in "sS"
    return before[-1] in _LISTING and _TOLD.isdisjoint(before)
