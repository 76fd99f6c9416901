"""Allergies of which a text says only to what: "Allergies: penicillin (rash), sulfa", "allergic to latex, eggs and penicillin".

A concept is called "allergy to penicillin"; what a list of allergies says is "penicillin", which alone would be the drug. So each name in
such a list is looked for behind these words, and what has a name so is the allergy, and no drug that is taken. A drug in such a list that
has none is mentioned as what somebody is allergic to.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from concepts.assertion import Sentences
from concepts.coordination import Named, Shared
from concepts.sections import Section
from concepts.tokens import Tokens, norm
from concepts.wordbook import are

_OF_ALLERGY: Final = ("allergy", "to")
_LEADS: Final = frozenset({"allergy", "allergic", "hypersensitivity", "hypersensitive", "anaphylaxis"})
"""With "to" behind them they say what somebody is allergic to."""
_REACTIONS: Final = frozenset({"allergic", "adverse", "anaphylactic"})
"""With "reaction to" behind them they say so too."""
_SPEAKING: Final = are(_LEADS | _REACTIONS)
_BEHIND: Final = frozenset({"allergy", "hypersensitivity", "anaphylaxis"})
"""Behind a drug they say so too."""
_JOINS: Final = frozenset({"and", "or", "/", "&"})
_MOST_WORDS: Final = 4
_TITLES: Final = frozenset({"drug", "medication", "food", "known", "allergy", "adverse", "reaction"})
"""Words that head a list: "drug allergies" is no allergy to drugs."""
_OTHERWISE: Final = """
but continue continued continues gave give given instead on prescribed receive received receives replaced start started starts substituted
switched take taken takes taking took tolerant tolerate tolerated tolerates tolerating treat treated uses using
"""
_ELSE: Final = frozenset(map(norm, _OTHERWISE.split()))
"""What stands behind in the sentence is no allergy: "penicillin; tolerates cephalosporins", "penicillin, takes aspirin"."""


def speaks_of_allergies(of: Tokens) -> bool:
    """Whether a text has the words by which allergies are listed."""
    return bool(_SPEAKING.of(*of.entries).any())


def lists_of_allergies(of: Tokens, sentences: Sentences, named: Named) -> list[tuple[int, int]]:
    """Tokens among which allergies are listed, in order, none twice."""
    found: list[tuple[int, int]] = []
    at = 0
    for first, last in _listed(of, sentences, named):
        at = start = max(at, first)
        while at < last:
            if of.norms[at] in _ELSE:
                found.append((start, at))
                at = start = sentences.around(at)[1]
            else:
                at += 1
        found.append((start, min(at, last)))
    return [(first, last) for first, last in found if first < last]


def substances(
    of: Tokens, lists: Sequence[tuple[int, int]], named: Sequence[tuple[int, int]], drugs: AbstractSet[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Of the places of `drugs` among all that a text names those that tell what somebody is allergic to.

    They stand in a list of allergies, or before "allergy".

    Drugs that "and" or "or" joins to one before that word are meant too.
    """
    within = {place for first, last in lists for place in range(first, last)}
    found: set[tuple[int, int]] = set()
    following = -1
    for first, last in reversed(named):
        behind = of.norms[last] if last < len(of) else ""
        if (first, last) not in drugs:
            following = first if of.norms[last - 1] in _BEHIND else -1
        elif first in within or behind in _BEHIND or (behind in _JOINS and following == last + 1):
            found.add((first, last))
            following = first if first not in within else -1
    return found


def allergens(of: Tokens, lists: Sequence[tuple[int, int]], named: Named) -> Iterator[Shared]:
    """What a text lists as allergies, with their whole names, in order."""
    at = 0
    for first, last in lists:
        at = max(at, first)
        while at < last:
            found = _longest(of, at, last, named)
            if found is not None:
                yield found
            at = found.last if found is not None else at + 1


def _listed(of: Tokens, sentences: Sentences, named: Named) -> list[tuple[int, int]]:
    """Tokens among which allergies are listed, in order: of sections, of the rest of a sentence, or before "allergy"."""
    norms, headings = of.norms, sentences.headings.all
    ends = (*(heading.start for heading in headings), len(of.text))[1:]
    sections = [
        (bisect_left(of.starts, heading.start), bisect_left(of.starts, min(end, heading.until)))
        for heading, end in zip(headings, ends, strict=False)
        if heading.section is Section.ALLERGIES
    ]
    behind = [(at + 1, sentences.around(at)[1]) for at in range(1, len(norms)) if norms[at] == "to" and _leads(norms, at - 1)]
    before = [each for at in range(2, len(norms)) if norms[at] == "allergy" for each in _before(of, at, named)]
    return sorted(sections + behind + before)


def _leads(norms: Sequence[str], at: int) -> bool:
    return norms[at] in _LEADS or (norms[at] == "reaction" and at > 0 and norms[at - 1] in _REACTIONS)


def _before(of: Tokens, allergy: int, named: Named) -> Iterator[tuple[int, int]]:
    """What shares the word with the last of a list: "penicillin, latex and sulfa allergy"."""
    norms = of.norms
    end = next((at for at in range(allergy - 2, max(0, allergy - _MOST_WORDS), -1) if norms[at] in _JOINS), 0)
    while end > 0:
        begins = (at for at in range(max(0, end - _MOST_WORDS), end) if named((*_OF_ALLERGY, *norms[at:end])))
        begin = next(begins, None)
        if begin is None:
            return
        yield begin, end
        end = begin - 1 if begin and norms[begin - 1] == "," else 0


def _longest(of: Tokens, at: int, last: int, named: Named) -> Shared | None:
    for until in range(min(at + _MOST_WORDS, last), at, -1):
        norms = (*_OF_ALLERGY, *of.norms[at:until])
        if of.norms[at] not in _TITLES and of.norms[at][0].isalnum() and of.norms[until - 1][0].isalnum() and named(norms):
            return Shared(at, until, norms)
    return None
