"""A text as words and marks in a form that can be compared, each with its exact place in the text.

Offsets count characters of the untouched text, whatever folding does to a word: `İ` has two characters in lower case, `ﬁ` two when it
is written out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate, compress
from operator import sub
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from concepts.wordbook import Entries, OfWords, Wordbook

_TOKEN = re.compile(
    r"[A-Za-z]++(?![^\W_A-Za-z]|['’\u0300-\u036f\u00ad\u200b-\u200d\u2060])"  # most words; the rest is for all others
    r"|[ ]++(?![\t\r\f\v\x1c-\x1f\x85\xa0\u2000-\u3000])|[.,:;()\n]"
    r"|\d++(?:[.,]\d++)*(?![^\W\d_])"  # 9.2, 1,000 (but 12b is a word)
    r"|[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060])*(?:['’][^\W\d_]{1,2}(?![^\W_]))?"  # a word, its possessive, n't
    r"|\n|[^\S\n]+|[^\w\s]|_"
)
"""Words, numbers, line breaks, marks, and the blanks between them: together all of a text."""
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060])

_BRITISH = tuple(
    pair.split(":")
    for pair in [
        "aemi:emi",
        "haem:hem",
        "oedem:edem",
        "oesoph:esoph",
        "paed:ped",
        "gynaec:gynec",
        "anaesth:anesth",
        "rhoea:rhea",
        "pnoea:pnea",
        "foet:fet",
        "faec:fec",
        "caec:cec",
        "tumour:tumor",
        "oestr:estr",
        "leucocyt:leukocyt",
        "leucopen:leukopen",
        "colour:color",
        "behaviour:behavior",
        "orthopaed:orthoped",
        "ischaem:ischem",
        "diarrhoe:diarrhe",
        "manoeuv:maneuv",
        "aetiol:etiol",
        "sulph:sulf",
        "fibre:fiber",
        "litre:liter",
        "coeliac:celiac",
    ]
)
_LONGEST_WORD: Final = 100
"""Letters of a word that is folded. Unicode orders a thousand accents on one letter in a million steps."""
_MOST_HELD: Final = 1 << 17
_LONG: Final = 200
"""Characters of a text from which on it is cheaper to look up its stretches than to cut it."""
_BLANKS: Final = 16
"""Characters of a text to two blanks on end, of which many are cheaper to cut: each is a stretch of its own."""
_ROMAN = {"ii": "2", "iii": "3", "iv": "4"}


@dataclass(frozen=True)
class Tokens:
    """Words, numbers and marks of a text in order: token `i` is `text[starts[i]:ends[i]]`, and `norms[i]` what it is compared by."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    norms: Sequence[str]

    def __len__(self) -> int:
        return len(self.norms)

    @cached_property
    def entries(self) -> tuple[Wordbook, Entries]:
        """The number of each in a book of words."""
        book = _book()
        return book, book.entries(self.norms)


def tokens(text: str) -> Tokens:
    """The tokens of a text; line breaks are tokens, other white space is none."""
    if len(text) >= _LONG and text.count("  ") * _BLANKS < len(text):
        book = _book()
        whole = book.pieces(text)
        if whole is not None:
            return _joined(text, book, whole)
    pieces = _TOKEN.findall(text)
    norms = list(map(_NORMS.__getitem__, pieces))
    ends = list(accumulate(map(len, pieces)))
    starts = map(sub, ends, map(len, pieces))
    return Tokens(text, list(compress(starts, norms)), list(compress(ends, norms)), list(filter(None, norms)))


def _joined(text: str, book: Wordbook, pieces: NDArray[Any]) -> Tokens:
    starts = np.cumsum(pieces["step"], dtype=np.int64) - pieces["step"]
    sizes, entries = pieces["size"], np.ascontiguousarray(pieces["entry"])
    if not sizes.all():
        written = sizes > 0
        starts, sizes, entries = starts[written], sizes[written], entries[written]
    found = Tokens(text, starts.data, (starts + sizes).data, book.norms(entries))
    found.__dict__["entries"] = book, entries
    return found


def _cut(stretch: str) -> list[tuple[str, str]]:
    return [(piece, _NORMS[piece]) for piece in _TOKEN.findall(stretch)]


def _book() -> Wordbook:
    """The book of words that texts are read with now."""
    global _BOOK
    if _BOOK.full:
        _BOOK = Wordbook(_cut)
    return _BOOK


def places_of(of: Tokens, words: OfWords[np.bool_]) -> list[int]:
    """The tokens that are one of some words."""
    found: list[int] = words.of(*of.entries).nonzero()[0].tolist()
    return found


def norm(word: str) -> str:
    """What a word is compared by: case, plural, possessive, British spelling and Roman numbers are folded. '' for blanks."""
    return _NORMS[word]


class _Norms(dict[str, str]):
    """Word → what it is compared by. What texts say again and again is held: looking it up is most of the work of reading a text."""

    def __missing__(self, word: str) -> str:
        if len(word) > _LONGEST_WORD:
            return _long(word)
        if len(self) >= _MOST_HELD:
            self.clear()
        found = self[word] = _norm(word)
        return found


_NORMS: Final = _Norms()
_BOOK = Wordbook(_cut)


def _long(word: str) -> str:
    """No word that anybody writes: compared as it stands, by a short form that nothing needs to hold in memory as a whole."""
    if word.isspace():
        return ""
    return word[:_LONGEST_WORD].lower() + "…" + blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _norm(word: str) -> str:
    if word.isspace() and word != "\n":
        return ""
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word.translate(_INVISIBLE)).replace("’", "'")
    folded = word.lower()
    if folded.endswith("'s"):
        folded = folded[:-2]
    if word.isupper() and folded in _ROMAN:
        return _ROMAN[folded]
    if len(folded) > 3 and folded.isalpha():
        return _american(_singular(folded))
    return folded


def _singular(word: str) -> str:
    if word[-1] != "s" or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1]


def _american(word: str) -> str:
    for british, american in _BRITISH:
        if british in word:
            word = word.replace(british, american)
    return word
