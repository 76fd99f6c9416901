"""How a passage means its words: what it denies, supposes, says of relatives or of the past, kept beside its words in the text index.

No dictionary is needed for it: the triggers of `concepts.assertion` reach over all words.
"""

from enum import IntFlag
from typing import Final

from concepts.assertion import Sentences
from concepts.model import Assertion
from concepts.tokens import tokens

SEPARATE: Final = "\x1f"
"""Between the parts of what `spoken_of` gives."""


class Said(IntFlag):
    """How a text means a word, all its places taken together."""

    AFFIRMED = 1
    DENIED = 2
    OF_FAMILY = 4
    SUPPOSED = 8
    RECALLED = 16
    NOT_OF_FAMILY = 32
    """Denied of relatives."""


SAID: Final = {
    Assertion.NEGATED: Said.DENIED,
    Assertion.FAMILY: Said.OF_FAMILY,
    Assertion.HYPOTHETICAL: Said.SUPPOSED,
    Assertion.HISTORICAL: Said.RECALLED,
    Assertion.NOT_IN_FAMILY: Said.NOT_OF_FAMILY,
}
KINDS: Final = (Said.DENIED, Said.OF_FAMILY, Said.SUPPOSED, Said.RECALLED, Said.NOT_OF_FAMILY)


def spoken_of(text: str) -> str:
    """The words of a text that it denies, says of the family, supposes, recalls, and denies of the family, with SEPARATE between.

    In this order; '' for none.
    """
    of = tokens(text)
    parts: dict[Said, list[str]] = {kind: [] for kind in KINDS}
    for first, last, assertion in Sentences(of).runs():
        said = SAID.get(assertion)
        if said is not None:
            parts[said].append(text[of.starts[first] : of.ends[last - 1]])
    return SEPARATE.join(" ".join(parts[kind]) for kind in KINDS) if any(parts.values()) else ""
