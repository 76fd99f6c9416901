"""Words of clinical and biomedical text: how they are cut, folded and stemmed, for the index and for highlighting alike.

One spelling stands for many: letter case, accents and width are folded, Greek letters are spelled out (TNF-α is TNF-alpha), British and
American forms meet (oedema, tumour, hospitalised), thousands separators go (1,000), and a hyphenated word is indexed by its parts and
joined (IL-6 is found by "il6" and "il 6"). Every one of these was measured not to harm: docs/decisions/0006-lexical-index.md.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final

ANALYSIS: Final = 1
"""Raised whenever a text may be cut into other words than before: what was cut is kept from one index to the next."""
STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "against",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "herself",
        "him",
        "himself",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "me",
        "more",
        "most",
        "my",
        "myself",
        "nor",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "ourselves",
        "out",
        "over",
        "s",
        "she",
        "should",
        "so",
        "some",
        "such",
        "t",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "whom",
        "why",
        "with",
        "you",
        "your",
        "yours",
        "yourself",
        "yourselves",
    ]
)
"""Words that name nothing. 'No', 'not' and 'all' (a leukaemia) are kept: they carry meaning in a note."""

REQUESTS = frozenset(
    [
        "tell",
        "show",
        "find",
        "give",
        "list",
        "search",
        "look",
        "want",
        "need",
        "know",
        "pleas",
        "thank",
        "hello",
        "hi",
        "hey",
        "yes",
        "ok",
        "okay",
        "someth",
        "anyth",
        "thing",
        "stuff",
    ]
)
"""Terms that ask and say nothing of what is asked for: they find, but no document answers by saying them."""

_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w[\w\u0300-\u036f]*")
"""Accents that follow their letter, as in decomposed text, belong to its word."""
_COMPOUND = re.compile(r"(?<!\w)\w[\w\u0300-\u036f]*+(?:[-\u2010\u2011]\w[\w\u0300-\u036f]*+)+")
"""Looked for at the beginning of words alone and without backtracking: else a long word costs the square of its length."""
_HYPHENS = re.compile(r"[-\u2010\u2011]")
_GREEK = str.maketrans(
    dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψω",
            [
                "alpha",
                "beta",
                "gamma",
                "delta",
                "epsilon",
                "zeta",
                "eta",
                "theta",
                "iota",
                "kappa",
                "lambda",
                "u",
                "nu",
                "xi",
                "omicron",
                "pi",
                "rho",
                "sigma",
                "sigma",
                "tau",
                "upsilon",
                "phi",
                "chi",
                "psi",
                "omega",
            ],
            strict=True,
        )
    )
)
"""Mu is written 'u', as in ug and uL: in these texts it is the prefix of a unit."""
_TUMOUR = re.compile(r"(?<=[a-z]{3})our(?=(?:s|al|ed|ing|able|ful|ite)?$)")
_LOCALISE = re.compile(r"(?<=[a-z]{4})is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)")
MAX_WORD = 64
"""Longer runs of letters and digits are no words (base64, sequences): only their first letters are indexed."""


def terms(query: str) -> tuple[str, ...]:
    """The distinct terms of a query, in order."""
    return tuple(dict.fromkeys(tokenize(query)))


def informative(query: str) -> tuple[str, ...]:
    """The distinct terms of a query that say what is asked for."""
    return tuple(term for term in terms(query) if term not in REQUESTS)


def tokenize(text: str) -> list[str]:
    """The terms of a text, repeats kept: those of its words in order, then those of its hyphenated compounds."""
    found = [term for word in _WORD.findall(text) if (term := _term(word[:MAX_WORD]))]
    if "-" in text or "\u2010" in text or "\u2011" in text:
        found += [term for compound in _COMPOUND.findall(text) if (term := _term(_joined(compound)))]
    return found


def tokenize_with_spans(text: str) -> list[tuple[str, int, int]]:
    """(term, start, end) of every term that `tokenize` gives, offsets in code points of `text`, by start."""
    words = [(_term(match.group()[:MAX_WORD]), match.start(), match.end()) for match in _WORD.finditer(text)]
    compounds = [(_term(_joined(match.group())), match.start(), match.end()) for match in _COMPOUND.finditer(text)]
    return sorted((found for found in (*words, *compounds) if found[0]), key=lambda found: (found[1], found[2]))


def spans_of(text: str, wanted: Collection[str]) -> list[tuple[str, int, int]]:
    """Of what `tokenize_with_spans` gives the terms that are wanted."""
    if not wanted:
        return []
    found = [(term, *match.span()) for match in _WORD.finditer(text) if (term := _term(match[0][:MAX_WORD])) in wanted]
    if "-" in text or "\u2010" in text or "\u2011" in text:
        found += [(term, *match.span()) for match in _COMPOUND.finditer(text) if (term := _term(_joined(match[0]))) in wanted]
        found.sort(key=itemgetter(1, 2))
    return found


def _joined(compound: str) -> str:
    return _HYPHENS.sub("", compound)[:MAX_WORD]


def folded(beginning: str) -> str:
    """How the terms of words begin that begin so, but for what depends on their end."""
    return _vowels(_plain(beginning))


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_GREEK).replace(",", "")


def _vowels(word: str) -> str:
    return word.replace("ae", "e").replace("oe", "e")


@lru_cache(maxsize=100_000)
def _term(word: str) -> str:
    """The folded, stemmed form of a word; '' for a stop word."""
    plain = _plain(word)
    if plain in STOP_WORDS:
        return ""
    american = _LOCALISE.sub("iz", _TUMOUR.sub("or", _vowels(plain)))
    stemmed: str = _stemmer().stemWord(american)
    return stemmed


@cache
def _stemmer() -> Any:
    import Stemmer

    # Its own cache of words would only double that of `_term`.
    return Stemmer.Stemmer("english", 0)
