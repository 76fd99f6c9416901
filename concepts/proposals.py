"""Drugs and therapies that are only talked of: "discussed statin therapy", "anticoagulation was considered", "will hold off on insulin".

Who discusses an illness has it; who discusses a drug need not take it. One is taken where the sentence says so: by "on" or "continue", by
whose it is ("discussed her metformin"), or by what is to become of it ("discussed increasing lisinopril").
"""

from collections.abc import Sequence
from typing import Final

from concepts.tokens import Tokens


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_FARTHEST: Final = 10
"""Words between what is talked of and the word that says so."""
_TALKS: Final = _words(
    """
    discuss discussed discussing consider considered considering offer offered offering suggest suggested recommend recommended recommending
    propose proposed proposing
    """
)
"""What is done with a drug that nobody takes for that."""
_TALKS_OF: Final = frozenset(
    tuple(phrase.split())
    for phrase in (
        "talked about",
        "talk about",
        "talking about",
        "spoke about",
        "thinking about",
        "interested in",
        "open to",
        "hesitant about",
        "hold off on",
        "held off on",
        "holding off on",
        "defer starting",
        "deferred starting",
        "candidate for",
        "information on",
        "information about",
        "option of",
        *(
            f"{may}{surely} benefit from"
            for may in ("may", "might", "could", "would")
            for surely in ("", " also", " likely", " potentially")
        ),
    )
)
_OF_USE: Final = _words(
    """
    on taking take taken current currently home existing ongoing increase increasing decrease decreasing stop stopping discontinue
    discontinuing continue continued continuing reduce reducing taper tapering change changing switch switching hold holding held adjust
    adjusting titrate titrating uptitrating refill refilled compliance adherence adherent missed started begun restart restarting resume
    resuming given gave received got side effect level monitoring after while despite since because has had was were is are that which who
    before allergy allergic side prescribed wean weaning tolerating tolerated
    """
)
"""Between such a word and a drug they say that it is taken, or that another thing is talked of."""
_WHOSE: Final = _words("his her your their my current home same this these")
_TAKEN: Final = _words(
    "on taking take taking continue continued continues use used using started start given give received receive increase increased resume"
)
"""Before a drug that is talked of they say that it is taken."""
_BEHIND: Final = _words(
    """
    therapy treatment use option a as an and or / was were is are has have been being be also again briefly further initiation risk
    benefit of start for prophylaxis today at length indication the pro con , class drug could can may might should
    will would
    """
)
"""What stands between a drug and the word behind it that talks of it."""
_BEING: Final = frozenset(["is", "was", "are", "were", "be", "been", "being"])
_ENDS: Final = frozenset([".", ";", ":", "\n"])
_BETWEEN: Final = frozenset(["and", "or", "/", "&"])
_OBJECTS: Final = _words(
    """
    and at with in as by but for if again today including due because given to although however on during when while before after next since
    per versus vs or thoroughly extensively briefly previously further
    """
)
"""What stands behind "was discussed" that is no object of it."""

_ORDERED: Final = _words("ordered started given initiated added prescribed begun increased administered continued resumed")
"""Behind a drug: what is done with it in the end."""
_USED: Final = _words("refill refilled take taking taken took tolerated tolerating continue continued continues relief")
"""Behind a drug, up to the end of the clause: it is taken."""
_NOT_USED: Final = _words(
    "not never decline declined declines refuse refused refuses could might may would if how whether hesitant reluctant"
)
"""Before such a word: it is not."""
_FARTHEST_USE: Final = 14
_CULPRIT: Final = frozenset(["culprit", "causing", "caused"])
_THE: Final = _words("the a as likely possible probable main")
"""Before "cause": somebody who had the drug came to harm by it."""
_GIVEN: Final = _words("dose dosing level compliance adherence refill monitoring schedule injection administration")
"""Right behind a drug: it is taken that is talked of."""
_CAUSES: Final = frozenset(
    tuple(phrase.split())
    for phrase in ("due to", "secondary to", "from", "caused by", "induced by", "related to", "attributed to", "because of")
)
_ARTICLES: Final = _words("the a an his her their my your this these")
_BETWEEN_CAUSES: Final = _words(", ; vs versus or switch switching change changing discontinuation withdrawal stopping")


def proposal(of: Tokens, sentence: tuple[int, int], first: int, last: int) -> tuple[int, int] | None:
    """The tokens that say that a drug, from token `first` to before `last`, is only talked of; None where nothing does."""
    begin, end = sentence
    norms = of.norms
    if (first > begin and norms[first - 1] in _WHOSE) or (last < end and norms[last] in _GIVEN):
        return None
    if _is_used(norms, last, end) or _is_culprit(norms, begin, first, last, end):
        return None
    return _before(norms, begin, first, last, end) or _behind(norms, begin, first, last, end)


