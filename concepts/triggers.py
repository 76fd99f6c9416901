"""Words that decide how a text speaks of a concept: what denies, doubts, remembers, or speaks of somebody else, and how far it reaches.

A phrase is compared by its normalised words (`concepts.tokens.norm`). Of overlapping phrases the longest counts, so that one that only
looks like a trigger ("no increase") is listed as `NOTHING`.

Longer than most because all that is listed stands side by side: a phrase is added where it is seen what it competes with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import cache
from itertools import product

from concepts.relatives import of_relatives
from concepts.tokens import tokens


class Effect(IntEnum):
    """What a trigger says of a concept in its reach."""

    DENIES = auto()
    DOUBTS = auto()
    SUPPOSES = auto()
    """An instruction, a condition, an indication."""
    RECALLS = auto()
    FAMILY = auto()
    ENDS = auto()
    """What was said before reaches no further."""
    ENDS_DENIAL = auto()
    """A denial or a memory reaches no further: something is stated anew."""
    ENDS_FAMILY = auto()
    """The patient is spoken of again."""
    NOTHING = auto()
    """It only looks like a trigger."""


class Where(IntEnum):
    """Where a trigger counts."""

    ANYWHERE = auto()
    BIDS = auto()
    """Where its first word has no ending: "return if", but not "returns for"."""
    INVERTED = auto()
    """Where it stands before its subject, which makes a condition of it: "return should fever develop", but not "fever should resolve"."""
    HEADS = auto()
    """Where it heads a list: "neg fever, chills", but not "gram neg sepsis"."""
    SIGN = auto()
    """Where it is the sign of the word that it is written to, among others: "-CP, -SOB", but not the mark of an item."""
    SIGNED = auto()
    """Where it is the sign of the word before it: "fever -, cough +"."""
    UNTIL = auto()
    """Where somebody says until when: "was on lithium until 2018"."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """An effect of a phrase, and how many words it reaches after and before it (0: not in that direction).

    A single word reaches back where nothing follows that it would belong to; one that is `joined` though other words follow, and one that
    is `told` where they say when or how ("metformin stopped in May", but not "the patient stopped metformin").
    """

    effect: Effect
    after: int
    before: int
    where: Where = Where.ANYWHERE
    joined: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A word of triggers: what its phrase is if it ends here (() for none), which words go on from it.

    `anywhere`: whether it counts wherever it stands. `back`: whether it reaches what stands before it.
    """

    kinds: tuple[Trigger, ...]
    following: dict[str, "Step"]
    anywhere: bool
    back: bool


SENTENCE = 1000
"""Reach to the end of the sentence."""
CLAUSE = 999
"""Reach to the next comma or semicolon."""
OBJECT = 998
"""Reach to the next word that tells what something is for, or until when."""

