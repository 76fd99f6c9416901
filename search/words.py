"""Words as people type them: without case and accents, as beginnings of the words that are meant."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Letters alone, without case and accents: 'José' is found by 'jose'."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def begins_words(asked: str, text: str) -> bool:
    """Whether every word that is asked for begins a word of the text."""
    words = _WORD.findall(folded(text))
    return all(any(word.startswith(part) for word in words) for part in _WORD.findall(folded(asked)))
