"""Compiled concepts: the lexicon of their names, and what each is. One folder, memory-mapped, shared by all who read with it."""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from concepts.abbreviations import Abbreviation, abbreviations, narrower, needs_capitals
from concepts.blocked import blocked
from concepts.hierarchy import Int64, mapped
from concepts.lexicon import Caution, Lexicon, Name, compile_lexicon, open_lexicon, save_lexicon, tokens_of_name
from concepts.terminology import Concept, Kind, spellings
from concepts.tokens import tokens
from concepts.variants import broader_names

_KINDS: Final = tuple(Kind)
_CURATED: Final = 1000
"""Rank of what a curated list says a name stands for: behind all that bears the name."""
SPELLED: Final = 4
"""Version of how names are spelled out (`concepts.terminology`, variants, abbreviations): a vocabulary of an earlier one misses names."""
ABOUT: Final = "about.json"
_GOING: Final = frozenset({Kind.DISORDER, Kind.FINDING})
"""Kinds of concepts whose names say how they go: acute, recurrent, without complication."""
_SHORT_WORD: Final = 3
"""Letters up to which a single word is an abbreviation, taken only in capitals."""


@dataclass(frozen=True)
class Strings:
    """Numbered strings in one array of bytes."""

    offsets: Int64
    bytes: NDArray[np.uint8]

    def __getitem__(self, row: int) -> str:
        return self.bytes[self.offsets[row] : self.offsets[row + 1]].tobytes().decode("utf-8", "surrogatepass")

    def __len__(self) -> int:
        return len(self.offsets) - 1


class StringsWriter:
    """Strings in the making, held as bytes."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("q", [0])

    def add(self, text: str) -> None:
        """Number the next one."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def strings(self) -> Strings:
        """All that were added."""
        return Strings(np.frombuffer(self._ends, dtype=np.int64), np.frombuffer(bytes(self._bytes), dtype=np.uint8))


@dataclass(frozen=True)
class Vocabulary:
    """Concepts by number, and the lexicon of their names."""

    lexicon: Lexicon
    systems: tuple[str, ...]
    system: NDArray[np.int16]
    kinds: NDArray[np.uint8]
    codes: Strings
    labels: Strings
    fields: dict[int, tuple[frozenset[str], ...]]
    """Name that has several readings → words one of which must stand near it, for each of its readings."""

    def __len__(self) -> int:
        return len(self.codes)

    def concept(self, number: int) -> Concept:
        """A concept by its number."""
        return Concept(self.systems[self.system[number]], self.codes[number], self.labels[number], _KINDS[self.kinds[number]])


@dataclass(frozen=True, slots=True)
class Named:
    """A concept with all names that it is given, the scheme's own first."""

    concept: Concept
    names: tuple[str, ...] = ()


def compile_vocabulary(named: Iterable[Named]) -> tuple[Vocabulary, list[str]]:
    """Compile concepts, their names, how people spell these, and curated abbreviations; and the names that cannot be looked for.

    What is compiled is held as numbers and bytes: memory grows by some hundred bytes a name. A concept without a label is numbered and
    not looked for.
    """
    compiling = _Compiling()
    lexicon, unfit = compile_lexicon(compiling.names(named))
    fields = {lexicon.named(short): tuple(dict.fromkeys(found)) for short, found in compiling.fields.items()}
    return Vocabulary(
        lexicon,
        tuple(compiling.systems),
        np.frombuffer(compiling.system, dtype=np.int16),
        np.frombuffer(compiling.kinds, dtype=np.uint8),
        compiling.codes.strings(),
        compiling.labels.strings(),
        fields,
    ), [*compiling.letters, *unfit]