_DENIES_AFTER = """
no; not any; without; without any; without evidence of; without any evidence of; without sign of; denies; denied; denying; deny;
denies any; denies having; denies having had; denies any history of; has denied; negative for; neg for; was negative for; is
negative for; are negative for; were negative for; no evidence of; no evidence for; no evidence to suggest; not have evidence of;
no sign of; no signs or symptoms of; no symptoms of;
no suggestion of; no suspicious; no history of; no h/o; no hx of; no known; no prior history of; no past history of; no
previous; no other; no further; no new; no recent; no acute; no definite; no obvious; no significant; no complaints of; no
complaint of; not complain of; no cause of; no findings of; no findings suggesting; no findings to suggest; not typical for; not
typical of; not be typical for; -ve for; no radiographic evidence of; no clinical evidence of; no imaging evidence of; no
finding of; no indication of; no mention of; no family history of; denies family history of; denies any family history of;
negative family history of; no fh of; no known family history of; no family history; no problem with; no trouble with; no
difficulty with; no issue with; no personal history of; absence of; absent; free of; free from; clear of; devoid of; lack of;
lacks; lacking; never had; never; never has had; never developed; never experienced; neither; nor; cannot see; cannot identify;
fails to reveal; failed to reveal; did not reveal; does not reveal; not reveal; not show; not demonstrate; not exhibit; not see;
not appreciate; not demonstrate any; not have; not have any; doesn't have; didn't have; hasn't had; haven't had; don't have; has
not had; have not had; had not had; not had; no longer has; not feel; not develop; not experience; not report; not endorse; not
note; not noted to have; not associated with; not consistent with; not suggestive of; not suspicious for; not compatible with;
not diagnostic of; not support a diagnosis of; not support the diagnosis of; not support; not represent; not indicate; not
suggest; not known to have; not reporting; not positive for; unremarkable for; insignificant for; nonsuspicious for; ruled out;
ruled her out for; ruled him out for; ruled the patient out for; ruled out for; rules him out; rules her out; ruled out against;
not treated; not treated with; never treated with; effectively ruled out; excluded; excludes; low suspicion for; low probability
for; low probability of; low likelihood of; unlikely to be; unlikely to have; argues against; evidence against; rather than;
instead of; as opposed to; no longer; non contributory for; noncontributory for; test negative for; tested negative for; screen
negative for; screened negative for; resolution of;
not diagnosed with; never diagnosed with; not been diagnosed with; does not meet criteria
for; did not meet criteria for; not meet criteria for; not taking; not on; not prescribed; not receiving; not received; not
given; not using; not use; never used; never taken; not been on; not started on; never
given; never prescribed; never started; never filled; does not use; does not take; not take; doesn't
take; doesn't use; does not smoke; does not drink; intolerant of any; refuses; refused; declined; declines; not allergic to; no
allergies to; no allergy to;
low concern for; nothing to suggest; nothing to indicate; nothing suggestive of; nothing suspicious for
"""
_NOR = """
is; was; are; were; has; had; have; did; does; do
"""
_OF_WHOM = """
he; she; they; it; there; patient; the patient
"""
"""Who stands behind "nor was": it states nothing anew; and behind "had" that supposes."""
_NO_CHANGE = """
no change in; no changes in; no recent change in; no recent changes in; denies change in; denies changes in; denies any change in;
denies any changes in; without change in; no change of
"""
_FUNCTIONS = """
vision; hearing; speech; voice; taste; smell; appetite; weight; sleep; energy; mood; memory; mental status; gait; balance; strength;
sensation; bowel habits; bowel movements; bowel or bladder habits; bladder habits; bladder function; urination; urinary habits; skin
"""
"""What is there as long as somebody lives: behind it a list goes on with what is not there ("no change in vision, diplopia")."""
_CAME = """
developed; had; experienced; noticed; become; presented with; reported
"""
"""What might have come: "had she developed fever, she would have stayed"."""
_DENIES_ONE = """
non; w/o; zero; none; (-); -ve
"""
_DENIES_CLAUSE = """
[ ]; ☐
"""
_DENIES_NEXT = """
(-); -ve; neg; deny; - naive
"""
_DENIES_HEADING = """
neg
"""
_SIGNS = """
-; −; –
"""
"""What stands before or behind a word for "no"."""
_DENIES_NEAR = """
not; was not; is not; were not; are not; isn't; wasn't; aren't; weren't
"""
_DENIES_BEFORE = """
is negative; was negative; were negative; are negative; negative; is absent; was absent; were absent; are absent; absent; denied; is
denied; was denied; were denied; are denied; not seen; is not seen; was not seen; were not seen; not identified; not present; not
noted; not appreciated; not found; not demonstrated; not detected; not visualized; not observed; not evident; not apparent; not
reported; not elicited; not palpable; not palpated; not heard; not felt; not indicated; not suspected; not supported; not
established; not confirmed; not diagnosed; not likely; never present; is unlikely; was unlikely; unlikely; unlikely given;
unlikely based on;
unlikely because; unlikely due to; was ruled out; is ruled
out; were ruled out; has been ruled out; have been ruled out; ruled out; being ruled out; excluded; was excluded; were excluded; has
been excluded; is not; was not; were not; are not; is none; none; none seen; none noted; none known; none identified; nil; free; no;
did not develop; not prescribed; not given; not taken; not started; never started; never taken; never given; never prescribed; never
filled; not filled; no longer taken
"""
_IS_NOT = """
is not; was not; are not; were not; isn't; wasn't; aren't; weren't; has not been; have not been; had not been; cannot be; can not be; could
not be
"""
_FOUND = """
seen; identified; present; noted; appreciated; found; demonstrated; detected; visualized; observed; evident; apparent; elicited; palpable;
palpated; heard; felt; suspected; established; confirmed; visible
"""
"""What is not so of that which is not there: "fracture is not identified on these views"."""
_TO_HAVE = """
found to have; noted to have; seen to have; felt to have; felt to be; thought to have; suspected to have; known to have
"""
_NOT_NOW = """
currently; presently; yet; ever; regularly; routinely; actually; at present; at this time
"""
_DOES = """
take; taking; on; use; using; have; smoke; drink; feel; report; endorse; experience; receiving
"""
"""What somebody does not do, whenever: "does not currently take aspirin"."""
_NOTHING = """
not to stop; never to stop; not to skip; not deny; not denying; never denied; has not been seen; have not been seen; had not been seen;
no increase; no change; no changes; not change; no significant change; no interval change; no significant interval change; no
definite change; no appreciable change; no suspicious change; without change; without difficulty; not only; not necessarily; not
certain if; not certain whether; not sure if; not clear if; not clear whether; not cause; not drain; not extend; no further
evaluation; no further workup; no further treatment; without further; not rule out; not ruled out; cannot rule out; can not rule
out; could not rule out; cannot be ruled out; not be ruled out; not been ruled out; can't rule out; cannot exclude; can not
exclude; not exclude; not excluded; cannot be excluded; not be excluded; can't be excluded; gram negative; gram-negative; with
and without; with or without; w/ and w/o; negative deflection; negative pressure; rh negative; negative feedback; no doubt; no
improvement; not improve; not improved; not resolve; not resolved; no relief; no response; not respond; no better; not better;
no worse; not alleviate; without relief; without improvement; no matter; not able; not adequate; not controlled; not well
controlled; poorly controlled; not compliant; not complete; not completely; not fully; no help; without help; not help; not
tolerate; no known cause; without assistance; no one; no where; never worse; no more than; no less than; not more than; not
less than; not until; no later than; if not; whether or not; or not; as well as; no resuscitation; do not resuscitate; not for
resuscitation; free air; free fluid; free t4; free t3; free water; sugar free; free text; negative inspiratory; double negative;
triple negative; lymph node negative; no surgical intervention; without surgical; not admitted; no aggressive; not seen here;
not seen in; not been seen; not seen by; past history; history of present illness; history of the present illness; history
present illness; history and physical; history and physical examination; social history; history taking; poor historian; history
obtained; history is obtained; history was obtained; history per; history from; by history; family practice; family medicine;
family physician; family doctor; family member; family members; family meeting; family therapy; family planning; discussed with
family; with the family; her family; his family; if possible; as needed; if needed; as possible; as soon as possible; when
possible; where possible; mother tongue; father in law; never stop; not stop; not stopping; never stopped; not stopped; never skip;
not skip; not skipping; never miss; not miss; not missing; not missed; never missed; never discontinue; not discontinue; not be
discontinued; not be stopped; never interrupt; not interrupt; never omit; not omit; never forget; not forget; never run out of; not
run out of; never without; not without; be stopped; be discontinued; being stopped; being discontinued; if stopped; when stopped; once
stopped; until stopped; if discontinued; when discontinued; once discontinued; until discontinued; if resolved; when resolved; until
resolved; once resolved; in favor of; being considered for; is being considered for; are being considered for
"""
_DOUBTS_AFTER = """
possibility of; probable diagnosis of; suspicious for; suspicion for; suspicion of; high suspicion for; concern for; concerned for;
concerning for; worrisome for; worried about; concerned about; working diagnosis is; working diagnosis of; question of;
equivocal for; may be; might be; could be; may
represent; might represent; could represent; may have; might have; could have; may reflect; could reflect; consideration of; cannot
rule out; can not rule out; could not rule out; can't rule out; not rule out; cannot exclude; can not exclude; not exclude; not
certain if; not certain whether; not sure if; not clear if; unclear if; unclear whether; whether; differential diagnosis;
differential diagnosis includes; differential includes; ddx; rule out; r/o; evaluate for; evaluation for; evaluation of possible; to
evaluate for; to rule out; ruling out; rule him out for; rule her out for; rule the patient out for; to exclude
"""
_DOUBTS_CLAUSE = """
possible; possibly; potential; potentially; probable; probably; presumed; presumptive; presumably; likely; most likely; suspected;
suspect; suspects; questionable; perhaps; maybe; query; versus; vs; favor; favors; favored; favoring; suggesting; suggests; suggest;
suggestive of; consider;
considering; appears to be; appears to have; seems to be; thought to be; felt to be; believed to be; doubt; less likely; +/-; ±
"""
_OPEN = """
not certain; not sure; not clear; unsure; unclear; uncertain; not known; unknown
"""
_WHETHER = """
if; whether; whether this is; whether it is; if this is; if it is
"""
_DOUBTS_BEFORE = """
cannot be ruled out; cannot be excluded; can not be excluded; can not be ruled out; could not be ruled out; not ruled out; not be
ruled out; not been ruled out; not excluded; not be excluded; could be considered; can be considered; be considered; is possible;
possible; is probable; is suspected; was suspected; suspected; less likely; is less likely; doubtful; is doubtful; is likely;
is questionable; questionable; was questioned; is favored; favored; is in the differential; was in the differential; remains in the
differential; is on the differential; remains on the differential;
?
"""
_DOUBTS_JOINED = """
versus; vs; being considered; is being considered; are being considered; was being considered
"""
"""What stands between two of which it is one, and behind what is weighed."""
_SUPPOSES_AFTER = """
if; in case of; in case; in the event of; should he develop; should she develop; should you develop; should you have; should you
experience; should there be; looking for; be alert for; alert for; risks of;
possible complications; education
on; educated about; counseled about; counseled regarding; counselled about; counselled regarding; discuss starting; discussed starting;
discuss adding; discussed adding; discuss initiating; discussed initiating; avoid; avoiding; to avoid; avoidance of;
 when you; unless; whenever; as if; any newer; any new; any worsening
"""
_MAY_FOLLOW = """
risk; complication; side effect; adverse effect
"""
_NAMING = """
include; including; such as; , including; , such as
"""
"""What risks are named by: "discussed the risks, including bleeding"."""
_BIDS = """
return if; return for; return to the emergency department for; return to the hospital; return to the ed; return to the er;
return to the emergency room; call if; call for; call the physician for; call the office for; call the clinic for; call also for;
call your doctor for; call 911; seek medical attention for; seek care for; seek care; seek immediate; seek emergency; seek medical;
come back; come in; watch for; monitor for; look for; look out for; observe for
"""
_SUPPOSES_CLAUSE = """
vaccination against; vaccine against; vaccinated against; immunization against;
as needed for; prn; prn for; used for; prophylaxis for; prophylaxis against; screening for; screen for; screened for; testing for;
test for; prevention of; prevent; to prevent; fear of; afraid of; allergic to; risk of; risk for; at risk for; increased risk of;
high risk for; low risk for; low risk of; monitoring for; workup for; work up for; work-up for; assess for; investigate for; examine
for; potential for; predisposed to; susceptible to; counseled on; counselled on; educated on; risk factor for; risk factors for
"""
_SUPPOSES_BEFORE = """
screening; screen; may occur; can occur
"""
_SUPPOSES_JOINED = """
precaution; precautions; prophylaxis; prevention; discussion; discussions; risk; risks; risk factor; risk factors
"""
"""What makes another thing of the one it stands right behind, whatever follows: a "stroke risk" is no stroke."""
_RECALLS_AFTER = """
history of; h/o; hx of; hx; history significant for; history is significant for; history was significant for; history notable for;
history is notable for; history remarkable for; history is remarkable for; history positive for; history includes; history
including; history included; history consists of; past medical history of; past medical history significant for; past medical
history is significant for; past medical history; past surgical history; pmh; pmhx; psh; past history of; prior history of; personal
history of; personal or family history of; personal and family history of; family or personal history of; personal history or
family history of; medical history of; medical history significant for; medical history; previous; previously; prior; prior to; status
post; s/p; remote history of; previous history of; previous diagnosis of; prior diagnosis of; recovered from; taken off;
came off; weaned off; used to take; used to be on; used to have; been off; now off; currently off; patient off; people off;
those off; after stopping; since stopping; upon
stopping; after discontinuing; since discontinuing; after discontinuation of; since discontinuation of; after withdrawal of; completed
a course of; completed course of; finished a course of; completed treatment with
"""
_WAS_ON = """
was on; were on; had been on; was taking; were taking; had been taking; was treated with; had been treated with; took
"""
"""What is past where somebody says until when."""
_STOPPED = """
stopped; discontinued; self-discontinued; ceased; quit; d/c'd; d/c'ed; d/ced; dc'd; dc'ed; dcd; d/cd
"""
_WHAT = """
his; her; your; their; my; the; all; taking; using; taking his; taking her; taking the; use of; the use of; home
"""
"""What stands between "stopped" and what is stopped."""
_CHANGED_FROM = """
switched from; changed from; transitioned from; converted from; changed over from; switched over from; did not tolerate; didn't tolerate;
could not tolerate; couldn't tolerate; unable to tolerate
"""
_CHANGED_TO = """
was replaced by; was replaced with; were replaced by; were replaced with; was switched to; were switched to; has been replaced by; has been
replaced with; has been switched to; replaced by; replaced with; switched to
"""
_RECALLS_NEAR = """
old; past; post; remote; former; formerly; childhood; history; healed
"""
_RECALLS_BEFORE = """
in the past; years ago; year ago; months ago; month ago; weeks ago; week ago; as a child; in childhood; in his childhood; in her
childhood; as a teenager; as an infant; in infancy; as a young man; as a young woman; history; ago; status post; in remission; was
discontinued; were discontinued; has been discontinued; was stopped; were stopped; has been stopped; resolved; subsided; went away;
no longer present; no longer there; no longer seen; no longer visualized; no longer identified; no longer evident; no longer visible;
no longer noted; outgrown; resolved in childhood; resolved as a child; resolved in infancy; resolved in adolescence
"""
_IS_OVER = """
resolved; completely resolved; fully resolved; subsided; abated; went away; is gone; are gone; was gone; were gone; now gone; all gone;
is resolved; are resolved; was resolved; were resolved; is now resolved; are now resolved; now resolved; is now gone; are now gone
"""
_HAS = """
has; have; had; has now; have now; has since; have since; had since; since; seem to have; seem have; seemed to have; appear to have;
appear have; appeared to have
"""
_PASSED = """
resolved; completely resolved; fully resolved; subsided; abated; disappeared; gone away; cleared up
"""
_OF_IT = """
it; this; that; they; these
"""
_BUT = """
but; although; though; and
"""
"""What is told of a thing's end in the words right behind it: "weakness, although that seemed to have resolved"."""
_RECALLS_NEXT = """
resolved
"""
_RECALLS_TOLD = """
resolved; subsided; abated; cleared; disappeared
"""
"""What tells that something is over, together with when or how."""
_RECALLS_NOTHING = """
day history of; days history of; week history of; weeks history of; month history of; months history of; year history of; years
history of; hour history of; hours history of; recent history of; acute history of; history of presenting; history of presenting
illness; presents with a history of; years old; year old; months old; month old; weeks old; days old; past week; past month; past
year; past few; past two; past three; past several; over the past; in the past few; for the past; half past; post op; post operative
"""
_FAMILY_AFTER = """
relatives known to have; relatives known to have had; relatives have; relatives had; relatives with;
family members with; family members have;
family history of; no family history of; no family history; denies family history of; denies any family history of; negative family
history of; no fh of; no known family history of; family history positive for; family history is positive for; family history
significant for; family history is significant for; family history is notable for; family history notable for; family history
remarkable for; family history includes; family history; family hx; family hx of; fh; fhx; fh of; fam hx; fmh; mother; mother's;
father; father's; brother; sister; sibling; siblings; parent; parents; grandmother; grandfather; grandparent; grandparents; aunt;
uncle; cousin; son; daughter; nephew; niece; maternal; paternal; mom; dad; wife; husband; spouse; relative; relatives; first degree
relative; first-degree relative; half brother; half sister; twin; children have; child has; partner; roommate; donor; boyfriend;
girlfriend
"""
_NO_RELATIVES = """
no relative; no relatives; no family member; no family members; nobody in the family; nobody in his family; nobody in her family;
no one in the family; no one in his family; no one in her family; none of the relatives; none of his relatives; none of her relatives;
neither parent; neither of the parents; neither of his parents; neither of her parents; neither mother nor father; no siblings
"""
_HAVING = """
has; have; had; has had; have had; with; known to have; known to have had; is known to have; is known to have had; are known to have;
are known to have had; were known to have; was diagnosed with; were diagnosed with
"""
"""What no relative has, or had."""
_RELATIVES = """
mother; father; brother; sister; parents; parent; son; daughter; wife; husband; spouse; mom; dad; partner; roommate; boyfriend;
girlfriend; grandmother; aunt; relative; family
"""
_TELLS = """
report; reported; state; stated; say; said; bring; brought; called; found; find; describe; described; note that; noticed;
witnessed; is concerned; was concerned; is worried; gives; gave; confirm; confirmed; accompany; accompanied; at bedside; think;
feel; deny; denied
"""
"""What relatives do who speak of the patient: it is not their illness that they tell."""
_FAMILY_BEFORE = """
in the family; runs in the family; in his family; in her family; in family; in first degree relative; in first-degree relatives;
in a first-degree relative; in relatives; affecting mother; affecting father
"""
_WHOSE = """
his; her; the; a; an; my; their; both
"""
_IN_BRACKETS = """
); ,; at; age; aged
"""
"""What goes on behind a relative in a bracket of whom the words before it speak: "breast cancer (mother, 48)"."""
_ENDS = """
but; however; nevertheless; yet; though; although; except; except for; apart from; aside from; other than; with the exception of;
because; therefore; thus; whereas; otherwise; in spite of; despite
"""
_ENDS_DENIAL = """
which; who; that; since; because of; due to; secondary to; as a result of; caused by; attributed to; as a cause for; as the
cause of; as an etiology for; cause of; etiology of; source of; reason for; still; also has; also had; has; had; have had;
reports; reported; complains of; complained of; complaining of; endorses; admits; admits to; admitted for; states; stated;
presents; presented; presenting; presents with; presented with; is positive for; was positive for; positive for; pos for; does
have; did have; does report; does endorse; does complain; does admit; notable for; significant for; remarkable for; consistent
with; remains; remained; continues; continues to; developed; underwent; received; found to have; was found; noted to have; was
noted to; treated with; treated for; showed; shows; revealed; reveals; demonstrated; demonstrates; appears; followed for; he is;
she is; he was; she was; he has; she has; he had; she had; patient is; patient has; patient had; patient was; patient does;
there is; there was; there are; there were; so; while; after; following; during; upon; then; now; today; currently; instead;
until; secondary; with; to have; [x]; ☒; ☑; ✓; (+); in whom; as well; and is; and was; and has; and had; and he; and she; and
the patient; will; is on; was started on; started on; +
"""
_ENDS_FAMILY = """
he; she; patient; the patient; himself; herself; his own; her own; personal history; personal history of; self
"""