def are_listed(norms: Sequence[str], behind: int, first: int, last: int, following: int) -> bool:
    """Whether a drug, from token `first` to before `last`, is listed with one that ends before token `behind`, and nothing is said of it.

    `following` is where the next mention begins: "aspirin, clopidogrel and warfarin".
    """
    between = norms[behind:first]
    joined = between[-1:] != [] and between[-1] in _BETWEEN and list(between[:-1]) in ([], [","])
    listed = list(between) == [","] and norms[last:following] in (["and"], ["or"], [","], [",", "and"], [",", "or"])
    return (joined or listed) and _BEING.union(_ORDERED).isdisjoint(norms[last : last + 2])


def is_cause(norms: Sequence[str], begin: int, first: int) -> bool:
    """Whether what stands between a doubt, which ends before token `begin`, and a drug says that something came from it.

    The words that say so stand right before the drug.
    """
    between = norms[begin:first]
    if between and between[-1] in _ARTICLES:
        between = between[:-1]
    return _BETWEEN_CAUSES.isdisjoint(between) and any(tuple(between[-len(words) :]) == words for words in _CAUSES)


def _is_used(norms: Sequence[str], last: int, end: int) -> bool:
    """Whether what follows a drug, which ends before token `last`, says in the same clause that it is taken, or ordered."""
    plain = True
    for place in range(last, min(end, last + _FARTHEST_USE)):
        norm = norms[place]
        if norm in _ENDS or norm == "," or norm in _NOT_USED:
            return False
        if norm in _USED or (norm in _ORDERED and (plain or place < last + 3)):
            return True
        plain = plain and (norm in _BEHIND or norm in _TALKS)
    return False


def _is_culprit(norms: Sequence[str], begin: int, first: int, last: int, end: int) -> bool:
    """Whether something is said to have come from a drug: "considered warfarin the cause of the bleed", "considered due to warfarin"."""
    if tuple(norms[max(begin, first - 2) : first]) == ("due", "to"):
        return True
    near = range(max(begin, first - _FARTHEST), min(end, last + _FARTHEST))
    return any(norms[at] in _CULPRIT or (norms[at] == "cause" and at > begin and norms[at - 1] in _THE) for at in near)


def _before(norms: Sequence[str], begin: int, first: int, last: int, end: int) -> tuple[int, int] | None:
    """Words before the drug that talk of it."""
    listed = False
    for place in range(first - 1, max(begin, first - 1 - _FARTHEST) - 1, -1):
        norm = norms[place]
        if norm in _TALKS:
            return (place, place + 1) if _is_of_drug(norms, begin, place, first, last) else None
        if norm == "on" and place > begin and norms[place - 1] == "off":  # "hold off on"
            pass
        elif norm in _OF_USE or norm in _ENDS or norm[0].isdigit():
            return None
        if norm == "," and not listed and norms[last : min(last + 1, end)] not in (["and"], ["or"], [","]):
            return None
        listed = listed or norm in _BETWEEN
        for phrase in _TALKS_OF:
            if norm == phrase[-1] and place - len(phrase) + 1 >= begin and tuple(norms[place - len(phrase) + 1 : place + 1]) == phrase:
                return place - len(phrase) + 1, place + 1
    return None


def _is_of_drug(norms: Sequence[str], begin: int, talks: int, first: int, last: int) -> bool:
    """Whether it is a drug that a word talks of, and not of another thing; "recommend aspirin 81 mg" is an order."""
    if norms[talks + 1] == "," or (norms[talks].startswith("recommend") and norms[last : last + 1] and norms[last][0].isdigit()):
        return False
    complement = norms[talks] == "considered" and talks > begin and norms[talks - 1] in _BEING  # "this is considered a failure of insulin"
    return not complement or norms[talks + 1] == "for"


def _behind(norms: Sequence[str], begin: int, first: int, last: int, end: int) -> tuple[int, int] | None:
    """Words behind the drug that talk of it, and of nothing behind them."""
    for place in range(last, min(end, last + _FARTHEST)):
        if norms[place] in _TALKS:
            behind = norms[place + 1] if place + 1 < end else ""
            if behind[:1].isalpha() and behind not in _OBJECTS:
                return None
            if not _TAKEN.isdisjoint(norms[max(begin, first - 2) : first]) or norms[place - 1] == ",":
                return None
            return place, place + 1
        if norms[place] not in _BEHIND:
            return None
    return None
