"""Compiled concepts: the lexicon of their names, and what each is. One folder, memory-mapped, shared by all who read with it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from concepts.abbreviations import Abbreviation, abbreviations, needs_capitals
from concepts.blocked import blocked
from concepts.hierarchy import Int64, mapped
from concepts.lexicon import Caution, Lexicon, Name, compile_lexicon, open_lexicon, save_lexicon
from concepts.terminology import Concept, Kind, spellings
from concepts.tokens import tokens

_KINDS: Final = tuple(Kind)
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

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Strings":
        """Number the texts in their order."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(each) for each in encoded], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(encoded), dtype=np.uint8))


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
    """Compile concepts, their names, how people spell these, and curated abbreviations; and the names that cannot be looked for."""
    concepts: list[Concept] = []
    names: list[Name] = []
    by_name: dict[str, list[int]] = defaultdict(list)
    unwanted = blocked()
    for each in named:
        number = len(concepts)
        concepts.append(each.concept)
        for rank, text in enumerate(dict.fromkeys((each.concept.label, *each.names))):
            for step, spelling in enumerate(dict.fromkeys(spellings(text, each.concept.kind))):
                key = _key(spelling)
                if key and key not in unwanted:
                    names.append(Name(spelling, number, rank=min(rank, 9) * 10 + min(step, 9), caution=_caution(spelling)))
                    by_name[key].append(number)
    fields: dict[str, list[frozenset[str]]] = defaultdict(list)
    for entry in abbreviations():
        for number in dict.fromkeys(number for name in entry.names for number in by_name.get(_key(name), ())):
            names.append(Name(entry.short, number, rank=200, caution=_of_abbreviation(entry)))
            if entry.field:
                fields[entry.short].append(frozenset(" ".join(tokens(word).norms) for word in entry.field))
    lexicon, unfit = compile_lexicon(names)
    systems = tuple(dict.fromkeys(concept.system for concept in concepts))
    place = {system: index for index, system in enumerate(systems)}
    return Vocabulary(
        lexicon,
        systems,
        np.asarray([place[concept.system] for concept in concepts], dtype=np.int16),
        np.asarray([_KINDS.index(concept.kind) for concept in concepts], dtype=np.uint8),
        Strings.of([concept.code for concept in concepts]),
        Strings.of([concept.label for concept in concepts]),
        {lexicon.named(short): tuple(dict.fromkeys(found)) for short, found in fields.items()},
    ), unfit


def _key(text: str) -> str:
    return " ".join(norm for norm in tokens(text).norms if norm[0].isalnum())


def _caution(spelling: str) -> Caution:
    alone = spelling.isalnum() and not spelling.isdigit()
    return Caution.CAPITALS if alone and len(spelling) <= _SHORT_WORD else Caution.NONE


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
    (folder / "about.json").write_text(json.dumps({"systems": vocabulary.systems, "fields": fields}), "utf-8")


def open_vocabulary(folder: Path) -> Vocabulary:
    """Map it into memory, read-only. Raises OSError, ValueError or EOFError where it cannot be read."""
    about: dict[str, Any] = json.loads((folder / "about.json").read_text("utf-8"))
    codes, labels = (
        Strings(mapped(folder / f"concept_{name}_offsets.npy"), mapped(folder / f"concept_{name}.npy")) for name in ("codes", "labels")
    )
    system, kinds = (mapped(folder / f"concept_{name}.npy") for name in ("system", "kinds"))
    fields = {int(name): tuple(frozenset(field) for field in found) for name, found in about["fields"].items()}
    return Vocabulary(open_lexicon(folder), tuple(about["systems"]), system, kinds, codes, labels, fields)