def _phrases(listed: str) -> Iterator[tuple[str, ...]]:
    for phrase in listed.split(";"):
        if words := tuple(tokens(" ".join(phrase.split())).norms):
            yield words


def makes_another(word: str) -> bool:
    """Whether a word makes another thing of what stands before it: a "stroke risk" is no stroke, and who asks for it asks for none."""
    return (word,) in _phrases(_SUPPOSES_JOINED)


def _endings() -> Iterator[tuple[str, ...]]:
    """Ways to say that what was named before is over."""
    pronouns = list(_phrases(_OF_IT))
    leads = [(), ("which",), ("but",), *pronouns, *(but + it for but, it in product(_phrases(_BUT), pronouns))]
    over = [*_phrases(_IS_OVER), *(has + passed for has, passed in product(_phrases(_HAS), _phrases(_PASSED)))]
    return (lead + words for lead, words in product(leads, over))


def _conditional() -> Iterator[tuple[tuple[str, ...], Trigger]]:
    """Phrases that count only somewhere, or reach back though other words follow."""
    for listed, trigger in (
        (_BIDS, Trigger(Effect.SUPPOSES, SENTENCE, 0, Where.BIDS)),
        (_SUPPOSES_JOINED, Trigger(Effect.SUPPOSES, 0, 1, joined=True)),
        ("should; were", Trigger(Effect.SUPPOSES, SENTENCE, 0, Where.INVERTED)),
        (_DENIES_HEADING, Trigger(Effect.DENIES, SENTENCE, 0, Where.HEADS)),
        (_SIGNS, Trigger(Effect.DENIES, CLAUSE, 0, Where.SIGN)),
        (_SIGNS, Trigger(Effect.DENIES, 0, 1, Where.SIGNED)),
        (_DOUBTS_JOINED, Trigger(Effect.DOUBTS, 0, 8, joined=True)),
        (_RECALLS_TOLD, Trigger(Effect.RECALLS, 0, 8, told=True)),
        (_STOPPED, Trigger(Effect.RECALLS, 1, 0)),
        (_STOPPED, Trigger(Effect.RECALLS, 0, 8, told=True)),
        (_WAS_ON, Trigger(Effect.RECALLS, OBJECT, 0, Where.UNTIL)),
    ):
        for words in _phrases(listed):
            yield words, trigger
    for whom, came in product(_phrases(_OF_WHOM), _phrases(_CAME)):
        yield ("had", *whom, *came), Trigger(Effect.SUPPOSES, SENTENCE, 0, Where.INVERTED)


