"""Terms of an index that a word may have been cut to: no text that says the word is missed, some that do not say it are there too."""

from collections.abc import Iterable, Mapping

from search.lexical.analysis import MAX_WORD, folded, terms

_SHORTEST = 4
"""Letters of a beginning of words: a shorter one begins too many."""
_TURNED = 2
"""Letters at the end of a term that stemming may have put in place of others."""


def terms_of(word: str, vocabulary: Mapping[str, int]) -> list[str] | None:
    """Terms of texts that say a word of letters; None where the index cannot tell: it leaves the word out, or cuts it."""
    found = terms(word)
    if not word.isalpha() or len(word) > MAX_WORD or len(found) != 1:
        return None
    return [term for term in (*found, *_glued(vocabulary)) if term in vocabulary]


def terms_beginning(word: str, vocabulary: Mapping[str, int]) -> list[str] | None:
    """Terms of texts that say a word which begins so; None where the index cannot tell."""
    begins = folded(word).rstrip("ao")  # the next letter may be the e that is folded away: anae-mia
    if not word.isalpha() or not _SHORTEST <= len(begins) <= MAX_WORD:
        return None
    head = begins[: _SHORTEST - 1]
    near = (term for term in vocabulary if term.startswith(head) and _agree(term, begins))
    return [*near, *(term for term in _glued(vocabulary) if not term.startswith(head))]


def _agree(term: str, begins: str) -> bool:
    """Whether a term may be of a word that begins so, whatever stemming did to its end."""
    length = min(max(len(term) - _TURNED, 1), max(len(begins) - _TURNED, 1))
    return term[:length] == begins[:length]


def _glued(vocabulary: Iterable[str]) -> list[str]:
    """Terms that hold several words."""
    return [term for term in vocabulary if "_" in term]
