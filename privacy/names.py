"""Names of people in texts: those that records tell of, in every form, and those that a title or a signature gives away.

A name may be a word ("Hope", "May") or stand in the name of a disease ("Parkinson", "Down"): what is said around it decides.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from privacy.changes import Change
from privacy.dates import MONTHS
from privacy.words import EPONYMS, NAMES_AND_WORDS, PARTICLES

PLACEHOLDER: Final = "[NAME]"
_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Mister|Dr|Doctor|Prof|Professor|Sr|Sra|Nurse|PA|NP)"
_NAME: Final = r"[A-Z][\w]*(?:['’-][A-Z]?\w+)*"
_TITLED: Final = re.compile(
    rf"\b{_TITLE}\b\.?\s+((?:[A-Z]\.\s*)*{_NAME}(?:\s+(?:[A-Z]\.\s*)?(?:(?:de|da|del|van|von|der|la|al)\s+)*{_NAME})?)"
)
_SIGNED: Final = re.compile(
    rf"({_NAME}(?:\s+[A-Z]\.?)?(?:\s+{_NAME}){{1,2}}),\s*(?:M\.?D|D\.?O|R\.?N|N\.?P|P\.?A(?:-C)?|Ph\.?D|MBBS|LPN|CRNA|DPM|DDS)\b"
)
_BEFORE: Final = re.compile(r"(?:(?<![\w'’])[A-Z]\.?\s+|(?<![\w'’])[A-Z]\.)+$")
_AFTER: Final = re.compile(r",?\s+[A-Z](?:\.|(?![\w'’]))")
_TITLE_BEFORE: Final = re.compile(rf"\b{_TITLE}\b\.?\s+$", re.I)
_PERSON_BEFORE: Final = re.compile(
    r"(?:\b(?:patient|pt|name|named|called|baby|boy|girl|infant|daughter|son|wife|husband|mother|father|sister|brother|dear|hi|hello|"
    r"spoke with|signed|by|seen by|author|attending)\b[,:]?\s+)$",
    re.I,
)
_VERBS: Final = (
    r"is|was|has|had|reports?|reported|states?|stated|denies|denied|presents?|presented|complains?|says|said|told|returns?|returned|"
    r"comes|came|feels|felt|tolerated|continues|continued|lives|takes|took|underwent|received|remains|remained|appears|did|does|agrees|agreed"
)
_VERB_AFTER: Final = re.compile(rf"\s+(?:{_VERBS})\b")
_SENTENCE: Final = re.compile(r"(?:^|[.!?:;•*-]\s*|\n\s*(?:\d+[.)]\s*)?|\d[.)]\s+)$")
_OF_A_MONTH: Final = re.compile(
    r"(?:\b(?:in|since|of|early|late|mid|until|till|by|last|next|this|from|to|through|between|during|\d{1,2}(?:st|nd|rd|th)?)[\s-]+)$", re.I
)
_DAY_AFTER: Final = re.compile(r"[\s.,-]*\d")
_THINGS: Final = (
    "anaemia|anemia|angioplasty|aphasia|arthropathy|ataxia|atrophy|bandage|bodies|body|breathing|bypass|canal|catheter|cells?|chart|chorea|"
    "class|classification|clamp|cocktail|complex|contracture|contusion|crisis|criteria|cyst|deficiency|dementia|dialysis|disease|disorder|"
    "drain|duct|dystrophy|encephalopathy|epilepsy|esophagus|fasciitis|fascia|filter|fistula|flap|forceps|formula|fracture|gland|grade|grading|"
    "hernia|index|lactate|law|lesion|lines?|lymphoma|maneuver|manoeuvre|mark|murmur|myopathy|nails?|nephropathy|neuralgia|neuropathy|nodes?|"
    "nodules?|oesophagus|operation|palsy|paralysis|phenomenon|point|pouch|position|procedure|prostatectomy|psychosis|purpura|reaction|reflex|"
    "repair|respirations?|retinopathy|retractor|rings?|sarcoma|scale|score|sign|signs|solution|splint|spots?|staging|stage|stain|strip|"
    "syndrome|tear|test|thyroiditis|traction|tremor|triad|trisomy|tube|tumou?r|ulcers?|web"
)
_THING_AFTER: Final = re.compile(rf"(?:['’]s|s['’]|['’])?(?:[\s-]+[A-Z][\w’'-]+){{0,2}}?[\s-]+(?i:{_THINGS})\b")
"""After a name that is known to stand in names of diseases; other names stand so directly before the thing alone: 'Smith fracture'."""
_DIRECTLY: Final = re.compile(rf"[\s-]+(?:{_THINGS})\b")
_PARTICLES: Final = re.compile(rf"(?<![\w-])(?:(?:{'|'.join(sorted(PARTICLES))})\s+)+$", re.I)
_HAS_IT: Final = re.compile(
    r"\b(?:with|has|have|had|of|for|advanced|early|probable|likely|possible|suspected|known|no|idiopathic|from|mild|severe|acute|negative|positive|by)\s+$",
    re.I,
)
_OWN: Final = re.compile(r"['’]s?(?!\w)")


def names_in(text: str, names: Collection[str]) -> Iterator[Change]:
    """Where a text names people: by these parts of names, by a title, or by a signature."""
    for pattern in (_TITLED, _SIGNED):
        for found in pattern.finditer(text):
            yield Change(found.start(1), found.end(1), "name", PLACEHOLDER)
    if not names:
        return
    folded = fold(text)
    spans = [found.span() for found in _pattern(frozenset(names)).finditer(folded)]
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    for start, end in spans:
        if _is_name(text, folded, start, end, _has_neighbour(text, start, end, starts, ends)):
            yield Change(_with_initials_before(text, start), _with_initials_after(text, end), "name", PLACEHOLDER)


def initials_in(text: str, names: Collection[str]) -> Iterator[Change]:
    """Two or three initials with full stops, 'J. S.', that are those of these names in some order."""
    letters = {fold(name)[0].upper() for name in names}
    for found in _INITIALS.finditer(text):
        if {letter for letter in found[0] if letter.isupper()} <= letters:
            yield Change(found.start(), found.end(), "name", PLACEHOLDER)


_INITIALS: Final = re.compile(r"(?<![\w.])(?:[A-Z]\.\s?){1,2}[A-Z]\.(?!\w)")


def fold(text: str) -> str:
    """The text in small letters without accents, each character at its place."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