def _made_up() -> Iterator[tuple[tuple[str, ...], Trigger]]:
    """Phrases put together of two parts each, where no list has them."""
    for firsts, seconds, trigger in (
        (_IS_NOT, _FOUND, Trigger(Effect.DENIES, 0, 8)),
        (_IS_NOT, _TO_HAVE, _DENIES),
        ("not; doesn't; don't; didn't", [now + does for now, does in product(_phrases(_NOT_NOW), _phrases(_DOES))], _DENIES),
        (_OPEN, _WHETHER, Trigger(Effect.DOUBTS, SENTENCE, 0)),
        (_MAY_FOLLOW, _NAMING, Trigger(Effect.SUPPOSES, SENTENCE, 0)),
        (_STOPPED, _WHAT, Trigger(Effect.RECALLS, 2, 0)),
    ):
        for first, second in product(_phrases(firsts), _phrases(seconds) if isinstance(seconds, str) else seconds):
            yield first + second, trigger


_DENIES = Trigger(Effect.DENIES, SENTENCE, 0)


@cache
def triggers() -> dict[str, Step]:
    """First word → the triggers that begin with it, word by word."""
    table: dict[tuple[str, ...], list[Trigger]] = {}
    for listed, effect, after, before in (
        (_DENIES_AFTER, Effect.DENIES, SENTENCE, 0),
        (_DENIES_ONE, Effect.DENIES, 3, 0),
        (_DENIES_CLAUSE, Effect.DENIES, CLAUSE, 0),
        (_DENIES_NEAR, Effect.DENIES, 6, 0),
        (_DENIES_NEXT, Effect.DENIES, 0, 2),
        (_DENIES_BEFORE, Effect.DENIES, 0, 8),
        (_NOTHING, Effect.NOTHING, 0, 0),
        (_DOUBTS_AFTER, Effect.DOUBTS, SENTENCE, 0),
        (_DOUBTS_CLAUSE, Effect.DOUBTS, CLAUSE, 0),
        (_DOUBTS_BEFORE, Effect.DOUBTS, 0, 8),
        ("?", Effect.DOUBTS, CLAUSE, 0),
        (_CHANGED_FROM, Effect.RECALLS, 2, 0),
        (_CHANGED_TO, Effect.RECALLS, 0, 2),
        (_SUPPOSES_AFTER, Effect.SUPPOSES, SENTENCE, 0),
        (_SUPPOSES_CLAUSE, Effect.SUPPOSES, CLAUSE, 0),
        (_SUPPOSES_BEFORE, Effect.SUPPOSES, 0, 1),
        (_RECALLS_AFTER, Effect.RECALLS, SENTENCE, 0),
        (_RECALLS_NEAR, Effect.RECALLS, 3, 0),
        (_RECALLS_NEXT, Effect.RECALLS, 1, 0),
        (_RECALLS_BEFORE, Effect.RECALLS, 0, 8),
        (_RECALLS_NOTHING, Effect.NOTHING, 0, 0),
        (_FAMILY_AFTER, Effect.FAMILY, SENTENCE, 0),
        (_FAMILY_BEFORE, Effect.FAMILY, 0, SENTENCE),
        (_ENDS, Effect.ENDS, 0, 0),
        (_ENDS_DENIAL, Effect.ENDS_DENIAL, 0, 0),
        (_ENDS_FAMILY, Effect.ENDS_FAMILY, 0, 0),
    ):
        for words in _phrases(listed):
            table.setdefault(words, []).append(Trigger(effect, after, before))
    for words, trigger in _conditional():
        table.setdefault(words, []).append(trigger)
    for words, trigger in _made_up():
        table.setdefault(words, [trigger])
    for relative, words in product(_phrases(_RELATIVES), _phrases(_TELLS)):
        table[relative + words] = table.get(words) or [Trigger(Effect.NOTHING, 0, 0)]
    for nobody, having in product(_phrases(_NO_RELATIVES), _phrases(_HAVING)):
        table[nobody + having] = [Trigger(effect, SENTENCE, 0) for effect in (Effect.DENIES, Effect.FAMILY)]
    for unchanged, function in product(_phrases(_NO_CHANGE), _phrases(_FUNCTIONS)):
        table[*unchanged, *function, ","] = [Trigger(Effect.DENIES, SENTENCE, 0)]
    for verb, whom in product(_phrases(_NOR), _phrases(_OF_WHOM)):
        for more in ((), ("had",)):
            table["nor", *verb, *whom, *more] = [Trigger(Effect.DENIES, SENTENCE, 0)]
    for relative in map(tuple, map(str.split, of_relatives())):
        of_relative = [("in", *relative), *(("in", *whose, *relative) for whose in _phrases(_WHOSE))]
        of_relative += [("(", *relative, *behind) for behind in [(";",), *_phrases(_IN_BRACKETS)]]
        for words in of_relative:
            table[words] = [Trigger(Effect.FAMILY, 0, SENTENCE)]
        if len(relative) > 1:
            table.setdefault(relative, [Trigger(Effect.FAMILY, SENTENCE, 0)])
    for words in _endings():
        table.setdefault(words, []).append(Trigger(Effect.RECALLS, 0, 8))
    table[(";",)] = [Trigger(Effect.ENDS_DENIAL, 0, 0)]
    return _steps(table)


def _steps(table: dict[tuple[str, ...], list[Trigger]]) -> dict[str, Step]:
    going_on: dict[str, dict[tuple[str, ...], list[Trigger]]] = {}
    for words, kinds in table.items():
        going_on.setdefault(words[0], {})[words[1:]] = kinds
    return {word: _step(tuple(rest.pop((), ())), rest) for word, rest in going_on.items()}


def _step(kinds: tuple[Trigger, ...], rest: dict[tuple[str, ...], list[Trigger]]) -> Step:
    anywhere, back = all(kind.where is Where.ANYWHERE for kind in kinds), any(kind.before for kind in kinds)
    return Step(kinds, _steps(rest), anywhere, back)
