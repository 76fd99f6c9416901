"""Allergies of which a text says only to what: "Allergies: penicillin (rash), sulfa", "allergic to latex, eggs and penicillin".

A concept is called "allergy to penicillin"; what a list of allergies says is "penicillin", which alone would be the drug. So each name in
such a list is looked for behind these words, and what has a name so is the allergy, and no drug that is taken.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from concepts.assertion import Sentences
from concepts.coordination import Named, Shared
from concepts.sections import Section
from concepts.tokens import Tokens

_OF_ALLERGY: Final = ("allergy", "to")
_LEADS: Final = frozenset({"allergy", "allergic"})
"""With "to" behind them they say what somebody is allergic to."""
_JOINS: Final = frozenset({"and", "or", "/", "&"})
_MOST_WORDS: Final = 4
_TITLES: Final = frozenset({"drug", "medication", "food", "known", "allergy", "adverse", "reaction"})
"""Words that head a list: "drug allergies" is no allergy to drugs."""
_TOLERATED: Final = frozenset({"tolerate", "tolerated", "tolerating", "tolerant"})
"""What stands behind in the sentence is no allergy: "penicillin; tolerates cephalosporins"."""


def speaks_of_allergies(of: Tokens) -> bool:
    """Whether a text has the words by which allergies are listed."""
    norms = of.norms
    return "allergy" in norms or "allergic" in norms or "adverse" in norms


def allergens(of: Tokens, sentences: Sentences, named: Named) -> Iterator[Shared]:
    """What a text lists as allergies, with their whole names, in order."""
    at = 0
    for first, last in _listed(of, sentences, named):
        at = max(at, first)
        while at < last:
            if of.norms[at] in _TOLERATED:
                at = sentences.around(at)[1]
                continue
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
    behind = [(at + 1, sentences.around(at)[1]) for at in range(1, len(norms)) if norms[at] == "to" and norms[at - 1] in _LEADS]
    before = [each for at in range(2, len(norms)) if norms[at] == "allergy" for each in _before(of, at, named)]
    return sorted(sections + behind + before)


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
