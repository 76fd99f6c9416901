"""The words of units, cut and numbered, kept beside the index so that the next one is made without cutting them again.

Terms are numbered alphabetically, and only those that a unit says: equal content gives equal files, and what was deleted is not kept.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import offsets_of, runs
from search.lexical.analysis import ANALYSIS, tokenize
from search.spoken import KINDS, SEPARATE, Said

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_ARRAYS: Final = ("offsets", "terms", "times", "spoken_units", "spoken_terms", "said")
_VOCABULARY: Final = "vocabulary.json"


@dataclass(frozen=True)
class UnitWords:
    """Terms of unit u, ascending: `terms[offsets[u] : offsets[u + 1]]`, each said so many `times`.

    `said` holds `search.spoken.Said` of each (spoken unit, spoken term) that a unit does not only affirm, by term and unit.
    """

    vocabulary: Sequence[str]
    offsets: Int64
    terms: Int32
    times: Int32
    spoken_units: Int32
    spoken_terms: Int32
    said: NDArray[np.uint8]

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.offsets) - 1


def cut_words(texts: Iterable[str], spoken: Iterable[str] = ()) -> UnitWords:
    """The words of texts; `spoken` tells how each means its words (`search.spoken.spoken_of`), without it all are affirmed."""
    numbers: dict[str, int] = {}
    counted = [Counter(numbers.setdefault(term, len(numbers)) for term in tokenize(text)) for text in texts]
    meant = [(unit, term, said) for unit, words in enumerate(spoken) if words for term, said in _meant(counted[unit], words, numbers)]
    units = np.repeat(np.arange(len(counted)), [len(each) for each in counted])
    terms = np.fromiter((term for each in counted for term in each), dtype=np.int32, count=len(units))
    times = np.fromiter((count for each in counted for count in each.values()), dtype=np.int32, count=len(units))
    spoken_units, spoken_terms, said = np.asarray(meant, dtype=np.int64).reshape(-1, 3).T
    return _numbered(list(numbers), len(counted), (units, terms, times), (spoken_units, spoken_terms, said))


def taken_over(one: UnitWords, kept: Int64, places: Int64, other: UnitWords, others: Int64) -> UnitWords:
    """The words of so many units as there are places: those of the `kept` units of one at `places`, and all of the other at `others`."""
    pairs, said = [], []
    width = len(one.vocabulary)
    for words, units, at, shift in ((one, kept, places, 0), (other, np.arange(other.units), others, width)):
        lengths = words.offsets[units + 1] - words.offsets[units]
        held = runs(words.offsets[units], lengths)
        pairs.append((np.repeat(at, lengths), words.terms[held].astype(np.int64) + shift, words.times[held]))
        moved = np.full(words.units, -1, dtype=np.int64)
        moved[units] = at
        apart = moved[words.spoken_units] >= 0
        said.append((moved[words.spoken_units[apart]], words.spoken_terms[apart].astype(np.int64) + shift, words.said[apart]))
    joined = [*one.vocabulary, *other.vocabulary]
    return _numbered(joined, len(places) + len(others), _together(pairs), _together(said))


def _together(columns: Iterable[tuple[NDArray[np.integer], ...]]) -> tuple[NDArray[np.integer], ...]:
    return tuple(np.concatenate(each) for each in zip(*columns, strict=True))


def _numbered(
    vocabulary: Sequence[str], units: int, pairs: Sequence[NDArray[np.integer]], spoken: Sequence[NDArray[np.integer]]
) -> UnitWords:
    """Words of (unit, term, times) and (unit, term, said), whose terms are renumbered: those of a word that stands there twice to one."""
    held = np.zeros(len(vocabulary), dtype=np.bool_)
    held[pairs[1]] = True
    kept = sorted({vocabulary[term] for term in np.flatnonzero(held).tolist()})
    places = {word: place for place, word in enumerate(kept)}
    table = np.full(len(vocabulary), -1, dtype=np.int32)
    table[held] = [places[vocabulary[term]] for term in np.flatnonzero(held).tolist()]
    unit, term, times = pairs[0], table[pairs[1]], pairs[2]
    order = np.argsort(unit.astype(np.int64) * max(len(kept), 1) + term)
    spoken_units, spoken_terms, said = spoken[0], table[spoken[1]], spoken[2]
    by_term = np.lexsort((spoken_units, spoken_terms))
    return UnitWords(
        kept,
        offsets_of(unit[order].astype(np.int64), units),
        term[order],
        times[order].astype(np.int32),
        spoken_units[by_term].astype(np.int32),
        spoken_terms[by_term].astype(np.int32),
        said[by_term].astype(np.uint8),
    )


def _meant(unit: Counter[int], spoken: str, numbers: dict[str, int]) -> Iterator[tuple[int, int]]:
    """Each term that a text does not only affirm, and how it means it."""
    found: dict[str, int] = {}
    times: Counter[str] = Counter()
    for kind, words in zip(KINDS, spoken.split(SEPARATE), strict=True):
        for term in tokenize(words):
            if term in numbers:
                times[term] += 1
                found[term] = found.get(term, 0) | kind.value
    for term, said in found.items():
        yield numbers[term], said | (Said.AFFIRMED.value if unit[numbers[term]] > times[term] else 0)


def save_words(words: UnitWords, folder: Path) -> None:
    """Write the words, one file for each array."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(words, name))
    (folder / _VOCABULARY).write_text(json.dumps({"analysis": ANALYSIS, "vocabulary": list(words.vocabulary)}), encoding="ascii")


def are_current(folder: Path) -> bool:
    """Whether the words in a folder can be read, and were cut as they would be now."""
    try:
        return bool(json.loads((folder / _VOCABULARY).read_text(encoding="ascii"))["analysis"] == ANALYSIS)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def open_words(folder: Path) -> UnitWords | None:
    """The words in a folder; None where there are none, they cannot be read, or they were cut otherwise than they would be now."""
    try:
        kept = json.loads((folder / _VOCABULARY).read_text(encoding="ascii"))
        if kept["analysis"] != ANALYSIS:
            return None
        return UnitWords(kept["vocabulary"], *(np.load(folder / f"{name}.npy") for name in _ARRAYS))
    except (OSError, ValueError, EOFError, KeyError, TypeError):
        return None
