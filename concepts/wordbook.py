"""The words of texts, numbered as they come up, so that what is known of a word is looked up for all words of a text at once.

Texts say the same few thousand words again and again. A stretch of a text between blanks is cut and folded once and held with the numbers
of its words; what somebody knows of words (whether one begins a name, whether one ends a sentence) is one array that these numbers index.
Any number of threads may work with a book. One that has grown too much is left to those who hold it, and another is begun.
"""

from collections.abc import Callable, Collection, Sequence
from struct import Struct
from threading import Lock
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Entries = NDArray[np.int32]
Known = TypeVar("Known", bound=np.generic)

_LONGEST_HELD: Final = 40
"""Characters of a stretch that is held; longer ones hardly come twice."""
LONGEST: Final = 250
"""Characters of a stretch that is cut here: what it says of places is one byte each."""
_MOST_STRETCHES: Final = 1 << 16
_MOST_WORDS: Final = 1 << 17


PIECE: Final = np.dtype([("entry", "<i4"), ("step", "u1"), ("size", "u1")])
"""A word, or a blank: its number (of a word), its characters with the blank behind it, and without it (0 of a blank)."""
_pack = Struct("<iBB").pack


class Wordbook:
    """Words by number, and stretches of texts. `cut` gives the pieces of a stretch, each with what it is compared by ('' for blanks)."""

    def __init__(self, cut: Callable[[str], Sequence[tuple[str, str]]]) -> None:
        self.words: list[str] = []
        self._cut = cut
        self._entries = _Entries(self.words)
        self._stretches = _Stretches(self._stretch)

    @property
    def full(self) -> bool:
        """Whether another one had better be begun."""
        return len(self.words) > _MOST_WORDS

    def entries(self, norms: Sequence[str]) -> Entries:
        """The numbers of words."""
        return np.fromiter(map(self._entries.__getitem__, norms), dtype=np.int32, count=len(norms))

    def pieces(self, text: str) -> NDArray[Any] | None:
        """The pieces of a text, as PIECE; None where it has too long a stretch between its blanks, or behind its line breaks."""
        parted = text.replace("\n", "\n ").split(" ")
        try:
            return np.frombuffer(b"".join(map(self._stretches.__getitem__, parted)), dtype=PIECE)
        except OverflowError:
            return None

    def norms(self, entries: Entries) -> list[str]:
        """The words that have these numbers."""
        return list(map(self.words.__getitem__, entries.tolist()))

    def _stretch(self, stretch: str) -> bytes:
        if len(stretch) > LONGEST:
            raise OverflowError
        cut = self._cut(stretch) or [("", "")]
        last = -1 if stretch.endswith("\n") else len(cut) - 1
        return b"".join(
            _pack(self._entries[norm] if norm else 0, len(piece) + (place == last), len(piece) if norm else 0)
            for place, (piece, norm) in enumerate(cut)
        )


class _Entries(dict[str, int]):
    """Word → its number. Words are numbered under a lock and are listed before their number is told."""

    def __init__(self, words: list[str]) -> None:
        self._words, self._lock = words, Lock()

    def __missing__(self, word: str) -> int:
        with self._lock:
            if word not in self:
                self._words.append(word)
                self[word] = len(self._words) - 1
        return self[word]


class _Stretches(dict[str, bytes]):
    """Stretch → its pieces, as bytes."""

    def __init__(self, make: Callable[[str], bytes]) -> None:
        self._make = make

    def __missing__(self, stretch: str) -> bytes:
        made = self._make(stretch)
        if len(stretch) <= _LONGEST_HELD:
            if len(self) >= _MOST_STRETCHES:
                self.clear()
            self[stretch] = made
        return made


class OfWords(Generic[Known]):
    """What is known of each word, worked out once a word."""

    def __init__(self, know: Callable[[Sequence[str]], NDArray[Known]]) -> None:
        """`know` gives it for words, in order."""
        self._know = know
        self._held: tuple[Wordbook, NDArray[Known], int] | None = None

    def of(self, book: Wordbook, entries: Entries) -> NDArray[Known]:
        """It for words of a book."""
        held = self._held
        if held is None or held[0] is not book or held[2] < len(book.words):
            held = self._held = self._learned(book, held)
        return held[1][entries]

    def _learned(self, book: Wordbook, held: tuple[Wordbook, NDArray[Known], int] | None) -> tuple[Wordbook, NDArray[Known], int]:
        """With the words that came up meanwhile. Who learns at the same time writes the same."""
        count = len(book.words)
        _, values, known = held if held is not None and held[0] is book else (book, None, 0)
        more = self._know(book.words[known:count])
        if values is None or count > len(values):
            grown: NDArray[Any] = np.empty(max(2 * count, 1024), dtype=more.dtype)
            if values is not None:
                grown[:known] = values[:known]
            values = grown
        values[known:count] = more
        return book, values, count


def are(words: Collection[str]) -> OfWords[np.bool_]:
    """Whether each word is one of these."""
    return OfWords(lambda asked: np.fromiter(map(words.__contains__, asked), dtype=np.bool_, count=len(asked)))