class _Compiling:
    """What is known of the concepts while their names go by."""

    def __init__(self) -> None:
        self.systems: dict[str, int] = {}
        self.system, self.kinds = array("h"), array("B")
        self.codes, self.labels = StringsWriter(), StringsWriter()
        self.letters: list[str] = []
        self.fields: dict[str, list[frozenset[str]]] = defaultdict(list)

    def names(self, named: Iterable[Named]) -> Iterator[Name]:
        listed = [(entry, tuple(map(_key, entry.names))) for entry in abbreviations()]
        asked = [(name, tuple(map(_key, names))) for name, names in narrower()]
        spelled_out: dict[str, list[int]] = {key: [] for _, keys in (*listed, *asked) for key in keys}
        kinds_of: dict[str, list[int]] = {key: [] for _, keys in asked for key in keys}
        unwanted = blocked()
        for number, each in enumerate(named):
            self._add(each.concept)
            for rank, text in enumerate(dict.fromkeys((each.concept.label, *each.names))):
                for step, spelling in enumerate(dict.fromkeys(spellings(text, each.concept.kind))):
                    key = _key(spelling)
                    if len(key) == 1:  # "K" and "A" stand everywhere
                        self.letters.append(spelling)
                    elif key and key not in unwanted:
                        yield Name(spelling, number, rank=min(rank, 9) * 10 + min(step, 9), caution=_caution(spelling))
                        if key in spelled_out:
                            spelled_out[key].append(number)
                        for broader in broader_names(spelling) if each.concept.kind in _GOING else ():
                            if (key := _key(broader)) not in unwanted:
                                yield Name(broader, number, 2 * _CURATED + min(rank, 9), Caution.ASKED)
                            if key in kinds_of:
                                kinds_of[key].append(number)
        for entry, keys in listed:
            for rank, number in enumerate(dict.fromkeys(number for key in keys for number in spelled_out[key]), _CURATED):
                yield Name(entry.short, number, rank, _of_abbreviation(entry))
                if entry.field:
                    self.fields[entry.short].append(frozenset(" ".join(tokens(word).norms) for word in entry.field))

        for name, keys in asked:
            named_so = (number for numbers in (spelled_out, kinds_of) for key in keys for number in numbers[key])
            for rank, number in enumerate(dict.fromkeys(named_so), 2 * _CURATED):
                yield Name(name, number, rank, Caution.ASKED)

    def _add(self, concept: Concept) -> None:
        self.system.append(self.systems.setdefault(concept.system, len(self.systems)))
        self.kinds.append(_KINDS.index(concept.kind))
        self.codes.add(concept.code)
        self.labels.add(concept.label)


def _key(text: str) -> str:
    return " ".join(norm for norm in tokens_of_name(text).norms if norm[0].isalnum())


def _caution(spelling: str) -> Caution:
    letters = spelling.replace("-", "").replace("/", "")  # "A-T" is an abbreviation too, and "a T" is none
    alone = letters.isalnum() and not letters.isdigit()
    return Caution.CAPITALS if alone and len(letters) <= _SHORT_WORD else Caution.NONE


def _of_abbreviation(entry: Abbreviation) -> Caution:
    caution = Caution.CAPITALS if needs_capitals(entry.short) else Caution.NONE
    return caution | Caution.CONTEXT if entry.field else caution


def save_vocabulary(vocabulary: Vocabulary, folder: Path) -> None:
    """Write it, `about.json` last: a folder without it is unfinished."""
    save_lexicon(vocabulary.lexicon, folder)
    for name in ("system", "kinds"):
        np.save(folder / f"concept_{name}.npy", getattr(vocabulary, name))
    for name in ("codes", "labels"):
        strings: Strings = getattr(vocabulary, name)
        np.save(folder / f"concept_{name}_offsets.npy", strings.offsets)
        np.save(folder / f"concept_{name}.npy", strings.bytes)
    fields = {str(name): [sorted(field) for field in found] for name, found in vocabulary.fields.items()}
    (folder / ABOUT).write_text(json.dumps({"systems": vocabulary.systems, "fields": fields}), "utf-8")


def open_vocabulary(folder: Path) -> Vocabulary:
    """Map it into memory, read-only. Raises OSError, and ValueError with the name of a file that is damaged."""
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
        systems, listed = tuple(about["systems"]), about["fields"].items()
        fields = {int(name): tuple(frozenset(field) for field in found) for name, found in listed}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{folder / ABOUT} is cut off or holds something else") from error
    codes, labels = (
        Strings(mapped(folder / f"concept_{name}_offsets.npy"), mapped(folder / f"concept_{name}.npy")) for name in ("codes", "labels")
    )
    system, kinds = (mapped(folder / f"concept_{name}.npy") for name in ("system", "kinds"))
    return Vocabulary(open_lexicon(folder), systems, system, kinds, codes, labels, fields)