@lru_cache(maxsize=2048)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    longest = sorted({fold(name) for name in names}, key=lambda name: (-len(name), name))
    said = "|".join(re.sub(r"[-'’\s]+", r"[-'’\\s]?", name) if not name.isalpha() else re.escape(name) for name in longest)
    return re.compile(rf"(?<![^\W_])(?:{said})(?![^\W_])")


def _has_neighbour(text: str, start: int, end: int, starts: Collection[int], ends: Collection[int]) -> bool:
    """Whether another part of a name, or an initial, stands beside."""
    before, after = text[max(0, start - 3) : start], text[end : end + 3]
    beside = any(end + len(gap) in starts for gap in (" ", ", ", "  ", "-", "\n") if after.startswith(gap))
    beside |= any(start - len(gap) in ends for gap in (" ", ", ", "  ", "-", "\n") if before.endswith(gap))
    return beside or (bool(_BEFORE.search(text[max(0, start - 8) : start])) and start > 2 and not _SENTENCE.search(text[: start - 2][-6:]))


def _is_name(text: str, folded: str, start: int, end: int, neighbour: bool) -> bool:
    word, before = text[start:end], text[max(0, start - 40) : start]
    capital = word[0].isupper()
    if capital and _TITLE_BEFORE.search(before):
        return True
    if neighbour and capital:
        return True
    plain = folded[start:end]
    if (_THING_AFTER if plain in EPONYMS else _DIRECTLY).match(text, end):
        return False
    if plain in EPONYMS and _OWN.match(text, end) and (not capital or _HAS_IT.search(before)):
        return False
    if plain in NAMES_AND_WORDS or plain in MONTHS or (len(plain) < _SHORT and not capital) or plain in EPONYMS:
        return capital and _stands_like_a_name(text, start, end, before, plain)
    return True


_SHORT: Final = 4
"""Letters: shorter names are names only where they are written as such."""


def _stands_like_a_name(text: str, start: int, end: int, before: str, plain: str) -> bool:
    if plain in MONTHS and (_OF_A_MONTH.search(before) or _DAY_AFTER.match(text, end)):
        return False
    if _PERSON_BEFORE.search(before) or _OWN.match(text, end):
        return True
    if text[start:end].isupper() and len(plain) > 1:
        return False  # a heading
    return bool(_VERB_AFTER.match(text, end)) or not _SENTENCE.search(before)


def _with_initials_before(text: str, start: int) -> int:
    """Where a name begins with the particles ('van der') and initials before it."""
    if particles := _PARTICLES.search(text, max(0, start - 24), start):
        start = particles.start()
    found = _BEFORE.search(text, max(0, start - 8), start)
    return found.start() if found else start


def _with_initials_after(text: str, end: int) -> int:
    found = _AFTER.match(text, end)
    return found.end() if found and found[0].strip(" ,.") not in ("A", "I") else end
